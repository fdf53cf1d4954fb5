package scenario_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites/scenario"
)

func examples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../examples/scenarios/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// What is written is what was read.
func TestYAMLRoundTrip(t *testing.T) {
	for _, path := range append(examples(t), "testdata/everything.yaml") {
		s, err := scenario.ReadFile(path)
		require.NoError(t, err)
		again, err := scenario.Parse(s.YAML())
		require.NoError(t, err, "%s", s.YAML())
		for i := range again.Steps { // the lines differ
			again.Steps[i].Line = s.Steps[i].Line
		}
		assert.Equal(t, s, again, path)
	}
}

// Comments are for people: what is read is the same without them.
func TestComments(t *testing.T) {
	s, err := scenario.ReadFile("testdata/everything.yaml")
	require.NoError(t, err)
	plain := *s
	plain.Steps = slices.Clone(s.Steps)
	s.Steps[0].Comments = []string{"in the recording: 409", "two\nlines\r - assign: ada"}
	s.Comments = []string{"exchange 17: {: [", "steps: []"}
	assert.Contains(t, string(s.YAML()), "steps:\n  # in the recording: 409\n  # two lines  - assign: ada\n  - test-connection: true\n")
	assert.True(t, strings.HasSuffix(string(s.YAML()), "\n  # exchange 17: {: [\n  # steps: []\n"))
	again, err := scenario.Parse(s.YAML())
	require.NoError(t, err)
	for i := range again.Steps {
		again.Steps[i].Line = plain.Steps[i].Line
	}
	assert.Equal(t, &plain, again)
}

// A mistake is told with its line, and with what would be right.
func TestMistakes(t *testing.T) {
	head := "name: x\nsteps:\n"
	for text, want := range map[string]string{
		"name: x\n":                                        "it has no steps",
		"steps:\n  - assign: ada\n":                        "it has no name",
		"name: X y\nsteps:\n  - assign: ada\n":             "lower-case letters",
		"nam: x\nsteps:\n  - assign: ada\n":                `unknown field "nam"`,
		"name: x\nlook: twice\nsteps: [{assign: ada}]\n":   "look cannot be",
		head + "  - assign: ada\n  - unasign: bo\n":        `line 4: step 2: there is no verb "unasign"; did you mean "unassign"?`,
		head + "  - assign: Ada\n":                         `"Ada" is no key of a person`,
		head + "  - assign: ada\n    unassign: ada\n":      "it has two verbs",
		head + "  - assign: ada\n    when: now\n":          `there is no "when" beside assign`,
		head + "  - assign: ada\n    fails: 200\n":         "fails cannot be 200",
		head + "  - create: ada\n":                         "write behind-our-back: {create: ...}",
		head + "  - behind-our-back: {assign: ada}\n":      "nothing that is done behind",
		head + "  - behind-our-back: ada\n":                "holds one verb",
		head + "  - change: {ada: {shoes: brown}}\n":       `there is no attribute "shoes" of people`,
		head + "  - change: {ada: {title: 7}}\n":           "put it in quotes",
		head + "  - change: {ada: {userName: null}}\n":     "nobody can be without a userName",
		head + "  - change: ada\n":                         "such as {ada: {title: Captain}}",
		head + "  - push-group: {crew: {ada: bo}}\n":       "write it like {crew: [ada, bo]}",
		head + "  - run-cycle: 3\n":                        "it takes true",
		head + "  - expect: {ada: gone}\n":                 `nobody is called "ada" before`,
		head + "  - assign: ada\n  - expect: {ada: odd}\n": `a person cannot be "odd"`,
		head + "  - assign: a\n  - delete-group: a\n":      `"a" is a person and a group`,
		head + "  - request: FETCH /Users\n":               "is not like POST /Users",
		head + "  - request: GET /Users\n    answer: 7\n":  "answer is a status and paths",
		head + "  - assign: ada\n    body: {}\n":           `there is no "body" beside assign`,
	} {
		_, err := scenario.Parse([]byte(text))
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want, text)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../../examples/scenarios/*.yaml")
	for _, path := range append(files, "testdata/everything.yaml") {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scenario.Parse([]byte(text))
		if err != nil {
			return
		}
		_, err = scenario.Parse(s.YAML())
		require.NoError(t, err, "%s", s.YAML())
	})
}

// The guide names every verb and every attribute.
func TestGuideNamesEverything(t *testing.T) {
	data, err := os.ReadFile("../../docs/scenarios.md")
	require.NoError(t, err)
	guide := string(data)
	for _, v := range scenario.Verbs() {
		assert.Contains(t, guide, "`"+v[0]+"`")
	}
	for _, a := range scenario.Attributes() {
		assert.True(t, strings.Contains(guide, "`"+a+"`"), a)
	}
}

// The JSON Schema takes what Parse takes, and refuses an unknown verb.
func TestJSONSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("scenario.json", bytes.NewReader(scenario.JSONSchema())))
	schema, err := c.Compile("scenario.json")
	require.NoError(t, err)
	valid := func(data []byte) error {
		text, err := yaml.YAMLToJSON(data)
		require.NoError(t, err)
		var v any
		require.NoError(t, json.Unmarshal(text, &v))
		return schema.Validate(v)
	}
	for _, path := range append(examples(t), "testdata/everything.yaml") {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.NoError(t, valid(data), path)
	}
	for _, steps := range []string{"unasign: ada", "change: {ada: {shoes: brown}}", "assign: ada\n    unassign: bo", "run-cycle: 3", "behind-our-back: {assign: ada}"} {
		assert.Error(t, valid([]byte("steps:\n  - "+steps+"\n")), steps)
	}
}
