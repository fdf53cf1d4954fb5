// Package interop runs the tester against service providers that others
// wrote, and compares what it finds with what was verified by hand.
//
//	go test ./interop -interop          compare with <server>/findings.txt
//	go test ./interop -interop -update  write it anew: verify each line
package interop

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	update  = flag.Bool("update", false, "write the findings anew")
)

// server is a service provider of this folder.
type server struct {
	name string
	// prepare installs what it needs; run starts it on a port.
	prepare, run func(dir, bin string, port int) *exec.Cmd
	base         string
}

var servers = []server{
	{
		name: "elimity",
		prepare: func(dir, bin string, _ int) *exec.Cmd {
			return exec.Command("go", "build", "-o", bin, ".")
		},
		run:  func(dir, bin string, port int) *exec.Cmd { return exec.Command(bin, strconv.Itoa(port)) },
		base: "http://127.0.0.1:%d/v2",
	},
	{
		name: "scimmy",
		prepare: func(dir, bin string, _ int) *exec.Cmd {
			return exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
		},
		run: func(dir, bin string, port int) *exec.Cmd {
			return exec.Command("node", "server.mjs", strconv.Itoa(port))
		},
		base: "http://127.0.0.1:%d/scim/v2",
	},
}

func TestServers(t *testing.T) {
	if !*interop {
		t.Skip("needs Node.js and module downloads: go test ./interop -interop")
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			found := s.test(t)
			file := filepath.Join(s.name, "findings.txt")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(strings.Join(found, "\n")+"\n"), 0o644))
			}
			want := readFindings(t, file)
			for _, line := range found {
				assert.Contains(t, want, line, "a finding that nobody verified")
			}
			for _, line := range want {
				assert.Contains(t, found, line, "a verified finding that is not reported any more")
			}
		})
	}
}

// test starts the server, runs everything against it and returns what is not
// as it should be, one line a result.
func (s server) test(t *testing.T) []string {
	bin := filepath.Join(t.TempDir(), s.name)
	port := freePort(t)
	prepare := s.prepare(s.name, bin, port)
	prepare.Dir = s.name
	out, err := prepare.CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := s.run(s.name, bin, port)
	cmd.Dir = s.name
	cmd.Env = append(os.Environ(), "TOKEN=secret")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan(), "the server did not start")
	base := fmt.Sprintf(s.base, port)
	waitFor(t, port)

	client, err := scim.NewClient(scim.Config{BaseURL: base, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	defer client.Close()
	set := suites.All()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	report, err := engine.Run(ctx, &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Dialects: suites.Dialects(), Target: client, BaseURL: base,
	})
	require.NoError(t, err)
	var found []string
	for i := range report.Results {
		switch r := &report.Results[i]; r.Outcome {
		case engine.Pass, engine.Skip:
		default:
			found = append(found, fmt.Sprintf("%-8s  %s  %s", r.Outcome, r.Key(), strings.ReplaceAll(r.Reason, base, "{base}")))
		}
	}
	for _, v := range report.Verdicts {
		found = append(found, "verdict   "+v.Dialect+"  "+string(v.Readiness))
	}
	slices.Sort(found)
	return found
}

func readFindings(t *testing.T, file string) (out []string) {
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func waitFor(t *testing.T, port int) {
	require.Eventually(t, func() bool {
		c, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(port), time.Second)
		if err != nil {
			return false
		}
		c.Close()
		return true
	}, 20*time.Second, 50*time.Millisecond)
}
