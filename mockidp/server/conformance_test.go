package server_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

// scripted is a tester whose runs end when the test says so.
type scripted struct {
	// goes lets a run end by itself, begun says that one was begun, and cleaned
	// that it has removed what it created.
	goes, begun, cleaned chan struct{}
	elsewhere            bool
	fails                error
	ordered              server.TestOrder
}

func newScripted() *scripted {
	return &scripted{goes: make(chan struct{}, 99), begun: make(chan struct{}, 99), cleaned: make(chan struct{}, 99)}
}

func (*scripted) Suites(*mockidp.Dialect) []server.Suite {
	return []server.Suite{{Name: "rfc", About: "What the RFCs demand.", Checks: 2, Writing: 1, Usual: true}, {Name: "security", Checks: 1, Writing: 1}}
}

func (*scripted) Profiles() []server.TargetProfile {
	return []server.TargetProfile{{Name: "generic", Title: "Any"}, {Name: "shipyard", Title: "Shipyard"}}
}

func (s *scripted) Foresee(o server.TestOrder) (server.Forecast, error) {
	for _, name := range o.Suites {
		if name != "rfc" && name != "security" {
			return server.Forecast{}, errors.New("there is no suite " + name)
		}
	}
	if o.Profile != "generic" && o.Profile != "shipyard" {
		return server.Forecast{}, errors.New("there is no profile " + o.Profile)
	}
	f := server.Forecast{Checks: 2, Consent: s.elsewhere}
	if !o.ReadOnly {
		f.Writes = "a run creates and removes about 4 users"
	}
	return f, nil
}

func (s *scripted) Run(ctx context.Context, o server.TestOrder, progress func(server.TestProgress)) (*server.TestReport, error) {
	s.ordered = o
	progress(server.TestProgress{Outcome: "fail", Done: 1, Total: 2})
	s.begun <- struct{}{}
	r := &server.TestReport{
		Counts: map[string]int{"pass": 1, "fail": 1}, Total: 2, Requests: 7, Exit: 1, Meaning: "violations",
		Verdicts: []server.TestVerdict{{Label: "Okta, custom app", Verdict: "would break", Class: "bad", Why: []string{"does not deactivate"}, Mend: []string{"end the access"}}},
		Results: []server.TestResult{{
			ID: "patch.replace", Suite: "rfc", Title: "PATCH replaces", Outcome: "fail", Ground: "MUST", Reason: "wrong", More: 1, After: []string{"PATCH"},
			Sources: []string{"okta.md"}, Breaks: []string{"Okta: deactivation"}, Curls: []string{"curl -sS"},
			Findings: []server.TestFinding{{Place: "GET /Users/{id} (200)", Message: "m", Want: "false", Got: "true", AdminSees: "a task", Count: 2, Advisory: true}},
		}},
		JSON: []byte(`{"schema_version":1}`), JUnit: []byte("<testsuites/>"),
	}
	select {
	case <-s.goes:
	case <-ctx.Done():
		s.cleaned <- struct{}{}
		r.Exit, r.Meaning = 130, "interrupted"
	}
	return r, s.fails
}

// state waits until a run is in a state.
func (s *stage) state(id int64, state string) (run server.TestRun) {
	require.Eventually(s.t, func() bool {
		var err error
		run, err = s.TestRun(id)
		require.NoError(s.t, err)
		return run.State == state
	}, 5*time.Second, time.Millisecond, "%v", run.State)
	return run
}

