package reference

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// userAcmeURN is the URN of an extension of users, in the namespace of RFC 6963.
const userAcmeURN = "urn:example:scimtest:extension:acme:2.0:User"

// schemaVariations are in what /Schemas and /ResourceTypes say, and in how
// references are written.
var schemaVariations = []Variation{
	{"definitions-in-short", "/Schemas leave out what is the default, and descriptions", "7643-2.2-01 to 7643-2.2-07",
		onSchema(func(o object) {
			for _, x := range listOf(o["attributes"]) {
				shorten(x.(object))
				for _, sub := range listOf(x.(object)["subAttributes"]) {
					shorten(sub.(object))
				}
			}
		})},
	{"types-in-capitals", "/Schemas write the types of attributes in capitals", "7643-7-12",
		onSchema(func(o object) {
			visitObjects(o["attributes"], func(d object) {
				if kind, ok := d["type"].(string); ok {
					d["type"] = strings.ToUpper(kind)
				}
			})
		})},
	{"user-extension-of-its-own", "Users have an extension that is the service provider's own", "7643-3.3, entra.md 2.1",
		onShape(func(types []*resourceType) []*resourceType {
			types[0].extensions = append(types[0].extensions, &schema{
				id: userAcmeURN, name: "Acme", about: "What Acme knows of a person.",
				attributes: []*attribute{text("badge", "What stands on the badge.", caseExact)},
			})
			return types
		})},
	{"extension-required-filled-in", "A user without the enterprise extension gets it, since it is required", "7643-6-11",
		func(b *behaviour) {
			onTypes(func(o object) {
				for _, x := range listOf(o["schemaExtensions"]) {
					if x := x.(object); x["schema"] == scim.EnterpriseUserURN {
						x["required"] = true
					}
				}
			})(b)
			onWrite(func(_ *call, r *resource, _, after object) error {
				if r.kind.extension(scim.EnterpriseUserURN) != nil && after[scim.EnterpriseUserURN] == nil {
					after[scim.EnterpriseUserURN] = object{"organization": "Example"}
				}
				return nil
			})(b)
		}},
	{"location-from-service-root", "Location, meta.location and $ref are relative to the base URL", "7643-2.3.7-03, elimity-com/scim 172",
		locating(func(c *call, uri string) string { return strings.TrimPrefix(uri, c.base+"/") }, true)},
}

// shorten leaves out of a definition what RFC 7643 section 2.2 says anyway.
func shorten(d object) {
	delete(d, "description")
	for name, value := range map[string]any{
		"required": false, "multiValued": false, "caseExact": false, "mutability": readWrite, "returned": byDefault,
		"uniqueness": none, "type": typeString,
	} {
		if d[name] == value && !(name == "type" && d["subAttributes"] != nil) {
			delete(d, name)
		}
	}
}
