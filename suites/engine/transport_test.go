package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// things answers the requests to /Things, which the target does not know.
func things(x func() *scim.Exchange) func(scim.Request) *scim.Exchange {
	return func(req scim.Request) *scim.Exchange {
		if req.Path == "/Things" {
			return x()
		}
		return nil
	}
}

func TestWhatTransportMeans(t *testing.T) {
	fetch := func(t *engine.T) { t.Fetch("/Things").Status(200) }
	viaDoer := func(t *engine.T) {
		x := t.Doer().Do(t.Context(), scim.Request{Method: "GET", Path: "/Things"})
		t.Settle()
		t.AnswerTo(x).Status(200)
	}
	together := func(t *engine.T) {
		for _, a := range t.Together(engine.Call{Method: "GET", Path: "/Things"}, engine.Call{Method: "GET", Path: "/Users"}) {
			a.Status(200)
		}
	}
	slowDown := func() *scim.Exchange { return answer(429, "") }
	unavailable := func() *scim.Exchange {
		x := answer(503, "")
		x.Response.Header.Set("Retry-After", "120")
		return x
	}
	const noAnswer = "GET /Things: no answer: the connection was closed before a complete answer"
	for name, c := range map[string]struct {
		answer  func() *scim.Exchange
		body    func(*engine.T)
		outcome engine.Outcome
		reason  string
	}{
		"unsendable":                {unsendable, fetch, engine.Blocked, "the request could not be sent: connection refused"},
		"unsendable, by an IdP":     {unsendable, viaDoer, engine.Blocked, "the request could not be sent: connection refused"},
		"unsendable, beside others": {unsendable, together, engine.Blocked, "the request could not be sent: connection refused"},
		"closed":                    {closed, fetch, engine.Fail, noAnswer},
		"closed, by an IdP":         {closed, viaDoer, engine.Fail, noAnswer},
		"closed, beside others":     {closed, together, engine.Fail, noAnswer},
		"closed while arranging": {closed, func(t *engine.T) { t.Fetch("/Things").Arranging().Status(200) },
			engine.Blocked, "could not arrange: " + noAnswer},
		"429 to the end": {slowDown, fetch, engine.Blocked,
			"GET /Things answers 429: the target asks to wait longer than the run may (--max-wait)"},
		"503 to the end": {unavailable, viaDoer, engine.Blocked,
			"GET /Things answers 503: the target asks to wait longer than the run may (--max-wait)"},
		"503 for no time": {func() *scim.Exchange { return answer(503, "") }, fetch, engine.Fail, "GET /Things answers 503, want 200"},
	} {
		res := one(t, &target{before: things(c.answer)}, c.body)
		assert.Equal(t, c.outcome, res.Outcome, name)
		assert.Equal(t, c.reason, res.Reason, name)
		assert.NotEmpty(t, res.Exchanges, name)
	}
}

// An identity provider that obeys 429 itself is not ended by one.
func TestUnpacedDoerSeesThe429(t *testing.T) {
	res := one(t, &target{before: things(func() *scim.Exchange { return answer(429, "") })}, func(t *engine.T) {
		x := t.Doer().Do(scim.WithoutPacing(t.Context()), scim.Request{Method: "GET", Path: "/Things"})
		t.Settle()
		t.AnswerTo(x).Status(429)
	})
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}

// All answers to calls sent together are kept, also where one could not be
// sent.
func TestTogetherKeepsEveryExchange(t *testing.T) {
	res := one(t, &target{before: things(unsendable)}, func(t *engine.T) {
		t.Together(engine.Call{Method: "GET", Path: "/Things"}, engine.Call{Method: "GET", Path: "/Users"})
	})
	require.Len(t, res.Exchanges, 2)
	assert.Equal(t, 200, res.Exchanges[1].Status())
}

// countPreflights counts the requests of the preflight.
func countPreflights(s *target) (n int) {
	for _, r := range s.sent() {
		if r == "GET /Users?startIndex=1&count=1" {
			n++
		}
	}
	return n
}

func several(n int, body func(*engine.T)) (out []engine.Check) {
	for i := range n {
		out = append(out, check("check."+string(rune('a'+i)), body))
	}
	return out
}

