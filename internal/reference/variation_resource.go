package reference

import (
	"net/http"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// resourceVariations are in how resources are stored and shown.
var resourceVariations = []Variation{
	{"times-with-offset", "Times are written in whole seconds with an offset", "7643-2.3.5-01",
		onShow(func(_ *call, r *resource, o object) {
			if meta, ok := o["meta"].(object); ok {
				there := time.FixedZone("", 2*60*60)
				for name, at := range map[string]time.Time{"created": r.created, "lastModified": r.modified} {
					if meta[name] != nil {
						meta[name] = at.In(there).Format("2006-01-02T15:04:05-07:00")
					}
				}
			}
		})},
	{"times-in-nanoseconds", "Times are written with nine digits", "7643-2.3.5-01",
		onShow(func(_ *call, r *resource, o object) {
			if meta, ok := o["meta"].(object); ok {
				for name, at := range map[string]time.Time{"created": r.created, "lastModified": r.modified} {
					if meta[name] != nil {
						meta[name] = at.UTC().Format("2006-01-02T15:04:05.000000000Z")
					}
				}
			}
		})},
	{"empty-lists-shown", "Lists without a value are shown as []", "7643-2.5-01", unassigned(func(multiValued bool) (any, bool) { return []any{}, multiValued })},
	{"nulls-shown", "Attributes without a value are shown as null", "7643-2.5-01", unassigned(func(bool) (any, bool) { return nil, true })},
	{"unknown-extension", "Resources have an extension of their own", "7643-3.3-01",
		func(b *behaviour) {
			const urn = "urn:ietf:params:scim:schemas:extension:tenant:2.0:User"
			onShow(func(c *call, r *resource, o object) {
				if r.kind.name == "User" && o["schemas"] != nil && !c.projects() {
					o["schemas"] = append(listOf(o["schemas"]), urn)
					o[urn] = object{"region": "north"}
				}
			})(b)
			onDiscovery(scim.SchemasEndpoint, func(_ *call, a *reply) {
				if a.body["Resources"] == nil {
					return
				}
				extend(a.body, object{
					"schemas": []any{scim.SchemaURN}, "id": urn, "name": "Tenant", "description": "What the tenant adds",
					"attributes": []any{object{
						"name": "region", "type": "string", "multiValued": false, "description": "Where", "required": false, "caseExact": false,
						"mutability": "readOnly", "returned": "default", "uniqueness": "none",
					}},
					"meta": object{"resourceType": "Schema"},
				})
			})(b)
			onDiscovery(scim.ResourceTypesEndpoint, func(_ *call, a *reply) {
				types := listOf(a.body["Resources"])
				if types == nil {
					types = []any{a.body}
				}
				for _, t := range types {
					if t := t.(object); t["name"] == "User" {
						t["schemaExtensions"] = append(listOf(t["schemaExtensions"]), object{"schema": urn, "required": false})
					}
				}
			})(b)
		}},
	{"members-bare", "Members show their value alone", "requirements.md, contradiction 29",
		onShow(func(_ *call, _ *resource, o object) {
			for _, m := range listOf(o["members"]) {
				if m, ok := m.(object); ok {
					delete(m, "$ref")
					delete(m, "type")
					delete(m, "display")
				}
			}
		})},
	{"groups-of-user-left-out", "A user is shown without its groups", "requirements.md, expectation 18",
		onShow(func(_ *call, r *resource, o object) {
			if r.kind.name == "User" {
				delete(o, "groups")
			}
		})},
	{"manager-without-ref", "A manager is shown as its value alone", "requirements.md, contradiction 53",
		onShow(func(_ *call, _ *resource, o object) {
			if ext, ok := o[scim.EnterpriseUserURN].(object); ok {
				if m, ok := ext["manager"].(object); ok {
					ext["manager"] = object{"value": m["value"]}
				}
			}
		})},
	{"schemas-not-projected", "Under attributes a resource has no schemas", "requirements.md, contradiction 42",
		onShow(func(c *call, _ *resource, o object) {
			if c.projects() {
				delete(o, "schemas")
			}
		})},
	{"meta-always", "meta is shown whatever attributes names", "requirements.md, expectation 10",
		onShow(func(c *call, r *resource, o object) {
			if c.projects() && o["meta"] == nil {
				o["meta"] = c.srv.metaOf(c, r)
			}
		})},
	{"names-lower-cased", "userName and e-mail addresses are stored in lower case", "7644-3.3-13, requirements.md, expectation 11",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			if name, ok := after["userName"].(string); ok {
				after["userName"] = strings.ToLower(name)
			}
			for _, e := range listOf(after["emails"]) {
				if e, ok := e.(object); ok {
					if v, ok := e["value"].(string); ok {
						e["value"] = strings.ToLower(v)
					}
				}
			}
			return nil
		})},
	{"phone-numbers-canonical", "Phone numbers are stored as tel URIs", "7643-4.1.2-06, 7644-3.3-13",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			for _, p := range listOf(after["phoneNumbers"]) {
				if p, ok := p.(object); ok {
					if v, ok := p["value"].(string); ok && !strings.HasPrefix(v, "tel:") {
						p["value"] = "tel:" + strings.Map(func(r rune) rune {
							if r == ' ' || r == '(' || r == ')' {
								return '-'
							}
							return r
						}, v)
					}
				}
			}
			return nil
		})},
	{"formatted-name-made", "name.formatted is made by the service provider", "requirements.md, expectation 17",
		onShow(func(_ *call, _ *resource, o object) {
			if name, ok := o["name"].(object); ok && name["familyName"] != nil && name["givenName"] != nil {
				name["formatted"] = name["familyName"].(string) + ", " + name["givenName"].(string)
			}
		})},
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
	{"me-not-found", "/Me answers 404", "7644-3.11-03, interop notes", refusing(http.StatusNotFound, func(c *call) bool { return c.endpoint() == scim.MeEndpoint })},
	{"me-not-offered", "/Me answers 501", "7644-3.11-03",
		refusing(http.StatusNotImplemented, func(c *call) bool { return c.endpoint() == scim.MeEndpoint })},
}

// unassigned shows attributes of a user or group that have no value, in the
// form that shape gives; ok says whether one of that kind is shown.
func unassigned(shape func(multiValued bool) (form any, ok bool)) func(*behaviour) {
	return onShow(func(c *call, r *resource, o object) {
		if c.projects() {
			return
		}
		for _, p := range r.kind.places() {
			if p.ext != nil || p.attr == nil || p.attr.returned == never || p.attr.returned == request || o[p.attr.name] != nil {
				continue
			}
			if v, ok := shape(p.attr.multiValued); ok {
				o[p.attr.name] = v
			}
		}
	})
}

// projects reports whether the request chooses among attributes.
func (c *call) projects() bool {
	_, chosen := c.param("attributes")
	_, excluded := c.param("excludedAttributes")
	return chosen || excluded
}
