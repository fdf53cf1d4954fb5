package rfc

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What the target's schemas say of mutability, on any resource type (RFC 7643
// section 7; RFC 7644 sections 3.3, 3.5.1 and 3.5.2).
var attributeMutabilityChecks = []Check{
	{Meta: Meta{
		ID: "attribute.replace.immutable-keeps-its-value", Level: Must,
		Title:    "PUT with another value does not change an immutable attribute",
		Requires: []string{"7643-7-27", "7644-3.5.1-10"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-overwrites-immutable"},
	}, Body: func(t *T) {
		eachImmutable(t, func(m *generated, f Field) string {
			other, ok := t.Value(f, 1)
			if !ok {
				return "there is no other value"
			}
			if a := t.Put(m.Resource, f.Changed(m.Sent, other)); !taken(a) && !refused(a) {
				return "PUT is not offered"
			}
			keepsImmutable(t, m, f, other)
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.replace.immutable-mismatch-is-refused", Level: Should,
		Title:    "PUT with another value for an immutable attribute is refused with mutability",
		Requires: []string{"7644-3.5.1-11"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-ignores-immutable-mismatch", "put-overwrites-immutable"},
	}, Body: func(t *T) {
		eachImmutable(t, func(m *generated, f Field) string {
			other, ok := t.Value(f, 1)
			if !ok {
				return "there is no other value"
			}
			a := t.Put(m.Resource, f.Changed(m.Sent, other))
			if notOffered(a) {
				return "PUT is not offered"
			}
			a.Holds(a.Code() == 400 && a.ScimType() == scim.Mutability, f.Path(), "400 mutability", codeOf(a),
				"PUT of a "+m.of.Name+" with another value for the immutable "+f.Path()+" is not refused with mutability")
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.replace.immutable-unchanged-is-accepted", Level: Must,
		Title:    "PUT accepts an immutable attribute with the value that it has",
		Requires: []string{"7644-3.5.1-10", "7644-3.5.1-03"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-refuses-immutable"},
	}, Body: func(t *T) {
		eachImmutable(t, func(m *generated, f Field) string {
			bare, _ := without(m.Sent, m.fields, m.fields)
			without := taken(t.Put(m.Resource, bare))
			sent, _ := f.In(m.Sent)
			a := t.Put(m.Resource, f.Changed(bare, sent))
			if !without && !taken(a) && a.ScimType() != scim.Mutability {
				return "PUT without it is not accepted either"
			}
			a.Holds(taken(a), f.Path(), "2xx", codeOf(a), "PUT of a "+m.of.Name+" refuses the immutable "+f.Path()+" with the value that it has")
			if taken(a) {
				keepsImmutable(t, m, f, sent)
			}
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.replace.immutable-takes-its-first-value", Level: Must,
		Title:    "PUT gives an immutable attribute that has no value its first one",
		Requires: []string{"7644-3.5.1-12", "7643-7-26"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-refuses-first-immutable", "put-ignores-first-immutable"},
	}, Body: func(t *T) {
		eachUnsetImmutable(t, func(m *generated, f Field, v any) string {
			if a := t.Put(m.Resource, m.Sent); !taken(a) {
				return "PUT of what was sent is not accepted"
			}
			a := t.Put(m.Resource, f.Changed(m.Sent, v))
			takesFirst(t, m, f, v, a, "PUT")
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.patch.immutable-is-refused", Level: Must,
		Title:    "PATCH refuses to change the value of an immutable attribute",
		Requires: []string{"7644-3.5.2-19", "7643-7-27", "7644-3.5.2-21"}, Needs: []Feature{Patch},
		Catches: []string{"patch-overwrites-immutable", "patch-ignores-immutable"},
	}, Body: func(t *T) {
		eachImmutable(t, func(m *generated, f Field) string {
			other, ok := t.Value(f, 1)
			if !ok {
				return "there is no other value"
			}
			a := t.Patch(m.Resource, Replace(f.Path(), other))
			if notOffered(a) {
				return "PATCH is not offered"
			}
			a.Holds(refused(a), f.Path(), "400 mutability", codeOf(a), "PATCH of a "+m.of.Name+" does not refuse to change the immutable "+f.Path())
			keepsImmutable(t, m, f, other)
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.patch.immutable-takes-its-first-value", Level: Should,
		Title:    "PATCH add gives an immutable attribute that has no value its first one",
		Requires: []string{"7644-3.5.2-20"}, Needs: []Feature{Patch},
		Catches: []string{"patch-refuses-first-immutable"},
	}, Body: func(t *T) {
		eachUnsetImmutable(t, func(m *generated, f Field, v any) string {
			takesFirst(t, m, f, v, t.Patch(m.Resource, Add(f.Path(), v)), "PATCH")
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.create.read-only-is-ignored", Level: Must,
		Title:    "POST ignores the values of attributes that the target's schemas call readOnly",
		Requires: []string{"7644-3.3-02", "7643-7-24"},
		Catches:  []string{"create-takes-read-only", "create-refuses-computed"},
	}, Body: func(t *T) {
		eachReadOnly(t, func(of *ResourceType, fields []Field) string {
			if m, reason := arrange(t, of, nil); m == nil {
				return reason
			}
			doc := forged(t, t.New(of), fields)
			a := t.Post(of.Endpoint, doc)
			if ignores(a, of, fields, "POST", 201) {
				hasNotTaken(t, a.Created(of.Endpoint, doc), of, fields, doc, "POST")
			}
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.replace.read-only-is-ignored", Level: Must,
		Title:    "PUT ignores the values of attributes that the target's schemas call readOnly",
		Requires: []string{"7644-3.5.1-13", "7643-7-24", "7644-3.1-08"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-takes-read-only", "put-refuses-computed"},
	}, Body: func(t *T) {
		eachReadOnly(t, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, nil)
			if m == nil {
				return reason
			}
			if a := t.Put(m.Resource, m.Sent); !taken(a) {
				return "PUT of what was sent is not accepted"
			}
			doc := forged(t, m.Sent, fields)
			if ignores(t.Put(m.Resource, doc), of, fields, "PUT", 200) {
				hasNotTaken(t, m.Resource, of, fields, doc, "PUT")
			}
			return ""
		})
	}},
	{Meta: Meta{
		ID: "attribute.patch.read-only-is-refused", Level: Must,
		Title:    "PATCH refuses to change attributes that the target's schemas call readOnly",
		Requires: []string{"7644-3.5.2-18", "7644-3.5.2-21", "7643-7-24"}, Needs: []Feature{Patch},
		Catches: []string{"patch-read-only-ignored"},
	}, Body: func(t *T) {
		eachReadOnly(t, func(of *ResourceType, fields []Field) string {
			m, reason := arrange(t, of, nil)
			if m == nil {
				return reason
			}
			return eachField(fields, func(f Field) string {
				doc := forged(t, m.Sent, []Field{f})
				v, _ := f.In(doc)
				a := t.Patch(m.Resource, Replace(f.Path(), v))
				if notOffered(a) {
					return "PATCH is not offered"
				}
				a.Holds(refused(a), f.Path(), "400 mutability", codeOf(a), "PATCH of a "+of.Name+" does not refuse to change the readOnly "+f.Path())
				hasNotTaken(t, m.Resource, of, []Field{f}, doc, "PATCH")
				return ""
			})
		})
	}},
}

// eachImmutable calls judge with a resource for each immutable attribute that
// a create has given a value.
func eachImmutable(t *T, judge func(m *generated, f Field) string) {
	eachType(t, "immutable attribute", func(f Field) bool { return f.Immutable() && f.Shown() }, func(of *ResourceType, fields []Field) string {
		m, reason := arrange(t, of, fields)
		if m == nil {
			return reason
		}
		return eachField(m.fields, func(f Field) string {
			sent, _ := f.In(m.Sent)
			if !sameValue(&f.Attribute, sent, m.Body.Lookup(f.Path())) {
				return "a create does not keep " + f.Path()
			}
			return judge(m, f)
		})
	})
}

// eachUnsetImmutable calls judge with a resource for each immutable attribute
// that has no value.
func eachUnsetImmutable(t *T, judge func(m *generated, f Field, v any) string) {
	which := func(f Field) bool { return f.Immutable() && f.Shown() && !f.Required }
	eachType(t, "immutable attribute that may be left out", which, func(of *ResourceType, fields []Field) string {
		// Where a create does not keep the value either, nothing is shown.
		control, reason := arrange(t, of, fields)
		if control == nil {
			return reason
		}
		bare, reason := arrange(t, of, nil)
		if bare == nil {
			return reason
		}
		return eachField(control.fields, func(f Field) string {
			sent, _ := f.In(control.Sent)
			v, ok := t.Value(f, 1)
			switch {
			case !sameValue(&f.Attribute, sent, control.Body.Lookup(f.Path())):
				return "a create does not keep " + f.Path()
			case bare.Body.Has(f.Path()):
				return f.Path() + " has a value from the beginning"
			case !ok:
				return "there is no other value"
			}
			return judge(bare, f, v)
		})
	})
}

// eachReadOnly calls judge with the readOnly attributes of each type that have
// one simple value. What identifies a resource has checks of its own; one of
// two values proves nothing.
func eachReadOnly(t *T, judge func(of *ResourceType, fields []Field) string) {
	eachType(t, "readOnly attribute with one value", func(f Field) bool {
		return f.ReadOnly() && !f.MultiValued && slices.Contains([]string{"string", "integer", "decimal", "dateTime"}, f.Kind()) && len(f.CanonicalValues) == 0
	}, judge)
}

// eachField is eachType for fields: it returns a reason when none was judged.
func eachField(fields []Field, judge func(f Field) string) (reason string) {
	judged := false
	for _, f := range fields {
		if why := judge(f); why != "" {
			reason = why
			continue
		}
		judged = true
	}
	if judged {
		return ""
	}
	if reason == "" {
		reason = "no value is known for it"
	}
	return reason
}

// forged gives readOnly fields values that no service provider makes.
func forged(t *T, d Doc, fields []Field) Doc {
	for _, f := range fields {
		var v any
		switch f.Kind() {
		case "integer":
			v = 1789056
		case "decimal":
			v = 1789056.5
		case "dateTime":
			v = "1971-02-03T04:05:06Z"
		default:
			v = "forged " + t.Tag()
		}
		d = f.Changed(d, v)
	}
	return d
}

// ignores expects that a write with readOnly values is not refused for them.
func ignores(a *Answer, of *ResourceType, fields []Field, method string, want int) bool {
	a.Holds(taken(a), paths(fields), strconv.Itoa(want), codeOf(a), method+" of a "+of.Name+" with readOnly attributes is refused")
	return taken(a)
}

func hasNotTaken(t *T, r *Resource, of *ResourceType, fields []Field, sent Doc, method string) {
	a := t.Get(r).Status(200)
	for _, f := range fields {
		v, _ := f.In(sent)
		got := a.Resource().Lookup(f.Path())
		a.Holds(!sameValue(&f.Attribute, v, got), f.Path(), "not "+written(v), read(got), method+" of a "+of.Name+" changes the readOnly "+f.Path())
	}
}

// keepsImmutable expects that the value of an immutable attribute is not the
// other one, and still there.
func keepsImmutable(t *T, m *generated, f Field, other any) {
	a := t.Get(m.Resource).Status(200)
	sent, _ := f.In(m.Sent)
	got := a.Resource().Lookup(f.Path())
	changed := sameValue(&f.Attribute, other, got) && !sameValue(&f.Attribute, other, listed(gjson.Parse(written(sent))))
	a.Holds(!changed && len(got) > 0, f.Path(), written(sent), read(got), "the immutable "+f.Path()+" of a "+m.of.Name+" has lost its value")
}

func takesFirst(t *T, m *generated, f Field, v any, a *Answer, method string) {
	a.Holds(taken(a), f.Path(), "2xx", codeOf(a), method+" of a "+m.of.Name+" refuses the first value of the immutable "+f.Path())
	if !taken(a) {
		return
	}
	shows := t.Get(m.Resource).Status(200)
	got := shows.Resource().Lookup(f.Path())
	shows.Holds(len(got) > 0, f.Path(), written(v), read(got), method+" of a "+m.of.Name+" does not give the immutable "+f.Path()+" its first value")
}
