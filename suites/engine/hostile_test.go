package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// intruding lets a check send bad credentials n times.
func intruding(n int, c engine.Check) engine.Check {
	c.BadCredentials = n
	return c
}

// hostile makes a check that sends hostile values.
func hostile(id string, body func(*engine.T)) engine.Check {
	c := check(id, body)
	c.Hostile = true
	return c
}

// fetches is the body of a check that reads one path.
func fetches(path string) func(*engine.T) {
	return func(t *engine.T) { t.Fetch(path).NoServerError() }
}

func onLoopback(p *engine.Plan) { p.BaseURL = "http://127.0.0.1:8085/v2" }

func TestHostileChecksRunLast(t *testing.T) {
	s := &target{}
	alone := check("b.alone", fetches("/Alone"))
	alone.Alone = true
	report := play(t, s, []engine.Check{
		hostile("a.hostile", fetches("/Hostile")), alone, check("c.together", fetches("/Together")), hostile("d.hostile", fetches("/Hostile2")),
	}, onLoopback, func(p *engine.Plan) { p.Parallel = 4 })
	var order []string
	for _, r := range s.sent() {
		if strings.HasPrefix(r, "GET /Alone") || strings.HasPrefix(r, "GET /Together") || strings.HasPrefix(r, "GET /Hostile") {
			order = append(order, r)
		}
	}
	assert.Equal(t, []string{"GET /Together", "GET /Alone", "GET /Hostile", "GET /Hostile2"}, order)
	assert.Equal(t, []string{"a.hostile pass", "b.alone pass", "c.together pass", "d.hostile pass"}, outcomes(report, "rfc"), "the report is in plan order")
}

func TestHostileChecksNeedARequestOffThisMachine(t *testing.T) {
	const spared = "a.hostile skip: it sends hostile values, which a target that is not on this machine gets only on request: --suite security"
	for _, c := range []struct {
		base    string
		hostile bool
		want    string
	}{
		{"https://scim.example.com/v2", false, spared},
		{"https://127.0.0.1.example.com/v2", false, spared},
		{"https://192.0.2.1/v2", false, spared},
		{"", false, spared},
		{"https://scim.example.com/v2", true, "a.hostile pass"},
		{"http://localhost:8085/v2", false, "a.hostile pass"},
		{"http://127.0.0.7/v2", false, "a.hostile pass"},
		{"http://[::1]:8085/v2", false, "a.hostile pass"},
	} {
		s := &target{}
		report := play(t, s, []engine.Check{hostile("a.hostile", fetches("/Hostile"))},
			func(p *engine.Plan) { p.BaseURL, p.Hostile = c.base, c.hostile })
		assert.Equal(t, []string{c.want}, outcomes(report, "rfc"), c.base)
		assert.Equal(t, c.want != spared, slices.Contains(s.sent(), "GET /Hostile"), c.base)
	}
}

func TestHostileChecksEndWhenTheTargetShutsTheRunOut(t *testing.T) {
	const ends = "hostile values end here, since the target begins to shut the run out: GET /Hostile "
	for name, c := range map[string]struct {
		answer func() *scim.Exchange
		// lost: the target refuses everything from then on.
		lost bool
		want string
	}{
		"429":                      {answer: func() *scim.Exchange { return answer(429, scimError(429)) }, want: ends + "answers 429"},
		"403 of a firewall":        {answer: func() *scim.Exchange { return answer(403, "<html>blocked</html>") }, want: ends + "answers 403 without a SCIM Error"},
		"connection refused":       {answer: unsendable, want: ends + "could not be sent: connection refused"},
		"403 of SCIM, and for all": {answer: func() *scim.Exchange { return answer(403, scimError(403)) }, lost: true, want: ends + "answers 403, and then the credentials are refused: GET /Users answers 403; may this token read users?"},
		"403 of SCIM, for one":     {answer: func() *scim.Exchange { return answer(403, scimError(403)) }},
		"404":                      {answer: func() *scim.Exchange { return answer(404, scimError(404)) }},
		"closed":                   {answer: closed},
	} {
		lost := false
		s := &target{before: func(req scim.Request) *scim.Exchange {
			switch {
			case req.Path == "/Hostile":
				lost = c.lost
				return c.answer()
			case lost:
				return answer(403, scimError(403))
			}
			return nil
		}}
		report := play(t, s, []engine.Check{
			hostile("a.hostile", func(t *engine.T) { t.Expect(true, nil, "", "", "", ""); t.Fetch("/Hostile") }),
			hostile("b.hostile", fetches("/Behind")),
			check("c.other", fetches("/Other")),
		}, onLoopback)
		want := []string{"a.hostile skip: " + c.want, "b.hostile skip: " + c.want, "c.other pass"}
		if c.want == "" {
			want = []string{"a.hostile pass", "b.hostile pass", "c.other pass"}
		}
		assert.Equal(t, want, outcomes(report, "rfc"), name)
		assert.Equal(t, c.want == "", slices.Contains(s.sent(), "GET /Behind"), name)
		assert.Equal(t, engine.ExitOK, report.ExitCode(), name)
	}
}

