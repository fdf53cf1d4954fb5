package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

const cycleTime = 40 * time.Minute

func (s *stage) forward(d time.Duration) []string {
	s.took()
	_, err := s.FastForward(ctx, d)
	require.NoError(s.t, err)
	return s.took()
}

// The rows of entra.md 4.2 and 4.6, as requests.
func TestEntraActions(t *testing.T) {
	s := newStage(t, "entra-compliant")
	ada := s.add("ada")
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	assert.Empty(t, s.took(), "nothing before the first cycle")
	assert.Equal(t, server.Pending, s.status(ada))

	_, err = s.Start(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{find, find, create}, s.took(), "the probe, the match, the create")
	assert.Equal(t, server.InSync, s.status(ada))
	assert.Equal(t, []string{find}, s.forward(cycleTime), "nothing changed: only the probe")

	_, _, err = s.EditUser(ctx, ada, func(u *server.User) error { u.Title = "Lead"; return nil })
	require.NoError(t, err)
	assert.Empty(t, s.took())
	assert.Equal(t, []string{find, read, patch}, s.forward(cycleTime))

	r, err := s.Restart(ctx, false)
	require.NoError(t, err)
	assert.Equal(t, []string{find, read}, s.took(), "links kept: read by id, nothing differs")
	require.Len(t, r.Changes, 1)
	assert.Equal(t, "RedundantExport", r.Changes[0].Code)
	_, err = s.Restart(ctx, true)
	require.NoError(t, err)
	assert.Equal(t, []string{find, find}, s.took(), "links dropped: matched again")
	assert.Equal(t, server.InSync, s.status(ada))

	_, err = s.Pause(ctx)
	require.NoError(t, err)
	_, _, err = s.EnableUser(ctx, ada, false)
	require.NoError(t, err)
	assert.Empty(t, s.forward(2*cycleTime), "stopped")
	_, err = s.Start(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{find, read, patch}, s.took(), "goes on where it was")
	account, _ := s.account("ada")
	assert.Equal(t, "false", account.Get("active").Raw)

	_, err = s.DeleteUser(ctx, ada, false)
	require.NoError(t, err)
	u, err := s.User(ada)
	require.NoError(t, err)
	assert.False(t, u.Deleted.IsZero(), "in the recycle bin")
	s.forward(cycleTime)
	_, err = s.DeleteUser(ctx, ada, true)
	require.NoError(t, err)
	assert.Equal(t, []string{find, "DELETE Users/id"}, s.forward(cycleTime))
	_, ok := s.account("ada")
	assert.False(t, ok)
	_, err = s.ForceSync(ctx)
	assert.ErrorIs(t, err, server.ErrConflict, "Okta's, and not Entra's")
}

// Who is in the recycle bin for 30 days is gone, here and there.
func TestEntraRecycleBin(t *testing.T) {
	s := newStage(t, "entra-compliant")
	ada, bo := s.add("ada"), s.add("bo")
	_, err := s.Assign(ctx, true, ada, bo)
	require.NoError(t, err)
	_, err = s.Start(ctx)
	require.NoError(t, err)
	_, err = s.DeleteUser(ctx, ada, false)
	require.NoError(t, err)
	_, err = s.DeleteUser(ctx, bo, false)
	require.NoError(t, err)
	s.forward(cycleTime)
	_, _, err = s.EditUser(ctx, ada, func(*server.User) error { return nil })
	require.ErrorIs(t, err, server.ErrConflict)
	_, err = s.RestoreUser(ctx, bo)
	require.NoError(t, err)
	assert.Contains(t, s.forward(cycleTime), patch)
	s.forward(31 * 24 * time.Hour)
	s.forward(time.Second)
	_, err = s.User(ada)
	require.ErrorIs(t, err, server.ErrNotFound)
	_, ok := s.account("ada")
	assert.False(t, ok)
	account, ok := s.account("bo")
	require.True(t, ok)
	assert.Equal(t, "true", account.Get("active").Raw)
	assert.Equal(t, server.InSync, s.status(bo))
}

