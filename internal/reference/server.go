package reference

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
)

// Config says how the service provider behaves. The zero value is a correct
// one with the token "secret" at /scim/v2.
type Config struct {
	// Token is the bearer token; "secret" when empty.
	Token string
	// SecondToken is the bearer token of a second tenant; without one there is
	// none. Its base URL may be that of the first, or have SecondPath behind
	// it.
	SecondToken string
	// ReadToken is a bearer token of the first tenant that may only read;
	// without one there is none.
	ReadToken string
	// BasePath is the path of the base URL; "/scim/v2" when empty.
	BasePath string
	// Profile is what the service provider is to be like; nil for nothing in
	// particular.
	Profile *profile.Profile
	// Deactivation, "inactive" or "gone", chooses where the profile leaves it
	// open, or says otherwise.
	Deactivation string
	// RateLimited answers 429 at the rate of the profile.
	RateLimited bool
	// Faults and Variations are names from Faults and Variations.
	Faults, Variations []string
	// Hostile is a name from Hostiles, or empty.
	Hostile string
	// HostileAfter is when the hostility begins: "" at once, "discovery"
	// after the discovery endpoints were read (the first request to anything
	// else), "first-create" after the first resource was created.
	HostileAfter string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Seed makes the ids the same on every run; 0 makes them random.
	Seed uint64
}

// maxBody bounds the body of a single request, in bytes.
const maxBody = 8 << 20

// Server is the reference service provider. It is an http.Handler for the
// whole of its base path.
type Server struct {
	token, readToken string
	basePath         string
	now              func() time.Time
	types            []*resourceType
	store            *store
	cursors          *cursors
	tenant           tenant
	b                behaviour
	handler          http.Handler
	closing          chan struct{}
	// endless says that answers have no end.
	endless bool
	// second is the second tenant, and peer the other one of the two; nil
	// without a second.
	second, peer *Server
}

