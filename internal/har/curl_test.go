package har_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/scim"
)

// awkward are requests that a shell or curl could take for something else.
func awkward() map[string]scim.Request {
	bearer := http.Header{"Authorization": {"Bearer {{credential}}"}, "Content-Type": {scim.MediaType}, "Accept": {scim.MediaType}}
	body := func(s string) scim.Request {
		return scim.Request{Method: http.MethodPost, Path: "/Users", Header: bearer, Body: scim.Body(s)}
	}
	path := func(method, path, query string) scim.Request {
		return scim.Request{Method: method, Path: path, RawQuery: query, Header: bearer}
	}
	return map[string]scim.Request{
		"quotes":        body("{\"userName\":\"o'brien $HOME `x` $(x) \\\\ \\n é\"}"),
		"lines":         body("{\n\t\"a\": 1\n}\n"),
		"file":          body("@/dev/null"),
		"dash":          body("-d"),
		"bytes":         body("caf\xe9 \x00\x1b[31m \\x41 \\101 \\c %s\r\n"),
		"exclamation":   body("!! !$"),
		"no type":       {Method: http.MethodPost, Path: "/Users", Body: scim.Body("{}")},
		"no header":     {Method: http.MethodGet, Path: "/Users"},
		"escaped path":  path(http.MethodPatch, "/Users/a%2Fb", `filter=userName+eq+"x y"`),
		"pattern":       path(http.MethodGet, "/Users/{1,2}", `filter=emails[type eq "[1-3]"]`),
		"dots":          path(http.MethodDelete, "/Users/../Groups/./1", ""),
		"search":        path(http.MethodGet, "/Users/.search", "a='b'&c=$d"),
		"head":          path(http.MethodHead, "/Users", ""),
		"body of a get": {Method: http.MethodGet, Path: "/Users", Header: bearer, Body: scim.Body("{}")},
		"no value":      {Method: http.MethodGet, Path: "/Users", Header: http.Header{"Accept": {""}, "Authorization": {"Bearer"}}},
		"own marker":    {Method: http.MethodGet, Path: "/Users", Header: http.Header{"Authorization": {"Bearer {{token-1}}"}}},
		"whole value":   {Method: http.MethodGet, Path: "/Users", Header: http.Header{"Authorization": {"{{credential}}"}}},
		"second tenant": {Method: http.MethodGet, Path: "/Users", Header: http.Header{"Authorization": {"Bearer {{credential-2}}"}}},
		"reader":        {Method: http.MethodGet, Path: "/Users", Header: http.Header{"Authorization": {"{{credential-read}}"}}},
		"basic":         {Method: http.MethodGet, Path: "/Users", Header: http.Header{"Authorization": {"Basic {{credential}}"}}},
	}
}

// authorization is what the header is to be when the token is t0'k"n.
func authorization(r scim.Request) string {
	switch v := r.Header.Get("Authorization"); v {
	case "Bearer {{credential}}":
		return `Bearer t0'k"n`
	case "Bearer {{credential-2}}":
		return "Bearer two"
	case "{{credential-read}}":
		return "three"
	case "{{credential}}":
		return `t0'k"n`
	case "Basic {{credential}}":
		return "Basic VVNFUjp0MCdrIm4=" // USER:t0'k"n
	default:
		return v
	}
}

func script(line string) string {
	return "SCIMTEST_TOKEN='t0'\\''k\"n'; SCIMTEST_TOKEN_2=two; SCIMTEST_TOKEN_READ=three; " + line
}

// Pasted into a shell, the line sends the same request.
func TestCurlSendsTheRequest(t *testing.T) {
	sh, curl := tool(t, "sh"), tool(t, "curl")
	type received struct {
		*http.Request
		body []byte
	}
	requests := make(chan received, 10)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- received{r, body}
	}))
	defer target.Close()
	for name, r := range awkward() {
		t.Run(name, func(t *testing.T) {
			line := har.Curl(target.URL+"/v2?tenant=1", scim.Exchange{Request: r})
			assert.NotRegexp(t, "[\x00-\x08\x0b-\x1f\x7f]", line)
			cmd := exec.Command(sh, "-c", script(line))
			cmd.Env = []string{"PATH=" + curl[:strings.LastIndexByte(curl, '/')], "HOME=/nowhere", "no_proxy=*"}
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s\n%s", line, out)
			require.Len(t, requests, 1, line)
			got := <-requests
			assert.Equal(t, r.Method, got.Method)
			encoded := strings.NewReplacer(`"`, "%22", " ", "%20", "[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D")
			want := "/v2" + encoded.Replace(r.Path) + "?tenant=1"
			if r.RawQuery != "" {
				want += "&" + encoded.Replace(r.RawQuery)
			}
			assert.Equal(t, want, got.RequestURI)
			assert.Equal(t, string(r.Body), string(got.body))
			assert.Equal(t, authorization(r), got.Header.Get("Authorization"))
			for _, k := range []string{"Accept", "Content-Type"} {
				assert.Equal(t, r.Header.Get(k), got.Header.Get(k), k)
			}
		})
	}
}

// The words of the line are what they are to be, also where there is no curl.
func TestCurlSurvivesTheShell(t *testing.T) {
	sh := tool(t, "sh")
	body := "{\"userName\":\"o'brien $HOME `x` \\\\ \\n é\"}"
	line := har.Curl("https://scim.example.com/v2?tenant=1", scim.Exchange{Request: scim.Request{
		Method: http.MethodPatch, Path: "/Users/a%2Fb", RawQuery: `filter=userName+eq+"x"`,
		Header: http.Header{"Accept": {scim.MediaType}, "Authorization": {"Bearer {{credential}}"}, "Content-Type": {scim.MediaType}, "User-Agent": {"scimtest/1"}},
		Body:   scim.Body(body),
	}})
	out, err := exec.Command(sh, "-c", `curl() { for a; do printf '%s\0' "$a"; done; }; `+script(line)).Output()
	require.NoError(t, err)
	assert.Equal(t, []string{
		"-sS", "-X", "PATCH", "https://scim.example.com/v2/Users/a%2Fb?tenant=1&filter=userName+eq+%22x%22",
		"-H", "Accept: application/scim+json", "-H", `Authorization: Bearer t0'k"n`, "-H", "Content-Type: application/scim+json", "--data-raw", body,
	}, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"))
}

func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("there is no " + name + " here")
	}
	return path
}

// A body that no shell takes as a word stands in a file of the user's.
func TestLongBodyIsNotInTheCommand(t *testing.T) {
	long := scim.Request{Method: http.MethodPost, Path: "/Users", Body: scim.Body(`"` + strings.Repeat("x", 16<<10) + `"`)}
	cut := scim.Request{Method: http.MethodPost, Path: "/Users", Body: scim.Body(`{"a":`), Truncated: true}
	for _, r := range []scim.Request{long, cut} {
		assert.Equal(t, "curl -sS -X POST https://scim.example.com/Users -H Accept: -H Content-Type: --data-binary @BODY",
			har.Curl("https://scim.example.com", scim.Exchange{Request: r}))
	}
}
