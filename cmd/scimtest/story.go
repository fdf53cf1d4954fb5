package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
	"github.com/scimtest/scimtest/suites/scenario"
)

// storyHelp is where the format of scenarios is described.
const storyHelp = "docs/scenarios.md says what such a file holds"

// addStories adds the scenarios of the command line, in the dialects that it
// names. clients are the custom clients, which may play them as well.
func (o *runOptions) addStories(set suites.Set, clients []*mockidp.Dialect) (suites.Set, error) {
	if len(o.idps) > 0 && len(o.stories) == 0 {
		return set, usage(errors.New("--idp has no use without a scenario"), "name a file with --scenario; suites of an identity provider are chosen by --suite")
	}
	for _, path := range o.stories {
		s, err := scenario.ReadFile(path)
		if err != nil {
			return set, usage(fmt.Errorf("cannot read the scenario: %w", err), storyHelp)
		}
		checks, err := storyChecks(s, o.idps, clients)
		if err != nil {
			return set, err
		}
		for _, c := range checks {
			if set.Lookup(c.ID) != nil {
				return set, usage(fmt.Errorf("two scenarios are called %s", s.Name), "give one of them another name")
			}
			set.Checks = append(set.Checks, c)
		}
	}
	return set, nil
}

// storyChecks are the checks of a scenario: one for each dialect that plays it.
func storyChecks(s *scenario.Scenario, idps []string, clients []*mockidp.Dialect) (out []engine.Check, err error) {
	if s.Bare() {
		return []engine.Check{s.Check(nil)}, nil
	}
	if len(idps) == 0 {
		idps = s.IdPs
	}
	if len(idps) == 0 {
		for _, d := range lifecycle.Dialects() {
			idps = append(idps, d.Name)
		}
		for _, d := range clients {
			idps = append(idps, d.Name)
		}
	}
	for _, name := range idps {
		d, err := storyDialect(name, s.Options, clients)
		if err != nil {
			return nil, err
		}
		out = append(out, s.Check(d))
	}
	return out, nil
}

// storyDialect is the dialect of a name; okta and entra stand for what most
// customers have.
func storyDialect(name string, options map[string]string, clients []*mockidp.Dialect) (*mockidp.Dialect, error) {
	if i := slices.IndexFunc(clients, func(d *mockidp.Dialect) bool { return d.Name == name }); i >= 0 {
		return clients[i], nil
	}
	if full, ok := usualDialects[name]; ok {
		name = full
	}
	d, err := mockidp.Lookup(name, options)
	if err != nil {
		return nil, usage(err, "scimtest explain shows the dialects and their options")
	}
	if !d.Flows {
		return nil, usage(fmt.Errorf("nothing is known of the rhythm of %s, so it plays no scenario", d.Label), "take another dialect; scimtest explain shows them")
	}
	return d, nil
}

// usualDialects are the dialects that people mean by the name of an identity
// provider.
var usualDialects = map[string]string{"okta": "okta-oin", "entra": "entra-legacy"}

// onlyStories reports whether nothing but scenarios is run.
func onlyStories(set suites.Set) bool {
	return !slices.ContainsFunc(set.Checks, func(c engine.Check) bool { return c.Suite != scenario.StorySuite })
}
