package scenario

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/rewrite"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// difference is how an answer differs from the recorded one.
type difference struct {
	where, want, got, message string
	// advisory: it is more than was recorded, and nothing is lacking.
	advisory bool
}

// compareStatus compares whether there is an answer, and its status.
func (p *player) compareStatus(x, now *scim.Exchange) []difference {
	was := "no answer"
	if x.Response != nil {
		was = strconv.Itoa(x.Status())
	}
	got := "no answer"
	if now.Response != nil {
		got = strconv.Itoa(now.Status())
	}
	if was == got {
		return nil
	}
	message := fmt.Sprintf("%s answers %s, and answered %s when it was recorded", engine.Template(now.Request), got, was)
	if now.Response != nil {
		if e, err := scim.ParseErrorMessage(now.Response.Body); err == nil {
			got = strings.TrimSpace(strings.TrimSuffix(got+" "+e.ScimType, " ") + ": " + e.Detail)
		}
	} else {
		got += ": " + now.Error
	}
	return []difference{{where: "status", want: was, got: clip(got), message: message}}
}

// compare compares an answer with the recorded one: status, media type, headers
// that lead on, and the body. What raced with others is compared by its form
// alone.
func (p *player) compare(x, now *scim.Exchange, racing bool) []difference {
	if d := p.compareStatus(x, now); d != nil {
		return d
	}
	var out []difference
	for _, name := range []string{"Location", "ETag"} {
		if x.Response.Header.Get(name) != "" && now.Response.Header.Get(name) == "" {
			out = append(out, difference{where: "header " + name, want: "present", got: "absent", message: "the header " + name + " is absent, and was there when it was recorded"})
		}
	}
	was, got := x.Response.Body, now.Response.Body
	if (len(was) == 0) != (len(got) == 0) {
		return append(out, difference{where: "body", want: presence(was), got: presence(got), message: "the answer has " + presence(got) + ", and had " + presence(was) + " when it was recorded"})
	}
	if len(was) == 0 || x.Response.Truncated || now.Response.Truncated {
		return out
	}
	if a, b := mediaType(x.Response), mediaType(now.Response); a != b {
		out = append(out, difference{where: "header Content-Type", want: a, got: b, message: "the answer has another media type than when it was recorded"})
	}
	if !scim.ValidJSON(was) {
		return out
	}
	if !scim.ValidJSON(got) {
		return append(out, difference{where: "body", want: "JSON", got: "not JSON", message: "the body is not JSON, and was when it was recorded"})
	}
	endpoint, _ := splitPath(x.Request.Path)
	want := rewrite.Body(was, p.here(endpoint))
	c := &comparison{p: p, open: p.open(x), racing: racing}
	c.value("", "", gjson.ParseBytes(want), gjson.ParseBytes(got))
	return append(out, c.found...)
}

func presence(b scim.Body) string {
	if len(b) == 0 {
		return "no body"
	}
	return "a body"
}

func mediaType(r *scim.Response) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "none"
	}
	return kind
}

// open reports whether a list may hold what others have made: the tenant that is
// replayed to need not be empty.
func (p *player) open(x *scim.Exchange) bool {
	endpoint, id := splitPath(x.Request.Path)
	asks := x.Request.Method == http.MethodGet && id == "" || strings.HasSuffix(x.Request.Path, scim.SearchSuffix)
	if !asks || endpoint == "schemas" || endpoint == "resourcetypes" {
		return false
	}
	owned := false
	own := func(place rewrite.Place, v string) string {
		if place.Kind == rewrite.Filter {
			_, isID := p.id(place, endpoint, v)
			owned = owned || isID || p.names[strings.ToLower(v)]
		}
		return v
	}
	rewrite.RawQuery(x.Request.RawQuery, own)
	rewrite.Body(x.Request.Body, own)
	if p.r.options.KeepNames {
		return !strings.Contains(x.Request.RawQuery, "filter=") && !strings.Contains(string(x.Request.Body), `"filter"`)
	}
	return !owned
}

// comparison compares two documents.
type comparison struct {
	p *player
	// open: a list may hold what others have made. racing: values and what
	// there is may depend on what came first.
	open, racing bool
	found        []difference
}

// made are the attributes that the target makes: their values differ each time.
var made = []string{"id", "version", "location", "$ref", "created", "lastmodified", "nextcursor", "previouscursor", "detail", "bulkid"}

