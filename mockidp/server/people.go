package server

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
)

// someone finds a user who is not gone.
func (t *Tenant) someone(key string) (*person, error) {
	if p := t.dir.people[key]; p != nil && !p.Gone {
		return p, nil
	}
	return nil, missing("there is no user %q", key)
}

func (t *Tenant) team(key string) (*team, error) {
	if g := t.dir.teams[key]; g != nil && !g.Gone {
		return g, nil
	}
	return nil, missing("there is no group %q", key)
}

// changedUser notes that the identity provider is to be told of somebody.
func (t *Tenant) changedUser(key string) {
	t.dirtyUsers[key] = true
	t.keepUser(key)
}

func (t *Tenant) changedGroup(key string) {
	t.dirtyGroups[key] = true
	t.keepGroup(key)
}

// ready checks a user and fills in what was left out: the key, the object id,
// the display name.
func (t *Tenant) ready(u *User, taken func(key, name string) (keyTaken, nameTaken bool)) error {
	u.UserName = strings.TrimSpace(u.UserName)
	if err := u.check(); err != nil {
		return err
	}
	if _, name := taken("", strings.ToLower(u.UserName)); name {
		return conflict("there is a user %s already; give another user_name", u.UserName)
	}
	if u.Key == "" {
		u.Key = freeKey(u.UserName, func(k string) bool { used, _ := taken(k, ""); return used })
	}
	if u.Key != slug(u.Key) {
		return invalid("the key %q has to be lower-case letters, digits and dashes; leave it out to have one made", u.Key)
	}
	if used, _ := taken(u.Key, ""); used {
		return conflict("the key %q is taken; leave it out to have one made", u.Key)
	}
	if u.ObjectID == "" {
		u.ObjectID = t.dialect.ObjectID(t.settings.ID, "user", u.Key)
	}
	if u.DisplayName == "" {
		u.DisplayName = strings.TrimSpace(u.GivenName + " " + u.FamilyName)
	}
	u.Deleted = time.Time{}
	return nil
}

// taken looks in the directory.
func (t *Tenant) taken(key, name string) (keyTaken, nameTaken bool) {
	_, nameTaken = t.dir.names[name]
	return t.dir.people[key] != nil, nameTaken
}

// AddUser puts a user into the directory. The key, the object id and the
// display name are made when they are left out. It returns the user as it is
// kept.
func (t *Tenant) AddUser(ctx context.Context, u User) (User, Result, error) {
	r, err := t.edit(ctx, "directory", func() error {
		if err := t.ready(&u, t.taken); err != nil {
			return err
		}
		if err := t.checkManager(&u); err != nil {
			return err
		}
		t.dir.add(&person{User: u})
		t.changedUser(u.Key)
		return nil
	})
	return u, r, err
}

func (t *Tenant) checkManager(u *User) error {
	if u.Manager == "" {
		return nil
	}
	if _, err := t.someone(u.Manager); err != nil {
		return invalid("the manager %q is no user of the directory", u.Manager)
	}
	if u.Manager == u.Key {
		return invalid("nobody is their own manager")
	}
	return nil
}

// EditUser changes a user. The key and the object id stay. Whoever is
// deactivated in Okta loses what was assigned directly (okta.md 2.5).
func (t *Tenant) EditUser(ctx context.Context, key string, change func(*User) error) (User, Result, error) {
	var after User
	r, err := t.edit(ctx, "directory", func() error {
		p, err := t.someone(key)
		if err != nil {
			return err
		}
		if !p.User.Deleted.IsZero() {
			return conflict("the user is in the recycle bin; restore the user first")
		}
		after = p.User
		if err := change(&after); err != nil {
			return err
		}
		after.Key, after.ObjectID, after.Deleted = p.User.Key, p.User.ObjectID, p.User.Deleted
		after.UserName = strings.TrimSpace(after.UserName)
		if err := after.check(); err != nil {
			return err
		}
		if owner, ok := t.dir.names[strings.ToLower(after.UserName)]; ok && owner != key {
			return conflict("there is a user %s already; give another user_name", after.UserName)
		}
		if err := t.checkManager(&after); err != nil {
			return err
		}
		if p.User.Enabled && !after.Enabled && t.dialect.IdP == "okta" {
			p.Assigned = false
		}
		t.dir.index(p, false)
		p.User = after
		t.dir.index(p, true)
		t.changedUser(key)
		return nil
	})
	return after, r, err
}

