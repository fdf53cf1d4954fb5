package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// filterTypeFaults are in what operators mean for a type of attribute.
var filterTypeFaults = []Fault{
	{"filter-reference-never", "Comparisons of references never hold", "7643-2.3.7-02",
		onAttribute(func(_ *call, at place, f *scim.Compare) scim.Filter {
			if at.attr.kind == typeReference {
				return holdsNever
			}
			return f
		})},
	{"filter-text-case-sensitive", "The operators co, sw, ew and ne compare every text with case", "7644-3.4.2.2-43, E10",
		onAttribute(func(c *call, at place, f *scim.Compare) scim.Filter {
			want, isText := f.Value.(string)
			if !isText || at.attr.caseExact {
				return f
			}
			match, known := textOperators[f.Op]
			switch {
			case f.Op == scim.NE && !c.srv.anyText(c.kind(), at, func(s string) bool { return s == want }):
				return holdsAlways
			case known && !c.srv.anyText(c.kind(), at, func(s string) bool { return match(s, want) }):
				return holdsNever
			}
			return f
		})},
	{"filter-text-case-exact-ignored", "The operators co, sw and ew compare no text with case", "7644-3.4.2.2-43",
		onAttribute(func(c *call, at place, f *scim.Compare) scim.Filter {
			want, isText := f.Value.(string)
			match, known := textOperators[f.Op]
			if !isText || !known || !at.attr.caseExact {
				return f
			}
			var found scim.Filter = f
			c.srv.anyText(c.kind(), at, func(s string) bool {
				if match(strings.ToLower(s), strings.ToLower(want)) {
					found = &scim.Or{Left: found, Right: &scim.Compare{Attr: f.Attr, Op: scim.EQ, Value: s}}
				}
				return false
			})
			return found
		})},
	{"filter-orders-binary-values", "The operators gt, ge, lt and le are applied to binary attributes", "7644-3.4.2.2-17",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if isOrderOp(f.Op) && strings.EqualFold(f.Attr.Name, "x509Certificates") {
				return holdsNever
			}
			return f
		})},
	{"filter-schemas-ignored", "A comparison of schemas holds for everything", "7644-3.4.2.2-44",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if strings.EqualFold(f.Attr.Name, "schemas") {
				return holdsAlways
			}
			return f
		})},
	{"root-resource-type-ignored", "A comparison of meta.resourceType holds for everything", "7644-3.4.2.1-03",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if strings.EqualFold(f.Attr.Name, "meta") && strings.EqualFold(f.Attr.Sub, "resourceType") {
				return holdsAlways
			}
			return f
		})},
	{"search-urns-unknown", "A search by POST knows no attribute by the URN of its schema", "7644-3.4.3-08",
		onCall(func(c *call) {
			if !c.isSearch() {
				return
			}
			if s, ok := c.body["sortBy"].(string); ok && isURN(s) {
				delete(c.body, "sortBy")
			}
			list, ok := c.body["attributes"].([]any)
			for i := range list {
				if s, isText := list[i].(string); ok && isText && isURN(s) {
					list[i] = "schemas"
				}
			}
		})},
	{"search-numbers-crash", "A startIndex or count below 1 in a search by POST is answered with 500", "wso2 9303, SimpleIdServer 718",
		refusing(http.StatusInternalServerError, func(c *call) bool {
			for _, name := range []string{"startIndex", "count"} {
				if n, given := wholeNumber(c, name); c.isSearch() && given && n < 1 {
					return true
				}
			}
			return false
		})},
}

// textOperators are the operators on parts of a text.
var textOperators = map[scim.Op]func(s, part string) bool{
	scim.CO: strings.Contains, scim.SW: strings.HasPrefix, scim.EW: strings.HasSuffix,
}

// onAttribute changes the comparisons of attributes that have no parts.
func onAttribute(change func(c *call, at place, f *scim.Compare) scim.Filter) func(*behaviour) {
	return onCompare(func(c *call, f *scim.Compare) scim.Filter {
		if t := c.kind(); t != nil {
			if at, sub, ok := t.resolve(f.Attr); ok && at.attr != nil && sub == nil {
				return change(c, at, f)
			}
		}
		return f
	})
}

// anyText reports whether the text of an attribute of any resource fulfils a
// condition.
func (s *Server) anyText(t *resourceType, at place, holds func(string) bool) bool {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	for _, r := range s.store.collections[t].list {
		if text, ok := at.get(r.doc).(string); ok && holds(text) {
			return true
		}
	}
	return false
}
