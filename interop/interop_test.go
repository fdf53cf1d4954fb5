// Package interop runs the tester against service providers that others
// wrote, and compares what it finds with what was verified by hand.
//
//	go test ./interop -interop          compare with <server>/findings.txt
//	go test ./interop -interop -update  write it anew: verify each line
package interop

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

var (
	interop = flag.Bool("interop", false, "start the servers in this folder and test them")
	drafts  = flag.Bool("drafts", false, "draft a profile of each server in this folder, and run with it")
	update  = flag.Bool("update", false, "write the findings anew, keeping the notes")
)

// server is a service provider of this folder.
type server struct {
	name string
	// dir holds its source, findings what is known of it.
	dir, findings string
	// prepare installs what it needs; run starts it on a port of its choice.
	// Its first line on standard output is its base URL.
	prepare, run func(bin string) *exec.Cmd
	// only selects checks; none selects all.
	only []string
}

var servers = []server{
	{
		name: "elimity", dir: "elimity", findings: "findings.txt",
		prepare: func(bin string) *exec.Cmd { return exec.Command("go", "build", "-o", bin, ".") },
		run:     func(bin string) *exec.Cmd { return exec.Command(bin, "0") },
	},
	{
		name: "scimmy", dir: "scimmy", findings: "findings.txt",
		prepare: install, run: node(),
	},
	{
		// Express 5 takes the paging parameters away (SCM-13).
		name: "scimmy on Express 5", dir: "scimmy", findings: "findings-express5.txt",
		prepare: install, run: node("EXPRESS=express5"), only: []string{"pagination"},
	},
}

func install(string) *exec.Cmd {
	return exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
}

func node(env ...string) func(string) *exec.Cmd {
	return func(string) *exec.Cmd {
		cmd := exec.Command("node", "server.mjs", "0")
		cmd.Env = append(os.Environ(), env...)
		return cmd
	}
}

func TestServers(t *testing.T) {
	if !*interop {
		t.Skip("needs Node.js and downloads: go test ./interop -interop")
	}
	var sections []string
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			file := filepath.Join(s.dir, s.findings)
			want := readFindings(t, file)
			report := s.judge(t, s.start(t))
			if len(s.only) == 0 {
				sections = append(sections, flowsSection(s.name, report))
			}
			found := findingsOf(report)
			if *update {
				want = writeFindings(t, file, want, found)
			}
			assert.Empty(t, slices.DeleteFunc(slices.Clone(found), func(f string) bool { _, known := want[f]; return known }),
				"findings that nobody verified")
			assert.Empty(t, slices.DeleteFunc(slices.Sorted(maps.Keys(want)), func(f string) bool { return slices.Contains(found, f) }),
				"verified findings that are not reported any more")
		})
	}
	compareFlows(t, sections)
}

// A drafted profile leaves nothing blocked (scimtest profile init).
func TestDrafts(t *testing.T) {
	if !*drafts {
		t.Skip("runs everything several times: go test ./interop -drafts")
	}
	bin := filepath.Join(t.TempDir(), "scimtest")
	out, err := exec.Command("go", "build", "-o", bin, "../cmd/scimtest").CombinedOutput()
	require.NoError(t, err, string(out))
	for _, s := range servers {
		if s.only != nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			base, dir := s.start(t), t.TempDir()
			draft := filepath.Join(dir, "draft.yaml")
			for _, args := range [][]string{{"profile", "init", base, "--out", draft}, {"run", "--profile", draft, "--out", dir}} {
				cmd := exec.Command(bin, append(args, "--journal", dir)...)
				cmd.Env = append(os.Environ(), "SCIMTEST_TOKEN=secret")
				var exit *exec.ExitError
				if out, err := cmd.CombinedOutput(); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == engine.ExitViolations) {
					t.Fatalf("%v: %s", err, out)
				}
			}
			data, err := os.ReadFile(filepath.Join(dir, "report.json"))
			require.NoError(t, err)
			var report engine.Report
			require.NoError(t, json.Unmarshal(data, &report))
			assert.NotEmpty(t, report.Results)
			assert.Zero(t, report.Summary.Counts[engine.Blocked])
		})
	}
}

// start builds and starts the server and returns its base URL. It ends with
// the test.
func (s server) start(t *testing.T) string {
	bin := filepath.Join(t.TempDir(), "server")
	prepare := s.prepare(bin)
	prepare.Dir = s.dir
	out, err := prepare.CombinedOutput()
	require.NoError(t, err, string(out))

	cmd := s.run(bin)
	cmd.Dir = s.dir
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "TOKEN=secret")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	// It prints the line when it listens, and closes the pipe when it dies.
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		_ = cmd.Wait()
		t.Fatalf("the server did not start:\n%s", stderr.String())
	}
	return lines.Text()
}

// judge runs everything against the server, one check after the other: what
// two checks do at the same time is not the same on every day.
func (s server) judge(t *testing.T, base string) *engine.Report {
	client, err := scim.NewClient(scim.Config{BaseURL: base, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	defer client.Close()
	set, err := suites.All().Select(s.only...)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	report, err := engine.Run(ctx, &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Dialects: suites.Dialects(),
		Target: client, BaseURL: base, Seed: 1, Parallel: 1,
	})
	require.NoError(t, err)
	require.False(t, report.Interrupted, "the run did not come to its end")
	return report
}
