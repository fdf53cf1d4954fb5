package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

func TestTenants(t *testing.T) {
	s := newStage(t, "okta-aiw")
	assert.Equal(t, "desk", s.ID())
	_, err := s.app.AddTenant(server.Settings{Name: "desk", Dialect: "okta-aiw", Target: s.url}, "")
	require.ErrorIs(t, err, server.ErrConflict)
	for name, bad := range map[string]server.Settings{
		"there is no dialect":   {Name: "x", Dialect: "nobody", Target: s.url},
		"no option":             {Name: "x", Dialect: "okta-aiw", Options: map[string]string{"nothing": "x"}, Target: s.url},
		"does not begin with":   {Name: "x", Dialect: "okta-aiw", Target: "ftp://x"},
		"holds credentials":     {Name: "x", Dialect: "okta-aiw", Target: "http://a:b@x"},
		"a secret in its query": {Name: "x", Dialect: "okta-aiw", Target: "http://x/?api_key=1"},
		"the id":                {Name: "%%", Dialect: "okta-aiw", Target: s.url},
		"entra-ondemand":        {Name: "x", Dialect: "entra-ondemand", Target: s.url},
		"does not authenticate": {Name: "x", Dialect: "okta-aiw", Target: s.url, Auth: "magic"},
		"scoping filter":        {Name: "x", Dialect: "okta-aiw", Target: s.url, Scope: []server.Clause{{Attribute: "shoe", Operator: "equals"}}},
	} {
		_, err := s.app.AddTenant(bad, "")
		require.ErrorIs(t, err, server.ErrInvalid, name)
		assert.ErrorContains(t, err, name)
	}
	other, err := s.app.AddTenant(server.Settings{Name: "Other desk!", Dialect: "entra-legacy", Target: s.url}, "")
	require.NoError(t, err)
	assert.Equal(t, "other-desk", other.ID())
	require.Len(t, s.app.Tenants(), 2)
	require.NoError(t, s.app.RemoveTenant("other-desk"))
	_, err = s.app.Tenant("other-desk")
	require.ErrorIs(t, err, server.ErrNotFound)
	_, err = other.RunCycle(ctx)
	require.ErrorIs(t, err, server.ErrConflict)
}

// The credential goes in and never comes out.
func TestCredentialStaysIn(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada := s.add("ada")
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	require.NoError(t, s.SetFaults([]server.Fault{{Kind: "expired-token", Operation: "any", Times: 1}}))
	_, err = s.TestConnection(ctx)
	require.NoError(t, err)
	u, err := s.User(ada)
	require.NoError(t, err)
	entries, total := s.Log(server.LogQuery{})
	require.Equal(t, 2, total)
	for _, v := range []any{s.Settings(), s.Overview(), u, entries, s.Tasks(), s.Faults()} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		assert.NotContains(t, string(text), secret)
	}
	assert.Equal(t, http.StatusUnauthorized, entries[0].Exchanges[0].Status(), "an expired token is refused")
	assert.True(t, s.Overview().HasCredential)
	none := "another-secret"
	_, err = s.Configure(ctx, func(*server.Settings) error { return nil }, &none)
	require.NoError(t, err)
	r, err := s.TestConnection(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, r.Failed)
}

func TestConfigure(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada, bo := s.add("ada"), s.add("bo")
	_, err := s.Assign(ctx, true, ada, bo)
	require.NoError(t, err)
	s.took()
	// Another scope is acted on at once.
	_, _, err = s.EditUser(ctx, bo, func(u *server.User) error { u.Department = "Sails"; return nil })
	require.NoError(t, err)
	s.took()
	_, err = s.Configure(ctx, func(c *server.Settings) error {
		c.Scope = []server.Clause{{Attribute: "department", Operator: "equals", Value: "Tides"}}
		return nil
	}, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{read, put}, s.took())
	assert.Equal(t, server.OutOfScope, s.status(bo))
	assert.Equal(t, server.InSync, s.status(ada))
	// Another dialect of the same identity provider keeps the links.
	_, err = s.Configure(ctx, func(c *server.Settings) error { c.Dialect = "okta-oin"; return nil }, nil)
	require.NoError(t, err)
	_, err = s.Assign(ctx, false, ada)
	require.NoError(t, err)
	assert.Equal(t, []string{patch}, s.took())
	_, err = s.Configure(ctx, func(c *server.Settings) error { c.Dialect = "entra-legacy"; return nil }, nil)
	require.ErrorIs(t, err, server.ErrConflict)
	_, err = s.Configure(ctx, func(c *server.Settings) error { c.Target = "nowhere"; return nil }, nil)
	require.ErrorIs(t, err, server.ErrInvalid)
	assert.Equal(t, s.url, s.Settings().Target)
}

