package scim

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config says how to reach a service provider. The zero value of a limit
// means its default.
type Config struct {
	// BaseURL is what paths are appended to. A query in it is joined to the
	// query of every request.
	BaseURL string
	// Auth adds credentials; nil sends none.
	Auth Authenticator
	// Header is added to every request that does not set the same key. With
	// Request.NoAuth its Authorization stays out as well.
	Header http.Header
	// CAFile, ClientCert and ClientKey are PEM files. The certificates of
	// CAFile are trusted besides those of the system.
	CAFile, ClientCert, ClientKey string
	// Insecure accepts any certificate of the target.
	Insecure bool
	// ConnectTimeout bounds DNS and TCP, and again TLS (10 s); RequestTimeout
	// bounds one attempt from its start to the end of the answer (30 s).
	ConnectTimeout, RequestTimeout time.Duration
	// MaxResponseBytes is how much of a body is read (16 MiB), and
	// MaxHeaderBytes how much of a header (1 MiB).
	MaxResponseBytes int64
	MaxHeaderBytes   int64
	// Rate is the most requests a second, attempts counted one by one; 0 is
	// no limit.
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

// ParseBaseURL reads a base URL and refuses what cannot be one: credentials
// in it would show in logs, and a fragment never reaches a server.
func ParseBaseURL(raw string) (*url.URL, error) {
	const like = "give one like https://scim.example.com/v2"
	u, err := url.Parse(raw)
	switch {
	case !strings.Contains(raw, "://"):
		// A host and a port alone is read as a scheme, or not at all.
		return nil, fmt.Errorf("the URL %q does not begin with https:// or http://; %s", raw, like)
	case err != nil:
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return nil, fmt.Errorf("the URL cannot be read: %w; %s", err, like)
	case u.User != nil:
		return nil, errors.New("the URL holds credentials; take them out and set SCIMTEST_TOKEN, or use --token-file")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the URL %q does not begin with https:// or http://; %s", raw, like)
	case u.Hostname() == "":
		return nil, fmt.Errorf("the URL %q names no host; %s", raw, like)
	case !validPort(u.Port()):
		return nil, fmt.Errorf("the URL %q names a port that does not exist; give one from 1 to 65535, or none", raw)
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return nil, fmt.Errorf("the URL %q has a fragment; leave out what stands from # on", raw)
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

func validPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func orDefault[V int64 | time.Duration](v *V, d V) {
	if *v <= 0 {
		*v = d
	}
}

// TLSConfig reads the certificates, and says how a connection is secured. The
// errors say which flag to check.
func (cfg *Config) TLSConfig() (*tls.Config, error) {
	t := &tls.Config{InsecureSkipVerify: cfg.Insecure} //nolint:gosec // asked for by --insecure
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("cannot read the CA file: %w; check --ca-file", err)
		}
		// Added to those of the system, since the token endpoint may have a
		// public certificate where the target has a private one.
		if t.RootCAs, err = x509.SystemCertPool(); err != nil {
			t.RootCAs = x509.NewCertPool()
		}
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
