package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/promise"
	"github.com/scimtest/scimtest/suites/rfc"
	"github.com/scimtest/scimtest/suites/security"
)

// maxWorded is how many findings of a result a page words; all are in the report.
const maxWorded = 20

// tester runs the suites for the pages of the mock identity provider, as
// scimtest run does.
type tester struct{}

// Profiles lists the profiles that come with the program, generic first.
func (tester) Profiles() []server.TargetProfile { return targetProfiles() }

// targetProfiles reads the profiles once: all of them are shown with each page.
var targetProfiles = sync.OnceValue(func() []server.TargetProfile {
	var out []server.TargetProfile
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			panic(err) // it comes with the program
		}
		at := len(out)
		if name == profile.Generic {
			at = 0
		}
		out = slices.Insert(out, at, server.TargetProfile{Name: p.Name, Title: p.Title})
	}
	return out
})

// profileOf is the profile of an order: one of those that come with the program,
// and no file.
func profileOf(o server.TestOrder) (*profile.Profile, error) {
	if names := profile.Names(); !slices.Contains(names, o.Profile) {
		return nil, fmt.Errorf("there is no profile %q; choose one of %s", o.Profile, strings.Join(names, ", "))
	}
	return profile.Load(o.Profile)
}

// aboutSuites says what the suites are that are of no identity provider.
var aboutSuites = map[string]string{
	rfc.Suite:          "What RFC 7643, 7644 and 9865 demand.",
	rfc.InvariantSuite: "Rules that every answer is held against, whatever was asked by the other suites.",
	security.Suite:     "Who is let in, what answers give away, and hostile values. They go to a target elsewhere only when this suite is chosen by name.",
	promise.Suite:      "What the profile of the target promises beside the RFCs.",
}

// Suites lists the suites; those of the identity provider come first among
// those of all.
func (tester) Suites(d *mockidp.Dialect) []server.Suite {
	all := suites.All()
	byName := map[string]*server.Suite{}
	var out []*server.Suite
	for _, name := range all.Names() {
		s := &server.Suite{Name: name, About: aboutSuites[name], Usual: name == rfc.Suite || name == rfc.InvariantSuite}
		byName[name] = s
		out = append(out, s)
	}
	spoken := map[string][]string{}
	for i := range all.Checks {
		c := &all.Checks[i]
		s := byName[c.Suite]
		s.Checks++
		if !c.ReadOnly {
			s.Writing++
		}
		if c.Dialect == d.Name {
			s.Usual = true
		}
		if c.Dialect != "" && !slices.Contains(spoken[c.Suite], c.Dialect) {
			spoken[c.Suite] = append(spoken[c.Suite], c.Dialect)
		}
	}
	byName[rfc.InvariantSuite].Checks = len(all.Invariants)
	labels := map[string]string{}
	for _, l := range suites.Dialects() {
		labels[l.Name] = l.Label
		if len(l.GateOf) > 0 {
			labels[l.Name] = ""
			if s := byName[l.Name]; s != nil {
				s.About = "The admission test: " + l.Label + "."
			}
		}
	}
	for name, dialects := range spoken {
		var words []string
		for _, n := range dialects {
			if labels[n] != "" {
				words = append(words, labels[n])
			}
		}
		if s := byName[name]; s.About == "" {
			s.About = "Everyday life, played as " + strings.Join(words, "; ") + "."
		}
	}
	slices.SortStableFunc(out, func(a, b *server.Suite) int { return cmp.Compare(rank(a), rank(b)) })
	var list []server.Suite
	for _, s := range out {
		list = append(list, *s)
	}
	return list
}

// rank puts what is usual before the suites of other identity providers.
func rank(s *server.Suite) int {
	switch {
	case s.Usual:
		return 0
	case aboutSuites[s.Name] != "":
		return 1
	}
	return 2
}

// Foresee announces a run as scimtest run does.
func (tester) Foresee(o server.TestOrder) (server.Forecast, error) {
	set, err := chosen(o)
	if err != nil {
		return server.Forecast{}, err
	}
	p, err := profileOf(o)
	if err != nil {
		return server.Forecast{}, err
	}
	f := server.Forecast{Checks: len(set.Checks) + len(set.Invariants), Consent: elsewhere(o)}
	if writing := writers(set.Checks); writing > 0 && !o.ReadOnly {
		f.Writes = "a run " + announce(len(set.Checks), writing, engine.Parallelism, rateOf(o, p))
		if hostile(o) {
			f.Writes += ", hostile values among them"
		}
		f.Writes += ", and the product may send mail to addresses under " + cmp.Or(p.Domain(), fake.DefaultDomain)
	}
	return f, nil
}

// elsewhere reports whether the target is not on this machine.
func elsewhere(o server.TestOrder) bool {
	u, err := url.Parse(o.Target.BaseURL)
	return err != nil || !engine.Loopback(u.Hostname())
}

// rateOf is how many requests a second are sent at most; 0 is no limit.
func rateOf(o server.TestOrder, p *profile.Profile) float64 {
	if elsewhere(o) {
		return documentedRate(p)
	}
	return 0
}

func hostile(o server.TestOrder) bool { return slices.Contains(o.Suites, security.Suite) }

