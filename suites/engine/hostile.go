package engine

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// MaxBadCredentials is how many requests of a run may come with wrong
// credentials or without any: who tries more often may be locked out.
const MaxBadCredentials = 20

// badCredentials counts the requests of the plan that come with other
// credentials than the run's. What a check declares is what it may send.
func (p *Plan) badCredentials() (n int) {
	for i := range p.Checks {
		n += p.Checks[i].BadCredentials
	}
	return n
}

// Loopback reports whether a host, without a port, is this machine.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// spared returns why a hostile check is not run, or "".
func (r *run) spared() string {
	if r.shutOut != "" {
		return r.shutOut
	}
	base, err := url.Parse(r.plan.BaseURL)
	if r.plan.Hostile || err == nil && Loopback(base.Hostname()) {
		return ""
	}
	return "it sends hostile values, which a target that is not on this machine gets only on request: --suite security"
}

// bounded keeps a check to the bad credentials that it declares, so that those
// of a run can be counted before it begins. The credentials of a client of the
// run are good ones, wherever they are sent.
func (t *T) bounded(req scim.Request) {
	given := req.Header.Get("Authorization")
	if !req.NoAuth && given == "" || req.NoAuth && given == "" && Discovers(req.Path) {
		return
	}
	for _, s := range t.run.secrets() {
		if scheme, token, _ := strings.Cut(given, " "); token == s.value || scheme == s.value {
			return
		}
	}
	if t.intrusions++; t.intrusions > t.meta.BadCredentials {
		panic(fmt.Sprintf("the check sends bad credentials more often than it declares (BadCredentials: %d)", t.meta.BadCredentials))
	}
}

// Discovers reports whether a path is one of discovery, which a service
// provider may show to everybody (RFC 7644 section 4): to ask for it without
// credentials is no try to get in.
func Discovers(path string) bool {
	for _, endpoint := range []string{scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint} {
		if path == endpoint || strings.HasPrefix(path, endpoint+"/") {
			return true
		}
	}
	return false
}

// heed ends a hostile check, and all that are behind it, at the first sign
// that the target or what stands before it shuts the run out.
func (t *T) heed(req scim.Request, attempts []*scim.Exchange) {
	if !t.meta.Hostile || t.ctx.Err() != nil {
		return
	}
	for _, x := range attempts {
		if sign := t.run.shutsOut(x); sign != "" {
			t.run.shutOut = "hostile values end here, since the target begins to shut the run out: " + template(req) + " " + sign
			panic(stop{Skip, t.run.shutOut})
		}
	}
}

// shutsOut returns the sign of being shut out that an attempt shows, or "". A
// 403 in the words of SCIM may be about the one request: the preflight tells.
func (r *run) shutsOut(x *scim.Exchange) string {
	switch {
	case !x.Sent():
		return "could not be sent: " + x.Error
	case x.Status() == http.StatusTooManyRequests:
		return "answers 429"
	case x.Status() != http.StatusForbidden:
		return ""
	case !speaksSCIM(x):
		return "answers 403 without a SCIM Error"
	}
	if reason := r.reach(r.ctx); reason != "" && r.ctx.Err() == nil {
		return "answers 403, and then " + reason
	}
	return ""
}
