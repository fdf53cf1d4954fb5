package suites_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
)

const wildFile = "wild.tsv"

// wildBug is a bug that service providers were reported to have.
type wildBug struct {
	fault string
	// report is the row or section of the sheet that names the reports, or the
	// report itself: a project and the number of its issue.
	report string
	// idp is the dialect that it was reported with.
	idp string
	// broken are all dialects of which a flow fails.
	broken []string
	bug    string
}

func wildBugs(t *testing.T) (out []wildBug) {
	data, err := os.ReadFile(wildFile)
	require.NoError(t, err)
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		f := strings.Split(line, "\t")
		require.Len(t, f, 5, line)
		if i > 0 {
			out = append(out, wildBug{f[0], f[1], f[2], strings.Fields(f[3]), f[4]})
		}
	}
	return out
}

// A bug that was seen in the wild, planted, fails a flow of the identity
// provider that it was reported with, and of no other than those that send the
// same.
func TestBugsInTheWild(t *testing.T) {
	set := suites.Set{Checks: lifecycle.Checks()}
	var every []string
	for _, d := range lifecycle.Dialects() {
		every = append(every, d.Name)
	}
	bugs := wildBugs(t)
	var mu sync.Mutex
	t.Run("planted", func(t *testing.T) {
		for i, b := range bugs {
			if !*update && !*everything && (i%3 != 0 || sampled(i)) {
				continue // all of them with -all: each is a run of all flows
			}
			t.Run(b.fault, func(t *testing.T) {
				t.Parallel()
				var broken []string
				for _, r := range run(t, set, reference.Config{Faults: []string{b.fault}}).Results {
					if r.Outcome == engine.Fail && r.Dialect != "" {
						broken = append(broken, r.Dialect)
					}
				}
				slices.Sort(broken)
				broken = slices.Compact(broken)
				assert.Contains(t, broken, b.idp)
				assert.Less(t, len(broken), len(every), "somebody does not care")
				if !*update {
					assert.Equal(t, b.broken, broken)
				}
				mu.Lock()
				defer mu.Unlock()
				bugs[i].broken = broken
			})
		}
	})
	if *update {
		var b strings.Builder
		b.WriteString("fault\treport\tidp\tbroken\tbug\n")
		for _, w := range bugs {
			fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", w.fault, w.report, w.idp, strings.Join(w.broken, " "), w.bug)
		}
		require.NoError(t, os.WriteFile(wildFile, []byte(b.String()), 0o644))
	}
}

// wildSection is the table of docs/idps.md.
func wildSection(b *strings.Builder, bugs []wildBug) {
	fmt.Fprintf(b, "\n## Bugs in the wild\n\n%d bugs that service providers were reported to have, or that hit what one identity provider\n"+
		"does and others do not. Each is a fault of the reference (`scimtest target --fault FAULT`); the tests plant it, and\n"+
		"see flows of these dialects fail and those of all others pass.\n\n| Bug | Source | Fault | Breaks |\n| --- | --- | --- | --- |\n", len(bugs))
	for _, w := range bugs {
		fmt.Fprintf(b, "| %s | %s | `%s` | %s |\n", cell(w.bug), w.report, w.fault, strings.Join(w.broken, ", "))
	}
}
