package scim_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"io"
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

func get(t *testing.T, cfg scim.Config) *scim.Exchange {
	t.Helper()
	return client(t, cfg).Do(context.Background(), scim.Request{Method: "GET", Path: "/Users"})
}

func TestTargetsOfRequestsAreVerbatim(t *testing.T) {
	for _, c := range []struct{ base, path, query, want string }{
		{"", "/Users", "", "/Users"},
		{"/", "/Users", "", "/Users"},
		{"/scim/v2/", "", "", "/scim/v2"},
		{"", "", "", "/"},
		{"/v2", "/Users/a%2fb%2F%c3%A9", "", "/v2/Users/a%2fb%2F%c3%A9"},
		{"/v2", "/Users/~a!$&'()*+,;=:@-._", "", "/v2/Users/~a!$&'()*+,;=:@-._"},
		{"/v2", "/Users/%zz", "", "/v2/Users/%zz"},
		{"/v2", "/Users/é", "", "/v2/Users/é"},
		{"/v2", "//Users//", "", "/v2//Users//"},
		{"/v2", "/Users/../x/.", "", "/v2/Users/../x/."},
		{"/v2", "/Users", `filter=userName eq "a"&x=%20+%zz;é`, `/v2/Users?filter=userName eq "a"&x=%20+%zz;é`},
		{"/v2?tenant=1", "/Users", "", "/v2/Users?tenant=1"},
		{"/v2?tenant=1", "/Users", "count=1", "/v2/Users?tenant=1&count=1"},
	} {
		url, sent := raw(t, empty)
		client(t, scim.Config{BaseURL: url + c.base}).
			Do(context.Background(), scim.Request{Method: "GET", Path: c.path, RawQuery: c.query})
		line, _, _ := strings.Cut(sent(), "\r\n")
		assert.Equal(t, "GET "+c.want+" HTTP/1.1", line)
	}
}

func TestNoMethodSaysMoreThanItHasTo(t *testing.T) {
	for method, length := range map[string]string{
		"GET": "", "HEAD": "", "OPTIONS": "", "DELETE": "",
		"POST": "Content-Length: 0\r\n", "PUT": "Content-Length: 0\r\n", "PATCH": "Content-Length: 0\r\n",
	} {
		url, sent := raw(t, empty)
		client(t, scim.Config{BaseURL: url}).Do(context.Background(), scim.Request{Method: method, Path: "/Users"})
		assert.Equal(t, method+" /Users HTTP/1.1\r\nHost: "+strings.TrimPrefix(url, "http://")+"\r\n"+length+"\r\n", sent())
	}
}

func TestHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		config, request http.Header
		noAuth          bool
		want            string
	}{
		"those of the configuration":   {config: http.Header{"X-Tenant": {"a", "b"}}, want: "X-Tenant: a\r\nX-Tenant: b\r\n"},
		"the request comes first":      {config: http.Header{"X-Tenant": {"a"}}, request: http.Header{"x-tenant": {"c"}}, want: "X-Tenant: c\r\n"},
		"a user agent that was given":  {request: http.Header{"User-Agent": {"Okta SCIM Client 1.0.0"}}, want: "User-Agent: Okta SCIM Client 1.0.0\r\n"},
		"a coding that was asked for":  {request: http.Header{"Accept-Encoding": {"gzip"}}, want: "Accept-Encoding: gzip\r\n"},
		"credentials by configuration": {config: http.Header{"Authorization": {"SSWS abc"}}, want: "Authorization: SSWS abc\r\n"},
		"none of them when asked":      {config: http.Header{"Authorization": {"SSWS abc"}, "X-A": {"1"}}, noAuth: true, want: "X-A: 1\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			url, sent := raw(t, empty)
			x := client(t, scim.Config{BaseURL: url, Header: c.config}).
				Do(context.Background(), scim.Request{Method: "GET", Path: "/", Header: c.request, NoAuth: c.noAuth})
			assert.Equal(t, "GET / HTTP/1.1\r\nHost: "+strings.TrimPrefix(url, "http://")+"\r\n"+c.want+"\r\n", sent())
			var recorded bytes.Buffer
			require.NoError(t, x.Request.Header.Write(&recorded))
			assert.Equal(t, c.want, recorded.String(), "the exchange tells what was sent")
		})
	}
}

