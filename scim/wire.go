// Package scim holds the vocabulary of SCIM 2.0 that everything else stands
// on: URNs, requests and answers as they are on the wire, the filter and path
// grammar of RFC 7644, reading resources by SCIM paths, and the HTTP client.
package scim

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"
)

// Request is one request, exactly as it is sent below the base URL of a
// service provider: nothing is added to the header but what HTTP itself needs
// and what the client's credentials require.
type Request struct {
	// Method is the HTTP method, such as "PATCH".
	Method string `json:"method"`
	// Path is the escaped path below the base URL, such as "/Users/2819c223".
	Path string `json:"path"`
	// RawQuery is the encoded query without "?", sent as it is.
	RawQuery string `json:"query,omitempty"`
	// Header is sent as it is. A key with an empty value suppresses what Go
	// would send by itself (User-Agent).
	Header http.Header `json:"header,omitempty"`
	// Body is sent as it is; nil sends none.
	Body Body `json:"body,omitempty"`
	// NoAuth leaves the client's credentials out of this request.
	NoAuth bool `json:"no_auth,omitempty"`
	// As says whose request it is, where a run has several clients. It is
	// never on the wire.
	As Role `json:"as,omitempty"`
	// Intent says what an identity provider means by the request: the name of
	// a wording of a mockidp dialect, such as "Deactivate". It is never on the
	// wire.
	Intent string `json:"-"`
	// Truncated says that Body is only the beginning of what was sent, as
	// reports keep it.
	Truncated bool `json:"truncated,omitempty"`
}

// Role is what a client is in a run. The zero value is that of the run's own
// client.
type Role string

// The roles of other clients.
const (
	// SecondTenant is a client of another tenant of the same service.
	SecondTenant Role = "second-tenant"
	// Reader is a client of the same tenant that may only read.
	Reader Role = "reader"
)

// Response is one answer as it was received.
type Response struct {
	Status int         `json:"status"`
	Header http.Header `json:"header,omitempty"`
	Body   Body        `json:"body,omitempty"`
	// Truncated says that the body was longer than the client's size limit.
	Truncated bool `json:"truncated,omitempty"`
}

// Phase tells how far an attempt without an answer came.
type Phase string

// The phases in which an attempt can end without an answer.
const (
	// PhaseConnect: the request was never sent (DNS, TCP, TLS, a bad URL).
	PhaseConnect Phase = "connect"
	// PhaseExchange: the request was sent, wholly or in part, and no
	// complete answer came back (closed, timed out, malformed).
	PhaseExchange Phase = "exchange"
)

// Exchange is one attempt: a request and its answer, or the reason why there
// is none.
type Exchange struct {
	Request  Request   `json:"request"`
	Response *Response `json:"response,omitempty"`
	// Error is empty when Response is complete.
	Error string `json:"error,omitempty"`
	// Phase is set with Error.
	Phase   Phase         `json:"phase,omitempty"`
	Started time.Time     `json:"started"`
	Elapsed time.Duration `json:"elapsed_ns"`
}

// Status returns the HTTP status of the answer, or 0 without one.
func (x *Exchange) Status() int {
	if x == nil || x.Response == nil {
		return 0
	}
	return x.Response.Status
}

// Sent reports whether the request reached the wire.
func (x *Exchange) Sent() bool { return x.Phase != PhaseConnect }

// Doer sends a request and returns the exchange, which is never nil. An error
// of transport is told in the exchange.
type Doer interface {
	Do(context.Context, Request) *Exchange
}

// DoerFunc is a function that is a Doer.
type DoerFunc func(context.Context, Request) *Exchange

// Do calls f.
func (f DoerFunc) Do(ctx context.Context, r Request) *Exchange { return f(ctx, r) }

// Body is the bytes of a message. In JSON it is a string where the bytes are
// valid UTF-8, and otherwise an object {"base64": "..."}, so that reports stay
// readable and nothing is lost.
type Body []byte

type base64Body struct {
	Base64 string `json:"base64"`
}

// MarshalJSON implements json.Marshaler.
func (b Body) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		return json.Marshal(string(b))
	}
	return json.Marshal(base64Body{base64.StdEncoding.EncodeToString(b)})
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Body) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*b = Body(s)
		return nil
	}
	var e base64Body
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(e.Base64)
	if err != nil {
		return err
	}
	*b = raw
	return nil
}

type observerKey struct{}

// WithObserver returns a context with which a Client reports every attempt,
// retries after 429 and 503 included, in the order they end.
func WithObserver(ctx context.Context, observe func(*Exchange)) context.Context {
	return context.WithValue(ctx, observerKey{}, observe)
}

// Observer returns the function given to WithObserver, or nil.
func Observer(ctx context.Context) func(*Exchange) {
	f, _ := ctx.Value(observerKey{}).(func(*Exchange))
	return f
}
