package engine

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// minMasked is the length from which a foreign value is also masked inside
// other text; shorter ones would eat innocent words.
const minMasked = 4

// mask veils the values of resources that this run did not create. It returns
// the values it veiled that are long enough to look for elsewhere.
func (r *redactor) mask(x *scim.Exchange) (scim.Body, []string) {
	body := x.Response.Body
	first, _, _ := strings.Cut(strings.Trim(x.Request.Path, "/"), "/")
	switch "/" + first {
	case scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint:
		return body, nil
	}
	switch start := bytes.TrimSpace(body); {
	case !bytes.HasPrefix(start, []byte("{")) && !bytes.HasPrefix(start, []byte("[")):
		return body, nil
	case !scim.ValidJSON(body):
		// What cannot be parsed cannot be told apart; it may be cut off in
		// the middle of a list of people.
		if start[0] == '{' && r.discovered.of(x.Request.As).Owned(body) && !bytes.Contains(body, []byte("Resources")) {
			return body, nil
		}
		var foreign []string
		for _, s := range strings.Split(string(body), `"`) {
			if len(s) >= minMasked {
				foreign = append(foreign, s)
			}
		}
		return scim.Body(veil(string(body))), foreign
	}
	root := gjson.ParseBytes(body)
	m := masker{owned: r.discovered.of(x.Request.As).Owned}
	if x.Response.Status/100 == 2 && root.IsObject() && field(root, "id").Exists() && !field(root, "Resources").Exists() {
		if r.discovered.of(x.Request.As).Owned(body) {
			return body, nil
		}
		m.veil("", root)
	} else {
		m.search("", root, root.IsArray())
	}
	if len(m.foreign) == 0 && !m.veiled {
		return body, nil // byte for byte as it came
	}
	return m.out.Bytes(), m.foreign
}

func field(v gjson.Result, name string) (out gjson.Result) {
	v.ForEach(func(k, v gjson.Result) bool {
		if strings.EqualFold(k.Str, name) {
			out = v
			return false
		}
		return true
	})
	return out
}

// masker writes a JSON value anew, others' resources with the same shape and
// types and nothing to read.
type masker struct {
	owned   func(raw []byte) bool
	out     bytes.Buffer
	veiled  bool
	foreign []string
}

// each writes an object or array, each of its values by one.
func (m *masker) each(v gjson.Result, one func(key string, v gjson.Result)) {
	ends := "[]"
	if v.IsObject() {
		ends = "{}"
	}
	m.out.WriteByte(ends[0])
	n := 0
	v.ForEach(func(k, item gjson.Result) bool {
		if n++; n > 1 {
			m.out.WriteByte(',')
		}
		if v.IsObject() {
			m.out.WriteString(k.Raw + ":")
		}
		one(k.Str, item)
		return true
	})
	m.out.WriteByte(ends[1])
}

// search writes a message and veils the resources of others in it: what has an
// id, and everything in a list of resources.
func (m *masker) search(key string, v gjson.Result, listed bool) {
	switch {
	case v.IsObject() && (listed || field(v, "id").Exists()):
		if m.owned([]byte(v.Raw)) {
			m.out.WriteString(v.Raw)
			return
		}
		m.veil(key, v)
	case v.IsObject():
		m.each(v, func(key string, v gjson.Result) { m.search(key, v, false) })
	case v.IsArray():
		inside := listed || strings.EqualFold(key, "Resources")
		m.each(v, func(_ string, v gjson.Result) { m.search(key, v, inside) })
	case listed:
		m.veil(key, v)
	default:
		m.out.WriteString(v.Raw)
	}
}

func (m *masker) veil(key string, v gjson.Result) {
	m.veiled = true
	switch {
	case v.IsObject(), v.IsArray():
		inArray := v.IsArray()
		m.each(v, func(k string, v gjson.Result) {
			if inArray {
				k = key
			}
			m.veil(k, v)
		})
	case v.Type == gjson.String && harmless(key), v.Type == gjson.Null, v.Type == gjson.True, v.Type == gjson.False:
		m.out.WriteString(v.Raw)
	case v.Type == gjson.Number:
		m.out.WriteString("0")
	default:
		if len(v.Str) >= minMasked {
			m.foreign = append(m.foreign, v.Str)
			if raw := strings.Trim(v.Raw, `"`); raw != v.Str {
				m.foreign = append(m.foreign, raw) // as findings that quote JSON have it
			}
		}
		b, _ := json.Marshal(veil(v.Str))
		m.out.Write(b)
	}
}

// harmless reports whether the strings of an attribute say nothing of a
// person: what a schema or the protocol fixes.
func harmless(key string) bool {
	return strings.EqualFold(key, "schemas") || strings.EqualFold(key, "resourceType")
}

// veil replaces letters by x and digits by 0.
func veil(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '0'
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsSymbol(r) && r > unicode.MaxLatin1:
			return 'x'
		}
		return r
	}, s)
}
