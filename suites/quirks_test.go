package suites_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites"
)

// quirkRow is a row of the quirk tables, with what tests it.
type quirkRow struct {
	id string
	// tests are golden requests, as DIALECT/FILE, and tests of mockidp.
	tests []string
	// flows and checks name the row in Breaks; checks are those of the RFC
	// suite, for rows that are about answers alone.
	flows, checks []string
	// reason says why nothing tests it.
	reason string
}

func (r quirkRow) tested() bool { return len(r.tests)+len(r.flows)+len(r.checks) > 0 }

// quirkRows reads mockidp/quirks-covered.tsv, and adds what checks say.
func quirkRows(t *testing.T) []quirkRow {
	data, err := os.ReadFile("../mockidp/quirks-covered.tsv")
	require.NoError(t, err)
	flows, checks := map[string][]string{}, map[string][]string{}
	for _, c := range suites.All().Checks {
		for _, row := range c.Breaks {
			if c.Dialect != "" {
				flows[row] = append(flows[row], strings.TrimSuffix(c.ID, "."+c.Dialect))
			} else {
				checks[row] = append(checks[row], c.ID)
			}
		}
	}
	for _, i := range suites.All().Invariants {
		for _, row := range i.Breaks {
			checks[row] = append(checks[row], i.ID)
		}
	}
	set := func(list []string) []string {
		slices.Sort(list)
		return slices.Compact(list)
	}
	var out []quirkRow
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		f := strings.Split(line, "\t")
		require.Len(t, f, 3, line)
		if i > 0 {
			out = append(out, quirkRow{f[0], strings.Fields(f[1]), set(flows[f[0]]), set(checks[f[0]]), f[2]})
		}
	}
	return out
}

// Every row of the quirk tables is tested, by a golden request, a test of the
// provider, of the flows or of the profiles of products, or by a flow, or has the
// reason why it is not.
func TestQuirksAreCovered(t *testing.T) {
	var sources strings.Builder
	var files []string
	for _, dir := range []string{"../mockidp", "lifecycle", "."} {
		found, err := filepath.Glob(dir + "/*_test.go")
		require.NoError(t, err)
		files = append(files, found...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		sources.Write(data)
	}
	var have []string
	for _, r := range quirkRows(t) {
		have = append(have, r.id)
		assert.NotEqual(t, r.tested(), r.reason != "", "%s: either what tests it, or the reason why nothing does", r.id)
		for _, name := range r.tests {
			if strings.HasPrefix(name, "Test") {
				name, _, _ = strings.Cut(name, "/")
				assert.Contains(t, sources.String(), "func "+name+"(t *testing.T)", r.id)
			} else {
				assert.FileExists(t, "../mockidp/testdata/"+name+".http", r.id)
			}
		}
	}
	assert.Equal(t, sheetRows(t), have, "the rows of the sheets, in their order")
}

// sheetRows reads the ids of the rows of the quirk tables from the sheets.
func sheetRows(t *testing.T) (out []string) {
	row := regexp.MustCompile(`(?m)^\| (OKTA-Q\d+|E\d+|\d+) \|`)
	heading := regexp.MustCompile(`(?m)^## .*Quirk table$`)
	for _, sheet := range []struct{ file, prefix string }{{"okta", ""}, {"entra", ""}, {"other-idps", "other-"}, {"zscaler", "zscaler-"}} {
		data, err := os.ReadFile("../docs/protocol/" + sheet.file + ".md")
		require.NoError(t, err)
		parts := heading.Split(string(data), 2)
		require.Len(t, parts, 2, sheet.file)
		table, _, _ := strings.Cut(parts[1], "\n## ")
		for _, m := range row.FindAllStringSubmatch(table, -1) {
			id := m[1]
			if sheet.prefix != "" {
				id = fmt.Sprintf("%s%02s", sheet.prefix, id)
			}
			out = append(out, id)
		}
	}
	return out
}

func quirkSection(b *strings.Builder, rows []quirkRow) {
	tested := 0
	for _, r := range rows {
		if r.tested() {
			tested++
		}
	}
	fmt.Fprintf(b, "\n## Quirks\n\nOf the %d rows of the quirk tables of the sheets, %d are tested by a golden request, a test of the\n"+
		"provider or a flow, and %d have a reason why not. Checks of the RFC suite see the fault in the target.\n\n"+
		"| Row | Golden requests, tests of mockidp | Flows | Checks of the RFC suite | Not tested because |\n| --- | --- | --- | --- | --- |\n",
		len(rows), tested, len(rows)-tested)
	for _, r := range rows {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", r.id, cell(strings.Join(r.tests, ", ")),
			cell(strings.Join(r.flows, ", ")), cell(strings.Join(r.checks, ", ")), cell(r.reason))
	}
}
