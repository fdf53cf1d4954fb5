package mockidp

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// JobRules are the numbers by which a synchronization job of Entra ID goes on.
type JobRules struct {
	// Interval lies between the beginnings of two cycles (entra.md 4.2).
	Interval time.Duration
	// EscrowGrowth and EscrowMax bound the wait of an object that failed:
	// one cycle, then so many times as long with each failure. That the
	// waits grow is documented, the numbers are not (entra.md 4.7).
	EscrowGrowth int
	EscrowMax    time.Duration
	// QuarantineFrom failures, and more than QuarantineShare of all
	// operations or one of the two limits, without and with references, put
	// the job into quarantine (entra.md 4.7).
	QuarantineFrom                       int
	QuarantineShare                      float64
	MaxFailures, MaxFailuresOfReferences int
	// QuarantineWaits are the waits between cycles in quarantine, the last
	// one repeated; after DisabledAfter the job is disabled (entra.md 4.7).
	QuarantineWaits []time.Duration
	DisabledAfter   time.Duration
	// PurgedAfter is how long a deleted user can be restored (entra.md 2.8).
	PurgedAfter time.Duration
	// MaxDeletions in one cycle are done without asking; 0 asks never
	// (entra.md 4.8).
	MaxDeletions int
	// KeepOutOfScope sends nothing when somebody leaves the scope:
	// SkipOutOfScopeDeletions (entra.md 4.9).
	KeepOutOfScope bool
	// ProbesGroups: a cycle begins with a query for a group too; the form of
	// the query is assumed (entra.md 1.6).
	ProbesGroups bool
	// Lean: the list of cycles keeps counts and no changes, and the last
	// hundred alone. Who keeps a log has the changes from Config.OnChange.
	Lean bool
}

// DefaultJobRules are Microsoft's.
func DefaultJobRules() JobRules {
	const hour = time.Hour
	return JobRules{
		Interval: 40 * time.Minute, EscrowGrowth: 2, EscrowMax: 24 * hour,
		QuarantineFrom: 5000, QuarantineShare: 0.4, MaxFailures: 40000, MaxFailuresOfReferences: 60000,
		QuarantineWaits: []time.Duration{6 * hour, 12 * hour, 24 * hour},
		DisabledAfter:   28 * 24 * hour, PurgedAfter: 30 * 24 * hour,
		ProbesGroups: true,
	}
}

// Job is a synchronization job of Entra ID: what happens in the directory is
// noted, and the next cycle brings it to the target. The verbs of the directory
// send nothing. It is used by one goroutine.
type Job struct {
	p     *Provider
	clock *Clock
	rules JobRules

	users  map[string]*sourceUser
	groups map[string]*sourceGroup

	// escrowed are all that are in escrow: looking at everybody takes long.
	escrowed map[subject]bool
	// queue is those in escrow in order, nil when it is to be made.
	queue []subject

	cycles  []Cycle
	number  int
	initial bool // the next cycle looks at everything
	// run is the number of the plan of the next cycle, at next; 0 when stopped.
	run, plans int
	next       time.Time

	quarantine *quarantine
	// allowed: an administrator allowed the deletions that were held.
	allowed bool
}

// sourceUser is a user of Entra's directory.
type sourceUser struct {
	user             *User // replaced, and never changed: others hold it
	inScope, enabled bool
	deleted          time.Time // zero is not deleted
	changed          bool
	manager          string
	managerChanged   bool
	escrow           escrow
	managerEscrow    escrow
}

func (s *sourceUser) rename(userName string) {
	u := *s.user
	u.UserName = userName
	s.user = &u
}

// sourceGroup is a group of Entra's directory.
type sourceGroup struct {
	group   Group
	members []string
	deleted bool
	changed bool
	escrow  escrow
	// refs are the changes of members that the target has not seen yet.
	refs []reference
}

// reference is a member who came or left.
type reference struct {
	key    string
	add    bool
	escrow escrow
	// done: it was sent, or nobody waits for it any more.
	done bool
}

// inScope reports whether somebody is assigned, and let through by the scoping
// filters of the mapping.
func (j *Job) inScope(s *sourceUser) bool {
	in, _ := j.p.d.InScope(*s.user)
	return s.inScope && in
}

// escrow is where a failed object waits.
type escrow struct {
	failures int
	next     time.Time
}

// waits reports whether it is too early to try again.
func (e escrow) waits(now time.Time) bool { return e.failures > 0 && e.next.After(now) }