// A run is seen while it goes on and kept when it has ended, with its report.
func TestConformanceRun(t *testing.T) {
	s, tester := newTarget(t), newScripted()
	file := filepath.Join(t.TempDir(), "idp.db")
	s.open(server.Config{File: file, Tester: tester}, "okta-aiw")
	run, err := s.StartTest(server.TestChoice{Suites: []string{"rfc"}, Profile: "shipyard"})
	require.NoError(t, err)
	<-tester.begun
	assert.Equal(t, "shipyard", tester.ordered.Profile)
	assert.Equal(t, "shipyard", run.Profile)
	assert.Equal(t, s.url, tester.ordered.Target.BaseURL)
	assert.EqualValues(t, 1, tester.ordered.Seed)
	now, err := s.TestRun(run.ID)
	require.NoError(t, err)
	assert.Equal(t, server.TestRunning, now.State)
	assert.Equal(t, 1, now.Done)
	assert.Equal(t, map[string]int{"fail": 1}, now.Counts)
	_, err = s.StartTest(server.TestChoice{})
	require.ErrorIs(t, err, server.ErrConflict, "one at a time")
	_, err = s.TestFile(run.ID, "json")
	require.ErrorIs(t, err, server.ErrConflict, "not yet")
	tester.goes <- struct{}{}
	ended := s.state(run.ID, server.TestEnded)
	assert.Equal(t, 2, ended.Done)
	assert.Equal(t, "violations", ended.Meaning)
	require.Len(t, ended.Results, 1)
	assert.Empty(t, s.TestRuns()[0].Results, "a list is short")

	// What ended is there again; what had not ended is lost, and says so.
	require.NoError(t, s.app.Close())
	app, err := server.Open(server.Config{File: file, Tick: -1, Tester: tester})
	require.NoError(t, err)
	s.Tenant, err = app.Tenant("desk")
	require.NoError(t, err)
	again, err := s.TestRun(run.ID)
	require.NoError(t, err)
	assert.Equal(t, ended, again)
	for format, want := range map[string]string{"json": `{"schema_version":1}`, "junit": "<testsuites/>"} {
		data, err := s.TestFile(run.ID, format)
		require.NoError(t, err)
		assert.Equal(t, want, string(data))
	}
	next, err := s.StartTest(server.TestChoice{})
	require.NoError(t, err)
	assert.EqualValues(t, 2, next.ID)
	assert.Equal(t, "generic", next.Profile, "the first one, where none is chosen")
	<-tester.begun
	require.NoError(t, app.Close(), "the program ends the run")
	<-tester.cleaned
	app, err = server.Open(server.Config{File: file, Tick: -1})
	require.NoError(t, err)
	defer app.Close()
	s.Tenant, err = app.Tenant("desk")
	require.NoError(t, err)
	assert.Equal(t, server.TestCanceled, s.TestRuns()[0].State)
	_, err = s.StartTest(server.TestChoice{})
	require.ErrorIs(t, err, server.ErrNotFound, "a program without suites")
}

// A run that is canceled removes what it created, and another one can begin.
func TestConformanceCancel(t *testing.T) {
	s, tester := newTarget(t), newScripted()
	s.open(server.Config{Tester: tester}, "okta-aiw")
	run, err := s.StartTest(server.TestChoice{})
	require.NoError(t, err)
	<-tester.begun
	_, err = s.CancelTest(run.ID)
	require.NoError(t, err)
	<-tester.cleaned
	assert.Equal(t, "interrupted", s.state(run.ID, server.TestCanceled).Meaning)
	_, err = s.CancelTest(run.ID)
	require.ErrorIs(t, err, server.ErrConflict)
	_, err = s.CancelTest(99)
	require.ErrorIs(t, err, server.ErrNotFound)

	tester.fails = errors.New("no journal")
	tester.goes <- struct{}{}
	run, err = s.StartTest(server.TestChoice{})
	require.NoError(t, err)
	assert.Equal(t, "no journal", s.state(run.ID, server.TestFailed).Error)
	_, err = s.TestFile(run.ID, "json")
	require.ErrorIs(t, err, server.ErrConflict)
}

