package security

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// methodChecks send methods that SCIM does not have, or names one method and
// means another.
var methodChecks = []Check{
	{Meta: Meta{
		ID: "payload.method.trace", Level: Should, BadCredentials: 1,
		Title:    "TRACE does not show what was sent",
		Requires: []string{"7644-3.2-11"},
		Catches:  []string{"trace-echoes"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		// Without credentials, which have no place in a TRACE (RFC 9110 section
		// 9.3.8): a header of ours stands for them.
		a := t.Send(http.MethodTrace, u.Path(), nil, NoAuth(), Header("X-Scimtest-Echo", "echo-of-"+t.Tag()))
		echo := a.Code()/100 == 2 && strings.Contains(string(a.Exchange().Response.Body), "echo-of-"+t.Tag())
		a.Holds(!echo, "body", "405, or an answer without the request's header", "the request's header",
			"TRACE shows the request with its header, and so credentials to whoever makes a browser send it")
		t.Get(u).Status(200)
	}},
	{Meta: Meta{
		ID: "payload.method.unknown", Level: Should,
		Title:    "A method that does not exist is refused with 405 or 501 and changes nothing",
		Requires: []string{"7644-3.2-11", "7644-3.2-22"},
		Catches:  []string{"unknown-method-500", "unknown-method-as-get"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Send("SCIMTEST", u.Path(), nil)
		t.Get(u).Status(200)
		if a.Code() != http.StatusNotImplemented {
			a.Refused()
		}
	}},
	{Meta: Meta{
		ID: "payload.method.override", Level: Must,
		Title:    "A GET stays a GET whatever method its headers name",
		Requires: []string{"7644-3.2-22"},
		Catches:  []string{"method-override"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Get(u, Header("X-HTTP-Method-Override", http.MethodDelete), Header("X-HTTP-Method", http.MethodDelete),
			Header("X-Method-Override", http.MethodDelete)).NoServerError()
		t.Get(u).Status(200).Equal("id", u.ID)
	}},
	{Meta: Meta{
		ID: "payload.patch-path.injection", Level: Must,
		Title:    "A value in the filter of a PATCH path cannot end itself and select more",
		Requires: []string{"7644-3.5.2.2-06", "7643-9.2-02"}, Needs: []Feature{Patch},
		Catches: []string{"patch-path-injection"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value")
		u := t.GivenUser(Emails("work", "home"))
		n := len(u.Body.Lookup("emails.value"))
		if n == 0 {
			t.Skip("the target does not keep emails")
		}
		a := t.Patch(u, Remove(`emails[value eq "x\" or value pr or value eq \"y"]`))
		t.Get(u).Status(200).Count("emails.value", n)
		if a.Code()/100 != 2 {
			a.Refused()
		}
	}},
}
