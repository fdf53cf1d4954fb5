package engine

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// maxKeptBody is how much of a body a result keeps.
const maxKeptBody = 64 << 10

// minMasked is the length from which a foreign value is also masked inside
// other text; shorter ones would eat innocent words.
const minMasked = 4

type secret struct{ kind, value string }

// redactor takes secrets and other people's data out of what a result shows.
// It works once, when a result is made: judging has seen the raw exchange.
type redactor struct {
	discovered *Discovered
	replacer   *strings.Replacer
}

// newRedactor knows the run's secrets and those of one check. A secret becomes
// a typed marker, numbered in the order in which the check made it.
func newRedactor(d *Discovered, run []string, own []secret) *redactor {
	var pairs []string
	known := map[string]bool{}
	add := func(value, marker string) {
		for _, form := range forms(value) {
			if form != "" && !known[form] {
				known[form] = true
				pairs = append(pairs, form, marker)
			}
		}
	}
	count := map[string]int{}
	for _, s := range own {
		if known[s.value] {
			continue
		}
		count[s.kind]++
		add(s.value, fmt.Sprintf("{{%s-%d}}", s.kind, count[s.kind]))
	}
	slices.SortFunc(run, func(a, b string) int { return len(b) - len(a) })
	for _, s := range run {
		add(s, credentialMarker)
	}
	return &redactor{d, strings.NewReplacer(pairs...)}
}

// forms lists how a value may be written: plain, in JSON, in a URL, in a
// basic credential.
func forms(value string) []string {
	quoted, _ := json.Marshal(value)
	inner := strings.Trim(string(quoted), `"`)
	return []string{
		value, inner, url.QueryEscape(value), url.PathEscape(value), escape(value),
		base64.StdEncoding.EncodeToString([]byte(value)),
	}
}

// text returns a text without secrets. What is not UTF-8 becomes visible: a
// report is JSON, which can hold no such bytes.
func (r *redactor) text(s string) string { return validText(r.replacer.Replace(s)) }

// validText writes bytes that are not UTF-8 as \xff.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// finding returns the finding without secrets and without what masked says is
// other people's.
func (r *redactor) finding(f Finding, masked *strings.Replacer) Finding {
	clean := func(s string) string {
		s = r.replacer.Replace(s)
		if masked != nil {
			s = masked.Replace(s)
		}
		return validText(s)
	}
	f.Message, f.Where, f.Want, f.Got = clean(f.Message), clean(f.Where), clean(f.Want), clean(f.Got)
	return f
}

// exchange returns a copy that may be shown, and a replacer for other
// people's values that it held (nil when there were none).
func (r *redactor) exchange(x *scim.Exchange) (*scim.Exchange, *strings.Replacer) {
	c := *x
	c.Request.Header = r.header(x.Request.Header)
	c.Request.RawQuery = r.text(x.Request.RawQuery)
	c.Request.Path = r.text(x.Request.Path)
	c.Request.Body = r.body(x.Request.Body)
	c.Error = r.text(x.Error)
	c.Started = x.Started.UTC() // without the monotonic clock, which no file holds
	if x.Response == nil {
		return &c, nil
	}
	resp := *x.Response
	resp.Header = r.header(x.Response.Header)
	body, foreign := r.mask(x)
	resp.Body = r.body(body)
	if n := maxKeptBody; len(resp.Body) > n {
		for n > maxKeptBody-utf8.UTFMax && !utf8.RuneStart(resp.Body[n]) {
			n-- // half a character would make the body binary
		}
		resp.Body, resp.Truncated = resp.Body[:n:n], true
	}
	c.Response = &resp
	if len(foreign) == 0 {
		return &c, nil
	}
	var pairs []string
	for _, v := range foreign {
		pairs = append(pairs, v, veil(v))
	}
	return &c, strings.NewReplacer(pairs...)
}

func (r *redactor) body(b scim.Body) scim.Body {
	if len(b) == 0 {
		return b
	}
	return scim.Body(r.replacer.Replace(string(b)))
}

func (r *redactor) header(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	out := make(http.Header, len(h))
	for k, values := range h {
		for _, v := range values {
			switch k {
			case "Authorization", "Proxy-Authorization":
				v = r.credential(v)
			case "Cookie", "Set-Cookie":
				v = credentialMarker
			default:
				v = r.text(v)
			}
			out[k] = append(out[k], v)
		}
	}
	return out
}

// credentialMarker stands for a credential of the run.
const credentialMarker = "{{credential}}"

