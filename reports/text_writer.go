package reports

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/scimtest/scimtest/suites/engine"
)

// The colours, as terminals know them.
const (
	red        = "\x1b[31m"
	green      = "\x1b[32m"
	yellow     = "\x1b[33m"
	dim        = "\x1b[2m"
	colorReset = "\x1b[0m"
)

var colors = map[engine.Outcome]string{
	engine.Pass: green, engine.Fail: red, engine.Advisory: yellow, engine.Skip: dim,
	engine.Waived: dim, engine.Blocked: yellow, engine.Broken: red,
}

// textWriter lays a report out for the console.
type textWriter struct {
	printer
	o      TextOptions
	report *engine.Report
	// gap asks for an empty line before what comes next.
	gap bool
}

// flush writes the empty line that is due.
func (t *textWriter) flush() {
	if t.gap {
		t.print("\n")
		t.gap = false
	}
}

func (t *textWriter) paint(color, s string) string {
	if !t.o.Color || color == "" {
		return s
	}
	return color + s + colorReset
}

// mark is the mark of an outcome, in a column of its own.
func (t *textWriter) mark(o engine.Outcome) string {
	return t.paint(colors[o], fmt.Sprintf("%-4s", marks[o]))
}

// lines writes the lines of a block below its heading.
func (t *textWriter) lines(lines []line) {
	for _, l := range lines {
		t.wrap(5, l)
	}
}

// wrap writes one line; what does not fit goes on below its text.
func (t *textWriter) wrap(indent int, l line) {
	head := strings.Repeat(" ", indent) + l.head()
	for i, part := range fold(l.text, t.o.Width-len(head)) {
		if i > 0 {
			head = strings.Repeat(" ", len(head))
		}
		t.print(head + part + "\n")
	}
}

// say writes a sentence of the summary.
func (t *textWriter) say(format string, args ...any) {
	t.wrap(0, line{text: fmt.Sprintf(format, args...)})
}

// wrapMarked writes a text behind the mark of an outcome.
func (t *textWriter) wrapMarked(o engine.Outcome, text string) {
	t.print(t.mark(o) + " " + strings.Join(fold(text, t.o.Width-5), "\n     ") + "\n")
}

// columns is how wide a text is; colours have no width.
func columns(s string) int {
	if strings.Contains(s, "\x1b") {
		s = ansi.ReplaceAllString(s, "")
	}
	return utf8.RuneCountInString(s)
}

// minFold is the width below which text is not folded: it would be a column of
// words.
const minFold = 20

// fold breaks a text at its blanks into lines of at most width characters. A
// longer word stays whole. There is at least one line.
func fold(s string, width int) []string {
	if width < minFold {
		return []string{s}
	}
	var lines []string
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(s, " ") {
		size := columns(part)
		switch {
		case n == 0:
		case n+1+size > width:
			lines = append(lines, strings.TrimRight(b.String(), " "))
			b.Reset()
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(part)
		n += size
	}
	return append(lines, b.String())
}
