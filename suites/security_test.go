package suites_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// given are the credentials of the clients of a run.
var given = regexp.MustCompile(`^Bearer {{credential(-2|-read)?}}$`)

// A run tries to get in twenty times at most, counted on the wire: who tries
// more often may be locked out.
func TestFewBadCredentials(t *testing.T) {
	report := clean(t)
	sent, declared := map[string]int{}, map[string]int{}
	for i := range report.Results {
		r := &report.Results[i]
		if r.Suite == "invariants" || r.Suite == "run" {
			continue // they show exchanges of others
		}
		for _, x := range r.Exchanges {
			if x.Request.NoAuth && engine.Discovers(x.Request.Path) {
				continue
			}
			if x.Request.NoAuth || !given.MatchString(x.Request.Header.Get("Authorization")) {
				sent[r.ID]++
			}
		}
		if r.BadCredentials > 0 && r.Outcome != engine.Skip {
			declared[r.ID] = r.BadCredentials // of all steps together
		}
	}
	assert.Equal(t, declared, sent, "what checks declare, and what they send")
	all := 0
	for _, n := range sent {
		all += n
	}
	assert.LessOrEqual(t, all, engine.MaxBadCredentials)
	assert.NotZero(t, all)
}

// A hole in a service provider must not turn a hostile value against what is
// not ours: such values are in what reads and creates, and in one PATCH, whose
// language is that of SCIM.
func TestHostileChecksReadAndCreate(t *testing.T) {
	set, err := suites.All().SelectSuites("security")
	require.NoError(t, err)
	report := run(t, set, reference.Config{})
	hostile := 0
	for i := range report.Results {
		r := &report.Results[i]
		if !r.Hostile {
			continue
		}
		hostile++
		for _, x := range r.Exchanges {
			switch m := x.Request.Method; m {
			case http.MethodGet, http.MethodPost, http.MethodTrace, "SCIMTEST":
			default:
				assert.Equal(t, "payload.patch-path.injection PATCH", r.ID+" "+m)
			}
		}
	}
	assert.NotZero(t, hostile)
}
