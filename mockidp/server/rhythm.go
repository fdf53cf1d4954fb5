package server

import (
	"context"
	"slices"

	"github.com/scimtest/scimtest/mockidp"
)

// rhythm is when and how an identity provider acts on its directory: at once,
// or in cycles. It is told of users and groups one by one, with the lock held.
type rhythm interface {
	// atOnce: what happens in the directory is acted on at once.
	atOnce() bool
	// user and group compare a user or a group with what was told of it last,
	// and tell what is different.
	user(ctx context.Context, key string)
	group(ctx context.Context, key string)
	onDemand(ctx context.Context, key string) mockidp.OnDemand
	onDemandGroup(ctx context.Context, key string, memberKeys []string) mockidp.OnDemand
	// repair and repairGroup write a user or a group anew.
	repair(ctx context.Context, key string, now told)
	repairGroup(ctx context.Context, g *team)
}

// view is what the identity provider is to be told of somebody.
func (t *Tenant) view(p *person) told {
	return told{
		User: digestOf(p.User.mockidp()), InScope: t.inScope(p), Enabled: p.User.Enabled,
		Deleted: !p.User.Deleted.IsZero() || p.Gone, Manager: p.User.Manager,
	}
}

// inScope reports whether somebody is assigned, and meets the scoping filters:
// those of the tenant, and those of the mapping.
func (t *Tenant) inScope(p *person) bool {
	if t.mapping != nil && !t.mapped(p) {
		return false
	}
	if !p.Assigned && !t.settings.SyncAll && !t.assignedByGroup(p.User.Key) {
		return false
	}
	return !slices.ContainsFunc(t.settings.Scope, func(c Clause) bool { return !c.meets(&p.User) })
}

// mapped reports whether the scoping filters of the mapping let somebody through.
func (t *Tenant) mapped(p *person) bool {
	in, _ := t.dialect.InScope(p.User.mockidp())
	return in
}

func (t *Tenant) assignedByGroup(key string) bool {
	for _, g := range t.dir.groupsOf[key] {
		if team := t.dir.teams[g]; team != nil && team.Assigned && !team.Gone {
			return true
		}
	}
	return false
}

// wantsGroup reports whether a group is to be on the target. Entra ID provisions
// the groups that are assigned; others have a list of groups to push.
func (t *Tenant) wantsGroup(g *team) bool {
	if g.Gone {
		return false
	}
	if t.dialect.IdP == "entra" {
		return g.Assigned
	}
	return g.Pushed
}

// realTime acts at once, as Okta does.
type realTime struct{ t *Tenant }

func (*realTime) atOnce() bool { return true }

func (r *realTime) user(ctx context.Context, key string) {
	t, p := r.t, r.t.provider
	someone := t.dir.people[key]
	if someone == nil {
		return
	}
	before, now := someone.Told, t.view(someone)
	told := func() {
		someone.Told = &now
		t.keepUser(key)
	}
	if before.wanted() && !now.wanted() {
		r.leave(ctx, key)
	}
	var c mockidp.Change
	account := func() {
		switch {
		case !before.wanted() && now.wanted():
			c = p.Assign(ctx, someone.User.mockidp())
			for report := range t.dir.reports[key] {
				t.dirtyUsers[report] = true // whose reference waited for it
			}
		case before.wanted() && !now.wanted():
			c = p.Unassign(ctx, key)
		case now.wanted() && before.User != now.User:
			c = p.Update(ctx, someone.User.mockidp())
		}
	}
	switch {
	case someone.Gone:
		r.gone(ctx, someone, before)
	case now.wanted() && r.newManager(key, now.Manager):
		account()
		t.step(told, func() {
			if c.Outcome != mockidp.Failed {
				r.manager(ctx, key, now.Manager)
			}
		})
	default:
		t.step(told, account)
	}
}

