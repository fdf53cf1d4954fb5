package proxy_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp/server/proxy"
	"github.com/scimtest/scimtest/suites"
)

// safe is a buffer for several goroutines.
type safe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) { s.mu.Lock(); defer s.mu.Unlock(); return s.b.Write(p) }
func (s *safe) String() string              { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// started is a proxy that runs in a test.
type started struct {
	*proxy.Running
	p    *proxy.Proxy
	out  *safe
	path string
}

func start(t *testing.T, cfg proxy.Config) *started {
	t.Helper()
	s := &started{out: &safe{}, path: filepath.Join(t.TempDir(), "run.har")}
	w, err := har.Create(s.path, "scimtest", "test")
	require.NoError(t, err)
	t.Cleanup(func() { w.Close() })
	cfg.Out, cfg.Invariants = s.out, suites.All().Invariants
	s.p, err = proxy.New(cfg)
	require.NoError(t, err)
	s.p.Record(w)
	s.Running, err = s.p.Listen("127.0.0.1:0", nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// recorded ends the proxy and reads its file.
func (s *started) recorded(t *testing.T) *har.Recording {
	t.Helper()
	require.NoError(t, s.Close())
	rec, err := har.ReadFile(s.path)
	require.NoError(t, err)
	return rec
}

func serve(t *testing.T, faults ...string) *reference.Running {
	t.Helper()
	server, err := reference.New(reference.Config{Faults: faults})
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = running.Close() })
	return running
}

func send(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

// rawServer answers every request with these bytes, and hands on what came.
func rawServer(t *testing.T, answer string) (address string, requests chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	requests = make(chan string, 20)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(5 * time.Second))
			in := bufio.NewReader(c)
			var b strings.Builder
			length := 0
			for {
				line, err := in.ReadString('\n')
				b.WriteString(line)
				_, _ = fmt.Sscanf(line, "Content-Length: %d", &length)
				if err != nil || line == "\r\n" {
					break
				}
			}
			body := make([]byte, length)
			_, _ = io.ReadFull(in, body)
			requests <- b.String() + string(body)
			_, _ = io.WriteString(c, answer)
			c.Close()
		}
	}()
	return l.Addr().String(), requests
}

// What comes goes on as it came: path, query, spelling of headers, body; and so
// does the answer.
func TestBytesPass(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nX-Odd: a  b\r\nContent-Length: 20\r\nDate: Sun, 01 Mar 2026 00:00:00 GMT\r\n\r\n{ \"id\":\"\\u00e9\\/x\" }"
	target, requests := rawServer(t, answer)
	s := start(t, proxy.Config{Target: "http://" + target + "/scim/v2"})
	host := strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), "/scim/v2")
	const sent = "PATCH /scim/v2/Users/a%2Fb%7Ec;x?filter=a+eq%20\"%C3%a9\"&&x HTTP/1.1\r\nHost: %s\r\nADSCIMVersion: 5.0\r\nauthorization: Bearer t0ken-that-is-long\r\n" +
		"Content-Type: application/scim+json; charset=utf-8\r\nContent-Length: 16\r\n\r\n{ \"a\" :\"\\u00e9\"}"
	for range 2 { // also the second request of a connection
		c, err := net.Dial("tcp", host)
		require.NoError(t, err)
		in := bufio.NewReader(c)
		for range 2 {
			_, err = io.WriteString(c, strings.Replace(sent, "%s", host, 1))
			require.NoError(t, err)
			resp, err := http.ReadResponse(in, nil)
			require.NoError(t, err)
			b, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, `{ "id":"\u00e9\/x" }`, string(b))
			assert.Equal(t, http.Header{"X-Odd": {"a  b"}, "Content-Length": {"20"}, "Date": {"Sun, 01 Mar 2026 00:00:00 GMT"}}, resp.Header)
		}
		c.Close()
	}
	for first := true; len(requests) > 0; {
		got := <-requests
		if strings.Contains(got, "startIndex=1&count=1") || strings.HasPrefix(got, "GET /scim/v2/ServiceProviderConfig") ||
			strings.HasPrefix(got, "GET /scim/v2/ResourceTypes") || strings.HasPrefix(got, "GET /scim/v2/Schemas") {
			assert.True(t, first, "the target is asked once")
			continue
		}
		first = false
		assert.True(t, strings.HasPrefix(got, "PATCH /scim/v2/Users/a%2Fb%7Ec;x?filter=a+eq%20\"%C3%a9\"&&x HTTP/1.1\r\nHost: "+target+"\r\n"), got)
		assert.Contains(t, got, "\r\nADSCIMVersion: 5.0\r\n")
		assert.Contains(t, got, "\r\nContent-Length: 16\r\n")
		assert.NotContains(t, got, "User-Agent")
		assert.NotContains(t, got, "Accept-Encoding")
		assert.NotContains(t, got, "X-Forwarded")
		assert.True(t, strings.HasSuffix(got, "\r\n\r\n{ \"a\" :\"\\u00e9\"}"), got)
	}
	rec := s.recorded(t)
	require.Len(t, rec.Entries, 4)
	spelt := "ADSCIMVersion" // as it came, not as Go would spell it
	assert.Equal(t, []string{"5.0"}, rec.Entries[0].Exchange.Request.Header[spelt])
	assert.Equal(t, "Bearer {{token-1}}", rec.Entries[0].Exchange.Request.Header.Get("Authorization"))
}

