package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// The faults in this file are what identity providers meet: forms that the
// RFCs leave open or do not know, and accounts that come and go.

// isUser reports whether a resource is a user.
func (r *resource) isUser() bool { return r != nil && r.kind.endpoint == scim.UsersEndpoint }

// frozen keeps an attribute of users as it was created.
func frozen(name string) func(*behaviour) {
	return onWrite(func(_ *call, r *resource, before, after object) error {
		if before == nil || !r.isUser() {
			return nil
		}
		if v, ok := before[name]; ok {
			after[name] = v
		} else {
			delete(after, name)
		}
		return nil
	})
}

// isManager reports whether the target is the manager of a user.
func (t *target) isManager() bool { return t != nil && t.attr != nil && t.attr.name == "manager" }

// capitalized reports whether an operation is written as Entra ID writes it
// without its flag: Add, Replace, Remove.
func (o *operation) capitalized() bool { return o.op != strings.ToLower(o.op) }

// inactiveNamesake is an inactive user with the userName that is sent, or nil.
func (c *call) inactiveNamesake() *resource {
	t, name := c.kind(), textOf(c.body, "userName")
	if t == nil || name == "" {
		return nil
	}
	for _, r := range c.srv.store.find(t, t.find("", "userName").attr, name) {
		if r.isUser() && r.doc["active"] == false {
			return r
		}
	}
	return nil
}

var provisioningFaults = []Fault{
	{"create-forces-inactive", "Every new user is inactive, whatever was sent", "okta.md 2.2",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before == nil && r.isUser() {
				after["active"] = false
			}
			return nil
		})},
	{"title-read-only", "The title of a user stays as it was created", "entra.md E23", frozen("title")},
	{"user-name-read-only", "The userName of a user stays as it was created", "entra.md E77", frozen("userName")},
	{"inactive-is-final", "An inactive user stays inactive", "entra.md E75",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before != nil && r.isUser() && before["active"] == false {
				after["active"] = false
			}
			return nil
		})},
	{"list-500", "A list of users without a filter answers 500", "OKTA-Q25",
		onRequest(func(c *call) (*reply, error) {
			if _, filtered := c.param("filter"); c.isList() && !filtered && c.endpoint() == scim.UsersEndpoint {
				return nil, fail(http.StatusInternalServerError, "something went wrong")
			}
			return nil, nil
		})},
	{"filter-eq-finds-nothing", "A query by userName finds nobody", "entra.md E16, OKTA-Q06",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if f.Op == scim.EQ && strings.EqualFold(f.Attr.Name, "userName") {
				return holdsNever
			}
			return f
		})},
	{"patch-op-case-sensitive", "Add, Replace and Remove with a capital are refused", "entra.md E20",
		onOperation(func(_ *patcher, o *operation) error {
			if o.capitalized() {
				return refuse(scim.InvalidSyntax, "there is no operation %s", o.op)
			}
			return nil
		})},
	{"patch-op-case-ignored", "Add, Replace and Remove with a capital are accepted and change nothing", "E20, langwatch 6972",
		onOperation(func(_ *patcher, o *operation) error {
			o.skip = o.skip || o.capitalized()
			return nil
		})},
	{"patch-without-path-rejected", "An operation without a path is refused", "OKTA-Q01 (B1, B2), OKTA-Q26 (B13)",
		refuseWhen(http.StatusBadRequest, scim.InvalidPath, withoutPath)},
	{"patch-urn-key-ignored", "A URN key in a value without a path is ignored", "E28, SCIM-SDK 193", dropKeys(isURN)},
	{"patch-not-offered", "PATCH answers 501, and ServiceProviderConfig says so", "OKTA-Q03 (B4), E07",
		func(b *behaviour) {
			onConfig(func(o object) { o["patch"] = supported(false) })(b)
			refusing(http.StatusNotImplemented, (*call).isPatch)(b)
		}},
	{"patch-string-boolean-rejected", "A boolean that is sent as the string \"False\" is refused", "entra.md E24",
		onOperation(func(_ *patcher, o *operation) error {
			if s, ok := o.value.(string); ok && o.path == "active" {
				return refuse(scim.InvalidValue, "active has to be a boolean, not %s", scim.Quote(s))
			}
			return nil
		})},
	{"member-needs-type", "Members without a type are dropped", "OKTA-Q29 (B17), E62",
		onOperation(func(_ *patcher, o *operation) error {
			list, ok := o.value.([]any)
			if !ok || o.path != "members" || o.is("remove") {
				return nil
			}
			var kept []any
			for _, m := range list {
				if one, ok := m.(object); ok && one["type"] != nil {
					kept = append(kept, m)
				}
			}
			o.value = kept
			o.skip = len(kept) == 0
			return nil
		})},
	{"manager-string-refused", "A manager as a plain string is refused", "E36, SCIM-SDK 541",
		refuseWhen(http.StatusBadRequest, scim.InvalidValue, func(_ *patcher, o *operation, t *target) bool {
			s, isText := o.value.(string)
			return isText && s != "" && t.isManager() && t.sub == nil
		})},
	{"manager-not-cleared", "An empty value for the manager changes nothing", "E38",
		skipWhen(func(_ *patcher, o *operation, t *target) bool {
			inner, _ := o.value.(map[string]any)
			return (o.value == "" || len(inner) == 1 && inner["value"] == "") && t.isManager() && t.sub == nil
		})},
	{"inactive-deleted", "A user that is made inactive is deleted", "entra.md 5.12, okta.md 5.4",
		onAnswer(func(c *call, a *reply) {
			if r := a.shows; r.isUser() && r.doc["active"] == false && (c.isPatch() || c.isPut()) {
				c.srv.store.mu.Lock()
				defer c.srv.store.mu.Unlock()
				if c.srv.store.byID[r.id] == r {
					c.srv.drop(r)
				}
			}
		})},
	{"create-revives-inactive", "A create with the userName of an inactive user makes that user active and answers 201", "7644-3.3-11, kpi 7076",
		onRequest(func(c *call) (*reply, error) {
			if !c.isCreate() || c.endpoint() != scim.UsersEndpoint {
				return nil, nil
			}
			c.srv.store.mu.Lock()
			defer c.srv.store.mu.Unlock()
			r := c.inactiveNamesake()
			if r == nil {
				return nil, nil
			}
			doc := fork(r.doc)
			doc["active"] = true
			c.srv.store.replace(r, doc)
			c.srv.touch(r)
			return c.srv.show(c, r, http.StatusCreated), nil
		})},
	{"inactive-user-name-free", "A create with the userName of an inactive user makes a second user", "7644-3.3-11, OKTA-Q14",
		onSwitch(func(s *switches) {
			s.acceptDuplicate = func(c *call) bool { return c.isCreate() && c.inactiveNamesake() != nil }
		})},
	{"unknown-group-answers-500", "A group that does not exist is answered with 500", "OKTA-Q35",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusNotFound && c.endpoint() == scim.GroupsEndpoint && len(c.path) == 2 {
				a.status = http.StatusInternalServerError
				a.body["status"] = "500"
			}
		})},
}
