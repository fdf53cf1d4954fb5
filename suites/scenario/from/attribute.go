package from

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// attributeOrder are the attributes of people in scenarios, in the order in which
// they are written.
var attributeOrder = []string{
	"userName", "givenName", "familyName", "displayName", "email", "title", "department", "employeeNumber", "mobilePhone",
	"streetAddress", "locality", "region", "postalCode", "country", "locale",
}

// directory are the attributes in scenarios of those of SCIM, in lower case and
// without URN and filter.
var directory = map[string]string{
	"username": "userName", "name.givenname": "givenName", "name.familyname": "familyName", "displayname": "displayName",
	"emails": "email", "emails.value": "email", "title": "title", "department": "department", "employeenumber": "employeeNumber",
	"phonenumbers": "mobilePhone", "phonenumbers.value": "mobilePhone",
	"addresses.streetaddress": "streetAddress", "addresses.locality": "locality", "addresses.region": "region",
	"addresses.postalcode": "postalCode", "addresses.country": "country", "locale": "locale",
	// Entra ID sends the language as this one (entra.md 2.1).
	"preferredlanguage": "locale",
}

// silent are attributes that scenarios need not tell: the target makes them, the
// identity provider derives them, or they describe a value.
var silent = []string{
	"schemas", "id", "externalid", "meta", "name", "name.formatted", "password", "groups", "emails.type", "emails.primary", "emails.display",
	"phonenumbers.type", "phonenumbers.primary", "phonenumbers.display", "addresses.type", "addresses.primary", "addresses.formatted", "manager.displayname", "manager.$ref",
}

// wanted is what a request wants somebody to be like.
type wanted struct {
	set map[string]string
	// active is nil where the request does not say; so is manager. An empty
	// manager is none.
	active  *bool
	manager *string
	roles   []string
	// unknown are the attributes for which scenarios have no word.
	unknown []string
}

// wantedBy reads the body of a create or a replace.
func wantedBy(body gjson.Result) *wanted {
	w := &wanted{set: map[string]string{}}
	w.take("", body)
	return w
}

// wantedByPatch reads the operations of a PATCH in any spelling.
func wantedByPatch(body gjson.Result) *wanted {
	w := &wanted{set: map[string]string{}}
	for _, op := range lookup(body, "operations").Array() {
		path, value := lookup(op, "path").String(), lookup(op, "value")
		if strings.EqualFold(lookup(op, "op").String(), "remove") {
			value = gjson.Result{Type: gjson.Null, Raw: "null"}
		}
		w.take(path, value)
	}
	return w
}

// take reads the value at a path; keys of objects are paths as well.
func (w *wanted) take(path string, v gjson.Result) {
	name, kind := plainPath(path)
	switch name {
	case "active":
		if on, ok := truth(v); ok {
			w.active = &on
		}
		return
	case "manager", "manager.value":
		id := idOf(v)
		w.manager = &id
		return
	case "roles", "roles.value":
		w.roles = append(w.roles, rolesOf(v)...)
		return
	}
	switch {
	case v.IsObject():
		v.ForEach(func(k, item gjson.Result) bool {
			w.take(join(path, k.Str), item)
			return true
		})
		return
	case v.IsArray() && (name == "emails" || name == "phonenumbers" || name == "addresses"):
		if one := choose(v.Array(), preferred[name]); one.Exists() {
			w.take(name, one)
		}
		return
	}
	to, ok := directory[name]
	switch {
	case ok && (kind == "" || kind == preferred[base(name)] || base(name) == "emails"):
		w.set[to] = strings.TrimPrefix(text(v), "tel:")
	case ok || !isSilent(name):
		w.unknown = append(w.unknown, shown(path, kind))
	}
}

// shown is a path without what a filter in it may tell of somebody.
func shown(path, kind string) string {
	attribute, rest, filtered := strings.Cut(path, "[")
	switch {
	case !filtered:
		return path
	case wordOnly.MatchString(kind):
		return path // of a type
	}
	_, sub, _ := strings.Cut(rest, "]")
	return attribute + "[...]" + sub
}

