package reference

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// The ways to be no service provider at all.
const (
	HostileError          = "500"
	HostileNotFound       = "404"
	HostileEmptyObject    = "empty-object"
	HostileCannedUser     = "canned-user"
	HostileHTML           = "html"
	HostileTruncatedJSON  = "truncated-json"
	HostileClose          = "close"
	HostileRedirectLoop   = "redirect-loop"
	HostileEndlessHeaders = "endless-headers"
	HostileEndlessBody    = "endless-body"
	HostileSlowBytes      = "slow-bytes"
)

// When a hostility begins.
const (
	afterDiscovery   = "discovery"
	afterFirstCreate = "first-create"
)

// Hostile is a way to answer everything as no service provider would.
type Hostile struct {
	Name, Title string
	answer      func(s *Server, w http.ResponseWriter, r *http.Request)
}

// Hostiles lists the hostile ways, sorted by name.
func Hostiles() []Hostile { return slices.Clone(hostiles) }

var hostiles = []Hostile{
	{HostileNotFound, "Every answer is 404 with a SCIM Error", func(s *Server, w http.ResponseWriter, r *http.Request) {
		s.send(w, r, errorReply(notFound("everything")))
	}},
	{HostileError, "Every answer is 500 with a SCIM Error", func(s *Server, w http.ResponseWriter, r *http.Request) {
		s.send(w, r, errorReply(fail(http.StatusInternalServerError, "nothing works")))
	}},
	{HostileCannedUser, "Every answer is 200 with one and the same User", func(s *Server, w http.ResponseWriter, r *http.Request) {
		write(w, http.StatusOK, scim.MediaType, cannedUser)
	}},
	{HostileClose, "Every connection is closed without an answer", func(_ *Server, _ http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler)
	}},
	{HostileEmptyObject, "Every answer is 200 with {}", func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, scim.MediaType, "{}")
	}},
	{HostileEndlessBody, "Every body goes on until the client gives up", endlessBody},
	{HostileEndlessHeaders, "Every header goes on until the client gives up", endlessHeaders},
	{HostileHTML, "Every answer is 200 with a login page", func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, "text/html; charset=utf-8", loginPage)
	}},
	{HostileRedirectLoop, "Every answer is a redirect to another one", func(s *Server, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Path+"x")
		w.WriteHeader(http.StatusFound)
	}},
	{HostileSlowBytes, "Every body comes byte by byte, very slowly", slowBytes},
	{HostileTruncatedJSON, "Every body is JSON that ends in the middle", func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, scim.MediaType, cannedUser[:len(cannedUser)/2])
	}},
}

const cannedUser = `{"schemas":["` + scim.UserURN + `"],"id":"00000000-0000-4000-8000-000000000001",` +
	`"userName":"canned@scimtest.example.com","displayName":"Canned User","active":true,"name":{"familyName":"User","givenName":"Canned"},` +
	`"emails":[{"value":"canned@scimtest.example.com","type":"work","primary":true}],` +
	`"meta":{"resourceType":"User","created":"2026-01-01T00:00:00Z","lastModified":"2026-01-01T00:00:00Z",` +
	`"location":"/Users/00000000-0000-4000-8000-000000000001","version":"W/\"1\""}}`

const loginPage = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Sign in</form></body></html>"

func write(w http.ResponseWriter, status int, mediaType, body string) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // a client that left is no error of ours
}

// endlessLimit bounds what is endless, in bytes: more than any client should
// read.
const endlessLimit = 256 << 20

// endlessBody sends JSON that has no end.
func endlessBody(s *Server, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", scim.MediaType)
	chunk := bytes.Repeat([]byte(`{"id":"x"},`), 4096)
	_, _ = w.Write([]byte(`{"Resources":[`))
	for sent := 0; sent < endlessLimit && s.open(r); sent += len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// endlessHeaders sends a header that has no end.
func endlessHeaders(s *Server, w http.ResponseWriter, r *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second)) // a write then fails, and that ends it
	chunk := bytes.Repeat([]byte("X-Filler: "+strings.Repeat("x", 100)+"\r\n"), 256)
	_, err = conn.Write([]byte("HTTP/1.1 200 OK\r\n"))
	for sent := 0; err == nil && sent < endlessLimit && s.open(r); sent += len(chunk) {
		_, err = conn.Write(chunk)
	}
}

// slowBytes sends the canned user, one byte every few seconds.
func slowBytes(s *Server, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", scim.MediaType)
	flush := http.NewResponseController(w).Flush
	for i := range len(cannedUser) {
		if _, err := w.Write([]byte{cannedUser[i]}); err != nil || flush() != nil {
			return
		}
		select {
		case <-time.After(2 * time.Second):
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		}
	}
}

// open reports whether both sides still want to go on.
func (s *Server) open(r *http.Request) bool {
	select {
	case <-r.Context().Done():
		return false
	case <-s.closing:
		return false
	default:
		return true
	}
}

// hostile wraps the service provider: hostile at once, or when it has seen what
// after names.
func hostile(s *Server, name, after string) (http.Handler, error) {
	i := slices.IndexFunc(hostiles, func(h Hostile) bool { return h.Name == name })
	if i < 0 {
		return nil, unknown("hostility", name, namesOf(hostiles, func(h Hostile) string { return h.Name }))
	}
	if after != "" && after != afterDiscovery && after != afterFirstCreate {
		return nil, unknown("start of a hostility", after, []string{afterDiscovery, afterFirstCreate})
	}
	kind, friendly := hostiles[i], s.handler
	var begun atomic.Bool
	begun.Store(after == "")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if after == afterDiscovery && !isDiscovery(r) {
			begun.Store(true)
		}
		if begun.Load() {
			kind.answer(s, w, r)
			return
		}
		friendly.ServeHTTP(&statusWriter{w, func(status int) {
			if after == afterFirstCreate && status == http.StatusCreated {
				begun.Store(true)
			}
		}}, r)
	}), nil
}

func isDiscovery(r *http.Request) bool {
	for _, e := range [...]string{scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint} {
		if strings.Contains(r.URL.Path, e) {
			return true
		}
	}
	return false
}

// statusWriter tells the status of an answer before it is sent.
type statusWriter struct {
	http.ResponseWriter
	tell func(status int)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) WriteHeader(status int) {
	w.tell(status)
	w.ResponseWriter.WriteHeader(status)
}
