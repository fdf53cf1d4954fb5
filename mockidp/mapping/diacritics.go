package mapping

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ligatures are the letters of NormalizeDiacritics that do not decompose.
var ligatures = strings.NewReplacer(
	"æ", "ae", "Æ", "AE", "œ", "oe", "Œ", "OE", "ø", "oe", "Ø", "OE", "ß", "ss", "ı", "i", "ł", "l", "Ł", "L",
)

// normalizeDiacritics takes the marks off letters, by the table of Microsoft's
// reference: "ä" is "a", and "ø" is "oe".
func normalizeDiacritics(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return ligatures.Replace(norm.NFC.String(b.String()))
}
