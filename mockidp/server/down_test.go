package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// A target that is down leaves a task of each user, with its last attempt, and
// is caught up with when it is back.
func TestTargetDown(t *testing.T) {
	for _, dialect := range []string{"okta-oin", "entra-compliant"} {
		s := newStage(t, dialect)
		s.answers(func(r *http.Request) int {
			if r.Method == http.MethodPost {
				return http.StatusBadGateway
			}
			return 0
		})
		_, _, _, err := s.Generate(ctx, server.Generate{Users: 300, Seed: 1, Assign: true})
		require.NoError(t, err)
		if s.Overview().Cycles {
			_, err = s.RunCycle(ctx)
			require.NoError(t, err)
		}
		tasks := s.Tasks()
		require.Len(t, tasks, 300, dialect)
		for _, k := range tasks {
			require.NotNil(t, k.Change)
			assert.Equal(t, k.Subject, k.Change.Subject)
		}
		assert.Equal(t, 300, s.Overview().Statuses[server.Broken])
		s.answers(nil)
		if s.Overview().Cycles {
			_, err = s.Restart(ctx, false)
			require.NoError(t, err)
			_, err = s.RunCycle(ctx)
		} else {
			_, err = s.RetryAll(ctx)
		}
		require.NoError(t, err)
		assert.Empty(t, s.Tasks())
		assert.Equal(t, 300, s.Overview().Statuses[server.InSync])
	}
}
