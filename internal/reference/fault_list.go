package reference

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// sortFaults are in the order of lists.
var sortFaults = []Fault{
	{"sort-ignored", "sortBy is ignored", "7644-3.4.2.3-03", onQuery(func(_ *call, q *query) { q.sortBy = "" })},
	{"sort-descending-by-default", "Lists are sorted downwards unless sortOrder says otherwise", "7644-3.4.2.3-09",
		onQuery(func(_ *call, q *query) {
			if q.sortOrder == "" {
				q.sortOrder = descending
			}
		})},
	{"sort-order-ignored", "Lists are always sorted upwards", "7644-3.4.2.3-08", onQuery(func(_ *call, q *query) { q.sortOrder = ascending })},
	{"sort-order-inverted", "ascending and descending are taken for each other", "7644-3.4.2.3-08",
		onQuery(func(_ *call, q *query) {
			switch {
			case strings.EqualFold(q.sortOrder, ascending):
				q.sortOrder = descending
			case strings.EqualFold(q.sortOrder, descending):
				q.sortOrder = ascending
			}
		})},
	{"sort-sub-attribute-ignored", "sortBy with a part of an attribute is ignored", "7644-3.4.2.3-06",
		onQuery(func(_ *call, q *query) {
			if strings.Contains(q.sortBy, ".") {
				q.sortBy = ""
			}
		})},
	{"sort-names-case-sensitive", "sortBy has to be written as in the schema", "7643-2.1-02",
		onQuery(func(_ *call, q *query) {
			if q.sortBy == strings.ToUpper(q.sortBy) {
				q.sortBy = ""
			}
		})},
	{"sort-urn-ignored", "sortBy with the URN of the schema is ignored", "7644-3.10-01",
		onQuery(func(_ *call, q *query) {
			if strings.Contains(q.sortBy, ":") {
				q.sortBy = ""
			}
		})},
	{"sort-case-sensitive", "Capitals are sorted before small letters", "7644-3.4.2.3-10",
		onPage(func(_ *call, q *query, list object) {
			if q.sortBy == "displayName" {
				sortPage(list, false, func(o object) string { return textOf(o, "displayName") })
			}
		})},
	{"sort-without-value-first", "Resources without the attribute come first in ascending order", "7644-3.4.2.3-07",
		onPage(func(_ *call, q *query, list object) {
			if q.sortBy != "" && !strings.EqualFold(q.sortOrder, descending) {
				sortPage(list, false, func(o object) string { return presence(o, q.sortBy) })
			}
		})},
	{"sort-without-value-always-last", "Resources without the attribute come last in descending order, too", "7644-3.4.2.3-07",
		onPage(func(_ *call, q *query, list object) {
			if q.sortBy != "" && strings.EqualFold(q.sortOrder, descending) {
				sortPage(list, true, func(o object) string { return presence(o, q.sortBy) })
			}
		})},
	{"sort-by-first-value", "A multi-valued attribute is sorted by its first value", "7644-3.4.2.3-05",
		onPage(func(_ *call, q *query, list object) {
			if strings.HasPrefix(q.sortBy, "emails") {
				sortPage(list, false, func(o object) string {
					emails := listOf(o["emails"])
					if len(emails) == 0 {
						return ""
					}
					return memberID(emails[0])
				})
			}
		})},
	{"sort-within-page", "Each page is sorted, but not the list", "7644-3.4.2.3-03",
		func(b *behaviour) {
			onQuery(func(_ *call, q *query) { q.text, q.sortBy = q.sortBy, "" })(b)
			onPage(func(_ *call, q *query, list object) {
				if q.text == "userName" {
					sortPage(list, strings.EqualFold(q.sortOrder, descending), func(o object) string { return textOf(o, q.text) })
				}
			})(b)
		}},
}

// presence is "" for a resource without the attribute, so that it is sorted
// below the others, which keep their order.
func presence(o object, name string) string {
	if isEmpty(o[name]) {
		return ""
	}
	return "has one"
}

