package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain CHECK",
		Short: "Say what a check does, and show it at work",
		Long: `explain says what a check demands, what it cites and needs, and which identity
providers suffer when it fails. Then it runs the check on the reference service
provider and shows what was sent and answered.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set := suites.All()
			m := set.Lookup(args[0])
			if m == nil {
				_, err := set.Select(args[0])
				if err == nil {
					err = fmt.Errorf("%q names more than one check", args[0])
				}
				return usage(err, "scimtest list "+args[0]+" shows the ids")
			}
			out := cmd.OutOrStdout()
			explain(out, m)
			one, err := set.Select(m.ID)
			if err != nil {
				return err
			}
			return example(cmd, out, one, m)
		},
	}
}

func explain(w io.Writer, m *engine.Meta) {
	fmt.Fprintf(w, "%s\n  %s.\n\n", m.ID, m.Title)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-8s %s\n", name, value)
		}
	}
	line("suite", m.Suite)
	switch m.Level {
	case engine.Must:
		line("level", "MUST: a violation fails")
	case engine.Should:
		line("level", "SHOULD: a violation is advisory")
	case engine.IdP:
		line("level", "what the identity provider relies on: a violation fails")
	}
	line("cites", reports.Citation(m.Requires))
	line("rows", strings.Join(m.Requires, ", "))
	for _, s := range m.Sources {
		line("source", strings.TrimSpace(s.Key+" "+s.Title+" ("+s.Mark+")"))
	}
	var needs []string
	for _, n := range m.Needs {
		needs = append(needs, string(n))
	}
	line("needs", strings.Join(needs, ", "))
	line("breaks", strings.Join(m.Breaks, ", "))
	line("catches", strings.Join(m.Catches, ", "))
}

// example runs one check on the reference and prints its exchanges.
func example(cmd *cobra.Command, w io.Writer, set suites.Set, m *engine.Meta) error {
	server, err := reference.New(reference.Config{Token: referenceToken})
	if err != nil {
		return err
	}
	running, err := server.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer running.Close()
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken(referenceToken))})
	if err != nil {
		return err
	}
	defer client.Close()
	report, err := engine.Run(cmd.Context(), &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Target: client, BaseURL: running.URL, Tool: build(),
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "\n  on the reference service provider:")
	for i := range report.Results {
		r := &report.Results[i]
		if r.ID != m.ID {
			continue
		}
		if r.Step != "" {
			fmt.Fprintf(w, "\n  step %s: %s\n", r.Step, r.Title)
		}
		for _, x := range r.Exchanges {
			fmt.Fprintf(w, "\n  %s\n", har.Curl("https://scim.example.com/v2", *x))
			if x.Response != nil {
				fmt.Fprintf(w, "  -> %d %s\n", x.Response.Status, shorten(string(x.Response.Body)))
			}
		}
	}
	return nil
}

func shorten(s string) string {
	const limit = 600
	if len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "") + "..."
	}
	return s
}
