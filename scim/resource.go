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
}

// errNotObject is returned for bytes that are not a JSON object.
var errNotObject = errors.New("not a JSON object")

// NewResource reads a JSON object. It keeps raw.
func NewResource(raw []byte) (Resource, error) {
	if !gjson.ValidBytes(raw) {
		return Resource{}, errNotObject
	}
	v := gjson.ParseBytes(raw)
	if !v.IsObject() {
		return Resource{}, errNotObject
	}
	return Resource{raw: raw, json: v}, nil
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
	if v := r.Get("id"); v.Type == gjson.String {
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

// Lookup is every value at a SCIM path. A multi-valued attribute gives each of
// its values: "emails.value" gives all addresses. A path that does not parse
// gives nothing.
func (r Resource) Lookup(path string) []gjson.Result {
	p, ok := parsedPath(path)
	if !ok {
		return nil
	}
	return p.lookup(r.json)
}

// lookupPath is a parsed path, made to be used many times.
type lookupPath struct {
	path Path
	// whole is the path as a URN of an extension alone.
	whole string
}

// paths caches parsed paths. The paths come from our own checks, so there are
// a few hundred at most.
var paths sync.Map // string -> *lookupPath, nil when it does not parse

func parsedPath(s string) (*lookupPath, bool) {
	if v, ok := paths.Load(s); ok {
		p := v.(*lookupPath)
		return p, p != nil
	}
	var p *lookupPath
	if parsed, err := ParsePath(s); err == nil {
		p = &lookupPath{path: parsed}
		if parsed.Attr.URN != "" {
			p.whole = parsed.Attr.String()
		}
	}
	paths.Store(s, p)
	return p, p != nil
}

func (p *lookupPath) lookup(object gjson.Result) []gjson.Result {
	a := p.path.Attr
	if p.whole != "" {
		if ext := member(object, p.whole); ext.Exists() {
			return values(ext)
		}
		if ext := member(object, a.URN); ext.Exists() {
			object = ext
		} else if !isCore(a.URN) {
			return nil
		}
	}
	found := values(member(object, a.Name))
	if p.path.Filter != nil {
		var kept []gjson.Result
		for _, v := range found {
			if holds(p.path.Filter, v) {
				kept = append(kept, v)
			}
		}
		found = kept
	}
	sub := a.Sub
	if p.path.Sub != "" {
		sub = p.path.Sub
	}
	if sub == "" {
		return found
	}
	var out []gjson.Result
	for _, v := range found {
		out = append(out, values(member(v, sub))...)
	}
	return out
}

// isCore reports whether the attributes of a schema stand at the top level.
func isCore(urn string) bool {
	return strings.HasPrefix(strings.ToLower(urn), "urn:ietf:params:scim:schemas:core:")
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

// holds evaluates the filter of a value path on one value. It is for reading
// answers, and knows what the tester's own paths need: types that differ never
// match, and strings are compared without regard to case but for references.
func holds(f Filter, v gjson.Result) bool {
	switch f := f.(type) {
	case *And:
		return holds(f.Left, v) && holds(f.Right, v)
	case *Or:
		return holds(f.Left, v) || holds(f.Right, v)
	case *Not:
		return !holds(f.Inner, v)
	case *Present:
		return len(values(member(v, f.Attr.Name))) > 0
	case *Compare:
		candidates := values(member(v, f.Attr.Name))
		if !v.IsObject() && strings.EqualFold(f.Attr.Name, "value") {
			candidates = []gjson.Result{v}
		}
		if f.Op == NE {
			for _, c := range candidates {
				if matches(EQ, f.Attr.Name, c, f.Value) {
					return false
				}
			}
			return true
		}
		for _, c := range candidates {
			if matches(f.Op, f.Attr.Name, c, f.Value) {
				return true
			}
		}
	}
	return false
}

func matches(op Op, name string, got gjson.Result, want any) bool {
	switch want := want.(type) {
	case bool:
		return op == EQ && got.IsBool() && got.Bool() == want
	case json.Number:
		n, err := want.Float64()
		if err != nil || got.Type != gjson.Number {
			return false
		}
		return ordered(op, got.Num, n)
	case string:
		if got.Type != gjson.String {
			return false
		}
		a, b := got.Str, want
		if name != "$ref" && name != "value" {
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
