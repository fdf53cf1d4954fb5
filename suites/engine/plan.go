package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
)

// Target is what a run talks to.
type Target interface {
	scim.Doer
}

// secretHolder is a Target that knows the secrets it sends.
type secretHolder interface{ Secrets() []string }

// statsHolder is a Target that counts its waits.
type statsHolder interface{ Stats() scim.Stats }

// Dialect names a dialect for people, so that a verdict can be given.
type Dialect struct {
	// Name is the dialect's name, such as "okta-aiw".
	Name string
	// Label is its name for people: "Okta, custom app".
	Label string
	// Rests lists the ids of the checks that a verdict rests on: without
	// one of them the target is not shown to be ready.
	Rests []string
	// Silent is what the administrator of the identity provider sees when the
	// target answers with success and does something else.
	Silent string
	// Assumed says, by the intent of a request, which wordings no source
	// shows.
	Assumed map[string]string
	// Open says what the sources leave open, so that no verdict can be given
	// but "would break", however its flows go; Limit what its flows do not
	// show. Both are empty for most.
	Open, Limit string
	// GateOf makes it an admission test, which is passed or failed, and lists
	// the dialects that who passes it will be spoken to in.
	GateOf []string
}

// gate reports whether it is an admission test.
func (d Dialect) gate() bool { return len(d.GateOf) > 0 }

// Event tells of the progress of a run.
type Event struct {
	// Result is the result that has just been decided.
	Result *Result
	// Done and Total count results.
	Done, Total int
}

// Plan is everything that a run does and how.
type Plan struct {
	// Checks in the order in which they are reported.
	Checks     []Check
	Invariants []Invariant
	// Target is what the requests go to; BaseURL is its address, without
	// credentials.
	Target  Target
	BaseURL string
	// Second is a client of another tenant of the same service, and SecondURL
	// its address; nil without one.
	Second    Target
	SecondURL string
	// Reader is a client of the tenant of Target that may only read; nil
	// without one.
	Reader Target
	// TargetName is the user's label for the target, or empty.
	TargetName string
	// Embedded says that the target is the reference within the program.
	Embedded bool
	// NameID is the attribute of the identity provider's users that goes into the
	// SAML NameID; empty when nothing is known of it.
	NameID string
	// Beside does what a command of the profile would: the words are "observe",
	// a name and an id, or a situation of arrange and its arguments. A command
	// of the profile goes first; nil for none.
	Beside  func(ctx context.Context, words ...string) ([]byte, error)
	Profile *profile.Profile
	// Seed makes the values of a run; the same seed sends the same requests,
	// but for the run tag.
	Seed int64
	// RunID is the run tag: lower-case letters and digits. Empty draws one.
	RunID string
	// Parallel is how many checks run beside each other; 16 when 0.
	Parallel int
	// CheckTimeout bounds one check, waits for 429 and for --rate not counted; 2 minutes
	// when 0.
	CheckTimeout time.Duration
	// MaxTime bounds the whole run; 0 is no bound.
	MaxTime time.Duration
	// Strict makes advisory results fail the run.
	Strict bool
	// ReadOnly skips every check that writes.
	ReadOnly bool
	// Hostile sends hostile values also to a target that is not on this
	// machine.
	Hostile bool
	Waivers []Waiver
	// Dialects lists what verdicts are given for.
	Dialects []Dialect
	// Journal records what the run creates; nil records nothing.
	Journal *Journal
	// Events, when set, is called for each decided result, one at a time.
	Events func(Event)
	Tool   Build
	// SkipPreflight runs the checks whatever the preflight would say. The
	// proofs on hostile targets use it.
	SkipPreflight bool
}

// Parallelism is how many checks run beside each other by default.
const Parallelism = 16

// Validate reports what is wrong with the plan: ids that are missing or used
// twice, checks without a title, more bad credentials than a run may send.
func (p *Plan) Validate() error {
	var errs []error
	seen := map[string]bool{}
	check := func(m *Meta) {
		switch {
		case m.ID == "":
			errs = append(errs, errors.New("a check has no id"))
		case seen[m.ID]:
			errs = append(errs, fmt.Errorf("check id %q is used twice", m.ID))
		case m.Title == "":
			errs = append(errs, fmt.Errorf("check %q has no title", m.ID))
		case m.Suite == "":
			errs = append(errs, fmt.Errorf("check %q has no suite", m.ID))
		}
		seen[m.ID] = true
	}
	for i := range p.Checks {
		c := &p.Checks[i]
		check(&c.Meta)
		if (c.Body == nil) == (c.Steps == nil) && c.Never == "" {
			errs = append(errs, fmt.Errorf("check %q needs a body or steps, and not both", c.ID))
		}
	}
	for i := range p.Invariants {
		check(&p.Invariants[i].Meta)
	}
	if p.Target == nil {
		errs = append(errs, errors.New("the plan has no target"))
	}
	if n := p.badCredentials(); n > MaxBadCredentials {
		errs = append(errs, fmt.Errorf("the checks send bad credentials %d times, and a run may do so %d times", n, MaxBadCredentials))
	}
	return errors.Join(errs...)
}

// Index is a sorted list of the ids in the plan.
func (p *Plan) Index() []string {
	var ids []string
	for i := range p.Checks {
		ids = append(ids, p.Checks[i].ID)
	}
	for i := range p.Invariants {
		ids = append(ids, p.Invariants[i].ID)
	}
	sort.Strings(ids)
	return ids
}

func (p *Plan) applyDefaults() {
	if p.Profile == nil {
		p.Profile = &profile.Profile{Name: "generic"}
	}
	if p.Parallel <= 0 {
		p.Parallel = Parallelism
	}
	if p.CheckTimeout <= 0 {
		p.CheckTimeout = 2 * time.Minute
	}
	if p.Seed == 0 {
		p.Seed = 1
	}
	if p.RunID == "" {
		p.RunID = NewRunID()
	}
}

// levelChange is what the profile says of the level of a check, by its id or
// a former one.
func (p *Plan) levelChange(m *Meta) (c profile.LevelChange, ok bool) {
	return p.Profile.LevelOf(append([]string{m.ID}, m.FormerIDs...)...)
}

// leftOut returns why the profile leaves a check out, or "".
func (p *Plan) leftOut(m *Meta) string {
	if c, ok := p.levelChange(m); ok && c.Level == "skip" {
		return "the profile leaves it out: " + c.Reason
	}
	return ""
}

// adjust bends the level of a check by the profile.
func (p *Plan) adjust(m Meta) Meta {
	if c, ok := p.levelChange(&m); ok && c.Level != "skip" {
		m.Level = Level(c.Level)
	}
	return m
}

// claimed reports whether the profile claims to support the dialect, or one
// of those that a gate admits to.
func (p *Plan) claimed(dialect string) bool {
	if dialect == "" || len(p.Profile.Supports) == 0 {
		return true
	}
	any := []string{dialect}
	for _, d := range p.Dialects {
		if d.Name == dialect {
			any = append(any, d.GateOf...)
		}
	}
	return slices.ContainsFunc(p.Profile.Supports, func(s string) bool { return slices.Contains(any, s) })
}

// bounded returns ctx with the plan's time limit.
func (p *Plan) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.MaxTime <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, p.MaxTime, errTimeUp)
}

var errTimeUp = errors.New("the time limit of the run is up (--max-time)")
