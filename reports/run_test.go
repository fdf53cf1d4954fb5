package reports_test

import (
	"bytes"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// realRun tests the reference with a fault.
func realRun(t *testing.T, fault string, selectors ...string) *engine.Report {
	t.Helper()
	server, err := reference.New(reference.Config{Token: "secret", Faults: []string{fault}})
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, running.Close()) }()
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	defer client.Close()
	set, err := suites.All().Select(selectors...)
	require.NoError(t, err)
	r, err := engine.Run(t.Context(), &engine.Plan{
		Target: client, BaseURL: running.URL, RunID: "ab12cd34",
		Checks: set.Checks, Invariants: set.Invariants, Dialects: suites.Dialects(),
	})
	require.NoError(t, err)
	return r
}

// The files of a real run are what its report is.
func TestFilesOfARealRun(t *testing.T) {
	r := realRun(t, "put-501", "leaver", "replace")
	n := r.Summary.Counts
	require.NotZero(t, n[engine.Fail])
	require.NotZero(t, n[engine.Pass])

	back, err := reports.ReadJSON(bytes.NewReader(jsonOf(t, r)))
	require.NoError(t, err)
	assert.Equal(t, jsonOf(t, r), jsonOf(t, back))

	var names []string
	var totals junit.Totals
	for _, s := range ingest(t, r) {
		totals.Passed += s.Totals.Passed
		totals.Failed += s.Totals.Failed
		totals.Error += s.Totals.Error
		totals.Skipped += s.Totals.Skipped
		for _, c := range s.Tests {
			names = append(names, s.Name+" "+c.Classname+" "+c.Name)
		}
	}
	assert.Equal(t, junit.Totals{
		Passed: n[engine.Pass], Failed: n[engine.Fail], Error: n[engine.Broken],
		Skipped: n[engine.Advisory] + n[engine.Skip] + n[engine.Waived] + n[engine.Blocked],
	}, totals)
	assert.Equal(t, reports.Names(r), names)
	for _, id := range []string{"preflight", "completed", "waivers", "clean-up"} {
		assert.Contains(t, names, "run scimtest.run "+id)
	}
	assert.Contains(t, textOf(t, r, reports.TextOptions{}), "Okta, custom app                   would break: no PUT\n")
	t.Run("schema", func(t *testing.T) { xmllint(t)(t, junitOf(t, r)) })
}
