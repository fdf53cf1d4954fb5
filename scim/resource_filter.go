package scim

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// The filters of value paths are evaluated here for reading what a service
// provider answered. It is on purpose not what a service provider evaluates
// with: the judge and the judged share no evaluation.

// caseExact holds the sub-attributes, in lower case, whose strings are compared
// with regard to case: identifiers, references and binary values. The RFC's
// schema for "groups" and "members" says otherwise, but their values are ids.
var caseExact = map[string]bool{
	"members.value": true, "groups.value": true, "manager.value": true, "x509certificates.value": true,
	"photos.value": true, "meta.location": true, "meta.version": true, "meta.resourcetype": true,
}

func isCaseExact(attr, sub string) bool {
	sub = strings.ToLower(sub)
	return sub == "$ref" || sub == "id" || sub == "externalid" || caseExact[strings.ToLower(attr)+"."+sub]
}

// selected keeps the values of an attribute for which the filter holds.
func selected(values []gjson.Result, f Filter, attr string) (kept []gjson.Result) {
	for _, v := range values {
		if holds(f, v, attr) {
			kept = append(kept, v)
		}
	}
	return kept
}

func holds(f Filter, v gjson.Result, attr string) bool {
	switch f := f.(type) {
	case *And:
		return holds(f.Left, v, attr) && holds(f.Right, v, attr)
	case *Or:
		return holds(f.Left, v, attr) || holds(f.Right, v, attr)
	case *Not:
		return !holds(f.Inner, v, attr)
	case *Present:
		return len(operands(v, f.Attr)) > 0
	case *Compare:
		return compares(f, operands(v, f.Attr), isCaseExact(attr, f.Attr.Name))
	}
	return false
}

// operands is what a sub-attribute has in a value. The values of a simple
// multi-valued attribute are their own "value".
func operands(v gjson.Result, a AttrPath) []gjson.Result {
	if !v.IsObject() {
		if strings.EqualFold(a.Name, "value") && a.Sub == "" {
			return []gjson.Result{v}
		}
		return nil
	}
	found := values(member(v, a.Name))
	if a.Sub != "" {
		return members(found, a.Sub)
	}
	return found
}

// compares reports whether a comparison holds for one of the operands. Values
// of another type than the literal never match, with "ne" either; "ne" and "eq
// null" hold where there is no value.
func compares(f *Compare, operands []gjson.Result, exact bool) bool {
	switch {
	case f.Value == nil:
		return f.Op == EQ && len(operands) == 0 || f.Op == NE && len(operands) > 0
	case f.Op == NE:
		for _, got := range operands {
			if !sameType(got, f.Value) || matches(EQ, got, f.Value, exact) {
				return false
			}
		}
		return true
	}
	for _, got := range operands {
		if sameType(got, f.Value) && matches(f.Op, got, f.Value, exact) {
			return true
		}
	}
	return false
}

func sameType(got gjson.Result, want any) bool {
	switch want.(type) {
	case bool:
		return got.IsBool()
	case json.Number:
		return got.Type == gjson.Number
	}
	return got.Type == gjson.String
}

func matches(op Op, got gjson.Result, want any, exact bool) bool {
	switch want := want.(type) {
	case bool:
		return op == EQ && got.Bool() == want
	case json.Number:
		n, err := want.Float64()
		return err == nil && ordered(op, got.Num, n)
	case string:
		a, b := got.Str, want
		if !exact {
			a, b = strings.ToLower(a), strings.ToLower(b)
		}
		switch op {
		case CO:
			return strings.Contains(a, b)
		case SW:
			return strings.HasPrefix(a, b)
		case EW:
			return strings.HasSuffix(a, b)
		}
		return ordered(op, a, b)
	}
	return false
}

func ordered[V string | float64](op Op, a, b V) bool {
	switch op {
	case EQ:
		return a == b
	case GT:
		return a > b
	case GE:
		return a >= b
	case LT:
		return a < b
	case LE:
		return a <= b
	}
	return false
}
