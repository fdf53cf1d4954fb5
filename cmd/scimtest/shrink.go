package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/scenario"
)

func newShrink() *cobra.Command {
	var o storyOptions
	cmd := &cobra.Command{
		Use:   "shrink FILE URL",
		Short: "Make a scenario that fails as short as it can be",
		Long: `shrink plays a scenario that fails, and leaves out steps, people and values as
long as it fails in the same way: with the same words about the same request. The
shortest one is saved next to the file.

  scimtest shrink story.yaml http://127.0.0.1:8080/scim/v2 --idp entra

Exit codes: 0 a shorter one, or the shortest, was found, 2 wrong use, 3 the
scenario does not fail, or could not be played, 130 interrupted.`,
		Args: takes(2),
		RunE: o.shrink,
	}
	o.register(cmd)
	cmd.Flags().StringVar(&o.out, "out", "", "`folder` for the scenario (default: that of FILE)")
	return cmd
}

func (o *storyOptions) shrink(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		return usage(errors.New("a scenario and a target are needed"), "scimtest shrink FILE URL")
	}
	s, err := scenario.ReadFile(args[0])
	if err != nil {
		return usage(fmt.Errorf("cannot read the scenario: %w", err), storyHelp)
	}
	var d *mockidp.Dialect
	if !s.Bare() {
		if o.idp == "" && len(s.IdPs) == 1 {
			o.idp = s.IdPs[0]
		}
		if o.idp == "" {
			return usage(errors.New("the scenario does not say which one dialect plays it"), "name it with --idp, such as --idp entra")
		}
		if d, err = storyDialect(o.idp, s.Options, nil); err != nil {
			return err
		}
		s.IdPs = []string{d.Name}
	}
	if o.out == "" {
		o.out = filepath.Dir(args[0])
	}
	r, done, err := o.runner(cmd, args[1], d)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(cmd.Context(), o.run.maxTime)
	defer cancel()
	short, f, err := scenario.Shrink(ctx, s, r)
	switch {
	case errors.Is(err, scenario.ErrNoFailure):
		return untested(err, "play it with scimtest run --scenario to see what it does")
	case err != nil:
		return told(cmd, err)
	}
	short = short.Told(s.Name+"-short", f)
	path, err := o.write(short)
	if err != nil {
		return untested(fmt.Errorf("the scenario could not be saved: %w", err), "name another folder with --out")
	}
	out := cmd.OutOrStdout()
	show(out, short, f)
	fmt.Fprintf(out, "     written  %s\n     again    %s\n", path, playAgain(cmd, args[1], path, ""))
	fmt.Fprintf(out, "\n%d steps of %d are left, after %d plays with %d requests\n", len(short.Steps), len(s.Steps), r.Plays, r.Requests)
	return nil
}
