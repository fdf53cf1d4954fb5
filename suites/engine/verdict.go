package engine

import "fmt"

// verdicts concludes, for each dialect, from its own flows.
func verdicts(dialects []Dialect, results []Result) []Verdict {
	var out []Verdict
	for _, d := range dialects {
		v := Verdict{Dialect: d.Name, Label: d.Label}
		var broken, open, limits []string
		ran := 0
		for i := range results {
			r := &results[i]
			if r.Dialect != d.Name {
				continue
			}
			outcome := r.Outcome
			if outcome == Waived {
				outcome = r.WaivedOutcome
			}
			switch outcome {
			case Pass:
				ran++
			case Fail:
				ran++
				broken = append(broken, r.Key()+": "+r.Reason)
			case Advisory:
				ran++
				limits = append(limits, r.Key()+": "+r.Reason)
			case Blocked, Broken:
				open = append(open, r.Key()+": "+r.Reason)
			case Skip:
				if r.lacking {
					limits = append(limits, r.Key()+": "+r.Reason)
				}
			}
		}
		switch {
		case ran == 0 && len(open) == 0 && len(limits) == 0:
			continue // the dialect was not selected
		case len(broken) > 0:
			v.Readiness, v.Why = WouldBreak, broken
		case len(open) > 0 || ran == 0:
			v.Readiness, v.Why = NotShown, open
			if len(open) == 0 {
				v.Why = limits
			}
		case len(limits) > 0:
			v.Readiness, v.Why = WorksWithLimits, limits
		default:
			v.Readiness = Ready
		}
		out = append(out, v)
	}
	return out
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
// violations or stale waivers, 3 could not test, 130 interrupted.
func (r *Report) ExitCode() int {
	c := r.Summary.Counts
	switch {
	case r.Interrupted:
		return ExitInterrupted
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
