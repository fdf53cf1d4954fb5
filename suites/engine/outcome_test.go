package engine_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

func TestOutcomeOfABody(t *testing.T) {
	for name, c := range map[string]struct {
		body    func(*engine.T)
		outcome engine.Outcome
		reason  string
	}{
		"what is expected":         {func(t *engine.T) { t.Fetch("/Users").Status(200) }, engine.Pass, ""},
		"a wrong status":           {func(t *engine.T) { t.Fetch("/Users").Status(404) }, engine.Fail, "GET /Users answers 200, want 404"},
		"what is not expected":     {func(t *engine.T) { t.Fetch("/Users").Status(200).Has("itemsPerPage") }, engine.Fail, "itemsPerPage is absent"},
		"leniency":                 {func(t *engine.T) { t.Fetch("/Users").Advisory().Has("itemsPerPage") }, engine.Advisory, "itemsPerPage is absent"},
		"a skip":                   {func(t *engine.T) { t.Skip("no %s here", "such thing") }, engine.Skip, "no such thing here"},
		"a block":                  {func(t *engine.T) { t.Block("no clock") }, engine.Blocked, "no clock"},
		"a block after a finding":  {func(t *engine.T) { t.Fetch("/Users").Has("x"); t.Block("no clock") }, engine.Fail, "x is absent"},
		"nothing asserted":         {func(t *engine.T) { t.Fetch("/Users") }, engine.Broken, "nothing was asserted"},
		"a stop, nothing asserted": {func(t *engine.T) { t.Stop() }, engine.Broken, "nothing was asserted"},
		"a panic":                  {func(t *engine.T) { _ = []int{}[t.Seed()] }, engine.Broken, "panic: runtime error: index out of range [1] with length 0 at outcome_test.go:N"},
		"a panic after a finding":  {func(t *engine.T) { t.Fetch("/Users").Has("x"); panic("oh") }, engine.Broken, "panic: oh at outcome_test.go:N"},
	} {
		res := one(t, &target{}, c.body)
		assert.Equal(t, c.outcome, res.Outcome, name)
		assert.Equal(t, c.reason, lineNumber.ReplaceAllString(res.Reason, ":N"), name)
	}
}

var lineNumber = regexp.MustCompile(`:\d+$`)

// A wrong status ends the check, since nothing behind it can be judged; other
// expectations collect.
func TestStatusFirst(t *testing.T) {
	ended := one(t, &target{}, func(t *engine.T) {
		t.Fetch("/Users").Status(404).Has("detail")
		t.Fetch("/Groups").Status(404)
	})
	require.Len(t, ended.Findings, 1)
	assert.Equal(t, engine.Finding{Message: "GET /Users answers 200, want 404", Where: "status", Want: "404", Got: "200", Exchange: 1}, ended.Findings[0])
	assert.Len(t, ended.Exchanges, 1)

	collected := one(t, &target{}, func(t *engine.T) {
		t.Fetch("/Users").Has("a", "b")
		t.Fetch("/Groups").HasNot("totalResults")
	})
	require.Len(t, collected.Findings, 3)
	assert.Equal(t, []int{1, 1, 2}, []int{collected.Findings[0].Exchange, collected.Findings[1].Exchange, collected.Findings[2].Exchange})
}

func TestSameFindingIsCounted(t *testing.T) {
	res := one(t, &target{}, func(t *engine.T) {
		for range 3 {
			t.Fetch("/Users").Has("a")
		}
	})
	require.Len(t, res.Findings, 1)
	assert.Equal(t, 3, res.Findings[0].Count)
}

// Each outcome leads to its exit code, alone and with others.
func TestExitCode(t *testing.T) {
	pass := fine("a.pass")
	fail := check("a.fail", func(t *engine.T) { t.Fetch("/Users").Status(500) })
	should := check("a.should", fail.Body)
	should.Level = engine.Should
	blocked := check("a.blocked", func(t *engine.T) { t.Block("no clock") })
	broken := check("a.broken", func(*engine.T) {})
	skipped := check("a.skip", func(t *engine.T) { t.Skip("not here") })
	strict := func(p *engine.Plan) { p.Strict = true }
	for _, c := range []struct {
		name   string
		checks []engine.Check
		bend   []func(*engine.Plan)
		code   int
		reason string // of the case completed
	}{
		{"pass and skip", []engine.Check{pass, skipped}, nil, 0, ""},
		{"advisory", []engine.Check{pass, should}, nil, 0, ""},
		{"advisory, strict", []engine.Check{pass, should}, []func(*engine.Plan){strict}, 1, ""},
		{"fail", []engine.Check{pass, fail}, nil, 1, ""},
		{"blocked", []engine.Check{pass, blocked}, nil, 3, "nothing failed, but 1 results are blocked and 0 broken"},
		{"broken", []engine.Check{pass, broken}, nil, 3, "nothing failed, but 0 results are blocked and 1 broken"},
		{"blocked and fail", []engine.Check{blocked, fail}, nil, 1, ""},
		{"blocked and advisory", []engine.Check{blocked, should}, nil, 3, "nothing failed, but 1 results are blocked and 0 broken"},
		{"blocked and advisory, strict", []engine.Check{blocked, should}, []func(*engine.Plan){strict}, 1, ""},
	} {
		report := play(t, &target{}, c.checks, c.bend...)
		assert.Equal(t, c.code, report.ExitCode(), c.name)
		completed := report.Find("completed")
		assert.Equal(t, c.reason, completed.Reason, c.name)
		assert.Equal(t, c.reason != "", completed.Outcome == engine.Broken, c.name)
	}
}

// Suite run is in every report, with four cases.
func TestCasesOfTheRun(t *testing.T) {
	assert.Equal(t, []string{"preflight pass", "completed pass", "waivers skip: no waivers given", "clean-up pass"},
		outcomes(play(t, &target{}, []engine.Check{fine("a.check")}), "run"))
	assert.Equal(t, []string{
		"preflight broken: cannot reach the target: connection refused; is the base URL https://scim.example.com/v2 right?",
		"completed blocked: cannot reach the target: connection refused; is the base URL https://scim.example.com/v2 right?",
		"waivers blocked: cannot reach the target: connection refused; is the base URL https://scim.example.com/v2 right?",
		"clean-up skip: nothing was created",
	}, outcomes(play(t, scim.DoerFunc(func(context.Context, scim.Request) *scim.Exchange { return unsendable() }), []engine.Check{fine("a.check")}), "run"))
}

func TestPlanIsHeldToItsRules(t *testing.T) {
	bad := fine("a.check")
	bad.Steps = func() []engine.Step { return nil }
	untitled := fine("b.check")
	untitled.Title = ""
	homeless := fine("c.check")
	homeless.Suite = ""
	_, err := engine.Run(t.Context(), &engine.Plan{Checks: []engine.Check{fine("a.check"), bad, untitled, homeless, {}}})
	for _, message := range []string{
		`check id "a.check" is used twice`, `check "a.check" needs a body or steps, and not both`, `check "b.check" has no title`,
		`check "c.check" has no suite`, "a check has no id", "the plan has no target",
	} {
		assert.ErrorContains(t, err, message)
	}
	_, err = engine.Run(t.Context(), &engine.Plan{Target: &target{}, RunID: "Abcdefg1"})
	assert.ErrorContains(t, err, `run id "Abcdefg1" holds 'A'`)
	_, err = engine.Run(t.Context(), &engine.Plan{Target: &target{}, RunID: "abc"})
	assert.ErrorContains(t, err, `run id "abc" has 3 characters`)
}
