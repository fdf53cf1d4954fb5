package reference

import (
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// queryVariations are in lists, searches and discovery.
var queryVariations = []Variation{
	{"small-pages", "A page holds three resources at most", "7644-3.4.2.4-06, requirements.md, expectation 9",
		onQuery(func(_ *call, q *query) {
			size := 3
			if q.count != nil {
				size = min(size, *q.count)
			}
			q.count = &size
		})},
	{"pages-by-cursor", "Lists are paged by cursor, also when none was asked for", "9865-2.3-01",
		func(b *behaviour) {
			onQuery(func(_ *call, q *query) {
				if q.cursor == nil && (q.count == nil || *q.count > 0) {
					first := ""
					q.cursor = &first
				}
			})(b)
			onConfig(func(o object) {
				o["pagination"] = object{"cursor": true, "index": false, "defaultPaginationMethod": "cursor"}
			})(b)
		}},
	{"no-cursors", "Lists are paged by index alone", "9865-4-01",
		func(b *behaviour) {
			onConfig(func(o object) { delete(o, "pagination") })(b)
			onCall(func(c *call) { c.dropParam("cursor") })(b)
		}},
	{"page-order", "The resources of a page without sortBy come in another order", "7644-3.4.2.3-01",
		onPage(func(_ *call, q *query, list object) {
			if q.sortBy == "" {
				slices.Reverse(listOf(list["Resources"]))
			}
		})},
	{"empty-list-without-resources", "A list without a match has no Resources", "requirements.md, contradiction 39",
		onPage(func(_ *call, _ *query, list object) {
			if len(listOf(list["Resources"])) == 0 {
				delete(list, "Resources")
			}
		})},
	{"empty-list-null", "A list without a match has null for Resources", "requirements.md, contradiction 39",
		onPage(func(_ *call, _ *query, list object) {
			if len(listOf(list["Resources"])) == 0 {
				list["Resources"] = nil
			}
		})},
	{"sort-not-offered", "There is no sorting, and sortBy is ignored", "7644-3.4.2.3-02",
		func(b *behaviour) {
			onConfig(func(o object) { o["sort"] = supported(false) })(b)
			onCall(func(c *call) { c.dropParam("sortBy", "sortOrder") })(b)
		}},
	{"filter-not-offered", "There are no filters: one is answered with 501", "7644-3.4.2.2-01",
		func(b *behaviour) {
			onConfig(func(o object) { o["filter"] = object{"supported": false, "maxResults": maxPageSize} })(b)
			refusing(http.StatusNotImplemented, func(c *call) bool { _, given := c.param("filter"); return given && c.isList() })(b)
		}},
	{"filter-eq-and-only", "Filters may use eq, co, sw and and, and nothing else", "requirements.md, expectation 8",
		onRequest(func(c *call) (*reply, error) {
			text, given := c.param("filter")
			if f, _, err := scim.ParseFilterLenient(text); given && err == nil && !basic(f) {
				return nil, refuse(scim.InvalidFilter, "the filter is not supported")
			}
			return nil, nil
		})},
	{"search-not-offered", "There are no searches by POST", "7644-3.2-18",
		refusing(http.StatusNotImplemented, func(c *call) bool { return c.isSearch() })},
	{"root-query-not-offered", "There are no queries at the base URL", "7644-3.4.2.1-01",
		refusing(http.StatusNotImplemented, func(c *call) bool {
			return c.isList() && c.kind() == nil
		})},
	{"bulk-not-offered", "There is no bulk", "7644-3.7-01",
		func(b *behaviour) {
			onConfig(func(o object) {
				o["bulk"] = object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0}
			})(b)
			refusing(http.StatusNotImplemented, func(c *call) bool { return c.endpoint() == scim.BulkEndpoint })(b)
		}},
	{"bulk-status-object", "The status of a result of bulk is an object with a code", "requirements.md, contradiction 58",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.BulkEndpoint {
				for _, o := range listOf(a.body["Operations"]) {
					if o, ok := o.(object); ok {
						o["status"] = object{"code": o["status"]}
					}
				}
			}
		})},
	{"patch-not-offered-by-config", "There is no PATCH", "7644-3.5.2-01",
		func(b *behaviour) {
			onConfig(func(o object) { o["patch"] = supported(false) })(b)
			onRequest(func(c *call) (*reply, error) {
				if c.isPatch() {
					return nil, fail(http.StatusNotImplemented, "PATCH is not supported")
				}
				return nil, nil
			})(b)
		}},
	{"discovery-for-clients", "Discovery needs credentials", "7643-5-21",
		onRequest(func(c *call) (*reply, error) {
			if c.isDiscovery() && c.header.Get("Authorization") == "" {
				return nil, unauthenticated("")
			}
			return nil, nil
		})},
	{"discovery-filter-403", "A filter on discovery is refused with 403", "7644-4-11",
		refusing(http.StatusForbidden, func(c *call) bool { _, given := c.params["filter"]; return given && c.isDiscovery() })},
	{"discovery-without-meta", "What discovery answers has no meta", "requirements.md, contradiction 48",
		onAnswer(func(c *call, a *reply) {
			if c.isDiscovery() {
				delete(a.body, "meta")
				for _, r := range listOf(a.body["Resources"]) {
					delete(r.(object), "meta")
				}
			}
		})},
	{"server-schemas-left-out", "/Schemas lists the schemas of resources alone", "requirements.md, contradiction 50",
		onDiscovery(scim.SchemasEndpoint, func(_ *call, a *reply) {
			dropFrom(a.body, func(o object) bool {
				switch o["id"] {
				case scim.ServiceProviderConfigURN, scim.ResourceTypeURN, scim.SchemaURN:
					return true
				}
				return false
			})
		})},
}

// basic reports whether a filter uses eq, co, sw and and alone.
func basic(f scim.Filter) bool {
	switch f := f.(type) {
	case *scim.And:
		return basic(f.Left) && basic(f.Right)
	case *scim.Compare:
		return f.Op == scim.EQ || f.Op == scim.CO || f.Op == scim.SW
	}
	return false
}
