package proxy

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/scimtest/scimtest/internal/rewrite"
	"github.com/scimtest/scimtest/scim"
)

// forward sends a request on and its answer back, and has the exchange judged.
func (p *Proxy) forward(ctx context.Context, w http.ResponseWriter, r *http.Request, x *scim.Exchange) {
	var rest io.Reader
	length := int64(len(x.Request.Body))
	if x.Request.Truncated {
		rest, length = r.Body, r.ContentLength
	} else if r.ContentLength < 0 {
		length = -1 // it came in chunks and goes on in chunks
	}
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	resp, err := p.transport.RoundTrip(p.request(traced, x.Request, length, rest))
	if err != nil {
		p.fail(ctx, w, x, err, sent.Load())
		return
	}
	defer resp.Body.Close()
	body, more, err := readUpTo(resp.Body)
	if err != nil {
		p.fail(ctx, w, x, err, true)
		return
	}
	x.Elapsed = time.Since(x.Started)
	header := http.Header{}
	for k, v := range resp.Header {
		if !hopByHop[k] || k == "Content-Length" {
			header[k] = v
		}
	}
	a := &answer{status: resp.StatusCode, header: header, body: body}
	x.Response = &scim.Response{Status: resp.StatusCode, Header: header.Clone(), Body: body, Truncated: more}
	if more {
		a.rest = resp.Body
		x.Response.Body = body[:maxBody]
	} else if plain, ok := unzipped(resp.Header.Get("Content-Encoding"), body); ok {
		x.Response.Body = plain
	}
	if p.public != "" && !more {
		p.publish(a, x.Response, r.Method)
	}
	// First the answer, then the judgement: nobody waits for it.
	write(w, a)
	p.recorder.add(x)
}

// publish rewrites the absolute locations of an answer.
func (p *Proxy) publish(a *answer, plain *scim.Response, method string) {
	moved := rewrite.Response(plain, moved(p.base, p.public))
	if bytes.Equal(moved.Body, plain.Body) {
		a.header = moved.Header
		return
	}
	a.header, a.body = moved.Header, moved.Body
	a.header.Del("Content-Encoding") // what was packed is not any more
	if method != http.MethodHead {
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
}

// fail records that no answer came. The caller sees what it would have seen: a
// connection that was closed, or else that there is no target.
func (p *Proxy) fail(ctx context.Context, w http.ResponseWriter, x *scim.Exchange, err error, sent bool) {
	x.Elapsed, x.Phase, x.Error = time.Since(x.Started), scim.PhaseConnect, err.Error()
	if sent {
		x.Phase = scim.PhaseExchange
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		x.Error = "no answer within " + p.cfg.Timeout.String()
	case ctx.Err() != nil:
		x.Error = "the caller went away before the answer came"
	}
	p.recorder.add(x)
	if sent {
		panic(http.ErrAbortHandler)
	}
	refuse(w, http.StatusBadGateway, "the target cannot be reached")
}

// unzipped is the content of a body that is packed with gzip, the only coding
// that identity providers ask for (okta.md 1.3).
func unzipped(coding string, body []byte) ([]byte, bool) {
	if coding != "gzip" {
		return nil, false
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, false
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxBody+1))
	return plain, err == nil && len(plain) <= maxBody
}

// probe asks the target whether it takes the credentials of a request.
func (p *Proxy) probe(r *http.Request) (*answer, error) {
	return p.ask(r.Context(), spelled(r), scim.UsersEndpoint, "startIndex=1&count=1")
}

// ask sends a request of the proxy itself, with the header of a caller.
func (p *Proxy) ask(ctx context.Context, like http.Header, path, query string) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	h := http.Header{"Accept": {scim.MediaType}, userAgent: {agent}}
	for k, v := range like {
		switch http.CanonicalHeaderKey(k) {
		case "Accept", "Accept-Encoding", userAgent, "Content-Type", "Content-Encoding":
		default:
			h[k] = v
		}
	}
	resp, err := p.transport.RoundTrip(p.request(ctx, scim.Request{Method: http.MethodGet, Path: path, RawQuery: query, Header: h}, 0, nil))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, _, err := readUpTo(resp.Body)
	if err != nil {
		return nil, err
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

const (
	userAgent = "User-Agent"
	agent     = "scimtest-proxy"
)

// discover reads what the target says of itself, so that answers are judged by
// it. Credentials are those of a caller whom the target knows.
func (p *Proxy) discover(ctx context.Context, authorization string) {
	like := http.Header{}
	if authorization != anonymous {
		like.Set("Authorization", authorization)
	}
	for _, path := range []string{scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint} {
		a, err := p.ask(ctx, like, path, "")
		if err != nil {
			return
		}
		p.recorder.learn(&scim.Exchange{
			Request:  scim.Request{Method: http.MethodGet, Path: path},
			Response: &scim.Response{Status: a.status, Header: a.header, Body: a.body},
		})
	}
}
