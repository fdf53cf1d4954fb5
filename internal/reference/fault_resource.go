package reference

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// onMeta changes meta of every representation that shows it.
func onMeta(f func(c *call, r *resource, meta object)) func(*behaviour) {
	return onShow(func(c *call, r *resource, o object) {
		if meta, ok := o["meta"].(object); ok {
			f(c, r, meta)
		}
	})
}

var resourceFaults = []Fault{
	{"resource-without-id", "Resources have no id", "7643-3.1-05",
		onShow(func(_ *call, _ *resource, o object) { delete(o, "id") })},
	{"resource-id-number", "The id of a resource is a number", "7643-3.1-05",
		onShow(func(_ *call, r *resource, o object) {
			o["id"] = json.Number(strings.TrimLeft(r.id, "0abcdef-")[:1] + "7")
		})},
	{"resource-id-bulkid", "The id of a resource begins with bulkId", "7643-3.1-10",
		onShow(func(_ *call, r *resource, o object) { o["id"] = bulkIDPrefix + r.id })},
	{"resource-without-schemas", "Resources have no schemas", "7643-3-01, directory-scimple 1012",
		onShow(func(_ *call, _ *resource, o object) { delete(o, "schemas") })},
	{"resource-schemas-twice", "schemas of a resource names the base schema twice", "7643-3-05",
		onShow(func(_ *call, r *resource, o object) { o["schemas"] = []any{r.kind.schema.id, r.kind.schema.id} })},
	{"resource-without-base-schema", "schemas of a resource names extensions alone", "7643-3.3-03",
		onShow(func(_ *call, _ *resource, o object) { o["schemas"] = []any{scim.EnterpriseUserURN} })},
	{"resource-foreign-schema", "schemas of a resource names one that its type does not have", "7643-3-04",
		onShow(func(_ *call, _ *resource, o object) {
			o["schemas"] = append(listOf(o["schemas"]), "urn:example:foreign:2.0:Schema")
		})},
	{"meta-absent", "Resources have no meta", "7643-3.1-02, sourcegraph 48617",
		onShow(func(_ *call, _ *resource, o object) { delete(o, "meta") })},
	{"meta-without-location", "meta has no location", "wso2 5328",
		onMeta(func(_ *call, _ *resource, meta object) { delete(meta, "location") })},
	{"meta-location-wrong", "meta.location names another resource", "wso2/charon 127",
		onMeta(func(c *call, r *resource, meta object) { meta["location"] = c.base + r.kind.endpoint + "/0" })},
	{"meta-location-with-query", "meta.location names the tenant in a query part", "7644-1.3-01",
		onMeta(func(c *call, r *resource, meta object) {
			meta["location"] = c.base + r.kind.endpoint + "/" + r.id + "?tenant=1"
		})},
	{"meta-location-other-endpoint", "meta.location stands below another endpoint", "FusionAuth 2793",
		onMeta(func(c *call, r *resource, meta object) { meta["location"] = c.base + "/Accounts/" + r.id })},
	{"meta-resource-type-wrong", "meta.resourceType is no resource type", "wso2 9177",
		onMeta(func(_ *call, _ *resource, meta object) { meta["resourceType"] = "Person" })},
	{"meta-times-integers", "The times in meta are seconds since 1970", "7643-2.3.5-01",
		onMeta(func(_ *call, r *resource, meta object) {
			meta["created"], meta["lastModified"] = r.created.Unix(), r.modified.Unix()
		})},
	{"meta-modified-before-created", "lastModified is earlier than created", "7643-3.1-25",
		onMeta(func(_ *call, r *resource, meta object) { meta["lastModified"] = stamp(r.created.Add(-time.Hour)) })},
	{"emails-as-object", "A single e-mail address is shown as an object", "7643-1.2-03",
		onShow(func(_ *call, _ *resource, o object) {
			if list, ok := o["emails"].([]any); ok && len(list) == 1 {
				o["emails"] = list[0]
			}
		})},
	{"primary-not-demoted", "Two e-mail addresses are primary as soon as there are two", "7643-2.4-05",
		onShow(func(_ *call, _ *resource, o object) {
			if list, ok := o["emails"].([]any); ok && len(list) > 1 {
				for _, e := range list {
					if e, ok := e.(object); ok {
						e["primary"] = true
					}
				}
			}
		})},
	{"never-returned-is-returned", "A user shows its password although the schema says never", "7643-7-31",
		onShow(func(_ *call, r *resource, o object) {
			if _, ok := r.doc["password"]; ok {
				o["password"] = "********"
			}
		})},
	{"schema-lies-about-type", "The User schema calls active a string", "laravel-scim-server 114",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() != scim.SchemasEndpoint {
				return
			}
			visitObjects(a.body, func(o object) {
				if o["name"] == "active" {
					o["type"] = typeString
				}
			})
		})},
}
