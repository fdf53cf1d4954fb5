package mockidp

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// oneLogin sends PUT for users and PATCH for groups, reads all groups before
// each assignment, and takes a leaver out of the groups first (other-idps.md 5).
func oneLogin(set settings) *Dialect {
	const sheet = "other-idps.md 5"
	w := wordsOfMediaType(set)
	const headers = "the Content-Type, and that there is no Accept"
	d := &Dialect{
		Name: "onelogin", Label: "OneLogin", IdP: "onelogin", objectID: guid, LeaveGroups: true, RereadsGroups: true, Flows: true,
		Auth: []AuthForm{{"bearer", "Bearer TOKEN", Ref{sheet, Documented}}},
		Options: []Option{
			mediaTypeOption,
			{
				Name: "emails", About: "the body is a template that the administrator edits; these three were seen",
				Default: "list", Values: []string{"list", "object", "no-primary"}, Source: Ref{sheet, Observed},
			},
		},
		Source: map[string]Ref{
			"Probe": {sheet, Observed}, "ListUsers": {sheet, Observed}, "ListGroups": {sheet, Observed}, "Find": {sheet, Observed},
			"Create": {sheet, Observed}, "Update": {sheet, Documented}, "Deactivate": {sheet, Observed}, "Reactivate": {sheet, Documented},
			"Delete": {sheet, Documented}, "CreateGroup": {sheet, Observed}, "ChangeMembers": {sheet, Observed},
		},
		Assumed: map[string]string{
			"Create": headers, "Update": headers, "Deactivate": headers, "Reactivate": headers, "CreateGroup": headers, "ChangeMembers": headers,
		},
		Unknown: map[string]string{
			"SetRoles":       "roles travel as groups (other-idps.md 5)",
			"Discover":       "reported by one guide, and seen by neither of the two better sources (other-idps.md 5)",
			"Read":           "OneLogin's sample server has the route; the replayed traffic never reads one user (other-idps.md 5)",
			"SetManager":     "whether a reference to a manager is sent is not known (other-idps.md 5)",
			"ClearManager":   "whether a reference to a manager is sent is not known (other-idps.md 5)",
			"FindGroup":      "OneLogin never filters groups: it reads all of them (other-idps.md 5)",
			"ReadGroup":      "groups are read in pages, not one by one (other-idps.md 5)",
			"Reconcile":      "the name of a group is sent only when it is created (other-idps.md 5)",
			"RenameGroup":    "OneLogin's sample server has no route for it (other-idps.md 5)",
			"ReplaceMembers": "members are added and removed one by one (other-idps.md 5)",
			"DeleteGroup":    "OneLogin's sample server has no route for it (other-idps.md 5)",
		},
	}
	find := func(userName string) scim.Request {
		return w.read(scim.UsersEndpoint, "filter="+percent("userName eq "+scim.Quote(userName)))
	}
	pageOf := func(endpoint string) func(int) scim.Request {
		return func(start int) scim.Request { return w.read(endpoint, "count=100&startIndex="+number(start)) }
	}
	d.Probe = func() scim.Request { return find("never-existing-user") }
	d.Find = func(u User) scim.Request { return find(u.UserName) }
	d.ListUsers, d.ListGroups = pageOf(scim.UsersEndpoint), pageOf(scim.GroupsEndpoint)
	user := func(u User, active bool) object {
		return object{
			{"userName", u.UserName}, {"name", object{{"givenName", u.GivenName}, {"familyName", u.FamilyName}}},
			{"schemas", list{scim.UserURN}}, {"emails", oneLoginEmails(set, u)}, {"active", active},
		}
	}
	d.Create = func(u User) scim.Request { return w.send(http.MethodPost, scim.UsersEndpoint, user(u, true)) }
	put := func(active bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, u User) []scim.Request {
			return []scim.Request{w.send(http.MethodPut, userPath(id), user(u, active))}
		}
	}
	d.Update, d.Deactivate, d.Reactivate = put(true), put(false), put(true)
	d.Delete = func(id string) scim.Request { return w.delete(userPath(id), w.get) }
	d.CreateGroup = func(g Group, _ []Member) scim.Request {
		return w.send(http.MethodPost, scim.GroupsEndpoint, object{{"displayName", g.Name}, {"schemas", list{scim.GroupURN}}})
	}
	d.ChangeMembers = func(id string, _ scim.Resource, _ Group, _, add, remove []Member) (out []scim.Request) {
		one := func(word string, m Member) {
			op := object{{"value", memberValues([]Member{m})}, {"op", word}, {"path", "members"}}
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
	return d
}

// oneLoginEmails is the address, whose layout is a template that the
// administrator can edit.
func oneLoginEmails(set settings, u User) any {
	email := object{{"primary", true}, {"type", "work"}, {"value", u.Email}}
	switch {
	case set.is("emails", "object"):
		return email
	case set.is("emails", "no-primary"):
		return list{email[1:]}
	}
	return list{email}
}
