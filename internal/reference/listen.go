package reference

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Running is a service provider that listens.
type Running struct {
	// URL is its base URL, such as "http://127.0.0.1:8085/scim/v2".
	URL string

	server *http.Server
	close  sync.Once
	done   chan struct{}
}

// Secure reports whether it speaks TLS. Its certificate is its own, so only a
// client that takes any certificate reaches it.
func (r *Running) Secure() bool { return strings.HasPrefix(r.URL, "https:") }

// Listen serves on a TCP address such as "127.0.0.1:8085"; port 0 takes a free
// one. A Server listens once. Close ends it.
func (s *Server) Listen(address string) (*Running, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	running := &Running{
		URL:    "http://" + listener.Addr().String() + s.basePath,
		server: &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second},
		done:   make(chan struct{}),
	}
	if s.b.tlsFrom != 0 {
		certificate, err := ownCertificate(listener.Addr())
		if err != nil {
			listener.Close()
			return nil, err
		}
		running.URL = "https" + strings.TrimPrefix(running.URL, "http")
		running.server.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: s.b.tlsFrom})
	}
	if s.endless {
		running.server.ConnContext = keepLittle
	}
	running.server.RegisterOnShutdown(func() { close(s.closing) })
	go func() {
		defer close(running.done)
		_ = running.server.Serve(listener) // ends with Close, always with an error
	}()
	return running, nil
}

// keepLittle makes the kernel keep little of what a client has not read: of an
// endless answer it would take megabytes, to throw them away.
func keepLittle(ctx context.Context, conn net.Conn) context.Context {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(32 << 10) // it works without
	}
	return ctx
}

// shutdownTimeout is how long requests may take to end when the server closes.
const shutdownTimeout = 2 * time.Second

// Close ends the service provider and everything that it has begun.
func (r *Running) Close() error {
	var err error
	r.close.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		if err = r.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			err = r.server.Close()
		}
		<-r.done
	})
	return err
}
