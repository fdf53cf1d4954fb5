// Command scimtest tests SCIM 2.0 service providers, as the RFCs and as the
// identity providers would.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/suites/engine"
)

func main() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// Main runs the program and returns its exit code: 0 conformant, 1 violations,
// 2 wrong use, 3 could not test, 130 interrupted.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	// The first Ctrl-C ends the run in good order; a second one ends the
	// program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return engine.ExitOK
	}
	var done exitCode
	if errors.As(err, &done) {
		return int(done)
	}
	return complain(stderr, err)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "scimtest",
		Short: "Test a SCIM 2.0 service provider",
		Long: `scimtest drives generated users and groups at a SCIM 2.0 service provider, by
the rules of RFC 7643 and 7644 and in the way that Okta and Entra ID provision,
judges every answer, and reports.

  scimtest run                                try it on the embedded reference
  scimtest run https://scim.example.com/v2    token from SCIMTEST_TOKEN`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(err, c.CommandPath()+" --help lists the flags")
	})
	root.AddCommand(newRun(), newList(), newExplain(), newTarget(), newClean(), newVersion())
	return root
}

// exitCode is an error that says nothing more: everything has been printed.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// hinted is an error with what to do about it and an exit code.
type hinted struct {
	err  error
	hint string
	code int
}

func (e *hinted) Error() string { return e.err.Error() }
func (e *hinted) Unwrap() error { return e.err }

// usage is an error of use: exit code 2.
func usage(err error, hint string) error { return &hinted{err, hint, engine.ExitUsage} }

// complain prints what happened in one line and what to do in another.
func complain(w io.Writer, err error) int {
	code, hint := engine.ExitUsage, ""
	var h *hinted
	if errors.As(err, &h) {
		code, hint = h.code, h.hint
	} else if strings.HasPrefix(err.Error(), "unknown command") {
		hint = "scimtest --help lists the commands"
	}
	text := err.Error()
	if first, rest, ok := strings.Cut(text, "; "); ok && hint == "" && !strings.Contains(rest, "\n") {
		text, hint = first, rest // our errors say what happened; what to do
	}
	fmt.Fprintln(w, "error: "+text)
	if hint != "" {
		fmt.Fprintln(w, "hint: "+hint)
	}
	return code
}
