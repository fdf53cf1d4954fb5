package server

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// reorder is the fault by which two requests reach the target in the other order.
// An identity provider that waits for each answer sends the second one only when
// it has given the first one up. So the first one times out, is held back, and is
// delivered late: when the next other write to the same resource has reached the
// target. Nobody sees its answer but the log.
const reorder = "reorder"

// held is a request that was held back.
type held struct {
	resource string
	request  scim.Request
}

// resourceOf names what a request writes to; "" is a read. What is created has no
// id yet: it goes by its names, so that a second attempt is the same resource.
func resourceOf(r scim.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return ""
	case http.MethodPost:
		for _, name := range []string{"userName", "displayName", "externalId"} {
			if v := gjson.GetBytes(r.Body, name); v.Type == gjson.String {
				return r.Path + " " + strings.ToLower(v.String())
			}
		}
	}
	return r.Path
}

// overtakes reports whether a request that reaches the target releases one that
// was held back. The same change once more does not: the order of two equal ones
// cannot be seen. A second create does: the late one may make a second account.
func (h held) overtakes(r scim.Request) bool {
	if resourceOf(r) != h.resource {
		return false
	}
	return r.Method == http.MethodPost || r.Method != h.request.Method || !bytes.Equal(r.Body, h.request.Body)
}

// reorders reports whether a request may be held back: a write, and none to the
// same resource is held back already. It is called with the lock held.
func (w *way) reorders(r scim.Request) bool {
	resource := resourceOf(r)
	for _, h := range w.held {
		if h.resource == resource {
			return false
		}
	}
	return resource != ""
}

// hold holds a request back.
func (w *way) hold(r scim.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, held{resourceOf(r), r})
}

// overtaken returns the request that another one, which has reached the target,
// has overtaken.
func (w *way) overtaken(r scim.Request) (scim.Request, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, h := range w.held {
		if h.overtakes(r) {
			w.held = append(w.held[:i:i], w.held[i+1:]...)
			return h.request, true
		}
	}
	return scim.Request{}, false
}

// logLate writes what was delivered late into the log, behind the change that
// overtook it.
func (t *Tenant) logLate() {
	for _, x := range t.late {
		e := &Entry{
			At: t.clock.Now(), Source: t.source, Action: "late-delivery", Outcome: mockidp.Done, Duration: x.Elapsed,
			Reason:    "a fault on the way had held it back until now; the identity provider does not see this answer",
			Exchanges: []*scim.Exchange{trim(x)},
		}
		if x.Status() == 0 || x.Status() >= 300 {
			e.Outcome = mockidp.Failed
		}
		t.logged(e)
	}
	t.late = nil
}
