package mockidp

import (
	"slices"
	"time"
)

// What happens in the directory of a job: the next cycle brings it to the target.

// Assign puts a user into the directory and into the scope of the job, or back
// into it.
func (j *Job) Assign(u User) {
	s := j.users[u.Key]
	if s == nil {
		s = &sourceUser{enabled: true}
		j.users[u.Key] = s
	}
	s.user, s.inScope, s.changed = &u, true, true
	j.p.touch(ofUser(u.Key))
}

// Change changes a user in the directory; an unknown user stays unknown.
func (j *Job) Change(u User) {
	j.touch(u.Key, func(s *sourceUser) { s.user = &u })
}

// Unassign takes a user out of the scope.
func (j *Job) Unassign(key string) { j.touch(key, func(s *sourceUser) { s.inScope = false }) }

// Enable sets accountEnabled in the directory.
func (j *Job) Enable(key string, enabled bool) {
	j.touch(key, func(s *sourceUser) { s.enabled = enabled })
}

// Delete puts a user into the recycle bin, under another name (entra.md 2.8).
func (j *Job) Delete(key string) {
	j.touch(key, func(s *sourceUser) {
		if s.deleted.IsZero() {
			s.deleted = j.clock.Now()
			s.rename(tombstone(*s.user) + s.user.UserName)
		}
	})
}

// Restore takes a user out of the recycle bin again.
func (j *Job) Restore(key string) {
	j.touch(key, func(s *sourceUser) {
		if !s.deleted.IsZero() {
			s.deleted = time.Time{}
			s.rename(s.user.UserName[len(tombstone(*s.user)):])
		}
	})
}

// Purge deletes a user in the recycle bin for good: the next cycle deletes the
// account too (entra.md 2.8).
func (j *Job) Purge(key string) {
	j.touch(key, func(s *sourceUser) {
		if !s.deleted.IsZero() {
			s.deleted = j.clock.Now().Add(-j.rules.PurgedAfter)
		}
	})
}

// SetManager makes one user the manager of another; "" takes the manager away.
func (j *Job) SetManager(key, managerKey string) {
	j.touch(key, func(s *sourceUser) { s.manager, s.managerChanged = managerKey, true })
}

func (j *Job) touch(key string, change func(*sourceUser)) {
	if s := j.users[key]; s != nil {
		change(s)
		s.changed = true
		j.p.touch(ofUser(key))
	}
}

// AssignGroup puts a group with its members into the directory and into the
// scope.
func (j *Job) AssignGroup(g Group, memberKeys ...string) {
	j.groups[g.Key] = &sourceGroup{group: g, changed: true}
	j.p.touch(ofGroup(g.Key))
	j.AddMembers(g.Key, memberKeys...)
}

// RenameGroup gives a group another name.
func (j *Job) RenameGroup(key, name string) {
	if g := j.groups[key]; g != nil {
		g.group.Name, g.changed = name, true
		j.p.touch(ofGroup(key))
	}
}

// DeleteGroup deletes a group, or takes it out of the scope.
func (j *Job) DeleteGroup(key string) {
	if g := j.groups[key]; g != nil {
		g.deleted, g.changed = true, true
		j.p.touch(ofGroup(key))
	}
}

// AddMembers puts users into a group.
func (j *Job) AddMembers(groupKey string, userKeys ...string) {
	if g := j.groups[groupKey]; g != nil {
		j.p.touch(ofGroup(groupKey))
		joined := newcomers(g.members, userKeys)
		g.members = append(g.members, joined...)
		g.note(true, joined...)
		j.settle(ofGroup(groupKey))
	}
}

// RemoveMembers takes users out of a group.
func (j *Job) RemoveMembers(groupKey string, userKeys ...string) {
	if g := j.groups[groupKey]; g != nil {
		j.p.touch(ofGroup(groupKey))
		none := newcomers(g.members, userKeys)
		left := newcomers(none, userKeys)
		gone := setOf(left)
		g.members = slices.DeleteFunc(g.members, func(key string) bool { return gone[key] })
		g.note(false, left...)
		j.settle(ofGroup(groupKey))
	}
}

// note remembers what became of members; the last word counts.
func (g *sourceGroup) note(add bool, keys ...string) {
	noted := setOf(keys)
	g.refs = slices.DeleteFunc(g.refs, func(r reference) bool { return noted[r.key] })
	for _, key := range keys {
		g.refs = append(g.refs, reference{key: key, add: add})
	}
}

// newcomers lists the keys that are not among the members, each once. There may be
// very many members, and one key.
func newcomers(members, keys []string) (out []string) {
	fresh := setOf(keys)
	for _, key := range members {
		delete(fresh, key)
	}
	for _, key := range keys {
		if fresh[key] {
			delete(fresh, key)
			out = append(out, key)
		}
	}
	return out
}

func setOf(keys []string) map[string]bool {
	set := make(map[string]bool, len(keys))
	for _, key := range keys {
		set[key] = true
	}
	return set
}
