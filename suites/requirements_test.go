package suites_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/requirements"
)

var update = flag.Bool("update", false, "write the generated pages of docs/")

// Every row is judged by a check or an invariant, or has the reason why not,
// and never both.
func TestEveryRequirementIsJudgedOrHasAReason(t *testing.T) {
	judges := suites.All().Judges()
	for _, r := range requirements.All() {
		reason, judged := requirements.Reason(r.ID), len(judges[r.ID]) > 0
		assert.False(t, !judged && reason == "", "%s (%s, %s, visible: %s) has neither: %s", r.ID, r.Level, r.Subject, r.Visible, r.Statement)
		assert.False(t, judged && reason != "", "%s has a reason in unjudged.tsv and is judged by %v", r.ID, judges[r.ID])
	}
	for id := range judges {
		_, known := requirements.Lookup(id)
		assert.True(t, known, "%v name the row %s, which does not exist", judges[id], id)
	}
	for _, id := range requirements.Reasons() {
		_, known := requirements.Lookup(id)
		assert.True(t, known, "unjudged.tsv names the row %s, which does not exist", id)
	}
}

func TestRequirementsPage(t *testing.T) { generated(t, "../docs/requirements.md", requirementsPage()) }

// generated compares a page of docs/ with what it is made of.
func generated(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./suites -update")
	assert.True(t, string(have) == want, "%s is stale; run go test ./suites -update", path)
}

// requirementsPage lists every row with what judges it, or why nothing does.
func requirementsPage() string {
	set := suites.All()
	judges := set.Judges()
	var b strings.Builder
	b.WriteString("# The requirements of the RFCs, and what judges them\n\n" +
		"Made by `go test ./suites -update` from `suites/requirements/` and the checks. A fault in the last\n" +
		"column is one of the reference service provider: the tests see the check fail with it.\n\n")
	total, judged := map[string]int{}, map[string]int{}
	for _, r := range requirements.All() {
		total[r.Visible]++
		if len(judges[r.ID]) > 0 {
			judged[r.Visible]++
		}
	}
	b.WriteString("| visible to a client | rows | judged | with a reason why not |\n| --- | --- | --- | --- |\n")
	for _, v := range []string{"yes", "partial", "no"} {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", v, total[v], judged[v], total[v]-judged[v])
	}
	section := ""
	for _, r := range requirements.All() {
		if c := r.Citation(); c != section {
			section = c
			fmt.Fprintf(&b, "\n## %s\n\n| row | level | statement | judged by | faults |\n| --- | --- | --- | --- | --- |\n", section)
		}
		by, faults := judgedBy(judges[r.ID])
		if by == "" {
			by = "*" + requirements.Reason(r.ID) + "*"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.ID, r.Level, cell(r.Statement), cell(by), cell(faults))
	}
	return b.String()
}

// judgedBy lists checks and the faults that prove them.
func judgedBy(checks []*engine.Meta) (ids, faults string) {
	var names, caught []string
	for _, m := range checks {
		names = append(names, "`"+m.ID+"`")
		for _, f := range m.Catches {
			if f = "`" + f + "`"; !slices.Contains(caught, f) {
				caught = append(caught, f)
			}
		}
	}
	return strings.Join(names, ", "), strings.Join(caught, ", ")
}

// cell makes text fit for a cell of a table.
func cell(s string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s) }
