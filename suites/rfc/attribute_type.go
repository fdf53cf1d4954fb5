package rfc

import (
	"strings"

	"github.com/tidwall/gjson"

	. "github.com/scimtest/scimtest/suites/engine"
)

// The JSON form of each attribute type, and what becomes of values of another
// type, on any resource type (RFC 7643 section 2.3).
var attributeTypeChecks = append(typedAttributes(), []Check{
	{Meta: Meta{
		ID: "attribute.patch.wrong-type-is-refused", Level: Must,
		Title:    "PATCH refuses a value that is not of the attribute's type",
		Requires: []string{"7644-3.5.2-17", "7644-3.5.2-21"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignores-wrong-types"},
	}, Body: func(t *T) {
		eachType(t, "attribute", func(f Field) bool { return roundTrips(f) && wrong(f) != nil }, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, oneOfEach(fields))
			if m == nil {
				return reason
			}
			judged := eachField(m.fields, func(f Field) string {
				if !m.Body.Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				a := t.Patch(m.Resource, Replace(f.Path(), wrong(f)))
				if notOffered(a) {
					return "PATCH is not offered"
				}
				a.Holds(refused(a), f.Path(), "400 invalidValue", codeOf(a), "PATCH of a "+of.Name+" does not refuse "+written(wrong(f))+" for "+f.Path())
				return ""
			})
			if judged == "" {
				a := t.Get(m.Resource).Status(200)
				for _, f := range m.fields {
					a.Holds(!isWrong(f, a.Resource().Lookup(f.Path())), f.Path(), f.Kind(), read(a.Resource().Lookup(f.Path())), "PATCH of a "+of.Name+" stores a value of another type in "+f.Path())
				}
			}
			return judged
		})
	}},
	{Meta: Meta{
		ID: "attribute.replace.malformed-value-is-not-stored", Level: Must,
		Title:    "PUT does not store what is no value of the attribute's type",
		Requires: []string{"7643-2.3.2-01", "7643-2.3.4-01", "7643-2.3.5-02", "7643-2.3.6-01"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-stores-malformed-values"},
	}, Body: func(t *T) {
		eachType(t, "attribute of such a type", func(f Field) bool { return roundTrips(f) && malformed(f) != nil }, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, oneOfEach(fields))
			if m == nil {
				return reason
			}
			if a := t.Put(m.Resource, m.Sent); !taken(a) {
				return "PUT of what was sent is not accepted"
			}
			return eachField(m.fields, func(f Field) string {
				if !m.Body.Has(f.Path()) {
					return "a create does not keep " + f.Path()
				}
				bad := malformed(f)
				a := t.Put(m.Resource, f.Changed(m.Sent, bad))
				a.Holds(taken(a) || refused(a), f.Path(), "400 invalidValue", codeOf(a), "PUT of a "+of.Name+" with "+written(bad)+" for "+f.Path()+" is an error of the service provider")
				shows := t.Get(m.Resource).Status(200)
				got := shows.Resource().Lookup(f.Path())
				stored := len(got) > 0 && sameJSON(got[0], bad)
				shows.Holds(!stored, f.Path(), "not "+written(bad), read(got), "PUT of a "+of.Name+" stores "+written(bad)+" in "+f.Path())
				if !stored && taken(a) {
					a.Advisory().Holds(false, f.Path(), "400 invalidValue", codeOf(a), "PUT of a "+of.Name+" with "+written(bad)+" for "+f.Path()+" is not refused")
				}
				return ""
			})
		})
	}},
}...)

