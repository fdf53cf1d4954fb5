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

// PushGroup pushes a group with its members: it is matched by its name, and
// created or linked. Only members that are linked are sent.
func (p *Provider) PushGroup(ctx context.Context, g Group, memberKeys ...string) Change {
	w := p.begin(ctx, "push", g.Key)
	entry := &pushed{group: g, members: slices.Clone(memberKeys)}
	p.groups[g.Key] = entry
	members := p.membersOf(entry)
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
		x, ok := w.expect(p.d.CreateGroup(g, members), "Error while creating group "+g.Name, http.StatusCreated, http.StatusOK)
		if !ok {
			return w.change
		}
		r, ok := resource(x)
		if !ok || r.ID() == "" {
			w.fail(x, "Error while creating group "+g.Name+": the answer has no id")
			return w.change
		}
		entry.id = r.ID()
		return p.fill(w, entry, members, true)
	case 1:
		entry.id = found.Resources[0].ID()
		w.change.Action = "link"
		return p.fill(w, entry, members, false)
	}
	w.change.Outcome, w.change.Code = Failed, "DuplicateTargetEntries"
	w.change.Reason = "the matching query finds more than one group"
	return w.change
}

// fill brings the members of a group that was just created or linked.
func (p *Provider) fill(w *work, g *pushed, members []Member, created bool) Change {
	code := pick(p.isOkta(), "application.provision.group_push.pushed", "EntryExportAdd")
	var current scim.Resource
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
	if len(members) == 0 && p.d.ReadGroup == nil {
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
	if p.d.ReadGroup == nil {
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
		if x.Status() == http.StatusNotFound {
			w.change.Code = "application.provision.group.verify_exists"
		}
	}
	return ok
}

// changeMembers sends a change of members.
func (p *Provider) changeMembers(ctx context.Context, groupKey, action string, change func(*pushed) (add, remove []Member)) Change {
	w := p.begin(ctx, action, groupKey)
	g := p.groups[groupKey]
	if g == nil || g.id == "" {
		return w.skip("the group is not linked")
	}
	add, remove := change(g)
	if len(add)+len(remove) == 0 {
		return w.skip("nobody to add or remove is linked")
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
	return w.done(pick(p.isOkta(), "application.provision.group_push.push_memberships", "EntryExportUpdate"))
}

// AddMembers puts users into a group.
func (p *Provider) AddMembers(ctx context.Context, groupKey string, userKeys ...string) Change {
	return p.changeMembers(ctx, groupKey, "add-members", func(g *pushed) (add, _ []Member) {
		for _, key := range userKeys {
			if !slices.Contains(g.members, key) {
				g.members = append(g.members, key)
			}
			if a := p.users[key]; a != nil && a.id != "" {
				add = append(add, Member{a.id, a.user.UserName})
			}
		}
		return add, nil
	})
}

// RemoveMembers takes users out of a group.
func (p *Provider) RemoveMembers(ctx context.Context, groupKey string, userKeys ...string) Change {
	return p.changeMembers(ctx, groupKey, "remove-members", func(g *pushed) (_, remove []Member) {
		for _, key := range userKeys {
			if i := slices.Index(g.members, key); i >= 0 {
				g.members = slices.Delete(g.members, i, i+1)
			}
			if a := p.users[key]; a != nil && a.id != "" {
				remove = append(remove, Member{a.id, a.user.UserName})
			}
		}
		return nil, remove
	})
}

// PushNow is Okta's "Push Now": the whole list of members replaces what the
// target has (okta.md 3.5, 3.6). Entra ID has nothing like it.
func (p *Provider) PushNow(ctx context.Context, groupKey string) Change {
	w := p.begin(ctx, "push-now", groupKey)
	g := p.groups[groupKey]
	switch {
	case p.d.ReplaceMembers == nil:
		return w.skip(p.d.Unknown["ReplaceMembers"])
	case g == nil || g.id == "":
		return w.skip("the group is not linked")
	}
	current, ok := p.readGroup(w, g)
	if ok && (p.d.Reconcile == nil || p.sendGroup(w, g, p.d.Reconcile(g.id, g.group))) {
		p.sendGroup(w, g, p.d.ReplaceMembers(g.id, current, g.group, p.membersOf(g)))
	}
	return w.done("application.provision.group_push.push_memberships")
}

// RenameGroup gives a group another name.
func (p *Provider) RenameGroup(ctx context.Context, groupKey, name string) Change {
	w := p.begin(ctx, "rename", groupKey)
	g := p.groups[groupKey]
	if g == nil || g.id == "" {
		return w.skip("the group is not linked")
	}
	g.group.Name = name
	current, ok := p.readGroup(w, g)
	if ok {
		p.sendGroup(w, g, p.d.RenameGroup(g.id, current, g.group, p.membersOf(g)))
	}
	return w.done(pick(p.isOkta(), "application.provision.group.update", "EntryExportUpdate"))
}

// DeleteGroup deletes a group: in Okta by "Unlink" with "Delete the group in
// the target app" (okta.md 3.6).
func (p *Provider) DeleteGroup(ctx context.Context, groupKey string) Change {
	w := p.begin(ctx, "delete", groupKey)
	g := p.groups[groupKey]
	if g == nil || g.id == "" {
		return w.skip("the group is not linked")
	}
	if _, ok := w.expect(p.d.DeleteGroup(g.id), "deletion of group "+g.group.Name, http.StatusNoContent, http.StatusOK); ok {
		delete(p.groups, groupKey)
	}
	return w.done(pick(p.isOkta(), "application.provision.group.remove", "EntryExportDelete"))
}
