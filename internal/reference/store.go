package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// resource is a resource as it is stored. The document is never changed in
// place: a write puts another one there.
type resource struct {
	id   string
	kind *resourceType
	// seq is its place in the order of creation, over all types.
	seq               int
	created, modified time.Time
	revision          int
	// echoes counts the changes of what is computed from other resources: the
	// groups of a user and the names of members and managers.
	echoes int
	doc    object
}

// collection holds the resources of a type in the order of their creation.
type collection struct {
	list    []*resource
	indexes []*index
}

// store holds all resources. Its methods are called with the lock held.
type store struct {
	mu *sync.RWMutex
	// random makes ids; nil for random ones.
	random *rand.Rand
	// numbered has ids count from 1; made is how many there are.
	numbered    bool
	made        int
	seq         int
	byID        map[string]*resource
	collections map[*resourceType]*collection
	// groups lists, by the id of a member, the groups that it belongs to.
	groups map[string][]*resource
	// reports lists, by the id of a manager, the users that it manages.
	reports map[string][]*resource
	// subject is the id of the User that the credentials stand for.
	subject string
}

func newStore(types []*resourceType, seed uint64) *store {
	s := &store{
		mu:          &sync.RWMutex{},
		byID:        map[string]*resource{},
		collections: map[*resourceType]*collection{},
		groups:      map[string][]*resource{},
		reports:     map[string][]*resource{},
	}
	if seed != 0 {
		s.random = rand.New(rand.NewPCG(seed, seed))
	}
	for _, t := range types {
		s.collections[t] = &collection{indexes: indexesOf(t)}
	}
	return s
}

// newID makes a UUID of version 4, unless ids are numbers.
func (s *store) newID() string {
	if s.numbered {
		s.made++
		return strconv.Itoa(s.made)
	}
	next := rand.Uint64
	if s.random != nil {
		next = s.random.Uint64
	}
	a, b := next(), next()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

// get finds a resource of a type by its id, which is case exact.
func (s *store) get(t *resourceType, id string) *resource {
	if r := s.byID[id]; r != nil && r.kind == t {
		return r
	}
	return nil
}

// find lists the resources with a value of an indexed attribute.
func (s *store) find(t *resourceType, a *attribute, value string) []*resource {
	list, _ := s.lookup(t, a, value)
	return list
}

// lookup is find; ok is false for an attribute, or sub-attribute, without an
// index.
func (s *store) lookup(t *resourceType, a *attribute, value string) (list []*resource, ok bool) {
	for _, x := range s.collections[t].indexes {
		if x.leaf == a {
			return x.found[prepare(value, a.caseExact)], true
		}
	}
	return nil, false
}

func (s *store) insert(r *resource) {
	s.seq++
	r.seq = s.seq
	s.byID[r.id] = r
	c := s.collections[r.kind]
	c.list = append(c.list, r)
	s.reindex(r, nil, r.doc)
}

// replace gives a resource another document.
func (s *store) replace(r *resource, doc object) {
	before := r.doc
	r.doc = doc
	s.reindex(r, before, doc)
}

func (s *store) remove(r *resource) {
	s.reindex(r, r.doc, nil)
	delete(s.byID, r.id)
	c := s.collections[r.kind]
	if i, ok := slices.BinarySearchFunc(c.list, r.seq, bySeq); ok {
		c.list = slices.Delete(c.list, i, i+1)
	}
}

// reindex notes that a resource has another document; nil stands for none. It
// tells the resources whose computed attributes show it.
func (s *store) reindex(r *resource, before, after object) {
	for _, x := range s.collections[r.kind].indexes {
		gone, come := difference(x.keys(before), x.keys(after))
		relist(x.found, r, gone, come)
	}
	left, joined := difference(memberIDs(before), memberIDs(after))
	relist(s.groups, r, left, joined)
	boss, newBoss := difference(managerIDs(before), managerIDs(after))
	relist(s.reports, r, boss, newBoss)

	for _, id := range slices.Concat(left, joined) {
		s.byID[id].echo()
	}
	if len(left)+len(joined)+len(boss)+len(newBoss) > 0 {
		r.echo()
	}
	if nameIn(before) == nameIn(after) {
		return
	}
	for _, other := range slices.Concat(s.groups[r.id], s.reports[r.id]) {
		other.echo()
	}
	for _, id := range memberIDs(after) {
		s.byID[id].echo()
	}
}

// echo notes that what a resource shows of others has changed.
func (r *resource) echo() {
	if r != nil {
		r.echoes++
	}
}

// memberIDs lists the ids of the members of a group.
func memberIDs(doc object) []string {
	list, _ := doc["members"].([]any)
	out := make([]string, 0, len(list))
	for _, m := range list {
		if id := memberID(m); id != "" {
			out = append(out, id)
		}
	}
	return out
}

func memberID(m any) string {
	o, _ := m.(object)
	id, _ := o["value"].(string)
	return id
}

// managerIDs lists the id of the manager of a user, if there is one.
func managerIDs(doc object) []string {
	ext, _ := doc[scim.EnterpriseUserURN].(object)
	if id := memberID(ext["manager"]); id != "" {
		return []string{id}
	}
	return nil
}
