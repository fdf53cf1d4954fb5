package mockidp

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

// unnamed are the dialects of which too little is worded to tell them from those
// of others.
var unnamed = []string{"pingfederate-zpa"}

// Each dialect that nobody else words alike is known by its own requests.
func TestDialectsAreRecognized(t *testing.T) {
	for _, d := range Dialects() {
		r := NewRecognizer()
		for _, requests := range d.samples() {
			for _, req := range requests {
				r.Observe(req)
			}
		}
		g := r.Guess()
		var names []string
		for _, other := range g.Dialects {
			names = append(names, other.Name)
		}
		if slices.Contains(unnamed, d.Name) {
			assert.Empty(t, names)
			continue
		}
		assert.Contains(t, names, d.Name)
		assert.Empty(t, g.Against, d.Name)
	}
}

// No wording is without a sample.
func TestEveryIntentHasASample(t *testing.T) {
	for _, d := range Dialects() {
		samples := d.samples()
		for intent := range d.Source {
			assert.NotEmpty(t, samples[intent], "%s %s", d.Name, intent)
		}
	}
}

func TestEvidence(t *testing.T) {
	r := NewRecognizer()
	assert.Empty(t, r.Guess().Dialects, "of nothing nothing is known")
	d, err := Lookup("okta-oin", nil)
	require.NoError(t, err)
	r.Observe(d.Find(sampleUser))
	g := r.Guess()
	assert.Greater(t, len(g.Dialects), 1, "all of Okta's ask in this way")
	r.Observe(d.Deactivate("7", scim.Resource{}, sampleUser)[0])
	g = r.Guess()
	require.Equal(t, "okta-oin", g.Dialects[0].Name)
	assert.Equal(t, 1, g.Quirks["OKTA-Q01"], "%v", g.Quirks)
	assert.Contains(t, g.Quirks, "OKTA-Q06")
	assert.NotContains(t, g.Quirks, "OKTA-Q27", "no member was removed")
	var traits []string
	for _, e := range g.For {
		traits = append(traits, e.Trait)
		assert.NotEmpty(t, e.Source.Key, e.Trait)
	}
	assert.Contains(t, traits, "User-Agent: Okta SCIM Client")
	assert.Contains(t, traits, "sets active by: replace without a path, {active}")

	// The option of a row has to show.
	d, err = Lookup("entra-legacy", nil)
	require.NoError(t, err)
	other, err := Lookup("entra-legacy", map[string]string{"deleted-name": "tombstone"})
	require.NoError(t, err)
	r = NewRecognizer()
	r.Observe(d.Deactivate("7", scim.Resource{}, sampleUser)[0])
	assert.NotContains(t, r.Guess().Quirks, "E78")
	r.Observe(other.Deactivate("7", scim.Resource{}, other.deletedSample())[0])
	assert.Contains(t, r.Guess().Quirks, "E78")

	// Nobody whom we know.
	r = NewRecognizer()
	r.Observe(scim.Request{Method: "GET", Path: "/Users", Header: map[string][]string{"User-Agent": {"curl/8.5.0"}}})
	assert.Empty(t, r.Guess().Dialects)
}
