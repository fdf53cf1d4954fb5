package reference

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// tenantVariations are in how two tenants are kept apart, and in what becomes
// of what a token is not for.
var tenantVariations = []Variation{
	{"tenant-ids-refused-403", "An id of another tenant is answered with 403", "7644-6.1-03", refusingPeers(http.StatusForbidden)},
	{"tenant-ids-refused-401", "An id of another tenant is answered with 401", "7644-6.1-03", refusingPeers(http.StatusUnauthorized)},
	{"tenant-ids-alike", "Each of two tenants numbers its resources from 1", "7644-6.2-01",
		onSwitch(func(s *switches) { s.numbersAlike = true })},
	{"tenant-user-names-unique-over-all", "A userName that another tenant has is refused", "7643-7-38, notes 55",
		onPeersUserName(func(_ *call, _ *resource, _ object) error {
			return &problem{status: http.StatusConflict, scimType: scim.Uniqueness, detail: "the userName is taken"}
		})},
	{"rights-refused-404", "What a token may not do is refused with 404", "7644-2-08",
		onAnswer(func(c *call, a *reply) {
			if c.reader && a.status == http.StatusForbidden {
				setStatus(a, http.StatusNotFound)
			}
		})},
}

// refusingPeers refuses requests for ids of the other tenant with a status.
func refusingPeers(status int) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if c.srv.peer == nil || !c.isSingle() {
			return nil, nil
		}
		c.srv.store.mu.RLock()
		defer c.srv.store.mu.RUnlock()
		t, id := c.kind(), c.path[1]
		switch {
		case c.srv.store.get(t, id) != nil || c.srv.peer.store.get(t, id) == nil:
			return nil, nil
		case status == http.StatusUnauthorized:
			return nil, unauthenticated("given")
		}
		return nil, fail(status, "this is another tenant's")
	})
}
