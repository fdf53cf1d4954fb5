//go:build unix

package main

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	junit "github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

const testRunID = "abcd2345"

// A moment tells the request at which a run is interrupted.
type moment struct {
	name   string
	method string // of the requests that are counted; all when empty
	path   string // below the base URL
	nth    int64
}

var moments = []moment{
	{"during a bulk request", http.MethodPost, "/Bulk", 2},
	{"in the middle", "", "", 1700},
	{"while it creates a user", http.MethodPost, "/Users", 40},
	{"while it deletes", http.MethodDelete, "", 60},
	{"while it begins", "", "", 9},
}

// at sends a signal to the process when the moment has come, after the request
// has had its effect and before it is answered.
func (m moment) at(target *watched, p *program, sig os.Signal) *atomic.Bool {
	var seen atomic.Int64
	var sent atomic.Bool
	target.handle(func(inner http.Handler, w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		inner.ServeHTTP(rec, r)
		counts := (m.method == "" || r.Method == m.method) && (m.path == "" || r.URL.Path == "/scim/v2"+m.path)
		if counts && seen.Add(1) == m.nth {
			sent.Store(true) // before the program ends, which the test waits for
			p.signal(sig)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
	return &sent
}

// A run that is killed at any moment leaves behind what scimtest clean
// removes, by its journal or without.
func TestCleanAfterKill(t *testing.T) {
	for i, m := range moments {
		t.Run(m.name, func(t *testing.T) {
			target := newWatched(t, reference.Config{})
			target.plantForeigners(t, 5)
			before := target.everything(t)

			run := scimtest(t, "run", target.URL, "--run-id", testRunID)
			killed := m.at(target, run, syscall.SIGKILL)
			err := run.run()
			require.True(t, killed.Load(), "the moment did not come")
			require.Error(t, err)
			target.settle(t)
			target.handle(nil)

			journal := engine.JournalPath(filepath.Join(run.dir, "state", "scimtest"), testRunID)
			require.FileExists(t, journal)
			clean := scimtest(t, "clean", target.URL, "--run", testRunID, "--journal", filepath.Dir(journal))
			if i%2 == 1 {
				require.NoError(t, os.Remove(journal))
			}
			clean.exits(t, engine.ExitOK)
			assert.Equal(t, before, target.everything(t))
			assert.NoFileExists(t, journal)
			if i%2 == 1 {
				assert.Contains(t, clean.stdout.String(), "no journal of run "+testRunID)
			}
		})
	}
}

// The same with a second tenant, which is cleaned with its own token.
func TestCleanAfterKillInTwoTenants(t *testing.T) {
	const second = "secret-2"
	for i, m := range []moment{
		{"while it creates a user of the second tenant", http.MethodPost, reference.SecondPath + "/Users", 9},
		{"while it creates another", http.MethodPost, reference.SecondPath + "/Users", 14},
	} {
		t.Run(m.name, func(t *testing.T) {
			target := newWatched(t, reference.Config{SecondToken: second})
			target.plantForeigners(t, 5)
			rec := target.doAs(t, second, http.MethodPost, "/Users", foreigner(1))
			require.Equal(t, http.StatusCreated, rec.Code)
			before, beforeThere := target.everything(t), target.everythingOf(t, second)

			run := scimtest(t, "run", target.URL, "--second", target.URL+reference.SecondPath, "--run-id", testRunID, "tenant")
			run.Env = append(run.Env, "SCIMTEST_TOKEN_2="+second)
			killed := m.at(target, run, syscall.SIGKILL)
			err := run.run()
			require.True(t, killed.Load(), "the moment did not come")
			require.Error(t, err)
			target.settle(t)
			target.handle(nil)
			require.NotEqual(t, beforeThere, target.everythingOf(t, second), "something was left")

			journal := engine.JournalPath(filepath.Join(run.dir, "state", "scimtest"), testRunID)
			clean := scimtest(t, "clean", target.URL, "--run", testRunID, "--journal", filepath.Dir(journal), "--second", target.URL+reference.SecondPath)
			clean.Env = append(clean.Env, "SCIMTEST_TOKEN_2="+second)
			if i%2 == 1 {
				require.NoError(t, os.Remove(journal))
			}
			clean.exits(t, engine.ExitOK)
			assert.Equal(t, before, target.everything(t))
			assert.Equal(t, beforeThere, target.everythingOf(t, second))
			assert.NoFileExists(t, journal)
		})
	}
}

// While a run is alive nobody cleans up after it.
func TestCleanRefusesLiveRun(t *testing.T) {
	target := newWatched(t, reference.Config{})
	run := scimtest(t, "run", target.URL, "--run-id", testRunID, "create.location-header")
	var said string
	target.handle(func(inner http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			clean := scimtest(t, "clean", target.URL, "--run", testRunID, "--journal", filepath.Join(run.dir, "state", "scimtest"))
			_ = clean.run() // judged by what it says
			said = clean.stderr.String()
		}
		inner.ServeHTTP(w, r)
	})
	run.exits(t, engine.ExitOK)
	target.settle(t)
	assert.Contains(t, said, "is still alive")
	assert.Contains(t, said, "hint: end it first")
}

// Ctrl-C ends a run in good order: it cleans up, its reports are complete, and
// the exit code tells.
func TestInterrupt(t *testing.T) {
	for _, m := range moments[:2] {
		t.Run(m.name, func(t *testing.T) {
			target := newWatched(t, reference.Config{})
			target.plantForeigners(t, 5)
			before := target.everything(t)

			run := scimtest(t, "run", target.URL, "--run-id", testRunID)
			sent := m.at(target, run, os.Interrupt)
			run.exits(t, engine.ExitInterrupted)
			require.True(t, sent.Load(), "the moment did not come")
			target.settle(t)

			assert.Equal(t, before, target.everything(t))
			assert.Contains(t, run.stdout.String(), "interrupted")
			assert.NoFileExists(t, engine.JournalPath(filepath.Join(run.dir, "state", "scimtest"), testRunID))

			f, err := os.Open(filepath.Join(run.dir, "scimtest-report", "report.json"))
			require.NoError(t, err)
			defer f.Close()
			report, err := reports.ReadJSON(f)
			require.NoError(t, err)
			assert.True(t, report.Interrupted)
			assert.Equal(t, engine.Broken, report.Find("completed").Outcome)
			assert.Len(t, report.Results, len(listed(suites.All()))+4, "results of the checks and of suite run")
			assert.Empty(t, report.Summary.Counts[engine.Fail], "an interruption is no violation")

			list, err := junit.IngestFile(filepath.Join(run.dir, "scimtest-report", "junit.xml"))
			require.NoError(t, err)
			total := 0
			for _, s := range list {
				total += s.Totals.Tests
			}
			assert.Equal(t, len(report.Results), total)
		})
	}
}

// The reference as a program: it says where it is, a run works as it
// proposes, and Ctrl-C ends it.
func TestTargetCommand(t *testing.T) {
	p := scimtest(t, "target", "--listen", "127.0.0.1:0")
	p.Stdout = nil
	out, err := p.StdoutPipe()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	require.NoError(t, p.Start())
	context.AfterFunc(ctx, func() { _ = p.Process.Kill() })
	said := map[string]string{}
	for lines := bufio.NewScanner(out); len(said) < 3 && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		said[name] = strings.TrimSpace(value)
	}
	assert.Equal(t, testToken, said["token"])
	url := strings.TrimSpace(strings.TrimPrefix(said["base"], "URL"))
	assert.Equal(t, "SCIMTEST_TOKEN="+testToken+" scimtest run "+url, said["try"])
	scimtest(t, "run", url, "create.location-header").exits(t, engine.ExitOK)

	require.NoError(t, p.Process.Signal(os.Interrupt))
	require.NoError(t, p.Wait())
}
