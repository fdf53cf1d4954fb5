package reference

import (
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// detailFaults are in single parts of discovery resources, in references and
// in the form of values.
var detailFaults = []Fault{
	{"users-not-there", "There is no /Users", "7644-3.2-01",
		refusing(http.StatusNotFound, func(c *call) bool { return c.endpoint() == scim.UsersEndpoint })},
	{"groups-not-there", "There is no /Groups, although the resource type is listed", "7644-3.2-01",
		refusing(http.StatusNotFound, func(c *call) bool { return c.endpoint() == scim.GroupsEndpoint })},
	{"resource-type-without-schema", "A resource type has no schema", "7643-6-02",
		onType("Device", func(o object) { delete(o, "schema") })},
	{"resource-type-without-description", "Resource types have no description", "7643-6-05",
		onTypes(func(o object) { delete(o, "description") })},
	{"resource-type-extension-object", "schemaExtensions of a resource type is an object", "7643-6-08",
		onType("Device", func(o object) { o["schemaExtensions"] = listOf(o["schemaExtensions"])[0] })},
	{"resource-type-extension-without-required", "A resource type does not tell whether an extension is required", "7643-6-10",
		onExtension(func(x object) { delete(x, "required") })},
	{"resource-type-extension-required-string", "A resource type tells by a string whether an extension is required", "7643-6-10",
		onExtension(func(x object) { x["required"] = "false" })},
	{"extension-required-in-name", "A user is created without the extension that its resource type requires", "7643-6-11",
		onType("User", func(o object) { listOf(o["schemaExtensions"])[0].(object)["required"] = true })},
	{"resource-type-singular-endpoint", "The endpoint of a resource type is in the singular", "7644-3.2-02",
		onType("Device", func(o object) { o["endpoint"] = "/Device" })},
	{"group-without-meta", "Groups have no meta", "7643-3.1-01",
		onShow(func(_ *call, r *resource, o object) {
			if r.kind.endpoint == scim.GroupsEndpoint {
				delete(o, "meta")
			}
		})},
	{"schema-projected-without-id", "A schema that is read with attributes lacks its id", "7643-7-03",
		onAnswer(func(c *call, a *reply) {
			if _, chosen := c.param("attributes"); chosen && c.endpoint() == scim.SchemasEndpoint {
				delete(a.body, "id")
			}
		})},
	{"pagination-not-told", "Pages are found by cursor, and ServiceProviderConfig does not tell", "9865-4-01",
		onConfig(func(o object) { delete(o, "pagination") })},
	{"pagination-without-cursor", "pagination does not tell of cursors", "9865-4-02", onPagination(func(o object) { delete(o, "cursor") })},
	{"pagination-cursor-string", "pagination tells of cursors by a string", "9865-4-02", onPagination(func(o object) { o["cursor"] = "true" })},
	{"pagination-without-index", "pagination does not tell of pages by index", "9865-4-03", onPagination(func(o object) { delete(o, "index") })},
	{"pagination-index-string", "pagination tells of pages by index by a string", "9865-4-03", onPagination(func(o object) { o["index"] = "true" })},
	{"pagination-method-unknown", "The default method of paging is an unknown word", "9865-4-04",
		onPagination(func(o object) { o["defaultPaginationMethod"] = "offset" })},
	{"pagination-size-zero", "The largest size of a page is 0", "9865-4-06", onPagination(func(o object) { o["maxPageSize"] = 0 })},
	{"config-documentation-no-url", "documentationUri in ServiceProviderConfig is no URL", "7643-5-04",
		onConfig(func(o object) { o["documentationUri"] = "see the manual" })},
	{"config-spec-no-url", "specUri of an authentication scheme is no URL", "7643-5-25",
		onConfig(func(o object) { listOf(o["authenticationSchemes"])[0].(object)["specUri"] = "RFC 6750" })},

	{"config-etag-missing", "ServiceProviderConfig does not tell of entity-tags", "7643-8.7.2-10", onConfig(func(o object) { delete(o, "etag") })},
	{"resource-type-name-number", "The name of a resource type is a number", "7643-8.7.2-13",
		onType("Device", func(o object) { o["name"] = 7 })},

	{"group-has-id-of-user", "The id of a group is that of a user", "7643-3.1-06", groupHasIDOfUser},
	{"filter-id-ignores-case", "A filter on id ignores letter case", "7643-3.1-11",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if id, ok := f.Value.(string); ok && strings.EqualFold(f.Attr.Name, "id") {
				return &scim.Compare{Attr: f.Attr, Op: f.Op, Value: strings.ToLower(id)}
			}
			return f
		})},
	{"attributes-drop-id", "The parameter attributes leaves out the id", "7643-3.1-13",
		onShow(func(c *call, _ *resource, o object) {
			if _, chosen := c.param("attributes"); chosen {
				delete(o, "id")
			}
		})},
	{"put-keeps-old-emails", "PUT keeps the old values of e-mail addresses", "7643-2.4-08",
		onWrite(func(c *call, _ *resource, before, after object) error {
			if old := listOf(before["emails"]); c.isPut() && len(old) > 0 {
				after["emails"] = old
			}
			return nil
		})},
	{"resource-schema-no-uri", "schemas of a resource holds a word beside the URNs", "7643-3-02",
		onShow(func(_ *call, r *resource, o object) {
			if _, shown := o["schemas"]; shown {
				o["schemas"] = append(listOf(o["schemas"]), r.kind.name)
			}
		})},
	{"content-location-other", "The header Content-Location names the endpoint", "7643-3.1-28",
		onAnswer(func(c *call, a *reply) {
			if a.shows != nil {
				a.header.Set("Content-Location", c.base+a.shows.kind.endpoint)
			}
		})},
	{"etag-weak-in-lower-case", "A weak entity-tag begins with a small w", "7643-3.1-31",
		onAnswer(func(_ *call, a *reply) {
			if tag := a.header.Get("ETag"); strings.HasPrefix(tag, "W/") {
				a.header.Set("ETag", "w"+tag[1:])
			}
		})},

	{"meta-times-dates", "The times in meta are dates alone", "7643-2.3.5-02",
		onMeta(func(_ *call, r *resource, meta object) {
			meta["created"], meta["lastModified"] = r.created.Format("2006-01-02"), r.modified.Format("2006-01-02")
		})},
	{"meta-location-with-space", "meta.location has a space in it", "7643-2.3.7-01",
		onMeta(func(_ *call, _ *resource, meta object) { meta["location"] = textOf(meta, "location") + " " })},
	{"meta-location-urn", "meta.location is a URN", "7643-2.3.7-06",
		onMeta(func(_ *call, r *resource, meta object) { meta["location"] = "urn:uuid:" + r.id })},
	{"meta-location-relative-to-endpoint", "meta.location is the id, to be read from the endpoint", "7643-2.3.7-03",
		onMeta(func(_ *call, r *resource, meta object) { meta["location"] = r.id })},
	{"member-ref-object", "$ref of a member is an object", "7643-2.3-08",
		onParts("members", func(_ *call, m object) { m["$ref"] = object{"href": m["$ref"]} })},
	{"member-ref-dead", "$ref of a member leads nowhere", "7643-2.3.7-07",
		onParts("members", func(c *call, m object) { m["$ref"] = c.base + "/Members/" + textOf(m, "value") })},
	{"member-ref-relative-to-endpoint", "$ref of a member is its id", "7643-2.3.7-03",
		onParts("members", func(_ *call, m object) { m["$ref"] = m["value"] })},
	{"group-ref-dead", "$ref of a group of a user leads nowhere", "7643-2.3.7-07",
		onParts("groups", func(c *call, g object) { g["$ref"] = c.base + "/Memberships/" + textOf(g, "value") })},
	{"manager-ref-dead", "$ref of a manager leads nowhere", "7643-2.3.7-07",
		onManager(func(c *call, _ *resource, m object) { m["$ref"] = c.base + "/Managers/" + textOf(m, "value") })},
	{"manager-ref-missing", "A manager has no $ref", "7643-4.3-09",
		onManager(func(_ *call, _ *resource, m object) { delete(m, "$ref") })},
	{"manager-ref-of-user", "$ref of a manager is the URI of the user", "7643-4.3-09",
		onManager(func(c *call, r *resource, m object) { m["$ref"] = c.location(r) })},
	{"manager-value-missing", "A manager has no value", "7643-4.3-08",
		onManager(func(_ *call, _ *resource, m object) { delete(m, "value") })},

	{"email-with-plus-refused", "An e-mail address with a plus sign is refused", "7643-4.1.2-01",
		refusingValue("emails", func(s string) bool { return strings.Contains(s, "+") })},
	{"email-tag-dropped", "An e-mail address is stored without what follows a plus sign", "7643-4.1.2-01",
		onStored("emails", "value", func(s string) string {
			local, domain, _ := strings.Cut(s, "@")
			local, _, _ = strings.Cut(local, "+")
			return local + "@" + domain
		})},
	{"phone-uri-refused", "A phone number that is a tel URI is refused", "7643-4.1.2-05",
		refusingValue("phoneNumbers", func(s string) bool { return strings.HasPrefix(s, "tel:") })},
	{"phone-number-cut", "A phone number loses its last digit", "7643-4.1.2-05",
		onStored("phoneNumbers", "value", func(s string) string { return s[:len(s)-1] })},
	{"country-spelt-out", "The country of an address is shown by its name", "7643-4.1.2-19",
		onStored("addresses", "country", func(string) string { return "United States" })},
	{"country-of-three-letters", "The country of an address is shown by three letters", "7643-4.1.2-19",
		onStored("addresses", "country", func(string) string { return "USA" })},
	{"certificate-as-pem", "A certificate is shown in PEM", "7643-2.3.6-01",
		onShow(func(_ *call, _ *resource, o object) {
			for _, x := range listOf(o["x509Certificates"]) {
				der, err := base64.StdEncoding.DecodeString(textOf(x.(object), "value"))
				if err == nil {
					x.(object)["value"] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
				}
			}
		})},
	{"certificate-cut", "A certificate ends after 256 characters", "7643-4.1.2-30",
		onStored("x509Certificates", "value", func(s string) string { return s[:min(256, len(s))] })},
	{"filter-absent-primary-holds", "A value that says nothing of primary counts as primary in a filter", "7643-2.4-06",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if !strings.EqualFold(f.Attr.Name, "primary") || f.Op != scim.EQ || f.Value != true {
				return f
			}
			return &scim.Or{Left: f, Right: &scim.Not{Inner: &scim.Present{Attr: f.Attr}}}
		})},
	{"user-external-id-refused", "A user with an externalId is refused", "7643-3-07",
		refusing(http.StatusBadRequest, func(c *call) bool {
			return c.isCreate() && c.endpoint() == scim.UsersEndpoint && c.body["externalId"] != nil
		})},
	{"group-external-id-refused", "A group with an externalId is refused", "7643-3-07",
		refusing(http.StatusBadRequest, func(c *call) bool {
			return c.isCreate() && c.endpoint() == scim.GroupsEndpoint && c.body["externalId"] != nil
		})},
}

