package suites_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/promise"
)

// The proofs that the tester tests (architecture, section 8).

const token = "secret"

// raceDetector says that the tests run with it, which takes ten times as long:
// the proofs then take a sample of what they vary, since it is about the engine
// and not about each check.
var raceDetector bool

var everything = flag.Bool("all", false, "leave nothing out that the proofs sample: every allowed variation alone, every bug of the wild")

// sampled reports whether the n-th of a proof's variations is left out.
func sampled(n int) bool { return raceDetector && n%40 != 0 }

// start serves the reference and returns a client for it, with these limits.
func start(t testing.TB, cfg reference.Config, limits scim.Config) (*scim.Client, string) {
	t.Helper()
	cfg.Token, cfg.SecondToken, cfg.ReadToken = token, "secret-2", "secret-read"
	server, err := reference.New(cfg)
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { running.Close() })
	limits.BaseURL, limits.Auth = running.URL, scim.Bearer(scim.StaticToken(token))
	limits.Insecure = running.Secure()
	client, err := scim.NewClient(limits)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client, running.URL
}

// dialects are made once: there are hundreds of runs.
var dialects = sync.OnceValue(suites.Dialects)

// run runs a selection against a reference with this configuration.
func run(t testing.TB, set suites.Set, cfg reference.Config, bend ...func(*engine.Plan)) *engine.Report {
	t.Helper()
	client, url := start(t, cfg, scim.Config{})
	plan := &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Dialects: dialects(),
		Target: client, BaseURL: url, Embedded: true, Beside: reference.Beside(url), NameID: "userName",
	}
	addOthers(t, plan, client, url)
	for _, b := range bend {
		b(plan)
	}
	report, err := engine.Run(t.Context(), plan)
	require.NoError(t, err)
	return report
}

// addOthers gives a plan the clients beside the first that start's server
// knows.
func addOthers(t testing.TB, plan *engine.Plan, client *scim.Client, url string) {
	t.Helper()
	plan.SecondURL = url + reference.SecondPath
	second, err := client.Beside(plan.SecondURL, scim.Bearer(scim.StaticToken("secret-2")))
	require.NoError(t, err)
	reader, err := client.Beside(url, scim.Bearer(scim.StaticToken("secret-read")))
	require.NoError(t, err)
	plan.Second, plan.Reader = second, reader
}

// line words a result for a failed proof.
func line(r *engine.Result) string {
	s := fmt.Sprintf("%-8s %s: %s", r.Outcome, r.Key(), r.Reason)
	for _, f := range r.Findings {
		s += fmt.Sprintf("\n         %s: want %s, got %s", f.Where, f.Want, f.Got)
		if f.Exchange > 0 && f.Exchange <= len(r.Exchanges) {
			x := r.Exchanges[f.Exchange-1]
			s += fmt.Sprintf(" in %s %s?%s %s (%d)", x.Request.Method, x.Request.Path, x.Request.RawQuery, x.Request.Body, x.Status())
			if x.Response != nil {
				s += " " + string(x.Response.Body)
			}
		}
	}
	return s
}

// clean is the report of everything on the reference as it should be. Several
// proofs read it, so it is made once.
func clean(t *testing.T) *engine.Report {
	t.Helper()
	cleanOnce.Do(func() { cleanReport = run(t, suites.All(), reference.Config{}) })
	require.NotNil(t, cleanReport, "another test could not make it")
	return cleanReport
}

var (
	cleanOnce   sync.Once
	cleanReport *engine.Report
)

// Proof 1: the reference passes everything.
func TestClean(t *testing.T) {
	report := clean(t)
	for i := range report.Results {
		r := &report.Results[i]
		switch r.Outcome {
		case engine.Pass, engine.Skip:
		default:
			t.Error(line(r))
		}
	}
	assert.Equal(t, engine.ExitOK, report.ExitCode())
}

// catchers lists, by fault, the ids of the checks and invariants that say
// they catch it.
func catchers(set suites.Set) map[string][]string {
	out := map[string][]string{}
	for i := range set.Checks {
		for _, f := range set.Checks[i].Catches {
			out[f] = append(out[f], set.Checks[i].ID)
		}
	}
	for i := range set.Invariants {
		for _, f := range set.Invariants[i].Catches {
			out[f] = append(out[f], set.Invariants[i].ID)
		}
	}
	return out
}

