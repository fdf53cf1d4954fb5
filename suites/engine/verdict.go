package engine

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
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
		v := Verdict{Dialect: d.Name, Label: d.Label, Assumes: d.assumes(results)}
		switch {
		case len(e.breaks) > 0:
			v.Readiness, v.Causes = WouldBreak, e.breaks
		case len(e.open) > 0:
			v.Readiness, v.Causes = Undecided, e.open
		case e.ran == 0:
			v.Readiness, v.Causes = Undecided, e.limits
		case len(e.limits) > 0:
			v.Readiness, v.Causes = WorksWithLimits, e.limits
		default:
			v.Readiness = Ready
		}
		for _, c := range v.Causes {
			v.Why = append(v.Why, c.Text)
		}
		out = append(out, v)
	}
	remedy(out)
	for i := range out {
		if slices.ContainsFunc(dialects, func(d Dialect) bool { return d.Name == out[i].Dialect && d.gate() }) {
			out[i].Readiness = gateWords[out[i].Readiness]
		}
	}
	return out
}

// gateWords are the words for an admission test.
var gateWords = map[Readiness]Readiness{
	Ready: Passes, WorksWithLimits: PassesWithRemarks, WouldBreak: Fails, Undecided: Undecided,
}

// evidence is what the results say of a dialect.
type evidence struct {
	ids map[string]bool
	ran int
	// breaks, open and limits are what failed, what was not put to the test,
	// and what works in part.
	breaks, open, limits causes
}

func evidenceOf(d Dialect, results []Result) evidence {
	e := evidence{ids: map[string]bool{}}
	for _, r := range flowsOf(d, results) {
		e.ids[r.ID] = true
		outcome := r.Outcome
		if outcome == Waived {
			outcome = r.WaivedOutcome
		}
		switch {
		case outcome == Pass:
			e.ran++
		case outcome == Fail, outcome == Advisory && r.unclaimed:
			e.ran++
			e.breaks.add(d.cause(r))
		case outcome == Advisory && onAssumption(r):
			e.ran++
			e.open.add(d.cause(r))
		case outcome == Advisory:
			e.ran++
			e.limits.add(d.cause(r))
		case outcome == Blocked && strings.HasPrefix(r.Reason, "after: "):
			// The step that it comes after tells it.
		case outcome == Blocked, outcome == Broken, r.skipped == skippedReadOnly:
			e.open.add(Cause{Text: place(r) + ": " + r.Reason, Results: []string{r.Key()}})
		case r.skipped == skippedLacking:
			e.limits.add(Cause{Text: r.Reason, Results: []string{r.Key()}})
		}
	}
	missing := 0
	for _, id := range d.Rests {
		if !e.ids[id] {
			missing++
		}
	}
	if missing == 0 && d.Open != "" {
		e.open.add(Cause{Text: d.Open})
	}
	if missing == 0 && d.Limit != "" {
		e.limits.add(Cause{Text: d.Limit})
	}
	if missing > 0 {
		word := "flows"
		if d.gate() {
			word = "tests"
		}
		e.open = append(e.open, Cause{Text: fmt.Sprintf("%d of its %d %s were not selected", missing, len(d.Rests), word)})
	}
	return e
}

// flowsOf lists the results of a dialect. Who leaves and stays active comes
// first: it is the fault that lets people in.
func flowsOf(d Dialect, results []Result) []*Result {
	var own []*Result
	for i := range results {
		if results[i].Dialect == d.Name {
			own = append(own, &results[i])
		}
	}
	slices.SortStableFunc(own, func(a, b *Result) int { return rank(a) - rank(b) })
	return own
}

func rank(r *Result) int {
	if topic(r) == "leaver" {
		return 0
	}
	return 1
}

// topic is the flow without the dialect. The name of a gate stands first; what
// it does in steps is told by the step.
func topic(r *Result) string {
	own, gate := strings.CutPrefix(r.ID, r.Dialect+".")
	switch {
	case gate && r.Step != "":
		return r.Step
	case gate:
		return own
	}
	return strings.TrimSuffix(r.ID, "."+r.Dialect)
}

// causes are reasons, each once: the same fault shows in many flows, and the
// first of them tells it.
type causes []Cause

