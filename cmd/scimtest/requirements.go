package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/requirements"
)

// listRequirements lists the rows of the RFCs, each with what judges it or why
// nothing does; uncovered keeps the rows that nothing judges.
func listRequirements(out io.Writer, uncovered bool) error {
	judges := suites.All().Judges()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range requirements.All() {
		by := judges[r.ID]
		if uncovered && len(by) > 0 {
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Level, r.Subject, r.Visible, judgedBy(by, r.ID))
	}
	return printed(w.Flush())
}

// judgedBy says in a few words what judges a row.
func judgedBy(by []*engine.Meta, row string) string {
	switch len(by) {
	case 0:
		return "not judged: " + requirements.Reason(row)
	case 1:
		return by[0].ID
	}
	return fmt.Sprintf("%s and %d more", by[0].ID, len(by)-1)
}

// explainRow says what a row demands and what judges it.
func explainRow(w io.Writer, r requirements.Row) error {
	fmt.Fprintf(w, "%s\n  %s\n\n", r.ID, r.Statement)
	line := func(name, value string) {
		if value != "" && value != "none" {
			fmt.Fprintf(w, "  %-8s %s\n", name, value)
		}
	}
	line("cites", r.Citation())
	line("level", r.Level)
	line("binds", r.Subject)
	line("visible", r.Visible)
	line("needs", r.Needs)
	line("judged", r.How)
	line("seen", r.Breaches)
	by := suites.All().Judges()[r.ID]
	for _, m := range by {
		line("check", m.ID+"   "+m.Title)
		line("", "fails with: "+strings.Join(m.Catches, ", "))
	}
	if len(by) == 0 {
		line("check", judgedBy(nil, r.ID))
	}
	return nil
}
