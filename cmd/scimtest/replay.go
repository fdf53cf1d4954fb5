package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/scenario"
)

// replayOptions holds the flags of scimtest replay.
type replayOptions struct {
	run         runOptions
	recordedURL string
	keepNames   bool
	timing      string
	secrets     []string
	invariants  bool
}

func newReplay() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay FILE URL",
		Short: "Send a recording again and compare the answers",
		Long: `replay sends the requests of a HAR file again, that of scimtest proxy or of a
browser, and compares the answers with the recorded ones: the status, the shape,
and the values that the client had sent. Ids, locations, versions and cursors are
replaced by those of the target; people and groups get names that bear the tag of
the run, so that they are nobody's. The first difference is shown, and what was
created is removed.

The token is taken from SCIMTEST_TOKEN, as for scimtest run; passwords are made up.
Other secrets that were left out of the recording are named with --secret.

  scimtest replay run.har http://127.0.0.1:8080/scim/v2
  scimtest replay run.har URL --sandbox --timing recorded --junit junit.xml

Exit codes: 0 the same answers, 1 another answer, 2 wrong use, 3 could not test,
130 interrupted.`,
		Args: takes(2),
		RunE: o.replay,
	}
	o.run.conn.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.recordedURL, "recorded-url", "", "base `URL` of the target in the recording (default: what stands before /Users and the like)")
	f.BoolVar(&o.keepNames, "keep-names", false, "send people and groups under their recorded names")
	f.StringVar(&o.timing, "timing", string(scenario.Sequential), "`when` requests are sent: sequential, or recorded, which keeps their overlap in time")
	f.StringArrayVar(&o.secrets, "secret", nil, "take a secret from an environment variable, written `secret-1=VARIABLE` (may be repeated)")
	f.BoolVar(&o.invariants, "invariants", false, "hold the answers to the rules for every answer as well")
	f.StringVar(&o.run.out, "out", "scimtest-report", "`folder` for junit.xml and report.json")
	f.StringVar(&o.run.junit, "junit", "", "write JUnit XML to this `file` instead")
	f.StringVar(&o.run.json, "json", "", "write the JSON report to this `file` instead")
	f.StringVar(&o.run.runID, "run-id", "", "the `tag` of what the replay creates, 8 of a-z and 0-9 (default: random)")
	f.DurationVar(&o.run.maxTime, "max-time", time.Hour, "time limit of the replay")
	f.BoolVar(&o.run.sandbox, "sandbox", false, "consent to writing to a target that is not on this machine")
	f.BoolVar(&o.run.strict, "strict", false, "count what answers have beyond the recorded ones as failed")
	f.BoolVarP(&o.run.verbose, "verbose", "v", false, "show passes and skips as well")
	f.StringVar(&o.run.journal, "journal", "", "`folder` for the journal of what the replay creates (default: the user's state folder)")
	f.StringVar(&o.run.name, "target-name", "", "`label` of the target in reports, when several are tested")
	return cmd
}

