package rfc

import (
	"maps"
	"strings"

	. "github.com/scimtest/scimtest/suites/engine"
)

// What the target's schemas call required, on any resource type (RFC 7643
// sections 1.1 and 7).
var attributeRequiredChecks = []Check{
	{Meta: Meta{
		ID: "attribute.create.required-is-demanded", Level: Must,
		Title:    "No resource is created without an attribute that the target's schemas call required",
		Requires: []string{"7643-7-17"},
		Catches:  []string{"create-without-required"},
	}, Body: func(t *T) {
		eachType(t, "required attribute besides userName", demanded, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, nil)
			if m == nil {
				return reason
			}
			return eachField(fields, func(f Field) string {
				doc := t.New(of)
				if _, given := f.In(doc); !given {
					return "no value is known for " + f.Path()
				}
				doc = withoutField(doc, f)
				a := t.Post(of.Endpoint, doc)
				a.Holds(taken(a) || refused(a), f.Path(), "4xx, or a value made by the service provider", codeOf(a),
					"POST of a "+of.Name+" without the required "+f.Path()+" is an error of the service provider")
				if taken(a) {
					hasRequired(t.Get(a.Created(of.Endpoint, doc)).Status(200), of, f, "POST")
				}
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.replace.required-is-not-cleared", Level: Must,
		Title:    "PUT leaves no resource without an attribute that the target's schemas call required",
		Requires: []string{"7643-7-17", "7644-3.5.1-14"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-clears-required-name"},
	}, Body: func(t *T) {
		eachType(t, "required attribute besides userName", demanded, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, nil)
			if m == nil {
				return reason
			}
			if a := t.Put(m.Resource, m.Sent); !taken(a) {
				return "PUT of what was sent is not accepted"
			}
			return eachField(fields, func(f Field) string {
				if !m.Body.Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				a := t.Put(m.Resource, withoutField(m.Sent, f))
				a.Holds(taken(a) || refused(a), f.Path(), "4xx, or the value kept", codeOf(a),
					"PUT of a "+of.Name+" without the required "+f.Path()+" is an error of the service provider")
				hasRequired(t.Get(m.Resource).Status(200), of, f, "PUT")
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.create.required-part-is-demanded", Level: Must,
		Title:    "No value is stored without a part that the target's schemas call required",
		Requires: []string{"7643-7-17"},
		Catches:  []string{"create-without-required-part", "create-without-required-part-500"},
	}, Body: func(t *T) {
		which := func(f Field) bool { return roundTrips(f) && requiredPart(f) != nil && len(f.SubAttributes) > 1 }
		eachType(t, "required sub-attribute", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			return eachField(m.fields, func(f Field) string {
				part := requiredPart(f)
				doc := t.New(of)
				v, _ := t.Value(f, 1)
				f.Put(doc, withoutPart(v, part.Name))
				where := f.Path() + "." + part.Name
				a := t.Post(of.Endpoint, doc)
				a.Holds(taken(a) || refused(a), where, "4xx, or a value made by the service provider", codeOf(a),
					"POST of a "+of.Name+" without the required "+where+" is an error of the service provider")
				if !taken(a) {
					return ""
				}
				shows := t.Get(a.Created(of.Endpoint, doc)).Status(200)
				for _, one := range shows.Resource().Lookup(f.Path()) {
					_, there := memberOf(one, part.Name)
					shows.Holds(there, where, "present", "absent", "after POST "+f.Path()+" of a "+of.Name+" is without the required "+part.Name)
				}
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.patch.required-is-not-removed", Level: Must,
		Title:    "PATCH remove of an attribute that the target's schemas call required is refused",
		Requires: []string{"7644-3.5.2.2-09", "7643-7-17"}, Needs: []Feature{Patch},
		Catches: []string{"patch-removes-required-name"},
	}, Body: func(t *T) {
		eachType(t, "required attribute besides userName", demanded, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, nil)
			if m == nil {
				return reason
			}
			return eachField(fields, func(f Field) string {
				if !m.Body.Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				a := t.Patch(m.Resource, Remove(f.Path()))
				if notOffered(a) {
					return "PATCH is not offered"
				}
				a.Holds(refused(a), f.Path(), "400 mutability", codeOf(a), "PATCH remove of the required "+f.Path()+" of a "+of.Name+" is not refused")
				hasRequired(t.Get(m.Resource).Status(200), of, f, "PATCH")
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.create.required-ones-suffice", Level: Should,
		Title:    "A resource is created with no more than what the target's schemas call required",
		Requires: []string{"7643-8.1-01", "7643-1.1-01", "7643-2.2-01"},
		Catches:  []string{"create-demands-unpublished"},
	}, Body: func(t *T) {
		eachType(t, "attribute", func(Field) bool { return true }, func(of *ResourceType, fields []Field) string {
			doc := withoutKeys(t.New(of), "externalId")
			for _, f := range fields {
				if _, given := f.In(doc); given && !f.Required {
					f.Drop(doc)
				}
			}
			a := t.Post(of.Endpoint, doc)
			if notOffered(a) {
				return "POST is not offered"
			}
			where := "body"
			if named := a.Names(fields); len(named) > 0 {
				where = paths(named)
			}
			a.Holds(a.Code() == 201, where, "201", codeOf(a), "POST of a "+of.Name+" with all that the target's schemas call required is refused")
			if a.Code() == 201 {
				t.Get(a.Created(of.Endpoint, doc)).Status(200)
			}
			return ""
		})
	}},
}

// demanded reports whether a client has to give the field a value that a plain
// GET shows. userName has checks of its own.
func demanded(f Field) bool {
	return f.Required && !f.Extension && (f.ReadWrite() || f.Immutable()) && f.Shown() && !strings.EqualFold(f.Name, "userName")
}

func hasRequired(a *Answer, of *ResourceType, f Field, method string) {
	a.Holds(a.Resource().Has(f.Path()), f.Path(), "present", "absent", "after "+method+" a "+of.Name+" is without the required "+f.Path())
}

// requiredPart is the first sub-attribute that a client has to give, or nil.
func requiredPart(f Field) *Attribute {
	for i := range f.SubAttributes {
		if sub := &f.SubAttributes[i]; sub.Required && freely(sub) && sub.Shown() {
			return sub
		}
	}
	return nil
}

// withoutPart leaves a sub-attribute out of a value, or of the first of several.
func withoutPart(v any, name string) any {
	drop := func(o Doc) Doc {
		o = maps.Clone(o)
		delete(o, name)
		return o
	}
	switch v := v.(type) {
	case Doc:
		return drop(v)
	case Values:
		if o, ok := v[0].(Doc); ok {
			return Values{drop(o)}
		}
	}
	return v
}

func withoutKeys(doc Doc, keys ...string) Doc {
	for _, key := range keys {
		delete(doc, key)
	}
	return doc
}
