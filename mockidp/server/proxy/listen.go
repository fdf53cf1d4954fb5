package proxy

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

// Running is a proxy that listens.
type Running struct {
	// URL is the base URL on this machine.
	URL string

	server *http.Server
	done   chan struct{}
}

// Listen serves on a TCP address; port 0 takes a free one. With a certificate it
// speaks TLS. Close ends it.
func (p *Proxy) Listen(address string, certificate *tls.Certificate) (*Running, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	r := &Running{URL: "http://" + listener.Addr().String() + p.ownPath, done: make(chan struct{})}
	if certificate != nil {
		r.URL = "https" + r.URL[len("http"):]
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12})
	}
	r.server = &http.Server{
		Handler: hear(p), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 1 << 20,
		ErrorLog: log.New(io.Discard, "", 0), // connections of strangers that come to nothing
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
	go func() {
		defer close(r.done)
		_ = r.server.Serve(hearingListener{listener}) // ends with Close, always with an error
	}()
	return r, nil
}

// shutdownTime is how long requests may take to end when the proxy closes.
const shutdownTime = 5 * time.Second

// Close ends the proxy when what is on its way has passed.
func (r *Running) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	err := r.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = r.server.Close()
	}
	<-r.done
	return err
}

type connKey struct{}

// Go spells the names of headers anew. What identity providers send is kept, so
// the beginnings of requests are listened to as they come: ADSCIMVersion.
type hearingListener struct{ net.Listener }

func (l hearingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &hearingConn{Conn: c}, nil
}

// maxHeard is how much of what comes is kept until it is known to be a header.
const maxHeard = 64 << 10

type hearingConn struct {
	net.Conn
	mu    sync.Mutex
	heard []byte
}

func (c *hearingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := maxHeard - len(c.heard); room > 0 {
		c.heard = append(c.heard, b[:min(n, room)]...)
	}
	return n, err
}

// names lists the names of headers in what was heard, by what Go makes of them,
// and forgets it.
func (c *hearingConn) names() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]string{}
	head, _, _ := bytes.Cut(c.heard, []byte("\r\n\r\n"))
	for _, line := range bytes.Split(head, []byte("\r\n"))[1:] {
		if name, _, ok := bytes.Cut(line, []byte(":")); ok {
			out[http.CanonicalHeaderKey(string(name))] = string(name)
		}
	}
	c.heard = nil
	return out
}

// forget drops what was heard of a body.
func (c *hearingConn) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = nil
}

type spelledKey struct{}

// hear is a handler that knows how the caller spelled its headers.
func hear(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connKey{}).(*hearingConn); ok {
			r = r.WithContext(context.WithValue(r.Context(), spelledKey{}, c.names()))
			defer c.forget()
		}
		next.ServeHTTP(w, r)
	})
}

// spelled is the header of a request with its names as the caller spelled them,
// where that is not the usual way.
func spelled(r *http.Request) http.Header {
	names, _ := r.Context().Value(spelledKey{}).(map[string]string)
	out := http.Header{}
	for k, v := range r.Header {
		// Names in lower case are as good as the usual ones, and come from
		// gateways that speak HTTP/2.
		if name := names[k]; name != "" && name != k && name != string(bytes.ToLower([]byte(name))) {
			k = name
		}
		out[k] = v
	}
	return out
}

// OwnCertificate makes a certificate for the names, which nobody has signed.
func OwnCertificate(names ...string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "scimtest proxy"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(30 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
