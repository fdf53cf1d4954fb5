// Package reports writes finished reports: for the console, as JUnit XML and
// as JSON. A writer reads a [engine.Report] and never influences a run.
package reports

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/suites/engine"
)

// The suites that writers treat apart.
const (
	// suiteRun holds the results on the run itself.
	suiteRun = "run"
	// suiteInvariants holds the rules on the traffic of all checks.
	suiteInvariants = "invariants"
	// suiteScenario holds the user's own stories, which nobody can explain.
	suiteScenario = "scenario"
)

// Citation is the sections of the RFCs behind rows of the requirements:
// "7644-3.5.2.2-03" is of "RFC 7644 section 3.5.2.2".
func Citation(rows []string) string {
	var rfcs []string
	sections := map[string][]string{}
	for _, row := range rows {
		rfc, rest, _ := strings.Cut(row, "-")
		i := strings.LastIndexByte(rest, '-')
		if i < 0 || slices.Contains(sections[rfc], rest[:i]) {
			continue
		}
		if sections[rfc] == nil {
			rfcs = append(rfcs, rfc)
		}
		sections[rfc] = append(sections[rfc], rest[:i])
	}
	for i, rfc := range rfcs {
		word := " section "
		if len(sections[rfc]) > 1 {
			word = " sections "
		}
		rfcs[i] = "RFC " + rfc + word + strings.Join(sections[rfc], ", ")
	}
	return strings.Join(rfcs, "; ")
}

// court says before whom a result stands: the strength of the RFC's word, or
// the identity provider in its place.
func court(report *engine.Report, r *engine.Result) string {
	if r.Dialect != "" {
		for _, v := range report.Verdicts {
			if v.Dialect == r.Dialect {
				return v.Label
			}
		}
		return r.Dialect
	}
	switch r.Level {
	case engine.Should:
		return "SHOULD"
	case engine.IdP:
		return r.Suite
	}
	return "MUST"
}

// ground is what a result rests on: the court and the sections of the RFCs.
// Results on the run itself rest on nothing.
func ground(report *engine.Report, r *engine.Result) string {
	if r.Suite == suiteRun {
		return ""
	}
	// Two blanks keep the court and the citation apart.
	if c := oneLine(Citation(r.Requires)); c != "" {
		return oneLine(court(report, r)) + "  " + c
	}
	return oneLine(court(report, r))
}

// stock is how a message continues after the place when it only says what
// the wanted and the actual value say.
var stock = []string{
	" is absent", " is present", " has another value", " still has the value", " has another number of values",
}

// saysMore reports whether the message tells something that the lines with
// the request, want and got do not.
func saysMore(f engine.Finding, answered bool) bool {
	if f.Message == "" || f.Want == "" && f.Got == "" {
		return f.Message != ""
	}
	if f.Where == "status" {
		return !answered
	}
	rest, ok := strings.CutPrefix(f.Message, f.Where)
	if !ok {
		return true
	}
	return !slices.Contains(stock, rest)
}
