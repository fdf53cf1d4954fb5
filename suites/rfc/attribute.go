package rfc

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// class is a class of attributes. Each gives one result for each way of
// writing, on every target.
type class struct {
	id, what string
	has      func(Field) bool
}

var classes = []class{
	{"strings", "strings", singular("string")},
	{"booleans", "booleans", singular("boolean")},
	{"integers", "integers", singular("integer")},
	{"decimals", "decimals", singular("decimal")},
	{"date-times", "dateTimes", singular("dateTime")},
	{"binaries", "binary values", singular("binary")},
	{"references", "references", singular("reference")},
	{"complex", "complex values", singular("complex")},
	{"multi-valued", "multi-valued attributes", func(f Field) bool { return f.MultiValued }},
}

func singular(kind string) func(Field) bool {
	return func(f Field) bool { return !f.MultiValued && f.Kind() == kind }
}

// roundTrips reports whether a client can write the field and read it back at
// any time. What identifies an account, and what links resources, has checks
// of its own.
func roundTrips(f Field) bool {
	if !f.ReadWrite() || !f.Shown() {
		return false
	}
	switch {
	case strings.EqualFold(f.URN, scim.UserURN):
		return !slices.Contains([]string{"username", "active", "password", "groups"}, strings.ToLower(f.Name))
	case strings.EqualFold(f.URN, scim.GroupURN):
		return !strings.EqualFold(f.Name, "members")
	case strings.EqualFold(f.URN, scim.EnterpriseUserURN):
		return !strings.EqualFold(f.Name, "manager")
	}
	return true
}

// Every attribute that the target's schemas call writable and readable, by
// each way of writing it. What POST stores is up to the service provider
// (requirement 7644-3.3-13): that is advisory. PUT and PATCH are held against
// what a POST has shown to be kept.
var attributeChecks = slices.Concat(createdAttributes(), replacedAttributes(), patchedAttributes(), leftAlone)

func createdAttributes() (checks []Check) {
	for _, k := range classes {
		checks = append(checks, Check{Meta: Meta{
			ID: "attribute.create." + k.id, Level: Should,
			Title:    "A new resource keeps the " + k.what + " that the target's schemas list",
			Requires: []string{"7644-3.3-13"},
			Catches:  []string{"create-drops-" + k.id},
		}, Body: func(t *T) {
			eachType(t, k.what, func(f Field) bool { return k.has(f) && roundTrips(f) }, func(of *ResourceType, fields []Field) string {
				m, reason := arrange(t, of, fields)
				if m == nil {
					return reason
				}
				a := m.shows.Judged()
				for _, f := range m.fields {
					sent, _ := f.In(m.Sent)
					got := a.Resource().Lookup(f.Path())
					message := "a new " + of.Name + " shows " + f.Path() + " with another value"
					if len(got) == 0 {
						message = "a new " + of.Name + " does not keep " + f.Path()
					}
					a.Holds(sameValue(&f.Attribute, sent, got), f.Path(), written(sent), read(got), message)
				}
				return ""
			})
		}})
	}
	return checks
}

func replacedAttributes() (checks []Check) {
	for _, k := range classes {
		checks = append(checks, Check{Meta: Meta{
			ID: "attribute.replace." + k.id, Level: Must,
			Title:    "PUT replaces the " + k.what + " that the target's schemas list",
			Requires: []string{"7644-3.5.1-04", "7643-7-25", "7643-2.2-04", "7643-4.3-03", "7643-4.3-04", "7643-4.3-05", "7643-4.1.2-16"}, Needs: []Feature{PutMethod},
			Catches: []string{"put-keeps-old-" + k.id},
		}, Body: func(t *T) {
			rewritten(t, k, "PUT", func(m *generated, fields []Field) *Answer {
				doc := m.Sent
				for _, f := range fields {
					doc = f.Changed(doc, next(t, f))
				}
				return t.Put(m.Resource, doc)
			})
		}})
	}
	return checks
}

func patchedAttributes() (checks []Check) {
	for _, k := range classes {
		checks = append(checks, Check{Meta: Meta{
			ID: "attribute.patch." + k.id, Level: Must,
			Title:    "PATCH replaces the " + k.what + " that the target's schemas list",
			Requires: []string{"7644-3.5.2.3-02", "7643-7-25", "7643-2.2-04"}, Needs: []Feature{Patch},
			Catches: []string{"patch-keeps-old-" + k.id},
		}, Body: func(t *T) {
			rewritten(t, k, "PATCH", func(m *generated, fields []Field) *Answer {
				var operations []scim.PatchOperation
				for _, f := range fields {
					operations = append(operations, Replace(f.Path(), next(t, f)))
				}
				return t.Patch(m.Resource, operations...)
			})
		}})
	}
	return checks
}

