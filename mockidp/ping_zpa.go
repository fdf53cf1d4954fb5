package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// pingFederateZPA is Ping's provisioner for Zscaler Private Access. Its pages
// say what it does, and that it sends PATCH for groups; they show no request
// (zscaler.md 3, 5.2).
func pingFederateZPA(set settings) *Dialect {
	const sheet = "zscaler.md 5.2"
	unshown := "the request is not published (zscaler.md 5.2)"
	d := &Dialect{
		Name: "pingfederate-zpa", Label: "PingFederate, Zscaler provisioner", IdP: "pingfederate", objectID: guid, MembersInCreate: true,
		Auth: []AuthForm{{"bearer", "Bearer TOKEN", Ref{sheet, Documented}}},
		Options: []Option{
			{
				Name: "remove-user-action", About: "the setting Remove User Action",
				Default: "disable", Values: []string{"disable", "delete"}, Source: Ref{sheet, Documented},
			},
		},
		Source: map[string]Ref{},
		Unknown: map[string]string{
			"Discover": unshown, "Probe": unshown, "Find": unshown, "Read": unshown, "ListUsers": unshown, "ListGroups": unshown,
			"Update": unshown, "Reactivate": unshown, "SetRoles": unshown, "SetManager": unshown, "ClearManager": "an attribute once set cannot be cleared (zscaler.md 5.2)",
			"Deactivate": "how it disables is not published (zscaler.md 5.2)",
			"Delete":     "users are disabled unless Remove User Action says Delete (zscaler.md 5.2)",
			"FindGroup":  unshown, "ReadGroup": unshown, "Reconcile": unshown, "RenameGroup": unshown,
			"ChangeMembers":  "it sends PATCH; the operations are not published, and before version 1.0.1 they had nulls in them or lacked members (zscaler.md 3)",
			"ReplaceMembers": unshown, "DeleteGroup": unshown,
		},
	}
	d.Create = func(u User) scim.Request {
		return pingWords.send(http.MethodPost, scim.UsersEndpoint, pingUser(u, true, false))
	}
	d.CreateGroup = func(g Group, m []Member) scim.Request {
		return pingWords.send(http.MethodPost, scim.GroupsEndpoint, object{
			{"schemas", list{scim.GroupURN}}, {"displayName", g.Name}, {"members", memberValues(m)},
		})
	}
	if set.is("remove-user-action", "delete") {
		d.Delete = func(id string) scim.Request { return pingWords.delete(userPath(id), pingWords.get) }
		d.Deactivate = func(id string, _ scim.Resource, _ User) []scim.Request { return []scim.Request{d.Delete(id)} }
		for _, name := range []string{"Delete", "Deactivate"} {
			d.Source[name] = Ref{sheet, Documented}
			delete(d.Unknown, name)
		}
	}
	d.assume(set, sheet, "Create", "CreateGroup")
	return d
}
