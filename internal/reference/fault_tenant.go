package reference

import (
	"crypto/sha256"
	"fmt"
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// tenantFaults are in what keeps two tenants apart. The second one sees what is
// the first one's; without a second tenant they do nothing.
var tenantFaults = []Fault{
	{"tenant-read-crosses", "A resource of another tenant can be read by its id", "7644-6.1-03",
		crossing(func(c *call) bool { return c.isRead() })},
	{"tenant-replace-crosses", "A resource of another tenant can be replaced", "7644-6.1-03",
		crossing(func(c *call) bool { return c.isPut() && !c.inBulk })},
	{"tenant-patch-crosses", "A resource of another tenant can be changed by PATCH", "7644-6.1-03",
		crossing(func(c *call) bool { return c.isPatch() && !c.inBulk })},
	{"tenant-delete-crosses", "A resource of another tenant can be deleted", "7644-6.1-03",
		crossing(func(c *call) bool { return c.isDelete() && !c.inBulk })},
	{"tenant-bulk-crosses", "The operations of a bulk request reach the resources of another tenant", "7644-6.1-03",
		crossing(func(c *call) bool { return c.inBulk && c.method != http.MethodPost })},
	{"tenant-member-crosses", "A group takes a member of another tenant and shows its name", "7644-6.1-03",
		onSwitch(func(s *switches) { s.membersCross = true })},
	{"tenant-member-shown-at-once", "The answer to a create shows the name of a member of another tenant", "7644-6.1-03",
		memberShown((*call).isCreate)},
	{"tenant-member-shown-later", "A group shows the name of a member of another tenant when it is read", "7644-6.1-03",
		memberShown((*call).isRead)},
	{"tenant-manager-crosses", "The name of a manager of another tenant is shown", "7644-6.1-03",
		onSwitch(func(s *switches) { s.managersCross = true })},
	{"tenant-list-crosses", "A list without a filter shows the resources of all tenants", "7643-9.3-04",
		onPage(func(c *call, q *query, list object) {
			if q.filter == nil && !c.isSearch() {
				c.showPeers(q, list)
			}
		})},
	{"tenant-filter-crosses", "A filter finds the resources of all tenants", "7643-9.3-04",
		onPage(func(c *call, q *query, list object) {
			if q.filter != nil && !c.isSearch() {
				c.showPeers(q, list)
			}
		})},
	{"tenant-count-crosses", "totalResults counts the matches of all tenants", "7643-9.3-04",
		onPage(func(c *call, q *query, list object) {
			if c.ofSecond() && q.filter != nil {
				list["totalResults"] = list["totalResults"].(int) + len(c.peers(q))
			}
		})},
	{"tenant-search-crosses", "A query by POST finds the resources of all tenants", "7643-9.3-04",
		onPage(func(c *call, q *query, list object) {
			if c.isSearch() {
				c.showPeers(q, list)
			}
		})},
	{"tenant-cursor-crosses", "A cursor of another tenant shows the pages of that tenant", "9865-5.2-01",
		crossing(func(c *call) bool { return c.hasPeersCursor() })},
	{"tenant-cursor-told-apart", "A cursor of another tenant is refused in another way than one that was made up", "9865-5.2-05",
		onRequest(func(c *call) (*reply, error) {
			if c.ofSecond() && c.hasPeersCursor() {
				return nil, fail(http.StatusForbidden, "the cursor is another tenant's")
			}
			return nil, nil
		})},
	{"tenant-version-shown", "The refusal of another tenant's id bears the version of the resource", "7644-6.1-03",
		onAnswer(func(c *call, a *reply) {
			if !c.ofSecond() || a.status != http.StatusNotFound || !c.isSingle() {
				return
			}
			c.srv.store.mu.RLock()
			defer c.srv.store.mu.RUnlock()
			if r := c.srv.peer.store.get(c.kind(), c.path[1]); r != nil {
				a.header.Set("ETag", r.version())
			}
		})},
	{"tenant-conflict-shows-record", "The refusal of a userName that another tenant has shows whose it is", "7644-6.1-03",
		onPeersUserName(func(_ *call, r *resource, _ object) error {
			return &problem{
				status: http.StatusConflict, scimType: scim.Uniqueness,
				detail: fmt.Sprintf("the userName is that of %s, %v", nameIn(r.doc), r.doc["externalId"]),
			}
		})},
	{"tenant-same-user-name-overwrites", "A create with a userName that another tenant has changes the record there", "7644-6.1-03",
		onPeersUserName(func(c *call, r *resource, after object) error {
			doc := cloneObject(after)
			c.srv.peer.store.replace(r, doc)
			c.srv.peer.touch(r)
			return nil
		})},
	{"tenant-external-id-unique", "An externalId that another tenant has is refused", "7643-3.1-16",
		onWrite(func(c *call, _ *resource, before, after object) error {
			id, _ := after["externalId"].(string)
			if !c.ofSecond() || before != nil || id == "" {
				return nil
			}
			for _, r := range c.srv.peer.store.collections[c.srv.types[0]].list {
				if r.doc["externalId"] == any(id) {
					return &problem{status: http.StatusConflict, scimType: scim.Uniqueness, detail: "the externalId is taken"}
				}
			}
			return nil
		})},
	{"tenant-id-of-person", "A person has the same id in every tenant", "7643-9.3-02",
		onWrite(func(c *call, r *resource, before, after object) error {
			if name, _ := after["userName"].(string); c.srv.peer != nil && before == nil && name != "" {
				sum := sha256.Sum256([]byte(name))
				r.id = fmt.Sprintf("%x", sum[:16])
			}
			return nil
		})},
	{"tenant-of-url", "The URL names the tenant, whosever the token is", "7644-6.1-04",
		onSwitch(func(s *switches) { s.pathOverToken = true })},
}

// rightsFaults are in what a token that may only read is kept from.
var rightsFaults = []Fault{
	{"rights-create-open", "A token that may only read creates", "7644-2-08", readerMay((*call).isCreate)},
	{"rights-replace-open", "A token that may only read replaces", "7644-2-08", readerMay((*call).isPut)},
	{"rights-patch-open", "A token that may only read changes by PATCH", "7644-2-08", readerMay((*call).isPatch)},
	{"rights-delete-open", "A token that may only read deletes", "7644-2-08", readerMay((*call).isDelete)},
	{"rights-bulk-open", "A token that may only read does all in a bulk request", "7644-2-08",
		readerMay(func(c *call) bool { return c.endpoint() == scim.BulkEndpoint })},
	{"rights-done-and-refused", "What a token may not do is done and then refused", "7644-2-08",
		func(b *behaviour) {
			readerMay(func(*call) bool { return true })(b)
			onAnswer(func(c *call, a *reply) {
				if c.reader && (c.isWrite() || c.isDelete()) {
					*a = *errorReply(fail(http.StatusForbidden, "the token may only read"))
				}
			})(b)
		}},
	{"rights-refused-with-400", "What a token may not do is refused with 400", "7644-3.12-10",
		onAnswer(func(c *call, a *reply) {
			if c.reader && a.status == http.StatusForbidden {
				setStatus(a, http.StatusBadRequest)
			}
		})},
}

func readerMay(f func(c *call) bool) func(*behaviour) {
	return onSwitch(func(s *switches) { s.readerMay = f })
}

// ofSecond reports whether a request is for the second tenant.
func (c *call) ofSecond() bool { return c.srv.peer != nil && c.srv.second == nil }

// crossing has requests of the second tenant answered by the first where the
// second does not know the id.
func crossing(when func(c *call) bool) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if !c.ofSecond() || !when(c) {
			return nil, nil
		}
		c.srv.store.mu.RLock()
		defer c.srv.store.mu.RUnlock()
		if !c.isSingle() || c.srv.store.get(c.kind(), c.path[1]) == nil {
			c.srv = c.srv.peer
		}
		return nil, nil
	})
}

