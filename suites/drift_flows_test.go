package suites_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// Some flows are about what only some targets have or let happen. Where the
// reference does so, they are played and pass, and fail with a fault.
func TestFlowsOfSomeTargets(t *testing.T) {
	for _, c := range []struct {
		flow string
		// arranged are variations and faults without which it is not played.
		variations, faults []string
		// breaks are faults, by dialect.
		breaks map[string]string
	}{
		{
			flow: "attribute-custom", variations: []string{"user-extension-of-its-own"},
			breaks: map[string]string{"entra-legacy": "patch-refuses-extension", "entra-compliant": "patch-urn-key-ignored"},
		},
		{
			flow: "out-of-sync.duplicate-groups", variations: []string{"group-names-repeat"},
			breaks: map[string]string{"entra-legacy": "group-filter-unsupported", "entra-compliant": "group-filter-unsupported"},
		},
		{
			flow: "out-of-sync.duplicate-users", faults: []string{"duplicate-user-name-accepted"},
			breaks: map[string]string{"entra-legacy": "filter-eq-finds-nothing", "entra-compliant": "filter-eq-finds-nothing"},
		},
	} {
		for dialect, fault := range c.breaks {
			id := c.flow + "." + dialect
			t.Run(id, func(t *testing.T) {
				t.Parallel()
				set, err := suites.All().Select(id)
				require.NoError(t, err)
				plain := run(t, set, reference.Config{})
				for _, r := range plain.Results {
					assert.True(t, r.ID != id || r.Outcome == engine.Skip, line(&r))
				}
				played := run(t, set, reference.Config{Variations: c.variations, Faults: c.faults})
				for _, r := range played.Results {
					assert.True(t, r.ID != id || r.Outcome == engine.Pass, line(&r))
				}
				broken := run(t, set, reference.Config{Variations: c.variations, Faults: append([]string{fault}, c.faults...)})
				assert.True(t, caught(broken, id), "%s does not notice %s", id, fault)
			})
		}
	}
}
