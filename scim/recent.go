package scim

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Everything that judges an answer reads its body anew, dozens of times. recent
// remembers the last bodies, so that each is parsed once. A body is known by
// where it lies in memory: what was read must not change afterwards, and an
// entry keeps its bytes alive, so that no others can lie there.
var recent [64]atomic.Pointer[reading]

// maxRecent is the length from which a body is not remembered.
const maxRecent = 256 << 10

type reading struct {
	raw      []byte
	resource Resource
	err      error
	list     func() (List, error)
}

// read parses a body, or returns what it knows of it.
func read(raw []byte) *reading {
	if len(raw) == 0 || len(raw) > maxRecent {
		return newReading(raw)
	}
	slot := &recent[(len(raw)*31+int(raw[len(raw)/2]))%len(recent)]
	if known := slot.Load(); known != nil && &known.raw[0] == &raw[0] && len(known.raw) == len(raw) {
		return known
	}
	r := newReading(raw)
	slot.Store(r)
	return r
}

func newReading(raw []byte) *reading {
	r := &reading{raw: raw}
	r.resource, r.err = parseResource(raw)
	r.list = sync.OnceValues(func() (List, error) {
		if r.err != nil {
			return List{}, r.err
		}
		return parseList(r.resource)
	})
	return r
}

// NewResource reads a JSON object. It keeps raw, which must not change
// afterwards.
func NewResource(raw []byte) (Resource, error) {
	r := read(raw)
	return r.resource, r.err
}

// ParseList reads a ListResponse. It is generous: what makes a list is a
// Resources array or totalResults; the form is judged elsewhere. It keeps body,
// which must not change afterwards.
func ParseList(body []byte) (List, error) {
	l, err := read(body).list()
	l.Resources = slices.Clone(l.Resources)
	return l, err
}
