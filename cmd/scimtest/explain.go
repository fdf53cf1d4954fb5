package main

import (
	"context"
	"errors"
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
	"github.com/scimtest/scimtest/suites/requirements"
)

func newExplain() *cobra.Command {
	report, setup, conn := "", false, connection{}
	cmd := &cobra.Command{
		Use:   "explain CHECK|REQUIREMENT|DIALECT",
		Short: "Say what a check does, and show it at work",
		Long: `explain says what a check demands, what it cites and needs, and which identity
providers suffer when it fails. Then it runs the check on the reference service
provider and shows what was sent and answered. Of an invariant, which judges all
answers, it shows one that violates it. Of a requirement, by its row, it says
what judges it. Of a dialect it lists what that identity provider sends, the
options where sources disagree with their defaults, and what is not known. With
--report it says what a run found for that identity provider: each cause of its
verdict, what the administrator sees, and what to do on the server and, until
then, in the identity provider. With --setup it prints the settings page of that
identity provider, to be pasted into a guide; with a URL it is filled in for this
target, which is only read.

  scimtest explain patch.remove.value-filter-removes-only-matches
  scimtest explain 7644-3.5.2.2-03
  scimtest explain entra-legacy
  scimtest explain entra-legacy --report scimtest-report/report.json
  scimtest explain --setup okta-oin https://scim.example.com/v2`,
		Args: takes(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("no check named"), "give the id of one; scimtest list shows them")
			}
			switch url := append(args[1:], "")[0]; {
			case setup:
				return explainSetup(cmd, &conn, args[0], url)
			case url != "":
				return usage(fmt.Errorf("%s has no use for %q", cmd.CommandPath(), url), "a URL goes with --setup")
			case report != "":
				return explainVerdict(cmd, args[0], report)
			}
			if row, ok := requirements.Lookup(args[0]); ok {
				return explainRow(cmd.OutOrStdout(), row)
			}
			if d := dialectOf(args[0]); d != nil {
				explainDialect(cmd.OutOrStdout(), d)
				return nil
			}
			set := suites.All()
			id, _, _ := strings.Cut(args[0], "/") // of a step its flow
			m := set.Lookup(id)
			if m == nil {
				if _, err := set.Select(id); err != nil {
					return err
				}
				return usage(fmt.Errorf("%q names more than one check", id), "scimtest list "+id+" shows them")
			}
			out := cmd.OutOrStdout()
			explain(out, m)
			return example(cmd.Context(), out, set, m)
		},
	}
	conn.register(cmd)
	cmd.Flags().BoolVar(&setup, "setup", false, "print the settings page of a dialect")
	cmd.Flags().StringVar(&report, "report", "", "say what this report.json found for a dialect (a `file` that run wrote)")
	return cmd
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
	if m.Hostile {
		line("hostile", "runs last, and on a target that is not on this machine only with --suite security")
	}
	if m.BadCredentials > 0 {
		line("sends", fmt.Sprintf("bad credentials, %d of at most %d requests a run", m.BadCredentials, engine.MaxBadCredentials))
	}
	for _, id := range m.Breaks {
		if q, ok := engine.QuirkOf(id); ok {
			line("breaks", fmt.Sprintf("%s (%s): %s; seen: %s", q.IdP, q.ID, q.Needs, q.Fails))
		}
	}
	line("catches", strings.Join(m.Catches, ", "))
}

// example runs a check on the reference and prints its exchanges. An invariant
// is shown on a reference with a fault that violates it.
func example(ctx context.Context, w io.Writer, set suites.Set, m *engine.Meta) error {
	only, err := set.Select(m.ID)
	if err != nil {
		return err
	}
	cfg := reference.Config{Token: referenceToken, SecondToken: secondToken, ReadToken: readToken}
	where := "the reference service provider"
	if len(only.Checks) == 0 && len(m.Catches) > 0 {
		cfg.Faults = m.Catches[:1]
		where += " with the fault " + m.Catches[0]
		only.Checks = set.Checks
	}
	report, err := onReference(ctx, cfg, only)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n  on %s:\n", where)
	for i := range report.Results {
		if r := &report.Results[i]; r.ID == m.ID {
			printExample(w, r)
		}
	}
	return nil
}

// printExample prints what was exchanged for a result, and what was found.
func printExample(w io.Writer, r *engine.Result) {
	if r.Step != "" {
		fmt.Fprintf(w, "\n  step %s: %s\n", r.Step, r.Title)
	}
	shown := r.Exchanges
	if r.Suite == "invariants" && len(shown) > 1 {
		shown = shown[:1]
	}
	for _, x := range shown {
		base := "https://scim.example.com/v2"
		if x.Request.As == scim.SecondTenant {
			base = "https://second.example.com/v2"
		}
		fmt.Fprintf(w, "\n  %s\n", har.Curl(base, *x))
		if x.Response != nil {
			fmt.Fprintf(w, "  -> %d %s\n", x.Response.Status, shorten(string(x.Response.Body)))
		}
	}
	fmt.Fprintf(w, "\n  %s", r.Outcome)
	if r.Reason != "" {
		fmt.Fprintf(w, ": %s", r.Reason)
	}
	fmt.Fprintln(w)
}

// onReference runs checks on a reference of their own.
func onReference(ctx context.Context, cfg reference.Config, set suites.Set) (*engine.Report, error) {
	server, err := reference.New(cfg)
	if err != nil {
		return nil, err
	}
	running, err := server.Listen("127.0.0.1:0")
	if err != nil {
		return nil, untested(fmt.Errorf("the embedded reference cannot listen: %w", err), "free a port on 127.0.0.1")
	}
	defer running.Close()
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken(cfg.Token)), Insecure: running.Secure()})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	plan := &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Target: client, BaseURL: running.URL, Tool: build(),
	}
	if err := withOthers(plan, client, running.URL); err != nil {
		return nil, err
	}
	return engine.Run(ctx, plan)
}

func shorten(s string) string {
	const limit = 600
	if len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "") + "..."
	}
	return s
}
