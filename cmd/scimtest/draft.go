package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// draft is a profile that is being made from what a target answers.
type draft struct {
	// base is the profile that it extends.
	base, baseURL            string
	discovery                string
	pageDefault, pageMaximum int
	// features holds what a probe found to be absent.
	features map[string]bool
	// levels are the changes of checks that block, by their ids.
	levels map[string]profile.LevelChange
	// hopeless is why no user can be created.
	hopeless string
}

// learn takes from a report what the target lacks, and gives the checks that
// block a lower level: should at first, so that what they find is still shown,
// and skip when they block with it, too. It returns how many it has changed.
func (d *draft) learn(report *engine.Report) (changed int) {
	for _, f := range report.Target.Features {
		if !f.Has && f.Source == "probe" {
			d.features[string(f.Feature)] = false
		}
	}
	blocked, whys := map[string]string{}, map[string]int{}
	for i := range report.Results {
		r := &report.Results[i]
		if r.Outcome != engine.Blocked {
			continue
		}
		if why, refused := strings.CutPrefix(r.Reason, "could not arrange: POST /Users answers "); refused {
			whys[why]++
		}
		if _, seen := blocked[r.ID]; !seen {
			blocked[r.ID] = reasonOf(report, r)
		}
	}
	for why, n := range whys {
		if n > len(report.Results)/4 {
			d.hopeless = "POST /Users answers " + why
			return 0
		}
	}
	for id, why := range blocked {
		level := "should"
		if before, tried := d.levels[id]; tried {
			level, why = "skip", before.Reason
		}
		if d.levels == nil {
			d.levels = map[string]profile.LevelChange{}
		}
		d.levels[id] = profile.LevelChange{Level: level, Reason: why}
		changed++
	}
	return changed
}

// reasonOf says why a result is blocked: what an earlier step of the check
// found, or its own reason.
func reasonOf(report *engine.Report, blocked *engine.Result) string {
	for i := range report.Results {
		if r := &report.Results[i]; r.ID == blocked.ID && (r.Outcome == engine.Fail || r.Outcome == engine.Advisory) {
			return r.Reason
		}
	}
	return blocked.Reason
}

// text is the draft as a file.
func (d *draft) text() string {
	var b strings.Builder
	sources := map[string]string{}
	b.WriteString("# Drafted by scimtest profile init, from what the target answers. Look at each line:\n" +
		"# docs/own-profile.md tells how to go on, docs/profile-file.md of every key.\n")
	fmt.Fprintf(&b, "name: %s\ntitle: %s\n", hostName(d.baseURL), quoted("The service provider at "+hostOf(d.baseURL)))
	if d.base != "" && d.base != profile.Generic {
		fmt.Fprintf(&b, "extends: %s\n", quoted(d.base))
	}
	fmt.Fprintf(&b, "base-url: %s\n", quoted(d.baseURL))
	b.WriteString("# Generated people live under this domain: take one that is yours.\n# user-domain: people.example.com\n" +
		"# Consent to being written to, instead of --sandbox.\n# sandbox: true\n")
	if d.discovery != "" {
		fmt.Fprintf(&b, "discovery: %s\n", d.discovery)
		sources["discovery"] = "observed: GET of the three endpoints, with and without credentials"
	}
	if len(d.features) > 0 {
		b.WriteString("features:\n")
		for _, f := range slices.Sorted(maps.Keys(d.features)) {
			fmt.Fprintf(&b, "  %s: %t\n", f, d.features[f])
		}
		sources["features"] = "observed: a probe found that they are absent"
	}
	if d.pageDefault+d.pageMaximum > 0 {
		b.WriteString("limits:\n  page:\n")
		if d.pageDefault > 0 {
			fmt.Fprintf(&b, "    default: %d\n", d.pageDefault)
			sources["limits.page.default"] = "observed: GET /Users without count"
		}
		if d.pageMaximum > 0 {
			fmt.Fprintf(&b, "    maximum: %d\n", d.pageMaximum)
			sources["limits.page.maximum"] = "documented: ServiceProviderConfig"
		}
	}
	if len(d.levels) > 0 {
		b.WriteString("# To be judged by you. These checks, or steps of them, could not be tried. \"should\" shows\n" +
			"# what they find as advice, \"skip\" leaves them out. Delete the lines of what is a bug of\n# the target, and mend it.\nlevels:\n")
		for _, id := range slices.Sorted(maps.Keys(d.levels)) {
			c := d.levels[id]
			fmt.Fprintf(&b, "  %s: {level: %s, reason: %s}\n", id, c.Level, quoted(c.Reason))
		}
		sources["levels"] = "observed: a run of all checks"
	}
	if len(sources) > 0 {
		b.WriteString("sources:\n")
		for _, at := range slices.Sorted(maps.Keys(sources)) {
			fmt.Fprintf(&b, "  %s: %s\n", at, quoted(sources[at]))
		}
	}
	return b.String()
}

// quoted is a text as YAML and JSON both read it.
func quoted(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "?")) }