// pagingFaults are in the pages of lists.
var pagingFaults = []Fault{
	{"paging-ignored", "startIndex and count are ignored", "interop SCM-13",
		onQuery(func(_ *call, q *query) { q.startIndex, q.count = 1, nil })},
	{"start-index-ignored", "startIndex is ignored", "E81", onQuery(func(_ *call, q *query) { q.startIndex = 1 })},
	{"start-index-zero-based", "startIndex counts from 0", "7644-3.4.2.4-02",
		onCall(func(c *call) {
			if n, ok := wholeNumber(c, "startIndex"); ok && n > 0 {
				c.params.Set("startIndex", strconv.Itoa(n+1))
			}
		})},
	{"start-index-zero-400", "startIndex 0 is refused", "7644-3.4.2.4-03",
		refusing(http.StatusBadRequest, func(c *call) bool { n, ok := wholeNumber(c, "startIndex"); return ok && n == 0 })},
	{"start-index-negative-400", "A negative startIndex is refused", "7644-3.4.2.4-03",
		refusing(http.StatusBadRequest, func(c *call) bool { n, ok := wholeNumber(c, "startIndex"); return ok && n < 0 })},
	{"start-index-below-one-empty", "startIndex below 1 gives an empty page", "7644-3.4.2.4-03",
		onPage(func(c *call, _ *query, list object) {
			if n, ok := wholeNumber(c, "startIndex"); ok && n < 1 {
				list["Resources"], list["itemsPerPage"] = []any{}, 0
			}
		})},
	{"start-index-always-one", "startIndex in the answer is always 1", "E81",
		onPage(func(_ *call, _ *query, list object) {
			if list["startIndex"] != nil {
				list["startIndex"] = 1
			}
		})},
	{"past-the-end-first-page", "A page past the end is the first page again", "interop SCM-6",
		func(b *behaviour) {
			b.page = append(b.page, func(c *call, q *query, list object) {
				if total, _ := list["totalResults"].(int); q.startIndex > total && total > 0 && (q.count == nil || *q.count > 0) {
					q.startIndex = 1
					if first, err := c.srv.page(c, q); err == nil {
						list["Resources"] = first.body(c.srv, c, q)["Resources"]
						list["itemsPerPage"] = len(listOf(list["Resources"]))
					}
				}
			})
		}},
	{"past-the-end-500", "A page past the end is answered with 500", "7644-3.4.2.4-04",
		onAnswer(func(c *call, a *reply) {
			n, ok := wholeNumber(c, "startIndex")
			if total, isList := a.body["totalResults"].(int); ok && isList && n > total {
				*a = *errorReply(fail(http.StatusInternalServerError, "index out of range"))
			}
		})},
	{"total-of-page", "totalResults is the number of resources in the page", "7644-3.4.2-06, OKTA-Q37",
		onPage(func(_ *call, _ *query, list object) { list["totalResults"] = len(listOf(list["Resources"])) })},
	{"total-of-rest", "totalResults counts from startIndex on", "7644-3.4.2.4-11",
		onPage(func(_ *call, q *query, list object) {
			if total, _ := list["totalResults"].(int); total >= q.startIndex {
				list["totalResults"] = total - q.startIndex + 1
			}
		})},
	{"page-without-start-index", "A page does not tell startIndex", "7644-3.4.2-09",
		onPage(func(_ *call, _ *query, list object) { delete(list, "startIndex") })},
	{"page-without-items-per-page", "A page does not tell itemsPerPage", "7644-3.4.2-10",
		onPage(func(_ *call, _ *query, list object) { delete(list, "itemsPerPage") })},
	{"count-ignored", "count is ignored", "7644-3.4.2.4-05",
		onQuery(func(_ *call, q *query) {
			if q.count != nil && *q.count > 0 {
				q.count = nil
			}
		})},
	{"count-zero-as-default", "count 0 is taken as none", "7644-3.4.2.4-08",
		onCall(func(c *call) {
			if n, ok := wholeNumber(c, "count"); ok && n == 0 {
				c.dropParam("count")
			}
		})},
	{"count-negative-as-default", "A negative count is taken as none", "7644-3.4.2.4-07, interop SCM-13",
		onCall(func(c *call) {
			if n, ok := wholeNumber(c, "count"); ok && n < 0 {
				c.dropParam("count")
			}
		})},
	{"count-negative-500", "A negative count is answered with 500", "7644-3.4.2.4-07",
		refusing(http.StatusInternalServerError, func(c *call) bool { n, ok := wholeNumber(c, "count"); return ok && n < 0 })},
	{"count-not-a-number-500", "A count that is no number is answered with 500", "7644-3.12-15",
		refusing(http.StatusInternalServerError, func(c *call) bool {
			s, given := c.param("count")
			_, err := strconv.Atoi(s)
			return given && s != "" && err != nil
		})},
	{"count-above-maximum-400", "A count above the maximum is refused", "7644-3.4.2.4-06",
		refusing(http.StatusBadRequest, func(c *call) bool { n, ok := wholeNumber(c, "count"); return ok && n > maxPageSize })},
	{"no-count-no-resources", "A list without count holds no resources", "7644-3.4.2.4-09",
		onPage(func(c *call, q *query, list object) {
			if q.count == nil && c.method == http.MethodGet {
				list["Resources"], list["itemsPerPage"] = []any{}, 0
			}
		})},
	{"unknown-parameter-400", "An unknown parameter of a query is refused", "7644-3.4.2-03",
		refusing(http.StatusBadRequest, func(c *call) bool {
			known := []string{"filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"}
			for name := range c.params {
				if !slices.Contains(known, name) {
					return true
				}
			}
			return false
		})},
	{"cursor-missing", "Pages by cursor do not tell nextCursor", "9865-2-09",
		onPage(func(_ *call, _ *query, list object) { delete(list, "nextCursor") })},
	{"cursor-skips", "The first resource of every later page by cursor is missing", "9865-2-09",
		onPage(func(_ *call, q *query, list object) {
			if q.cursor != nil && *q.cursor != "" {
				list["Resources"] = slices.Delete(slices.Clone(listOf(list["Resources"])), 0, 1)
				list["itemsPerPage"] = len(listOf(list["Resources"]))
			}
		})},
	{"cursor-previous-on-first-page", "The first page has a previousCursor", "9865-2-13",
		onPage(func(_ *call, q *query, list object) {
			if q.cursor != nil && *q.cursor == "" {
				list["previousCursor"] = list["nextCursor"]
			}
		})},
	{"cursor-base64", "Cursors hold characters that have to be encoded in a URL", "9865-2-03",
		func(b *behaviour) {
			onCall(func(c *call) {
				if s, given := c.param("cursor"); given && !c.isSearch() {
					c.params.Set("cursor", strings.TrimSuffix(s, "=="))
				}
			})(b)
			onPage(func(_ *call, _ *query, list object) {
				if s := textOf(list, "nextCursor"); s != "" {
					list["nextCursor"] = s + "=="
				}
			})(b)
		}},
	{"cursor-invalid-500", "A cursor that is not known is answered with 500", "9865-2.1-01",
		onAnswer(func(_ *call, a *reply) {
			if a.body["scimType"] == scim.InvalidCursor {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
}

// wholeNumber is a whole number among the parameters of a query.
func wholeNumber(c *call, name string) (int, bool) {
	if c.isSearch() {
		v, _ := member(c.body, name)
		n, ok := v.(json.Number)
		i, err := strconv.Atoi(string(n))
		return i, ok && err == nil
	}
	s, given := c.param(name)
	n, err := strconv.Atoi(s)
	return n, given && err == nil
}
