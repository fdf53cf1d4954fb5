package engine

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// The first words of the reason of a failed preflight tell its kind.
const (
	Unreachable        = "cannot reach the target"
	CredentialsRefused = "the credentials are refused"
	NotSCIM            = "no SCIM service provider answers here"
	NoCredentials      = "the credentials cannot be had"
)

// preflight finds out whether there is a SCIM service provider that takes our
// credentials. Discovery may be anonymous and proves none.
func (r *run) preflight(ctx context.Context) Result {
	res := Result{
		Meta: Meta{
			ID: "preflight", Suite: suiteRun, Level: Must,
			Title: "A SCIM service provider answers and takes the credentials",
		},
		Outcome: Pass, Started: r.started,
	}
	first := len(r.ownTraffic)
	reason := r.reach(ctx)
	if reason == "" {
		reason = r.reachOthers(ctx)
	}
	if reason != "" {
		res.Outcome, res.Reason = Broken, reason
	}
	r.meet(r.ownTraffic[first:])
	red := newRedactor(r.discovered, r.secrets(), nil)
	for _, x := range r.ownTraffic[first:] {
		shown, _ := red.exchange(x)
		res.Exchanges = append(res.Exchanges, shown)
	}
	res.Reason = red.text(res.Reason)
	if res.Outcome != Pass {
		res.Findings = []Finding{{Message: res.Reason, Exchange: max(len(res.Exchanges), 1)}}
	}
	return res
}

// reach sends the preflight request and returns what is wrong, or "".
func (r *run) reach(ctx context.Context) string {
	x := r.sendRunLevel(ctx, scim.Request{
		Method: http.MethodGet, Path: scim.UsersEndpoint, RawQuery: "startIndex=1&count=1", Header: r.header("preflight"),
	})
	switch {
	case ctx.Err() != nil:
		return r.why(ctx)
	case x.Response == nil && strings.HasPrefix(x.Error, "TLS: ") && strings.Contains(x.Error, "; "):
		return Unreachable + ": " + x.Error
	case x.Response == nil && strings.Contains(x.Error, "; "):
		// What keeps a request from being made says itself what to do.
		return NoCredentials + ": " + x.Error
	case x.Response == nil:
		return fmt.Sprintf("%s: %s; is the base URL %s right?", Unreachable, x.Error, r.plan.BaseURL)
	case x.Status() == http.StatusUnauthorized:
		return CredentialsRefused + ": GET /Users answers 401; is the token right, and not expired?"
	case x.Status() == http.StatusForbidden:
		return CredentialsRefused + ": GET /Users answers 403; may this token read users?"
	case speaksSCIM(x) && x.Status() != http.StatusNotFound && x.Status() < 500:
		return ""
	}
	if r.offersConfig(ctx, "") {
		return ""
	}
	what := fmt.Sprintf("GET /Users answers %d", x.Status())
	switch {
	case x.Status()/100 == 3:
		what += " and redirects (to a login page?)"
	case looksLikeHTML(x):
		what += " with an HTML page"
	case x.Status() == http.StatusOK:
		what += " without a ListResponse"
	}
	return fmt.Sprintf("%s: %s; is the base URL %s right?%s", NotSCIM, what, r.plan.BaseURL, endsTooLate(r.plan.BaseURL))
}

// endsTooLate says that an endpoint was given for the base URL, or nothing.
func endsTooLate(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return ""
	}
	for _, endpoint := range []string{
		scim.UsersEndpoint, scim.GroupsEndpoint, scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint,
	} {
		if strings.HasSuffix(u.Path, endpoint) {
			return " It ends before " + endpoint
		}
	}
	return ""
}

// offersConfig reports whether a client can read ServiceProviderConfig: an
// error in SCIM's words is a service provider's only when something else of it
// answers.
func (r *run) offersConfig(ctx context.Context, as scim.Role) bool {
	config := r.sendRunLevel(ctx, scim.Request{
		Method: http.MethodGet, Path: scim.ServiceProviderConfigEndpoint, Header: r.header("preflight-config"), As: as,
	})
	return speaksSCIM(config) && config.Status() == http.StatusOK
}

// speaksSCIM reports whether the answer is a SCIM message or resource of
// some kind, errors included.
func speaksSCIM(x *scim.Exchange) bool {
	if x.Response == nil || x.Status()/100 == 3 {
		return false
	}
	body, err := scim.NewResource(x.Response.Body)
	if err != nil {
		return false
	}
	for _, s := range body.Lookup("schemas") {
		if strings.HasPrefix(strings.ToLower(s.String()), "urn:ietf:params:scim:") {
			return true
		}
	}
	return x.Status() == http.StatusOK && (body.Has("totalResults") || body.Has("patch.supported") || body.Get("Resources").IsArray())
}

func looksLikeHTML(x *scim.Exchange) bool {
	return strings.Contains(x.Response.Header.Get("Content-Type"), "html") ||
		bytes.HasPrefix(bytes.TrimSpace(x.Response.Body), []byte("<"))
}

// discover reads what the target says of itself, to each tenant.
func (r *run) discover(ctx context.Context) {
	r.discoverAs(ctx, "", r.discovered)
	if r.plan.Second != nil {
		r.discovered.second = &Discovered{runTag: r.plan.RunID}
		r.discoverAs(ctx, scim.SecondTenant, r.discovered.second)
	}
}

func (r *run) discoverAs(ctx context.Context, as scim.Role, d *Discovered) {
	get := func(path string) *scim.Response {
		x := r.sendRunLevel(ctx, scim.Request{Method: http.MethodGet, Path: path, Header: r.header("discovery"), As: as})
		if x.Status() != http.StatusOK {
			return &scim.Response{}
		}
		return x.Response
	}
	config := get(scim.ServiceProviderConfigEndpoint).Body
	types := get(scim.ResourceTypesEndpoint).Body
	list := get(scim.SchemasEndpoint).Body
	list, types = promised(r.plan.Profile, list, types)
	d.read(config, types, list)
}

// unsendableLimit is after how many unsendable requests in a row, over all
// workers, the preflight is repeated.
const unsendableLimit = 5

// recheckLimit bounds how often a 401 on our own credential repeats the
// preflight: a target that refuses one method alone has a fault, not a dead
// token.
const recheckLimit = 8

// health knows whether the target can still be tested.
type health struct {
	mu         sync.Mutex
	unsendable int
	rechecks   int
	reason     string
}

func (h *health) dead() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.reason
}

// observe watches the traffic: what came of a request as a check made it. It
// returns why the rest of the run is blocked, or "".
func (r *run) observe(req scim.Request, x *scim.Exchange) string {
	h := &r.health
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reason != "" {
		return h.reason
	}
	suspicious := false
	switch {
	case r.ctx.Err() != nil:
		return ""
	case !x.Sent():
		h.unsendable++
		suspicious = h.unsendable >= unsendableLimit
	case x.Status() == http.StatusUnauthorized && req.As == "" && !req.NoAuth && req.Header.Get("Authorization") == "":
		// The client has renewed the credential once where it could.
		h.unsendable = 0
		suspicious = h.rechecks < recheckLimit
	default:
		h.unsendable = 0
	}
	if !suspicious || r.plan.SkipPreflight {
		return ""
	}
	h.rechecks++
	h.unsendable = 0
	if reason := r.reach(r.ctx); r.ctx.Err() == nil {
		h.reason = reason
	}
	return h.reason
}
