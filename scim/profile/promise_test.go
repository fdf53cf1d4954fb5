package profile_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim/profile"
)

// citation is a section of a protocol sheet in a source.
var citation = regexp.MustCompile(`([a-z-]+\.md) ([0-9]+(?:\.[0-9]+)*)`)

func TestEveryStatementOfAShippedProfileHasASource(t *testing.T) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		require.NoError(t, err)
		if name != profile.Generic {
			assert.NotEmpty(t, p.Statements(), name)
		}
		for _, problem := range unsourced(t, p) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

func TestAStatementWithoutASourceIsNoticed(t *testing.T) {
	p, err := profile.Parse("x.yaml", []byte("limits: {page: {default: 10, maximum: 20}}\nsources: {limits.page.maximum: 'documented: zscaler.md 3.4'}\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"limits.page.default has no source"}, unsourced(t, p))
	p, err = profile.Parse("x.yaml", []byte("members: none\nsources: {members: 'documented: zscaler.md 33'}\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"members: there is no section zscaler.md 33"}, unsourced(t, p))
	p, err = profile.Parse("x.yaml", []byte("members: none\nsources: {members: 'documented: somewhere'}\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"members: the source names no section of a sheet"}, unsourced(t, p))
}

// unsourced says what is wrong with the sources of a profile.
func unsourced(t *testing.T, p *profile.Profile) (out []string) {
	for _, s := range p.Statements() {
		if s.Source == "" {
			out = append(out, s.Path+" has no source")
			continue
		}
		cited := citation.FindAllStringSubmatch(s.Source, -1)
		if len(cited) == 0 {
			out = append(out, s.Path+": the source names no section of a sheet")
		}
		for _, c := range cited {
			if !hasSection(t, c[1], c[2]) {
				out = append(out, s.Path+": there is no section "+c[1]+" "+c[2])
			}
		}
	}
	return out
}

func hasSection(t *testing.T, sheet, section string) bool {
	text, err := os.ReadFile(filepath.Join("../../docs/protocol", sheet))
	require.NoError(t, err)
	return regexp.MustCompile(`(?m)^#+ ` + regexp.QuoteMeta(section) + `\.? `).Match(text)
}

func TestAProfileExtendsAnother(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	write("base.yaml", `
name: base
sandbox: true
user-domain: base.example.com
limits: {page: {default: 10, maximum: 20}}
attributes: {User: {userName: {required: true}, title: {}}}
supports: [okta-aiw]
sources: {limits: "documented: the page on limits"}
`)
	own := write("own.yaml", `
extends: base.yaml
limits: {page: {maximum: 50}}
attributes: {User: {title: null, nickName: {}}}
supports: [entra-legacy]
`)
	p, err := profile.Load(own)
	require.NoError(t, err)
	assert.Equal(t, "own", p.Name)
	assert.False(t, p.Sandbox, "consent is not inherited")
	assert.Equal(t, "base.example.com", p.UserDomain)
	assert.Equal(t, profile.Page{Default: 10, Maximum: 50}, p.Limits.Page)
	assert.Contains(t, p.Attributes["User"], "nickName")
	assert.NotContains(t, p.Attributes["User"], "title", "null takes a key away")
	assert.Equal(t, []string{"entra-legacy"}, p.Supports, "lists are replaced")
	assert.Equal(t, "documented: the page on limits", p.SourceOf("limits.page.default"))

	for _, name := range profile.Names() {
		_, err := profile.Parse("x.yaml", []byte("extends: "+name))
		assert.NoError(t, err)
	}
	_, err = profile.Load(write("self.yaml", "extends: self.yaml\n"))
	assert.ErrorContains(t, err, "does one extend itself?")
	_, err = profile.Load(write("lost.yaml", "extends: ./none.yaml\n"))
	assert.ErrorContains(t, err, "lost.yaml:1:10: the profile cannot be read")
	_, err = profile.Load(write("odd.yaml", "extends: genric\n"))
	assert.ErrorContains(t, err, `did you mean "generic"?`)
	write("wrong.yaml", "members: lists\n")
	_, err = profile.Load(write("over.yaml", "extends: wrong.yaml\n"))
	assert.ErrorContains(t, err, `unknown word "lists"`)
}

func TestWhatIsWrongWithAPromiseIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"discovery: none":                                                                    "known are: present, anonymous, absent",
		"deactivation: deleted":                                                              "known are: inactive, gone, either",
		"base-path: scim/v2":                                                                 "is no path",
		"media-types: [json]":                                                                "is no media type",
		"user-name: {domains: [ann@example.com]}":                                            "is no domain",
		"user-name: {form: email}":                                                           "known are: address",
		"limits: {page: {default: 20, maximum: 10}}":                                         "longer by default",
		"limits: {groups-per-user: -1}":                                                      "not below zero",
		"limits: {rate: {requests: 5}}":                                                      "add both requests and per",
		"limits: {rate: {requests: 5, per: soon}}":                                           "expected a duration",
		"attributes: {Device: {id: {}}}":                                                     "those of User and Group can",
		"attributes: {User: {'emails[type eq \"work\"]': {}}}":                               "is no path of an attribute",
		"attributes: {User: {title: {type: text}}}":                                          `unknown word "text"`,
		"filters: {User: [userName is VALUE]}":                                               "is no filter",
		"deviations: {x: {source: 'documented: a'}}":                                         "does not say what the product does",
		"deviations: {x: {says: It hums}}":                                                   "has no source",
		"deviations: {x: {says: It hums, source: 'maybe: a'}}":                               "has no source",
		"deviations: {x: {says: a, source: 'observed: b', breaches: [3.4]}}":                 "is no row of the requirements",
		"deviations: {x: {says: a, source: 'observed: b', checks: ['a.[b']}}":                "is no pattern of ids",
		"deviations: {x: {says: a, source: 'observed: b', answers: [{to: PATCH, with: 1}]}}": "another status is written like",
		"members: none\nsources: {members: a page}":                                          "does not begin with documented, observed or assumed",
		"sources: {limits: 'documented: a page'}":                                            "of which the profile says nothing",
	} {
		_, err := profile.Parse("acme.yaml", []byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

func TestADeviationBendsTheChecksThatItNames(t *testing.T) {
	p, err := profile.Parse("x.yaml", []byte(`
levels: {a.b: {level: must, reason: own}}
deviations:
  hums: {says: It hums., source: "observed: here", checks: [a.*, c.d], answers: [{to: "PATCH /Users/{id}", with: 204, instead: 200}]}
  sings: {says: It sings, source: "observed: here", checks: [e], level: should}
`))
	require.NoError(t, err)
	for id, want := range map[string]profile.LevelChange{
		"a.b": {Level: "must", Reason: "own"}, "a.c": {Level: "skip", Reason: "It hums (hums)"}, "e": {Level: "should", Reason: "It sings (sings)"},
	} {
		got, ok := p.LevelOf("other", id)
		assert.True(t, ok, id)
		assert.Equal(t, want, got, id)
	}
	_, ok := p.LevelOf("c.d.e")
	assert.False(t, ok)
	assert.Equal(t, []int{204}, p.StatusInstead("PATCH /Users/{id}", 200))
	assert.Empty(t, p.StatusInstead("PUT /Users/{id}", 200))
}

func TestTheModelHasWhatIsListedAndNothingElse(t *testing.T) {
	p, err := profile.Parse("x.yaml", []byte(`
attributes:
  User:
    userName: {required: true, unique: true}
    name.givenName: {}
    emails.value: {}
    "urn:acme:User:plan": {one-of: [a, b], read-only: true}
`))
	require.NoError(t, err)
	model := p.Model()
	require.Len(t, model, 1)
	assert.Equal(t, "/Users", model[0].Endpoint)
	var paths []string
	for _, s := range model[0].Schemas {
		for _, d := range s.Attributes {
			paths = append(paths, d.Name)
			for _, sub := range d.Subs {
				paths = append(paths, d.Name+"."+sub.Name)
			}
		}
	}
	slices.Sort(paths)
	assert.Equal(t, "emails emails.value name name.givenName plan userName", strings.Join(paths, " "))
	schemas, types := p.Discovered()
	assert.Contains(t, string(schemas), `"uniqueness":"server"`)
	assert.Contains(t, string(types), `"schemaExtensions"`)
	none, err := profile.Load("")
	require.NoError(t, err)
	schemas, types = none.Discovered()
	assert.Nil(t, schemas)
	assert.Nil(t, types)
}
