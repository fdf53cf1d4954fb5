package server

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Masked stands in the log where a credential was.
const Masked = "{{credential}}"

// minMasked is the length from which a secret is looked for; shorter ones would
// eat innocent words.
const minMasked = 4

// mask takes credentials out of exchanges, wherever they stand.
type mask struct {
	// secrets are looked for, the longest first.
	secrets []string
	// of are the secrets that it was made of.
	of []string
	// last is the header of the last request with each method. An identity provider
	// sends the same ones again and again, and the log holds them once.
	last map[string]masked
}

// masked is a header before and after.
type masked struct{ sent, shown http.Header }

// update is a mask of these secrets: itself where they are the same.
func (m *mask) update(secrets []string) *mask {
	if m != nil && slices.Equal(m.of, secrets) {
		return m
	}
	next := &mask{of: secrets, last: map[string]masked{}}
	for _, s := range secrets {
		if len(s) >= minMasked && !slices.Contains(next.secrets, s) {
			next.secrets = append(next.secrets, s)
		}
	}
	slices.SortFunc(next.secrets, func(a, b string) int { return len(b) - len(a) })
	return next
}

// exchange takes credentials out of all that an exchange says.
func (m *mask) exchange(x *scim.Exchange) {
	x.Request.Header, x.Request.Body = m.requestHeader(x.Request), m.body(x.Request.Body)
	x.Request.Path, x.Request.RawQuery, x.Error = m.text(x.Request.Path), m.text(x.Request.RawQuery), m.text(x.Error)
	if r := x.Response; r != nil {
		r.Header, r.Body = m.header(r.Header), m.body(r.Body)
	}
}

func (m *mask) requestHeader(r scim.Request) http.Header {
	last, ok := m.last[r.Method]
	if !ok || !maps.EqualFunc(last.sent, r.Header, slices.Equal) {
		last = masked{r.Header, m.header(r.Header)}
		m.last[r.Method] = last
	}
	return last.shown
}

func (m *mask) text(s string) string {
	for _, secret := range m.secrets {
		s = strings.ReplaceAll(s, secret, Masked)
	}
	return s
}

func (m *mask) body(b scim.Body) scim.Body {
	for _, secret := range m.secrets {
		if bytes.Contains(b, []byte(secret)) {
			return scim.Body(m.text(string(b)))
		}
	}
	return b
}

// header is copied where it changes, and only there: others may have it.
func (m *mask) header(h http.Header) http.Header {
	out, copied := h, false
	for k, vs := range h {
		for i, v := range vs {
			now := v
			if strings.EqualFold(k, "Authorization") {
				now = credentials(v)
			}
			if now = m.text(now); now == v {
				continue
			}
			if !copied {
				out, copied = maps.Clone(h), true
			}
			out[k] = slices.Clone(out[k])
			out[k][i] = now
		}
	}
	return out
}

// credentials is the value of an Authorization header, with its scheme alone.
func credentials(v string) string {
	scheme, rest, two := strings.Cut(v, " ")
	switch {
	case two && rest != "":
		return scheme + " " + Masked
	case v != "":
		return Masked
	}
	return v
}
