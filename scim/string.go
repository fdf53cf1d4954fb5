package scim

import (
	"encoding/json"
	"fmt"
	"strings"
)

// String writes the path as it is written in filters.
func (a AttrPath) String() string {
	s := a.Name
	if a.URN != "" {
		s = a.URN
		if a.Name != "" {
			s += ":" + a.Name
		}
	}
	if a.Sub != "" {
		s += "." + a.Sub
	}
	return s
}

// String writes the path as it is written in a PATCH operation.
func (p Path) String() string {
	s := p.Attr.String()
	if p.Filter != nil {
		s += "[" + p.Filter.String() + "]"
	}
	if p.Sub != "" {
		s += "." + p.Sub
	}
	return s
}

func (f *Compare) String() string {
	return f.Attr.String() + " " + string(f.Op) + " " + literal(f.Value)
}
func (f *Present) String() string { return f.Attr.String() + " pr" }
func (f *Not) String() string     { return "not (" + f.Inner.String() + ")" }

func (f *And) String() string {
	right := child(f.Right, false)
	if _, ok := f.Right.(*And); ok {
		right = "(" + right + ")"
	}
	return child(f.Left, false) + " and " + right
}

func (f *Or) String() string {
	right := child(f.Right, true)
	if _, ok := f.Right.(*Or); ok {
		right = "(" + right + ")"
	}
	return child(f.Left, true) + " or " + right
}

// child writes an operand, in parentheses where it binds looser.
func child(f Filter, inOr bool) string {
	if _, ok := f.(*Or); ok && !inOr {
		return "(" + f.String() + ")"
	}
	return f.String()
}

func (f *ValueFilter) String() string {
	s := f.Attr.String() + "[" + f.Inner.String() + "]"
	if f.Compare != nil {
		s += "." + f.Compare.String()
	}
	return s
}

func literal(v any) string {
	switch v := v.(type) {
	case string:
		return Quote(v)
	case nil:
		return "null"
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

// Quote writes a string as a value in a filter: a JSON string, with nothing
// escaped that need not be.
func Quote(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
