package mockidp

import (
	"cmp"
	_ "embed"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

//go:embed quirks-covered.tsv
var coveredQuirks string

// Evidence is a trait of the traffic that speaks for a dialect, or against it.
type Evidence struct {
	// Trait words it: "User-Agent: Okta SCIM Client".
	Trait string
	// Requests is how many requests show it.
	Requests int
	// Source says where it is known from; empty for what speaks against.
	Source Ref
}

// Guess is what traffic lets suppose of who speaks.
type Guess struct {
	// Dialects are those of one identity provider that fit best, all alike;
	// empty when none does.
	Dialects []*Dialect
	// For is the evidence for the first of them, the rarest trait first, and
	// Against what that dialect is not known to send.
	For, Against []Evidence
	// Quirks lists the rows of the quirk tables whose requests were seen, and
	// how often.
	Quirks map[string]int
}

// Recognizer finds out which dialect is spoken, by comparing requests with those
// that the dialects word. It is used by one goroutine.
type Recognizer struct {
	traits   map[trait]int
	requests map[form]int
	total    int
}

// form is a request without its values.
type form struct{ request, operations string }

// NewRecognizer makes a Recognizer that has seen nothing.
func NewRecognizer() *Recognizer {
	return &Recognizer{traits: map[trait]int{}, requests: map[form]int{}}
}

// Observe looks at a request, whose path is below the base URL.
func (r *Recognizer) Observe(req scim.Request) {
	r.total++
	counted := map[trait]bool{}
	for _, t := range traitsOf(req) {
		if !counted[t] {
			counted[t] = true
			r.traits[t]++
		}
	}
	request, operations := signature(req)
	r.requests[form{request, strings.Join(operations, "\n")}]++
}

// What a trait counts that the dialect is not known to have, by whether it words
// others of the kind; a User-Agent is chosen to be known by.
const (
	otherValue = -1.5
	otherAgent = -6
	atLeast    = 1.0
	alike      = 0.05
)

// Guess says what the traffic so far lets suppose.
func (r *Recognizer) Guess() Guess {
	known := knowledge()
	score := make([]float64, len(known))
	ofKind := map[string]int{}
	for t, n := range r.traits {
		ofKind[t.kind] += n
	}
	for t, requests := range r.traits {
		// What most requests show outweighs what a few do: somebody may have
		// tried something by hand.
		share := float64(requests) / float64(ofKind[t.kind])
		n := 0
		for _, k := range known {
			if _, has := k.traits[t]; has {
				n++
			}
		}
		for i, k := range known {
			switch _, has := k.traits[t]; {
			case has:
				score[i] += share * (math.Log(float64(len(known))/float64(n)) + 0.1)
			case k.kinds[t.kind] && t.kind == userAgent:
				score[i] += share * otherAgent
			case k.kinds[t.kind]:
				score[i] += share * otherValue
			}
		}
	}
	for i, k := range known {
		for kind := range k.always {
			weight := otherValue
			if kind == userAgent {
				weight = otherAgent
			}
			score[i] += weight * float64(max(r.total-ofKind[kind], 0)) / float64(max(r.total, 1))
		}
	}
	best := slices.Max(score)
	if best < atLeast {
		return Guess{}
	}
	var g Guess
	var first *knownDialect
	for i, k := range known {
		if best-score[i] <= alike {
			g.Dialects = append(g.Dialects, k.dialect)
			if first == nil {
				first = k
			}
		}
	}
	if slices.ContainsFunc(g.Dialects, func(d *Dialect) bool { return d.IdP != first.dialect.IdP }) {
		return Guess{} // what several identity providers send alike names none
	}
	g.For, g.Against = r.evidence(first, known)
	g.Quirks = r.quirks(g.Dialects)
	return g
}

// evidence sorts what was seen into what the dialect is known to have, the
// rarest first, and what not.
func (r *Recognizer) evidence(k *knownDialect, all []*knownDialect) (pro, contra []Evidence) {
	rarity := func(t trait) (n int) {
		for _, k := range all {
			if _, has := k.traits[t]; has {
				n++
			}
		}
		return n
	}
	traits := slices.SortedFunc(maps.Keys(r.traits), func(a, b trait) int {
		return cmp.Or(cmp.Compare(rarity(a), rarity(b)), cmp.Compare(a.String(), b.String()))
	})
	for _, t := range traits {
		source, has := k.traits[t]
		switch {
		case has && rarity(t) < len(all)/2:
			pro = append(pro, Evidence{t.String(), r.traits[t], source})
		case !has && k.kinds[t.kind]:
			contra = append(contra, Evidence{Trait: t.String(), Requests: r.traits[t]})
		}
	}
	return pro, contra
}

// quirks lists the quirk rows that rest on requests which were seen: rows name one
// of the dialects of an identity provider, and others word the same.
func (r *Recognizer) quirks(dialects []*Dialect) map[string]int {
	out := map[string]int{}
	for row, tests := range rowsOf() {
		for s, n := range r.requests {
			if slices.ContainsFunc(dialects, func(d *Dialect) bool { return wordedBy(d.IdP, tests, s) }) {
				out[row] += n
			}
		}
	}
	return out
}

// wordedBy reports whether one of the wordings that a row rests on is that of a
// request.
func wordedBy(idp string, tests []string, s form) bool {
	for _, test := range tests {
		name, wording, _ := strings.Cut(test, "/")
		i := slices.IndexFunc(knowledge(), func(k *knownDialect) bool { return k.dialect.Name == name })
		if i < 0 || knowledge()[i].dialect.IdP != idp {
			continue
		}
		all := wordingsOf(name)
		// What an option words has to differ from what is worded without it.
		plain, _, optional := strings.Cut(wording, ".")
		if anyWords(all[wording], s) && !(optional && anyWords(all[plain], s)) {
			return true
		}
	}
	return false
}

func anyWords(forms []form, s form) bool {
	return slices.ContainsFunc(forms, func(f form) bool {
		return f.request == s.request && within(s.operations, f.operations)
	})
}

// within reports whether all operations are among those of a wording.
func within(operations, wording string) bool {
	all := strings.Split(wording, "\n")
	for op := range strings.SplitSeq(operations, "\n") {
		if !slices.Contains(all, op) {
			return false
		}
	}
	return true
}

// knownDialect is what is known of one dialect.
type knownDialect struct {
	dialect *Dialect
	// traits says where each is from; kinds are those it has any of.
	traits map[trait]Ref
	kinds  map[string]bool
	// always are the kinds that every request shows, whatever the options say.
	always map[string]bool
}

// knowledge words everything in all dialects, once a process.
var knowledge = sync.OnceValue(func() []*knownDialect {
	var all []*knownDialect
	for _, d := range Dialects() {
		k := &knownDialect{d, map[trait]Ref{}, map[string]bool{}, nil}
		for _, v := range variants(d) {
			samples := v.samples()
			for _, intent := range Intents() { // in one order, so that the source is the same each time
				for _, r := range samples[intent] {
					shows := map[string]bool{}
					for _, t := range traitsOf(r) {
						shows[t.kind] = k.always == nil || k.always[t.kind]
						if have, ok := k.traits[t]; !ok || have.Mark == Assumed {
							k.traits[t] = v.Source[intent]
						}
						k.kinds[t.kind] = true
					}
					maps.DeleteFunc(shows, func(_ string, every bool) bool { return !every })
					k.always = shows
				}
			}
		}
		all = append(all, k)
	}
	return all
})

// variants is a dialect with each value of each option.
func variants(d *Dialect) []*Dialect {
	out := []*Dialect{d}
	for _, o := range d.Options {
		for _, v := range o.Values {
			if other, err := Lookup(d.Name, map[string]string{o.Name: v}); err == nil && v != o.Default {
				out = append(out, other)
			}
		}
	}
	return out
}

var (
	wordingsMu sync.Mutex
	wordings   = map[string]map[string][]form{}
)

// wordingsOf lists the requests of a dialect by intent, and by intent and option
// as quirks-covered.tsv names them.
func wordingsOf(name string) map[string][]form {
	wordingsMu.Lock()
	defer wordingsMu.Unlock()
	if have, ok := wordings[name]; ok {
		return have
	}
	out := map[string][]form{}
	add := func(d *Dialect, suffix string) {
		for intent, requests := range d.samples() {
			for _, r := range requests {
				request, operations := signature(r)
				out[intent+suffix] = append(out[intent+suffix], form{request, strings.Join(operations, "\n")})
			}
		}
	}
	d, err := Lookup(name, nil)
	if err != nil {
		return nil
	}
	add(d, "")
	for _, o := range d.Options {
		for _, v := range o.Values {
			if other, err := Lookup(name, map[string]string{o.Name: v}); err == nil {
				add(other, "."+o.Name+"="+optionName.Replace(v))
			}
		}
	}
	wordings[name] = out
	return out
}

// optionName spells the value of an option as in quirks-covered.tsv.
var optionName = strings.NewReplacer("%", "percent-", "+", "plus", " ", "-", "/", "-")

// rowsOf lists the wordings that each quirk row rests on.
var rowsOf = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for i, line := range strings.Split(strings.TrimSpace(coveredQuirks), "\n") {
		if f := strings.Split(line, "\t"); i > 0 && len(f) >= 2 {
			for _, test := range strings.Fields(f[1]) {
				if strings.Contains(test, "/") && !strings.HasPrefix(test, "Test") {
					out[f[0]] = append(out[f[0]], test)
				}
			}
		}
	}
	return out
})
