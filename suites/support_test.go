package suites_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// flowsOf selects flows in every dialect that plays flows.
func flowsOf(t *testing.T, topics ...string) suites.Set {
	var ids []string
	for _, d := range mockidp.Dialects() {
		for _, topic := range topics {
			if d.Flows {
				ids = append(ids, topic+"."+d.Name)
			}
		}
	}
	set, err := suites.All().Select(ids...)
	require.NoError(t, err)
	return set
}

// A target that refuses in its state as it should is shown to do so, by every
// identity provider; one that is not in that state is not shown, which is no
// pass.
func TestRefusalsOfAState(t *testing.T) {
	for _, topic := range []string{"seat-limit", "last-administrator"} {
		t.Run(topic, func(t *testing.T) {
			t.Parallel()
			byItself := func(p *engine.Plan) { p.Beside = nil }
			report := run(t, flowsOf(t, topic), reference.Config{Variations: []string{topic}}, byItself)
			for i := range report.Results {
				if r := &report.Results[i]; r.Dialect != "" && r.Step != "" && r.Outcome != engine.Pass {
					t.Error(line(r))
				}
			}
			report = run(t, flowsOf(t, topic), reference.Config{}, byItself)
			for i := range report.Results {
				if r := &report.Results[i]; r.Dialect != "" && r.Step == "refused" {
					assert.Equal(t, engine.Skip, r.Outcome, line(r))
					assert.Contains(t, r.Reason, "not shown: ")
				}
			}
		})
	}
}

// A state that a command of the profile brings about is shown, and gone when
// the flow has ended; a command that brings nothing about shows nothing.
func TestArrangedStates(t *testing.T) {
	for _, topic := range []string{"seat-limit", "last-administrator"} {
		t.Run(topic, func(t *testing.T) {
			t.Parallel()
			commands := &profile.Profile{Name: "acme", Arrange: map[string][]string{}}
			arranged := func(p *engine.Plan) {
				commands.Arrange[topic] = []string{os.Args[0], "as-arrange", p.BaseURL, topic}
				p.Profile, p.Beside = commands, nil
			}
			report := run(t, flowsOf(t, topic), reference.Config{}, arranged)
			played := 0
			for i := range report.Results {
				switch r := &report.Results[i]; {
				case r.Suite == "run" && r.Outcome != engine.Pass && r.Outcome != engine.Skip, r.Step != "" && r.Outcome != engine.Pass:
					t.Error(line(r))
				case r.Step == "refused":
					played++
				}
			}
			assert.Greater(t, played, 5)

			report = run(t, flowsOf(t, topic), reference.Config{}, func(p *engine.Plan) {
				p.Beside = func(context.Context, ...string) ([]byte, error) { return nil, nil }
			})
			for i := range report.Results {
				if r := &report.Results[i]; r.Step == "refused" {
					assert.Equal(t, engine.Skip, r.Outcome, line(r))
					assert.Contains(t, r.Reason, ", after the command arrange: "+topic+", too")
				}
			}
		})
	}
}

// The account of a sign-in is made by the profile's command, and removed.
func TestArrangedSignIn(t *testing.T) {
	t.Parallel()
	asked := 0
	var mu sync.Mutex
	report := run(t, flowsOf(t, "signed-in-before", "joiner-already-there"), reference.Config{}, func(p *engine.Plan) {
		p.Beside = func(ctx context.Context, words ...string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if words[0] == engine.JITAccount {
				asked++
			}
			return reference.Ask(ctx, p.BaseURL, words...)
		}
	})
	for i := range report.Results {
		if r := &report.Results[i]; r.Step != "" && r.Outcome != engine.Pass && r.Outcome != engine.Skip {
			t.Error(line(r))
		}
	}
	assert.Greater(t, asked, 10)
	assert.Equal(t, engine.Pass, report.Find("clean-up").Outcome, report.Find("clean-up").Reason)

	report = run(t, flowsOf(t, "signed-in-before"), reference.Config{}, func(p *engine.Plan) {
		p.Beside = func(context.Context, ...string) ([]byte, error) { return nil, nil }
	})
	r := report.Find("signed-in-before.okta-oin/signed-in")
	assert.Equal(t, engine.Blocked, r.Outcome)
	assert.Equal(t, "after the command arrange: jit-account nobody is found by the userName", r.Reason)
}

// A target that deletes whom it deactivates gives who comes back a new account.
// That works as long as nothing of the old one is left (okta.md 5.2, 5.4,
// entra.md 5.12); how the other identity providers go on is not known.
func TestAllAssignedAgainWhereInactiveIsDeleted(t *testing.T) {
	report := run(t, flowsOf(t, "all-assigned-again"), reference.Config{Faults: []string{"inactive-deleted"}})
	passed := map[string]bool{}
	for i := range report.Results {
		r := &report.Results[i]
		if r.Dialect == "" {
			continue
		}
		if r.Outcome != engine.Pass && r.Outcome != engine.Skip {
			t.Error(line(r))
		}
		if r.Step == "one" {
			passed[r.Dialect] = r.Outcome == engine.Pass
		}
	}
	for _, name := range []string{"okta-aiw", "okta-oin", "entra-legacy", "entra-compliant"} {
		assert.True(t, passed[name], name)
	}
}