// Five unsendable requests in a row repeat the preflight. A target that still
// answers is tested on; one that does not blocks the rest, and the run ends
// with 3, whatever had failed before.
func TestFiveUnsendableRequests(t *testing.T) {
	lonely := &target{before: things(unsendable)}
	report := play(t, lonely, append(several(5, func(t *engine.T) { t.Fetch("/Things").Status(200) }), fine("z.last")))
	assert.Equal(t, 2, countPreflights(lonely), "the preflight is not repeated")
	assert.Equal(t, engine.Pass, report.Find("z.last").Outcome)

	four := &target{before: things(unsendable)}
	play(t, four, append(several(4, func(t *engine.T) { t.Fetch("/Things").Status(200) }), fine("z.last")))
	assert.Equal(t, 1, countPreflights(four))

	broken := &target{before: things(unsendable)}
	play(t, broken, several(8, func(t *engine.T) {
		t.Fetch("/Users").Status(200) // the row is broken each time
		t.Fetch("/Things").Status(200)
	}))
	assert.Equal(t, 1, countPreflights(broken))

	dead := false
	gone := &target{before: func(scim.Request) *scim.Exchange {
		if dead {
			return unsendable()
		}
		return nil
	}}
	checks := append([]engine.Check{check("a.fails", func(t *engine.T) { t.Fetch("/Users").Has("x"); dead = true })},
		several(7, func(t *engine.T) { t.Fetch("/Users").Status(200) })...)
	report = play(t, gone, checks)
	assert.Equal(t, engine.Fail, report.Find("a.fails").Outcome)
	assert.Equal(t, "the request could not be sent: connection refused", report.Find("check.a").Reason)
	const lost = "cannot reach the target: connection refused; is the base URL https://scim.example.com/v2 right?"
	assert.Equal(t, lost, report.Find("check.e").Reason, "the fifth in a row")
	assert.Equal(t, lost, report.Find("check.g").Reason, "nothing is sent any more")
	assert.Empty(t, report.Find("check.g").Exchanges)
	assert.Equal(t, "the target was lost during the run: "+lost, report.Find("completed").Reason)
	assert.Equal(t, engine.ExitUntested, report.ExitCode())
}

// A 401 on the run's own credential repeats the preflight, one on a credential
// that a check made up does not. The client writes the credential into the
// request that it hands back; that must not hide whose it is.
func TestUnauthorized(t *testing.T) {
	refused := false
	start := func() *target {
		refused = false
		return &target{before: func(req scim.Request) *scim.Exchange {
			if refused || req.Path == "/Things" {
				return answer(401, scimError(401))
			}
			return nil
		}}
	}
	client := func(s *target) scim.Doer {
		return scim.DoerFunc(func(ctx context.Context, req scim.Request) *scim.Exchange {
			x := s.Do(ctx, req)
			if x.Request.Header = req.Header.Clone(); x.Request.Header.Get("Authorization") == "" && !req.NoAuth {
				x.Request.Header.Set("Authorization", "Bearer secret")
			}
			return x
		})
	}
	for name, c := range map[string]struct {
		options    []engine.Option
		preflights int
	}{
		"our own":     {nil, 2},
		"none":        {[]engine.Option{engine.NoAuth()}, 1},
		"one made up": {[]engine.Option{engine.Header("Authorization", "Bearer nonsense")}, 1},
	} {
		s := start()
		report := play(t, client(s), []engine.Check{
			intruding(1, check("a.check", func(t *engine.T) { t.Fetch("/Things", c.options...).Status(401) })), fine("z.last"),
		})
		assert.Equal(t, c.preflights, countPreflights(s), name)
		assert.Equal(t, engine.ExitOK, report.ExitCode(), name)
	}

	s := start()
	report := play(t, client(s), []engine.Check{
		check("a.check", func(t *engine.T) { refused = true; t.Fetch("/Users").Status(200) }), fine("z.last"),
	})
	assert.Equal(t, engine.Blocked, report.Find("a.check").Outcome, "a dead token is not the fault of the target")
	assert.True(t, strings.HasPrefix(report.Find("z.last").Reason, engine.CredentialsRefused), report.Find("z.last").Reason)
	assert.Equal(t, engine.ExitUntested, report.ExitCode())
}

// An endpoint in the place of the base URL is named.
func TestPreflightKnowsAnEndpoint(t *testing.T) {
	s := &target{before: func(scim.Request) *scim.Exchange { return answer(404, "") }}
	for url, want := range map[string]string{
		"https://scim.example.com/v2/Users":                 " It ends before /Users",
		"https://scim.example.com/v2/ServiceProviderConfig": " It ends before /ServiceProviderConfig",
		"https://scim.example.com/v2?x=/Users":              "",
	} {
		report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) {})}, func(p *engine.Plan) { p.BaseURL = url })
		assert.Equal(t, engine.NotSCIM+": GET /Users answers 404; is the base URL "+url+" right?"+want, report.Find("preflight").Reason)
	}
}

