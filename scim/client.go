package scim

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Config says how to reach a service provider. The zero value of a limit
// means its default.
type Config struct {
	// BaseURL is what paths are appended to. A query in it is joined to the
	// query of every request.
	BaseURL string
	// Auth adds credentials; nil sends none.
	Auth Authenticator
	// Header is added to every request that does not set the same key.
	Header http.Header
	// CAFile, ClientCert and ClientKey are PEM files.
	CAFile, ClientCert, ClientKey string
	// Insecure accepts any certificate of the target.
	Insecure bool
	// ConnectTimeout bounds DNS, TCP and TLS (10 s); RequestTimeout bounds
	// one attempt from its start to the end of the answer (30 s).
	ConnectTimeout, RequestTimeout time.Duration
	// MaxResponseBytes is how much of a body is read (16 MiB), and
	// MaxHeaderBytes how much of a header (1 MiB).
	MaxResponseBytes int64
	MaxHeaderBytes   int64
	// Rate is the most requests a second; 0 is no limit.
	Rate float64
	// MaxWait is how long 429 and 503 may make a run wait in all (5 min).
	MaxWait time.Duration
}

// The defaults of Config.
const (
	defaultConnectTimeout = 10 * time.Second
	defaultRequestTimeout = 30 * time.Second
	defaultMaxResponse    = 16 << 20
	defaultMaxHeader      = 1 << 20
	defaultMaxWait        = 5 * time.Minute
	idleConnections       = 128
)

// Client sends requests to one service provider. It is safe for use by many
// goroutines. It follows no redirect, keeps no cookie and never repeats a
// request by itself, but for 429, for 503 with Retry-After, and once after a
// 401 when the credentials can be had anew.
type Client struct {
	cfg       Config
	base      *url.URL
	transport *http.Transport
	limiter   *rate.Limiter
	pacer     *pacer

	refreshes atomic.Int64
	exchanges atomic.Int64
}

// Stats counts what a client did.
type Stats struct {
	// Exchanges is the number of attempts.
	Exchanges int
	// RateLimited is how many answers 429 and 503 were waited for, and
	// Waited for how long.
	RateLimited int
	Waited      time.Duration
	// TokenRefreshes is how often the credentials were had anew.
	TokenRefreshes int
}

// ParseBaseURL reads a base URL and refuses what cannot be one: credentials
// in it would show in logs, and a fragment never reaches a server.
func ParseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return nil, fmt.Errorf("the URL cannot be read: %w; give one like https://scim.example.com/v2", err)
	case u.User != nil:
		return nil, errors.New("the URL holds credentials; take them out and set SCIMTEST_TOKEN, or use --token-file")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the URL %q does not begin with https:// or http://; give one like https://scim.example.com/v2", raw)
	case u.Hostname() == "":
		return nil, fmt.Errorf("the URL %q names no host; give one like https://scim.example.com/v2", raw)
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return nil, fmt.Errorf("the URL %q has a fragment; leave out what stands from # on", raw)
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

// NewClient makes a client. It reads certificates, and sends nothing.
func NewClient(cfg Config) (*Client, error) {
	base, err := ParseBaseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	orDefault(&cfg.ConnectTimeout, defaultConnectTimeout)
	orDefault(&cfg.RequestTimeout, defaultRequestTimeout)
	orDefault(&cfg.MaxResponseBytes, defaultMaxResponse)
	orDefault(&cfg.MaxHeaderBytes, defaultMaxHeader)
	orDefault(&cfg.MaxWait, defaultMaxWait)
	tlsConfig, err := cfg.tls()
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, base: base, pacer: newPacer(cfg.MaxWait),
		transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: cfg.ConnectTimeout}).DialContext,
			TLSClientConfig:        tlsConfig,
			TLSHandshakeTimeout:    cfg.ConnectTimeout,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // nothing is sent that nobody asked for
			MaxIdleConns:           idleConnections,
			MaxIdleConnsPerHost:    idleConnections,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: cfg.MaxHeaderBytes,
		},
	}
	if cfg.Rate > 0 {
		c.limiter = rate.NewLimiter(rate.Limit(cfg.Rate), 1)
	}
	return c, nil
}

