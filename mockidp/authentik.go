package mockidp

import (
	"net/http"
	"net/url"

	"github.com/scimtest/scimtest/scim"
)

// authentik is the SCIM provider of authentik, as its source code has it: PUT
// for users whatever the target says, no lookup before a create, groups by
// PATCH when ServiceProviderConfig says so (other-idps.md 7).
func authentik(set settings) *Dialect {
	w := words{
		get:  http.Header{"Accept": {scim.MediaType}, "Content-Type": {scim.MediaType}},
		body: http.Header{"Accept": {scim.MediaType}, "Content-Type": {scim.MediaType}},
	}
	if set.is("headers", "none") {
		// The HTTP library names the type of a JSON body by itself.
		w = words{get: http.Header{}, body: http.Header{"Content-Type": {"application/json"}}}
	}
	const order = "the order of the keys"
	d := &Dialect{
		Name: "authentik", Label: "authentik", IdP: "authentik", objectID: guid, Rematches: true, FindAfterConflict: true, DiscoveryMayFail: true, ComparesMembers: true, Flows: true,
		Auth: []AuthForm{{"bearer", "Bearer TOKEN", Ref{"other-idps.md 7.1", Observed}}},
		Options: []Option{
			{
				Name: "headers", About: "\"none\" is what versions of early 2023 sent: neither Accept nor a media type of SCIM",
				Default: "both", Values: []string{"both", "none"}, Source: Ref{"other-idps.md 7.1", Observed},
			},
			{
				Name: "filter-value", About: "the value of the lookup is in quotes since goauthentik/authentik 16465; until 2025.8.1 it was bare",
				Default: "quoted", Values: []string{"quoted", "bare"}, Source: Ref{"other-idps.md 7.3", Observed},
			},
			{
				Name: "groups-by", About: "what the target's ServiceProviderConfig says of PATCH",
				Default: "patch", Values: []string{"patch", "put"}, Source: Ref{"other-idps.md 7.4", Observed},
			},
			{
				Name: "max-operations", About: "bulk.maxOperations of the target: so many members go into one PATCH, 0 is all",
				Default: "0", Values: []string{"0", "1"}, Source: Ref{"other-idps.md 7.4", Observed},
			},
			{
				Name: "mode", About: "the compatibility mode of the provider",
				Default: "default", Values: []string{"default", "aws", "salesforce", "webex"}, Source: Ref{"other-idps.md 7.2, 7.4", Observed},
			},
		},
		Source: map[string]Ref{
			"Discover": {"other-idps.md 7.2", Observed}, "Find": {"other-idps.md 7.3", Observed}, "Create": {"other-idps.md 7.3", Observed},
			"Update": {"other-idps.md 7.3", Observed}, "Deactivate": {"other-idps.md 1", Observed}, "Reactivate": {"other-idps.md 7.3", Observed},
			"Delete": {"other-idps.md 7.3", Observed}, "ListGroups": {"other-idps.md 7.5", Observed}, "FindGroup": {"other-idps.md 7.3", Observed},
			"ReadGroup": {"other-idps.md 7.4", Observed}, "CreateGroup": {"other-idps.md 7.4", Observed}, "RenameGroup": {"other-idps.md 7.4", Observed},
			"ChangeMembers": {"other-idps.md 7.4", Observed}, "DeleteGroup": {"other-idps.md 7.4", Observed},
		},
		Assumed: map[string]string{
			"Create": order + ", the type of the address", "Update": order + ", the type of the address", "Deactivate": order + ", the type of the address",
			"Reactivate": order + ", the type of the address", "CreateGroup": order, "RenameGroup": order,
		},
		Unknown: map[string]string{
			"SetRoles":       "the stock mapping has no roles (other-idps.md 7.3)",
			"Probe":          "authentik tests no connection: it reads ServiceProviderConfig (other-idps.md 7.2)",
			"Read":           "authentik reads no user (other-idps.md 7.3)",
			"SetManager":     "the stock mapping has no manager (other-idps.md 7.3)",
			"ClearManager":   "the stock mapping has no manager (other-idps.md 7.3)",
			"Reconcile":      "the name is not sent with the members (other-idps.md 7.4)",
			"ReplaceMembers": "members are compared, then added and removed (other-idps.md 7.4)",
		},
	}
	config := "/ServiceProviderConfig"
	if set.is("mode", "salesforce") {
		config = "/ServiceProviderConfigs"
	}
	d.Discover = func() []scim.Request { return []scim.Request{w.read(config, "")} }
	d.Find = func(u User) scim.Request {
		value := scim.Quote(u.UserName)
		if set.is("filter-value", "bare") {
			value = u.UserName
		}
		return w.read(scim.UsersEndpoint, "filter="+url.QueryEscape("userName eq "+value))
	}
	user := func(id string, u User, active bool) object {
		o := object{{"schemas", list{scim.UserURN}}}.withText("id", id)
		return append(o, object{
			{"userName", u.UserName}, {"externalId", u.ObjectID}, {"active", active},
			{"name", object{{"formatted", u.Formatted()}, {"givenName", u.GivenName}, {"familyName", u.FamilyName}}},
			{"displayName", u.DisplayName}, {"emails", list{object{{"value", u.Email}, {"type", "other"}, {"primary", true}}}},
		}...)
	}
	d.Create = func(u User) scim.Request { return w.send(http.MethodPost, scim.UsersEndpoint, user("", u, true)) }
	put := func(active bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, u User) []scim.Request {
			return []scim.Request{w.send(http.MethodPut, userPath(id), user(id, u, active))}
		}
	}
	d.Update, d.Deactivate, d.Reactivate = put(true), put(false), put(true)
	d.Delete = func(id string) scim.Request { return w.delete(userPath(id), w.get) }
	d.ListUsers = authentikPage(w, scim.UsersEndpoint)
	d.ListGroups = authentikPage(w, scim.GroupsEndpoint)
	d.FindGroup = func(g Group) scim.Request {
		return w.read(scim.GroupsEndpoint, "filter="+url.QueryEscape("displayName eq "+scim.Quote(g.Name)))
	}
	d.ReadGroup = func(id string) scim.Request { return w.read(groupPath(id), "") }
	d.DeleteGroup = func(id string) scim.Request { return w.delete(groupPath(id), w.get) }
	authentikGroups(set, d, w)
	d.assume(set, "other-idps.md 7.5", "ListUsers")
	return d
}

