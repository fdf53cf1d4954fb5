// Package rewrite changes values of SCIM messages where they stand: in paths,
// queries, filters, value paths, JSON and headers. Every byte that is not of a
// changed value stays as it is, and a changed value keeps the way of escaping
// that the message has.
package rewrite

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Kind is the part of a message in which a value stands.
type Kind int

// The kinds of places.
const (
	// JSON is a string in a body.
	JSON Kind = iota
	// Filter is a value that a filter or a value path compares with.
	Filter
	// Segment is a segment of a path behind the endpoint.
	Segment
	// Query is the value of a parameter that is no filter.
	Query
	// Header is a value of a header.
	Header
	// Text is a body that is not JSON.
	Text
)

// Place says where a value stands.
type Place struct {
	Kind Kind
	// Key is the attribute, parameter or header, in lower case: "username".
	Key string
	// Parent is the attribute around it, or the endpoint of a segment, in lower
	// case: "emails", "users".
	Parent string
	// Request says that the value is of a request.
	Request bool
}

// Func returns what takes the place of a value, in clear.
type Func func(p Place, value string) string

// Request returns a copy of the request with its values changed.
func Request(r scim.Request, f Func) scim.Request {
	g := func(p Place, value string) string {
		p.Request = true
		return f(p, value)
	}
	r.Path = Path(r.Path, g)
	r.RawQuery = RawQuery(r.RawQuery, g)
	r.Header = headers(r.Header, g)
	r.Body = Body(r.Body, g)
	return r
}

// Response returns a copy of the answer with its values changed; nil has none.
func Response(r *scim.Response, f Func) *scim.Response {
	if r == nil {
		return nil
	}
	c := *r
	c.Header, c.Body = headers(r.Header, f), Body(r.Body, f)
	return &c
}

// Exchange returns a copy of the exchange with its values changed.
func Exchange(x *scim.Exchange, f Func) *scim.Exchange {
	c := *x
	c.Request, c.Response = Request(x.Request, f), Response(x.Response, f)
	return &c
}

func headers(h http.Header, f Func) http.Header {
	if h == nil {
		return nil
	}
	out := make(http.Header, len(h))
	for k, values := range h {
		for _, v := range values {
			out[k] = append(out[k], f(Place{Kind: Header, Key: strings.ToLower(k)}, v))
		}
	}
	return out
}

// Path changes the segments of an escaped path behind the endpoint.
func Path(path string, f Func) string {
	segments := strings.Split(path, "/")
	parent := ""
	for i, s := range segments {
		switch {
		case s == "" || strings.HasPrefix(s, "."):
		case parent == "" || isEndpoint(s):
			parent = strings.ToLower(s)
		default:
			segments[i] = inURL(s, false, func(v string) string { return f(Place{Kind: Segment, Key: "id", Parent: parent}, v) })
		}
	}
	return strings.Join(segments, "/")
}

func isEndpoint(segment string) bool {
	return slices.Contains([]string{scim.UsersEndpoint, scim.GroupsEndpoint, scim.SchemasEndpoint, scim.ResourceTypesEndpoint}, "/"+segment)
}

// worded are the parameters whose values are words of the protocol.
var worded = []string{"attributes", "excludedattributes", "sortby", "sortorder", "startindex", "count"}

// RawQuery changes the values of an encoded query.
func RawQuery(query string, f Func) string {
	if query == "" {
		return ""
	}
	params := strings.Split(query, "&")
	for i, param := range params {
		name, value, ok := strings.Cut(param, "=")
		key := strings.ToLower(name)
		if !ok || slices.Contains(worded, key) {
			continue
		}
		params[i] = name + "=" + inURL(value, true, func(v string) string {
			if key == "filter" {
				return FilterText(v, f)
			}
			return f(Place{Kind: Query, Key: key}, v)
		})
	}
	return strings.Join(params, "&")
}

// Body changes the values of a body: of the strings in it where it is JSON, of
// the whole otherwise.
func Body(body scim.Body, f Func) scim.Body {
	if len(body) == 0 {
		return body
	}
	if !scim.ValidJSON(body) {
		return scim.Body(f(Place{Kind: Text}, string(body)))
	}
	return inJSON(body, Place{Kind: JSON}, f)
}

// URL changes the segments of the path of a URL, which are given in clear.
func URL(raw string, f func(segment string) string) string {
	start := 0
	if i := strings.Index(raw, "://"); i >= 0 {
		start = i + len("://")
		if j := strings.Index(raw[start:], "/"); j >= 0 {
			start += j
		} else {
			return raw
		}
	}
	path, behind := raw[start:], ""
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path, behind = path[:i], path[i:]
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = inURL(s, false, f)
	}
	return raw[:start] + strings.Join(segments, "/") + behind
}
