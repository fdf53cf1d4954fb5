package scim

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// noCredentials is an error that kept credentials from being had. It says
// itself what to do.
type noCredentials struct{ error }

type errNoAnswer time.Duration

func (e errNoAnswer) Error() string { return "no answer within " + time.Duration(e).String() }

// explain words an error of transport for people, without addresses and ports
// that differ from run to run. Where ctx ended, the reason why it did counts.
func explain(ctx context.Context, err error) string {
	cause := context.Cause(ctx)
	var timeout errNoAnswer
	switch {
	case errors.As(cause, &timeout):
		return timeout.Error()
	case cause != nil:
		return plain(cause)
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
		record    tls.RecordHeaderError
		operation *net.OpError
		lacking   noCredentials
	)
	text := err.Error()
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &lacking):
		return text
	case errors.Is(err, context.DeadlineExceeded):
		return "the time is up"
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return "the proxy (HTTP_PROXY, HTTPS_PROXY): " + plain(operation.Err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host: " + dns.Name
	case errors.As(err, &dns):
		return "the name of the host could not be looked up: " + dns.Name
	case errors.As(err, &unknown):
		return "TLS: the certificate is signed by an unknown authority; name it with --ca-file, or take any with --insecure"
	case errors.As(err, &hostname):
		return "TLS: the certificate is for another host"
	case errors.As(err, &invalid):
		return "TLS: the certificate is expired or not valid"
	case errors.As(err, &verify):
		return "TLS: " + strings.TrimPrefix(text, "tls: ")
	case tlsAlert(err):
		_, alert, _ := strings.Cut(text, "tls: ")
		return "TLS: " + alert + " (the alert of the target)"
	case errors.As(err, &record), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return "TLS: the target does not speak TLS; is its URL http://?"
	case closedError(err):
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
	text = strings.TrimPrefix(text, "net/http: ")
	return strings.TrimPrefix(text, "HTTP/1.x transport connection broken: ")
}

// tlsAlert reports whether the other end refused the TLS connection, be it that
// its word came only after the request was sent (RFC 8446 section 4.4.2.4).
func tlsAlert(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "remote error"
}

// closedError reports whether an error means that the other end closed the
// connection. It may be noticed while writing; net/http then closes this end
// too, and whether the error of the write or that of the read which waited for
// the answer (net.ErrClosed) arrives is a matter of scheduling.
func closedError(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "connection reset") || strings.Contains(text, "broken pipe") ||
		strings.Contains(text, "server closed idle connection")
}
