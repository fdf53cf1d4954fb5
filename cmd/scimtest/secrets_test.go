package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/reference"
)

// outputs is everything that a run has left: what it printed, and each file in
// its folder but those that the test itself put there.
func (p *program) outputs(t *testing.T, given ...string) map[string]string {
	t.Helper()
	out := map[string]string{"stdout": p.stdout.String(), "stderr": p.stderr.String()}
	require.NoError(t, filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(p.dir, path)
		if err != nil {
			return err
		}
		for _, g := range given {
			if name == g {
				return nil
			}
		}
		b, err := os.ReadFile(path)
		out[name] = string(b)
		return err
	}))
	return out
}

// forms are the ways in which a text may be written.
func forms(s string) []string {
	quoted, _ := json.Marshal(s)
	return []string{
		s, strings.Trim(string(quoted), `"`), url.QueryEscape(s), url.PathEscape(s),
		base64.StdEncoding.EncodeToString([]byte(s)), base64.RawStdEncoding.EncodeToString([]byte(s)),
		base64.URLEncoding.EncodeToString([]byte(s)), fmt.Sprintf("%x", s),
	}
}

// headLength is how much of a text is looked up at each place.
const headLength = 8

// assertAbsent wants that no output holds one of the texts in any form. A run
// makes up thousands of passwords, and its report is long: each place of it is
// looked at once.
func assertAbsent(t *testing.T, outputs map[string]string, what string, texts ...string) {
	t.Helper()
	byHead := map[[headLength]byte][]string{}
	for _, text := range texts {
		require.GreaterOrEqual(t, len(text), headLength, what)
		for _, form := range forms(text) {
			head := [headLength]byte([]byte(form))
			byHead[head] = append(byHead[head], form)
		}
	}
	require.NotEmpty(t, byHead, what)
	for name, content := range outputs {
		for i := range max(0, len(content)-headLength+1) {
			for _, form := range byHead[[headLength]byte([]byte(content[i:i+headLength]))] {
				if strings.HasPrefix(content[i:], form) {
					assert.Failf(t, what+" is shown", "%s in %s: ...%s", form, name, content[max(0, i-200):i+len(form)])
					return
				}
			}
		}
	}
}

// passwords collects every password in a body, however deep.
func passwords(v gjson.Result, out map[string]bool) {
	if !v.IsObject() && !v.IsArray() {
		return
	}
	v.ForEach(func(k, v gjson.Result) bool {
		if strings.EqualFold(k.Str, "password") && v.Type == gjson.String && v.Str != "" {
			out[v.Str] = true
		}
		if strings.EqualFold(v.Get("path").Str, "password") && v.Get("value").Type == gjson.String {
			out[v.Get("value").Str] = true
		}
		passwords(v, out)
		return true
	})
}

// keeping is a profile with which a run keeps what it creates, so that its
// journal stays.
const keeping = "cleanup: keep\n"

// A token and a generated password are nowhere in what a run shows, not even
// when the target shows them to it.
func TestSecretsAreNotShown(t *testing.T) {
	target := newWatched(t, reference.Config{Faults: []string{"password-returned", "error-plain-text"}})
	sent := map[string]bool{}
	var mu sync.Mutex
	target.handle(func(inner http.Handler, w http.ResponseWriter, r *http.Request) {
		body := sniff(t, r)
		mu.Lock()
		passwords(gjson.ParseBytes(body), sent)
		mu.Unlock()
		// A server in debug mode.
		token := r.Header.Get("Authorization")
		w.Header().Set("X-Debug-Authorization", token)
		w.Header().Set("X-Debug-Encoded", base64.StdEncoding.EncodeToString([]byte(strings.TrimPrefix(token, "Bearer "))))
		w.Header().Set("Set-Cookie", "session="+url.QueryEscape(strings.TrimPrefix(token, "Bearer ")))
		inner.ServeHTTP(w, r)
	})
	run := scimtest(t, "run", target.URL, "--profile", "keeping.yaml", "--verbose")
	require.NoError(t, os.WriteFile(filepath.Join(run.dir, "keeping.yaml"), []byte(keeping), 0o600))
	run.exits(t, 1)
	target.settle(t)

	outputs := run.outputs(t, "keeping.yaml")
	assert.Len(t, outputs, 5, "stdout, stderr, two reports and the journal")
	require.Greater(t, len(sent), 20, "generated passwords")
	assert.Contains(t, outputs["scimtest-report/report.json"], "{{password-1}}")
	assert.Contains(t, outputs["scimtest-report/report.json"], "{{credential}}")
	assertAbsent(t, outputs, "the token", testToken)
	assertAbsent(t, outputs, "a password", slices.Collect(maps.Keys(sent))...)
}

