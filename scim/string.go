package scim

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// String writes the path as it is written in filters.
func (a AttrPath) String() string {
	var b strings.Builder
	a.write(&b)
	return b.String()
}

func (a AttrPath) write(b *strings.Builder) {
	b.WriteString(a.URN)
	if a.URN != "" && a.Name != "" {
		b.WriteByte(':')
	}
	b.WriteString(a.Name)
	if a.Sub != "" {
		b.WriteByte('.')
		b.WriteString(a.Sub)
	}
}

// String writes the path as it is written in a PATCH operation.
func (p Path) String() string {
	var b strings.Builder
	p.Attr.write(&b)
	if p.Filter != nil {
		b.WriteByte('[')
		p.Filter.write(&b)
		b.WriteByte(']')
	}
	if p.Sub != "" {
		b.WriteByte('.')
		b.WriteString(p.Sub)
	}
	return b.String()
}

func (f *Compare) String() string     { return text(f) }
func (f *Present) String() string     { return text(f) }
func (f *And) String() string         { return text(f) }
func (f *Or) String() string          { return text(f) }
func (f *Not) String() string         { return text(f) }
func (f *ValueFilter) String() string { return text(f) }

func text(f Filter) string {
	var b strings.Builder
	f.write(&b)
	return b.String()
}

func (f *Compare) write(b *strings.Builder) {
	f.Attr.write(b)
	b.WriteString(" " + string(f.Op) + " " + literal(f.Value))
}

func (f *Present) write(b *strings.Builder) {
	f.Attr.write(b)
	b.WriteString(" pr")
}

func (f *Not) write(b *strings.Builder) {
	b.WriteString("not ")
	writeEnclosed(b, f.Inner)
}

// Chains are read from the left, so "and" and "or" need parentheses on the
// right around their own kind.

func (f *And) write(b *strings.Builder) {
	writeOperand(b, f.Left, isOr(f.Left))
	b.WriteString(" and ")
	writeOperand(b, f.Right, isOr(f.Right) || isAnd(f.Right))
}

func (f *Or) write(b *strings.Builder) {
	f.Left.write(b)
	b.WriteString(" or ")
	writeOperand(b, f.Right, isOr(f.Right))
}

func (f *ValueFilter) write(b *strings.Builder) {
	f.Attr.write(b)
	b.WriteByte('[')
	f.Inner.write(b)
	b.WriteByte(']')
	if f.Compare != nil {
		b.WriteByte('.')
		f.Compare.write(b)
	}
}

func isAnd(f Filter) bool { _, ok := f.(*And); return ok }
func isOr(f Filter) bool  { _, ok := f.(*Or); return ok }

func writeOperand(b *strings.Builder, f Filter, enclose bool) {
	if enclose {
		writeEnclosed(b, f)
		return
	}
	f.write(b)
}

func writeEnclosed(b *strings.Builder, f Filter) {
	b.WriteByte('(')
	f.write(b)
	b.WriteByte(')')
}

// literal writes a value of a Compare.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return Quote(v)
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}

// Quote writes a string as a value in a filter: a JSON string, with nothing
// escaped that need not be.
func Quote(s string) string {
	if asIs(s) {
		return `"` + s + `"`
	}
	return string(AppendQuote(nil, s))
}

// AppendQuote appends what Quote makes of a text.
func AppendQuote(b []byte, s string) []byte {
	if asIs(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// asIs reports whether a text stands in JSON as it is.
func asIs(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
