package reports

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/scimtest/scimtest/suites/engine"
)

// TextOptions bend the text for the console.
type TextOptions struct {
	// Color uses colours. Verbose shows passes and skips as well.
	Color, Verbose bool
	// Width is how wide the console is; 0 means 100.
	Width int
	// BaseArg is the target as the user named it, for the lines that say how
	// to run something again; empty for the embedded reference.
	BaseArg string
	// Files are the files that were written.
	Files []string
}

// marks is what stands before a result.
var marks = map[engine.Outcome]string{
	engine.Pass: "ok", engine.Fail: "FAIL", engine.Advisory: "!", engine.Skip: "-",
	engine.Waived: "known", engine.Blocked: "??", engine.Broken: "!!",
}

const (
	red, green, yellow, dim, plainColor = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
)

type textWriter struct {
	printer
	o      TextOptions
	report *engine.Report
}

// Text writes the report for people: what is wrong, by cause, then the counts,
// a verdict for each dialect, and what to do next.
func Text(w io.Writer, report *engine.Report, o TextOptions) error {
	if o.Width <= 0 {
		o.Width = 100
	}
	t := &textWriter{printer{w: w}, o, report}
	if pre := report.Find("preflight"); pre != nil && pre.Outcome != engine.Pass {
		what, todo, ok := strings.Cut(pre.Reason, "; ")
		t.printf("%s %s\n", t.paint(red, "could not test:"), what)
		if ok {
			t.printf("hint: %s\n", todo)
		}
		t.files()
		return t.err
	}
	t.results()
	t.causes()
	t.summary()
	t.verdicts()
	t.files()
	t.next()
	return t.err
}

func (t *textWriter) paint(color, s string) string {
	if !t.o.Color {
		return s
	}
	return color + s + plainColor
}

func (t *textWriter) mark(o engine.Outcome) string {
	s := fmt.Sprintf("%-5s", marks[o])
	switch o {
	case engine.Fail, engine.Broken:
		return t.paint(red, s)
	case engine.Pass:
		return t.paint(green, s)
	case engine.Advisory, engine.Blocked:
		return t.paint(yellow, s)
	}
	return t.paint(dim, s)
}

// results lists what is not as it should be; with Verbose everything.
func (t *textWriter) results() {
	blocked := map[string][]string{}
	for i := range t.report.Results {
		r := &t.report.Results[i]
		switch r.Outcome {
		case engine.Fail:
			t.failure(r)
		case engine.Broken:
			t.printf("%s %s\n      %s\n", t.mark(r.Outcome), r.Key(), r.Reason)
		case engine.Advisory, engine.Waived:
			t.line(r)
		case engine.Blocked:
			blocked[r.Reason] = append(blocked[r.Reason], r.Key())
		case engine.Pass, engine.Skip:
			if t.o.Verbose {
				t.line(r)
			}
		}
	}
	var reasons []string
	for reason := range blocked {
		reasons = append(reasons, reason)
	}
	sort.Slice(reasons, func(i, j int) bool {
		if a, b := len(blocked[reasons[i]]), len(blocked[reasons[j]]); a != b {
			return a > b
		}
		return reasons[i] < reasons[j]
	})
	for _, reason := range reasons {
		ids := blocked[reason]
		text := ids[0]
		if len(ids) > 1 && !t.o.Verbose {
			text = fmt.Sprintf("%s and %d more", ids[0], len(ids)-1)
		} else if len(ids) > 1 {
			text = strings.Join(ids, ", ")
		}
		t.printf("%s %s\n      blocked: %s\n", t.mark(engine.Blocked), text, reason)
	}
}

func (t *textWriter) line(r *engine.Result) {
	t.printf("%s %s", t.mark(r.Outcome), r.Key())
	if r.Reason != "" {
		t.printf("\n      %s", r.Reason)
	}
	t.printf("\n")
}

// failure words one failure in full.
func (t *textWriter) failure(r *engine.Result) {
	c := cause(r)
	pad := max(t.o.Width-7-len(r.Key())-len(c), 2)
	t.printf("%s %s%s%s\n", t.mark(r.Outcome), r.Key(), strings.Repeat(" ", pad), t.paint(dim, c))
	t.printf("      %s\n", r.Title)
	for _, f := range r.Findings {
		if f.Advisory {
			continue
		}
		for _, line := range findingLines(r, f) {
			t.printf("      %s\n", line)
		}
	}
	for _, line := range breaks(r) {
		t.printf("      breaks  %s\n", line)
	}
	t.printf("      again   %s\n", t.again(r))
	for _, f := range r.Findings {
		if c := curlOf(t.report, r, f); c != "" && !f.Advisory {
			t.printf("      curl    %s\n", c)
			break
		}
	}
	t.printf("\n")
}

