package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

const (
	find, create, read, put = "GET Users filter", "POST Users", "GET Users/id", "PUT Users/id"
	patch                   = "PATCH Users/id"
)

// The rows of okta.md 5.3, as requests.
func TestOktaActions(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada := s.add("ada")
	assert.Empty(t, s.took(), "who is not assigned causes no request")

	r, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	assert.Equal(t, []string{find, create}, s.took())
	assert.Equal(t, 1, r.Done)
	assert.Equal(t, server.InSync, s.status(ada))

	_, _, err = s.EditUser(ctx, ada, func(u *server.User) error { u.Title = "Lead"; return nil })
	require.NoError(t, err)
	assert.Equal(t, []string{read, put}, s.took())

	r, err = s.ForceSync(ctx)
	require.NoError(t, err)
	assert.Empty(t, s.took(), "nobody changed since the last push that worked")
	assert.Empty(t, r.Changes)

	s.answers(func(*http.Request) int { return http.StatusBadGateway })
	_, _, err = s.EditUser(ctx, ada, func(u *server.User) error { u.Title = "Head"; return nil })
	require.NoError(t, err)
	assert.Equal(t, server.Broken, s.status(ada))
	s.answers(nil)
	s.took()
	_, err = s.ForceSync(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{read, put}, s.took(), "Force Sync pushes who changed since the last success")
	assert.Empty(t, s.Tasks())

	_, err = s.Pause(ctx)
	require.NoError(t, err)
	bo := s.add("bo")
	_, err = s.Assign(ctx, true, bo)
	require.NoError(t, err)
	_, err = s.Start(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{"GET Users"}, s.took(), "only the connection test: who was assigned before waits")
	u, err := s.User(bo)
	require.NoError(t, err)
	assert.Equal(t, &server.AppUser{Status: "ACTIVE", SyncState: "DISABLED"}, u.AppUser)
	_, err = s.ForceSync(ctx)
	require.NoError(t, err)
	assert.Empty(t, s.took(), "Force Sync does not make accounts")
	_, err = s.ProvisionOutOfSync(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{find, create}, s.took())

	_, err = s.Assign(ctx, false, bo)
	require.NoError(t, err)
	assert.Equal(t, []string{read, put}, s.took())
	_, err = s.Assign(ctx, true, bo)
	require.NoError(t, err)
	assert.Equal(t, []string{find, read, put, read, put}, s.took())

	_, _, err = s.EnableUser(ctx, bo, false)
	require.NoError(t, err)
	assert.Equal(t, []string{read, put}, s.took())
	account, _ := s.account("bo")
	assert.Equal(t, "false", account.Get("active").Raw)
	_, err = s.DeleteUser(ctx, bo, false)
	require.NoError(t, err)
	assert.Empty(t, s.took(), "Okta sends nothing when a deactivated user is deleted (okta.md 2.6)")
	_, err = s.User(bo)
	assert.ErrorIs(t, err, server.ErrNotFound)
}

func TestOktaTask(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada := s.add("ada")
	require.NoError(t, s.SetFaults([]server.Fault{{Kind: "500", Operation: "create-user"}}))
	r, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	assert.Equal(t, 1, r.Failed)
	tasks := s.Tasks()
	require.Len(t, tasks, 1)
	assert.Equal(t, "Automatic provisioning of user ada@example.com to app desk failed: Error while creating user ada@example.com: "+
		"500 Internal Server Error. Errors reported by remote server: a fault on the way", tasks[0].Text)
	assert.Zero(t, tasks[0].Next, "Okta does not try a 500 again by itself")
	last := tasks[0].Change.Exchanges
	require.NotEmpty(t, last)
	assert.Equal(t, http.MethodPost, last[len(last)-1].Request.Method)

	// What changes meanwhile does not make the task go; the retry sends it.
	_, _, err = s.EditUser(ctx, ada, func(u *server.User) error { u.Title = "Lead"; return nil })
	require.NoError(t, err)
	require.Len(t, s.Tasks(), 1)
	require.NoError(t, s.SetFaults(nil))
	s.took()
	_, err = s.RetryTask(ctx, s.Tasks()[0].ID)
	require.NoError(t, err)
	assert.Equal(t, []string{find, create}, s.took())
	assert.Empty(t, s.Tasks())
	account, _ := s.account("ada")
	assert.Equal(t, "Lead", account.Get("title").String())
	_, err = s.RetryTask(ctx, 99)
	assert.ErrorIs(t, err, server.ErrNotFound)
}

