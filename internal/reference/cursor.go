package reference

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scimtest/scimtest/scim"
)

const (
	// cursorTimeout is how long a cursor is good for, in seconds.
	cursorTimeout = 600
	// maxSnapshots bounds how many lists are kept for cursors; the oldest
	// expire first.
	maxSnapshots = 1024
)

// snapshot is what a query with a cursor found, by id and in order.
type snapshot struct {
	number  int
	ids     []string
	query   string
	size    int
	expires time.Time
	key     []byte
}

// cursor names a place in the snapshot. It is signed, so that nobody can make
// one up, and of unreserved URI characters only (RFC 9865 section 2).
func (s *snapshot) cursor(offset int) string {
	place := fmt.Sprintf("%d.%d", s.number, offset)
	return place + "." + sign(s.key, place)
}

func sign(key []byte, place string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(place))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

// cursors keeps the snapshots that cursors point into.
type cursors struct {
	now func() time.Time
	key []byte

	mu        sync.Mutex
	last      int
	snapshots map[int]*snapshot
}

func newCursors(now func() time.Time, key string) *cursors {
	return &cursors{now: now, key: []byte(key), snapshots: map[int]*snapshot{}}
}

func (c *cursors) open(ids []string, query string, size int) *snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	s := &snapshot{number: c.last, ids: ids, query: query, size: size, key: c.key, expires: c.now().Add(cursorTimeout * time.Second)}
	if size > 0 && size < len(ids) {
		c.snapshots[s.number] = s
		delete(c.snapshots, s.number-maxSnapshots)
	}
	return s
}

// find resolves a cursor that a client sent.
func (c *cursors) find(cursor string) (*snapshot, int, error) {
	number, offset, genuine := c.parse(cursor)
	if !genuine {
		return nil, 0, refuse(scim.InvalidCursor, "the cursor is not one of ours")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.snapshots[number]
	if s == nil || c.now().After(s.expires) {
		delete(c.snapshots, number)
		return nil, 0, refuse(scim.ExpiredCursor, "the cursor has expired: start again without one")
	}
	return s, offset, nil
}

func (c *cursors) parse(cursor string) (number, offset int, genuine bool) {
	i := strings.LastIndexByte(cursor, '.')
	if i < 0 || !hmac.Equal([]byte(cursor[i+1:]), []byte(sign(c.key, cursor[:i]))) {
		return 0, 0, false
	}
	a, b, _ := strings.Cut(cursor[:i], ".")
	number, _ = strconv.Atoi(a)
	offset, _ = strconv.Atoi(b)
	return number, offset, true
}
