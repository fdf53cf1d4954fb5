package rfc

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"golang.org/x/text/unicode/norm"

	. "github.com/scimtest/scimtest/suites/engine"
)

// sameValue reports whether a value that comes back is the one that was sent,
// as far as a service provider is bound to it (requirement 7644-3.1-09): text
// in any letter case and Unicode form, telephone numbers by their digits, URIs
// resolved, times by the second, base64 in either alphabet, numbers by number.
// Of complex values the parts that were sent count, of several values those,
// in any order.
func sameValue(a *Attribute, sent any, got []gjson.Result) bool {
	list, many := sent.(Values)
	if !many {
		return len(got) > 0 && sameOne(a, sent, got[0])
	}
	for _, one := range list {
		if !holdsValue(a, one, got) {
			return false
		}
	}
	return true
}

// holdsValue reports whether one of the values is the one that was sent.
func holdsValue(a *Attribute, sent any, got []gjson.Result) bool {
	for _, v := range got {
		if sameOne(a, sent, v) {
			return true
		}
	}
	return false
}

func sameOne(a *Attribute, sent any, got gjson.Result) bool {
	switch sent := sent.(type) {
	case Doc:
		for name, part := range sent {
			sub := a.Sub(name)
			if sub == nil {
				continue
			}
			v, found := memberOf(got, name)
			if !found || !sameValue(sub, part, listed(v)) {
				return false
			}
		}
		return true
	case bool:
		return got.IsBool() && got.Bool() == sent
	case int:
		return got.Type == gjson.Number && got.Num == float64(sent)
	case float64:
		return got.Type == gjson.Number && got.Num == sent
	case string:
		return got.Type == gjson.String && sameText(a, sent, got.Str)
	}
	return false
}

func sameText(a *Attribute, sent, got string) bool {
	switch a.Kind() {
	case "dateTime":
		x, y := instant(sent), instant(got)
		return !y.IsZero() && x.Truncate(time.Second).Equal(y.Truncate(time.Second))
	case "binary":
		x, okX := fromBase64(sent)
		y, okY := fromBase64(got)
		return okX && okY && bytes.Equal(x, y)
	case "reference":
		return sameURI(sent, got)
	}
	if strings.HasPrefix(sent, "tel:") {
		return digits(sent) == digits(got)
	}
	return strings.EqualFold(norm.NFC.String(strings.TrimSpace(sent)), norm.NFC.String(strings.TrimSpace(got)))
}

// memberOf finds a member of an object by its name, in any case.
func memberOf(o gjson.Result, name string) (v gjson.Result, found bool) {
	o.ForEach(func(key, value gjson.Result) bool {
		if strings.EqualFold(key.Str, name) {
			v, found = value, true
		}
		return !found
	})
	return v, found
}

func listed(v gjson.Result) []gjson.Result {
	if v.IsArray() {
		return v.Array()
	}
	return []gjson.Result{v}
}

// written shows a value that was sent.
func written(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// read shows values that came back.
func read(got []gjson.Result) string {
	switch len(got) {
	case 0:
		return "absent"
	case 1:
		return got[0].Raw
	}
	var raw []string
	for _, v := range got {
		raw = append(raw, v.Raw)
	}
	return "[" + strings.Join(raw, ",") + "]"
}
