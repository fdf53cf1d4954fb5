package mockidp

import (
	"net/http"
	"net/url"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// okta words what all of Okta's cloud profiles share (okta.md 1.1).
var okta = words{
	get: http.Header{
		"Accept":          {scim.MediaType},
		"Accept-Charset":  {"utf-8"},
		"Accept-Encoding": {"gzip,deflate"},
		"User-Agent":      {"Okta SCIM Client 1.0.0"},
	},
	body: http.Header{
		"Accept":          {scim.MediaType},
		"Accept-Charset":  {"utf-8"},
		"Accept-Encoding": {"gzip,deflate"},
		"Content-Type":    {scim.MediaType + "; charset=utf-8"},
		"User-Agent":      {"Okta SCIM Client 1.0.0"},
	},
}

// oktaCommon is what the custom app and the catalog app word alike.
func oktaCommon(set settings) *Dialect {
	encode, mapped := percent, oktaMapped(set)
	if set.is("space", "+") {
		encode = url.QueryEscape
	}
	return &Dialect{
		IdP:        "okta",
		objectID:   oktaID,
		staleReads: set.is("reassignment", "stale"),
		Options: []Option{
			{
				Name: "email-type", About: "the type of an address disappears when the administrator removes emailType",
				Default: "work", Values: []string{"work", "absent"}, Source: Ref{"okta.md 2.2", Documented},
			},
			{
				Name: "member-display", About: "display is the userName, and was seen to be null",
				Default: "userName", Values: []string{"userName", "null"}, Source: Ref{"okta.md 3.3", Observed},
			},
			{
				Name: "emptied", About: "how an attribute that was emptied is spelled in a push; that it overwrites is documented",
				Default: "omitted", Values: []string{"omitted", "empty", "null"}, Source: Ref{"okta.md 2.4", Assumed},
			},
			{
				Name: "manager", About: "the name of the manager, where an administrator maps it: without a value, which refers to a user",
				Default: "unmapped", Values: []string{"unmapped", "display-name"}, Source: Ref{"okta.md 2.2", Observed},
			},
			{
				Name: "reassignment", About: "a quick reassignment was seen to push active as it was before the reactivation",
				Default: "fresh", Values: []string{"fresh", "stale"}, Source: Ref{"okta.md 2.5", Observed},
			},
			{
				Name: "space", About: "how a blank of a filter is encoded; the plus is that of older documents",
				Default: "%20", Values: []string{"%20", "+"}, Source: Ref{"okta.md 2.1", Documented},
			},
		},
		Source: map[string]Ref{
			"Probe":       {"okta.md 1.4", Documented},
			"Find":        {"okta.md 2.1", Documented},
			"Read":        {"okta.md 2.4", Documented},
			"Create":      {"okta.md 2.2", Documented},
			"Update":      {"okta.md 2.4", Observed},
			"ListUsers":   {"okta.md 4", Documented},
			"FindGroup":   {"okta.md 3.2", Documented},
			"ListGroups":  {"okta.md 3.7", Documented},
			"DeleteGroup": {"okta.md 3.6", Documented},
		},
		Assumed: map[string]string{"Create": "where mapped attributes stand among the keys"},
		Unknown: map[string]string{
			"SetRoles":     "no source shows how a catalog app sends roles (okta.md 2.2)",
			"Discover":     "Okta's cloud client reads no discovery endpoint (okta.md 0)",
			"Delete":       "Okta does not delete users (okta.md 2.6)",
			"SetManager":   "Okta sends no reference to a manager (okta.md 2.2)",
			"ClearManager": "Okta sends no reference to a manager (okta.md 2.2)",
		},
		Flows:     true,
		TimeLimit: time.Minute,            // okta.md 6
		Pace:      300 * time.Millisecond, // okta.md 6, observed
		Retries: &Retries{
			Statuses: []int{http.StatusTooManyRequests}, Groups: true,
			First: 5 * time.Minute, Factor: 2, Attempts: 10, RetryAfter: true,
			Source: Ref{"okta.md 6", Documented},
		},
		Probe:      func() scim.Request { return okta.read(scim.UsersEndpoint, "startIndex=1&count=2") },
		ListUsers:  func(start int) scim.Request { return okta.read(scim.UsersEndpoint, page(start, 100)) },
		ListGroups: func(start int) scim.Request { return okta.read(scim.GroupsEndpoint, page(start, 100)) },
		Find: func(u User) scim.Request {
			return okta.read(scim.UsersEndpoint, "filter="+encode("userName eq "+scim.Quote(u.UserName))+"&startIndex=1&count=100")
		},
		Read:    func(id string) scim.Request { return okta.read(userPath(id), "") },
		mapping: mapped,
		Create:  func(u User) scim.Request { return okta.send(http.MethodPost, scim.UsersEndpoint, mapped.oktaUser(u)) },
		Update: func(id string, current scim.Resource, u User) []scim.Request {
			return []scim.Request{okta.send(http.MethodPut, userPath(id), mapped.oktaOverlay(set, current, u, before{}))}
		},
		updateAfter: func(id string, current scim.Resource, u User, was before) []scim.Request {
			return []scim.Request{okta.send(http.MethodPut, userPath(id), mapped.oktaOverlay(set, current, u, was))}
		},
		FindGroup: func(g Group) scim.Request {
			return okta.read(scim.GroupsEndpoint, "filter="+encode("displayName eq "+scim.Quote(g.Name))+"&startIndex=1&count=100")
		},
		DeleteGroup: func(id string) scim.Request { return okta.delete(groupPath(id), okta.body) },
	}
}

// oktaAIW is a custom app with SCIM switched on: it uses PUT for everything
// (okta.md 0).
func oktaAIW(set settings) *Dialect {
	d := oktaCommon(set)
	d.Name, d.Label, d.NeedsCurrent = "okta-aiw", "Okta, custom app", true
	d.Auth = []AuthForm{
		{"bearer", "Bearer TOKEN", Ref{"okta.md 1.2", Observed}},
		{"basic", "Basic TOKEN", Ref{"okta.md 1.2", Documented}},
	}
	d.Unknown["Reconcile"] = "the custom app sends the name with the members in one PUT (okta.md 3.4)"
	for name, ref := range map[string]Ref{
		"Deactivate": {"okta.md 2.5", Observed}, "Reactivate": {"okta.md 2.5", Observed},
		"ReadGroup": {"okta.md 3.3", Observed}, "CreateGroup": {"okta.md 3.3", Observed},
		"RenameGroup": {"okta.md 3.4", Documented}, "ChangeMembers": {"okta.md 3.5", Documented},
		"ReplaceMembers": {"okta.md 3.5", Documented},
	} {
		d.Source[name] = ref
	}
	active := func(on bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, current scim.Resource, _ User) []scim.Request {
			// In this PUT only active differs from what GET returned.
			body := members(current.JSON()).set("active", on)
			return []scim.Request{okta.send(http.MethodPut, userPath(id), body)}
		}
	}
	d.Deactivate, d.Reactivate = active(false), active(true)
	d.ReadGroup = func(id string) scim.Request { return okta.read(groupPath(id), "") }
	d.Options = append(d.Options, Option{
		Name: "first-push", About: "captures differ on whether the members travel with the create or follow it",
		Default: "members", Values: []string{"members", "empty"}, Source: Ref{"okta.md 3.3", Observed},
	})
	d.CreateGroup = func(g Group, m []Member) scim.Request {
		if set.is("first-push", "empty") {
			m = nil
		}
		return okta.send(http.MethodPost, scim.GroupsEndpoint, object{
			{"schemas", list{scim.GroupURN}}, {"displayName", g.Name}, {"members", oktaMembers(set, m)},
		})
	}
	put := func(id string, g Group, m []Member) scim.Request {
		return okta.send(http.MethodPut, groupPath(id), object{
			{"schemas", list{scim.GroupURN}}, {"id", id}, {"displayName", g.Name}, {"members", oktaMembers(set, m)},
		})
	}
	d.RenameGroup = func(id string, _ scim.Resource, g Group, m []Member) scim.Request { return put(id, g, m) }
	d.ChangeMembers = func(id string, _ scim.Resource, g Group, m, _, _ []Member) []scim.Request {
		return []scim.Request{put(id, g, m)}
	}
	d.ReplaceMembers = func(id string, _ scim.Resource, g Group, m []Member) scim.Request { return put(id, g, m) }
	return d
}

