package engine

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed remedies.tsv
var remedyTable string

// RemedyRow is what the protocol sheets know to do about a cause.
type RemedyRow struct {
	// Dialects are those that it is for.
	Dialects []string
	// Causes are patterns of Cause.Text, or of how its first finding is worded:
	// "PATCH /Users/{id}: ... cannot deactivate". A star stands for any text.
	Causes []string
	// InIdP is set in the identity provider; else the target is mended.
	InIdP bool
	// With is the dialect that is spoken once it is set. It is no help where
	// the target would break that one as well.
	With string
	// Fault is a fault of the reference service provider that shows the cause.
	Fault string
	Remedy
}

// remedyColumns are the columns of remedies.tsv.
const remedyColumns = 10

// Remedies lists all rows of remedies.tsv.
func Remedies() []RemedyRow { return remedies() }

var remedies = sync.OnceValue(func() []RemedyRow {
	var out []RemedyRow
	for i, line := range strings.Split(strings.TrimRight(remedyTable, "\n"), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 || len(f) != remedyColumns {
			continue
		}
		out = append(out, RemedyRow{
			Dialects: strings.Fields(f[0]), Causes: strings.Split(f[1], "|"), InIdP: f[2] == "idp", With: f[7], Fault: f[9],
			Remedy: Remedy{Do: f[3], Value: f[4], Menu: f[5], SideEffect: f[6], Source: f[8]},
		})
	}
	return out
})

// fits reports whether the row is about a cause of a dialect's verdict, which is
// worded in several ways.
func (r RemedyRow) fits(dialect string, words ...string) bool {
	return slices.Contains(r.Dialects, dialect) && slices.ContainsFunc(r.Causes, func(p string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return like(p, w) })
	})
}

// like reports whether a text has the form of a pattern, in which a star stands
// for any text.
func like(pattern, text string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	for i := range len(text) + 1 {
		if like(rest, text[i:]) {
			return true
		}
	}
	return false
}

// remedy adds to the causes of verdicts what the sheets know to do. What is
// known of the target in general comes instead of the finding; a setting that
// changes the dialect only where that one does not break.
func remedy(all []Verdict) {
	breaks := func(dialect string) bool {
		return slices.ContainsFunc(all, func(v Verdict) bool { return v.Dialect == dialect && v.Readiness == WouldBreak })
	}
	for i := range all {
		for j := range all[i].Causes {
			c := &all[i].Causes[j]
			words := []string{strings.TrimSuffix(c.Text, c.assumed)}
			for _, r := range c.OnServer {
				words = append(words, r.Do)
			}
			var known []Remedy
			for _, row := range remedies() {
				switch {
				case !row.fits(all[i].Dialect, words...):
				case !row.InIdP:
					known = append(known, row.Remedy)
				case row.With == "" || !breaks(row.With):
					c.InIdP = append(c.InIdP, row.Remedy)
				}
			}
			if known != nil {
				c.OnServer = known
			}
		}
	}
}
