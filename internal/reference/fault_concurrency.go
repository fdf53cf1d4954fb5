package reference

import (
	"net/http"
	"sync"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// concurrencyFaults go wrong between requests that come at the same time. What
// real service providers get wrong now and then goes wrong here every time: the
// first of two requests waits for the second at the moment that matters.
var concurrencyFaults = []Fault{
	{"patch-loses-updates", "PATCHes at the same time change what they have read before the others, and overwrite them", "7644-3.5.2.1-06, 7644-3.5.2.3-02",
		func(b *behaviour) {
			meet := newMeeting()
			onRequest(func(c *call) (*reply, error) {
				if !c.isPatch() || !c.isSingle() {
					return nil, nil
				}
				c.srv.store.mu.RLock()
				if r := c.srv.store.get(c.kind(), c.path[1]); r != nil {
					c.stale = r.doc
				}
				c.srv.store.mu.RUnlock()
				meet.wait(c.path[1])
				return nil, nil
			})(b)
		}},
	{"create-checks-uniqueness-early", "Creates at the same time do not see each other's userName", "7644-3.3-11, 7643-4.1.1-02",
		func(b *behaviour) {
			meet := newMeeting()
			const free = "X-Found-Free"
			onRequest(func(c *call) (*reply, error) {
				c.header.Del(free)
				name, _ := member(c.body, "userName")
				userName, _ := name.(string)
				if !c.isCreate() || c.endpoint() != scim.UsersEndpoint || userName == "" {
					return nil, nil
				}
				c.srv.store.mu.RLock()
				taken := len(c.srv.store.find(c.kind(), c.kind().find("", "userName").attr, userName)) > 0
				c.srv.store.mu.RUnlock()
				if !taken {
					meet.wait(userName)
					c.header.Set(free, "yes")
				}
				return nil, nil
			})(b)
			onSwitch(func(s *switches) {
				s.acceptDuplicate = func(c *call) bool { return c.isCreate() && c.header.Get(free) != "" }
			})(b)
		}},
	{"create-race-500", "Of creates of one userName at the same time one is answered with 500", "gravitee-access-management 8290, 7644-3.3-11",
		func(b *behaviour) {
			meet := newMeeting()
			onRequest(func(c *call) (*reply, error) {
				name, _ := member(c.body, "userName")
				userName, _ := name.(string)
				if c.isCreate() && c.endpoint() == scim.UsersEndpoint && userName != "" && meet.wait(userName) {
					return nil, fail(http.StatusInternalServerError, "duplicate key value violates unique constraint")
				}
				return nil, nil
			})(b)
		}},
	{"if-match-checked-early", "If-Match is checked before the changes of other requests are done", "7644-3.14-08, SCIM-SDK 746",
		func(b *behaviour) {
			meet := newMeeting()
			onRequest(func(c *call) (*reply, error) {
				if tag := c.header.Get("If-Match"); tag != "" && c.isSingle() && !c.srv.outdated(c, tag) {
					meet.wait(c.path[1])
					c.header.Del("If-Match")
				}
				return nil, nil
			})(b)
		}},
}

// patience is how long a request waits for another one.
const patience = 250 * time.Millisecond

// meeting is where requests that were sent at the same time wait for each
// other, two by two.
type meeting struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

func newMeeting() *meeting { return &meeting{waiting: map[string]chan struct{}{}} }

// wait returns when another request has come with the same key, or when none
// has for a while. It reports whether this is the second of two.
func (m *meeting) wait(key string) (second bool) {
	m.mu.Lock()
	if first, ok := m.waiting[key]; ok {
		delete(m.waiting, key)
		m.mu.Unlock()
		close(first)
		return true
	}
	met := make(chan struct{})
	m.waiting[key] = met
	m.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-met:
	case <-timer.C:
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.waiting[key] == met {
			delete(m.waiting, key)
		}
	}
	return false
}
