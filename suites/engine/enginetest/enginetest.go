// Package enginetest runs a plan inside go test: every result becomes a
// subtest, so that a service provider written in Go is tested where it is
// built. The package's example test is the whole of it.
package enginetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimtest/scimtest/suites/engine"
)

// Run executes the plan and reports each result as a subtest of t, named
// suite/id or suite/id/step. A fail, a blocked or a broken result fails its
// subtest, an advisory one is logged, a skip or a waived one skips. It returns
// the report.
//
// Shortly before the time of the test is up (go test -timeout) the run is
// interrupted, so that it still cleans up and reports.
func Run(t *testing.T, plan *engine.Plan) *engine.Report {
	t.Helper()
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-min(grace, time.Until(deadline)/4)))
		defer cancel()
	}
	report, err := engine.Run(ctx, plan)
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

// grace is how long clean-up and report may take.
const grace = 30 * time.Second

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
