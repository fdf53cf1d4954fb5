package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

func invariant(id string, judge func(*scim.Exchange, *engine.Discovered) (bool, []engine.Finding)) engine.Invariant {
	return engine.Invariant{Meta: engine.Meta{ID: id, Suite: "invariants", Title: "Holds always", Level: engine.Must}, Judge: judge}
}

func held(list ...engine.Invariant) func(*engine.Plan) {
	return func(p *engine.Plan) { p.Invariants = list }
}

// always finds the same in every answer that applies says.
func always(applies func(*scim.Exchange) bool) engine.Invariant {
	return invariant("always.wrong", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
		if !applies(x) {
			return false, nil
		}
		return true, []engine.Finding{{Message: "it is wrong", Where: "x" + x.Request.RawQuery, Want: x.Request.Path}}
	})
}

// An invariant judges all traffic: that of the run itself, of arranging, of
// acting and of clean-up, and gives one result.
func TestInvariantSeesAllTraffic(t *testing.T) {
	var seen []string
	watch := invariant("wire.seen", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
		seen = append(seen, x.Request.Method+" "+x.Request.Path)
		return true, nil
	})
	report := play(t, &target{}, []engine.Check{check("a.check", func(t *engine.T) {
		u := t.GivenUser()
		t.Patch(u, engine.Replace("active", false)).Status(204)
		t.Fetch("/Things").Status(404)
	})}, held(watch))
	for _, want := range []string{
		"GET /Users", "GET /ServiceProviderConfig", "GET /ResourceTypes", "GET /Schemas", "GET /Me", // preflight, discovery, probes
		"POST /Users", "GET /Users/id1", "PATCH /Users/id1", "GET /Things", "DELETE /Users/id1",
	} {
		assert.Contains(t, seen, want)
	}
	assert.Equal(t, []string{"wire.seen pass"}, outcomes(report, "invariants"))
}

// The same message on the same method and path template is one finding, with a
// count and three exchanges, whatever the query, the place in the body, and
// the values say.
func TestInvariantFindingsAreJoined(t *testing.T) {
	report := play(t, &target{}, []engine.Check{check("a.check", func(t *engine.T) {
		for i := range 5 {
			t.Fetch("/Users", engine.Query("count", fmt.Sprint(i+7)), engine.Query(fmt.Sprintf("z%d", i), "")).Status(200)
		}
		u := t.GivenUser()
		t.Get(u).Status(200)
		t.Get(t.GivenUser()).Status(200)
		t.Fetch("/Groups").Status(200)
	})}, held(always(func(x *scim.Exchange) bool {
		return x.Request.Method == http.MethodGet && (strings.Contains(x.Request.RawQuery, "z") || strings.HasPrefix(x.Request.Path, "/Users/"))
	})))
	res := report.Find("always.wrong")
	assert.Equal(t, engine.Fail, res.Outcome)
	require.Len(t, res.Findings, 2)
	assert.Equal(t, []int{5, 4}, []int{res.Findings[0].Count, res.Findings[1].Count})
	assert.Equal(t, []int{1, 4}, []int{res.Findings[0].Exchange, res.Findings[1].Exchange})
	require.Len(t, res.Exchanges, 6, "three exchanges each")
	assert.Equal(t, "/Users/id1", res.Exchanges[3].Request.Path)
}

// An exchange in which two things are wrong is shown once.
func TestInvariantShowsAnExchangeOnce(t *testing.T) {
	two := invariant("two.wrong", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
		if x.Request.Path != "/Things" {
			return false, nil
		}
		return true, []engine.Finding{{Message: "one"}, {Message: "two"}}
	})
	res := play(t, &target{}, []engine.Check{check("a.check", func(t *engine.T) { t.Fetch("/Things").Status(404) })}, held(two)).Find("two.wrong")
	require.Len(t, res.Exchanges, 1)
	assert.Equal(t, []int{1, 1}, []int{res.Findings[0].Exchange, res.Findings[1].Exchange})
}

