package redact

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// Replacer puts markers in the place of values. A run shows thousands of texts
// and has thousands of secrets, and few of the texts hold one: it looks for
// parts of values in steps as long as the shortest value allows, and replaces
// only where there is one. It is safe for use by many goroutines.
type Replacer struct {
	all *strings.Replacer
	// parts are the parts of values that one of the steps meets, and maybe has
	// bits for them, by their hash: most of a text is told apart by those.
	parts map[uint32]bool
	maybe []uint64
	shift int
	// step is how far apart the looks are, in bytes; 0 where there is nothing
	// to look for, and below 0 where a value is too short.
	step int
}

// part is how many bytes are looked at, and maxStep the longest step: longer
// ones need more parts.
const (
	part    = 4
	maxStep = 8
)

// Replacer tries the longest first: a secret may be the beginning of another.
func (m Markers) Replacer() *Replacer {
	values := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	r := &Replacer{parts: map[uint32]bool{}}
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, v, m[v])
		if r.step = min(len(v)-part+1, maxStep); r.step <= 0 {
			r.step = -1
		}
	}
	r.all = strings.NewReplacer(pairs...)
	if r.step <= 0 {
		return r
	}
	for _, v := range values {
		for i := range r.step {
			r.parts[partAt(v, i)] = true
		}
	}
	size := bits.Len(uint(max(len(r.parts)*16, 64) - 1)) // 16 bits a part: one look in 16 or more goes on
	r.maybe, r.shift = make([]uint64, 1<<size/64), 32-size
	for p := range r.parts {
		h := r.hash(p)
		r.maybe[h/64] |= 1 << (h % 64)
	}
	return r
}

// Replace returns the text with markers in the place of all values.
func (r *Replacer) Replace(s string) string {
	if r.step < 0 || r.step > 0 && r.holdsPart(s) {
		return r.all.Replace(s)
	}
	return s
}

// holdsPart reports whether a look meets a part of a value; one that is there
// in whole is met.
func (r *Replacer) holdsPart(s string) bool {
	for i := 0; i+part <= len(s); i += r.step {
		p := partAt(s, i)
		if h := r.hash(p); r.maybe[h/64]&(1<<(h%64)) != 0 && r.parts[p] {
			return true
		}
	}
	return false
}

func partAt(s string, i int) uint32 {
	s = s[i : i+part]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// hash spreads parts over the bits (Fibonacci hashing).
func (r *Replacer) hash(part uint32) uint32 { return part * 2654435769 >> r.shift }