// forms are the JSON forms of attribute types that no core attribute of one
// value has.
var forms = []struct {
	id, kind, title, want string
	rows                  []string
	catches               []string
	fits                  func(v gjson.Result) bool
}{
	{"decimals", "decimal", "A decimal is a JSON number", "a number", []string{"7643-2.3-04"}, []string{"decimals-as-strings"}, isNumber},
	{"integers", "integer", "An integer is a JSON number without fraction and exponent", "a whole number", []string{"7643-2.3-05", "7643-2.3.4-01"},
		[]string{"integers-with-fraction", "integers-as-strings"},
		func(v gjson.Result) bool { return isNumber(v) && !strings.ContainsAny(v.Raw, ".eE") }},
	{"date-times", "dateTime", "A dateTime is a JSON string with date and time", "a string with an xsd:dateTime",
		[]string{"7643-2.3-06", "7643-2.3.5-01", "7643-2.3.5-02", "7643-2.3.5-03"}, []string{"date-times-as-seconds", "date-times-without-time"},
		func(v gjson.Result) bool { return v.Type == gjson.String && !instant(v.Str).IsZero() }},
	{"binaries", "binary", "A binary value is base64 in a JSON string, of the same bytes", "a string with the same bytes in base64",
		[]string{"7643-2.3-07", "7643-2.3.6-01"}, []string{"binaries-in-hex"}, nil},
	{"references", "reference", "A reference is a URI in a JSON string", "a string with a URI",
		[]string{"7643-2.3-08", "7643-2.3.7-01"}, []string{"references-as-objects"},
		func(v gjson.Result) bool { return v.Type == gjson.String && isURI(v.Str) }},
}

func isNumber(v gjson.Result) bool { return v.Type == gjson.Number }

func typedAttributes() (checks []Check) {
	for _, k := range forms {
		checks = append(checks, Check{Meta: Meta{
			ID: "attribute.form." + k.id, Level: Must,
			Title: k.title, Requires: k.rows, Catches: k.catches,
		}, Body: func(t *T) {
			which := func(f Field) bool { return roundTrips(f) && f.Kind() == k.kind }
			eachType(t, k.kind, which, func(of *ResourceType, fields []Field) string {
				m, reason := arrange(t, of, fields)
				if m == nil {
					return reason
				}
				return eachField(m.fields, func(f Field) string {
					got := m.Body.Lookup(f.Path())
					if len(got) == 0 {
						return "a create does not keep " + f.Path()
					}
					for _, v := range got {
						fits := false
						if k.fits != nil {
							fits = k.fits(v)
						} else {
							fits = v.Type == gjson.String && isOneOf(f, m.Sent, v.Str)
						}
						m.shows.Judged().Holds(fits, f.Path(), k.want, v.Raw, f.Path()+" of a "+of.Name+" is not "+k.want)
					}
					return ""
				})
			})
		}})
	}
	return checks
}

// isOneOf reports whether a text is one of the values that were sent.
func isOneOf(f Field, sent Doc, text string) bool {
	v, _ := f.In(sent)
	list, many := v.(Values)
	if !many {
		list = Values{v}
	}
	for _, one := range list {
		if s, ok := one.(string); ok && sameText(&f.Attribute, s, text) {
			return true
		}
	}
	return false
}

// wrong is a value that no service provider takes for one of the attribute's
// type, or nil for a type that has none.
func wrong(f Field) any {
	if f.MultiValued {
		return nil // one value in place of a list is often taken
	}
	switch f.Kind() {
	case "boolean":
		return "maybe"
	case "integer", "decimal":
		return "many"
	case "dateTime":
		return "yesterday"
	case "string", "reference", "binary":
		return Doc{"unexpected": "object"}
	case "complex":
		return "text"
	}
	return nil
}

func isWrong(f Field, got []gjson.Result) bool { return len(got) > 0 && sameJSON(got[0], wrong(f)) }

// malformed is a value near to those of the attribute's type that is none, or
// nil for a type that has no such.
func malformed(f Field) any {
	if f.MultiValued {
		return nil
	}
	switch f.Kind() {
	case "boolean":
		return "maybe"
	case "integer":
		return 1.5
	case "dateTime":
		return "2024-01-01"
	case "binary":
		return "%%%"
	}
	return nil
}

// oneOfEach takes the first field of each type: one shows how the service
// provider treats the others.
func oneOfEach(fields []Field) (out []Field) {
	seen := map[string]bool{}
	for _, f := range fields {
		if !seen[f.Kind()] {
			seen[f.Kind()] = true
			out = append(out, f)
		}
	}
	return out
}

func sameJSON(got gjson.Result, want any) bool {
	v := gjson.Parse(written(want))
	switch {
	case v.Type == gjson.Number:
		return got.Type == gjson.Number && got.Num == v.Num
	case v.IsObject():
		return got.IsObject() && got.Get("unexpected").String() == v.Get("unexpected").String()
	}
	return got.Type == gjson.String && got.Str == v.Str
}
