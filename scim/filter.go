package scim

import "strings"

// Filter is a node of a parsed filter (RFC 7644 section 3.4.2.2, figure 1):
// *Compare, *Present, *And, *Or, *Not or *ValueFilter.
type Filter interface {
	// String writes the filter in its canonical form, with as few
	// parentheses as its meaning allows.
	String() string
	write(b *strings.Builder)
}

// Op is a comparison operator, in lower case.
type Op string

// The operators of RFC 7644 table 3.
const (
	EQ Op = "eq"
	NE Op = "ne"
	CO Op = "co"
	SW Op = "sw"
	EW Op = "ew"
	GT Op = "gt"
	GE Op = "ge"
	LT Op = "lt"
	LE Op = "le"
)

// AttrPath names an attribute or a sub-attribute, with or without the URN of
// its schema (RFC 7644 section 3.10).
type AttrPath struct {
	// URN of the schema, or empty.
	URN string
	// Name of the attribute, as it was written. It is empty when the path
	// is the URN of an extension alone.
	Name string
	// Sub is the name of the sub-attribute, or empty.
	Sub string
}

// Compare is "attrPath op value".
type Compare struct {
	Attr AttrPath
	Op   Op
	// Value is a string, a json.Number, a bool or nil.
	Value any
}

// Present is "attrPath pr".
type Present struct{ Attr AttrPath }

// And is "left and right".
type And struct{ Left, Right Filter }

// Or is "left or right".
type Or struct{ Left, Right Filter }

// Not is "not (inner)".
type Not struct{ Inner Filter }

// ValueFilter is `attr[filter]` used as a filter: it holds for a resource that
// has a value of attr for which the inner filter holds.
//
// Compare is set for the form `emails[type eq "work"].value eq "x"`, which
// Entra ID sends (entra.md 2.2) and the grammar does not know: the same value
// has to fulfil the inner filter and the comparison of its sub-attribute.
type ValueFilter struct {
	Attr  AttrPath
	Inner Filter
	// Compare is a *Compare or *Present of a sub-attribute, which its
	// Attr.Name names, of the value that Inner selects. It is nil in the form
	// of the RFC.
	Compare Filter
}

// Path is a parsed PATCH path (RFC 7644 section 3.5.2): an attribute path, or
// a value path with an optional sub-attribute behind it.
type Path struct {
	Attr AttrPath
	// Filter selects values of Attr; nil without brackets.
	Filter Filter
	// Sub is the sub-attribute behind the brackets, or empty. Without
	// brackets the sub-attribute is in Attr.Sub.
	Sub string
}
