package reference

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// valueKey is a text that two values of an attribute share when they are equal
// by its definition (see equal), and only then. With it a list of many values
// is searched at once instead of one by one.
func (a *attribute) valueKey(v any) string {
	switch v := v.(type) {
	case string:
		return "s" + prepare(v, a.caseExact)
	case json.Number:
		n, ok := number(v)
		switch {
		case !ok:
			return "N" + string(v)
		case n.Sign() == 0:
			return "n0" // 0 and -0
		}
		return "n" + n.Text('p', 0)
	case object:
		var b strings.Builder
		b.WriteByte('o')
		for _, k := range memberNames(v) {
			key := ""
			if sub := a.sub(k); sub != nil {
				key = sub.valueKey(v[k])
			}
			b.WriteString(k + ":" + strconv.Itoa(len(key)) + ":" + key)
		}
		return b.String()
	}
	return fmt.Sprintf("%T%v", v, v)
}

// twinKey is valueKey of the value and type of a complex value. ok is false
// for what has no value.
func (a *attribute) twinKey(v any) (key string, ok bool) {
	o, _ := v.(object)
	value := a.sub("value")
	if value == nil || isEmpty(o["value"]) {
		return "", false
	}
	key = value.valueKey(o["value"])
	if kind := a.sub("type"); kind != nil && !kind.computed {
		key = strconv.Itoa(len(key)) + ":" + key + kind.valueKey(o["type"])
	}
	return key, true
}

// distinct leaves out values that are there already.
func (a *attribute) distinct(list []any) []any {
	if len(list) < 2 {
		return list
	}
	seen := make(map[string]bool, len(list))
	out := make([]any, 0, len(list))
	for _, x := range list {
		if key := a.valueKey(x); !seen[key] {
			seen[key] = true
			out = append(out, x)
		}
	}
	return out
}

// join appends values to a list unless they are there. A value with the same
// value and type as one that is there changes that one: the pair is not to
// appear twice (RFC 7643 section 2.4).
func (a *attribute) join(list, more []any) []any {
	out := append([]any(nil), list...)
	have := make(map[string]bool)
	twins := make(map[string]int)
	know := func(i int, x any) {
		if key, ok := a.twinKey(x); !ok {
			have[a.valueKey(x)] = true
		} else if _, known := twins[key]; !known {
			twins[key] = i
		}
	}
	for i, x := range out {
		know(i, x)
	}
	for _, x := range more {
		key, ok := a.twinKey(x)
		i, twin := twins[key]
		switch {
		case ok && twin:
			if a.equal(out[i], x) {
				continue
			}
			merged := cloneObject(out[i].(object))
			for k, v := range x.(object) {
				merged[k] = v
			}
			out[i] = merged
		case !ok && have[a.valueKey(x)]:
		default:
			know(len(out), x)
			out = append(out, x)
		}
	}
	return out
}

// lists returns whether a list from a client names a value: by the value
// itself, or by its sub-attribute "value".
func (a *attribute) lists(listed []any) func(x any) bool {
	value := a.sub("value")
	if a.kind != typeComplex || value == nil {
		return func(x any) bool { return a.contains(listed, x) }
	}
	named := make(map[string]bool, len(listed))
	for _, y := range listed {
		if q, ok := y.(object); ok {
			y, _ = member(q, "value")
		}
		if !isEmpty(y) {
			named[value.valueKey(y)] = true
		}
	}
	return func(x any) bool {
		o, _ := x.(object)
		return o["value"] != nil && named[value.valueKey(o["value"])]
	}
}
