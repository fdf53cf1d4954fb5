package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// googleWorkspace is Google's autoprovisioning: a media type and a User-Agent
// of its own, users only (other-idps.md 9).
func googleWorkspace(set settings) *Dialect {
	const sheet = "other-idps.md 9"
	w := words{
		get:  http.Header{"User-Agent": {"Google-Auto-Provisioning"}},
		body: http.Header{"User-Agent": {"Google-Auto-Provisioning"}, "Content-Type": {"application/json"}},
	}
	noGroups, unshown := "Google Workspace provisions no groups (other-idps.md 9)", "the request is not known (other-idps.md 9)"
	d := &Dialect{
		Name: "google-workspace", Label: "Google Workspace", IdP: "google-workspace", objectID: guid, Flows: true, KnownMediaType: true,
		Open: "how it looks users up, updates and disables them is not published (other-idps.md 9)",
		Options: []Option{
			{
				Name: "department", About: "the mapping is documented with a dot between URN and attribute; whether the dot is sent is unknown",
				Default: "not-mapped", Values: []string{"not-mapped", "nested", "dotted-key"}, Source: Ref{sheet, Assumed},
			},
		},
		Source: map[string]Ref{},
		Unknown: map[string]string{
			"Discover": unshown, "Probe": unshown, "Find": unshown, "Read": unshown, "ListUsers": unshown,
			"Update": unshown, "Deactivate": unshown, "Reactivate": unshown, "Delete": unshown, "SetRoles": unshown, "SetManager": unshown, "ClearManager": unshown,
			"ListGroups": noGroups, "FindGroup": noGroups, "ReadGroup": noGroups, "CreateGroup": noGroups, "Reconcile": noGroups,
			"RenameGroup": noGroups, "ChangeMembers": noGroups, "ReplaceMembers": noGroups, "DeleteGroup": noGroups,
		},
	}
	d.Create = func(u User) scim.Request {
		body := object{
			{"schemas", list{scim.UserURN}}, {"userName", u.UserName}, {"displayName", u.DisplayName},
			{"name", object{{"familyName", u.FamilyName}, {"givenName", u.GivenName}}},
		}
		switch {
		case set.is("department", "nested"):
			body = body.set("schemas", list{scim.UserURN, scim.EnterpriseUserURN}).
				with(scim.EnterpriseUserURN, object{{"department", u.Department}})
		case set.is("department", "dotted-key"):
			body = body.with(scim.EnterpriseUserURN+".department", u.Department)
		}
		return w.send(http.MethodPost, scim.UsersEndpoint, body)
	}
	d.assume(set, sheet, "Create")
	return d
}
