package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// filterPathFaults are in what the names in a filter stand for, and in what
// letter case means.
var filterPathFaults = []Fault{
	{"filter-names-case-sensitive", "Attribute names in filters are compared with case", "7644-3.4.2.2-04",
		onLeaf(func(c *call, leaf scim.Filter) scim.Filter {
			t := c.kind()
			if t == nil {
				return leaf
			}
			path := pathOf(leaf)
			at, sub, ok := t.resolve(path)
			if ok && at.attr != nil && (at.attr.name != path.Name || sub != nil && sub.name != path.Sub) {
				return holdsNever
			}
			return leaf
		})},
	{"filter-sub-attribute-stumbles", "A filter on a sub-attribute finds nobody while the last user lacks the attribute", "interop scimmy, 7644-3.4.2.2-10",
		onQuery(func(c *call, q *query) {
			if q.filter == nil || len(q.types) != 1 {
				return
			}
			t := q.types[0]
			q.filter = mapFilter(q.filter, func(leaf scim.Filter) scim.Filter {
				at, sub, ok := t.resolve(pathOf(leaf))
				if !ok || sub == nil || at.attr == nil || at.attr.multiValued || at.attr.name == "meta" {
					return leaf
				}
				if list := c.srv.store.collections[t].list; len(list) > 0 && isEmpty(at.get(list[len(list)-1].doc)) {
					return holdsNever
				}
				return leaf
			})
		})},
	{"filter-values-case-sensitive", "A filter compares names with case", "interop SCM-3, E10, OKTA-Q10",
		onQuery(func(c *call, q *query) {
			eachEqual(q, func(t *resourceType, at place, f *scim.Compare, value string) scim.Filter {
				if !at.indexed() || at.attr.caseExact {
					return f
				}
				for _, r := range c.srv.store.find(t, at.attr, value) {
					if at.get(r.doc) == value {
						return f
					}
				}
				return holdsNever
			})
		})},
	{"filter-case-exact-ignored", "A filter compares case exact values without regard to case", "7643-7-21",
		onQuery(func(c *call, q *query) {
			eachEqual(q, func(t *resourceType, at place, f *scim.Compare, value string) scim.Filter {
				if !at.attr.caseExact {
					return f
				}
				for _, r := range c.srv.store.collections[t].list {
					if s, _ := at.get(r.doc).(string); strings.EqualFold(s, value) {
						return &scim.Compare{Attr: f.Attr, Op: f.Op, Value: s}
					}
				}
				return f
			})
		})},
	{"filter-urn-case-sensitive", "URNs in filters are compared with case", "7644-3.10-05",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			if p := pathOf(leaf); hasURN(p, scim.UserURN) && !strings.HasPrefix(p.String(), scim.UserURN) {
				return holdsNever
			}
			return leaf
		})},
	{"filter-sub-attribute-ignored", "A filter on a part of a name compares every part", "7644-3.10-04",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if !strings.EqualFold(f.Attr.Name, "name") || f.Attr.Sub == "" {
				return f
			}
			other := f.Attr
			if other.Sub = "givenName"; strings.EqualFold(f.Attr.Sub, other.Sub) {
				other.Sub = "familyName"
			}
			return &scim.Or{Left: f, Right: &scim.Compare{Attr: other, Op: f.Op, Value: f.Value}}
		})},
	{"filter-first-value-only", "A filter compares the first value of a multi-valued attribute alone", "7644-3.4.2.2-37",
		onPage(func(_ *call, q *query, list object) {
			f, ok := q.filter.(*scim.Compare)
			if !ok || f.Attr.Name != "emails" {
				return
			}
			dropFrom(list, func(o object) bool {
				emails := listOf(o["emails"])
				return len(emails) == 0 || memberID(emails[0]) != f.Value
			})
		})},
	{"filter-core-urn-unknown", "A filter does not know attributes by the URN of the core schema", "interop SCM-4",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			if hasURN(pathOf(leaf), scim.UserURN) {
				return holdsNever
			}
			return leaf
		})},
	{"filter-extension-ignored", "A condition on an attribute of an extension is taken to hold", "E16",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			if hasURN(pathOf(leaf), scim.EnterpriseUserURN) {
				return holdsAlways
			}
			return leaf
		})},
	{"filter-common-attributes-unknown", "A filter does not know id and externalId", "E08",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if strings.EqualFold(f.Attr.Name, "id") || strings.EqualFold(f.Attr.Name, "externalId") {
				return holdsNever
			}
			return f
		})},
	{"filter-groups-ignored", "A filter on groups is taken as no filter", "E12, E16",
		onFilter(func(c *call, f scim.Filter) scim.Filter {
			if c.endpoint() == scim.GroupsEndpoint {
				return nil
			}
			return f
		})},
	{"filter-members-unknown", "A filter does not know the members of groups", "E13",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			if strings.EqualFold(pathOf(leaf).Name, "members") {
				return holdsNever
			}
			return leaf
		})},
	{"filter-members-crashes", "A filter that compares members closes the connection", "interop EL-5, E13",
		onCall(func(c *call) {
			if strings.Contains(c.params.Get("filter"), "members eq") {
				panic(http.ErrAbortHandler)
			}
		})},
	{"filter-complex-ignored", "A comparison of emails without a part is taken to hold", "7644-3.4.2.2-38",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if strings.EqualFold(f.Attr.Name, "emails") && f.Attr.Sub == "" {
				return holdsAlways
			}
			return f
		})},
	{"value-path-ignored", "A filter in brackets is taken to hold", "E16",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			if _, ok := leaf.(*scim.ValueFilter); ok {
				return holdsAlways
			}
			return leaf
		})},
	{"value-path-across-values", "Conditions in brackets may be fulfilled by different values", "7644-3.4.2.2-29",
		onLeaf(func(_ *call, leaf scim.Filter) scim.Filter {
			v, ok := leaf.(*scim.ValueFilter)
			if !ok {
				return leaf
			}
			return mapFilter(v.Inner, func(inner scim.Filter) scim.Filter {
				path := scim.AttrPath{URN: v.Attr.URN, Name: v.Attr.Name, Sub: pathOf(inner).Name}
				switch f := inner.(type) {
				case *scim.Compare:
					return &scim.Compare{Attr: path, Op: f.Op, Value: f.Value}
				case *scim.Present:
					return &scim.Present{Attr: path}
				}
				return inner
			})
		})},
	{"value-path-reads-resource", "Names in brackets are looked up in the resource", "7644-3.4.2.2-30",
		onLeaf(func(c *call, leaf scim.Filter) scim.Filter {
			v, ok := leaf.(*scim.ValueFilter)
			if inner, simple := leafOf(v); ok && simple && c.kind() != nil {
				if _, _, declared := c.kind().resolve(pathOf(inner)); declared {
					return inner
				}
			}
			return leaf
		})},
}

