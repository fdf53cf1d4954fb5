package engine_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

func waived(id string, until time.Time) func(*engine.Plan) {
	return func(p *engine.Plan) {
		p.Waivers = []engine.Waiver{{ID: id, Until: engine.Date{Time: until}, Reason: "known", Issue: "ACME-1"}}
	}
}

var (
	someday = time.Date(2999, 1, 31, 0, 0, 0, 0, time.UTC)
	past    = time.Date(2001, 1, 31, 0, 0, 0, 0, time.UTC)
)

func TestWaivers(t *testing.T) {
	fails := check("a.fails", func(t *engine.T) { t.Fetch("/Users").Has("x") })
	fails.FormerIDs = []string{"a.former"}
	should := check("a.should", fails.Body)
	should.Level = engine.Should
	blocked := check("a.blocked", func(t *engine.T) { t.Block("no clock") })
	broken := check("a.broken", func(*engine.T) {})
	skipped := check("a.skipped", func(t *engine.T) { t.Skip("not here") })
	steps := flow("f", engine.Step{ID: "one", Do: func(t *engine.T) { t.Fetch("/Users").Status(200) }}, engine.Step{ID: "two", Do: fails.Body})
	checks := []engine.Check{fine("a.passes"), fails, should, blocked, broken, skipped, steps}
	for name, c := range map[string]struct {
		id      string
		until   time.Time
		result  string
		outcome engine.Outcome
		was     engine.Outcome
		stale   string
	}{
		"a fail":           {"a.fails", someday, "a.fails", engine.Waived, engine.Fail, ""},
		"by a former id":   {"a.former", someday, "a.fails", engine.Waived, engine.Fail, ""},
		"an advisory":      {"a.should", someday, "a.should", engine.Waived, engine.Advisory, ""},
		"a step":           {"f/two", someday, "f/two", engine.Waived, engine.Fail, ""},
		"a whole flow":     {"f", someday, "f/two", engine.Waived, engine.Fail, ""},
		"a blocked one":    {"a.blocked", someday, "a.blocked", engine.Blocked, "", ""},
		"a broken one":     {"a.broken", someday, "a.broken", engine.Broken, "", ""},
		"a skipped one":    {"a.skipped", someday, "a.skipped", engine.Skip, "", ""},
		"one that passes":  {"a.passes", someday, "a.passes", engine.Pass, "", "waiver no longer needed: the check passes (a.passes)"},
		"a step that does": {"f/one", someday, "f/one", engine.Pass, "", "waiver no longer needed: the check passes (f/one)"},
		"a passed date":    {"a.fails", past, "a.fails", engine.Fail, "", "waiver out of date since 2001-01-31 (a.fails)"},
		"nothing":          {"a.fials", someday, "a.fails", engine.Fail, "", "waiver matches nothing (a.fials)"},
		"a case of run":    {"clean-up", someday, "clean-up", engine.Pass, "", "waiver matches nothing (clean-up)"},
	} {
		report := play(t, &target{}, checks, waived(c.id, c.until))
		res := report.Find(c.result)
		assert.Equal(t, c.outcome, res.Outcome, name)
		assert.Equal(t, c.was, res.WaivedOutcome, name)
		if c.was != "" {
			assert.Equal(t, "until 2999-01-31 (ACME-1): known: would "+string(c.was)+": x is absent", res.Reason, name)
			assert.NotEmpty(t, res.Findings, name)
		}
		assert.Equal(t, c.stale, report.Find("waivers").Reason, name)
		assert.Equal(t, c.stale != "", report.Find("waivers").Outcome == engine.Fail, name)
	}
}

// A run in which only waived checks fail is conformant; a stale waiver is a
// violation of its own.
func TestExitCodeWithWaivers(t *testing.T) {
	fails := []engine.Check{check("a.fails", func(t *engine.T) { t.Fetch("/Users").Has("x") })}
	assert.Equal(t, engine.ExitOK, play(t, &target{}, fails, waived("a.fails", someday)).ExitCode())
	assert.Equal(t, engine.ExitViolations, play(t, &target{}, []engine.Check{fine("a.passes")}, waived("a.passes", someday)).ExitCode())
}

// A waiver holds through its last day.
func TestWaiverHoldsOnItsLastDay(t *testing.T) {
	fails := []engine.Check{check("a.fails", func(t *engine.T) { t.Fetch("/Users").Has("x") })}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	result := play(t, &target{}, fails, waived("a.fails", today)).Find("a.fails")
	if time.Now().UTC().Day() != today.Day() {
		t.Skip("midnight passed during the test")
	}
	assert.Equal(t, engine.Waived, result.Outcome)
	assert.Equal(t, engine.Fail, play(t, &target{}, fails, waived("a.fails", today.AddDate(0, 0, -2))).Find("a.fails").Outcome)
}

