package reference

import (
	"regexp"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// tombstone is what Entra ID puts in front of the userName of a user in its
// recycle bin: the id without dashes.
var tombstone = regexp.MustCompile(`(?i)^[0-9a-f]{32}`)

// driftFaults show when the identity provider and the service provider have
// come apart, or are about to.
var driftFaults = []Fault{
	{"name-ends-at-64", "The parts of a name end after 64 characters", "entra.md 1.8, 7643-2.3.1-01",
		onWrite(func(_ *call, r *resource, _, after object) error {
			name, ok := after["name"].(object)
			if !ok || !r.isUser() {
				return nil
			}
			short := cloneObject(name)
			for key, v := range short {
				if s, ok := v.(string); ok && len([]rune(s)) > 64 {
					short[key] = string([]rune(s)[:64])
				}
			}
			after["name"] = short
			return nil
		})},
	{"list-changed-last", "A list ends with what was changed last", "OKTA-Q37, okta.md 4",
		onQuery(func(_ *call, q *query) {
			if q.sortBy == "" && q.cursor == nil {
				q.sortBy = "meta.lastModified"
			}
		})},
	{"reactivated-stays-active", "Who was made active again cannot be made inactive", "entra.md E26, okta.md B42",
		func(b *behaviour) {
			var back sync.Map // by the id of the user
			onWrite(func(_ *call, r *resource, before, after object) error {
				if before == nil || !r.isUser() {
					return nil
				}
				if before["active"] == false && after["active"] == true {
					back.Store(r.id, true)
				}
				if _, was := back.Load(r.id); was && after["active"] == false {
					after["active"] = true
				}
				return nil
			})(b)
		}},
	{"tombstone-user-name-refused", "A userName that begins with an id, as in Entra ID's recycle bin, is refused", "E78, onyx 14074",
		onWrite(func(_ *call, r *resource, _, after object) error {
			if r.isUser() && tombstone.MatchString(textOf(after, "userName")) {
				return refuse(scim.InvalidValue, "the userName is not one of this organization")
			}
			return nil
		})},
}
