package mockidp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// A custom client sends what its file says, byte for byte; what the file does
// not word, it does not do.
func TestCustomClient(t *testing.T) {
	data, err := os.ReadFile("testdata/custom/client.yaml")
	require.NoError(t, err)
	d, err := mockidp.ParseCustom(data)
	require.NoError(t, err)
	assert.Equal(t, "script", d.Name)
	assert.Nil(t, d.Update)
	assert.Equal(t, "the file does not word it", d.Unknown["Update"])
	for intent, requests := range intents(t, d) {
		golden(t, filepath.Join("testdata", "custom", intent+".http"), d.Source[intent], "", nil, requests)
	}
	odd := ann
	odd.GivenName = "An\"n\\\n"
	assert.True(t, scim.ValidJSON(d.Create(odd).Body), "a value cannot break the body")
	assert.Equal(t, "/Users/a%2Fb%20c", d.Delete("a/b c").Path)
}

// The clients in examples/clients are what they are said to be.
func TestExampleClients(t *testing.T) {
	files, err := filepath.Glob("../examples/clients/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		d, err := mockidp.ParseCustom(data)
		require.NoError(t, err, file)
		assert.Equal(t, strings.TrimSuffix(filepath.Base(file), ".yaml"), d.Name)
		for intent, requests := range intents(t, d) {
			golden(t, filepath.Join("testdata", "examples", d.Name, intent+".http"), d.Source[intent], "", nil, requests)
		}
	}
}

// A mistake in the file is an error that says where.
func TestCustomClientIsStrict(t *testing.T) {
	for body, want := range map[string]string{
		"intents: {}":          "it has no name",
		"name: x\nheadres: {}": "headres",
		"name: x\nblank: _":    `blank cannot be "_"`,
		"name: x\nintents: {Creat: [{method: POST, path: /Users}]}":                             `there is no intent "Creat"`,
		"name: x\nintents: {Create: []}":                                                        "it has no request",
		"name: x\nintents: {Create: [{method: POST, path: Users}]}":                             "a path that begins with /",
		"name: x\nintents: {Create: [{method: POST, path: /Users, body: '{\"a\":1,}'}]}":        "the body is no JSON",
		"name: x\nintents: {Create: [{method: POST, path: '/Users/${nick}'}]}":                  "${nick} stands for nothing here; there are country",
		"name: x\nintents: {Read: [{method: GET, path: '/Users/${userName}'}]}":                 "there are id",
		"name: x\nintents: {Read: [{method: GET, path: /a}, {method: GET, path: /b}]}":          "it takes one request",
		"name: x\nintents: {Update: [{method: GET, path: /a, each: members}]}":                  "nothing to repeat",
		"name: x\nintents: {Create: [{method: POST, path: /Users, body: '${userName'}]}":        "no JSON",
		"name: x\nintents: {ChangeMembers: [{method: PATCH, path: '/Groups/${id}/${member}'}]}": "${member} stands for nothing",
	} {
		_, err := mockidp.ParseCustom([]byte(body))
		assert.ErrorContains(t, err, want, body)
	}
	_, err := mockidp.ParseCustom([]byte("name: x\nintents: {Create: [{method: POST, path: /Users, not-json: true, body: '{\"a\":1,}'}]}"))
	assert.NoError(t, err)
}
