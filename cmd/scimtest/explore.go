package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/suites/scenario"
)

// exploreOptions holds the flags of scimtest explore.
type exploreOptions struct {
	storyOptions
	steps, people, groups int
}

func newExplore() *cobra.Command {
	var o exploreOptions
	cmd := &cobra.Command{
		Use:   "explore URL",
		Short: "Make up stories until one goes wrong on the target",
		Long: `explore makes up stories: people are assigned, change, are renamed, leave and come
back, join groups and leave them. It plays them as an identity provider does, holds
the target against the directory, and makes a story that fails as short as it can.
That is saved as a scenario, for scimtest run --scenario. The same seed makes up the
same stories.

  scimtest explore http://127.0.0.1:8080/scim/v2 --idp entra
  scimtest explore URL --idp okta --budget 5000 --seed random --sandbox

Exit codes: 0 nothing found, 1 something, 2 wrong use, 3 could not test,
130 interrupted.`,
		Args: takes(1),
		RunE: o.explore,
	}
	o.register(cmd)
	f := cmd.Flags()
	f.IntVar(&o.steps, "steps", 30, "the `number` of steps of a story")
	f.IntVar(&o.people, "people", 4, "the `number` of people in a story, at most 6")
	f.IntVar(&o.groups, "groups", 2, "the `number` of groups in a story, at most 3")
	f.StringVar(&o.out, "out", ".", "`folder` for the scenarios")
	return cmd
}

func (o *exploreOptions) explore(cmd *cobra.Command, args []string) error {
	if len(args) < 1 {
		return usage(errors.New("no target given"), "scimtest explore URL; scimtest target serves one to try")
	}
	if o.steps < 2 || o.people < 1 || o.people > 6 || o.groups < 0 || o.groups > 3 {
		return usage(errors.New("a story takes 2 steps or more, 1 to 6 people, and 0 to 3 groups"), "change --steps, --people or --groups")
	}
	if o.idp == "" {
		o.idp = "okta"
	}
	d, err := storyDialect(o.idp, nil, nil)
	if err != nil {
		return err
	}
	r, done, err := o.runner(cmd, args[0], d)
	if err != nil {
		return err
	}
	defer done()
	seed, err := o.run.parseSeed()
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "exploring as %s, seed %d, with %d requests at most\n", d.Label, seed, o.budget)
	found, failed := 0, error(nil)
	ctx, cancel := context.WithTimeout(cmd.Context(), o.run.maxTime)
	defer cancel()
	err = scenario.Explore(ctx, r, scenario.ExploreOptions{
		Seed: seed, Steps: o.steps, People: o.people, Groups: o.groups,
		Found: func(s *scenario.Scenario, f *scenario.Failure) {
			found++
			fmt.Fprintln(out)
			show(out, s, f)
			path, err := o.write(s)
			if err != nil {
				failed = err
				return
			}
			fmt.Fprintf(out, "     written  %s\n     again    %s\n", path, playAgain(cmd, args[0], path, ""))
		},
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded) && cmd.Context().Err() == nil: // the time is up
	case err != nil:
		return told(cmd, err)
	case failed != nil:
		return untested(fmt.Errorf("a scenario could not be saved: %w", failed), "name another folder with --out")
	}
	fmt.Fprintf(out, "\n%d stories with %d requests: %s\n", r.Plays, r.Requests, counted(found, "failure"))
	if found > 0 {
		return exitCode(1)
	}
	return nil
}

func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
