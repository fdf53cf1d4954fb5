package mockidp

import (
	"net/http"
	"net/url"

	"github.com/scimtest/scimtest/scim"
)

// pingWords is the media type of Ping's provisioners (other-idps.md 1).
var pingWords = words{
	get:  http.Header{"Accept": {scim.MediaType}},
	body: http.Header{"Accept": {scim.MediaType}, "Content-Type": {scim.MediaType}},
}

// What of Ping's requests nobody documents.
const (
	pingHeaders = "the Accept header"
	pingLayout  = "the order of the keys, the type of an address, the Accept header"
)

// pingFederate is the SCIM Provisioner of PingFederate in its 2.0 mode: PUT for
// users, all groups read to find one, directory memberships over those of the
// target (other-idps.md 2).
func pingFederate(set settings) *Dialect {
	const sheet = "other-idps.md 2.1"
	d := &Dialect{
		Name: "pingfederate", Label: "PingFederate", IdP: "pingfederate", objectID: guid,
		Auth: pingAuth, MembersInCreate: true, Flows: true,
		Options: []Option{
			{
				Name: "filter", About: "Unique User Identifier, or the Filter Expression that the administrator typed",
				Default: "userName eq", Values: []string{"userName eq", "emails eq", "username eq", "email co"}, Source: Ref{sheet, Documented},
			},
			{
				Name: "filter-value", About: "the settings page prints the default filter without quotes, the typed ones with them",
				Default: "quoted", Values: []string{"quoted", "bare"}, Source: Ref{"other-idps.md 2.2", Assumed},
			},
			{
				Name: "query", About: "how a blank of a filter is encoded",
				Default: "%20", Values: []string{"%20", "+"}, Source: Ref{"other-idps.md 2.2", Assumed},
			},
			{
				Name: "probe", About: "GET /Users/0 is documented for a provisioner of the same family",
				Default: "left-out", Values: []string{"left-out", "users-0"}, Source: Ref{"other-idps.md 2.2", Assumed},
			},
			{
				Name: "remove-user-action", About: "the setting Remove User Action",
				Default: "disable", Values: []string{"disable", "delete"}, Source: Ref{sheet, Documented},
			},
			{
				Name: "disable", About: "that users are disabled is documented, the request is not shown",
				Default: "put-active-false", Values: []string{"put-active-false", "left-out"}, Source: Ref{"other-idps.md 2.2", Assumed},
			},
			{
				Name: "results-per-page", About: "the setting Results Per Page; -1 leaves it to the target",
				Default: "1000", Values: []string{"1000", "-1"}, Source: Ref{sheet, Documented},
			},
			{Name: "group-name", About: "the setting Group Name Source", Default: "CN", Values: []string{"CN", "DN"}, Source: Ref{sheet, Documented}},
			{
				Name: "group-update", About: "the setting Use PATCH for Group Updates; its operations are not published, so they are left out",
				Default: "put", Values: []string{"put", "patch"}, Source: Ref{sheet, Assumed},
			},
			{
				Name: "second-email", About: "a second address that is mapped and empty sends the first one twice, both primary",
				Default: "not-mapped", Values: []string{"not-mapped", "mapped-and-empty"}, Source: Ref{"other-idps.md 2.4", Documented},
			},
		},
		Source: map[string]Ref{
			"Find": {"other-idps.md 2.2", Documented}, "Create": {"other-idps.md 2.2", Documented},
			"Update": {"other-idps.md 2.2", Documented}, "Deactivate": {"other-idps.md 2.2", Assumed},
			"Reactivate": {"other-idps.md 2.2", Documented}, "ListGroups": {"other-idps.md 2.2", Documented},
			"CreateGroup": {"other-idps.md 2.2", Documented}, "RenameGroup": {"other-idps.md 2.2", Documented},
			"ChangeMembers": {"other-idps.md 2.2", Documented}, "ReplaceMembers": {"other-idps.md 2.2", Documented},
			"DeleteGroup": {"other-idps.md 2.2", Documented},
		},
		Assumed: map[string]string{
			"Find": "the quotes, the encoding of the query, the Accept header", "ListGroups": pingHeaders, "DeleteGroup": pingHeaders,
			"Create": pingLayout, "Update": pingLayout, "Reactivate": pingLayout, "Deactivate": pingLayout,
			"CreateGroup": pingLayout, "RenameGroup": pingLayout, "ChangeMembers": pingLayout, "ReplaceMembers": pingLayout,
		},
		Unknown: map[string]string{
			"SetRoles":     "no roles are mapped (other-idps.md 2.2)",
			"Discover":     "no discovery is documented (other-idps.md 1)",
			"Probe":        "what the check of the credentials sends is not known (other-idps.md 2.2)",
			"ListUsers":    "PingFederate does not list users: it looks for one (other-idps.md 2.2)",
			"Read":         "whether a user is read before a PUT is not known (other-idps.md 2.2)",
			"Delete":       "users are disabled unless Remove User Action says Delete (other-idps.md 2.1)",
			"SetManager":   "whether a reference to a manager is sent is not known (other-idps.md 2)",
			"ClearManager": "an attribute once set cannot be cleared (other-idps.md 2.2)",
			"FindGroup":    "PingFederate never filters groups: it reads all of them (other-idps.md 2.2)",
			"ReadGroup":    "groups are read in pages, not one by one (other-idps.md 2.2)",
			"Reconcile":    "the name is sent with the members (other-idps.md 2.2)",
		},
	}
	encode := percent
	if set.is("query", "+") {
		encode = url.QueryEscape
	}
	d.Find = func(u User) scim.Request {
		return pingWords.read(scim.UsersEndpoint, "filter="+encode(pingFilter(set, u)))
	}
	user := func(u User, active bool) object {
		return pingUser(u, active, set.is("second-email", "mapped-and-empty"))
	}
	d.Create = func(u User) scim.Request { return pingWords.send(http.MethodPost, scim.UsersEndpoint, user(u, true)) }
	put := func(active bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, u User) []scim.Request {
			return []scim.Request{pingWords.send(http.MethodPut, userPath(id), user(u, active))}
		}
	}
	d.Update, d.Deactivate, d.Reactivate = put(true), put(false), put(true)
	remove := func(id string) scim.Request { return pingWords.delete(userPath(id), pingWords.get) }
	switch {
	case set.is("remove-user-action", "delete"):
		d.Deactivate = func(id string, _ scim.Resource, _ User) []scim.Request { return []scim.Request{remove(id)} }
		d.Delete = remove
		delete(d.Unknown, "Delete")
		d.Assumed["Deactivate"], d.Assumed["Delete"] = pingHeaders, pingHeaders
		d.Source["Deactivate"], d.Source["Delete"] = Ref{sheet, Documented}, Ref{sheet, Documented}
	case set.is("disable", "left-out"):
		d.leaveOut("the request that disables is not shown (other-idps.md 2.2)", "Deactivate")
	}
	if set.is("probe", "users-0") {
		d.Probe = func() scim.Request { return pingWords.read(userPath("0"), "") }
	}
	d.ListGroups = func(start int) scim.Request {
		if set.is("results-per-page", "-1") {
			return pingWords.read(scim.GroupsEndpoint, "startIndex="+number(start))
		}
		return pingWords.read(scim.GroupsEndpoint, page(start, 1000))
	}
	pingGroups(set, d)
	return d
}

