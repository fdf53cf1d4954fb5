package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
	"github.com/scimtest/scimtest/suites/security"
)

// checkTimeout is the time limit of a check when none is given.
const checkTimeout = 2 * time.Minute

// runOptions holds the flags of scimtest run.
type runOptions struct {
	conn                   connection
	suites                 []string
	junit, json, out       string
	seed, runID            string
	parallel               int
	checkTimeout, maxTime  time.Duration
	sandbox, readOnly      bool
	strict, verbose        bool
	waivers, journal, name string
	faults, variations     []string
	nameID                 string
	// clients are files of custom clients, dialects what they are called.
	clients  []string
	dialects []engine.Dialect
	// stories are files of scenarios, idps the dialects that play them.
	stories, idps []string
	// again is the command that does the same once more, where it is not
	// scimtest run.
	again string
}

func newRun() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [URL] [SELECTOR...]",
		Short: "Test a service provider and report",
		Long: `run drives generated users and groups at a target, judges every answer, and
writes a report. Without a URL it tests the embedded reference service provider,
which is like the product of the profile then.
The credentials are taken from SCIMTEST_TOKEN, unless a flag names another place.
With --second, the token of another tenant in SCIMTEST_TOKEN_2, and with a token
that may only read in SCIMTEST_TOKEN_READ, it tests what keeps them apart.
A selector is a topic (patch.remove), an id, or a glob ("*.okta-*"). Hostile values
go to a target that is not on this machine only with --suite security.

  scimtest run
  scimtest run https://scim.example.com/v2 --sandbox
  scimtest run URL --suite okta,entra --junit junit.xml
  scimtest run URL patch.remove
  scimtest run URL --client my-client.yaml --suite custom
  scimtest run URL --scenario rehired.yaml --idp entra
  SCIMTEST_TOKEN_2=... scimtest run URL --second URL

Exit codes: 0 conformant, 1 violations or stale waivers, 2 wrong use, 3 could
not test, 130 interrupted (the reports are complete).`,
		RunE: o.run,
	}
	o.conn.register(cmd)
	o.conn.registerSecond(cmd, "and what keeps tenants apart is tested")
	f := cmd.Flags()
	f.StringSliceVar(&o.suites, "suite", nil, "run the suites of these `names` only (comma-separated); scimtest list shows them")
	f.StringVar(&o.out, "out", "scimtest-report", "`folder` for junit.xml and report.json")
	f.StringVar(&o.junit, "junit", "", "write JUnit XML to this `file` instead")
	f.StringVar(&o.json, "json", "", "write the JSON report to this `file` instead")
	f.StringVar(&o.seed, "seed", "1", "the `number` that makes the generated values, or the word random")
	f.StringVar(&o.runID, "run-id", "", "the `tag` of what the run creates, 8 of a-z and 0-9 (default: random)")
	f.IntVar(&o.parallel, "parallel", engine.Parallelism, "the `number` of checks that run beside each other")
	f.DurationVar(&o.checkTimeout, "check-timeout", checkTimeout, "time limit of one check")
	f.DurationVar(&o.maxTime, "max-time", 0, "time limit of the whole run (0: none)")
	f.BoolVar(&o.sandbox, "sandbox", false, "consent to writing to a target that is not on this machine")
	f.BoolVar(&o.readOnly, "read-only", false, "run only what can be judged without a write")
	f.BoolVar(&o.strict, "strict", false, "count what a SHOULD asks for as failed")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show passes and skips as well")
	f.StringVar(&o.waivers, "waivers", "", "accept the known failures in this YAML `file`")
	f.StringVar(&o.journal, "journal", "", "`folder` for the journal of what the run creates (default: the user's state folder)")
	f.StringVar(&o.name, "target-name", "", "`label` of the target in reports, when several are tested")
	f.StringArrayVar(&o.clients, "client", nil, "play the flows as the custom client in this YAML `file` does, too; its suite is custom (may be repeated)")
	f.StringArrayVar(&o.stories, "scenario", nil, "play the scenario in this YAML `file`, and nothing else unless suites or checks are selected (may be repeated)")
	f.StringSliceVar(&o.idps, "idp", nil, "play scenarios in these `dialects` (comma-separated; default: as the scenario says, else all); okta and entra will do")
	f.StringVar(&o.nameID, "nameid-attribute", "", "the `attribute` of people in the directory that goes into the SAML NameID ("+strings.Join(lifecycle.NameIDAttributes(), ", ")+"): the flow rename holds userName against it")
	f.StringArrayVar(&o.faults, "fault", nil, "plant the fault of this `name` in the embedded reference (may be repeated)")
	f.StringArrayVar(&o.variations, "vary", nil, "use the allowed variation of this `name` in the embedded reference (may be repeated)")
	return cmd
}

