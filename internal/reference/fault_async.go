package reference

import (
	"net/http"
	"strings"
)

// asyncFaults are in asynchronous requests. Those in the answer 202 bring it
// with them.
var asyncFaults = []Fault{
	{"async-202-with-body", "The answer 202 to an asynchronous request has a body", "9967-2.5.1.1-05",
		asynchronousBut(func(_ *call, a *reply) { a.body = object{"status": "pending"} })},
	{"async-202-without-location", "The answer 202 to an asynchronous request has no header Location", "9967-2.5.1.1-08",
		asynchronousBut(func(_ *call, a *reply) { a.header.Del("Location") })},
	{"async-202-location-no-uri", "The header Location of an answer 202 is an identifier, no URI", "9967-2.5.1.1-08",
		asynchronousBut(func(_ *call, a *reply) { a.header.Set("Location", "txn "+a.header.Get("Set-Txn")) })},
	{"async-202-without-set-txn", "The answer 202 to an asynchronous request has no header Set-Txn", "9967-3-01",
		asynchronousBut(func(_ *call, a *reply) { a.header.Del("Set-Txn") })},
	{"async-202-without-preference-applied", "The answer 202 to an asynchronous request has no header Preference-Applied", "9967-2.5.1.1-07",
		asynchronousBut(func(_ *call, a *reply) { a.header.Del("Preference-Applied") })},
	{"async-result-for-everyone", "The result of an asynchronous request is shown without credentials", "9967-5-01",
		func(b *behaviour) {
			asynchronous(b)
			onAdmit(func(c *call, authorization string) bool {
				return c.method == http.MethodGet && authorization == "" && c.kind() != nil && len(c.path) == 2
			})(b)
		}},
	{"async-accept-406", "An asynchronous request that accepts no JSON is answered with 406", "9967-2.5.1.1-02",
		func(b *behaviour) {
			asynchronous(b)
			refusing(http.StatusNotAcceptable, func(c *call) bool {
				return c.asksForAsync() && !strings.Contains(c.header.Get("Accept"), "json")
			})(b)
		}},
	{"async-preference-400", "A write with Prefer: respond-async is refused", "9967-2.5.1.1-01",
		refusing(http.StatusBadRequest, (*call).asksForAsync)},
	{"async-though-none", "ServiceProviderConfig says that nothing is asynchronous, and an asynchronous request is answered with 202", "9967-4-02",
		func(b *behaviour) {
			asynchronous(b)
			onConfig(func(o object) { o["securityEvents"] = object{"asyncRequest": "none"} })(b)
		}},
	{"async-event-names", "ServiceProviderConfig lists names of events in place of URIs", "9967-4-03",
		onConfig(func(o object) {
			o["securityEvents"] = object{"asyncRequest": "none", "eventUris": []any{"user-created", "urn:ietf:params:scim:events:prov:delete"}}
		})},
	{"async-unknown-mode", "ServiceProviderConfig has a word of its own for asynchronous requests", "9967-4-02",
		onConfig(func(o object) { o["securityEvents"] = object{"asyncRequest": "always"} })},
}

// asynchronousBut is asynchronous with other answers 202.
func asynchronousBut(f func(c *call, a *reply)) func(*behaviour) {
	return func(b *behaviour) {
		asynchronous(b)
		onAccepted(f)(b)
	}
}
