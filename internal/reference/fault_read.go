package reference

import (
	"net/http"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// isRead reports whether the request reads a resource by its id.
func (c *call) isRead() bool {
	return c.method == http.MethodGet && len(c.path) == 2 && c.kind() != nil
}

var readFaults = []Fault{
	{"read-answers-404", "A resource cannot be read by its id", "7644-3.4.1-02",
		onRequest(func(c *call) (*reply, error) {
			if c.isRead() {
				return nil, notFound("the resource")
			}
			return nil, nil
		})},
	{"read-answers-another", "A user that is read by its id is the first user", "7644-3.4.1-01",
		onRequest(func(c *call) (*reply, error) {
			if c.isRead() && c.kind().name == "User" {
				c.srv.store.mu.RLock()
				defer c.srv.store.mu.RUnlock()
				if c.srv.store.byID[c.path[1]] != nil {
					c.path = []string{c.path[0], c.srv.store.collections[c.kind()].list[0].id}
				}
			}
			return nil, nil
		})},
	{"read-by-user-name", "A user can be read by the userName in place of the id", "7644-3.4.1-01, notes 43",
		onRequest(func(c *call) (*reply, error) {
			if c.isRead() && c.kind().name == "User" {
				c.srv.store.mu.RLock()
				defer c.srv.store.mu.RUnlock()
				t := c.kind()
				if found := c.srv.store.find(t, t.find("", "userName").attr, c.path[1]); len(found) > 0 {
					c.path = []string{c.path[0], found[0].id}
				}
			}
			return nil, nil
		})},
	{"read-touches-last-modified", "Reading a resource moves its lastModified", "7643-3.1-25",
		onAnswer(func(c *call, a *reply) {
			if c.isRead() && a.shows != nil {
				c.srv.store.mu.Lock()
				defer c.srv.store.mu.Unlock()
				c.srv.touch(a.shows)
			}
		})},
	{"unknown-id-answers-200", "A GET of an unknown id is answered with 200 and an empty user", "7644-3.12-28",
		onAnswer(func(c *call, a *reply) {
			if c.isRead() && a.status == http.StatusNotFound {
				a.status, a.body = http.StatusOK, object{"schemas": []any{c.kind().schema.id}, "id": c.path[1]}
			}
		})},
	{"unknown-id-answers-400", "An unknown id is answered with 400", "7644-3.12-11",
		onAnswer(func(c *call, a *reply) {
			if len(c.path) == 2 && c.kind() != nil && a.status == http.StatusNotFound {
				setStatus(a, http.StatusBadRequest)
			}
		})},
	{"malformed-id-answers-500", "An id that is no UUID is answered with 500", "7644-3.12-11",
		onRequest(func(c *call) (*reply, error) {
			if len(c.path) == 2 && c.kind() != nil && !c.isSearch() && len(c.path[1]) != 36 {
				return nil, fail(http.StatusInternalServerError, "invalid input syntax for type uuid")
			}
			return nil, nil
		})},
	{"endpoints-share-ids", "A user is found at /Groups as well", "7643-3.1-06",
		onRequest(func(c *call) (*reply, error) {
			if c.isRead() && c.kind().name == "Group" {
				c.srv.store.mu.RLock()
				defer c.srv.store.mu.RUnlock()
				if r := c.srv.store.byID[c.path[1]]; r != nil && r.kind.name == "User" {
					c.path = []string{"Users", r.id}
				}
			}
			return nil, nil
		})},
	{"inactive-hidden", "A user that is not active is answered with 404", "OKTA-Q17 (B8), E14",
		onAnswer(func(c *call, a *reply) {
			if c.isRead() && a.shows != nil && a.shows.doc["active"] == false {
				*a = *errorReply(notFound("the user"))
			}
		})},
	{"inactive-hidden-from-filter", "A user that is not active is not found by a filter", "OKTA-Q09, E14",
		onFilter(func(_ *call, f scim.Filter) scim.Filter {
			active := &scim.Compare{Attr: scim.AttrPath{Name: "active"}, Op: scim.NE, Value: false}
			return &scim.And{Left: f, Right: active}
		})},
	{"group-members-not-returned", "A group is shown without its members", "graphql-hive 8352",
		onShow(func(_ *call, _ *resource, o object) { delete(o, "members") })},
	{"list-lacks-members", "Lists show groups without their members, although a read shows them", "graphql-hive 8352, 7644-3.9-01",
		onPage(func(_ *call, _ *query, list object) {
			for _, r := range list["Resources"].([]any) {
				delete(r.(object), "members")
			}
		})},
	{"user-groups-not-filled", "A user is shown without its groups", "7643-4.1.2-20",
		onShow(func(_ *call, r *resource, o object) {
			if r.kind.name == "User" {
				delete(o, "groups")
			}
		})},
	{"members-end-at-100", "A group has no more than a hundred members", "OKTA-Q31",
		onShow(func(_ *call, _ *resource, o object) {
			if list := listOf(o["members"]); len(list) > 100 {
				o["members"] = list[:100]
			}
		})},
	{"meta-missing", "A resource has no created, no lastModified and no location in meta", "7643-3.1-02",
		onShow(func(_ *call, r *resource, o object) {
			if o["meta"] != nil {
				o["meta"] = object{"resourceType": r.kind.name}
			}
		})},
	{"meta-location-missing", "The answer to a create has no meta.location", "7644-3.3-10",
		onShow(func(c *call, _ *resource, o object) {
			if meta, ok := o["meta"].(object); ok && c.isCreate() {
				delete(meta, "location")
			}
		})},
	{"meta-location-relative", "meta.location is relative", "directory-scimple 797, elimity 172",
		onShow(func(c *call, _ *resource, o object) {
			if meta, ok := o["meta"].(object); ok && meta["location"] != nil {
				meta["location"] = strings.TrimPrefix(meta["location"].(string), c.base+"/")
			}
		})},
	{"wrong-resource-type", "meta.resourceType is the plural of the resource type", "7643-3.1-23",
		onShow(func(_ *call, r *resource, o object) {
			if meta, ok := o["meta"].(object); ok {
				meta["resourceType"] = r.kind.name + "s"
			}
		})},
	{"last-modified-ahead-of-created", "lastModified of a new resource is later than created", "7643-3.1-26",
		onShow(func(_ *call, r *resource, o object) {
			if meta, ok := o["meta"].(object); ok {
				meta["lastModified"] = stamp(r.modified.Add(3 * time.Second))
			}
		})},
	{"last-modified-stays", "A change does not move lastModified", "7643-3.1-25",
		onShow(func(_ *call, r *resource, o object) {
			if meta, ok := o["meta"].(object); ok {
				meta["lastModified"] = stamp(r.created)
			}
		})},
	{"boolean-as-number", "active is shown as 1 or 0", "snipe-it 13948, 7643-2.3-03",
		onShow(func(_ *call, _ *resource, o object) {
			if active, ok := o["active"].(bool); ok {
				o["active"] = map[bool]int{true: 1, false: 0}[active]
			}
		})},
	{"active-inverted", "active is shown the other way round, as what is kept is whether somebody is disabled", "zscaler.md 6.1",
		onShow(func(_ *call, _ *resource, o object) {
			if active, ok := o["active"].(bool); ok {
				o["active"] = !active
			}
		})},
	{"active-as-string", "active is shown as a string", "7643-2.3-03, laravel-scim-server 114",
		onShow(func(_ *call, _ *resource, o object) {
			if active, ok := o["active"].(bool); ok {
				o["active"] = map[bool]string{true: "True", false: "False"}[active]
			}
		})},
}
