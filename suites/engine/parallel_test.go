package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// As many checks run beside each other as the plan says; one that is Alone has
// no sibling, and the others are not held up by it.
func TestParallel(t *testing.T) {
	const n = 4
	var running, most, done atomic.Int32
	meet := make(chan struct{})
	s := scim.DoerFunc(func(ctx context.Context, req scim.Request) *scim.Exchange {
		if req.Path != "/Things" {
			return (&target{}).Do(ctx, req)
		}
		now := running.Add(1)
		defer func() { running.Add(-1); done.Add(1) }()
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		if now == n {
			close(meet) // all are there
		}
		<-meet
		return answer(200, "{}")
	})
	alone := check("a.alone", func(x *engine.T) {
		assert.EqualValues(t, n, done.Load(), "its siblings have ended")
		x.Fetch("/Users").Status(200)
	})
	alone.Alone = true
	report := play(t, s, append([]engine.Check{alone}, several(n, func(t *engine.T) { t.Fetch("/Things").Status(200) })...),
		func(p *engine.Plan) { p.Parallel = n })
	assert.Equal(t, engine.ExitOK, report.ExitCode())
	assert.EqualValues(t, n, most.Load())
	assert.Equal(t, "a.alone", report.Results[4].ID, "the report is in plan order")
}

// requestsOf lists what each check sent, with the run's tag masked.
func requestsOf(r *engine.Report) string {
	var out []string
	for i := range r.Results {
		if res := &r.Results[i]; res.Suite == "rfc" {
			for _, x := range res.Exchanges {
				out = append(out, fmt.Sprintf("%s %s %s?%s %v %s", res.Key(), x.Request.Method, x.Request.Path, x.Request.RawQuery, x.Request.Header, x.Request.Body))
			}
		}
	}
	return strings.ReplaceAll(strings.Join(out, "\n"), r.RunID, "RUNTAG")
}

func arranging(n int) []engine.Check {
	return several(n, func(t *engine.T) {
		t.GivenGroup(engine.Members(t.GivenUsers(2, engine.Emails("home", "work"))...))
		t.Together(engine.Call{Method: "POST", Path: "/Users", Body: t.NewUser()}, engine.Call{Method: "POST", Path: "/Users", Body: t.NewUser()})
		t.List("/Users", engine.Filter(t.Mine())).Status(200)
	})
}

// ownIDs answers with ids that are made of what is created, so that they do
// not depend on the order.
func ownIDs() *target {
	s := &target{}
	s.before = func(req scim.Request) *scim.Exchange {
		if req.Method != http.MethodPost || req.Path != "/Users" && req.Path != "/Groups" {
			return nil
		}
		var doc map[string]any
		_ = json.Unmarshal(req.Body, &doc)
		name, _ := doc["externalId"].(string)
		if name == "" {
			name, _ = doc["displayName"].(string)
		}
		doc["id"] = strings.NewReplacer(" ", "-", runID, "tag", "zyxwvu99", "tag").Replace(name)
		body, _ := json.Marshal(doc)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.put(req.Path+"/"+doc["id"].(string), string(body))
		return answer(201, string(body))
	}
	return s
}

// The same seed sends the same requests, whatever the run's tag; another seed
// sends others.
func TestSeeds(t *testing.T) {
	with := func(id string, seed int64) func(*engine.Plan) {
		return func(p *engine.Plan) { p.RunID, p.Seed = id, seed }
	}
	first := requestsOf(play(t, ownIDs(), arranging(3), with(runID, 7)))
	assert.Equal(t, first, requestsOf(play(t, ownIDs(), arranging(3), with("zyxwvu99", 7))))
	assert.Equal(t, first, requestsOf(play(t, ownIDs(), arranging(3)[:2], with(runID, 7)))+"\n"+
		requestsOf(play(t, ownIDs(), arranging(3)[2:], with(runID, 7))), "a check repeated alone sends the same")
	assert.NotEqual(t, first, requestsOf(play(t, ownIDs(), arranging(3), with(runID, 8))))
	assert.EqualValues(t, 1, play(t, &target{}, nil, with(runID, 0)).Seed)
}

// The report is the same at any parallelism, but for times.
func TestReportIsTheSameAtAnyParallelism(t *testing.T) {
	wrong := always(func(x *scim.Exchange) bool { return x.Request.Method == http.MethodPost })
	report := func(parallel int) string {
		r := play(t, ownIDs(), append(arranging(12), check("z.fails", func(t *engine.T) { t.GivenUser(); t.Fetch("/Users").Has("x") })),
			held(wrong), func(p *engine.Plan) { p.Parallel = parallel })
		for i := range r.Results {
			for _, x := range r.Results[i].Exchanges {
				if x.Response != nil && x.Request.Path == "/Users" && x.Request.Method == http.MethodGet {
					x.Response.Body = nil // strangers and siblings come and go
				}
			}
		}
		return requestsOf(r) + strings.Join(slices.Concat(outcomes(r, "rfc"), outcomes(r, "invariants"), outcomes(r, "run")), "\n") +
			fmt.Sprint(r.Find("always.wrong").Findings, r.Find("z.fails").Findings, r.Summary.Exchanges)
	}
	one := report(1)
	assert.Equal(t, one, report(16))
	assert.Equal(t, one, report(5))
}

