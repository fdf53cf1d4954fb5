package scenario

import (
	"context"
	"errors"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/engine"
)

// Runner plays scenarios, one after the other, within a number of requests.
type Runner struct {
	// Dialect is that of the identity provider; nil for scenarios of requests
	// alone.
	Dialect *mockidp.Dialect
	// Plan makes a plan without checks, each time with a run tag of its own.
	Plan func() (*engine.Plan, error)
	// Budget bounds the requests, those of discovery and clean-up among them.
	Budget int
	// Strict takes what is advisory for a failure, too.
	Strict bool
	// Requests is how many were sent.
	Requests int
	// Plays is how many scenarios were played.
	Plays int
	// ended is why the last play was not told to its end; "" when it was.
	ended string
}

// Failure is how a scenario failed.
type Failure struct {
	// Step is the place of the step in Steps, and Of the key of whom it was
	// about when the target was looked at, if it was.
	Step int
	Of   string
	// Result is that of the step.
	Result *engine.Result
}

// Finding is the first that failed.
func (f *Failure) Finding() engine.Finding {
	for _, one := range f.Result.Findings {
		if !one.Advisory || f.Result.Outcome == engine.Advisory {
			return one
		}
	}
	return engine.Finding{Message: f.Result.Reason}
}

// Request is the method and the path template of what the finding is about.
func (f *Failure) Request() string {
	if n := f.Finding().Exchange; n > 0 && n <= len(f.Result.Exchanges) {
		return engine.Template(f.Result.Exchanges[n-1].Request)
	}
	return ""
}

// Same reports whether two scenarios fail the same way: with the same words on
// the same request.
func (f *Failure) Same(other *Failure) bool {
	a, b := f.Finding(), other.Finding()
	return a.Message == b.Message && a.Where == b.Where && f.Request() == other.Request()
}

// errBudget says that another play may send more than is left.
var errBudget = errors.New("the requests are used up")

// trace is what a play tells beside its results.
type trace struct {
	// of is the key of whom the target was looked at for last.
	of string
}

// Play plays a scenario, and returns how it failed, or nil. A play that could not
// be made is an error.
func (r *Runner) Play(ctx context.Context, s *Scenario) (*Failure, error) {
	if r.Budget > 0 && r.Requests >= r.Budget {
		return nil, errBudget
	}
	plan, err := r.Plan()
	if err != nil {
		return nil, err
	}
	var tr trace
	plan.Checks, plan.Parallel = []engine.Check{s.check(r.Dialect, &tr)}, 1
	report, err := engine.Run(ctx, plan)
	if err != nil {
		return nil, err
	}
	if err := plan.Journal.Close(report.NothingLeft()); err != nil {
		return nil, err
	}
	r.Requests += report.Summary.Exchanges
	r.Plays++
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p := report.Find("preflight"); p != nil && p.Outcome != engine.Pass {
		return nil, errors.New(p.Reason)
	}
	r.ended = ""
	step := 0
	for i := range report.Results {
		res := &report.Results[i]
		if res.Suite != StorySuite {
			continue
		}
		switch {
		case res.Outcome == engine.Fail, r.Strict && res.Outcome == engine.Advisory:
			return &Failure{Step: step, Of: tr.of, Result: res}, nil
		case res.Outcome != engine.Pass && res.Outcome != engine.Advisory:
			r.ended = res.Reason
			return nil, nil
		}
		step++
	}
	return nil, nil
}

// affords reports whether what is left is enough for a play of so many steps.
func (r *Runner) affords(steps int) bool {
	const perStep, beside = 10, 20 // a step with its look, and discovery with clean-up
	return r.Budget == 0 || r.Requests+steps*perStep+beside <= r.Budget
}
