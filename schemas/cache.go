package schemas

import (
	"slices"
	"sync"
)

// cache remembers verdicts. A run sees most resources several times byte for
// byte: in the answer to a write, read back, and in lists.
type cache struct {
	mu    sync.Mutex
	known map[string][]Violation
	bytes int
}

// The bounds of a cache: bigger documents are not kept, and a cache that is
// full is emptied.
const (
	maxCachedDocument = 16 << 10
	maxCachedBytes    = 4 << 20
)

// get returns the verdict on a document, from judge when it is not known.
// rules names what it is judged by.
func (c *cache) get(rules string, document []byte, judge func() []Violation) []Violation {
	if len(document) > maxCachedDocument {
		return judge()
	}
	key := rules + "\n" + string(document)
	c.mu.Lock()
	list, ok := c.known[key]
	c.mu.Unlock()
	if ok {
		return slices.Clone(list)
	}
	list = judge()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || c.bytes > maxCachedBytes {
		c.known, c.bytes = map[string][]Violation{}, 0
	}
	c.known[key] = list
	c.bytes += len(key)
	return slices.Clone(list)
}

// compiledCache remembers compiled schemas: whoever judges many targets of one
// kind meets the same definitions again, and to compile them is most of what
// discovery costs.
type compiledCache struct {
	mu    sync.Mutex
	known map[string]*compiled
}

// maxCompiled bounds it: a cache that is full is emptied.
const maxCompiled = 32

// derivedSchemas are those made of targets' own definitions.
var derivedSchemas compiledCache

func (c *compiledCache) get(name string, raw []byte) (*compiled, error) {
	key := name + "\n" + string(raw)
	c.mu.Lock()
	s := c.known[key]
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := compile(name, raw)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxCompiled {
		c.known = map[string]*compiled{}
	}
	c.known[key] = s
	return s, nil
}
