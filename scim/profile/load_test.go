package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim/profile"
)

func TestEveryBuiltInProfileLoads(t *testing.T) {
	require.Contains(t, profile.Names(), profile.Generic)
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		require.NoError(t, err)
		assert.Equal(t, name, p.Name)
		assert.NotEmpty(t, p.Title)
	}
}

func TestGenericPromisesWhatTheRFCsDemand(t *testing.T) {
	p, err := profile.Load("")
	require.NoError(t, err)
	assert.Equal(t, &profile.Profile{Name: profile.Generic, Title: p.Title}, p)
}

func TestFilesAreKnownByTheirPath(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"acme.yaml", "acme.yml", "acme"} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte("sandbox: true\n"), 0o600))
		p, err := profile.Load(file)
		require.NoError(t, err)
		assert.Equal(t, "acme", p.Name, "called after the file")
		assert.True(t, p.Sandbox)
	}
	t.Chdir(dir)
	p, err := profile.Load("acme.yml")
	require.NoError(t, err, "an ending makes a path, without a slash")
	assert.True(t, p.Sandbox)
}

func TestWhatCannotBeFoundIsSaid(t *testing.T) {
	_, err := profile.Load("genric")
	assert.EqualError(t, err, `there is no profile "genric"; did you mean "generic"? A file is named with a slash, or by its ending .yaml`)
	_, err = profile.Load("something-else")
	assert.ErrorContains(t, err, "known are: aws-iam-identity-center, ")
	_, err = profile.Load("./none.yaml")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// example is the profile in the documentation.
func example(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/profile-file.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(doc), "```yaml\n")
	require.True(t, ok)
	text, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	return text
}

func TestTheDocumentedExampleLoads(t *testing.T) {
	p, err := profile.Parse("acme.yaml", []byte(example(t)))
	require.NoError(t, err)
	assert.Equal(t, 500*time.Millisecond, p.SettlesWithin.ByID)
	assert.Equal(t, 2*time.Second, p.SettlesWithin.ByFilter)
	assert.Equal(t, "Europe/Oslo", p.Send["User"]["timezone"])
	assert.Equal(t, "should", p.Levels["create.location-header"].Level)
	assert.True(t, p.Sandbox)
}