// groupHasIDOfUser shows groups with the ids of users, and finds them by these.
func groupHasIDOfUser(b *behaviour) {
	var shown, real sync.Map // id to id
	onShow(func(c *call, r *resource, o object) {
		if r.kind.endpoint != scim.GroupsEndpoint {
			return
		}
		id, known := shown.Load(r.id)
		for kind, users := range c.srv.store.collections {
			for i := 0; !known && kind.endpoint == scim.UsersEndpoint && i < len(users.list); i++ {
				if _, taken := real.LoadOrStore(users.list[i].id, r.id); !taken {
					id, known = users.list[i].id, true
					shown.Store(r.id, id)
				}
			}
		}
		if known {
			o["id"] = id
		}
	})(b)
	onRequest(func(c *call) (*reply, error) {
		if len(c.path) == 2 && c.endpoint() == scim.GroupsEndpoint {
			if id, known := real.Load(c.path[1]); known {
				c.path = []string{c.path[0], id.(string)}
			}
		}
		return nil, nil
	})(b)
}

// onType changes one resource type that discovery shows.
func onType(name string, change func(o object)) func(*behaviour) {
	return onTypes(func(o object) {
		if o["name"] == name {
			change(o)
		}
	})
}

// onExtension changes what resource types say of their extensions.
func onExtension(change func(x object)) func(*behaviour) {
	return onTypes(func(o object) {
		for _, x := range listOf(o["schemaExtensions"]) {
			change(x.(object))
		}
	})
}

