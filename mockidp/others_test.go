package mockidp_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// The sequences of other-idps.md, on the reference: somebody joins, moves,
// leaves and comes back; a group is pushed, gets a member, is renamed and
// deleted. What a dialect has no wording for sends nothing and says why.
func TestSequencesOfTheOthers(t *testing.T) {
	const (
		findUser, findGroup   = "GET /Users filter userName", "GET /Groups filter displayName"
		post, put, patch, del = "POST /Users", "PUT /Users/{id}", "PATCH /Users/{id}", "DELETE /Users/{id}"
		groups, postGroup     = "GET /Groups", "POST /Groups"
		putGroup, patchGroup  = "PUT /Groups/{id}", "PATCH /Groups/{id}"
		delGroup              = "DELETE /Groups/{id}"
	)
	for _, c := range []struct {
		dialect                                             string
		options                                             map[string]string
		join, move, push, more, rename, leave, back, remove []string
	}{
		{
			dialect: "pingfederate", join: []string{findUser, post}, move: []string{put},
			push: []string{groups, postGroup}, more: []string{putGroup}, rename: []string{putGroup},
			leave: []string{put}, back: []string{put}, remove: []string{delGroup},
		},
		{
			dialect: "pingfederate", options: map[string]string{"remove-user-action": "delete"}, join: []string{findUser, post}, move: []string{put},
			push: []string{groups, postGroup}, more: []string{putGroup}, rename: []string{putGroup},
			leave: []string{del}, back: []string{findUser, post}, remove: []string{delGroup},
		},
		{
			dialect: "onelogin", join: []string{findUser, post}, move: []string{put},
			push: []string{groups, postGroup, patchGroup}, more: []string{groups, patchGroup},
			leave: []string{patchGroup, put}, back: []string{put},
		},
		{
			dialect: "jumpcloud", join: []string{findUser, post}, move: []string{patch},
			push: []string{postGroup, patchGroup}, more: []string{patchGroup},
			leave: []string{patch}, back: []string{patch, patch}, remove: []string{delGroup},
		},
		{
			dialect: "authentik", join: []string{post}, move: []string{put},
			push: []string{postGroup, patchGroup}, more: []string{patchGroup}, rename: []string{patchGroup, "GET /Groups/{id}"},
			leave: []string{put}, back: []string{put}, remove: []string{delGroup},
		},
		{
			dialect: "sailpoint", join: []string{"GET /Users", post}, move: []string{patch},
			push: []string{groups, postGroup}, leave: []string{patch}, back: []string{patch}, remove: []string{delGroup},
		},
		{
			dialect: "pingone", join: []string{"GET /Users filter username", post}, push: []string{postGroup},
			leave: []string{del}, back: []string{"GET /Users filter username", post},
		},
		{dialect: "pingfederate-zpa", join: []string{post}, push: []string{postGroup}},
		{dialect: "google-workspace", join: []string{post}},
		{
			dialect: "okta-opp", join: []string{findUser, post}, move: []string{"GET /Users/{id}", put},
			leave: []string{"GET /Users/{id}", put}, back: []string{findUser, "GET /Users/{id}", put, "GET /Users/{id}", put},
		},
		{
			dialect: "okta-oin-userpatch", join: []string{findUser, post},
			push: []string{findGroup, postGroup, patchGroup, patchGroup}, more: []string{patchGroup, patchGroup}, rename: []string{patchGroup},
			leave: []string{patch}, back: []string{findUser, patch, "GET /Users/{id}"}, remove: []string{delGroup},
		},
		{
			dialect: "okta-oin-userpatch", options: map[string]string{"profile-patch": "without-path"}, join: []string{findUser, post},
			move: []string{"GET /Users/{id}", patch},
			push: []string{findGroup, postGroup, patchGroup, patchGroup}, more: []string{patchGroup, patchGroup}, rename: []string{patchGroup},
			leave: []string{patch}, back: []string{findUser, patch, "GET /Users/{id}", patch}, remove: []string{delGroup},
		},
		{
			dialect: "entra-ondemand", join: []string{findUser, post}, move: []string{"GET /Users/{id}", patch},
			push: []string{findGroup, postGroup, patchGroup}, more: []string{"GET /Groups/{id}", patchGroup},
			rename: []string{"GET /Groups/{id}", patchGroup}, back: []string{"GET /Users/{id}"},
		},
	} {
		t.Run(c.dialect, func(t *testing.T) {
			s := newStage(t, c.dialect, c.options, false)
			step := func(name string, want []string, change mockidp.Change) {
				t.Helper()
				assert.NotEqual(t, mockidp.Failed, change.Outcome, "%s: %s", name, change.Reason)
				if len(want) == 0 {
					assert.Equal(t, mockidp.Skipped, change.Outcome, name)
					assert.NotEmpty(t, change.Reason, name)
				}
				assert.Equal(t, want, s.took(), name)
			}
			s.done(s.idp.Assign(ctx, s.user("bo")))
			s.took()
			step("joins", c.join, s.idp.Assign(ctx, s.user("ada")))
			u := s.user("ada")
			u.GivenName = "Adelheid"
			s.people["ada"] = u
			step("moves", c.move, s.idp.Update(ctx, u))
			step("group", c.push, s.idp.PushGroup(ctx, mockidp.Group{Key: "sales", ObjectID: "g", Name: "Sales"}, "ada"))
			step("member", c.more, s.idp.AddMembers(ctx, "sales", "bo"))
			step("renamed", c.rename, s.idp.RenameGroup(ctx, "sales", "Sales EMEA"))
			step("leaves", c.leave, s.idp.Unassign(ctx, "ada"))
			if len(c.leave) > 0 || c.dialect == "entra-ondemand" {
				step("returns", c.back, s.idp.Assign(ctx, u))
			}
			step("deleted", c.remove, s.idp.DeleteGroup(ctx, "sales"))
		})
	}
}