// Nobody comes through whom the target does not know.
func TestStrangersAreRefused(t *testing.T) {
	target := serve(t)
	s := start(t, proxy.Config{Target: target.URL})
	status, body := send(t, "POST", s.URL+"/Users", "", `{"userName":"eve"}`)
	assert.Equal(t, 401, status)
	assert.Contains(t, body, "urn:ietf:params:scim:api:messages:2.0:Error")
	for range 30 {
		status, _ = send(t, "POST", s.URL+"/Users", "wrong", `{"userName":"eve"}`)
		assert.Equal(t, 401, status)
	}
	for i := range 20 {
		status, _ = send(t, "POST", s.URL+"/Users", fmt.Sprint("wrong", i), `{"userName":"eve"}`)
		assert.Equal(t, 401, status)
	}
	for _, path := range []string{"", "/other", "/scim/v2x", "/scim/v2/../admin", "/scim/v2/%2e%2e/admin"} {
		req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(s.URL, "/scim/v2"), nil)
		require.NoError(t, err)
		req.URL.Opaque = path
		if path == "" {
			req.URL.Opaque = "/"
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 404, resp.StatusCode, path)
	}
	_, body = send(t, "GET", target.URL+"/Users", "secret", "")
	assert.Contains(t, body, `"totalResults":1`, "the client's own account alone")
	assert.Equal(t, 51, s.p.Summary().Refused)
	assert.Empty(t, s.recorded(t).Entries)
	assert.LessOrEqual(t, strings.Count(s.out.String(), "\n"), 4, "told once each")

	s = start(t, proxy.Config{Target: target.URL, Token: "other"})
	status, _ = send(t, "GET", s.URL+"/Users", "secret", "")
	assert.Equal(t, 401, status, "the target would let her in")
	s = start(t, proxy.Config{Target: target.URL, Token: "secret"})
	status, _ = send(t, "GET", s.URL+"/Users", "secret", "")
	assert.Equal(t, 200, status)

	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer open.Close()
	s = start(t, proxy.Config{Target: open.URL, AllowAnonymous: true})
	status, _ = send(t, "DELETE", s.URL+"/Users/7", "", "")
	assert.Equal(t, 204, status)
	_, err := proxy.New(proxy.Config{Target: open.URL, PublicURL: "https://x.example", AllowAnonymous: true})
	require.ErrorContains(t, err, "--allow-anonymous")
	_, err = proxy.New(proxy.Config{Target: "ftp://x"})
	require.Error(t, err)
}

