package reference

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// selection is what a client wants to see of a resource (RFC 7644 section
// 3.9), and what it wrote.
type selection struct {
	attributes, excluded []scim.AttrPath
	// wrote reports whether the client gave the attribute a value in this
	// request; such attributes are shown although they are "returned:
	// request".
	wrote func(place) bool
}

// selected reads the parameters attributes and excludedAttributes of a
// request.
func selected(c *call) selection {
	return selection{
		attributes: names(c.params["attributes"]),
		excluded:   names(c.params["excludedAttributes"]),
	}
}

// names parses lists of attribute names, parted by commas. What is no
// attribute name names nothing.
func names(lists []string) []scim.AttrPath {
	var out []scim.AttrPath
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			p, err := scim.ParsePath(strings.TrimSpace(name))
			if err == nil && p.Filter == nil {
				out = append(out, p.Attr)
			}
		}
	}
	return out
}

// mention tells how a list of names mentions an attribute: as a whole, or only
// some of its sub-attributes.
type mention struct {
	whole bool
	subs  []*attribute
}

func (m mention) any() bool { return m.whole || len(m.subs) > 0 }

func mentioned(t *resourceType, list []scim.AttrPath, p place) mention {
	var m mention
	for _, name := range list {
		at, sub, ok := t.resolve(name)
		switch {
		case !ok:
		case at.attr == nil && at.ext == p.ext:
			m.whole = true
		case at != p:
		case sub == nil:
			m.whole = true
		default:
			m.subs = append(m.subs, sub)
		}
	}
	return m
}

// view tells what the client is to see of an attribute: nothing when it is
// nil, else the sub-attributes for which it holds.
func (sel selection) view(t *resourceType, p place) func(sub *attribute) bool {
	a := p.attr
	keep := func(sub *attribute) bool { return sub.returned == always || sub.returned == byDefault }
	switch {
	case len(sel.attributes) > 0:
		m := mentioned(t, sel.attributes, p)
		if !m.any() && a.returned != always {
			return onlyAlways(a)
		}
		if !m.whole && len(m.subs) > 0 {
			keep = func(sub *attribute) bool { return sub.returned == always || contains(m.subs, sub) }
		}
	case a.returned == request && (sel.wrote == nil || !sel.wrote(p)), a.returned == never:
		return nil
	}
	m := mentioned(t, sel.excluded, p)
	switch {
	case !m.any() || a.returned == always:
		return keep
	case m.whole:
		return onlyAlways(a)
	}
	return func(sub *attribute) bool {
		return keep(sub) && (sub.returned == always || !contains(m.subs, sub))
	}
}

// onlyAlways is the view of an attribute that is not wanted: of the
// sub-attributes that are always returned, if there are any.
func onlyAlways(a *attribute) func(sub *attribute) bool {
	keep := func(sub *attribute) bool { return sub.returned == always }
	if slices.ContainsFunc(a.subs, keep) {
		return keep
	}
	return nil
}

func contains(list []*attribute, a *attribute) bool {
	for _, x := range list {
		if x == a {
			return true
		}
	}
	return false
}

// prune removes the sub-attributes that are not to be kept.
func prune(a *attribute, v any, keep func(*attribute) bool) any {
	switch v := v.(type) {
	case []any:
		var out []any
		for _, x := range v {
			if x = prune(a, x, keep); !isEmpty(x) {
				out = append(out, x)
			}
		}
		return out
	case object:
		for name := range v {
			if sub := a.sub(name); sub != nil && !keep(sub) {
				delete(v, name)
			}
		}
		return v
	}
	return v
}
