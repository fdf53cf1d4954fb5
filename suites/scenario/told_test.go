package scenario_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
	"github.com/scimtest/scimtest/suites/scenario"
	"github.com/scimtest/scimtest/suites/scenario/from"
)

// told is the scenario made of a recording, as its file has it.
func told(t *testing.T, r recording) (*scenario.Scenario, *from.Result, string) {
	t.Helper()
	data, err := os.ReadFile(r.path)
	require.NoError(t, err)
	out, err := from.Read(from.Options{Name: "told"}, data)
	require.NoError(t, err)
	text := string(out.Scenario.YAML())
	s, err := scenario.Parse([]byte(text))
	require.NoError(t, err, text)
	return s, out, text
}

// The scenario made of the whole life of people in each dialect is played by that
// dialect on a fresh target, and tells a fault that it touches. Its file names
// nobody.
func TestWholeLifeTold(t *testing.T) {
	for _, d := range lifecycle.Dialects() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			r := record(t, d.Name, false)
			s, out, text := told(t, r)
			assert.Contains(t, s.IdPs, d.Name, "recognised")
			assert.Empty(t, out.MadeUp)
			if !allFaults() { // other flows begin with what was there before
				assert.Empty(t, out.Questions)
			}
			if i := advisory(played(t, s, d.Name)); i >= 0 {
				assert.Contains(t, strings.Join(out.Scenario.Steps[i].Comments, "\n"), "in the recording: ", "what was refused is refused again")
				s.Steps = slices.Delete(s.Steps, i, i+1)
			}
			require.Empty(t, firstBad(played(t, s, d.Name)), text)

			faults := 0
			for _, flow := range []string{"joiner", "mover", "leaver", "group-push", "group-member-removed"} {
				touched := caught(d.Name, flow)
				if len(touched) == 0 {
					continue // it does not play the flow
				}
				// A scenario tells of some faults what a flow tells of all: whether
				// who has left is still there is for the flow to say.
				told := slices.IndexFunc(touched, func(f string) bool {
					bad := firstBad(played(t, s, d.Name, f))
					return strings.Contains(bad, " fail: ") || strings.Contains(bad, " advisory: ") && strings.Contains(bad, "(assumed: ")
				})
				assert.GreaterOrEqual(t, told, 0, "none of %v", touched)
				faults++
			}
			assert.Positive(t, faults)

			text = strings.ToLower(text)
			words := wordsOf(text)
			require.NotEmpty(t, r.names)
			for name := range r.names {
				assert.False(t, len(name) > 7 && strings.Contains(text, strings.ToLower(name)), name)
				for word := range wordsOf(name) {
					assert.False(t, len(word) > 5 && words[word], "%s of %s", word, name)
				}
			}
		})
	}
}

// A recording without people tells the same story as one with them, and the same
// each time.
func TestAnonymizedTold(t *testing.T) {
	r := record(t, "okta-oin", true)
	s, _, text := told(t, r)
	assert.Empty(t, firstBad(played(t, s, "okta-oin")), text)
	_, _, again := told(t, r)
	assert.Equal(t, text, again)
}

// What a log tells is played, too.
func TestLogsTold(t *testing.T) {
	for _, tt := range []struct {
		fault string
		files []string
	}{
		{"patch-remove-ignored", []string{"okta.json"}},
		{"patch-ignored", []string{"entra-graph.json"}},
		{"delete-ignored", []string{"entra-portal.json"}},
		{"patch-ignored", []string{"ProvisioningLogs.csv", "ProvisioningLogs_ModifiedProperties.csv"}},
	} {
		var data [][]byte
		for _, name := range tt.files {
			text, err := os.ReadFile("from/testdata/" + name)
			require.NoError(t, err)
			data = append(data, text)
		}
		out, err := from.Read(from.Options{Name: "told"}, data...)
		require.NoError(t, err)
		s, err := scenario.Parse(out.Scenario.YAML())
		require.NoError(t, err)
		require.Len(t, s.IdPs, 1)
		assert.Empty(t, firstBad(played(t, s, s.IdPs[0])), "%s\n%s", tt.files, out.Scenario.YAML())
		assert.Contains(t, firstBad(played(t, s, s.IdPs[0], tt.fault)), " fail: ", tt.files)
	}
}

// advisory is the first step that gives advice alone, from 0; -1 for none. The
// reference refuses a request that an identity provider is only assumed to send,
// and the story ends there.
func advisory(results []*engine.Result) int {
	return slices.IndexFunc(results, func(r *engine.Result) bool { return r.Outcome == engine.Advisory })
}
