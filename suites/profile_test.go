package suites_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/requirements"
)

// shipped are the profiles of products that come with the program.
func shipped(t *testing.T) (out []*profile.Profile) {
	for _, name := range profile.Names() {
		if name == profile.Generic {
			continue
		}
		p, err := profile.Load(name)
		require.NoError(t, err)
		out = append(out, p)
	}
	return out
}

// readings are what the emulation can make of a profile that leaves it open
// what becomes of a deactivated user.
func readings(p *profile.Profile) []string {
	if p.Deactivation == "either" {
		return []string{"gone", "inactive"}
	}
	return []string{""}
}

// emulated runs everything against the emulation of a profile, judged by
// another.
func emulated(t *testing.T, p, judge *profile.Profile, reading string) *engine.Report {
	return run(t, suites.All(), reference.Config{Profile: p, Deactivation: reading}, func(plan *engine.Plan) { plan.Profile = judge })
}

// plain is generic with what a run needs to make users of the product at all.
func plain(p *profile.Profile) *profile.Profile {
	return &profile.Profile{Name: profile.Generic, UserDomain: p.Domain(), Send: p.Send}
}

// The emulation of each product passes its own profile in all suites.
func TestProfilesPassThemselves(t *testing.T) {
	for _, p := range shipped(t) {
		for _, reading := range readings(p) {
			t.Run(p.Name+reading, func(t *testing.T) {
				t.Parallel()
				report := emulated(t, p, p, reading)
				for i := range report.Results {
					switch r := &report.Results[i]; r.Outcome {
					case engine.Fail, engine.Broken, engine.Blocked:
						t.Error(line(r))
					}
				}
				assert.Equal(t, engine.ExitOK, report.ExitCode())
			})
		}
	}
}

// breaches lists what fails under generic, by the deviation that says so.
type breaches struct {
	// by holds the ids of checks by the name of the deviation; unexplained
	// those that no deviation with breaches names.
	by          map[string][]string
	unexplained []string
}

// underGeneric holds what breachesOf found, since two tests ask.
var (
	underGeneric   = map[string]*breaches{}
	underGenericMu sync.Mutex
)

// matching reports whether a glob stands for an id.
func matching(id string) func(glob string) bool {
	return func(glob string) bool { ok, err := path.Match(glob, id); return err == nil && ok }
}

func breachesOf(t *testing.T, p *profile.Profile) *breaches {
	underGenericMu.Lock()
	b := underGeneric[p.Name]
	underGenericMu.Unlock()
	if b != nil {
		return b
	}
	b = &breaches{by: map[string][]string{}}
	failed := map[string]bool{}
	for _, reading := range readings(p) {
		report := emulated(t, p, plain(p), reading)
		for i := range report.Results {
			switch r := &report.Results[i]; r.Outcome {
			case engine.Fail, engine.Broken, engine.Blocked:
				failed[r.ID] = true
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(failed)) {
		explained := false
		for name, d := range p.Deviations {
			if len(d.Breaches) > 0 && slices.ContainsFunc(slices.Concat(d.Checks, d.UnderGeneric), matching(id)) {
				b.by[name], explained = append(b.by[name], id), true
			}
		}
		if !explained {
			b.unexplained = append(b.unexplained, id)
		}
	}
	underGenericMu.Lock()
	defer underGenericMu.Unlock()
	underGeneric[p.Name] = b
	return b
}

// Under generic a product fails what its profile says that it breaks, and
// nothing else.
func TestProfilesUnderGeneric(t *testing.T) {
	rows := map[string]bool{}
	for _, r := range requirements.All() {
		rows[r.ID] = true
	}
	for _, r := range quirkRows(t) {
		rows[r.id] = true
	}
	all := suites.All()
	for _, p := range shipped(t) {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			b := breachesOf(t, p)
			assert.Empty(t, b.unexplained, "no deviation with breaches names them")
			for name, d := range p.Deviations {
				assert.Equal(t, len(d.Breaches) > 0, len(b.by[name]) > 0, "%s: breaches %v, and fails %v", name, d.Breaches, b.by[name])
				for _, row := range d.Breaches {
					assert.True(t, rows[row], "%s: there is no row %s", name, row)
				}
				for _, glob := range slices.Concat(d.Checks, d.UnderGeneric) {
					assert.True(t, all.Holds(glob), "%s: no check has the id %s", name, glob)
					assert.True(t, len(d.Breaches) == 0 || slices.ContainsFunc(b.by[name], func(id string) bool { return matching(id)(glob) }),
						"%s: %s does not fail under generic", name, glob)
				}
			}
		})
	}
}

func TestProfilesPage(t *testing.T) { generated(t, "../docs/profiles.md", profilesPage(t)) }

