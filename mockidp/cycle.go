package mockidp

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// Cycle is one run of a job.
type Cycle struct {
	// Number counts from 1.
	Number int
	At     time.Time
	// Initial: everything was looked at, not only what changed.
	Initial bool
	// Changes are what was done or failed, in order; the tests with which a
	// cycle begins are among them when they fail.
	Changes []Change
	// Quarantine is the code with which the job is in quarantine
	// afterwards; "" when it is not.
	Quarantine string
	// Held are the keys of users and groups whose end waits for an
	// administrator.
	Held []string
	// Failures and Operations count what the quarantine hangs on;
	// FailedReferences are members and managers.
	Operations, Failures, FailedReferences int
}

// quarantine is when and why a job was put there.
type quarantine struct {
	code   string
	since  time.Time
	cycles int
}

// The codes of a quarantine (entra.md 4.7, 4.8).
const (
	codeQuarantine = "EncounteredQuarantineException"
	codeProportion = "EncounteredEscrowProportionThreshold"
	codeHeld       = "StagedDelete"
)

// leanCycles is how many cycles a lean job keeps.
const leanCycles = 100

// RunCycle brings what changed in the directory to the target: users first,
// then groups, then managers and members (entra.md 4.1, 4.2).
func (j *Job) RunCycle(ctx context.Context) Cycle {
	j.number++
	c := &cycle{j: j, ctx: ctx, now: j.clock.Now()}
	c.Number, c.At, c.Initial = j.number, c.now, j.initial
	code := ""
	if !c.probe() {
		code = codeQuarantine
	} else {
		c.purge()
		c.guard()
		c.users()
		c.groups()
		c.references()
		j.initial = false
		code = c.verdict()
	}
	j.judge(code, c.now)
	if j.quarantine != nil {
		c.Quarantine = j.quarantine.code
	}
	if len(c.Changes) > 0 || c.Operations > 0 || c.Quarantine != "" {
		j.cycles = append(j.cycles, c.Cycle)
		if j.rules.Lean && len(j.cycles) > leanCycles {
			j.cycles = slices.Delete(j.cycles, 0, len(j.cycles)-leanCycles)
		}
	}
	return c.Cycle
}

// judge puts the job into quarantine, keeps it there, or lets it out.
func (j *Job) judge(code string, now time.Time) {
	switch {
	case code == "":
		j.quarantine = nil
		return
	case j.quarantine == nil:
		j.quarantine = &quarantine{since: now}
	}
	j.quarantine.code = code
	j.quarantine.cycles++
	if now.Sub(j.quarantine.since) >= j.rules.DisabledAfter {
		j.run = 0 // disabled: an administrator starts it again
	}
}

// cycle is a cycle at work.
type cycle struct {
	Cycle
	j   *Job
	ctx context.Context
	now time.Time
	// held are those that are not touched.
	held map[subject]bool
}

// record counts a change, and puts what failed into escrow; done notes that
// nothing is left to do. All of that is there before the change is told, so that
// what was sent is kept together with the fact that it was.
func (c *cycle) record(e *escrow, ch Change, reference bool, done func()) {
	failed, attempt := ch.Outcome == Failed, e.failures+1
	if failed {
		c.postpone(e, reference)
	} else {
		*e = escrow{}
		done()
	}
	who := subject{ch.Group, ch.Subject}
	if failed || attempt > 1 || !reference { // with each member, a look at all that wait costs too much
		c.j.settle(who)
	}
	c.j.p.touch(who)
	if len(ch.Exchanges) == 0 && !failed {
		return
	}
	c.Operations++
	ch.Attempt = attempt
	ch = c.j.p.report(ch)
	if !c.j.rules.Lean {
		c.Changes = append(c.Changes, ch)
	}
}

// postpone puts into escrow what failed once more.
func (c *cycle) postpone(e *escrow, reference bool) {
	c.Failures++
	if reference {
		c.FailedReferences++
	}
	wait := c.j.rules.Interval
	for range e.failures {
		wait = min(wait*time.Duration(c.j.rules.EscrowGrowth), c.j.rules.EscrowMax)
	}
	e.failures++
	e.next = c.now.Add(wait)
}

