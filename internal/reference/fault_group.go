package reference

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// isMembers reports whether the target is the members of a group.
func (t *target) isMembers() bool { return t != nil && t.attr != nil && t.attr.name == "members" }

var groupFaults = []Fault{
	{"group-without-display-name", "A group without a displayName is created", "vouch 1412, 7643-4.2-03",
		onSwitch(func(s *switches) {
			s.optional = func(c *call, a *attribute) bool {
				return c.kind() != nil && c.kind().name == "Group" && a.name == "displayName"
			}
		})},
	{"group-filter-unsupported", "Groups cannot be found by a filter", "E12, OKTA-Q32",
		onRequest(func(c *call) (*reply, error) {
			if _, filtered := c.params["filter"]; filtered && c.endpoint() == scim.GroupsEndpoint {
				return nil, refuse(scim.InvalidFilter, "groups cannot be filtered")
			}
			return nil, nil
		})},
	{"member-null-refused", "A member with $ref or display null is refused", "E61, OKTA-Q29",
		onRequest(func(c *call) (*reply, error) {
			found := false
			visitObjects(c.body, func(o object) {
				for _, name := range [...]string{"$ref", "display"} {
					if v, sent := o[name]; sent && v == nil {
						found = true
					}
				}
			})
			if found {
				return nil, refuse(scim.InvalidValue, "null is not a value")
			}
			return nil, nil
		})},
	{"members-without-ref-and-type", "Members show their value alone", "wso2 5301, 7643-4.2-07",
		onShow(func(_ *call, _ *resource, o object) {
			for _, m := range listOf(o["members"]) {
				if m, ok := m.(object); ok {
					delete(m, "$ref")
					delete(m, "type")
					delete(m, "display")
				}
			}
		})},
	{"patch-add-present-member-409", "An add of a present member is refused with 409", "E56, SimpleIdServer 245",
		refuseWhen(http.StatusConflict, "", func(p *patcher, o *operation, t *target) bool {
			return o.is(opAdd) && t.isMembers() && slices.ContainsFunc(listOf(o.value), func(m any) bool {
				return slices.Contains(memberIDs(p.doc), memberID(m))
			})
		})},
	{"patch-add-to-empty-list-500", "An add to members that were created as [] is answered with 500", "interop elimity, OKTA-Q26",
		func(b *behaviour) {
			onWrite(func(c *call, _ *resource, before, after object) error {
				if list, sent := c.body["members"].([]any); before == nil && sent && len(list) == 0 {
					after["members"] = list
				}
				return nil
			})(b)
			refuseWhen(http.StatusInternalServerError, "", func(p *patcher, o *operation, t *target) bool {
				list, kept := p.doc["members"].([]any)
				return o.is(opAdd) && t.isMembers() && kept && len(list) == 0
			})(b)
		}},
	{"patch-replace-members-501", "A replace of members is answered with 501", "OKTA-Q28 (B16)",
		refuseWhen(http.StatusNotImplemented, "", func(_ *patcher, o *operation, t *target) bool { return o.is(opReplace) && t.isMembers() })},
	{"patch-rename-loses-members", "A PATCH of the displayName of a group empties it", "OKTA-Q26 (B18), E54",
		onTarget(func(p *patcher, o *operation, t *target) error {
			named := t != nil && t.attr != nil && t.attr.name == "displayName"
			if named || inObject(o, func(key string) bool { return key == "displayName" }) {
				delete(p.doc, "members")
			}
			return nil
		})},
	{"patch-group-members-only", "PATCH changes nothing of a group but its members", "E65, scimgateway 117",
		skipWhen(func(p *patcher, o *operation, t *target) bool {
			return p.r.kind.name == "Group" && !t.isMembers() && !inObject(o, func(key string) bool { return key == "members" })
		})},
	{"patch-groups-of-user", "PATCH of the groups of a user makes it a member", "scimgateway 96, 7643-4.1.2-26",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if t == nil || t.attr == nil || t.attr.name != "groups" {
				return nil
			}
			o.skip = true
			for _, g := range listOf(o.value) {
				if r := p.srv.store.byID[memberID(g)]; r != nil {
					doc := cloneObject(r.doc)
					doc["members"] = append(listOf(doc["members"]), object{"value": p.r.id})
					p.srv.store.replace(r, doc)
				}
			}
			return nil
		})},
	{"unknown-member-500", "A member that does not exist is answered with 500", "E59, lightdash 24458",
		onWrite(func(c *call, _ *resource, _, after object) error {
			for _, id := range memberIDs(after) {
				if c.srv.store.byID[id] == nil {
					return fail(http.StatusInternalServerError, "foreign key violation")
				}
			}
			return nil
		})},
	{"unknown-member-dropped", "A member that does not exist is left out", "E59",
		onWrite(func(c *call, _ *resource, _, after object) error {
			if list, ok := after["members"].([]any); ok {
				after["members"] = slices.DeleteFunc(slices.Clone(list), func(m any) bool { return c.srv.store.byID[memberID(m)] == nil })
			}
			return nil
		})},
	{"member-edit-500", "A PATCH of the value of a member is answered with 500", "7643-4.2-05",
		onOperation(func(_ *patcher, o *operation) error {
			if editsMember(o) {
				return fail(http.StatusInternalServerError, "a member cannot be changed")
			}
			return nil
		})},
	{"member-edit-doubles", "A PATCH of the value of a member leaves the former one, too", "7643-4.2-05",
		onOperation(func(_ *patcher, o *operation) error {
			if editsMember(o) {
				o.op, o.path, o.value = opAdd, "members", []any{object{"value": o.value}}
			}
			return nil
		})},
	{"nested-group-500", "A group as a member is answered with 500", "E64",
		onWrite(func(c *call, _ *resource, _, after object) error {
			for _, id := range memberIDs(after) {
				if m := c.srv.store.byID[id]; m != nil && m.kind.name == "Group" {
					return fail(http.StatusInternalServerError, "user not found")
				}
			}
			return nil
		})},
	{"deleted-user-stays-member", "A deleted user stays a member of its groups", "7644-3.6-10",
		onSwitch(func(s *switches) { s.keepMemberships = true })},
	{"deleted-group-stays-with-users", "A deleted group is shown with its users", "7643-4.1.2-24",
		func(b *behaviour) {
			var former sync.Map // the groups that a user was in, by its id
			onRequest(func(c *call) (*reply, error) {
				if c.isDelete() && c.endpoint() == scim.GroupsEndpoint {
					if g := c.srv.store.byID[c.path[1]]; g != nil {
						for _, id := range memberIDs(g.doc) {
							shown := object{"value": g.id, "display": g.doc["displayName"], "type": "direct"}
							was, _ := former.Load(id)
							former.Store(id, append(slices.Clone(listOf(was)), shown))
						}
					}
				}
				return nil, nil
			})(b)
			onShow(func(c *call, r *resource, o object) {
				if was, found := former.Load(r.id); found && !c.projects() {
					o["groups"] = append(slices.Clone(listOf(o["groups"])), listOf(clone(was))...)
				}
			})(b)
		}},
	{"create-drops-manager", "The manager of a new user is not stored", "7643-4.3-07",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before == nil && r.isUser() {
				setManager(after, nil)
			}
			return nil
		})},
	{"patch-manager-ignored", "PATCH changes everything but the manager", "E39, 7643-4.3-07",
		skipWhen(func(_ *patcher, _ *operation, t *target) bool { return t.isManager() })},
	{"put-ignores-manager", "PUT leaves the manager as it was", "7643-4.3-07",
		onPut(func(before, after object) {
			ext, _ := before[scim.EnterpriseUserURN].(object)
			setManager(after, ext["manager"])
		})},
	{"manager-not-returned", "A user is shown without its manager", "E39, azure-docs 11784",
		onShow(func(_ *call, _ *resource, o object) {
			if ext, ok := o[scim.EnterpriseUserURN].(object); ok {
				delete(ext, "manager")
			}
		})},
}

// setManager gives a user a manager, or takes it away.
func setManager(user object, manager any) {
	if ext, ok := user[scim.EnterpriseUserURN].(object); ok {
		ext = cloneObject(ext)
		ext["manager"] = manager
		if manager == nil {
			delete(ext, "manager")
		}
		user[scim.EnterpriseUserURN] = ext
	}
}

func visitObjects(v any, visit func(object)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			visitObjects(x, visit)
		}
	case object:
		visit(v)
		for _, x := range v {
			visitObjects(x, visit)
		}
	}
}

// editsMember reports whether an operation changes the value of a member that a
// filter selects.
func editsMember(o *operation) bool {
	return o.is(opReplace) && strings.HasPrefix(o.path, "members[") && strings.HasSuffix(o.path, "].value")
}
