package engine

import (
	"fmt"
	"maps"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// New makes a resource of a type that can be posted, without sending it: what
// the target's schemas require, a name, and what the profile always sends.
func (t *T) New(of *ResourceType, with ...With) Doc {
	switch {
	case strings.EqualFold(of.Endpoint, scim.UsersEndpoint):
		return t.NewUser(with...)
	case strings.EqualFold(of.Endpoint, scim.GroupsEndpoint):
		return t.NewGroup(with...)
	}
	p := t.Person()
	d := Doc{"schemas": Values{of.Schema}, "externalId": p.ExternalID}
	if a, listed := t.run.discovered.Attribute(of.Schema, "displayName"); listed && a.ReadWrite() && a.Kind() == "string" {
		d["displayName"] = p.DisplayName
	}
	return t.finish(of, d, with)
}

// Value makes the n-th value of a field, from 0, by its definition: of its
// type, one of its canonical values, with the sub-attributes that a client can
// write. Neighbours differ where the type has more than one value. Nothing in
// it reaches a real person, and text without a form of its own carries the tag.
// ok is false for what no value is known for. A reference to another resource
// arranges one.
func (t *T) Value(f Field, n int) (v any, ok bool) {
	return t.valueOf(&f.Attribute, strings.TrimPrefix(f.URN, "urn:ietf:params:scim:schemas:")+"."+f.Name, f.Name, n)
}

// valueOf makes a value. The key tells attributes of one name apart, the path
// says what is sensible.
func (t *T) valueOf(a *Attribute, key, path string, n int) (any, bool) {
	if !a.MultiValued {
		return t.oneValue(a, key, path, n)
	}
	if a.Kind() == "boolean" {
		return nil, false // nobody lists booleans, and only two can differ
	}
	var list Values
	for i := range 2 {
		v, ok := t.oneValue(a, key, path, 2*n+i)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		if a.links(t.run.discovered) != nil {
			break
		}
	}
	return list, true
}

func (t *T) oneValue(a *Attribute, key, path string, n int) (any, bool) {
	if len(a.CanonicalValues) > 0 && (a.Kind() == "string" || a.Kind() == "reference") {
		return a.CanonicalValues[n%len(a.CanonicalValues)], true
	}
	switch a.Kind() {
	case "string":
		switch lower := strings.ToLower(path); {
		case lower == "username":
			return t.Person().UserName, true
		case strings.Contains(lower, "password"), strings.Contains(lower, "secret"), strings.EqualFold(a.Mutability, "writeOnly"):
			p := t.cast.people.Password(n)
			t.Secret("password", p)
			return p, true
		}
		return t.cast.people.Text(path, n), true
	case "boolean":
		// An account that is not active may not be shown.
		return n%2 == 0 || strings.EqualFold(path, "active"), true
	case "integer":
		return t.cast.people.Number(key, n, 90) + 1, true
	case "decimal":
		return float64(t.cast.people.Number(key, n, 90)) + 1.5, true
	case "dateTime":
		return fmt.Sprintf("2024-03-%02dT12:00:00Z", t.cast.people.Number(key, n, 28)+1), true
	case "binary":
		if strings.EqualFold(path, "x509Certificates.value") {
			return nil, false // it has to be a certificate
		}
		return t.cast.people.Binary(path, n), true
	case "reference":
		if to := a.refersTo(t.run.discovered); to != nil {
			r := t.referred(to, n)
			if r == nil {
				return nil, false
			}
			return t.uriOf(r), true
		}
		return t.cast.people.URL(path, n), true
	case "complex":
		return t.complexValue(a, key, path, n)
	}
	return nil, false
}

func (t *T) complexValue(a *Attribute, key, path string, n int) (any, bool) {
	out := Doc{}
	if to := a.links(t.run.discovered); to != nil {
		r := t.referred(to, n)
		if r == nil {
			return nil, false
		}
		out["value"] = r.ID
		return out, true
	}
	for i := range a.SubAttributes {
		sub := &a.SubAttributes[i]
		if sub.Kind() == "complex" || !sub.Required && !freelyWritten(sub) || sub.ReadOnly() {
			continue
		}
		v, ok := t.valueOf(sub, key+"."+sub.Name, path+"."+sub.Name, n)
		if !ok && sub.Required {
			return nil, false
		}
		if ok {
			out[sub.Name] = v
		}
	}
	return out, len(out) > 0 && (a.Sub("value") == nil || out[a.Sub("value").Name] != nil)
}

// freelyWritten reports whether a client that writes a value gives this part
// of it: formatted, display and $ref are often made by the service provider,
// and primary is for one value alone.
func freelyWritten(sub *Attribute) bool {
	if !sub.ReadWrite() && !sub.Immutable() {
		return false
	}
	for _, made := range [...]string{"formatted", "display", "displayName", "$ref", "primary"} {
		if strings.EqualFold(sub.Name, made) {
			return false
		}
	}
	return true
}

// links is the type of the resources that the values name by their id, as
// those of members and manager do; nil for other attributes.
func (a *Attribute) links(d *Discovered) *ResourceType {
	ref := a.Sub("$ref")
	if ref == nil || a.Sub("value") == nil {
		return nil
	}
	if len(ref.ReferenceTypes) == 0 && (strings.EqualFold(a.Name, "members") || strings.EqualFold(a.Name, "manager")) {
		return d.UserType()
	}
	return ref.refersTo(d)
}

// refersTo is the resource type that the values of a reference name, or nil
// when any URI will do.
func (a *Attribute) refersTo(d *Discovered) *ResourceType {
	var found *ResourceType
	for _, word := range a.ReferenceTypes {
		if strings.EqualFold(word, "external") || strings.EqualFold(word, "uri") {
			return nil
		}
		for _, of := range d.ResourceTypes() {
			if strings.EqualFold(of.Name, word) && found == nil {
				found = of
			}
		}
	}
	return found
}

// complete gives a document what the target's schemas require of a resource of
// the type and a client can give: values, unless they are to be left out, and
// the required parts of the values that are there.
func (t *T) complete(of *ResourceType, d Doc, leaveOut func(Field) bool) {
	for _, f := range t.run.discovered.demanded(of) {
		v, given := f.In(d)
		switch {
		case given:
			if made, changed := t.completed(&f, v); changed {
				f.Put(d, made)
			}
		case f.Required && !leaveOut(f):
			if made, ok := t.Value(f, 0); ok {
				f.Put(d, made)
			}
		}
	}
}

// completed adds required sub-attributes to the values of a complex attribute.
// What a value is about is for the check to give.
func (t *T) completed(f *Field, v any) (made any, changed bool) {
	list, many := v.(Values)
	if !many {
		list = Values{v}
	}
	out := append(Values{}, list...)
	for i, one := range list {
		o, ok := one.(Doc)
		if !ok {
			continue
		}
		for j := range f.SubAttributes {
			sub := &f.SubAttributes[j]
			if _, given := o[sub.Name]; given || !sub.Required || sub.ReadOnly() || isAbout(sub.Name) {
				continue
			}
			if part, ok := t.valueOf(sub, f.Name+"."+sub.Name, f.Name+"."+sub.Name, i); ok {
				o, changed = maps.Clone(o), true
				o[sub.Name] = part
				out[i] = o
			}
		}
	}
	if many {
		return out, changed
	}
	return out[0], changed
}

func isAbout(sub string) bool {
	return strings.EqualFold(sub, "value") || strings.EqualFold(sub, "$ref")
}

// demanded lists the fields of a type that are required, or have parts that
// are, and that a client can write.
func (d *Discovered) demanded(of *ResourceType) []Field {
	if list, ok := d.required.Load(of.Endpoint); ok {
		return list.([]Field)
	}
	var out []Field
	for _, f := range d.Fields(of) {
		needed := f.Required
		for i := range f.SubAttributes {
			needed = needed || f.SubAttributes[i].Required
		}
		if needed && !f.ReadOnly() {
			out = append(out, f)
		}
	}
	d.required.Store(of.Endpoint, out)
	return out
}
