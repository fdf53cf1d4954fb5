package suites_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// Quirks of targets in zscaler.md 9 that are not promises of a profile: what
// hurts somebody fails, and what the RFC leaves open fails nobody.
func TestQuirksOfTargets(t *testing.T) {
	for _, c := range []struct {
		row string
		// flaw is a fault or, with a plus, a variation.
		flaw, id string
		want     engine.Outcome
	}{
		{"zscaler-02", "active-as-string", "resource.types", engine.Fail},
		{"zscaler-09", "+numeric-ids", "rename.okta-oin", engine.Pass},
		{"zscaler-10", "+location-of-another-host", "group.location-header", engine.Pass},
		{"zscaler-12", "put-changes-id", "rename.okta-aiw", engine.Fail},
		{"zscaler-13", "put-foreign-id-500", "replace.id-stays", engine.Fail},
		{"zscaler-18", "login-refused", "out-of-sync.blocked-until-synced.okta-oin", engine.Fail},
		{"zscaler-19", "+last-administrator", "last-administrator.okta-oin", engine.Pass},
		{"zscaler-22", "location-of-group-among-users", "group.location-header", engine.Fail},
		{"zscaler-24", "+user-extension-of-its-own", "joiner.entra-legacy", engine.Pass},
	} {
		t.Run(c.row, func(t *testing.T) {
			t.Parallel()
			all := suites.All()
			set, err := all.Select(c.id)
			require.NoError(t, err)
			if len(set.Invariants) > 0 { // it judges the traffic of checks
				with, err := all.Select("create")
				require.NoError(t, err)
				set.Checks = with.Checks
			}
			cfg := reference.Config{}
			if variation, ok := strings.CutPrefix(c.flaw, "+"); ok {
				cfg.Variations = []string{variation}
			} else {
				cfg.Faults = []string{c.flaw}
			}
			outcomes := map[engine.Outcome]bool{}
			for _, r := range run(t, set, cfg).Results {
				if r.ID == c.id {
					outcomes[r.Outcome] = true
				}
			}
			assert.Equal(t, c.want == engine.Fail, outcomes[engine.Fail])
			assert.True(t, outcomes[c.want])
		})
	}
}

// A ServiceProviderConfig that authentik does not take counts as one that
// supports nothing: it puts groups instead of patching them (other-idps.md 7.2).
func TestAuthentikFallsBack(t *testing.T) {
	set, err := suites.All().Select("group-member-added.authentik")
	require.NoError(t, err)
	for fault, method := range map[string]string{"": http.MethodPatch, "config-without-limits": http.MethodPut} {
		cfg := reference.Config{}
		if fault != "" {
			cfg.Faults = []string{fault}
		}
		methods := map[string]bool{}
		for _, r := range run(t, set, cfg).Results {
			for _, x := range r.Exchanges {
				if r.Dialect == "authentik" && strings.HasPrefix(x.Request.Path, "/Groups/") && x.Request.Intent != "" {
					methods[x.Request.Method] = true
				}
			}
		}
		assert.True(t, methods[method], "%s: %v", fault, methods)
		assert.False(t, methods[http.MethodPatch] && method == http.MethodPut, fault)
	}
}
