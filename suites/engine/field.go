package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Field is a top-level attribute of a resource type, at its place in a
// resource: beside id, or in the object of an extension.
type Field struct {
	// URN is the schema that defines it.
	URN string
	// Extension says that it stands in the object under the URN.
	Extension bool
	Attribute
}

// Path is the SCIM path of the field, with the URN when it is an extension's.
func (f Field) Path() string {
	if f.Extension {
		return f.URN + ":" + f.Name
	}
	return f.Name
}

// In returns the value of the field in a document.
func (f Field) In(d Doc) (v any, ok bool) {
	holder := d
	if f.Extension {
		holder, _ = d[spelled(d, f.URN)].(Doc)
	}
	v, ok = holder[spelled(holder, f.Name)]
	return v, ok
}

// Put gives the field a value in a document, and names its extension in
// schemas.
func (f Field) Put(d Doc, v any) {
	if !f.Extension {
		d[spelled(d, f.Name)] = v
		return
	}
	key := spelled(d, f.URN)
	holder, ok := d[key].(Doc)
	if !ok {
		holder = Doc{}
		d[key] = holder
		if list, ok := d["schemas"].(Values); ok && !listsURN(list, f.URN) {
			d["schemas"] = append(append(Values{}, list...), f.URN)
		}
	}
	holder[spelled(holder, f.Name)] = v
}

// Changed is a copy of a document in which the field has another value.
func (f Field) Changed(d Doc, v any) Doc {
	d = maps.Clone(d)
	if key := spelled(d, f.URN); f.Extension {
		if holder, ok := d[key].(Doc); ok {
			d[key] = maps.Clone(holder)
		}
	}
	f.Put(d, v)
	return d
}

// Drop takes the field out of a document. The document may share the object of
// an extension with others.
func (f Field) Drop(d Doc) {
	if !f.Extension {
		delete(d, spelled(d, f.Name))
		return
	}
	key := spelled(d, f.URN)
	if holder, ok := d[key].(Doc); ok {
		holder = maps.Clone(holder)
		delete(holder, spelled(holder, f.Name))
		d[key] = holder
	}
}

// spelled is the key of a document that has the name, in any case (RFC 7643
// section 2.1), or the name itself where there is none.
func spelled(d Doc, name string) string {
	if _, ok := d[name]; ok {
		return name
	}
	for key := range d {
		if strings.EqualFold(key, name) {
			return key
		}
	}
	return name
}

func listsURN(list Values, urn string) bool {
	for _, v := range list {
		if s, ok := v.(string); ok && strings.EqualFold(s, urn) {
			return true
		}
	}
	return false
}

// ReadWrite reports whether clients may write the attribute at any time and
// read it: the default where the definition is silent (RFC 7643 section 2.2).
func (a *Attribute) ReadWrite() bool { return a.mutability("readwrite") }

// Immutable reports whether clients may give the attribute a value once.
func (a *Attribute) Immutable() bool { return a.mutability("immutable") }

// ReadOnly reports whether clients may not write the attribute.
func (a *Attribute) ReadOnly() bool { return a.mutability("readonly") }

// Shown reports whether a plain GET shows the attribute: returned is always or
// default, which it is where the definition is silent (RFC 7643 section 2.2).
func (a *Attribute) Shown() bool {
	return a.Returned == "" || strings.EqualFold(a.Returned, "default") || strings.EqualFold(a.Returned, "always")
}

func (a *Attribute) mutability(word string) bool {
	if a.Mutability == "" {
		return word == "readwrite"
	}
	return strings.EqualFold(a.Mutability, word)
}

// Kind is the type of the attribute as RFC 7643 section 2.3 writes it; string
// where the definition is silent. Other types are given as they are.
func (a *Attribute) Kind() string {
	for _, kind := range [...]string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"} {
		if strings.EqualFold(a.Type, kind) {
			return kind
		}
	}
	if a.Type == "" {
		return "string"
	}
	return a.Type
}

// Sub finds a sub-attribute by its name, in any case; nil when there is none.
func (a *Attribute) Sub(name string) *Attribute {
	for i := range a.SubAttributes {
		if strings.EqualFold(a.SubAttributes[i].Name, name) {
			return &a.SubAttributes[i]
		}
	}
	return nil
}

// Fields lists the attributes of a resource type and of its extensions, as the
// target's schemas state them, without the common attributes (RFC 7643 section
// 3.1). It is nil when the schemas cannot be read.
func (d *Discovered) Fields(of *ResourceType) []Field {
	var out []Field
	add := func(urn string, extension bool) {
		for _, a := range d.Schemas[strings.ToLower(urn)].Attributes {
			if !extension && isCommon(a.Name) || a.Name == "" {
				continue
			}
			out = append(out, Field{URN: urn, Extension: extension, Attribute: a})
		}
	}
	add(of.Schema, false)
	for _, urn := range of.Extensions {
		add(urn, true)
	}
	return out
}

func isCommon(name string) bool {
	for _, c := range [...]string{"schemas", "id", "externalId", "meta"} {
		if strings.EqualFold(c, name) {
			return true
		}
	}
	return false
}

// UserType is the type of users as the target lists it, or as RFC 7643 section
// 4.1 defines it where the target lists none.
func (d *Discovered) UserType() *ResourceType {
	if t := d.TypeAt(scim.UsersEndpoint); t != nil {
		return t
	}
	t := &ResourceType{ID: "User", Name: "User", Endpoint: scim.UsersEndpoint, Schema: scim.UserURN}
	if _, listed := d.Schemas[strings.ToLower(scim.EnterpriseUserURN)]; listed {
		t.Extensions = []string{scim.EnterpriseUserURN}
	}
	return t
}

// GroupType is the type of groups as the target lists it, or as RFC 7643
// section 4.2 defines it where the target lists none.
func (d *Discovered) GroupType() *ResourceType {
	if t := d.TypeAt(scim.GroupsEndpoint); t != nil {
		return t
	}
	return &ResourceType{ID: "Group", Name: "Group", Endpoint: scim.GroupsEndpoint, Schema: scim.GroupURN}
}

// ResourceTypes lists the types of resources that can be made at the target:
// users, groups where there are any, and what else it lists at endpoints of
// its own. Those that the profile calls absent are left alone.
func (d *Discovered) ResourceTypes() []*ResourceType {
	out := []*ResourceType{d.UserType()}
	if d.Has(Groups) {
		out = append(out, d.GroupType())
	}
	for i := range d.Types {
		switch t := &d.Types[i]; strings.ToLower(t.Endpoint) {
		case "", "/users", "/groups", "/schemas", "/resourcetypes", "/serviceproviderconfig", "/me", "/bulk":
		default:
			if !slices.Contains(d.absent, t.Name) {
				out = append(out, t)
			}
		}
	}
	return out
}