func onPagination(change func(pagination object)) func(*behaviour) {
	return onConfig(func(o object) { change(o["pagination"].(object)) })
}

// onParts changes the values of a multi-valued complex attribute in every
// representation that shows them.
func onParts(attribute string, change func(c *call, value object)) func(*behaviour) {
	return onShow(func(c *call, _ *resource, o object) {
		for _, x := range listOf(o[attribute]) {
			if value, ok := x.(object); ok {
				change(c, value)
			}
		}
	})
}

// onManager changes the manager in every representation that shows it.
func onManager(change func(c *call, r *resource, manager object)) func(*behaviour) {
	return onShow(func(c *call, r *resource, o object) {
		extension, _ := o[scim.EnterpriseUserURN].(object)
		if manager, ok := extension["manager"].(object); ok {
			change(c, r, manager)
		}
	})
}

// onStored changes a text in the values of an attribute of a new resource.
func onStored(attribute, part string, change func(string) string) func(*behaviour) {
	return onWrite(func(_ *call, _ *resource, before, after object) error {
		list := listOf(after[attribute])
		for i, x := range list {
			if value, ok := x.(object); ok && before == nil && textOf(value, part) != "" {
				other := cloneObject(value)
				other[part] = change(textOf(value, part))
				list[i] = other
			}
		}
		return nil
	})
}

// refusingValue refuses creates with such a value of an attribute.
func refusingValue(attribute string, when func(string) bool) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		for _, x := range listOf(c.body[attribute]) {
			if value, ok := x.(object); ok && c.isCreate() && when(textOf(value, "value")) {
				return nil, refuse(scim.InvalidValue, "%s has a value that is not understood", attribute)
			}
		}
		return nil, nil
	})
}
