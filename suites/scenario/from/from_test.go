package from_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites/scenario"
	"github.com/scimtest/scimtest/suites/scenario/from"
)

var update = flag.Bool("update", false, "write the golden files anew")

// files reads files of testdata.
func files(t *testing.T, names ...string) (out [][]byte) {
	t.Helper()
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		out = append(out, data)
	}
	return out
}

// read makes a scenario of files, and reads it as a run does.
func read(t *testing.T, o from.Options, data ...[]byte) *from.Result {
	t.Helper()
	o.Name = "told"
	r, err := from.Read(o, data...)
	require.NoError(t, err)
	_, err = scenario.Parse(r.Scenario.YAML())
	require.NoError(t, err, "%s", r.Scenario.YAML())
	return r
}

// Each format is told by its content, and read as the golden file has it. The
// file holds what a review has to see: every verb, comment and question.
func TestFormats(t *testing.T) {
	for golden, tt := range map[string]struct {
		format string
		files  []string
	}{
		"okta-har":     {"HAR", []string{"okta.har"}},
		"okta-log":     {"Okta System Log", []string{"okta.json"}},
		"entra-graph":  {"Entra ID provisioning log", []string{"entra-graph.json"}},
		"entra-portal": {"Entra ID provisioning log", []string{"entra-portal.json"}},
		"entra-csv":    {"Entra ID provisioning log (CSV)", []string{"ProvisioningLogs.csv", "ProvisioningLogs_ModifiedProperties.csv"}},
		"entra-csv-2":  {"Entra ID provisioning log (CSV)", []string{"ProvisioningLogs.csv"}},
	} {
		t.Run(golden, func(t *testing.T) {
			r := read(t, from.Options{KeepNames: true}, files(t, tt.files...)...)
			assert.Equal(t, tt.format, r.Format)
			text := string(r.Scenario.YAML())
			for _, q := range r.Questions {
				text += "# question: " + q + "\n"
			}
			for _, v := range r.MadeUp {
				text += "# made up: " + v + "\n"
			}
			path := filepath.Join("testdata", golden+".golden.yaml")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), text)
		})
	}
}

// Names are replaced, and what bugs hang on stays: letter case, "+", apostrophes.
func TestNamesAreReplaced(t *testing.T) {
	for _, names := range [][]string{{"okta.har"}, {"okta.json"}, {"entra-graph.json"}, {"ProvisioningLogs.csv", "ProvisioningLogs_ModifiedProperties.csv"}} {
		text := string(read(t, from.Options{}, files(t, names...)...).Scenario.YAML())
		for _, name := range []string{"oneill", "o'neill", "acme", "berg", "riggers", "sailors", "captain"} {
			assert.NotContains(t, strings.ToLower(text), name, names)
		}
	}
	text := string(read(t, from.Options{}, files(t, "okta.har")...).Scenario.YAML())
	assert.Regexp(t, `userName: "[A-Z][a-z]{2}\.[A-Z]{2}[a-z]{4}\+\d@[a-z]+\.example", givenName: [A-Z][a-z]{2}, familyName: [A-Z]'[A-Z][a-z]{4},`, text)
}

// What nobody can read is refused with what can be.
func TestUnknownFormats(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "no recording that is known; a scenario is made from a HAR file",
		"hello":                        "no recording that is known",
		"{}":                           "no recording that is known",
		`[{"eventType":"x"}]`:          "no recording that is known",
		"a,b\n1,2\n":                   "no recording that is known",
		"changeId,newValue\n1,2\n":     "give ProvisioningLogs.csv as well",
		"changeId,action\n1,create,\"": "no CSV",
		`{"log":{"entries":[{"request":{"method":"GET","url":"http://h/x"},"response":{"status":200}}]}}`:     "no request to a SCIM endpoint",
		`{"log":{"entries":[{"request":{"method":"GET","url":"http://h/Users"},"response":{"status":200}}]}}`: "nothing in the HAR is a change",
		`[{"eventType":"user.session.start","published":"2026-03-02T07:00:00Z","target":[]}]`:                 "nothing in the Okta System Log is a change",
		`[{"eventType":"application.user_membership.add","published":"2026-03-02T07:00:00Z","target":[{"type":"AppInstance","id":"1"}]},{"eventType":"application.user_membership.add","published":"2026-03-02T07:00:00Z","target":[{"type":"AppInstance","id":"2"}]}]`: "2 applications; filter it",
	} {
		_, err := from.Read(from.Options{Name: "x"}, []byte(text))
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want, text)
	}
	_, err := from.Read(from.Options{Name: "x", IdP: "oktopus"}, files(t, "okta.har")...)
	assert.ErrorContains(t, err, `there is no dialect "oktopus"`)
	_, err = from.Read(from.Options{Name: "x"}, append(files(t, "okta.har"), files(t, "okta.har")...)...)
	assert.ErrorContains(t, err, "give one file")
}

// A recording that ends in the middle, as that of a program that was killed, is
// read as far as it goes.
func TestCutRecording(t *testing.T) {
	whole := files(t, "okta.har")[0]
	r := read(t, from.Options{}, whole[:len(whole)/2])
	assert.Equal(t, "HAR", r.Format)
	assert.NotEmpty(t, r.Scenario.Steps)
	assert.Contains(t, r.Questions, "the end of the recording is missing: what came before it is told")
}

// Without times the order of the file counts, and somebody is to look at it.
func TestLogWithoutTimes(t *testing.T) {
	r := read(t, from.Options{KeepNames: true}, []byte("Date (UTC),Change ID,Action,Status,Source Identity ID,Identity,Identity Type\n"+
		"3/2/2026 7:24,d1,Create,Success,a1,ada@x.example,User\n3/2/2026 7:25,d2,Delete,Success,a1,ada@x.example,User\n"))
	var out []string
	for i := range r.Scenario.Steps {
		out = append(out, r.Scenario.Steps[i].String())
	}
	assert.Equal(t, []string{"assign: ada", "delete: ada"}, out)
	assert.Contains(t, r.Questions, "not every entry has a time that can be read: see whether the steps are in order")
}

// A log that says the same in another order, or an object a line, tells the same.
func TestOrderOfLogs(t *testing.T) {
	first := read(t, from.Options{}, []byte(lines(t, "okta.json", false)))
	assert.Equal(t, first, read(t, from.Options{}, []byte(lines(t, "okta.json", true))))
	assert.Equal(t, first, read(t, from.Options{}, files(t, "okta.json")...))
}

// Whatever a file holds, it is refused or becomes a scenario that can be read.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"okta.har", "okta.json", "entra-graph.json", "entra-portal.json", "ProvisioningLogs.csv", "ProvisioningLogs_ModifiedProperties.csv"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := from.Read(from.Options{Name: "x"}, []byte(text))
		if err != nil {
			return
		}
		_, err = scenario.Parse(r.Scenario.YAML())
		require.NoError(t, err, "%s", r.Scenario.YAML())
	})
}
