package suites_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/promise"
)

// broken is a promise and what breaks it: the emulation is given another
// profile than the one that judges it.
type broken struct {
	// path is the statement.
	path string
	// change breaks it; scale bends what is judged by as well, where a limit
	// is too large to be reached in a test.
	change, scale func(p *profile.Profile)
	// faults break what no profile can.
	faults []string
}

// promisesOf lists the promises of a profile, each with what breaks it, and
// the statements that promise nothing that a client could miss, with the
// reason.
func promisesOf(p *profile.Profile) (promises []broken, none map[string]string) {
	none = map[string]string{}
	add := func(path string, change func(*profile.Profile)) {
		promises = append(promises, broken{path: path, change: change})
	}
	for _, s := range p.Statements() {
		top, rest, _ := strings.Cut(s.Path, ".")
		switch {
		case s.Path == "features.cursor" && strings.Contains(fmt.Sprint(p.Deviations), "count-ignored"):
			none[s.Path] = "where pages are not bounded, no cursor is needed"
		case s.Path == "attributes.User.password":
			none[s.Path] = "what is never returned is not seen to be kept"
		case s.Path == "attributes.User.emails.required" && strings.Contains(fmt.Sprint(p.Deviations), "primary-email-required"):
			none[s.Path] = "the deviation that demands a primary one demands it, too"
		case s.Path == "deviations.put-html-404":
			none[s.Path] = "what is absent is not sent"
		case top == "base-path":
			none[s.Path] = "the user gives the base URL"
		case s.Path == "limits.rate.per", s.Path == "limits.rate.of":
			none[s.Path] = "it belongs to limits.rate.requests"
		case s.Path == "features.change-password":
			none[s.Path] = "that a password cannot be changed is only told in ServiceProviderConfig"
		case s.Path == "methods.absent":
			none[s.Path] = "what is absent is not sent"
		case s.Path == "members":
			if p.Members == "get" {
				promises = append(promises, broken{path: s.Path, faults: []string{"group-members-not-returned"}})
			} else {
				none[s.Path] = "it says what is not to be seen; the deviation members-hidden is tried"
			}
		case s.Path == "limits.page.default":
			add(s.Path, func(p *profile.Profile) {
				p.Limits.Page.Default++
				p.Limits.Page.Maximum = max(p.Limits.Page.Maximum, p.Limits.Page.Default)
			})
		case s.Path == "limits.page.maximum":
			add(s.Path, func(p *profile.Profile) { p.Limits.Page.Maximum++ })
		case s.Path == "limits.rate.requests":
			promises = append(promises, broken{path: s.Path,
				change: func(p *profile.Profile) { p.Limits.Rate.Requests /= 2; p.Limits.Rate.Per = 2 * time.Second }})
		case s.Path == "limits.members-per-request":
			add(s.Path, func(p *profile.Profile) { p.Limits.MembersPerRequest++ })
		case s.Path == "limits.groups-per-user":
			promises = append(promises, broken{path: s.Path,
				change: func(p *profile.Profile) { p.Limits.GroupsPerUser++ },
				scale:  func(p *profile.Profile) { p.Limits.GroupsPerUser = min(p.Limits.GroupsPerUser, 10) }})
		case s.Path == "discovery":
			add(s.Path, func(p *profile.Profile) {
				p.Discovery = map[string]string{"absent": "present", "present": "absent", "anonymous": "present"}[p.Discovery]
			})
		case top == "media-types":
			for i := range p.MediaTypes {
				add(s.Path+"/"+p.MediaTypes[i], func(p *profile.Profile) { p.MediaTypes = slices.Delete(slices.Clone(p.MediaTypes), i, i+1) })
			}
		case s.Path == "user-name.form":
			add(s.Path, func(p *profile.Profile) { p.UserName = profile.UserName{} })
		case s.Path == "user-name.domains":
			add(s.Path, func(p *profile.Profile) { p.UserName.Domains = nil })
		case s.Path == "deactivation":
			if p.Deactivation == "either" {
				promises = append(promises, broken{path: s.Path, faults: []string{"patch-ignores-active"}})
				continue
			}
			add(s.Path, func(p *profile.Profile) {
				p.Deactivation = map[string]string{"inactive": "gone", "gone": "inactive"}[p.Deactivation]
			})
		case top == "features" && s.Value == "false":
			add(s.Path, func(p *profile.Profile) { delete(p.Features, rest) })
		case top == "features":
			add(s.Path, func(p *profile.Profile) { p.Features[rest] = false })
		case top == "filters":
			for i, f := range p.Filters[rest] {
				add(s.Path+"/"+f, func(p *profile.Profile) { p.Filters[rest] = slices.Delete(slices.Clone(p.Filters[rest]), i, i+1) })
			}
		case top == "attributes":
			kind, path, key := attributeOf(p, rest)
			add(s.Path, func(p *profile.Profile) {
				a := p.Attributes[kind][path]
				switch key {
				case "":
					delete(p.Attributes[kind], path)
				case "required":
					a.Required = false
				case "unique":
					a.Unique = false
				case "at-most":
					a.AtMost = 0
				case "one-of":
					a.OneOf = nil
				case "returned":
					a.Returned = ""
				}
				if key != "" {
					p.Attributes[kind][path] = a
				}
			})
		case top == "deviations":
			d := p.Deviations[rest]
			for _, word := range d.Emulate {
				add(s.Path+"/"+word, func(p *profile.Profile) {
					d := p.Deviations[rest]
					d.Emulate = slices.DeleteFunc(slices.Clone(d.Emulate), func(w string) bool { return w == word })
					p.Deviations[rest] = d
				})
			}
			if len(d.Answers) > 0 {
				add(s.Path+"/answers", func(p *profile.Profile) {
					d := p.Deviations[rest]
					d.Answers = nil
					p.Deviations[rest] = d
				})
			}
			if len(d.Emulate)+len(d.Answers) == 0 {
				none[s.Path] = "it explains what another statement does"
			}
		default:
			add(s.Path, func(*profile.Profile) {}) // not known: not caught
		}
	}
	return promises, none
}