// Proof 2: each check fails with each fault that it names, and is not merely
// blocked by it. An invariant sees all traffic, and fails with what it finds in
// any of it: a part of the rfc suite shows most, and where it does not, all of
// it runs.
func TestCatches(t *testing.T) {
	all := suites.All()
	named := catchers(all)
	rfc, err := all.SelectSuites("rfc")
	require.NoError(t, err)
	for n, fault := range slices.Sorted(maps.Keys(named)) {
		ids := named[fault]
		if sampled(n) {
			continue
		}
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			set, err := all.Select(ids...)
			require.NoError(t, err)
			cfg := reference.Config{Faults: []string{fault}}
			if len(set.Invariants) > 0 {
				if report := run(t, beside(set, everyNth(rfc.Checks, 10)), cfg); len(missed(report, ids)) == 0 {
					return
				}
				set = beside(set, rfc.Checks)
			}
			report := run(t, set, cfg)
			for _, id := range missed(report, ids) {
				t.Errorf("%s does not catch the fault:\n%s", id, strings.Join(linesOf(report, id), "\n"))
			}
		})
	}
}

// beside is a set with further checks before its own.
func beside(set suites.Set, more []engine.Check) suites.Set {
	checks := slices.Clone(more)
	for _, c := range set.Checks {
		if !slices.ContainsFunc(more, func(m engine.Check) bool { return m.ID == c.ID }) {
			checks = append(checks, c)
		}
	}
	set.Checks = checks
	return set
}

// everyNth lists one in n of the checks: some of each topic.
func everyNth(checks []engine.Check, n int) (some []engine.Check) {
	for i := 0; i < len(checks); i += n {
		some = append(some, checks[i])
	}
	return some
}

// missed lists the ids of what does not catch the fault of a run.
func missed(report *engine.Report, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return caught(report, id) })
}

// caught reports whether a check, or a step of it, fails; what only a SHOULD
// asks for is advisory.
func caught(report *engine.Report, id string) bool {
	for i := range report.Results {
		r := &report.Results[i]
		if r.ID == id && noticed(r) {
			return true
		}
	}
	return false
}

// noticed reports whether a result shows a fault. What only a SHOULD asks for,
// and what rests on an assumed wording, is advisory.
func noticed(r *engine.Result) bool {
	assumed := slices.ContainsFunc(r.Findings, func(f engine.Finding) bool { return f.Assumed != "" })
	return r.Outcome == engine.Fail || r.Outcome == engine.Advisory && (r.Level == engine.Should || assumed)
}

func linesOf(report *engine.Report, id string) (out []string) {
	for i := range report.Results {
		if r := &report.Results[i]; r.ID == id {
			out = append(out, line(r))
		}
	}
	return out
}

// Proof 3: each fault is caught by something, and everything names a fault.
func TestNoFreeFault(t *testing.T) {
	set := suites.All()
	caught := catchers(set)
	known := map[string]bool{}
	for _, f := range reference.Faults() {
		known[f.Name] = true
		assert.NotEmpty(t, caught[f.Name], "no check catches the fault %s", f.Name)
	}
	for f, ids := range caught {
		assert.True(t, known[f], "%v name the fault %q, which does not exist", ids, f)
	}
	skipped := alwaysSkipped(t)
	for i := range set.Checks {
		if !skipped[set.Checks[i].ID] {
			assert.NotEmpty(t, set.Checks[i].Catches, "%s names no fault", set.Checks[i].ID)
		}
	}
	for i := range set.Invariants {
		assert.NotEmpty(t, set.Invariants[i].Catches, "%s names no fault", set.Invariants[i].ID)
	}
}

// alwaysSkipped lists the flows that a dialect never plays, and the promises,
// which TestPromises is about: nothing is sent, so nothing can be caught.
func alwaysSkipped(t *testing.T) map[string]bool {
	report := clean(t)
	out := map[string]bool{}
	for i := range report.Results {
		r := &report.Results[i]
		if _, seen := out[r.ID]; !seen {
			out[r.ID] = r.Dialect != "" || r.Suite == promise.Suite
		}
		out[r.ID] = out[r.ID] && r.Outcome == engine.Skip
	}
	return out
}