func TestDirectoryRules(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada := s.add("ada")
	_, _, err := s.AddUser(ctx, server.User{UserName: "ADA@example.com"})
	require.ErrorIs(t, err, server.ErrConflict)
	_, _, err = s.AddUser(ctx, server.User{UserName: " "})
	require.ErrorIs(t, err, server.ErrInvalid)
	_, _, err = s.AddUser(ctx, server.User{UserName: "x", Title: "a\x00b"})
	require.ErrorIs(t, err, server.ErrInvalid)
	_, _, err = s.SetManager(ctx, ada, ada)
	require.ErrorIs(t, err, server.ErrInvalid)
	_, _, err = s.EditUser(ctx, ada, func(*server.User) error { return errors.New("no") })
	require.EqualError(t, err, "no")
	_, _, err = s.AddGroup(ctx, server.Group{Name: "Hull", Members: []string{"nobody"}})
	require.ErrorIs(t, err, server.ErrNotFound)
	u, _, err := s.AddUser(ctx, server.User{UserName: "<img src=x onerror=alert(1)>", Enabled: true})
	require.NoError(t, err)
	assert.Equal(t, "img-src-x-onerror-alert-1", u.Key)
	page, total := s.Users(server.ListQuery{Search: "ONERROR", Limit: 10})
	assert.Equal(t, 1, total)
	assert.Equal(t, u.Key, page[0].Key)
}

func TestGenerateIsDeterministic(t *testing.T) {
	a, b := newStage(t, "entra-legacy"), newStage(t, "entra-legacy")
	var out [2]bytes.Buffer
	for i, s := range []*stage{a, b} {
		users, groups, _, err := s.Generate(ctx, server.Generate{Users: 40, Groups: 4, Seed: 3, Assign: true, Push: true})
		require.NoError(t, err)
		assert.Equal(t, []int{40, 4}, []int{users, groups})
		require.NoError(t, s.Export(&out[i], "json"))
	}
	assert.Equal(t, out[0].String(), out[1].String())
	users, groups, _, err := a.Generate(ctx, server.Generate{Users: 40, Groups: 4, Seed: 3})
	require.NoError(t, err)
	assert.Equal(t, []int{0, 0}, []int{users, groups}, "they are there already")
	_, _, _, err = a.Generate(ctx, server.Generate{Users: -1})
	require.ErrorIs(t, err, server.ErrInvalid)
}

func TestImportExport(t *testing.T) {
	from := newStage(t, "okta-aiw")
	_, _, _, err := from.Generate(ctx, server.Generate{Users: 12, Groups: 3, Seed: 1})
	require.NoError(t, err)
	_, _, err = from.AddUser(ctx, server.User{UserName: "zoë@example.com", GivenName: "Zoë", FamilyName: " O'Neil; Ltd", Title: "a,b \"c\"", Manager: "", Enabled: false})
	require.NoError(t, err)
	var whole bytes.Buffer
	require.NoError(t, from.Export(&whole, "json"))
	for _, format := range server.Formats {
		t.Run(format, func(t *testing.T) {
			var file bytes.Buffer
			require.NoError(t, from.Export(&file, format))
			to := newStage(t, "okta-aiw")
			done, _, err := to.Import(ctx, bytes.NewReader(file.Bytes()), format)
			require.NoError(t, err, file.String())
			assert.Equal(t, server.Imported{UsersAdded: 13, GroupsAdded: 3}, done)
			want, _ := from.Users(server.ListQuery{})
			have, _ := to.Users(server.ListQuery{})
			require.Len(t, have, len(want))
			for i := range want {
				assert.Equal(t, want[i].User, have[i].User)
			}
			groups, _ := to.Groups(server.ListQuery{})
			theirs, _ := from.Groups(server.ListQuery{})
			for i := range theirs {
				assert.Equal(t, theirs[i].Members, groups[i].Members)
			}
			// Once more changes nothing.
			done, _, err = to.Import(ctx, bytes.NewReader(file.Bytes()), format)
			require.NoError(t, err)
			assert.Zero(t, done.UsersAdded+done.UsersChanged+done.GroupsAdded)
		})
	}
	for format, bad := range map[string]string{
		"csv": "user_name,shoe\nada,42\n", "json": `{"users":[{"user_name":""}]}`, "ldif": "dn: cn=x\nobjectClass: device\n", "xml": "",
	} {
		_, _, err := from.Import(ctx, strings.NewReader(bad), format)
		require.ErrorIs(t, err, server.ErrInvalid, format)
	}
	before, total := from.Users(server.ListQuery{})
	_, _, err = from.Import(ctx, strings.NewReader("user_name\nnew@example.com\n\"\"\n"), "csv")
	require.ErrorIs(t, err, server.ErrInvalid)
	after, now := from.Users(server.ListQuery{})
	assert.Equal(t, total, now, "all or nothing")
	assert.Equal(t, before, after)
}