func TestCallsTogetherThatAreShutOutEndHostileChecks(t *testing.T) {
	s := &target{before: func(req scim.Request) *scim.Exchange {
		if req.Path == "/Hostile" {
			return answer(429, scimError(429))
		}
		return nil
	}}
	report := play(t, s, []engine.Check{
		hostile("a.hostile", func(t *engine.T) {
			for _, a := range t.Together(engine.Call{Method: "GET", Path: "/Users"}, engine.Call{Method: "GET", Path: "/Hostile"}) {
				a.NoServerError()
			}
		}),
		hostile("b.hostile", fetches("/Behind")),
	}, onLoopback)
	const ended = "skip: hostile values end here, since the target begins to shut the run out: GET /Hostile answers 429"
	assert.Equal(t, []string{"a.hostile " + ended, "b.hostile " + ended}, outcomes(report, "rfc"))
}

// What was found before the target shut the run out still counts.
func TestFindingsOfAnEndedHostileCheckCount(t *testing.T) {
	s := &target{before: func(req scim.Request) *scim.Exchange {
		if req.Path == "/Hostile" {
			return answer(429, scimError(429))
		}
		return nil
	}}
	report := play(t, s, []engine.Check{hostile("a.hostile", func(t *engine.T) {
		t.Fetch("/Users").Has("evaluated")
		t.Fetch("/Hostile").Status(400)
	})}, onLoopback)
	assert.Equal(t, []string{"a.hostile fail: evaluated is absent"}, outcomes(report, "rfc"))
}

func TestBadCredentialsAreBounded(t *testing.T) {
	twice := func(t *engine.T) {
		t.Fetch("/Users", engine.NoAuth()).Status(200)
		t.Fetch("/Users", engine.Header("Authorization", "Bearer wrong")).Status(200)
		t.Fetch("/Users").Status(200)
	}
	together := func(t *engine.T) {
		call := engine.Call{Method: "GET", Path: "/Users", Options: []engine.Option{engine.NoAuth()}}
		for _, a := range t.Together(call, call) {
			a.Status(200)
		}
	}
	for name, body := range map[string]func(*engine.T){"one by one": twice, "together": together} {
		for declared, want := range []engine.Outcome{engine.Broken, engine.Broken, engine.Pass} {
			s := &target{}
			report := play(t, s, []engine.Check{intruding(declared, check("a.check", body))})
			res := report.Find("a.check")
			assert.Equal(t, want, res.Outcome, "%s, %d: %s", name, declared, res.Reason)
			sent := 0
			for _, r := range s.requests {
				if r.NoAuth || r.Header.Get("Authorization") != "" {
					sent++
				}
			}
			assert.LessOrEqual(t, sent, declared, name)
		}
	}
}

func TestAPlanSendsFewBadCredentials(t *testing.T) {
	plan := &engine.Plan{Target: &target{}, Checks: []engine.Check{
		intruding(engine.MaxBadCredentials-1, fine("a.check")), intruding(1, fine("b.check")),
	}}
	require.NoError(t, plan.Validate())
	plan.Checks = append(plan.Checks, intruding(1, fine("c.check")))
	require.EqualError(t, plan.Validate(), fmt.Sprintf("the checks send bad credentials %d times, and a run may do so %d times",
		engine.MaxBadCredentials+1, engine.MaxBadCredentials))
}

// What stands before a service provider answers hostile values in words of its
// own: a rule for all answers that these break is advisory.
func TestRulesAreAdvisoryOnHostileTraffic(t *testing.T) {
	wrong := invariant("it.is-wrong", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
		if !strings.HasPrefix(x.Request.Path, "/Thing") {
			return true, nil
		}
		return true, []engine.Finding{{Message: "it is wrong"}}
	})
	report := play(t, &target{}, []engine.Check{hostile("a.hostile", fetches("/Thing"))}, onLoopback, held(wrong))
	assert.Equal(t, engine.Advisory, report.Find("it.is-wrong").Outcome)
	report = play(t, &target{}, []engine.Check{hostile("a.hostile", fetches("/Thing")), check("b.check", fetches("/Thing"))}, onLoopback, held(wrong))
	assert.Equal(t, engine.Fail, report.Find("it.is-wrong").Outcome)
}