// step tells the identity provider something, and notes that it was told: together
// with the change that comes of it, so that a program that is killed does neither
// anew nor never what it was at.
func (t *Tenant) step(note, tell func()) {
	t.noting = note
	tell()
	t.noted() // nothing came of it
}

// noted notes what a step has told.
func (t *Tenant) noted() {
	if note := t.noting; note != nil {
		t.noting = nil
		note()
	}
}

// leave takes somebody out of the groups that were left, before the account
// ends: afterwards there is no link to name the member by.
func (r *realTime) leave(ctx context.Context, key string) {
	for _, name := range sortedKeys(r.t.dirtyGroups) {
		g := r.t.dir.teams[name]
		if g == nil || g.Told == nil || g.Gone || !r.t.wantsGroup(g) || r.t.dir.isIn(key, name) {
			continue
		}
		if i := slices.Index(g.Told.Members, key); i >= 0 {
			r.t.step(func() {
				g.Told.Members = slices.Delete(g.Told.Members, i, i+1)
				r.t.keepGroup(name)
			}, func() { r.t.provider.RemoveMembers(ctx, name, key) })
		}
	}
}

// gone ends an account of somebody who was deleted. Okta deactivates before it
// deletes, and sends nothing when it deletes (okta.md 2.5, 2.6).
func (r *realTime) gone(ctx context.Context, someone *person, before *told) {
	t, p, key := r.t, r.t.provider, someone.User.Key
	var c mockidp.Change
	t.step(func() {
		t.dir.remove(someone)
		t.keepUser(key)
	}, func() {
		switch {
		case !before.wanted():
		case t.dialect.Delete != nil && t.dialect.IdP != "okta":
			c = p.Delete(ctx, key)
		default:
			c = p.Unassign(ctx, key)
		}
	})
	if c.Outcome != mockidp.Failed {
		p.Discard(key)
	}
}

// newManager reports whether there is a reference to a manager to be sent, or to
// be taken away, in a dialect that does.
func (r *realTime) newManager(key, manager string) bool {
	p := r.t.provider
	return p.Dialect().SetManager != nil && p.Manager(key) != manager
}

// manager sends the reference to a manager, where both are linked.
func (r *realTime) manager(ctx context.Context, key, manager string) {
	p := r.t.provider
	if _, linked := p.Link(key); !linked {
		return
	}
	if manager == "" {
		p.ClearManager(ctx, key)
		return
	}
	if _, linked := p.Link(manager); linked {
		p.SetManager(ctx, key, manager)
	}
}

// tellingOf is what the provider is to be told of a group; nil is nothing.
func (t *Tenant) tellingOf(g *team) *toldGroup {
	if !t.wantsGroup(g) {
		return nil
	}
	return &toldGroup{g.Group.mockidp(), slices.Clone(g.Group.Members)}
}

// toldOf notes what the provider was told of a group.
func (t *Tenant) toldOf(g *team, what *toldGroup) {
	g.Told = what
	if what == nil && g.Gone {
		t.dir.removeTeam(g)
	}
	t.keepGroup(g.Group.Key)
}

func (r *realTime) group(ctx context.Context, key string) {
	t, p := r.t, r.t.provider
	g := t.dir.teams[key]
	if g == nil {
		return
	}
	before, now := g.Told, t.tellingOf(g)
	told := func(what *toldGroup) func() { return func() { t.toldOf(g, what) } }
	if before != nil && now != nil {
		if before.Group != now.Group {
			t.step(told(&toldGroup{now.Group, before.Members}), func() { p.RenameGroup(ctx, key, now.Group.Name) })
		}
		joined, left := difference(before.Members, now.Members)
		if len(left) > 0 {
			t.step(told(&toldGroup{now.Group, without(before.Members, left)}), func() { p.RemoveMembers(ctx, key, left...) })
		}
		t.step(told(now), func() {
			if len(joined) > 0 {
				p.AddMembers(ctx, key, joined...)
			}
		})
		return
	}
	t.step(told(now), func() {
		switch {
		case now != nil:
			p.PushGroup(ctx, now.Group, now.Members...)
		case before != nil && g.Leave:
			p.ForgetGroup(key)
		case before != nil:
			p.DeleteGroup(ctx, key)
		}
	})
}

