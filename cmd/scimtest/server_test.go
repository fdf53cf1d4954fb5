package main

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/internal/reference"
)

// scriptServers holds the servers of all scripts by their URLs, which differ.
var scriptServers sync.Map

// scriptServer is something that a script runs scimtest against.
type scriptServer struct {
	url         string
	certificate []byte // PEM, with TLS
	close       func()

	mu       sync.Mutex
	requests []string // as "POST/Users", paths below the base URL
}

// count tells how many requests there were: all, those of a method ("POST"),
// or those of a method at a path ("POST/Users").
func (s *scriptServer) count(what string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		method, _, _ := strings.Cut(r, "/")
		if what == "" || what == r || what == method {
			n++
		}
	}
	return n
}

// newScriptServer starts a server of a kind:
//
//	(none)    the reference, with the tokens "secret", "secret-2" of a second
//	          tenant, and "secret-read" that may only read
//	tls       the same behind a certificate that nobody knows
//	login     redirects to a login page
//	html      a page with status 200
//	not-found a page with status 404
//	forbidden a SCIM error 403
func newScriptServer(args []string) (*scriptServer, error) {
	kind := ""
	cfg := reference.Config{SecondToken: secondToken, ReadToken: readToken}
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--fault" && i+1 < len(args):
			i++
			cfg.Faults = append(cfg.Faults, args[i])
		case args[i] == "--vary" && i+1 < len(args):
			i++
			cfg.Variations = append(cfg.Variations, args[i])
		default:
			kind = args[i]
		}
	}
	const page = "<html><body>Sign in to continue</body></html>"
	var handler http.Handler
	path := ""
	switch kind {
	case "", "tls":
		server, err := reference.New(cfg)
		if err != nil {
			return nil, err
		}
		handler, path = server, "/scim/v2"
	case "login":
		handler = plain(http.StatusFound, "Location", "https://login.example.com/", page)
	case "html":
		handler = plain(http.StatusOK, "Content-Type", "text/html", page)
	case "not-found":
		handler = plain(http.StatusNotFound, "Content-Type", "text/html", page)
	case "forbidden":
		handler = plain(http.StatusForbidden, "Content-Type", "application/scim+json",
			`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"403"}`)
	default:
		return nil, errors.New("serve: unknown kind " + kind)
	}
	s := &scriptServer{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+strings.TrimPrefix(r.URL.Path, path))
		s.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what a script is about
	if kind == "tls" {
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		server.StartTLS()
		s.certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	} else {
		server.Start()
	}
	s.url, s.close = server.URL+path, server.Close
	return s, nil
}