// peers lists what a query would find in the first tenant (locked).
func (c *call) peers(q *query) []*resource {
	there := *c
	there.srv = c.srv.peer
	found, err := there.srv.matching(&there, q)
	if err != nil {
		return nil
	}
	return found
}

// showPeers puts what the first tenant has into a list for the second
// (locked).
func (c *call) showPeers(q *query, list object) {
	if !c.ofSecond() || q.cursor != nil || q.startIndex > 1 {
		return
	}
	there := *c
	there.srv = c.srv.peer
	resources := listOf(list["Resources"])
	for _, r := range c.peers(q) {
		resources = append(resources, there.srv.shown(&there, r, q.sel))
	}
	list["Resources"], list["totalResults"], list["itemsPerPage"] = resources, len(resources), len(resources)
}

// hasPeersCursor reports whether a request bears a cursor of the first tenant.
func (c *call) hasPeersCursor() bool {
	cursor, given := c.param("cursor")
	if !given || c.srv.peer == nil {
		return false
	}
	_, _, genuine := c.srv.peer.cursors.parse(cursor)
	return genuine
}

// onPeersUserName sees the creates in the second tenant whose userName a
// resource of the first has (locked).
func onPeersUserName(f func(c *call, r *resource, after object) error) func(*behaviour) {
	return onWrite(func(c *call, r *resource, before, after object) error {
		name, _ := after["userName"].(string)
		if !c.ofSecond() || before != nil || name == "" {
			return nil
		}
		for _, other := range c.srv.peer.store.find(r.kind, r.kind.find("", "userName").attr, name) {
			return f(c, other, after)
		}
		return nil
	})
}

// memberShown lets a group of one tenant show a member of the other in some
// answers.
func memberShown(in func(*call) bool) func(*behaviour) {
	return func(b *behaviour) {
		onSwitch(func(s *switches) { s.membersCross = true })(b)
		onShow(func(c *call, r *resource, o object) {
			if r.kind.name != "Group" || in(c) {
				return
			}
			for _, v := range listOf(o["members"]) {
				if m, ok := v.(object); ok {
					delete(m, "display")
				}
			}
		})(b)
	}
}
