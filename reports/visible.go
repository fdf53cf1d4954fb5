package reports

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ansi matches the control sequences of terminals, which a server may put
// into its answers: CSI (colours, cursor) and OSC (titles, links).
var ansi = regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)`)

// visible takes terminal sequences out of a text and writes everything else
// that cannot be seen, or that no XML file may hold, as an escape: control
// characters, bytes that are not UTF-8, and what turns the direction of text.
// Line feeds, tabs and carriage returns stay.
func visible(s string) string {
	s = ansi.ReplaceAllString(s, "")
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r) || r == utf8.RuneError:
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

// hidden reports whether visible has to look at the rune.
func hidden(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0, r == utf8.RuneError, r == 0xfffe, r == 0xffff:
		return true
	case r == 0x61c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
		return true
	}
	return false
}

// oneLine is a text in one line: visible, and every run of white space is one
// blank.
func oneLine(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// shorten cuts a text to at most n bytes, and says how many are missing.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	// The note is shorter than this for any length of text.
	at := n - len("\n... 9223372036854775807 more bytes in report.json")
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	return fmt.Sprintf("%s\n... %d more bytes in report.json", s[:at], len(s)-at)
}
