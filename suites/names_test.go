package suites_test

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// namesFile lists the names that results have had in JUnit: a line for each class,
// the class first.
const namesFile = "testdata/junit-names.txt"

// Dashboards keep the history of a result by its name in JUnit. A name that was
// there once is there for ever: -update adds to the list, and takes nothing away.
func TestNamesStay(t *testing.T) {
	now := junitNames(t)
	data, err := os.ReadFile(namesFile)
	require.NoError(t, err)
	had := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		had[words[0]] = words[1:]
	}
	for class, names := range had {
		for _, name := range names {
			assert.Contains(t, now[class], name, "%s %s is gone, and with it its history: give it its name back", class, name)
		}
	}
	var b strings.Builder
	for class, names := range now {
		for _, name := range names {
			if !slices.Contains(had[class], name) {
				had[class] = append(had[class], name)
			}
		}
	}
	for _, class := range slices.Sorted(maps.Keys(had)) {
		slices.Sort(had[class])
		b.WriteString(class + " " + strings.Join(had[class], " ") + "\n")
	}
	if *update {
		require.NoError(t, os.WriteFile(namesFile, []byte(b.String()), 0o644))
		return
	}
	assert.Equal(t, b.String(), string(data), "there are new names: go test ./suites -run TestNamesStay -update")
}

// junitNames are the names of all results, by their class. A run that ends before
// it begins has them all.
func junitNames(t *testing.T) map[string][]string {
	client, url := start(t, reference.Config{}, scim.Config{})
	set := suites.All()
	plan := &engine.Plan{Checks: set.Checks, Invariants: set.Invariants, Dialects: dialects(), Target: client, BaseURL: url, NameID: "userName"}
	addOthers(t, plan, client, url)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := engine.Run(ctx, plan)
	require.NoError(t, err)
	names := map[string][]string{}
	for i := range report.Results {
		_, class, name := reports.Name("", &report.Results[i])
		names[class] = append(names[class], name)
	}
	return names
}
