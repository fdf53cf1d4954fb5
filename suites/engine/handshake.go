package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// handshaker is a Target that can make a TLS handshake of its own.
type handshaker interface {
	Handshake(ctx context.Context, version uint16) error
}

// Handshake makes a TLS handshake of at most this version with the target, such
// as tls.VersionTLS12. It returns why the target refused it, or "". The check
// does not apply where the base URL is not https, and is blocked where no
// handshake could be tried. Nothing of it is among the exchanges.
func (t *T) Handshake(version uint16) (refusal string) {
	target, can := t.run.plan.Target.(handshaker)
	if !can || !strings.HasPrefix(strings.ToLower(t.run.plan.BaseURL), "https:") {
		t.Skip("the base URL is not https")
	}
	var refused *scim.HandshakeError
	switch err := target.Handshake(t.ctx, version); {
	case err == nil:
		return ""
	case t.ctx.Err() != nil:
		panic(stop{Blocked, t.run.why(t.ctx)})
	case errors.As(err, &refused):
		return refused.Reason
	default:
		t.Block("no TLS handshake could be tried: %v", err)
		return ""
	}
}
