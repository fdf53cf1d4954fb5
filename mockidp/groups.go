package mockidp

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func (p *Provider) pushGroup(ctx context.Context, g Group, memberKeys ...string) Change {
	w := p.beginGroup(ctx, "push", g.Key)
	entry := &pushed{group: g, members: slices.Clone(memberKeys)}
	p.groups[g.Key] = entry
	members := p.membersOf(entry)
	switch {
	case p.d.CreateGroup == nil:
		return w.lacks("CreateGroup")
	case p.d.FindGroup == nil && p.d.ListGroups != nil:
		hit, ok := w.findInList(p.d.ListGroups, "displayName", g.Name)
		switch {
		case !ok:
			return w.change
		case hit.ID() == "":
			return p.createGroup(w, entry, members)
		}
		return p.linkGroup(w, entry, members, linkOf(hit))
	case p.d.FindGroup == nil:
		return p.createGroup(w, entry, members)
	case p.d.FindAfterConflict:
		created := p.createGroup(w, entry, members)
		if x := w.change.Exchanges[len(w.change.Exchanges)-1]; x.Status() != http.StatusConflict || entry.id != "" {
			return created
		}
		w.change = Change{Action: "link", Subject: g.Key, Group: true, Outcome: Done, Exchanges: w.change.Exchanges}
		hit, ok := w.first(p.d.FindGroup(g), "lookup of group "+g.Name)
		if !ok {
			return w.change
		}
		return p.linkGroup(w, entry, members, linkOf(hit))
	}
	x := w.send(p.d.FindGroup(g))
	if x.Status() != http.StatusOK {
		w.fail(x, "Error while verifying if group "+g.Name+" exists")
		return w.change
	}
	found, err := scim.ParseList(x.Response.Body)
	if err != nil {
		w.fail(x, "the matching query is not answered by a ListResponse")
		return w.change
	}
	switch len(found.Resources) {
	case 0:
		return p.createGroup(w, entry, members)
	case 1:
		return p.linkGroup(w, entry, members, linkOf(found.Resources[0]))
	}
	w.change.Outcome, w.change.Code = Failed, "DuplicateTargetEntries"
	w.change.Reason = "the matching query finds more than one group"
	return w.change
}

func (p *Provider) createGroup(w *work, entry *pushed, members []Member) Change {
	name := entry.group.Name
	x, ok := w.expect(p.d.CreateGroup(entry.group, members), "Error while creating group "+name, http.StatusCreated, http.StatusOK)
	if !ok {
		return w.change
	}
	r, ok := resource(x)
	if !ok || r.ID() == "" {
		w.fail(x, "Error while creating group "+name+": the answer has no id")
		return w.change
	}
	entry.id = linkOf(r)
	return p.fill(w, entry, members, true)
}

// linkGroup takes a group that is there already.
func (p *Provider) linkGroup(w *work, entry *pushed, members []Member, id string) Change {
	entry.id = id
	w.change.Action = "link"
	return p.fill(w, entry, members, false)
}

// fill brings the members of a group that was just created or linked.
func (p *Provider) fill(w *work, g *pushed, members []Member, created bool) Change {
	code := p.event("application.provision.group_push.pushed", "EntryExportAdd")
	var current scim.Resource
	if created && p.d.MembersInCreate {
		return w.done(code)
	}
	if p.isOkta() || !created { // Entra ID knows what it just created (entra.md 4.1)
		var ok bool
		if current, ok = p.readGroup(w, g); !ok {
			return w.change
		}
	}
	if p.d.Reconcile != nil && !p.sendGroup(w, g, p.d.Reconcile(g.id, g.group)) {
		return w.change
	}
	if !created && p.d.ReplaceMembers != nil {
		p.sendGroup(w, g, p.d.ReplaceMembers(g.id, current, g.group, members))
		return w.done(code)
	}
	if p.d.ChangeMembers == nil || len(members) == 0 && p.d.ReadGroup == nil {
		return w.done(code)
	}
	for _, r := range p.d.ChangeMembers(g.id, current, g.group, members, members, nil) {
		if !p.sendGroup(w, g, r) {
			return w.change
		}
	}
	return w.done(code)
}

// readGroup reads a group where the dialect does that before a change.
func (p *Provider) readGroup(w *work, g *pushed) (scim.Resource, bool) {
	if p.d.ReadGroup == nil || p.d.ComparesMembers {
		return scim.Resource{}, true
	}
	x, ok := w.expect(p.d.ReadGroup(g.id), "Error while reading group "+g.group.Name, http.StatusOK)
	if !ok {
		return scim.Resource{}, false
	}
	r, _ := resource(x)
	return r, true
}

func (p *Provider) sendGroup(w *work, g *pushed, r scim.Request) bool {
	x, ok := w.expect(r, "Unable to update Group Push mapping target App group "+g.group.Name, http.StatusOK, http.StatusNoContent)
	if !ok && p.isOkta() {
		w.change.Code = "application.provision.group_push.mapping.update.or.delete.failed"
		switch x.Status() {
		case http.StatusNotFound:
			w.change.Code = "application.provision.group.verify_exists"
		case http.StatusUnauthorized, http.StatusForbidden:
			w.change.Code += ".with.error" // not tried again (okta.md 6)
		}
	}
	return ok
}