func TestTheDocumentedExampleShowsEveryKey(t *testing.T) {
	p, err := profile.Parse("acme.yaml", []byte(example(t)))
	require.NoError(t, err)
	var look func(v reflect.Value, path string)
	look = func(v reflect.Value, path string) {
		if v.Kind() != reflect.Struct {
			assert.False(t, v.IsZero(), "%s is not in the example", path)
			return
		}
		for i := range v.NumField() {
			look(v.Field(i), path+"."+v.Type().Field(i).Tag.Get("yaml"))
		}
	}
	look(reflect.ValueOf(*p), "")
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		text         string
		line, column int
		want         string
	}{
		{"name: x\nuser-domian: x\n", 2, 1, `unknown key "user-domian"; did you mean "user-domain"?`},
		{"settles-within:\n  by-ids: 2s\n", 2, 3, `unknown key "by-ids"; did you mean "by-id"?`},
		{"levels: {a.b: {levl: should}}", 1, 16, `unknown key "levl"; did you mean "level"?`},
		{"name: x\nname: y\n", 2, 1, "already defined"},
		{"name: [", 1, 7, "not found"},
		{"- name", 1, 1, "mapping is expected"},
		{"name: x\n---\nname: y\n", 3, 0, "one file holds one profile"},
		{"sandbox: yes", 1, 10, "expected true or false"},
		{"supports: okta-oin", 1, 11, "sequence is expected"},
		{"settles-within: {by-id: soon}", 1, 25, "expected a duration such as 500ms or 2s"},
		{"settles-within:\n  by-filter: 2\n", 2, 14, "expected a duration such as 500ms or 2s"},
		{"settles-within: {by-id: -2s}", 1, 25, "not below zero"},
		{"name: x\nmembers: lists\n", 2, 10, `members: unknown word "lists"; did you mean "list"?`},
		{"members: sometimes", 1, 10, "known are: get, list, user-groups, none"},
		{"cleanup: deactivated", 1, 10, `did you mean "deactivate"?`},
		{"cleanup: command", 1, 10, "add cleanup-command"},
		{"cleanup-command: [rm]", 1, 18, "add cleanup: command"},
		{"arrange: {seat-limits: [./seats]}", 1, 24, `did you mean "seat-limit"?`},
		{"arrange: {seat-limit: []}", 1, 23, "arrange has no command for seat-limit"},
		{"observe: ./look", 1, 10, "sequence is expected"},
		{"features: {change-pasword: true}", 1, 28, `did you mean "change-password"?`},
		{"features: {me: 1}", 1, 16, "expected true or false"},
		{"supports:\n  - okta-oin\n  - entra\n", 3, 5, "known are: okta-aiw, "},
		{"supports: [entra-compliance]", 1, 12, `did you mean "entra-compliant"?`},
		{"methods: {absent: [DELET]}", 1, 20, `did you mean "DELETE"?`},
		{"methods: {absent: [DELETE Users]}", 1, 20, "write it like DELETE /Users"},
		{"resource-types: {absent: [groups]}", 1, 27, `did you mean "Group"?`},
		{"resource-types: {absent: [/Devices]}", 1, 27, "is no name of a resource type"},
		{"send: {Users: {title: x}}", 1, 15, `did you mean "User"?`},
		{"send:\n  User:\n    meta: {}\n", 3, 11, "given by the service provider"},
		{"send: {User: title}", 1, 14, "mapping is expected"},
		{"levels: {a.b: {level: may, reason: x}}", 1, 23, "known are: must, should, skip"},
		{"levels: {a.b: {level: should}}", 1, 15, "has no reason"},
		{"levels: {a.b: {reason: x}}", 1, 15, "has no level"},
		{"headers: {authorization: Bearer x}", 1, 26, "do not belong in a profile"},
		{"headers: {X Key: a}", 1, 18, "no name of an HTTP header"},
		{`headers: {X-Key: "a\nb"}`, 1, 18, "line break"},
		{"user-domain: ann@example.com", 1, 14, "is no domain"},
		{"base-url: scim.example.com/v2", 1, 11, "https://"},
		{"base-url: https://ann:pw@scim.example.com", 1, 11, "credentials"},
	} {
		_, err := profile.Parse("acme.yaml", []byte(c.text))
		var e *profile.Error
		if !assert.ErrorAs(t, err, &e, c.text) {
			continue
		}
		assert.Contains(t, e.Message, c.want, c.text)
		assert.Equal(t, c.line, e.Line, "line in %q", c.text)
		if c.column > 0 {
			assert.Equal(t, c.column, e.Column, "column in %q", c.text)
		}
		assert.NotContains(t, e.Message, "Go struct", c.text)
	}
}

func TestAnErrorShowsFilePlaceAndExcerpt(t *testing.T) {
	_, err := profile.Parse("staging/acme.yaml", []byte("name: x\nmembers: lists\nsandbox: true\n"))
	assert.EqualError(t, err, strings.Join([]string{
		`staging/acme.yaml:2:10: members: unknown word "lists"; did you mean "list"?`,
		`   1 | name: x`,
		`>  2 | members: lists`,
		`                ^`,
		`   3 | sandbox: true`,
	}, "\n"))
}

func TestEveryProblemIsReported(t *testing.T) {
	_, err := profile.Parse("acme.yaml", []byte("members: lists\ncleanup: burn\nfeatures: {fly: true}\n"))
	var all interface{ Unwrap() []error }
	require.True(t, errors.As(err, &all))
	assert.Len(t, all.Unwrap(), 3)
}

func TestAnEmptyFileIsAMistake(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing yet\n", "---\n"} {
		_, err := profile.Parse("acme.yaml", []byte(text))
		assert.EqualError(t, err, "acme.yaml: the file is empty; write at least a name", "%q", text)
	}
}
