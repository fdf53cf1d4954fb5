package mockidp

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// The wire order of keys is part of what an identity provider sends, so
// bodies are built of lists, not maps.
type (
	object []member
	member struct {
		key   string
		value any
	}
	list []any
	// raw is JSON as it is.
	raw string
)

func (o object) with(key string, value any) object { return append(o, member{key, value}) }

// withText adds a string, and nothing when it is empty.
func (o object) withText(key, value string) object {
	if value == "" {
		return o
	}
	return o.with(key, value)
}

func encode(v any) scim.Body {
	var b bytes.Buffer
	write(&b, v)
	return b.Bytes()
}

func write(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case object:
		b.WriteByte('{')
		for i, m := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(scim.Quote(m.key))
			b.WriteByte(':')
			write(b, m.value)
		}
		b.WriteByte('}')
	case list:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			write(b, e)
		}
		b.WriteByte(']')
	case raw:
		b.WriteString(string(v))
	case string:
		b.WriteString(scim.Quote(v))
	case nil:
		b.WriteString("null")
	default: // booleans and numbers always encode
		e, _ := json.Marshal(v)
		b.Write(e)
	}
}

// members reads an object, in order.
func members(v gjson.Result) object {
	var o object
	v.ForEach(func(k, v gjson.Result) bool {
		o = append(o, member{k.Str, raw(v.Raw)})
		return true
	})
	return o
}

// set replaces the value of a key where it stands, or adds it at the end.
func (o object) set(key string, value any) object {
	for i := range o {
		if o[i].key == key {
			o[i].value = value
			return o
		}
	}
	return o.with(key, value)
}

// without leaves a key out.
func (o object) without(key string) object {
	return slices.DeleteFunc(o, func(m member) bool { return m.key == key })
}

// get is the JSON of a key, or "".
func (o object) get(key string) string {
	for _, m := range o {
		if m.key == key {
			return string(encode(m.value))
		}
	}
	return ""
}
