// Package suites knows every built-in check and selects among them.
package suites

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/edit"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/gates"
	"github.com/scimtest/scimtest/suites/lifecycle"
	"github.com/scimtest/scimtest/suites/promise"
	"github.com/scimtest/scimtest/suites/rfc"
	"github.com/scimtest/scimtest/suites/security"
)

// Set is a selection of checks and invariants.
type Set struct {
	Checks     []engine.Check
	Invariants []engine.Invariant
}

// All returns every built-in check and invariant, in the order of reports.
func All() Set {
	return Set{
		Checks:     slices.Concat(rfc.Checks(), security.Checks(), lifecycle.Checks(), gates.Checks(), promise.Checks()),
		Invariants: rfc.Invariants(),
	}
}

// Dialects lists the dialects and the gates that verdicts are given for, each
// with the checks that its verdict rests on.
func Dialects() []engine.Dialect {
	return resting(append(lifecycle.Dialects(), gates.Dialects()...), All().Checks)
}

// resting names the checks that the verdict of each dialect rests on.
func resting(dialects []engine.Dialect, checks []engine.Check) []engine.Dialect {
	for i := range dialects {
		for _, c := range checks {
			if c.Dialect == dialects[i].Name {
				dialects[i].Rests = append(dialects[i].Rests, c.ID)
			}
		}
	}
	return dialects
}

// Client adds the flows in the words of a custom client to a set, and returns
// it as a dialect for its verdict. A name that a dialect has is an error.
func (s Set) Client(d *mockidp.Dialect) (Set, engine.Dialect, error) {
	if slices.ContainsFunc(s.Checks, func(c engine.Check) bool { return c.Dialect == d.Name }) {
		return s, engine.Dialect{}, fmt.Errorf("there is a dialect %q already; give the client another name", d.Name)
	}
	own := lifecycle.ChecksOf(d)
	s.Checks = slices.Concat(s.Checks, own)
	return s, resting([]engine.Dialect{lifecycle.DialectOf(d)}, own)[0], nil
}

// Names lists the suites of the set, in order.
func (s Set) Names() []string {
	var out []string
	for _, m := range s.metas() {
		if !slices.Contains(out, m.Suite) {
			out = append(out, m.Suite)
		}
	}
	return out
}

// Lookup returns what is known of a check or invariant, by its id or a former
// one; nil when there is none.
func (s Set) Lookup(id string) *engine.Meta {
	for _, m := range s.metas() {
		if m.ID == id || slices.Contains(m.FormerIDs, id) {
			return m
		}
	}
	return nil
}

func (s Set) metas() []*engine.Meta {
	var out []*engine.Meta
	for i := range s.Checks {
		out = append(out, &s.Checks[i].Meta)
	}
	for i := range s.Invariants {
		out = append(out, &s.Invariants[i].Meta)
	}
	return out
}

// Holds reports whether an id, or one that a glob stands for, is in the set.
func (s Set) Holds(glob string) bool {
	return slices.ContainsFunc(s.metas(), func(m *engine.Meta) bool {
		ok, err := path.Match(glob, m.ID)
		return err == nil && ok
	})
}

// Select keeps what the selectors name: a topic ("patch.remove"), an id, or a
// glob ("*.okta-*"). Without selectors it keeps all. A selector that matches
// nothing is an error with a suggestion.
func (s Set) Select(selectors ...string) (Set, error) {
	if len(selectors) == 0 {
		return s, nil
	}
	used := make([]bool, len(selectors))
	keep := func(m *engine.Meta) bool {
		hit := false
		for i, sel := range selectors {
			if Matches(sel, m.ID) || slices.ContainsFunc(m.FormerIDs, func(id string) bool { return Matches(sel, id) }) {
				used[i], hit = true, true
			}
		}
		return hit
	}
	out := s.filter(keep)
	for i, ok := range used {
		if !ok {
			return Set{}, s.unmatched(selectors[i])
		}
	}
	return out, nil
}

// SelectSuites keeps the suites with these names; "gates" stands for all
// admission tests.
func (s Set) SelectSuites(names ...string) (Set, error) {
	known := s.Names()
	var chosen []string
	for _, n := range names {
		switch {
		case n == gates.Group:
			chosen = append(chosen, gates.Names()...)
		case slices.Contains(known, n):
			chosen = append(chosen, n)
		default:
			return Set{}, fmt.Errorf("there is no suite %q; there are %s, and %s for the admission tests", n, strings.Join(known, ", "), gates.Group)
		}
	}
	return s.filter(func(m *engine.Meta) bool { return slices.Contains(chosen, m.Suite) }), nil
}

func (s Set) filter(keep func(*engine.Meta) bool) (out Set) {
	for i := range s.Checks {
		if keep(&s.Checks[i].Meta) {
			out.Checks = append(out.Checks, s.Checks[i])
		}
	}
	for i := range s.Invariants {
		if keep(&s.Invariants[i].Meta) {
			out.Invariants = append(out.Invariants, s.Invariants[i])
		}
	}
	return out
}

// Matches reports whether a selector names an id: the id itself, a topic
// before one of its dots, or a glob.
func Matches(selector, id string) bool {
	if strings.ContainsAny(selector, "*?[") {
		ok, err := path.Match(selector, id)
		return err == nil && ok
	}
	return id == selector || strings.HasPrefix(id, strings.TrimSuffix(selector, ".")+".")
}

// unmatched words the error for a selector that names nothing.
func (s Set) unmatched(selector string) error {
	candidates := map[string]bool{}
	for _, m := range s.metas() {
		parts := strings.Split(m.ID, ".")
		for i := range parts {
			candidates[strings.Join(parts[:i+1], ".")] = true
		}
		candidates[m.Suite] = true
	}
	// Nearest is what begins like the selector, then what has few other
	// letters: an unlike suggestion misleads.
	best, distance := "", len(selector)/3+2
	for _, c := range slices.Sorted(maps.Keys(candidates)) {
		d := edit.Distance(selector, c)
		if strings.HasPrefix(c, selector) {
			d = 0
		}
		if d < distance {
			best, distance = c, d
		}
	}
	if slices.Contains(s.Names(), selector) {
		return fmt.Errorf("no check matches %q; a suite is chosen by --suite %s", selector, selector)
	}
	if best != "" {
		return fmt.Errorf("no check matches %q; did you mean %q?", selector, best)
	}
	return fmt.Errorf("no check matches %q; scimtest list shows what there is", selector)
}

// Without leaves out what drop says.
func (s Set) Without(drop func(*engine.Meta) bool) Set {
	return s.filter(func(m *engine.Meta) bool { return !drop(m) })
}

// Judges lists, by row of the requirements, what judges it.
func (s Set) Judges() map[string][]*engine.Meta {
	out := map[string][]*engine.Meta{}
	for _, m := range s.metas() {
		for _, row := range m.Requires {
			out[row] = append(out[row], m)
		}
	}
	return out
}
