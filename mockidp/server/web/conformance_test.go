package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/browsertest"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

// evil is what somebody may be called who wants harm.
const evil = `<img src=x onerror=alert(1)>`

// suiteRunner finds the same in each run, which ends when the test says so.
type suiteRunner struct {
	goes      chan struct{}
	elsewhere bool
}

func (*suiteRunner) Suites(*mockidp.Dialect) []server.Suite {
	return []server.Suite{{Name: "rfc", About: "What the RFCs demand.", Checks: 60, Writing: 50, Usual: true}, {Name: "security", Checks: 1, Writing: 1}}
}

func (*suiteRunner) Profiles() []server.TargetProfile {
	return []server.TargetProfile{{Name: "generic", Title: "Any"}, {Name: "shipyard", Title: "Shipyard " + evil}}
}

func (s *suiteRunner) Foresee(o server.TestOrder) (server.Forecast, error) {
	f := server.Forecast{Checks: 60, Consent: s.elsewhere}
	if !o.ReadOnly {
		f.Writes = "a run creates and removes about 100 users"
		if len(o.Suites) == 0 {
			f.Writes = "a run creates and removes about 900 users"
		}
		if o.Profile == "shipyard" {
			f.Writes += " of the shipyard"
		}
	}
	return f, nil
}

func (s *suiteRunner) Run(ctx context.Context, _ server.TestOrder, progress func(server.TestProgress)) (*server.TestReport, error) {
	r := &server.TestReport{
		Counts: map[string]int{"pass": 7, "fail": 52, "advisory": 1}, Total: 60, Requests: 1234, Exit: 1, Meaning: "violations",
		Verdicts: []server.TestVerdict{{Label: "Okta, custom app", Verdict: "would break", Class: "bad", Why: []string{"does not deactivate"}}},
		JSON:     []byte(`{"schema_version":1}`), JUnit: []byte("<testsuites/>"),
	}
	for i := range 52 {
		r.Results = append(r.Results, server.TestResult{
			ID: fmt.Sprintf("patch.replace-%d", i), Suite: "rfc", Title: "PATCH replaces " + evil, Outcome: "fail", Ground: "MUST  RFC 7644 section 3.5.2.3",
			Findings: []server.TestFinding{{Place: "GET /Users/{id} (200)   active", Want: "false", Got: evil}},
			Breaks:   []string{"Okta: deactivation by PATCH (OKTA-Q1)"}, Curls: []string{`curl -sS -H "Authorization: Bearer $SCIMTEST_TOKEN"`},
		})
	}
	r.Results = append(r.Results, server.TestResult{ID: "etag.present", Suite: "rfc", Title: "A resource has a version", Outcome: "advisory", Reason: "there is none"})
	for i := range 20 {
		progress(server.TestProgress{Outcome: "pass", Done: i + 1, Total: 60})
	}
	select {
	case <-s.goes:
	case <-ctx.Done():
		r.Exit, r.Meaning = 130, "interrupted"
	}
	return r, nil
}

// ends lets the first run end, and waits until it has.
func (b *browser) ends() {
	b.t.Helper()
	b.tester.goes <- struct{}{}
	require.Eventually(b.t, func() bool {
		run, err := b.desk.TestRun(1)
		return err == nil && !run.Running()
	}, 5*time.Second, time.Millisecond)
}