func TestReconcileAndRepair(t *testing.T) {
	for _, dialect := range []string{"okta-aiw", "okta-oin", "entra-legacy", "entra-compliant"} {
		t.Run(dialect, func(t *testing.T) {
			s := newStage(t, dialect)
			ada, bo, cy := s.add("ada"), s.add("bo"), s.add("cy")
			s.add("dee")
			_, err := s.Assign(ctx, true, ada, bo, cy)
			require.NoError(t, err)
			_, err = s.Start(ctx)
			require.NoError(t, err)
			r, err := s.Reconcile(ctx)
			require.NoError(t, err)
			assert.Equal(t, map[string]int{server.InSync: 3, server.OutOfScope: 1, server.Orphaned: 1}, r.Counts, "%+v", r.Findings)

			first, _ := s.account("ada")
			s.behind(http.MethodPatch, "/Users/"+first.ID(), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"name.familyName","value":"Drift"}]}`)
			second, _ := s.account("bo")
			s.behind(http.MethodDelete, "/Users/"+second.ID(), "")
			s.behind(http.MethodPost, "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve@example.com","active":true}`)
			r, err = s.Reconcile(ctx)
			require.NoError(t, err)
			assert.Equal(t, map[string]int{server.InSync: 1, server.OutOfScope: 1, server.Drifted: 1, server.Missing: 1, server.Orphaned: 2}, r.Counts)
			for _, f := range r.Findings {
				if f.Status == server.Drifted {
					assert.Equal(t, ada, f.Key)
					assert.Equal(t, []server.Difference{{Path: "name.familyName", Want: `"Vale"`, Have: `"Drift"`}}, f.Differences)
				}
			}
			one, body, err := s.Drift(ctx, ada)
			require.NoError(t, err)
			assert.Equal(t, server.Drifted, one.Status)
			assert.Contains(t, string(body), "Drift")
			for _, key := range []string{ada, bo} {
				_, err := s.Repair(ctx, false, key)
				require.NoError(t, err)
			}
			r, err = s.Reconcile(ctx)
			require.NoError(t, err)
			assert.Equal(t, map[string]int{server.InSync: 3, server.OutOfScope: 1, server.Orphaned: 2}, r.Counts, "%+v", r.Findings)
		})
	}
}

func TestFaultsOnTheWay(t *testing.T) {
	for kind, outcome := range map[string]struct {
		made   bool // the target has the account after the fault
		failed bool
	}{
		"429": {false, true}, "500": {false, true}, "503": {false, true}, "timeout-before": {false, true}, "timeout-after": {true, true},
		"reset": {false, true}, "slow": {true, false}, "truncated": {true, true}, "duplicate": {true, true}, "reorder": {false, true}, "expired-token": {false, true},
	} {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t, "okta-aiw")
			ada := s.add("ada")
			require.NoError(t, s.SetFaults([]server.Fault{{Kind: kind, Operation: "create-user", Times: 1, Delay: 5}}))
			r, err := s.Assign(ctx, true, ada)
			require.NoError(t, err)
			_, made := s.account("ada")
			assert.Equal(t, outcome.made, made)
			assert.Equal(t, outcome.failed, r.Failed == 1)
			assert.Equal(t, 1, s.Faults()[0].Hits)
			if outcome.failed {
				require.Len(t, s.Tasks(), 1)
				_, err = s.RetryTask(ctx, s.Tasks()[0].ID)
				require.NoError(t, err)
			}
			assert.Empty(t, s.Tasks())
			assert.Equal(t, 1, s.count("/Users"), "matching before a create makes a lost answer harmless")
			assert.Equal(t, server.InSync, s.status(ada))
		})
	}
	s := newStage(t, "okta-aiw")
	for _, bad := range []server.Fault{{Kind: "flood", Operation: "any"}, {Kind: "500", Operation: "x"}, {Kind: "500", Operation: "any", Percent: 101}} {
		require.ErrorIs(t, s.SetFaults([]server.Fault{bad}), server.ErrInvalid)
	}
}