func TestLoadWaivers(t *testing.T) {
	load := func(text string) ([]engine.Waiver, error) {
		path := filepath.Join(t.TempDir(), "waivers.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return engine.LoadWaivers(path)
	}
	list, err := load("waivers:\n  - id: a.fails\n    until: 2999-01-31\n    reason: known\n    issue: ACME-1\n")
	require.NoError(t, err)
	assert.Equal(t, []engine.Waiver{{ID: "a.fails", Until: engine.Date{Time: someday}, Reason: "known", Issue: "ACME-1"}}, list)
	for text, message := range map[string]string{
		"waivers:\n  - id: a\n    unti1: 2999-01-31\n":                `unti1`,
		"waivers:\n  - until: 2999-01-31\n    reason: r\n":            "waiver 1 has no id",
		"waivers:\n  - id: a\n    reason: r\n":                        "the waiver for a has no date; add until: 2027-01-31",
		"waivers:\n  - id: a\n    until: 2999-01-31\n":                "the waiver for a has no reason",
		"waivers:\n  - id: a\n    until: next year\n    reason: r\n":  `"next year" is not a day; write it as 2027-01-31`,
		"waivers:\n  - id: a\n    until: 2999-02-31\n    reason: r\n": `"2999-02-31" is not a day; write it as 2027-01-31`,
	} {
		_, err := load(text)
		assert.ErrorContains(t, err, message, text)
	}
	_, err = engine.LoadWaivers(filepath.Join(t.TempDir(), "none.yaml"))
	assert.ErrorContains(t, err, "cannot read the waivers")
}

// A verdict comes from the checks of its dialect alone, and is ready only when
// each of them was executed and passed.
func TestVerdicts(t *testing.T) {
	as := func(c engine.Check, dialect string) engine.Check {
		c.Dialect, c.Level = dialect, engine.IdP
		return c
	}
	pass := as(fine("joiner.okta"), "okta")
	fail := as(check("leaver.okta", func(t *engine.T) { t.Fetch("/Users").Has("x") }), "okta")
	limit := as(check("leaver.okta", func(t *engine.T) { t.Fetch("/Users").Advisory().Has("x") }), "okta")
	open := as(check("leaver.okta", func(t *engine.T) { t.Block("no clock") }), "okta")
	never := as(check("leaver.okta", func(t *engine.T) { t.Skip("Okta never does it") }), "okta")
	lacks := as(fine("leaver.okta"), "okta")
	lacks.Needs = []engine.Feature{engine.Bulk}
	reads := pass
	reads.ReadOnly = true
	other := as(check("leaver.entra", fail.Body), "entra")
	assumes := as(check("leaver.okta", func(t *engine.T) {
		t.RestsOn(func(x *scim.Exchange) string { return map[string]string{"/Users": "the PUT, sheet 2"}[x.Request.Path] })
		t.Fetch("/Users").Has("x")
	}), "okta")
	known := as(check("joiner.okta", func(t *engine.T) {
		t.RestsOn(func(*scim.Exchange) string { return "" })
		t.Fetch("/Users").Has("x")
	}), "okta")
	unplayed := as(engine.Check{Meta: engine.Meta{ID: "leaver.okta", Suite: "rfc", Title: "Never", Never: "Okta never does it"}}, "okta")
	leavesOpen := func(p *engine.Plan) { p.Dialects[0].Open = "how it updates is not known" }
	limits := func(p *engine.Plan) { p.Dialects[0].Limit = "it deletes nobody" }
	for name, c := range map[string]struct {
		checks []engine.Check
		bend   []func(*engine.Plan)
		want   string
	}{
		"all passed":                               {[]engine.Check{pass, as(fine("leaver.okta"), "okta"), other}, nil, "Okta: ready"},
		"one failed":                               {[]engine.Check{pass, fail}, nil, "Okta: would break, x is absent"},
		"one failed, one is open":                  {[]engine.Check{as(open, "okta"), as(check("joiner.okta", fail.Body), "okta")}, nil, "Okta: would break, joiner: x is absent"},
		"one has limits":                           {[]engine.Check{pass, limit}, nil, "Okta: works with limits, x is absent"},
		"one is open":                              {[]engine.Check{pass, open}, nil, "Okta: undecided, leaver: no clock"},
		"one is never done":                        {[]engine.Check{pass, never}, nil, "Okta: ready"},
		"one is never played":                      {[]engine.Check{pass, unplayed}, nil, "Okta: ready"},
		"one fails on an assumption":               {[]engine.Check{pass, assumes}, nil, "Okta: undecided, x is absent (assumed: the PUT, sheet 2)"},
		"one fails on an assumption, one does not": {[]engine.Check{known, assumes}, nil, "Okta: would break, joiner: x is absent"},
		"the sources leave it open":                {[]engine.Check{pass, unplayed}, []func(*engine.Plan){leavesOpen}, "Okta: undecided, how it updates is not known"},
		"open, and one failed":                     {[]engine.Check{known, unplayed}, []func(*engine.Plan){leavesOpen}, "Okta: would break, joiner: x is absent"},
		"it has a limit":                           {[]engine.Check{pass, unplayed}, []func(*engine.Plan){limits}, "Okta: works with limits, it deletes nobody"},
		"one lacks a feature":                      {[]engine.Check{pass, lacks}, nil, "Okta: works with limits, the target does not announce bulk"},
		"one is not selected":                      {[]engine.Check{pass}, nil, "Okta: undecided, 1 of its 2 flows were not selected"},
		"none is selected":                         {[]engine.Check{other}, nil, ""},
		"read only": {[]engine.Check{reads, as(fine("leaver.okta"), "okta")}, []func(*engine.Plan){func(p *engine.Plan) { p.ReadOnly = true }},
			"Okta: undecided, leaver: it writes, and the run is --read-only"},
		"a waived failure breaks": {[]engine.Check{pass, fail}, []func(*engine.Plan){waived("leaver.okta", someday)},
			"Okta: would break, x is absent"},
		"not claimed, and would break": {[]engine.Check{pass, fail}, []func(*engine.Plan){supports("entra")},
			"Okta: would break, x is absent"},
		"two steps": {[]engine.Check{pass, as(flow("leaver.okta", engine.Step{ID: "joins", Do: open.Body}, engine.Step{ID: "leaves", Do: open.Body}), "okta")}, nil,
			"Okta: undecided, leaver/joins: no clock"},
	} {
		dialects := func(p *engine.Plan) {
			p.Dialects = []engine.Dialect{{Name: "okta", Label: "Okta", Rests: []string{"joiner.okta", "leaver.okta"}}}
		}
		report := play(t, &target{}, c.checks, append([]func(*engine.Plan){dialects}, c.bend...)...)
		if c.want == "" {
			assert.Empty(t, report.Verdicts, name)
			continue
		}
		require.Len(t, report.Verdicts, 1, name)
		assert.Equal(t, c.want, report.Verdicts[0].String(), name)
	}
}

func supports(dialects ...string) func(*engine.Plan) {
	return func(p *engine.Plan) { p.Profile = &profile.Profile{Supports: dialects} }
}

// The failures of dialects that the profile does not claim are advisory.
func TestSupports(t *testing.T) {
	fail := check("leaver.okta", func(t *engine.T) { t.Fetch("/Users").Has("x") })
	fail.Dialect = "okta"
	assert.Equal(t, engine.Advisory, play(t, &target{}, []engine.Check{fail}, supports("entra")).Find("leaver.okta").Outcome)
	assert.Equal(t, engine.Fail, play(t, &target{}, []engine.Check{fail}, supports("entra", "okta")).Find("leaver.okta").Outcome)
	assert.Equal(t, engine.Fail, play(t, &target{}, []engine.Check{fail}, supports()).Find("leaver.okta").Outcome)
}

// An admission test is passed or failed, and told by its steps.
func TestGateVerdicts(t *testing.T) {
	gate := func(id string, steps ...engine.Step) engine.Check {
		c := flow("spec."+id, steps...)
		c.Dialect, c.Level = "spec", engine.IdP
		return c
	}
	step := func(id string, body func(*engine.T)) engine.Step {
		return engine.Step{ID: id, Independent: true, Do: body}
	}
	good := step("reads", fine("x").Body)
	bad := step("creates", func(t *engine.T) { t.Fetch("/Users").Has("x") })
	remark := step("creates", func(t *engine.T) { t.Fetch("/Users").Advisory().Has("x") })
	open := step("creates", func(t *engine.T) { t.Block("no clock") })
	for want, c := range map[string]engine.Check{
		"Spec: passes":                                        gate("requests", good),
		"Spec: fails, creates: x is absent":                   gate("requests", good, bad),
		"Spec: passes, with remarks, creates: x is absent":    gate("requests", good, remark),
		"Spec: undecided, creates: no clock":                  gate("requests", good, open),
		"Spec: undecided, 1 of its 1 tests were not selected": gate("others", good),
	} {
		report := play(t, &target{}, []engine.Check{c}, func(p *engine.Plan) {
			p.Dialects = []engine.Dialect{{Name: "spec", Label: "Spec", Rests: []string{"spec.requests"}, GateOf: []string{"okta-oin"}}}
		})
		assert.Equal(t, want, report.Verdicts[0].String())
	}
}

// A gate is claimed with any of the dialects that it admits to.
func TestClaimOfAGate(t *testing.T) {
	c := check("spec.reads", func(t *engine.T) { t.Fetch("/Users").Has("x") })
	c.Dialect, c.Level = "spec", engine.IdP
	dialects := func(p *engine.Plan) {
		p.Dialects = []engine.Dialect{{Name: "spec", Label: "Spec", GateOf: []string{"entra-legacy", "entra-compliant"}}}
	}
	outcome := func(claims ...string) engine.Outcome {
		return play(t, &target{}, []engine.Check{c}, dialects, supports(claims...)).Find("spec.reads").Outcome
	}
	assert.Equal(t, engine.Fail, outcome("entra-compliant"))
	assert.Equal(t, engine.Fail, outcome())
	assert.Equal(t, engine.Advisory, outcome("okta-oin"))
}
