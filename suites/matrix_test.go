package suites_test

import (
	"flag"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

var matrix = flag.Bool("matrix", false, "plant each fault under all checks and hold what notices it against docs/kill-matrix.md (minutes)")

// TestKillMatrix plants each fault under everything that is judged. A check
// that ceases to notice a fault shows as a change of docs/kill-matrix.md, and
// a fault that turns more than a quarter of the checks red shows that they
// judge how they arrange.
func TestKillMatrix(t *testing.T) {
	if !*matrix {
		t.Skip("takes minutes: go test ./suites -run TestKillMatrix -matrix")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // the runs are short, and many
	set := suites.All()
	var mu sync.Mutex
	red := map[string][]string{}
	t.Run("faults", func(t *testing.T) {
		for _, f := range reference.Faults() {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				report := run(t, set, reference.Config{Faults: []string{f.Name}}, func(p *engine.Plan) { p.RunID = "matrixa1" })
				ids := reds(report)
				assert.LessOrEqual(t, len(ids)*4, len(set.Checks)+len(set.Invariants), "more than a quarter of everything fails")
				mu.Lock()
				defer mu.Unlock()
				red[f.Name] = ids
			})
		}
	})
	if !t.Failed() || *update {
		generated(t, "../docs/kill-matrix.md", killMatrix(set, red))
	}
}

// reds lists the ids of what fails, sorted; what only a SHOULD asks for is
// advisory.
func reds(report *engine.Report) (ids []string) {
	for i := range report.Results {
		r := &report.Results[i]
		if r.Outcome == engine.Fail || r.Outcome == engine.Advisory && r.Level == engine.Should {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// killMatrix is the page: by fault, what names it and what notices it too.
func killMatrix(set suites.Set, red map[string][]string) string {
	named := catchers(set)
	var b strings.Builder
	fmt.Fprintf(&b, "# Which check catches what\n\n"+
		"Made by `go test ./suites -run TestKillMatrix -matrix -update`: each of the %d faults of the reference service\n"+
		"provider, planted alone under all %d checks and %d invariants. The first list are those that say they catch\n"+
		"the fault, which the tests prove; the second those that fail with it too, since they rest on the same behaviour.\n\n"+
		"| fault | red | caught by | noticed by |\n| --- | --- | --- | --- |\n",
		len(red), len(set.Checks), len(set.Invariants))
	for _, f := range reference.Faults() {
		var by, too []string
		for _, id := range red[f.Name] {
			if slices.Contains(named[f.Name], id) {
				by = append(by, "`"+id+"`")
			} else {
				too = append(too, "`"+id+"`")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s |\n", f.Name, len(red[f.Name]), strings.Join(by, " "), strings.Join(too, " "))
	}
	return b.String()
}
