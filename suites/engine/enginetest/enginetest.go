// Package enginetest runs a plan inside go test: every result becomes a
// subtest, so that a service provider written in Go is tested where it is
// built.
package enginetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/scimtest/scimtest/suites/engine"
)

// Run executes the plan and reports each result as a subtest of t, named
// suite/id or suite/id/step. A fail, a blocked or a broken result fails its
// subtest, an advisory one is logged, a skip or a waived one skips. It returns
// the report.
func Run(t *testing.T, plan *engine.Plan) *engine.Report {
	t.Helper()
	report, err := engine.Run(context.WithoutCancel(t.Context()), plan)
	if err != nil {
		t.Fatal(err)
	}
	for i := range report.Results {
		r := &report.Results[i]
		t.Run(r.Suite+"/"+r.Key(), func(t *testing.T) {
			switch r.Outcome {
			case engine.Pass:
			case engine.Skip, engine.Waived:
				t.Skip(r.Reason)
			case engine.Advisory:
				t.Log("advisory: " + describe(r))
				if plan.Strict {
					t.Fail()
				}
			default:
				t.Error(string(r.Outcome) + ": " + describe(r))
			}
		})
	}
	return report
}

// describe words a result in a few lines: what a good target does, and each
// finding with its request.
func describe(r *engine.Result) string {
	var b strings.Builder
	b.WriteString(r.Reason + "\n" + r.Title)
	for _, f := range r.Findings {
		b.WriteString("\n  ")
		if f.Exchange > 0 && f.Exchange <= len(r.Exchanges) {
			x := r.Exchanges[f.Exchange-1]
			fmt.Fprintf(&b, "%s (%d) ", engine.Template(x.Request), x.Status())
		}
		b.WriteString(f.Where)
		if f.Want != "" {
			b.WriteString(": want " + f.Want + ", got " + f.Got)
		} else {
			b.WriteString(": " + f.Message)
		}
	}
	return b.String()
}