// NewJob makes a job with an empty directory. The provider has to speak a
// dialect of Entra ID; nobody else has cycles like these.
func NewJob(p *Provider, clock *Clock, rules JobRules) *Job {
	p.job = &Job{
		p: p, clock: clock, rules: rules, initial: true,
		users: map[string]*sourceUser{}, groups: map[string]*sourceGroup{}, escrowed: map[subject]bool{},
	}
	return p.job
}

// Start begins with a cycle at once, and goes on by the clock.
func (j *Job) Start(ctx context.Context) {
	if j.run == 0 {
		j.plan(j.clock.Now())
		j.clock.Advance(ctx, 0)
	}
}

// Stop lets no more cycles begin; Start goes on where it was (entra.md 4.2).
func (j *Job) Stop() { j.run = 0 }

// RunNow begins a cycle at once. One that was planned takes its time from it.
func (j *Job) RunNow(ctx context.Context) {
	if j.run == 0 {
		j.RunCycle(ctx)
		return
	}
	j.plan(j.clock.Now())
	j.clock.Advance(ctx, 0)
}

// Next is when the next cycle begins; ok is false when the job is stopped.
func (j *Job) Next() (at time.Time, ok bool) { return j.next, j.run != 0 }

// Quarantine is the code with which the job is in quarantine; "" when it is
// not.
func (j *Job) Quarantine() string {
	if j.quarantine == nil {
		return ""
	}
	return j.quarantine.code
}

// Running reports whether cycles go on.
func (j *Job) Running() bool { return j.run != 0 }

// plan sets the next cycle, in place of the one that was planned.
func (j *Job) plan(at time.Time) {
	j.plans++
	run := j.plans
	j.run, j.next = run, at
	j.clock.At(at, func(ctx context.Context) {
		if j.run != run {
			return
		}
		j.RunCycle(ctx)
		if j.run == run {
			j.plan(j.clock.Now().Add(j.pause()))
		}
	})
}

// pause is how long it is until the next cycle.
func (j *Job) pause() time.Duration {
	if j.quarantine == nil {
		return j.rules.Interval
	}
	waits := j.rules.QuarantineWaits
	return waits[min(j.quarantine.cycles, len(waits))-1]
}

// Restart clears the watermark, the escrows and the quarantine: the next cycle
// looks at everything again. A full one drops the links too, so that everything
// is matched anew (entra.md 4.6).
func (j *Job) Restart(ctx context.Context, full bool) {
	j.initial, j.quarantine, j.allowed = true, nil, false
	j.escrowed, j.queue = map[subject]bool{}, nil
	for key, s := range j.users {
		j.p.touch(ofUser(key))
		s.changed, s.escrow, s.managerEscrow = true, escrow{}, escrow{}
		s.managerChanged = s.managerChanged || s.manager != ""
		if a := j.p.users[key]; a != nil {
			a.sent = nil
			if full {
				a.id = ""
			}
		}
	}
	for key, g := range j.groups {
		j.p.touch(ofGroup(key))
		g.changed, g.escrow = true, escrow{}
		for i := range g.refs {
			g.refs[i].escrow = escrow{}
		}
		if full {
			if entry := j.p.groups[key]; entry != nil {
				entry.id = ""
			}
			g.note(true, g.members...)
		}
	}
	if j.run != 0 {
		j.plan(j.clock.Now())
		j.clock.Advance(ctx, 0)
	}
}

// AllowDeletions lets the next cycle do what was held (entra.md 4.8).
func (j *Job) AllowDeletions(ctx context.Context) {
	j.allowed, j.quarantine = true, nil
	if j.run != 0 {
		j.plan(j.clock.Now())
		j.clock.Advance(ctx, 0)
	}
}

// SourceState is what the job knows of a user.
type SourceState struct {
	// ID is the link: the target's id, "" when there is none.
	ID string
	// InScope, Enabled and Deleted are what the directory says.
	InScope, Enabled, Deleted bool
	// Active is what the target is believed to hold.
	Active bool
	// Pending: the next cycle looks at the user.
	Pending bool
	// Failures in a row, and when it is tried again: escrow.
	Failures int
	NextTry  time.Time
}

// State is what the job knows of a user; ok is false for whom it never saw, and
// who is gone for good.
func (j *Job) State(key string) (state SourceState, ok bool) {
	s := j.users[key]
	if s == nil {
		return SourceState{}, false
	}
	state = SourceState{
		InScope: j.inScope(s), Enabled: s.enabled, Deleted: !s.deleted.IsZero(),
		Pending: s.changed, Failures: s.escrow.failures, NextTry: s.escrow.next,
	}
	if a := j.p.users[key]; a != nil {
		state.ID, state.Active = a.id, a.active && a.id != ""
	}
	return state, true
}

