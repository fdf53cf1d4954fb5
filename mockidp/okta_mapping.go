package mockidp

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

// oktaDefault is the mapping of an application's first steps (okta.md 2.2), with
// the attributes that an administrator adds first.
var oktaDefault = mapping.BuiltIn(mapping.Okta, "default", oktaRows...)

var oktaRows = []mapping.Row{
	{Name: "givenName", Path: "name.givenName", Expression: `user.firstName`},
	{Name: "familyName", Path: "name.familyName", Expression: `user.lastName`},
	{Name: "email", Path: "emails[primary eq true].value", Expression: `user.email`},
	{Name: emailType, Path: "emails[primary eq true].type", Expression: `(user.email != null && user.email != '') ? 'work' : ''`},
	{Path: "displayName", Expression: `user.displayName`},
	{Path: "locale", Expression: `user.locale`},
	{Path: "title", Expression: `user.title`},
	{Name: "employeeNumber", Path: enterprise + "employeeNumber", Expression: `user.employeeNumber`},
	{Name: "department", Path: enterprise + "department", Expression: `user.department`},
}

// oktaWithManager is the same where an administrator maps the name of the manager:
// there is no value that refers to a user (okta.md 2.2).
var oktaWithManager = mapping.BuiltIn(mapping.Okta, "default",
	append(slices.Clone(oktaRows), mapping.Row{Name: "manager", Path: enterprise + "manager.displayName", Expression: `user.manager`})...)

// emailType is the attribute that an administrator removes so that an address
// has no type (okta.md 2.2).
const emailType = "emailType"

// oktaMapped is the mapping that an administrator chose: a customer's own, or the
// default.
func oktaMapped(set settings) *mapped {
	if set.own != nil && set.own.IdP == mapping.Okta {
		return &mapped{set.own, true}
	}
	m := *oktaDefault
	if set.is("manager", "display-name") {
		m = *oktaWithManager
	}
	if set.is("email-type", "absent") {
		m.Attributes = slices.DeleteFunc(slices.Clone(m.Attributes), func(a *mapping.Attribute) bool { return a.Target == emailType })
	}
	return &mapped{&m, false}
}

// profile is the user of the application: what is mapped. An attribute that is
// not to be pushed keeps the value that it had when the account was made, and is
// sent all the same: a push holds the whole profile (okta.md 2.4).
func (m *mapped) profile(u User, was before) []row {
	rows := m.rows(u, true)
	if was.first == nil {
		return rows
	}
	first := map[string]any{}
	for _, r := range m.rows(*was.first, true) {
		first[r.Target] = r.value
	}
	for i, r := range rows {
		if r.When == mapping.OnCreate {
			rows[i].value = first[r.Target]
		}
	}
	return rows
}

// heads are the mapped attributes that stand before externalId, in this order
// (okta.md 2.2).
var heads = []string{"name", "emails", "displayName", "locale"}

func isHead(r row) bool { return isCore(r.Path) && slices.Contains(heads, r.Path.Attr.Name) }

// oktaUser is the body of a create.
func (m *mapped) oktaUser(u User) object { return oktaBody(u, m.profile(u, before{})) }

// oktaBody is a body of the profile. The order of the keys up to active is
// documented; where mapped attributes stand is not known.
func oktaBody(u User, profile []row) object {
	head, tail := object{}, object{}
	for _, r := range profile {
		switch {
		case r.value == nil:
		case isHead(r):
			head = place(head, r.Path, r.value, oktaElement)
		default:
			tail = place(tail, r.Path, r.value, oktaElement)
		}
	}
	o := object{{"schemas", oktaSchemas(nil, profile)}, {"userName", u.UserName}}
	o = append(o, head.arrange(rankIn(heads...))...)
	o = append(o, object{{"externalId", u.ObjectID}, {"groups", list{}}, {"password", u.Password}, {"active", true}}...)
	return elementsIn(append(o, tail.arrange(extensionsLast)...), "primary", "value", "type")
}

// extensionsLast ranks extensions behind attributes of the core.
func extensionsLast(key string) int { return pick(strings.Contains(key, ":"), 1, 0) }

// oktaElement begins a value of a multi-valued attribute.
func oktaElement(_ string, by *scim.Compare) object { return selected(by) }