// Proof 4: nothing passes on a target that is no service provider, or ceases
// to be one, and the run ends by itself.
func TestHostile(t *testing.T) {
	for n, h := range reference.Hostiles() {
		for _, after := range []string{"", "discovery", "first-create"} {
			if sampled(n+len(after)) || after == "first-create" && !costly[h.Name] {
				continue // TestHostileAfterTheFirstCreate is about the others
			}
			name := h.Name
			if after != "" {
				name += " after " + after
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				set := suites.All()
				if costly[h.Name] { // each request waits: two dialects stand for all
					set = set.Without(func(m *engine.Meta) bool {
						return isFlow(m) && m.Dialect != "okta-aiw" && m.Dialect != "entra-legacy"
					})
				}
				report := runHostile(t, set, reference.Config{Hostile: h.Name, HostileAfter: after})
				for i := range report.Results {
					r := &report.Results[i]
					if r.Outcome == engine.Broken && r.ID != "completed" && r.ID != "preflight" {
						t.Error(line(r))
					}
					if r.Outcome == engine.Pass && !mayPass(h.Name, after, r) {
						t.Errorf("passes on a hostile target: %s", exchanged(r))
					}
				}
			})
		}
	}
}

// Each check alone, so that it is known what the first create is: whatever is
// answered behind it is hostile, and nothing that met it passes.
func TestHostileAfterTheFirstCreate(t *testing.T) {
	all := suites.All()
	for n, h := range reference.Hostiles() {
		if costly[h.Name] {
			continue
		}
		for i, c := range all.Checks {
			// What answers as nothing at all fails everything in one way; a
			// share of the checks is enough.
			if sampled(i) || !plausible[h.Name] && i%5 != n%5 {
				continue
			}
			// A flow is the same in every dialect but for its words.
			if isFlow(&c.Meta) && i%4 != n%4 && !*everything {
				continue
			}
			t.Run(h.Name+"/"+c.ID, func(t *testing.T) {
				t.Parallel()
				set := suites.Set{Checks: []engine.Check{c}}
				report := runHostile(t, set, reference.Config{Hostile: h.Name, HostileAfter: "first-create"})
				created := false
				for i := range report.Results {
					r := &report.Results[i]
					met := false
					for _, x := range r.Exchanges {
						met = met || created
						created = created || x.Request.Method == http.MethodPost && x.Status() == http.StatusCreated
					}
					if r.Outcome == engine.Pass && met && r.Suite != "run" {
						t.Errorf("passes on a hostile target: %s", exchanged(r))
					}
				}
			})
		}
	}
}

// costly are the hostilities that cost time with every request.
var costly = map[string]bool{reference.HostileSlowBytes: true, reference.HostileEndlessBody: true, reference.HostileEndlessHeaders: true}

// plausible are those that a careless check takes for an answer.
var plausible = map[string]bool{reference.HostileCannedUser: true, reference.HostileEmptyObject: true, reference.HostileHTML: true}

// runHostile runs a selection against a hostile reference, without preflight.
func runHostile(t *testing.T, set suites.Set, cfg reference.Config) *engine.Report {
	t.Helper()
	return runHostileUnder(t, nil, set, cfg)
}

// runHostileUnder is runHostile with a profile to judge by.
func runHostileUnder(t *testing.T, p *profile.Profile, set suites.Set, cfg reference.Config) *engine.Report {
	t.Helper()
	limits := scim.Config{MaxResponseBytes: 16 << 10, MaxHeaderBytes: 16 << 10}
	if cfg.Hostile == reference.HostileSlowBytes {
		limits.RequestTimeout = 100 * time.Millisecond
	}
	client, url := start(t, cfg, limits)
	plan := &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Target: client, BaseURL: url,
		SkipPreflight: true, CheckTimeout: 2 * time.Second, Parallel: 64,
	}
	addOthers(t, plan, client, url)
	plan.Profile = p
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	report, err := engine.Run(ctx, plan)
	require.NoError(t, err)
	require.NoError(t, ctx.Err(), "the run did not end by itself")
	return report
}

