package rfc

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7643 section 4.2: groups and their members.
var groupChecks = []Check{
	{Meta: Meta{
		ID: "group.create-answers-201", Level: Must,
		Title:    "A created group is answered with 201 and can be read",
		Requires: []string{"7644-3.3-07", "7644-3.3.1-01", "7644-3.2-12", "7643-4.2-01", "7644-3.3-01"}, Needs: []Feature{Groups},
		Catches: []string{"create-answers-200", "wrong-resource-type"},
	}, Body: func(t *T) {
		doc := t.NewGroup()
		g := t.Post(scim.GroupsEndpoint, doc).Status(201).Created(scim.GroupsEndpoint, doc)
		a := t.Get(g).Status(200).Judged()
		a.Equal("id", g.ID).EqualFold("displayName", g.Text("displayName"))
		ofItsType(t, a, g)
		a.Holds(namesSchema(a, scim.GroupURN), "schemas", scim.GroupURN, "absent", "schemas lacks the URN of the Group schema")
	}},
	{Meta: Meta{
		ID: "group.location-header", Level: Must,
		Title:    "The answer to a create names the new group in the header Location",
		Requires: []string{"7644-3.3-09"}, Needs: []Feature{Groups},
		Catches: []string{"create-without-location", "location-of-collection", "location-of-group-among-users"},
	}, Body: func(t *T) {
		a, g := posted(t, scim.GroupsEndpoint, t.NewGroup())
		location := a.HeaderValue("Location")
		a.Holds(locates(location, g), "header Location", "the URI of the group", given(location),
			"the header Location does not name the new group")
	}},
	{Meta: Meta{
		ID: "group.create-with-members", Level: Should,
		Title:    "A group is created with its members",
		Requires: []string{"7643-4.2-04", "7643-4.2-06", "7644-3.3-13"}, Needs: []Feature{Groups, ReadMembers},
		Breaks:  []string{"OKTA-Q30"},
		Catches: []string{"post-drops-members"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := t.GivenGroup(Members(users...))
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.display-name-is-required", Level: Should,
		Title:    "A group without a displayName is refused",
		Requires: []string{"7643-4.2-03"}, Needs: []Feature{Groups},
		Catches: []string{"group-without-display-name"},
	}, Body: func(t *T) {
		t.GivenGroup() // a complete group is accepted
		t.Post(scim.GroupsEndpoint, t.NewGroup(Unset("displayName"), Set("externalId", t.Tag()))).Status(400)
	}},
	{Meta: Meta{
		ID: "group.rename", Level: Must,
		Title:    "PATCH renames a group and keeps its members",
		Requires: []string{"7644-3.5.2.3-02", "7644-3.5.2.3-10"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E65", "OKTA-Q32"},
		Catches: []string{"patch-ignored", "patch-rename-loses-members"},
	}, Body: func(t *T) {
		t.Offers(scim.GroupURN, "displayName")
		u := t.GivenUser()
		g := groupOf(t, u)
		renamed := t.GroupName()
		t.Patch(g, Replace("displayName", renamed)).Status(200, 204)
		hasMembers(t.Get(g).Status(200).EqualFold("displayName", renamed), u)
	}},
	{Meta: Meta{
		ID: "group.rename-without-path", Level: Must,
		Title:    "PATCH without a path renames a group and keeps its members",
		Requires: []string{"7644-3.5.2.3-01", "7644-3.5.2.3-10"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E54", "OKTA-Q26"},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-rename-loses-members"},
	}, Body: func(t *T) {
		t.Offers(scim.GroupURN, "displayName")
		u := t.GivenUser()
		g := groupOf(t, u)
		renamed := t.GroupName()
		t.Patch(g, Replace("", Doc{"displayName": renamed})).Status(200, 204)
		hasMembers(t.Get(g).Status(200).EqualFold("displayName", renamed), u)
	}},
	{Meta: Meta{
		ID: "group.put-replaces-members", Level: Must,
		Title:    "PUT replaces the members of a group",
		Requires: []string{"7644-3.5.1-04", "7643-4.2-04"}, Needs: []Feature{Groups, PutMethod, ReadMembers},
		Breaks:  []string{"OKTA-Q30"},
		Catches: []string{"put-ignored", "put-merges-lists", "put-ignores-members"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := groupOf(t, users[0], users[1])
		t.Put(g, with(g.Sent, Members(users[1], users[2]))).Success()
		hasMembers(t.Get(g).Status(200), users[1], users[2])
	}},
	{Meta: Meta{
		ID: "group.put-renames", Level: Must,
		Title:    "PUT with the same members renames a group",
		Requires: []string{"7644-3.5.1-04"}, Needs: []Feature{Groups, PutMethod, ReadMembers},
		Breaks:  []string{"OKTA-Q30"},
		Catches: []string{"put-ignored", "put-same-members-refused"},
	}, Body: func(t *T) {
		t.Offers(scim.GroupURN, "displayName")
		u := t.GivenUser()
		g := groupOf(t, u)
		renamed := t.GroupName()
		t.Put(g, with(g.Sent, Set("displayName", renamed))).Success()
		hasMembers(t.Get(g).Status(200).EqualFold("displayName", renamed), u)
	}},
	{Meta: Meta{
		ID: "group.put-with-no-members-clears", Level: Must,
		Title:    "PUT with members: [] empties a group",
		Requires: []string{"7644-3.5.1-04", "7643-2.5-02", "7643-2.5-01"}, Needs: []Feature{Groups, PutMethod, ReadMembers},
		Catches: []string{"put-ignored", "put-merges-lists", "put-ignores-members"},
	}, Body: func(t *T) {
		g := groupOf(t, t.GivenUser())
		t.Put(g, with(g.Sent, Members())).Success()
		t.Get(g).Status(200).HasNot("members").EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "group.deleted-user-leaves", Level: Should,
		Title:    "A deleted user is a member of no group any more",
		Requires: []string{"7644-3.6-10"}, Needs: []Feature{Groups, DeleteMethod, ReadMembers},
		Catches: []string{"deleted-user-stays-member"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := groupOf(t, users...)
		t.Delete(users[0]).Arranging().Success()
		hasMembers(t.Get(g).Status(200), users[1])
	}},
	{Meta: Meta{
		ID: "group.nested", Level: Should,
		Title:    "A group as a member of a group is taken or refused",
		Requires: []string{"7643-4.2-08"}, Needs: []Feature{Groups, ReadMembers},
		Breaks:  []string{"E64"},
		Catches: []string{"nested-group-500"},
	}, Body: func(t *T) {
		inner := t.GivenGroup()
		doc := t.NewGroup(Members(inner))
		a := takenOrRefused(t.Post(scim.GroupsEndpoint, doc), 201)
		if a.Code() == 201 {
			hasMembers(t.Get(a.Created(scim.GroupsEndpoint, doc)).Status(200).Judged(), inner)
		}
	}},
	{Meta: Meta{
		ID: "group.unknown-member", Level: Should,
		Title:    "An id that does not exist is taken or refused as a member",
		Requires: []string{"7643-2.3.7-08", "7643-4.2-06"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E59", "OKTA-Q36"},
		Catches: []string{"unknown-member-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		g := groupOf(t, u)
		a := t.Patch(g, Add("members", Values{Doc{"value": nobody}})).NoServerError()
		contains(t.Get(g).Status(200), "members", u)
		a.Holds(a.Code()/100 == 2 || a.Code()/100 == 4, "status", "2xx or 4xx", strconv.Itoa(a.Code()), "a member that does not exist is neither taken nor refused")
	}},
	{Meta: Meta{
		ID: "group.user-shows-its-groups", Level: Should,
		Title:    "The groups of a user show that it was added to a group and removed from it",
		Requires: []string{"7643-4.1.2-20", "7643-4.1.2-24", "7643-4.1.2-22"}, Needs: []Feature{Groups, Patch},
		Catches: []string{"user-groups-not-filled"},
	}, Body: func(t *T) {
		readOnlyGroups(t)
		if a, _ := t.Target().Attribute(scim.UserURN, "groups"); a.Returned == "request" || a.Returned == "never" {
			t.Skip("the target's schemas say that groups is returned: %s", a.Returned)
		}
		u, g := t.GivenUser(), t.GivenGroup()
		t.Patch(g, Add("members", Values{u.Ref()})).Arranging().Status(200, 204)
		contains(t.Get(u).Status(200), "groups", g)
		t.Patch(g, Remove(member(u))).Arranging().Status(200, 204)
		containsNot(t.Get(u).Status(200), "groups", g)
	}},
	{Meta: Meta{
		ID: "group.deleted-group-leaves-its-users", Level: Should,
		Title:    "A deleted group is no group of its users any more",
		Requires: []string{"7643-4.1.2-20", "7643-4.1.2-24"}, Needs: []Feature{Groups, ReadMembers, DeleteMethod},
		Catches: []string{"deleted-group-stays-with-users"},
	}, Body: func(t *T) {
		readOnlyGroups(t)
		u := t.GivenUser()
		gone, stays := groupOf(t, u), groupOf(t, u)
		if t.Get(u).Status(200).Text(`groups[value eq `+scim.Quote(gone.ID)+`].value`) == "" {
			t.Skip("the target does not show the groups of a user")
		}
		t.Delete(gone).Arranging().Success()
		a := t.Get(u).Status(200)
		containsNot(a, "groups", gone)
		contains(a, "groups", stays)
	}},
	{Meta: Meta{
		ID: "group.user-cannot-join-by-itself", Level: Must,
		Title:    "PUT of a user with groups changes no membership",
		Requires: []string{"7643-4.1.2-26", "7644-3.5.1-13"}, Needs: []Feature{Groups, PutMethod, ReadMembers},
		Breaks:  []string{"OKTA-Q04"},
		Catches: []string{"put-groups-from-client", "put-refuses-read-only"},
	}, Body: func(t *T) {
		readOnlyGroups(t)
		u, g := t.GivenUser(), t.GivenGroup()
		t.Put(u, with(u.Sent, Set("groups", Values{g.Ref()}))).Success()
		containsNot(t.Get(g).Status(200), "members", u)
	}},
}

// groupOf arranges a group whose members can be read.
func groupOf(t *T, members ...*Resource) *Resource {
	g := t.GivenGroup(Members(members...))
	for _, m := range members {
		if !g.Body.Has(member(m)) {
			t.Skip("the target does not keep the members of a new group")
		}
	}
	return g
}

// member is the value path of a resource in members.
func member(r *Resource) string { return "members[value eq " + scim.Quote(r.ID) + "]" }

// hasMembers expects exactly these members, each once, in any order.
func hasMembers(a *Answer, want ...*Resource) {
	times := map[string]int{}
	for _, v := range a.Count("members", len(want)).Resource().Lookup("members.value") {
		times[v.String()]++
	}
	for _, r := range want {
		n := times[r.ID]
		a.Holds(n == 1, "members", "each member once", strconv.Itoa(n)+" times", "members are not those that were written")
	}
}

// contains expects that a value of the attribute refers to the resource.
func contains(a *Answer, attr string, r *Resource) {
	a.Holds(refersTo(a, attr, r), attr, "with the id of the resource", "without it", attr+" lacks a resource that belongs there")
}

// containsNot expects that no value of the attribute refers to the resource.
func containsNot(a *Answer, attr string, r *Resource) {
	a.Holds(!refersTo(a, attr, r), attr, "without the id of the resource", "with it", attr+" has a resource that does not belong there")
}

func refersTo(a *Answer, attr string, r *Resource) bool {
	return slices.ContainsFunc(a.Resource().Lookup(attr+".value"), func(v gjson.Result) bool { return v.String() == r.ID })
}
