package rfc

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What the target's schemas say of canonicalValues, uniqueness and caseExact, on
// any resource type (RFC 7643 section 7).
var attributeRuleChecks = []Check{
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
		ID: "attribute.create.word-without-canonical-values", Level: Should,
		Title:    "A made-up word is taken where the target's schemas list no canonical values",
		Requires: []string{"7643-2.2-02"},
		Catches:  []string{"made-up-words-refused"},
	}, Body: func(t *T) {
		which := func(f Field) bool {
			kind := f.Sub("type")
			return roundTrips(f) && f.MultiValued && kind != nil && kind.Kind() == "string" && len(kind.CanonicalValues) == 0 && freely(kind)
		}
		eachType(t, "type without canonical values", which, func(of *ResourceType, fields []Field) string {
			if control, reason := arrange(t, of, nil); control == nil {
				return reason
			}
			doc, given := document(t, of, fields, 0)
			for _, f := range given {
				v, _ := f.In(doc)
				f.Put(doc, madeUp(t, f, v))
			}
			a := t.Post(of.Endpoint, doc)
			where := paths(given)
			if named := a.Names(given); len(named) > 0 {
				where = paths(named)
			}
			a.Holds(taken(a), where, "201", codeOf(a), "POST of a "+of.Name+" with a made-up type of "+where+" is refused")
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

// freely reports whether a client can write a sub-attribute.
func freely(sub *Attribute) bool { return sub.ReadWrite() || sub.Immutable() }

// madeUp gives the first of several values a type that nobody has.
func madeUp(t *T, f Field, v any) any {
	list, ok := v.(Values)
	if !ok {
		return v
	}
	if o, ok := list[0].(Doc); ok {
		o[f.Sub("type").Name] = "made-up " + t.Tag()
	}
	return list
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
