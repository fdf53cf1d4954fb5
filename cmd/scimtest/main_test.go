package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts this binary into the PATH of the tests under the name
// "scimtest", where it is the program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"scimtest": main})
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			examples, err := filepath.Abs("../../examples")
			if err != nil {
				return err
			}
			e.Setenv("EXAMPLES", examples)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/state")
			e.Setenv("SCIMTEST_TOKEN", "secret")
			e.Setenv("GOGC", "400") // the programs are short, and many
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond != "full-disk" {
				return false, errors.New("unknown condition " + cond)
			}
			_, err := os.Stat("/dev/full")
			return err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"refuses":  refuses,
			"serve":    serve,
			"received": received,
			"summary":  summary,
		},
	})
}

// exits CODE ARGS... runs scimtest and wants that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec("scimtest", args[1:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("scimtest did not run: %v", err)
		}
		got = exit.ExitCode()
	}
	for _, stream := range []string{"stdout", "stderr"} {
		if text := ts.ReadFile(stream); strings.Contains(text, "goroutine ") || strings.Contains(text, "panic:") {
			ts.Fatalf("%s holds a stack trace", stream)
		}
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// refuses CODE ARGS... is exits for a run that comes to nothing: one line says
// what is wrong, and the next one what to do.
func refuses(ts *testscript.TestScript, neg bool, args []string) {
	exits(ts, neg, args)
	// A run that got as far as the preflight has its say on stdout.
	text := ts.ReadFile("stderr")
	if i := strings.Index(ts.ReadFile("stdout"), "could not test: "); text == "" && i >= 0 {
		text = "error: " + strings.TrimPrefix(ts.ReadFile("stdout")[i:], "could not test: ")
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "error: ") || !strings.HasPrefix(lines[1], "hint: ") {
		ts.Fatalf("not one line of what and one of what to do:\n%s", text)
	}
}

// serve [KIND] [--fault NAME] [--vary NAME] starts a target in this process
// and puts its base URL into $URL; see newScriptServer for the kinds.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("serve does not fail")
	}
	s, err := newScriptServer(args)
	ts.Check(err)
	ts.Defer(s.close)
	ts.Setenv("URL", s.url)
	ts.Setenv("HOST", strings.TrimPrefix(strings.TrimPrefix(s.url, "http://"), "https://"))
	if s.certificate != nil {
		ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), s.certificate, 0o600))
	}
	scriptServers.Store(s.url, s)
}

// received N wants that the target in $URL got so many requests. received
// POST/Users N counts those of one method at one endpoint, POST those of one
// method.
func received(ts *testscript.TestScript, neg bool, args []string) {
	v, ok := scriptServers.Load(ts.Getenv("URL"))
	if !ok || neg || len(args) == 0 {
		ts.Fatalf("usage: received [METHOD] N, after serve")
	}
	method := ""
	if len(args) == 2 {
		method = args[0]
	}
	if got, want := strconv.Itoa(v.(*scriptServer).count(method)), args[len(args)-1]; got != want {
		ts.Fatalf("the target received %s requests, want %s", got, want)
	}
}

// summary FILE NAME=N... compares counts of a report.json: an outcome, or
// total.
func summary(ts *testscript.TestScript, neg bool, args []string) {
	var report struct {
		Summary struct {
			Total  int            `json:"total"`
			Counts map[string]int `json:"counts"`
		} `json:"summary"`
	}
	if len(args) < 2 {
		ts.Fatalf("usage: summary FILE NAME=N...")
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &report))
	report.Summary.Counts["total"] = report.Summary.Total
	for _, a := range args[1:] {
		name, want, _ := strings.Cut(a, "=")
		got := strconv.Itoa(report.Summary.Counts[name])
		if ok := got == want || want == "+" && got != "0" && got != ""; ok == neg {
			ts.Fatalf("%s is %s, want %s (negated: %t)", name, got, want, neg)
		}
	}
}

// plain answers everything with one status, media type and body.
func plain(status int, header, value, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(header, value)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}