func (o *runOptions) run(cmd *cobra.Command, args []string) error {
	rawURL, selectors := "", args
	if len(args) > 0 && looksLikeURL(args[0]) {
		rawURL, selectors = args[0], args[1:]
	}
	ctx, stdout, stderr := cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	p, err := o.conn.loadProfile()
	if err != nil {
		return err
	}
	plan, err := o.plan(p, selectors, rawURL)
	if err != nil {
		return err
	}
	var d *destination
	if rawURL == "" && p.BaseURL == "" {
		if err := forTargets(cmd); err != nil {
			return err
		}
		running, err := o.embedded(p)
		if err != nil {
			return err
		}
		defer running.Close()
		o.conn.insecure = o.conn.insecure || running.Secure()
		if d, err = o.conn.open(ctx, p, running.URL, scim.StaticToken(referenceToken)); err != nil {
			return err
		}
		plan.Embedded, plan.Beside = true, reference.Beside(running.URL)
		if err := withOthers(plan, d.client, d.baseURL); err != nil {
			return err
		}
	} else {
		if len(o.faults)+len(o.variations) > 0 {
			return usage(errors.New("--fault and --vary are for the embedded reference"),
				"leave the URL out, or plant them with scimtest target")
		}
		if d, err = o.conn.open(ctx, p, rawURL, nil); err != nil {
			return err
		}
		if err := o.addOthers(cmd, d, plan); err != nil {
			return err
		}
	}
	defer d.client.Close()
	plan.Target, plan.BaseURL, plan.Profile = d.client, d.baseURL, p

	files, err := o.prepareFiles()
	if err != nil {
		return err
	}
	if !plan.Embedded && !plan.ReadOnly {
		if plan.Journal, err = o.openJournal(plan); err != nil {
			return untested(err, "name another folder with --journal")
		}
	}
	if plan.Embedded {
		fmt.Fprintf(stdout, "no target given: testing the embedded reference service provider at %s\n", d.baseURL)
	}
	if !plan.Embedded && plan.Second != nil {
		fmt.Fprintf(stdout, "the second tenant is at %s\n", plan.SecondURL)
	}
	if d.compliant {
		fmt.Fprintf(stdout, "the URL bore %s: it is taken off, and Entra ID is tested with its compliant dialect alone\n", entraFlag)
	}
	fmt.Fprintf(stdout, "run %s, seed %d: %d checks, %d invariants\n", plan.RunID, plan.Seed, len(plan.Checks), len(plan.Invariants))
	progress := reports.NewProgress(stderr, isTerminal(stderr))
	plan.Events = progress.Event
	report, err := engine.Run(ctx, plan)
	progress.Close()
	if err != nil {
		return err
	}
	if err := plan.Journal.Close(report.NothingLeft()); err != nil {
		fmt.Fprintln(stderr, "error: the journal could not be closed: "+err.Error())
	}
	return o.finish(cmd, report, files, plan)
}

// addOthers adds the other clients that the command line and the environment
// name, and makes sure that somebody wants all targets to be written to.
func (o *runOptions) addOthers(cmd *cobra.Command, d *destination, plan *engine.Plan) error {
	second, err := o.conn.openSecond(cmd.Context(), d)
	if err != nil {
		return err
	}
	reader, err := o.conn.openReader(cmd.Context(), d)
	if err != nil {
		return err
	}
	if reader != nil {
		plan.Reader = reader
	}
	if err := o.consent(cmd, d, plan); err != nil || second.client == nil {
		return err
	}
	plan.Second, plan.SecondURL = second.client, second.baseURL
	if hostOf(second.baseURL) == hostOf(d.baseURL) {
		return nil
	}
	return o.consent(cmd, &destination{baseURL: second.baseURL, profile: d.profile, loopback: second.loopback}, plan)
}

