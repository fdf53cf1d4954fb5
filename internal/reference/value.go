package reference

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// object is a JSON object. Its values are string, json.Number, bool, []any and
// object; a stored object holds no nil and nothing empty.
type object = map[string]any

// clone copies a value and everything below it.
func clone(v any) any {
	switch v := v.(type) {
	case object:
		out := make(object, len(v))
		for k, x := range v {
			out[k] = clone(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = clone(x)
		}
		return out
	}
	return v
}

func cloneObject(o object) object { return clone(o).(object) }

// fork copies a document as far as a write may change it in place: the objects
// and the arrays, but not the values in the arrays. A value is changed by
// putting another one there.
func fork(doc object) object {
	out := make(object, len(doc))
	for k, v := range doc {
		switch v := v.(type) {
		case object:
			out[k] = fork(v)
		case []any:
			out[k] = slices.Clone(v)
		default:
			out[k] = v
		}
	}
	return out
}

// same reports whether two values are identical.
func same(a, b any) bool {
	switch a := a.(type) {
	case object:
		b, ok := b.(object)
		return ok && maps.EqualFunc(a, b, same)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	}
	return a == b
}

// isEmpty reports whether a value is no value: null, "", [] and {} (RFC 7643
// section 2.5; the empty string is what identity providers send to clear).
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case object:
		return len(v) == 0
	}
	return false
}

// listOf is a value as a list: an array as it is, nothing as none, anything
// else as one.
func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	if isEmpty(v) {
		return nil
	}
	return []any{v}
}

// member reads a member of a JSON object that a client sent: names are
// compared without regard to case (RFC 7643 section 2.1).
func member(o object, name string) (any, bool) {
	if v, ok := o[name]; ok {
		return v, true
	}
	for k, v := range o {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return nil, false
}

// memberNames lists the names of an object in order, so that what depends on
// order is the same on every run.
func memberNames(o object) []string { return slices.Sorted(maps.Keys(o)) }

// stringsIn lists the strings of an array.
func stringsIn(v any) []string {
	var out []string
	for _, x := range listOf(v) {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// prepare makes two strings comparable (RFC 7644 section 7.8): composed, and
// without regard to case unless the attribute is case exact.
func prepare(s string, caseExact bool) string {
	if !isASCII(s) {
		s = norm.NFC.String(s)
	}
	if caseExact {
		return s
	}
	return strings.ToLower(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// matches reports whether a value may stand for an immutable one (RFC 7644 section
// 3.5.1): several values have no order, and primary is false where nothing is said
// (RFC 7643 section 2.4).
func (a *attribute) matches(x, y any) bool {
	if !a.multiValued {
		return a.equal(x, y)
	}
	left := slices.Clone(listOf(y))
	for _, v := range listOf(x) {
		i := slices.IndexFunc(left, func(w any) bool { return a.equal(withoutFalsePrimary(v), withoutFalsePrimary(w)) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return len(left) == 0
}

func withoutFalsePrimary(v any) any {
	o, ok := v.(object)
	if !ok || o["primary"] != false {
		return v
	}
	o = maps.Clone(o)
	delete(o, "primary")
	return o
}

// equal reports whether two values of an attribute are equal by its
// definition: strings as caseExact says, numbers by number, objects by their
// sub-attributes.
func (a *attribute) equal(x, y any) bool {
	switch x := x.(type) {
	case string:
		y, ok := y.(string)
		return ok && prepare(x, a.caseExact) == prepare(y, a.caseExact)
	case json.Number:
		y, ok := y.(json.Number)
		return ok && compareNumbers(x, y) == 0
	case object:
		y, ok := y.(object)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			sub := a.sub(k)
			if w, ok := y[k]; !ok || sub == nil || !sub.equal(v, w) {
				return false
			}
		}
		return true
	}
	return same(x, y)
}
