package reference

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// The types of attributes (RFC 7643 section 2.3).
const (
	typeString    = "string"
	typeBoolean   = "boolean"
	typeDecimal   = "decimal"
	typeInteger   = "integer"
	typeDateTime  = "dateTime"
	typeBinary    = "binary"
	typeReference = "reference"
	typeComplex   = "complex"
)

// The words of mutability, returned and uniqueness (RFC 7643 section 7).
const (
	readWrite = "readWrite"
	readOnly  = "readOnly"
	immutable = "immutable"
	writeOnly = "writeOnly"

	always    = "always"
	never     = "never"
	byDefault = "default"
	request   = "request"

	none   = "none"
	server = "server"
	global = "global"
)

// attribute is an attribute definition with its characteristics (RFC 7643
// section 7).
type attribute struct {
	name, kind, about               string
	multiValued, required           bool
	caseExact                       bool
	mutability, returned            string
	uniqueness                      string
	canonicalValues, referenceTypes []string
	subs                            []*attribute
	// computed says that the service provider makes the value whatever a
	// client sends ($ref, type and display of members).
	computed bool
}

// isUnique reports whether no two resources of the type may share a value. id
// is made so that they never do.
func (a *attribute) isUnique() bool {
	return a.mutability != readOnly && (a.uniqueness == server || a.uniqueness == global)
}

// sub finds a sub-attribute by its name, in any case; nil when there is none.
func (a *attribute) sub(name string) *attribute { return find(a.subs, name) }

func find(list []*attribute, name string) *attribute {
	for _, a := range list {
		if len(a.name) == len(name) && strings.EqualFold(a.name, name) {
			return a
		}
	}
	return nil
}

// A characteristic changes a definition from the defaults of RFC 7643 section
// 2.2.
type characteristic func(*attribute)

func required(a *attribute)  { a.required = true }
func caseExact(a *attribute) { a.caseExact = true }
func plural(a *attribute)    { a.multiValued = true }
func unique(a *attribute)    { a.uniqueness = server }
func computed(a *attribute)  { a.computed = true }

func mutable(word string) characteristic  { return func(a *attribute) { a.mutability = word } }
func returned(word string) characteristic { return func(a *attribute) { a.returned = word } }

func values(words ...string) characteristic {
	return func(a *attribute) { a.canonicalValues = words }
}

func refersTo(types ...string) characteristic {
	return func(a *attribute) { a.referenceTypes = types }
}

func define(kind, name, about string, with []characteristic) *attribute {
	a := &attribute{name: name, kind: kind, about: about, mutability: readWrite, returned: byDefault, uniqueness: none}
	if kind == typeBinary || kind == typeReference {
		a.caseExact = true // RFC 7643 sections 2.3.6 and 2.3.7
	}
	for _, w := range with {
		w(a)
	}
	return a
}

func text(name, about string, with ...characteristic) *attribute {
	return define(typeString, name, about, with)
}

func boolean(name, about string, with ...characteristic) *attribute {
	return define(typeBoolean, name, about, with)
}

func reference(name, about string, with ...characteristic) *attribute {
	return define(typeReference, name, about, with)
}

func binary(name, about string, with ...characteristic) *attribute {
	return define(typeBinary, name, about, with)
}

func integer(name, about string, with ...characteristic) *attribute {
	return define(typeInteger, name, about, with)
}

func decimal(name, about string, with ...characteristic) *attribute {
	return define(typeDecimal, name, about, with)
}

func dateTime(name, about string, with ...characteristic) *attribute {
	return define(typeDateTime, name, about, with)
}

func complexOf(name, about string, subs []*attribute, with ...characteristic) *attribute {
	a := define(typeComplex, name, about, with)
	a.subs = subs
	return a
}

// definition is the attribute as /Schemas shows it. What does not apply to the
// type is left out.
func (a *attribute) definition() object {
	d := object{
		"name": a.name, "type": a.kind, "description": a.about, "multiValued": a.multiValued,
		"required": a.required, "mutability": a.mutability, "returned": a.returned,
	}
	switch a.kind {
	case typeString, typeReference, typeBinary:
		d["caseExact"] = a.caseExact
		d["uniqueness"] = a.uniqueness
	case typeInteger, typeDecimal:
		d["uniqueness"] = a.uniqueness
	}
	if len(a.canonicalValues) > 0 {
		d["canonicalValues"] = anys(a.canonicalValues)
	}
	if len(a.referenceTypes) > 0 {
		d["referenceTypes"] = anys(a.referenceTypes)
	}
	if len(a.subs) > 0 {
		d["subAttributes"] = definitions(a.subs)
	}
	return d
}

func definitions(list []*attribute) []any {
	out := make([]any, len(list))
	for i, a := range list {
		out[i] = a.definition()
	}
	return out
}