// chosen selects the checks.
func chosen(o server.TestOrder) (suites.Set, error) {
	set := suites.All()
	if len(o.Suites) > 0 {
		var err error
		if set, err = set.SelectSuites(o.Suites...); err != nil {
			return set, err
		}
	}
	if _, compliant := cutEntraFlag(o.Target.BaseURL); compliant {
		set = set.Without(func(m *engine.Meta) bool { return m.Dialect == "entra-legacy" })
	}
	return set, nil
}

// Run runs the suites, with a journal for what it creates.
func (tester) Run(ctx context.Context, o server.TestOrder, progress func(server.TestProgress)) (*server.TestReport, error) {
	set, err := chosen(o)
	if err != nil {
		return nil, err
	}
	p, err := profileOf(o)
	if err != nil {
		return nil, err
	}
	o.Target.BaseURL, _ = cutEntraFlag(o.Target.BaseURL)
	o.Target.Rate, o.Target.Header = rateOf(o, p), headers(p)
	client, err := scim.NewClient(o.Target)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	plan := &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Target: client, BaseURL: o.Target.BaseURL, TargetName: o.Name, Profile: p,
		Seed: o.Seed, RunID: engine.NewRunID(), CheckTimeout: checkTimeout, ReadOnly: o.ReadOnly, Hostile: hostile(o), Tool: build(),
		Events: func(e engine.Event) {
			progress(server.TestProgress{Outcome: string(e.Result.Outcome), Done: e.Done, Total: e.Total})
		},
	}
	for _, d := range suites.Dialects() {
		if slices.ContainsFunc(set.Checks, func(c engine.Check) bool { return c.Dialect == d.Name }) {
			plan.Dialects = append(plan.Dialects, d) // no verdict on what was not chosen
		}
	}
	if !o.ReadOnly {
		if plan.Journal, err = (&runOptions{}).openJournal(plan); err != nil {
			return nil, fmt.Errorf("the journal of what the run creates cannot be written: %w", err)
		}
	}
	report, err := engine.Run(ctx, plan)
	if err != nil {
		return nil, errors.Join(err, plan.Journal.Close(true)) // the plan was refused: nothing was sent
	}
	closed := plan.Journal.Close(report.NothingLeft())
	out, err := reported(report)
	if err == nil && closed != nil {
		out.Trouble = strings.TrimPrefix(out.Trouble+"; the journal could not be closed: "+closed.Error(), "; ")
	}
	return out, err
}

// meanings are what exit codes mean.
var meanings = map[int]string{
	engine.ExitOK: "conformant", engine.ExitViolations: "violations", engine.ExitUntested: "could not test", engine.ExitInterrupted: "interrupted",
}

// readinessClasses says how good a verdict is.
var readinessClasses = map[engine.Readiness]string{
	engine.Ready: "good", engine.Passes: "good", engine.WorksWithLimits: "limited", engine.PassesWithRemarks: "limited",
	engine.WouldBreak: "bad", engine.Fails: "bad", engine.Undecided: "open",
}

// shownOutcomes are those that somebody should look at, the worst first.
var shownOutcomes = []engine.Outcome{engine.Fail, engine.Broken, engine.Advisory, engine.Waived, engine.Blocked}

// reported makes plain data of a report.
func reported(report *engine.Report) (*server.TestReport, error) {
	out := &server.TestReport{
		Counts: map[string]int{}, Total: report.Summary.Total, Requests: report.Summary.Exchanges,
		Exit: report.ExitCode(), Meaning: meanings[report.ExitCode()],
	}
	for o, n := range report.Summary.Counts {
		if n > 0 {
			out.Counts[string(o)] = n
		}
	}
	for _, id := range []string{"completed", "preflight"} {
		if r := report.Find(id); r != nil && r.Outcome == engine.Broken {
			out.Trouble = r.Reason
		}
	}
	for _, v := range report.Verdicts {
		verdict := server.TestVerdict{
			Label: v.Label, Verdict: string(v.Readiness) + v.OnAssumptions(), Class: readinessClasses[v.Readiness], Why: v.Why,
		}
		for _, c := range v.Causes {
			for _, r := range c.OnServer {
				if !slices.Contains(verdict.Mend, r.Do) {
					verdict.Mend = append(verdict.Mend, r.Do)
				}
			}
		}
		out.Verdicts = append(out.Verdicts, verdict)
	}
	for _, outcome := range shownOutcomes {
		for i := range report.Results {
			if r := &report.Results[i]; r.Outcome == outcome {
				out.Results = append(out.Results, worded(report, r))
			}
		}
	}
	var file, junit bytes.Buffer
	if err := errors.Join(reports.JSON(&file, report), reports.JUnit(&junit, report)); err != nil {
		return nil, fmt.Errorf("the report cannot be written: %w", err)
	}
	out.JSON, out.JUnit = file.Bytes(), junit.Bytes()
	return out, nil
}

func worded(report *engine.Report, r *engine.Result) server.TestResult {
	w := reports.Word(report, r, maxWorded)
	out := server.TestResult{
		ID: r.Key(), Suite: r.Suite, Title: r.Title, Outcome: string(r.Outcome), Ground: w.Ground, Reason: r.Reason, More: w.More,
		After: w.After, Sources: w.Sources, Breaks: w.Breaks, Curls: w.Curls,
	}
	for _, f := range w.Findings {
		out.Findings = append(out.Findings, server.TestFinding{
			Place: f.Place, Message: f.Text, Want: f.Want, Got: f.Got, AdminSees: f.Admin, Count: f.Count, Advisory: f.Advisory,
		})
	}
	return out
}
