package rfc

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.11. Nothing is written there: it would change the account
// of the credential.
var meChecks = []Check{
	{Meta: Meta{
		ID: "me.is-answered", Level: Must, ReadOnly: true,
		Title:    "/Me is answered with the own resource, a redirect to it, or 501 where it is not supported",
		Requires: []string{"7644-3.11-02", "7644-3.11-03", "7644-3.11-05", "7644-3.2-13", "7644-3.11-01", "7644-2-09"},
		Catches:  []string{"me-500", "me-lists-users"},
	}, Body: func(t *T) {
		alive(t)
		a := t.Fetch(scim.MeEndpoint).NoServerError()
		if a.Code() == http.StatusOK {
			a.Has("id", "schemas").HasNot("Resources")
		}
		// Without support 501 SHOULD be answered; 403 and 404 are right for a
		// credential without a resource.
		a.Advisory().Status(200, 307, 308, 403, 404, 501)
	}},
	{Meta: Meta{
		ID: "me.tells-location", Level: Must, ReadOnly: true,
		Title:    "An answer from /Me names the permanent URI of the resource in the header Location",
		Requires: []string{"7644-3.11-06"}, Needs: []Feature{Me},
		Catches: []string{"me-without-location"},
	}, Body: func(t *T) {
		a := t.Fetch(scim.MeEndpoint)
		if a.Code()/100 == 4 {
			t.Skip("the credentials have no resource behind /Me")
		}
		a = a.Arranging().Status(200, 307, 308).Judged()
		location := a.HeaderValue("Location")
		permanent := location != "" && !strings.HasSuffix(strings.TrimSuffix(location, "/"), scim.MeEndpoint)
		a.Holds(permanent, "header Location", "the URI of the resource", given(location), "the header Location does not name the resource behind /Me")
	}},
}
