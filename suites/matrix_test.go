package suites_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
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
)

var (
	matrix      = flag.Bool("matrix", false, "plant each fault under all checks and hold what notices it against docs/kill-matrix.md (some minutes)")
	matrixShare = flag.Int("matrix.share", 1, "with -matrix: one fault in so many")
	matrixDraw  = flag.String("matrix.draw", "", "with -matrix.share: a word that draws them")
)

const matrixPage = "../docs/kill-matrix.md"

// reds is what notices a fault: always, or now and then, where that hangs on
// which requests meet. Both are ids, sorted.
type reds struct{ always, nowAndThen []string }

// judging is everything but the flows: which of those break with a fault is
// told by what they name, and by the bugs of the wild, since a flow needs all
// its steps and breaks with much that it is not about.
func judging() suites.Set {
	return suites.All().Without(isFlow)
}

func isFlow(m *engine.Meta) bool { return m.Dialect != "" && strings.HasSuffix(m.ID, "."+m.Dialect) }

// TestKillMatrix plants each fault under everything that is judged. A check
// that ceases to notice a fault differs from docs/kill-matrix.md, and a fault
// that turns more than a quarter of the checks red shows that they judge how
// they arrange.
func TestKillMatrix(t *testing.T) {
	if !*matrix {
		t.Skip("takes some minutes: go test ./suites -run TestKillMatrix -matrix -timeout 40m")
	}
	set := judging()
	var gates []string
	for i := range set.Checks {
		if m := &set.Checks[i].Meta; m.Dialect != "" {
			gates = append(gates, m.ID)
		}
	}
	written := readMatrix(t)
	var mu sync.Mutex
	red := maps.Clone(written) // what -run leaves out stays as it is
	t.Run("faults", func(t *testing.T) {
		for _, f := range reference.Faults() {
			if draw := fnv.New32a(); *matrixShare > 1 && !*update {
				fmt.Fprint(draw, *matrixDraw, f.Name)
				if draw.Sum32()%uint32(*matrixShare) != 0 {
					continue
				}
			}
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				ids, now := redWith(t, set, f.Name), written[f.Name]
				// A step of a gate needs those before it: that one fault breaks it is no wonder.
				judged := without(ids, gates)
				assert.LessOrEqual(t, len(judged)*4, len(set.Checks)+len(set.Invariants)-len(gates), "more than a quarter of all checks fails")
				if *update {
					now = tellReds(now, ids, redWith(t, set, f.Name), redWith(t, set, f.Name))
				} else {
					compareReds(t, set, f.Name, now, ids)
				}
				mu.Lock()
				defer mu.Unlock()
				red[f.Name] = now
			})
		}
	})
	if *update {
		require.NoError(t, os.WriteFile(matrixPage, []byte(killMatrix(set, red)), 0o644))
	}
}