// New makes a service provider. It returns an error for a fault, variation or
// hostility that does not exist.
func New(cfg Config) (*Server, error) {
	s := &Server{
		token:     cfg.Token,
		readToken: cfg.ReadToken,
		basePath:  strings.TrimSuffix(cfg.BasePath, "/"),
		now:       cfg.Now,
		types:     []*resourceType{userType(), groupType(), deviceType()},
		closing:   make(chan struct{}),
	}
	if s.token == "" {
		s.token = "secret"
	}
	if cfg.BasePath == "" {
		s.basePath = "/scim/v2"
	}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.emulate(&cfg); err != nil {
		return nil, err
	}
	if err := s.plant(cfg.Faults, cfg.Variations); err != nil {
		return nil, err
	}
	for _, shape := range s.b.shape {
		s.types = shape(s.types)
	}
	s.store = newStore(s.types, cfg.Seed)
	s.cursors = newCursors(s.now, s.store.newID())
	if cfg.SecondToken != "" {
		s.addSecond(cfg.SecondToken, cfg.Seed)
	}
	s.addSubject()
	s.handler = s.serveBeside(http.HandlerFunc(s.serve))
	for _, wrap := range s.b.wrap {
		s.handler = wrap(s.handler)
	}
	if cfg.Hostile != "" || cfg.HostileAfter != "" {
		h, err := hostile(s, cfg.Hostile, cfg.HostileAfter)
		if err != nil {
			return nil, err
		}
		s.handler = h
		s.endless = cfg.Hostile == HostileEndlessBody || cfg.Hostile == HostileEndlessHeaders
	}
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// call is a request in the terms of SCIM.
type call struct {
	// srv is the tenant that the request is for.
	srv *Server
	// method is the HTTP method; HEAD is read as GET.
	method string
	// base is the absolute base URL, as the client addressed it.
	base string
	// path holds the segments below the base URL, unescaped.
	path   []string
	params url.Values
	header http.Header
	// body is the JSON object of the request; nil without one.
	body object
	// size is the length of the body in bytes.
	size int
	// aside is what a fault took out of the body to put it in later.
	aside any
	// inBulk says that this is an operation of a bulk request.
	inBulk bool
	// stale is what a PATCH changes in place of the current document; nil in a
	// correct service provider.
	stale object
	// reader says that the token may only read.
	reader bool
}

// endpoint is the first segment of the path with a slash in front.
func (c *call) endpoint() string {
	if len(c.path) == 0 {
		return "/"
	}
	return "/" + c.path[0]
}

// kind is the resource type of the endpoint; nil for others.
func (c *call) kind() *resourceType {
	for _, t := range c.srv.types {
		if c.endpoint() == t.endpoint {
			return t
		}
	}
	return nil
}

// isWrite reports whether the request creates or changes a resource.
func (c *call) isWrite() bool {
	switch c.method {
	case http.MethodPost:
		return !c.isSearch()
	case http.MethodPut, http.MethodPatch:
		return true
	}
	return false
}

// isSearch reports whether the request is a query by POST.
func (c *call) isSearch() bool {
	return c.method == http.MethodPost && len(c.path) > 0 && "/"+c.path[len(c.path)-1] == scim.SearchSuffix
}

// reply is an answer in the terms of SCIM.
type reply struct {
	status int
	header http.Header
	// body is nil for an answer without a body.
	body object
	// raw is sent instead of body when it is not nil.
	raw []byte
	// shows is the resource that the answer shows; nil for others.
	shows *resource
}

func newReply(status int, body object) *reply {
	return &reply{status: status, header: http.Header{}, body: body}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c, err := s.read(r)
	var a *reply
	if err == nil {
		a = c.srv.dispatch(c)
	} else {
		a = s.finish(c, errorReply(err))
	}
	s.send(w, r, a)
}

// dispatch answers a parsed request, from the wire or inside bulk.
func (s *Server) dispatch(c *call) *reply {
	for _, hook := range s.b.receive {
		a, err := hook(c)
		if err != nil {
			a = errorReply(err)
		}
		if a != nil {
			return s.finish(c, a)
		}
	}
	a, err := c.srv.route(c)
	if err != nil {
		a = errorReply(err)
	}
	return s.finish(c, a)
}

func (s *Server) finish(c *call, a *reply) *reply {
	for _, hook := range s.b.answer {
		hook(c, a)
	}
	return a
}

// segments takes a path below the base URL apart, and its escapes away.
func segments(path string) ([]string, error) {
	var out []string
	for segment := range strings.SplitSeq(path, "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return nil, notFound("a path that cannot be decoded")
		}
		if segment != "" {
			out = append(out, plain)
		}
	}
	return out, nil
}

// read turns an HTTP request into a call. The call is usable also with an
// error.
func (s *Server) read(r *http.Request) (*call, error) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	c := &call{srv: s, method: r.Method, base: scheme + "://" + r.Host + s.basePath, header: r.Header}
	if c.method == http.MethodHead {
		c.method = http.MethodGet
	}
	below, ok := strings.CutPrefix(r.URL.EscapedPath(), s.basePath)
	if !ok || below != "" && below[0] != '/' {
		return c, notFound("what is not below " + s.basePath)
	}
	below, explicit := s.cutTenant(below)
	if explicit {
		c.base += SecondPath
	}
	var err error
	if c.path, err = segments(below); err != nil {
		return c, err
	}
	if err := s.authenticate(c); err != nil {
		return c, err
	}
	if err := c.inTenant(s, explicit); err != nil {
		return c, err
	}
	if c.params, err = parseParams(r.URL.RawQuery); err != nil {
		return c, err
	}
	if err := s.readBody(c, r); err != nil {
		return c, err
	}
	return c, c.readsOnly()
}

// parseParams decodes a query. Unlike url.ParseQuery it takes a semicolon for
// what it is, a character of a value.
func parseParams(raw string) (url.Values, error) {
	out := url.Values{}
	for pair := range strings.SplitSeq(raw, "&") {
		k, v, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(k)
		if err == nil {
			v, err = url.QueryUnescape(v)
		}
		if err != nil || !utf8.ValidString(v) {
			return nil, refuse(scim.InvalidSyntax, "the query cannot be decoded: check its percent-encoding")
		}
		if key != "" {
			out.Add(key, v)
		}
	}
	return out, nil
}

