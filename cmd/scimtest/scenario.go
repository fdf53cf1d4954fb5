package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/suites/scenario"
	"github.com/scimtest/scimtest/suites/scenario/from"
)

func newScenario() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenario",
		Short: "Make scenarios of recordings",
		Long: `scenario makes the files that scimtest run --scenario plays, and describes them.

  scimtest scenario from run.har --out run.yaml
  scimtest run URL --scenario run.yaml
  scimtest scenario schema`,
		Args: takes(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScenarioFrom(), newScenarioSchema())
	return cmd
}

func newScenarioSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenarios, for editors",
		Args:  takes(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(scenario.JSONSchema())
			return printed(err)
		},
	}
}

// scenarioFrom holds the flags of scimtest scenario from.
type scenarioFrom struct {
	out, name, idp, recordedURL string
	anonymize                   bool
}

func newScenarioFrom() *cobra.Command {
	var o scenarioFrom
	cmd := &cobra.Command{
		Use:   "from FILE...",
		Short: "Turn a recording into a scenario",
		Long: `from writes what happened in a recording as a scenario, in the verbs of
identity providers. It reads

  HAR, of scimtest proxy or a browser
  Entra ID's provisioning log as JSON: the portal's download, or
    auditLogs/provisioning of Graph
  the same as CSV: ProvisioningLogs.csv with ProvisioningLogs_ModifiedProperties.csv
  Okta's System Log as JSON

and tells them apart by their content. What no verb tells is a comment with its
place; what failed in the recording is a comment, too, since a scenario tells what
ought to happen.

Personal data is replaced by other words of the same shape, unless
--anonymize=false. What the recording does not tell is asked for on the standard
error.

  scimtest scenario from run.har --out run.yaml
  scimtest run URL --scenario run.yaml`,
		RunE: o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "write the scenario to this `file` (default: the standard output)")
	f.StringVar(&o.name, "name", "", "the `name` of the scenario (default: that of the file)")
	f.StringVar(&o.idp, "idp", "", "the `dialect` that is spoken in the recording (default: it is found out)")
	f.StringVar(&o.recordedURL, "recorded-url", "", "base `URL` of the target in a HAR file (default: what stands before /Users and the like)")
	f.BoolVar(&o.anonymize, "anonymize", true, "replace personal data")
	return cmd
}

func (o *scenarioFrom) run(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(errors.New("no recording given"), "scimtest scenario from FILE; scimtest proxy --record FILE makes one")
	}
	var files [][]byte
	for _, path := range args {
		data, err := os.ReadFile(path)
		if err != nil {
			return usage(fmt.Errorf("cannot read the recording: %w", err), "give a file that is there")
		}
		files = append(files, data)
	}
	if full, ok := usualDialects[o.idp]; ok {
		o.idp = full
	}
	made, err := from.Read(from.Options{Name: o.nameFor(args[0]), IdP: o.idp, KeepNames: !o.anonymize, BaseURL: o.recordedURL}, files...)
	if err != nil {
		return usage(fmt.Errorf("%s: %w", args[0], err), "scimtest scenario from --help lists what can be read")
	}
	text := made.Scenario.YAML()
	if o.out == "" {
		if _, err := cmd.OutOrStdout().Write(text); err != nil {
			return printed(err)
		}
	} else if err := os.WriteFile(o.out, text, 0o644); err != nil {
		return usage(fmt.Errorf("the scenario cannot be written: %w", err), "choose another place with --out")
	}
	o.report(cmd.ErrOrStderr(), made, args)
	return nil
}

// report says what the scenario lacks.
func (o *scenarioFrom) report(w io.Writer, made *from.Result, args []string) {
	s := made.Scenario
	people, groups := s.Size()
	fmt.Fprintf(w, "%s: steps %d, people %d, groups %d\n", made.Format, len(s.Steps), people, groups)
	for _, q := range made.Questions {
		fmt.Fprintln(w, "question: "+q)
	}
	for _, v := range made.MadeUp {
		fmt.Fprintln(w, "made up when it is played: "+v)
	}
	if o.out != "" {
		fmt.Fprintln(w, "next: scimtest run URL --scenario "+har.Quote(o.out))
	} else {
		fmt.Fprintln(w, "next: scimtest scenario from "+har.Quote(args[0])+" --out FILE")
	}
}

// notName is what the name of a scenario is not made of.
var notName = regexp.MustCompile(`[^a-z0-9]+`)

func (o *scenarioFrom) nameFor(path string) string {
	name := o.name
	if name == "" {
		if o.out != "" {
			path = o.out
		}
		name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if name = strings.Trim(notName.ReplaceAllString(strings.ToLower(name), "-"), "-"); name == "" {
		return "recording"
	}
	return name
}
