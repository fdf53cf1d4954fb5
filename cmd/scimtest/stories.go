package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/scenario"
)

// storyOptions holds the flags of the commands that play story after story.
type storyOptions struct {
	run    runOptions
	idp    string
	budget int
	out    string
}

// defaultBudget is how many requests such a command sends at most.
const defaultBudget = 2000

func (o *storyOptions) register(cmd *cobra.Command) {
	o.run.conn.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.idp, "idp", "", "play in this `dialect`; okta and entra will do")
	f.IntVar(&o.budget, "budget", defaultBudget, "the `number` of requests at most, those of discovery and clean-up among them")
	f.DurationVar(&o.run.maxTime, "max-time", time.Hour, "time limit of the whole")
	f.BoolVar(&o.run.sandbox, "sandbox", false, "consent to writing to a target that is not on this machine")
	f.BoolVar(&o.run.strict, "strict", false, "count what is only advisory as failed, too")
	f.StringVar(&o.run.seed, "seed", "1", "the `number` that makes the generated values, or the word random")
	f.StringVar(&o.run.journal, "journal", "", "`folder` for the journal of what is created (default: the user's state folder)")
}

// runner plays stories on a target to which somebody has agreed.
func (o *storyOptions) runner(cmd *cobra.Command, rawURL string, d *mockidp.Dialect) (r *scenario.Runner, close func(), err error) {
	if o.budget < 1 {
		return nil, nil, usage(fmt.Errorf("--budget %d sends nothing", o.budget), "give the number of requests that may be sent, such as 2000")
	}
	if o.run.maxTime <= 0 {
		return nil, nil, usage(fmt.Errorf("--max-time %s is no time limit", o.run.maxTime), "give a time limit such as 10m")
	}
	p, err := o.run.conn.loadProfile()
	if err != nil {
		return nil, nil, err
	}
	seed, err := o.run.parseSeed()
	if err != nil {
		return nil, nil, err
	}
	dest, err := o.run.conn.open(cmd.Context(), p, rawURL, nil)
	if err != nil {
		return nil, nil, err
	}
	if !dest.loopback && !o.run.sandbox && !p.Sandbox {
		what := fmt.Sprintf("this sends up to %d requests, and removes again what it creates", o.budget)
		if err := agreed(cmd, dest, what, "addresses under "+dest.domain(), ""); err != nil {
			dest.client.Close()
			return nil, nil, err
		}
	}
	return &scenario.Runner{
		Dialect: d, Budget: o.budget, Strict: o.run.strict,
		Plan: func() (*engine.Plan, error) {
			plan := &engine.Plan{
				Target: dest.client, BaseURL: dest.baseURL, Profile: p, Seed: seed, RunID: engine.NewRunID(),
				CheckTimeout: o.run.maxTime, Tool: build(),
			}
			var err error
			if plan.Journal, err = o.run.openJournal(plan); err != nil {
				return nil, untested(err, "name another folder with --journal")
			}
			return plan, nil
		},
	}, dest.client.Close, nil
}

// told words an error of a runner: whatever kept it from playing kept the target
// from being tested.
func told(cmd *cobra.Command, err error) error {
	if cmd.Context().Err() != nil {
		return exitCode(engine.ExitInterrupted)
	}
	return untested(err, "is the base URL right, and the token? scimtest run says more")
}

// write saves a scenario, not over another one.
func (o *storyOptions) write(s *scenario.Scenario) (path string, err error) {
	if err := os.MkdirAll(o.out, 0o755); err != nil { //nolint:gosec // reports are for all to read
		return "", err
	}
	for n := 0; ; n++ {
		name := s.Name
		if n > 0 {
			name = fmt.Sprintf("%s-%d", s.Name, n)
		}
		path = filepath.Join(o.out, name+".yaml")
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // likewise
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		named := *s
		named.Name = name
		_, err = f.Write(named.YAML())
		return path, errors.Join(err, f.Close())
	}
}

// show prints a story and how it fails.
func show(w io.Writer, s *scenario.Scenario, f *scenario.Failure) {
	finding := f.Finding()
	where := strings.TrimSpace(f.Request() + "   " + finding.Where)
	fmt.Fprintf(w, "FAIL %s\n", finding.Message)
	if where != "" {
		fmt.Fprintf(w, "     %s\n", where)
	}
	if finding.Want != "" || finding.Got != "" {
		fmt.Fprintf(w, "       want  %s\n       got   %s\n", finding.Want, finding.Got)
	}
	for i := range s.Steps {
		fmt.Fprintf(w, "     - %s\n", s.Steps[i].String())
	}
}

// playAgain is the command that plays a scenario in a file once more.
func playAgain(cmd *cobra.Command, rawURL, path, idp string) string {
	words := []string{"scimtest run", har.Quote(rawURL), "--scenario", har.Quote(path)}
	if idp != "" {
		words = append(words, "--idp", idp)
	}
	flags := flagsAgain(cmd.Flags())
	for i := 0; i < len(flags); i++ {
		switch flags[i] {
		case "--idp", "--budget", "--steps", "--people", "--groups", "--client":
			i++ // with its value
			continue
		}
		words = append(words, har.Quote(flags[i]))
	}
	return strings.Join(words, " ")
}
