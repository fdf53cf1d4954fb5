package rfc

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Rules for what the target's own /Schemas say: RFC 7643 sections 2 and 7.
var schemaDefinitionChecks = slices.Concat(definitionNameChecks, definitionTypeChecks, characteristicChecks(), schemaResourceChecks)

var definitionNameChecks = []Check{
	{Meta: Meta{
		ID: "schema.definition.every-attribute-has-a-name", Level: Must, ReadOnly: true,
		Title:    "Each attribute that /Schemas define has a name, and no two of one level have the same",
		Requires: []string{"7643-7-11", "7643-7-14"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-attribute-without-name", "schema-attribute-twice"},
	}, Body: func(t *T) {
		seen := map[string]bool{}
		defined(t, "attributes.name", "a name of its own", "an attribute in /Schemas has no name, or that of another", func(d definition) bool {
			key := strings.ToLower(d.place)
			again := seen[key]
			seen[key] = true
			return again || d.get("name").Type != gjson.String || d.name == ""
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.names-are-well-formed", Level: Must, ReadOnly: true,
		Title:    "The names of attributes begin with a letter and go on with letters, digits, $, - and _",
		Requires: []string{"7643-2.1-03"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-name-with-space"},
	}, Body: func(t *T) {
		defined(t, "attributes.name", "letters, digits, $, - and _", "an attribute in /Schemas has a name that no attribute can have", func(d definition) bool {
			return d.name != "" && d.name != "$ref" && !attributeName.MatchString(d.name)
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.has-description", Level: Should, ReadOnly: true,
		Title:    "Each attribute that /Schemas define is described for people",
		Requires: []string{"7643-7-16"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-attribute-without-description"},
	}, Body: func(t *T) {
		defined(t, "attributes.description", "a description", "an attribute in /Schemas has no description", func(d definition) bool {
			return strings.TrimSpace(d.get("description").String()) == ""
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.names-in-camel-case", Level: Should, ReadOnly: true,
		Title:    "The names of the attributes of extensions are in camel case, as those of RFC 7643",
		Requires: []string{"7643-3.3-06"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-name-with-underscore"},
	}, Body: func(t *T) {
		extensions := map[string]bool{}
		for _, kind := range t.Target().Types {
			for _, urn := range kind.Extensions {
				extensions[strings.ToLower(urn)] = true
			}
		}
		if len(extensions) == 0 {
			t.Skip("no resource type of the target has an extension")
		}
		defined(t, "attributes.name", "a name in camel case", "an extension has an attribute whose name is not in camel case", func(d definition) bool {
			return extensions[strings.ToLower(d.urn)] && d.name != "" && d.name != "$ref" && !camelCase.MatchString(d.name)
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.extension-adds-new-attributes", Level: Should, ReadOnly: true,
		Title:    "An extension does not define attributes that the core schema of its resource type has",
		Requires: []string{"7643-3.3-05", "7643-3.3-01"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-extension-repeats-core"},
	}, Body: func(t *T) {
		types := offered(t, scim.ResourceTypesEndpoint).Arranging().Status(200).Page().Resources
		core := map[string]bool{} // "extension name", in lower case
		extended := false
		for _, r := range types {
			base := t.Target().Schemas[strings.ToLower(r.Get("schema").String())]
			for _, urn := range r.Lookup("schemaExtensions.schema") {
				extended = true
				for _, a := range base.Attributes {
					core[strings.ToLower(urn.String()+" "+a.Name)] = true
				}
			}
		}
		if !extended {
			t.Skip("no resource type of the target has an extension")
		}
		defined(t, "attributes.name", "a name that the core schema does not have", "an extension defines an attribute of the core schema again",
			func(d definition) bool { return !d.sub && core[strings.ToLower(d.urn+" "+d.name)] })
	}},
}

var definitionTypeChecks = []Check{
	{Meta: Meta{
		ID: "schema.definition.states-type-and-plurality", Level: Should, ReadOnly: true,
		Title:    "/Schemas state the type of each attribute, and whether it has many values",
		Requires: []string{"7643-2.1-04"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-attribute-without-type", "schema-attribute-without-plurality"},
	}, Body: func(t *T) {
		for _, characteristic := range []string{"type", "multiValued"} {
			defined(t, "attributes."+characteristic, "stated", "an attribute in /Schemas does not state "+characteristic,
				func(d definition) bool { return unset(d.get(characteristic)) })
		}
	}},
	{Meta: Meta{
		ID: "schema.definition.types-are-known", Level: Should, ReadOnly: true,
		Title:    "The attributes that /Schemas define have types of RFC 7643",
		Requires: []string{"7643-2.3-01"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-type-invented"},
	}, Body: func(t *T) {
		defined(t, "attributes.type", strings.Join(attributeTypes, ", "), "an attribute in /Schemas has a type that RFC 7643 does not know",
			func(d definition) bool {
				return d.get("type").Exists() && !slices.Contains(attributeTypes, d.get("type").String())
			})
	}},
	{Meta: Meta{
		ID: "schema.definition.no-parts-of-primitives", Level: Must, ReadOnly: true,
		Title:    "Attributes of a primitive type have no sub-attributes",
		Requires: []string{"7643-1.2-01"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-string-with-parts"},
	}, Body: func(t *T) {
		defined(t, "attributes.subAttributes", "none", "an attribute in /Schemas that is not complex has sub-attributes", func(d definition) bool {
			return !d.is("complex") && d.get("type").Exists() && len(d.get("subAttributes").Array()) > 0
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.no-complex-in-complex", Level: Must, ReadOnly: true,
		Title:    "No part of a complex attribute is complex itself",
		Requires: []string{"7643-2.3.8-04", "7643-7-14"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-complex-in-complex"},
	}, Body: func(t *T) {
		defined(t, "attributes.subAttributes.type", "a primitive type", "a sub-attribute in /Schemas is complex", func(d definition) bool {
			// The schema of schemas is the one exception (RFC 7643 section 7).
			return d.sub && d.is("complex") && !strings.EqualFold(d.urn, scim.SchemaURN)
		})
	}},
	{Meta: Meta{
		ID: "schema.definition.complex-has-parts", Level: Should, ReadOnly: true,
		Title:    "A complex attribute lists its sub-attributes",
		Requires: []string{"7643-7-13"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-complex-without-parts"},
	}, Body: func(t *T) {
		defined(t, "attributes.subAttributes", "at least one", "a complex attribute in /Schemas lists no sub-attributes",
			func(d definition) bool { return d.is("complex") && len(d.get("subAttributes").Array()) == 0 })
	}},
	{Meta: Meta{
		ID: "schema.definition.usual-parts-keep-their-type", Level: Must, ReadOnly: true,
		Title:    "In multi-valued attributes primary is a boolean, $ref a reference, and value not complex",
		Requires: []string{"7643-2.4-03"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-primary-is-string"},
	}, Body: func(t *T) {
		defined(t, "attributes.subAttributes.type", "boolean for primary, reference for $ref, no complex value",
			"a sub-attribute that RFC 7643 defines has another type in /Schemas", func(d definition) bool {
				if !d.sub || !d.ofMany || !d.get("type").Exists() {
					return false
				}
				switch strings.ToLower(d.name) {
				case "primary":
					return !d.is("boolean")
				case "$ref":
					return !d.is("reference")
				case "value":
					return d.is("complex")
				}
				return false
			})
	}},
	{Meta: Meta{
		ID: "schema.definition.references-say-to-what", Level: Should, ReadOnly: true,
		Title:    "An attribute of type reference lists in referenceTypes what it may refer to",
		Requires: []string{"7643-2.3.7-05"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-reference-to-anything"},
	}, Body: func(t *T) {
		defined(t, "attributes.referenceTypes", "at least one", "a reference in /Schemas does not say to what",
			func(d definition) bool { return d.is("reference") && len(d.get("referenceTypes").Array()) == 0 })
	}},
	{Meta: Meta{
		ID: "schema.definition.reference-types-are-known", Level: Should, ReadOnly: true,
		Title:    "referenceTypes holds names of resource types, external or uri",
		Requires: []string{"7643-7-40", "7643-2.3.7-10"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-reference-to-unknown-type"},
	}, Body: func(t *T) {
		known := []string{"external", "uri"}
		for _, r := range t.Target().Types {
			known = append(known, r.Name, r.ID)
		}
		if len(known) == 2 {
			t.Skip("the target tells no resource types")
		}
		defined(t, "attributes.referenceTypes", "external, uri or the name of a resource type", "referenceTypes in /Schemas names what is no resource type",
			func(d definition) bool {
				return slices.ContainsFunc(d.get("referenceTypes").Array(), func(v gjson.Result) bool { return !slices.Contains(known, v.String()) })
			})
	}},
	{Meta: Meta{
		ID: "schema.definition.reference-types-of-references-alone", Level: Should, ReadOnly: true,
		Title:    "Only attributes of type reference have referenceTypes",
		Requires: []string{"7643-7-41"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-string-with-reference-types"},
	}, Body: func(t *T) {
		defined(t, "attributes.referenceTypes", "none", "an attribute in /Schemas that is no reference has referenceTypes",
			func(d definition) bool { return !d.is("reference") && len(d.get("referenceTypes").Array()) > 0 })
	}},
	{Meta: Meta{
		ID: "schema.definition.case-is-of-texts", Level: Should, ReadOnly: true,
		Title:    "Booleans, numbers, times and complex attributes are not said to be case exact",
		Requires: []string{"7643-2.3.2-02", "7643-2.3.3-02", "7643-2.3.4-02", "7643-2.3.5-04", "7643-2.3.8-03"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-boolean-case-exact"},
	}, Body: func(t *T) {
		defined(t, "attributes.caseExact", "false or absent", "an attribute in /Schemas that has no letter case is caseExact",
			func(d definition) bool {
				return d.is("boolean", "decimal", "integer", "dateTime", "complex") && d.get("caseExact").Type == gjson.True
			})
	}},
	{Meta: Meta{
		ID: "schema.definition.uniqueness-is-of-plain-values", Level: Should, ReadOnly: true,
		Title:    "Booleans, times and complex attributes are not said to be unique",
		Requires: []string{"7643-2.3.2-02", "7643-2.3.5-04", "7643-2.3.8-03"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-boolean-unique"},
	}, Body: func(t *T) {
		defined(t, "attributes.uniqueness", "none or absent", "an attribute in /Schemas that cannot be unique is said to be",
			func(d definition) bool {
				return d.is("boolean", "dateTime", "complex") && slices.Contains([]string{"server", "global"}, d.get("uniqueness").String())
			})
	}},
}

var (
	attributeName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9$_-]*$`)
	camelCase      = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)
	attributeTypes = []string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}
)

// definition is that of an attribute or sub-attribute in /Schemas.
type definition struct {
	json gjson.Result
	// urn is the id of its schema, name its own; place is both with the
	// name of the attribute of which it is a part.
	urn, name, place string
	// sub: it is a part of another; ofMany: of a multi-valued one.
	sub, ofMany bool
}

// get reads a characteristic.
func (d definition) get(characteristic string) gjson.Result { return field(d.json, characteristic) }

// is reports whether the attribute has one of the types; one that states none
// is a string (RFC 7643 section 2.2).
func (d definition) is(types ...string) bool {
	is := d.get("type").String()
	if is == "" {
		is = "string"
	}
	return slices.ContainsFunc(types, func(t string) bool { return strings.EqualFold(t, is) })
}

// defined expects that no attribute in /Schemas is wrong.
func defined(t *T, where, want, message string, wrong func(definition) bool) *Answer {
	a := offered(t, scim.SchemasEndpoint).Status(200)
	judge(a, where, want, message, wrong)
	return a
}

func judge(a *Answer, where, want, message string, wrong func(definition) bool) {
	var bad []string
	for _, d := range definitionsIn(a) {
		if wrong(d) {
			bad = append(bad, d.place)
		}
	}
	a.Holds(len(bad) == 0, where, want, strings.Join(bad, ", "), message)
}

// definitionsIn lists the attributes of the schemas in a list, each before its
// parts.
func definitionsIn(a *Answer) (out []definition) {
	eachListed(a, func(r scim.Resource) {
		for _, v := range field(r.JSON(), "attributes").Array() {
			d := definition{json: v, urn: r.ID(), name: field(v, "name").String()}
			d.place = d.urn + ":" + d.name
			out = append(out, d)
			for _, w := range d.get("subAttributes").Array() {
				name := field(w, "name").String()
				out = append(out, definition{w, d.urn, name, d.place + "." + name, true, d.get("multiValued").Bool()})
			}
		}
	})
	return out
}

// field is the member of a JSON object, its name in any case.
func field(v gjson.Result, name string) (found gjson.Result) {
	if !v.IsObject() {
		return found
	}
	v.ForEach(func(k, member gjson.Result) bool {
		if strings.EqualFold(k.Str, name) {
			found = member
			return false
		}
		return true
	})
	return found
}