func anys(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// schema is a schema definition (RFC 7643 section 7).
type schema struct {
	id, name, about string
	attributes      []*attribute
	// mandatory says that each resource of the type that the schema extends
	// has to have it.
	mandatory bool
}

// resourceType is a kind of resource and its endpoint (RFC 7643 section 6).
type resourceType struct {
	name, endpoint, about string
	schema                *schema
	extensions            []*schema
}

// common are the attributes of every resource (RFC 7643 section 3.1). They
// have no schema of their own.
var common = []*attribute{
	reference("schemas", "The URIs of the schemas in use.", plural, required, returned(always), refersTo("uri")),
	text("id", "The identifier given by the service provider.", caseExact, mutable(readOnly), returned(always), func(a *attribute) { a.uniqueness = global }),
	text("externalId", "The identifier given by the provisioning client.", caseExact),
	complexOf("meta", "What the service provider notes about the resource.", []*attribute{
		text("resourceType", "The name of the resource type.", caseExact, mutable(readOnly)),
		dateTime("created", "When the resource was added.", mutable(readOnly)),
		dateTime("lastModified", "When the resource last changed.", mutable(readOnly)),
		reference("location", "The URI of the resource.", mutable(readOnly), refersTo("uri")),
		text("version", "The entity-tag of the resource.", caseExact, mutable(readOnly)),
	}, mutable(readOnly)),
}

// place is where an attribute stands in a resource: at the top level, or in
// the object of an extension. Without an attribute it is that object.
type place struct {
	ext  *schema
	attr *attribute
}

func (p place) known() bool { return p.ext != nil || p.attr != nil }

// holder is the object that holds the attribute, or nil.
func (p place) holder(doc object) object {
	if p.ext == nil {
		return doc
	}
	o, _ := doc[p.ext.id].(object)
	return o
}

func (p place) get(doc object) any {
	if p.attr == nil {
		return doc[p.ext.id]
	}
	return p.holder(doc)[p.attr.name]
}

// set stores a value; an empty one removes the attribute, and an extension
// without attributes goes, too.
func (p place) set(doc object, v any) {
	key := ""
	if p.attr == nil {
		key = p.ext.id
	} else {
		key = p.attr.name
	}
	holder := doc
	if p.ext != nil && p.attr != nil {
		if holder = p.holder(doc); holder == nil {
			holder = object{}
			doc[p.ext.id] = holder
		}
	}
	if isEmpty(v) {
		delete(holder, key)
	} else {
		holder[key] = v
	}
	if p.ext != nil && len(p.holder(doc)) == 0 {
		delete(doc, p.ext.id)
	}
}

// find resolves an attribute name, with or without the URN of its schema. Both
// are compared without regard to case (RFC 7644 section 3.10).
func (t *resourceType) find(urn, name string) place {
	if urn == "" || strings.EqualFold(urn, t.schema.id) {
		if a := find(t.schema.attributes, name); a != nil {
			return place{attr: a}
		}
		return place{attr: find(common, name)}
	}
	for _, x := range t.extensions {
		if strings.EqualFold(urn, x.id) {
			if a := find(x.attributes, name); a != nil {
				return place{x, a}
			}
		}
	}
	return place{}
}

// extension finds an extension by its URN, in any case.
func (t *resourceType) extension(urn string) *schema {
	for _, x := range t.extensions {
		if strings.EqualFold(urn, x.id) {
			return x
		}
	}
	return nil
}

// resolve finds what an attribute path names: the sub-attribute is nil when
// the path has none. ok is false when the type does not declare it.
func (t *resourceType) resolve(path scim.AttrPath) (at place, sub *attribute, ok bool) {
	path = path.Resolve(t.urns()...)
	if path.Name == "" {
		if x := t.extension(path.URN); x != nil {
			return place{ext: x}, nil, true
		}
		return place{}, nil, false
	}
	if at = t.find(path.URN, path.Name); !at.known() {
		return place{}, nil, false
	}
	if path.Sub != "" {
		if sub = at.attr.sub(path.Sub); sub == nil {
			return place{}, nil, false
		}
	}
	return at, sub, true
}

func (t *resourceType) urns() []string {
	out := []string{t.schema.id}
	for _, x := range t.extensions {
		out = append(out, x.id)
	}
	return out
}

// places lists every attribute of the type, those of extensions included.
func (t *resourceType) places() []place {
	var out []place
	for _, a := range common {
		out = append(out, place{attr: a})
	}
	for _, a := range t.schema.attributes {
		out = append(out, place{attr: a})
	}
	for _, x := range t.extensions {
		for _, a := range x.attributes {
			out = append(out, place{x, a})
		}
	}
	return out
}
