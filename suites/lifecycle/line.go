package lifecycle

import (
	"context"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// line is what lies between the identity provider and the target. The zero
// value carries everything as it is.
type line struct {
	// loses says whose answer gets lost: the target does what it is asked for,
	// and the identity provider hears nothing. It is asked until it says yes.
	loses func(scim.Request) bool
	// lost is the exchange whose answer was lost.
	lost *scim.Exchange
	// outdated says which requests come with a token that has expired; wrong is
	// their Authorization header.
	outdated func(scim.Request) bool
	wrong    string
}

// over puts the line before a Doer.
func (l *line) over(target scim.Doer) scim.Doer {
	return scim.DoerFunc(func(ctx context.Context, req scim.Request) *scim.Exchange {
		if l.outdated != nil && l.outdated(req) {
			req.Header = req.Header.Clone()
			req.Header.Set("Authorization", l.wrong)
		}
		x := target.Do(ctx, req)
		if l.loses == nil || !l.loses(req) {
			return x
		}
		l.loses, l.lost = nil, x
		return &scim.Exchange{Request: req, Error: "the answer did not come in time", Phase: scim.PhaseExchange, Started: x.Started, Elapsed: x.Elapsed}
	})
}

// another is an Authorization header with another token of the same length.
func another(own string) string {
	scheme, token, both := strings.Cut(own, " ")
	if !both {
		return strings.Repeat("x", len(own))
	}
	return scheme + " " + strings.Repeat("x", len(token))
}
