package server_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

// A change that is overtaken by the next one arrives last: what it says stands on
// the target, and the log has it.
func TestReorderedChange(t *testing.T) {
	s := newStage(t, "okta-oin")
	ada := s.add("ada")
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	require.NoError(t, s.SetFaults([]server.Fault{{Kind: "reorder", Operation: "update-user"}}))
	title := func(title string) {
		_, _, err := s.EditUser(ctx, ada, func(u *server.User) error { u.Title = title; return nil })
		require.NoError(t, err)
	}
	have := func() string {
		r, ok := s.account("ada")
		require.True(t, ok)
		return r.Get("title").String()
	}
	title("First")
	assert.Empty(t, have(), "it is held back")
	require.Len(t, s.Tasks(), 1)
	_, err = s.RetryTask(ctx, s.Tasks()[0].ID)
	require.NoError(t, err)
	assert.Equal(t, "First", have(), "the same once more overtakes nothing")
	assert.Equal(t, 1, s.Faults()[0].Hits, "what overtakes is not held back itself")
	title("Second")
	assert.Equal(t, "First", have(), "the late one is done last")
	page, _ := s.Log(server.LogQuery{Limit: 2})
	assert.Equal(t, "late-delivery", page[0].Action)
	assert.Equal(t, mockidp.Done, page[0].Outcome)
	assert.Contains(t, string(page[0].Exchanges[0].Request.Body), "First")
	assert.Equal(t, "update", page[1].Action)
	found, err := s.Reconcile(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, found.Counts[server.Drifted], "the identity provider does not know")

	title("Third")
	assert.Equal(t, 2, s.Faults()[0].Hits)
	require.NoError(t, s.SetFaults(nil))
	title("Fourth")
	assert.Equal(t, "Fourth", have(), "what was held back is lost with the fault")
}

// A create that is given up and sent again arrives after its second attempt: a
// target that knows names twice refuses it.
func TestReorderedCreate(t *testing.T) {
	s := newStage(t, "okta-oin")
	ada := s.add("ada")
	require.NoError(t, s.SetFaults([]server.Fault{{Kind: "reorder", Operation: "create", Times: 1}}))
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	assert.Equal(t, 0, s.count("/Users"))
	_, err = s.RetryTask(ctx, s.Tasks()[0].ID)
	require.NoError(t, err)
	assert.Equal(t, 1, s.count("/Users"))
	assert.Equal(t, server.InSync, s.status(ada))
	page, _ := s.Log(server.LogQuery{Limit: 1})
	assert.Equal(t, "late-delivery", page[0].Action)
	assert.Equal(t, 409, page[0].Exchanges[0].Status())
	assert.Equal(t, mockidp.Failed, page[0].Outcome)
	assert.Empty(t, s.Tasks(), "nobody waits for that answer")
}

// Two changes of two resources do not overtake each other, and reads do nothing.
func TestReorderedElsewhere(t *testing.T) {
	s := newStage(t, "okta-oin")
	ada, bo := s.add("ada"), s.add("bo")
	_, err := s.Assign(ctx, true, ada, bo)
	require.NoError(t, err)
	require.NoError(t, s.SetFaults([]server.Fault{{Kind: "reorder", Operation: "any", Times: 1}}))
	for _, key := range []string{ada, bo} {
		_, _, err = s.EditUser(ctx, key, func(u *server.User) error { u.Title = "New"; return nil })
		require.NoError(t, err)
	}
	r, _ := s.account("ada")
	assert.Empty(t, r.Get("title").String())
	r, _ = s.account("bo")
	assert.Equal(t, "New", r.Get("title").String())
	require.ErrorIs(t, s.SetFaults([]server.Fault{{Kind: "reorder", Operation: "lookup"}}), server.ErrInvalid)
}
