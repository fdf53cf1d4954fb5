package profile_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim/profile"
)

func TestEveryBuiltInProfileLoads(t *testing.T) {
	require.Contains(t, profile.Names(), "generic")
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		require.NoError(t, err)
		assert.Equal(t, name, p.Name)
	}
}

// The example in the documentation uses every key.
func TestTheDocumentedExampleLoads(t *testing.T) {
	doc, err := os.ReadFile("../../docs/profile-file.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(doc), "```yaml\n")
	require.True(t, ok)
	example, _, _ := strings.Cut(rest, "```")
	p, err := profile.Parse("acme", []byte(example))
	require.NoError(t, err)
	assert.Equal(t, 500*time.Millisecond, p.SettlesWithin.ByID)
	assert.Equal(t, 2*time.Second, p.SettlesWithin.ByFilter)
	assert.Equal(t, []string{"Group"}, p.ResourceTypes.Absent)
	assert.Equal(t, "Europe/Oslo", p.Send["User"]["timezone"])
	assert.Equal(t, "should", p.Levels["create.location-header"].Level)
	assert.True(t, p.Sandbox)
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"user-domian: x":                     "user-domian",
		"members: never":                     `members is "never"; it can be get, list`,
		"cleanup: burn":                      "cleanup is",
		"cleanup: command":                   "there is no cleanup-command",
		"features: {fly: true}":              "a name in features",
		"methods: {absent: [FETCH]}":         "methods.absent",
		"levels: {a.b: {level: should}}":     "has no reason",
		"headers: {authorization: Bearer x}": "credentials come from",
		"settles-within: {by-id: soon}":      "soon",
		"user-domain: ann@example.com":       "give a domain",
		"name: [":                            "cannot be used",
	} {
		_, err := profile.Parse("x", []byte(text))
		assert.ErrorContains(t, err, want, text)
	}
	_, err := profile.Load("genric")
	assert.ErrorContains(t, err, "there are generic")
	_, err = profile.Load("./none.yaml")
	assert.ErrorContains(t, err, "check --profile")
}
