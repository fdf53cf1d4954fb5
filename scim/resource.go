package scim

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
)

// Resource is a JSON object read by SCIM paths: attribute names and URNs are
// compared without regard to case, and null and [] are no value (RFC 7643
// sections 2.1 and 2.5).
type Resource struct {
	raw  []byte
	json gjson.Result
	// index holds the members of the object in their order; nil when they are
	// looked for in the JSON each time.
	index []namedValue
}

type namedValue struct {
	name  string
	value gjson.Result
}

// Indexed returns the resource with its members found once, for who looks up
// many paths.
func (r Resource) Indexed() Resource {
	if !r.json.IsObject() {
		return r
	}
	r.index = []namedValue{}
	r.json.ForEach(func(k, v gjson.Result) bool {
		r.index = append(r.index, namedValue{k.Str, v})
		return true
	})
	return r
}

// member is the member with a name, without regard to case.
func (r Resource) member(name string) gjson.Result {
	if r.index == nil {
		return member(r.json, name)
	}
	for i := range r.index {
		if m := &r.index[i]; len(m.name) == len(name) && strings.EqualFold(m.name, name) {
			return m.value
		}
	}
	return gjson.Result{}
}

// The reasons why bytes are no resource.
var (
	errNotJSON   = errors.New("not valid JSON")
	errNotObject = errors.New("not a JSON object")
)

func parseResource(raw []byte) (Resource, error) {
	if !ValidJSON(raw) {
		return Resource{}, errNotJSON
	}
	v := gjson.ParseBytes(raw)
	if !v.IsObject() {
		return Resource{}, errNotObject
	}
	return Resource{raw: raw, json: v}, nil
}

// ValidJSON reports whether b is one JSON value (RFC 8259). gjson answers on
// anything and has to be asked only after this.
func ValidJSON(b []byte) bool {
	// gjson is the faster one, but its recursion has no limit: ten megabytes
	// of "[" exhaust the stack, which nothing can recover from.
	const harmless = 64 << 10
	if len(b) > harmless {
		return json.Valid(b)
	}
	return gjson.ValidBytes(b)
}

func resourceOf(v gjson.Result) Resource { return Resource{raw: []byte(v.Raw), json: v} }

// IsZero reports whether nothing was read.
func (r Resource) IsZero() bool { return r.raw == nil }

// Raw is the JSON as it came.
func (r Resource) Raw() []byte { return r.raw }

// JSON is the parsed object.
func (r Resource) JSON() gjson.Result { return r.json }

// ID is the id, or "" when it is absent or not a string.
func (r Resource) ID() string {
	if v := r.member("id"); v.Type == gjson.String {
		return v.Str
	}
	return ""
}

// Has reports whether there is a value at the path.
func (r Resource) Has(path string) bool { return len(r.Lookup(path)) > 0 }

// Get is the first value at the path, or the zero Result.
func (r Resource) Get(path string) gjson.Result {
	if v := r.Lookup(path); len(v) > 0 {
		return v[0]
	}
	return gjson.Result{}
}

// Lookup is every value at a SCIM path, in the order in which they stand. A
// multi-valued attribute gives each of its values: "emails.value" gives all
// addresses, `emails[type eq "work"].value` those at work. The URN of an
// extension alone gives its object. A path that does not parse gives nothing.
func (r Resource) Lookup(path string) []gjson.Result {
	p := parsedPath(path)
	if p == nil {
		return nil
	}
	return p.lookup(r)
}

// lookupPath is a parsed path, made to be used many times.
type lookupPath struct {
	Path
	// whole is a path with a URN, in case it is that of an extension alone.
	whole string
}

// paths caches parsed paths that have no filter: there are as many as there
// are attributes. Filters hold values of one run, and are parsed every time.
var paths sync.Map // string -> *lookupPath, nil when it does not parse

// parsedPath is the parsed path, or nil when it does not parse.
func parsedPath(s string) *lookupPath {
	if v, ok := paths.Load(s); ok {
		return v.(*lookupPath)
	}
	var p *lookupPath
	if parsed, err := ParsePath(s); err == nil {
		p = &lookupPath{Path: parsed}
		if parsed.Attr.URN != "" {
			p.whole = parsed.Attr.String()
		}
	}
	if !strings.Contains(s, "[") {
		paths.Store(s, p)
	}
	return p
}

func (p *lookupPath) lookup(r Resource) []gjson.Result {
	top := r.member
	if p.whole != "" {
		if extension := top(p.whole); extension.IsObject() {
			return values(extension)
		}
		if extension := top(p.Attr.URN); extension.Exists() {
			top = func(name string) gjson.Result { return member(extension, name) }
		} else if !isCore(p.Attr.URN) {
			return nil
		}
	}
	found := values(top(p.Attr.Name))
	if p.Filter != nil {
		found = selected(found, p.Filter, p.Attr.Name)
	}
	if p.Attr.Sub != "" {
		found = members(found, p.Attr.Sub)
	}
	if p.Sub != "" {
		found = members(found, p.Sub)
	}
	return found
}

// isCore reports whether the attributes of a schema stand at the top level.
func isCore(urn string) bool {
	const prefix = "urn:ietf:params:scim:schemas:core:"
	return len(urn) >= len(prefix) && strings.EqualFold(urn[:len(prefix)], prefix)
}

// member is the member of an object, by its name without regard to case.
func member(object gjson.Result, name string) (found gjson.Result) {
	if !object.IsObject() {
		return found
	}
	object.ForEach(func(k, v gjson.Result) bool {
		if len(k.Str) == len(name) && strings.EqualFold(k.Str, name) {
			found = v
			return false
		}
		return true
	})
	return found
}

// members is the sub-attribute of every value.
func members(of []gjson.Result, name string) (out []gjson.Result) {
	for _, v := range of {
		out = append(out, values(member(v, name))...)
	}
	return out
}

// values lists the values of an attribute: the elements of an array, or the
// value itself; null is none.
func values(v gjson.Result) []gjson.Result {
	switch {
	case !v.Exists() || v.Type == gjson.Null:
		return nil
	case v.IsArray():
		var out []gjson.Result
		for _, e := range v.Array() {
			if e.Type != gjson.Null {
				out = append(out, e)
			}
		}
		return out
	}
	return []gjson.Result{v}
}
