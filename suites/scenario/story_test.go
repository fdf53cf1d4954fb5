package scenario_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
	"github.com/scimtest/scimtest/suites/scenario"
)

// story parses a scenario of these steps.
func story(t *testing.T, steps ...string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse([]byte("name: story\nsteps:\n  - " + strings.Join(steps, "\n  - ") + "\n"))
	require.NoError(t, err)
	return s
}

func dialect(t *testing.T, name string) *mockidp.Dialect {
	t.Helper()
	d, err := mockidp.Lookup(name, nil)
	require.NoError(t, err)
	return d
}

// played plays a scenario on the reference with faults, and returns its results.
func played(t *testing.T, s *scenario.Scenario, idp string, faults ...string) (out []*engine.Result) {
	t.Helper()
	var d *mockidp.Dialect
	if idp != "" {
		d = dialect(t, idp)
	}
	report := run(t, serve(t, faults...), s.Check(d))
	for i := range report.Results {
		if report.Results[i].Suite == scenario.StorySuite {
			out = append(out, &report.Results[i])
		}
	}
	require.NotEmpty(t, out)
	return out
}

// firstBad is the first step that did not pass, with its findings; "" for none.
func firstBad(results []*engine.Result) string {
	for _, r := range results {
		if r.Outcome != engine.Pass {
			text := r.Step + " " + string(r.Outcome) + ": " + r.Reason
			for _, f := range r.Findings {
				text += "; " + f.Message + ", " + f.Where + ": want " + f.Want + ", got " + f.Got
			}
			return text
		}
	}
	return ""
}

// The examples are fulfilled by the reference, in the dialects that they are for.
func TestExamples(t *testing.T) {
	for _, path := range examples(t) {
		s, err := scenario.ReadFile(path)
		require.NoError(t, err)
		idps := s.IdPs
		if len(idps) == 0 && !s.Bare() {
			idps = []string{"okta-oin", "okta-aiw", "entra-legacy", "entra-compliant"}
		}
		if s.Bare() {
			idps = []string{""}
		}
		for _, idp := range idps {
			assert.Empty(t, firstBad(played(t, s, idp)), "%s as %s", path, idp)
		}
	}
}

// No dialect finds anything wrong with the reference, whatever it makes of a
// story.
func TestEveryDialect(t *testing.T) {
	s := story(t, "assign: [ada, bo, cy]", "push-group: {crew: [ada, bo]}", "change: {ada: {familyName: Berg, title: Captain}}",
		"add-to-group: {crew: [cy]}", "remove-from-group: {crew: [ada]}", "change: {bo: {userName: Bo.X@example.com}}", "change: {bo: {userName: bo.x@example.com}}",
		"unassign: bo", "assign: bo", "delete: ada", "delete-group: crew", "expect: in-sync")
	s.Look = scenario.Everyone
	for _, d := range lifecycle.Dialects() {
		passed := 0
		for _, r := range played(t, s, d.Name) {
			assert.NotContains(t, []engine.Outcome{engine.Fail, engine.Blocked, engine.Broken}, r.Outcome, "%s: %s %s %v", d.Name, r.Step, r.Reason, r.Findings)
			if r.Outcome == engine.Pass {
				passed++
			}
		}
		assert.Positive(t, passed, d.Name)
	}
}

// What goes wrong on the target is told at the step where it shows.
func TestStoriesFail(t *testing.T) {
	for _, tt := range []struct{ fault, idp, want, steps string }{
		{"patch-ignored", "entra-legacy", "02-change fail: ", "assign: ada|change: {ada: {title: Captain, familyName: Berg}}"},
		{"put-ignored", "okta-aiw", "02-change fail: ", "assign: ada|change: {ada: {familyName: Berg}}"},
		{"patch-remove-ignored", "okta-oin", "03-remove-from-group fail: ", "assign: [ada, bo]|push-group: {crew: [ada, bo]}|remove-from-group: {crew: [ada]}"},
		{"patch-ignored", "entra-legacy", "03-expect fail: ", "assign: ada|change: {ada: {title: Captain}}|expect: {ada: {title: Captain}}"},
		{"patch-ignored", "entra-legacy", "04-run-cycle fail: ", "assign: ada|run-cycle: true|change: {ada: {familyName: Berg}}|run-cycle: true"},
		{"create-empty-body", "okta-aiw", "01-assign fail: ", "assign: ada"},
	} {
		t.Run(tt.fault+" "+tt.idp, func(t *testing.T) {
			s := story(t, strings.Split(tt.steps, "|")...)
			if strings.Contains(tt.steps, "expect") {
				s.Look = scenario.Asked
			}
			assert.Empty(t, firstBad(played(t, s, tt.idp)))
			assert.Contains(t, firstBad(played(t, s, tt.idp, tt.fault)), tt.want)
		})
	}
}

// Somebody who had an account is linked by some without that anything is sent:
// then she has what she had.
func TestAccountsOfOthers(t *testing.T) {
	s := story(t, "behind-our-back: {create: ada}", "assign: ada")
	for _, idp := range []string{"okta-oin-userpatch", "okta-oin", "entra-legacy"} {
		assert.Empty(t, firstBad(played(t, s, idp)), idp)
	}
	assert.Contains(t, firstBad(played(t, s, "okta-oin", "put-ignored")), "title is absent", "what is sent has to be there")
}

// A failure that the scenario expects is none, and one that does not come is.
func TestExpectedFailure(t *testing.T) {
	there := "behind-our-back: {create: ada}"
	hidden := "filter-eq-finds-nothing"
	s := story(t, there, "assign: ada\n    fails: 409")
	assert.Empty(t, firstBad(played(t, s, "okta-aiw", hidden)))
	assert.Contains(t, firstBad(played(t, s, "okta-aiw")), "02-assign fail: ")
	s = story(t, there, "assign: ada\n    fails: true")
	assert.Empty(t, firstBad(played(t, s, "okta-aiw", hidden)))
	s = story(t, there, "assign: ada\n    fails: 500")
	assert.Contains(t, firstBad(played(t, s, "okta-aiw", hidden)), "want it fails with 500, got it fails with 409")
}

// Requests of one's own need no identity provider, and are judged by what the
// file says.
func TestRequests(t *testing.T) {
	create := "request: POST /Users\n    body: {schemas: [\"urn:ietf:params:scim:schemas:core:2.0:User\"], userName: \"ada.{{tag}}@{{domain}}\", active: true}\n    as: ada\n    answer: {status: 201, active: true}"
	s := story(t, create, "request: GET /Users?filter=userName eq \"{{ada.userName}}\"\n    answer: {totalResults: 1}",
		"request: DELETE /Users/{{ada.id}}\n    answer: {status: 204}", "request: GET /Users/{{ada.id}}\n    answer: {status: 404}")
	require.True(t, s.Bare())
	assert.Empty(t, firstBad(played(t, s, "")))
	assert.Contains(t, firstBad(played(t, s, "", "filter-eq-finds-nothing")), "02-request fail: has another value; has another value, totalResults: want 1, got 0")
	wrong := story(t, create, "request: GET /Users/{{ada.id}}\n    answer: {active: false, nickName: \"*\"}")
	assert.Contains(t, firstBad(played(t, wrong, "")), "active: want false, got true; is absent, nickName: want present")
	unknown := story(t, "request: GET /Users/{{bo.id}}")
	assert.Contains(t, firstBad(played(t, unknown, "")), "blocked: nothing is known of {{bo.id}}")
}
