package suites_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/gates"
)

// Where the text leaves two ways open, or the RFC and an identity provider ask
// for different things, a service provider that refuses and one that takes
// what it can are both in order: a whole run of either ends with 0. The gates
// are not of it, since they ask for more than the RFCs; TestGates holds what
// they do not forgive.
func TestStrictAndTolerant(t *testing.T) {
	set := suites.All().Without(func(m *engine.Meta) bool { return slices.Contains(gates.Names(), m.Suite) })
	for name, variations := range map[string][]string{
		"strict": {
			"undeclared-refused", "put-refuses-foreign-id", "remove-of-nothing-refused", "nested-groups-refused",
			"conflicts-of-changes-answer-400", "unknown-members-404", "root-search-forbidden",
			"patch-without-schemas-refused", "etags-strong", "patch-answers-204", "bulk-conflicts-of-circles", "emails-unique", "scim-types-left-out",
		},
		"tolerant": {
			"undeclared-echoed", "replace-without-match-adds", "unknown-attributes-find-nothing", "put-keeps-what-is-left-out",
			"patch-of-meta-ignored", "first-primary-wins", "deleted-users-stay-members", "group-names-repeat", "user-name-made",
			"group-name-made", "discovery-filter-ignored", "media-type-plain", "empty-lists-shown", "extensions-always-named",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := run(t, set, reference.Config{Variations: variations})
			for i := range report.Results {
				if r := &report.Results[i]; r.Outcome == engine.Fail || r.Outcome == engine.Blocked || r.Outcome == engine.Broken {
					t.Error(line(r))
				}
			}
			assert.Equal(t, engine.ExitOK, report.ExitCode())
		})
	}
}

// authentik renames a group by a PATCH without schemas, which RFC 7644 section
// 3.5.2 demands of clients: who refuses it works with limits.
func TestRefusedPatchWithoutSchemasIsALimit(t *testing.T) {
	set, err := suites.All().Select("group-renamed.authentik", "patch.error.missing-schema")
	require.NoError(t, err)
	outcomes := map[string][]engine.Outcome{}
	report := run(t, set, reference.Config{Variations: []string{"patch-without-schemas-refused"}})
	for i := range report.Results {
		r := &report.Results[i]
		outcomes[r.ID] = append(outcomes[r.ID], r.Outcome)
	}
	assert.Contains(t, outcomes["group-renamed.authentik"], engine.Advisory)
	assert.NotContains(t, outcomes["group-renamed.authentik"], engine.Fail)
	assert.Equal(t, []engine.Outcome{engine.Pass}, outcomes["patch.error.missing-schema"])
}
