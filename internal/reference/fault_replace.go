package reference

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// isPut reports whether the request replaces a resource.
func (c *call) isPut() bool { return c.method == http.MethodPut }

// onPut sees what a PUT is about to store.
func onPut(f func(before, after object)) func(*behaviour) {
	return onWrite(func(c *call, _ *resource, before, after object) error {
		if c.isPut() && before != nil {
			f(before, after)
		}
		return nil
	})
}

// undo makes a document what it was.
func undo(before, after object) {
	clear(after)
	for k, v := range before {
		after[k] = v
	}
}

// keep leaves an attribute as it was.
func keep(name string, before, after object) {
	delete(after, name)
	if v, ok := before[name]; ok {
		after[name] = v
	}
}

var replaceFaults = []Fault{
	{"put-ignored", "PUT answers 200 and changes nothing", "OKTA-Q02 (B24)", onPut(undo)},
	{"put-ignores-active", "PUT does not change active", "OKTA-Q02 (B7)",
		onPut(func(before, after object) { keep("active", before, after) })},
	{"put-ignores-extension", "PUT does not change the enterprise extension", "OKTA-Q05 (B38)",
		onPut(func(before, after object) { keep(scim.EnterpriseUserURN, before, after) })},
	{"put-ignores-members", "PUT does not change the members of a group", "OKTA-Q30 (B24)",
		onPut(func(before, after object) { keep("members", before, after) })},
	{"put-ignores-display-name", "PUT does not change the displayName", "OKTA-Q30 (B21)",
		onPut(func(before, after object) { keep("displayName", before, after) })},
	{"put-keeps-null", "PUT with null leaves the old value", "oxTrust 1869, 7643-2.5-01",
		onWrite(func(c *call, _ *resource, before, after object) error {
			for name, v := range c.body {
				if c.isPut() && v == nil && before[name] != nil {
					after[name] = before[name]
				}
			}
			return nil
		})},
	{"put-merges-lists", "PUT adds to the values of multi-valued attributes", "OpenTranscribe 582, 7644-3.5.1-04",
		onWrite(func(c *call, r *resource, before, after object) error {
			for _, p := range r.kind.places() {
				if c.isPut() && p.attr.multiValued && p.attr.mutability != readOnly && p.attr.name != "schemas" {
					p.set(after, p.attr.join(listOf(p.get(before)), listOf(p.get(after))))
				}
			}
			return nil
		})},
	{"put-refuses-read-only", "PUT with readOnly attributes is refused", "OKTA-Q04 (B22, B40), 7644-3.5.1-13",
		onRequest(func(c *call) (*reply, error) {
			for _, name := range [...]string{"id", "meta", "groups"} {
				if _, sent := c.body[name]; sent && c.isPut() {
					return nil, refuse(scim.Mutability, "%s is readOnly", name)
				}
			}
			return nil, nil
		})},
	{"put-numbers-user-name", "PUT with the userName that the user has appends a number to it", "7644-3.5.1-01",
		onWrite(func(c *call, r *resource, before, after object) error {
			if name, _ := after["userName"].(string); c.isPut() && r.kind.name == "User" && before["userName"] == any(name) {
				after["userName"] = name + "1"
			}
			return nil
		})},
	{"put-answers-201", "PUT of a resource that exists is answered with 201", "7644-3.5.1-15",
		onAnswer(func(c *call, a *reply) {
			if c.isPut() && a.shows != nil {
				a.status = http.StatusCreated
			}
		})},
	{"put-answers-204", "PUT is answered with 204", "7644-3.5.1-15",
		onAnswer(func(c *call, a *reply) {
			if c.isPut() && a.status == http.StatusOK {
				a.status, a.body = http.StatusNoContent, nil
			}
		})},
	{"put-answers-partly", "PUT is answered with what was sent alone", "7644-3.5.1-15",
		onAnswer(func(c *call, a *reply) {
			if c.isPut() && a.shows != nil {
				for name := range a.body {
					if _, sent := c.body[name]; !sent && name != "id" {
						delete(a.body, name)
					}
				}
				delete(a.body, "meta")
			}
		})},
	{"put-changes-id", "PUT gives the resource another id", "7643-3.1-07",
		onAnswer(func(c *call, a *reply) {
			if !c.isPut() || a.shows == nil {
				return
			}
			c.srv.store.mu.Lock()
			defer c.srv.store.mu.Unlock()
			r := a.shows
			delete(c.srv.store.byID, r.id)
			r.id = c.srv.store.newID()
			c.srv.store.byID[r.id] = r
			a.body["id"] = r.id
		})},
	{"put-foreign-id-500", "PUT with a foreign id in the body is answered with 500", "7643-3.1-12",
		onRequest(func(c *call) (*reply, error) {
			if id, sent := c.body["id"]; c.isPut() && sent && id != any(c.path[len(c.path)-1]) {
				return nil, fail(http.StatusInternalServerError, "the ids differ")
			}
			return nil, nil
		})},
	{"put-creates", "PUT to an unknown id creates a resource", "7644-3.2-08, 7644-3.5.1-02",
		onRequest(func(c *call) (*reply, error) {
			if !c.isPut() || c.kind() == nil || len(c.path) != 2 {
				return nil, nil
			}
			c.srv.store.mu.RLock()
			there := c.srv.store.get(c.kind(), c.path[1]) != nil
			c.srv.store.mu.RUnlock()
			if !there {
				as := *c
				as.method, as.path = http.MethodPost, c.path[:1]
				return c.srv.create(&as, c.kind())
			}
			return nil, nil
		})},
	{"put-accepts-duplicate", "PUT can give a user the userName of another", "7644-3.5.1-17",
		onSwitch(func(s *switches) { s.acceptDuplicate = (*call).isPut })},
	{"put-duplicate-500", "PUT with the userName of another user is answered with 500", "7644-3.5.1-17",
		onAnswer(func(c *call, a *reply) {
			if c.isPut() && a.status == http.StatusConflict {
				setStatus(a, http.StatusInternalServerError)
				delete(a.body, "scimType")
			}
		})},
	{"put-clears-required", "PUT without a userName leaves a user without one", "7643-4.1.1-01",
		onSwitch(func(s *switches) { s.optional = func(c *call, _ *attribute) bool { return c.isPut() } })},
	{"put-resets-created", "PUT moves meta.created", "7643-3.1-24",
		onAnswer(func(c *call, a *reply) {
			if c.isPut() && a.shows != nil {
				c.srv.store.mu.Lock()
				defer c.srv.store.mu.Unlock()
				a.shows.created = a.shows.modified
				if meta, ok := a.body["meta"].(object); ok {
					meta["created"] = stamp(a.shows.created)
				}
			}
		})},
	{"put-same-members-refused", "PUT of a group with the members that it has is refused", "OKTA-Q30 (B22), SimpleIdServer 247",
		onWrite(func(c *call, _ *resource, before, after object) error {
			if c.isPut() && before["members"] != nil && after["members"] != nil {
				return refuse(scim.Mutability, "members is immutable")
			}
			return nil
		})},
	{"put-rename-keeps-index", "After a PUT the old displayName of a group is still taken", "OKTA-Q32 (B20)",
		func(b *behaviour) {
			taken := map[any]bool{}
			onWrite(func(c *call, r *resource, before, after object) error {
				name, _ := after["displayName"].(string)
				switch {
				case r.kind.name != "Group":
				case before == nil && taken[name]:
					return conflict(r.kind.find("", "displayName").attr, name)
				case c.isPut() && before != nil && before["displayName"] != any(name):
					taken[before["displayName"]] = true
				}
				return nil
			})(b)
		}},
	{"put-501", "PUT is not offered", "OKTA-Q02, 7644-3.5-01",
		onRequest(func(c *call) (*reply, error) {
			if c.isPut() {
				return nil, notImplemented("PUT")
			}
			return nil, nil
		})},
	{"unique-against-itself", "A user conflicts with its own userName", "E76, 7644-3.5.1-17",
		onSwitch(func(s *switches) { s.uniqueAgainstItself = true })},
}