func TestEntraGroupsAndManagers(t *testing.T) {
	s := newStage(t, "entra-legacy")
	ada, bo := s.add("ada"), s.add("bo")
	_, _, err := s.SetManager(ctx, ada, bo)
	require.NoError(t, err)
	g, _, err := s.AddGroup(ctx, server.Group{Name: "Hull team", Members: []string{ada, bo}})
	require.NoError(t, err)
	_, err = s.AssignGroup(ctx, true, g.Key)
	require.NoError(t, err)
	_, err = s.Start(ctx)
	require.NoError(t, err)
	sent := s.took()
	assert.Equal(t, []string{find, "GET Groups filter", find, create, find, create, "GET Groups filter", "POST Groups", read, patch}, sent[:10])
	detail, err := s.Group(g.Key)
	require.NoError(t, err)
	assert.Equal(t, server.InSync, detail.Status)
	_, _, err = s.RemoveMembers(ctx, g.Key, bo)
	require.NoError(t, err)
	sent = s.forward(cycleTime)
	assert.Contains(t, sent, "PATCH Groups/id")
	account, _ := s.account("bo")
	assert.Contains(t, []string{"false", `"False"`}, account.Get("active").Raw, "who leaves the assigned group leaves the scope")
}

func TestEntraOnDemand(t *testing.T) {
	s := newStage(t, "entra-compliant")
	ada, bo := s.add("ada"), s.add("bo")
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	s.took()
	d, err := s.ProvisionOnDemand(ctx, ada)
	require.NoError(t, err)
	assert.Equal(t, []string{find, create}, s.took())
	require.Len(t, d.Steps, 5)
	assert.Equal(t, "EntryExportAdd", d.Change.Code)
	logged, _ := s.Log(server.LogQuery{Source: "on demand"})
	require.Len(t, logged, 1)
	assert.Len(t, logged[0].Steps, 5)

	// It speaks the legacy dialect, whatever the cycles speak (entra.md 4.5).
	_, _, err = s.EditUser(ctx, ada, func(u *server.User) error { u.Title = "Lead"; return nil })
	require.NoError(t, err)
	d, err = s.ProvisionOnDemand(ctx, ada)
	require.NoError(t, err)
	body := string(d.Change.Exchanges[len(d.Change.Exchanges)-1].Request.Body)
	assert.True(t, strings.Contains(body, `"op":"Replace"`) || strings.Contains(body, `"op":"Add"`), body)

	d, err = s.ProvisionOnDemand(ctx, bo)
	require.NoError(t, err)
	assert.Equal(t, mockidp.Failed, d.Steps[0].Outcome)
	_, err = s.ProvisionOnDemand(ctx, "nobody")
	assert.ErrorIs(t, err, server.ErrNotFound)

	g, _, err := s.AddGroup(ctx, server.Group{Name: "Hull team", Members: []string{ada, bo}})
	require.NoError(t, err)
	_, err = s.AssignGroup(ctx, true, g.Key)
	require.NoError(t, err)
	s.took()
	d, err = s.ProvisionGroupOnDemand(ctx, g.Key, ada)
	require.NoError(t, err)
	assert.Equal(t, mockidp.Done, d.Change.Outcome, d.Change.Reason)
	assert.Equal(t, []string{"GET Groups filter", "POST Groups"}, s.took()[:2])
}

func TestEntraEscrowAndHeldDeletions(t *testing.T) {
	s := newStage(t, "entra-compliant", func(c *server.Settings) { c.MaxDeletions = 1 })
	ada, bo := s.add("ada"), s.add("bo")
	_, err := s.Assign(ctx, true, ada, bo)
	require.NoError(t, err)
	s.answers(func(r *http.Request) int {
		if r.Method == http.MethodPost {
			return http.StatusInternalServerError
		}
		return 0
	})
	_, err = s.Start(ctx)
	require.NoError(t, err)
	tasks := s.Tasks()
	require.Len(t, tasks, 2)
	assert.Equal(t, begin.Add(cycleTime), tasks[0].Next)
	assert.Equal(t, "InternalServerError", tasks[0].Change.Code)
	assert.Equal(t, server.Broken, s.status(ada))
	s.answers(nil)
	s.forward(cycleTime)
	assert.Empty(t, s.Tasks())
	assert.Equal(t, server.InSync, s.status(ada))

	_, err = s.Assign(ctx, false, ada, bo)
	require.NoError(t, err)
	assert.Equal(t, []string{find}, s.forward(cycleTime), "held")
	o := s.Overview()
	assert.Equal(t, []string{ada, bo}, o.Held)
	assert.Equal(t, "StagedDelete", o.Quarantine)
	s.took()
	_, err = s.AllowDeletions(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{find, read, patch, read, patch}, s.took())
	assert.Empty(t, s.Overview().Held)
}