func orDefault[V int64 | time.Duration](v *V, d V) {
	if *v <= 0 {
		*v = d
	}
}

func (cfg *Config) tls() (*tls.Config, error) {
	t := &tls.Config{InsecureSkipVerify: cfg.Insecure} //nolint:gosec // asked for by --insecure
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("cannot read the CA file: %w; check --ca-file", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the CA file %s holds no certificate; it has to be PEM", cfg.CAFile)
		}
	}
	if cfg.ClientCert != "" || cfg.ClientKey != "" {
		pair, err := tls.LoadX509KeyPair(cfg.ClientCert, cfg.ClientKey)
		if err != nil {
			return nil, fmt.Errorf("cannot read the client certificate: %w; check --client-cert and --client-key", err)
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Stats returns the counts so far.
func (c *Client) Stats() Stats {
	n, waited := c.pacer.stats()
	return Stats{
		Exchanges: int(c.exchanges.Load()), RateLimited: n, Waited: waited, TokenRefreshes: int(c.refreshes.Load()),
	}
}

// Secrets lists the secrets that the client has sent so far, so that nothing
// that is shown holds them.
func (c *Client) Secrets() []string {
	if c.cfg.Auth == nil {
		return nil
	}
	return c.cfg.Auth.Secrets()
}

// Do sends the request and returns the last attempt. ctx cancels; the time
// limits are the client's own, and waiting for 429 is not part of them.
func (c *Client) Do(ctx context.Context, r Request) *Exchange {
	observe := Observer(ctx)
	report := func(x *Exchange) *Exchange {
		if observe != nil {
			observe(x)
		}
		return x
	}
	refreshed := false
	for tries := 0; ; tries++ {
		if err := c.pacer.wait(ctx); err != nil {
			return report(unsent(r, err))
		}
		if c.limiter != nil {
			if err := c.limiter.Wait(ctx); err != nil {
				return report(unsent(r, err))
			}
		}
		x := report(c.attempt(ctx, r))
		if x.Status() == http.StatusUnauthorized && !refreshed && c.ownCredentials(r) && c.cfg.Auth.Renew(ctx) {
			refreshed = true
			c.refreshes.Add(1)
			continue
		}
		if Unpaced(ctx) || !c.pacer.pause(x, tries) {
			return x
		}
	}
}

func (c *Client) ownCredentials(r Request) bool {
	return c.cfg.Auth != nil && !r.NoAuth && r.Header.Get("Authorization") == ""
}

func unsent(r Request, err error) *Exchange {
	return &Exchange{Request: r, Error: plain(err), Phase: PhaseConnect, Started: time.Now()}
}

// attempt sends the request once.
func (c *Client) attempt(ctx context.Context, r Request) *Exchange {
	c.exchanges.Add(1)
	x := &Exchange{Request: r, Started: time.Now()}
	var wrote atomic.Bool
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.RequestTimeout, errNoAnswer(c.cfg.RequestTimeout))
	defer cancel()
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaderField: func(string, []string) { wrote.Store(true) },
	})
	fail := func(err error, phase Phase) *Exchange {
		x.Error, x.Phase, x.Elapsed = c.explain(ctx, err), phase, time.Since(x.Started)
		return x
	}
	req, err := c.request(traced, r)
	if err != nil {
		return fail(err, PhaseConnect)
	}
	x.Request.Header = req.Header.Clone()
	resp, err := c.transport.RoundTrip(req)
	for stale := 0; err != nil && stale < staleLimit && strings.Contains(err.Error(), "server closed idle connection"); stale++ {
		// The request never reached the target: another connection may.
		if req, err = c.request(traced, r); err == nil {
			resp, err = c.transport.RoundTrip(req)
		}
	}
	if err != nil {
		phase := PhaseConnect
		if wrote.Load() {
			phase = PhaseExchange
		}
		return fail(err, phase)
	}
	return c.read(x, resp, fail)
}

// staleLimit is how many connections that the target closed while they were
// idle are passed over.
const staleLimit = 3

