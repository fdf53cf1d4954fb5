package rfc

import (
	"time"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What a write does beside what it was sent for: to the memberships of a user
// that is changed, and to what a group tells of itself when its members change.
var userMembershipChecks = []Check{
	{Meta: Meta{
		ID: "group.member-that-is-replaced-stays", Level: Must,
		Title:    "PUT of a user leaves it in its groups",
		Requires: []string{"7643-4.1.2-26"}, Needs: []Feature{Groups, PutMethod, ReadMembers},
		Breaks:  []string{"OKTA-Q04"},
		Catches: []string{"put-leaves-groups"},
	}, Body: func(t *T) {
		readOnlyGroups(t)
		t.Offers(scim.UserURN, "displayName")
		users := t.GivenUsers(2)
		g := groupOf(t, users...)
		t.Put(users[0], with(users[0].Sent, Set("displayName", "Nadia Novak"))).Arranging().Success()
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.member-that-is-renamed-stays", Level: Must,
		Title:    "PATCH of the userName of a user leaves it in its groups",
		Requires: []string{"7643-4.1.2-26"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E77"},
		Catches: []string{"rename-leaves-groups"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "userName")
		users := t.GivenUsers(2)
		g := groupOf(t, users...)
		renamed := t.Person().UserName
		t.Patch(users[0], Replace("userName", renamed)).Arranging().Status(200, 204)
		t.Get(users[0]).Arranging().Status(200).EqualFold("userName", renamed)
		hasMembers(t.Get(g).Status(200), users...)
	}},
	{Meta: Meta{
		ID: "group.member-that-is-removed-stays-a-user", Level: Must,
		Title:    "PATCH remove of a member leaves the user as it was",
		Requires: []string{"7644-3.5.2.2-04", "7644-3.5.2-26"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Breaks:  []string{"E51", "OKTA-Q27"},
		Catches: []string{"removed-member-deleted"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := groupOf(t, users...)
		t.Patch(g, Remove(member(users[0]))).Arranging().Status(200, 204)
		hasMembers(t.Get(g).Arranging().Status(200), users[1])
		a := t.Get(users[0]).Status(200).EqualFold("userName", users[0].Text("userName"))
		was, is := users[0].Body.Get("active").String(), a.Text("active")
		a.Holds(was == is, "active", given(was), given(is), "who is taken out of a group is made inactive")
	}},
	{Meta: Meta{
		ID: "group.new-user-of-old-name-is-no-member", Level: Must,
		Title:    "A user with the userName of a deleted one is in no group that that one was in",
		Requires: []string{"7643-4.1.2-26", "7644-3.6-10"}, Needs: []Feature{Groups, DeleteMethod, ReadMembers},
		Catches: []string{"recreated-user-in-old-groups"},
	}, Body: func(t *T) {
		gone, stays := t.GivenUser(), t.GivenUser()
		g := groupOf(t, gone, stays)
		t.Delete(gone).Arranging().Success()
		again := made(t, scim.UsersEndpoint, t.NewUser(Set("userName", gone.Text("userName"))))
		a := t.Get(g).Status(200)
		contains(a, "members", stays)
		containsNot(a, "members", again)
	}},
	{Meta: Meta{
		ID: "group.new-group-of-old-name-has-no-members", Level: Should,
		Title:    "A group with the displayName of a deleted one has none of the members of that one",
		Requires: []string{"7644-3.6-10", "7643-4.2-04"}, Needs: []Feature{Groups, DeleteMethod, ReadMembers},
		Catches: []string{"recreated-group-has-old-members"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		gone := groupOf(t, u)
		t.Delete(gone).Arranging().Success()
		again := made(t, scim.GroupsEndpoint, t.NewGroup(Set("displayName", gone.Text("displayName"))))
		containsNot(t.Get(again).Status(200), "members", u)
	}},
	{Meta: Meta{
		ID: "group.members.change-moves-last-modified", Level: Should,
		Title:    "PATCH add of a member moves meta.lastModified of the group",
		Requires: []string{"7643-3.1-25"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"last-modified-stays", "members-keep-last-modified"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := keeps(t, groupOf(t, users[0]), "meta.lastModified")
		before := g.Body.Get("meta.lastModified").String()
		tick(t, g)
		t.Patch(g, Add("members", Values{users[1].Ref()})).Arranging().Status(200, 204)
		a := t.Get(g).Status(200)
		contains(a, "members", users[1])
		after := a.Text("meta.lastModified")
		a.Holds(instant(after).After(instant(before)), "meta.lastModified", "later than "+before, given(after), "meta.lastModified does not move on")
	}},
	{Meta: Meta{
		ID: "etag.changes-with-the-members", Level: Must,
		Title:    "A group that gets a member has another ETag",
		Requires: []string{"7644-3.14-09"}, Needs: []Feature{ETag, Groups, Patch, ReadMembers},
		Catches: []string{"etag-constant", "members-keep-etag"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		g := groupOf(t, users[0])
		first := t.Get(g).Arranging().Status(200).HasHeader("ETag").HeaderValue("ETag")
		var now *Answer
		// An ETag that is made of a time with whole seconds gets a second try
		// when they have passed.
		for i, wait := range []time.Duration{0, 2 * time.Second} {
			t.Wait(wait)
			t.Patch(g, Add("members", Values{users[i+1].Ref()})).Arranging().Status(200, 204)
			if now = t.Get(g).Status(200); now.HeaderValue("ETag") != first {
				break
			}
		}
		contains(now, "members", users[1])
		tag := now.HeaderValue("ETag")
		now.Holds(tag != first, "header ETag", "another than "+first, given(tag), "the ETag stays the same after a change of members")
	}},
}

// made creates a resource under a name that was another's. The check does not
// apply to a target that keeps the name for the deleted one.
func made(t *T, endpoint string, doc Doc) *Resource {
	a := t.Post(endpoint, doc)
	if a.Code() == 409 {
		t.Skip("the name of a deleted resource stays taken")
	}
	return a.Arranging().Status(201).Created(endpoint, doc)
}
