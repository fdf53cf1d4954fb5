package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// entraLegacy is what Entra ID speaks without the flag: Add, Replace and
// Remove, an operation an attribute, always with a path, booleans as strings
// (entra.md 2.5, 3.3).
func entraLegacy(set settings) *Dialect {
	d, entra := entraCommon(set)
	d.Name, d.Label = "entra-legacy", "Entra, legacy"
	for name, ref := range map[string]Ref{
		"Update": {"entra.md 2.5", Documented}, "Deactivate": {"entra.md 2.5", Documented}, "Reactivate": {"entra.md 2.5", Documented},
		"SetManager": {"entra.md 2.6", Observed}, "RenameGroup": {"entra.md 3.3", Documented}, "ChangeMembers": {"entra.md 3.3", Documented},
	} {
		d.Source[name] = ref
	}
	d.Options = append(d.Options,
		deletedNameOption,
		Option{
			Name: "members-per-patch", About: "the live service was seen to send one; documents recommend that targets take several",
			Default: "one", Values: []string{"one", "all"}, Source: Ref{"entra.md 3.3", Observed},
		},
		Option{
			Name: "active", About: "the samples of the documentation have a boolean, the captures a string, some of them in lower case",
			Default: "string", Values: []string{"string", "lower-case", "boolean"}, Source: Ref{"entra.md 2.5", Documented},
		},
		Option{
			Name: "value-path", About: "captures of 2024 have the value of a value path in a list of objects",
			Default: "plain", Values: []string{"plain", "wrapped"}, Source: Ref{"entra.md 2.5", Observed},
		},
		Option{
			Name: "member-ref", About: "the documentation has $ref: null, captures often have only value",
			Default: "null", Values: []string{"null", "absent"}, Source: Ref{"entra.md 3.3", Documented},
		},
	)
	d.Unknown["ClearManager"] = "how the legacy dialect clears a manager is not documented (entra.md 2.6)"
	patch := func(path string, ops ...any) scim.Request {
		return entra.send(http.MethodPatch, path, patchOp(ops...))
	}
	op := func(op, path string, value any) object { return object{{"op", op}, {"path", path}, {"value", value}} }
	truth := func(on bool) any {
		switch {
		case set.is("active", "boolean"):
			return on
		case set.is("active", "lower-case"):
			return pick(on, "true", "false")
		}
		return pick(on, "True", "False")
	}
	d.updateAfter = func(id string, current scim.Resource, u User, was before) []scim.Request {
		var ops []any
		for _, diff := range d.mapping.entraDifferences(current, u, was.sent) {
			value := diff.value
			if b, ok := value.(bool); ok {
				value = truth(b)
			}
			if diff.valuePath() && set.is("value-path", "wrapped") {
				value = list{object{{"value", value}}}
			}
			ops = append(ops, op(pick(diff.absent, "Add", "Replace"), diff.Target, value))
		}
		if roles, by := d.mapping.newRoles(current, u, was.sent); roles != nil {
			ops = append(ops, entraRoles(set, by, "Add", roles)...)
		}
		if len(ops) == 0 {
			return nil
		}
		return []scim.Request{patch(userPath(id), ops...)}
	}
	d.Update = func(id string, current scim.Resource, u User) []scim.Request {
		return d.updateAfter(id, current, u, before{})
	}
	d.switchActive(func(id string, on bool, u User) scim.Request {
		ops := []any{op("Replace", "active", truth(on))}
		if renamedByDeletion(set, u) {
			ops = append(ops, op("Replace", "userName", u.UserName))
		}
		return patch(userPath(id), ops...)
	})
	d.SetManager = func(id string, current scim.Resource, managerID string) scim.Request {
		word := "Add"
		if current.Has(entraManager) {
			word = "Replace"
		}
		return patch(userPath(id), op(word, entraManager, managerID))
	}
	d.SetRoles = setRoles(set, d.mapping, "Add", patch)
	d.RenameGroup = func(id string, _ scim.Resource, g Group, _ []Member) scim.Request {
		return patch(groupPath(id), op("Replace", "displayName", g.Name))
	}
	d.ChangeMembers = func(id string, _ scim.Resource, _ Group, _, add, remove []Member) []scim.Request {
		var out []scim.Request
		for _, some := range entraBatches(set, remove) {
			out = append(out, patch(groupPath(id), op("Remove", "members", entraRefs(set, some))))
		}
		for _, some := range entraBatches(set, add) {
			out = append(out, patch(groupPath(id), op("Add", "members", entraRefs(set, some))))
		}
		return out
	}
	d.switchedOff()
	return d
}

// entraRefs lists members as the legacy dialect does.
func entraRefs(set settings, members []Member) list {
	out := list{}
	for _, m := range members {
		value := object{{"$ref", nil}, {"value", m.ID}}
		if set.is("member-ref", "absent") {
			value = value[1:]
		}
		out = append(out, value)
	}
	return out
}

// entraBatches divides members by how many go into one PATCH.
func entraBatches(set settings, members []Member) (out [][]Member) {
	if set.is("members-per-patch", "all") {
		if len(members) > 0 {
			out = append(out, members)
		}
		return out
	}
	for _, m := range members {
		out = append(out, []Member{m})
	}
	return out
}
