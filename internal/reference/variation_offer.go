package reference

import (
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// offerVariations are in what a service provider offers at all: endpoints,
// optional features, resource types and attributes.
var offerVariations = []Variation{
	{"no-discovery", "Nothing is told of the service provider", "7644-4-01",
		refusing(http.StatusNotFound, (*call).isDiscovery)},
	{"no-schemas-endpoint", "There is no /Schemas", "7643-1.2-04",
		refusing(http.StatusNotImplemented, func(c *call) bool { return c.endpoint() == scim.SchemasEndpoint })},
	{"config-needs-no-meta", "Discovery resources have no id and no meta", "notes 48",
		onAnswer(func(c *call, a *reply) {
			if !c.isDiscovery() || a.status != http.StatusOK {
				return
			}
			all := []any{a.body}
			if list := listOf(a.body["Resources"]); list != nil {
				all = list
			}
			for _, r := range all {
				delete(r.(object), "meta")
				if c.endpoint() == scim.ResourceTypesEndpoint {
					delete(r.(object), "id")
				}
			}
		})},
	{"discovery-filter-ignored", "A filter on /ResourceTypes is ignored", "7644-4-11, notes 47",
		onCall(func(c *call) {
			if c.isDiscovery() {
				c.dropParam("filter")
			}
		})},
	{"config-for-everyone-refused", "ServiceProviderConfig needs credentials", "7643-5-21",
		onRequest(func(c *call) (*reply, error) {
			if c.anonymous() && c.header.Get("Authorization") == "" {
				return nil, &problem{
					status: http.StatusUnauthorized, detail: "the request needs a bearer token",
					header: http.Header{"Www-Authenticate": {`Bearer realm="scim"`}},
				}
			}
			return nil, nil
		})},
	{"endpoints-without-slash", "/ResourceTypes names endpoints without a slash", "7643-6-06",
		onTypes(func(o object) { o["endpoint"] = textOf(o, "endpoint")[1:] })},
	{"type-name-is-not-its-id", "meta.resourceType is the id of a resource type whose name is another", "7643-3.1-23, notes 49",
		onTypes(func(o object) { o["name"] = textOf(o, "name") + " account" })},
	{"no-patch", "PATCH is not supported", "7644-3.5.2-01",
		func(b *behaviour) {
			onConfig(func(o object) { o["patch"] = supported(false) })(b)
			refusing(http.StatusNotImplemented, func(c *call) bool { return c.method == http.MethodPatch })(b)
		}},
	{"no-bulk", "Bulk is not supported", "7644-3.7-01",
		func(b *behaviour) {
			onConfig(func(o object) { o["bulk"] = object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0} })(b)
			refusing(http.StatusNotImplemented, func(c *call) bool { return c.endpoint() == scim.BulkEndpoint })(b)
		}},
	{"bulk-of-one-operation", "A bulk request has one operation at most", "7644-3.7.4-01",
		func(b *behaviour) {
			onConfig(func(o object) {
				o["bulk"] = object{"supported": true, "maxOperations": 1, "maxPayloadSize": maxPayloadSize}
			})(b)
			onRequest(func(c *call) (*reply, error) {
				if n := len(listOf(c.body["Operations"])); c.endpoint() == scim.BulkEndpoint && n > 1 {
					return nil, fail(http.StatusRequestEntityTooLarge, "%d operations exceed the limit of 1 (maxOperations)", n)
				}
				return nil, nil
			})(b)
		}},
	{"no-me", "/Me is not supported", "7644-3.11-02",
		refusing(http.StatusNotImplemented, func(c *call) bool { return c.endpoint() == scim.MeEndpoint })},
	{"me-not-found", "The credentials have no resource behind /Me", "7644-3.2-13",
		refusing(http.StatusNotFound, func(c *call) bool { return c.endpoint() == scim.MeEndpoint })},
	{"me-forbidden", "/Me is forbidden for the credentials", "7644-3.2-13",
		refusing(http.StatusForbidden, func(c *call) bool { return c.endpoint() == scim.MeEndpoint })},
	{"me-redirects", "/Me redirects to the resource", "7644-3.11-03",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.MeEndpoint && a.shows != nil && c.method == http.MethodGet {
				a.status, a.body = http.StatusPermanentRedirect, nil
			}
		})},
	{"no-groups", "There are no groups", "7644-3.1-04",
		onShape(func(types []*resourceType) []*resourceType {
			user := types[0].schema
			user.attributes = slices.DeleteFunc(user.attributes, func(a *attribute) bool { return a.name == "groups" })
			return slices.DeleteFunc(types, func(t *resourceType) bool { return t.endpoint == scim.GroupsEndpoint })
		})},
	{"no-extension", "There is no enterprise extension", "7644-3.1-04",
		onShape(func(types []*resourceType) []*resourceType {
			types[0].extensions = nil
			return types
		})},
	{"few-attributes", "A user has a userName, a name, one list of e-mail addresses and active", "7644-3.1-04",
		onShape(keeping("userName", "name", "emails", "active"))},
	{"user-name-alone", "A user has a userName and nothing else", "7644-3.1-04",
		onShape(keeping("userName"))},
	{"display-name-required", "A user has to have a displayName and a family name", "7643-7-17",
		onShape(func(types []*resourceType) []*resourceType {
			user := types[0].schema
			for _, a := range [...]*attribute{find(user.attributes, "displayName"), find(user.attributes, "name").sub("familyName")} {
				a.required = true
			}
			return types
		})},
	{"always-returned", "active, the e-mail addresses and members are always returned", "7643-7-30",
		onShape(func(types []*resourceType) []*resourceType {
			for _, t := range types {
				for _, a := range t.schema.attributes {
					if slices.Contains([]string{"active", "emails", "members"}, a.name) {
						a.returned = always
					}
				}
			}
			return types
		})},
	{"members-on-request", "The members of a group are shown when they are asked for", "7643-7-33",
		onShape(func(types []*resourceType) []*resourceType {
			for _, t := range types {
				if a := find(t.schema.attributes, "members"); a != nil {
					a.returned = request
				}
			}
			return types
		})},
	{"user-name-immutable", "A userName cannot be changed", "7643-7-26",
		onShape(func(types []*resourceType) []*resourceType {
			find(types[0].schema.attributes, "userName").mutability = immutable
			return types
		})},
	{"emails-immutable", "The e-mail addresses of a user cannot be changed", "7643-7-26, vouch 1415",
		onShape(func(types []*resourceType) []*resourceType {
			if emails := find(types[0].schema.attributes, "emails"); emails != nil {
				emails.mutability = immutable
			}
			return types
		})},
	{"manager-read-only", "The manager of a user comes from elsewhere and cannot be written", "7643-7-24",
		onShape(func(types []*resourceType) []*resourceType {
			if x := types[0].extension(scim.EnterpriseUserURN); x != nil {
				find(x.attributes, "manager").mutability = readOnly
			}
			return types
		})},
	{"no-manager-and-no-schemas", "A user has no manager, and there is no /Schemas that says so", "7643-1.2-04, 7644-3.3-13",
		func(b *behaviour) {
			refusing(http.StatusNotFound, func(c *call) bool { return c.endpoint() == scim.SchemasEndpoint })(b)
			onShape(func(types []*resourceType) []*resourceType {
				if x := types[0].extension(scim.EnterpriseUserURN); x != nil {
					x.attributes = slices.DeleteFunc(x.attributes, func(a *attribute) bool { return a.name == "manager" })
				}
				return types
			})(b)
		}},
	{"extension-of-its-own", "Users have an extension of the service provider, and an attribute of its own", "7643-3.3-01",
		func(b *behaviour) {
			own := &schema{id: "urn:example:params:scim:schemas:extension:audit:2.0:User", name: "Audit", about: "What the provider notes.",
				attributes: []*attribute{text("origin", "Where the account came from.", mutable(readOnly))}}
			onShape(func(types []*resourceType) []*resourceType {
				types[0].extensions = append(types[0].extensions, own)
				types[0].schema.attributes = append(types[0].schema.attributes, text("accountNumber", "The number of the account.", mutable(readOnly)))
				return types
			})(b)
			onWrite(func(_ *call, r *resource, before, after object) error {
				if !r.isUser() {
					return nil
				}
				after[own.id], after["accountNumber"] = object{"origin": "scim"}, "A-"+r.id
				if before != nil {
					after["accountNumber"] = before["accountNumber"] // the id may have got another form since
				}
				return nil
			})(b)
		}},
}

func onShape(f func(types []*resourceType) []*resourceType) func(*behaviour) {
	return func(b *behaviour) { b.shape = append(b.shape, f) }
}

// keeping leaves these attributes to users, and no extension.
func keeping(names ...string) func([]*resourceType) []*resourceType {
	return func(types []*resourceType) []*resourceType {
		user := types[0]
		user.extensions = nil
		user.schema.attributes = slices.DeleteFunc(user.schema.attributes, func(a *attribute) bool { return !slices.Contains(names, a.name) })
		return types
	}
}

// onTypes changes every resource type that discovery shows.
func onTypes(change func(o object)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		switch {
		case c.endpoint() != scim.ResourceTypesEndpoint || a.status != http.StatusOK:
		case len(c.path) == 2:
			change(a.body)
		default:
			for _, o := range listOf(a.body["Resources"]) {
				change(o.(object))
			}
		}
	})
}