// What the preflight takes for a SCIM service provider, and what it says of
// others.
func TestPreflight(t *testing.T) {
	html := answer(200, "<html><body>Sign in</body></html>")
	redirect := answer(302, "")
	for name, c := range map[string]struct {
		users, config *scim.Exchange
		want          string
	}{
		"a list":                        {answer(200, listOf()), nil, ""},
		"a list without schemas":        {answer(200, `{"totalResults":0}`), nil, ""},
		"an error in SCIM":              {answer(400, scimError(400)), nil, ""},
		"a server error, with a config": {answer(500, scimError(500)), answer(200, `{"patch":{"supported":true}}`), ""},
		"a server error alone":          {answer(500, scimError(500)), nil, engine.NotSCIM + ": GET /Users answers 500; is the base URL https://scim.example.com/v2 right?"},
		"discovery alone":               {html, answer(200, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]}`), ""},
		"401":                           {answer(401, scimError(401)), nil, engine.CredentialsRefused + ": GET /Users answers 401; is the token right, and not expired?"},
		"403":                           {answer(403, ""), nil, engine.CredentialsRefused + ": GET /Users answers 403; may this token read users?"},
		"HTML":                          {html, html, engine.NotSCIM + ": GET /Users answers 200 with an HTML page; is the base URL https://scim.example.com/v2 right?"},
		"a redirect":                    {redirect, redirect, engine.NotSCIM + ": GET /Users answers 302 and redirects (to a login page?); is the base URL https://scim.example.com/v2 right?"},
		"JSON of another kind":          {answer(200, `{"hello":1}`), answer(404, "{}"), engine.NotSCIM + ": GET /Users answers 200 without a ListResponse; is the base URL https://scim.example.com/v2 right?"},
		"nothing":                       {answer(404, ""), answer(404, ""), engine.NotSCIM + ": GET /Users answers 404; is the base URL https://scim.example.com/v2 right?"},
		"no answer":                     {closed(), nil, engine.Unreachable + ": the connection was closed before a complete answer; is the base URL https://scim.example.com/v2 right?"},
	} {
		s := &target{before: func(req scim.Request) *scim.Exchange {
			switch {
			case req.Path == "/Users" && req.RawQuery == "startIndex=1&count=1":
				return c.users
			case req.Path == "/ServiceProviderConfig":
				return c.config
			}
			return nil
		}}
		report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) { t.Fetch("/Groups").Status(200) })})
		assert.Equal(t, c.want, report.Find("preflight").Reason, name)
		assert.Equal(t, c.want, report.Find("a.check").Reason, name)
		if c.want != "" {
			assert.Equal(t, engine.Broken, report.Find("preflight").Outcome, name)
			assert.Equal(t, engine.Blocked, report.Find("a.check").Outcome, name)
			assert.Equal(t, engine.ExitUntested, report.ExitCode(), name)
			assert.NotContains(t, s.sent(), "GET /Groups", name)
		}
	}
}

// A plan has the same results on every day: what is not reached is blocked.
// Clean-up is done all the same.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &target{}
	report, err := engine.Run(ctx, &engine.Plan{
		Target: s, RunID: runID, Parallel: 1,
		Checks: []engine.Check{
			fine("a.before"),
			check("b.within", func(t *engine.T) { t.GivenUser(); cancel(); t.Fetch("/Users").Status(200) }),
			check("c.after", func(t *engine.T) { t.Fetch("/Users").Status(200) }),
			{Meta: engine.Meta{ID: "d.skipped", Suite: "rfc", Title: "t", Needs: []engine.Feature{engine.Bulk}}, Body: func(*engine.T) {}},
		},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"a.before pass", "b.within blocked: not run: interrupted", "c.after blocked: not run: interrupted",
		"d.skipped skip: the target does not announce bulk",
	}, outcomes(report, "rfc"))
	assert.Equal(t, engine.Broken, report.Find("completed").Outcome)
	assert.Equal(t, engine.ExitInterrupted, report.ExitCode())
	assert.Empty(t, s.users())
}

func TestTimeLimits(t *testing.T) {
	hang := scim.DoerFunc(func(ctx context.Context, req scim.Request) *scim.Exchange {
		if req.Path == "/Slow" {
			<-ctx.Done()
			return closed()
		}
		return (&target{}).Do(ctx, req)
	})
	slow := check("a.slow", func(t *engine.T) { t.Fetch("/Slow").Status(200) })
	synctest.Test(t, func(t *testing.T) {
		report := play(t, hang, []engine.Check{slow, fine("b.next")}, func(p *engine.Plan) { p.CheckTimeout = time.Minute })
		assert.Equal(t, []string{"a.slow blocked: not finished within 1m0s, the time limit of a check", "b.next pass"}, outcomes(report, "rfc"))
		assert.Equal(t, engine.ExitUntested, report.ExitCode())
	})
	synctest.Test(t, func(t *testing.T) {
		report := play(t, hang, []engine.Check{slow, fine("b.next")}, func(p *engine.Plan) { p.MaxTime = time.Minute })
		const up = " blocked: not run: the time limit of the run is up (--max-time)"
		assert.Equal(t, []string{"a.slow" + up, "b.next" + up}, outcomes(report, "rfc"))
		assert.False(t, report.Interrupted)
		assert.Equal(t, engine.ExitUntested, report.ExitCode())
	})
}