// plan says what is run, and how. It has no target yet.
func (o *runOptions) plan(p *profile.Profile, selectors []string, rawURL string) (*engine.Plan, error) {
	if err := knownLevels(p); err != nil {
		return nil, err
	}
	if rawURL == "" {
		rawURL = p.BaseURL
	}
	set, err := o.choose(selectors, rawURL)
	if err != nil {
		return nil, err
	}
	plan := &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Dialects: append(suites.Dialects(), o.dialects...),
		Parallel: o.parallel, CheckTimeout: o.checkTimeout, MaxTime: o.maxTime,
		Strict: o.strict, ReadOnly: o.readOnly, NameID: o.nameID, TargetName: o.name, Tool: build(),
		Hostile: slices.Contains(o.suites, security.Suite),
	}
	if onlyStories(set) {
		plan.Dialects = nil // a story is no verdict
	}
	switch {
	case o.parallel < 1:
		return nil, usage(fmt.Errorf("--parallel %d runs nothing", o.parallel), "give 1 or more")
	case o.nameID != "" && !slices.Contains(lifecycle.NameIDAttributes(), o.nameID):
		return nil, usage(fmt.Errorf("--nameid-attribute cannot be %q", o.nameID), "give one of "+strings.Join(lifecycle.NameIDAttributes(), ", "))
	case o.checkTimeout <= 0:
		return nil, usage(fmt.Errorf("--check-timeout %s is no time limit", o.checkTimeout), "give one such as 30s or 2m")
	case o.maxTime < 0:
		return nil, usage(fmt.Errorf("--max-time %s is less than nothing", o.maxTime), "give a time limit such as 10m, or 0 for none")
	}
	if plan.Seed, err = o.parseSeed(); err != nil {
		return nil, err
	}
	if plan.RunID = o.runID; plan.RunID == "" {
		plan.RunID = engine.NewRunID()
	} else if err := engine.ValidRunID(plan.RunID); err != nil {
		return nil, usage(err, "leave --run-id out to draw one")
	}
	if o.waivers != "" {
		waivers, err := engine.LoadWaivers(o.waivers)
		if err != nil {
			return nil, usage(err, "check --waivers")
		}
		plan.Waivers = waiversFor(set, waivers)
	}
	return plan, nil
}

func (o *runOptions) parseSeed() (int64, error) {
	if o.seed == "random" {
		return 1 + rand.Int64N(1<<31), nil
	}
	seed, err := strconv.ParseInt(o.seed, 10, 64)
	if err != nil || seed == 0 {
		return 0, usage(fmt.Errorf("the seed %q is not a number other than 0", o.seed), "give a number, or random")
	}
	return seed, nil
}

func (o *runOptions) embedded(p *profile.Profile) (*reference.Running, error) {
	server, err := reference.New(reference.Config{
		Token: referenceToken, SecondToken: secondToken, ReadToken: readToken, Faults: o.faults, Variations: o.variations, Profile: p,
	})
	if err != nil {
		return nil, planted(err)
	}
	running, err := server.Listen("127.0.0.1:0")
	if err != nil {
		return nil, untested(fmt.Errorf("the embedded reference cannot listen: %w", err), "free a port on 127.0.0.1, or give the URL of a target")
	}
	return running, nil
}

func (o *runOptions) openJournal(plan *engine.Plan) (*engine.Journal, error) {
	dir := o.journal
	if dir == "" {
		var err error
		if dir, err = engine.JournalDir(); err != nil {
			return nil, err
		}
	}
	return engine.CreateJournal(engine.JournalPath(dir, plan.RunID), plan.Tool.Version, plan.RunID, plan.BaseURL, plan.SecondURL)
}
