package engine

import (
	"fmt"
	"strings"
)

// verdicts concludes, for each dialect, from its own checks. Dialects of which
// nothing was selected have no verdict.
func verdicts(dialects []Dialect, results []Result) []Verdict {
	var out []Verdict
	for _, d := range dialects {
		e := evidenceOf(d, results)
		if len(e.ids) == 0 {
			continue
		}
		v := Verdict{Dialect: d.Name, Label: d.Label}
		switch {
		case len(e.breaks) > 0:
			v.Readiness, v.Why = WouldBreak, e.breaks
		case len(e.open) > 0:
			v.Readiness, v.Why = NotShown, e.open
		case e.ran == 0:
			v.Readiness, v.Why = NotShown, e.limits
		case len(e.limits) > 0:
			v.Readiness, v.Why = WorksWithLimits, e.limits
		default:
			v.Readiness = Ready
		}
		out = append(out, v)
	}
	return out
}

// evidence is what the results say of a dialect.
type evidence struct {
	ids map[string]bool
	ran int
	// breaks, open and limits name results with their reasons: what failed,
	// what was not put to the test, and what works in part.
	breaks, open, limits []string
}

func evidenceOf(d Dialect, results []Result) evidence {
	e := evidence{ids: map[string]bool{}}
	for i := range results {
		r := &results[i]
		if r.Dialect != d.Name {
			continue
		}
		e.ids[r.ID] = true
		why := r.Key() + ": " + r.Reason
		outcome := r.Outcome
		if outcome == Waived {
			outcome = r.WaivedOutcome
		}
		switch {
		case outcome == Pass:
			e.ran++
		case outcome == Fail, outcome == Advisory && r.unclaimed:
			e.ran++
			e.breaks = append(e.breaks, why)
		case outcome == Advisory:
			e.ran++
			e.limits = append(e.limits, why)
		case outcome == Blocked, outcome == Broken, r.skipped == skippedReadOnly:
			e.open = append(e.open, why)
		case r.skipped == skippedLacking:
			e.limits = append(e.limits, why)
		}
	}
	var missing []string
	for _, id := range d.Rests {
		if !e.ids[id] {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		e.open = append(e.open, "not selected: "+strings.Join(missing, ", "))
	}
	return e
}

// summarize counts the results.
func summarize(results []Result) Summary {
	s := Summary{Total: len(results), Counts: map[Outcome]int{}}
	for i := range results {
		s.Counts[results[i].Outcome]++
	}
	return s
}

// ExitCode is the exit code that the report leads to: 0 conformant, 1
// violations or stale waivers, 3 could not test, 130 interrupted. A target that
// was lost during the run was not tested, whatever had failed until then.
func (r *Report) ExitCode() int {
	c := r.Summary.Counts
	completed := r.Find("completed")
	switch {
	case r.Interrupted:
		return ExitInterrupted
	case completed != nil && completed.Outcome == Broken:
		return ExitUntested
	case c[Fail] > 0, r.Strict && c[Advisory] > 0:
		return ExitViolations
	case c[Blocked] > 0, c[Broken] > 0:
		return ExitUntested
	}
	return ExitOK
}

// Find returns the result with the key ("id" or "id/step"), or nil.
func (r *Report) Find(key string) *Result {
	for i := range r.Results {
		if r.Results[i].Key() == key {
			return &r.Results[i]
		}
	}
	return nil
}

// String is the verdict in one line.
func (v Verdict) String() string {
	s := fmt.Sprintf("%s: %s", v.Label, v.Readiness)
	if len(v.Why) > 0 {
		s += ", " + v.Why[0]
		if n := len(v.Why) - 1; n > 0 {
			s += fmt.Sprintf(" (and %d more)", n)
		}
	}
	return s
}