func TestAHostHeaderIsSent(t *testing.T) {
	url, sent := raw(t, empty)
	get(t, scim.Config{BaseURL: url, Header: http.Header{"Host": {"scim.example.com"}}})
	assert.Equal(t, "GET /Users HTTP/1.1\r\nHost: scim.example.com\r\n\r\n", sent())
}

func TestTheHeadersOfARequestAreLeftAlone(t *testing.T) {
	url, _ := raw(t, empty)
	header := http.Header{"Accept": {scim.MediaType}}
	client(t, scim.Config{BaseURL: url, Auth: scim.Bearer(scim.StaticToken("t0k"))}).
		Do(context.Background(), scim.Request{Method: "GET", Header: header})
	assert.Equal(t, http.Header{"Accept": {scim.MediaType}}, header)
}

// script serves one connection after the other by a function of its own.
func script(t *testing.T, serve func(n int, c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(5 * time.Second))
			serve(n, c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return "http://" + l.Addr().String()
}

// readRequest takes in a request without a body.
func readRequest(c net.Conn) {
	var b []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(b, []byte("\r\n\r\n")) {
		if _, err := c.Read(one); err != nil {
			return
		}
		b = append(b, one...)
	}
}

func TestAnswersThatNeverEndAreBounded(t *testing.T) {
	drip := func(start, more string) func(int, net.Conn) {
		return func(_ int, c net.Conn) {
			readRequest(c)
			_, err := io.WriteString(c, start)
			for err == nil {
				_, err = io.WriteString(c, more)
			}
		}
	}
	for name, c := range map[string]struct {
		start, more, want string
	}{
		"headers without end":    {"HTTP/1.1 200 OK\r\n", "X-Filler: " + strings.Repeat("x", 1000) + "\r\n", "the header of the answer is too long"},
		"a header without end":   {"HTTP/1.1 200 OK\r\nX-Filler: ", strings.Repeat("x", 1000), "the header of the answer is too long"},
		"informational for ever": {"", "HTTP/1.1 103 Early Hints\r\nLink: " + strings.Repeat("x", 1000) + "\r\n\r\n", "the header of the answer is too long"},
	} {
		x := get(t, scim.Config{BaseURL: script(t, drip(c.start, c.more)), MaxHeaderBytes: 64 << 10})
		assert.Equal(t, c.want, x.Error, name)
		assert.Equal(t, scim.PhaseExchange, x.Phase, name)
		assert.Nil(t, x.Response, name)
	}

	x := get(t, scim.Config{BaseURL: script(t, drip("HTTP/1.1 200 OK\r\n\r\n", "xxxx")), MaxResponseBytes: 1000})
	require.NotNil(t, x.Response, x.Error)
	assert.True(t, x.Response.Truncated, "a body without end")
	assert.Len(t, x.Response.Body, 1000)
}

func TestAnswersThatBreakOff(t *testing.T) {
	const closed = "the connection was closed before a complete answer"
	for name, c := range map[string]struct{ answer, want string }{
		"nothing":          {"", closed},
		"half a header":    {"HTTP/1.1 200 OK\r\nContent-Type: text", closed},
		"a bad header":     {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", `malformed MIME header: missing colon: "no colon"`},
		"half a body":      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", closed},
		"half a chunk":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}", closed},
		"another protocol": {"220 mail.example.com ESMTP\r\n", "the answer is not HTTP"},
	} {
		url, _ := raw(t, c.answer)
		x := get(t, scim.Config{BaseURL: url})
		assert.Equal(t, c.want, x.Error, name)
		assert.Equal(t, scim.PhaseExchange, x.Phase, name)
		assert.Nil(t, x.Response, name)
	}
}

func TestNoMethodIsRepeatedByItself(t *testing.T) {
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE"} {
		var n atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if n.Add(1) == 1 {
				return // leaves a connection that is used again
			}
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.Close()
			}
		}))
		c := client(t, scim.Config{BaseURL: s.URL})
		require.Equal(t, 200, c.Do(context.Background(), scim.Request{Method: method, Path: "/"}).Status())
		x := c.Do(context.Background(), scim.Request{Method: method, Path: "/"})
		assert.Equal(t, scim.PhaseExchange, x.Phase, method)
		assert.EqualValues(t, 2, n.Load(), method)
		s.Close()
	}
}

