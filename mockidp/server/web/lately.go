package web

import (
	"sync"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
)

// lately is what a form found out and the next page shows: it is kept in
// memory, the last of each tenant.
type lately struct {
	drifts  recent[*drift]
	demands recent[*demanded]

	mu   sync.Mutex
	last *server.Reconciliation
}

// demanded is what became of provisioning on demand.
type demanded struct {
	mockidp.OnDemand
	Key, Name string
	Group     bool
}

func (v *visit) lately() *lately {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := v.t.ID()
	if v.seen[id] == nil {
		v.seen[id] = &lately{}
	}
	return v.seen[id]
}

// forget drops what was found out about a tenant that is gone.
func (s *Site) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, id)
}

// maxRecent is how many findings are kept.
const maxRecent = 50

// recent keeps the last few values by their keys.
type recent[T any] struct {
	mu     sync.Mutex
	keys   []string
	values map[string]T
}

func (r *recent[T]) get(key string) (v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.values[key]
}

func (r *recent[T]) put(key string, v T) {
	r.drop(key)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values == nil {
		r.values = map[string]T{}
	}
	if len(r.keys) >= maxRecent {
		delete(r.values, r.keys[0])
		r.keys = r.keys[1:]
	}
	r.keys = append(r.keys, key)
	r.values[key] = v
}

func (r *recent[T]) drop(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.values, key)
	for i, k := range r.keys {
		if k == key {
			r.keys = append(r.keys[:i], r.keys[i+1:]...)
			return
		}
	}
}
