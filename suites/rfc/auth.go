package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 2.
var authChecks = []Check{
	{Meta: Meta{
		ID: "auth.no-credentials", Level: Should, BadCredentials: 1,
		Title:    "A request without credentials is answered with 401 and the authentication schemes",
		Requires: []string{"7644-3.12-09", "7644-2-07", "7642-4-01"},
		Breaks:   []string{"E06", "OKTA-Q16"},
		Catches:  []string{"auth-not-checked", "auth-answers-403", "unauthorized-without-challenge", "unauthorized-redirect"},
	}, Body: func(t *T) {
		u, _ := guarded(t)
		t.Fetch(u.Path(), NoAuth()).Status(401).HasHeader("WWW-Authenticate")
	}},
	{Meta: Meta{
		ID: "auth.wrong-token", Level: Must, BadCredentials: 1,
		Title:    "A request with a wrong token is refused with 401",
		Requires: []string{"7644-2-04", "7644-3.12-09", "7642-4-01"},
		Breaks:   []string{"E06", "OKTA-Q16"},
		Catches:  []string{"auth-not-checked", "auth-any-token", "auth-wrong-token-500", "unauthorized-200"},
	}, Body: func(t *T) {
		u, own := guarded(t)
		locksOut(t.Fetch(u.Path(), wrongToken(own)), 401)
	}},
	{Meta: Meta{
		ID: "auth.truncated-token", Level: Must, BadCredentials: 1,
		Title:    "A request with the beginning of a token is refused with 401",
		Requires: []string{"7644-2-04", "7644-3.12-09"},
		Breaks:   []string{"E06"},
		Catches:  []string{"auth-not-checked", "auth-any-token", "auth-token-prefix"},
	}, Body: func(t *T) {
		u, own := guarded(t)
		short := own[:len(own)-max(1, len(own)/8)]
		_, token, _ := strings.Cut(short, " ")
		t.Secret("token", token)
		locksOut(t.Fetch(u.Path(), Header("Authorization", short)), 401)
	}},
	{Meta: Meta{
		ID: "auth.malformed-header", Level: Must, BadCredentials: 1,
		Title:    "A request whose Authorization header holds no credentials is refused",
		Requires: []string{"7644-2-04", "7644-3.12-09"},
		Breaks:   []string{"E06"},
		Catches:  []string{"auth-not-checked", "auth-scheme-is-enough"},
	}, Body: func(t *T) {
		u, _ := guarded(t)
		locksOut(t.Fetch(u.Path(), NoAuth(), Header("Authorization", "Bearer")), 401, 400)
	}},
	{Meta: Meta{
		ID: "auth.refused-create-creates-nothing", Level: Must, BadCredentials: 1,
		Title:    "A create that is refused for its credentials creates nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09"}, Needs: []Feature{Filtering},
		Catches: []string{"auth-checked-late", "auth-any-token"},
	}, Body: func(t *T) {
		u, own := guarded(t)
		control(t, eq("userName", u.Text("userName")), u)
		doc := t.NewUser()
		refused := t.Post(scim.UsersEndpoint, doc, wrongToken(own))
		t.List(scim.UsersEndpoint, Filter(eq("userName", doc["userName"].(string)))).Status(200).Finds()
		locksOut(refused, 401)
	}},
	{Meta: Meta{
		ID: "auth.refused-delete-deletes-nothing", Level: Must, BadCredentials: 1,
		Title:    "A delete that is refused for its credentials deletes nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09"},
		Catches:  []string{"auth-checked-late", "auth-any-token"},
	}, Body: func(t *T) {
		u, own := guarded(t)
		refused := t.Delete(u, wrongToken(own))
		t.Get(u).Status(200)
		locksOut(refused, 401)
	}},
	{Meta: Meta{
		ID: "auth.error-body", Level: Should, BadCredentials: 1,
		Title:    "The refusal of a wrong token is described by a SCIM Error",
		Requires: []string{"7644-3.12-01", "7644-3.12-03"},
		Breaks:   []string{"OKTA-Q16", "E06"},
		Catches:  []string{"unauthorized-html", "error-status-number"},
	}, Body: func(t *T) {
		u, own := guarded(t)
		t.Fetch(u.Path(), wrongToken(own)).Status(401).Equal("status", "401")
	}},
}

// guarded arranges a user that the credentials of the run can read, and tells
// the Authorization header that did. The check does not apply where the run has
// none. A user, since a query of all of them may be refused as too wide.
func guarded(t *T) (u *Resource, own string) {
	u = t.GivenUser()
	own = t.Get(u).Arranging().Status(200).Exchange().Request.Header.Get("Authorization")
	if own == "" {
		t.Skip("the run has no credentials of its own")
	}
	return u, own
}

// locksOut expects that a request with wrong credentials is refused. That the
// status is one of these is advisory, and so is a redirect to a login.
func locksOut(a *Answer, statuses ...int) {
	if a.Code()/100 != 3 {
		a.Refused()
	}
	a.Advisory().Status(statuses...)
}

// wrongToken is an Authorization header with another token of the same length.
func wrongToken(own string) Option {
	scheme, token, both := strings.Cut(own, " ")
	if !both {
		return Header("Authorization", strings.Repeat("x", len(own)))
	}
	return Header("Authorization", scheme+" "+strings.Repeat("x", len(token)))
}