// request makes the HTTP request, with path and query as they were given.
func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	u := *c.base
	setPath(&u, c.base.RawPath+r.Path)
	u.RawQuery = r.RawQuery
	if c.base.RawQuery != "" {
		u.RawQuery = strings.TrimSuffix(c.base.RawQuery+"&"+r.RawQuery, "&")
	}
	req := &http.Request{
		Method: r.Method, URL: &u, Host: u.Host, Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	for _, h := range []http.Header{c.cfg.Header, r.Header} {
		for k, v := range h {
			req.Header[k] = v
		}
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header["User-Agent"] = []string{""} // Go would add its own
	}
	// With a body and no GetBody the transport never repeats a request by
	// itself, which would hide that the target closed the connection.
	req.Body = io.NopCloser(bytes.NewReader(r.Body))
	req.ContentLength = int64(len(r.Body))
	if c.ownCredentials(r) {
		value, err := c.cfg.Auth.Authorization(ctx)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", value)
	}
	return req.WithContext(ctx), nil
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

// read takes the answer in, up to the size limit.
func (c *Client) read(x *Exchange, resp *http.Response, fail func(error, Phase) *Exchange) *Exchange {
	defer resp.Body.Close()
	limit := c.cfg.MaxResponseBytes
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	truncated := int64(len(body)) > limit
	if truncated {
		body, err = body[:limit], nil
	}
	if err != nil {
		return fail(err, PhaseExchange)
	}
	if decoded, ok := decode(resp.Header.Get("Content-Encoding"), body, limit); ok {
		body = decoded
	}
	x.Response = &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, Truncated: truncated}
	x.Elapsed = time.Since(x.Started)
	return x
}

// decode undoes a content coding that the request asked for.
func decode(coding string, body []byte, limit int64) ([]byte, bool) {
	var r io.Reader
	var err error
	switch strings.ToLower(coding) {
	case "gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		if r, err = zlib.NewReader(bytes.NewReader(body)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(body)), nil // some servers send it raw
		}
	default:
		return nil, false
	}
	if err != nil {
		return nil, false
	}
	out, err := io.ReadAll(io.LimitReader(r, limit))
	return out, err == nil
}

type errNoAnswer time.Duration

func (e errNoAnswer) Error() string { return "no answer within " + time.Duration(e).String() }

// explain words an error of transport for people, without addresses and ports
// that differ from run to run.
func (c *Client) explain(ctx context.Context, err error) string {
	var timeout errNoAnswer
	if errors.As(context.Cause(ctx), &timeout) {
		return timeout.Error()
	}
	return plain(err)
}

func plain(err error) string {
	var (
		dns       *net.DNSError
		unknown   x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		alert     tls.AlertError
		record    tls.RecordHeaderError
		operation *net.OpError
	)
	text := err.Error()
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &dns):
		return "no such host: " + dns.Name
	case errors.As(err, &unknown):
		return "TLS: the certificate is signed by an unknown authority (--ca-file names one, --insecure takes any)"
	case errors.As(err, &hostname):
		return "TLS: the certificate is for another host"
	case errors.As(err, &invalid):
		return "TLS: the certificate is expired or not valid"
	case errors.As(err, &verify), errors.As(err, &alert):
		return "TLS: " + text
	case errors.As(err, &record), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return "TLS: the target does not speak TLS (is it http:// ?)"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(text, "connection reset"),
		strings.Contains(text, "broken pipe"), strings.Contains(text, "server closed idle connection"):
		return "the connection was closed before a complete answer"
	case strings.Contains(text, "connection refused"):
		return "connection refused"
	case strings.Contains(text, "server response headers exceeded"):
		return "the header of the answer is too long"
	case strings.Contains(text, "i/o timeout"), errors.Is(err, os.ErrDeadlineExceeded):
		return "no connection within the time limit"
	case errors.As(err, &operation) && operation.Err != nil:
		return operation.Op + ": " + operation.Err.Error()
	case strings.Contains(text, "malformed HTTP"):
		return "the answer is not HTTP"
	}
	return strings.TrimPrefix(text, "net/http: ")
}
