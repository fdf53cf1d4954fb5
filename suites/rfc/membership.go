package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Members of a group, changed by PATCH (RFC 7644 section 3.5.2).
var membershipChecks = []Check{
	{Meta: Meta{
		ID: "group.members.add", Level: Must,
		Title:    "PATCH add of a member keeps the other members",
		Requires: []string{"7644-3.5.2.1-06", "7643-4.2-04"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E52"},
		Catches: []string{"patch-ignored", "patch-add-overwrites-list"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := groupOf(t, users[0])
		t.Patch(g, Add("members", Values{users[1].Ref()})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.members.add-first", Level: Must,
		Title:    "PATCH add gives an empty group its first member",
		Requires: []string{"7644-3.5.2.1-04", "7643-4.2-04"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"patch-ignored", "patch-add-needs-existing"},
	}, Body: func(t *T) {
		u, g := t.GivenUser(), t.GivenGroup()
		t.Patch(g, Add("members", Values{u.Ref()})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), u)
	}},
	{Meta: Meta{
		ID: "group.members.add-to-empty-list", Level: Must,
		Title:    "PATCH add gives a group that was created with members: [] its first member",
		Requires: []string{"7643-2.5-01", "7644-3.5.2.1-04"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"OKTA-Q26"},
		Catches: []string{"patch-ignored", "patch-add-to-empty-list-500"},
	}, Body: func(t *T) {
		u, g := t.GivenUser(), t.GivenGroup(Members())
		t.Patch(g, Add("members", Values{u.Ref()})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), u)
	}},
	{Meta: Meta{
		ID: "group.members.add-several", Level: Must,
		Title:    "PATCH add of several members in one operation adds them all",
		Requires: []string{"7644-3.5.2.1-06"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E66"},
		Catches: []string{"patch-ignored", "patch-adds-first-value-only"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := t.GivenGroup()
		t.Patch(g, Add("members", Values{users[0].Ref(), users[1].Ref(), users[2].Ref()})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.members.add-without-path", Level: Must,
		Title:    "PATCH add without a path adds members to those that are there",
		Requires: []string{"7644-3.5.2.1-03", "7644-3.5.2.1-06"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-add-overwrites-list"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := groupOf(t, users[0])
		t.Patch(g, Add("", Doc{"members": Values{users[1].Ref()}})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.members.value-is-enough", Level: Must,
		Title:    "A member needs no type, $ref and display",
		Requires: []string{"7644-3.5.2.1-04", "7643-4.2-07", "7643-4.2-09"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E62", "OKTA-Q29"},
		Catches: []string{"member-needs-type"},
	}, Body: func(t *T) {
		for _, sub := range []string{"type", "$ref", "display"} {
			if a, _ := t.Target().Attribute(scim.GroupURN, "members."+sub); a.Required {
				t.Skip("the target's schemas say that members.%s is required", sub)
			}
		}
		u, g := t.GivenUser(), t.GivenGroup()
		t.Patch(g, Add("members", Values{Doc{"value": u.ID}})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), u)
	}},
	{Meta: Meta{
		ID: "group.members.add-again", Level: Should,
		Title:    "PATCH add of a present member succeeds and changes nothing",
		Requires: []string{"7644-3.5.2.1-09", "7644-3.5.2.1-10", "7643-2.4-13"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E56"},
		Catches: []string{"patch-add-duplicates", "patch-add-present-member-409"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := groupOf(t, users...)
		t.Patch(g, Add("members", Values{users[0].Ref()})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.members.add-again-keeps-last-modified", Level: Must,
		Title:    "PATCH add of a present member does not change meta.lastModified",
		Requires: []string{"7644-3.5.2.1-11"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"patch-no-op-touches-last-modified"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		g := keeps(t, groupOf(t, u), "meta.lastModified")
		before := g.Body.Get("meta.lastModified").String()
		tick(t, g)
		t.Patch(g, Add("members", Values{u.Ref()})).NoServerError() // success is a SHOULD
		t.Get(g).Status(200).Has("members").Equal("meta.lastModified", before)
	}},
	{Meta: Meta{
		ID: "group.members.add-150", Level: Must,
		Title:    "PATCH add of 150 members in one operation adds them all",
		Requires: []string{"7644-3.5.2.1-06", "7643-4.2-04"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E66", "OKTA-Q31"},
		Catches: []string{"patch-ignored", "members-end-at-100"},
	}, Body: func(t *T) {
		users := givenMany(t, 150)
		g := t.GivenGroup()
		t.Patch(g, Add("members", refs(users))).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.members.remove-one", Level: Must,
		Title:    "PATCH remove with a value filter removes one member and no others",
		Requires: []string{"7644-3.5.2.2-04", "7643-4.2-04"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E51", "OKTA-Q27"},
		Catches: []string{"patch-ignored", "patch-remove-ignored", "patch-remove-clears-attribute"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := groupOf(t, users...)
		t.Patch(g, Remove(member(users[1]))).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users[0], users[2])
	}},
	{Meta: Meta{
		ID: "group.members.remove-several", Level: Must,
		Title:    "PATCH with several removes removes each of the members",
		Requires: []string{"7644-3.5.2.2-04", "7644-3.5.2-26"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"OKTA-Q27"},
		Catches: []string{"patch-ignored", "patch-remove-ignored", "patch-first-operation-only"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := groupOf(t, users...)
		t.Patch(g, Remove(member(users[0])), Remove(member(users[2]))).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users[1])
	}},
	{Meta: Meta{
		ID: "group.members.remove-last", Level: Must,
		Title:    "PATCH remove of the only member leaves the group without members",
		Requires: []string{"7644-3.5.2.2-05"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"patch-ignored", "patch-remove-ignored", "patch-remove-leaves-empty-value"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		g := groupOf(t, u)
		t.Patch(g, Remove(member(u))).Status(200, 204)
		t.Get(g).Status(200).HasNot("members").EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "group.members.remove-absent", Level: Must,
		Title:    "PATCH remove of someone who is no member removes nobody",
		Requires: []string{"7644-3.5.2.2-10"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E57"},
		Catches: []string{"patch-remove-clears-attribute", "patch-remove-unmatched-500"},
	}, Body: func(t *T) {
		u, stranger := t.GivenUser(), t.GivenUser()
		g := groupOf(t, u)
		a := t.Patch(g, Remove(member(stranger))).Status(200, 204, 400)
		hasMembers(t.Get(g).Status(200), u)
		a.Advisory().Status(200, 204)
	}},
	{Meta: Meta{
		ID: "group.members.clear", Level: Must,
		Title:    "PATCH remove of members without a filter empties the group",
		Requires: []string{"7644-3.5.2.2-03"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"patch-ignored", "patch-remove-ignored", "patch-remove-list-removes-first"},
	}, Body: func(t *T) {
		g := groupOf(t, t.GivenUsers(2)...)
		t.Patch(g, Remove("members")).Status(200, 204)
		t.Get(g).Status(200).HasNot("members").EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "group.members.replace", Level: Must,
		Title:    "PATCH replace of members leaves exactly the new members",
		Requires: []string{"7644-3.5.2.3-03"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"OKTA-Q28"},
		Catches: []string{"patch-ignored", "patch-replace-appends-to-list"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := groupOf(t, users[0], users[1])
		t.Patch(g, Replace("members", refs(users[1:]))).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users[1], users[2])
	}},
	{Meta: Meta{
		ID: "group.members.replace-by-none", Level: Must,
		Title:    "PATCH replace of members by [] empties the group",
		Requires: []string{"7644-3.5.2.3-03", "7643-2.5-02"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"patch-ignored", "patch-replace-appends-to-list"},
	}, Body: func(t *T) {
		g := groupOf(t, t.GivenUsers(2)...)
		t.Patch(g, Replace("members", Values{})).Status(200, 204)
		t.Get(g).Status(200).HasNot("members").EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "group.members.replace-without-path", Level: Must,
		Title:    "PATCH replace without a path leaves exactly the new members",
		Requires: []string{"7644-3.5.2.3-01", "7644-3.5.2.3-03"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"OKTA-Q28"},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-replace-appends-to-list"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := groupOf(t, users[0])
		t.Patch(g, Replace("", Doc{"members": Values{users[1].Ref()}})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users[1])
	}},
	{Meta: Meta{
		ID: "group.members.replace-by-none-without-path", Level: Must,
		Title:    "PATCH replace without a path by a new name and members: [] renames and empties the group",
		Requires: []string{"7644-3.5.2.3-01", "7644-3.5.2.3-03", "7643-2.5-02"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"OKTA-Q28"},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-without-path-ignores-empty-list", "patch-without-path-members-alone"},
	}, Body: func(t *T) {
		t.Offers(scim.GroupURN, "displayName")
		g := groupOf(t, t.GivenUser())
		renamed := t.GroupName()
		t.Patch(g, Replace("", Doc{"displayName": renamed, "members": Values{}})).Status(200, 204)
		t.Get(g).Status(200).HasNot("members").EqualFold("displayName", renamed)
	}},
	{Meta: Meta{
		ID: "group.members.remove-and-add", Level: Must,
		Title:    "PATCH that removes one member and adds another does both",
		Requires: []string{"7644-3.5.2.2-12", "7644-3.5.2-26"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"OKTA-Q27"},
		Catches: []string{"patch-ignored", "patch-first-operation-only", "patch-remove-clears-attribute"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := groupOf(t, users[0], users[1])
		t.Patch(g, Remove(member(users[0])), Add("members", Values{users[2].Ref()})).Status(200, 204)
		hasMembers(t.Get(g).Status(200), users[1], users[2])
	}},
	{Meta: Meta{
		ID: "group.members.value-is-not-edited", Level: Must,
		Title:    "PATCH of the value of a member is refused or puts another member in its place, and corrupts nothing",
		Requires: []string{"7643-4.2-05"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"member-edit-500", "member-edit-doubles"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := groupOf(t, users[0], users[1])
		a := t.Patch(g, Replace(member(users[0])+".value", users[2].ID)).NoServerError()
		got := t.Get(g).Status(200)
		if a.Code()/100 == 2 && refersTo(got, "members", users[2]) {
			hasMembers(got, users[1], users[2])
			return
		}
		hasMembers(got, users[0], users[1])
	}},
}

// refs is a list of members.
func refs(users []*Resource) Values {
	list := Values{}
	for _, u := range users {
		list = append(list, u.Ref())
	}
	return list
}

// givenMany arranges n users without reading them back, some at a time.
func givenMany(t *T, n int) []*Resource {
	const atOnce = 10
	var users []*Resource
	for len(users) < n {
		calls := make([]Call, min(atOnce, n-len(users)))
		for i := range calls {
			calls[i] = Call{Method: "POST", Path: scim.UsersEndpoint, Body: t.NewUser()}
		}
		for i, a := range t.Together(calls...) {
			users = append(users, a.Arranging().Status(201).Created(scim.UsersEndpoint, calls[i].Body.(Doc)))
		}
	}
	return users
}