// With a public URL, locations name it on the way out, and the target on the way
// in; nothing else changes.
func TestPublicURL(t *testing.T) {
	target := serve(t)
	const public = "https://abc.tunnel.example/idp/scim"
	s := start(t, proxy.Config{Target: target.URL, PublicURL: public})
	assert.Equal(t, "/idp/scim", s.p.Path())
	req, err := http.NewRequest(http.MethodPost, s.URL+"/Users", strings.NewReader(
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","profileUrl":"`+target.URL+`/Users/1"}`))
	require.NoError(t, err)
	req.Header = http.Header{"Authorization": {"Bearer secret"}, "Content-Type": {"application/scim+json"}, "Accept-Encoding": {"gzip"}}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(resp.Header.Get("Location"), public+"/Users/"), resp.Header)
	assert.Contains(t, string(b), `"location":"`+public+"/Users/")
	assert.Contains(t, string(b), `"profileUrl":"`+target.URL+`/Users/1"`)
	id := strings.TrimPrefix(resp.Header.Get("Location"), public+"/Users/")
	status, body := send(t, "PUT", s.URL+"/Users/"+id, "secret", string(b))
	assert.Equal(t, 200, status, body)
	assert.Contains(t, body, public)
	rec := s.recorded(t)
	put := rec.Entries[1].Exchange.Request
	assert.NotContains(t, string(put.Body), public, "the target gets its own")
	assert.Contains(t, string(put.Body), target.URL+"/Users/"+id)

	// What is packed is unpacked for it.
	packed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/scim+json")
		z := gzip.NewWriter(w)
		fmt.Fprintf(z, `{"id":"7","meta":{"location":"http://%s/Users/7"}}`, r.Host)
		z.Close()
	}))
	defer packed.Close()
	s = start(t, proxy.Config{Target: packed.URL, PublicURL: "https://abc.example/x"})
	_, body = send(t, "GET", s.URL+"/Users/7", "secret", "")
	assert.Equal(t, `{"id":"7","meta":{"location":"https://abc.example/x/Users/7"}}`, body)
}

// Every answer is judged, each thing told a few times, and counted.
func TestAnswersAreJudged(t *testing.T) {
	s := start(t, proxy.Config{Target: serve(t, "media-type-html").URL})
	for range 5 {
		send(t, "GET", s.URL+"/Users?filter=userName+eq+%22x%22", "secret", "")
	}
	s.recorded(t)
	out := s.out.String()
	assert.Equal(t, 3, strings.Count(out, "FAIL wire.media-type: the media type of an answer is not SCIM\n"), out)
	assert.Contains(t, out, "header Content-Type: want application/scim+json, got text/html")
	sum := s.p.Summary()
	require.NotEmpty(t, sum.Broken)
	assert.Equal(t, "wire.media-type", sum.Broken[0].ID)
	assert.Equal(t, 5, sum.Broken[0].Count)
	var b strings.Builder
	sum.Write(&b)
	assert.Contains(t, b.String(), "wire.media-type: the media type of an answer is not SCIM: 5 times, first in #1")
	assert.Contains(t, b.String(), "spoken: no dialect that is known here")
}

