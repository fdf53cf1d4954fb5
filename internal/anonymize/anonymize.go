// Package anonymize replaces personal data in recorded traffic. The same word
// becomes the same word everywhere, and what bugs hang on is kept: letter case,
// length, script, blanks, "+", apostrophes and all other signs.
package anonymize

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/scimtest/scimtest/internal/rewrite"
	"github.com/scimtest/scimtest/scim"
)

// Anonymizer replaces personal data. What takes the place of a word depends on
// its shape and on how many came before it, and on nothing else: the same
// traffic gives the same recording, and no dictionary leads back. It is used by
// one goroutine.
type Anonymizer struct {
	words   map[string]string // by the word in lower case, in lower case
	used    map[string]bool
	hexes   map[string]string
	phones  map[string]string
	domains map[string]string
	// values are whole values that stand also where ids stand.
	values map[string]bool
}

// New makes an Anonymizer that has seen nothing yet.
func New() *Anonymizer {
	return &Anonymizer{
		words: map[string]string{}, used: map[string]bool{}, hexes: map[string]string{},
		phones: map[string]string{}, domains: map[string]string{}, values: map[string]bool{},
	}
}

// Exchange returns a copy without personal data.
func (a *Anonymizer) Exchange(x *scim.Exchange) *scim.Exchange {
	first, _, _ := strings.Cut(strings.Trim(x.Request.Path, "/"), "/")
	switch "/" + first {
	case scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint:
		return x // they speak of the service, not of people
	}
	failed := x.Status() >= 400
	// What an answer tells of somebody may stand in the path already.
	learn := func(p rewrite.Place, v string) string {
		if personal(p) && !kept(v) {
			a.learn(v)
		}
		return v
	}
	rewrite.Request(x.Request, learn)
	if !failed {
		rewrite.Response(x.Response, learn)
	}
	c := *x
	c.Request = rewrite.Request(x.Request, a.replace)
	if x.Response != nil {
		c.Response = rewrite.Response(x.Response, func(p rewrite.Place, v string) string {
			if failed && p.Kind == rewrite.JSON && p.Key != "schemas" && p.Key != "status" && p.Key != "scimtype" {
				return a.Text(v)
			}
			return a.replace(p, v)
		})
	}
	c.Error = a.Text(x.Error)
	return &c
}

// replace is what stands in the place of a value.
func (a *Anonymizer) replace(p rewrite.Place, v string) string {
	switch {
	case kept(v):
		return v
	case personal(p):
		if isPhone(p) {
			return a.phone(v)
		}
		return a.value(v)
	case p.Kind == rewrite.Header && technical.MatchString(p.Key):
		return v
	case p.Kind == rewrite.Text:
		return a.Text(v)
	case a.values[strings.ToLower(v)]:
		return a.value(v)
	case p.Key == "location", p.Key == "$ref", p.Key == "content-location":
		return rewrite.URL(v, func(segment string) string {
			if a.values[strings.ToLower(segment)] || strings.Contains(segment, "@") {
				return a.value(segment)
			}
			return segment // most ids are made of words that somebody may bear
		})
	case p.Kind == rewrite.Header, p.Kind == rewrite.Query, p.Key == "detail":
		return a.Text(v)
	}
	return v
}

// Value is what stands in the place of the value of an attribute, which may be
// one of SCIM or of a directory: userName, mobilePhone.
func (a *Anonymizer) Value(attribute, v string) string {
	return a.replace(rewrite.Place{Kind: rewrite.JSON, Key: strings.ToLower(attribute)}, v)
}

// learn remembers the words of a value, and the value.
func (a *Anonymizer) learn(v string) {
	a.value(v)
	a.values[strings.ToLower(v)] = true
}

