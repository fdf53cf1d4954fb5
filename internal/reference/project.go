package reference

import (
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

// project leaves of a whole representation what the client is to see.
func (sel selection) project(t *resourceType, o object) {
	for _, p := range t.places() {
		v := p.get(o)
		if isEmpty(v) {
			continue
		}
		p.set(o, sel.projectValue(t, p, v))
	}
}

func (sel selection) projectValue(t *resourceType, p place, v any) any {
	a := p.attr
	wanted := a.returned == byDefault || a.returned == always
	var only []*attribute
	if len(sel.attributes) > 0 {
		m := mentioned(t, sel.attributes, p)
		wanted = a.returned == always || m.any()
		if !m.whole {
			only = m.subs
		}
		if !wanted {
			return keepAlways(a, v)
		}
	} else if a.returned == request {
		wanted = sel.wrote != nil && sel.wrote(p)
	}
	if !wanted {
		return nil
	}
	if only != nil {
		v = prune(a, v, func(sub *attribute) bool { return sub.returned == always || contains(only, sub) })
	} else {
		v = prune(a, v, func(sub *attribute) bool { return sub.returned == always || sub.returned == byDefault })
	}
	if m := mentioned(t, sel.excluded, p); m.any() && a.returned != always {
		if m.whole {
			return keepAlways(a, v)
		}
		v = prune(a, v, func(sub *attribute) bool { return sub.returned == always || !contains(m.subs, sub) })
	}
	return v
}

// keepAlways leaves of a value that is not wanted the sub-attributes that are
// always returned.
func keepAlways(a *attribute, v any) any {
	if a.kind != typeComplex {
		return nil
	}
	return prune(a, v, func(sub *attribute) bool { return sub.returned == always })
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