// Everything that a check creates carries its tag, under the domain of the
// profile, and no two checks share one.
func TestTags(t *testing.T) {
	var mu sync.Mutex
	tags := map[string]bool{}
	checks := several(5, func(x *engine.T) {
		mu.Lock()
		defer mu.Unlock()
		tags[x.Tag()] = true
		assert.Regexp(t, `^`+runID+`[a-z0-9]{5}$`, x.Tag())
		u := x.NewUser(engine.Emails("home"), engine.Phones("work"))
		for _, key := range []string{"userName", "displayName", "externalId"} {
			assert.Contains(t, u[key], x.Tag(), key)
		}
		assert.Contains(t, u["userName"], "@people.acme.test")
		b, err := json.Marshal(u["emails"])
		require.NoError(t, err)
		assert.Contains(t, string(b), "@people.acme.test")
		b, err = json.Marshal(u["phoneNumbers"])
		require.NoError(t, err)
		assert.Contains(t, string(b), "555-01")
		assert.Contains(t, x.NewGroup()["displayName"], x.Tag())
		x.Fetch("/Users").Status(200)
	})
	play(t, &target{}, checks, func(p *engine.Plan) { p.Profile = &profile.Profile{UserDomain: "people.acme.test"} })
	assert.Len(t, tags, 5)
	assert.NotEqual(t, engine.NewRunID(), engine.NewRunID())
	assert.NoError(t, engine.ValidRunID(engine.NewRunID()))
}

// The engine says who it is, and which check a request belongs to; a dialect's
// Doer adds nothing.
func TestOnTheWire(t *testing.T) {
	s := &target{}
	res := one(t, s, func(t *engine.T) {
		t.Fetch("/Users").Status(200)
		t.Fetch("/Users", engine.Header("User-Agent", "")).Status(200)
		t.Doer().Do(t.Context(), scim.Request{Method: "GET", Path: "/Users"})
	}, func(p *engine.Plan) { p.Tool.Version = "1.2" })
	h := res.Exchanges[0].Request.Header
	assert.Equal(t, "scimtest/1.2", h.Get("User-Agent"))
	assert.Contains(t, h.Get("X-Request-Id"), runID)
	assert.Equal(t, scim.MediaType, h.Get("Accept"))
	assert.Empty(t, res.Exchanges[1].Request.Header.Get("User-Agent"))
	assert.NotEqual(t, h.Get("X-Request-Id"), res.Exchanges[1].Request.Header.Get("X-Request-Id"))
	assert.Empty(t, res.Exchanges[2].Request.Header)
	for _, r := range s.requests[:4] {
		assert.Equal(t, "scimtest/1.2", r.Header.Get("User-Agent"), r.Path)
	}
}

// What the profile always sends is sent, unless a check sets it.
func TestProfileSends(t *testing.T) {
	res := one(t, &target{}, func(t *engine.T) {
		t.Post("/Users", t.NewUser()).Status(201).Equal("timezone", "Europe/Oslo").Equal("urn:acme:User:plan", "basic").Count("schemas", 2)
		t.Post("/Users", t.NewUser(engine.Set("timezone", "UTC"))).Status(201).Equal("timezone", "UTC")
		t.Post("/Groups", t.NewGroup()).Status(201).HasNot("timezone")
	}, func(p *engine.Plan) {
		p.Profile = &profile.Profile{Send: map[string]map[string]any{"User": {"timezone": "Europe/Oslo", "urn:acme:User": map[string]any{"plan": "basic"}}}}
	})
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}

// Events come one at a time and count to the end.
func TestEvents(t *testing.T) {
	var seen []string
	report := play(t, &target{}, []engine.Check{fine("a.check"), fine("b.check")}, held(always(func(*scim.Exchange) bool { return false })), func(p *engine.Plan) {
		p.Events = func(e engine.Event) {
			seen = append(seen, fmt.Sprintf("%s %s %d/%d", e.Result.ID, e.Result.Outcome, e.Done, e.Total))
		}
	})
	assert.Equal(t, []string{
		"a.check pass 1/7", "b.check pass 2/7", "always.wrong skip 3/7",
		"preflight pass 4/7", "completed pass 5/7", "waivers skip 6/7", "clean-up pass 7/7",
	}, seen)
	assert.Len(t, report.Results, 7)
}
