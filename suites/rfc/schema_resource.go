package rfc

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// characteristicChecks judge the form of the characteristics, one by one. What
// is left out has its default (RFC 7643 section 2.2).
func characteristicChecks() (checks []Check) {
	for _, c := range []struct{ name, row, fault string }{
		{"multiValued", "7643-7-15", "schema-multi-valued-string"},
		{"caseExact", "7643-7-20", "schema-case-exact-string"},
		{"required", "7643-7-17", "schema-required-string"},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "schema.definition." + kebab(c.name) + "-is-boolean", Level: Must, ReadOnly: true,
			Title:    "Where /Schemas state " + c.name + ", it is true or false",
			Requires: []string{c.row}, Needs: []Feature{Discovery},
			Catches: []string{c.fault},
		}, Body: func(t *T) {
			defined(t, "attributes."+c.name, "true or false", c.name+" in /Schemas is no boolean", func(d definition) bool {
				v := d.get(c.name)
				return v.Exists() && v.Type != gjson.Null && !v.IsBool()
			})
		}})
	}
	for _, c := range []struct {
		name, row, fault string
		words            []string
	}{
		{"mutability", "7643-7-42", "schema-mutability-unknown", []string{"readOnly", "readWrite", "immutable", "writeOnly"}},
		{"returned", "7643-7-43", "schema-returned-unknown", []string{"always", "never", "default", "request"}},
		{"uniqueness", "7643-7-44", "schema-uniqueness-unknown", []string{"none", "server", "global"}},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "schema.definition." + c.name + "-is-known", Level: Must, ReadOnly: true,
			Title:    "Where /Schemas state " + c.name + ", it is one of the words of RFC 7643",
			Requires: []string{c.row}, Needs: []Feature{Discovery},
			Catches: []string{c.fault},
		}, Body: func(t *T) {
			a := defined(t, "attributes."+c.name, strings.Join(c.words, ", "), c.name+" in /Schemas is an unknown word", func(d definition) bool {
				v := d.get(c.name)
				return v.Exists() && v.Type != gjson.Null && !slices.ContainsFunc(c.words, func(w string) bool { return strings.EqualFold(w, v.String()) })
			})
			judge(a.Advisory(), "attributes."+c.name, strings.Join(c.words, ", "), c.name+" in /Schemas is written in another letter case",
				func(d definition) bool {
					return slices.ContainsFunc(c.words, func(w string) bool {
						v := d.get(c.name).String()
						return v != w && strings.EqualFold(w, v)
					})
				})
		}})
	}
	return checks
}

var schemaResourceChecks = []Check{
	{Meta: Meta{
		ID: "schema.definition.schema-is-complete", Level: Must, ReadOnly: true,
		Title:    "Each schema has an id and attributes",
		Requires: []string{"7643-7-07"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-without-attributes"},
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			a.Holds(r.ID() != "", "Resources.id", "a URN", "absent", "a schema has no id")
			// [] says that there are none; without the member nothing is said.
			a.Holds(field(r.JSON(), "attributes").IsArray(), "Resources.attributes", "an array", given(r.ID())+" without it", "a schema has no attributes")
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.schema-has-name", Level: Should, ReadOnly: true,
		Title:    "Each schema has a name for people",
		Requires: []string{"7643-7-09"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-without-name"},
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			a.Holds(r.Get("name").String() != "", "Resources.name", "a name", given(r.ID())+" without one", "a schema has no name")
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.schema-has-description", Level: Should, ReadOnly: true,
		Title:    "Each schema is described for people",
		Requires: []string{"7643-7-10"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-without-description"},
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			a.Holds(r.Get("description").String() != "", "Resources.description", "a description", given(r.ID())+" without one", "a schema has no description")
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.schema-names-its-schema", Level: Should, ReadOnly: true,
		Title:    "Each schema names the Schema URN in schemas",
		Requires: []string{"7643-7-05"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-without-schemas"},
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			named := slices.ContainsFunc(r.Lookup("schemas"), func(v gjson.Result) bool { return strings.EqualFold(v.String(), scim.SchemaURN) })
			a.Holds(named, "Resources.schemas", scim.SchemaURN, given(r.ID())+" without it", "a schema does not say that it is one")
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.core-namespace-is-of-rfcs", Level: Should, ReadOnly: true,
		Title:    "Only schemas of RFCs have URNs in the core namespace",
		Requires: []string{"7643-10.3.1-01"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-in-core-namespace"},
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			urn := strings.ToLower(r.ID())
			ours := !strings.HasPrefix(urn, coreNamespace) || slices.ContainsFunc(coreURNs, func(u string) bool { return strings.EqualFold(u, urn) })
			a.Holds(ours, "Resources.id", "a namespace of its own", r.ID(), "a schema that no RFC defines has a URN in the core namespace")
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.urns-are-spelt-as-registered", Level: Should, ReadOnly: true,
		Title:    "The URNs of the schemas of RFC 7643 are spelt as they are registered",
		Requires: []string{"7643-10.4-01", "7643-10.2.1-01"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-urn-in-lower-case", "schema-urn-of-no-kind"},
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			urn := r.ID()
			for _, known := range append(slices.Clone(coreURNs), scim.EnterpriseUserURN) {
				a.Holds(urn == known || !strings.EqualFold(urn, known), "Resources.id", known, urn, "a registered URN is spelt in another letter case")
			}
			kind, scimURN := strings.CutPrefix(strings.ToLower(urn), "urn:ietf:params:scim:")
			a.Holds(!scimURN || strings.HasPrefix(kind, "schemas:") || strings.HasPrefix(kind, "api:"), "Resources.id",
				"urn:ietf:params:scim:schemas:...", urn, "a URN in the namespace of SCIM is of no kind that RFC 7643 knows")
		})
	}},
}

var capital = regexp.MustCompile(`[A-Z]`)

const coreNamespace = "urn:ietf:params:scim:schemas:core:"

// coreURNs are those of RFC 7643 section 10.4 and RFC 9944.
var coreURNs = []string{
	scim.UserURN, scim.GroupURN, scim.ServiceProviderConfigURN, scim.ResourceTypeURN, scim.SchemaURN,
	coreNamespace + "2.0:Device", coreNamespace + "2.0:EndpointApp",
}

// kebab writes a name such as multiValued as the ids of checks are.
func kebab(name string) string {
	return strings.ToLower(capital.ReplaceAllString(name, "-$0"))
}
