package profile

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Statement is one thing that a profile says, and on whose word.
type Statement struct {
	// Path is where it stands: "limits.page.default".
	Path string
	// Value is what it says, in the form of the file.
	Value string
	// Source is on whose word; empty when the profile does not tell.
	Source string
}

// unsourced are the keys that are no statements about a product.
var unsourced = []string{"name", "title", "extends", "sources"}

// Statements lists everything that the profile says of the product, in the
// order of the format.
func (p *Profile) Statements() []Statement {
	var out []Statement
	v := reflect.ValueOf(*p)
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("yaml"); !slices.Contains(unsourced, key) {
			p.state(&out, key, v.Field(i))
		}
	}
	return out
}

// state lists the statements at a path and below.
func (p *Profile) state(out *[]Statement, at string, v reflect.Value) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		if d, ok := v.Interface().(Deviation); ok {
			*out = append(*out, Statement{at, d.Says, d.Source})
			return
		}
		n := len(*out)
		for i := range v.NumField() {
			p.state(out, at+"."+v.Type().Field(i).Tag.Get("yaml"), v.Field(i))
		}
		if _, ok := v.Interface().(Attribute); ok && len(*out) == n {
			*out = append(*out, Statement{at, "kept", p.SourceOf(at)})
		}
	case reflect.Map:
		for _, k := range slices.Sorted(maps.Keys(keysOf(v))) {
			p.state(out, at+"."+k, v.MapIndex(reflect.ValueOf(k)))
		}
	default:
		if v.IsValid() && (!v.IsZero() || strings.HasPrefix(at, "features.") || strings.HasPrefix(at, "send.")) {
			*out = append(*out, Statement{at, worded(v), p.SourceOf(at)})
		}
	}
}

func keysOf(v reflect.Value) map[string]bool {
	out := map[string]bool{}
	for _, k := range v.MapKeys() {
		out[k.String()] = true
	}
	return out
}

func worded(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case []string:
		return strings.Join(x, ", ")
	case time.Duration:
		return x.String()
	default:
		return fmt.Sprint(x)
	}
}

// SourceOf is on whose word the statement at a path stands: the source that is
// given for it, or for the nearest above.
func (p *Profile) SourceOf(path string) string {
	for at := path; ; {
		if s, ok := p.Sources[at]; ok {
			return s
		}
		i := strings.LastIndex(at, ".")
		if i < 0 {
			return ""
		}
		at = at[:i]
	}
}