func TestOktaThrottled(t *testing.T) {
	s := newStage(t, "okta-oin")
	ada := s.add("ada")
	require.NoError(t, s.SetFaults([]server.Fault{{Kind: "429", Operation: "create", RetryAfter: 90, Times: 1}}))
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	require.Len(t, s.Tasks(), 1)
	assert.Equal(t, begin.Add(90*time.Second), s.Tasks()[0].Next)
	s.took()
	_, err = s.FastForward(ctx, 89*time.Second)
	require.NoError(t, err)
	assert.Empty(t, s.took())
	r, err := s.FastForward(ctx, time.Second)
	require.NoError(t, err)
	assert.Equal(t, []string{find, create}, s.took())
	require.Len(t, r.Changes, 1)
	assert.Equal(t, 2, r.Changes[0].Attempt)
	assert.Empty(t, s.Tasks())
}

func TestOktaGroups(t *testing.T) {
	s := newStage(t, "okta-oin")
	ada, bo := s.add("ada"), s.add("bo")
	g, _, err := s.AddGroup(ctx, server.Group{Name: "Hull team", Members: []string{ada}})
	require.NoError(t, err)
	_, err = s.AssignGroup(ctx, true, g.Key)
	require.NoError(t, err)
	assert.Equal(t, []string{find, create}, s.took(), "assigned are its members, not the group")
	_, err = s.PushGroup(ctx, true, false, g.Key)
	require.NoError(t, err)
	assert.Equal(t, []string{"GET Groups filter", "POST Groups", "PATCH Groups/id"}, s.took()[:3])
	detail, err := s.Group(g.Key)
	require.NoError(t, err)
	assert.Equal(t, server.InSync, detail.Status)

	_, _, err = s.AddMembers(ctx, g.Key, bo)
	require.NoError(t, err)
	sent := s.took()
	assert.Equal(t, []string{find, create}, sent[:2], "who joins an assigned group is provisioned first")
	assert.Equal(t, "PATCH Groups/id", sent[len(sent)-1])

	_, err = s.DeleteUser(ctx, ada, false)
	require.NoError(t, err)
	sent = s.took()
	assert.Contains(t, sent, "PATCH Groups/id")
	assert.Contains(t, sent, patch, "deactivated")

	_, err = s.PushNow(ctx, g.Key)
	require.NoError(t, err)
	assert.NotEmpty(t, s.took())
	_, err = s.PushGroup(ctx, false, true, g.Key)
	require.NoError(t, err)
	assert.Empty(t, s.took(), "unlinked, and left on the target")
	assert.Equal(t, 1, s.count("/Groups"))
	_, err = s.RunCycle(ctx)
	assert.ErrorIs(t, err, server.ErrConflict)
}

func TestOktaOnDemand(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada := s.add("ada")
	d, err := s.ProvisionOnDemand(ctx, ada)
	require.NoError(t, err)
	assert.Equal(t, mockidp.Failed, d.Steps[0].Outcome)
	_, err = s.Assign(ctx, true, ada)
	require.NoError(t, err)
	s.took()
	d, err = s.ProvisionOnDemand(ctx, ada)
	require.NoError(t, err)
	assert.Equal(t, []string{read, put}, s.took())
	var names []string
	for _, step := range d.Steps {
		names = append(names, step.Name)
		assert.Equal(t, mockidp.Done, step.Outcome, step.Name)
	}
	assert.Equal(t, []string{"import", "scope", "match", "action", "result"}, names)
}
