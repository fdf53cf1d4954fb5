package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/suites/engine"
)

// files says where the reports go.
type files struct{ junit, json string }

// prepareFiles makes sure, before anything is sent, that the reports can be
// written.
func (o *runOptions) prepareFiles() (files, error) {
	f := files{junit: o.junit, json: o.json}
	if f.junit == "" {
		f.junit = filepath.Join(o.out, "junit.xml")
	}
	if f.json == "" {
		f.json = filepath.Join(o.out, "report.json")
	}
	for _, path := range []string{f.junit, f.json} {
		if err := writable(filepath.Dir(path)); err != nil {
			return f, usage(fmt.Errorf("cannot write the report to %s: %w", path, err), "choose another place with --out, --junit or --json")
		}
	}
	return f, nil
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	probe, err := os.CreateTemp(dir, ".scimtest-*")
	if err != nil {
		return err
	}
	probe.Close()
	return os.Remove(probe.Name())
}

func (f files) write(report *engine.Report) (written []string, err error) {
	junit, errJUnit := reports.WriteJUnit(f.junit, report)
	written = append(written, junit...)
	errJSON := reports.WriteJSON(f.json, report)
	if errJSON == nil {
		written = append(written, f.json)
	}
	return written, errors.Join(errJUnit, errJSON)
}

// isTerminal reports whether somebody watches. Some CI systems give a terminal,
// and keep what is written to it as a log.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("CI") == ""
}

func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 100
}

// finish writes the files and the text, and returns the exit code.
func (o *runOptions) finish(cmd *cobra.Command, report *engine.Report, files files, plan *engine.Plan) error {
	written, failed := files.write(report)
	json := ""
	if slices.Contains(written, files.json) {
		json = files.json
	}
	again := plan.BaseURL
	if plan.Embedded {
		again = ""
	}
	stdout := cmd.OutOrStdout()
	err := reports.Text(stdout, report, reports.TextOptions{
		Color: isTerminal(stdout) && os.Getenv("NO_COLOR") == "", Verbose: o.verbose, Width: width(stdout),
		BaseArg: again, Flags: flagsAgain(cmd.Flags()), Again: o.again, Files: written, JSON: json,
	})
	code := report.ExitCode()
	if code == engine.ExitOK && errors.Join(failed, err) != nil {
		code = engine.ExitUntested
	}
	switch {
	case failed != nil:
		return &hinted{fmt.Errorf("the report could not be written: %w", failed), "free some space, or choose another folder with --out", code}
	case err != nil:
		return &hinted{printed(err), "free some space, or send it elsewhere", code}
	case code != engine.ExitOK:
		return exitCode(code)
	}
	return nil
}
