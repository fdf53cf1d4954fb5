package proxy

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/engine"
)

// Summary is what a proxy has seen.
type Summary struct {
	Started, Ended time.Time
	// Exchanges passed, and Refused callers did not.
	Exchanges, Refused int
	// Statuses counts the answers; 0 is none.
	Statuses map[int]int
	// Broken lists the rules that answers broke, in the order of the first
	// time.
	Broken []Broken
	// Guess says who speaks.
	Guess mockidp.Guess
	// RecordError is why the recording ends early, or nil.
	RecordError error
}

// Broken is a rule that answers broke in one way.
type Broken struct {
	ID, Message string
	// Advisory: it is a SHOULD.
	Advisory bool
	// Count is how often, and First the number of the first exchange.
	Count, First int
	// Breaks lists quirk rows that depend on the rule.
	Breaks []string
}

func (b Broken) mark() string {
	if b.Advisory {
		return "!"
	}
	return "FAIL"
}

// shownEvidence is how much of the evidence is shown.
const shownEvidence = 8

// Write words the summary for people.
func (s Summary) Write(w io.Writer) {
	fmt.Fprintf(w, "\n%d exchanges in %s", s.Exchanges, s.Ended.Sub(s.Started).Round(time.Second))
	if s.Refused > 0 {
		fmt.Fprintf(w, ", %d requests refused", s.Refused)
	}
	var counts []string
	for _, status := range slices.Sorted(maps.Keys(s.Statuses)) {
		word := fmt.Sprint(status)
		if status == 0 {
			word = "no answer"
		}
		counts = append(counts, fmt.Sprintf("%s %d times", word, s.Statuses[status]))
	}
	if len(counts) > 0 {
		fmt.Fprint(w, ": "+strings.Join(counts, ", "))
	}
	fmt.Fprintln(w)
	s.findings(w)
	if s.Exchanges > 0 {
		s.spoken(w)
	}
}

func (s Summary) findings(w io.Writer) {
	if len(s.Broken) == 0 {
		if s.Exchanges > 0 {
			fmt.Fprintln(w, "every answer keeps the rules")
		}
		return
	}
	fmt.Fprintln(w, "\nanswers that break rules")
	for _, b := range s.Broken {
		fmt.Fprintf(w, "  %-4s %s: %s: %d times, first in #%d\n", b.mark(), b.ID, b.Message, b.Count, b.First)
		for _, row := range b.Breaks {
			if q, ok := engine.QuirkOf(row); ok && !b.Advisory {
				fmt.Fprintf(w, "       breaks %s: %s (%s)\n", q.IdP, q.Needs, row)
			}
		}
	}
}

// spoken says which dialect it was, and why.
func (s Summary) spoken(w io.Writer) {
	g := s.Guess
	if len(g.Dialects) == 0 {
		fmt.Fprintln(w, "\nspoken: no dialect that is known here, or too little to tell")
		return
	}
	var names []string
	for _, d := range g.Dialects {
		names = append(names, fmt.Sprintf("%s (%s)", d.Label, d.Name))
	}
	fmt.Fprintf(w, "\nspoken: %s\n", strings.Join(names, ", or "))
	if len(names) > 1 {
		fmt.Fprintln(w, "  nothing was seen that tells them apart")
	}
	for i, e := range g.For {
		if i == shownEvidence {
			fmt.Fprintf(w, "  and %d more\n", len(g.For)-i)
			break
		}
		fmt.Fprintf(w, "  %s, %s (%s, %s)\n", e.Trait, times(e.Requests), e.Source.Key, e.Source.Mark)
	}
	for _, e := range g.Against {
		fmt.Fprintf(w, "  not known of it: %s, %s\n", e.Trait, times(e.Requests))
	}
	if len(g.Quirks) == 0 {
		return
	}
	fmt.Fprintln(w, "\nknown quirks in the traffic")
	for _, row := range slices.Sorted(maps.Keys(g.Quirks)) {
		q, ok := engine.QuirkOf(row)
		if !ok || ofAnother(q.Needs, g.Dialects) {
			continue
		}
		fmt.Fprintf(w, "  %s: %s, %s\n", row, q.Needs, times(g.Quirks[row]))
		fmt.Fprintf(w, "       targets get it wrong: %s\n", q.Fails)
	}
}

// ofAnother reports whether a quirk is of another dialect of the same identity
// provider: rows name Okta's dialects by the ends of their names.
func ofAnother(needs string, dialects []*mockidp.Dialect) bool {
	named := false
	for word := range strings.FieldsSeq(needs) {
		if word != "aiw" && word != "oin" {
			continue
		}
		named = true
		if slices.ContainsFunc(dialects, func(d *mockidp.Dialect) bool { return strings.Contains(d.Name, "-"+word) }) {
			return false
		}
	}
	return named
}

func times(n int) string {
	if n == 1 {
		return "in 1 request"
	}
	return fmt.Sprintf("in %d requests", n)
}
