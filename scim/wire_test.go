package scim_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

// raw serves one canned answer a connection and hands over what was sent.
func raw(t *testing.T, answer string) (url string, sent func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	got := make(chan string, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(5 * time.Second))
			r := bufio.NewReader(c)
			var b strings.Builder
			length := 0
			for {
				line, err := r.ReadString('\n')
				b.WriteString(line)
				if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
					for _, d := range strings.TrimSpace(v) {
						length = length*10 + int(d-'0')
					}
				}
				if err != nil || line == "\r\n" {
					break
				}
			}
			body := make([]byte, length)
			for n := 0; n < length; {
				m, err := r.Read(body[n:])
				if err != nil {
					break
				}
				n += m
			}
			b.Write(body)
			got <- b.String()
			_, _ = c.Write([]byte(answer))
			c.Close()
		}
	}()
	return "http://" + l.Addr().String(), func() string {
		select {
		case s := <-got:
			return s
		case <-time.After(5 * time.Second):
			t.Fatal("nothing was sent")
			return ""
		}
	}
}

const empty = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

func client(t *testing.T, cfg scim.Config) *scim.Client {
	t.Helper()
	c, err := scim.NewClient(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestRequestIsSentAsItIs(t *testing.T) {
	url, sent := raw(t, empty)
	c := client(t, scim.Config{BaseURL: url + "/a%2Fb/v2/?tenant=1", Auth: scim.Bearer(scim.StaticToken("t0k"))})
	x := c.Do(context.Background(), scim.Request{
		Method: "PATCH", Path: "/Users/a%20b%2Fc", RawQuery: `filter=userName+eq+"x%40y"`,
		Header: http.Header{"Content-Type": {"application/scim+json; charset=utf-8"}}, Body: scim.Body(`{"b":1,"a":2}`),
	})
	require.Equal(t, 204, x.Status(), x.Error)
	host := strings.TrimPrefix(url, "http://")
	assert.Equal(t, "PATCH /a%2Fb/v2/Users/a%20b%2Fc?tenant=1&filter=userName+eq+\"x%40y\" HTTP/1.1\r\n"+
		"Host: "+host+"\r\nContent-Length: 13\r\nAuthorization: Bearer t0k\r\nContent-Type: application/scim+json; charset=utf-8\r\n\r\n"+
		`{"b":1,"a":2}`, sent())
}

func TestNothingIsAdded(t *testing.T) {
	url, sent := raw(t, empty)
	c := client(t, scim.Config{BaseURL: url})
	c.Do(context.Background(), scim.Request{Method: "GET", Path: "/Users"})
	assert.Equal(t, "GET /Users HTTP/1.1\r\nHost: "+strings.TrimPrefix(url, "http://")+"\r\n\r\n", sent())
}

func TestAClosedConnectionIsToldAndNotRetried(t *testing.T) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			return // leaves an idle connection behind
		}
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			c.Close()
		}
	}))
	defer s.Close()
	c := client(t, scim.Config{BaseURL: s.URL})
	require.Equal(t, 200, c.Do(context.Background(), scim.Request{Method: "GET", Path: "/Users"}).Status())
	x := c.Do(context.Background(), scim.Request{Method: "GET", Path: "/Users"})
	assert.Nil(t, x.Response)
	assert.Equal(t, scim.PhaseExchange, x.Phase)
	assert.Equal(t, "the connection was closed before a complete answer", x.Error)
	assert.EqualValues(t, 2, n.Load())
}

func TestWhatCannotBeSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	x := client(t, scim.Config{BaseURL: "http://" + l.Addr().String()}).Do(context.Background(), scim.Request{Method: "GET", Path: "/Users"})
	assert.Equal(t, scim.PhaseConnect, x.Phase)
	assert.Equal(t, "connection refused", x.Error)
	assert.False(t, x.Sent())
}

func TestRedirectsAreReported(t *testing.T) {
	s := httptest.NewServer(http.RedirectHandler("/login", http.StatusFound))
	defer s.Close()
	x := client(t, scim.Config{BaseURL: s.URL}).Do(context.Background(), scim.Request{Method: "GET", Path: "/Users"})
	assert.Equal(t, 302, x.Status())
}

func TestBodiesAreCutAtTheLimit(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("x", 5000)))
	}))
	defer s.Close()
	x := client(t, scim.Config{BaseURL: s.URL, MaxResponseBytes: 100}).Do(context.Background(), scim.Request{Method: "GET", Path: "/"})
	assert.True(t, x.Response.Truncated)
	assert.Len(t, x.Response.Body, 100)
}

func TestBaseURLs(t *testing.T) {
	for url, want := range map[string]string{
		"https://u:p@scim.example.com/v2": "holds credentials",
		"scim.example.com/v2":             "does not begin with https://",
		"127.0.0.1:8080/scim/v2":          "does not begin with https://",
		"localhost:8080":                  "does not begin with https://",
		"ftp://scim.example.com/v2":       "does not begin with https://",
		"https:///v2":                     "names no host",
		"https://scim.example.com/#x":     "has a fragment",
		"https://exa mple.com":            "cannot be read",
	} {
		_, err := scim.ParseBaseURL(url)
		assert.ErrorContains(t, err, want, url)
	}
}

func TestRateLimitsAreObeyedAndSeen(t *testing.T) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) <= 2 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer s.Close()
	c := client(t, scim.Config{BaseURL: s.URL})
	var seen []int
	x := c.Do(scim.WithObserver(context.Background(), func(x *scim.Exchange) { seen = append(seen, x.Status()) }),
		scim.Request{Method: "GET", Path: "/Users"})
	assert.Equal(t, 200, x.Status())
	assert.Equal(t, []int{429, 429, 200}, seen)
	assert.Equal(t, 2, c.Stats().RateLimited)
}

func TestRetryAfterForms(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"13": 13 * time.Second, "13s": 13 * time.Second, "Tue, 24 Nov 2026 12:00:05 GMT": 5 * time.Second,
	} {
		d, ok := scim.RetryAfter(http.Header{"Retry-After": {value}}, now)
		assert.True(t, ok, value)
		assert.Equal(t, want, d, value)
	}
	_, ok := scim.RetryAfter(http.Header{"Retry-After": {"soon"}}, now)
	assert.False(t, ok)
}

func TestATokenCommandRunsAgainAfterA401(t *testing.T) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) > 1 && r.Header.Get("Authorization") != "Bearer second" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer s.Close()
	marker := t.TempDir() + "/ran"
	c := client(t, scim.Config{
		BaseURL: s.URL,
		Auth:    scim.Bearer(scim.CommandToken("test -e " + marker + " && echo second || { touch " + marker + "; echo first; }")),
	})
	for range 2 {
		assert.Equal(t, 200, c.Do(context.Background(), scim.Request{Method: "GET", Path: "/Users"}).Status())
	}
	assert.Equal(t, 1, c.Stats().TokenRefreshes)
	assert.Subset(t, c.Secrets(), []string{"first", "second"})
}

func TestTokenErrorsSayWhatToDo(t *testing.T) {
	for name, source := range map[string]scim.TokenSource{
		"check --token-file": scim.FileToken(t.TempDir() + "/none"),
		"run it by hand":     scim.CommandToken("echo no luck >&2; exit 3"),
		"has to print":       scim.CommandToken("true"),
	} {
		_, err := source.Token(context.Background())
		assert.ErrorContains(t, err, name)
	}
}
