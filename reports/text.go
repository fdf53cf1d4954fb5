package reports

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/suites/engine"
)

// TextOptions bend the text for the console.
type TextOptions struct {
	// Color uses colours. Verbose shows passes, and all of what is otherwise
	// summed up.
	Color, Verbose bool
	// Width is how many columns the console has; 0 means 100.
	Width int
	// BaseArg is the target as the user named it, for the lines that say how
	// to run something again; empty for the embedded reference.
	BaseArg string
	// Flags are the flags of the run that another one needs as well, such as
	// "--profile=acme.yaml".
	Flags []string
	// Again is the command that does the same once more, where scimtest run does
	// not; empty otherwise.
	Again string
	// Files are the files that were written.
	Files []string
	// JSON is the JSON report among them, from which explain can read a
	// verdict; empty when there is none.
	JSON string
}

// How many findings of a result, and how many causes, are shown unless
// Verbose.
const (
	maxFindings = 5
	maxCauses   = 10
)

// marks is what stands before a result.
var marks = map[engine.Outcome]string{
	engine.Pass: "ok", engine.Fail: "FAIL", engine.Advisory: "!", engine.Skip: "-",
	engine.Waived: "known", engine.Blocked: "??", engine.Broken: "!!",
}

// Text writes the report for people: what is wrong, by suite and by cause,
// then the counts, a verdict for each dialect, and what to do next. A run that
// failed its preflight has nothing to tell but that.
func Text(w io.Writer, report *engine.Report, o TextOptions) error {
	if o.Width <= 0 {
		o.Width = 100
	}
	t := &textWriter{printer: printer{w: w}, o: o, report: report}
	if pre := report.Find("preflight"); pre != nil && pre.Outcome == engine.Broken {
		t.untested(pre)
		return t.err
	}
	t.suites()
	t.untold()
	t.causes()
	t.summary()
	t.verdicts()
	t.files()
	t.next()
	return t.err
}

// untested is all there is to say after a failed preflight.
func (t *textWriter) untested(pre *engine.Result) {
	what, todo := pre.Reason, "run it again"
	if i := strings.LastIndex(what, "; "); i >= 0 {
		what, todo = what[:i], what[i+2:]
	}
	t.print(t.paint(red, "could not test:") + " " + oneLine(what) + "\n")
	t.print("hint: " + oneLine(todo) + "\n")
}

// suites lists, suite by suite, what is not as it should be.
func (t *textWriter) suites() {
	var names []string
	bySuite := map[string][]*engine.Result{}
	width := 0
	for i := range t.report.Results {
		r := &t.report.Results[i]
		if bySuite[r.Suite] == nil {
			names = append(names, r.Suite)
			width = max(width, len(r.Suite))
		}
		bySuite[r.Suite] = append(bySuite[r.Suite], r)
	}
	for _, name := range names {
		counts := map[engine.Outcome]int{}
		for _, r := range bySuite[name] {
			counts[r.Outcome]++
		}
		t.flush()
		told := false
		t.wrap(0, line{label: fmt.Sprintf("%-*s  ", width, oneLine(name)), text: t.counted(counts)})
		for _, r := range bySuite[name] {
			if t.result(r) {
				told = true
			}
		}
		t.gap = told
	}
	t.gap = true
}

// result tells of a result that is not as it should be, and reports whether it
// told anything.
func (t *textWriter) result(r *engine.Result) bool {
	switch r.Outcome {
	case engine.Fail:
		t.failure(r)
	case engine.Pass:
		if !t.o.Verbose {
			return false
		}
		t.flush()
		t.print(t.mark(r.Outcome) + " " + oneLine(r.Key()) + "\n")
	case engine.Advisory, engine.Waived, engine.Broken:
		t.flush()
		t.heading(r)
		t.wrap(5, line{text: oneLine(r.Reason)})
		if t.o.Verbose {
			t.lines(resultLines(t.report, r, len(r.Findings)))
			t.reproduce(r)
		}
	default:
		return false
	}
	return true
}

// failure words one failure in full.
func (t *textWriter) failure(r *engine.Result) {
	t.gap = true
	t.flush()
	t.heading(r)
	limit := maxFindings
	if t.o.Verbose {
		limit = len(r.Findings)
	}
	t.lines(resultLines(t.report, r, limit))
	t.reproduce(r)
	t.gap = true
}

// heading is the first line of a result: mark, name, and what it rests on.
func (t *textWriter) heading(r *engine.Result) {
	const column = 56
	key, rests := oneLine(r.Key()), ground(t.report, r)
	t.print(t.mark(r.Outcome) + " " + key)
	pad := max(column-len(key), 2)
	switch {
	case rests == "":
	case 5+len(key)+pad+len(rests) <= t.o.Width:
		t.print(strings.Repeat(" ", pad) + t.paint(dim, rests))
	default:
		t.print("\n     " + t.paint(dim, strings.Join(fold(rests, t.o.Width-5), "\n     ")))
	}
	t.print("\n")
}

