package reference

import (
	"cmp"
	"encoding/json"
	"math/big"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// predicate says whether a filter holds: for a *resource, or for a value of an
// attribute inside brackets.
type predicate func(x any) bool

// scope tells what the names in a filter stand for.
type scope interface {
	// lookup finds an attribute and how to read its values; the attribute is
	// nil when it is not declared.
	lookup(path scim.AttrPath) (*attribute, func(x any) []any)
}

// resourceScope is for filters on resources of a type.
type resourceScope struct {
	c *call
	t *resourceType
}

func (r resourceScope) lookup(path scim.AttrPath) (*attribute, func(any) []any) {
	at, sub, ok := r.t.resolve(path)
	if !ok {
		return nil, nil
	}
	read := r.c.srv.partsOf // what stands in brackets is read by valueScope
	if sub != nil && sub.computed {
		read = r.c.srv.valueOf
	}
	get := func(x any) []any { return listOf(read(r.c, x.(*resource), at)) }
	switch {
	case at.attr == nil:
		return &attribute{name: at.ext.id, kind: typeComplex, subs: at.ext.attributes}, get
	case sub == nil:
		return at.attr, get
	default:
		return sub, func(x any) []any { return subValues(get(x), sub) }
	}
}

// valueScope is for filters in brackets: names stand for sub-attributes of the
// value. A value without sub-attributes is called "value" (erratum 7122).
type valueScope struct {
	c    *call
	attr *attribute
}

func (v valueScope) lookup(path scim.AttrPath) (*attribute, func(any) []any) {
	if path.URN != "" || path.Sub != "" {
		return nil, nil
	}
	if v.attr.kind != typeComplex {
		if !strings.EqualFold(path.Name, "value") {
			return nil, nil
		}
		return v.attr, func(x any) []any { return []any{x} }
	}
	sub := v.attr.sub(path.Name)
	if sub == nil {
		return nil, nil
	}
	if !sub.computed {
		return sub, func(x any) []any { o, _ := x.(object); return listOf(o[sub.name]) }
	}
	return sub, func(x any) []any { return subValues([]any{v.c.srv.expand(v.c, v.attr, x)}, sub) }
}

func subValues(list []any, sub *attribute) []any {
	var out []any
	for _, x := range list {
		o, _ := x.(object)
		out = append(out, listOf(o[sub.name])...)
	}
	return out
}

// compile turns a parsed filter into a predicate. It fails for what no value
// could make true or false: an operator that does not fit the type of the
// attribute (RFC 7644 section 3.4.2.2, table 3).
func compile(f scim.Filter, in scope) (predicate, error) {
	switch f := f.(type) {
	case *scim.And:
		return both(f.Left, f.Right, in, func(l, r predicate) predicate {
			return func(x any) bool { return l(x) && r(x) }
		})
	case *scim.Or:
		return both(f.Left, f.Right, in, func(l, r predicate) predicate {
			return func(x any) bool { return l(x) || r(x) }
		})
	case *scim.Not:
		inner, err := compile(f.Inner, in)
		return func(x any) bool { return !inner(x) }, err
	case *scim.Present:
		return compilePresent(f, in)
	case *scim.ValueFilter:
		return compileValueFilter(f, in)
	case *scim.Compare:
		return compileCompare(f, in)
	}
	return nil, refuse(scim.InvalidFilter, "this form of filter is not supported")
}

func both(left, right scim.Filter, in scope, join func(l, r predicate) predicate) (predicate, error) {
	l, err := compile(left, in)
	if err != nil {
		return nil, err
	}
	r, err := compile(right, in)
	return join(l, r), err
}

func compilePresent(f *scim.Present, in scope) (predicate, error) {
	a, get := in.lookup(f.Attr)
	if a == nil {
		return nothing, nil
	}
	if err := readable(a); err != nil {
		return nil, err
	}
	return func(x any) bool { return len(get(x)) > 0 }, nil
}

func nothing(any) bool { return false }

// readable refuses filters on secrets: they would tell them bit by bit.
func readable(a *attribute) error {
	if a.returned == never {
		return refuse(scim.Sensitive, "%s cannot be used in a filter", a.name)
	}
	return nil
}

func compileValueFilter(f *scim.ValueFilter, in scope) (predicate, error) {
	a, get := in.lookup(f.Attr)
	if a == nil {
		return nothing, nil
	}
	var c *call
	if r, ok := in.(resourceScope); ok {
		c = r.c
	} else {
		return nil, refuse(scim.InvalidFilter, "a filter in brackets cannot hold another one")
	}
	inner := f.Inner
	if f.Compare != nil {
		// emails[type eq "work"].value eq "x", as Entra ID sends it: one and
		// the same value has to fulfil both.
		inner = &scim.And{Left: f.Inner, Right: f.Compare}
	}
	holds, err := compile(inner, valueScope{c, a})
	if err != nil {
		return nil, err
	}
	return func(x any) bool {
		for _, v := range get(x) {
			if holds(v) {
				return true
			}
		}
		return false
	}, nil
}

func compileCompare(f *scim.Compare, in scope) (predicate, error) {
	a, get := in.lookup(f.Attr)
	if a == nil {
		return func(any) bool { return compareAbsent(f) }, nil
	}
	if a.kind == typeComplex {
		// "emails co" means the values of emails (RFC 7644 figure 2).
		sub, complexGet := a.sub("value"), get
		if sub == nil || !a.multiValued && !a.isReference() {
			return nil, refuse(scim.InvalidFilter, "%s has parts: name one of them", f.Attr)
		}
		a, get = sub, func(x any) []any { return subValues(complexGet(x), sub) }
	}
	if err := readable(a); err != nil {
		return nil, err
	}
	holds, err := comparison(a, f)
	if err != nil {
		return nil, err
	}
	return func(x any) bool {
		list := get(x)
		if len(list) == 0 {
			return compareAbsent(f)
		}
		for _, v := range list {
			if holds(v) {
				return true
			}
		}
		return false
	}, nil
}

// compareAbsent is the comparison of an attribute that has no value: it equals
// null and differs from everything else.
func compareAbsent(f *scim.Compare) bool {
	switch f.Op {
	case scim.EQ:
		return f.Value == nil
	case scim.NE:
		return f.Value != nil
	}
	return false
}

// comparison makes the test of one value of an attribute.
func comparison(a *attribute, f *scim.Compare) (predicate, error) {
	unfit := refuse(scim.InvalidFilter, "%s cannot be compared by %s with this value: it is %s", f.Attr, f.Op, expectation[a.kind])
	if f.Value == nil {
		switch f.Op {
		case scim.EQ:
			return nothing, nil
		case scim.NE:
			return func(any) bool { return true }, nil
		}
		return nil, unfit
	}
	switch a.kind {
	case typeBoolean:
		want, ok := asBoolean(f.Value)
		if !ok || f.Op != scim.EQ && f.Op != scim.NE {
			return nil, unfit
		}
		return func(x any) bool { return (x == want) == (f.Op == scim.EQ) }, nil
	case typeInteger, typeDecimal:
		want, ok := f.Value.(json.Number)
		if !ok || isTextOp(f.Op) {
			return nil, unfit
		}
		return func(x any) bool { n, ok := x.(json.Number); return ok && ordered(f.Op, compareNumbers(n, want)) }, nil
	case typeDateTime:
		if isTextOp(f.Op) {
			break
		}
		s, _ := f.Value.(string)
		want, ok := parseTime(s)
		if !ok {
			return nil, unfit
		}
		return func(x any) bool {
			s, _ := x.(string)
			t, ok := parseTime(s)
			return ok && ordered(f.Op, t.Compare(want))
		}, nil
	case typeBinary:
		if isOrderOp(f.Op) {
			return nil, unfit
		}
	}
	want, ok := f.Value.(string)
	if !ok {
		return nil, unfit
	}
	want = prepare(want, a.caseExact)
	return func(x any) bool { s, ok := x.(string); return ok && textual(f.Op, prepare(s, a.caseExact), want) }, nil
}

func isTextOp(op scim.Op) bool { return op == scim.CO || op == scim.SW || op == scim.EW }
func isOrderOp(op scim.Op) bool {
	return op == scim.GT || op == scim.GE || op == scim.LT || op == scim.LE
}

func textual(op scim.Op, s, want string) bool {
	switch op {
	case scim.CO:
		return strings.Contains(s, want)
	case scim.SW:
		return strings.HasPrefix(s, want)
	case scim.EW:
		return strings.HasSuffix(s, want)
	}
	return ordered(op, cmp.Compare(s, want))
}

// ordered reads the outcome of a comparison as the operator wants it.
func ordered(op scim.Op, sign int) bool {
	switch op {
	case scim.EQ:
		return sign == 0
	case scim.NE:
		return sign != 0
	case scim.GT:
		return sign > 0
	case scim.GE:
		return sign >= 0
	case scim.LT:
		return sign < 0
	case scim.LE:
		return sign <= 0
	}
	return false
}

// compareNumbers compares by number, whatever the spelling. An exponent beyond
// any use is not expanded.
func compareNumbers(x, y json.Number) int {
	a, okA := number(x)
	b, okB := number(y)
	if !okA || !okB {
		return cmp.Compare(x, y)
	}
	return a.Cmp(b)
}

func number(n json.Number) (*big.Float, bool) {
	return new(big.Float).SetPrec(256).SetString(string(n))
}
