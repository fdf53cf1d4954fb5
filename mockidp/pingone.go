package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// pingOne is the SCIM Outbound connection of PingOne. Its settings are
// documented, hardly a request is (other-idps.md 3).
func pingOne(set settings) *Dialect {
	const sheet = "other-idps.md 3"
	unshown := "the request is not published (other-idps.md 3)"
	d := &Dialect{
		Name: "pingone", Label: "PingOne", IdP: "pingone", objectID: guid, MembersInCreate: true, Flows: true,
		Open: "how it updates users, and groups, is not published (other-idps.md 3)",
		Auth: []AuthForm{{"bearer", "Bearer TOKEN", Ref{sheet, Documented}}, {"basic", "Basic TOKEN", Ref{sheet, Documented}}},
		Options: []Option{
			{
				Name: "filter", About: "the examples of the documentation, with capital operators",
				Default: "username Eq", Values: []string{"username Eq", "email Co"}, Source: Ref{sheet, Documented},
			},
			{
				Name: "deprovision", About: "the setting of the connection; how it disables is not published",
				Default: "delete", Values: []string{"delete", "disable"}, Source: Ref{sheet, Documented},
			},
			{
				Name: "update", About: "PUT is likely, since the settings are those of PingFederate",
				Default: "left-out", Values: []string{"left-out", "put"}, Source: Ref{sheet, Assumed},
			},
		},
		Source: map[string]Ref{
			"Find": {sheet, Documented}, "Deactivate": {sheet, Documented}, "Delete": {sheet, Documented},
		},
		Assumed: map[string]string{"Find": "the encoding of the query, the Accept header", "Deactivate": pingHeaders, "Delete": pingHeaders},
		Unknown: map[string]string{
			"Discover": "no discovery is documented (other-idps.md 1)", "Probe": unshown, "Read": unshown,
			"ListUsers": unshown, "ListGroups": unshown, "FindGroup": unshown, "ReadGroup": unshown,
			"Update": "whether it sends PUT or PATCH is not published (other-idps.md 3)", "Reactivate": unshown,
			"SetRoles": unshown, "SetManager": unshown, "ClearManager": unshown, "Reconcile": unshown, "RenameGroup": unshown,
			"ChangeMembers": unshown, "ReplaceMembers": unshown, "DeleteGroup": unshown,
		},
	}
	d.Find = func(u User) scim.Request {
		value, word := u.UserName, "username Eq "
		if set.is("filter", "email Co") {
			value, word = u.Email, "email Co "
		}
		return pingWords.read(scim.UsersEndpoint, "filter="+percent(word+scim.Quote(value)))
	}
	d.Create = func(u User) scim.Request {
		return pingWords.send(http.MethodPost, scim.UsersEndpoint, pingUser(u, true, false))
	}
	d.CreateGroup = func(g Group, m []Member) scim.Request {
		return pingWords.send(http.MethodPost, scim.GroupsEndpoint, object{
			{"schemas", list{scim.GroupURN}}, {"displayName", g.Name}, {"members", memberValues(m)},
		})
	}
	put := func(active bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, u User) []scim.Request {
			return []scim.Request{pingWords.send(http.MethodPut, userPath(id), pingUser(u, active, false))}
		}
	}
	d.Delete = func(id string) scim.Request { return pingWords.delete(userPath(id), pingWords.get) }
	d.Deactivate = func(id string, _ scim.Resource, _ User) []scim.Request { return []scim.Request{d.Delete(id)} }
	puts := set.is("update", "put")
	if puts {
		d.Update, d.Reactivate = put(true), put(true)
		d.Source["Update"], d.Source["Reactivate"] = Ref{sheet, Assumed}, Ref{sheet, Assumed}
		delete(d.Unknown, "Update")
		delete(d.Unknown, "Reactivate")
	}
	if set.is("deprovision", "disable") {
		if d.Deactivate = put(false); !puts {
			d.leaveOut("how it disables is not published (other-idps.md 3)", "Deactivate")
		}
	}
	d.assume(set, sheet, "Create", "CreateGroup")
	return d
}
