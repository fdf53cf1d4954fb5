package suites_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/requirements"
)

func TestChecksPage(t *testing.T) { generated(t, "../docs/checks.md", checksPage()) }

// checksPage lists everything that a run can judge.
func checksPage() string {
	set := suites.All()
	var b strings.Builder
	b.WriteString("# Everything that is judged\n\n" +
		"Made by `go test ./suites -update`. `scimtest explain ID` says more, and shows the exchange.\n")
	for _, suite := range set.Names() {
		fmt.Fprintf(&b, "\n## %s\n\n| id | level | what a good target does | cites |\n| --- | --- | --- | --- |\n", suite)
		row := func(m *engine.Meta) {
			if m.Suite == suite {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.ID, m.Level, cell(m.Title), cell(cites(m)))
			}
		}
		for i := range set.Checks {
			row(&set.Checks[i].Meta)
		}
		for i := range set.Invariants {
			row(&set.Invariants[i].Meta)
		}
	}
	return b.String()
}

// cites lists the paragraphs, or documents, that a check rests on.
func cites(m *engine.Meta) string {
	var out []string
	seen := map[string]bool{}
	add := func(s string) {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	for _, id := range m.Requires {
		if r, ok := requirements.Lookup(id); ok {
			add(r.Citation())
		}
	}
	for _, s := range m.Sources {
		add(s.Key)
	}
	return strings.Join(out, ", ")
}