func TestFaultsAreSeeded(t *testing.T) {
	run := func() (failed []string) {
		s := newStage(t, "okta-aiw")
		_, _, _, err := s.Generate(ctx, server.Generate{Users: 30, Seed: 1})
		require.NoError(t, err)
		require.NoError(t, s.SetFaults([]server.Fault{{Kind: "500", Operation: "create", Percent: 30, Seed: 5}}))
		all, _ := s.Users(server.ListQuery{})
		for _, u := range all {
			_, err := s.Assign(ctx, true, u.Key)
			require.NoError(t, err)
		}
		broken, _ := s.Users(server.ListQuery{Status: server.Broken})
		for _, u := range broken {
			failed = append(failed, u.Key)
		}
		return failed
	}
	first := run()
	assert.NotEmpty(t, first)
	assert.Less(t, len(first), 30)
	assert.Equal(t, first, run())
}

// An account that stays active after it was to be deactivated is found, although
// Okta has dropped the link.
func TestReconcileAfterDeactivation(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada := s.add("ada")
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	account, _ := s.account("ada")
	_, err = s.Assign(ctx, false, ada)
	require.NoError(t, err)
	f, _, err := s.Drift(ctx, ada)
	require.NoError(t, err)
	assert.Equal(t, server.OutOfScope, f.Status)
	s.behind(http.MethodPatch, "/Users/"+account.ID(), `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":true}]}`)
	f, _, err = s.Drift(ctx, ada)
	require.NoError(t, err)
	assert.Equal(t, server.Drifted, f.Status)
	r, err := s.Reconcile(ctx)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{server.Drifted: 1, server.Orphaned: 1}, r.Counts)
	assert.Equal(t, []server.Difference{{Path: "active", Want: "false", Have: "true"}}, r.Findings[0].Differences)
	_, err = s.Repair(ctx, false, ada)
	assert.ErrorIs(t, err, server.ErrConflict)
}

// The directory can be read and changed while a request is on its way, and an
// impatient caller does not stop what was begun.
func TestReadsDuringWork(t *testing.T) {
	s := newStage(t, "okta-aiw")
	ada := s.add("ada")
	hold, arrived := make(chan struct{}), make(chan struct{}, 10)
	s.answers(func(r *http.Request) int {
		arrived <- struct{}{}
		<-hold
		return 0
	})
	short, cancel := context.WithCancel(ctx)
	go func() { <-arrived; cancel() }()
	_, err := s.Assign(short, true, ada)
	require.ErrorIs(t, err, server.ErrGoesOn)
	assert.Equal(t, "assign", s.Overview().Busy)
	go func() {
		_, _, _ = s.AddUser(ctx, server.User{UserName: "bo@example.com", Enabled: true})
	}()
	require.Eventually(t, func() bool { _, n := s.Users(server.ListQuery{}); return n == 2 }, 5*time.Second, time.Millisecond)
	close(hold)
	require.Eventually(t, func() bool { return s.status(ada) == server.InSync }, 5*time.Second, time.Millisecond)
}

func TestLogIsBoundedAndFiltered(t *testing.T) {
	s := newTarget(t)
	s.open(server.Config{LogEntries: 5}, "okta-aiw")
	ada := s.add("ada")
	_, err := s.Assign(ctx, true, ada)
	require.NoError(t, err)
	for range 6 {
		_, err := s.TestConnection(ctx)
		require.NoError(t, err)
	}
	_, _, err = s.EditUser(ctx, ada, func(u *server.User) error { u.Title = "Lead"; return nil })
	require.NoError(t, err)
	all, total := s.Log(server.LogQuery{})
	assert.Equal(t, 5, total)
	assert.Equal(t, int64(8), all[0].ID, "the newest first")
	page, total := s.Log(server.LogQuery{Action: "update", Search: "put /users", Limit: 1})
	require.Equal(t, 1, total)
	assert.Equal(t, "application.provision.user.push_profile", page[0].Code)
	assert.Equal(t, "ada@example.com", page[0].Name)
	assert.NotEmpty(t, page[0].TargetID)
	_, err = s.Entry(1)
	require.ErrorIs(t, err, server.ErrNotFound)
	e, err := s.Entry(8)
	require.NoError(t, err)
	assert.Equal(t, "update", e.Action)
	require.NoError(t, s.ClearLog())
	_, total = s.Log(server.LogQuery{})
	assert.Zero(t, total)
}