const ofGroups = " of groups"

func (c *causes) add(more Cause) {
	for i, have := range *c {
		if have.Text == more.Text || have.Text == strings.TrimSuffix(more.Text, ofGroups) || more.message != "" && have.message == more.message {
			(*c)[i].shownBy(more.Results)
			return
		}
	}
	*c = slices.DeleteFunc(*c, func(have Cause) bool {
		if have.Text != more.Text+ofGroups {
			return false
		}
		more.Results = append(have.Results, more.Results...)
		return true
	})
	*c = append(*c, more)
}

// shownBy adds the keys of results, each once.
func (c *Cause) shownBy(keys []string) {
	for _, key := range keys {
		if !slices.Contains(c.Results, key) {
			c.Results = append(c.Results, key)
		}
	}
}

// cause says in a few words why a result is what it is: a method that is not
// there breaks many flows and is one cause.
func (d Dialect) cause(r *Result) Cause {
	c := Cause{Text: topic(r) + ": " + r.Reason, message: r.Reason, Results: []string{r.Key()}}
	f := decisive(r)
	if f == nil {
		return c
	}
	c.Text, c.message = wording(r, f)
	c.assumed = f.onAssumption()
	c.Text, c.message = c.Text+c.assumed, c.message+c.assumed
	if c.AdminSees = f.AdminSees; c.AdminSees == "" {
		c.AdminSees = d.Silent
	}
	c.OnServer = []Remedy{{Do: mendWhat(r, f)}}
	return c
}

// mendWhat words a finding as something to mend.
func mendWhat(r *Result, f *Finding) string {
	what := f.plain()
	if f.Where != "" && f.Where != "status" && !strings.Contains(what, f.Where) {
		what = f.Where + ": " + what
	}
	if f.Exchange > 0 && f.Exchange <= len(r.Exchanges) {
		if asked := Template(r.Exchanges[f.Exchange-1].Request); !strings.HasPrefix(what, asked) {
			what = asked + ": " + what
		}
	}
	if f.Want == "" || f.Want == "success" || strings.HasPrefix(f.Want, `"`) {
		return what // a value of this run says nothing to others
	}
	return what + ", want " + f.Want
}

// wording says in a few words what a finding is about, and the same without the
// flow. Who leaves and stays active needs no flow to be named.
func wording(r *Result, f *Finding) (text, message string) {
	if i := f.Exchange; i > 0 && i <= len(r.Exchanges) {
		if missing := missingFrom(r.Exchanges[i-1]); missing != "" {
			return missing, missing
		}
	}
	message = strings.ReplaceAll(f.plain(), scim.EnterpriseUserURN+":", "")
	if rank(r) == 0 {
		return message, message
	}
	return topic(r) + ": " + message, message
}

// missingFrom names what the target says that it does not have, or "".
func missingFrom(x *scim.Exchange) string {
	if s := x.Status(); s != http.StatusNotImplemented && s != http.StatusMethodNotAllowed {
		return ""
	}
	missing := "no " + x.Request.Method
	if x.Request.Method == http.MethodGet && strings.Contains(x.Request.RawQuery, "filter=") {
		missing = "no filter"
	}
	if strings.HasPrefix(x.Request.Path, scim.GroupsEndpoint) {
		missing += ofGroups
	}
	return missing
}

// decisive is the finding that decided the outcome.
func decisive(r *Result) *Finding {
	for i := range r.Findings {
		if !r.Findings[i].Advisory {
			return &r.Findings[i]
		}
	}
	if len(r.Findings) > 0 {
		return &r.Findings[0]
	}
	return nil
}

// place is where in the flows a result is.
func place(r *Result) string {
	if r.Step == "" || r.Step == topic(r) {
		return topic(r)
	}
	return topic(r) + "/" + r.Step
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
	s := fmt.Sprintf("%s: %s%s", v.Label, v.Readiness, v.OnAssumptions())
	if len(v.Why) > 0 {
		s += ", " + v.Why[0]
		if n := len(v.Why) - 1; n > 0 {
			s += fmt.Sprintf(" (and %d more)", n)
		}
	}
	return s
}
