package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
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
	doc               object
	// version is the entity-tag as it was made last; nil before the first.
	version atomic.Pointer[version]
}

// collection holds the resources of a type in the order of their creation.
type collection struct {
	kind *resourceType
	list []*resource
	// index finds resources by the prepared value of an attribute.
	index map[string]map[string][]*resource
}

// store holds all resources. Its methods are called with the lock held.
type store struct {
	mu sync.RWMutex
	// random makes ids; nil for random ones.
	random *rand.Rand
	seq    int
	// state changes with every write.
	state       uint64
	byID        map[string]*resource
	collections map[*resourceType]*collection
	// groups lists, by the id of a member, the groups that it belongs to.
	groups map[string][]*resource
	// subject is the id of the User that the credentials stand for.
	subject string
}

// indexed names attributes that are looked up often; unique ones are, too.
var indexed = map[string]bool{"userName": true, "externalId": true, "displayName": true}

func (p place) indexed() bool {
	a := p.attr
	return a.kind == typeString && !a.multiValued && (a.uniqueness == server || p.ext == nil && indexed[a.name])
}

func newStore(types []*resourceType, seed uint64) *store {
	s := &store{
		byID:        map[string]*resource{},
		collections: map[*resourceType]*collection{},
		groups:      map[string][]*resource{},
	}
	if seed != 0 {
		s.random = rand.New(rand.NewPCG(seed, seed))
	}
	for _, t := range types {
		c := &collection{kind: t, index: map[string]map[string][]*resource{}}
		for _, p := range t.places() {
			if p.indexed() {
				c.index[p.attr.name] = map[string][]*resource{}
			}
		}
		s.collections[t] = c
	}
	return s
}

// newID makes a UUID of version 4.
func (s *store) newID() string {
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
	return s.collections[t].index[a.name][prepare(value, a.caseExact)]
}

func (s *store) insert(r *resource) {
	s.seq++
	r.seq = s.seq
	s.byID[r.id] = r
	c := s.collections[r.kind]
	c.list = append(c.list, r)
	s.link(r)
}

// replace gives a resource another document.
func (s *store) replace(r *resource, doc object) {
	s.unlink(r)
	r.doc = doc
	s.link(r)
}

func (s *store) remove(r *resource) {
	s.unlink(r)
	delete(s.byID, r.id)
	c := s.collections[r.kind]
	if i, ok := slices.BinarySearchFunc(c.list, r.seq, bySeq); ok {
		c.list = slices.Delete(c.list, i, i+1)
	}
}

func bySeq(r *resource, seq int) int { return r.seq - seq }

// link enters a resource into the indexes, unlink takes it out.
func (s *store) link(r *resource) {
	s.state++
	c := s.collections[r.kind]
	for name, index := range c.index {
		if key, ok := indexKey(r, name); ok {
			index[key] = insertBySeq(index[key], r)
		}
	}
	for _, id := range memberIDs(r.doc) {
		s.groups[id] = insertBySeq(s.groups[id], r)
	}
}

func (s *store) unlink(r *resource) {
	s.state++
	c := s.collections[r.kind]
	for name, index := range c.index {
		if key, ok := indexKey(r, name); ok {
			drop(index, key, r)
		}
	}
	for _, id := range memberIDs(r.doc) {
		drop(s.groups, id, r)
	}
}

func indexKey(r *resource, name string) (string, bool) {
	p := r.kind.find("", name)
	v, ok := p.get(r.doc).(string)
	return prepare(v, p.attr.caseExact), ok
}

func insertBySeq(list []*resource, r *resource) []*resource {
	i, ok := slices.BinarySearchFunc(list, r.seq, bySeq)
	if ok {
		return list
	}
	return slices.Insert(list, i, r)
}

func drop(index map[string][]*resource, key string, r *resource) {
	list := index[key]
	if i, ok := slices.BinarySearchFunc(list, r.seq, bySeq); ok {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(index, key)
	} else {
		index[key] = list
	}
}

// memberIDs lists the ids of the members of a group.
func memberIDs(doc object) []string {
	list, _ := doc["members"].([]any)
	var out []string
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
