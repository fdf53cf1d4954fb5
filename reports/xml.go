package reports

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ansi matches terminal control sequences, which a server may put into texts.
var ansi = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]`)

// escapeXML writes text as character data. What XML 1.0 forbids becomes
// visible; line feeds stay, since people read the file.
func escapeXML(s string) string {
	s = ansi.ReplaceAllString(s, "")
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\r':
			b.WriteString("&#xD;")
		case r == utf8.RuneError && s[i] != 0xEF:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' || r == '\t', r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\x%02x`, r)
		}
	}
	return b.String()
}

// attr is text for an attribute: one line without blanks at its ends.
func attr(s string) string {
	return escapeXML(strings.TrimSpace(strings.Join(strings.Fields(s), " ")))
}

// cut shortens text to n bytes and says how much is missing.
func cut(s string, n int, where string) string {
	if len(s) <= n {
		return s
	}
	at := n
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	return fmt.Sprintf("%s\n... %d more bytes %s", s[:at], len(s)-at, where)
}
