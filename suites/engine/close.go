package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

const suiteRun = "run"

// report puts everything together, in plan order.
func (r *run) report(ctx context.Context, pre Result, all []decided) *Report {
	p := r.plan
	interrupted := ctx.Err() != nil
	others := secretsOf(all)
	r.showAll(all, others)
	red := newRedactor(r.discovered, r.secrets(), nil)
	red.others = others
	parts := []judgement{r.judge(r.ownTraffic, red, map[*scim.Exchange]shownExchange{})}
	var results []Result
	var left leftovers
	exchanges := len(r.ownTraffic)
	for i := range all {
		results = append(results, all[i].results...)
		if all[i].judgement.applied != nil {
			parts = append(parts, all[i].judgement)
		}
		left.add(all[i].left)
		exchanges += all[i].exchanges
	}
	invariants := r.invariantResults(parts)
	for i := range invariants {
		invariants[i].Reason = red.text(invariants[i].Reason) // a panic may say anything
	}
	if pre.Outcome != Pass && !p.SkipPreflight {
		blockAll(invariants, pre.Reason)
	}
	results = append(results, invariants...)
	stale := waive(p.Waivers, results, time.Now())
	own := []Result{pre, r.completed(interrupted, pre, results), r.waiversResult(pre, stale), r.cleanUpResult(pre, left)}
	own[3].Reason = red.text(own[3].Reason) // a command may say anything
	r.announce(invariants)
	r.announce(own)

	rep := &Report{
		SchemaVersion: SchemaVersion, Tool: p.Tool,
		Target: describe(p, r.discovered), RunID: p.RunID, Seed: p.Seed, Started: r.started,
		Strict: p.Strict, Interrupted: interrupted, Results: append(own, results...),
	}
	rep.ElapsedMS = milliseconds(time.Since(r.started))
	rep.Summary = summarize(rep.Results)
	rep.Summary.Exchanges = exchanges
	if s, ok := p.Target.(statsHolder); ok {
		stats := s.Stats()
		rep.Summary.RateLimited = stats.RateLimited
		rep.Summary.WaitedMS = milliseconds(stats.Waited)
		rep.Summary.TokenRefreshes = stats.TokenRefreshes
	}
	rep.Verdicts = verdicts(p.Dialects, rep.Results)
	return rep
}

// completed says whether the run tested what it set out to test.
func (r *run) completed(interrupted bool, pre Result, results []Result) Result {
	res := Result{
		Meta:    Meta{ID: "completed", Suite: suiteRun, Level: Must, Title: "The run tests everything that it set out to test"},
		Outcome: Pass, Started: r.started,
	}
	n := summarize(results).Counts
	switch {
	case pre.Outcome != Pass && !r.plan.SkipPreflight:
		res.Outcome, res.Reason = Blocked, pre.Reason
	case interrupted:
		res.Outcome, res.Reason = Broken, "interrupted before everything was tested"
	case r.health.dead() != "":
		res.Outcome, res.Reason = Broken, "the target was lost during the run: "+r.health.dead()
	case n[Blocked]+n[Broken] > 0 && n[Fail] == 0 && !(r.plan.Strict && n[Advisory] > 0):
		res.Outcome = Broken
		res.Reason = fmt.Sprintf("nothing failed, but %d results are blocked and %d broken", n[Blocked], n[Broken])
	}
	return res
}

func (r *run) waiversResult(pre Result, stale []Finding) Result {
	res := Result{
		Meta:    Meta{ID: "waivers", Suite: suiteRun, Level: Must, Title: "Every waiver is still needed"},
		Outcome: Pass, Started: r.started,
	}
	if pre.Outcome != Pass && !r.plan.SkipPreflight {
		res.Outcome, res.Reason = Blocked, pre.Reason
		return res
	}
	res.Findings = stale
	switch {
	case len(stale) > 0:
		res.Outcome, res.Reason = Fail, stale[0].Message+" ("+stale[0].Where+")"
	case len(r.plan.Waivers) == 0:
		res.Outcome, res.Reason = Skip, "no waivers given"
	}
	return res
}

// Kept is the reason of a clean-up that the profile does not want.
const Kept = "the profile keeps what a run creates"

func (r *run) cleanUpResult(pre Result, left leftovers) Result {
	res := Result{
		Meta:    Meta{ID: "clean-up", Suite: suiteRun, Level: Should, Title: "Nothing of the run is left on the target"},
		Outcome: Pass, Started: r.started,
	}
	switch {
	case pre.Outcome != Pass && !r.plan.SkipPreflight:
		res.Outcome, res.Reason = Skip, "nothing was created"
	case r.plan.Profile.Cleanup == "keep":
		res.Outcome, res.Reason = Skip, Kept
	case left.total() > 0:
		res.Outcome = Advisory
		res.Reason = fmt.Sprintf("resources could not be removed: %d; try: scimtest clean %s --run %s", left.total(), r.plan.BaseURL, r.plan.RunID)
		if r.plan.SecondURL != "" {
			res.Reason += " --second " + r.plan.SecondURL
		}
		for _, endpoint := range slices.Sorted(maps.Keys(left.at)) {
			res.Findings = append(res.Findings, Finding{
				Message: "resources could not be removed", Where: endpoint, Count: left.at[endpoint], Advisory: true,
			})
		}
	case left.deactivated > 0 && r.plan.Profile.Cleanup == "deactivate":
		res.Reason = fmt.Sprintf("users are deactivated, as the profile asks: %d", left.deactivated)
	case left.deactivated > 0:
		res.Outcome = Advisory
		res.Reason = fmt.Sprintf("users are deactivated, since DELETE is not offered: %d", left.deactivated)
	}
	if err := errors.Join(left.situations...); err != nil {
		res.Outcome, res.Reason = Advisory, strings.TrimPrefix(res.Reason+"; ", "; ")+strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	if err := r.plan.Journal.Err(); err != nil && res.Outcome == Pass {
		res.Outcome, res.Reason = Advisory, "the journal could not be written: "+err.Error()
	}
	return res
}

// NothingLeft reports whether clean-up did all that it can do, so that the
// journal is not needed any more.
func (r *Report) NothingLeft() bool {
	c := r.Find("clean-up")
	if c == nil || c.Outcome == Skip {
		return c != nil && c.Reason == "nothing was created"
	}
	return len(c.Findings) == 0 // users that were deactivated cannot be removed later either
}

// describe says what was tested.
func describe(p *Plan, d *Discovered) TargetInfo {
	return TargetInfo{
		BaseURL: p.BaseURL, SecondURL: p.SecondURL, Name: p.TargetName, Profile: p.Profile.Name, Embedded: p.Embedded, Features: d.states(),
	}
}