// What was kept is there again: links, cycles, tasks, retries that were
// planned, faults, and the clock.
func TestRestored(t *testing.T) {
	for _, dialect := range []string{"okta-aiw", "entra-compliant"} {
		t.Run(dialect, func(t *testing.T) {
			s := newTarget(t)
			file := filepath.Join(t.TempDir(), "idp.db")
			s.open(server.Config{File: file}, dialect)
			_, _, _, err := s.Generate(ctx, server.Generate{Users: 6, Groups: 2, Seed: 1, Assign: true, Push: true})
			require.NoError(t, err)
			require.NoError(t, s.SetFaults([]server.Fault{{Kind: "429", Operation: "create-user", RetryAfter: 60, Times: 1}}))
			ada := s.add("ada")
			_, err = s.Assign(ctx, true, ada)
			require.NoError(t, err)
			_, err = s.Start(ctx)
			require.NoError(t, err)
			_, err = s.FastForward(ctx, time.Second)
			require.NoError(t, err)
			before := state(t, s.Tenant)
			require.NoError(t, s.app.Close())

			app, err := server.Open(server.Config{File: file, Tick: -1, Now: func() time.Time { return begin }})
			require.NoError(t, err)
			t.Cleanup(func() { _ = app.Close() })
			s.Tenant, err = app.Tenant("desk")
			require.NoError(t, err)
			assert.Equal(t, before, state(t, s.Tenant))
			require.Len(t, s.Tasks(), 1)
			s.took()
			_, err = s.FastForward(ctx, cycleTime)
			require.NoError(t, err)
			assert.Empty(t, s.Tasks(), "tried again when its time had come")
			assert.Equal(t, 7, s.count("/Users"))
			assert.NotContains(t, s.took(), "POST Groups")
			_, err = server.Open(server.Config{File: file})
			require.Error(t, err, "two programs would undo what the other did")
		})
	}
}

// state is all that can be read of a tenant, as JSON.
func state(t *testing.T, tenant *server.Tenant) string {
	users, _ := tenant.Users(server.ListQuery{})
	groups, _ := tenant.Groups(server.ListQuery{})
	entries, _ := tenant.Log(server.LogQuery{})
	tasks, _ := tenant.Tasks(server.TaskQuery{})
	data, err := json.MarshalIndent([]any{tenant.Overview(), users, groups, entries, tasks, tenant.Faults()}, "", " ")
	require.NoError(t, err)
	return string(data)
}

// A program that ends while a request is on its way waits for the answer: it is
// no failure of the target.
func TestEndsBetweenRequests(t *testing.T) {
	s := newTarget(t)
	file := filepath.Join(t.TempDir(), "idp.db")
	s.open(server.Config{File: file}, "entra-compliant")
	_, _, _, err := s.Generate(ctx, server.Generate{Users: 30, Seed: 1, Assign: true})
	require.NoError(t, err)
	n, ended := 0, make(chan error, 1)
	s.answers(func(*http.Request) int {
		s.mu.Lock()
		defer s.mu.Unlock()
		if n++; n == 15 {
			go func() { ended <- s.app.Close() }()
			time.Sleep(20 * time.Millisecond)
		}
		return 0
	})
	_, _ = s.Start(ctx)
	require.NoError(t, <-ended)
	app, err := server.Open(server.Config{File: file, Tick: -1, Now: func() time.Time { return begin }})
	require.NoError(t, err)
	defer app.Close()
	s.Tenant, err = app.Tenant("desk")
	require.NoError(t, err)
	assert.Empty(t, s.Tasks())
	assert.Less(t, s.count("/Users"), 30)
	assert.Equal(t, s.count("/Users"), s.Overview().Statuses[server.InSync])
	_, err = s.RunCycle(ctx)
	require.NoError(t, err)
	assert.Equal(t, 30, s.Overview().Statuses[server.InSync])
	assert.Equal(t, 30, s.count("/Users"))
}

// Who watches is told of what happened before the watching began.
func TestWatchSince(t *testing.T) {
	s := newStage(t, "okta-aiw")
	before := s.Edition()
	s.add("ada")
	changed, end := s.Watch(before)
	defer end()
	assert.Len(t, changed, 1)
	now, endNow := s.Watch(s.Edition())
	defer endNow()
	assert.Empty(t, now)
	s.add("bob")
	assert.Len(t, now, 1)
}