// exchanged words a result with what was sent and answered.
func exchanged(r *engine.Result) string {
	s := r.Key()
	for _, x := range r.Exchanges {
		s += fmt.Sprintf(", %s %s (%d)", x.Request.Method, x.Request.Path, x.Status())
	}
	return s
}

// Proof 5: in the RFC court nothing fails on what the RFCs allow, alone and
// combined. Every other variation is tried alone unless -all is given: it takes
// minutes, and the combinations hold most of the others.
func TestTolerance(t *testing.T) {
	all := suites.All()
	set, err := all.SelectSuites("rfc", "security", "invariants")
	require.NoError(t, err)
	var combinations [][]string
	for _, v := range reference.Variations() {
		combinations = append(combinations, []string{v.Name})
	}
	draw := rand.New(rand.NewSource(1))
	for range 10 {
		var some []string
		for _, v := range reference.Variations() {
			if draw.Intn(5) != 0 || !goesWith(v.Name, some) {
				continue
			}
			if _, err := reference.New(reference.Config{Variations: append(some, v.Name)}); err == nil {
				some = append(some, v.Name)
			}
		}
		combinations = append(combinations, some)
	}
	for n, c := range combinations {
		if sampled(n) || !*everything && len(c) == 1 && n%4 != 0 {
			continue
		}
		t.Run(strings.Join(c, "+"), func(t *testing.T) {
			t.Parallel()
			report := run(t, set, reference.Config{Variations: c})
			for i := range report.Results {
				switch r := &report.Results[i]; r.Outcome {
				case engine.Fail, engine.Broken:
					t.Error(line(r))
				case engine.Blocked:
					t.Error(line(r))
				}
			}
		})
	}
}

// The names of results are a public interface: ids are unique, lower case and
// well-formed, and a run at any parallelism gives the same results.
func TestNames(t *testing.T) {
	set := suites.All()
	seen := map[string]bool{}
	for _, id := range (&engine.Plan{Checks: set.Checks, Invariants: set.Invariants}).Index() {
		assert.False(t, seen[id], "id %q is used twice", id)
		seen[id] = true
		assert.Regexp(t, `^[a-z0-9]+([.-][a-z0-9]+)*$`, id)
		assert.Contains(t, id, ".", "id %q has no topic", id)
	}
}

// The faults are not in unfiltered lists, which show what siblings created.
func TestParallelismDoesNotShow(t *testing.T) {
	outcomes := func(parallel int) []string {
		report := run(t, suites.All(), reference.Config{Faults: []string{"patch-ignored", "error-status-number"}},
			func(p *engine.Plan) { p.Parallel = parallel; p.RunID = "abcdefg1" })
		var out []string
		for i := range report.Results {
			r := &report.Results[i]
			out = append(out, fmt.Sprintf("%s %s %s %d %v", r.Key(), r.Outcome, r.Reason, len(r.Exchanges), r.Findings))
		}
		return out
	}
	one, many := outcomes(1), outcomes(16)
	require.Equal(t, len(one), len(many))
	ids := regexpIDs()
	for i := range one {
		assert.Equal(t, ids.ReplaceAllString(one[i], "{id}"), ids.ReplaceAllString(many[i], "{id}"))
	}
}

// The same seed sends the same requests, with the run tag and the target's
// ids masked.
func TestSameSeedSameRequests(t *testing.T) {
	requests := func(runID string) []string {
		report := run(t, suites.All(), reference.Config{}, func(p *engine.Plan) { p.RunID = runID })
		var out []string
		ids, tag := regexpIDs(), regexp.MustCompile("(?i)"+runID)
		for i := range report.Results {
			r := &report.Results[i]
			if r.Suite == "invariants" || r.Suite == "run" {
				continue
			}
			for _, x := range r.Exchanges {
				s := fmt.Sprintf("%s %s %s?%s %v %s", r.Key(), x.Request.Method, x.Request.Path, x.Request.RawQuery, x.Request.Header, x.Request.Body)
				out = append(out, mask(ids, tag.ReplaceAllString(s, "RUNTAG")))
			}
		}
		return out
	}
	first, second := requests("aaaaaaa1"), requests("bbbbbbb2")
	require.Equal(t, len(first), len(second))
	for i := range first {
		assert.Equal(t, first[i], second[i])
	}
}