// reproduce says how to see a result again. These lines are never wrapped:
// they are for copying.
func (t *textWriter) reproduce(r *engine.Result) {
	if again := t.again(r); again != "" {
		t.print("     again   " + again + "\n")
	}
	for _, c := range curls(t.report, r, 1) {
		t.print("     curl    " + c + "\n")
	}
}

// again is the command that runs the check of a result once more, or "" where
// there is none.
func (t *textWriter) again(r *engine.Result) string {
	switch {
	case r.Suite == suiteRun:
		return ""
	case t.o.Again != "":
		return oneLine(t.o.Again)
	}
	words := []string{"scimtest run"}
	if t.o.BaseArg != "" {
		words = append(words, har.Quote(t.o.BaseArg))
	}
	// An invariant judges the traffic of all checks.
	if r.Suite != suiteInvariants {
		words = append(words, har.Quote(r.ID))
	}
	for _, f := range t.o.Flags {
		words = append(words, har.Quote(f))
	}
	if t.report.Seed != defaultSeed {
		words = append(words, fmt.Sprintf("--seed %d", t.report.Seed))
	}
	return oneLine(strings.Join(words, " "))
}

// defaultSeed is the seed of runs that name none.
const defaultSeed = 1

// untold sums up what was not put to the test, and why: results with one
// reason share a line.
func (t *textWriter) untold() {
	for _, o := range []engine.Outcome{engine.Blocked, engine.Skip} {
		var g groups
		never := t.neverPlayed(o)
		for i := range t.report.Results {
			r := &t.report.Results[i]
			if r.Never != "" && never != nil {
				continue
			}
			if r.Outcome == o && (r.Suite != suiteRun || t.o.Verbose) {
				g.add(reasonOf(r), r)
			}
		}
		for _, same := range g.by(byResults) {
			t.flush()
			who := same.checks[0]
			switch {
			case same.results == 1:
			case t.o.Verbose:
				who = strings.Join(same.checks, ", ")
			default:
				who = fmt.Sprintf("%d results", same.results)
			}
			t.wrapMarked(o, oneLine(who+": "+same.text))
		}
		t.countNever(o, never)
		t.gap = true
	}
}

// fewNever is how many flows that are never played are listed one by one.
const fewNever = 3

// neverPlayed counts, by dialect, the flows that no target is put to; nil where
// they are to be listed like all others.
func (t *textWriter) neverPlayed(o engine.Outcome) map[string]int {
	never, total := map[string]int{}, 0
	for i := range t.report.Results {
		if r := &t.report.Results[i]; r.Never != "" && r.Outcome == o {
			never[r.Dialect]++
			total++
		}
	}
	if t.o.Verbose || total <= fewNever {
		return nil
	}
	return never
}

// countNever tells the counts in one line.
func (t *textWriter) countNever(o engine.Outcome, never map[string]int) {
	if len(never) == 0 {
		return
	}
	var who []string
	total := 0
	for _, dialect := range slices.Sorted(maps.Keys(never)) {
		total += never[dialect]
		who = append(who, fmt.Sprintf("%s %d", dialect, never[dialect]))
	}
	t.flush()
	t.wrapMarked(o, oneLine(fmt.Sprintf("%d flows that an identity provider never plays, or nobody knows how (scimtest explain DIALECT): %s",
		total, strings.Join(who, ", "))))
}

// stepsBefore is the reason of a step that only follows from an earlier one.
const stepsBefore = "an earlier step of the flow did not pass"

// reasonOf is why a result was not put to the test. Steps that only follow
// from an earlier one have its reason, or at least that in common.
func reasonOf(r *engine.Result) string {
	reason := r.Reason
	for strings.HasPrefix(reason, "after: ") {
		_, inner, ok := strings.Cut(strings.TrimSuffix(reason, ")"), " (")
		if !ok {
			return stepsBefore
		}
		reason = inner
	}
	return reason
}

// How much of a cause is shown unless Verbose.
const (
	maxWays = 3
	maxWho  = 3
)

// causes says which failures have a cause in common.
func (t *textWriter) causes() {
	all := causes(t.report)
	for i, c := range all {
		t.flush()
		if i == maxCauses && !t.o.Verbose {
			t.say("and %d more causes in common", len(all)-i)
			break
		}
		t.say("%d checks fail: %s", len(c.checks), oneLine(c.text))
		for i, w := range c.ways {
			if i == maxWays && !t.o.Verbose {
				t.wrap(5, line{text: fmt.Sprintf("and in %d other ways", len(c.ways)-i)})
				break
			}
			t.wrap(5, line{label: fmt.Sprintf("%3d  ", len(w.checks)), text: oneLine(w.text)})
		}
		t.wrap(5, line{label: "in   ", text: t.some(c.checks)})
	}
	t.gap = true
}

// some lists the first ids, and how many follow.
func (t *textWriter) some(ids []string) string {
	if len(ids) <= maxWho+1 || t.o.Verbose {
		return oneLine(strings.Join(ids, ", "))
	}
	return oneLine(fmt.Sprintf("%s and %d more", strings.Join(ids[:maxWho], ", "), len(ids)-maxWho))
}