// EnableUser activates or deactivates a user in the directory.
func (t *Tenant) EnableUser(ctx context.Context, key string, enabled bool) (User, Result, error) {
	return t.EditUser(ctx, key, func(u *User) error {
		u.Enabled = enabled
		return nil
	})
}

// DeleteUser deletes a user. Entra ID puts users into the recycle bin first,
// where RestoreUser finds them for 30 days; purge deletes for good (entra.md
// 2.8).
func (t *Tenant) DeleteUser(ctx context.Context, key string, purge bool) (Result, error) {
	return t.edit(ctx, "directory", func() error {
		p, err := t.someone(key)
		if err != nil {
			return err
		}
		if t.rhythm.atOnce() || purge || !p.User.Deleted.IsZero() {
			t.bury(p)
			return nil
		}
		p.User.Deleted = t.now()
		t.bin[key] = true
		t.changedUser(key)
		return nil
	})
}

// bury deletes somebody for good.
func (t *Tenant) bury(p *person) {
	key := p.User.Key
	for _, g := range t.dir.groupKeys(key) {
		t.leave(t.dir.teams[g], key)
	}
	for _, report := range sortedKeys(t.dir.reports[key]) {
		r := t.dir.people[report]
		t.dir.index(r, false)
		r.User.Manager = ""
		t.dir.index(r, true)
		t.changedUser(report)
	}
	p.Gone = true
	delete(t.bin, key)
	t.dir.sorted = nil
	t.changedUser(key)
}

// emptyBin deletes for good who was in the recycle bin for as long as Entra ID
// keeps users there (entra.md 2.8).
func (t *Tenant) emptyBin() {
	keeps := mockidp.DefaultJobRules().PurgedAfter
	for _, key := range sortedKeys(t.bin) {
		if p := t.dir.people[key]; t.clock.Now().Sub(p.User.Deleted) >= keeps {
			t.bury(p)
		}
	}
}

// RestoreUser takes a user out of the recycle bin.
func (t *Tenant) RestoreUser(ctx context.Context, key string) (Result, error) {
	return t.edit(ctx, "directory", func() error {
		p, err := t.someone(key)
		if err != nil {
			return err
		}
		if p.User.Deleted.IsZero() {
			return conflict("the user is not in the recycle bin")
		}
		p.User.Deleted = time.Time{}
		delete(t.bin, key)
		t.changedUser(key)
		return nil
	})
}

// SetManager makes one user the manager of another; "" takes the manager away.
func (t *Tenant) SetManager(ctx context.Context, key, manager string) (User, Result, error) {
	return t.EditUser(ctx, key, func(u *User) error {
		u.Manager = manager
		return nil
	})
}

// AddGroup puts a group into the directory. The key and the object id are made
// when they are left out.
func (t *Tenant) AddGroup(ctx context.Context, g Group) (Group, Result, error) {
	r, err := t.edit(ctx, "directory", func() error {
		if err := t.readyGroup(&g, func(k string) bool { return t.dir.teams[k] != nil }); err != nil {
			return err
		}
		members, there := g.Members, map[string]bool{}
		g.Members = []string{}
		for _, m := range members {
			if _, err := t.someone(m); err != nil {
				return err
			}
			if !there[m] {
				there[m] = true
				g.Members = append(g.Members, m)
			}
		}
		t.dir.addTeam(&team{Group: g})
		t.changedGroup(g.Key)
		return nil
	})
	return g, r, err
}

func (t *Tenant) readyGroup(g *Group, taken func(string) bool) error {
	g.Name = strings.TrimSpace(g.Name)
	switch {
	case g.Name == "":
		return invalid("a group needs a name")
	case len(g.Name) > maxText:
		return invalid("the name of a group is longer than %d bytes", maxText)
	}
	if g.Key == "" {
		g.Key = freeKey(g.Name, taken)
	}
	if g.Key != slug(g.Key) {
		return invalid("the key %q has to be lower-case letters, digits and dashes; leave it out to have one made", g.Key)
	}
	if taken(g.Key) {
		return conflict("the key %q is taken; leave it out to have one made", g.Key)
	}
	if g.ObjectID == "" {
		g.ObjectID = t.dialect.ObjectID(t.settings.ID, "group", g.Key)
	}
	return nil
}