// pingAuth are the documented forms of the Authorization header; the word
// before the token is a setting, and oauth2 is the example of the settings
// page (other-idps.md 2.1).
var pingAuth = []AuthForm{
	{"bearer", "Bearer TOKEN", Ref{"other-idps.md 2.1", Documented}},
	{"basic", "Basic TOKEN", Ref{"other-idps.md 2.1", Documented}},
	{"other-word", "oauth2 TOKEN", Ref{"other-idps.md 2.1", Documented}},
}

// pingFilter is the lookup: an attribute and an operator that the
// administrator chose, or typed (other-idps.md 2.1).
func pingFilter(set settings, u User) string {
	value, word := u.UserName, "userName eq "
	switch {
	case set.is("filter", "emails eq"):
		value, word = u.Email, "emails eq "
	case set.is("filter", "username eq"):
		word = "username eq "
	case set.is("filter", "email co"):
		value, word = u.Email, "email co "
	}
	if set.is("filter-value", "bare") {
		return word + value
	}
	return word + scim.Quote(value)
}

// pingUser is a user with what the administrator mapped. With a second
// address mapped and empty, the first is sent twice, and both are primary
// (other-idps.md 2.4).
func pingUser(u User, active, twice bool) object {
	o := object{
		{"schemas", list{scim.UserURN, scim.EnterpriseUserURN}}, {"userName", u.UserName}, {"active", active},
		{"name", object{{"givenName", u.GivenName}, {"familyName", u.FamilyName}}},
	}
	o = o.withText("displayName", u.DisplayName)
	emails := list{object{{"value", u.Email}, {"type", "work"}, {"primary", true}}}
	if twice {
		emails = append(emails, object{{"value", u.Email}, {"type", "home"}, {"primary", true}})
	}
	o = o.with("emails", emails)
	if u.Department != "" {
		o = o.with(scim.EnterpriseUserURN, object{{"department", u.Department}})
	}
	return o
}

// pingGroups words the groups: only displayName and members are ever sent
// (other-idps.md 2.2).
func pingGroups(set settings, d *Dialect) {
	name := func(g Group) string {
		if set.is("group-name", "DN") {
			return "CN=" + g.Name + ",OU=Groups,DC=example,DC=com"
		}
		return g.Name
	}
	body := func(g Group, m []Member) object {
		return object{{"schemas", list{scim.GroupURN}}, {"displayName", name(g)}, {"members", memberValues(m)}}
	}
	d.CreateGroup = func(g Group, m []Member) scim.Request {
		return pingWords.send(http.MethodPost, scim.GroupsEndpoint, body(g, m))
	}
	put := func(id string, _ scim.Resource, g Group, m []Member) scim.Request {
		return pingWords.send(http.MethodPut, groupPath(id), body(g, m))
	}
	d.RenameGroup, d.ReplaceMembers = put, put
	d.ChangeMembers = func(id string, _ scim.Resource, g Group, m, _, _ []Member) []scim.Request {
		return []scim.Request{put(id, scim.Resource{}, g, m)}
	}
	d.DeleteGroup = func(id string) scim.Request { return pingWords.delete(groupPath(id), pingWords.get) }
	if set.is("group-update", "patch") {
		d.leaveOut("the operations of \"Use PATCH for Group Updates\" are not published (other-idps.md 2.2)",
			"RenameGroup", "ChangeMembers", "ReplaceMembers")
	}
}

// memberValues lists members by nothing but their ids.
func memberValues(members []Member) list {
	out := list{}
	for _, m := range members {
		out = append(out, object{{"value", m.ID}})
	}
	return out
}
