package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

func newList() *cobra.Command {
	var (
		asJSON, rows, uncovered bool
		only                    []string
	)
	cmd := &cobra.Command{
		Use:   "list [SELECTOR...]",
		Short: "List what there is to run",
		Long: `list shows the suite, the id, the level and the title of every check, of every
step of a flow (after a slash) and of every invariant. A selector is a topic
(patch.remove), an id, or a glob ("*.okta-*").

  scimtest list
  scimtest list patch.remove

With --requirements it shows what the RFCs demand instead: the row, its level,
whom it binds, whether a client can see it, and what judges it.

  scimtest list --suite okta --json
  scimtest list --requirements --uncovered`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if rows || uncovered {
				if len(args) > 0 || len(only) > 0 || asJSON {
					return usage(errors.New("--requirements lists all rows, and nothing else"), "leave selectors, --suite and --json out")
				}
				return listRequirements(cmd.OutOrStdout(), uncovered)
			}
			set := suites.All()
			var err error
			if len(only) > 0 {
				if set, err = set.SelectSuites(only...); err != nil {
					return err
				}
			}
			if set, err = set.Select(args...); err != nil {
				return err
			}
			if asJSON {
				return printed(json.NewEncoder(cmd.OutOrStdout()).Encode(listed(set)))
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, l := range listed(set) {
				name := l.ID
				if l.Step != "" {
					name += "/" + l.Step
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Suite, name, l.Level, l.Title)
			}
			return printed(w.Flush())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&rows, "requirements", false, "list the requirements of the RFCs, and what judges them")
	cmd.Flags().BoolVar(&uncovered, "uncovered", false, "list the requirements that nothing judges, with the reason")
	cmd.Flags().StringSliceVar(&only, "suite", nil, "list the suites of these `names` only (comma-separated)")
	return cmd
}

// listedCheck is one result that a run would have.
type listedCheck struct {
	engine.Meta
	Step string `json:"step,omitempty"`
}

func listed(set suites.Set) []listedCheck {
	var out []listedCheck
	for _, c := range set.Checks {
		if c.Steps == nil {
			out = append(out, listedCheck{Meta: c.Meta})
			continue
		}
		for _, s := range c.Steps() {
			m := c.Meta
			m.Title = s.Title
			if s.Level != "" {
				m.Level = s.Level
			}
			out = append(out, listedCheck{m, s.ID})
		}
	}
	for _, i := range set.Invariants {
		out = append(out, listedCheck{Meta: i.Meta})
	}
	return out
}
