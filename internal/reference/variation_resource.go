package reference

import (
	"net/http"
	"slices"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// resourceVariations are in what is stored and shown.
var resourceVariations = []Variation{
	{"groups-of-user-left-out", "A user is shown without its groups", "requirements.md, expectation 18",
		onShow(func(_ *call, r *resource, o object) {
			if r.kind.name == "User" {
				delete(o, "groups")
			}
		})},
	{"manager-without-ref", "A manager is shown as its value alone", "requirements.md, contradiction 53",
		onManager(func(_ *call, _ *resource, m object) { keepKeys(m, "value") })},
	{"manager-by-ref-alone", "A manager is shown as its $ref alone", "7643-4.3-08",
		onManager(func(_ *call, _ *resource, m object) { keepKeys(m, "$ref") })},
	{"external-id-not-kept", "An externalId is not stored", "requirements.md, expectation 5",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			delete(after, "externalId")
			return nil
		})},
	{"undeclared-echoed", "Undeclared attributes of a create are kept and shown", "7644-3.3-13, notes 7",
		onShow(func(c *call, r *resource, o object) {
			for name, v := range c.body {
				if c.isWrite() && !r.kind.find("", name).known() && r.kind.extension(name) == nil && c.method != http.MethodPatch {
					o[name] = v
				}
			}
		})},
	{"group-names-repeat", "Two groups may have one displayName", "RFC 7643 section 8.7.1",
		func(b *behaviour) {
			onSwitch(func(s *switches) {
				s.acceptDuplicate = func(c *call) bool { return c.endpoint() == scim.GroupsEndpoint }
			})(b)
			onDiscovery(scim.SchemasEndpoint, func(_ *call, a *reply) {
				visitObjects(a.body, func(o object) {
					if o["id"] == scim.GroupURN {
						visitObjects(o["attributes"], func(attr object) {
							if attr["name"] == "displayName" {
								attr["uniqueness"] = "none"
							}
						})
					}
				})
			})(b)
		}},
	{"emails-unique", "A second user with an e-mail address is refused", "7643-2.2-19, E71",
		onWrite(func(c *call, r *resource, _, after object) error {
			for _, e := range listOf(after["emails"]) {
				e, _ := e.(object)
				for _, other := range c.srv.store.collections[r.kind].list {
					for _, x := range listOf(other.doc["emails"]) {
						if x, ok := x.(object); ok && other.id != r.id && r.kind.name == "User" && x["value"] == e["value"] {
							return &problem{status: http.StatusConflict, scimType: scim.Uniqueness, detail: "the e-mail address is in use"}
						}
					}
				}
			}
			return nil
		})},
	{"user-name-made", "A user without a userName gets one", "requirements.md, expectation 6",
		func(b *behaviour) {
			onSwitch(func(s *switches) {
				s.optional = func(c *call, a *attribute) bool { return c.isCreate() && a.name == "userName" }
			})(b)
			onWrite(func(c *call, r *resource, before, after object) error {
				if name, _ := after["userName"].(string); name == "" && before == nil && r.kind.name == "User" {
					after["userName"] = "made-" + r.id + "@scimtest.example.com"
				}
				return nil
			})(b)
		}},
	{"group-name-made", "A group without a displayName gets one", "7643-4.2-03",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if name, _ := after["displayName"].(string); name == "" && before == nil && r.kind.name == "Group" {
				after["displayName"] = "Group " + r.id
			}
			return nil
		})},
	{"unknown-members-404", "A member that does not exist is answered with 404", "7643-2.3.7-08",
		onWrite(func(c *call, _ *resource, _, after object) error {
			for _, id := range memberIDs(after) {
				if c.srv.store.byID[id] == nil {
					return notFound("the member")
				}
			}
			return nil
		})},
	{"patch-without-change-204", "A PATCH that changes nothing is answered with 204", "interop notes",
		func(b *behaviour) {
			var revisions, unchanged sync.Map // by *call
			onOperation(func(p *patcher, _ *operation) error {
				revisions.LoadOrStore(p.c, p.r.revision)
				return nil
			})(b)
			onShow(func(c *call, r *resource, _ object) {
				if before, patched := revisions.LoadAndDelete(c); patched && before == r.revision {
					unchanged.Store(c, true)
				}
			})(b)
			onAnswer(func(c *call, a *reply) {
				if _, same := unchanged.LoadAndDelete(c); same && a.status == http.StatusOK && !c.projects() {
					a.status, a.body = http.StatusNoContent, nil
				}
			})(b)
		}},
	{"server-schemas-left-out", "/Schemas lists the schemas of resources alone", "requirements.md, contradiction 50",
		onDiscovery(scim.SchemasEndpoint, func(_ *call, a *reply) {
			dropFrom(a.body, func(o object) bool {
				switch o["id"] {
				case scim.ServiceProviderConfigURN, scim.ResourceTypeURN, scim.SchemaURN:
					return true
				}
				return false
			})
		})},
	{"page-order", "The resources of a page without sortBy come in another order", "7644-3.4.2.3-01",
		onPage(func(_ *call, q *query, list object) {
			if q.sortBy == "" {
				slices.Reverse(listOf(list["Resources"]))
			}
		})},
}

// projects reports whether the request chooses among attributes.
func (c *call) projects() bool {
	_, chosen := c.param("attributes")
	_, excluded := c.param("excludedAttributes")
	return chosen || excluded
}
