package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 2.
var authChecks = []Check{
	{Meta: Meta{
		ID: "auth.no-credentials", Level: Should,
		Title:    "A request without credentials is answered with 401 and the authentication schemes",
		Requires: []string{"7644-3.12-09", "7644-2-07"},
		Breaks:   []string{"E06", "OKTA-Q16"},
		Catches:  []string{"auth-not-checked", "auth-answers-403", "unauthorized-without-challenge"},
	}, Body: func(t *T) {
		ownAuthorization(t)
		t.Fetch(scim.UsersEndpoint, Query("count", "1"), NoAuth()).Status(401).HasHeader("WWW-Authenticate")
	}},
	{Meta: Meta{
		ID: "auth.wrong-token", Level: Must,
		Title:    "A request with a wrong token is refused with 401",
		Requires: []string{"7644-2-04", "7644-3.12-09"},
		Breaks:   []string{"E06", "OKTA-Q16"},
		Catches:  []string{"auth-not-checked", "auth-any-token", "auth-wrong-token-500", "unauthorized-200", "unauthorized-redirect"},
	}, Body: func(t *T) {
		t.Fetch(scim.UsersEndpoint, Query("count", "1"), wrongToken(t)).Refused().Advisory().Status(401)
	}},
	{Meta: Meta{
		ID: "auth.truncated-token", Level: Must,
		Title:    "A request with the beginning of a token is refused with 401",
		Requires: []string{"7644-2-04", "7644-3.12-09"},
		Breaks:   []string{"E06"},
		Catches:  []string{"auth-not-checked", "auth-any-token", "auth-token-prefix"},
	}, Body: func(t *T) {
		own := ownAuthorization(t)
		short := own[:len(own)-max(1, len(own)/8)]
		_, token, _ := strings.Cut(short, " ")
		t.Secret("token", token)
		t.Fetch(scim.UsersEndpoint, Query("count", "1"), Header("Authorization", short)).Refused().Advisory().Status(401)
	}},
	{Meta: Meta{
		ID: "auth.malformed-header", Level: Must,
		Title:    "A request whose Authorization header holds no credentials is refused",
		Requires: []string{"7644-2-04", "7644-3.12-09"},
		Breaks:   []string{"E06"},
		Catches:  []string{"auth-not-checked", "auth-scheme-is-enough"},
	}, Body: func(t *T) {
		ownAuthorization(t)
		t.Fetch(scim.UsersEndpoint, Query("count", "1"), NoAuth(), Header("Authorization", "Bearer")).Refused().Advisory().Status(401, 400)
	}},
	{Meta: Meta{
		ID: "auth.refused-create-creates-nothing", Level: Must,
		Title:    "A create that is refused for its credentials creates nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09"}, Needs: []Feature{Filtering},
		Catches: []string{"auth-checked-late", "auth-any-token"},
	}, Body: func(t *T) {
		wrong, u := wrongToken(t), t.GivenUser()
		control(t, t.Mine(), u)
		refused := t.Post(scim.UsersEndpoint, t.NewUser(), wrong)
		t.List(scim.UsersEndpoint, Filter(t.Mine())).Status(200).Finds(u)
		refused.Refused()
	}},
	{Meta: Meta{
		ID: "auth.refused-delete-deletes-nothing", Level: Must,
		Title:    "A delete that is refused for its credentials deletes nothing",
		Requires: []string{"7644-2-04", "7644-3.12-09"},
		Catches:  []string{"auth-checked-late", "auth-any-token"},
	}, Body: func(t *T) {
		wrong, u := wrongToken(t), t.GivenUser()
		refused := t.Delete(u, wrong)
		t.Get(u).Status(200)
		refused.Refused()
	}},
	{Meta: Meta{
		ID: "auth.error-body", Level: Should,
		Title:    "The refusal of a wrong token is described by a SCIM Error",
		Requires: []string{"7644-3.12-01", "7644-3.12-03"},
		Breaks:   []string{"OKTA-Q16", "E06"},
		Catches:  []string{"unauthorized-html", "error-status-number"},
	}, Body: func(t *T) {
		t.Fetch(scim.UsersEndpoint, Query("count", "1"), wrongToken(t)).Status(401).Equal("status", "401")
	}},
}

// ownAuthorization is the Authorization header of the run. The check does not
// apply where the run has none.
func ownAuthorization(t *T) string {
	own := t.Fetch(scim.UsersEndpoint, Query("count", "1")).Arranging().Status(200).Exchange().Request.Header.Get("Authorization")
	if own == "" {
		t.Skip("the run has no credentials of its own")
	}
	return own
}

// wrongToken is the Authorization header of the run with another token of the
// same length.
func wrongToken(t *T) Option {
	own := ownAuthorization(t)
	scheme, token, both := strings.Cut(own, " ")
	if !both {
		return Header("Authorization", strings.Repeat("x", len(own)))
	}
	return Header("Authorization", scheme+" "+strings.Repeat("x", len(token)))
}
