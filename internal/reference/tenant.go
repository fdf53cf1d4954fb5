package reference

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// SecondPath is what the base URL of the second tenant has behind that of the
// first. There the tenant is named by the URL (RFC 7644 section 6.1); below the
// base URL of the first it is that of the token.
const SecondPath = "/second"

// addSecond makes the second tenant: a service provider with a store of its
// own, and everything else in common with the first. Their stores share a
// lock, so that a fault may look into both.
func (s *Server) addSecond(token string, seed uint64) {
	if seed != 0 {
		seed++
	}
	second := *s
	second.token, second.readToken = token, ""
	second.store = newStore(s.types, seed)
	second.store.mu = s.store.mu
	second.cursors = newCursors(s.now, second.store.newID())
	second.peer, s.peer = s, &second
	s.second = &second
	if s.b.numbersAlike {
		s.store.numbered, second.store.numbered = true, true
	}
	second.addSubject()
}

// cutTenant takes the second tenant's part off a path below the base.
func (s *Server) cutTenant(below string) (rest string, explicit bool) {
	rest, explicit = strings.CutPrefix(below, SecondPath)
	if s.second == nil || !explicit || rest != "" && rest[0] != '/' {
		return below, false
	}
	return rest, true
}

// admitToken finds whose token it is, and reports whether it is anybody's.
func (c *call) admitToken(s *Server, token string) bool {
	is := func(known string) bool {
		return known != "" && subtle.ConstantTimeCompare([]byte(token), []byte(known)) == 1
	}
	switch {
	case is(s.token):
	case is(s.readToken):
		c.reader = true
	case s.second != nil && is(s.second.token):
		c.srv = s.second
	default:
		return false
	}
	return true
}

// inTenant makes sure that the tenant that the URL names is the token's.
func (c *call) inTenant(s *Server, explicit bool) error {
	if !explicit || c.srv == s.second {
		return nil
	}
	if s.b.pathOverToken {
		c.srv = s.second
		return nil
	}
	return fail(http.StatusForbidden, "the token is not one of this tenant")
}

// readsOnly refuses what a token that may only read is not for.
func (c *call) readsOnly() error {
	if !c.reader || c.method == http.MethodGet || c.isSearch() {
		return nil
	}
	if may := c.srv.b.readerMay; may != nil && may(c) {
		return nil
	}
	return fail(http.StatusForbidden, "the token may only read")
}

// referred is the resource that an id in another one stands for. With crossing
// it may be one of the other tenant.
func (s *Server) referred(id string, crossing bool) *resource {
	r := s.store.byID[id]
	if r == nil && crossing && s.peer != nil {
		r = s.peer.store.byID[id]
	}
	return r
}
