package mockidp

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

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

func encode(v any) scim.Body { return write(make([]byte, 0, 512), v) }

// write appends the JSON of a value.
func write(b []byte, v any) []byte {
	switch v := v.(type) {
	case object:
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(scim.AppendQuote(b, m.key), ':')
			b = write(b, m.value)
		}
		return append(b, '}')
	case list:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = write(b, e)
		}
		return append(b, ']')
	case raw:
		return append(b, v...)
	case string:
		return scim.AppendQuote(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case nil:
		return append(b, "null"...)
	}
	e, _ := json.Marshal(v) // other numbers always encode
	return append(b, e...)
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

// set replaces the value of a key where it stands, or adds it at the end. What a
// target returned may spell names in another letter case (RFC 7643 section 2.1).
func (o object) set(key string, value any) object {
	for i := range o {
		if strings.EqualFold(o[i].key, key) {
			o[i].value = value
			return o
		}
	}
	return o.with(key, value)
}

// without leaves a key out.
func (o object) without(key string) object {
	return slices.DeleteFunc(o, func(m member) bool { return strings.EqualFold(m.key, key) })
}

// get is the JSON of a key, or "".
func (o object) get(key string) string {
	for _, m := range o {
		if strings.EqualFold(m.key, key) {
			return string(encode(m.value))
		}
	}
	return ""
}
