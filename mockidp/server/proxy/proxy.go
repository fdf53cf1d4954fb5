// Package proxy stands between a real identity provider and a service provider:
// it passes everything on, judges every answer, finds out who speaks, and
// records.
package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/internal/rewrite"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// Config says between whom the proxy stands and what it does.
type Config struct {
	// Target is the base URL of the service provider.
	Target string
	// PublicURL is the base URL by which the identity provider reaches the
	// proxy. With it, absolute locations in answers name the proxy, and those in
	// requests the target; without it no byte is changed.
	PublicURL string
	// TLS is for the way to the target; nil trusts what the system trusts.
	TLS *tls.Config
	// Token is the only one that callers may have; empty lets the target decide.
	Token string
	// AllowAnonymous passes requests without credentials.
	AllowAnonymous bool
	// Anonymize replaces personal data in what is recorded and shown.
	Anonymize bool
	// Invariants judge every answer.
	Invariants []engine.Invariant
	// Out gets a line for each exchange, with what is wrong.
	Out io.Writer
	// Timeout bounds one exchange with the target; a minute when 0.
	Timeout time.Duration
}

// maxBody is how much of a body is judged, recorded and rewritten; the rest only
// passes.
const maxBody = 16 << 20

// Proxy is the proxy. It is an http.Handler.
type Proxy struct {
	cfg       Config
	target    *url.URL
	base      string // the target's base URL
	public    string // the proxy's base URL, as callers know it; may be empty
	ownPath   string // the path of the base URL at which it listens
	transport *http.Transport
	gate      *gate
	recorder  *recorder
}

// New makes a proxy. It sends nothing.
func New(cfg Config) (*Proxy, error) {
	target, err := scim.ParseBaseURL(cfg.Target)
	if err != nil {
		return nil, err
	}
	p := &Proxy{cfg: cfg, target: target, base: target.String(), ownPath: target.EscapedPath()}
	if target.RawQuery != "" {
		return nil, errors.New("the URL of the target has a query; leave it out, the identity provider sends it")
	}
	if cfg.PublicURL != "" {
		public, err := scim.ParseBaseURL(cfg.PublicURL)
		if err != nil {
			return nil, fmt.Errorf("the public URL: %w", err)
		}
		if cfg.AllowAnonymous {
			return nil, errors.New("anybody could write to the target through the public URL; leave --allow-anonymous out")
		}
		p.public, p.ownPath = public.String(), public.EscapedPath()
	}
	if p.cfg.Timeout <= 0 {
		p.cfg.Timeout = time.Minute
	}
	p.transport = &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: cfg.TLS, Protocols: new(http.Protocols),
		// Nothing may be sent again or asked for that the caller did not: a
		// connection that both ends close is used once.
		DisableCompression: true, DisableKeepAlives: true,
		MaxResponseHeaderBytes: 1 << 20,
	}
	p.transport.Protocols.SetHTTP1(true)
	p.gate = newGate(cfg.Token, cfg.AllowAnonymous, p.probe)
	p.recorder = newRecorder(cfg, p.base)
	return p, nil
}

// Record writes what passes from now on. It is called before Listen.
func (p *Proxy) Record(w *har.Writer) { p.recorder.file = w }

// Path is the path of the base URL at which the proxy listens.
func (p *Proxy) Path() string { return p.ownPath }

// Summary says what has passed so far.
func (p *Proxy) Summary() Summary { return p.recorder.summary() }

// ServeHTTP passes a request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, query, below := p.below(r.RequestURI)
	if !below {
		refuse(w, http.StatusNotFound, "this is not below the base URL of the service provider, which is here at "+p.ownPath)
		return
	}
	verdict := p.gate.admit(r)
	if verdict.discover != "" {
		p.discover(r.Context(), verdict.discover)
	}
	switch {
	case verdict.answer != nil:
		p.recorder.refused(r, "the target refuses the credentials")
		write(w, verdict.answer)
		return
	case !verdict.pass:
		p.recorder.refused(r, verdict.reason)
		w.Header().Set("WWW-Authenticate", `Bearer realm="scimtest proxy"`)
		refuse(w, http.StatusUnauthorized, verdict.reason)
		return
	}
	body, more, err := readUpTo(r.Body)
	if err != nil {
		return // the caller has gone
	}
	ctx, cancel := context.WithTimeout(r.Context(), p.cfg.Timeout)
	defer cancel()
	x := &scim.Exchange{Started: time.Now(), Request: scim.Request{
		Method: r.Method, Path: path, RawQuery: query, Header: spelled(r), Body: body, Truncated: more,
	}}
	if p.public != "" && !more {
		x.Request = rewrite.Request(x.Request, moved(p.public, p.base))
	}
	p.forward(ctx, w, r, x)
}

