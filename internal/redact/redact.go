// Package redact puts markers in the place of secrets.
package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// SecretHeader reports whether the value of a header is a credential by the
// header's name, whoever made it.
func SecretHeader(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"cookie", "api-key", "apikey", "access-key", "subscription-key", "token", "secret", "password"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// Markers says by what to replace what.
type Markers map[string]string

// Add puts a marker in the place of a value, in all its forms. The first marker
// of a form stays.
func (m Markers) Add(value, marker string) {
	for _, form := range Forms(value) {
		if form != "" && m[form] == "" {
			m[form] = marker
		}
	}
}

// Forms lists how a value may be written: plain, in JSON, in a URL, in a
// basic credential.
func Forms(value string) []string {
	quoted, _ := json.Marshal(value)
	inner := strings.Trim(string(quoted), `"`)
	return []string{
		value, inner, strings.ReplaceAll(inner, "/", `\/`), url.QueryEscape(value), url.PathEscape(value), strings.ReplaceAll(url.QueryEscape(value), "+", "%20"),
		base64.StdEncoding.EncodeToString([]byte(value)),
	}
}
