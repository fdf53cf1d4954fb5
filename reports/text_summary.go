package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/suites/engine"
)

// counted words counts by outcome: "120 pass, 3 fail".
func (t *textWriter) counted(counts map[engine.Outcome]int) string {
	var parts []string
	for _, o := range engine.Outcomes {
		if n := counts[o]; n > 0 {
			parts = append(parts, t.paint(colors[o], fmt.Sprintf("%d %s", n, o)))
		}
	}
	return strings.Join(parts, ", ")
}

// summary counts results by outcome and failures by court.
func (t *textWriter) summary() {
	t.flush()
	s := t.report.Summary
	t.say("%d results: %s", s.Total, t.counted(s.Counts))
	t.say("%d exchanges in %s, run %s, seed %d",
		s.Exchanges, milliseconds(t.report.ElapsedMS), oneLine(t.report.RunID), t.report.Seed)
	if s.RateLimited > 0 {
		t.say("the target asked to wait %s, %s in all", times(s.RateLimited), milliseconds(s.WaitedMS))
	}
	if s.TokenRefreshes > 0 {
		t.say("the token was renewed %s", times(s.TokenRefreshes))
	}
	if t.report.Interrupted {
		t.say("interrupted: what was not reached is blocked, and the files are complete")
	}
	if rfc, idp := t.courts(); rfc+idp > 0 {
		t.say("%s against the RFCs, %d against what identity providers rely on", failures(rfc), idp)
	}
	if n := s.Counts[engine.Advisory]; n > 0 && t.report.Strict {
		t.say("%d advisory count as failed (strict)", n)
	}
	t.gap = true
}

// courts counts the failures before the RFCs and before identity providers.
func (t *textWriter) courts() (rfc, idp int) {
	for i := range t.report.Results {
		r := &t.report.Results[i]
		switch {
		case r.Outcome != engine.Fail || r.Suite == suiteRun:
		case r.Dialect != "" || r.Level == engine.IdP:
			idp++
		default:
			rfc++
		}
	}
	return rfc, idp
}

// readinessColors tells good news from bad.
var readinessColors = map[engine.Readiness]string{
	engine.Ready: green, engine.WorksWithLimits: yellow, engine.WouldBreak: red, engine.Undecided: yellow,
	engine.Passes: green, engine.PassesWithRemarks: yellow, engine.Fails: red,
}

// verdicts gives one line to each dialect, with the worst reasons, and two to
// what can be done about the first. What was said above is not said again.
func (t *textWriter) verdicts() {
	width := 0
	said := map[string]bool{}
	for _, v := range t.report.Verdicts {
		width = max(width, len(v.Label))
	}
	for _, v := range t.report.Verdicts {
		t.flush()
		verdict := t.paint(readinessColors[v.Readiness], string(v.Readiness))
		verdict += v.OnAssumptions()
		if why := t.why(v); len(why) > 0 {
			verdict += ": " + oneLine(strings.Join(why, "; "))
		}
		t.wrap(0, line{label: fmt.Sprintf("%-*s  ", width, oneLine(v.Label)), text: verdict})
		if isGate(v) || len(v.Causes) == 0 || len(v.Causes[0].OnServer) == 0 {
			continue
		}
		todo := t.remediesInShort(v.Causes[0])
		if key := fmt.Sprint(todo); !said[key] {
			said[key] = true
			for _, l := range todo {
				t.wrap(2, l)
			}
		}
	}
	t.gap = true
}

// remediesInShort says what to mend, and what to set until then.
func (t *textWriter) remediesInShort(c engine.Cause) []line {
	lines := []line{{label: "mend        ", text: oneLine(mendText(t.report, c, c.OnServer[0]))}}
	if len(c.InIdP) == 0 {
		return append(lines, line{label: "until then  ", text: noneKnown})
	}
	return append(lines, line{label: "until then  ", text: oneLine(c.InIdP[0].Do + ": " + c.InIdP[0].Value)})
}

// maxWhy is how many reasons of a verdict are shown unless Verbose.
const maxWhy = 2

// why lists the reasons of a verdict that are shown.
func (t *textWriter) why(v engine.Verdict) []string {
	if len(v.Why) <= maxWhy+1 || t.o.Verbose {
		return v.Why
	}
	return append(slices.Clone(v.Why[:maxWhy]), fmt.Sprintf("and %d more reasons", len(v.Why)-maxWhy))
}

func (t *textWriter) files() {
	if len(t.o.Files) > 0 {
		t.flush()
		t.print("written: " + strings.Join(t.o.Files, ", ") + "\n")
	}
}

// next says what to do first.
func (t *textWriter) next() {
	if c := t.report.Find("clean-up"); c != nil && (len(c.Findings) > 0 || c.Reason == engine.Kept) && t.o.BaseArg != "" {
		second := ""
		if t.report.Target.SecondURL != "" {
			second = " --second " + har.Quote(t.report.Target.SecondURL)
		}
		t.print(fmt.Sprintf("clean up: scimtest clean %s --run %s%s\n", har.Quote(t.o.BaseArg), t.report.RunID, second))
	}
	if r := t.worst(); r != nil {
		t.print("next: " + t.again(r) + "\n")
		if t.o.Again == "" && r.Suite != suiteScenario || r.Suite == suiteInvariants {
			t.print("      scimtest explain " + har.Quote(r.ID) + "\n")
		}
	}
	for _, v := range t.report.Verdicts {
		if t.o.JSON != "" && len(v.Causes) > 0 && len(v.Causes[0].OnServer) > 0 {
			t.print(fmt.Sprintf("the verdict in full: scimtest explain %s --report %s\n", har.Quote(v.Dialect), har.Quote(t.o.JSON)))
			break
		}
	}
}

// worst is the failure to begin with: the first of the most common cause,
// else the first of all.
func (t *textWriter) worst() *engine.Result {
	var common string
	if c := causes(t.report); len(c) > 0 {
		common = c[0].checks[0]
	}
	var first *engine.Result
	for i := range t.report.Results {
		r := &t.report.Results[i]
		if r.Outcome != engine.Fail || r.Suite == suiteRun {
			continue
		}
		if r.ID == common {
			return r
		}
		if first == nil {
			first = r
		}
	}
	return first
}

func milliseconds(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond)).Round(time.Millisecond)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func failures(n int) string {
	if n == 1 {
		return "1 failure"
	}
	return fmt.Sprintf("%d failures", n)
}
