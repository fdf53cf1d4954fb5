package lifecycle

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	. "github.com/scimtest/scimtest/suites/engine"
)

// An answer that comes later than the identity provider waits fails the flow.
// No server can be that slow in a test, so the dialect is impatient.
func TestFlowsHoldAnswersToTheTimeLimit(t *testing.T) {
	i := slices.IndexFunc(joinerFlows, func(f Flow) bool { return len(f.Uses) == 0 })
	require.GreaterOrEqual(t, i, 0)
	for limit, want := range map[time.Duration]Outcome{time.Minute: Pass, 1: Fail} {
		assert.Equal(t, want, plays(t, joinerFlows[i], func(d *mockidp.Dialect) { d.TimeLimit = limit }, 0))
	}
}

// A write that shows later than the next call comes is a limit.
func TestFlowsTellOfLateWrites(t *testing.T) {
	for pace, want := range map[time.Duration]Outcome{time.Second: Pass, time.Millisecond: Advisory, 0: Pass} {
		assert.Equal(t, want, plays(t, joinerFlows[0], func(d *mockidp.Dialect) { d.Pace = pace }, 20*time.Millisecond))
	}
}

// plays is how the first step of a flow ends on the reference, in a dialect that
// was bent, with a profile by which writes settle late.
func plays(t *testing.T, f Flow, bend func(*mockidp.Dialect), late time.Duration) Outcome {
	d, err := mockidp.Lookup("okta-oin", nil)
	require.NoError(t, err)
	bend(d)
	p := &profile.Profile{}
	p.SettlesWithin.ByID = late
	server, err := reference.New(reference.Config{Token: "secret"})
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { running.Close() })
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	report, err := Run(t.Context(), &Plan{Checks: []Check{f.check(d)}, Target: client, BaseURL: running.URL, Embedded: true, Profile: p})
	require.NoError(t, err)
	at := slices.IndexFunc(report.Results, func(r Result) bool { return r.Dialect == d.Name })
	return report.Results[at].Outcome
}
