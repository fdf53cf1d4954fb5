package reference

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// client speaks with a service provider over HTTP.
type client struct {
	t      testing.TB
	srv    *Server
	base   string
	header http.Header
	names  int
}

func start(t testing.TB, cfg Config) *client {
	t.Helper()
	s, err := New(cfg)
	require.NoError(t, err)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return &client{t: t, srv: s, base: h.URL + s.basePath, header: http.Header{
		"Authorization": {"Bearer " + s.token}, "Content-Type": {scim.MediaType},
	}}
}

// with is the client with another header; an empty value takes it away.
func (c *client) with(key, value string) *client {
	d := *c
	d.header = c.header.Clone()
	d.header.Set(key, value)
	if value == "" {
		d.header.Del(key)
	}
	return &d
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	text   string
}

func (c *client) do(method, path, body string) *answer {
	c.t.Helper()
	url := path
	if !strings.HasPrefix(path, "http") {
		url = c.base + path
	}
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(c.t, err)
	r.Header = c.header.Clone()
	res, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(c.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return &answer{c.t, res.StatusCode, res.Header, string(raw)}
}

func (c *client) get(path string) *answer { c.t.Helper(); return c.do(http.MethodGet, path, "") }
func (c *client) post(path, body string) *answer {
	c.t.Helper()
	return c.do(http.MethodPost, path, body)
}
func (c *client) put(path, body string) *answer {
	c.t.Helper()
	return c.do(http.MethodPut, path, body)
}
func (c *client) delete(path string) *answer { c.t.Helper(); return c.do(http.MethodDelete, path, "") }

// patch sends operations, given as the JSON of each.
func (c *client) patch(path string, operations ...string) *answer {
	c.t.Helper()
	return c.do(http.MethodPatch, path, `{"schemas":["`+scim.PatchOpURN+`"],"Operations":[`+strings.Join(operations, ",")+`]}`)
}

// find sends a query with a filter.
func (c *client) find(endpoint, filter string) *answer {
	c.t.Helper()
	return c.get(endpoint + "?filter=" + escape(filter))
}

func escape(s string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", `"`, "%22", "+", "%2B", "&", "%26", "#", "%23", "[", "%5B", "]", "%5D", `\`, "%5C", ";", "%3B").Replace(s)
}

// user creates a user with more attributes, given as the inside of a JSON
// object, and returns its path.
func (c *client) user(more ...string) string {
	c.t.Helper()
	c.names++
	parts := append([]string{
		`"schemas":["` + scim.UserURN + `"]`,
		fmt.Sprintf(`"userName":"User%d@example.com"`, c.names),
	}, more...)
	return c.created("/Users", "{"+strings.Join(parts, ",")+"}")
}

// group creates a group with members, given by path.
func (c *client) group(members ...string) string {
	c.t.Helper()
	c.names++
	list := make([]string, len(members))
	for i, m := range members {
		list[i] = `{"value":"` + idOf(m) + `"}`
	}
	return c.created("/Groups", fmt.Sprintf(`{"schemas":["%s"],"displayName":"Group %d","members":[%s]}`,
		scim.GroupURN, c.names, strings.Join(list, ",")))
}

// device creates a device.
func (c *client) device(more ...string) string {
	c.t.Helper()
	parts := append([]string{`"schemas":["` + deviceURN + `"]`, `"displayName":"Device"`}, more...)
	return c.created("/Devices", "{"+strings.Join(parts, ",")+"}")
}

func (c *client) created(endpoint, body string) string {
	c.t.Helper()
	return endpoint + "/" + c.post(endpoint, body).is(201).get("id").Str
}

func idOf(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func (a *answer) is(status int) *answer {
	a.t.Helper()
	require.Equal(a.t, status, a.status, a.text)
	return a
}

// refused checks that the answer is a SCIM Error.
func (a *answer) refused(status int, scimType string) {
	a.t.Helper()
	a.is(status)
	assert.Equal(a.t, scim.ErrorURN, a.get("schemas.0").Str)
	assert.Equal(a.t, fmt.Sprintf("%q", fmt.Sprint(status)), a.get("status").Raw)
	assert.NotEmpty(a.t, a.get("detail").Str)
	assert.Equal(a.t, scimType, a.get("scimType").Str, a.text)
	assert.Equal(a.t, scim.MediaType, a.header.Get("Content-Type"))
}

func (a *answer) get(path string) gjson.Result { return gjson.Get(a.text, path) }

// has checks the JSON at gjson paths, given in pairs of path and JSON; an empty
// JSON means absent.
func (a *answer) has(pairs ...string) {
	a.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		got := a.get(pairs[i])
		if pairs[i+1] == "" {
			assert.False(a.t, got.Exists(), "%s: %s", pairs[i], got.Raw)
		} else {
			assert.Equal(a.t, pairs[i+1], got.Raw, "%s in %s", pairs[i], a.text)
		}
	}
}

// names lists what a query found, by userName, displayName or id.
func (a *answer) names() string {
	a.t.Helper()
	a.is(200)
	var out []string
	for _, r := range a.get("Resources").Array() {
		for _, key := range []string{"userName", "displayName", "id"} {
			if v := r.Get(key); v.Exists() {
				out = append(out, v.Str)
				break
			}
		}
	}
	return strings.Join(out, " ")
}
