package reference

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// coerce checks a value that a client gives to an attribute and returns it as
// it is stored: with the declared names, without what is undeclared, computed
// or empty. It is nil when nothing is left.
func (a *attribute) coerce(v any) (any, error) {
	if isEmpty(v) {
		return nil, nil
	}
	if !a.multiValued {
		return a.coerceOne(v)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, refuse(scim.InvalidValue, "%s has to be an array", a.name)
	}
	var out []any
	for _, x := range list {
		x, err := a.coerceOne(x)
		if err != nil {
			return nil, err
		}
		if !isEmpty(x) {
			out = append(out, x)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return a.distinct(out), nil
}

func (a *attribute) contains(list []any, v any) bool {
	for _, x := range list {
		if a.equal(x, v) {
			return true
		}
	}
	return false
}

// coerceOne checks a single value.
func (a *attribute) coerceOne(v any) (any, error) {
	if isEmpty(v) {
		return nil, nil
	}
	switch a.kind {
	case typeComplex:
		return a.coerceComplex(v)
	case typeBoolean:
		if b, ok := asBoolean(v); ok {
			return b, nil
		}
	case typeInteger:
		if n, ok := v.(json.Number); ok && !strings.ContainsAny(string(n), ".eE") {
			return n, nil
		}
	case typeDecimal:
		if n, ok := v.(json.Number); ok {
			return n, nil
		}
	default:
		if s, ok := v.(string); ok && a.wellFormed(s) {
			return s, nil
		}
	}
	return nil, refuse(scim.InvalidValue, "%s has to be %s", a.name, expectation[a.kind])
}

var expectation = map[string]string{
	typeString:    "a string",
	typeBoolean:   "true or false",
	typeInteger:   "a whole number",
	typeDecimal:   "a number",
	typeDateTime:  "a dateTime such as 2026-01-31T12:00:00Z",
	typeBinary:    "a base64 string",
	typeReference: "a URI",
}

// asBoolean takes true and false, and the strings that Entra ID sends for them
// (entra.md E24, E25).
func asBoolean(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		if strings.EqualFold(v, "true") || strings.EqualFold(v, "false") {
			return strings.EqualFold(v, "true"), true
		}
	}
	return false, false
}

func (a *attribute) wellFormed(s string) bool {
	switch a.kind {
	case typeDateTime:
		_, ok := parseTime(s)
		return ok
	case typeBinary:
		return isBase64(s)
	case typeReference:
		_, err := url.Parse(s)
		return err == nil && !strings.ContainsAny(s, " \t\n")
	}
	return true
}

var dateTimePattern = regexp.MustCompile(`^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$`)

// parseTime reads an xsd:dateTime; one without a zone is taken as UTC.
func parseTime(s string) (time.Time, bool) {
	if !dateTimePattern.MatchString(s) {
		return time.Time{}, false
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// isBase64 takes both alphabets, with and without padding (RFC 7643 section
// 2.3.6).
func isBase64(s string) bool {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	_, err := base64.RawStdEncoding.DecodeString(s)
	return err == nil
}

func (a *attribute) coerceComplex(v any) (any, error) {
	if s, ok := v.(string); ok && a.isReference() {
		// Entra ID sends the manager as a plain id (entra.md E36, E37).
		return object{"value": s}, nil
	}
	in, ok := v.(object)
	if !ok {
		return nil, refuse(scim.InvalidValue, "%s has to be an object", a.name)
	}
	out := object{}
	for _, name := range memberNames(in) {
		sub := a.sub(name)
		if sub == nil || sub.computed {
			continue
		}
		x, err := sub.coerce(in[name])
		if err != nil {
			return nil, err
		}
		if x != nil {
			out[sub.name] = x
		}
	}
	if len(out) == 0 && !a.multiValued {
		return nil, nil
	}
	return out, a.complete(out)
}

// isReference reports whether the attribute is a singular reference to another
// resource, such as manager.
func (a *attribute) isReference() bool {
	return !a.multiValued && a.kind == typeComplex && a.sub("value") != nil && a.sub("$ref") != nil
}

// complete checks that the required sub-attributes of a value are there.
func (a *attribute) complete(o object) error {
	for _, sub := range a.subs {
		if sub.required && isEmpty(o[sub.name]) {
			return refuse(scim.InvalidValue, "%s needs %s", a.name, sub.name)
		}
	}
	return nil
}

// onePrimary checks that at most one value is primary (RFC 7643 section 2.4).
func onePrimary(a *attribute, list []any) error {
	if countPrimary(list) > 1 {
		return refuse(scim.InvalidValue, "%s has more than one primary value", a.name)
	}
	return nil
}

func countPrimary(list []any) int {
	n := 0
	for _, x := range list {
		if isPrimary(x) {
			n++
		}
	}
	return n
}

func isPrimary(v any) bool {
	o, _ := v.(object)
	return o["primary"] == true
}
