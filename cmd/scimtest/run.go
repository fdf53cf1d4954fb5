package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

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
	// again is the flags that a later run needs to see the same.
	again []string
}

func newRun() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [URL] [SELECTOR...]",
		Short: "Test a service provider and report",
		Long: `run drives generated users and groups at a target, judges every answer, and
writes a report. Without a URL it tests the embedded reference service provider.
A selector is a topic (patch.remove), an id, or a glob ("*.okta-*").

  scimtest run
  scimtest run https://scim.example.com/v2 --sandbox
  scimtest run URL --suite okta,entra --junit junit.xml
  scimtest run URL patch.remove`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	o.conn.register(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&o.suites, "suite", nil, "run these suites only (comma-separated); scimtest list shows them")
	f.StringVar(&o.out, "out", "scimtest-report", "`folder` for junit.xml and report.json")
	f.StringVar(&o.junit, "junit", "", "write JUnit XML to this `file` instead")
	f.StringVar(&o.json, "json", "", "write the JSON report to this `file` instead")
	f.StringVar(&o.seed, "seed", "1", "the `number` that makes the generated values, or random")
	f.StringVar(&o.runID, "run-id", "", "pin the run's tag: 8 of a-z and 0-9 (default: random)")
	f.IntVar(&o.parallel, "parallel", engine.Parallelism, "how many checks run beside each other")
	f.DurationVar(&o.checkTimeout, "check-timeout", 2*time.Minute, "time limit of one check")
	f.DurationVar(&o.maxTime, "max-time", 0, "time limit of the whole run (0: none)")
	f.BoolVar(&o.sandbox, "sandbox", false, "consent to writing to a target that is not on this machine")
	f.BoolVar(&o.readOnly, "read-only", false, "run only what can be judged without a write")
	f.BoolVar(&o.strict, "strict", false, "count what a SHOULD asks for as failed")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show passes and skips as well")
	f.StringVar(&o.waivers, "waivers", "", "accept the known failures in this YAML `file`")
	f.StringVar(&o.journal, "journal", "", "`folder` for the journal of what the run creates (default: the user's state folder)")
	f.StringVar(&o.name, "target-name", "", "`label` of the target in reports, when several are tested")
	f.StringArrayVar(&o.faults, "fault", nil, "plant this fault in the embedded reference")
	f.StringArrayVar(&o.variations, "vary", nil, "use this allowed variation in the embedded reference")
	return cmd
}

func (o *runOptions) run(cmd *cobra.Command, args []string) error {
	rawURL, selectors := "", args
	if len(args) > 0 && looksLikeURL(args[0]) {
		rawURL, selectors = args[0], args[1:]
	}
	o.again = flagsAgain(cmd.Flags())
	ctx, stdout, stderr := cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	p, err := profile.Load(o.conn.profile)
	if err != nil {
		return err
	}
	if err := knownLevels(p); err != nil {
		return err
	}
	set, err := o.choose(selectors, rawURL)
	if err != nil {
		return err
	}
	plan := &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Dialects: suites.Dialects(),
		Parallel: o.parallel, CheckTimeout: o.checkTimeout, MaxTime: o.maxTime,
		Strict: o.strict, ReadOnly: o.readOnly, TargetName: o.name, Tool: build(),
	}
	if plan.Seed, err = o.parseSeed(stdout); err != nil {
		return err
	}
	if plan.RunID = o.runID; plan.RunID == "" {
		plan.RunID = engine.NewRunID()
	} else if err := engine.ValidRunID(plan.RunID); err != nil {
		return usage(err, "leave --run-id out to draw one")
	}
	if o.waivers != "" {
		waivers, err := engine.LoadWaivers(o.waivers)
		if err != nil {
			return err
		}
		plan.Waivers = waiversFor(set, waivers)
	}
	files, err := o.prepareFiles()
	if err != nil {
		return err
	}

	var d *destination
	if rawURL == "" && p.BaseURL == "" {
		running, err := o.embedded()
		if err != nil {
			return err
		}
		defer running.Close()
		fmt.Fprintf(stdout, "no target given: testing the embedded reference service provider at %s\n", running.URL)
		if d, err = o.conn.open(running.URL, scim.StaticToken(referenceToken)); err != nil {
			return err
		}
		plan.Embedded = true
	} else {
		if len(o.faults)+len(o.variations) > 0 {
			return usage(errors.New("--fault and --vary are for the embedded reference"), "leave the URL out, or use scimtest target")
		}
		if d, err = o.conn.open(rawURL, nil); err != nil {
			return err
		}
		if err := o.consent(cmd, d, plan); err != nil {
			return err
		}
	}
	defer d.client.Close()
	plan.Target, plan.BaseURL, plan.Profile = d.client, d.baseURL, d.profile

	if !plan.Embedded && !plan.ReadOnly {
		if plan.Journal, err = o.openJournal(plan); err != nil {
			return err
		}
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
		fmt.Fprintln(stderr, "error: "+err.Error())
	}
	return o.finish(stdout, report, files, plan)
}

