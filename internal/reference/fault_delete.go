package reference

import (
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// isDelete reports whether the request deletes a resource of a type.
func (c *call) isDelete() bool {
	return c.method == http.MethodDelete && len(c.path) == 2 && c.kind() != nil
}

// instead answers a DELETE of a resource that exists in another way. The
// store's lock is held.
func instead(f func(c *call, r *resource) (*reply, error)) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if !c.isDelete() {
			return nil, nil
		}
		c.srv.store.mu.Lock()
		defer c.srv.store.mu.Unlock()
		if r := c.srv.store.get(c.kind(), c.path[1]); r != nil {
			return f(c, r)
		}
		return nil, nil
	})
}

var deleteFaults = []Fault{
	{"deleted-manager-500", "A user whose manager was deleted is answered with 500", "7643-2.3.7-08",
		onAnswer(func(c *call, a *reply) {
			if !c.isRead() || !a.shows.isUser() {
				return
			}
			c.srv.store.mu.RLock()
			defer c.srv.store.mu.RUnlock()
			for _, id := range managerIDs(a.shows.doc) {
				if c.srv.store.byID[id] == nil {
					*a = *errorReply(fail(http.StatusInternalServerError, "the manager does not exist"))
				}
			}
		})},
	{"delete-manager-deletes-reports", "Deleting a user deletes those whose manager it is", "7643-2.3.7-08",
		onDelete(func(c *call, r *resource) {
			for _, u := range slices.Clone(c.srv.store.reports[r.id]) {
				c.srv.drop(u)
			}
		})},
	{"delete-ignored", "DELETE answers 204 and deletes nothing", "7644-3.6-03",
		instead(func(*call, *resource) (*reply, error) { return newReply(http.StatusNoContent, nil), nil })},
	{"delete-answers-200", "DELETE is answered with 200 and a body", "E79, 7644-3.6-08",
		onAnswer(func(c *call, a *reply) {
			if c.isDelete() && a.status == http.StatusNoContent {
				a.status, a.body = http.StatusOK, object{"schemas": []any{c.kind().schema.id}, "id": c.path[1]}
			}
		})},
	{"delete-refused", "DELETE is answered with 405", "7644-3.2-11",
		instead(func(c *call, _ *resource) (*reply, error) {
			return nil, notAllowed(c.method, http.MethodGet, http.MethodPut, http.MethodPatch)
		})},
	{"delete-deactivates", "DELETE makes a user inactive and keeps it readable", "7644-3.6-03, notes 11",
		instead(func(c *call, r *resource) (*reply, error) {
			if r.kind.name != "User" {
				return nil, nil
			}
			doc := cloneObject(r.doc)
			doc["active"] = false
			c.srv.store.replace(r, doc)
			c.srv.touch(r)
			return newReply(http.StatusNoContent, nil), nil
		})},
	{"delete-twice-answers-204", "DELETE of what is not there is answered with 204", "7644-3.6-05, wire-server 660",
		onAnswer(func(c *call, a *reply) {
			if c.isDelete() && a.status == http.StatusNotFound {
				a.status, a.body = http.StatusNoContent, nil
			}
		})},
	{"delete-twice-500", "DELETE of what is not there is answered with 500", "wso2 11976, 7644-3.6-05",
		onAnswer(func(c *call, a *reply) {
			if c.isDelete() && a.status == http.StatusNotFound {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
	{"deleted-answers-410", "A deleted resource is answered with 410", "7644-3.6-03",
		onAnswer(func(c *call, a *reply) {
			if c.isRead() && a.status == http.StatusNotFound {
				setStatus(a, http.StatusGone)
			}
		})},
	{"deleted-still-listed", "A deleted resource stays in lists", "wire-server 548, 7644-3.6-06",
		func(b *behaviour) {
			var gone []*resource
			instead(func(_ *call, r *resource) (*reply, error) {
				gone = append(gone, r)
				return nil, nil
			})(b)
			onPage(func(c *call, q *query, list object) {
				found := list["Resources"].([]any)
				for _, r := range gone {
					if slices.Contains(q.types, r.kind) && holds(c, q.filter, r) {
						found = append(found, c.srv.shown(c, r, q.sel))
					}
				}
				list["totalResults"] = list["totalResults"].(int) + len(found) - len(list["Resources"].([]any))
				list["Resources"], list["itemsPerPage"] = found, len(found)
			})(b)
		}},
	{"deleted-user-name-stays-taken", "The userName of a deleted user cannot be used again", "7644-3.6-07, Unleash 9190",
		func(b *behaviour) {
			taken := map[any]bool{}
			instead(func(_ *call, r *resource) (*reply, error) {
				taken[r.doc["userName"]] = r.kind.name == "User"
				return nil, nil
			})(b)
			onWrite(func(_ *call, r *resource, before, after object) error {
				if name, ok := after["userName"].(string); ok && before == nil && taken[name] {
					return conflict(r.kind.find("", "userName").attr, name)
				}
				return nil
			})(b)
		}},
	{"delete-group-deletes-members", "Deleting a group deletes its members", "OKTA-Q34",
		instead(func(c *call, r *resource) (*reply, error) {
			for _, id := range memberIDs(r.doc) {
				if m := c.srv.store.byID[id]; m != nil && m.kind.name == "User" {
					c.srv.drop(m)
				}
			}
			return nil, nil
		})},
	{"delete-refuses-group-with-members", "A group with members cannot be deleted", "E63",
		instead(func(_ *call, r *resource) (*reply, error) {
			if len(memberIDs(r.doc)) > 0 {
				return nil, refuse("", "the group has members")
			}
			return nil, nil
		})},
}

// holds evaluates a filter, or none, on a resource.
func holds(c *call, f scim.Filter, r *resource) bool {
	if f == nil {
		return true
	}
	test, err := compile(f, resourceScope{c, r.kind})
	return err == nil && test(r)
}
