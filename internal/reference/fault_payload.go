package reference

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/scimtest/scimtest/scim"
)

// payloadQueryFaults are in what becomes of hostile queries.
var payloadQueryFaults = []Fault{
	{"filter-like-wildcards", "The signs % and _ in a filter with co or sw are wildcards", "7644-3.4.2.2-12",
		onCutText("%_", scim.CO, scim.SW)},
	{"filter-star", "A star in a filter is a wildcard", "7644-3.4.2.2-13", onCutText("*", scim.EQ, scim.SW, scim.CO)},
	{"filter-regular-expression", "The operator co takes a regular expression", "7644-3.4.2.2-12",
		onText(func(s string) string {
			if strings.Contains(s, "[a-z]") {
				s, _, _ = strings.Cut(s, ".")
			}
			return s
		})},
	{"filter-template", "The expressions of templates in a filter are evaluated", "7643-9.2-02", onText(expression.Replace)},
	{"filter-path-resolved", "Dots and slashes in a filter are taken out", "7644-3.4.2.2-10", onText(dots.Replace)},
	{"filter-injection", "A quotation mark in a filter value ends it, even when it is escaped", "7643-9.2-02", onInjection(`" or `)},
	{"filter-sql-injection", "An apostrophe in a filter value ends it in SQL", "7643-9.2-02", onInjection(`' OR '`)},
	{"filter-sql-comment", "A filter value ends at an apostrophe and a comment of SQL", "7643-9.2-02",
		onText(func(s string) string {
			s, _, _ = strings.Cut(s, "' --")
			return s
		})},
	{"filter-sql-500", "A filter with an apostrophe and what SQL takes for its own is answered with 500", "7643-9.2-02",
		onParam("filter", func(s string) bool { return strings.Contains(s, "' OR '") || strings.Contains(s, "' --") })},
	{"filter-null-500", "A filter with U+0000 is answered with 500", "7644-3.4.2.2-33",
		onParam("filter", func(s string) bool { return strings.Contains(s, `\u0000`) || strings.Contains(s, "\x00") })},
	{"filter-null-ends", "A filter value ends at U+0000", "7644-3.4.2.2-10", onCutText("\x00", scim.EQ)},
	{"filter-nested-500", "A filter in more than a hundred parentheses is answered with 500", "7644-3.4.2.2-09",
		onParam("filter", func(s string) bool { return strings.Count(s, "(") > 100 })},
	{"filter-long-500", "A filter of more than 2000 characters is answered with 500", "7644-3.4.2.2-33",
		onParam("filter", func(s string) bool { return len(s) > 2000 })},
	{"sort-by-sql-500", "A sortBy with the signs of SQL is answered with 500", "7643-9.2-02",
		onParam("sortBy", func(s string) bool { return strings.Contains(s, "'") })},
	{"attributes-sql-500", "A projection with the signs of SQL is answered with 500", "7643-9.2-02",
		onParam("attributes", func(s string) bool { return strings.Contains(s, "'") })},
}

// onParam answers a query with 500 by one of its parameters.
func onParam(name string, bad func(value string) bool) func(*behaviour) {
	return refusing(http.StatusInternalServerError, func(c *call) bool {
		v, _ := c.param(name)
		return bad(v)
	})
}

// onCutText cuts the text of comparisons at the first of some characters.
func onCutText(at string, ops ...scim.Op) func(*behaviour) {
	return onCompare(func(_ *call, f *scim.Compare) scim.Filter {
		s, _ := f.Value.(string)
		i := strings.IndexAny(s, at)
		if i < 0 {
			return f
		}
		for _, op := range ops {
			if f.Op == op {
				if op == scim.EQ && at == "*" {
					op = scim.SW
				}
				return &scim.Compare{Attr: f.Attr, Op: op, Value: s[:i]}
			}
		}
		return f
	})
}

// onInjection makes comparisons whose value holds a text true.
func onInjection(text string) func(*behaviour) {
	return onCompare(func(_ *call, f *scim.Compare) scim.Filter {
		if s, _ := f.Value.(string); strings.Contains(s, text) {
			return holdsAlways
		}
		return f
	})
}

// payloadBodyFaults are in what becomes of hostile bodies.
var payloadBodyFaults = []Fault{
	{"body-nested-500", "A body with a thousand arrays in each other is answered with 500", "7644-3.12-08",
		onRawAs(http.StatusInternalServerError, func(_ *http.Request, raw []byte) bool { return nested(raw) })},
	{"body-nested-closes", "A body with a thousand arrays in each other closes the connection", "7644-3.12-08",
		onRaw(func(_ *http.Request, raw []byte) bool {
			if nested(raw) {
				panic(http.ErrAbortHandler)
			}
			return false
		})},
	{"body-large-500", "A body of more than half a megabyte is answered with 500", "7644-3.12-08",
		onRawAs(http.StatusInternalServerError, func(_ *http.Request, raw []byte) bool { return len(raw) > 512<<10 })},
	{"body-key-twice", "The first of two userNames is checked, and the last is stored", "7643-4.1.1-02",
		func(b *behaviour) {
			const twice = "X-Key-Twice"
			onRaw(func(r *http.Request, raw []byte) bool {
				if bytes.Count(raw, []byte(`"userName":`)) > 1 {
					r.Header.Set(twice, "yes")
				}
				return false
			})(b)
			onSwitch(func(s *switches) { s.acceptDuplicate = func(c *call) bool { return c.header.Get(twice) != "" } })(b)
		}},
	{"body-charset-ignored", "A body in another charset is read as UTF-8, and what does not fit is replaced", "7644-3.8-03",
		onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
			if otherCharset(r) {
				r.Header.Set("Content-Type", scim.MediaType)
				replaceInvalid(r)
			}
			return true
		})},
	{"body-charset-500", "A body in another charset is answered with 500", "7644-3.8-03",
		onRawAs(http.StatusInternalServerError, func(r *http.Request, _ []byte) bool { return otherCharset(r) })},
	{"body-not-utf-8-replaced", "What is not UTF-8 in a body is replaced", "7644-3.8-03",
		onHeader(func(_ http.ResponseWriter, r *http.Request) bool {
			if !otherCharset(r) {
				replaceInvalid(r)
			}
			return true
		})},
	{"body-not-utf-8-500", "A body that is not UTF-8 is answered with 500", "7644-3.12-08",
		onRawAs(http.StatusInternalServerError, func(r *http.Request, raw []byte) bool { return !otherCharset(r) && !utf8.Valid(raw) })},
	{"body-half-a-character-500", "A JSON escape that stands for half a character is answered with 500", "7643-2.3.1-01",
		onRawAs(http.StatusInternalServerError, func(_ *http.Request, raw []byte) bool { return loneSurrogate.Match(raw) })},
}

// loneSurrogate is the first half of a character that has no second.
var loneSurrogate = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}[^\\]`)

// nested reports whether a body has a thousand arrays in each other.
func nested(raw []byte) bool { return bytes.Contains(raw, bytes.Repeat([]byte("["), 1000)) }

// otherCharset reports whether a request says that its body is in ISO-8859-1.
func otherCharset(r *http.Request) bool {
	return strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "iso-8859-1")
}

// replaceInvalid puts U+FFFD in the place of what is not UTF-8 in a body.
func replaceInvalid(r *http.Request) {
	changeBody(r, func(raw []byte) []byte { return bytes.ToValidUTF8(raw, []byte("\ufffd")) })
}
