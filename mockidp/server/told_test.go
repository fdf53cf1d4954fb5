package server_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// What a real-time identity provider is to send counts as told when it was sent: a
// program that is killed before goes on with it, whatever was kept in between.
func TestKilledInTheMiddleOfAnAct(t *testing.T) {
	// gone does not wait for what it causes.
	gone, cancel := context.WithCancel(ctx)
	cancel()
	another := func(s *stage) {
		_, _, _ = s.EditUser(gone, "bob", func(u *server.User) error { u.Title = "Captain"; return nil })
	}
	ended := func(t *testing.T, s *stage) {
		ada, ok := s.account("ada")
		require.True(t, ok)
		assert.False(t, ada.Get("active").Bool(), "the account is ended")
	}
	for name, c := range map[string]struct {
		act func(*stage)
		// meanwhile is done while the first request is on its way, and the program is
		// killed while the request of that number is.
		meanwhile func(*stage)
		request   int
		holds     func(*testing.T, *stage)
	}{
		"assign while another is changed": {
			act: func(s *stage) { _, _ = s.Assign(ctx, true, "dan") }, meanwhile: another, request: 1,
			holds: func(t *testing.T, s *stage) {
				_, there := s.account("dan")
				assert.True(t, there, "the account is made")
			},
		},
		"unassign while another is changed": {
			act: func(s *stage) { _, _ = s.Assign(ctx, false, "ada") }, meanwhile: another, request: 1, holds: ended,
		},
		"delete a member of a pushed group": {
			act: func(s *stage) { _, _ = s.DeleteUser(ctx, "ada", false) }, request: 3, holds: ended,
		},
		"rename a group that another joins": {
			act: func(s *stage) { _, _ = s.TestConnection(ctx); _, _ = s.TestConnection(ctx) },
			meanwhile: func(s *stage) {
				_, _, _ = s.RenameGroup(gone, "crew", "Crew 2")
				_, _, _ = s.AddMembers(gone, "crew", "cyd")
			},
			request: 3,
			holds: func(t *testing.T, s *stage) {
				found, err := s.Reconcile(ctx)
				require.NoError(t, err)
				for _, f := range found.Findings {
					if f.Group {
						assert.Equal(t, server.InSync, f.Status, f.Differences)
					}
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, file := crewInFile(t)
			copied, n := filepath.Join(t.TempDir(), "idp.db"), 0
			s.answers(func(*http.Request) int {
				if n++; n == 1 && c.meanwhile != nil {
					c.meanwhile(s)
				}
				if n == c.request {
					copyState(t, file, copied)
				}
				if n >= c.request {
					return http.StatusServiceUnavailable // the killed program sends no more
				}
				return 0
			})
			c.act(s)
			require.GreaterOrEqual(t, n, c.request)
			require.NoError(t, s.app.Close())
			s.answers(nil)
			app, err := server.Open(server.Config{File: copied, Tick: -1})
			require.NoError(t, err)
			defer app.Close()
			s.Tenant, err = app.Tenant("desk")
			require.NoError(t, err)
			_, err = s.TestConnection(ctx)
			require.NoError(t, err)
			c.holds(t, s)
		})
	}
}

// Of somebody whom Okta has given up, the page does not say that there is no
// account when the target did not tell.
func TestNobodyKnowsAboutWhoLeft(t *testing.T) {
	s, _ := crewInFile(t)
	_, err := s.Assign(ctx, false, "cyd")
	require.NoError(t, err)
	f, _, err := s.Drift(ctx, "cyd")
	require.NoError(t, err)
	assert.Equal(t, server.OutOfScope, f.Status)
	assert.NotEmpty(t, f.TargetID)
	s.answers(func(*http.Request) int { return http.StatusInternalServerError })
	_, _, err = s.Drift(ctx, "cyd")
	assert.ErrorContains(t, err, "the user cannot be looked up at the target: 500 Internal Server Error")
}

// crewInFile is a tenant of Okta in a file, with a pushed group of two.
func crewInFile(t *testing.T) (s *stage, file string) {
	s, file = newTarget(t), filepath.Join(t.TempDir(), "idp.db")
	s.open(server.Config{File: file}, "okta-oin")
	for _, name := range []string{"ada", "bob", "cyd", "dan"} {
		s.add(name)
	}
	_, err := s.Assign(ctx, true, "ada", "bob", "cyd")
	require.NoError(t, err)
	_, _, err = s.AddGroup(ctx, server.Group{Name: "Crew", Key: "crew", Members: []string{"ada", "bob"}})
	require.NoError(t, err)
	_, err = s.PushGroup(ctx, true, false, "crew")
	require.NoError(t, err)
	return s, file
}

// copyState copies what a program that is killed now would leave.
func copyState(t *testing.T, file, to string) {
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(file + suffix)
		if os.IsNotExist(err) {
			continue
		}
		assert.NoError(t, err)
		assert.NoError(t, os.WriteFile(to+suffix, data, 0o600))
	}
}