// A target elsewhere is written to with consent alone.
func TestConformanceConsent(t *testing.T) {
	s, tester := newTarget(t), newScripted()
	tester.elsewhere = true
	s.open(server.Config{Tester: tester}, "okta-aiw")
	_, err := s.StartTest(server.TestChoice{})
	require.ErrorIs(t, err, server.ErrInvalid)
	assert.ErrorContains(t, err, "creates and removes about 4 users")
	for i, c := range []server.TestChoice{{ReadOnly: true}, {Consent: true}} {
		tester.goes <- struct{}{}
		_, err = s.StartTest(c)
		require.NoError(t, err)
		s.state(int64(i+1), server.TestEnded)
	}
}

// Of many runs the last ones are kept.
func TestConformanceHistory(t *testing.T) {
	s, tester := newTarget(t), newScripted()
	file := filepath.Join(t.TempDir(), "idp.db")
	s.open(server.Config{File: file, Tester: tester}, "okta-aiw")
	for i := range int64(13) {
		tester.goes <- struct{}{}
		_, err := s.StartTest(server.TestChoice{})
		require.NoError(t, err)
		s.state(i+1, server.TestEnded)
	}
	ids := func() (out []int64) {
		for _, r := range s.TestRuns() {
			out = append(out, r.ID)
		}
		return out
	}
	want := []int64{13, 12, 11, 10, 9, 8, 7, 6, 5, 4}
	assert.Equal(t, want, ids())
	_, err := s.TestFile(3, "json")
	require.ErrorIs(t, err, server.ErrNotFound)
	require.NoError(t, s.app.Close())
	app, err := server.Open(server.Config{File: file, Tick: -1})
	require.NoError(t, err)
	defer app.Close()
	s.Tenant, err = app.Tenant("desk")
	require.NoError(t, err)
	assert.Equal(t, want, ids())
}

func (a *api) conformance() {
	t := a.contract.t
	suites := a.call(200, "GET", "/tenants/desk/suites", "")
	assert.Equal(t, false, suites["consent_needed"])
	assert.Len(t, suites["profiles"], 2)
	a.call(400, "POST", "/tenants/desk/test-runs", `{"suites":["nothing"]}`)
	unknown := a.call(400, "POST", "/tenants/desk/test-runs", `{"suites":["rfc"],"profile":"../secret.yaml"}`)
	assert.Contains(t, unknown["detail"], "there is no profile")
	run := a.call(201, "POST", "/tenants/desk/test-runs", `{"suites":["rfc"],"profile":"shipyard","seed":3}`)
	assert.Equal(t, "shipyard", run["profile"])
	assert.Equal(t, "running", run["state"])
	a.call(409, "POST", "/tenants/desk/test-runs", `{}`)
	a.call(409, "GET", "/tenants/desk/test-runs/1/report?format=json", "")
	<-a.tester.begun
	a.tester.goes <- struct{}{}
	a.state(1, server.TestEnded)
	ended := a.call(200, "GET", "/tenants/desk/test-runs/1", "")
	assert.EqualValues(t, 3, ended["seed"])
	assert.Equal(t, "shipyard", ended["profile"])
	assert.Equal(t, "shipyard", a.tester.ordered.Profile)
	assert.NotEmpty(t, ended["results"])
	assert.NotContains(t, string(a.raw(200, "GET", "/tenants/desk/test-runs", "")), "patch.replace")
	for _, format := range server.TestFormats {
		assert.NotEmpty(t, a.raw(200, "GET", "/tenants/desk/test-runs/1/report?format="+format, ""))
	}
	a.call(400, "GET", "/tenants/desk/test-runs/1/report?format=pdf", "")
	a.call(404, "GET", "/tenants/desk/test-runs/one", "")
	a.call(404, "POST", "/tenants/desk/test-runs/9/cancel", "")
	a.call(201, "POST", "/tenants/desk/test-runs", `{}`)
	a.call(200, "POST", "/tenants/desk/test-runs/2/cancel", "")
	a.state(2, server.TestCanceled)
	a.call(409, "POST", "/tenants/desk/test-runs/2/cancel", "")
	assert.True(t, strings.HasPrefix(a.tester.ordered.Target.BaseURL, "http://127.0.0.1"))
}
