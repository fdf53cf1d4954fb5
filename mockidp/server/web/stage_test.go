package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/mockidp/server/web"
	"github.com/scimtest/scimtest/scim"
)

const secret = "s3cret-of-the-target"

var (
	ctx   = context.Background()
	begin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

// browser is a browser without JavaScript, before the pages of a tenant "desk"
// whose target is the reference.
type browser struct {
	t      *testing.T
	app    *server.App
	desk   *server.Tenant
	url    string
	target *scim.Client
	client *http.Client
	guard  *server.Guard
	tester *suiteRunner
	// page is what is shown, and status its status.
	page   string
	status int
	at     string
}

func open(t *testing.T, dialect string, bend ...func(*server.Config)) *browser {
	t.Helper()
	sp, err := reference.New(reference.Config{Token: secret, Seed: 7})
	require.NoError(t, err)
	target := httptest.NewServer(sp)
	t.Cleanup(target.Close)
	tester := &suiteRunner{goes: make(chan struct{}, 9)}
	cfg := server.Config{Tick: -1, Now: func() time.Time { return begin }, Tester: tester}
	for _, change := range bend {
		change(&cfg)
	}
	app, err := server.Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = app.Close() })
	b := &browser{t: t, app: app, tester: tester, guard: server.NewGuard("", []string{"127.0.0.1"})}
	site := web.New(app, b.guard)
	pages := httptest.NewServer(b.guard.Wrap(site))
	t.Cleanup(pages.Close)
	b.url = pages.URL
	if dialect != "" {
		b.desk, err = app.AddTenant(server.Settings{Name: "desk", Dialect: dialect, Target: target.URL + "/scim/v2"}, secret)
		require.NoError(t, err)
	}
	b.target, err = scim.NewClient(scim.Config{BaseURL: target.URL + "/scim/v2", Auth: scim.Bearer(scim.StaticToken(secret))})
	require.NoError(t, err)
	t.Cleanup(b.target.Close)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	b.client = &http.Client{Jar: jar, Timeout: 30 * time.Second}
	return b
}

func (b *browser) take(answer *http.Response, err error) {
	b.t.Helper()
	require.NoError(b.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	b.page, b.status, b.at = string(body), answer.StatusCode, answer.Request.URL.RequestURI()
}

// visit opens a page.
func (b *browser) visit(path string) {
	b.t.Helper()
	b.take(b.client.Get(b.url + path))
}

// sees opens a page that there is, and expects texts on it.
func (b *browser) sees(path string, texts ...string) {
	b.t.Helper()
	b.visit(path)
	require.Equal(b.t, http.StatusOK, b.status, b.page)
	for _, s := range texts {
		b.has(s)
	}
}

// has expects a text on the page that is shown.
func (b *browser) has(text string, _ ...any) {
	b.t.Helper()
	if !strings.Contains(b.page, text) {
		main, _, _ := strings.Cut(b.page[max(0, strings.Index(b.page, "<main")):], "</h1>")
		assert.Fail(b.t, "the text is not on the page", append([]any{"%s has no %q, but begins with %s"}, b.at, text, main)...)
	}
}

var (
	forms  = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	inputs = regexp.MustCompile(`<(?:input|button)\b[^>]*>`)
	attr   = func(tag, name string) string {
		m := regexp.MustCompile(`\b` + name + `="([^"]*)"`).FindStringSubmatch(tag)
		if m == nil {
			return ""
		}
		return strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#34;", `"`).Replace(m[1])
	}
)

// send fills in the form of the page that posts to a path, with its hidden
// fields, and sends it as a browser does.
func (b *browser) send(path string, values ...string) {
	b.t.Helper()
	for _, m := range forms.FindAllStringSubmatch(b.page, -1) {
		if attr(m[1], "action") != path || attr(m[1], "method") != "post" {
			continue
		}
		data := url.Values{}
		for _, tag := range inputs.FindAllString(m[2], -1) {
			if attr(tag, "type") == "hidden" {
				data.Set(attr(tag, "name"), attr(tag, "value"))
			}
		}
		matches := true
		for i := 0; i < len(values); i += 2 {
			if have := data.Get(values[i]); have != "" && have != values[i+1] {
				matches = false // a form like it for somebody else
			}
			data.Set(values[i], values[i+1])
		}
		if !matches {
			continue
		}
		require.NotEmpty(b.t, data.Get("csrf"), "the form of %s carries no token", path)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+path, strings.NewReader(data.Encode()))
		require.NoError(b.t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.url)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		b.take(b.client.Do(r))
		return
	}
	require.Fail(b.t, "no form", "the page %s has no form that posts %v to %s", b.at, values, path)
}

// account is the target's user with a name.
func (b *browser) account(name string) (r scim.Resource, ok bool) {
	b.t.Helper()
	x := b.target.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/Users", RawQuery: "filter=" + url.QueryEscape(`userName eq "`+name+`"`)})
	require.Equal(b.t, http.StatusOK, x.Status(), x.Error)
	list, err := scim.ParseList(x.Response.Body)
	require.NoError(b.t, err)
	if len(list.Resources) == 0 {
		return scim.Resource{}, false
	}
	return list.Resources[0], true
}

// behind changes a user of the target behind the identity provider's back.
func (b *browser) behind(id, operation string) {
	b.t.Helper()
	x := b.target.Do(ctx, scim.Request{
		Method: http.MethodPatch, Path: "/Users/" + id, Header: http.Header{"Content-Type": {scim.MediaType}},
		Body: scim.Body(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operation + `]}`),
	})
	require.Less(b.t, x.Status(), 300)
}

// tenantPages are the pages of a tenant that need nothing to be there.
var tenantPages = []string{
	"", "/users", "/users/new", "/groups", "/files", "/assignments", "/mapping", "/demand", "/log", "/requests", "/tasks", "/faults",
	"/reconcile", "/conformance", "/settings",
}