// attributeOf takes the path of a statement on an attribute apart.
func attributeOf(p *profile.Profile, rest string) (kind, path, key string) {
	kind, path, _ = strings.Cut(rest, ".")
	if _, ok := p.Attributes[kind][path]; ok {
		return kind, path, ""
	}
	i := strings.LastIndex(path, ".")
	return kind, path[:i], path[i+1:]
}

// Profile proofs: for each promise of each profile, the emulation that breaks
// it is caught under that profile.
func TestPromises(t *testing.T) {
	wide, err := suites.All().SelectSuites("rfc", "invariants", promise.Suite)
	require.NoError(t, err)
	narrow, err := suites.All().SelectSuites(promise.Suite)
	require.NoError(t, err)
	for _, p := range shipped(t) {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			promises, none := promisesOf(p)
			var noticed atomic.Int32
			t.Cleanup(func() {
				t.Logf("%s: %d of %d promises are caught when they are broken; %d statements promise nothing", p.Name, noticed.Load(), len(promises), len(none))
			})
			if p.Limits.Rate.Requests > 0 {
				t.Run("limits.rate", func(t *testing.T) {
					t.Parallel()
					kept := judgeBroken(t, narrow, p.Name, broken{path: "limits.rate"}).Find("promise.rate")
					assert.Equal(t, engine.Pass, kept.Outcome, line(kept))
				})
			}
			// What is advice anyway notices nothing.
			clean := failures(judgeBroken(t, wide, p.Name, broken{}))
			for n, b := range promises {
				if sampled(n) {
					continue
				}
				t.Run(b.path, func(t *testing.T) {
					t.Parallel()
					for _, set := range []suites.Set{narrow, wide} {
						for id := range failures(judgeBroken(t, set, p.Name, b)) {
							if !clean[id] {
								noticed.Add(1)
								return
							}
						}
					}
					t.Errorf("nothing notices that %s does not hold", b.path)
				})
			}
		})
	}
}