// leftAlone is that a PATCH of one attribute is a PATCH of one attribute.
var leftAlone = []Check{{Meta: Meta{
	ID: "attribute.patch.leaves-the-others", Level: Must,
	Title:    "PATCH of one attribute leaves all others that the target's schemas list as they are",
	Requires: []string{"7644-3.5.2.3-10"}, Needs: []Feature{Patch},
	Catches: []string{"patch-replaces-resource", "patch-loses-addresses"},
}, Body: func(t *T) {
	eachType(t, "attributes beside one that changes", roundTrips, func(of *ResourceType, fields []Field) string {
		m, reason := arrange(t, of, fields)
		if m == nil {
			return reason
		}
		kept := slices.DeleteFunc(slices.Clone(m.fields), func(f Field) bool {
			sent, _ := f.In(m.Sent)
			return !sameValue(&f.Attribute, sent, m.Body.Lookup(f.Path()))
		})
		i := slices.IndexFunc(kept, namesNobody)
		if i < 0 || len(kept) < 2 {
			return "a create keeps too few of them"
		}
		one := kept[i]
		a := t.Patch(m.Resource, Replace(one.Path(), next(t, one)))
		if notOffered(a) || doubtful(a) {
			return "PATCH of " + one.Path() + " answers " + codeOf(a)
		}
		a.Success()
		shows := t.Get(m.Resource).Status(200)
		for _, f := range slices.Delete(slices.Clone(kept), i, i+1) {
			sent, _ := f.In(m.Sent)
			got := shows.Resource().Lookup(f.Path())
			shows.Holds(sameValue(&f.Attribute, sent, got), f.Path(), written(sent), read(got), "PATCH of "+one.Path()+" of a "+of.Name+" changes "+f.Path()+", too")
		}
		return ""
	})
}}}

// namesNobody reports whether a field is a text of which a service provider makes
// no other name.
func namesNobody(f Field) bool {
	return singular("string")(f) && !slices.Contains([]string{"displayname", "nickname"}, strings.ToLower(f.Name))
}

// next is the second value of a field, which differs from the one that it was
// created with.
func next(t *T, f Field) any {
	v, _ := t.Value(f, 1)
	return v
}

// rewritten writes other values to the attributes of a class that a create has
// shown to be kept, and expects them in a read. A value that is neither the old
// nor the new one is advisory: the service provider may bring it into a form of
// its own.
func rewritten(t *T, k class, method string, write func(m *generated, fields []Field) *Answer) {
	eachType(t, k.what, func(f Field) bool { return k.has(f) && roundTrips(f) }, func(of *ResourceType, fields []Field) string {
		m, reason := arrange(t, of, fields)
		if m == nil {
			return reason
		}
		kept := slices.DeleteFunc(slices.Clone(m.fields), func(f Field) bool {
			sent, _ := f.In(m.Sent)
			now := m.Body.Lookup(f.Path())
			return !sameValue(&f.Attribute, sent, now) || sameValue(&f.Attribute, next(t, f), now)
		})
		if len(kept) == 0 {
			return "a create keeps none of them, or there is one value alone"
		}
		a := write(m, kept)
		for range giveUp {
			named := a.Names(kept)
			if a.Code() != 400 && a.Code() != 409 || len(named) == 0 {
				break
			}
			refusedValue(a, method, of, named)
			if _, kept = without(nil, kept, named); len(kept) == 0 {
				return ""
			}
			a = write(m, kept)
		}
		switch {
		case notOffered(a):
			return method + " is not offered"
		case a.Code() == 400, a.Code() == 409:
			refusedValue(a, method, of, kept)
			return ""
		}
		a.Success()
		shows := t.Get(m.Resource).Status(200)
		for _, f := range kept {
			showsRewritten(shows, f, method, of, m.Sent, next(t, f))
		}
		return ""
	})
}

// refusedValue is advisory: the definition may demand a form of the value that
// the schemas do not tell of (RFC 7643 section 2.3.1), and a number from the
// range that nobody has may be taken.
func refusedValue(a *Answer, method string, of *ResourceType, fields []Field) {
	a.Advisory().Holds(false, paths(fields), "2xx", codeOf(a), method+" of a "+of.Name+" refuses another value of "+paths(fields))
}

func showsRewritten(a *Answer, f Field, method string, of *ResourceType, before Doc, want any) {
	got := a.Resource().Lookup(f.Path())
	old, _ := f.In(before)
	message := ""
	switch {
	case len(got) == 0:
		message = method + " of a " + of.Name + " loses " + f.Path()
	case holdsOld(f, old, want, got):
		message = method + " of a " + of.Name + " does not replace " + f.Path()
	case !sameValue(&f.Attribute, want, got):
		a, message = a.Advisory(), method+" of a "+of.Name+" stores another value of "+f.Path()
	}
	a.Holds(message == "", f.Path(), written(want), read(got), message)
}

// holdsOld reports whether a value from before is still there: the one, or any
// of several that is not among the new ones.
func holdsOld(f Field, old, want any, got []gjson.Result) bool {
	list, many := old.(Values)
	if !many {
		return sameValue(&f.Attribute, old, got) && !sameValue(&f.Attribute, want, got)
	}
	return slices.ContainsFunc(list, func(v any) bool {
		return holdsValue(&f.Attribute, v, got) && !slices.ContainsFunc(want.(Values), func(w any) bool { return written(v) == written(w) })
	})
}
