package reference

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim/profile"
)

// besideOf asks beside SCIM, and returns the line that is answered.
func besideOf(s *Server, method, what, name string) string {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, BesidePath+"/"+what+"?name="+url.QueryEscape(name), nil))
	return strings.TrimSpace(w.Body.String())
}

// scimStatus sends a SCIM request and returns the status and Location.
func scimStatus(s *Server, method, path, body string) (int, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	at, _ := url.Parse(w.Header().Get("Location"))
	return w.Code, at.Path
}

const (
	core   = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`
	active = `{"Operations":[{"op":"replace","path":"active","value":%}]}`
)

func setActive(word string) string { return strings.Replace(active, "%", word, 1) }

// Who is not in the database of SCIM, or is inactive there, does not get in.
func TestLogin(t *testing.T) {
	s, err := New(Config{})
	require.NoError(t, err)
	assert.Equal(t, LoginUnknown, besideOf(s, "GET", "login", "ada@example.com"))
	status, ada := scimStatus(s, "POST", "/scim/v2/Users", `{`+core+`,"userName":"ada@example.com"}`)
	require.Equal(t, http.StatusCreated, status)
	assert.Equal(t, LoginAllowed, besideOf(s, "GET", "login", "Ada@Example.com"))
	scimStatus(s, "PATCH", ada, setActive("false"))
	assert.Equal(t, LoginInactive, besideOf(s, "GET", "login", "ada@example.com"))

	zpa, err := profile.Load("zscaler-zpa")
	require.NoError(t, err)
	s, err = New(Config{Profile: zpa, BasePath: "/scim/v2"})
	require.NoError(t, err)
	_, ada = scimStatus(s, "POST", "/scim/v2/Users", `{`+core+`,"userName":"ada@example.com"}`)
	assert.Equal(t, LoginAllowed, besideOf(s, "GET", "login", "ada@example.com"))
	scimStatus(s, "PATCH", ada, setActive("false"))
	assert.Equal(t, LoginUnknown, besideOf(s, "GET", "login", "ada@example.com"), "ZPA removes who is deactivated")
}

func TestArrangedTenant(t *testing.T) {
	s, err := New(Config{})
	require.NoError(t, err)
	create := func(name string) int {
		status, _ := scimStatus(s, "POST", "/scim/v2/Users", `{`+core+`,"userName":"`+name+`"}`)
		return status
	}
	assert.Regexp(t, `^[0-9a-f-]{36}$`, besideOf(s, "POST", "jit-account", "ada@example.com"), "the id")
	assert.Equal(t, http.StatusConflict, create("ada@example.com"))
	_, bo := scimStatus(s, "POST", "/scim/v2/Users", `{`+core+`,"userName":"bo@example.com"}`)

	assert.Equal(t, "done", besideOf(s, "POST", "seat-limit/fill", ""))
	assert.Equal(t, http.StatusConflict, create("cy@example.com"))
	status, _ := scimStatus(s, "PATCH", bo, setActive("false"))
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, http.StatusCreated, create("cy@example.com"))
	status, _ = scimStatus(s, "PATCH", bo, setActive("true"))
	assert.Equal(t, http.StatusConflict, status, "her seat has been given away")
	besideOf(s, "POST", "seat-limit/free", "")
	status, _ = scimStatus(s, "PATCH", bo, setActive("true"))
	assert.Equal(t, http.StatusOK, status)

	besideOf(s, "POST", "last-administrator/make", "bo@example.com")
	status, _ = scimStatus(s, "PATCH", bo, setActive("false"))
	assert.Equal(t, http.StatusConflict, status)
	besideOf(s, "POST", "last-administrator/undo", "bo@example.com")
	status, _ = scimStatus(s, "PATCH", bo, setActive("false"))
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "there is no such user", besideOf(s, "POST", "last-administrator/make", "nobody"))
	assert.Contains(t, besideOf(s, "POST", "seat-limit", ""), "nothing is done at")
}
