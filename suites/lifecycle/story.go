package lifecycle

import (
	"github.com/scimtest/scimtest/mockidp"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Stories from files play on a Sync from outside of this package.

// NewSync is an identity provider that speaks a dialect, and has done nothing
// yet.
func NewSync(d *mockidp.Dialect) *Sync { return &Sync{dialect: d} }

// Enter begins a step of a story. It skips the step when an earlier one failed in
// a way that is no fault of the target: the story ends there.
func (s *Sync) Enter(t *T, step string) {
	if s.forgiven {
		t.Skip("after: %s, which did not succeed", s.step)
	}
	s.enter(t)
	s.step = step
}

// Provider is the identity provider itself.
func (s *Sync) Provider() *mockidp.Provider { return s.idp }

// Person is the directory's user with the key, made when first mentioned.
func (s *Sync) Person(key string) mockidp.User { return s.person(key) }

// SetPerson changes the directory's user with the key of u. Nothing is sent.
func (s *Sync) SetPerson(u mockidp.User) { s.people[u.Key] = u }

// Group is the directory's group with the key, made when first mentioned.
func (s *Sync) Group(key string) mockidp.Group { return s.group(key) }

// SetGroup changes the directory's group with the key of g. Nothing is sent.
func (s *Sync) SetGroup(g mockidp.Group) { s.groups[g.Key] = g }

// Must judges a change, as every flow does: what the identity provider could not
// do fails the step, and what it has no words for skips the story.
func (s *Sync) Must(c mockidp.Change) { s.must(c) }

// Known is the target's id of a user, also after the identity provider has
// dropped the link.
func (s *Sync) Known(key string) (id string, ok bool) {
	if id, ok = s.idp.Link(key); ok {
		s.kept[key] = id
		return id, true
	}
	id, ok = s.kept[key]
	return id, ok
}

// KnownGroup is the same of a group.
func (s *Sync) KnownGroup(key string) (id string, ok bool) {
	if id, ok = s.idp.GroupLink(key); ok {
		s.kept["group "+key] = id
		return id, true
	}
	id, ok = s.kept["group "+key]
	return id, ok
}

// StartCycles makes the identity provider one that brings its directory to the
// target in cycles. Only Entra ID has them.
func (s *Sync) StartCycles() { s.startJob(nil) }

// Job is what brings the directory to the target in cycles; nil without.
func (s *Sync) Job() *mockidp.Job {
	if s.job == nil {
		return nil
	}
	return s.job.Job
}

// Cycle lets the next cycle come, and judges what was done in it.
func (s *Sync) Cycle() { s.job.cycle() }

// Read reads the target's user by the id that the identity provider knows.
func (s *Sync) Read(key string) *Answer { return s.read(key) }

// Find queries the target for a userName.
func (s *Sync) Find(userName string) *Answer { return s.find(userName) }

// Queries reports whether the identity provider looks for people by a query
// before it writes. What does not is not hurt by a target without filters.
func (s *Sync) Queries() bool { return s.queries() }

// Sends reports whether the identity provider sends an attribute of a user, by
// its SCIM path.
func (s *Sync) Sends(path string) bool { return sends(s.dialect, path) }