func TestOutcomeOfAnInvariant(t *testing.T) {
	found := func(f ...engine.Finding) engine.Invariant {
		return invariant("of.things", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
			return x.Request.Path == "/Things", f
		})
	}
	should := always(func(x *scim.Exchange) bool { return true })
	should.Level = engine.Should
	asks := []engine.Check{check("a.check", func(t *engine.T) { t.Fetch("/Things").Status(404) })}
	for name, c := range map[string]struct {
		rule    engine.Invariant
		checks  []engine.Check
		outcome engine.Outcome
		reason  string
	}{
		"never applied": {found(), []engine.Check{fine("a.check")}, engine.Skip, "no such answer seen"},
		"holds":         {found(), asks, engine.Pass, ""},
		"advisory":      {found(engine.Finding{Message: "old data", Advisory: true}), asks, engine.Advisory, "old data"},
		"should":        {should, asks, engine.Advisory, "it is wrong"},
		"panics": {invariant("a.panic", func(*scim.Exchange, *engine.Discovered) (bool, []engine.Finding) { panic("oh") }),
			asks, engine.Broken, "panic: oh"},
	} {
		report := play(t, &target{}, c.checks, held(c.rule))
		res := report.Find(c.rule.ID)
		assert.Equal(t, c.outcome, res.Outcome, name)
		assert.Equal(t, c.reason, res.Reason, name)
	}
}

// One of ours that breaks a rule outweighs any number of others' that do.
func TestOursOutweighsOthers(t *testing.T) {
	owned := invariant("only.ours", func(x *scim.Exchange, d *engine.Discovered) (bool, []engine.Finding) {
		if x.Request.Method != http.MethodGet || !strings.HasPrefix(x.Request.Path, "/Users/") {
			return false, nil
		}
		return true, []engine.Finding{{Message: "it is wrong", Advisory: !d.Owned(x.Response.Body)}}
	})
	s := &target{}
	s.put("/Users/old", `{"id":"old","userName":"bob@corp.test"}`)
	read := check("a.check", func(t *engine.T) { t.Fetch("/Users/old").Status(200) })
	assert.Equal(t, engine.Advisory, play(t, s, []engine.Check{read}, held(owned)).Find("only.ours").Outcome)
	arrange := check("b.check", func(t *engine.T) { t.GivenUser(); t.Fetch("/Users/old").Status(200) })
	assert.Equal(t, engine.Fail, play(t, s, []engine.Check{read, arrange}, held(owned)).Find("only.ours").Outcome)
}

// A profile raises or lowers a level, with its reason in the report.
func TestLevels(t *testing.T) {
	with := func(level, id string) func(*engine.Plan) {
		return func(p *engine.Plan) {
			p.Profile = &profile.Profile{Levels: map[string]profile.LevelChange{id: {Level: level, Reason: "as agreed"}}}
		}
	}
	c := check("a.check", func(t *engine.T) { t.Fetch("/Users").Has("x") })
	c.FormerIDs = []string{"a.former"}
	for _, x := range []struct {
		level, change, id string
		outcome           engine.Outcome
		reason            string
	}{
		{"must", "", "", engine.Fail, "x is absent"},
		{"idp", "", "", engine.Fail, "x is absent"},
		{"should", "", "", engine.Advisory, "x is absent"},
		{"must", "should", "a.check", engine.Advisory, "advisory by the profile (as agreed): x is absent"},
		{"idp", "should", "a.former", engine.Advisory, "advisory by the profile (as agreed): x is absent"},
		{"should", "must", "a.check", engine.Fail, "must by the profile (as agreed): x is absent"},
		{"must", "skip", "a.check", engine.Skip, "the profile leaves it out: as agreed"},
	} {
		c.Level = engine.Level(x.level)
		var bend []func(*engine.Plan)
		if x.change != "" {
			bend = append(bend, with(x.change, x.id))
		}
		s := &target{}
		res := play(t, s, []engine.Check{c}, bend...).Find("a.check")
		assert.Equal(t, x.outcome, res.Outcome, "%+v", x)
		assert.Equal(t, x.reason, res.Reason, "%+v", x)
		if x.change != "" && x.change != "skip" {
			assert.Equal(t, engine.Level(x.change), res.Level)
		}
	}

	fresh := check("a.check", c.Body)
	fresh.Provisional = true
	res := play(t, &target{}, []engine.Check{fresh}).Find("a.check")
	assert.Equal(t, engine.Advisory, res.Outcome)
	assert.Equal(t, "new check, advisory for now: x is absent", res.Reason)

	rule := always(func(*scim.Exchange) bool { return true })
	assert.Equal(t, engine.Skip, play(t, &target{}, nil, held(rule), with("skip", "always.wrong")).Find("always.wrong").Outcome)
}