// verdict is the code by which the job goes into quarantine for what failed.
func (c *cycle) verdict() string {
	r := c.j.rules
	own := c.Failures - c.FailedReferences
	switch {
	case len(c.Held) > 0:
		return codeHeld
	case c.Failures >= r.QuarantineFrom &&
		(float64(c.Failures) > r.QuarantineShare*float64(c.Operations) || own > r.MaxFailures || c.Failures > r.MaxFailuresOfReferences):
		return codeProportion
	}
	return ""
}

// probe tests the connection, for users and for groups (entra.md 1.6).
func (c *cycle) probe() bool {
	p := c.j.p
	test := p.testConnection(c.ctx)
	if test.Outcome != Failed && c.j.rules.ProbesGroups && len(c.j.groups) > 0 && p.d.CreateGroup != nil {
		w := p.begin(c.ctx, "test", "")
		if _, ok := w.expect(p.d.FindGroup(Group{Name: guid("probe", "group")}), "connection test", http.StatusOK); !ok {
			test = w.change
		}
	}
	if test.Outcome == Failed {
		c.Changes = append(c.Changes, p.tell(test))
		return false
	}
	return true
}

// purge lets those go whose time in the recycle bin is over. Who had left the
// scope before is no longer managed: nothing is sent (entra.md 2.8).
func (c *cycle) purge() {
	for key, s := range c.j.users {
		if s.deleted.IsZero() || c.now.Sub(s.deleted) < c.j.rules.PurgedAfter {
			continue
		}
		a := c.j.p.users[key]
		if !c.j.inScope(s) || a == nil || a.id == "" {
			delete(c.j.users, key)
			delete(c.j.p.users, key)
			c.j.settle(ofUser(key))
			c.j.p.touch(ofUser(key))
			continue
		}
		s.changed = true
	}
}

// guard holds the ends of accounts and groups when there are too many of them
// at once (entra.md 4.8).
func (c *cycle) guard() {
	c.held = map[subject]bool{}
	if c.j.rules.MaxDeletions == 0 || c.j.allowed {
		c.j.allowed = false
		return
	}
	for key, s := range c.j.users {
		if c.due(s.changed, s.escrow) && c.ends(key, s) {
			c.held[ofUser(key)] = true
		}
	}
	for key, g := range c.j.groups {
		if entry := c.j.p.groups[key]; g.deleted && c.due(g.changed, g.escrow) && entry != nil && entry.id != "" {
			c.held[ofGroup(key)] = true
		}
	}
	if len(c.held) <= c.j.rules.MaxDeletions {
		c.held = nil
		return
	}
	for s := range c.held {
		c.Held = append(c.Held, s.key)
	}
	slices.Sort(c.Held)
}

func (c *cycle) due(changed bool, e escrow) bool { return changed && !e.waits(c.now) }

// ends reports whether a user's account is about to be disabled or deleted.
func (c *cycle) ends(key string, s *sourceUser) bool {
	a := c.j.p.users[key]
	return a != nil && a.id != "" && !c.wanted(s) && (a.active && !c.keeps(s) || c.purged(s))
}

// wanted reports whether the account is to be active.
func (c *cycle) wanted(s *sourceUser) bool { return c.j.inScope(s) && s.enabled && s.deleted.IsZero() }

func (c *cycle) purged(s *sourceUser) bool {
	return !s.deleted.IsZero() && c.now.Sub(s.deleted) >= c.j.rules.PurgedAfter
}

// keeps reports whether leaving the scope sends nothing (entra.md 4.9).
func (c *cycle) keeps(s *sourceUser) bool {
	return c.j.rules.KeepOutOfScope && !c.j.inScope(s) && s.enabled && s.deleted.IsZero()
}

// users looks at every user that changed, or failed and waited long enough.
func (c *cycle) users() {
	for _, key := range c.usersThat(func(s *sourceUser) bool { return c.due(s.changed, s.escrow) }) {
		s := c.j.users[key]
		if c.held[ofUser(key)] || c.ctx.Err() != nil {
			continue
		}
		c.record(&s.escrow, c.evaluate(key, s), false, func() {
			s.changed = false
			if c.purged(s) {
				delete(c.j.users, key)
			}
		})
	}
}

