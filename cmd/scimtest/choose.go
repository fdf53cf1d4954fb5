package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/scenario"
)

// choose selects the checks by suite, selector and the flag in the URL.
func (o *runOptions) choose(selectors []string, rawURL string) (set suites.Set, err error) {
	set = suites.All()
	var clients []*mockidp.Dialect
	for _, file := range o.clients {
		client, err := readClient(file)
		if err != nil {
			return set, err
		}
		if set, err = o.addClient(set, file, client); err != nil {
			return set, err
		}
		clients = append(clients, client)
	}
	if set, err = o.addStories(set, clients); err != nil {
		return set, err
	}
	if len(o.stories) > 0 && len(o.suites)+len(selectors) == 0 {
		return set.SelectSuites(scenario.StorySuite)
	}
	if len(o.suites) > 0 {
		if set, err = set.SelectSuites(o.suites...); err != nil {
			return set, err
		}
	}
	for _, sel := range selectors {
		if err := misplaced(set, sel); err != nil {
			return set, err
		}
	}
	if set, err = set.Select(selectors...); err != nil {
		return set, err
	}
	if _, compliant := cutEntraFlag(rawURL); compliant {
		set = set.Without(func(m *engine.Meta) bool { return m.Dialect == "entra-legacy" })
		if len(set.Checks)+len(set.Invariants) == 0 {
			return set, usage(fmt.Errorf("nothing is left to run: the URL bears %s, and only the legacy dialect was selected", entraFlag),
				"take the flag off the URL, or select other checks")
		}
	}
	return set, nil
}

func readClient(file string) (*mockidp.Dialect, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage(err, "check --client")
	}
	client, err := mockidp.ParseCustom(data)
	if err != nil {
		return nil, usage(fmt.Errorf("%s: %w", file, err), "docs/custom-idp.md says what such a file holds")
	}
	return client, nil
}

// addClient adds the flows of the custom client in a file.
func (o *runOptions) addClient(set suites.Set, file string, client *mockidp.Dialect) (suites.Set, error) {
	set, dialect, err := set.Client(client)
	if err != nil {
		return set, usage(fmt.Errorf("%s: %w", file, err), "scimtest explain shows the names of the dialects")
	}
	o.dialects = append(o.dialects, dialect)
	return set, nil
}

// misplaced recognizes what cannot be a selector, where an error that speaks
// of checks would mislead.
func misplaced(set suites.Set, selector string) error {
	if flow, _, ok := strings.Cut(selector, "/"); ok && set.Lookup(flow) != nil {
		return usage(fmt.Errorf("%s is a step, and the steps of a flow run together", selector), "select the flow: "+flow)
	}
	if looksLikeURL(selector) {
		return usage(errors.New("a URL stands among the selectors"), "the URL of the target comes first, and there is only one")
	}
	if _, err := set.Select(selector); err != nil && strings.Contains(selector, ".") {
		if what, todo, _ := strings.Cut(err.Error(), "; "); !strings.HasPrefix(todo, "did you mean") {
			return usage(errors.New(what), "scimtest list shows what there is; a target begins with https:// or http://")
		}
	}
	return nil
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
			return fmt.Errorf("levels in the profile %s: %w", p.Name, err)
		}
		return usage(fmt.Errorf("levels in the profile %s: %q is not the whole id of a check", p.Name, id),
			"scimtest list "+id+" shows the ids")
	}
	for _, name := range slices.Sorted(maps.Keys(p.Deviations)) {
		for _, pattern := range slices.Concat(p.Deviations[name].Checks, p.Deviations[name].UnderGeneric) {
			if !all.Holds(pattern) {
				return usage(fmt.Errorf("the deviation %s in the profile %s: no check has the id %q", name, p.Name, pattern), "scimtest list shows the ids")
			}
		}
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

// looksLikeURL tells a target from a selector: no id holds a colon, and none
// but that of a step a slash.
func looksLikeURL(s string) bool {
	if strings.ContainsAny(s, "*?[") && !strings.Contains(s, "://") {
		return false
	}
	before, _, slash := strings.Cut(s, "/")
	return strings.Contains(s, ":") || slash && suites.All().Lookup(before) == nil
}

// forTargets refuses flags that say how to reach a target when there is none:
// they would have no effect.
func forTargets(cmd *cobra.Command) error {
	for _, name := range []string{
		"auth", "token-file", "token-command", "user", "oauth-token-url", "oauth-client-id", "oauth-scope",
		"ca-file", "client-cert", "client-key", "insecure", "sandbox", "journal", "second",
	} {
		if cmd.Flags().Changed(name) {
			return usage(fmt.Errorf("--%s has no use without a target", name), "give the URL of the target before the selectors")
		}
	}
	return nil
}
