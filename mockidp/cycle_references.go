package mockidp

import (
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// references sends managers and members, once both ends are linked. Who is not
// in scope when it comes to it is left out for good; who is in scope and not
// linked yet is waited for (entra.md 3.5, 4.4).
func (c *cycle) references() {
	for _, key := range c.usersThat(func(s *sourceUser) bool { return c.due(s.managerChanged, s.managerEscrow) }) {
		if c.ctx.Err() == nil {
			c.manager(key, c.j.users[key])
			c.j.p.touch(ofUser(key))
		}
	}
	for _, key := range sortedKeys(c.j.groups) {
		if c.ctx.Err() == nil {
			c.members(key, c.j.groups[key])
		}
	}
}

// link is the target's id of a user; known is false when the job has no use for
// the user, so that there is nothing to wait for.
func (c *cycle) link(key string) (id string, known bool) {
	s := c.j.users[key]
	if a := c.j.p.users[key]; a != nil {
		id = a.id
	}
	return id, s != nil && c.j.inScope(s) && s.deleted.IsZero()
}

func (c *cycle) manager(key string, s *sourceUser) {
	p := c.j.p
	id, known := c.link(key)
	manager, managerKnown := c.link(s.manager)
	done := func() { s.managerChanged = false }
	switch {
	case !known, s.manager != "" && !managerKnown && manager == "":
		done()
	case id == "" || s.manager != "" && manager == "":
		// Waits.
	case s.manager == "":
		c.record(&s.managerEscrow, p.clearManager(c.ctx, key), true, done)
	default:
		c.record(&s.managerEscrow, p.setManager(c.ctx, key, s.manager), true, done)
	}
}

// members sends who came and who left, each on its own account: one that the
// target refuses does not keep the others back.
func (c *cycle) members(key string, g *sourceGroup) {
	entry := c.j.p.groups[key]
	if entry == nil || entry.id == "" || g.deleted || c.j.p.d.ChangeMembers == nil {
		return
	}
	entry.members = slices.Clone(g.members)
	if len(g.refs) == 0 {
		return
	}
	c.j.p.touch(ofGroup(key))
	var current scim.Resource
	read := false
	for i := range g.refs {
		ref := &g.refs[i]
		id, known := c.link(ref.key)
		switch {
		case id == "" && (!known || !ref.add):
			ref.done = true
			continue
		case id == "" || ref.escrow.waits(c.now) || c.ctx.Err() != nil:
			continue
		}
		w := c.j.p.beginGroup(c.ctx, pick(ref.add, "add-members", "remove-members"), key)
		w.change.Members = []string{ref.key}
		ok := true
		if !read {
			current, ok = c.j.p.readGroup(w, entry)
			read = ok
		}
		if ok {
			c.send(w, entry, current, id, ref)
		}
		c.record(&ref.escrow, w.done("EntryExportUpdate"), true, func() { ref.done = true })
	}
	g.refs = slices.Clip(slices.DeleteFunc(g.refs, func(r reference) bool { return r.done }))
	c.j.settle(ofGroup(key))
}

func (c *cycle) send(w *work, entry *pushed, current scim.Resource, id string, ref *reference) {
	p := c.j.p
	member := []Member{{ID: id, UserName: p.users[ref.key].user.UserName}}
	var add, remove []Member
	if ref.add {
		add = member
	} else {
		remove = member
	}
	// The whole list is left out: no dialect of Entra ID sends it, and for a large
	// group it takes long to make.
	for _, r := range p.d.ChangeMembers(entry.id, current, entry.group, nil, add, remove) {
		if _, ok := w.expect(r, "members of "+entry.group.Name, http.StatusOK, http.StatusNoContent); !ok {
			return
		}
	}
}
