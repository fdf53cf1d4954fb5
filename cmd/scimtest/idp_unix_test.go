//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites/engine"
)

// serving starts a program that prints where it listens.
func serving(t *testing.T, args ...string) (p *program, out *bytes.Buffer, url string) {
	p = scimtest(t, args...)
	out = &bytes.Buffer{}
	p.Stdout = nil
	lines, err := p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })
	buffer := make([]byte, 4096)
	for !strings.Contains(out.String(), "Ctrl-C") {
		n, err := lines.Read(buffer)
		out.Write(buffer[:n])
		require.NoError(t, err, out.String())
	}
	url = regexp.MustCompile(`mock IdP +(\S+)`).FindStringSubmatch(out.String())[1]
	return p, out, url
}

func ask(t *testing.T, method, url, body string) map[string]any {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	answer, err := (&http.Client{Timeout: 20 * time.Second}).Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	var v map[string]any
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&v))
	return v
}

// The suites are run against the target of a tenant, by the API, and the report
// is that of scimtest run.
func TestIdPConformance(t *testing.T) {
	target := newWatched(t, reference.Config{})
	p, _, url := serving(t, "idp", target.URL, "--dialect", "okta-oin", "--listen", "127.0.0.1:0")
	runs := url + "/api/v1/tenants/okta-oin/test-runs"
	answer, err := http.Post(runs, "application/json", strings.NewReader(`{"suites":["okta-crud","invariants"]}`))
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusCreated, answer.StatusCode)
	var run map[string]any
	require.Eventually(t, func() bool {
		run = ask(t, http.MethodGet, runs+"/1", "")
		return run["state"] != "running"
	}, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, "conformant", run["meaning"], run)
	assert.EqualValues(t, engine.SchemaVersion, ask(t, http.MethodGet, runs+"/1/report?format=json", "")["schema_version"])
	require.NoError(t, p.Process.Signal(os.Interrupt))
	require.NoError(t, p.Wait())
}

// A tenant of the command line is made once, and is there again.
func TestIdPKeeps(t *testing.T) {
	target := newWatched(t, reference.Config{})
	file := t.TempDir() + "/idp.db"
	for range 2 {
		p, out, url := serving(t, "idp", target.URL, "--dialect", "entra-legacy", "--data", file, "--listen", "127.0.0.1:0")
		assert.Contains(t, out.String(), "tenant    entra-legacy, Entra, legacy, provisions to "+target.URL)
		assert.NotContains(t, out.String(), testToken)
		o := ask(t, http.MethodGet, url+"/api/v1/tenants/entra-legacy", "")
		assert.Equal(t, true, o["has_credential"])
		require.NoError(t, p.Process.Signal(os.Interrupt))
		require.NoError(t, p.Wait())
	}
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "the credentials are in it")
	scimtest(t, "idp", target.URL, "--dialect", "okta-aiw", "--tenant", "entra-legacy", "--data", file, "--listen", "127.0.0.1:0").exits(t, engine.ExitUsage)
}
