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
	if strings.HasPrefix(err.Error(), "unknown command ") {
		err = unknownCommand(root, args)
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
  scimtest run https://scim.example.com/v2    token from SCIMTEST_TOKEN

Exit codes: 0 conformant, 1 violations, 2 wrong use, 3 could not test,
130 interrupted.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		hint := c.CommandPath() + " --help lists the flags"
		if strings.HasSuffix(err.Error(), ": --token") {
			hint = "a secret on a command line can be read by others; set SCIMTEST_TOKEN, or use --token-file or --token-command"
		}
		return usage(err, hint)
	})
	root.AddCommand(newRun(), newList(), newExplain(), newProfile(), newTarget(), newIdP(), newDemo(), newProxy(), newReplay(), newScenario(), newExplore(), newShrink(), newClean(), newVersion())
	return root
}

// unknownCommand says which command may have been meant.
func unknownCommand(root *cobra.Command, args []string) error {
	name := args[0]
	if _, rest, err := root.Find(args); err != nil && len(rest) > 0 {
		name = rest[0]
	}
	hint := "scimtest --help lists the commands"
	if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %q? %s", near[0], hint)
	}
	return usage(fmt.Errorf("there is no command %q", name), hint)
}

// takes makes sure that a command has no more than so many arguments.
func takes(most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= most {
			return nil
		}
		return usage(fmt.Errorf("%s has no use for %q", cmd.CommandPath(), args[most]),
			cmd.CommandPath()+" --help shows how it is used")
	}
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

// untested is an error that kept something from being tested or cleaned up:
// exit code 3.
func untested(err error, hint string) error { return &hinted{err, hint, engine.ExitUntested} }

// printed is what becomes of an error of writing to the standard output.
func printed(err error) error {
	if err == nil {
		return nil
	}
	return untested(fmt.Errorf("the output could not be written: %w", err), "free some space, or send it elsewhere")
}

// complain prints what happened in one line and what to do in another. Between
// them may stand the lines of a file that is wrong.
func complain(w io.Writer, err error) int {
	code, hint := engine.ExitUsage, ""
	var h *hinted
	if errors.As(err, &h) {
		code, hint, err = h.code, h.hint, h.err
	}
	for _, e := range unjoin(err) {
		text, excerpt, _ := strings.Cut(e.Error(), "\n")
		// Our errors say what happened; what to do.
		what, todo, own := strings.Cut(text, "; ")
		if !own {
			todo = hint
		}
		fmt.Fprintln(w, "error: "+what)
		if excerpt = strings.TrimRight(excerpt, " \n"); excerpt != "" {
			fmt.Fprintln(w, excerpt)
		}
		if todo != "" {
			fmt.Fprintln(w, "hint: "+todo)
		}
	}
	return code
}

// unjoin lists the errors that errors.Join put together.
func unjoin(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}
