package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// schemaFaults are in what /Schemas say. What the service provider does is as
// it should be.
var schemaFaults = []Fault{
	{"schema-attribute-without-name", "An attribute in /Schemas has no name", "7643-7-11",
		onDefinition("nickName", func(d object) { delete(d, "name") })},
	{"schema-attribute-twice", "/Schemas define an attribute twice", "7643-7-11",
		onDefinition("nickName", func(d object) { d["name"] = "DISPLAYNAME" })},
	{"schema-attribute-without-type", "An attribute in /Schemas has no type", "7643-2.1-04",
		onDefinition("nickName", func(d object) { delete(d, "type") })},
	{"schema-attribute-without-plurality", "An attribute in /Schemas does not say whether it has many values", "7643-2.1-04",
		onDefinition("nickName", func(d object) { delete(d, "multiValued") })},
	{"schema-name-with-space", "An attribute in /Schemas has a space in its name", "7643-2.1-03",
		onDefinition("nickName", func(d object) { d["name"] = "nick name" })},
	{"schema-attribute-without-description", "An attribute in /Schemas has no description", "7643-7-16",
		onDefinition("nickName", func(d object) { delete(d, "description") })},
	{"schema-extension-repeats-core", "An extension defines an attribute of the core schema again", "7643-3.3-05",
		onDefinition("division", func(d object) { d["name"] = "title" })},
	{"schema-type-invented", "An attribute in /Schemas has a type of its own", "7643-2.3-01",
		onDefinition("nickName", func(d object) { d["type"] = "text" })},
	{"schema-string-with-parts", "A string in /Schemas has sub-attributes", "7643-1.2-01",
		onDefinition("nickName", func(d object) { d["subAttributes"] = []any{partDefinition()} })},
	{"schema-complex-in-complex", "A sub-attribute in /Schemas is complex", "7643-2.3.8-04",
		onDefinition("honorificSuffix", func(d object) { d["type"], d["subAttributes"] = typeComplex, []any{partDefinition()} })},
	{"schema-complex-without-parts", "A complex attribute in /Schemas lists no sub-attributes", "7643-7-13",
		onDefinition("entitlements", func(d object) { delete(d, "subAttributes") })},
	{"schema-primary-is-string", "/Schemas call primary a string", "7643-2.4-03",
		onDefinition("primary", func(d object) { d["type"] = typeString })},
	{"schema-reference-to-anything", "References in /Schemas do not say to what", "7643-2.3.7-05",
		onDefinition("profileUrl", func(d object) { delete(d, "referenceTypes") })},
	{"schema-reference-to-unknown-type", "A reference in /Schemas is to a resource type that is not there", "7643-7-40",
		onDefinition("profileUrl", func(d object) { d["referenceTypes"] = []any{"Page"} })},
	{"schema-string-with-reference-types", "A string in /Schemas has referenceTypes", "7643-7-41",
		onDefinition("nickName", func(d object) { d["referenceTypes"] = []any{"external"} })},
	{"schema-boolean-case-exact", "A boolean in /Schemas is case exact", "7643-2.3.2-02",
		onDefinition("primary", func(d object) { d["caseExact"] = true })},
	{"schema-boolean-unique", "A boolean in /Schemas is unique", "7643-2.3.2-02",
		onDefinition("primary", func(d object) { d["uniqueness"] = server })},
	{"schema-multi-valued-string", "multiValued in /Schemas is a string", "7643-7-15",
		onDefinition("nickName", func(d object) { d["multiValued"] = "false" })},
	{"schema-case-exact-string", "caseExact in /Schemas is a string", "7643-7-20",
		onDefinition("nickName", func(d object) { d["caseExact"] = "false" })},
	{"schema-required-string", "required in /Schemas is a string", "7643-7-17",
		onDefinition("nickName", func(d object) { d["required"] = "false" })},
	{"schema-canonical-values-string", "canonicalValues in /Schemas is a string", "7643-7-18",
		onDefinition("nickName", func(d object) { d["canonicalValues"] = "any" })},
	{"schema-name-with-underscore", "An extension has an attribute with an underscore in its name", "7643-3.3-06",
		onDefinition("division", func(d object) { d["name"] = "business_unit" })},
	{"schema-title-is-integer", "/Schemas call the title a number", "7643-8.7.1-08",
		onDefinition("title", func(d object) { d["type"] = typeInteger })},
	{"schema-emails-singular", "/Schemas say that there is one e-mail address", "7643-8.7.1-15",
		onDefinition("emails", func(d object) { d["multiValued"] = false })},
	{"schema-photo-is-string", "/Schemas call the values of photos strings", "7643-8.7.1-18",
		onSchema(func(o object) {
			for _, x := range listOf(o["attributes"]) {
				d := x.(object)
				if parts := listOf(d["subAttributes"]); d["name"] == "photos" && len(parts) > 0 {
					parts[0].(object)["type"] = typeString
				}
			}
		})},
	{"schema-members-singular", "/Schemas say that a group has one member", "7643-8.7.1-26",
		onDefinition("members", func(d object) { d["multiValued"] = false })},
	{"schema-manager-is-string", "/Schemas call the manager a string", "7643-8.7.1-33",
		onDefinition("manager", func(d object) {
			d["type"] = typeString
			delete(d, "subAttributes")
		})},
	{"schema-mutability-unknown", "mutability in /Schemas is a word of its own", "7643-7-42",
		onDefinition("nickName", func(d object) { d["mutability"] = "editable" })},
	{"schema-returned-unknown", "returned in /Schemas is a word of its own", "7643-7-43",
		onDefinition("nickName", func(d object) { d["returned"] = "sometimes" })},
	{"schema-uniqueness-unknown", "uniqueness in /Schemas is a word of its own", "7643-7-44",
		onDefinition("nickName", func(d object) { d["uniqueness"] = "tenant" })},
	{"schema-without-attributes", "A schema has no attributes", "7643-7-07",
		onSchema(func(o object) {
			if o["id"] == scim.ResourceTypeURN {
				delete(o, "attributes")
			}
		})},
	{"schema-without-name", "Schemas have no name", "7643-7-09", onSchema(func(o object) { delete(o, "name") })},
	{"schema-without-description", "Schemas have no description", "7643-7-10", onSchema(func(o object) { delete(o, "description") })},
	{"schema-without-schemas", "Schemas have no schemas", "7643-7-05", onSchema(func(o object) { delete(o, "schemas") })},
	{"schema-in-core-namespace", "A schema of the service provider has a URN in the core namespace", "7643-10.3.1-01",
		onTypeSchema(deviceURN, "urn:ietf:params:scim:schemas:core:2.0:Laptop")},
	{"schema-urn-in-lower-case", "The URN of the Group schema is in lower case", "7643-10.4-01",
		onTypeSchema(scim.GroupURN, strings.ToLower(scim.GroupURN))},
	{"schema-urn-of-no-kind", "A schema has a URN of SCIM that is neither of schemas nor of api", "7643-10.2.1-01",
		onTypeSchema(deviceURN, "urn:ietf:params:scim:custom:2.0:Device")},
}

