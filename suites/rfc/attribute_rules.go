package rfc

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What the target's schemas say of required, canonicalValues, uniqueness,
// caseExact and returned, on any resource type (RFC 7643 section 7).
var attributeRuleChecks = []Check{
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
		ID: "attribute.create.required-ones-suffice", Level: Should,
		Title:    "A resource is created with no more than what the target's schemas call required",
		Requires: []string{"7643-1.1-01", "7643-2.2-01"},
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
	{Meta: Meta{
		ID: "attribute.create.unlisted-canonical-value", Level: Should,
		Title:    "A value that is not among the canonical ones is taken, dropped or refused",
		Requires: []string{"7643-2.3.1-03", "7643-7-19"},
		Catches:  []string{"unlisted-value-answers-500"},
	}, Body: func(t *T) {
		which := func(f Field) bool { return roundTrips(f) && (len(f.CanonicalValues) > 0 || canonicalType(f) != nil) }
		eachType(t, "attribute with canonical values", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			doc := t.New(of)
			for _, f := range m.fields {
				v, _ := t.Value(f, 1)
				f.Put(doc, unlisted(t, f, v))
			}
			a := t.Post(of.Endpoint, doc)
			a.Holds(taken(a) || refused(a), paths(m.fields), "2xx or 4xx", codeOf(a), "POST of a "+of.Name+" with values that are not canonical is an error of the service provider")
			if taken(a) {
				t.Get(a.Created(of.Endpoint, doc)).Status(200)
			}
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.create.unique-value-is-taken-once", Level: Should,
		Title:    "A second resource with the value of an attribute that the target's schemas call unique is refused with 409",
		Requires: []string{"7643-7-38", "7643-7-39"},
		Catches:  []string{"unique-attributes-not-enforced"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			return !f.MultiValued && f.Kind() == "string" && len(f.CanonicalValues) == 0 && (f.ReadWrite() || f.Immutable()) && f.Shown() &&
				(strings.EqualFold(f.Uniqueness, "server") || strings.EqualFold(f.Uniqueness, "global")) && !strings.EqualFold(f.Name, "userName")
		}
		eachType(t, "unique attribute besides userName", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			if other, reason := arrange(t, of, nil); other == nil {
				return reason
			}
			return eachField(m.fields, func(f Field) string {
				if !m.Body.Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				doc := t.New(of)
				f.Put(doc, m.Body.Get(f.Path()).String())
				a := t.Post(of.Endpoint, doc)
				a.Holds(a.Code() == 409, f.Path(), "409 uniqueness", codeOf(a), "a second "+of.Name+" with the same "+f.Path()+", which is unique, is not refused with 409")
				t.Get(m.Resource).Status(200).Equal("id", m.ID)
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.create.shared-values-are-accepted", Level: Should,
		Title:    "Two resources can share the values of attributes that the target's schemas do not call unique",
		Requires: []string{"7643-7-37", "7643-2.2-06"},
		Catches:  []string{"shared-values-refused"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			if strings.EqualFold(f.URN, scim.GroupURN) && strings.EqualFold(f.Name, "displayName") {
				return false // by which identity providers find groups: many keep it unique
			}
			return roundTrips(f) && !f.MultiValued && f.Kind() == "string" && (f.Uniqueness == "" || strings.EqualFold(f.Uniqueness, "none"))
		}
		eachType(t, "attribute that is not unique", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			doc := t.New(of)
			for _, f := range m.fields {
				v, _ := f.In(m.Sent)
				f.Put(doc, v)
			}
			a := t.Post(of.Endpoint, doc)
			if !taken(a) && a.Code() != 409 && a.ScimType() != scim.Uniqueness {
				a.Arranging().Status(201)
			}
			where := paths(m.fields)
			if named := a.Names(m.fields); len(named) > 0 {
				where = paths(named)
			}
			a.Holds(taken(a), where, "201", codeOf(a), "a second "+of.Name+" that shares values which are not unique is refused")
			if taken(a) {
				t.Get(a.Created(of.Endpoint, doc)).Status(200).NotEqual("id", m.ID)
			}
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.create.case-exact-keeps-its-case", Level: Must,
		Title:    "A value of an attribute that the target's schemas call case exact comes back in its letter case",
		Requires: []string{"7643-7-22"},
		Catches:  []string{"case-exact-lower-cased"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			return f.CaseExact && f.Kind() == "string" && !f.MultiValued && len(f.CanonicalValues) == 0 && f.Shown() && (f.ReadWrite() || f.Immutable())
		}
		eachType(t, "case exact string", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			return eachField(m.fields, func(f Field) string {
				sent, _ := f.In(m.Sent)
				got := m.Body.Lookup(f.Path())
				if !sameValue(&f.Attribute, sent, got) {
					return "a create does not keep " + f.Path()
				}
				m.shows.Judged().Holds(got[0].String() == sent, f.Path(), written(sent), read(got), "the letter case of the case exact "+f.Path()+" of a "+of.Name+" is changed")
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.filter.case-exactness", Level: Must,
		Title:    "Filters on any resource type honour caseExact as the target's schemas state it",
		Requires: []string{"7643-7-21", "7643-2.2-03"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-case-exact-ignored", "device-filter-case-sensitive"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			return roundTrips(f) && f.Kind() == "string" && !f.MultiValued && len(f.CanonicalValues) == 0
		}
		eachType(t, "string", which, func(of *ResourceType, fields []Field) string {
			fields = slices.Concat(firstOf(fields, true), firstOf(fields, false))
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			return eachField(m.fields, func(f Field) string {
				stored := m.Body.Get(f.Path()).String()
				flipped := strings.ToUpper(stored)
				if flipped == stored {
					return "a create keeps no letters of " + f.Path()
				}
				// A refused filter proves nothing.
				control := t.List(of.Endpoint, Filter(eq(f.Path(), stored)))
				if !taken(control) || !slices.Contains(control.IDs(), m.ID) {
					return "a filter on " + f.Path() + " does not find it"
				}
				a := t.List(of.Endpoint, Filter(eq(f.Path(), flipped))).Status(200)
				found := slices.Contains(a.IDs(), m.ID)
				want := map[bool]string{true: "not found", false: "found"}[f.CaseExact]
				got := map[bool]string{true: "found", false: "not found"}[found]
				a.Holds(found != f.CaseExact, f.Path(), want, got, "a filter on "+f.Path()+" of a "+of.Name+" in other letter case does not honour caseExact")
				return ""
			})
		})
	}},
	{Meta: Meta{
		ID: "attribute.returned.on-request", Level: Should,
		Title:    "An attribute with returned request is shown when it is asked for, and not otherwise",
		Requires: []string{"7643-7-34"},
		Catches:  []string{"request-attributes-always-shown", "request-attributes-never-shown"},
	}, Body: func(t *T) {
		which := func(f Field) bool { return strings.EqualFold(f.Returned, "request") && f.ReadWrite() }
		eachType(t, "attribute with returned request", which, func(of *ResourceType, fields []Field) string {
			if strings.EqualFold(of.Endpoint, scim.GroupsEndpoint) {
				return "members have checks of their own"
			}
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			asked := t.Get(m.Resource, Query("attributes", commas(m.fields))).Status(200)
			for _, f := range m.fields {
				asked.Has(f.Path())
				m.shows.Judged().HasNot(f.Path())
			}
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.returned.by-default", Level: Should,
		Title:    "What can be asked for and has returned default is shown without being asked for",
		Requires: []string{"7643-7-33", "7643-2.2-05"},
		Catches:  []string{"default-attributes-on-request"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			return roundTrips(f) && (f.Returned == "" || strings.EqualFold(f.Returned, "default"))
		}
		eachType(t, "attribute with returned default", which, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, fields)
			if m == nil {
				return reason
			}
			asked := t.Get(m.Resource, Query("attributes", commas(m.fields)))
			if refused(asked) {
				return "a GET that asks for them is refused"
			}
			asked.Arranging().Status(200)
			return eachField(m.fields, func(f Field) string {
				if !asked.Resource().Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				m.shows.Judged().Has(f.Path())
				return ""
			})
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

// canonicalType is the sub-attribute type of a multi-valued attribute, when it
// has canonical values.
func canonicalType(f Field) *Attribute {
	if kind := f.Sub("type"); f.MultiValued && kind != nil && len(kind.CanonicalValues) > 0 {
		return kind
	}
	return nil
}

// unlisted gives a value, or the type of the first of several, a word that is
// not canonical.
func unlisted(t *T, f Field, v any) any {
	word := "unlisted " + t.Tag()
	kind := canonicalType(f)
	if list, ok := v.(Values); ok && kind != nil {
		if o, ok := list[0].(Doc); ok {
			o[kind.Name] = word
		}
		return list
	}
	if f.MultiValued {
		return Values{word}
	}
	return word
}

// firstOf is the first field that is case exact, or the first that is not.
func firstOf(fields []Field, caseExact bool) []Field {
	for _, f := range fields {
		if f.CaseExact == caseExact {
			return []Field{f}
		}
	}
	return nil
}

// commas lists paths for the parameter attributes.
func commas(fields []Field) string { return strings.ReplaceAll(paths(fields), ", ", ",") }

func withoutKeys(doc Doc, keys ...string) Doc {
	for _, key := range keys {
		delete(doc, key)
	}
	return doc
}
