package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// withoutSchemas reports whether a message lacks schemas.
func withoutSchemas(c *call) bool {
	_, given := member(c.body, "schemas")
	return c.body != nil && !given
}

// demandVariations are in what a message or a resource has to have, and in how
// discovery tells of it.
var demandVariations = []Variation{
	{"patch-without-schemas-refused", "A PATCH body without schemas is refused", "7644-3.5.2-04",
		onRequest(func(c *call) (*reply, error) {
			if c.isPatch() && withoutSchemas(c) {
				return nil, checkSchemas(c.body, scim.PatchOpURN)
			}
			return nil, nil
		})},
	{"foreign-schemas-refused", "A resource whose schemas name another than those of its type is refused", "7643-3-04",
		onRequest(func(c *call) (*reply, error) {
			if t := c.kind(); t != nil && (c.isCreate() || c.isPut()) {
				schemas, _ := member(c.body, "schemas")
				for _, urn := range listOf(schemas) {
					if urn, ok := urn.(string); ok && !strings.EqualFold(urn, t.schema.id) && t.extension(urn) == nil {
						return nil, refuse(scim.InvalidValue, "%s is no schema of a %s", urn, t.name)
					}
				}
			}
			return nil, nil
		})},
	{"title-required", "A user has to have a title", "7643-7-17",
		onShape(requiring("title"))},
	{"emails-required", "A user has to have an e-mail address with a type", "7643-7-17",
		onShape(func(types []*resourceType) []*resourceType {
			requiring("emails")(types)
			if emails := find(types[0].schema.attributes, "emails"); emails != nil {
				emails.sub("value").required, emails.sub("type").required = true, true
			}
			return types
		})},
	{"department-required", "A user has to have the enterprise extension, and a department in it", "7643-6-10, 7643-7-17",
		onShape(func(types []*resourceType) []*resourceType {
			if x := types[0].extension(scim.EnterpriseUserURN); x != nil {
				x.mandatory, find(x.attributes, "department").required = true, true
			}
			return types
		})},
	{"manager-required", "A user has to have the enterprise extension, and another user for a manager in it", "7643-6-10, 7643-7-17",
		managerRequired(true)},
	{"manager-required-in-extension", "A user that has the enterprise extension has to have another user for a manager in it", "7643-6-11, 7643-7-17",
		managerRequired(false)},
	{"owner-required", "A device has to have an owner, a time of purchase and a number of ports", "7643-7-17",
		onShape(func(types []*resourceType) []*resourceType {
			for _, t := range types {
				if t.name == "Device" {
					for _, name := range [...]string{"owner", "purchased", "ports"} {
						find(t.schema.attributes, name).required = true
					}
				}
			}
			return types
		})},
	{"user-name-is-an-address", "A userName has to have the form of an e-mail address", "7643-2.3.1-02",
		onWrite(func(_ *call, r *resource, _, after object) error {
			if name := textOf(after, "userName"); r.kind.name == "User" && name != "" && !strings.Contains(name, "@") {
				return refuse(scim.InvalidValue, "userName has to be an e-mail address")
			}
			return nil
		})},
	{"user-type-of-a-list", "A userType has to be Employee or Contractor, of which the schemas tell nothing", "7643-2.3.1-02",
		onWrite(func(_ *call, r *resource, _, after object) error {
			if kind := textOf(after, "userType"); r.kind.name == "User" && kind != "" && kind != "Employee" && kind != "Contractor" {
				return refuse(scim.InvalidValue, "userType has to be Employee or Contractor")
			}
			return nil
		})},
	{"nick-names-without-digits", "A nickName with digits is refused, without a word about it", "7643-2.3.1-02",
		onWrite(func(_ *call, r *resource, _, after object) error {
			if r.kind.name == "User" && strings.ContainsAny(textOf(after, "nickName"), "0123456789") {
				return refuse(scim.InvalidValue, "the request is not valid")
			}
			return nil
		})},
	{"inactive-creates-refused", "A create of a user with active: false is refused", "7644-3.3-13, bitwarden 7891",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before == nil && r.isUser() && after["active"] == false {
				return refuse(scim.InvalidValue, "a new user has to be active")
			}
			return nil
		})},
	{"group-names-short", "A displayName of a group has 64 characters at most, and longer ones are refused", "7643-2.3.1-02, pulumi 14435",
		onWrite(func(_ *call, r *resource, _, after object) error {
			if name := textOf(after, "displayName"); r.kind.endpoint == scim.GroupsEndpoint && len([]rune(name)) > 64 {
				return refuse(scim.InvalidValue, "displayName has more than 64 characters")
			}
			return nil
		})},
	{"devices-refused", "A device cannot be made without a warehouse, of which the schemas tell nothing", "7644-3.1-04",
		onRequest(func(c *call) (*reply, error) {
			if c.endpoint() == "/Devices" && c.isCreate() {
				return nil, refuse(scim.InvalidValue, "a warehouse is missing")
			}
			return nil, nil
		})},
	{"devices-read-only", "Devices can be read and nothing else", "7644-2-08",
		onRequest(func(c *call) (*reply, error) {
			if c.endpoint() == "/Devices" && c.isWrite() {
				return nil, fail(http.StatusMethodNotAllowed, "devices are made elsewhere")
			}
			return nil, nil
		})},
	{"closed-attribute-list", "A user has few attributes, and a write with any other is refused", "7644-3.1-04, notes 7",
		func(b *behaviour) {
			onShape(keeping("userName", "name", "displayName", "emails", "active", "groups"))(b)
			onRequest(func(c *call) (*reply, error) {
				t := c.kind()
				if t == nil || t.name != "User" || !c.isWrite() || c.method == http.MethodPatch {
					return nil, nil
				}
				for name := range c.body {
					if !t.find("", name).known() && t.extension(name) == nil {
						return nil, refuse(scim.InvalidSyntax, "%s is no attribute of a %s", name, t.name)
					}
				}
				return nil, nil
			})(b)
		}},
	{"characteristics-left-out", "/Schemas leaves out the characteristics that are as RFC 7643 section 2.2 has them", "7643-2.1-04",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() != scim.SchemasEndpoint || a.status != http.StatusOK {
				return
			}
			visitObjects(a.body, func(o object) {
				if o["name"] == nil || o["type"] == nil {
					return
				}
				for name, usual := range map[string]any{
					"required": false, "caseExact": false, "mutability": readWrite, "returned": byDefault, "uniqueness": none,
				} {
					if o[name] == usual {
						delete(o, name)
					}
				}
			})
		})},
}

// requiring makes attributes of users required.
func requiring(names ...string) func([]*resourceType) []*resourceType {
	return func(types []*resourceType) []*resourceType {
		for _, name := range names {
			if a := find(types[0].schema.attributes, name); a != nil {
				a.required = true
			}
		}
		return types
	}
}

// managerRequired has the enterprise extension hold a manager that is a user,
// everywhere or where it is used. One that is deleted later stays.
func managerRequired(everywhere bool) func(*behaviour) {
	return func(b *behaviour) {
		onShape(func(types []*resourceType) []*resourceType {
			x := types[0].extension(scim.EnterpriseUserURN)
			if x == nil {
				return types
			}
			if manager := find(x.attributes, "manager"); manager != nil {
				x.mandatory, manager.required, manager.sub("value").required = everywhere, true, true
			}
			return types
		})(b)
		onWrite(func(c *call, r *resource, before, after object) error {
			_, named := difference(managerIDs(before), managerIDs(after))
			for _, id := range named {
				if boss := c.srv.store.byID[id]; r.isUser() && (boss == nil || !boss.isUser()) {
					return refuse(scim.InvalidValue, "there is no user %q to be a manager", id)
				}
			}
			return nil
		})(b)
	}
}
