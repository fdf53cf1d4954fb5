package mockidp

import (
	"net/http"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// sailPoint is a governance client: it reads the discovery endpoints, then all
// accounts and groups, and pushes single changes (other-idps.md 4).
func sailPoint(set settings) *Dialect {
	w := words{
		get:  http.Header{"Accept": {scim.MediaType}},
		body: http.Header{"Accept": {scim.MediaType}, "Content-Type": {scim.MediaType}},
	}
	d := &Dialect{
		Name: "sailpoint", Label: "SailPoint", IdP: "sailpoint", objectID: guid, Flows: true,
		TimeLimit: time.Minute, // other-idps.md 4.2
		Limit:     "what changes members of groups is not published, so only accounts are played (other-idps.md 4.4)",
		Auth: []AuthForm{
			{"bearer", "Bearer TOKEN", Ref{"other-idps.md 4.2", Documented}},
			{"basic", "Basic TOKEN", Ref{"other-idps.md 4.2", Documented}},
		},
		Options: []Option{
			{
				Name: "connector", About: "which endpoints have to answer first",
				Default: "isc-va", Values: []string{"isc-va", "isc-saas", "non-compliant"}, Source: Ref{"other-idps.md 4.1", Documented},
			},
			{
				Name: "use-patch", About: "the setting usePatch; only its PATCH has been seen",
				Default: "on", Values: []string{"on", "off"}, Source: Ref{"other-idps.md 4.4", Documented},
			},
			{
				Name: "page-size", About: "no source gives the number",
				Default: "100", Values: []string{"100", "250"}, Source: Ref{"other-idps.md 4.3", Assumed},
			},
			{
				Name: "attributes", About: "the setting Explicit Attribute Request",
				Default: "absent", Values: []string{"absent", "explicit"}, Source: Ref{"other-idps.md 4.3", Documented},
			},
			{
				Name: "account-filter", About: "a filter that the administrator typed",
				Default: "none", Values: []string{"none", "userName sw"}, Source: Ref{"other-idps.md 4.3", Documented},
			},
			{
				Name: "group-filter", About: "a filter that the administrator typed",
				Default: "none", Values: []string{"none", "displayName sw", "DisplayName sw"}, Source: Ref{"other-idps.md 4.3", Documented},
			},
			{
				Name: "delta", About: "delta aggregation; the text of the filter is not shown",
				Default: "off", Values: []string{"off", "meta.lastModified gt"}, Source: Ref{"other-idps.md 4.3", Assumed},
			},
			{
				Name: "throttle-share", About: "how much of the allowance that headers tell of is used, in percent, before it waits for the reset",
				Default: "100", Values: []string{"100", "50"}, Source: Ref{"other-idps.md 4.5", Documented},
			},
			{
				Name: "throttle-headers", About: "what the names of the headers begin with; they can be mapped",
				Default: "x-rate-limit", Values: []string{"x-rate-limit", "rate-limit"}, Source: Ref{"other-idps.md 4.5", Documented},
			},
			{
				Name: "throttle-reset", About: "whether the header of the reset holds seconds to wait or seconds since 1970; no source says",
				Default: "seconds", Values: []string{"seconds", "epoch"}, Source: Ref{"other-idps.md 4.5", Assumed},
			},
		},
		Source: map[string]Ref{
			"Discover": {"other-idps.md 4.1", Documented}, "ListUsers": {"other-idps.md 4.3", Documented},
			"ListGroups": {"other-idps.md 4.3", Documented}, "Create": {"other-idps.md 4.4", Documented},
			"Deactivate": {"other-idps.md 4.4", Observed}, "Reactivate": {"other-idps.md 4.4", Observed},
			"Delete": {"other-idps.md 4.4", Documented}, "DeleteGroup": {"other-idps.md 4.4", Documented},
		},
		Assumed: map[string]string{
			"ListUsers": "the size of a page, which attributes are named", "ListGroups": "the size of a page", "Create": "the attributes and their order: the create profile is made by the administrator",
			"Deactivate": "the envelope around the operation", "Reactivate": "the envelope around the operation",
		},
		Unknown: map[string]string{
			"SetRoles":       "no request that changes roles has been published (other-idps.md 16)",
			"Probe":          "the connection test reads the discovery endpoints (other-idps.md 4.1)",
			"Find":           "SailPoint looks up nobody before a change: it aggregates (other-idps.md 4)",
			"Read":           "whether a user is read before a change is not known (other-idps.md 4.4)",
			"SetManager":     "not known (other-idps.md 4.4)",
			"ClearManager":   "not known (other-idps.md 4.4)",
			"FindGroup":      "SailPoint looks up no group before a change: it aggregates (other-idps.md 4)",
			"ReadGroup":      "not known (other-idps.md 4.4)",
			"Reconcile":      "not known (other-idps.md 4.4)",
			"RenameGroup":    "no request that changes a group has been published (other-idps.md 16)",
			"ChangeMembers":  "no request that changes members has been published, neither on Groups nor, with updateGroupsViaUsers, on Users (other-idps.md 4.4, 16)",
			"ReplaceMembers": "no request that changes members has been published (other-idps.md 16)",
		},
	}
	d.Throttle = &Throttle{
		Prefix: "X-Rate-Limit", Share: 100, Epoch: set.is("throttle-reset", "epoch"), Source: Ref{"other-idps.md 4.5", Documented},
	}
	if set.is("throttle-headers", "rate-limit") {
		d.Throttle.Prefix = "Rate-Limit"
	}
	if set.is("throttle-share", "50") {
		d.Throttle.Share = 50
	}
	d.Discover = func() (out []scim.Request) {
		for _, path := range sailPointDiscovery(set) {
			out = append(out, w.read(path, ""))
		}
		return out
	}
	count := 100
	if set.is("page-size", "250") {
		count = 250
	}
	d.ListUsers = func(start int) scim.Request {
		query := page(start, count)
		if set.is("attributes", "explicit") {
			query += "&attributes=userName,active"
		}
		switch {
		case set.is("account-filter", "userName sw"):
			query += "&filter=" + percent(`userName sw "a"`)
		case set.is("delta", "meta.lastModified gt"):
			query += "&filter=" + percent(`meta.lastModified gt "2026-01-02T03:04:05Z"`)
		}
		return w.read(scim.UsersEndpoint, query)
	}
	d.ListGroups = func(start int) scim.Request {
		query := page(start, count)
		switch {
		case set.is("group-filter", "displayName sw"):
			query += "&filter=" + percent(`displayName sw "Sec"`)
		case set.is("group-filter", "DisplayName sw"):
			query += "&filter=" + percent(`DisplayName sw "Sec"`)
		}
		return w.read(scim.GroupsEndpoint, query)
	}
	d.Create = func(u User) scim.Request {
		return w.send(http.MethodPost, scim.UsersEndpoint, plainUser(u, true))
	}
	d.Delete = func(id string) scim.Request { return w.delete(userPath(id), w.get) }
	d.DeleteGroup = func(id string) scim.Request { return w.delete(groupPath(id), w.get) }
	d.CreateGroup = func(g Group, _ []Member) scim.Request {
		return w.send(http.MethodPost, scim.GroupsEndpoint, object{{"schemas", list{scim.GroupURN}}, {"displayName", g.Name}})
	}
	if set.is("use-patch", "off") {
		put := func(active bool) func(string, scim.Resource, User) []scim.Request {
			return func(id string, _ scim.Resource, u User) []scim.Request {
				return []scim.Request{w.send(http.MethodPut, userPath(id), plainUser(u, active))}
			}
		}
		d.Update, d.Deactivate, d.Reactivate = put(true), put(false), put(true)
		for _, name := range []string{"Update", "Deactivate", "Reactivate"} {
			d.Assumed[name] = d.Assumed["Create"]
		}
	} else {
		add := func(id string, value object) []scim.Request {
			return []scim.Request{w.send(http.MethodPatch, userPath(id), patchOp(object{{"op", "add"}, {"value", value}}))}
		}
		d.Update = func(id string, current scim.Resource, u User) []scim.Request {
			if value := plainChanges(current, u); len(value) > 0 {
				return add(id, value)
			}
			return nil
		}
		active := func(on bool) func(string, scim.Resource, User) []scim.Request {
			return func(id string, _ scim.Resource, _ User) []scim.Request { return add(id, object{{"active", on}}) }
		}
		d.Deactivate, d.Reactivate = active(false), active(true)
	}
	d.assume(set, "other-idps.md 4.4", "Update", "CreateGroup")
	return d
}

// sailPointDiscovery lists what has to answer before anything is read.
func sailPointDiscovery(set settings) []string {
	const config, types, schemas = "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"
	switch {
	case set.is("connector", "isc-saas"):
		return []string{config, types, schemas, types + "/User", types + "/Group"}
	case set.is("connector", "non-compliant"):
		return []string{scim.UsersEndpoint, scim.GroupsEndpoint}
	}
	return []string{config, types, schemas, types + "/User", schemas + "/" + scim.UserURN}
}

// plainUser is a user in the form of the RFC, for identity providers whose
// administrators choose the attributes.
func plainUser(u User, active bool) object {
	o := object{{"schemas", list{scim.UserURN}}, {"userName", u.UserName}, {"active", active}}
	return append(o, plainProfile(u)...)
}

func plainProfile(u User) object {
	return object{
		{"name", object{{"givenName", u.GivenName}, {"familyName", u.FamilyName}}},
		{"displayName", u.DisplayName},
		{"emails", list{object{{"value", u.Email}, {"type", "work"}, {"primary", true}}}},
	}
}

// plainChanges keeps of a profile what the target does not show.
func plainChanges(current scim.Resource, u User) object {
	out := object{}
	for _, m := range append(object{{"userName", u.UserName}}, plainProfile(u)...) {
		if !shows(current.JSON().Get(m.key), gjson.ParseBytes(encode(m.value))) {
			out = append(out, m)
		}
	}
	return out
}

// shows reports whether what a target has holds all that is wanted; it may have
// more, in another order.
func shows(have, want gjson.Result) bool {
	all := true
	switch {
	case want.IsObject():
		want.ForEach(func(key, value gjson.Result) bool {
			all = all && shows(have.Get(key.String()), value)
			return all
		})
	case want.IsArray():
		for _, w := range want.Array() {
			all = all && slices.ContainsFunc(have.Array(), func(h gjson.Result) bool { return shows(h, w) })
		}
	default:
		return have.Raw == want.Raw || have.Exists() && have.String() == want.String()
	}
	return all
}
