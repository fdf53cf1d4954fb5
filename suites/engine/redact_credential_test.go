package engine

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// No credential is shown, and what a check sends in place of one is told apart
// from it.
func TestCredentialsOfHeadersAreMarked(t *testing.T) {
	red := newRedactor(&Discovered{}, []secret{{"credential", "s3cret-token"}, {"credential-2", "s3cret-too"}}, []secret{{"token", "s3cret"}})
	for in, want := range map[string]string{
		"Bearer s3cret-token": "Bearer {{credential}}",
		"Bearer s3cret":       "Bearer {{token-1}}",
		"Bearer unknown":      "Bearer {{credential}}",
		"Bearer xxxxxxxx":     "Bearer xxxxxxxx",
		"Bearer":              "Bearer",
		"s3cret-token":        "{{credential}}",
		"SSWS s3cret-token":   "SSWS {{credential}}",
		"Bearer s3cret-too":   "Bearer {{credential-2}}",
		"s3cret-too":          "{{credential-2}}",
	} {
		h := red.header(http.Header{"Authorization": {in}, "Proxy-Authorization": {in}})
		assert.Equal(t, http.Header{"Authorization": {want}, "Proxy-Authorization": {want}}, h, in)
	}
	cookies := http.Header{"Cookie": {"session=1; more=2"}, "Set-Cookie": {"session=1; Path=/", "x"}}
	assert.Equal(t, http.Header{"Cookie": {"{{credential}}"}, "Set-Cookie": {"{{credential}}", "{{credential}}"}}, red.header(cookies))

	red = newRedactor(&Discovered{}, []secret{{"credential", "xxxx"}}, nil)
	assert.Equal(t, "Bearer {{credential}}", red.credential("Bearer xxxx"), "a token may be anything")
}

func TestBytesThatAreNoTextAreVisible(t *testing.T) {
	red := newRedactor(&Discovered{}, nil, nil)
	assert.Equal(t, `caf\xe9 é �`, red.text("caf\xe9 é �"))
	assert.Equal(t, "caf\xe9", string(red.body([]byte("caf\xe9"))), "a body is bytes")
}
