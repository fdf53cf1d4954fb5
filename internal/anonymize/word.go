package anonymize

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
)

// tries bounds the search for a word that is not taken.
const tries = 1000

// word replaces a word. Words that differ in letter case alone become words that
// differ so.
func (a *Anonymizer) word(word string) string {
	low := strings.ToLower(word)
	if len([]rune(low)) != len([]rune(word)) {
		low = word // a letter that has no other case of one letter
	}
	other, ok := a.words[low]
	if !ok {
		other = a.draw(low)
		a.words[low], a.used[other] = other, true
	}
	return inCaseOf(word, low, other)
}

// draw makes a word of the same shape that is not taken.
func (a *Anonymizer) draw(low string) string {
	rng := rand.New(rand.NewPCG(1, uint64(len(a.words))))
	for range tries {
		if other := reshape(low, rng); !a.used[other] && other != low {
			return other
		}
	}
	// Short words run out: a longer one is better than two people in one.
	for other := reshape(low, rng); ; other += reshape("a", rng) {
		if !a.used[other] && other != low {
			return other
		}
	}
}

// reshape draws for each letter another one of its script and case, and for each
// digit another one. Marks stay.
func reshape(s string, rng *rand.Rand) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			d := rng.IntN(10)
			if i == 0 && r != '0' {
				d = 1 + rng.IntN(9)
			}
			if r == '0' && i == 0 {
				d = 0
			}
			b.WriteByte(byte('0' + d))
		case r >= 'a' && r <= 'z':
			b.WriteByte(byte('a' + rng.IntN(26)))
		case unicode.IsLetter(r):
			all := neighbours(r)
			b.WriteRune(all[rng.IntN(len(all))])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// neighbours are the letters around one that have its script and case. One that
// changes oddly with its case, such as the German ß or the Turkish dotless i,
// has none but itself: bugs hang on it.
func neighbours(r rune) []rune {
	const around = 32
	script := scriptOf(r)
	odd := !sameBack(r)
	var out []rune
	for c := r &^ (around - 1); c < r&^(around-1)+around; c++ {
		if unicode.IsLetter(c) && sameBack(c) && script != nil && unicode.Is(script, c) && sameCase(c, r) && !odd {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return []rune{r}
	}
	return out
}

func scriptOf(r rune) *unicode.RangeTable {
	for _, name := range []string{"Latin", "Cyrillic", "Greek", "Han", "Hiragana", "Katakana", "Hangul", "Arabic", "Hebrew", "Thai", "Devanagari"} {
		if unicode.Is(unicode.Scripts[name], r) {
			return unicode.Scripts[name]
		}
	}
	for _, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return table
		}
	}
	return nil
}

func sameBack(r rune) bool {
	if !unicode.IsUpper(r) && !unicode.IsLower(r) {
		return true
	}
	upper, lower := unicode.ToUpper(r), unicode.ToLower(r)
	return upper != lower && unicode.ToLower(upper) == lower && unicode.ToUpper(lower) == upper && (r == upper || r == lower)
}

func sameCase(a, b rune) bool {
	return unicode.IsUpper(a) == unicode.IsUpper(b) && unicode.IsLower(a) == unicode.IsLower(b)
}

// inCaseOf gives a word the letter case of another one.
func inCaseOf(word, low, other string) string {
	if word == low {
		return other
	}
	from, to := []rune(word), []rune(other)
	for i := range to {
		if i < len(from) && unicode.IsUpper(from[i]) {
			to[i] = unicode.ToUpper(to[i])
		}
	}
	return string(to)
}

// hex replaces a UUID by one of the same version.
func (a *Anonymizer) hex(token string) string {
	low := strings.ToLower(token)
	other, ok := a.hexes[low]
	if !ok {
		rng := rand.New(rand.NewPCG(2, uint64(len(a.hexes))))
		b := []byte(low)
		for i, c := range b {
			version, variant := 12, 16
			if len(b) == 36 {
				version, variant = 14, 19
			}
			if c != '-' && i != version && i != variant {
				b[i] = "0123456789abcdef"[rng.IntN(16)]
			}
		}
		other = string(b)
		a.hexes[low] = other
	}
	if token == strings.ToUpper(token) && token != low {
		return strings.ToUpper(other)
	}
	return other
}

// domain replaces a domain by one that nobody can have (RFC 2606), with as many
// labels. One that nobody can have stays.
func (a *Anonymizer) domain(host string) string {
	host, port, numbered := strings.Cut(host, ":")
	if numbered {
		return a.domain(host) + ":" + port
	}
	low := strings.ToLower(host)
	if reserved(low) {
		return host
	}
	labels := strings.Split(host, ".")
	for i, l := range labels[:len(labels)-1] {
		labels[i] = a.each(l)
	}
	if len(labels) > 1 {
		labels[len(labels)-1] = inCaseOf(labels[len(labels)-1], strings.ToLower(labels[len(labels)-1]), "example")
		return strings.Join(labels, ".")
	}
	return a.each(host)
}

func reserved(host string) bool {
	for _, suffix := range []string{"example", "test", "invalid", "localhost", "example.com", "example.org", "example.net"} {
		if host == suffix || strings.HasSuffix(host, "."+suffix) {
			return true
		}
	}
	return host == "127.0.0.1"
}

// phone replaces the digits of a telephone number; the last seven are of a range
// that is never assigned (555-01xx) where there are as many.
func (a *Anonymizer) phone(v string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, v)
	if len(digits) < 7 {
		return a.value(v)
	}
	other, ok := a.phones[digits]
	if !ok {
		other = fmt.Sprintf("%s55501%02d", digits[:len(digits)-7], len(a.phones)%100)
		if len(digits) > 8 {
			// What leads the number may tell where somebody lives; the country stays.
			rng := rand.New(rand.NewPCG(3, uint64(len(a.phones))))
			b := []byte(other)
			for i := 1; i < len(b)-7; i++ {
				b[i] = byte('2' + rng.IntN(8))
			}
			other = string(b)
		}
		a.phones[digits] = other
	}
	n := 0
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			n++
			return rune(other[n-1])
		}
		return r
	}, v)
}
