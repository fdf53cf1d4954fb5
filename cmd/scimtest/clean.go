package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/suites/engine"
)

func newClean() *cobra.Command {
	var (
		conn       connection
		runID, dir string
	)
	cmd := &cobra.Command{
		Use:   "clean URL --run ID",
		Short: "Remove what a killed run left on a target",
		Long: `clean removes what the run's journal names. Without the journal it reads all
users and groups and removes those that bear the run's tag. Nothing else is
ever touched. A run that ends by itself cleans up; this is for one that was
killed, or whose target would not let go. A run that had --second needs it here
as well.

  scimtest clean https://scim.example.com/v2 --run tvwg6mm2`,
		Args: takes(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if runID == "" {
				return usage(errors.New("no run given"), "add --run ID; a run prints its id, and its journal bears it in its name")
			}
			raw := ""
			if len(args) > 0 {
				raw = args[0]
			}
			if err := engine.ValidRunID(runID); err != nil {
				return usage(err, "a run prints its id, and its journal bears it in its name")
			}
			p, err := conn.loadProfile()
			if err != nil {
				return err
			}
			d, err := conn.open(cmd.Context(), p, raw, nil)
			if err != nil {
				return err
			}
			defer d.client.Close()
			second, err := conn.openSecond(cmd.Context(), d)
			if err != nil {
				return err
			}
			if dir == "" {
				if dir, err = engine.JournalDir(); err != nil {
					return err
				}
			}
			options := engine.CleanOptions{
				Target: d.client, BaseURL: d.baseURL, Profile: d.profile, RunID: runID,
				JournalPath: engine.JournalPath(dir, runID), UserAgent: "scimtest/" + build().Version,
				SecondURL: second.baseURL,
			}
			if second.client != nil {
				options.Second = second.client
			}
			res, err := engine.Clean(cmd.Context(), options)
			out := cmd.OutOrStdout()
			if res.Walked {
				fmt.Fprintf(out, "no journal of run %s in %s: read the target for its tag\n", runID, dir)
			}
			for _, r := range res.Removed {
				fmt.Fprintln(out, "removed", r)
			}
			for _, d := range res.Deactivated {
				fmt.Fprintln(out, "deactivated", d)
			}
			for _, l := range res.Left {
				fmt.Fprintln(out, "left   ", l)
			}
			sum := fmt.Sprintf("%d removed, %d left", len(res.Removed), len(res.Left))
			if n := len(res.Deactivated); n > 0 {
				sum += fmt.Sprintf(", %d deactivated", n)
			}
			fmt.Fprintln(out, sum)
			switch {
			case cmd.Context().Err() != nil:
				return exitCode(engine.ExitInterrupted)
			case err != nil:
				return untested(err, "run it again")
			case len(res.Left) > 0:
				return untested(fmt.Errorf("%d resources are still there", len(res.Left)), "mend what stands above, and run it again")
			case res.Walked:
				return nil
			}
			return os.Remove(engine.JournalPath(dir, runID)) // it is of no more use
		},
	}
	conn.register(cmd)
	conn.registerSecond(cmd, "and what the run left there is removed, too")
	cmd.Flags().StringVar(&runID, "run", "", "the `id` of the run")
	cmd.Flags().StringVar(&dir, "journal", "", "`folder` of the journals (default: the user's state folder)")
	return cmd
}
