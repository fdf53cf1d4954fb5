// Package har words exchanges for other tools: as curl command lines.
package har

import (
	"sort"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Curl is a command line that sends the request again. The credential is not
// in it: it is taken from the environment variable SCIMTEST_TOKEN.
func Curl(baseURL string, x scim.Exchange) string {
	r := x.Request
	url, baseQuery, _ := strings.Cut(baseURL, "?")
	url = strings.TrimRight(url, "/") + r.Path
	query := strings.Trim(baseQuery+"&"+r.RawQuery, "&")
	if query != "" {
		// curl refuses what is not encoded; the meaning stays the same.
		url += "?" + strings.NewReplacer(`"`, "%22", " ", "%20", "[", "%5B", "]", "%5D").Replace(query)
	}
	parts := []string{"curl -sS"}
	if r.Method != "GET" {
		parts = append(parts, "-X "+r.Method)
	}
	parts = append(parts, Quote(url))
	var keys []string
	for k := range r.Header {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		switch k {
		case "User-Agent", "X-Request-Id", "Accept-Encoding", "Connection", "Content-Length":
			continue
		}
		for _, v := range r.Header[k] {
			if k != "Authorization" {
				parts = append(parts, "-H "+Quote(k+": "+v))
				continue
			}
			if scheme, _, ok := strings.Cut(v, " "); ok {
				parts = append(parts, `-H "Authorization: `+scheme+` $SCIMTEST_TOKEN"`)
			} else {
				parts = append(parts, `-H "Authorization: $SCIMTEST_TOKEN"`)
			}
		}
	}
	if len(r.Body) > 0 {
		parts = append(parts, "--data-binary "+Quote(string(r.Body)))
	}
	return strings.Join(parts, " ")
}

// Quote quotes a word for a POSIX shell.
func Quote(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./:%=@,+", r)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
