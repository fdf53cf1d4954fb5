// Package har words exchanges for other tools, as curl command lines and as HAR
// 1.2 (HTTP Archive), and reads HAR, that of browsers too.
package har

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scimtest/scimtest/scim"
)

// Curl is a command line for a POSIX shell that sends the request again. The
// credential is not in it: it is taken from the environment variable
// SCIMTEST_TOKEN, or that of another client of the run. A body that is too long
// for a command line is to be put into the file BODY.
func Curl(baseURL string, x scim.Exchange) string {
	r := x.Request
	base, baseQuery, _ := strings.Cut(baseURL, "?")
	url := strings.TrimRight(base, "/") + encode(r.Path)
	if query := strings.Trim(baseQuery+"&"+r.RawQuery, "&"); query != "" {
		url += "?" + encode(query)
	}
	parts := []string{"curl -sS"}
	switch r.Method {
	case http.MethodGet:
		if len(r.Body) > 0 {
			parts = append(parts, "-X GET")
		}
	case http.MethodHead:
		parts = append(parts, "--head")
	default:
		parts = append(parts, "-X "+Quote(r.Method))
	}
	if hasDots(r.Path) {
		parts = append(parts, "--path-as-is")
	}
	parts = append(parts, Quote(url))
	parts = append(parts, headers(r)...)
	switch body := string(r.Body); {
	case body == "":
	case r.Truncated || len(body) > maxBody:
		// No shell takes as much in a word: the body goes into a file.
		parts = append(parts, "--data-binary @BODY")
	case !printable(body):
		// A terminal would act on such bytes, and no word can hold a NUL.
		return "printf %b " + Quote(octal(body)) + " | " + strings.Join(append(parts, "--data-binary @-"), " ")
	default:
		parts = append(parts, "--data-raw "+Quote(body))
	}
	return strings.Join(parts, " ")
}

// maxBody is the length of the longest body, in bytes, that stands in a command
// line.
const maxBody = 16 << 10

// headers words the header of a request, and takes away what curl would add.
func headers(r scim.Request) (parts []string) {
	for _, k := range slices.Sorted(maps.Keys(r.Header)) {
		switch k {
		case "User-Agent", "X-Request-Id", "Accept-Encoding", "Connection", "Content-Length":
			continue
		}
		for _, v := range r.Header[k] {
			if k == "Authorization" {
				parts = append(parts, credential(v))
			} else {
				parts = append(parts, "-H "+Quote(strings.TrimSpace(k+": "+v)))
			}
		}
	}
	if r.Header["Accept"] == nil {
		parts = append(parts, "-H Accept:")
	}
	if len(r.Body) > 0 && r.Header["Content-Type"] == nil {
		parts = append(parts, "-H Content-Type:")
	}
	return parts
}

// credential words an Authorization value, in which a marker stands for the
// secret. Only those of the run are in variables: for basic credentials it
// is the password, and for a scheme of the user's own it is the whole value.
func credential(v string) string {
	scheme, secret, _ := strings.Cut(v, " ")
	variable := variableOf(v)
	switch {
	case variable == "":
		return "-H " + Quote("Authorization: "+v)
	case strings.EqualFold(scheme, "Basic"):
		return `-u "USER:$` + variable + `"`
	case strings.EqualFold(scheme, "Bearer") && secret != "":
		return `-H "Authorization: ` + scheme + ` $` + variable + `"`
	}
	return `-H "Authorization: $` + variable + `"`
}

// variableOf is the environment variable of the credential that a marker at the
// end of a value stands for; empty when it stands for none.
func variableOf(v string) string {
	switch {
	case strings.HasSuffix(v, "{{credential}}"):
		return "SCIMTEST_TOKEN"
	case strings.HasSuffix(v, "{{credential-2}}"):
		return "SCIMTEST_TOKEN_2"
	case strings.HasSuffix(v, "{{credential-read}}"):
		return "SCIMTEST_TOKEN_READ"
	}
	return ""
}

// encode escapes what curl refuses in a URL or takes for a pattern; the
// meaning stays the same.
func encode(s string) string {
	return strings.NewReplacer(`"`, "%22", " ", "%20", "[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D").Replace(s)
}

// hasDots reports whether a path has segments that curl would resolve.
func hasDots(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// printable reports whether a body is text that survives a terminal.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
	})
}

// octal writes a text for the format %b of printf.
func octal(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c < 0x20 || c > 0x7e:
			fmt.Fprintf(&b, `\0%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
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