// without is a list without some of its entries.
func without(list, some []string) []string {
	gone := map[string]bool{}
	for _, entry := range some {
		gone[entry] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(entry string) bool { return gone[entry] })
}

func (r *realTime) onDemand(ctx context.Context, key string) mockidp.OnDemand {
	return r.t.provider.OnDemand(ctx, key)
}

func (r *realTime) onDemandGroup(ctx context.Context, key string, _ []string) mockidp.OnDemand {
	return r.t.provider.OnDemandGroup(ctx, key)
}

// cycles notes what happens, and acts in cycles, as Entra ID does.
type cycles struct {
	t   *Tenant
	job *mockidp.Job
}

func (*cycles) atOnce() bool { return false }

func (r *cycles) user(_ context.Context, key string) {
	t, j := r.t, r.job
	someone := t.dir.people[key]
	if someone == nil {
		return
	}
	before, now := someone.Told, t.view(someone)
	if before == nil && !now.InScope {
		if someone.Gone {
			t.dir.remove(someone)
			t.keepUser(key)
		}
		return
	}
	if before == nil {
		before = &told{Enabled: true}
	}
	someone.Told = &now
	switch {
	case now.InScope && !before.InScope:
		j.Assign(someone.User.mockidp())
	case before.User != now.User:
		j.Change(someone.User.mockidp())
	}
	if !now.InScope && before.InScope {
		j.Unassign(key)
	}
	if now.Enabled != before.Enabled {
		j.Enable(key, now.Enabled)
	}
	if now.Manager != before.Manager {
		j.SetManager(key, now.Manager)
	}
	switch {
	case now.Deleted && !before.Deleted:
		j.Delete(key)
	case !now.Deleted && before.Deleted:
		j.Restore(key)
	}
	if someone.Gone {
		j.Purge(key)
		t.dir.remove(someone)
	}
	t.keepUser(key)
}

func (r *cycles) group(_ context.Context, key string) {
	t, j := r.t, r.job
	g := t.dir.teams[key]
	if g == nil {
		return
	}
	before, now := g.Told, t.tellingOf(g)
	t.toldOf(g, now)
	switch {
	case before == nil && now != nil:
		j.AssignGroup(now.Group, now.Members...)
	case before != nil && now == nil:
		j.DeleteGroup(key)
	case before != nil && now != nil:
		if before.Group != now.Group {
			j.RenameGroup(key, now.Group.Name)
		}
		joined, left := difference(before.Members, now.Members)
		j.RemoveMembers(key, left...)
		j.AddMembers(key, joined...)
	}
}

func (r *cycles) onDemand(ctx context.Context, key string) mockidp.OnDemand {
	return r.job.OnDemand(ctx, r.t.demandDialect(), key)
}

func (r *cycles) onDemandGroup(ctx context.Context, key string, memberKeys []string) mockidp.OnDemand {
	return r.job.OnDemandGroup(ctx, r.t.demandDialect(), key, memberKeys...)
}

// demandDialect is what provisioning on demand speaks: the legacy dialect with
// what it shares of the options (entra.md 4.5).
func (t *Tenant) demandDialect() *mockidp.Dialect {
	plain, err := mockidp.Lookup("entra-ondemand", nil)
	if err != nil {
		panic(err) // it is one of ours
	}
	options := map[string]string{}
	for name, value := range t.settings.Options {
		if slices.ContainsFunc(plain.Options, func(o mockidp.Option) bool { return o.Name == name && slices.Contains(o.Values, value) }) {
			options[name] = value
		}
	}
	d, err := mockidp.LookupMapped("entra-ondemand", options, t.mapping.parsed())
	if err != nil {
		return plain
	}
	return d
}
