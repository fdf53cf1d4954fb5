package main

import (
	"errors"
	"fmt"

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
ever touched.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if runID == "" {
				return usage(errors.New("no run given"), "add --run ID; a run prints its id, and its journal bears it in its name")
			}
			raw := ""
			if len(args) > 0 {
				raw = args[0]
			}
			d, err := conn.open(raw, nil)
			if err != nil {
				return err
			}
			defer d.client.Close()
			if dir == "" {
				if dir, err = engine.JournalDir(); err != nil {
					return err
				}
			}
			res, err := engine.Clean(cmd.Context(), engine.CleanOptions{
				Target: d.client, BaseURL: d.baseURL, Profile: d.profile, RunID: runID,
				JournalPath: engine.JournalPath(dir, runID), UserAgent: "scimtest/" + build().Version,
			})
			out := cmd.OutOrStdout()
			if res.Walked {
				fmt.Fprintf(out, "no journal of run %s in %s: read the target for its tag\n", runID, dir)
			}
			for _, r := range res.Removed {
				fmt.Fprintln(out, "removed", r)
			}
			for _, l := range res.Left {
				fmt.Fprintln(out, "left   ", l)
			}
			fmt.Fprintf(out, "%d removed, %d left\n", len(res.Removed), len(res.Left))
			switch {
			case err != nil:
				return &hinted{err, "", engine.ExitUntested}
			case len(res.Left) > 0:
				return exitCode(engine.ExitUntested)
			}
			return nil
		},
	}
	conn.register(cmd)
	cmd.Flags().StringVar(&runID, "run", "", "the `id` of the run")
	cmd.Flags().StringVar(&dir, "journal", "", "`folder` of the journals (default: the user's state folder)")
	return cmd
}
