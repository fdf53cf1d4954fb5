package reference

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// projectionFaults are in attributes and excludedAttributes.
var projectionFaults = []Fault{
	{"attributes-ignored", "attributes is ignored", "interop EL-3", editNames("attributes", without(anyName))},
	{"excluded-attributes-ignored", "excludedAttributes is ignored", "interop EL-3, E11", editNames("excludedAttributes", without(anyName))},
	{"attributes-ignored-in-lists", "attributes and excludedAttributes are ignored in lists", "E12",
		onCall(func(c *call) {
			if c.isList() && !c.isSearch() {
				c.dropParam("attributes", "excludedAttributes")
			}
		})},
	{"attributes-ignored-on-writes", "attributes is ignored in answers to writes", "7644-3.9-02",
		onCall(func(c *call) {
			if c.isWrite() {
				c.dropParam("attributes", "excludedAttributes")
			}
		})},
	{"projection-drops-id", "An answer with attributes has no id", "7644-3.9-04",
		onShow(func(c *call, _ *resource, o object) {
			if c.params["attributes"] != nil {
				delete(o, "id")
			}
		})},
	{"excluded-attributes-drop-id", "excludedAttributes removes the id", "7644-3.9-07",
		onShow(func(c *call, _ *resource, o object) {
			if slices.ContainsFunc(c.params["excludedAttributes"], func(s string) bool { return s == "id" || strings.HasPrefix(s, "id,") }) {
				delete(o, "id")
			}
		})},
	{"attributes-first-only", "Of several names in attributes the first one counts", "7644-3.9-06",
		editAllNames(func(names []string) []string { return names[:min(1, len(names))] })},
	{"attributes-sub-attribute-whole", "A part of an attribute in attributes gives the whole", "7644-3.9-05",
		editNames("attributes", wholeNames)},
	{"excluded-sub-attribute-drops-whole", "A part of an attribute in excludedAttributes removes the whole", "7644-3.4.2.5-07",
		editNames("excludedAttributes", wholeNames)},
	{"attributes-sub-attribute-dropped", "A part of an attribute in attributes gives nothing", "7644-3.9-05",
		onShow(func(c *call, _ *resource, o object) {
			if slices.ContainsFunc(c.params["attributes"], func(s string) bool { return strings.Contains(s, "name.") }) {
				delete(o, "name")
			}
		})},
	{"projection-urn-unknown", "attributes does not know the URN of the core schema", "7644-3.10-01",
		editAllNames(without(func(name string) bool { return strings.HasPrefix(name, scim.UserURN) }))},
	{"projection-urn-gives-nothing", "A userName that is asked for with the URN of its schema is left out", "7644-3.10-01",
		onShow(func(c *call, _ *resource, o object) {
			if slices.ContainsFunc(c.params["attributes"], func(s string) bool { return strings.HasPrefix(s, scim.UserURN) }) {
				delete(o, "userName")
			}
		})},
	{"projection-of-create-gives-too-little", "The answer to a create with attributes lacks the userName that was asked for", "7644-3.9-02",
		onShow(func(c *call, _ *resource, o object) {
			if c.isCreate() && c.params["attributes"] != nil {
				delete(o, "userName")
			}
		})},
	{"projection-extension-unknown", "attributes does not know attributes of extensions", "7644-3.9-05",
		onShow(func(c *call, _ *resource, o object) {
			if c.params["attributes"] != nil {
				delete(o, scim.EnterpriseUserURN)
			}
		})},
	{"projection-names-case-sensitive", "Names in attributes have to be written as in the schema", "7643-2.1-02",
		editAllNames(without(func(name string) bool { return name == strings.ToUpper(name) }))},
	{"projection-unknown-400", "A name in attributes that is not known is refused", "7644-3.9-06",
		refusing(http.StatusBadRequest, unknownName)},
	{"projection-unknown-shows-all", "A name in attributes that is not known shows everything", "7644-3.9-06",
		onCall(func(c *call) {
			if unknownName(c) {
				c.dropParam("attributes")
			}
		})},
	{"excluded-attributes-as-attributes", "excludedAttributes is read as attributes", "7644-3.9-08",
		onCall(func(c *call) {
			if names := c.params["excludedAttributes"]; names != nil {
				c.params["attributes"] = names
				c.dropParam("excludedAttributes")
			}
		})},
	{"patch-always-204", "PATCH answers 204 even when attributes is given", "7644-3.5.2-35",
		onAnswer(func(c *call, a *reply) {
			if c.method == http.MethodPatch && a.status == http.StatusOK {
				a.status, a.body = http.StatusNoContent, nil
			}
		})},
}

func anyName(string) bool { return true }

// wholeNames takes the names of parts for those of their attributes.
func wholeNames(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		if !strings.Contains(name, ":") {
			out[i], _, _ = strings.Cut(name, ".")
		}
	}
	return out
}

// unknownName reports whether attributes names what no schema declares.
func unknownName(c *call) bool {
	t := c.kind()
	return t != nil && slices.ContainsFunc(names(c.params["attributes"]), func(p scim.AttrPath) bool {
		_, _, ok := t.resolve(p)
		return !ok
	})
}

// searchFaults are in queries by POST.
var searchFaults = []Fault{
	{"search-filter-ignored", "The filter of a search by POST is ignored", "7644-3.4.3-02", searchWithout("filter")},
	{"search-attributes-ignored", "attributes and excludedAttributes of a search by POST are ignored", "7644-3.4.3-05",
		searchWithout("attributes", "excludedAttributes")},
	{"search-sort-ignored", "sortBy of a search by POST is ignored", "7644-3.4.3-11", searchWithout("sortBy", "sortOrder")},
	{"search-paging-ignored", "startIndex and count of a search by POST are ignored", "7644-3.4.3-13", searchWithout("startIndex", "count")},
	{"search-answers-201", "A search by POST is answered with 201", "7644-3.4.3-02",
		onAnswer(func(c *call, a *reply) {
			if c.isSearch() && a.status == http.StatusOK {
				a.status = http.StatusCreated
			}
		})},
	{"search-creates", "A search by POST that holds a resource creates it", "7644-3.4.3-02",
		onRequest(func(c *call) (*reply, error) {
			if t := c.kind(); t != nil && c.isSearch() && c.body["userName"] != nil {
				as := *c
				as.path, as.body = c.path[:1], cloneObject(c.body)
				as.body["schemas"] = []any{t.schema.id}
				delete(as.body, "filter")
				return c.srv.create(&as, t)
			}
			return nil, nil
		})},
	{"search-schema-unchecked", "A search by POST need not name its schema", "7644-3.4.3-04",
		onCall(func(c *call) {
			if c.isSearch() && c.body != nil {
				c.body["schemas"] = []any{scim.SearchRequestURN}
			}
		})},
	{"root-search-users-only", "A search at the root finds users alone", "7644-3.4.3-16",
		onQuery(func(c *call, q *query) {
			if len(c.path) == 0 {
				q.types = q.types[:1]
			}
		})},
	{"root-search-unknown-matches", "In a search at the root an attribute that a type lacks has any value", "7644-3.4.2.1-06",
		onLeaf(func(c *call, leaf scim.Filter) scim.Filter {
			if p, ok := leaf.(*scim.Present); ok && len(c.path) == 0 && strings.EqualFold(p.Attr.Name, "userName") {
				return holdsAlways
			}
			return leaf
		})},
}

// searchWithout ignores members of the body of a search.
func searchWithout(names ...string) func(*behaviour) {
	return onCall(func(c *call) {
		if c.isSearch() {
			c.dropParam(names...)
		}
	})
}
