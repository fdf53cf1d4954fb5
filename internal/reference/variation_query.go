package reference

import (
	"net/http"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// queryVariations are in what a service provider offers for queries.
var queryVariations = []Variation{
	{"pages-of-one", "A page has one resource at most", "7644-3.4.2.4-06",
		func(b *behaviour) {
			onConfig(func(o object) {
				o["filter"] = object{"supported": true, "maxResults": 1}
				if told, ok := o["pagination"].(object); ok {
					told["defaultPageSize"], told["maxPageSize"] = 1, 1
				}
			})(b)
			onQuery(func(_ *call, q *query) {
				size := 1
				if q.count != nil {
					size = min(*q.count, 1)
				}
				q.count = &size
			})(b)
		}},
	{"cursor-paging-alone", "Lists are paged by cursor, whether a client asks for it or not", "9865-2.3-01, 9865-4-03",
		func(b *behaviour) {
			onConfig(func(o object) {
				if told, ok := o["pagination"].(object); ok {
					told["index"], told["defaultPaginationMethod"] = false, "cursor"
				}
			})(b)
			onCall(func(c *call) {
				if !c.isList() {
					return
				}
				c.dropParam("startIndex")
				if _, given := c.param("cursor"); given {
					return
				}
				if c.isSearch() {
					c.body["cursor"] = ""
				} else {
					c.params.Set("cursor", "")
				}
			})(b)
		}},
	{"cursor-pages-without-total", "Pages by cursor that hold resources do not tell totalResults", "9865-2-18",
		onPage(func(_ *call, q *query, list object) {
			if q.cursor != nil && len(listOf(list["Resources"])) > 0 {
				delete(list, "totalResults")
			}
		})},
	{"no-pagination-told", "ServiceProviderConfig does not speak of pagination", "9865-4-01",
		onConfig(func(o object) { delete(o, "pagination") })},
	{"start-index-left-out-of-whole-lists", "A list that is whole tells no startIndex and no itemsPerPage", "7644-3.4.2-09",
		onPage(func(_ *call, _ *query, list object) {
			if total, _ := list["totalResults"].(int); total == len(listOf(list["Resources"])) {
				delete(list, "startIndex")
				delete(list, "itemsPerPage")
			}
		})},
	{"no-filter", "Filters are not supported and refused", "7644-3.4.2.2-01",
		func(b *behaviour) {
			onConfig(func(o object) { o["filter"] = object{"supported": false, "maxResults": maxPageSize} })(b)
			refusingFilters(func(scim.Filter) bool { return true })(b)
		}},
	{"filters-by-eq-alone", "A filter is one comparison by eq, and others are refused", "7644-3.12-17",
		refusingFilters(func(f scim.Filter) bool {
			c, ok := f.(*scim.Compare)
			return !ok || c.Op != scim.EQ
		})},
	{"no-value-path-filters", "Filters with brackets are refused", "7644-3.4.2.2-28",
		refusingFilters(func(f scim.Filter) bool {
			brackets := false
			mapFilter(f, func(leaf scim.Filter) scim.Filter {
				_, is := leaf.(*scim.ValueFilter)
				brackets = brackets || is
				return leaf
			})
			return brackets
		})},
	{"unknown-attributes-find-nothing", "A filter on an attribute that no schema declares finds nothing", "7644-3.4.2.2-03",
		onFilter(func(c *call, f scim.Filter) scim.Filter {
			unknown := false
			mapFilter(f, func(leaf scim.Filter) scim.Filter {
				if t := c.kind(); t != nil && !strings.Contains(textOf(c.body, "filter")+c.params.Get("filter"), "[") {
					_, _, ok := t.resolve(pathOf(leaf))
					unknown = unknown || !ok
				}
				return leaf
			})
			if unknown {
				return &scim.Compare{Attr: scim.AttrPath{Name: "id"}, Op: scim.EQ, Value: "scimtest-none"}
			}
			return f
		})},
	{"times-stored-finer", "Times are shown, and compared by eq, in whole seconds, and stored finer", "7644-3.4.2.2-10",
		func(b *behaviour) {
			writingTimes(func(t time.Time) string { return t.UTC().Format(time.RFC3339) })(b)
			onCompare(func(_ *call, f *scim.Compare) scim.Filter {
				text, _ := f.Value.(string)
				at, ok := parseTime(text)
				if !isTime(f) || f.Op != scim.EQ || !ok {
					return f
				}
				second := at.Truncate(time.Second)
				bound := func(op scim.Op, t time.Time) scim.Filter {
					return &scim.Compare{Attr: f.Attr, Op: op, Value: t.Format(time.RFC3339)}
				}
				return &scim.And{Left: bound(scim.GE, second), Right: bound(scim.LT, second.Add(time.Second))}
			})(b)
		}},
	{"no-sort", "Sorting is not supported, and sortBy is ignored", "7644-3.4.2.3-01",
		func(b *behaviour) {
			onConfig(func(o object) { o["sort"] = supported(false) })(b)
			onQuery(func(_ *call, q *query) { q.sortBy = "" })(b)
		}},
	{"wide-queries-refused", "A query of all resources is refused as too wide", "7644-3.4.2-02, notes 41",
		onRequest(func(c *call) (*reply, error) {
			if _, filtered := c.param("filter"); !filtered && c.isList() && !c.isSearch() {
				return nil, refuse(scim.TooMany, "name what you look for by a filter")
			}
			return nil, nil
		})},
	{"no-search", "There are no queries by POST", "7644-3.2-18",
		refusing(http.StatusNotFound, (*call).isSearch)},
	{"root-search-forbidden", "A query over all resource types is forbidden", "7644-3.2-18",
		refusing(http.StatusForbidden, func(c *call) bool { return c.isSearch() && len(c.path) == 1 })},
	{"default-page-of-two", "A list without count has two resources at most", "7644-3.4.2.4-09",
		onQuery(func(_ *call, q *query) {
			if q.count == nil && q.cursor == nil {
				two := 2
				q.count = &two
			}
		})},
}

// refusingFilters answers 400 invalidFilter to the filters of queries that the
// service provider does not support.
func refusingFilters(unsupported func(scim.Filter) bool) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		text, given := c.param("filter")
		if !given || !c.isList() {
			return nil, nil
		}
		f, _, err := scim.ParseFilterLenient(strings.TrimSpace(text))
		if err == nil && unsupported(f) {
			return nil, refuse(scim.InvalidFilter, "this filter is not supported")
		}
		return nil, nil
	})
}