func TestRedirectsGoNowhere(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{other.URL + "/login", "/login"} {
			var here atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				here.Add(1)
				http.Redirect(w, r, to, status)
			}))
			x := get(t, scim.Config{BaseURL: s.URL, Auth: scim.Bearer(scim.StaticToken("t0k"))})
			assert.Equal(t, status, x.Status())
			assert.Equal(t, to, x.Response.Header.Get("Location"))
			assert.EqualValues(t, 1, here.Load())
			s.Close()
		}
	}
	assert.Zero(t, elsewhere.Load())
}

func TestNoCookieIsKept(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
	}))
	defer s.Close()
	c := client(t, scim.Config{BaseURL: s.URL})
	for range 2 {
		assert.Equal(t, 200, c.Do(context.Background(), scim.Request{Method: "GET"}).Status())
	}
}

func TestContentCodings(t *testing.T) {
	const text = `{"schemas":[]}`
	var zipped, deflated bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, text)
	require.NoError(t, z.Close())
	d := zlib.NewWriter(&deflated)
	_, _ = io.WriteString(d, text)
	require.NoError(t, d.Close())
	for name, c := range map[string]struct{ coding, body, want string }{
		"gzip":           {"gzip", zipped.String(), text},
		"deflate":        {"deflate", deflated.String(), text},
		"raw deflate":    {"Deflate", deflated.String()[2 : deflated.Len()-4], text},
		"none":           {"", text, text},
		"another":        {"br", "\x01\x02", "\x01\x02"},
		"only said so":   {"gzip", text, text},
		"cut in the zip": {"gzip", zipped.String()[:zipped.Len()-9], zipped.String()[:zipped.Len()-9]},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", c.coding)
			_, _ = io.WriteString(w, c.body)
		}))
		x := get(t, scim.Config{BaseURL: s.URL})
		assert.Equal(t, c.want, string(x.Response.Body), name)
		assert.False(t, x.Response.Truncated, name)
		s.Close()
	}
}

func TestWhatIsSmallOnTheWireIsBoundedAsWell(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(make([]byte, 1<<20))
	require.NoError(t, z.Close())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zipped.Bytes())
	}))
	defer s.Close()
	x := get(t, scim.Config{BaseURL: s.URL, MaxResponseBytes: 10000})
	assert.Len(t, x.Response.Body, 10000)
	assert.True(t, x.Response.Truncated)
}

func TestABodyAtTheLimitIsWhole(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 100))
	}))
	defer s.Close()
	x := get(t, scim.Config{BaseURL: s.URL, MaxResponseBytes: 100})
	assert.False(t, x.Response.Truncated)
	assert.Len(t, x.Response.Body, 100)
}

func TestTheEndOfARunIsTold(t *testing.T) {
	url := script(t, func(_ int, c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	x := client(t, scim.Config{BaseURL: url}).Do(ctx, scim.Request{Method: "GET"})
	assert.Equal(t, "the time is up", x.Error)

	ctx, stop := context.WithCancel(context.Background())
	stop()
	x = client(t, scim.Config{BaseURL: url}).Do(ctx, scim.Request{Method: "GET"})
	assert.Equal(t, "interrupted", x.Error)
	assert.False(t, x.Sent())
}

func TestABaseURLThatKeepsItsQuery(t *testing.T) {
	u, err := scim.ParseBaseURL("https://scim.example.com/a%2Fb/v2//?tenant=1")
	require.NoError(t, err)
	assert.Equal(t, "https://scim.example.com/a%2Fb/v2?tenant=1", u.String())
	_, err = scim.NewClient(scim.Config{BaseURL: "ftp://scim.example.com"})
	assert.Error(t, err)
}
