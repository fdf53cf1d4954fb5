package mockidp

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

// mapped is what an administrator mapped: the default, a preset, or the mapping
// of a customer's own tenant.
type mapped struct {
	*mapping.Mapping
	// own: it is that of a customer.
	own bool
}

// row is a mapped attribute of a user, on its way to the target.
type row struct {
	*mapping.Attribute
	// value is a text, a boolean, or a list of app roles. Okta knows attributes
	// without a value, too: nil.
	value any
}

// complexRoles reports whether it is a list of app roles as objects.
func (r row) complexRoles() bool {
	return r.Roles == mapping.ComplexRoles || r.Roles == mapping.AssertiveRoles
}

// texts are the values as texts.
func (r row) texts() []string {
	switch v := r.value.(type) {
	case []string:
		return v
	case string:
		return []string{v}
	}
	return nil
}

// rows are the mapped attributes of a user. creating says that the account is
// made. Those without a value are left out for Entra ID, which never sends them
// (entra.md 2.1).
func (m *mapped) rows(u User, creating bool) []row {
	results := m.Evaluate(lookup(m.IdP, u, false), creating)
	out := make([]row, 0, len(results)+1)
	for _, r := range results {
		if sendable(r) && (r.Value != nil || m.IdP == mapping.Okta) {
			out = append(out, row{r.Attribute, r.Value})
		}
	}
	if m.IdP == mapping.Entra && !m.own && u.Custom.URN != "" {
		out = append(out, row{customAttribute(u.Custom), u.Custom.Value})
	}
	return out
}

// customAttribute is the attribute that somebody maps beside the default ones.
func customAttribute(c CustomAttribute) *mapping.Attribute {
	return &mapping.Attribute{
		Target: c.URN + ":" + c.Name, Path: scim.Path{Attr: scim.AttrPath{URN: c.URN, Name: c.Name}}, When: mapping.Always,
	}
}

// isCore reports whether a path leads to an attribute of the core schema.
func isCore(p scim.Path) bool { return p.Attr.URN == "" || strings.EqualFold(p.Attr.URN, scim.UserURN) }

// place puts a value where a path says. element makes a new value of a
// multi-valued attribute by what the path selects it by.
func place(o object, p scim.Path, value any, element func(attribute string, by *scim.Compare) object) object {
	if urn := p.Attr.URN; urn != "" && !isCore(p) {
		inner, _ := o.value(urn).(object)
		p.Attr.URN = ""
		return o.set(urn, place(inner, p, value, element))
	}
	name := p.Attr.Name
	switch by, _ := p.Filter.(*scim.Compare); {
	case by != nil:
		values, _ := o.value(name).(list)
		first := element(name, by)
		for i, v := range values {
			if have, _ := v.(object); have.get(by.Attr.Name) == first.get(by.Attr.Name) {
				values[i] = have.set(p.Sub, value)
				return o
			}
		}
		return o.set(name, append(values, first.set(p.Sub, value)))
	case p.Attr.Sub != "":
		inner, _ := o.value(name).(object)
		return o.set(name, inner.set(p.Attr.Sub, value))
	}
	return o.set(name, value)
}

// selected is what a path selects a value by, as a member of the value.
func selected(by *scim.Compare) object {
	if text, ok := by.Value.(string); ok && (strings.EqualFold(text, "true") || strings.EqualFold(text, "false")) {
		return object{{by.Attr.Name, strings.EqualFold(text, "true")}} // "True" as a text is Entra's (entra.md 2.7)
	}
	return object{{by.Attr.Name, by.Value}}
}

// value is the value of a key, nil where there is none.
func (o object) value(key string) any {
	for _, m := range o {
		if strings.EqualFold(m.key, key) {
			return m.value
		}
	}
	return nil
}

// arrange sorts the members by their rank, in place; those of the same rank stay
// as they are.
func (o object) arrange(rank func(key string) int) object {
	slices.SortStableFunc(o, func(a, b member) int { return rank(a.key) - rank(b.key) })
	return o
}

// rankIn ranks keys by their place in a list; others come after them.
func rankIn(keys ...string) func(string) int {
	return func(key string) int {
		if i := slices.Index(keys, key); i >= 0 {
			return i
		}
		return len(keys)
	}
}

// InScope reports whether the scoping filters of the mapping let a user through,
// and else why not. Without a mapping of a customer's own everybody is in scope
// who is assigned.
func (d *Dialect) InScope(u User) (in bool, why string) {
	if !d.filters() {
		return true, ""
	}
	return d.mapping.InScope(lookup(d.mapping.IdP, u, false))
}

// filters reports whether there are scoping filters.
func (d *Dialect) filters() bool { return d.mapping != nil && len(d.mapping.Scope) > 0 }

// steady is what a customer's own mapping keeps the same at the target: without
// what is sent when the account is made alone, and without app roles, whose form
// the target chooses.
func (m *mapped) steady(u User) object {
	rows := slices.DeleteFunc(m.rows(u, false), func(r row) bool { return r.When != mapping.Always || r.Roles != "" || r.value == nil })
	if m.IdP == mapping.Okta {
		return oktaBody(u, rows)
	}
	return entraBody(rows).without("roles")
}

// MappedAttribute is an attribute of the target, and what becomes of it for one
// user.
type MappedAttribute struct {
	// Target is the attribute as the mapping names it, Path where it stands in
	// the resource.
	Target, Path string
	// Expression is what is mapped to it; "" for nothing.
	Expression string
	// Inputs are the attributes of the user that the expression reads.
	Inputs []mapping.Input
	When   mapping.When
	// Match is the precedence as a matching attribute; 0 is none.
	Match int
	// Wire is the value as JSON, as a create sends it; "" when nothing is sent.
	Wire string
	// Note says what is special about the value, or why there is none.
	Note string
}

// Attributes lists what the mapping makes of a user, in its order; nil where the
// dialect has none.
func (d *Dialect) Attributes(u User) []MappedAttribute {
	if d.mapping == nil {
		return nil
	}
	find := lookup(d.mapping.IdP, u, false)
	out := []MappedAttribute{}
	for _, r := range d.mapping.Evaluate(find, true) {
		a := MappedAttribute{
			Target: r.Target, Path: r.Path.String(), Expression: r.Expression, Inputs: r.Inputs(find), When: r.When, Match: r.Match, Note: r.Problem,
		}
		switch {
		case r.Reference:
			a.Note = "a reference: the target's id of the manager, sent when both are linked"
		case r.Value == nil && a.Note == "" && d.mapping.IdP == mapping.Okta:
			a.Note = "no value: a push takes away what the target has"
		case r.Value == nil && a.Note == "":
			a.Note = "no value"
		case r.When == never:
			a.Note = "users are matched by it; it is not sent"
		case r.Value != nil && !sendable(r):
			a.Note = "several values: how they are worded is not known"
		case r.Defaulted:
			a.Note = "the default value, in a create alone"
		}
		switch sent := (row{r.Attribute, r.Value}); {
		case r.Value == nil || !sendable(r):
		case sent.complexRoles():
			a.Wire = string(encode(entraComplexRoles(sent)))
		default:
			a.Wire = string(encode(r.Value))
		}
		out = append(out, a)
	}
	return out
}

// sendable reports whether it is known how a value is worded.
func sendable(r mapping.Result) bool {
	_, several := r.Value.([]string)
	return !r.Reference && r.When != never && (!several || r.Roles != "")
}
