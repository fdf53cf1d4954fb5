package rewrite

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unit is a character and how it is spelled.
type unit struct {
	r   rune
	raw string
}

func plainOf(units []unit) string {
	var b strings.Builder
	for _, u := range units {
		b.WriteRune(u.r)
	}
	return b.String()
}

// respell spells a new text as the old one is spelled: what both begin and end
// with stays, a character that the old one has keeps its spelling, and others
// are spelled by spell.
func respell(old []unit, text string, spell func(rune) string) string {
	now := []rune(text)
	head := 0
	for head < len(old) && head < len(now) && old[head].r == now[head] {
		head++
	}
	end := 0
	for end < len(old)-head && end < len(now)-head && old[len(old)-1-end].r == now[len(now)-1-end] {
		end++
	}
	known := map[rune]string{}
	var b strings.Builder
	for i, u := range old {
		if _, ok := known[u.r]; !ok && u.r != utf8.RuneError {
			known[u.r] = u.raw
		}
		if i < head {
			b.WriteString(u.raw)
		}
	}
	changed := now[head : len(now)-end]
	kept := common(old[head:len(old)-end], changed)
	for i, r := range changed {
		if kept != nil && kept[i] != "" {
			b.WriteString(kept[i])
		} else if raw, ok := known[r]; ok {
			b.WriteString(raw)
		} else {
			b.WriteString(spell(r))
		}
	}
	for _, u := range old[len(old)-end:] {
		b.WriteString(u.raw)
	}
	return b.String()
}

// maxCommon bounds the work of common: the product of two lengths.
const maxCommon = 1 << 20

// common gives, for each character of a text, the spelling of the one in the old
// text that it still is, or "": by the longest common subsequence, since the
// values of a filter change one by one. It is nil for long texts.
func common(old []unit, now []rune) []string {
	n, m := len(old), len(now)
	if n == 0 || m == 0 || n*m > maxCommon {
		return nil
	}
	length := make([]uint16, (n+1)*(m+1))
	at := func(i, j int) int { return i*(m+1) + j }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if old[i].r == now[j] {
				length[at(i, j)] = length[at(i+1, j+1)] + 1
			} else {
				length[at(i, j)] = max(length[at(i+1, j)], length[at(i, j+1)])
			}
		}
	}
	out := make([]string, m)
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case old[i].r == now[j]:
			out[j] = old[i].raw
			i, j = i+1, j+1
		case length[at(i+1, j)] >= length[at(i, j+1)]:
			i++
		default:
			j++
		}
	}
	return out
}

// inURL changes a part of a URL.
func inURL(raw string, query bool, f func(string) string) string {
	units := urlUnits(raw, query)
	plain := plainOf(units)
	changed := f(plain)
	if changed == plain {
		return raw
	}
	return respell(units, changed, func(r rune) string {
		return strings.ReplaceAll(url.QueryEscape(string(r)), "+", "%20")
	})
}

func urlUnits(raw string, query bool) []unit {
	var out []unit
	for i := 0; i < len(raw); {
		// The bytes of one character, each literal or escaped.
		var b []byte
		start := i
		for i < len(raw) && len(b) < utf8.UTFMax {
			c, n := raw[i], 1
			if c == '%' && i+2 < len(raw) {
				if v, err := strconv.ParseUint(raw[i+1:i+3], 16, 8); err == nil {
					c, n = byte(v), 3
				}
			} else if c == '+' && query {
				c = ' '
			}
			if len(b) > 0 && utf8.RuneStart(c) {
				break
			}
			b = append(b, c)
			i += n
			if utf8.FullRune(b) {
				break
			}
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size <= 1 {
			r = utf8.RuneError
		}
		out = append(out, unit{r, raw[start:i]})
	}
	return out
}

// inString changes a JSON string, which is given with its quotes.
func inString(raw string, f func(string) string) string {
	if len(raw) < 2 {
		return raw
	}
	units, escapes := stringUnits(raw[1 : len(raw)-1])
	plain := plainOf(units)
	changed := f(plain)
	if changed == plain {
		return raw
	}
	return `"` + respell(units, changed, func(r rune) string { return stringSpelling(r, escapes) }) + `"`
}

func stringSpelling(r rune, escapes bool) string {
	if escapes && r > 0x7e {
		if a, b := utf16.EncodeRune(r); a != utf8.RuneError {
			return fmt.Sprintf(`\u%04x\u%04x`, a, b)
		}
		return fmt.Sprintf(`\u%04x`, r)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(string(r)) // a string is always JSON
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// stringUnits takes the inside of a JSON string apart. escapes says that it
// escapes characters beyond ASCII.
func stringUnits(raw string) (out []unit, escapes bool) {
	for i := 0; i < len(raw); {
		if raw[i] != '\\' || i+1 >= len(raw) {
			r, n := utf8.DecodeRuneInString(raw[i:])
			out = append(out, unit{r, raw[i : i+n]})
			i += n
			continue
		}
		n := 2
		r := rune(raw[i+1])
		switch raw[i+1] {
		case 'b':
			r = '\b'
		case 'f':
			r = '\f'
		case 'n':
			r = '\n'
		case 'r':
			r = '\r'
		case 't':
			r = '\t'
		case 'u':
			if r, n = hex4(raw[i:]); utf16.IsSurrogate(r) {
				if low, m := hex4(raw[i+n:]); m > 0 {
					if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
						r, n = both, n+m
					}
				}
			}
			escapes = escapes || r > 0x7e
		}
		n = min(max(n, 1), len(raw)-i)
		out = append(out, unit{r, raw[i : i+n]})
		i += n
	}
	return out, escapes
}

// hex4 reads \uXXXX at the beginning of s; n is 0 when there is none.
func hex4(s string) (r rune, n int) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return utf8.RuneError, 0
	}
	v, err := strconv.ParseUint(s[2:6], 16, 32)
	if err != nil {
		return utf8.RuneError, 0
	}
	return rune(v), 6
}