// No secret is recorded or shown, in no form.
func TestSecretsAreLeftOut(t *testing.T) {
	const token, password = "t0ken/with+signs=and~more", "pa55/w+rd"
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A server in debug mode.
		bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		w.Header().Set("X-Debug", base64.StdEncoding.EncodeToString([]byte(bearer))+" "+base64.RawURLEncoding.EncodeToString([]byte(bearer)))
		w.Header().Set("Set-Cookie", "session=c00kie-value")
		w.Header().Set("Content-Type", "application/scim+json")
		w.WriteHeader(http.StatusBadRequest)
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":%q,"password":"other5ecret"}`, string(body)+" "+bearer)
	}))
	defer target.Close()
	s := start(t, proxy.Config{Target: target.URL, Anonymize: true})
	send(t, "POST", s.URL+"/Users?access_token=que7y-token", token, `{"userName":"ann","password":"`+password+`"}`)
	send(t, "PATCH", s.URL+"/Users/7", token, `{"Operations":[{"op":"replace","path":"password","value":"n3w-password"},{"op":"add","value":{"password":"short"}}]}`)
	send(t, "GET", s.URL+"/Users?filter=password%20eq%20%22pa55%2Fw%2Brd%22", token, "")
	req, err := http.NewRequest(http.MethodGet, s.URL+"/Users", nil)
	require.NoError(t, err)
	req.SetBasicAuth("tester", "ba5ic-password")
	req.Header.Set("X-Api-Key", "api-k3y-value")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	rec := s.recorded(t)
	require.Len(t, rec.Entries, 4)
	file, err := os.ReadFile(s.path)
	require.NoError(t, err)
	for _, shown := range []string{string(file), s.out.String()} {
		for _, secret := range []string{
			token, "t0ken%2Fwith%2Bsigns%3Dand~more", base64.StdEncoding.EncodeToString([]byte(token)), base64.RawURLEncoding.EncodeToString([]byte(token)), `t0ken\/`,
			password, "pa55%2Fw%2Brd", "que7y-token", "n3w-password", `"short"`, "c00kie-value", "other5ecret", "ba5ic-password",
			base64.StdEncoding.EncodeToString([]byte("tester:ba5ic-password")), "api-k3y-value",
		} {
			assert.NotContains(t, shown, secret)
		}
	}
	for _, marker := range []string{"Bearer {{token-1}}", "Basic {{token-2}}", "{{password-1}}", "{{password-2}}", "{{secret-1}}", "{{cookie-1}}"} {
		assert.Contains(t, string(file), marker)
	}
}

// What is longer than what is recorded passes all the same.
func TestLongBodiesPass(t *testing.T) {
	const size = 17 << 20
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		if n > 0 {
			assert.Equal(t, int64(size), n)
			_, _ = w.Write(bytes.Repeat([]byte("x"), size))
		}
	}))
	defer target.Close()
	s := start(t, proxy.Config{Target: target.URL, PublicURL: "https://abc.example"})
	status, body := send(t, "POST", s.URL+"/Users", "secret", strings.Repeat("y", size))
	assert.Equal(t, 200, status)
	assert.Len(t, body, size)
	x := s.recorded(t).Entries[0].Exchange
	assert.True(t, x.Request.Truncated)
	assert.True(t, x.Response.Truncated)
}

// The caller sees what it would have seen without a proxy.
func TestNoAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var once sync.Once
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answered := false
			once.Do(func() { answered = true })
			_, _ = c.Read(make([]byte, 4096))
			if answered { // the question whether the credentials are right
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
			c.Close()
		}
	}()
	s := start(t, proxy.Config{Target: "http://" + l.Addr().String()})
	req, err := http.NewRequest(http.MethodDelete, s.URL+"/Users/7", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer secret")
	_, err = http.DefaultClient.Do(req) //nolint:bodyclose // there is no answer
	require.Error(t, err, "the connection is closed, as the target closed it")
	l.Close()
	status, body := send(t, "DELETE", s.URL+"/Users/7", "secret", "")
	assert.Equal(t, 502, status)
	assert.Contains(t, body, "the target cannot be reached")
	rec := s.recorded(t)
	require.Len(t, rec.Entries, 2)
	assert.NotEmpty(t, rec.Entries[0].Exchange.Error)
	assert.True(t, rec.Entries[0].Exchange.Sent())
	assert.False(t, rec.Entries[1].Exchange.Sent())
}

func TestOwnCertificate(t *testing.T) {
	p, err := proxy.New(proxy.Config{Target: serve(t).URL})
	require.NoError(t, err)
	certificate, err := proxy.OwnCertificate("localhost", "127.0.0.1")
	require.NoError(t, err)
	running, err := p.Listen("127.0.0.1:0", certificate)
	require.NoError(t, err)
	defer running.Close()
	require.True(t, strings.HasPrefix(running.URL, "https://"))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // its own
	defer client.CloseIdleConnections()
	req, err := http.NewRequest(http.MethodGet, running.URL+"/Users", nil)
	require.NoError(t, err)
	req.Header = http.Header{"Authorization": {"Bearer secret"}, "ADSCIMVersion": {"5.0"}}
	resp, err := client.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode)
}