// other-idps.md 6: switching JumpCloud on leaves nothing behind.
func TestJumpCloudTriesTheTarget(t *testing.T) {
	s := newStage(t, "jumpcloud", nil, true)
	for _, c := range s.idp.Activate(ctx, s.user("test"), mockidp.Group{Key: "test", Name: "Test"}) {
		s.done(c)
	}
	assert.Equal(t, []string{
		"GET /Users", "GET /Users filter userName", "POST /Users", "POST /Groups", "DELETE /Groups/{id}", "DELETE /Users/{id}",
	}, s.took())
}

// other-idps.md 7.3 and 7.6: authentik looks after a 409 only, and creates
// anew who is gone.
func TestAuthentikAdoptsAndHeals(t *testing.T) {
	for value, want := range map[string][]string{
		"quoted": {"POST /Users", "GET /Users filter userName", "PUT /Users/{id}"},
		"bare":   {"POST /Users", "GET /Users filter userName"}, // a target that follows the RFC refuses it
	} {
		s := newStage(t, "authentik", map[string]string{"filter-value": value}, false)
		u := s.user("ada")
		require.Equal(t, 201, s.byHand("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+u.UserName+`"}`))
		assert.Equal(t, value == "bare", s.idp.Assign(ctx, u).Outcome == mockidp.Failed)
		assert.Equal(t, want, s.took())
	}
	s := newStage(t, "authentik", nil, false)
	s.done(s.idp.Assign(ctx, s.user("bo")))
	id, _ := s.idp.Link("bo")
	require.Equal(t, 204, s.byHand("DELETE", "/Users/"+id, ""))
	s.took()
	s.done(s.idp.Update(ctx, s.user("bo")))
	assert.Equal(t, []string{"PUT /Users/{id}", "POST /Users"}, s.took())
}

// Who is there already is linked, by a query or by reading all, and written.
func TestOthersLinkWhoIsThere(t *testing.T) {
	for dialect, want := range map[string][]string{
		"onelogin":     {"GET /Users filter userName", "PUT /Users/{id}"},
		"pingfederate": {"GET /Users filter userName", "PUT /Users/{id}"},
		"sailpoint":    {"GET /Users", "PATCH /Users/{id}", "PATCH /Users/{id}"},
	} {
		s := newStage(t, dialect, nil, false)
		u := s.user("ada")
		require.Equal(t, 201, s.byHand("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+u.UserName+`","active":false}`))
		c := s.idp.Assign(ctx, u)
		s.done(c)
		assert.Equal(t, "link", c.Action)
		assert.Equal(t, want, s.took(), dialect)
	}
}

// other-idps.md 7.4: after a change of a group its members are compared and
// mended.
func TestAuthentikMendsMembers(t *testing.T) {
	s := newStage(t, "authentik", map[string]string{"mode": "aws"}, false)
	s.done(s.idp.Assign(ctx, s.user("ada")))
	s.done(s.idp.Assign(ctx, s.user("bo")))
	s.done(s.idp.PushGroup(ctx, mockidp.Group{Key: "sales", ObjectID: "g", Name: "Sales"}, "ada"))
	id, _ := s.idp.GroupLink("sales")
	bo, _ := s.idp.Link("bo")
	require.Equal(t, 200, s.byHand("PATCH", "/Groups/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`+
		`"Operations":[{"op":"replace","path":"members","value":[{"value":"`+bo+`"}]}]}`))
	s.took()
	s.done(s.idp.RenameGroup(ctx, "sales", "Sales EMEA"))
	assert.Equal(t, []string{"PATCH /Groups/{id}", "GET /Groups/{id}", "PATCH /Groups/{id}"}, s.took())
	s.done(s.idp.RenameGroup(ctx, "sales", "Sales"))
	assert.Equal(t, []string{"PATCH /Groups/{id}", "GET /Groups/{id}"}, s.took(), "nothing left to mend")
	require.Equal(t, 200, s.byHand("PATCH", "/Groups/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`+
		`"Operations":[{"op":"remove","path":"members"}]}`))
	s.done(s.idp.RenameGroup(ctx, "sales", "Sales APAC"))
	assert.Equal(t, []string{"PATCH /Groups/{id}", "GET /Groups/{id}"}, s.took(), "no list of members is taken for a list that is not shown")
}

// A target without PUT answers 404 to every write of a user: authentik takes the
// account for gone, meets 409, finds it, and fails in the end (other-idps.md 7.6).
func TestAuthentikEndsWithoutPut(t *testing.T) {
	s := newStage(t, "authentik", nil, false)
	s.idp = mockidp.New(mockidp.Config{Dialect: s.idp.Dialect(), Target: scim.DoerFunc(func(ctx context.Context, r scim.Request) *scim.Exchange {
		s.sent = append(s.sent, short(r))
		if r.Method == http.MethodPut {
			return &scim.Exchange{Request: r, Response: &scim.Response{Status: http.StatusNotFound}}
		}
		return s.client.Do(ctx, r)
	})})
	u := s.user("ada")
	s.done(s.idp.Assign(ctx, u))
	s.took()
	u.Title = "Boatswain"
	assert.Equal(t, mockidp.Failed, s.idp.Update(ctx, u).Outcome)
	assert.Equal(t, []string{"PUT /Users/{id}", "POST /Users", "GET /Users filter userName", "PUT /Users/{id}"}, s.took())
}