// finish writes the files and the text, and returns the exit code.
func (o *runOptions) finish(stdout io.Writer, report *engine.Report, files files, plan *engine.Plan) error {
	written, failed := files.write(report)
	again := plan.BaseURL
	if plan.Embedded {
		again = ""
	}
	if err := reports.Text(stdout, report, reports.TextOptions{
		Color: isTerminal(stdout) && os.Getenv("NO_COLOR") == "", Verbose: o.verbose, Width: width(stdout),
		BaseArg: again, Flags: o.again, Files: written,
	}); err != nil {
		return err
	}
	code := report.ExitCode()
	if failed != nil {
		if code == engine.ExitOK {
			code = engine.ExitUntested
		}
		return &hinted{fmt.Errorf("the report could not be written: %w", failed), "free some space, or choose another folder with --out", code}
	}
	if code != engine.ExitOK {
		return exitCode(code)
	}
	return nil
}

// choose selects the checks by suite, selector and the flag in the URL.
func (o *runOptions) choose(selectors []string, rawURL string) (suites.Set, error) {
	set := suites.All()
	var err error
	if len(o.suites) > 0 {
		if set, err = set.SelectSuites(o.suites...); err != nil {
			return set, usage(err, "scimtest list shows what there is")
		}
	}
	if set, err = set.Select(selectors...); err != nil {
		return set, usage(err, "scimtest list shows what there is")
	}
	if _, compliant := cutEntraFlag(rawURL); compliant {
		set = set.Without(func(m *engine.Meta) bool { return m.Dialect == "entra-legacy" })
	}
	return set, nil
}

// knownLevels refuses a profile that changes the level of a check that does
// not exist: it would change nothing.
func knownLevels(p *profile.Profile) error {
	all := suites.All()
	for _, id := range slices.Sorted(maps.Keys(p.Levels)) {
		if all.Lookup(id) != nil {
			continue
		}
		if _, err := all.Select(id); err != nil {
			return usage(fmt.Errorf("levels in the profile %s: %w", p.Name, err), "scimtest list shows the ids")
		}
		return usage(fmt.Errorf("levels in the profile %s: %q is not the whole id of a check", p.Name, id),
			"scimtest list "+id+" shows the ids")
	}
	return nil
}

// waiversFor leaves out the waivers of checks that exist and were not
// selected: only a whole run can tell that they are stale.
func waiversFor(set suites.Set, waivers []engine.Waiver) []engine.Waiver {
	all := suites.All()
	return slices.DeleteFunc(waivers, func(w engine.Waiver) bool {
		id, _, _ := strings.Cut(w.ID, "/")
		return all.Lookup(id) != nil && set.Lookup(id) == nil
	})
}

