package mockidp

import (
	"context"
	"net/http"
)

// Restart evaluates everybody and everything again and keeps the links: who is
// linked is read by id and sent what differs, who is not is matched (entra.md
// 4.2, 4.6). Members are not sent again: a lost one was seen to stay lost
// (entra.md 5.8). Nothing like it is known of other identity providers. A Job
// restarts by its clock: Job.Restart.
func (p *Provider) Restart(ctx context.Context) []Change {
	if !p.isEntra() {
		w := p.begin(ctx, "restart", "")
		w.change.Lacks = true
		return []Change{p.tell(w.skip("only Entra ID has a restart that keeps the links (entra.md 4.6)"))}
	}
	var out []Change
	for _, key := range p.keys() {
		a := p.users[key]
		if !a.assigned {
			continue
		}
		a.sent = nil // all of it is compared
		out = append(out, p.attempt(ctx, ofUser(key), act{Verb: "evaluate"}))
	}
	for _, key := range sortedKeys(p.groups) {
		out = append(out, p.attempt(ctx, ofGroup(key), act{Verb: "evaluate-group"}))
	}
	return out
}

// evaluateGroup compares what is mapped of a group beside its members.
func (p *Provider) evaluateGroup(ctx context.Context, key string) Change {
	g := p.groups[key]
	if g == nil {
		return p.beginGroup(ctx, "update", key).skip("the group is not pushed")
	}
	if g.id == "" {
		return p.pushGroup(ctx, g.group, g.members...)
	}
	w := p.beginGroup(ctx, "update", key)
	if p.d.RenameGroup == nil {
		return w.lacks("RenameGroup")
	}
	x := w.send(p.d.ReadGroup(g.id))
	if x.Status() == http.StatusNotFound && p.d.Rematches { // entra.md 5.9
		again := p.pushGroup(ctx, g.group, g.members...)
		again.Exchanges = append(w.change.Exchanges, again.Exchanges...)
		return again
	}
	current, ok := resource(x)
	switch {
	case x.Status() != http.StatusOK || !ok:
		w.fail(x, "Error while reading group "+g.group.Name)
		return w.change
	case current.Get("displayName").String() == g.group.Name:
		w.change.Code = "RedundantExport"
		return w.skip("the target has the wanted values already")
	}
	p.sendGroup(w, g, p.d.RenameGroup(g.id, current, g.group, p.membersOf(g)))
	return w.done("EntryExportUpdate")
}

// FullReset drops all links, so that everybody and everything is matched by
// query again: Entra ID's restart with the reset scope Full (entra.md 4.6). With
// other identity providers it is a connection that is deleted and made anew,
// with the same people assigned and the same groups pushed (okta.md 2.9, 5.3).
// Who is not assigned any more is not asked for.
func (p *Provider) FullReset(ctx context.Context) []Change {
	p.strike(p.tasks.all()...)
	for key, a := range p.users {
		p.touch(ofUser(key))
		a.id, a.manager, a.sent, a.dirty = "", "", nil, true
	}
	out := p.ProvisionOutOfSync(ctx)
	for _, key := range sortedKeys(p.groups) {
		g := p.groups[key]
		g.id = ""
		if p.d.FindGroup == nil && p.d.ListGroups == nil { // it would be made a second time
			out = append(out, p.tell(p.beginGroup(ctx, "push", key).lacks("FindGroup")))
			continue
		}
		out = append(out, p.attempt(ctx, ofGroup(key), act{Verb: "push-group", Group: &g.group, Keys: g.members}))
	}
	return out
}
