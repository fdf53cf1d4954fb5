package rfc

import (
	"slices"
	"strconv"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.4.2.4, and RFC 9865 for cursors. Own users are listed
// alone by a filter, so that others who write meanwhile change nothing.
var paginationChecks = slices.Concat(indexChecks, countChecks, cursorChecks)

// page lists users of this check; the parameters are name and value in turn.
func page(t *T, params ...string) *Answer {
	options := []Option{Filter(t.Mine())}
	for i := 0; i < len(params); i += 2 {
		options = append(options, Query(params[i], params[i+1]))
	}
	return t.List(scim.UsersEndpoint, options...)
}

// givenListed arranges n users and makes sure that a filter lists them.
func givenListed(t *T, n int) []*Resource {
	users := t.GivenUsers(n)
	accepted(t, page(t)).Arranging().Status(200).All().Finds(users...)
	return users
}

var indexChecks = []Check{
	{Meta: Meta{
		ID: "pagination.walk-finds-all", Level: Must,
		Title:    "Pages that follow one another hold every match once",
		Requires: []string{"7644-3.4.2.4-13"}, Needs: []Feature{Filtering, IndexPaging},
		Breaks:  []string{"E81", "OKTA-Q37"},
		Catches: []string{"start-index-zero-based", "start-index-ignored"},
	}, Body: func(t *T) {
		users := givenListed(t, 5)
		page(t, "count", "2").Status(200).All().Finds(users...)
	}},
	{Meta: Meta{
		ID: "pagination.total-counts-all-pages", Level: Must,
		Title:    "totalResults counts the matches of all pages, on every page",
		Requires: []string{"7644-3.4.2-06", "7644-3.4.2.4-11"}, Needs: []Feature{Filtering, IndexPaging},
		Breaks:  []string{"E81", "OKTA-Q37"},
		Catches: []string{"total-of-page", "total-of-rest"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		first := page(t, "count", "1").Status(200)
		for _, p := range first.Pages() {
			total(t, p, 3)
		}
	}},
	{Meta: Meta{
		ID: "pagination.later-pages-end-with-the-list", Level: Must,
		Title:    "A page holds no more resources than there are from startIndex on",
		Requires: []string{"7644-3.4.2.4-02", "7644-3.4.2.4-05"}, Needs: []Feature{Filtering, IndexPaging},
		Breaks:  []string{"E81"},
		Catches: []string{"paging-ignored", "start-index-ignored"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		atMost(page(t, "startIndex", "3", "count", "3").Status(200), 1)
	}},
	{Meta: Meta{
		ID: "pagination.tells-where-a-page-is", Level: Must,
		Title:    "A page that is a part of the matches tells startIndex and itemsPerPage",
		Requires: []string{"7644-3.4.2-09", "7644-3.4.2-10"}, Needs: []Feature{Filtering, IndexPaging},
		Breaks:  []string{"OKTA-Q08"},
		Catches: []string{"page-without-start-index", "page-without-items-per-page"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		a := page(t, "startIndex", "1", "count", "1").Status(200)
		if a.Page().NextCursor != "" {
			t.Skip("the target pages by cursor")
		}
		a.Has("startIndex", "itemsPerPage")
	}},
	{Meta: Meta{
		ID: "pagination.start-index-is-that-of-the-page", Level: Must,
		Title:    "startIndex in the answer is the index of the first resource of the page",
		Requires: []string{"7644-3.4.2.4-12"}, Needs: []Feature{Filtering, IndexPaging},
		Breaks:  []string{"E81"},
		Catches: []string{"paging-ignored", "start-index-always-one"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		a := page(t, "startIndex", "2", "count", "1").Status(200)
		switch {
		case a.Page().NextCursor != "":
			t.Skip("the target pages by cursor")
		case len(a.IDs()) == 0:
			t.Skip("the target answers with an empty page")
		}
		a.Equal("startIndex", 2)
	}},
	{Meta: Meta{
		ID: "pagination.start-index-zero", Level: Must,
		Title:    "startIndex 0 is read as 1",
		Requires: []string{"7644-3.4.2.4-03"}, Needs: []Feature{Filtering, IndexPaging},
		Catches: []string{"start-index-zero-400", "start-index-below-one-empty"},
	}, Body: func(t *T) { startsAtFirst(t, 0) }},
	{Meta: Meta{
		ID: "pagination.start-index-negative", Level: Must,
		Title:    "A negative startIndex is read as 1",
		Requires: []string{"7644-3.4.2.4-03"}, Needs: []Feature{Filtering, IndexPaging},
		Catches: []string{"start-index-negative-400", "start-index-below-one-empty"},
	}, Body: func(t *T) { startsAtFirst(t, -5) }},
	{Meta: Meta{
		ID: "pagination.past-the-end", Level: Must,
		Title:    "A page past the end is empty and tells totalResults",
		Requires: []string{"7644-3.4.2.4-04"}, Needs: []Feature{Filtering, IndexPaging},
		Breaks:  []string{"OKTA-Q37"},
		Catches: []string{"past-the-end-first-page", "past-the-end-500", "start-index-ignored"},
	}, Body: func(t *T) {
		givenListed(t, 2)
		// A refusal is reported only: the rule is derived, not written.
		a := page(t, "startIndex", "3", "count", "3").Supported()
		atMost(a, 0)
		total(t, a, 2)
	}},
}

var countChecks = []Check{
	{Meta: Meta{
		ID: "pagination.count-limits-the-page", Level: Must,
		Title:    "A page has at most count resources",
		Requires: []string{"7644-3.4.2.4-05"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E81", "OKTA-Q25"},
		Catches: []string{"paging-ignored", "count-ignored"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		atMost(page(t, "startIndex", "1", "count", "1").Status(200), 1)
		atMost(page(t, "startIndex", "1", "count", "2").Status(200), 2)
	}},
	{Meta: Meta{
		ID: "pagination.count-zero", Level: Must,
		Title:    "count 0 gives totalResults and no resources",
		Requires: []string{"7644-3.4.2.4-08"}, Needs: []Feature{Filtering},
		Catches: []string{"paging-ignored", "count-zero-as-default"},
	}, Body: func(t *T) {
		givenListed(t, 2)
		a := page(t, "count", "0").Status(200)
		atMost(a, 0)
		total(t, a, 2)
	}},
	{Meta: Meta{
		ID: "pagination.count-negative", Level: Must,
		Title:    "A negative count is read as 0",
		Requires: []string{"7644-3.4.2.4-07", "9865-2-04"}, Needs: []Feature{Filtering},
		Catches: []string{"paging-ignored", "count-negative-as-default", "count-negative-500"},
	}, Body: func(t *T) {
		givenListed(t, 2)
		a := page(t, "count", "-1")
		if a.Code() == 400 && t.Target().Config.Has("pagination") {
			// RFC 9865 asks for both: 0 (section 2) and 400 (table 3).
			a.SCIMError(400, scim.InvalidCount)
			return
		}
		atMost(a.Status(200), 0)
		total(t, a, 2)
	}},
	{Meta: Meta{
		ID: "pagination.without-count", Level: Must,
		Title:    "Without count the target chooses the size of the page, which is not zero",
		Requires: []string{"7644-3.4.2.4-09"}, Needs: []Feature{Filtering},
		Catches: []string{"no-count-no-resources"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		accepted(t, page(t, "count", "10")).Arranging().Status(200).All().Finds(users...)
		a := page(t).Status(200)
		total(t, a, 2)
		a.Only(users...).Holds(len(a.IDs()) > 0, "Resources", "at least one", "none", "a list without count holds no resources")
	}},
	{Meta: Meta{
		ID: "pagination.count-above-the-maximum", Level: Must,
		Title:    "A count above what the target returns at most is answered with a page",
		Requires: []string{"7644-3.4.2.4-06", "7644-3.4.2.4-05"}, Needs: []Feature{Filtering},
		Catches: []string{"count-above-maximum-400"},
	}, Body: func(t *T) {
		users := givenListed(t, 2)
		a := page(t, "count", strconv.Itoa(max(100_000, int(t.Target().Config.Get("filter.maxResults").Int())+1)))
		if a.Code() == 400 && t.Target().Config.Has("pagination") {
			a.SCIMError(400, scim.InvalidCount) // RFC 9865 section 2.1
			return
		}
		a.Status(200).All().Finds(users...)
	}},
	{Meta: Meta{
		ID: "pagination.count-not-a-number", Level: Must,
		Title:    "A count that is no number does no harm",
		Requires: []string{"7644-3.12-15", "7644-3.12-08"}, Needs: []Feature{Filtering},
		Catches: []string{"count-not-a-number-500"},
	}, Body: func(t *T) {
		users := givenListed(t, 2)
		a := page(t, "count", "many").NoServerError().Status(200, 400)
		if a.Code() == 200 {
			a.Only(users...)
		}
		a.Advisory().Status(400)
	}},
	{Meta: Meta{
		ID: "pagination.unknown-parameter", Level: Should,
		Title:    "A query parameter that the target does not know is ignored",
		Requires: []string{"7644-3.4.2-03"}, Needs: []Feature{Filtering},
		Catches: []string{"unknown-parameter-400"},
	}, Body: func(t *T) {
		users := givenListed(t, 1)
		page(t, "scimtestNoSuchParameter", "x").Status(200).Finds(users...)
	}},
}

// total expects totalResults, which may be left out in cursor paging (RFC 9865
// section 2).
func total(t *T, a *Answer, n int) {
	if a.Resource().Has("totalResults") || a.Page().NextCursor == "" && !pagesByCursor(t.Target()) {
		a.Equal("totalResults", n)
	}
}

// pagesByCursor reports whether the target says that a query which names no
// method is paged by cursor.
func pagesByCursor(d *Discovered) bool {
	return d.Config.Get("pagination.index").Raw == "false" || d.Config.Get("pagination.defaultPaginationMethod").String() == "cursor"
}

// atMost expects a page of at most n resources.
func atMost(a *Answer, n int) {
	a.Holds(len(a.IDs()) <= n, "Resources", "at most "+strconv.Itoa(n), strconv.Itoa(len(a.IDs())), "the page holds more resources than it may")
}

// startsAtFirst judges a startIndex below 1.
func startsAtFirst(t *T, index int) {
	users := givenListed(t, 2)
	a := page(t, "startIndex", strconv.Itoa(index), "count", "2").Status(200)
	if a.Resource().Has("startIndex") {
		a.Equal("startIndex", 1)
	}
	a.All().Finds(users...)
}
