// Package reports writes finished reports: for the console, as JUnit XML and
// as JSON. A writer reads a [engine.Report] and never influences a run.
package reports

import (
	"fmt"
	"strings"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/suites/engine"
)

// Citation is the sections of the RFCs behind rows of the requirements:
// "7644-3.5.2.2-03" is of "RFC 7644 section 3.5.2.2".
func Citation(rows []string) string {
	var out []string
	seen := map[string]bool{}
	for _, row := range rows {
		rfc, rest, ok := strings.Cut(row, "-")
		i := strings.LastIndexByte(rest, '-')
		if !ok || i < 0 {
			continue
		}
		c := "RFC " + rfc + " section " + rest[:i]
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return strings.Join(out, ", ")
}

// levelWord is how strictly a result binds, for people.
func levelWord(l engine.Level) string {
	switch l {
	case engine.Should:
		return "SHOULD"
	case engine.IdP:
		return "IDP"
	}
	return "MUST"
}

// cause is the level and what a result rests on.
func cause(r *engine.Result) string {
	s := levelWord(r.Level)
	if r.Dialect != "" {
		s = r.Dialect
	}
	if c := Citation(r.Requires); c != "" {
		return s + "  " + c
	}
	var keys []string
	for _, src := range r.Sources {
		keys = append(keys, src.Key)
	}
	if len(keys) > 0 {
		s += "  " + strings.Join(keys, ", ")
	}
	return s
}

// findingLines words one finding; the same words stand in every report.
func findingLines(r *engine.Result, f engine.Finding) []string {
	var lines []string
	head := f.Where
	if x := exchangeOf(r, f); x != nil {
		head = fmt.Sprintf("%s (%s)", engine.Template(x.Request), statusWord(x.Status()))
		if f.Where != "" && f.Where != "status" {
			head += "   " + f.Where
		}
	}
	if head != "" {
		lines = append(lines, head)
	}
	if f.Want != "" || f.Got != "" {
		lines = append(lines, "  want  "+f.Want, "  got   "+f.Got)
	}
	if !strings.Contains(f.Message, "answers") && f.Message != "" {
		lines = append(lines, "  "+f.Message)
	}
	if f.Count > 1 {
		lines = append(lines, fmt.Sprintf("  seen  %d times", f.Count))
	}
	return lines
}

func statusWord(status int) string {
	if status == 0 {
		return "no answer"
	}
	return fmt.Sprint(status)
}

// curlOf is the command line for the exchange of a finding, or "".
func curlOf(report *engine.Report, r *engine.Result, f engine.Finding) string {
	if x := exchangeOf(r, f); x != nil {
		return har.Curl(report.Target.BaseURL, *x)
	}
	return ""
}

// breaks says which identity providers suffer, and how: "Entra ID: filtered
// remove (E51)".
func breaks(r *engine.Result) []string {
	var out []string
	for _, id := range r.Breaks {
		if q, ok := engine.QuirkOf(id); ok {
			out = append(out, fmt.Sprintf("%s: %s (%s)", q.IdP, q.Needs, q.ID))
		}
	}
	return out
}