// RenameGroup gives a group another name.
func (t *Tenant) RenameGroup(ctx context.Context, key, name string) (Group, Result, error) {
	var out Group
	r, err := t.edit(ctx, "directory", func() error {
		g, err := t.team(key)
		if err != nil {
			return err
		}
		name = strings.TrimSpace(name)
		if name == "" || len(name) > maxText {
			return invalid("a group needs a name of 1 to %d bytes", maxText)
		}
		g.Group.Name = name
		t.dir.sortedTeams = nil
		t.changedGroup(key)
		out = g.Group.clone()
		return nil
	})
	return out, r, err
}

func (g Group) clone() Group {
	g.Members = append([]string{}, g.Members...)
	return g
}

// DeleteGroup deletes a group.
func (t *Tenant) DeleteGroup(ctx context.Context, key string) (Result, error) {
	return t.edit(ctx, "directory", func() error {
		g, err := t.team(key)
		if err != nil {
			return err
		}
		for _, m := range g.Group.Members {
			t.dir.part(m, key)
			if g.Assigned {
				t.changedUser(m)
			}
		}
		g.Gone = true
		t.dir.sortedTeams = nil
		t.changedGroup(key)
		return nil
	})
}

// AddMembers puts users into a group.
func (t *Tenant) AddMembers(ctx context.Context, key string, userKeys ...string) (Group, Result, error) {
	return t.members(ctx, key, func(g *team) error {
		for _, u := range userKeys {
			if _, err := t.someone(u); err != nil {
				return err
			}
		}
		for _, u := range userKeys {
			if t.dir.isIn(u, key) {
				continue
			}
			g.Group.Members = append(g.Group.Members, u)
			t.dir.join(u, key)
			if g.Assigned {
				t.changedUser(u)
			}
		}
		return nil
	})
}

// RemoveMembers takes users out of a group.
func (t *Tenant) RemoveMembers(ctx context.Context, key string, userKeys ...string) (Group, Result, error) {
	return t.members(ctx, key, func(g *team) error {
		t.leave(g, userKeys...)
		return nil
	})
}

func (t *Tenant) members(ctx context.Context, key string, do func(*team) error) (Group, Result, error) {
	var out Group
	r, err := t.edit(ctx, "directory", func() error {
		g, err := t.team(key)
		if err != nil {
			return err
		}
		if err := do(g); err != nil {
			return err
		}
		t.changedGroup(key)
		out = g.Group.clone()
		return nil
	})
	return out, r, err
}

// leave takes somebody out of a group.
func (t *Tenant) leave(g *team, users ...string) {
	left := map[string]bool{}
	for _, u := range users {
		if !t.dir.isIn(u, g.Group.Key) {
			continue
		}
		left[u] = true
		t.dir.part(u, g.Group.Key)
		if g.Assigned {
			t.changedUser(u)
		}
	}
	if len(left) > 0 {
		g.Group.Members = slices.DeleteFunc(g.Group.Members, func(m string) bool { return left[m] })
		t.changedGroup(g.Group.Key)
	}
}

// Assign assigns the application to users, or takes it from them.
func (t *Tenant) Assign(ctx context.Context, on bool, userKeys ...string) (Result, error) {
	return t.edit(ctx, word(on, "assign", "unassign"), func() error {
		for _, key := range userKeys {
			if _, err := t.someone(key); err != nil {
				return err
			}
		}
		for _, key := range userKeys {
			t.dir.people[key].Assigned = on
			t.changedUser(key)
		}
		return nil
	})
}

// AssignGroup assigns the application to a group, or takes it from it: its
// members come into the scope. Entra ID provisions the group too.
func (t *Tenant) AssignGroup(ctx context.Context, on bool, key string) (Result, error) {
	return t.edit(ctx, word(on, "assign", "unassign"), func() error {
		g, err := t.team(key)
		if err != nil {
			return err
		}
		g.Assigned = on
		t.changedGroup(key)
		for _, m := range g.Group.Members {
			t.changedUser(m)
		}
		return nil
	})
}

// PushGroup puts a group on the list of groups to push, or takes it from it.
// leave lets it stay on the target when it is taken from the list (okta.md
// 3.6). Entra ID has no such list: it provisions the groups that are assigned.
func (t *Tenant) PushGroup(ctx context.Context, on, leave bool, key string) (Result, error) {
	return t.edit(ctx, word(on, "push", "unlink"), func() error {
		g, err := t.team(key)
		if err != nil {
			return err
		}
		if !t.rhythm.atOnce() {
			return conflict("%s has no list of groups to push; assign the group", t.dialect.Label)
		}
		g.Pushed, g.Leave = on, !on && leave
		t.changedGroup(key)
		return nil
	})
}

func word(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }
