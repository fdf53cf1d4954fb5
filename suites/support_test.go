package suites_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
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
			report := run(t, flowsOf(t, topic), reference.Config{Variations: []string{topic}})
			for i := range report.Results {
				if r := &report.Results[i]; r.Dialect != "" && r.Step != "" && r.Outcome != engine.Pass {
					t.Error(line(r))
				}
			}
			report = run(t, flowsOf(t, topic), reference.Config{})
			for i := range report.Results {
				if r := &report.Results[i]; r.Dialect != "" && r.Step == "refused" {
					assert.Equal(t, engine.Skip, r.Outcome, line(r))
					assert.Contains(t, r.Reason, "not shown: ")
				}
			}
		})
	}
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
