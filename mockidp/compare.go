package mockidp

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// Difference is an attribute that the target holds otherwise than the identity
// provider would send it.
type Difference struct {
	// Path is the attribute, such as name.givenName or
	// emails[type eq "work"].value.
	Path string
	// Want is what would be sent, Have what the target has; both are JSON,
	// and Have is "" where it has nothing.
	Want, Have string
}

// Body is the resource that the dialect would create for a user; nil when it
// creates none.
func (d *Dialect) Body(u User) scim.Body {
	if d.Create == nil {
		return nil
	}
	return d.Create(u).Body
}

// Compare lists the attributes of a user that the dialect sends and that the
// target's resource holds otherwise. active is what it is to be. A userName and
// an e-mail address are compared without letter case. A password is never
// returned, and so is not compared.
func (d *Dialect) Compare(u User, active bool, current scim.Resource) []Difference {
	body := d.Body(u)
	if d.mapping != nil && d.mapping.own {
		body = encode(d.mapping.steady(u))
	}
	want, err := scim.NewResource(body)
	if err != nil {
		return nil
	}
	var out []Difference
	compare(want.JSON(), current.JSON(), "", &out)
	if have := current.Get("active"); want.Has("active") && have.IsBool() && have.Bool() != active {
		out = append(out, Difference{"active", pick(active, "true", "false"), have.Raw})
	}
	return out
}

// notCompared are attributes that the target sets, never shows, or that are
// compared elsewhere.
var notCompared = []string{"schemas", "id", "meta", "password", "active", "groups"}

func compare(want, have gjson.Result, path string, out *[]Difference) {
	switch {
	case want.IsObject():
		want.ForEach(func(k, v gjson.Result) bool {
			if path == "" && slices.Contains(notCompared, strings.ToLower(k.Str)) {
				return true
			}
			compare(v, memberNamed(have, k.Str), join(path, k.Str), out)
			return true
		})
	case want.IsArray():
		for _, w := range want.Array() {
			if !w.IsObject() {
				compareIn(w, have, path, out)
				continue
			}
			compareElement(w, have, path, out)
		}
	case !same(want, have, path):
		*out = append(*out, Difference{path, want.Raw, have.Raw})
	}
}

// compareElement finds the value of the same type, or the only one.
func compareElement(w, have gjson.Result, path string, out *[]Difference) {
	kind := memberNamed(w, "type").String()
	var match gjson.Result
	for _, h := range have.Array() {
		if strings.EqualFold(memberNamed(h, "type").String(), kind) || kind == "" && len(have.Array()) == 1 {
			match = h
			break
		}
	}
	if kind != "" {
		path += `[type eq "` + kind + `"]`
	}
	w.ForEach(func(k, v gjson.Result) bool {
		switch strings.ToLower(k.Str) {
		case "type", "primary", "display":
		default:
			compare(v, memberNamed(match, k.Str), join(path, k.Str), out)
		}
		return true
	})
}

func compareIn(w, have gjson.Result, path string, out *[]Difference) {
	for _, h := range have.Array() {
		if same(w, h, path) {
			return
		}
	}
	*out = append(*out, Difference{path, w.Raw, have.Raw})
}

// same compares two simple values. The empty string and no value are the same.
func same(want, have gjson.Result, path string) bool {
	if want.Type == gjson.String && (have.Type == gjson.String || !have.Exists()) {
		lower := strings.ToLower(path)
		if lower == "username" || strings.HasPrefix(lower, "emails") {
			return strings.EqualFold(want.Str, have.Str)
		}
		return want.Str == have.Str
	}
	return want.String() == have.String() && want.Type == have.Type
}

// memberNamed is a member by name, in any letter case (RFC 7643 section 2.1).
func memberNamed(o gjson.Result, name string) (found gjson.Result) {
	if !o.IsObject() {
		return found
	}
	o.ForEach(func(k, v gjson.Result) bool {
		if strings.EqualFold(k.Str, name) {
			found = v
			return false
		}
		return true
	})
	return found
}

func join(path, name string) string {
	switch {
	case path == "":
		return name
	case path == scim.EnterpriseUserURN:
		return path + ":" + name
	}
	return path + "." + name
}
