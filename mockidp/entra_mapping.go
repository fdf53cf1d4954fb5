package mockidp

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

const enterprise = scim.EnterpriseUserURN + ":"

// entraDefault is the default mapping of an application that is in no catalog
// (entra.md 2.1), as far as the directory has the attributes, in the order of its
// updates.
var entraDefault = mapping.BuiltIn(mapping.Entra, "default",
	mapping.Row{Path: "active", Expression: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`},
	mapping.Row{Path: "userName", Expression: `[userPrincipalName]`},
	mapping.Row{Path: "displayName", Expression: `[displayName]`},
	mapping.Row{Path: "title", Expression: `[jobTitle]`},
	mapping.Row{Path: `emails[type eq "work"].value`, Expression: `[mail]`},
	mapping.Row{Path: "preferredLanguage", Expression: `[preferredLanguage]`},
	mapping.Row{Path: "name.givenName", Expression: `[givenName]`},
	mapping.Row{Path: "name.familyName", Expression: `[surname]`},
	mapping.Row{Path: "name.formatted", Expression: `Join(" ", [givenName], [surname])`},
	mapping.Row{Path: `addresses[type eq "work"].streetAddress`, Expression: `[streetAddress]`},
	mapping.Row{Path: `addresses[type eq "work"].locality`, Expression: `[city]`},
	mapping.Row{Path: `addresses[type eq "work"].region`, Expression: `[state]`},
	mapping.Row{Path: `addresses[type eq "work"].postalCode`, Expression: `[postalCode]`},
	mapping.Row{Path: `addresses[type eq "work"].country`, Expression: `[country]`},
	mapping.Row{Path: `phoneNumbers[type eq "mobile"].value`, Expression: `[mobile]`},
	mapping.Row{Path: "externalId", Expression: `[objectId]`},
	mapping.Row{Path: enterprise + "employeeNumber", Expression: `[employeeId]`},
	mapping.Row{Path: enterprise + "department", Expression: `[department]`},
)

// entraMapped is the mapping that an administrator chose: a customer's own, a
// preset, or the default.
func entraMapped(set settings) *mapped {
	if set.own != nil && set.own.IdP == mapping.Entra {
		m := *set.own
		m.Attributes = matchedBy(m.Attributes, "userName")
		return &mapped{&m, true}
	}
	m := *entraDefault
	if p := presetOf(set, entraPresets); p != nil {
		m.Attributes = slices.DeleteFunc(slices.Clone(m.Attributes), func(a *mapping.Attribute) bool { return !slices.Contains(p.Attributes, a.Target) })
	}
	switch {
	case set.is("match", "externalId"):
		m.Attributes = matchedBy(m.Attributes, "externalId")
	case set.is("match", "work-email"):
		m.Attributes = matchedBy(m.Attributes, `emails[type eq "work"].value`)
	default:
		m.Attributes = matchedBy(m.Attributes, "userName")
	}
	return &mapped{&m, false}
}

// matchedBy makes sure that there is a matching attribute: where there is none, it
// is this one, which is not sent when it was not mapped.
func matchedBy(attributes []*mapping.Attribute, target string) []*mapping.Attribute {
	if slices.ContainsFunc(attributes, func(a *mapping.Attribute) bool { return a.Match > 0 }) {
		return attributes
	}
	out := slices.Clone(attributes)
	i := slices.IndexFunc(out, func(a *mapping.Attribute) bool { return a.Target == target })
	matching := *entraDefault.Attribute(target)
	if i >= 0 {
		matching = *out[i]
		out[i] = &matching
	} else {
		matching.When = never
		out = append(out, &matching)
	}
	matching.Match = 1
	return out
}

// never is of an attribute that users are matched by, and that is not sent.
const never mapping.When = "never"

// matchBy is a matching query (entra.md 2.2).
func matchBy(a *mapping.Attribute, value string) string { return a.Target + " eq " + scim.Quote(value) }

// matches are the matching queries for a user, one for each matching attribute
// with a value, in the order of their precedence.
func (m *mapped) matches(u User) (out []string) {
	find := lookup(m.IdP, u, false)
	for _, a := range m.Matching() {
		if value, ok := a.Evaluate(find, false).Value.(string); ok {
			out = append(out, matchBy(a, value))
		}
	}
	return out
}

// active is what the mapping gives active, for who is to have an account or not;
// ok is false where it is not mapped, or has no such value.
func (m *mapped) active(u User, deleted bool) (active, ok bool) {
	a := m.Attribute("active")
	if a == nil {
		return false, false
	}
	active, ok = a.Evaluate(lookup(m.IdP, u, deleted), false).Value.(bool)
	return active, ok
}

// entraBody is the body of a create, the same in both dialects (entra.md 2.3).
// Above the extensions, members are in the order of the alphabet but for the
// first ones.
func entraBody(rows []row) object {
	o := make(object, 0, 3+len(rows))
	o = append(o, object{{"schemas", list{scim.UserURN, scim.EnterpriseUserURN}}, {"meta", object{{"resourceType", "User"}}}, {"roles", list{}}}...)
	for _, r := range rows {
		if r.complexRoles() {
			o = o.set("roles", entraComplexRoles(r))
		} else {
			o = place(o, r.Path, r.value, entraElement)
		}
	}
	name, _ := o.value("name").(object)
	name.arrange(rankIn("formatted", "familyName", "givenName"))
	extension, _ := o.value(scim.EnterpriseUserURN).(object)
	slices.SortStableFunc(extension, func(a, b member) int { return strings.Compare(a.key, b.key) })
	return o.arrangeEntra()
}

// arrangeEntra sorts the members of a body as entraBody says, in place.
func (o object) arrangeEntra() object {
	type place struct {
		member
		rank int
		name string
	}
	first := []string{"schemas", "externalId", "userName"}
	places := make([]place, len(o))
	for i, m := range o {
		p := place{member: m, rank: slices.Index(first, m.key)}
		switch {
		case p.rank >= 0:
		case m.key == scim.EnterpriseUserURN: // before the target's own
			p.rank = len(first) + 1
		case strings.Contains(m.key, ":"):
			p.rank = len(first) + 2
		default:
			p.rank, p.name = len(first), strings.ToLower(m.key)
		}
		places[i] = p
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Or(a.rank-b.rank, strings.Compare(a.name, b.name)) })
	for i := range places {
		o[i] = places[i].member
	}
	return o
}

// entraElement begins a value of a multi-valued attribute (entra.md 2.3).
func entraElement(attribute string, by *scim.Compare) object {
	o := selected(by)
	switch {
	case attribute == "emails" && by.Attr.Name == "type" && by.Value == "work":
		return append(object{{"primary", true}}, o...)
	case attribute == "roles":
		return o.set("type", appRoleType)
	}
	return o
}

// appRoleType is the type of an app role (entra.md 2.3).
const appRoleType = "WindowsAzureActiveDirectoryRole"

// entraComplexRoles are several app roles in a create; the two functions call the
// name differently (entra.md 2.3).
func entraComplexRoles(r row) list {
	name := pick(r.Roles == mapping.ComplexRoles, "displayName", "display")
	out := list{}
	for _, role := range r.texts() {
		out = append(out, object{{"primary", false}, {"type", appRoleType}, {name, role}, {"value", role}})
	}
	return out
}

// difference is a mapped attribute that the target has otherwise, or not.
type difference struct {
	row
	absent bool
}

// valuePath reports whether it is a value of a multi-valued attribute, which
// keeps its path in both dialects.
func (d difference) valuePath() bool { return d.Path.Filter != nil }

// entraDifferences compares what is mapped with what the target has: all of it,
// or, with a user as it was pushed last, what changed since then (entra.md 5.2).
// The parts of a name go together. active and app roles are not among them.
func (m *mapped) entraDifferences(current scim.Resource, u User, sent *User) []difference {
	var out []difference
	for _, r := range m.changed(u, sent) {
		if r.Target == "active" || r.Roles != "" {
			continue
		}
		have := current.Lookup(comparablePath(r.Path).String())
		switch {
		case len(have) > 0 && r.When == mapping.IfAbsent, len(have) > 0 && equals(have[0], r.value):
			continue
		}
		out = append(out, difference{r, len(have) == 0})
	}
	return out
}

// changed are the rows of an update that differ from those of the user as it was
// pushed last; nil is all of them.
func (m *mapped) changed(u User, sent *User) []row {
	rows := m.rows(u, false)
	if sent == nil {
		return rows
	}
	before := map[string]any{}
	for _, r := range m.rows(*sent, false) {
		before[r.Target] = r.value
	}
	same := func(r row) bool { return reflect.DeepEqual(before[r.Target], r.value) }
	named := slices.ContainsFunc(rows, func(r row) bool { return r.Path.Attr.Name == "name" && !same(r) })
	return slices.DeleteFunc(rows, func(r row) bool {
		return same(r) && !r.EveryTime && !(named && r.Path.Attr.Name == "name")
	})
}

// comparablePath is the path by which the value is found at the target: that of
// Entra ID may compare a boolean with the text "True" (entra.md 2.7).
func comparablePath(p scim.Path) scim.Path {
	if by, ok := p.Filter.(*scim.Compare); ok {
		p.Filter = &scim.Compare{Attr: by.Attr, Op: by.Op, Value: selected(by)[0].value}
	}
	return p
}

func equals(have gjson.Result, want any) bool {
	if b, ok := want.(bool); ok {
		return have.IsBool() && have.Bool() == b
	}
	return have.String() == want
}

// newRoles are the app roles of an update, and the function that words them; nil
// when the target has them already.
func (m *mapped) newRoles(current scim.Resource, u User, sent *User) ([]string, mapping.Roles) {
	for _, r := range m.changed(u, sent) {
		if r.Roles == "" {
			continue
		}
		want, have := r.texts(), rolesOf(current)
		lacks := slices.ContainsFunc(want, func(role string) bool { return !slices.Contains(have, role) })
		if lacks || r.Roles == mapping.AssertiveRoles && len(have) != len(want) {
			return want, r.Roles
		}
		return nil, ""
	}
	return nil, ""
}

// rolesOf are the app roles that the target has. A value may be the JSON in a
// string that an update sends.
func rolesOf(current scim.Resource) (out []string) {
	for _, v := range current.Lookup("roles.value") {
		var role struct{ Value string }
		if json.Unmarshal([]byte(v.String()), &role) == nil && role.Value != "" {
			out = append(out, role.Value)
			continue
		}
		out = append(out, v.String())
	}
	return out
}

// switchedOff takes away what a customer's own mapping never sends.
func (d *Dialect) switchedOff() {
	m := d.mapping
	if !m.own {
		return
	}
	const off = "it is switched off in the mapping (entra.md 2.8)"
	if m.NoCreate {
		d.leaveOut(off, "Create", "CreateGroup")
	}
	if m.NoUpdate {
		d.leaveOut(off, "Update", "Deactivate", "Reactivate", "SetManager", "ClearManager", "SetRoles", "RenameGroup", "ChangeMembers")
		d.updateAfter = nil
	}
	if m.NoDelete {
		d.leaveOut(off, "Delete", "DeleteGroup")
	}
	if m.NoGroups {
		d.leaveOut("groups are switched off in the mapping", "CreateGroup", "RenameGroup", "ChangeMembers", "DeleteGroup")
	}
	if !slices.ContainsFunc(m.Attributes, func(a *mapping.Attribute) bool { return a.Reference }) {
		d.leaveOut("the mapping has no manager", "SetManager", "ClearManager")
	}
	if !slices.ContainsFunc(m.Attributes, func(a *mapping.Attribute) bool { return a.Roles != "" }) {
		d.leaveOut("the mapping has no function of app roles", "SetRoles")
	}
}

// switchActive makes the wordings that disable and enable an account. Where a
// customer's own mapping has no active, who leaves is deleted (entra.md 2.8);
// where it gives active the same value whatever happens, nothing is sent.
func (d *Dialect) switchActive(patch func(id string, on bool, u User) scim.Request) {
	m := d.mapping
	to := func(on bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, u User) []scim.Request {
			if m.own {
				if value, ok := m.active(u, !on); !ok || value != on {
					return nil
				}
			}
			return []scim.Request{patch(id, on, u)}
		}
	}
	d.Deactivate, d.Reactivate = to(false), to(true)
	if m.own && m.Attribute("active") == nil {
		remove := d.Delete
		d.Deactivate = func(id string, _ scim.Resource, _ User) []scim.Request { return []scim.Request{remove(id)} }
	}
}
