package reference

import (
	"net/http"
	"strings"
)

// asyncVariations are asynchronous requests (RFC 9967 section 2.5.1.1).
var asyncVariations = []Variation{
	{"asynchronous-on-request", "A write with Prefer: respond-async is answered with 202, and done", "9967-2.5.1.1-04, 9967-4-02", asynchronous},
	{"asynchronous-result-elsewhere", "A write with Prefer: respond-async is answered with 202 and the URI of an event", "9967-2.5.1.1-08",
		func(b *behaviour) {
			asynchronous(b)
			onAccepted(func(c *call, a *reply) {
				a.header.Set("Location", c.base+"/Events/"+a.header.Get("Set-Txn"))
			})(b)
		}},
	{"not-asynchronous", "Asynchronous requests are not offered, and ServiceProviderConfig says so", "9967-4-02",
		onConfig(func(o object) { o["securityEvents"] = object{"asyncRequest": "none"} })},
}

// asynchronous answers writes that ask for it with 202. They are done by then,
// which no client can tell from done soon. A failure is answered at once.
func asynchronous(b *behaviour) {
	onConfig(func(o object) {
		o["securityEvents"] = object{
			"asyncRequest": "request",
			"eventUris":    []any{"urn:ietf:params:scim:event:misc:asyncresp"},
		}
	})(b)
	onAnswer(func(c *call, a *reply) {
		if !c.asksForAsync() || a.status/100 != 2 || a.status == http.StatusAccepted {
			return
		}
		location := a.header.Get("Location")
		if location == "" {
			location = c.base + "/" + strings.Join(c.path, "/")
		}
		c.srv.store.mu.Lock()
		txn := c.srv.store.newID()
		c.srv.store.mu.Unlock()
		*a = *newReply(http.StatusAccepted, nil)
		a.header.Set("Location", location)
		a.header.Set("Set-Txn", txn)
		a.header.Set("Preference-Applied", respondAsync)
	})(b)
}

// respondAsync is the preference for an answer before the request is done (RFC
// 7240 section 4.1).
const respondAsync = "respond-async"

// asksForAsync reports whether the request is a write that prefers not to wait.
func (c *call) asksForAsync() bool {
	writes := c.isWrite() || c.method == http.MethodDelete
	return writes && !c.inBulk && strings.Contains(strings.ToLower(c.header.Get("Prefer")), respondAsync)
}

// onAccepted changes the answers 202.
func onAccepted(f func(c *call, a *reply)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if a.status == http.StatusAccepted {
			f(c, a)
		}
	})
}
