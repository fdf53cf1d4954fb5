package scim

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// HandshakeError says why the target refused a TLS handshake.
type HandshakeError struct{ Reason string }

func (e *HandshakeError) Error() string { return "the TLS handshake failed: " + e.Reason }

// Handshake connects anew with TLS of at most this version, such as
// tls.VersionTLS12, by the proxy and with the certificates of all requests. A
// handshake that fails is a *HandshakeError; any other error says why none was
// tried. All that is sent is an anonymous GET of /ServiceProviderConfig,
// without credentials, the headers of Config and the query of the base URL.
func (c *Client) Handshake(ctx context.Context, version uint16) error {
	if c.base.Scheme != "https" {
		return errors.New("the base URL is not https")
	}
	if err := c.turn(ctx); err != nil {
		return err
	}
	t := c.transport.Clone()
	t.DisableKeepAlives = true
	t.TLSClientConfig.MaxVersion = version
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.RequestTimeout, errNoAnswer(c.cfg.RequestTimeout))
	defer cancel()
	var begun, done atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { begun.Store(true); done.Store(false) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { done.Store(err == nil) },
	})
	header := http.Header{"Accept": {MediaType}, "User-Agent": {"scimtest"}}
	req := c.request(ctx, Request{Method: http.MethodGet, Path: ServiceProviderConfigEndpoint}, header)
	req.URL.RawQuery = "" // that of the base URL may hold a key
	resp, err := t.RoundTrip(req)
	switch {
	case err == nil:
		return resp.Body.Close()
	case done.Load():
		return nil
	case begun.Load():
		return &HandshakeError{explain(ctx, err)}
	}
	return errors.New(explain(ctx, err))
}
