package mockidp

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// trait is a peculiarity of a request by which a dialect is known. Of traits of
// one kind, dialects have one or a few.
type trait struct{ kind, value string }

// String words the trait for people.
func (t trait) String() string { return t.kind + ": " + t.value }

// versions is what follows a product in a User-Agent.
var versions = regexp.MustCompile(`[ /]v?\d[\d.]*.*$`)

const userAgent = "User-Agent"

// traitsOf lists the traits of a request.
func traitsOf(r scim.Request) []trait {
	var out []trait
	if agent := headerOf(r, userAgent); agent != "" {
		out = append(out, trait{userAgent, versions.ReplaceAllString(agent, "")})
	}
	for _, name := range []string{"ADSCIMVersion", "Accept", "Accept-Charset", "Content-Type"} {
		if v := headerOf(r, name); v != "" {
			out = append(out, trait{name, strings.ReplaceAll(v, "; ", ";")})
		}
	}
	out = append(out, queryTraits(r)...)
	resource, single := target(r)
	if r.Method == http.MethodPut || r.Method == http.MethodPatch {
		out = append(out, trait{"changes " + resource + " by", r.Method})
	}
	if r.Method == http.MethodPost && !single && len(r.Body) > 0 && scim.ValidJSON(r.Body) {
		out = append(out, createTraits(resource, r.Body)...)
	}
	for _, op := range operationsOf(r) {
		out = append(out, trait{"operations are spelled", op.Get("op").String()})
		switch form := operationForm(op); {
		case strings.Contains(form, "active"):
			out = append(out, trait{"sets active by", form})
		case strings.Contains(form, "members"):
			out = append(out, trait{"changes members by", form})
		}
	}
	return out
}