func partDefinition() object { return text("part", "A part of it.").definition() }

// onSchema changes every schema that discovery shows.
func onSchema(change func(o object)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if c.endpoint() != scim.SchemasEndpoint || a.status != http.StatusOK {
			return
		}
		if len(c.path) == 2 {
			change(a.body)
			return
		}
		for _, o := range listOf(a.body["Resources"]) {
			change(o.(object))
		}
	})
}

// onDefinition changes the definitions of attributes and sub-attributes with
// this name.
func onDefinition(name string, change func(d object)) func(*behaviour) {
	return onSchema(func(o object) {
		for _, attribute := range listOf(o["attributes"]) {
			d := attribute.(object)
			for _, sub := range listOf(d["subAttributes"]) {
				if s := sub.(object); s["name"] == name {
					change(s)
				}
			}
			if d["name"] == name {
				change(d)
			}
		}
	})
}

// onTypeSchema gives a schema another URN in /Schemas and /ResourceTypes.
func onTypeSchema(urn, other string) func(*behaviour) {
	return func(b *behaviour) {
		onSchema(func(o object) {
			if o["id"] == urn {
				o["id"] = other
			}
		})(b)
		onTypes(func(o object) {
			if o["schema"] == urn {
				o["schema"] = other
			}
		})(b)
	}
}