func (t *textWriter) again(r *engine.Result) string {
	parts := []string{"scimtest run"}
	if t.o.BaseArg != "" {
		parts = append(parts, t.o.BaseArg)
	}
	if r.Suite != "invariants" && r.Suite != "run" {
		parts = append(parts, r.ID)
	}
	return strings.Join(parts, " ")
}

// causes groups failures by what they have in common.
func (t *textWriter) causes() {
	byMessage := map[string][]string{}
	for i := range t.report.Results {
		r := &t.report.Results[i]
		if r.Outcome != engine.Fail || len(r.Findings) == 0 {
			continue
		}
		m := r.Reason
		byMessage[m] = append(byMessage[m], r.Key())
	}
	var shared []string
	for m, ids := range byMessage {
		if len(ids) > 2 {
			shared = append(shared, m)
		}
	}
	if len(shared) == 0 {
		return
	}
	sort.Slice(shared, func(i, j int) bool {
		if a, b := len(byMessage[shared[i]]), len(byMessage[shared[j]]); a != b {
			return a > b
		}
		return shared[i] < shared[j]
	})
	t.printf("common causes\n")
	for _, m := range shared {
		t.printf("  %3d fail with: %s\n", len(byMessage[m]), m)
	}
	t.printf("\n")
}

func (t *textWriter) summary() {
	var parts []string
	for _, o := range engine.Outcomes {
		if n := t.report.Summary.Counts[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	took := time.Duration(t.report.ElapsedMS * float64(time.Millisecond)).Round(time.Millisecond)
	t.printf("%d results: %s; %d exchanges in %s\n", t.report.Summary.Total, strings.Join(parts, ", "), t.report.Summary.Exchanges, took)
	if n := t.report.Summary.RateLimited; n > 0 {
		t.printf("the target asked to wait %d times, %s in all\n", n, time.Duration(t.report.Summary.WaitedMS*float64(time.Millisecond)).Round(time.Millisecond))
	}
	if n := t.report.Summary.TokenRefreshes; n > 0 {
		t.printf("the token was renewed %d times\n", n)
	}
	rfc, idp := 0, 0
	for i := range t.report.Results {
		if r := &t.report.Results[i]; r.Outcome == engine.Fail {
			if r.Dialect != "" {
				idp++
			} else {
				rfc++
			}
		}
	}
	if rfc+idp > 0 {
		t.printf("%d against the RFCs, %d against what identity providers rely on\n", rfc, idp)
	}
}

func (t *textWriter) verdicts() {
	if len(t.report.Verdicts) == 0 {
		return
	}
	t.printf("\n")
	for _, v := range t.report.Verdicts {
		color := green
		switch v.Readiness {
		case engine.WouldBreak:
			color = red
		case engine.WorksWithLimits, engine.NotShown:
			color = yellow
		}
		s := fmt.Sprintf("%-24s %s", v.Label, t.paint(color, string(v.Readiness)))
		if len(v.Why) > 0 {
			s += ": " + v.Why[0]
			if n := len(v.Why) - 1; n > 0 {
				s += fmt.Sprintf(" (and %d more)", n)
			}
		}
		t.printf("%s\n", s)
	}
}

func (t *textWriter) files() {
	if len(t.o.Files) > 0 {
		t.printf("\nwritten: %s\n", strings.Join(t.o.Files, ", "))
	}
}

// next says what to do first.
func (t *textWriter) next() {
	for i := range t.report.Results {
		r := &t.report.Results[i]
		if r.Outcome == engine.Fail && r.Suite != "run" && r.Suite != "invariants" {
			t.printf("next: %s   or: scimtest explain %s\n", t.again(r), r.ID)
			return
		}
	}
	if c := t.report.Find("clean-up"); c != nil && c.Outcome == engine.Advisory {
		t.printf("next: scimtest clean %s --run %s\n", t.o.BaseArg, t.report.RunID)
	}
}
