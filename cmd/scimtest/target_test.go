package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/reference"
)

// watched is a reference service provider in this process. A test sees every
// request and what it leads to.
type watched struct {
	URL string

	inner  http.Handler
	server *httptest.Server

	mu     sync.Mutex
	around handling
}

// handling handles a request instead of inner, which it may call.
type handling func(inner http.Handler, w http.ResponseWriter, r *http.Request)

// handle sets what handles the requests from now on; nil is the reference
// alone.
func (w *watched) handle(h handling) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.around = h
}

const testToken = "t0ken/with+signs=and~more"

func newWatched(t *testing.T, cfg reference.Config) *watched {
	t.Helper()
	cfg.Token = testToken
	inner, err := reference.New(cfg)
	require.NoError(t, err)
	w := &watched{inner: inner}
	w.server = httptest.NewServer(w)
	t.Cleanup(func() { w.server.Close() })
	w.URL = w.server.URL + "/scim/v2"
	return w
}

// settle waits for the end of all that clients have sent, dead ones too, and
// listens anew at the same address.
func (w *watched) settle(t *testing.T) {
	t.Helper()
	address := w.server.Listener.Addr().String()
	w.server.Close()
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	w.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: w}} //nolint:gosec // one client, in this test
	w.server.Start()
}

func (w *watched) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	around := w.around
	w.mu.Unlock()
	if around != nil {
		around(w.inner, rw, r)
		return
	}
	w.inner.ServeHTTP(rw, r)
}

// do sends a request past the wire, so that no test sees its own traffic.
func (w *watched) do(t *testing.T, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	return w.doAs(t, testToken, method, path, body)
}

// doAs is do with a token.
func (w *watched) doAs(t *testing.T, token, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, w.URL+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/scim+json")
	rec := httptest.NewRecorder()
	w.inner.ServeHTTP(rec, r)
	return rec
}

// everything maps the path of each resource to its JSON.
func (w *watched) everything(t *testing.T) map[string]string {
	t.Helper()
	return w.everythingOf(t, testToken)
}

// everythingOf is everything that a token can read.
func (w *watched) everythingOf(t *testing.T, token string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, endpoint := range []string{"/Users", "/Groups", "/Devices"} {
		for start := 1; ; {
			rec := w.doAs(t, token, http.MethodGet, fmt.Sprintf("%s?startIndex=%d&count=100", endpoint, start), "")
			require.Equal(t, http.StatusOK, rec.Code, "%s: %s", endpoint, rec.Body)
			known := len(out)
			for _, r := range gjson.GetBytes(rec.Body.Bytes(), "Resources").Array() {
				out[endpoint+"/"+r.Get("id").String()] = r.Raw
				start++
			}
			if len(out) == known {
				break // the end, or a fault shows all on every page
			}
		}
	}
	return out
}

// plantForeigners creates people and groups that a run has no business with.
func (w *watched) plantForeigners(t *testing.T, people int) {
	t.Helper()
	var ids []string
	for i := range people {
		rec := w.do(t, http.MethodPost, "/Users", foreigner(i))
		require.Equal(t, http.StatusCreated, rec.Code, rec.Body.String())
		ids = append(ids, gjson.GetBytes(rec.Body.Bytes(), "id").String())
	}
	for i, members := range [][]string{ids[:1], ids[:people/2], nil} {
		var list []string
		for _, id := range members {
			list = append(list, fmt.Sprintf(`{"value":%q}`, id))
		}
		rec := w.do(t, http.MethodPost, "/Groups", fmt.Sprintf(
			`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Department of %s","members":[%s]}`,
			foreignName(i), strings.Join(list, ",")))
		require.Equal(t, http.StatusCreated, rec.Code, rec.Body.String())
	}
}

// foreignName is a name that occurs nowhere else.
func foreignName(i int) string { return fmt.Sprintf("Quillfeather%c%c", 'a'+i/26, 'a'+i%26) }

func foreigner(i int) string {
	name := foreignName(i)
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%s@people.test",`+
		`"displayName":"Zebulon %s","name":{"givenName":"Zebulon","familyName":"%s","formatted":"Zebulon %s"},`+
		`"emails":[{"value":"%s.private@people.test","type":"home"}],"externalId":"staff-%s",`+
		`"title":"Keeper of %s","phoneNumbers":[{"value":"+49-30-98%04d"}]}`,
		strings.ToLower(name), name, name, name, strings.ToLower(name), name, name, i)
}

// program is a run of scimtest in a process and a folder of its own.
type program struct {
	*exec.Cmd
	dir            string
	stdout, stderr bytes.Buffer
	started        chan struct{} // closed when Process is set
}

// run starts the program and waits for its end.
func (p *program) run() error {
	err := p.Start()
	close(p.started)
	if err != nil {
		return err
	}
	return p.Wait()
}

// signal may be called while the program runs.
func (p *program) signal(sig os.Signal) {
	<-p.started
	_ = p.Process.Signal(sig)
}

func scimtest(t *testing.T, args ...string) *program {
	t.Helper()
	dir := t.TempDir()
	p := &program{Cmd: exec.Command("scimtest", args...), dir: dir, started: make(chan struct{})}
	p.Dir = dir
	p.Env = []string{"HOME=" + dir, "XDG_STATE_HOME=" + dir + "/state", "SCIMTEST_TOKEN=" + testToken}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	return p
}

// exits runs the program and wants that exit code.
func (p *program) exits(t *testing.T, code int) {
	t.Helper()
	_ = p.run() // judged by the exit code
	require.Equal(t, code, p.ProcessState.ExitCode(), "%s\n%s", &p.stdout, &p.stderr)
}

// sniff reads a body and puts it back.
func sniff(t *testing.T, r *http.Request) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil // the client is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return b
}
