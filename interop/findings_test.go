package interop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites/engine"
)

const header = `# What the tester finds on this server: outcome and key of the result. The
# indented note names the deviation of docs/interop.md that it reports, or says
# how it was verified. Steps of a flow that are blocked by an earlier step of it
# are left out.
`

// unverified is the note of a finding that -update met for the first time.
const unverified = "NOT VERIFIED"

// findings are notes by finding.
type findings map[string]string

// findingsOf lists what is not as it should be, one line a result, and the
// verdicts, in the order of the report.
func findingsOf(report *engine.Report) (out []string) {
	for i := range report.Results {
		r := &report.Results[i]
		if r.Outcome == engine.Pass || r.Outcome == engine.Skip || strings.HasPrefix(r.Reason, "after: ") {
			continue
		}
		out = append(out, string(r.Outcome)+" "+r.Key())
	}
	for _, v := range report.Verdicts {
		out = append(out, "verdict "+v.Dialect+": "+string(v.Readiness))
	}
	return out
}

func readFindings(t *testing.T, file string) findings {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && *update {
		return findings{}
	}
	require.NoError(t, err)
	out := findings{}
	last := ""
	for line := range strings.Lines(string(b)) {
		note, indented := strings.CutPrefix(line, "    ")
		line, note = strings.TrimSpace(line), strings.TrimSpace(note)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case indented:
			out[last] = strings.TrimSpace(out[last] + " " + note)
		default:
			require.NotContains(t, out, line, "%s has a line twice", file)
			out[line], last = "", line
		}
	}
	return out
}

// writeFindings writes the findings with the notes that are known, and returns
// what the file says now.
func writeFindings(t *testing.T, file string, known findings, found []string) findings {
	var b strings.Builder
	b.WriteString(header)
	for _, f := range found {
		note := known[f]
		if note == "" {
			note = unverified
		}
		b.WriteString("\n" + f + "\n")
		for _, line := range wrap(note, 96) {
			b.WriteString("    " + line + "\n")
		}
	}
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	return readFindings(t, file)
}

// wrap breaks a text into lines of at most width letters, at spaces.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

var deviation = regexp.MustCompile(`\b(SCM|EL)-\d+\b`)

// Every finding has a note, and every deviation that docs/interop.md lists is
// reported by a finding.
func TestFindingsAreVerified(t *testing.T) {
	files, err := filepath.Glob("*/findings*.txt")
	require.NoError(t, err)
	require.Len(t, files, len(servers))
	var reported []string
	for _, file := range files {
		for f, note := range readFindings(t, file) {
			assert.NotEmpty(t, note, "%s: %s", file, f)
			assert.NotContains(t, note, unverified, "%s: %s", file, f)
			reported = append(reported, deviation.FindAllString(note, -1)...)
		}
	}
	var listed []string
	doc, err := os.ReadFile(filepath.Join("..", "docs", "interop.md"))
	require.NoError(t, err)
	for line := range strings.Lines(string(doc)) {
		if row, ok := strings.CutPrefix(line, "| "); ok {
			if at := deviation.FindStringIndex(row); at != nil && at[0] == 0 {
				listed = append(listed, row[:at[1]])
			}
		}
	}
	for _, list := range []*[]string{&reported, &listed} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	assert.Equal(t, listed, reported, "deviations listed in docs/interop.md, and those that findings report")
}
