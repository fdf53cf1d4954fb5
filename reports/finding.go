package reports

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// maxCurl is the length up to which a command line is shown; longer ones
// flood a screen and are in report.json.
const maxCurl = 2 << 10

// A line is a line of a block that describes a result. What does not fit goes
// on below its text.
type line struct {
	indent int
	// label stands before the text, with the blanks behind it.
	label, text string
}

func (l line) head() string { return strings.Repeat(" ", l.indent) + l.label }

func (l line) String() string { return l.head() + l.text }

// FindingText words one finding of a result, a line each. The same words stand
// in every report.
func FindingText(r *engine.Result, f engine.Finding) []string {
	var out []string
	for _, l := range wordFinding(r, f).lines() {
		out = append(out, l.String())
	}
	return out
}

// resultLines describes a result: what a good target does, what was found, on
// what that rests, and whom it hurts. At most limit findings are worded; those
// that decided the outcome come first.
func resultLines(report *engine.Report, r *engine.Result, limit int) []line {
	w := word(report, r, limit)
	lines := []line{{text: oneLine(r.Title)}}
	for _, f := range w.Findings {
		lines = append(lines, f.lines()...)
	}
	if w.More > 0 {
		lines = append(lines, line{text: fmt.Sprintf("and %d more findings in report.json", w.More)})
	}
	for _, l := range []struct {
		label string
		texts []string
	}{{"after   ", w.After}, {"source  ", w.Sources}, {"breaks  ", w.Breaks}} {
		for _, text := range l.texts {
			lines = append(lines, line{label: l.label, text: text})
		}
	}
	return lines
}

// maxSent is how much of the body of a write is shown beside it.
const maxSent = 300

// writeText words a write in a line, with what it sent.
func writeText(x *scim.Exchange) string {
	text := oneLine(engine.Template(x.Request) + " (" + statusWord(x) + ")")
	body := x.Request.Body
	if ops := gjson.GetBytes(body, "Operations"); gjson.ValidBytes(body) && ops.IsArray() {
		body = scim.Body(ops.Raw)
	}
	sent := oneLine(string(body))
	if len(sent) > maxSent {
		sent = strings.ToValidUTF8(sent[:maxSent], "") + " ..."
	}
	return strings.TrimRight(text+"   "+sent, " ")
}

// sourceText words a source: its name, where it is, and how well it is known.
func sourceText(s engine.Ref) string {
	text := s.Key
	if s.Title != "" {
		text += " (" + s.Title + ")"
	}
	if s.Mark != "" {
		text += ", " + s.Mark
	}
	return text
}

// breaksText words what an identity provider relies on:
// "Entra ID: filtered remove (E51)".
func breaksText(id string) string {
	q, ok := engine.QuirkOf(id)
	if !ok {
		return id
	}
	return q.IdP + ": " + q.Needs + " (" + q.ID + ")"
}

// byWeight puts the advisory findings last.
func byWeight(findings []engine.Finding) []engine.Finding {
	var out, advisory []engine.Finding
	for _, f := range findings {
		if f.Advisory {
			advisory = append(advisory, f)
		} else {
			out = append(out, f)
		}
	}
	return append(out, advisory...)
}

// exchangeOf is the exchange that a finding names, or nil.
func exchangeOf(r *engine.Result, f engine.Finding) *scim.Exchange {
	if f.Exchange < 1 || f.Exchange > len(r.Exchanges) {
		return nil
	}
	return r.Exchanges[f.Exchange-1]
}

func statusWord(x *scim.Exchange) string {
	if x.Response == nil {
		return "no answer"
	}
	return strconv.Itoa(x.Response.Status)
}

// curls lists up to n command lines that send the requests of the findings
// again. More than one show the write before a read as well.
func curls(report *engine.Report, r *engine.Result, n int) []string {
	var out []string
	seen := map[*scim.Exchange]bool{nil: true}
	add := func(x *scim.Exchange, f engine.Finding) {
		if seen[x] || len(out) == n {
			return
		}
		seen[x] = true
		base := report.Target.BaseURL
		if x.Request.As == scim.SecondTenant {
			base = report.Target.SecondURL
		}
		c := har.Curl(base, *x)
		if len(c) > maxCurl {
			c = fmt.Sprintf("too long to show: exchange %d of %s in report.json", f.Exchange, r.Key())
			if x != exchangeOf(r, f) {
				c = "too long to show: the write before it, in report.json"
			}
		}
		out = append(out, strings.ReplaceAll(visible(c), "\r", `\r`))
	}
	for _, f := range byWeight(r.Findings) {
		if n > 1 {
			add(written(report, r, f), f)
		}
		add(exchangeOf(r, f), f)
	}
	return out
}
