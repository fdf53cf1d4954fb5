package mockidp

import (
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// oktaOINUserPatch is a catalog app whose vendor ticked "Support PATCH for
// User": profiles are pushed by PATCH too (okta.md 0). No capture of such a
// push is public, so by default it is left out.
func oktaOINUserPatch(set settings) *Dialect {
	d := oktaOIN(set)
	// What a push by PATCH does with an emptied attribute is not known either.
	d.Options = slices.DeleteFunc(d.Options, func(o Option) bool { return o.Name == "emptied" })
	d.Name, d.Label, d.Flows = "okta-oin-userpatch", "Okta, catalog app with user PATCH", true
	d.Open = "the public sources contradict each other on how profiles are pushed, by PUT or by PATCH (okta.md 0)"
	d.Options = append(d.Options, Option{
		Name: "profile-patch", About: "no capture of a profile PATCH is public; by analogy with active it has no path", Default: "left-out", Values: []string{"left-out", "without-path", "with-path"},
		Source: Ref{"okta.md 0", Assumed},
	})
	patch := func(ops func(profile object) []any) {
		d.Source["Update"] = Ref{"okta.md 0", Assumed}
		d.updateAfter = func(id string, _ scim.Resource, u User, was before) []scim.Request {
			return []scim.Request{okta.send(http.MethodPatch, userPath(id), patchOp(ops(d.mapping.oktaProfile(u, was))...))}
		}
		d.Update = func(id string, current scim.Resource, u User) []scim.Request {
			return d.updateAfter(id, current, u, before{})
		}
	}
	switch {
	case set.is("profile-patch", "without-path"):
		patch(func(profile object) []any { return []any{object{{"op", "replace"}, {"value", profile}}} })
	case set.is("profile-patch", "with-path"):
		patch(func(profile object) (ops []any) {
			for _, m := range profile {
				ops = append(ops, object{{"op", "replace"}, {"path", m.key}, {"value", m.value}})
			}
			return ops
		})
	default:
		d.updateAfter = nil
		d.leaveOut("the shape of the profile PATCH has not been captured anywhere public (okta.md 0)", "Update")
	}
	return d
}

// oktaProfile is the whole profile: a push is no difference (okta.md 2.4).
func (m *mapped) oktaProfile(u User, was before) object {
	return slices.DeleteFunc(oktaBody(u, m.profile(u, was)), func(m member) bool {
		return slices.Contains([]string{"schemas", "groups", "password", "active"}, m.key)
	})
}