// authentikPage reads from where the last page ended, with no count.
func authentikPage(w words, endpoint string) func(int) scim.Request {
	return func(start int) scim.Request {
		if start <= 1 {
			return w.read(endpoint, "")
		}
		return w.read(endpoint, "startIndex="+number(start))
	}
}

// authentikGroups words the changes of groups. A PATCH of the group itself has
// no schemas of its own; those of members have (other-idps.md 7.4).
func authentikGroups(set settings, d *Dialect, w words) {
	byPatch := !set.is("groups-by", "put")
	group := func(id string, g Group, m []Member) object {
		o := object{}.withText("id", id)
		o = append(o, object{{"schemas", list{scim.GroupURN}}, {"displayName", g.Name}, {"externalId", g.ObjectID}}...)
		if !byPatch && len(m) > 0 {
			o = o.with("members", memberValues(m))
		}
		return o
	}
	d.CreateGroup = func(g Group, m []Member) scim.Request {
		return w.send(http.MethodPost, scim.GroupsEndpoint, group("", g, m))
	}
	d.RenameGroup = func(id string, _ scim.Resource, g Group, m []Member) scim.Request {
		switch {
		case !byPatch:
			return w.send(http.MethodPut, groupPath(id), group(id, g, m))
		case set.is("mode", "aws"):
			return w.send(http.MethodPatch, groupPath(id), patchOp(
				object{{"op", "replace"}, {"path", "displayName"}, {"value", g.Name}},
				object{{"op", "replace"}, {"path", "externalId"}, {"value", g.ObjectID}},
			))
		}
		return w.send(http.MethodPatch, groupPath(id), object{
			{"Operations", list{object{{"op", "replace"}, {"value", group(id, g, nil)}}}},
		})
	}
	d.ChangeMembers = func(id string, _ scim.Resource, g Group, all, add, remove []Member) (out []scim.Request) {
		if !byPatch {
			return []scim.Request{w.send(http.MethodPut, groupPath(id), group(id, g, all))}
		}
		var ops []any
		one := func(word string, m Member) {
			value := object{{"value", m.ID}}
			if set.is("mode", "webex") {
				value = value.with("type", "user")
			}
			ops = append(ops, object{{"op", word}, {"path", "members"}, {"value", list{value}}})
		}
		for _, m := range add {
			one("add", m)
		}
		for _, m := range remove {
			one("remove", m)
		}
		size := len(ops)
		if set.is("max-operations", "1") {
			size = 1
		}
		for len(ops) > 0 {
			out = append(out, w.send(http.MethodPatch, groupPath(id), patchOp(ops[:size]...)))
			ops = ops[size:]
		}
		return out
	}
}