// value compares two values at a path; key is the attribute.
func (c *comparison) value(path, key string, want, got gjson.Result) {
	switch {
	case kind(want) != kind(got):
		if !empty(want) || !empty(got) {
			c.differ(path, kind(want), kind(got), "%s has another type than when it was recorded")
		}
	case want.IsObject():
		c.object(path, want, got)
	case want.IsArray():
		c.list(path, key, want.Array(), got.Array())
	case slices.Contains(made, key) || c.open || c.racing:
	case want.Type == gjson.String:
		if c.fixed(key, strings.ToLower(want.Str)) && !strings.EqualFold(want.Str, got.Str) {
			c.differ(path, scim.Quote(clip(want.Str)), scim.Quote(clip(got.Str)), "%s has another value than when it was recorded")
		}
	default:
		if c.fixed(key, want.Raw) && want.Raw != got.Raw {
			c.differ(path, want.Raw, got.Raw, "%s has another value than when it was recorded")
		}
	}
}

// fixed reports whether a value is compared: one that the client sent, or a word
// of the protocol.
func (c *comparison) fixed(key, value string) bool {
	switch key {
	case "active", "schemas", "status", "scimtype", "resourcetype", "totalresults":
		return true
	}
	return c.p.sent[key+"\x00"+value]
}

func (c *comparison) differ(path, want, got, message string) {
	if path == "" {
		path = "the body"
	}
	c.found = append(c.found, difference{where: path, want: want, got: clip(got), message: fmt.Sprintf(message, path)})
}

func (c *comparison) object(path string, want, got gjson.Result) {
	have := map[string]gjson.Result{}
	got.ForEach(func(k, v gjson.Result) bool {
		have[strings.ToLower(k.Str)] = v
		return true
	})
	wanted := map[string]bool{}
	want.ForEach(func(k, v gjson.Result) bool {
		key := strings.ToLower(k.Str)
		wanted[key] = true
		inner := join(path, k.Str)
		switch other, ok := have[key]; {
		case ok:
			c.value(inner, key, v, other)
		case empty(v), c.racing: // null and [] are no value (RFC 7643 section 2.5)
		case c.open && key == "resources":
		default:
			c.differ(inner, "present", "absent", "%s is absent, and was there when it was recorded")
		}
		return true
	})
	got.ForEach(func(k, v gjson.Result) bool {
		key := strings.ToLower(k.Str)
		if wanted[key] || empty(v) || c.racing || c.open && key == "resources" {
			return true
		}
		c.differ(join(path, k.Str), "absent", "present", "%s is there, and was not when it was recorded")
		// What the client wrote and took away again must be gone; an attribute
		// of which it knows nothing may be new.
		c.found[len(c.found)-1].advisory = !c.p.sent[key]
		return true
	})
}

func (c *comparison) list(path, key string, want, got []gjson.Result) {
	if c.racing || c.open && key == "resources" {
		return
	}
	if len(want) != len(got) {
		c.differ(path, strconv.Itoa(len(want)), strconv.Itoa(len(got)), "%s has another number of values than when it was recorded")
		return
	}
	left := slices.Clone(got)
	for i, w := range want {
		at := fmt.Sprintf("%s[%d]", path, i)
		best := -1
		var fewest []difference
		for j, g := range left {
			try := &comparison{p: c.p, open: c.open, racing: c.racing}
			try.value(at, key, w, g)
			if best < 0 || len(try.found) < len(fewest) {
				best, fewest = j, try.found
			}
			if len(try.found) == 0 {
				break
			}
		}
		c.found = append(c.found, fewest...)
		left = slices.Delete(left, best, best+1)
	}
}

func join(path, key string) string {
	switch {
	case path == "":
		return key
	case strings.Contains(key, ":"):
		return key
	case strings.HasPrefix(strings.ToLower(path), "urn:"):
		return path + ":" + key
	}
	return path + "." + key
}

// empty reports whether a value is none (RFC 7643 section 2.5).
func empty(v gjson.Result) bool {
	return !v.Exists() || v.Type == gjson.Null || v.IsArray() && len(v.Array()) == 0
}

func kind(v gjson.Result) string {
	switch {
	case v.IsObject():
		return "an object"
	case v.IsArray():
		return "a list"
	case v.IsBool():
		return "a boolean"
	case v.Type == gjson.Number:
		return "a number"
	case v.Type == gjson.String:
		return "a string"
	}
	return "null"
}

// clip shortens what a finding quotes.
func clip(s string) string {
	if r := []rune(s); len(r) > 160 {
		return string(r[:160]) + "..."
	}
	return s
}
