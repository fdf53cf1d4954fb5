package reference

import (
	"net/http"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// writeVariations are in how writes are understood and answered.
var writeVariations = []Variation{
	{"patch-204", "PATCH is answered with 204", "7644-3.5.2-33",
		onAnswer(func(c *call, a *reply) {
			if c.isPatch() && a.status == http.StatusOK && !c.projects() {
				a.status, a.body = http.StatusNoContent, nil
			}
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
	{"put-merges", "PUT keeps the attributes that it does not name", "7644-3.5.1-05",
		onWrite(func(c *call, r *resource, before, after object) error {
			if !c.isPut() || before == nil {
				return nil
			}
			for _, p := range r.kind.places() {
				name := p.attr.name
				if p.ext != nil {
					name = p.ext.id
				}
				_, named := member(c.body, name)
				if !named && isEmpty(p.get(after)) && !isEmpty(p.get(before)) {
					p.set(after, clone(p.get(before)))
				}
			}
			return nil
		})},
	{"undeclared-refused", "Writes with undeclared attributes are refused", "requirements.md, contradiction 7",
		onRequest(func(c *call) (*reply, error) {
			if t := c.kind(); t != nil && (c.isCreate() || c.isPut()) {
				for _, name := range memberNames(c.body) {
					if !t.find("", name).known() && !strings.HasPrefix(strings.ToLower(name), "urn:") {
						return nil, refuse(scim.InvalidSyntax, "there is no attribute %s", scim.Quote(name))
					}
				}
			}
			return nil, nil
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
	{"taken-names-400", "A PUT or PATCH with a name that is taken is answered with 400", "requirements.md, contradiction 8",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusConflict && (c.isPut() || c.isPatch()) && a.body["scimType"] == scim.Uniqueness {
				setStatus(a, http.StatusBadRequest)
			}
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
	{"memberships-stay", "A deleted user stays a member of its groups", "requirements.md, contradiction 27",
		onSwitch(func(s *switches) { s.keepMemberships = true })},
	{"remove-unmatched-no-target", "A remove whose filter selects nothing is refused with noTarget", "requirements.md, contradiction 18",
		refuseWhen(http.StatusBadRequest, scim.NoTarget, func(p *patcher, o *operation, t *target) bool {
			return o.is(opRemove) && t != nil && t.holds != nil && !selects(t, p.doc)
		})},
	{"add-unmatched-no-target", "An add whose filter selects nothing is refused with noTarget", "requirements.md, contradiction 17",
		refuseWhen(http.StatusBadRequest, scim.NoTarget, func(p *patcher, o *operation, t *target) bool {
			return o.is(opAdd) && t != nil && t.holds != nil && !selects(t, p.doc)
		})},
	{"replace-creates", "A replace whose filter selects nothing creates the value, as Entra ID expects", "requirements.md, contradiction 16",
		onSwitch(func(s *switches) { s.replaceCreates = true })},
	{"read-only-meta-ignored", "A PATCH of meta succeeds and changes nothing", "requirements.md, expectation 3",
		onOperation(func(_ *patcher, o *operation) error {
			path := strings.ToLower(o.path)
			o.skip = o.skip || path == "meta" || strings.HasPrefix(path, "meta.")
			return nil
		})},
	{"foreign-id-in-put-refused", "A PUT with the id of another resource is refused", "requirements.md, contradiction 5",
		onRequest(func(c *call) (*reply, error) {
			if id, ok := c.body["id"].(string); ok && c.isPut() && c.isSingle() && id != c.path[1] {
				return nil, refuse(scim.Mutability, "the id cannot be changed")
			}
			return nil, nil
		})},
}

// selects reports whether the filter of a target holds for a value.
func selects(t *target, doc object) bool {
	for _, v := range listOf(t.get(doc)) {
		if t.holds(v) {
			return true
		}
	}
	return false
}