// changeMembers sends a change of members.
func (p *Provider) changeMembers(ctx context.Context, groupKey, action string, keys []string, change func(*pushed) (add, remove []Member)) Change {
	w := p.beginGroup(ctx, action, groupKey)
	w.change.Members = keys
	g := p.groups[groupKey]
	if g == nil || g.id == "" {
		if g != nil {
			change(g) // for when the push that failed is tried again
		}
		return w.skip("the group is not linked")
	}
	if p.d.ChangeMembers == nil {
		return w.lacks("ChangeMembers")
	}
	add, remove := change(g)
	if len(add)+len(remove) == 0 {
		return w.skip("nobody to add or remove is linked")
	}
	if p.d.RereadsGroups {
		if _, ok := w.findInList(p.d.ListGroups, "displayName", g.group.Name); !ok {
			return w.change
		}
	}
	current, ok := p.readGroup(w, g)
	if !ok || p.d.Reconcile != nil && !p.sendGroup(w, g, p.d.Reconcile(g.id, g.group)) {
		return w.change
	}
	for _, r := range p.d.ChangeMembers(g.id, current, g.group, p.membersOf(g), add, remove) {
		if !p.sendGroup(w, g, r) {
			return w.change
		}
	}
	return w.done(p.event("application.provision.group_push.push_memberships", "EntryExportUpdate"))
}

// leave strikes somebody off the members, and reports whether she was one.
func (g *pushed) leave(key string) bool {
	i := slices.Index(g.members, key)
	if i >= 0 {
		g.members = slices.Delete(g.members, i, i+1)
	}
	return i >= 0
}

func (p *Provider) addMembers(ctx context.Context, groupKey string, userKeys ...string) Change {
	return p.changeMembers(ctx, groupKey, "add-members", userKeys, func(g *pushed) (add, _ []Member) {
		g.members = append(g.members, newcomers(g.members, userKeys)...)
		for _, key := range userKeys {
			if a := p.users[key]; a != nil && a.id != "" {
				add = append(add, Member{a.id, a.user.UserName})
			}
		}
		return add, nil
	})
}

func (p *Provider) removeMembers(ctx context.Context, groupKey string, userKeys ...string) Change {
	return p.changeMembers(ctx, groupKey, "remove-members", userKeys, func(g *pushed) (_, remove []Member) {
		gone := setOf(userKeys)
		g.members = slices.DeleteFunc(g.members, func(key string) bool { return gone[key] })
		for _, key := range userKeys {
			if a := p.users[key]; a != nil && a.id != "" {
				remove = append(remove, Member{a.id, a.user.UserName})
			}
		}
		return nil, remove
	})
}

func (p *Provider) pushNow(ctx context.Context, groupKey string) Change {
	w := p.beginGroup(ctx, "push-now", groupKey)
	g := p.groups[groupKey]
	switch {
	case p.d.ReplaceMembers == nil:
		return w.lacks("ReplaceMembers")
	case g == nil || g.id == "":
		return w.skip("the group is not linked")
	}
	current, ok := p.readGroup(w, g)
	if ok && (p.d.Reconcile == nil || p.sendGroup(w, g, p.d.Reconcile(g.id, g.group))) {
		p.sendGroup(w, g, p.d.ReplaceMembers(g.id, current, g.group, p.membersOf(g)))
	}
	return w.done("application.provision.group_push.push_memberships")
}

func (p *Provider) renameGroup(ctx context.Context, groupKey, name string) Change {
	w := p.beginGroup(ctx, "rename", groupKey)
	g := p.groups[groupKey]
	if g == nil || g.id == "" {
		if g != nil {
			g.group.Name = name // likewise
		}
		return w.skip("the group is not linked")
	}
	if p.d.RenameGroup == nil {
		return w.lacks("RenameGroup")
	}
	g.group.Name = name
	current, ok := p.readGroup(w, g)
	if ok && p.sendGroup(w, g, p.d.RenameGroup(g.id, current, g.group, p.membersOf(g))) && p.d.ComparesMembers {
		p.mendMembers(w, g)
	}
	return w.done(p.event("application.provision.group.update", "EntryExportUpdate"))
}

// mendMembers reads a group and sends what its members lack, and have too
// many. A group without the key is taken to lack nobody (other-idps.md 7.4).
func (p *Provider) mendMembers(w *work, g *pushed) {
	x, ok := w.expect(p.d.ReadGroup(g.id), "reading group "+g.group.Name, http.StatusOK)
	if !ok {
		return
	}
	current, _ := resource(x)
	want, wanted, have := p.membersOf(g), map[string]bool{}, map[string]bool{}
	for _, m := range want {
		wanted[m.ID] = true
	}
	var add, remove []Member
	for _, v := range current.Lookup("members.value") {
		have[v.String()] = true
		if !wanted[v.String()] {
			remove = append(remove, Member{ID: v.String()})
		}
	}
	for _, m := range want {
		if current.Has("members") && !have[m.ID] {
			add = append(add, m)
		}
	}
	if len(add)+len(remove) == 0 {
		return
	}
	for _, r := range p.d.ChangeMembers(g.id, current, g.group, want, add, remove) {
		if !p.sendGroup(w, g, r) {
			return
		}
	}
}

func (p *Provider) deleteGroup(ctx context.Context, groupKey string) Change {
	w := p.beginGroup(ctx, "delete", groupKey)
	g := p.groups[groupKey]
	if g == nil || g.id == "" {
		return w.skip("the group is not linked")
	}
	if p.d.DeleteGroup == nil {
		return w.lacks("DeleteGroup")
	}
	if _, ok := w.expect(p.d.DeleteGroup(g.id), "deletion of group "+g.group.Name, http.StatusNoContent, http.StatusOK); ok {
		delete(p.groups, groupKey)
	}
	return w.done(p.event("application.provision.group.remove", "EntryExportDelete"))
}