// elementsIn arranges the members of the values of multi-valued attributes.
func elementsIn(o object, keys ...string) object {
	for _, m := range o {
		values, _ := m.value.(list)
		for _, v := range values {
			if element, ok := v.(object); ok {
				element.arrange(rankIn(keys...))
			}
		}
	}
	return o
}

// oktaSchemas are the schemas that a body names: those that the target named,
// and each extension of which an attribute has a value.
func oktaSchemas(have []string, profile []row) list {
	out := list{}
	add := func(urn string) {
		if !slices.Contains(out, any(urn)) {
			out = append(out, urn)
		}
	}
	for _, urn := range have {
		add(urn)
	}
	add(scim.UserURN)
	for _, r := range profile {
		if r.value != nil && !isCore(r.Path) {
			add(r.Path.Attr.URN)
		}
	}
	return out
}

// oktaOverlay is the body of a profile push: what the target returned, with
// Okta's values laid over it. name is merged, emails are replaced as a whole,
// and active stays as the target has it (okta.md 2.4). An attribute without a
// value overwrites what the target has.
func (m *mapped) oktaOverlay(set settings, current scim.Resource, u User, was before) object {
	o, profile := members(current.JSON()), m.profile(u, was)
	have := []string{}
	for _, s := range current.Lookup("schemas") {
		have = append(have, s.String())
	}
	o = o.set("schemas", oktaSchemas(have, profile)).set("userName", u.UserName)
	several := object{} // the values of multi-valued attributes, made anew
	for _, r := range profile {
		if r.Path.Filter != nil && r.value != nil {
			several = place(several, r.Path, r.value, oktaElement)
		}
	}
	several = elementsIn(several, "value", "type", "primary") // not in the order of a create
	lay := func(r row) {
		switch p := r.Path; {
		case !isCore(p):
			inner := overlaid(o, p.Attr.URN)
			if p.Filter != nil {
				values, _ := several.value(p.Attr.URN).(object)
				inner = oktaEmptied(set, inner, p.Attr.Name, values.value(p.Attr.Name))
			} else {
				inner = oktaMember(set, inner, p.Attr, r.value)
			}
			if o = o.set(p.Attr.URN, inner); len(inner) == 0 {
				o = o.without(p.Attr.URN)
			}
		case p.Filter != nil:
			o = oktaEmptied(set, o, p.Attr.Name, several.value(p.Attr.Name))
		default:
			o = oktaMember(set, o, p.Attr, r.value)
		}
	}
	layAll := func(which func(row) bool) {
		for _, r := range profile {
			if which(r) {
				lay(r)
			}
		}
	}
	named := func(name string) func(row) bool {
		return func(r row) bool { return isHead(r) && r.Path.Attr.Name == name }
	}
	layAll(named("name"))
	layAll(named("emails"))
	layAll(named("displayName"))
	o = o.set("externalId", u.ObjectID)
	layAll(named("locale"))
	if o.get("groups") == "" {
		o = o.with("groups", list{})
	}
	layAll(func(r row) bool { return isCore(r.Path) && !isHead(r) })
	layAll(func(r row) bool { return !isCore(r.Path) })
	return o
}

// overlaid is an object within a body: what was laid there, or what the target
// had.
func overlaid(o object, key string) object {
	switch v := o.value(key).(type) {
	case object:
		return v
	case raw:
		if had := gjson.Parse(string(v)); had.IsObject() {
			return members(had)
		}
	}
	return nil
}

// oktaMember lays one attribute, or a part of one.
func oktaMember(set settings, o object, at scim.AttrPath, value any) object {
	if at.Sub == "" {
		return oktaEmptied(set, o, at.Name, value)
	}
	inner := oktaEmptied(set, overlaid(o, at.Name), at.Sub, value)
	if len(inner) == 0 {
		return o.without(at.Name)
	}
	return o.set(at.Name, inner)
}

// oktaEmptied sets an attribute of the app's profile. One that is empty
// overwrites what the target has (okta.md 2.4); what it never had stays away.
func oktaEmptied(set settings, o object, key string, value any) object {
	switch {
	case value != nil:
		return o.set(key, value)
	case o.get(key) == "":
		return o
	case set.is("emptied", "empty"):
		return o.set(key, "")
	case set.is("emptied", "null"):
		return o.set(key, nil)
	}
	return o.without(key)
}