// The suites are run by forms alone: seen while they run, then what they found.
func TestConformanceWithoutJavaScript(t *testing.T) {
	b := open(t, "okta-aiw")
	b.sees("/t/desk", `href="/t/desk/conformance"`)
	b.sees("/t/desk/conformance", "Nothing was run yet", `value="rfc" checked`, "60 checks. What the RFCs demand.", "creates and removes about 100 users")
	assert.NotContains(t, b.page, "This is a test tenant", "no consent is needed on this machine")
	b.send("/t/desk/conformance", "do", "chosen")
	assert.Equal(t, http.StatusBadRequest, b.status)
	b.has("Nothing was chosen")
	b.send("/t/desk/conformance", "do", "chosen", "suite", "rfc", "profile", "shipyard", "seed", "x")
	assert.Equal(t, http.StatusBadRequest, b.status)
	b.has(`value="shipyard" selected`)
	b.send("/t/desk/conformance", "do", "chosen", "suite", "rfc", "profile", "shipyard", "seed", "4")
	require.Equal(t, "/t/desk/conformance/1", b.at)
	b.has("It goes on")
	b.sees("/t/desk/conformance", "A run goes on")
	b.send("/t/desk/conformance", "do", "all")
	assert.Equal(t, http.StatusConflict, b.status)
	b.has("A run goes on already")
	b.ends()
	b.sees("/t/desk/conformance/1", "Violations", "Exit code 1", "1,234 requests", "seed 4", "by the profile <code>shipyard</code>", "would break", "patch.replace-0", "MUST  RFC 7644 section 3.5.2.3",
		"<dt>Want</dt><dd><code>false</code>", "Okta: deactivation by PATCH (OKTA-Q1)", "curl -sS", "1 to 50 of 53", "&lt;img")
	assert.NotContains(t, b.page, evil)
	b.sees("/t/desk/conformance/1?page=2", "patch.replace-51", "A resource has a version", "there is none")
	b.sees("/t/desk/conformance/1?outcome=advisory", "etag.present", "1 to 1 of 1")
	assert.NotContains(t, b.page, "patch.replace-0")
	b.sees("/t/desk/conformance/1/report?format=json", `{"schema_version":1}`)
	b.sees("/t/desk/conformance/1/report?format=junit", "<testsuites/>")

	b.sees("/t/desk/conformance", "profile shipyard")
	b.send("/t/desk/conformance", "do", "all", "read_only", "1")
	b.has("all suites", "only reading")
	b.send("/t/desk/conformance/2/cancel")
	b.has("what it created is removed first")
	require.Eventually(t, func() bool { return b.desk.TestRuns()[0].State == server.TestCanceled }, 5*time.Second, time.Millisecond)
	b.sees("/t/desk/conformance", "Run 2", "Canceled", "Run 1", "Violations")
	for _, p := range []string{"/t/desk/conformance/9", "/t/desk/conformance/x", "/t/desk/conformance/9/report?format=json"} {
		b.visit(p)
		assert.Equal(t, http.StatusNotFound, b.status, p)
	}
}

// A target elsewhere is written to when the box is ticked that says what is done.
func TestConformanceConsent(t *testing.T) {
	b := open(t, "okta-aiw")
	b.tester.elsewhere = true
	b.sees("/t/desk/conformance", "This is a test tenant, and it may be written to", "creates and removes about 100 users")
	b.send("/t/desk/conformance", "do", "chosen", "suite", "security")
	assert.Equal(t, http.StatusBadRequest, b.status)
	b.has("nobody agreed to writing to it")
	b.has(`value="security" checked`)
	assert.NotContains(t, b.page, `value="rfc" checked`, "what was chosen stays")
	assert.Empty(t, b.desk.TestRuns())
	b.send("/t/desk/conformance", "do", "all", "consent", "1")
	assert.Equal(t, http.StatusBadRequest, b.status, "that is not what the page said")
	b.has("What you chose means something else than the page said: a run creates and removes about 900 users")
	assert.NotContains(t, b.page, `name="consent" value="1" checked`, "to be agreed to anew")
	assert.Empty(t, b.desk.TestRuns())
	b.sees("/t/desk/conformance")
	b.send("/t/desk/conformance", "do", "chosen", "suite", "security", "profile", "shipyard", "consent", "1")
	assert.Equal(t, http.StatusBadRequest, b.status, "nor is this")
	b.has("about 100 users of the shipyard")
	b.send("/t/desk/conformance", "do", "chosen", "suite", "security", "profile", "shipyard", "consent", "1")
	assert.Equal(t, "/t/desk/conformance/1", b.at)
	b.ends()
}

// A page that is open shows how far a run is, and then what it found.
func TestConformanceInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	c := browsertest.Start(t, b.url)
	c.Open("/t/desk/conformance")
	c.Click("Run what is ticked")
	c.Shows("20 of 60 results")
	b.ends()
	c.Shows("Exit code 1 of scimtest run")
	c.Shows("Okta: deactivation by PATCH")
	c.Open("/t/desk/conformance")
	c.Click("Run all suites")
	c.Click("Cancel")
	c.Shows("what it created is removed first")
	c.Shows("Canceled")
	c.Clean()
}

// A program without suites has no such page.
func TestNoConformance(t *testing.T) {
	b := open(t, "okta-aiw", func(cfg *server.Config) { cfg.Tester = nil })
	b.visit("/t/desk")
	assert.False(t, strings.Contains(b.page, "/conformance"))
	b.visit("/t/desk/conformance")
	assert.Equal(t, http.StatusNotFound, b.status)
}