// profilesPage tells of the profiles that come with the program.
func profilesPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Profiles\n\n" +
		"Made by `go test ./suites -run TestProfilesPage -update` from `scim/profile/*.yaml`.\n\n" +
		"A profile says what a product promises, so that a run tells what breaks its promise from what was\n" +
		"never promised: `scimtest run URL --profile NAME`. `scimtest target --profile NAME` is a service\n" +
		"provider that is like the product, made of the same file: `scimtest run --profile NAME` shows that it\n" +
		"passes all suites, and the tables below what it fails under `generic`. The format:\n" +
		"[profile-file.md](profile-file.md). How to test a tenant: [zscaler.md](zscaler.md). How to write one:\n" +
		"[own-profile.md](own-profile.md).\n\n" +
		"D is documented by the vendor, O observed, A assumed; the sections are those of the sheets in\n" +
		"[protocol/](protocol/). What is empty is as the RFCs and the target's own discovery say.\n\n")
	profiles := shipped(t)
	b.WriteString("| |")
	for _, p := range profiles {
		b.WriteString(" [" + p.Name + "](#" + p.Name + ") |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(profiles)) + "\n")
	for _, row := range promiseRows(profiles) {
		b.WriteString("| `" + row + "` |")
		for _, p := range profiles {
			b.WriteString(" " + promiseCell(p, row) + " |")
		}
		b.WriteString("\n")
	}
	for _, p := range profiles {
		profileSection(t, &b, p)
	}
	return b.String()
}

// promiseRows are the paths of what profiles say, but for attributes and
// deviations, in the order of the format.
func promiseRows(profiles []*profile.Profile) []string {
	var out []string
	for _, p := range profiles {
		for _, s := range p.Statements() {
			if top, _, _ := strings.Cut(s.Path, "."); top != "attributes" && top != "deviations" && !slices.Contains(out, s.Path) {
				out = append(out, s.Path)
			}
		}
	}
	order := func(row string) int {
		for i, top := range []string{"base-path", "discovery", "media-types", "user-name", "user-domain", "deactivation", "limits", "members", "features", "methods", "filters"} {
			if strings.HasPrefix(row, top) {
				return i
			}
		}
		return 99
	}
	slices.SortStableFunc(out, func(a, b string) int { return order(a) - order(b) })
	return out
}

func promiseCell(p *profile.Profile, row string) string {
	for _, s := range p.Statements() {
		if s.Path == row {
			return cell(s.Value) + " (" + strings.ToUpper(s.Source[:1]) + ")"
		}
	}
	return ""
}

func profileSection(t *testing.T, b *strings.Builder, p *profile.Profile) {
	b.WriteString("\n## " + p.Name + "\n\n" + p.Title + ".\n\n| Deviation | Source | Breaches | Fails under generic |\n| --- | --- | --- | --- |\n")
	fails := breachesOf(t, p)
	for _, name := range slices.Sorted(maps.Keys(p.Deviations)) {
		d := p.Deviations[name]
		b.WriteString("| `" + name + "`: " + cell(d.Says) + " | " + cell(d.Source) + " | " + cell(strings.Join(d.Breaches, ", ")) + " | " +
			cell(strings.Join(fails.by[name], ", ")) + " |\n")
	}
	b.WriteString("\n| Attribute | | Source |\n| --- | --- | --- |\n")
	var said []string
	for _, s := range p.Statements() {
		at, ok := strings.CutPrefix(s.Path, "attributes.")
		if !ok {
			continue
		}
		for _, key := range []string{"required", "unique", "one-of", "returned", "at-most", "type", "read-only", "multi-valued"} {
			if rest, has := strings.CutSuffix(at, "."+key); has && p.Attributes != nil {
				kind, path, _ := strings.Cut(rest, ".")
				if _, listed := p.Attributes[kind][path]; listed {
					at = rest
					s.Value = map[string]string{"true": key}[s.Value]
					if s.Value == "" {
						s.Value = key + ": " + valueOf(p, s.Path)
					}
				}
			}
		}
		said = append(said, "| `"+at+"` | "+cell(s.Value)+" | "+cell(s.Source)+" |\n")
	}
	b.WriteString(strings.Join(said, ""))
	b.WriteString("\n| Statement | Says | Source |\n| --- | --- | --- |\n")
	for _, s := range p.Statements() {
		if top, _, _ := strings.Cut(s.Path, "."); top != "attributes" && top != "deviations" {
			b.WriteString("| `" + s.Path + "` | " + cell(s.Value) + " | " + cell(s.Source) + " |\n")
		}
	}
}

func valueOf(p *profile.Profile, at string) string {
	for _, s := range p.Statements() {
		if s.Path == at {
			return s.Value
		}
	}
	return ""
}
