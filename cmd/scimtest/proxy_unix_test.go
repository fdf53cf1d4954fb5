//go:build unix

package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/internal/reference"
)

// screen is a buffer that can be read while a program writes.
type screen struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// standing is a proxy that runs as a program.
type standing struct {
	*program
	out  *screen
	url  string
	file string
}

func startProxy(t *testing.T, target string, args ...string) *standing {
	t.Helper()
	s := &standing{
		program: scimtest(t, append([]string{"proxy", "--to", target, "--listen", "127.0.0.1:0", "--record", "run.har"}, args...)...),
		out:     &screen{},
	}
	s.Stdout, s.file = s.out, filepath.Join(s.dir, "run.har")
	require.NoError(t, s.Start())
	t.Cleanup(func() { _ = s.Process.Kill() })
	form := regexp.MustCompile(`(?m)^proxy +(\S+)$`)
	require.Eventually(t, func() bool {
		m := form.FindStringSubmatch(s.out.String())
		if m != nil {
			s.url = m[1]
		}
		return m != nil
	}, 20*time.Second, 10*time.Millisecond, "%s", &s.stderr)
	return s
}

// A recording of a whole life in one dialect, from the command line: the proxy
// says who spoke and what to do next, and the replay tells a good target from a
// bad one.
func TestRecordAndReplay(t *testing.T) {
	target := newWatched(t, reference.Config{})
	proxy := startProxy(t, target.URL)
	run := scimtest(t, "run", proxy.url, "joiner.okta-oin", "mover.okta-oin", "leaver.okta-oin", "group-*.okta-oin")
	run.exits(t, 0)
	require.NoError(t, proxy.Process.Signal(syscall.SIGINT))
	require.NoError(t, proxy.Wait())
	out := proxy.out.String()
	assert.Contains(t, out, "every answer keeps the rules\n")
	assert.Contains(t, out, "spoken: Okta, catalog app (okta-oin)\n")
	assert.Contains(t, out, "OKTA-Q01: PATCH active with op:replace, object value, no path")
	assert.Contains(t, out, "next: scimtest replay run.har "+target.URL+"\n")
	assertAbsent(t, map[string]string{"stdout": out}, "the token", testToken)

	again := newWatched(t, reference.Config{})
	replay := scimtest(t, "replay", proxy.file, again.URL, "--junit", "j.xml", "--json", "r.json")
	replay.exits(t, 0)
	assert.FileExists(t, filepath.Join(replay.dir, "j.xml"))
	assert.FileExists(t, filepath.Join(replay.dir, "r.json"))

	broken := newWatched(t, reference.Config{Faults: []string{"patch-remove-clears-attribute"}})
	replay = scimtest(t, "replay", proxy.file, broken.URL, "--timing", "recorded")
	replay.exits(t, 1)
	shown := replay.stdout.String()
	assert.Contains(t, shown, "FAIL replay.run ")
	assert.Contains(t, shown, "members")
	assert.Contains(t, shown, "     again   scimtest replay ")
	assert.Contains(t, shown, "     curl    curl -sS ")
	assert.NotContains(t, shown, "scimtest explain")
	assertAbsent(t, replay.outputs(t), "the token", testToken)
}

// A proxy that is killed leaves a recording that can be read, and gone on with.
func TestKilledProxyLeavesARecording(t *testing.T) {
	target := newWatched(t, reference.Config{})
	proxy := startProxy(t, target.URL)
	run := scimtest(t, "run", proxy.url, "leaver.entra-legacy")
	run.exits(t, 0)
	require.NoError(t, proxy.Process.Kill())
	_ = proxy.Wait() // it was killed
	rec, err := har.ReadFile(proxy.file)
	require.NoError(t, err)
	assert.False(t, rec.Cut)
	before := len(rec.Entries)
	assert.Greater(t, before, 10)

	next := startProxy(t, target.URL, "--append", "--record", proxy.file)
	scimtest(t, "run", next.url, "leaver.entra-legacy").exits(t, 0)
	require.NoError(t, next.Process.Signal(syscall.SIGTERM))
	require.NoError(t, next.Wait())
	rec, err = har.ReadFile(proxy.file)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(rec.Entries), 2*before-1)
}
