package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// jumpCloud is JumpCloud's custom SCIM connector. Switching it on creates a
// test user and a test group on the target, and deletes both; a change is an
// operation an attribute (other-idps.md 6).
func jumpCloud(set settings) *Dialect {
	const sheet = "other-idps.md 6"
	w := wordsOfMediaType(set)
	const headers = "the Content-Type, and that there is no Accept"
	d := &Dialect{
		Name: "jumpcloud", Label: "JumpCloud", IdP: "jumpcloud", objectID: guid, LiveTest: true, Flows: true,
		Auth: []AuthForm{{"bearer", "Bearer TOKEN", Ref{sheet, Documented}}},
		Options: []Option{
			mediaTypeOption,
		},
		Source: map[string]Ref{
			"Probe": {sheet, Observed}, "Update": {sheet, Observed}, "Deactivate": {sheet, Observed}, "Reactivate": {sheet, Observed},
			"Delete": {sheet, Documented}, "ChangeMembers": {sheet, Observed}, "DeleteGroup": {sheet, Documented},
		},
		Assumed: map[string]string{"Update": headers, "Deactivate": headers, "Reactivate": headers, "ChangeMembers": headers},
		Unknown: map[string]string{
			"SetRoles":       "no special mappings are sent (other-idps.md 6)",
			"Discover":       "none is documented (other-idps.md 1)",
			"ListUsers":      "how it pages is not known (other-idps.md 6)",
			"ListGroups":     "how it pages is not known (other-idps.md 6)",
			"Read":           "whether a user is read before a change is not known (other-idps.md 6)",
			"SetManager":     "no extension schemas are sent (other-idps.md 6)",
			"ClearManager":   "no extension schemas are sent (other-idps.md 6)",
			"FindGroup":      "how a group is matched is not known (other-idps.md 1)",
			"ReadGroup":      "not known (other-idps.md 6)",
			"Reconcile":      "not known (other-idps.md 6)",
			"RenameGroup":    "group update is documented, its request is not shown (other-idps.md 6)",
			"ReplaceMembers": "members are added and removed (other-idps.md 6)",
		},
	}
	d.Probe = func() scim.Request { return w.read(scim.UsersEndpoint, "") }
	d.Find = func(u User) scim.Request {
		return w.read(scim.UsersEndpoint, "filter="+percent("userName eq "+scim.Quote(u.UserName)))
	}
	d.Create = func(u User) scim.Request { return w.send(http.MethodPost, scim.UsersEndpoint, plainUser(u, true)) }
	replace := func(path string, value any) object {
		return object{{"op", "replace"}, {"path", path}, {"value", value}}
	}
	d.Update = func(id string, current scim.Resource, u User) []scim.Request {
		var ops []any
		for _, m := range []struct{ path, value string }{
			{"userName", u.UserName}, {"name.givenName", u.GivenName}, {"name.familyName", u.FamilyName}, {"displayName", u.DisplayName},
		} {
			if have := current.Lookup(m.path); m.value != "" && (len(have) == 0 || have[0].String() != m.value) {
				ops = append(ops, replace(m.path, m.value))
			}
		}
		if len(ops) == 0 {
			return nil
		}
		return []scim.Request{w.send(http.MethodPatch, userPath(id), patchOp(ops...))}
	}
	active := func(on bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, _ User) []scim.Request {
			return []scim.Request{w.send(http.MethodPatch, userPath(id), patchOp(replace("active", on)))}
		}
	}
	d.Deactivate, d.Reactivate = active(false), active(true)
	d.Delete = func(id string) scim.Request { return w.delete(userPath(id), w.get) }
	d.CreateGroup = func(g Group, _ []Member) scim.Request {
		return w.send(http.MethodPost, scim.GroupsEndpoint, object{{"schemas", list{scim.GroupURN}}, {"displayName", g.Name}})
	}
	d.ChangeMembers = func(id string, _ scim.Resource, _ Group, _, add, remove []Member) (out []scim.Request) {
		one := func(word string, m Member) {
			op := object{{"op", word}, {"path", "members"}, {"value", memberValues([]Member{m})}}
			out = append(out, w.send(http.MethodPatch, groupPath(id), patchOp(op)))
		}
		for _, m := range remove {
			one("remove", m)
		}
		for _, m := range add {
			one("add", m)
		}
		return out
	}
	d.DeleteGroup = func(id string) scim.Request { return w.delete(groupPath(id), w.get) }
	d.assume(set, sheet, "Find", "Create", "CreateGroup")
	return d
}