// credential returns what may be shown of an Authorization value: its scheme,
// and a marker. A secret that a check made itself, such as a wrong token, has
// a marker of its own.
func (r *redactor) credential(v string) string {
	scheme, secret, ok := strings.Cut(v, " ")
	switch {
	case ok && strings.Trim(secret, "x") == "" && r.text(v) == v:
		return v // what a check sends for a wrong token
	case !ok && (strings.EqualFold(v, "Bearer") || strings.EqualFold(v, "Basic")):
		return v // no credential at all
	case !ok:
		return credentialMarker
	}
	marker := strings.TrimPrefix(r.text(v), scheme+" ")
	if !strings.HasPrefix(marker, "{{") || strings.Index(marker, "}}") != len(marker)-2 {
		marker = credentialMarker
	}
	return r.text(scheme) + " " + marker
}

// mask veils the values of resources that this run did not create. It returns
// the values it veiled that are long enough to look for elsewhere.
func (r *redactor) mask(x *scim.Exchange) (scim.Body, []string) {
	body := x.Response.Body
	first, _, _ := strings.Cut(strings.Trim(x.Request.Path, "/"), "/")
	switch "/" + first {
	case scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint:
		return body, nil
	}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return body, nil
	}
	if !scim.ValidJSON(body) {
		// What cannot be parsed cannot be told apart; it may be cut off in
		// the middle of a list of people.
		if r.discovered.Owned(body) && !bytes.Contains(body, []byte("Resources")) {
			return body, nil
		}
		return scim.Body(veil(string(body))), nil
	}
	root := gjson.ParseBytes(body)
	var foreign []string
	if list := field(root, "Resources"); list.IsArray() {
		var out bytes.Buffer
		out.WriteByte('{')
		i := 0
		root.ForEach(func(k, v gjson.Result) bool {
			if i++; i > 1 {
				out.WriteByte(',')
			}
			out.WriteString(k.Raw + ":")
			if !strings.EqualFold(k.Str, "Resources") || !v.IsArray() {
				out.WriteString(v.Raw)
				return true
			}
			out.WriteByte('[')
			for n, item := range v.Array() {
				if n > 0 {
					out.WriteByte(',')
				}
				if r.discovered.Owned([]byte(item.Raw)) {
					out.WriteString(item.Raw)
				} else {
					veilJSON(&out, "", item, &foreign)
				}
			}
			out.WriteByte(']')
			return true
		})
		out.WriteByte('}')
		if len(foreign) == 0 {
			return body, nil // byte for byte as it came
		}
		return out.Bytes(), foreign
	}
	if x.Response.Status/100 != 2 || !field(root, "id").Exists() || r.discovered.Owned(body) {
		return body, nil
	}
	var out bytes.Buffer
	veilJSON(&out, "", root, &foreign)
	return out.Bytes(), foreign
}

func field(v gjson.Result, name string) (out gjson.Result) {
	v.ForEach(func(k, v gjson.Result) bool {
		if strings.EqualFold(k.Str, name) {
			out = v
			return false
		}
		return true
	})
	return out
}

// veilJSON writes a value with the same shape and types, and nothing to read.
func veilJSON(out *bytes.Buffer, key string, v gjson.Result, foreign *[]string) {
	switch {
	case v.IsObject():
		out.WriteByte('{')
		i := 0
		v.ForEach(func(k, v gjson.Result) bool {
			if i++; i > 1 {
				out.WriteByte(',')
			}
			out.WriteString(k.Raw + ":")
			veilJSON(out, k.Str, v, foreign)
			return true
		})
		out.WriteByte('}')
	case v.IsArray():
		out.WriteByte('[')
		for i, item := range v.Array() {
			if i > 0 {
				out.WriteByte(',')
			}
			veilJSON(out, key, item, foreign)
		}
		out.WriteByte(']')
	case v.Type == gjson.String:
		if harmless(key, v.Str) {
			out.WriteString(v.Raw)
			return
		}
		if len(v.Str) >= minMasked {
			*foreign = append(*foreign, v.Str)
		}
		b, _ := json.Marshal(veil(v.Str))
		out.Write(b)
	case v.Type == gjson.Number:
		out.WriteString("0")
	default:
		out.WriteString(v.Raw)
	}
}

// harmless reports whether a string says nothing of a person: what a schema
// or the protocol fixes.
func harmless(key, s string) bool {
	switch strings.ToLower(key) {
	case "schemas", "resourcetype":
		return true
	}
	return false
}

// veil replaces letters by x and digits by 0.
func veil(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '0'
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsSymbol(r) && r > unicode.MaxLatin1:
			return 'x'
		}
		return r
	}, s)
}