// preferred is the type of the value that people in scenarios have.
var preferred = map[string]string{"emails": "work", "phonenumbers": "mobile", "addresses": "work"}

// choose picks one of several values: of the type that is wanted, else the
// primary one, else the only one.
func choose(all []gjson.Result, kind string) gjson.Result {
	for _, v := range all {
		if sameWord(v.Get("type").String(), kind) {
			return v
		}
	}
	for _, v := range all {
		if primary, _ := truth(v.Get("primary")); primary {
			return v
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return gjson.Result{}
}

// plainPath is a path in lower case without URN and filter, and the type that
// the filter selects.
func plainPath(path string) (name, kind string) {
	if path == "" {
		return "", ""
	}
	for _, urn := range []string{scim.UserURN, scim.EnterpriseUserURN, scim.GroupURN} {
		if len(path) >= len(urn) && strings.EqualFold(path[:len(urn)], urn) {
			path = strings.TrimLeft(path[len(urn):], ":.")
			break
		}
	}
	parsed, err := scim.ParsePath(path)
	if err != nil {
		return strings.ToLower(path), ""
	}
	sub := parsed.Attr.Sub
	if parsed.Sub != "" {
		sub = parsed.Sub
	}
	name = strings.ToLower(join(parsed.Attr.Name, sub))
	if c, ok := parsed.Filter.(*scim.Compare); ok && strings.EqualFold(c.Attr.Name, "type") {
		value, _ := c.Value.(string)
		kind = strings.ToLower(value)
	}
	return name, kind
}

func join(path, key string) string {
	if path == "" || strings.HasPrefix(strings.ToLower(key), "urn:") {
		return key
	}
	if key == "" {
		return path
	}
	if strings.EqualFold(path, scim.EnterpriseUserURN) || strings.EqualFold(path, scim.UserURN) {
		return path + ":" + key
	}
	return path + "." + key
}

func base(name string) string {
	before, _, _ := strings.Cut(name, ".")
	return before
}

func isSilent(name string) bool {
	if name == "" || strings.HasPrefix(name, "meta.") || strings.HasPrefix(name, "groups.") {
		return true
	}
	for _, s := range silent {
		if s == name {
			return true
		}
	}
	return false
}

// lookup is the value of a key in whatever case.
func lookup(v gjson.Result, key string) (out gjson.Result) {
	v.ForEach(func(k, item gjson.Result) bool {
		if strings.EqualFold(k.Str, key) {
			out = item
		}
		return !out.Exists()
	})
	return out
}

// truth reads a boolean as identity providers write it: also "True" and "false".
func truth(v gjson.Result) (value, ok bool) {
	switch {
	case v.IsBool():
		return v.Bool(), true
	case v.IsArray() && len(v.Array()) == 1:
		return truth(v.Array()[0])
	case v.IsObject():
		return truth(v.Get("value"))
	}
	switch strings.ToLower(v.String()) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// text is a value that may stand in a list or an object of its own.
func text(v gjson.Result) string {
	switch {
	case v.IsArray() && len(v.Array()) == 1:
		return text(v.Array()[0])
	case v.IsObject():
		return v.Get("value").String()
	}
	return v.String()
}

// idOf is the id in a reference: {"value": id}, a list of one, or the id itself.
func idOf(v gjson.Result) string {
	switch {
	case v.IsArray() && len(v.Array()) > 0:
		return idOf(v.Array()[0])
	case v.IsObject():
		return lookup(v, "value").String()
	}
	return v.String()
}

// rolesOf are the names of app roles; Entra ID sends them as JSON in a string
// (entra.md 2.7).
func rolesOf(v gjson.Result) (out []string) {
	switch {
	case v.IsArray():
		for _, item := range v.Array() {
			out = append(out, rolesOf(item)...)
		}
		return out
	case v.IsObject():
		return rolesOf(lookup(v, "value"))
	}
	if strings.HasPrefix(v.String(), "{") && gjson.Valid(v.String()) {
		return rolesOf(gjson.Parse(v.String()))
	}
	if v.String() == "" {
		return nil
	}
	return []string{v.String()}
}
