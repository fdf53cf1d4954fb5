package mockidp

import (
	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

// entraRole is an app role as it travels: JSON, in a string.
func entraRole(role string) string {
	return string(encode(object{{"id", guid("role", role)}, {"value", role}, {"displayName", role}}))
}

// entraRoles words app roles by the function of the mapping (entra.md 2.7). A
// single assignment sends the first role, by a value path where the option roles
// says so. Complex roles are only ever added, with the dialect's word for it; the
// assertive form sends the whole set, and is documented in lower case alone.
func entraRoles(set settings, by mapping.Roles, add string, roles []string) (ops []any) {
	strung := func(roles []string) list {
		out := list{}
		for _, r := range roles {
			out = append(out, object{{"value", entraRole(r)}})
		}
		return out
	}
	switch {
	case by == mapping.AssertiveRoles:
		set := list{}
		for _, r := range roles {
			set = append(set, raw(entraRole(r)))
		}
		return []any{object{{"op", "replace"}, {"path", "roles"}, {"value", set}}}
	case len(roles) == 0:
		return nil
	case by == mapping.ComplexRoles:
		return []any{object{{"op", add}, {"path", "roles"}, {"value", strung(roles)}}}
	case set.is("roles", "value-path"):
		return []any{object{{"op", add}, {"path", `roles[primary eq "True"].value`}, {"value", roles[0]}}}
	}
	return []any{object{{"op", add}, {"path", "roles"}, {"value", strung(roles[:1])}}}
}

// setRoles makes the wording of a dialect. Without a mapping of a customer's own
// the option roles names the function.
func setRoles(set settings, m *mapped, add string, patch func(string, ...any) scim.Request) func(string, []string) []scim.Request {
	by := mapping.SingleRole
	switch {
	case set.is("roles", "complex"):
		by = mapping.ComplexRoles
	case set.is("roles", "assertive"):
		by = mapping.AssertiveRoles
	}
	for _, a := range m.Attributes {
		if a.Roles != "" {
			by = a.Roles
		}
	}
	return func(id string, roles []string) []scim.Request {
		if ops := entraRoles(set, by, add, roles); len(ops) > 0 {
			return []scim.Request{patch(userPath(id), ops...)}
		}
		return nil
	}
}