func (o *runOptions) parseSeed(stdout io.Writer) (int64, error) {
	if o.seed == "random" {
		seed := rand.Int64N(1 << 31)
		fmt.Fprintf(stdout, "seed %d\n", seed)
		return seed, nil
	}
	seed, err := strconv.ParseInt(o.seed, 10, 64)
	if err != nil || seed == 0 {
		return 0, usage(fmt.Errorf("the seed %q is not a number other than 0", o.seed), "give a number, or random")
	}
	return seed, nil
}

func (o *runOptions) embedded() (*reference.Running, error) {
	server, err := reference.New(reference.Config{Token: referenceToken, Faults: o.faults, Variations: o.variations})
	if err != nil {
		return nil, err
	}
	return server.Listen("127.0.0.1:0")
}

func (o *runOptions) openJournal(plan *engine.Plan) (*engine.Journal, error) {
	dir := o.journal
	if dir == "" {
		var err error
		if dir, err = engine.JournalDir(); err != nil {
			return nil, err
		}
	}
	return engine.CreateJournal(engine.JournalPath(dir, plan.RunID), plan.Tool.Version, plan.RunID, plan.BaseURL)
}

// The averages by which a run announces what it will do; measured on the
// embedded reference.
const (
	requestsPerCheck = 9
	usersPerCheck    = 2
)

// consent makes sure that somebody wants a target elsewhere to be written to.
func (o *runOptions) consent(cmd *cobra.Command, d *destination, plan *engine.Plan) error {
	if d.loopback || o.readOnly || o.sandbox || d.profile.Sandbox {
		return nil
	}
	n := len(plan.Checks)
	what := fmt.Sprintf("the run creates and removes about %d users and some groups on %s, with about %d requests; the product may send mail to addresses under %s",
		n*usersPerCheck, hostOf(d.baseURL), n*requestsPerCheck, d.domain())
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usage(fmt.Errorf("%s is not on this machine, and nobody consented: %s", hostOf(d.baseURL), what),
			"add --sandbox, or sandbox: true in the profile file, when this is a test tenant; --read-only writes nothing")
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s.\nIs this a test tenant, and shall it be written to? [y/N] ", what)
	answer, _ := bufio.NewReader(in).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a == "y" || a == "yes" {
		return nil
	}
	return usage(errors.New("not consented"), "--read-only writes nothing")
}

func (d *destination) domain() string {
	if d.profile.UserDomain != "" {
		return d.profile.UserDomain
	}
	return "scimtest.example.com"
}

// files says where the reports go.
type files struct{ junit, json string }

// prepareFiles makes sure, before anything is sent, that the reports can be
// written.
func (o *runOptions) prepareFiles() (files, error) {
	f := files{junit: o.junit, json: o.json}
	if f.junit == "" {
		f.junit = filepath.Join(o.out, "junit.xml")
	}
	if f.json == "" {
		f.json = filepath.Join(o.out, "report.json")
	}
	for _, path := range []string{f.junit, f.json} {
		if err := writable(filepath.Dir(path)); err != nil {
			return f, usage(fmt.Errorf("cannot write the report to %s: %w", path, err), "choose another place with --out, --junit or --json")
		}
	}
	return f, nil
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	probe, err := os.CreateTemp(dir, ".scimtest-*")
	if err != nil {
		return err
	}
	probe.Close()
	return os.Remove(probe.Name())
}

func (f files) write(report *engine.Report) (written []string, err error) {
	junit, errJUnit := reports.WriteJUnit(f.junit, report)
	written = append(written, junit...)
	errJSON := reports.WriteJSON(f.json, report)
	if errJSON == nil {
		written = append(written, f.json)
	}
	return written, errors.Join(errJUnit, errJSON)
}

func looksLikeURL(s string) bool {
	return strings.Contains(s, "://") || strings.Contains(s, "/") && !strings.ContainsAny(s, "*?[")
}

// isTerminal reports whether somebody watches. Some CI systems give a terminal,
// and keep what is written to it as a log.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("CI") == ""
}

func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 100
}