func headerOf(r scim.Request, name string) string {
	for k, v := range r.Header {
		if strings.EqualFold(k, name) && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

// target is the endpoint of a request, and whether it is for one resource.
func target(r scim.Request) (endpoint string, single bool) {
	endpoint, rest, _ := strings.Cut(strings.Trim(r.Path, "/"), "/")
	return endpoint, rest != "" && !strings.HasPrefix(rest, ".")
}

func queryTraits(r scim.Request) (out []trait) {
	if r.RawQuery == "" {
		return nil
	}
	resource, single := target(r)
	if strings.Contains(r.RawQuery, "filter=") {
		switch {
		case strings.Contains(r.RawQuery, "%20"):
			out = append(out, trait{"a blank in a filter is", "%20"})
		case strings.Contains(r.RawQuery, "+"):
			out = append(out, trait{"a blank in a filter is", "+"})
		}
		switch {
		case strings.Contains(r.RawQuery, "%22"):
			out = append(out, trait{"a quote in a filter is", "%22"})
		case strings.Contains(r.RawQuery, `"`):
			out = append(out, trait{"a quote in a filter is", `"`})
		default:
			out = append(out, trait{"a quote in a filter is", "left out"})
		}
	}
	kind := "asks for " + resource + " by"
	if single {
		kind = "reads one of " + resource + " with"
	}
	return append(out, trait{kind, queryForm(r.RawQuery)})
}

// queryForm is a query without its values: those of filters keep attribute and
// operator.
func queryForm(query string) string {
	var params []string
	for param := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(param, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = value
		}
		switch {
		case name == "filter":
			params = append(params, "filter="+filterForm.ReplaceAllString(plain, "$1 $2 ..."))
		case name == "count", strings.HasSuffix(strings.ToLower(name), "attributes"):
			params = append(params, name+"="+plain)
		default:
			params = append(params, name)
		}
	}
	return strings.Join(params, "&")
}

// filterForm is a comparison in a filter.
var filterForm = regexp.MustCompile(`([\w$:.\]]+) (eq|Eq|EQ|co|Co|sw|gt|ge|lt|le) ("(?:[^"\\]|\\.)*"|[^ \])]+)`)

// createTraits are what only some put into what they create.
func createTraits(resource string, body []byte) (out []trait) {
	doc := gjson.ParseBytes(body)
	for _, key := range []string{"groups", "roles", "password", "externalId", "meta", "members"} {
		value := "without " + key
		switch v := doc.Get(key); {
		case v.IsArray() && len(v.Array()) == 0:
			value = "with " + key + " []"
		case v.Exists():
			value = "with " + key
		}
		out = append(out, trait{"creates " + resource + ", " + key, value})
	}
	return out
}

func operationsOf(r scim.Request) []gjson.Result {
	if r.Method != http.MethodPatch || !scim.ValidJSON(r.Body) {
		return nil
	}
	return gjson.GetBytes(r.Body, "Operations").Array()
}

// operationForm words an operation without its values: "remove members[...]".
func operationForm(op gjson.Result) string {
	return op.Get("op").String() + " " + pathForm(op) + valueForm(op.Get("value"))
}

func pathForm(op gjson.Result) string {
	path := op.Get("path")
	if !path.Exists() {
		return "without a path"
	}
	switch p := path.String(); {
	case p == "active", p == "members":
		return p
	case strings.HasPrefix(p, "members["):
		return "members[...]"
	case strings.HasSuffix(p, ":manager"), strings.HasSuffix(p, ":manager.value"):
		return p[strings.LastIndex(p, ":")+1:]
	case strings.HasPrefix(p, "roles"):
		return "roles"
	case strings.HasPrefix(strings.ToLower(p), "urn:"):
		return "an attribute of an extension"
	case strings.Contains(p, "["):
		return "a value path"
	case strings.Contains(p, "."):
		return "a sub-attribute"
	}
	return "an attribute"
}

func valueForm(v gjson.Result) string {
	switch {
	case !v.Exists():
		return ""
	case v.IsArray():
		if len(v.Array()) == 0 {
			return ", no values"
		}
		return ", a list of " + keysOf(v.Array()[0])
	case v.IsObject():
		return ", " + keysOf(v)
	case v.Type == gjson.String && (v.Str == "True" || v.Str == "False"):
		return `, "True" or "False"`
	case v.Type == gjson.String && (v.Str == "true" || v.Str == "false"):
		return `, "true" or "false"`
	case v.IsBool():
		return ", true or false"
	}
	return ", a text"
}

// keysOf lists the keys of an object that say how it is worded; the attributes
// that a mapping chooses are not among them.
func keysOf(v gjson.Result) string {
	if !v.IsObject() {
		return "texts"
	}
	var keys []string
	v.ForEach(func(k, value gjson.Result) bool {
		switch k.Str {
		case "$ref", "display":
			if value.Type == gjson.Null {
				keys = append(keys, k.Str+":null")
				break
			}
			keys = append(keys, k.Str)
		case "active", "value", "type", "id", "members":
			keys = append(keys, k.Str)
		}
		return true
	})
	slices.Sort(keys)
	return "{" + strings.Join(keys, ",") + "}"
}

// signature words a request without its values: method, path, query and, of a
// body, what tells intents apart. Operations are listed by signatures of their
// own.
func signature(r scim.Request) (request string, operations []string) {
	endpoint, single := target(r)
	request = r.Method + " /" + endpoint
	if single {
		request += "/{id}"
	}
	if r.RawQuery != "" {
		request += "?" + queryForm(r.RawQuery)
	}
	if r.Method == http.MethodPut && scim.ValidJSON(r.Body) {
		if active := gjson.GetBytes(r.Body, "active"); active.Exists() {
			request += " active " + active.String()
		}
	}
	for _, op := range operationsOf(r) {
		operations = append(operations, operationForm(op)+" "+activeValue(op))
	}
	return request, operations
}

// activeValue is the value that an operation gives active, in lower case.
func activeValue(op gjson.Result) string {
	v := op.Get("value")
	if v.IsObject() {
		v = v.Get("active")
	} else if op.Get("path").String() != "active" {
		return ""
	}
	return strings.ToLower(v.String())
}