// redWith lists the ids of what notices a fault, sorted.
func redWith(t *testing.T, set suites.Set, fault string) (ids []string) {
	report := run(t, set, reference.Config{Faults: []string{fault}}, func(p *engine.Plan) { p.RunID = "matrixa1" })
	for i := range report.Results {
		if r := &report.Results[i]; noticed(r) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// tellReds tells from some runs what notices a fault. What is red in all of
// them is red always; what is red in some, now and then. What the page says of
// the latter stays until a hand takes it out: a few runs do not disprove it,
// neither when it is red in none of them nor in all.
func tellReds(written reds, runs ...[]string) reds {
	seen := slices.Concat(append(runs, written.nowAndThen)...)
	slices.Sort(seen)
	var out reds
	for _, id := range slices.Compact(seen) {
		missing := slices.ContainsFunc(runs, func(ids []string) bool { return !slices.Contains(ids, id) })
		if missing || slices.Contains(written.nowAndThen, id) {
			out.nowAndThen = append(out.nowAndThen, id)
		} else {
			out.always = append(out.always, id)
		}
	}
	return out
}

// compareReds holds what fails with a fault against the page, but for what the
// page says fails now and then. What else some faults do may hang on which
// requests meet, too: only what differs three times in a row does.
func compareReds(t *testing.T, set suites.Set, fault string, written reds, ids []string) {
	gone, added := without(written.always, ids), without(without(ids, written.always), written.nowAndThen)
	for range 2 {
		if len(gone)+len(added) == 0 {
			return
		}
		again := redWith(t, set, fault)
		gone, added = without(gone, again), without(added, without(added, again))
	}
	assert.Empty(t, gone, "%s says that these notice the fault; make the page anew if that is wanted: go test ./suites -run TestKillMatrix -matrix -update", matrixPage)
	assert.Empty(t, added, "%s does not say that these notice the fault; make the page anew: go test ./suites -run TestKillMatrix -matrix -update", matrixPage)
}

// without lists what is in one list and not in the other.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// killMatrix is the page: by fault, what names it and what notices it too.
func killMatrix(set suites.Set, red map[string]reds) string {
	named := catchers(suites.All())
	var b strings.Builder
	fmt.Fprintf(&b, "# Which check catches what\n\n"+
		"Made by `go test ./suites -run TestKillMatrix -matrix -update -timeout 120m`: each of the %d faults of the reference service\n"+
		"provider, planted alone under all %d checks and %d invariants. The first list are those that say they catch\n"+
		"the fault, which the tests prove; the second those that fail with it too, since they rest on the same behaviour;\n"+
		"the third those that fail with it now and then, since that hangs on which requests meet: comparing passes over them.\n"+
		"Neither those nor flows are in the count; a star stands for the flows that say they catch the fault, in one dialect or more.\n\n"+
		"| fault | red | caught by | noticed by | now and then |\n| --- | --- | --- | --- | --- |\n",
		len(reference.Faults()), len(set.Checks), len(set.Invariants))
	for _, f := range reference.Faults() {
		r := red[f.Name]
		too := without(r.always, named[f.Name])
		by := append(quoted(without(r.always, too)), flowsNaming(f.Name)...)
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s | %s |\n", f.Name, len(r.always),
			strings.Join(by, " "), strings.Join(quoted(too), " "), strings.Join(quoted(r.nowAndThen), " "))
	}
	return b.String()
}

func quoted(ids []string) (out []string) {
	for _, id := range ids {
		out = append(out, "`"+id+"`")
	}
	return out
}

// flowsNaming lists the flows that say they catch a fault, as topic.*.
func flowsNaming(fault string) (topics []string) {
	for _, c := range suites.All().Checks {
		if isFlow(&c.Meta) && slices.Contains(c.Catches, fault) {
			topics = append(topics, "`"+strings.TrimSuffix(c.ID, c.Dialect)+"*`")
		}
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}

// matrixRows lists the rows of the page, each as its cells: fault, count, caught
// by, noticed by, now and then.
func matrixRows(t *testing.T) (rows [][]string) {
	page, err := os.ReadFile(matrixPage)
	require.NoError(t, err)
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(line, "|"); len(cells) == 7 && strings.HasPrefix(cells[1], " `") {
			rows = append(rows, cells[1:6])
		}
	}
	return rows
}

// readMatrix reads the page: what notices each fault.
func readMatrix(t *testing.T) map[string]reds {
	out := map[string]reds{}
	for _, row := range matrixRows(t) {
		out[idOf(row[0])] = reds{idsIn(row[2] + row[3]), idsIn(row[4])}
	}
	return out
}

// idsIn lists the ids in a cell, sorted, without the flows.
func idsIn(cell string) (ids []string) {
	for _, word := range strings.Fields(cell) {
		if id := idOf(word); !strings.HasSuffix(id, ".*") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func idOf(word string) string { return strings.Trim(word, "` ") }

// Every fault has a row of the page, and no other: this needs no run.
func TestKillMatrixListsEveryFault(t *testing.T) {
	var listed, want []string
	for _, row := range matrixRows(t) {
		listed = append(listed, idOf(row[0]))
	}
	for _, f := range reference.Faults() {
		want = append(want, f.Name)
	}
	assert.Equal(t, want, listed, "make the page anew: go test ./suites -run TestKillMatrix -matrix -update")
}

func TestTellReds(t *testing.T) {
	written := reds{always: []string{"gone", "solid", "shaky"}, nowAndThen: []string{"frequent", "rare"}}
	assert.Equal(t, reds{always: []string{"new", "solid"}, nowAndThen: []string{"frequent", "rare", "shaky", "some"}}, tellReds(written,
		[]string{"frequent", "new", "solid"}, []string{"frequent", "new", "shaky", "solid", "some"}, []string{"frequent", "new", "solid"}))
}