// oktaOIN is an app of the catalog: PUT for profiles, PATCH for the rest
// (okta.md 0).
func oktaOIN(set settings) *Dialect {
	d := oktaCommon(set)
	d.Name, d.Label = "okta-oin", "Okta, catalog app"
	d.Auth = []AuthForm{
		{"bearer", "Bearer TOKEN", Ref{"okta.md 1.2", Documented}},
		{"header", "TOKEN", Ref{"okta.md 1.2", Documented}},
		{"basic", "Basic TOKEN", Ref{"okta.md 1.2", Documented}},
	}
	for name, ref := range map[string]Ref{
		"Deactivate": {"okta.md 2.5", Documented}, "Reactivate": {"okta.md 2.5", Documented},
		"CreateGroup": {"okta.md 3.3", Documented}, "Reconcile": {"okta.md 3.4", Documented},
		"RenameGroup": {"okta.md 3.4", Documented}, "ChangeMembers": {"okta.md 3.5", Documented},
		"ReplaceMembers": {"okta.md 3.5", Documented},
	} {
		d.Source[name] = ref
	}
	d.Unknown["ReadGroup"] = "the catalog app changes groups without reading them (okta.md 3.5)"
	active := func(on bool) func(string, scim.Resource, User) []scim.Request {
		return func(id string, _ scim.Resource, _ User) []scim.Request {
			return []scim.Request{okta.send(http.MethodPatch, userPath(id),
				patchOp(object{{"op", "replace"}, {"value", object{{"active", on}}}}))}
		}
	}
	d.Deactivate, d.Reactivate = active(false), active(true)
	d.CreateGroup = func(g Group, _ []Member) scim.Request {
		return okta.send(http.MethodPost, scim.GroupsEndpoint, object{
			{"schemas", list{scim.GroupURN}}, {"displayName", g.Name}, {"members", list{}},
		})
	}
	rename := func(id string, g Group) scim.Request {
		return okta.send(http.MethodPatch, groupPath(id),
			patchOp(object{{"op", "replace"}, {"value", object{{"id", id}, {"displayName", g.Name}}}}))
	}
	d.Reconcile = rename
	d.RenameGroup = func(id string, _ scim.Resource, g Group, _ []Member) scim.Request { return rename(id, g) }
	d.ChangeMembers = func(id string, _ scim.Resource, _ Group, _, add, remove []Member) []scim.Request {
		return oktaMemberPatches(set, id, add, remove)
	}
	d.Options = append(d.Options, Option{
		Name: "full-push", About: "a push of all members without a path was reported once",
		Default: "path", Values: []string{"path", "without-path"}, Source: Ref{"okta.md 3.5", Observed},
	})
	d.ReplaceMembers = func(id string, _ scim.Resource, _ Group, m []Member) scim.Request {
		if set.is("full-push", "without-path") {
			return okta.send(http.MethodPatch, groupPath(id),
				patchOp(object{{"op", "replace"}, {"value", object{{"members", oktaMembers(set, m)}}}}))
		}
		return okta.send(http.MethodPatch, groupPath(id),
			patchOp(object{{"op", "replace"}, {"path", "members"}, {"value", oktaMembers(set, m)}}))
	}
	return d
}

// oktaBatch is how many membership changes go into one PATCH by default
// (okta.md 3.5).
const oktaBatch = 100

// oktaMemberPatches removes first, an operation a member, then adds with one.
func oktaMemberPatches(set settings, id string, add, remove []Member) []scim.Request {
	var out []scim.Request
	for len(add)+len(remove) > 0 {
		var ops []any
		n := min(len(remove), oktaBatch)
		for _, m := range remove[:n] {
			ops = append(ops, object{{"op", "remove"}, {"path", `members[value eq "` + m.ID + `"]`}})
		}
		remove = remove[n:]
		if k := min(len(add), oktaBatch-n); k > 0 {
			ops = append(ops, object{{"op", "add"}, {"path", "members"}, {"value", oktaMembers(set, add[:k])}})
			add = add[k:]
		}
		out = append(out, okta.send(http.MethodPatch, groupPath(id), patchOp(ops...)))
	}
	return out
}

func oktaMembers(set settings, members []Member) list {
	out := list{}
	for _, m := range members {
		var display any = m.UserName
		if set.is("member-display", "null") {
			display = nil
		}
		out = append(out, object{{"value", m.ID}, {"display", display}})
	}
	return out
}