// below is the path and the query of a request below the base URL, as they were
// sent.
func (p *Proxy) below(requestURI string) (path, query string, ok bool) {
	if i := strings.Index(requestURI, "://"); i >= 0 {
		rest := requestURI[i+len("://"):]
		requestURI = "/"
		if j := strings.Index(rest, "/"); j >= 0 {
			requestURI = rest[j:]
		}
	}
	path, query, _ = strings.Cut(requestURI, "?")
	rest, ok := strings.CutPrefix(path, p.ownPath)
	if !ok || rest != "" && rest[0] != '/' || hasDots(rest) {
		return "", "", false
	}
	return rest, query, true
}

// hasDots reports whether a path leads out of the place that it begins with.
func hasDots(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(segment); err != nil || plain == ".." {
			return plain == ".."
		}
	}
	return false
}

// moved rewrites absolute locations from one base URL to another.
func moved(from, to string) rewrite.Func {
	return func(p rewrite.Place, v string) string {
		switch p.Key {
		case "location", "content-location", "$ref":
			if rest, ok := strings.CutPrefix(v, from); ok && (rest == "" || strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "?")) {
				return to + rest
			}
		}
		return v
	}
}

// readUpTo reads as much of a body as is judged. more says that there is more,
// which the reader still has.
func readUpTo(r io.Reader) (body []byte, more bool, err error) {
	body, err = io.ReadAll(io.LimitReader(r, maxBody+1))
	return body, len(body) > maxBody, err
}

// refuse answers in the words of SCIM.
func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", scim.MediaType)
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"schemas":[%q],"status":"%d","detail":%s}`, scim.ErrorURN, status, scim.Quote("scimtest proxy: "+detail))
}

// write passes an answer on as it came.
func write(w http.ResponseWriter, a *answer) {
	for k, v := range a.header {
		w.Header()[k] = v
	}
	// What the target did not send, the server here must not add.
	for _, k := range []string{"Date", "Content-Type"} {
		if _, has := a.header[k]; !has {
			w.Header()[k] = nil
		}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
	if a.rest != nil {
		_, _ = io.Copy(w, a.rest)
	}
}

// answer is what the target answers, on its way through.
type answer struct {
	status int
	header http.Header
	body   []byte
	rest   io.Reader // what of the body has not been read
}

// request makes the request to the target, with path, query and header as they
// came.
func (p *Proxy) request(ctx context.Context, r scim.Request, length int64, rest io.Reader) *http.Request {
	u := &url.URL{Scheme: p.target.Scheme, Host: p.target.Host, Opaque: p.target.EscapedPath() + r.Path, RawQuery: r.RawQuery}
	if u.Opaque == "" || u.Opaque[0] != '/' || strings.HasPrefix(u.Opaque, "//") {
		u.Opaque = "/" + strings.TrimLeft(u.Opaque, "/")
	}
	body := io.Reader(bytes.NewReader(r.Body))
	if rest != nil {
		body = io.MultiReader(body, rest)
	}
	req := (&http.Request{
		Method: r.Method, URL: u, Host: p.target.Host, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(body), ContentLength: length,
	}).WithContext(ctx)
	if length == 0 {
		req.Body = http.NoBody
	}
	for k, v := range r.Header {
		if !hopByHop[http.CanonicalHeaderKey(k)] {
			req.Header[k] = v
		}
	}
	if _, has := req.Header["User-Agent"]; !has {
		req.Header["User-Agent"] = []string{""} // Go would add its own
	}
	return req
}

// hopByHop are the headers of a connection (RFC 9110 section 7.6.1), and those
// that the transport sets.
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Connection": true, "Te": true, "Trailer": true, "Transfer-Encoding": true,
	"Upgrade": true, "Proxy-Authorization": true, "Content-Length": true, "Host": true,
}
