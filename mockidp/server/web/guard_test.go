package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// A page of another site, or a form of an earlier start, changes nothing.
func TestForgedForms(t *testing.T) {
	b := open(t, "okta-aiw")
	post := func(path string, data url.Values, header ...string) int {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+path, strings.NewReader(data.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		b.take(b.client.Do(r))
		return b.status
	}
	good := url.Values{"user_name": {"eve@example.com"}, "csrf": {b.guard.Token()}}
	bad := url.Values{"user_name": {"eve@example.com"}, "csrf": {"guess"}}
	none := url.Values{"user_name": {"eve@example.com"}}
	own := []string{"Origin", b.url, "Sec-Fetch-Site", "same-origin"}
	const path = "/t/desk/users/new"
	assert.Equal(t, http.StatusForbidden, post(path, none, own...), "no token")
	assert.Equal(t, http.StatusForbidden, post(path, bad, own...), "a wrong token")
	assert.Equal(t, http.StatusForbidden, post(path, none), "no browser, and no token")
	assert.Equal(t, http.StatusForbidden, post(path, good, "Origin", "https://evil.example.com"), "another site")
	assert.Equal(t, http.StatusForbidden, post(path, good, "Sec-Fetch-Site", "cross-site"), "another site")
	for _, p := range []string{
		"/new", "/t/desk/act/start", "/t/desk/groups", "/t/desk/files/generate", "/t/desk/files/import", "/t/desk/assignments", "/t/desk/assignments/groups",
		"/t/desk/assignments/scope", "/t/desk/demand", "/t/desk/log/clear", "/t/desk/tasks", "/t/desk/faults", "/t/desk/reconcile",
		"/t/desk/reconcile/repair", "/t/desk/settings", "/t/desk/settings/clock", "/t/desk/settings/remove", "/t/desk/users/x/delete", "/t/desk/groups/x/delete",
	} {
		assert.Equal(t, http.StatusForbidden, post(p, bad), p)
	}
	_, total := b.desk.Users(server.ListQuery{})
	assert.Zero(t, total)
	assert.Equal(t, http.StatusOK, post(path, good, own...), "our own form")
	_, total = b.desk.Users(server.ListQuery{})
	assert.Equal(t, 1, total)
}

// Every form that there is carries the token, and nothing on a page needs a
// script or a style within it, or anything from elsewhere.
func TestPolicy(t *testing.T) {
	b := open(t, "entra-legacy")
	_, _, _, err := b.desk.Generate(ctx, server.Generate{Users: 3, Groups: 1, Seed: 1, Assign: true})
	require.NoError(t, err)
	require.NoError(t, b.desk.SetFaults([]server.Fault{{Kind: "500", Operation: "write"}}))
	_, err = b.desk.Start(ctx)
	require.NoError(t, err)
	b.sees("/t/desk/demand")
	users, _ := b.desk.Users(server.ListQuery{Limit: 1})
	groups, _ := b.desk.Groups(server.ListQuery{Limit: 1})
	for _, p := range append([]string{"/users/" + users[0].Key, "/groups/" + groups[0].Key, "/log/1"}, tenantPages...) {
		answer, err := b.client.Get(b.url + "/t/desk" + p)
		require.NoError(t, err)
		csp := answer.Header.Get("Content-Security-Policy")
		assert.Contains(t, csp, "default-src 'self'", p)
		assert.NotContains(t, csp, "unsafe", p)
		b.take(answer, nil)
		for _, m := range forms.FindAllStringSubmatch(b.page, -1) {
			if attr(m[1], "method") == "post" {
				assert.Contains(t, m[2], `name="csrf"`, "%s: the form of %s", p, attr(m[1], "action"))
			}
		}
		assert.NotRegexp(t, `(?i)<[a-z]+[^>]*\s(on[a-z]+|style)=`, b.page, p)
		assert.NotRegexp(t, `(?i)<script(?:\s+defer)?\s*>|<style|javascript:`, b.page, p)
		assert.NotRegexp(t, `(?:src|href)="(?:https?:)?//`, b.page, p)
		labelled(t, p, b.page)
	}
}

var controls = regexp.MustCompile(`<(?:input|select|textarea)\b[^>]*>`)

// labelled expects a name of each control of a form, and each id once.
func labelled(t *testing.T, at, page string) {
	t.Helper()
	within := regexp.MustCompile(`(?s)<label\b[^>]*>.*?</label>`).FindAllString(page, -1)
	for _, tag := range controls.FindAllString(page, -1) {
		id := attr(tag, "id")
		switch {
		case attr(tag, "type") == "hidden", strings.Contains(tag, "aria-label="):
		case id != "" && strings.Contains(page, `<label for="`+id+`"`):
		case strings.Contains(strings.Join(within, "\n"), tag):
		default:
			assert.Fail(t, "no label", "%s: %s", at, tag)
		}
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		assert.False(t, seen[m[1]], "%s: the id %s twice", at, m[1])
		seen[m[1]] = true
	}
}

// What people are called, and what a target answers, is text.
func TestEscaping(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>`
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Evil", evil)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `</pre><script>alert(1)</script>`+evil)
	}))
	t.Cleanup(hostile.Close)
	for _, dialect := range []string{"okta-aiw", "entra-legacy"} {
		b := open(t, dialect)
		_, err := b.desk.Configure(ctx, func(s *server.Settings) error {
			s.Target, s.Name = hostile.URL, evil
			return nil
		}, nil)
		require.NoError(t, err)
		u, _, err := b.desk.AddUser(ctx, server.User{
			UserName: evil, GivenName: evil, FamilyName: `"><script>alert(2)</script>`, DisplayName: evil, Email: evil, Title: evil,
			Department: `'"` + evil, Enabled: true,
		})
		require.NoError(t, err)
		g, _, err := b.desk.AddGroup(ctx, server.Group{Name: evil, Members: []string{u.Key}})
		require.NoError(t, err)
		_, err = b.desk.Assign(ctx, true, u.Key)
		require.NoError(t, err)
		_, err = b.desk.AssignGroup(ctx, true, g.Key)
		require.NoError(t, err)
		_, err = b.desk.Start(ctx)
		require.NoError(t, err)
		b.sees("/t/desk/users/" + u.Key)
		b.send("/t/desk/demand", "key", u.Key)
		b.sees("/t/desk/reconcile")
		b.send("/t/desk/reconcile")
		entries, total := b.desk.Log(server.LogQuery{Limit: 1})
		require.Positive(t, total)
		paths := []string{"/", "/new"}
		for _, p := range append([]string{
			"/users/" + u.Key, "/users/" + u.Key + "/edit", "/groups/" + g.Key, fmt.Sprintf("/log/%d", entries[0].ID),
			"/users?search=" + url.QueryEscape(evil), "/log?search=" + url.QueryEscape(evil), "/requests?search=" + url.QueryEscape(evil),
			"/demand?search=" + url.QueryEscape(evil), "/reconcile?status=" + url.QueryEscape(evil), "/users?status=" + url.QueryEscape(`" onload="x`),
		}, tenantPages...) {
			paths = append(paths, "/t/desk"+p)
		}
		for _, p := range paths {
			b.visit(p)
			assert.NotContains(t, b.page, "<img", p)
			assert.NotContains(t, b.page, "<script>", p)
			assert.NotRegexp(t, `(?i)<[a-z]+[^>]*\sonload=`, b.page, p)
		}
		b.sees("/t/desk/users", "&lt;img src=x onerror=alert(1)&gt;")
	}
}

// A message cannot be put on a page by who is not this program, and a form
// leads nowhere else.
func TestNoOpenDoors(t *testing.T) {
	b := open(t, "okta-aiw")
	at, err := url.Parse(b.url)
	require.NoError(t, err)
	b.client.Jar.SetCookies(at, []*http.Cookie{{Name: "scimtest-flash-" + at.Port(), Value: "eyJLaW5kIjoib2siLCJUZXh0IjoiUGF5IG1lIn0.x"}})
	b.sees("/t/desk")
	assert.NotContains(t, b.page, "Pay me")
	for _, back := range []string{"https://evil.example.com/t/desk/x", "//evil.example.com/t/desk", "/t/other", "/t/deskx", `/\evil.example.com`} {
		b.sees("/t/desk/assignments")
		data := url.Values{"csrf": {b.guard.Token()}, "back": {back}, "do": {"assign"}}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/t/desk/assignments", strings.NewReader(data.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.take(b.client.Do(r))
		assert.Equal(t, "/t/desk/assignments", b.at, back)
	}
}
