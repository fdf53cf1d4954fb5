package engine

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed quirks.tsv
var quirkTable string

// Quirk is what an identity provider sends or needs, and what service
// providers were seen to get wrong there. Checks name quirks in Breaks.
type Quirk struct {
	// ID is the row's name for ever: E51, OKTA-Q27.
	ID string
	// IdP is the identity provider for people.
	IdP string
	// Needs is what it sends or needs, Fails what goes wrong.
	Needs, Fails string
}

var quirks = sync.OnceValue(func() map[string]Quirk {
	out := map[string]Quirk{}
	for i, line := range strings.Split(strings.TrimSpace(quirkTable), "\n") {
		if f := strings.Split(line, "\t"); i > 0 && len(f) == 4 {
			out[f[0]] = Quirk{f[0], f[1], f[2], f[3]}
		}
	}
	return out
})

// QuirkOf looks a quirk up by its id.
func QuirkOf(id string) (Quirk, bool) {
	q, ok := quirks()[id]
	return q, ok
}
