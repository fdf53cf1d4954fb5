package scim

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// attempt sends the request once.
func (c *Client) attempt(ctx context.Context, r Request, credentials string) *Exchange {
	c.exchanges.Add(1)
	x := &Exchange{Request: r, Started: time.Now()}
	x.Request.Header = c.header(r, credentials)
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.RequestTimeout, errNoAnswer(c.cfg.RequestTimeout))
	defer cancel()
	fail := func(err error, phase Phase) *Exchange {
		x.Error, x.Phase, x.Elapsed = explain(ctx, err), phase, time.Since(x.Started)
		return x
	}
	var resp *http.Response
	for stale := 0; ; stale++ {
		var sent sending
		req := c.request(httptrace.WithClientTrace(ctx, sent.trace()), r, x.Request.Header)
		var err error
		if resp, err = c.transport.RoundTrip(req); err == nil {
			break
		}
		if stale < staleLimit && sent.stale(err) {
			continue // the request never reached the target: another connection may
		}
		if sent.begun() && !tlsAlert(err) {
			return fail(err, PhaseExchange)
		}
		return fail(err, PhaseConnect)
	}
	defer resp.Body.Close()
	body, truncated, err := readBody(resp, c.cfg.MaxResponseBytes)
	if err != nil {
		return fail(err, PhaseExchange)
	}
	x.Response = &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, Truncated: truncated}
	x.Elapsed = time.Since(x.Started)
	return x
}

// staleLimit is how many connections that the target closed while they were
// idle are passed over.
const staleLimit = 3

// countedConn counts the bytes that were written, in order to know whether any
// of a request were.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
	return n, err
}

// sending knows how far a request came.
type sending struct {
	conn   atomic.Pointer[countedConn]
	before int64
	reused bool
}

func (s *sending) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn := info.Conn
		if over, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
			conn = over.NetConn()
		}
		if counted, ok := conn.(*countedConn); ok {
			s.before, s.reused = counted.written.Load(), info.Reused
			s.conn.Store(counted)
		}
	}}
}

// begun reports whether bytes of the request were written.
func (s *sending) begun() bool {
	conn := s.conn.Load()
	return conn != nil && conn.written.Load() > s.before
}

// stale reports whether the connection was one that the target had closed
// before the request was sent on it.
func (s *sending) stale(err error) bool {
	if s.conn.Load() == nil || !s.reused {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "server closed idle connection") || strings.Contains(text, "readLoopPeekFailLocked") ||
		(!s.begun() && closedError(err))
}

// header is the header that is sent, but for what HTTP itself needs.
func (c *Client) header(r Request, credentials string) http.Header {
	out := http.Header{}
	for k, v := range c.cfg.Header {
		if !hasKey(r.Header, k) && !(r.NoAuth && strings.EqualFold(k, "Authorization")) {
			out[http.CanonicalHeaderKey(k)] = v
		}
	}
	for k, v := range r.Header {
		if k == strings.ToLower(k) {
			k = http.CanonicalHeaderKey(k)
		}
		out[k] = v // capitals stay what they are: ADSCIMVersion
	}
	if credentials != "" {
		out["Authorization"] = []string{credentials}
	}
	return out
}

// hasKey reports whether a header has a key in any letter case.
func hasKey(h http.Header, key string) bool {
	if _, ok := h[key]; ok {
		return true
	}
	for k := range h {
		if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}

// request makes the HTTP request, with path and query as they were given.
func (c *Client) request(ctx context.Context, r Request, header http.Header) *http.Request {
	u := *c.base
	setPath(&u, c.base.RawPath+r.Path)
	u.RawQuery = r.RawQuery
	if c.base.RawQuery != "" {
		u.RawQuery = strings.TrimSuffix(c.base.RawQuery+"&"+r.RawQuery, "&")
	}
	req := &http.Request{
		Method: r.Method, URL: &u, Host: u.Host, Header: maps.Clone(header),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(r.Body)),
	}
	if host := header.Get("Host"); host != "" {
		req.Host = host // Go takes it from here alone
	}
	if header.Get("User-Agent") == "" {
		req.Header["User-Agent"] = []string{""} // Go would add its own
	}
	// Go repeats a GET whose connection was closed, which would hide just
	// that, unless there is a body that it cannot have a second time.
	req.Body = io.NopCloser(bytes.NewReader(r.Body))
	switch {
	case len(r.Body) > 0:
	case repeatable(r.Method):
		// Its length counts as unknown. Go would see whether it is empty, and
		// send it in chunks when it does not know within 200 ms, as may be on
		// a machine that is busy.
		req.TransferEncoding = []string{"identity"}
	default:
		req.Body = http.NoBody // an unknown one would be sent in chunks
	}
	return req.WithContext(ctx)
}

// repeatable reports whether Go repeats requests of a method by itself.
func repeatable(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// setPath sets the path so that it is sent verbatim, nothing encoded anew.
func setPath(u *url.URL, escaped string) {
	if escaped == "" {
		escaped = "/"
	}
	if plain, err := url.PathUnescape(escaped); err == nil {
		u.Path, u.RawPath = plain, escaped
		if u.EscapedPath() == escaped {
			return
		}
	}
	u.Path, u.RawPath, u.Opaque = "", "", escaped
}

// readBody takes the body in, up to a limit that holds for what was sent and
// for what it decodes to.
func readBody(resp *http.Response, limit int64) (body []byte, truncated bool, err error) {
	body, truncated, err = readUpTo(resp.Body, resp.ContentLength, limit)
	if err != nil || truncated {
		return body, truncated, err
	}
	if decoder := decoderOf(resp.Header.Get("Content-Encoding"), body); decoder != nil {
		if decoded, cut, err := readUpTo(decoder, -1, limit); err == nil {
			return decoded, cut, nil
		}
	}
	return body, false, nil
}

// maxExpected is how many bytes are made room for on the word of a
// Content-Length alone.
const maxExpected = 64 << 10

// readUpTo reads to the end, or to the limit. Room is made for the length that is
// expected; less than 0 is not known.
func readUpTo(r io.Reader, expected, limit int64) (b []byte, more bool, err error) {
	r = io.LimitReader(r, limit+1)
	if expected < 0 {
		b, err = io.ReadAll(r)
	} else {
		b, err = readExpected(r, min(expected, maxExpected))
	}
	if int64(len(b)) > limit {
		return b[:limit], true, nil
	}
	return b, false, err
}

// readExpected reads to the end, into room for just what is expected: answers are
// kept for long, and room that they do not fill would be kept with them.
func readExpected(r io.Reader, expected int64) ([]byte, error) {
	b := make([]byte, expected)
	for n := 0; n < len(b); {
		more, err := r.Read(b[n:])
		n += more
		switch {
		case errors.Is(err, io.EOF):
			return b[:n], nil
		case err != nil:
			return b[:n], err
		}
	}
	rest, err := io.ReadAll(r)
	return append(b, rest...), err
}

// decoderOf undoes a content coding; nil when there is none that is known.
func decoderOf(coding string, body []byte) io.Reader {
	var r io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		if r, err = zlib.NewReader(bytes.NewReader(body)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(body)), nil // some servers send it raw
		}
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	return r
}
