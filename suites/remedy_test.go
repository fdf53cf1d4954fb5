package suites_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// Every remedy stands for something that a sheet says, in a section that there
// is.
func TestRemediesHaveSources(t *testing.T) {
	data, err := os.ReadFile("engine/remedies.tsv")
	require.NoError(t, err)
	assert.Len(t, engine.Remedies(), strings.Count(string(data), "\n")-1, "a row has not its ten columns")
	played := map[string]bool{}
	for _, d := range suites.Dialects() {
		played[d.Name] = true
	}
	for _, r := range engine.Remedies() {
		assert.NotEmpty(t, r.Do)
		assert.NotEmpty(t, r.Fault, r.Do)
		for _, d := range append(slices.Clone(r.Dialects), r.With) {
			assert.True(t, d == "" || played[d], "%s: there is no dialect %q", r.Do, d)
		}
		if r.InIdP {
			assert.NotEmpty(t, r.Value, r.Do)
		}
		checkSource(t, r.Source, r.Do)
	}
}

// So does every field of a settings page. Of two identity providers no sheet
// describes the page.
func TestSetupsHaveSources(t *testing.T) {
	data, err := os.ReadFile("../mockidp/setup.tsv")
	require.NoError(t, err)
	assert.Len(t, mockidp.Setups(), strings.Count(string(data), "\n")-1, "a row has not its seven columns")
	for _, f := range mockidp.Setups() {
		assert.NotEmpty(t, f.Field)
		assert.NotEmpty(t, f.Value, f.Field)
		assert.Equal(t, len(f.Needs) > 0, f.Without != "", f.Field)
		for _, need := range f.Needs {
			_, err := profile.Parse("x.yaml", []byte("features: {"+need+": true}"))
			assert.NoError(t, err, f.Field)
		}
		for _, d := range f.Dialects {
			_, err := mockidp.Lookup(d, nil)
			assert.NoError(t, err)
		}
		checkSource(t, f.Source, f.Field)
	}
	for _, d := range mockidp.Dialects() {
		unknown := d.Name == "google-workspace" || d.Name == "pingfederate-zpa"
		assert.Equal(t, unknown, len(mockidp.Setup(d.Name)) == 0, d.Name)
	}
}

// checkSource wants a sheet and the numbers of sections that it has, such as
// "entra.md 2.5, 4.7".
func checkSource(t *testing.T, source, what string) {
	t.Helper()
	sheet, sections, ok := strings.Cut(source, " ")
	if !assert.True(t, ok, "%s has no source", what) {
		return
	}
	text, err := os.ReadFile("../docs/protocol/" + sheet)
	if !assert.NoError(t, err, what) {
		return
	}
	for section := range strings.SplitSeq(sections, ", ") {
		heading := regexp.MustCompile(`(?m)^##+ ` + regexp.QuoteMeta(section) + `\.?\s`)
		assert.True(t, heading.Match(text), "%s: %s has no section %s", what, sheet, section)
	}
}

// Each remedy is needed: with its fault, or allowed variation (with a plus),
// the verdict of one of its dialects shows it.
func TestRemediesAreUsed(t *testing.T) {
	byFault := map[string][]engine.RemedyRow{}
	for _, r := range engine.Remedies() {
		byFault[r.Fault] = append(byFault[r.Fault], r)
	}
	set, err := suites.All().SelectSuites("okta", "entra", "pingfederate", "onelogin", "jumpcloud", "sailpoint")
	require.NoError(t, err)
	n := 0
	for fault, rows := range byFault {
		if n++; sampled(n) {
			continue
		}
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			cfg := reference.Config{}
			if variation, ok := strings.CutPrefix(fault, "+"); ok {
				cfg.Variations = []string{variation}
			} else {
				cfg.Faults = []string{fault}
			}
			report := run(t, set, cfg)
			for _, row := range rows {
				assert.True(t, shows(report, row), "no verdict shows %q for %s", row.Do, strings.Join(row.Dialects, ", "))
			}
		})
	}
}

func shows(report *engine.Report, row engine.RemedyRow) bool {
	return slices.ContainsFunc(report.Verdicts, func(v engine.Verdict) bool {
		return slices.Contains(row.Dialects, v.Dialect) && slices.ContainsFunc(v.Causes, func(c engine.Cause) bool {
			return slices.Contains(append(slices.Clone(c.OnServer), c.InIdP...), row.Remedy)
		})
	})
}

// A verdict says what shows its causes, what the administrator sees, and what
// to do: on the server, and until then in the identity provider, where that one
// works.
func TestCauses(t *testing.T) {
	set := flows(t)
	verdict := func(report *engine.Report, dialect string) engine.Verdict {
		i := slices.IndexFunc(report.Verdicts, func(v engine.Verdict) bool { return v.Dialect == dialect })
		require.GreaterOrEqual(t, i, 0)
		return report.Verdicts[i]
	}
	report := run(t, set, reference.Config{Faults: []string{"put-ignores-active"}})
	c := verdict(report, "okta-aiw").Causes[0]
	assert.Equal(t, "does not deactivate", c.Text)
	assert.Contains(t, c.Results, "leaver.okta-aiw/leaves")
	for _, key := range c.Results {
		require.NotNil(t, report.Find(key), key)
	}
	assert.Contains(t, c.AdminSees, "no error")
	assert.Equal(t, "okta.md 2.5", c.OnServer[0].Source)
	assert.Contains(t, c.InIdP[0].Do, "a catalog app", "which works here")

	report = run(t, set, reference.Config{Faults: []string{"patch-ignored"}})
	assert.Empty(t, verdict(report, "entra-legacy").Causes[0].InIdP[1:], "the flag would help nothing: the other dialect breaks too")

	report = run(t, set, reference.Config{Faults: []string{"patch-op-case-sensitive"}})
	c = verdict(report, "entra-legacy").Causes[0]
	assert.Equal(t, "provisioning log: SystemForCrossDomainIdentityManagementBadRequest, step EntryExportUpdate", c.AdminSees)
	assert.Equal(t, "Tenant URL", c.InIdP[0].Do)

	report = run(t, set, reference.Config{Faults: []string{"group-filter-unsupported"}})
	c = verdict(report, "okta-oin").Causes[0]
	assert.Contains(t, c.AdminSees, "the group push is marked Error: ...: Bad Request. Errors reported by remote server: ")
	assert.Empty(t, c.InIdP)
	for _, v := range report.Verdicts {
		require.Len(t, v.Causes, len(v.Why))
		for i, c := range v.Causes {
			assert.Equal(t, v.Why[i], c.Text)
			if v.Readiness == engine.Undecided && len(c.Results) == 0 {
				continue // what is not known of the identity provider
			}
			assert.NotEmpty(t, c.OnServer, fmt.Sprint(v))
			assert.NotEmpty(t, c.Results)
		}
	}
}
