package proxy

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/internal/redact"
	"github.com/scimtest/scimtest/internal/rewrite"
	"github.com/scimtest/scimtest/scim"
)

// secrets puts typed markers in the place of secrets: {{token-1}}. The same
// secret has the same marker. It is used by one goroutine.
type secrets struct {
	markers  map[string]string // by the secret
	count    map[string]int    // by kind
	everyone redact.Markers
	replacer *redact.Replacer
	values   []string
}

func newSecrets() *secrets {
	return &secrets{markers: map[string]string{}, count: map[string]int{}, everyone: redact.Markers{}}
}

// minSecret is the length from which a secret is also looked for in other text;
// shorter ones would eat innocent words.
const minSecret = 6

// marker is what stands for a secret.
func (s *secrets) marker(kind, value string) string {
	if value == "" || strings.HasPrefix(value, "{{") && strings.HasSuffix(value, "}}") {
		return value
	}
	m, ok := s.markers[value]
	if !ok {
		s.count[kind]++
		m = fmt.Sprintf("{{%s-%d}}", kind, s.count[kind])
		s.markers[value] = m
		if len(value) >= minSecret {
			s.values = append(s.values, value)
			s.everyone.Add(value, m)
			for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
				if form := enc.EncodeToString([]byte(value)); s.everyone[form] == "" {
					s.everyone[form] = m
				}
			}
			s.replacer = nil
		}
	}
	return m
}

// exchange returns a copy without secrets.
func (s *secrets) exchange(x *scim.Exchange) *scim.Exchange {
	c := rewrite.Exchange(x, s.value)
	c.Request.Path = s.text(c.Request.Path)
	c.Request.RawQuery = s.text(c.Request.RawQuery)
	c.Request.Body = s.body(c.Request.Body)
	c.Request.Header = s.headers(c.Request.Header)
	c.Error = s.text(c.Error)
	if c.Response != nil {
		c.Response.Body = s.body(c.Response.Body)
		c.Response.Header = s.headers(c.Response.Header)
	}
	return c
}

// secretParameters are parameters of queries, and secretAttributes attributes,
// whose values are secrets.
var (
	secretParameters = []string{"access_token", "token", "api_key", "apikey", "key", "secret", "password", "client_secret", "sig", "signature", "code"}
	secretAttributes = []string{"password", "currentpassword", "newpassword", "clientsecret", "client_secret", "secret", "apikey", "api_key", "accesstoken", "access_token", "refresh_token"}
)

// value puts a marker in the place of a value that is a secret by its place.
func (s *secrets) value(p rewrite.Place, v string) string {
	switch p.Kind {
	case rewrite.Header:
		return s.header(p.Key, v)
	case rewrite.Query:
		if slices.Contains(secretParameters, p.Key) {
			return s.marker("secret", v)
		}
	case rewrite.JSON, rewrite.Filter:
		if strings.Contains(p.Key, "password") {
			return s.marker("password", v)
		}
		if slices.Contains(secretAttributes, p.Key) {
			return s.marker("secret", v)
		}
	}
	return v
}

func (s *secrets) header(name, v string) string {
	switch {
	case name == "authorization", name == "proxy-authorization":
		scheme, credential, ok := strings.Cut(v, " ")
		if !ok {
			return s.marker("token", v)
		}
		if b, err := base64.StdEncoding.DecodeString(credential); err == nil && strings.EqualFold(scheme, "Basic") {
			if _, password, ok := strings.Cut(string(b), ":"); ok {
				s.marker("token", password)
				m := s.markers[password]
				s.everyone.Add(credential, m)
				s.replacer = nil
				return scheme + " " + m
			}
		}
		return scheme + " " + s.marker("token", credential)
	case name == "www-authenticate":
		return v
	case redact.SecretHeader(name):
		if name == "cookie" || name == "set-cookie" {
			return s.marker("cookie", v)
		}
		return s.marker("secret", v)
	}
	return v
}

func (s *secrets) headers(h http.Header) http.Header {
	for k, values := range h {
		for i, v := range values {
			h[k][i] = s.text(v)
		}
	}
	return h
}

func (s *secrets) body(b scim.Body) scim.Body {
	if len(b) == 0 {
		return b
	}
	return scim.Body(s.text(string(b)))
}

// text puts markers into a text.
func (s *secrets) text(t string) string {
	if len(s.everyone) == 0 || t == "" {
		return t
	}
	if s.replacer == nil {
		s.replacer = s.everyone.Replacer()
	}
	return s.replacer.Replace(t)
}