// Pending reports whether the next cycle looks at a user.
func (j *Job) Pending(key string) bool {
	s := j.users[key]
	return s != nil && s.changed
}

// Cycles lists the cycles that did something or failed, the oldest first; those
// in which there was nothing to do but the test are left out.
func (j *Job) Cycles() []Cycle { return slices.Clone(j.cycles) }

// Escrow is a user or group that failed and waits for a later cycle.
type Escrow struct {
	Group bool
	Key   string
	// Failures in a row, and when it is tried again.
	Failures int
	Next     time.Time
}

// Escrows lists who is in escrow: users, then groups. One whose manager or
// members failed is among them.
func (j *Job) Escrows() []Escrow {
	var out []Escrow
	for group, key := range j.AllEscrows() {
		out = append(out, j.Escrow(group, key))
	}
	return out
}

// AllEscrows goes through who is in escrow: users, then groups, by their keys.
func (j *Job) AllEscrows() iter.Seq2[bool, string] {
	if j.queue == nil {
		j.queue = slices.Collect(maps.Keys(j.escrowed))
		slices.SortFunc(j.queue, func(a, b subject) int {
			if a.group != b.group {
				return pick(b.group, -1, 1)
			}
			return strings.Compare(a.key, b.key)
		})
	}
	queue := j.queue
	return func(yield func(bool, string) bool) {
		for _, who := range queue {
			if !yield(who.group, who.key) {
				return
			}
		}
	}
}

// Escrow tells how a user or a group waits; without any failure, it is not in
// escrow.
func (j *Job) Escrow(group bool, key string) Escrow {
	e := j.escrowOf(subject{group, key})
	return Escrow{group, key, e.failures, e.next}
}

// EscrowCount is how many users and groups are in escrow.
func (j *Job) EscrowCount() int { return len(j.escrowed) }

// InEscrow reports whether a user or a group is in escrow.
func (j *Job) InEscrow(group bool, key string) bool { return j.escrowed[subject{group, key}] }

// settle notes whether a user or a group is in escrow, after that may have changed.
func (j *Job) settle(who subject) {
	waits := j.escrowOf(who).failures > 0
	switch {
	case waits == j.escrowed[who]:
		return
	case waits:
		j.escrowed[who] = true
	default:
		delete(j.escrowed, who)
	}
	j.queue = nil
}

// escrowOf is the first escrow of a user or a group.
func (j *Job) escrowOf(who subject) (first escrow) {
	if s := j.users[who.key]; s != nil && !who.group {
		if s.escrow.failures > 0 {
			return s.escrow
		}
		return s.managerEscrow
	}
	g := j.groups[who.key]
	if g == nil || !who.group {
		return escrow{}
	}
	first = g.escrow
	for i := 0; i < len(g.refs) && first.failures == 0; i++ {
		first = g.refs[i].escrow
	}
	return first
}

// GroupPending reports whether the next cycle looks at a group or its members.
func (j *Job) GroupPending(key string) bool {
	g := j.groups[key]
	return g != nil && (g.changed || len(g.refs) > 0)
}

// Reevaluate looks at one user as a cycle after a restart would, beside the
// cycles: all of it is compared, not only what changed. An account that is gone
// is matched anew.
func (j *Job) Reevaluate(ctx context.Context, key string) Change {
	s := j.users[key]
	if s == nil {
		return j.p.begin(ctx, "update", key).skip("the job does not know the user")
	}
	if a := j.p.users[key]; a != nil {
		a.sent = nil
	}
	c := &cycle{j: j, ctx: ctx, now: j.clock.Now()}
	ch := c.evaluate(key, s)
	c.record(&s.escrow, ch, false, func() { s.changed = false })
	return ch
}

// ReevaluateGroup looks at one group likewise: one that is linked gets its name
// and all of its members again, and one that is gone is made.
func (j *Job) ReevaluateGroup(ctx context.Context, key string) {
	g := j.groups[key]
	if g == nil {
		return
	}
	if entry := j.p.groups[key]; entry != nil {
		entry.id = "" // matched by its name
	}
	g.changed, g.escrow = true, escrow{}
	g.note(true, g.members...)
	c := &cycle{j: j, ctx: ctx, now: j.clock.Now()}
	c.group(key, g)
	c.members(key, g)
	j.settle(ofGroup(key))
	j.p.touch(ofGroup(key))
}