// The same for the tokens of other clients.
func TestTokensOfOtherClientsAreNotShown(t *testing.T) {
	const second, reader = "s3cond/with+signs=and~more", "re4der/with+signs=and~more"
	target := newWatched(t, reference.Config{SecondToken: second, ReadToken: reader, Faults: []string{"tenant-read-crosses", "rights-patch-open"}})
	target.handle(func(inner http.Handler, w http.ResponseWriter, r *http.Request) {
		// A server in debug mode.
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		w.Header().Set("X-Debug-Authorization", token)
		w.Header().Set("X-Debug-Encoded", base64.StdEncoding.EncodeToString([]byte(token)))
		w.Header().Set("X-Debug-Query", url.QueryEscape(token)+" "+url.PathEscape(token))
		inner.ServeHTTP(w, r)
	})
	run := scimtest(t, "run", target.URL, "--second", target.URL+reference.SecondPath, "--profile", "keeping.yaml", "--verbose", "tenant", "rights")
	run.Env = append(run.Env, "SCIMTEST_TOKEN_2="+second, "SCIMTEST_TOKEN_READ="+reader)
	require.NoError(t, os.WriteFile(filepath.Join(run.dir, "keeping.yaml"), []byte(keeping), 0o600))
	run.exits(t, 1)
	target.settle(t)

	outputs := run.outputs(t, "keeping.yaml")
	assert.Len(t, outputs, 5, "stdout, stderr, two reports and the journal")
	for _, marker := range []string{"{{credential}}", "{{credential-2}}", "{{credential-read}}"} {
		assert.Contains(t, outputs["scimtest-report/report.json"], marker)
	}
	for _, variable := range []string{"$SCIMTEST_TOKEN_2\"", "$SCIMTEST_TOKEN_READ\""} {
		assert.Contains(t, outputs["stdout"], variable)
	}
	assertAbsent(t, outputs, "the token", testToken)
	assertAbsent(t, outputs, "the token of the second tenant", second)
	assertAbsent(t, outputs, "the token that may only read", reader)
}

// The same for the secret of an OAuth client, the token that it gets, and a
// basic credential.
func TestClientSecretIsNotShown(t *testing.T) {
	const secret = "cl1ent/secret+with=signs"
	target := newWatched(t, reference.Config{})
	grants := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, given, _ := r.BasicAuth()
		if given, _ = url.QueryUnescape(given); user != "tester" || given != secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": testToken, "token_type": "Bearer", "expires_in": 3600})
	}))
	defer grants.Close()
	oauth := []string{"--auth", "oauth2", "--oauth-client-id", "tester", "--oauth-token-url", grants.URL, "--token-file", "secret"}

	run := scimtest(t, append([]string{"run", target.URL, "--profile", "keeping.yaml", "create", "auth"}, oauth...)...)
	require.NoError(t, os.WriteFile(filepath.Join(run.dir, "keeping.yaml"), []byte(keeping), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(run.dir, "secret"), []byte(secret+"\n"), 0o600))
	run.exits(t, 0)
	outputs := run.outputs(t, "keeping.yaml", "secret")
	assert.Len(t, outputs, 5)
	assertAbsent(t, outputs, "the client secret", secret)
	assertAbsent(t, outputs, "the client's credential", "tester:"+secret)
	assertAbsent(t, outputs, "the client's credential", "tester:"+url.QueryEscape(secret))
	assertAbsent(t, outputs, "the token", testToken)

	// A grant that is refused.
	run = scimtest(t, append([]string{"run", target.URL, "create"}, oauth...)...)
	require.NoError(t, os.WriteFile(filepath.Join(run.dir, "secret"), []byte(secret+"x"), 0o600))
	run.exits(t, 3)
	assert.Contains(t, run.stdout.String(), "the token endpoint answers 401\nhint: check the client id, its secret and --oauth-scope\n")
	assertAbsent(t, run.outputs(t, "secret"), "the client secret", secret+"x")

	// A basic credential that is refused, by a server that shows it.
	target.handle(func(inner http.Handler, w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		http.Error(w, "no: "+user+" "+password+" "+r.Header.Get("Authorization"), http.StatusUnauthorized)
	})
	run = scimtest(t, "run", target.URL, "--auth", "basic", "--user", "tester", "create")
	run.exits(t, 3)
	assertAbsent(t, run.outputs(t), "the password", testToken)
	assertAbsent(t, run.outputs(t), "the credential", "tester:"+testToken)
}
