package suites_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

var (
	mutantOf = flag.String("mutant.of", "", "the checks whose verdicts TestMutant writes, by id with commas")
	mutantTo = flag.String("mutant.to", "", "the file that TestMutant writes")
)

// elsewhere: one in so many of the faults that docs/kill-matrix.md does not say
// a check notices is planted all the same.
const elsewhere = 8

// TestMutant writes what some checks say of the reference, of each fault that
// they notice and of some others, of each allowed variation and behind the
// first create of each hostile target. internal/mutate compares what a check
// and a mutation of it say: both are held by the proofs and by
// docs/kill-matrix.md, so what differs is noticed.
func TestMutant(t *testing.T) {
	if *mutantOf == "" {
		t.Skip("serves internal/mutate")
	}
	all := suites.All()
	set, err := all.Select(strings.Split(*mutantOf, ",")...)
	require.NoError(t, err)
	ids := set
	targets := []reference.Config{{}}
	if len(set.Invariants) == 0 {
		red := readMatrix(t)
		for i, f := range reference.Faults() {
			if i%elsewhere == 0 || slices.ContainsFunc(red[f.Name].always, func(id string) bool { return set.Lookup(id) != nil }) {
				targets = append(targets, reference.Config{Faults: []string{f.Name}})
			}
		}
	} else {
		// An invariant needs the traffic of all checks: only what it names.
		named := catchers(set)
		for _, f := range slices.Sorted(maps.Keys(named)) {
			targets = append(targets, reference.Config{Faults: []string{f}})
		}
		wide, err := all.SelectSuites("rfc")
		require.NoError(t, err)
		set.Checks = wide.Checks
	}
	for _, v := range reference.Variations() {
		targets = append(targets, reference.Config{Variations: []string{v.Name}})
	}
	for _, h := range reference.Hostiles() {
		if !costly[h.Name] {
			targets = append(targets, reference.Config{Hostile: h.Name, HostileAfter: "first-create"})
		}
	}
	var mu sync.Mutex
	var lines []string
	t.Run("targets", func(t *testing.T) {
		for _, cfg := range targets {
			name := strings.Join(cfg.Faults, "") + strings.Join(cfg.Variations, "") + cfg.Hostile
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				judge := runHostile
				if cfg.Hostile == "" {
					judge = func(t *testing.T, set suites.Set, cfg reference.Config) *engine.Report { return run(t, set, cfg) }
				}
				report := judge(t, set, cfg)
				mu.Lock()
				defer mu.Unlock()
				for i := range report.Results {
					if r := &report.Results[i]; ids.Lookup(r.ID) != nil {
						lines = append(lines, fmt.Sprintf("%s: %s %s", name, r.Key(), r.Outcome))
					}
				}
			})
		}
	})
	slices.Sort(lines)
	require.NoError(t, os.WriteFile(*mutantTo, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
}