// The spellings of some of Zscaler's documents are taken by option only: a
// profile that says so is held to it, and the shipped ones do not say it.
func TestSpellingsByOption(t *testing.T) {
	for word, documented := range map[string]string{"names-for-name": "zscaler.md 3.1", "divison-for-division": "zscaler.md 6.1"} {
		set, err := suites.All().Select("promise.trait." + word)
		require.NoError(t, err)
		plain, err := profile.Load("zscaler-zpa")
		require.NoError(t, err)
		for _, emulated := range []bool{true, false} {
			judge, err := profile.Load("zscaler-zpa")
			require.NoError(t, err)
			judge.Deviations["spelling"] = profile.Deviation{Says: "It is spelled so, too", Source: "documented: " + documented, Emulate: []string{word}}
			cfg, want := reference.Config{Profile: plain}, engine.Fail
			if emulated {
				cfg.Profile, want = judge, engine.Pass
			}
			r := run(t, set, cfg, func(p *engine.Plan) { p.Profile = judge }).Find("promise.trait." + word)
			assert.Equal(t, want, r.Outcome, line(r))
		}
		r := run(t, set, reference.Config{Profile: plain}, func(p *engine.Plan) { p.Profile = plain }).Find("promise.trait." + word)
		assert.Equal(t, engine.Skip, r.Outcome, line(r))
	}
}

// On a target that is no service provider no promise is kept.
func TestPromisesOnHostileTargets(t *testing.T) {
	set, err := suites.All().SelectSuites(promise.Suite)
	require.NoError(t, err)
	for _, p := range shipped(t) {
		for _, h := range reference.Hostiles() {
			if costly[h.Name] {
				continue
			}
			report := runHostileUnder(t, p, set, reference.Config{Hostile: h.Name})
			for i := range report.Results {
				if r := &report.Results[i]; r.Suite == promise.Suite && (r.Outcome == engine.Pass || r.Outcome == engine.Broken) {
					t.Errorf("%s, %s: %s: %s", p.Name, h.Name, r.Outcome, exchanged(r))
				}
			}
		}
	}
}

// judgeBroken runs a selection against the emulation that breaks a promise.
func judgeBroken(t *testing.T, set suites.Set, name string, b broken) *engine.Report {
	judge, err := profile.Load(name)
	require.NoError(t, err)
	emulate, err := profile.Load(name)
	require.NoError(t, err)
	for _, p := range []*profile.Profile{judge, emulate} {
		if b.scale != nil {
			b.scale(p)
		}
	}
	if b.change != nil {
		b.change(emulate)
	}
	cfg := reference.Config{Profile: emulate, Faults: b.faults, RateLimited: strings.HasPrefix(b.path, "limits.rate")}
	if judge.Deactivation == "either" {
		cfg.Deactivation = "inactive"
	}
	// Its own run has the rate alone: it waits, and others would use it up.
	ofRate := strings.HasPrefix(b.path, "limits.rate")
	set = set.Without(func(m *engine.Meta) bool { return (m.ID == "promise.rate") != ofRate })
	return run(t, set, cfg, func(plan *engine.Plan) {
		plan.Profile = judge
		if n := judge.Limits.Page.Default; strings.HasPrefix(b.path, "limits.page") && n > 150 {
			populate(t, plan.Target, n)
		}
	})
}

// failures are the ids of what fails, or gives advice.
func failures(report *engine.Report) map[string]bool {
	out := map[string]bool{}
	for i := range report.Results {
		if r := &report.Results[i]; r.Outcome == engine.Fail || r.Outcome == engine.Advisory {
			out[r.ID] = true
		}
	}
	return out
}

// populate makes so many users behind a run's back.
func populate(t *testing.T, target engine.Target, n int) {
	for i := range n {
		x := target.Do(t.Context(), scim.Request{Method: http.MethodPost, Path: scim.UsersEndpoint,
			Body: scim.Body(fmt.Sprintf(`{"schemas":[%q],"userName":"user%d@scimtest.example.com"}`, scim.UserURN, i))})
		require.Equal(t, http.StatusCreated, x.Status())
	}
}
