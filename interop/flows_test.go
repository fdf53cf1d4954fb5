package interop

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
)

// flowsPage is the table of flows and dialects, made by -update.
const flowsPage = "../docs/interop-flows.md"

// marks are how a flow ended, the worst of its steps; the first that any step
// has counts.
var marks = []struct {
	outcome engine.Outcome
	mark    string
}{{engine.Fail, "breaks"}, {engine.Blocked, "?"}, {engine.Advisory, "limits"}, {engine.Pass, "ok"}, {engine.Skip, "–"}}

// flowsSection is what the flows of each dialect found on one server.
func flowsSection(name string, report *engine.Report) string {
	var flows []string
	ends := map[string]map[string]bool{} // "flow dialect": outcomes
	for _, r := range report.Results {
		flow, ok := strings.CutSuffix(r.ID, "."+r.Dialect)
		if r.Dialect == "" || !ok {
			continue
		}
		if !slices.Contains(flows, flow) {
			flows = append(flows, flow)
		}
		key := flow + " " + r.Dialect
		if ends[key] == nil {
			ends[key] = map[string]bool{}
		}
		ends[key][string(r.Outcome)] = true
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n| |", name)
	verdicts := map[string]engine.Readiness{}
	for _, v := range report.Verdicts {
		verdicts[v.Dialect] = v.Readiness
	}
	dialects := lifecycle.Dialects()
	for _, d := range dialects {
		fmt.Fprintf(&b, " %s |", d.Name)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(dialects)) + "\n| **verdict** |")
	for _, d := range dialects {
		fmt.Fprintf(&b, " %s |", verdicts[d.Name])
	}
	for _, f := range flows {
		fmt.Fprintf(&b, "\n| %s |", f)
		for _, d := range dialects {
			mark := ""
			for _, m := range marks {
				if mark == "" && ends[f+" "+d.Name][string(m.outcome)] {
					mark = m.mark
				}
			}
			fmt.Fprintf(&b, " %s |", mark)
		}
	}
	return b.String() + "\n"
}

// compareFlows holds the sections against the page, or writes it.
func compareFlows(t *testing.T, sections []string) {
	page := "# The flows on two servers of others\n\n" +
		"Made by `go test ./interop -interop -update`. What a flow found there, the worst of its steps: *ok*, *limits*\n" +
		"(it works in part), *breaks*, or a dash where the dialect does not play it, or the server lacks what it is about; ?\n" +
		"is not put to the test. What breaks, and why, is in [interop.md](interop.md); each was verified with curl.\n" +
		strings.Join(sections, "")
	if *update {
		require.NoError(t, os.WriteFile(flowsPage, []byte(page), 0o644))
	}
	have, err := os.ReadFile(flowsPage)
	require.NoError(t, err)
	assert.Equal(t, string(have), page, "docs/interop-flows.md differs; run go test ./interop -interop -update")
}