func (o *replayOptions) replay(cmd *cobra.Command, args []string) error {
	if len(args) < 1 || len(args) == 1 && looksLikeURL(args[0]) && !isFile(args[0]) {
		return usage(errors.New("no recording given"), "scimtest replay FILE URL; scimtest proxy --record FILE makes one")
	}
	path, rawURL := args[0], ""
	if len(args) > 1 {
		rawURL = args[1]
	}
	rec, err := har.ReadFile(path)
	if err != nil {
		return usage(fmt.Errorf("cannot read the recording: %w", err), "give a HAR file, such as scimtest proxy --record writes")
	}
	options, err := o.options()
	if err != nil {
		return err
	}
	check, err := scenario.Replay(path, rec, options)
	if err != nil {
		return err
	}
	p, err := o.run.conn.loadProfile()
	if err != nil {
		return err
	}
	d, err := o.run.conn.open(cmd.Context(), p, rawURL, nil)
	if err != nil {
		return err
	}
	defer d.client.Close()
	requests, creates := scenario.Requests(rec, options)
	if !d.loopback && !o.run.sandbox && !p.Sandbox {
		what := fmt.Sprintf("a replay sends %d requests, %d of which create something that is removed again", requests, creates)
		if err := agreed(cmd, d, what, "the addresses in the recording", ""); err != nil {
			return err
		}
	}
	plan, err := o.plan(check)
	if err != nil {
		return err
	}
	plan.Target, plan.BaseURL, plan.Profile = d.client, d.baseURL, p
	files, err := o.run.prepareFiles()
	if err != nil {
		return err
	}
	if plan.Journal, err = o.run.openJournal(plan); err != nil {
		return untested(err, "name another folder with --journal")
	}
	stdout, stderr := cmd.OutOrStdout(), cmd.ErrOrStderr()
	if rec.Cut {
		fmt.Fprintf(stdout, "the end of %s is missing: what came before it is replayed\n", path)
	}
	fmt.Fprintf(stdout, "run %s: %d requests of %s\n", plan.RunID, requests, path)
	progress := reports.NewProgress(stderr, isTerminal(stderr))
	plan.Events = progress.Event
	report, err := engine.Run(cmd.Context(), plan)
	progress.Close()
	if err != nil {
		return err
	}
	if err := plan.Journal.Close(report.NothingLeft()); err != nil {
		fmt.Fprintln(stderr, "error: the journal could not be closed: "+err.Error())
	}
	words := []string{"scimtest replay", har.Quote(path), har.Quote(d.baseURL)}
	for _, f := range flagsAgain(cmd.Flags()) {
		words = append(words, har.Quote(f))
	}
	o.run.again = strings.Join(words, " ")
	return o.run.finish(cmd, report, files, plan)
}

// options says how the recording is replayed.
func (o *replayOptions) options() (scenario.ReplayOptions, error) {
	out := scenario.ReplayOptions{
		BaseURL: o.recordedURL, KeepNames: o.keepNames, Timing: scenario.Timing(o.timing), Secrets: map[string]string{},
	}
	if !slices.Contains(scenario.Timings, out.Timing) {
		return out, usage(fmt.Errorf("there is no --timing %q", o.timing), "there are sequential and recorded")
	}
	if token := os.Getenv("SCIMTEST_TOKEN"); token != "" {
		out.Secrets["token-1"] = token
	}
	for _, s := range o.secrets {
		name, variable, ok := strings.Cut(s, "=")
		if !ok || name == "" || variable == "" {
			return out, usage(fmt.Errorf("--secret %q is not of the form secret-1=VARIABLE", s), "name the marker and the environment variable that holds the secret")
		}
		value := os.Getenv(variable)
		if value == "" {
			return out, usage(fmt.Errorf("the environment variable %s of --secret is not set", variable), "set it to the secret")
		}
		out.Secrets[strings.Trim(name, "{}")] = value
	}
	return out, nil
}

// plan is a run of the replay alone.
func (o *replayOptions) plan(check engine.Check) (*engine.Plan, error) {
	plan := &engine.Plan{
		Checks: []engine.Check{check}, Parallel: 1, CheckTimeout: o.run.maxTime, Strict: o.run.strict,
		TargetName: o.run.name, Tool: build(), RunID: o.run.runID, Seed: 1,
	}
	if o.run.maxTime <= 0 {
		return nil, usage(fmt.Errorf("--max-time %s is no time limit", o.run.maxTime), "give a time limit such as 10m")
	}
	if o.invariants {
		plan.Invariants = suites.All().Invariants
	}
	if plan.RunID == "" {
		plan.RunID = engine.NewRunID()
	} else if err := engine.ValidRunID(plan.RunID); err != nil {
		return nil, usage(err, "leave --run-id out to draw one")
	}
	return plan, nil
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