// usersThat lists users in the order of their keys. In most cycles they are few
// of many.
func (c *cycle) usersThat(are func(*sourceUser) bool) (keys []string) {
	for key, s := range c.j.users {
		if are(s) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// evaluate is the decision for one user (entra.md 4.2).
func (c *cycle) evaluate(key string, s *sourceUser) Change {
	p := c.j.p
	a := p.users[key]
	if a == nil {
		a = &account{}
		p.users[key] = a
	}
	a.user, a.assigned = s.user, c.j.inScope(s)
	w := p.begin(c.ctx, "update", key)
	switch {
	case a.id == "" && (!a.assigned || !s.deleted.IsZero()):
		return w.skip("the user is not in scope")
	case a.id == "" && !s.enabled:
		return c.matchDisabled(a)
	case a.id == "":
		return p.provision(c.ctx, a)
	case c.purged(s):
		return p.deleteUser(c.ctx, key)
	case c.wanted(s):
		return p.push(c.ctx, a, !a.active)
	case !a.active:
		return w.skip("the account is disabled already")
	case c.keeps(s):
		return w.skip("leaving the scope is not sent (SkipOutOfScopeDeletions)")
	}
	ch := p.unassign(c.ctx, key)
	a.assigned = c.j.inScope(s)
	if !s.deleted.IsZero() {
		a.sent = nil // who is restored is compared whole: the name may have changed twice
	}
	if n := len(ch.Exchanges); ch.Outcome == Failed && n > 0 && ch.Exchanges[n-1].Status() == http.StatusNotFound && p.d.Rematches {
		a.id = ""
		again := c.matchDisabled(a)
		again.Exchanges = append(ch.Exchanges, again.Exchanges...)
		return again
	}
	return ch
}

// matchDisabled looks for the account of somebody who is to have none that is
// active: nothing is created, and what is found is disabled (entra.md 4.2).
func (c *cycle) matchDisabled(a *account) Change {
	p := c.j.p
	w := p.begin(c.ctx, "match", a.user.Key)
	hits, ok := p.match(w, *a.user, "lookup of "+a.user.UserName)
	switch {
	case !ok:
		return w.change
	case len(hits) == 0:
		return w.done("EntrySynchronizationSkipped")
	case len(hits) > 1:
		w.change.Outcome, w.change.Code = Failed, "DuplicateTargetEntries"
		w.change.Reason = "the matching query finds more than one user"
		return w.change
	}
	a.id, a.sent = linkOf(hits[0]), nil
	disabled := p.unassign(c.ctx, a.user.Key)
	disabled.Exchanges = append(w.change.Exchanges, disabled.Exchanges...)
	return disabled
}

// groups makes, renames and deletes groups.
func (c *cycle) groups() {
	for _, key := range sortedKeys(c.j.groups) {
		g := c.j.groups[key]
		if c.due(g.changed, g.escrow) && !c.held[ofGroup(key)] && c.ctx.Err() == nil {
			c.group(key, g)
		}
	}
}

func (c *cycle) group(key string, g *sourceGroup) {
	p := c.j.p
	entry := p.groups[key]
	linked := entry != nil && entry.id != ""
	var ch Change
	switch {
	case g.deleted && !linked:
		ch = p.beginGroup(c.ctx, "delete", key).skip("the group is not linked")
	case g.deleted:
		ch = c.deleteGroup(key)
	case !linked:
		ch = p.pushGroup(c.ctx, g.group)
	case entry.group.Name != g.group.Name || c.Initial:
		ch = p.renameGroup(c.ctx, key, g.group.Name)
	default:
		ch = p.beginGroup(c.ctx, "update", key).skip("nothing changed")
	}
	c.record(&g.escrow, ch, false, func() {
		g.changed = false
		if g.deleted {
			delete(c.j.groups, key)
		}
	})
}

// deleteGroup deletes a group; one that is gone already will do.
func (c *cycle) deleteGroup(key string) Change {
	ch := c.j.p.deleteGroup(c.ctx, key)
	if n := len(ch.Exchanges); ch.Outcome == Failed && ch.Exchanges[n-1].Status() == http.StatusNotFound {
		ch.Outcome = Done
		delete(c.j.p.groups, key)
	}
	return ch
}
