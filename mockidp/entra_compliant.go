package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// entraCompliant is what Entra ID speaks when the tenant URL carries
// aadOptscim062020: lower-case operations, booleans, single-valued changes in
// one operation without a path (entra.md 2.5, 3.3).
func entraCompliant(set settings) *Dialect {
	d, entra := entraCommon(set)
	d.Name, d.Label = "entra-compliant", "Entra, with the flag"
	for name, ref := range map[string]Ref{
		"Update": {"entra.md 2.5", Documented}, "Deactivate": {"entra.md 2.5", Documented}, "Reactivate": {"entra.md 2.5", Documented},
		"SetManager": {"entra.md 2.6", Observed}, "ClearManager": {"entra.md 2.6", Observed},
		"RenameGroup": {"entra.md 3.3", Observed}, "ChangeMembers": {"entra.md 3.3", Documented},
	} {
		d.Source[name] = ref
	}
	d.Options = append(d.Options,
		deletedNameOption,
		Option{
			Name: "member-add", About: "\"replace\" carries only the new member; a target that then has only this member follows the RFC",
			Default: "add", Values: []string{"add", "replace"}, Source: Ref{"entra.md 3.3", Observed},
		},
		Option{
			Name: "clear-manager", About: "three shapes were seen",
			Default: "empty-string", Values: []string{"empty-string", "empty-object", "remove"}, Source: Ref{"entra.md 2.6", Observed},
		},
	)
	patch := func(path string, ops ...any) scim.Request {
		return entra.send(http.MethodPatch, path, patchOp(ops...))
	}
	d.updateAfter = func(id string, current scim.Resource, u User, was before) []scim.Request {
		var ops []any
		var added, replaced object
		for _, diff := range d.mapping.entraDifferences(current, u, was.sent) {
			switch {
			case diff.valuePath():
				ops = append(ops, object{{"op", pick(diff.absent, "add", "replace")}, {"path", diff.Target}, {"value", diff.value}})
			case diff.absent:
				added = added.with(diff.Target, diff.value)
			default:
				replaced = replaced.with(diff.Target, diff.value)
			}
		}
		if roles, by := d.mapping.newRoles(current, u, was.sent); roles != nil {
			ops = append(ops, entraRoles(set, by, "add", roles)...)
		}
		if added != nil {
			ops = append(ops, object{{"op", "add"}, {"value", added}})
		}
		if replaced != nil {
			ops = append(ops, object{{"op", "replace"}, {"value", replaced}})
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
		ops := []any{object{{"op", "replace"}, {"path", "active"}, {"value", on}}}
		if renamedByDeletion(set, u) {
			ops = append(ops, object{{"op", "replace"}, {"value", object{{"userName", u.UserName}}}})
		}
		return patch(userPath(id), ops...)
	})
	d.SetManager = func(id string, current scim.Resource, managerID string) scim.Request {
		word := "add"
		if current.Has(entraManager) {
			word = "replace"
		}
		return patch(userPath(id), object{{"op", word}, {"path", entraManager}, {"value", managerID}})
	}
	d.ClearManager = func(id string) scim.Request {
		switch {
		case set.is("clear-manager", "empty-object"):
			return patch(userPath(id), object{{"op", "replace"}, {"path", entraManager}, {"value", object{{"value", ""}}}})
		case set.is("clear-manager", "remove"):
			return patch(userPath(id), object{{"op", "remove"}, {"path", entraManager}})
		}
		return patch(userPath(id), object{{"op", "replace"}, {"path", entraManager}, {"value", ""}})
	}
	if !set.is("roles", "assertive") {
		d.Assumed = map[string]string{"SetRoles": "that the operation is in lower case"}
	}
	d.SetRoles = setRoles(set, d.mapping, "add", patch)
	d.RenameGroup = func(id string, _ scim.Resource, g Group, _ []Member) scim.Request {
		return patch(groupPath(id), object{{"op", "replace"}, {"value", object{{"displayName", g.Name}}}})
	}
	d.ChangeMembers = func(id string, _ scim.Resource, _ Group, _, add, remove []Member) []scim.Request {
		var out []scim.Request
		for _, m := range remove {
			out = append(out, patch(groupPath(id), object{{"op", "remove"}, {"path", `members[value eq "` + m.ID + `"]`}}))
		}
		word := "add"
		if set.is("member-add", "replace") {
			word = "replace"
		}
		for _, m := range add {
			out = append(out, patch(groupPath(id), object{{"op", word}, {"path", "members"}, {"value", memberValues([]Member{m})}}))
		}
		return out
	}
	d.switchedOff()
	return d
}
