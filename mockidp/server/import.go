package server

import (
	"context"
	"io"
	"strings"
)

// Imported says what an import did.
type Imported struct {
	UsersAdded    int `json:"users_added"`
	UsersChanged  int `json:"users_changed"`
	GroupsAdded   int `json:"groups_added"`
	GroupsChanged int `json:"groups_changed"`
}

// maxImport bounds a file, in bytes.
const maxImport = 256 << 20

// Import reads a file into the directory. Who has the userName of a user is
// that user, and is changed; nobody is deleted. Either all of the file is taken
// or nothing.
func (t *Tenant) Import(ctx context.Context, r io.Reader, format string) (Imported, Result, error) {
	d, err := parse(io.LimitReader(r, maxImport), format)
	if err != nil {
		return Imported{}, Result{}, err
	}
	var done Imported
	result, err := t.edit(ctx, "import", func() error {
		plan, err := t.plan(d)
		if err != nil {
			return err
		}
		done = plan.apply(t)
		return nil
	})
	return done, result, err
}

// plan is an import that was checked.
type plan struct {
	add, change []FileUser
	groups      []FileGroup
}

// plan checks a file against the directory, and changes nothing.
func (t *Tenant) plan(d Directory) (*plan, error) {
	p := &plan{groups: d.Groups}
	keys, names := map[string]bool{}, map[string]string{}
	taken := func(key, name string) (bool, bool) {
		k, n := t.taken(key, name)
		_, seen := names[name]
		return k || keys[key], n || seen
	}
	known := map[string]string{} // keys of the file to ours
	for i, u := range d.Users {
		u.UserName = strings.TrimSpace(u.UserName)
		theirs := u.Key
		if ours, ok := t.dir.names[strings.ToLower(u.UserName)]; ok {
			have := t.dir.people[ours].User
			if err := u.check(); err != nil {
				return nil, invalid("user %d: %v", i+1, err)
			}
			u.Key, u.ObjectID, u.Deleted = ours, have.ObjectID, have.Deleted
			if u.Attributes.IsZero() { // CSV and LDIF have none
				u.Attributes = have.Attributes
			}
			p.change = append(p.change, u)
		} else {
			if taken2, _ := taken(u.Key, ""); taken2 {
				u.Key = ""
			}
			if err := t.ready(&u.User, taken); err != nil {
				return nil, invalid("user %d: %v", i+1, err)
			}
			p.add = append(p.add, u)
		}
		keys[u.Key], names[strings.ToLower(u.UserName)] = true, u.Key
		known[theirs] = u.Key
	}
	// A manager is named by the key of the file, or by a userName.
	resolve := func(ref string) (string, bool) {
		if ours, ok := known[ref]; ok && ref != "" {
			return ours, true
		}
		if ours, ok := names[strings.ToLower(ref)]; ok {
			return ours, true
		}
		if ours, ok := t.dir.names[strings.ToLower(ref)]; ok {
			return ours, true
		}
		return ref, t.dir.people[ref] != nil
	}
	for _, list := range [][]FileUser{p.add, p.change} {
		for i := range list {
			if m := list[i].Manager; m != "" {
				ours, ok := resolve(m)
				if !ok || ours == list[i].Key {
					return nil, invalid("user %s: the manager %q is nobody else of the file or the directory", list[i].UserName, m)
				}
				list[i].Manager = ours
			}
		}
	}
	for i := range p.groups {
		g := &p.groups[i]
		if strings.TrimSpace(g.Name) == "" {
			return nil, invalid("group %d has no name", i+1)
		}
		members := []string{}
		for _, m := range g.Members {
			ours, ok := resolve(m)
			if !ok {
				return nil, invalid("group %s: the member %q is nobody of the file or the directory", g.Name, m)
			}
			members = append(members, ours)
		}
		g.Members = members
	}
	p.fromNames()
	return p, nil
}

// fromNames makes groups of the names that users bring.
func (p *plan) fromNames() {
	type membership struct {
		group int
		user  string
	}
	at, there := map[string]int{}, map[membership]bool{}
	for i, g := range p.groups {
		at[g.Name] = i
		for _, m := range g.Members {
			there[membership{i, m}] = true
		}
	}
	for _, list := range [][]FileUser{p.add, p.change} {
		for _, u := range list {
			for _, name := range u.Groups {
				i, ok := at[name]
				if !ok {
					i = len(p.groups)
					at[name] = i
					p.groups = append(p.groups, FileGroup{Group: Group{Name: name}})
				}
				if !there[membership{i, u.Key}] {
					there[membership{i, u.Key}] = true
					p.groups[i].Members = append(p.groups[i].Members, u.Key)
				}
			}
		}
	}
}

func (p *plan) apply(t *Tenant) (done Imported) {
	for _, u := range p.add {
		t.dir.add(&person{User: u.User, Assigned: u.Assigned})
		t.changedUser(u.Key)
		done.UsersAdded++
	}
	for _, u := range p.change {
		have := t.dir.people[u.Key]
		if have.User == u.User && (have.Assigned || !u.Assigned) {
			continue
		}
		t.dir.index(have, false)
		have.User, have.Assigned = u.User, have.Assigned || u.Assigned
		t.dir.index(have, true)
		t.changedUser(u.Key)
		done.UsersChanged++
	}
	byName := map[string]*team{}
	for _, g := range t.dir.teams {
		if !g.Gone {
			byName[g.Group.Name] = g
		}
	}
	for _, g := range p.groups {
		have := byName[g.Name]
		if have == nil {
			group := Group{Key: g.Key, ObjectID: g.ObjectID, Name: g.Name, Members: []string{}}
			if t.readyGroup(&group, func(k string) bool { return t.dir.teams[k] != nil }) != nil {
				group.Key = ""
				if t.readyGroup(&group, func(k string) bool { return t.dir.teams[k] != nil }) != nil {
					continue
				}
			}
			have = &team{Group: group}
			t.dir.addTeam(have)
			byName[g.Name] = have
			done.GroupsAdded++
		} else {
			done.GroupsChanged++
		}
		have.Assigned, have.Pushed = have.Assigned || g.Assigned, have.Pushed || g.Pushed && t.rhythm.atOnce()
		for _, m := range g.Members {
			if !t.dir.isIn(m, have.Group.Key) {
				have.Group.Members = append(have.Group.Members, m)
				t.dir.join(m, have.Group.Key)
			}
		}
		if have.Assigned {
			for _, m := range have.Group.Members {
				t.changedUser(m)
			}
		}
		t.changedGroup(have.Group.Key)
	}
	return done
}
