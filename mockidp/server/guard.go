package server

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
)

// Guard keeps strangers from the program: pages of other sites that a browser
// shows, names that resolve to this machine, and who has no password.
type Guard struct {
	// Password is asked for, by HTTP Basic with any user name; "" asks for
	// none.
	Password string
	// Hosts are the names and addresses, without ports, by which the program
	// may be reached; nil is any. It keeps a site from reaching the program
	// under the site's own name.
	Hosts []string

	token string
}

// NewGuard makes a guard with a CSRF token of its own.
func NewGuard(password string, hosts []string) *Guard {
	return &Guard{Password: password, Hosts: hosts, token: rand.Text()}
}

// Names of the CSRF token in a form and in the header.
const (
	TokenField  = "csrf"
	TokenHeader = "X-CSRF-Token"
)

// Token is the CSRF token, which forms and scripts of our own pages send back.
func (g *Guard) Token() string { return g.token }

// maxBody bounds the body of a request, but for imports.
const maxBody = 1 << 20

// Wrap guards a handler. A browser's request that changes something has to come
// from our own page and to carry the CSRF token; programs, which send neither
// Origin nor Sec-Fetch-Site, need none.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if g.Hosts != nil && !slices.Contains(g.Hosts, hostname(r.Host)) {
			writeProblem(w, http.StatusMisdirectedRequest, "this program is not reached by the name "+hostname(r.Host)+"; use the address that it printed")
			return
		}
		if !g.admits(r) {
			h.Set("WWW-Authenticate", `Basic realm="scimtest idp", charset="UTF-8"`)
			writeProblem(w, http.StatusUnauthorized, "the password is missing or wrong; send it by HTTP Basic, with any user name")
			return
		}
		limit := int64(maxBody)
		switch {
		case strings.HasSuffix(r.URL.Path, "/import"):
			limit = maxImport
		case strings.HasSuffix(r.URL.Path, "/mapping"):
			limit = maxMapping
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := g.own(r); err != nil {
			writeProblem(w, http.StatusForbidden, err.Error())
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (g *Guard) admits(r *http.Request) bool {
	if g.Password == "" {
		return true
	}
	_, password, _ := r.BasicAuth()
	// Hashes, so that the time tells nothing of the length either.
	have, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(g.Password))
	return subtle.ConstantTimeCompare(have[:], want[:]) == 1
}

// own reports why a request may not change anything.
func (g *Guard) own(r *http.Request) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	if origin == "" && site == "" {
		return nil // no browser
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return errors.New("the request comes from another site")
	}
	token := r.Header.Get(TokenHeader)
	if token == "" && isForm(r) {
		token = r.FormValue(TokenField)
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(g.token)) != 1 {
		return errors.New("the CSRF token is missing or old; load the page again")
	}
	return nil
}

func isForm(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data"
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// problemBody is an error in the form of RFC 9457.
type problemBody struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problemBody{"about:blank", http.StatusText(status), status, detail})
}

// StatusOf is the HTTP status for an error of App and Tenant.
func StatusOf(err error) int {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, ErrInvalid):
		return http.StatusBadRequest
	case errors.Is(err, ErrConflict):
		return http.StatusConflict
	case errors.Is(err, ErrGoesOn):
		return http.StatusAccepted
	case errors.Is(err, ErrStorage):
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}