// leafOf is what a value filter holds when it is a single comparison.
func leafOf(v *scim.ValueFilter) (scim.Filter, bool) {
	if v == nil {
		return nil, false
	}
	f, ok := v.Inner.(*scim.Compare)
	return f, ok
}

// eachEqual changes the comparisons by eq of a text with a singular attribute.
// The store's lock is held.
func eachEqual(q *query, change func(t *resourceType, at place, f *scim.Compare, value string) scim.Filter) {
	if q.filter == nil || len(q.types) != 1 {
		return
	}
	q.filter = mapFilter(q.filter, func(leaf scim.Filter) scim.Filter {
		f, ok := leaf.(*scim.Compare)
		if !ok || f.Op != scim.EQ {
			return leaf
		}
		at, sub, ok := q.types[0].resolve(f.Attr)
		if value, isText := f.Value.(string); ok && sub == nil && at.attr != nil && isText {
			return change(q.types[0], at, f, value)
		}
		return leaf
	})
}

// filterLogicFaults are in how conditions are joined.
var filterLogicFaults = []Fault{
	{"filter-and-as-or", "and is read as or", "7644-3.4.2.2-24", onJoin(func(f scim.Filter) scim.Filter {
		if a, ok := f.(*scim.And); ok {
			return &scim.Or{Left: a.Left, Right: a.Right}
		}
		return f
	})},
	{"filter-and-left-only", "What stands behind and is not read", "7644-3.4.2.2-24", onJoin(func(f scim.Filter) scim.Filter {
		if a, ok := f.(*scim.And); ok {
			return a.Left
		}
		return f
	})},
	{"filter-and-right-only", "What stands before and is not read", "7644-3.4.2.2-24", onJoin(func(f scim.Filter) scim.Filter {
		if a, ok := f.(*scim.And); ok {
			return a.Right
		}
		return f
	})},
	{"filter-or-as-and", "or is read as and", "7644-3.4.2.2-25", onJoin(func(f scim.Filter) scim.Filter {
		if o, ok := f.(*scim.Or); ok {
			return &scim.And{Left: o.Left, Right: o.Right}
		}
		return f
	})},
	{"filter-or-left-only", "What stands behind or is not read", "7644-3.4.2.2-25", onJoin(func(f scim.Filter) scim.Filter {
		if o, ok := f.(*scim.Or); ok {
			return o.Left
		}
		return f
	})},
	{"filter-not-ignored", "not is not read", "7644-3.4.2.2-26", onJoin(func(f scim.Filter) scim.Filter {
		if n, ok := f.(*scim.Not); ok && n != holdsAlways {
			return n.Inner
		}
		return f
	})},
	{"filter-or-before-and", "or binds closer than and", "7644-3.4.2.2-36", onJoin(func(f scim.Filter) scim.Filter {
		if o, ok := f.(*scim.Or); ok {
			if a, ok := o.Right.(*scim.And); ok {
				return &scim.And{Left: &scim.Or{Left: o.Left, Right: a.Left}, Right: a.Right}
			}
		}
		return f
	})},
	{"filter-parentheses-ignored", "Parentheses are not read", "7644-3.4.2.2-27", onJoin(func(f scim.Filter) scim.Filter {
		if a, ok := f.(*scim.And); ok {
			if o, ok := a.Left.(*scim.Or); ok {
				return &scim.Or{Left: o.Left, Right: &scim.And{Left: o.Right, Right: a.Right}}
			}
			if o, ok := a.Right.(*scim.Or); ok {
				return &scim.Or{Left: &scim.And{Left: a.Left, Right: o.Left}, Right: o.Right}
			}
		}
		return f
	})},
	{"filter-right-parentheses-ignored", "Parentheses behind and are not read", "SimpleIdServer 912, 7644-3.4.2.2-27", onJoin(func(f scim.Filter) scim.Filter {
		if a, ok := f.(*scim.And); ok {
			if o, ok := a.Right.(*scim.Or); ok {
				return &scim.Or{Left: &scim.And{Left: a.Left, Right: o.Left}, Right: o.Right}
			}
		}
		return f
	})},
	{"filter-and-first-two", "Of three conditions joined with and the last is not read", "7644-3.4.2.2-24", onJoin(func(f scim.Filter) scim.Filter {
		if a, ok := f.(*scim.And); ok {
			if first, ok := a.Left.(*scim.And); ok {
				return first
			}
		}
		return f
	})},
	{"filter-not-takes-the-rest", "not holds for all that follows it", "7644-3.4.2.2-36", onJoin(func(f scim.Filter) scim.Filter {
		if a, ok := f.(*scim.And); ok {
			if n, ok := a.Left.(*scim.Not); ok {
				return &scim.Not{Inner: &scim.And{Left: n.Inner, Right: a.Right}}
			}
		}
		return f
	})},
}

// onJoin changes what joins conditions, from the inside out, also inside
// brackets.
func onJoin(change func(scim.Filter) scim.Filter) func(*behaviour) {
	var walk func(f scim.Filter) scim.Filter
	walk = func(f scim.Filter) scim.Filter {
		switch f := f.(type) {
		case *scim.And:
			return change(&scim.And{Left: walk(f.Left), Right: walk(f.Right)})
		case *scim.Or:
			return change(&scim.Or{Left: walk(f.Left), Right: walk(f.Right)})
		case *scim.Not:
			return change(&scim.Not{Inner: walk(f.Inner)})
		case *scim.ValueFilter:
			return &scim.ValueFilter{Attr: f.Attr, Inner: walk(f.Inner), Compare: f.Compare}
		}
		return f
	}
	return onFilter(func(_ *call, f scim.Filter) scim.Filter { return walk(f) })
}
