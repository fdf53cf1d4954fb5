package proxy

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate lets nobody in whom the target does not know. Credentials are tried with
// a harmless read before the first request that bears them passes.
type gate struct {
	token     string
	anonymous bool
	probe     func(*http.Request) (*answer, error)

	// trying is held while credentials are tried: one at a time.
	trying sync.Mutex

	mu sync.Mutex
	// known are the credentials that the target takes.
	known map[[sha256.Size]byte]bool
	// refused are those that it did not take, and until when that holds.
	refused    map[[sha256.Size]byte]time.Time
	refusals   *rate.Limiter
	discovered bool
}

// The bounds of what strangers can make the proxy do.
const (
	refusedFor  = 10 * time.Second
	maxRefused  = 1000
	probeBurst  = 5
	probeEach   = time.Second
	maxAccepted = 1000
)

func newGate(token string, anonymous bool, probe func(*http.Request) (*answer, error)) *gate {
	return &gate{
		token: token, anonymous: anonymous, probe: probe, known: map[[sha256.Size]byte]bool{},
		refused: map[[sha256.Size]byte]time.Time{}, refusals: rate.NewLimiter(rate.Every(probeEach), probeBurst),
	}
}

// admission is what becomes of a request.
type admission struct {
	pass   bool
	reason string
	// answer is what the target said to the credentials, where it refused them.
	answer *answer
	// discover is the Authorization value of the first caller who passes.
	discover string
}

// anonymous stands for a caller without credentials.
const anonymous = "-"

func (g *gate) admit(r *http.Request) admission {
	value := r.Header.Get("Authorization")
	switch {
	case value == "" && g.anonymous:
		return g.welcome(anonymous)
	case value == "":
		return admission{reason: "the request has no Authorization header"}
	case g.token != "" && !bears(value, g.token):
		return admission{reason: "the credentials are not those that --require-token names"}
	case g.token != "":
		return g.welcome(value)
	}
	key := sha256.Sum256([]byte(value))
	if a, decided := g.remembered(key, value); decided {
		return a
	}
	g.trying.Lock()
	defer g.trying.Unlock()
	if a, decided := g.remembered(key, value); decided {
		return a // by the one who was first
	}
	if g.refusals.Tokens() < 1 {
		return admission{reason: "too many credentials were refused; wait a moment"}
	}
	a, err := g.probe(r)
	if err != nil || a.status >= 500 {
		return admission{pass: true} // the request itself will show what is wrong
	}
	g.mu.Lock()
	if a.status == http.StatusUnauthorized {
		defer g.mu.Unlock()
		g.refusals.Allow()
		if len(g.refused) >= maxRefused {
			clear(g.refused)
		}
		g.refused[key] = time.Now().Add(refusedFor)
		return admission{answer: a}
	}
	if len(g.known) >= maxAccepted {
		clear(g.known)
	}
	g.known[key] = true
	g.mu.Unlock()
	return g.welcome(value)
}

// remembered is what is known of credentials that were tried before.
func (g *gate) remembered(key [sha256.Size]byte, value string) (a admission, decided bool) {
	g.mu.Lock()
	known := g.known[key]
	until, refused := g.refused[key]
	g.mu.Unlock()
	switch {
	case known:
		return g.welcome(value), true
	case refused && time.Now().Before(until):
		return admission{reason: "the target refused the credentials a moment ago"}, true
	}
	return a, false
}

func (g *gate) welcome(value string) admission {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := admission{pass: true}
	if !g.discovered {
		g.discovered, a.discover = true, value
	}
	return a
}

// bears reports whether an Authorization value holds a token: alone, behind a
// scheme, or as the password of basic credentials.
func bears(value, token string) bool {
	_, behind, _ := strings.Cut(value, " ")
	password := ""
	if b, err := base64.StdEncoding.DecodeString(behind); err == nil {
		_, password, _ = strings.Cut(string(b), ":")
	}
	found := 0
	for _, s := range []string{value, behind, password} {
		found |= subtle.ConstantTimeCompare([]byte(s), []byte(token))
	}
	return found == 1
}