// value replaces all of a value.
func (a *Anonymizer) value(v string) string {
	if scheme, rest, ok := strings.Cut(v, "://"); ok && !strings.ContainsAny(scheme, " @") {
		host, path, _ := strings.Cut(rest, "/")
		out := scheme + "://" + a.domain(host)
		if len(path) > 0 || strings.HasSuffix(rest, "/") {
			out += "/" + a.each(path)
		}
		return out
	}
	if at := strings.LastIndex(v, "@"); at >= 0 {
		domain := v[at+1:]
		end := strings.IndexFunc(domain, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '-'
		})
		if end < 0 {
			end = len(domain)
		}
		if end > 0 {
			return a.value(v[:at]) + "@" + a.domain(domain[:end]) + a.each(domain[end:])
		}
	}
	return a.each(v)
}

// each replaces the words of a text one by one.
func (a *Anonymizer) each(v string) string {
	var b strings.Builder
	last := 0
	for _, at := range tokenForm.FindAllStringIndex(v, -1) {
		b.WriteString(a.runs(v[last:at[0]]))
		b.WriteString(a.hex(v[at[0]:at[1]]))
		last = at[1]
	}
	b.WriteString(a.runs(v[last:]))
	return b.String()
}

// tokenForm is a UUID, with or without dashes.
var tokenForm = regexp.MustCompile(`\b(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})\b`)

// runs replaces runs of letters and runs of digits.
func (a *Anonymizer) runs(v string) string {
	var b strings.Builder
	eachRun(v, func(run string, word bool) {
		if word {
			run = a.word(run)
		}
		b.WriteString(run)
	})
	return b.String()
}

// eachRun takes a text apart: runs of letters with their marks, runs of digits,
// and what is between them.
func eachRun(v string, f func(run string, word bool)) {
	class := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r):
			return 1
		case unicode.IsDigit(r):
			return 2
		}
		return 0
	}
	start, now := 0, -1
	for i, r := range v {
		c := class(r)
		if c != now && now >= 0 {
			f(v[start:i], now > 0)
			start = i
		}
		now = c
	}
	if now >= 0 {
		f(v[start:], now > 0)
	}
}

// Text replaces in a text for people what is known to be personal.
func (a *Anonymizer) Text(s string) string {
	var b strings.Builder
	last := 0
	for _, at := range addressForm.FindAllStringIndex(s, -1) {
		b.WriteString(a.known(s[last:at[0]]))
		b.WriteString(a.value(s[at[0]:at[1]]))
		last = at[1]
	}
	b.WriteString(a.known(s[last:]))
	return b.String()
}

// addressForm is an e-mail address.
var addressForm = regexp.MustCompile(`[\pL\pM\pN._+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)

func (a *Anonymizer) known(s string) string {
	var b strings.Builder
	last := 0
	put := func(part string) {
		eachRun(part, func(run string, word bool) {
			low := strings.ToLower(run)
			if _, known := a.words[low]; word && known && !slices.Contains(protocol, low) && (len(low) >= minNumber || !allDigits(low)) {
				run = a.word(run)
			}
			b.WriteString(run)
		})
	}
	for _, at := range tokenForm.FindAllStringIndex(s, -1) {
		put(s[last:at[0]])
		token := s[at[0]:at[1]]
		if _, known := a.hexes[strings.ToLower(token)]; known {
			token = a.hex(token)
		}
		b.WriteString(token)
		last = at[1]
	}
	put(s[last:])
	return b.String()
}

// technical are the headers in which nobody is named.
var technical = regexp.MustCompile(`^(?:user-agent|accept.*|content-(?:type|length|encoding)|adscimversion|date|etag|if-.*|connection|host|server|vary|cache-control|retry-after)$`)

// minNumber is the length from which a number in a text is taken for one of
// somebody; shorter ones are counts and statuses.
const minNumber = 4

func allDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

// protocol are words that stay in texts although somebody may be called so: a
// message without them says nothing.
var protocol = []string{
	"a", "an", "and", "are", "as", "at", "already", "attribute", "be", "by", "display", "email", "emails", "error", "exists", "external", "filter",
	"found", "group", "groups", "has", "home", "http", "https", "id", "in", "invalid", "is", "it", "member", "members", "name", "no", "not", "of", "on",
	"operation", "or", "org", "patch", "path", "request", "required", "resource", "s", "schema", "scim", "that", "the", "this", "to", "type",
	"unique", "unknown", "urn", "user", "users", "v1", "v2", "value", "version", "with", "work",
}
