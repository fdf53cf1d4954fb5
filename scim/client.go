package scim

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/time/rate"
)

// Client sends requests to one service provider. It is safe for use by many
// goroutines. It follows no redirect, keeps no cookie and never repeats a
// request by itself, but for 429, for 503 with Retry-After, and once after a
// 401 on credentials that had worked, when others can be had.
type Client struct {
	cfg       Config
	base      *url.URL
	transport *http.Transport
	// tokens reaches a token endpoint.
	tokens  *http.Client
	limiter *rate.Limiter
	pacer   *pacer

	exchanges atomic.Int64
	throttled atomic.Int64
}

// Stats counts what a client did.
type Stats struct {
	// Exchanges is the number of attempts.
	Exchanges int
	// RateLimited is how many answers 429 and 503 were waited for, and
	// Waited for how long.
	RateLimited int
	Waited      time.Duration
	// Throttled is how long requests waited for Config.Rate, summed up over
	// all that waited at the same time.
	Throttled time.Duration
	// TokenRefreshes is how often the credentials were had anew, before they
	// expired or after a 401.
	TokenRefreshes int
}

// idleTime is how long an idle connection is used again. It is shorter than
// any common server keeps one: a connection that both ends close and use in
// the same moment looks like an answer that was refused.
const idleTime = time.Second

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
	tlsConfig, err := cfg.TLSConfig()
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: cfg.ConnectTimeout}
	c := &Client{
		cfg: cfg, base: base, pacer: newPacer(cfg.MaxWait),
		transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return &countedConn{Conn: conn}, nil
			},
			TLSClientConfig:     tlsConfig,
			TLSHandshakeTimeout: cfg.ConnectTimeout,
			// HTTP/1.1 alone, as identity providers speak it: over HTTP/2 Go
			// repeats requests by itself, which hides faults.
			Protocols:              new(http.Protocols),
			DisableCompression:     true, // nothing is sent that nobody asked for
			MaxIdleConns:           idleConnections,
			MaxIdleConnsPerHost:    idleConnections,
			IdleConnTimeout:        idleTime,
			MaxResponseHeaderBytes: cfg.MaxHeaderBytes,
		},
	}
	c.transport.Protocols.SetHTTP1(true)
	c.tokens = c.tokenClient()
	if cfg.Rate > 0 {
		c.limiter = rate.NewLimiter(rate.Limit(cfg.Rate), 1)
	}
	return c, nil
}

// Beside returns a client of the same service with other credentials and
// perhaps another base URL. The two share their connections, and wait together:
// the rate and the pauses that the service asks for hold for both.
func (c *Client) Beside(baseURL string, auth Authenticator) (*Client, error) {
	base, err := ParseBaseURL(baseURL)
	if err != nil {
		return nil, err
	}
	cfg := c.cfg
	cfg.BaseURL, cfg.Auth = baseURL, auth
	return &Client{
		cfg: cfg, base: base, transport: c.transport, tokens: c.tokens, limiter: c.limiter, pacer: c.pacer,
	}, nil
}

// tokenClient reaches token endpoints the way the target is reached, but it
// sends a secret, so the certificate is verified in any case.
func (c *Client) tokenClient() *http.Client {
	t := c.transport.Clone()
	t.TLSClientConfig.InsecureSkipVerify = false
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close ends idle connections.
func (c *Client) Close() {
	c.transport.CloseIdleConnections()
	c.tokens.CloseIdleConnections()
}

// Stats returns the counts so far.
func (c *Client) Stats() Stats {
	n, waited := c.pacer.stats()
	s := Stats{
		Exchanges: int(c.exchanges.Load()), RateLimited: n, Waited: waited, Throttled: time.Duration(c.throttled.Load()),
	}
	if c.cfg.Auth != nil {
		s.TokenRefreshes = c.cfg.Auth.Renewals()
	}
	return s
}

// Secrets lists the secrets that the client has sent so far, so that nothing
// that is shown holds them: its credentials, and what stands in a header of
// Config whose name says that it is one.
func (c *Client) Secrets() []string {
	var out []string
	for name, values := range c.cfg.Header {
		if !secretName.MatchString(name) {
			continue
		}
		for _, v := range values {
			_, token, _ := strings.Cut(v, " ") // behind a scheme such as Bearer
			for _, s := range []string{v, token} {
				if len(s) >= minSecret {
					out = append(out, s)
				}
			}
		}
	}
	if c.cfg.Auth != nil {
		out = append(out, c.cfg.Auth.Secrets()...)
	}
	return out
}

var secretName = regexp.MustCompile(`(?i)authorization|cookie|credential|key|passw|secret|token`)

// minSecret is the length from which the value of a header is taken for a
// secret; shorter ones would eat innocent words.
const minSecret = 6

// Do sends the request and returns the last attempt. ctx cancels; the time
// limits are the client's own, and waiting for 429 is not part of them.
//
// Where the target asks to wait longer than a run may, the last exchange is
// one that was not sent and says so.
func (c *Client) Do(ctx context.Context, r Request) *Exchange {
	observe := Observer(ctx)
	report := func(x *Exchange) *Exchange {
		if observe != nil {
			observe(x)
		}
		return x
	}
	renewed := false
	for tries := 0; ; {
		if err := c.turn(ctx); err != nil {
			return report(unsent(ctx, r, err))
		}
		credentials, err := c.credentials(ctx, r)
		if err != nil {
			return report(unsent(ctx, r, noCredentials{err}))
		}
		x := report(c.attempt(ctx, r, credentials))
		if credentials != "" && c.refused(ctx, x, credentials) && !renewed {
			renewed = true
			continue
		}
		if Unpaced(ctx) {
			return x
		}
		again, err := c.pacer.pause(x, tries)
		if err != nil {
			return report(unsent(ctx, r, err))
		}
		if !again {
			return x
		}
		tries++
	}
}

// turn returns when a request may be sent: no pause is on, and the rate allows
// it.
func (c *Client) turn(ctx context.Context) error {
	for {
		if err := c.pacer.wait(ctx); err != nil {
			return err
		}
		if c.limiter == nil {
			return nil
		}
		now := c.pacer.now()
		if d := c.limiter.ReserveN(now, 1).DelayFrom(now); d > 0 {
			c.throttled.Add(int64(d))
			if err := c.pacer.sleep(ctx, d); err != nil {
				return err
			}
		}
		if c.pacer.left() <= 0 {
			return nil
		}
	}
}

// credentials is the value of the Authorization header; empty when the client
// has none to add to the request.
func (c *Client) credentials(ctx context.Context, r Request) (string, error) {
	if c.cfg.Auth == nil || r.NoAuth || hasKey(r.Header, "Authorization") {
		return "", nil
	}
	return c.cfg.Auth.Authorization(context.WithValue(ctx, oauth2.HTTPClient, c.tokens))
}

// refused tells the source of the credentials how they fared, and reports
// whether the request is to be sent again with others.
func (c *Client) refused(ctx context.Context, x *Exchange, credentials string) bool {
	switch x.Status() {
	case 0:
		return false
	case http.StatusUnauthorized:
		return c.cfg.Auth.Renew(context.WithValue(ctx, oauth2.HTTPClient, c.tokens), credentials)
	}
	c.cfg.Auth.Worked(credentials)
	return false
}

func unsent(ctx context.Context, r Request, err error) *Exchange {
	return &Exchange{Request: r, Error: explain(ctx, err), Phase: PhaseConnect, Started: time.Now()}
}
