package reference

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// asToken sends a request with a token and returns status and body.
func asToken(t *testing.T, s *Server, token, method, path, body string) (int, gjson.Result) {
	t.Helper()
	r := httptest.NewRequest(method, "/scim/v2"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", scim.MediaType)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, gjson.ParseBytes(w.Body.Bytes())
}

const ann = `{"schemas":["` + scim.UserURN + `"],"userName":"ann@example.com"}`

// Each tenant has its own resources, whether the token or the URL names it.
func TestTenantsAreApart(t *testing.T) {
	s, err := New(Config{SecondToken: "two"})
	require.NoError(t, err)
	status, first := asToken(t, s, "secret", http.MethodPost, "/Users", ann)
	require.Equal(t, 201, status)
	status, second := asToken(t, s, "two", http.MethodPost, "/second/Users", ann)
	require.Equal(t, 201, status, "the name is free in the other tenant")
	assert.Equal(t, "http://example.com/scim/v2/second/Users/"+second.Get("id").Str, second.Get("meta.location").Str)

	for _, tc := range []struct {
		token, path string
		want        int
	}{
		{"secret", "/Users/" + first.Get("id").Str, 200},
		{"two", "/Users/" + first.Get("id").Str, 404},
		{"two", "/second/Users/" + first.Get("id").Str, 404},
		{"two", "/Users/" + second.Get("id").Str, 200},
		{"two", "/second/Users/" + second.Get("id").Str, 200},
		{"secret", "/Users/" + second.Get("id").Str, 404},
		{"secret", "/second/Users/" + second.Get("id").Str, 403},
		{"nobody", "/second/Users/" + second.Get("id").Str, 401},
		{"secret", "/secondary", 404},
	} {
		status, _ := asToken(t, s, tc.token, http.MethodGet, tc.path, "")
		assert.Equal(t, tc.want, status, "%s with %s", tc.path, tc.token)
	}

	s, err = New(Config{})
	require.NoError(t, err)
	status, _ = asToken(t, s, "", http.MethodGet, "/Users", "")
	assert.Equal(t, 401, status, "no second token is not an empty one")
	status, _ = asToken(t, s, "secret", http.MethodGet, "/second/Users", "")
	assert.Equal(t, 404, status)
}

// A token that may only read writes nothing.
func TestReaderReads(t *testing.T) {
	s, err := New(Config{ReadToken: "reader"})
	require.NoError(t, err)
	_, u := asToken(t, s, "secret", http.MethodPost, "/Users", ann)
	path := "/Users/" + u.Get("id").Str
	for _, tc := range []struct {
		method, path, body string
		want               int
	}{
		{http.MethodPost, "/Users", strings.Replace(ann, "ann", "bob", 1), 403},
		{http.MethodPut, path, ann, 403},
		{http.MethodPatch, path, `{"schemas":["` + scim.PatchOpURN + `"],"Operations":[{"op":"replace","path":"active","value":false}]}`, 403},
		{http.MethodDelete, path, "", 403},
		{http.MethodPost, "/Bulk", `{"schemas":["` + scim.BulkRequestURN + `"],"Operations":[{"method":"DELETE","path":"` + path + `"}]}`, 403},
		{http.MethodPost, "/Users/.search", `{"schemas":["` + scim.SearchRequestURN + `"]}`, 200},
		{http.MethodGet, path, "", 200},
	} {
		status, _ := asToken(t, s, "reader", tc.method, tc.path, tc.body)
		assert.Equal(t, tc.want, status, "%s %s", tc.method, tc.path)
	}
	_, now := asToken(t, s, "secret", http.MethodGet, path, "")
	assert.Equal(t, u.Raw, now.Raw)
}
