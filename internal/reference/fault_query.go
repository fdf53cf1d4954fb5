package reference

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Helpers for faults of queries: parameters, filters and pages.

// onCall changes the requests and answers none.
func onCall(f func(c *call)) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) { f(c); return nil, nil })
}

// refusing answers the requests that a fault does not understand with an error.
func refusing(status int, when func(c *call) bool) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if when(c) {
			return nil, fail(status, "this request is not understood")
		}
		return nil, nil
	})
}

// onLeaf changes the comparisons, presence tests and value filters of every
// filter, also inside brackets.
func onLeaf(change func(c *call, f scim.Filter) scim.Filter) func(*behaviour) {
	return onFilter(func(c *call, f scim.Filter) scim.Filter {
		return mapFilter(f, func(leaf scim.Filter) scim.Filter { return change(c, leaf) })
	})
}

// onCompare changes the comparisons of every filter.
func onCompare(change func(c *call, f *scim.Compare) scim.Filter) func(*behaviour) {
	return onLeaf(func(c *call, leaf scim.Filter) scim.Filter {
		if f, ok := leaf.(*scim.Compare); ok {
			return change(c, f)
		}
		return leaf
	})
}

// onText changes the text that attributes are compared with.
func onText(change func(s string) string) func(*behaviour) {
	return onCompare(func(_ *call, f *scim.Compare) scim.Filter {
		if s, ok := f.Value.(string); ok {
			return &scim.Compare{Attr: f.Attr, Op: f.Op, Value: change(s)}
		}
		return f
	})
}

// swapOperator takes one operator for another.
func swapOperator(from, to scim.Op) func(*behaviour) {
	return onCompare(func(_ *call, f *scim.Compare) scim.Filter {
		if f.Op == from {
			return &scim.Compare{Attr: f.Attr, Op: to, Value: f.Value}
		}
		return f
	})
}

// mapFilter copies a filter with its leaves changed.
func mapFilter(f scim.Filter, change func(scim.Filter) scim.Filter) scim.Filter {
	switch f := f.(type) {
	case *scim.And:
		return &scim.And{Left: mapFilter(f.Left, change), Right: mapFilter(f.Right, change)}
	case *scim.Or:
		return &scim.Or{Left: mapFilter(f.Left, change), Right: mapFilter(f.Right, change)}
	case *scim.Not:
		return &scim.Not{Inner: mapFilter(f.Inner, change)}
	case *scim.ValueFilter:
		return change(&scim.ValueFilter{Attr: f.Attr, Inner: mapFilter(f.Inner, change), Compare: f.Compare})
	}
	return change(f)
}

// Filters that hold for nothing and for everything.
var (
	holdsNever  scim.Filter = &scim.Compare{Attr: scim.AttrPath{Name: "noSuchAttribute"}, Op: scim.EQ, Value: "x"}
	holdsAlways scim.Filter = &scim.Not{Inner: holdsNever}
)

// pathOf is the attribute path of a leaf.
func pathOf(leaf scim.Filter) scim.AttrPath {
	switch f := leaf.(type) {
	case *scim.Compare:
		return f.Attr
	case *scim.Present:
		return f.Attr
	case *scim.ValueFilter:
		return f.Attr
	}
	return scim.AttrPath{}
}

// hasURN reports whether a path begins with the URN, in any case.
func hasURN(p scim.AttrPath, urn string) bool {
	s := p.String()
	return len(s) >= len(urn) && strings.EqualFold(s[:len(urn)], urn)
}

// isList reports whether the request is a query.
func (c *call) isList() bool {
	return c.isSearch() || c.method == "GET" && (len(c.path) == 0 || len(c.path) == 1 && c.kind() != nil)
}

// isSingle reports whether the request is about one resource.
func (c *call) isSingle() bool { return len(c.path) == 2 && c.kind() != nil && !c.isSearch() }

// param is a parameter of a query, be it in the URL or in the body of a search.
func (c *call) param(name string) (string, bool) {
	if c.isSearch() {
		v, given := member(c.body, name)
		s, _ := v.(string)
		return s, given
	}
	v, given := c.params[name]
	return strings.Join(v, ","), given
}

// dropParam takes a parameter of a query away.
func (c *call) dropParam(names ...string) {
	for _, name := range names {
		delete(c.params, name)
		if c.isSearch() {
			delete(c.body, name)
		}
	}
}

// dropFrom takes resources out of a list.
func dropFrom(list object, drop func(o object) bool) {
	kept := []any{}
	for _, x := range listOf(list["Resources"]) {
		if o, ok := x.(object); !ok || !drop(o) {
			kept = append(kept, x)
		}
	}
	list["Resources"], list["totalResults"], list["itemsPerPage"] = kept, len(kept), len(kept)
}

// sortPage sorts the resources of a list by a text.
func sortPage(list object, descending bool, key func(o object) string) {
	resources := slices.Clone(listOf(list["Resources"]))
	slices.SortStableFunc(resources, func(a, b any) int {
		order := strings.Compare(key(a.(object)), key(b.(object)))
		if descending {
			return -order
		}
		return order
	})
	list["Resources"] = resources
}

// textOf is a text at the top level of a resource.
func textOf(o object, name string) string { s, _ := o[name].(string); return s }

// editNames changes the names in attributes or excludedAttributes of every
// request.
func editNames(param string, edit func(names []string) []string) func(*behaviour) {
	return onCall(func(c *call) {
		if v, given := member(c.body, param); given && c.isSearch() {
			c.body[param] = anys(edit(stringsIn(v)))
			return
		}
		if v, given := c.params[param]; given {
			if c.params[param] = edit(strings.Split(strings.Join(v, ","), ",")); len(c.params[param]) == 0 {
				delete(c.params, param)
			}
		}
	})
}

// editAllNames is editNames for both parameters.
func editAllNames(edit func(names []string) []string) func(*behaviour) {
	return func(b *behaviour) {
		editNames("attributes", edit)(b)
		editNames("excludedAttributes", edit)(b)
	}
}

// without removes the names that fit.
func without(unwanted func(name string) bool) func([]string) []string {
	return func(names []string) []string { return slices.DeleteFunc(slices.Clone(names), unwanted) }
}
