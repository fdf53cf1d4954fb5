package engine

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scimtest/scimtest/internal/redact"
	"github.com/scimtest/scimtest/scim"
)

// maxKeptBody is how much of a body a result keeps.
const maxKeptBody = 64 << 10

type secret struct{ kind, value string }

// redactor takes secrets and other people's data out of what a result shows.
// It works once, when a result is made: judging has seen the raw exchange.
type redactor struct {
	discovered *Discovered
	replacer   *redact.Replacer
	// others, when set, knows the secrets of all checks: a list may hold
	// what another check has made.
	others *redact.Replacer
}

// newRedactor knows the run's secrets and those of one check. A secret becomes
// a typed marker, numbered in the order in which the check made it.
func newRedactor(d *Discovered, run, own []secret) *redactor {
	m := redact.Markers{}
	for _, s := range run {
		m.Add(s.value, "{{"+s.kind+"}}")
	}
	count := map[string]int{}
	for _, s := range own {
		if m[s.value] == "" {
			count[s.kind]++
			m.Add(s.value, fmt.Sprintf("{{%s-%d}}", s.kind, count[s.kind]))
		}
	}
	return &redactor{discovered: d, replacer: m.Replacer()}
}

// secretsOf replaces the secrets of all checks.
func secretsOf(all []decided) *redact.Replacer {
	m := redact.Markers{}
	for i := range all {
		for _, s := range all[i].secrets {
			m.Add(s.value, "{{"+s.kind+"}}")
		}
	}
	return m.Replacer()
}

// text returns a text without secrets. What is not UTF-8 becomes visible: a
// report is JSON, which can hold no such bytes.
func (r *redactor) text(s string) string { return validText(r.replace(s)) }

// replace puts markers in the place of secrets.
func (r *redactor) replace(s string) string {
	s = r.replacer.Replace(s)
	if r.others != nil {
		s = r.others.Replace(s)
	}
	return s
}

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
		s = r.replace(s)
		if masked != nil {
			s = masked.Replace(s)
		}
		return validText(s)
	}
	f.Message, f.Where, f.Want, f.Got = clean(f.Message), clean(f.Where), clean(f.Want), clean(f.Got)
	f.AdminSees = clean(f.AdminSees)
	return f
}

// exchange returns a copy that may be shown, and a replacer for other
// people's values that it held (nil when there were none).
func (r *redactor) exchange(x *scim.Exchange) (*scim.Exchange, *strings.Replacer) {
	c := *x
	c.Request.Header = r.header(x.Request.Header)
	c.Request.RawQuery = r.text(x.Request.RawQuery)
	c.Request.Path = r.text(x.Request.Path)
	c.Request.Body, c.Request.Truncated = kept(r.body(x.Request.Body))
	c.Error = r.text(x.Error)
	c.Started = x.Started.UTC() // without the monotonic clock, which no file holds
	if x.Response == nil {
		return &c, nil
	}
	resp := *x.Response
	resp.Header = r.header(x.Response.Header)
	body, foreign := r.mask(x)
	var cut bool
	resp.Body, cut = kept(r.body(body))
	resp.Truncated = resp.Truncated || cut
	c.Response = &resp
	if len(foreign) == 0 {
		return &c, nil
	}
	slices.Sort(foreign)
	var pairs []string
	for _, v := range slices.Compact(foreign) {
		pairs = append(pairs, v, veil(v))
	}
	return &c, strings.NewReplacer(pairs...)
}

// kept is as much of a body as a result keeps.
func kept(b scim.Body) (beginning scim.Body, truncated bool) {
	n := maxKeptBody
	if len(b) <= n {
		return b, false
	}
	for n > maxKeptBody-utf8.UTFMax && !utf8.RuneStart(b[n]) {
		n-- // half a character would make the body binary
	}
	return b[:n:n], true
}

func (r *redactor) body(b scim.Body) scim.Body {
	if len(b) == 0 {
		return b
	}
	text := string(b)
	if shown := r.replace(text); shown != text {
		return scim.Body(shown)
	}
	return b
}

func (r *redactor) header(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	out := make(http.Header, len(h))
	for k, values := range h {
		for _, v := range values {
			switch {
			case k == "Authorization", k == "Proxy-Authorization":
				v = r.credential(v)
			case redact.SecretHeader(k):
				v = credentialMarker
			default:
				v = r.text(v)
			}
			out[k] = append(out[k], v)
		}
	}
	return out
}

// credentialMarker stands for a credential of the run whose client is not
// known, or is its own.
const credentialMarker = "{{credential}}"

// credential returns what may be shown of an Authorization value: its scheme,
// and a marker. A secret that a check made itself, such as a wrong token, has
// a marker of its own.
func (r *redactor) credential(v string) string {
	scheme, secret, ok := strings.Cut(v, " ")
	if rest, whole := strings.CutPrefix(r.text(v), "{{credential"); whole {
		end, _, _ := strings.Cut(rest, "}}")
		return "{{credential" + end + "}}"
	}
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
