package engine

import (
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// recent remembers what was made of the last exchanges: invariants judge an
// exchange one after the other, and most ask the same of it.
type recent struct {
	mu   sync.Mutex
	made [16]recalled // as many as are judged at the same time, and some
	next int
}

type recalled struct {
	x     *scim.Exchange
	value any
}

// Recall returns what an earlier call has made of the exchange, or makes it.
// Only few of the last exchanges are remembered. It serves one kind of value:
// the resources in an answer, with their types on this target.
func (d *Discovered) Recall(x *scim.Exchange, made func() any) any {
	m := &d.recent
	m.mu.Lock()
	for i := range m.made {
		if m.made[i].x == x {
			defer m.mu.Unlock()
			return m.made[i].value
		}
	}
	m.mu.Unlock()
	value := made()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made[m.next] = recalled{x, value}
	m.next = (m.next + 1) % len(m.made)
	return value
}