// anonymous reports whether an endpoint may be read without credentials:
// clients have to learn the authentication schemes somewhere (RFC 7643 section
// 5).
func (c *call) anonymous() bool {
	return c.method == http.MethodGet &&
		(c.endpoint() == scim.ServiceProviderConfigEndpoint || c.srv.b.openDiscovery && c.isDiscovery())
}

func (s *Server) authenticate(c *call) error {
	given := c.header.Get("Authorization")
	if given == "" && c.anonymous() {
		return nil
	}
	scheme, token, _ := strings.Cut(given, " ")
	if strings.EqualFold(scheme, "Bearer") && c.admitToken(s, strings.TrimSpace(token)) {
		return nil
	}
	for _, hook := range s.b.admit {
		if hook(c, given) {
			return nil
		}
	}
	return unauthenticated(given)
}

// unauthenticated refuses credentials, or their absence.
func unauthenticated(given string) error {
	challenge := `Bearer realm="scim"`
	if given != "" {
		challenge += `, error="invalid_token"`
	}
	return &problem{
		status: http.StatusUnauthorized, detail: "the request needs a valid bearer token",
		header: http.Header{"Www-Authenticate": {challenge}},
	}
}

func (s *Server) readBody(c *call, r *http.Request) error {
	limit := int64(maxBody)
	if c.endpoint() == scim.BulkEndpoint {
		limit = maxPayloadSize
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return refuse(scim.InvalidSyntax, "the body could not be read")
	}
	c.size = len(raw)
	if int64(len(raw)) > limit {
		return fail(http.StatusRequestEntityTooLarge, "the body exceeds the limit of %d bytes (maxPayloadSize)", limit)
	}
	if len(bytes.TrimSpace(raw)) == 0 || c.method == http.MethodGet || c.method == http.MethodDelete {
		return nil
	}
	if err := s.checkContentType(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	c.body, err = decodeObject(raw)
	return err
}

// checkContentType takes both JSON media types with any parameters, as long as
// the characters are UTF-8 (RFC 7644 section 3.8).
func (s *Server) checkContentType(value string) error {
	if value == "" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(value)
	taken := s.b.mediaTypes
	if taken == nil {
		taken = []string{scim.MediaType, "application/json"}
	}
	if err == nil && slices.Contains(taken, kind) {
		if charset := params["charset"]; charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8") {
			return nil
		}
	}
	return fail(http.StatusUnsupportedMediaType, "%q is not supported: send %s", value, scim.MediaType)
}

func decodeObject(raw []byte) (object, error) {
	if !utf8.Valid(raw) {
		return nil, refuse(scim.InvalidSyntax, "the body is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, refuse(scim.InvalidSyntax, "the body is not JSON: %s", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse(scim.InvalidSyntax, "something follows the JSON object of the body")
	}
	o, ok := v.(object)
	if !ok {
		return nil, refuse(scim.InvalidSyntax, "the body is not a JSON object")
	}
	return o, nil
}

func (s *Server) send(w http.ResponseWriter, r *http.Request, a *reply) {
	body := a.raw
	if body == nil && a.body != nil {
		if body = encode(a.body); s.b.encode != nil {
			body = s.b.encode(a.body)
		}
	}
	h := w.Header()
	for k, v := range a.header {
		h[k] = v
	}
	if body == nil {
		h.Del("Content-Type")
		w.WriteHeader(a.status)
		return
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", answerType(r.Header.Get("Accept")))
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that left is no error of ours
	}
}

// answerType is application/scim+json unless the client asks for
// application/json alone (RFC 7644 section 3.8).
func answerType(accept string) string {
	const plain = "application/json"
	if strings.Contains(accept, plain) && !strings.Contains(accept, scim.MediaType) {
		return plain
	}
	return scim.MediaType
}
