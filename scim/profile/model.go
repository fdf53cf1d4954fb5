package profile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Type is a resource type with the attributes that a profile lists.
type Type struct {
	// Name and Endpoint are those of RFC 7643 section 6.
	Name, Endpoint string
	// Schemas are the base schema and the extensions.
	Schemas []Schema
}

// Schema is a schema of a resource type.
type Schema struct {
	// ID is its URN.
	ID         string
	Attributes []Definition
}

// Definition is an attribute with the characteristics of RFC 7643 section 7.
type Definition struct {
	Name        string       `json:"name"`
	Type        string       `json:"type"`
	MultiValued bool         `json:"multiValued"`
	Required    bool         `json:"required"`
	CaseExact   bool         `json:"caseExact"`
	Mutability  string       `json:"mutability"`
	Returned    string       `json:"returned"`
	Uniqueness  string       `json:"uniqueness"`
	Canonical   []string     `json:"canonicalValues,omitempty"`
	References  []string     `json:"referenceTypes,omitempty"`
	Subs        []Definition `json:"subAttributes,omitempty"`
	// AtMost is how many values are kept; 0 is no limit.
	AtMost int `json:"-"`
}

// definitions are the attributes of RFC 7643 that are other than its section
// 2.2 has them by default, one in a line: the path, and what is other.
const definitions = `
active boolean
profileUrl reference external
password writeOnly never exact
name complex
emails complex many
emails.primary boolean
phoneNumbers complex many
phoneNumbers.primary boolean
ims complex many
ims.primary boolean
photos complex many
photos.value reference external
photos.primary boolean
addresses complex many
addresses.primary boolean
entitlements complex many
entitlements.primary boolean
roles complex many
roles.primary boolean
x509Certificates complex many
x509Certificates.value binary
x509Certificates.primary boolean
groups complex many readOnly
groups.value exact readOnly
groups.$ref reference readOnly Group
groups.display readOnly
groups.type readOnly
manager complex
manager.value exact
manager.$ref reference readOnly User
manager.displayName readOnly
members complex many
members.value exact immutable required
members.$ref reference immutable User,Group
members.type immutable
members.display readOnly
`

// define makes the definition of an attribute as RFC 7643 has it; path is
// without URN.
func define(path string) Definition {
	name := path[strings.LastIndex(path, ".")+1:]
	d := Definition{Name: name, Type: "string", Mutability: "readWrite", Returned: "default", Uniqueness: "none"}
	for line := range strings.Lines(definitions) {
		words := strings.Fields(line)
		if len(words) == 0 || !strings.EqualFold(words[0], path) {
			continue
		}
		for _, w := range words[1:] {
			switch w {
			case "boolean", "complex":
				d.Type = w
			case "reference", "binary":
				d.Type, d.CaseExact = w, true // RFC 7643 sections 2.3.6 and 2.3.7
			case "many":
				d.MultiValued = true
			case "exact":
				d.CaseExact = true
			case "required":
				d.Required = true
			case "readOnly", "writeOnly", "immutable":
				d.Mutability = w
			case "never":
				d.Returned = w
			default:
				d.References = strings.Split(w, ",")
			}
		}
	}
	return d
}

// apply bends the definition by what the profile says of the attribute.
func (a Attribute) apply(d *Definition) {
	if a.Type != "" {
		d.Type = a.Type
	}
	d.MultiValued = d.MultiValued || a.MultiValued
	d.Required = d.Required || a.Required
	d.AtMost = a.AtMost
	if a.Unique {
		d.Uniqueness = "server"
	}
	if len(a.OneOf) > 0 {
		d.Canonical = a.OneOf
	}
	if a.ReadOnly {
		d.Mutability = "readOnly"
	}
	if a.Returned != "" {
		d.Returned = a.Returned
	}
}

// baseSchemas are the schemas of the resource types that the RFC knows.
var baseSchemas = map[string]string{"User": scim.UserURN, "Group": scim.GroupURN}

// common are the attributes that are in no schema (RFC 7643 section 3.1).
var common = []string{"id", "externalId", "meta", "schemas"}

// Model lists the resource types whose attributes the profile lists, in
// alphabetical order.
func (p *Profile) Model() []Type {
	var out []Type
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		t := Type{Name: name, Endpoint: "/" + name + "s", Schemas: []Schema{{ID: baseSchemas[name]}}}
		for _, path := range slices.Sorted(maps.Keys(p.Attributes[name])) {
			at, err := scim.ParsePath(path)
			if err != nil || slices.Contains(common, path) {
				continue
			}
			list := &t.schema(at.Attr.URN).Attributes
			d := definition(list, at.Attr.Name, at.Attr.Name)
			if at.Attr.Sub != "" {
				d.Type = "complex"
				d = definition(&d.Subs, at.Attr.Sub, at.Attr.Name+"."+at.Attr.Sub)
			}
			p.Attributes[name][path].apply(d)
		}
		out = append(out, t)
	}
	return out
}

// schema finds the schema with the URN, or adds it.
func (t *Type) schema(urn string) *Schema {
	for i := range t.Schemas {
		if urn == "" || strings.EqualFold(t.Schemas[i].ID, urn) {
			return &t.Schemas[i]
		}
	}
	t.Schemas = append(t.Schemas, Schema{ID: urn})
	return &t.Schemas[len(t.Schemas)-1]
}

func definition(list *[]Definition, name, path string) *Definition {
	for i := range *list {
		if strings.EqualFold((*list)[i].Name, name) {
			return &(*list)[i]
		}
	}
	*list = append(*list, define(path))
	return &(*list)[len(*list)-1]
}

// Discovered is what /Schemas and /ResourceTypes would answer for the types
// that the profile describes: two ListResponses, or nothing.
func (p *Profile) Discovered() (schemas, types []byte) {
	var s, t []any
	for _, kind := range p.Model() {
		var extensions []any
		for i, x := range kind.Schemas {
			s = append(s, map[string]any{"schemas": []string{scim.SchemaURN}, "id": x.ID, "name": kind.Name, "attributes": x.Attributes})
			if i > 0 {
				extensions = append(extensions, map[string]any{"schema": x.ID, "required": false})
			}
		}
		entry := map[string]any{
			"schemas": []string{scim.ResourceTypeURN}, "id": kind.Name, "name": kind.Name, "endpoint": kind.Endpoint, "schema": kind.Schemas[0].ID,
		}
		if extensions != nil {
			entry["schemaExtensions"] = extensions
		}
		t = append(t, entry)
	}
	if len(t) == 0 {
		return nil, nil
	}
	return list(s), list(t)
}

func list(entries []any) []byte {
	out, err := json.Marshal(map[string]any{
		"schemas": []string{scim.ListResponseURN}, "totalResults": len(entries), "startIndex": 1, "itemsPerPage": len(entries), "Resources": entries,
	})
	if err != nil {
		panic(err) // it holds strings, numbers and lists
	}
	return out
}
