package engine

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// The bounds of a walk through pages. What a check creates is few, so a
// target that shows more than this has ignored the filter.
const (
	maxPages  = 40
	maxWalked = 200
)

// Supported expects 200. A service provider may refuse a query that it does
// not support with 400 (RFC 7644 section 3.12, invalidFilter): that ends the
// check, and is advisory.
func (a *Answer) Supported() *Answer {
	if a.Code() == http.StatusBadRequest {
		return a.Advisory().Status(http.StatusOK)
	}
	return a.Status(http.StatusOK)
}

// Pages reads the pages behind this one, the answer to a query, and returns
// them with it: by nextCursor where the answer has one (RFC 9865 section 2),
// else by startIndex until totalResults is reached. Each has to answer 200.
func (a *Answer) Pages() []*Answer {
	pages := []*Answer{a}
	for seen := 0; ; {
		page := pages[len(pages)-1]
		list := page.Page()
		seen += len(list.Resources)
		var name, value string
		switch {
		case len(pages) == maxPages || seen >= maxWalked:
			return pages
		case list.NextCursor != "":
			name, value = "cursor", list.NextCursor
		case len(list.Resources) == 0 || seen >= list.TotalResults:
			return pages
		default:
			name, value = "startIndex", strconv.Itoa(seen+1)
		}
		req := a.x.Request
		next := a.t.Send(req.Method, req.Path, nil, As(req.As), RawQuery(atPlace(req.RawQuery, name, value)))
		next.arranging, next.lenient = a.arranging, a.lenient
		pages = append(pages, next.Status(http.StatusOK))
	}
}

// All reads the pages behind this one and returns an answer with the resources
// of all of them, in order.
func (a *Answer) All() *Answer {
	whole := *a
	list := *a.Page()
	list.Resources = nil
	for _, p := range a.Pages() {
		list.Resources = append(list.Resources, p.Page().Resources...)
	}
	whole.list = &list
	return &whole
}

// atPlace puts the place of a page into an encoded query, instead of the
// place that it names: startIndex beside cursor means nothing (RFC 9865 section
// 2).
func atPlace(rawQuery, name, value string) string {
	params := slices.DeleteFunc(strings.Split(rawQuery, "&"), func(p string) bool {
		return p == "" || strings.HasPrefix(p, "startIndex=") || strings.HasPrefix(p, "cursor=")
	})
	return strings.Join(append(params, name+"="+escape(value)), "&")
}

// Only expects a ListResponse that holds no resources but these; they may be
// absent.
func (a *Answer) Only(allowed ...*Resource) *Answer {
	more := 0
	for _, id := range a.IDs() {
		if !slices.ContainsFunc(allowed, func(r *Resource) bool { return r.ID == id }) {
			more++
		}
	}
	return a.Holds(more == 0, "Resources", "no others", others(more),
		"the answer holds resources that do not fulfil the query")
}

// InOrder expects a ListResponse with exactly these resources, in this order.
func (a *Answer) InOrder(want ...*Resource) *Answer {
	a.Finds(want...)
	if len(a.IDs()) != len(want) {
		return a
	}
	var wanted, got []string
	for i, id := range a.IDs() {
		wanted = append(wanted, want[i].name())
		if j := slices.IndexFunc(want, func(r *Resource) bool { return r.ID == id }); j >= 0 {
			got = append(got, want[j].name())
		}
	}
	return a.Holds(slices.Equal(got, wanted), "Resources", strings.Join(wanted, ", "), strings.Join(got, ", "),
		"the resources are in another order")
}

// Resources lists the resources of a ListResponse.
func (a *Answer) Resources() []scim.Resource { return a.Page().Resources }

// others words a number of resources that should not be there.
func others(n int) string {
	if n == 1 {
		return "1 other"
	}
	return fmt.Sprintf("%d others", n)
}
