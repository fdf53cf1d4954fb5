package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// oktaOINUserPatch is a catalog app whose vendor ticked "Support PATCH for
// User": profiles are pushed by PATCH too (okta.md 0). No capture of such a
// push is public, so by default it is left out.
func oktaOINUserPatch(set settings) *Dialect {
	d := oktaOIN(set)
	d.Name, d.Label, d.Flows = "okta-oin-userpatch", "Okta, catalog app with user PATCH", false
	d.Options = append(d.Options, Option{
		Name: "profile-patch", About: "no capture of a profile PATCH is public; by analogy with active it has no path", Default: "left-out", Values: []string{"left-out", "without-path", "with-path"},
		Source: Ref{"okta.md 0", Assumed},
	})
	patch := func(ops func(object) []any) {
		d.Source["Update"] = Ref{"okta.md 0", Assumed}
		d.Update = func(id string, current scim.Resource, u User) []scim.Request {
			changed := oktaChanges(current, u)
			if len(changed) == 0 {
				return nil
			}
			return []scim.Request{okta.send(http.MethodPatch, userPath(id), patchOp(ops(changed)...))}
		}
	}
	switch {
	case set.is("profile-patch", "without-path"):
		patch(func(changed object) []any { return []any{object{{"op", "replace"}, {"value", changed}}} })
	case set.is("profile-patch", "with-path"):
		patch(func(changed object) (ops []any) {
			for _, m := range changed {
				ops = append(ops, object{{"op", "replace"}, {"path", m.key}, {"value", m.value}})
			}
			return ops
		})
	default:
		d.leaveOut("the shape of the profile PATCH has not been captured anywhere public (okta.md 0)", "Update")
	}
	return d
}

// oktaChanges keeps of a profile push what differs from the target.
func oktaChanges(current scim.Resource, u User) object {
	have, out := members(current.JSON()), object{}
	for _, m := range oktaOverlay(current, u) {
		if m.key != "schemas" && m.key != "groups" && have.get(m.key) != string(encode(m.value)) {
			out = append(out, m)
		}
	}
	return out
}
