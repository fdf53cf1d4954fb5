package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/reports"
)

// explainVerdict says what a report has to say of one dialect or admission
// test: each cause, what the administrator sees, and what to do.
func explainVerdict(cmd *cobra.Command, dialect, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return usage(fmt.Errorf("the report cannot be read: %w", err), "give the report.json of a run with --report")
	}
	defer file.Close()
	report, err := reports.ReadJSON(file)
	if err != nil {
		return usage(err, "give the report.json of a run with --report")
	}
	out := cmd.OutOrStdout()
	found, err := reports.Verdict(out, report, dialect, width(out))
	if err == nil && !found {
		return usage(fmt.Errorf("%s has no verdict for %q", path, dialect), "the verdicts of a run are named at its end, and in verdicts[] of the report")
	}
	return printed(err)
}
