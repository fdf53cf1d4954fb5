package mockidp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
)

// connected is a stage with two people and a group, of whom one was changed on
// the target.
func connected(t *testing.T, dialect string) *stage {
	s := newStage(t, dialect, nil, false)
	for _, key := range []string{"ada", "bo", "cy"} {
		s.done(s.idp.Assign(ctx, s.user(key)))
	}
	s.done(s.idp.PushGroup(ctx, mockidp.Group{Key: "sales", ObjectID: "g", Name: "Sales"}, "ada", "bo"))
	s.done(s.idp.Unassign(ctx, "cy"))
	id, _ := s.idp.Link("bo")
	require.Equal(t, 200, s.byHand("PATCH", "/Users/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`+
		`"Operations":[{"op":"replace","path":"displayName","value":"Somebody Else"}]}`))
	s.took()
	return s
}

// entra.md 4.6: a restart keeps the links, so nobody is matched; only what
// differs is written, and no member is sent again.
func TestRestartKeepsTheLinks(t *testing.T) {
	for _, dialect := range []string{"entra-legacy", "entra-compliant"} {
		s := connected(t, dialect)
		changes := s.idp.Restart(ctx)
		assert.Equal(t, []string{"GET /Users/{id}", "GET /Users/{id}", "PATCH /Users/{id}", "GET /Groups/{id}"}, s.took(), dialect)
		require.Len(t, changes, 3)
		assert.Equal(t, "RedundantExport", changes[0].Code)
		assert.Equal(t, "EntryExportUpdate", changes[1].Code)
		assert.Equal(t, "RedundantExport", changes[2].Code)
		id, _ := s.idp.GroupLink("sales")
		require.Equal(t, 200, s.byHand("PATCH", "/Groups/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`+
			`"Operations":[{"op":"replace","path":"displayName","value":"By hand"}]}`))
		s.idp.Restart(ctx)
		assert.Equal(t, []string{"GET /Users/{id}", "GET /Users/{id}", "GET /Groups/{id}", "PATCH /Groups/{id}"}, s.took(), dialect)
		require.Equal(t, 204, s.byHand("DELETE", "/Groups/"+id, ""))
		s.idp.Restart(ctx)
		assert.Equal(t, []string{
			"GET /Users/{id}", "GET /Users/{id}", "GET /Groups/{id}", "GET /Groups filter displayName", "POST /Groups", "PATCH /Groups/{id}", "PATCH /Groups/{id}",
		}, s.took(), dialect)
	}
	s := connected(t, "okta-oin")
	changes := s.idp.Restart(ctx)
	require.Len(t, changes, 1)
	assert.True(t, changes[0].Lacks)
	assert.Empty(t, s.took())
}

// entra.md 4.6, okta.md 2.9 and 5.3: without links there is one matching query
// an object. Entra ID writes what differs; who pushes whole profiles writes
// each. Members are sent again, since no cycle of Entra ID reads them.
func TestFullResetMatchesEverybodyAnew(t *testing.T) {
	const find, read = "GET /Users filter userName", "GET /Users/{id}"
	const put, patch = "PUT /Users/{id}", "PATCH /Users/{id}"
	const findGroup, readGroup, patchGroup = "GET /Groups filter displayName", "GET /Groups/{id}", "PATCH /Groups/{id}"
	for dialect, want := range map[string][]string{
		"entra-legacy":    {find, find, patch, findGroup, readGroup, patchGroup, patchGroup},
		"entra-compliant": {find, find, patch, findGroup, readGroup, patchGroup, patchGroup},
		"okta-aiw":        {find, read, put, find, read, put, findGroup, readGroup, "PUT /Groups/{id}"},
		"okta-oin":        {find, read, put, find, read, put, findGroup, patchGroup, patchGroup},
		"pingfederate":    {find, put, find, put, "GET /Groups", "PUT /Groups/{id}"},
		"onelogin":        {find, put, find, put, "GET /Groups", patchGroup, patchGroup},
		"jumpcloud":       {find, patch, patch, find, patch, patch},
	} {
		t.Run(dialect, func(t *testing.T) {
			s := connected(t, dialect)
			before := map[string]string{}
			for _, key := range []string{"ada", "bo"} {
				before[key], _ = s.idp.Link(key)
			}
			for _, c := range s.idp.FullReset(ctx) {
				assert.NotEqual(t, mockidp.Failed, c.Outcome, "%s: %s", c.Action, c.Reason)
			}
			assert.Equal(t, want, s.took())
			for key, id := range before {
				link, _ := s.idp.Link(key)
				assert.Equal(t, id, link, key)
			}
			_, linked := s.idp.Link("cy")
			assert.False(t, linked, "who is not assigned is not asked for")
		})
	}
}
