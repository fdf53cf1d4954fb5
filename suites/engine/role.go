package engine

import (
	"context"
	"fmt"
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// The features that are not the target's but the run's: it has a client of
// another tenant, or one that may only read. No profile can switch them.
const (
	SecondTenant   Feature = "second-tenant"
	ReadOnlyClient Feature = "read-only-client"
)

// other is a client of a run beside its own.
type other struct {
	as     scim.Role
	client Target
	// name, token and place are for people: whose client it is, where its
	// token comes from and what says where it goes.
	name, token, place string
}

// others lists the clients that the plan has beside its own.
func (p *Plan) others() (list []other) {
	if p.Second != nil {
		list = append(list, other{scim.SecondTenant, p.Second, "the second tenant", "SCIMTEST_TOKEN_2", "the URL of --second"})
	}
	if p.Reader != nil {
		list = append(list, other{scim.Reader, p.Reader, "the client that may only read", "SCIMTEST_TOKEN_READ", "the base URL"})
	}
	return list
}

// do sends a request by the client that it is of.
func (p *Plan) do(ctx context.Context, req scim.Request) *scim.Exchange {
	for _, o := range p.others() {
		if o.as == req.As {
			return o.client.Do(ctx, req)
		}
	}
	return p.Target.Do(ctx, req)
}

// tenantOf is the role by which what another role created is found and removed.
func tenantOf(as scim.Role) scim.Role {
	if as == scim.Reader {
		return ""
	}
	return as
}

// credentialKinds say by which marker the credential of a role is shown.
var credentialKinds = map[scim.Role]string{"": "credential", scim.SecondTenant: "credential-2", scim.Reader: "credential-read"}

// secrets lists the credentials of all clients, those of the run's own first.
func (r *run) secrets() (list []secret) {
	add := func(as scim.Role, t Target) {
		if s, ok := t.(secretHolder); ok {
			for _, value := range s.Secrets() {
				list = append(list, secret{credentialKinds[as], value})
			}
		}
	}
	add("", r.plan.Target)
	for _, o := range r.plan.others() {
		add(o.as, o.client)
	}
	return list
}

// reachOthers finds out whether the credentials of the other clients are taken.
// It returns what is wrong, or "".
func (r *run) reachOthers(ctx context.Context) string {
	for _, o := range r.plan.others() {
		x := r.sendRunLevel(ctx, scim.Request{
			Method: http.MethodGet, Path: scim.UsersEndpoint, RawQuery: "startIndex=1&count=1", Header: r.header("preflight"), As: o.as,
		})
		refused := func(hint string) string {
			return fmt.Sprintf("%s: GET /Users of %s answers %d; is the token in %s %s", CredentialsRefused, o.name, x.Status(), o.token, hint)
		}
		switch {
		case ctx.Err() != nil:
			return r.why(ctx)
		case x.Response == nil:
			return fmt.Sprintf("%s: %s: %s; is %s right?", Unreachable, o.name, x.Error, o.place)
		case x.Status() == http.StatusUnauthorized:
			return refused("right, and not expired?")
		case x.Status() == http.StatusForbidden:
			return refused("one that may read users there?")
		case speaksSCIM(x) && x.Status() != http.StatusNotFound && x.Status() < 500, r.offersConfig(ctx, o.as):
		default:
			return fmt.Sprintf("%s: GET /Users of %s answers %d; is %s right?", NotSCIM, o.name, x.Status(), o.place)
		}
	}
	return ""
}

// of is what the target says of itself to a client.
func (d *Discovered) of(as scim.Role) *Discovered {
	if as == scim.SecondTenant && d.second != nil {
		return d.second
	}
	return d
}

// As sends the request by another client of the run, or by its own.
func As(role scim.Role) Option { return func(r *scim.Request) { r.As = role } }

// asOwner sends a request on a resource by the client that created it, unless
// an option says otherwise.
func (r *Resource) asOwner(options []Option) []Option {
	if r.owner == "" {
		return options
	}
	return append([]Option{As(r.owner)}, options...)
}

// BaseURLOf is the base URL of a client of the run.
func (t *T) BaseURLOf(role scim.Role) string {
	if role == scim.SecondTenant {
		return t.run.plan.SecondURL
	}
	return t.run.plan.BaseURL
}
