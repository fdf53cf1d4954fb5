package rfc

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.12. The form of errors is judged by invariants on all
// traffic; these checks provoke them and judge the status.
var errorChecks = []Check{
	{Meta: Meta{
		ID: "error.unknown-resource", Level: Must,
		Title:    "A GET of a user that does not exist is answered with 404",
		Requires: []string{"7644-3.12-28", "7644-3.12-11"},
		Breaks:   []string{"E79"},
		Catches:  []string{"unknown-id-answers-200", "error-200"},
	}, Body: func(t *T) {
		t.GivenUser()
		t.Fetch(scim.UsersEndpoint + "/" + nobody).Refused().Advisory().Status(404)
	}},
	{Meta: Meta{
		ID: "error.malformed-id", Level: Must,
		Title:    "A GET of a user whose id has another form than the target's ids is answered with 404",
		Requires: []string{"7644-3.12-11", "7644-3.12-28"},
		Catches:  []string{"unknown-id-answers-200", "malformed-id-answers-500"},
	}, Body: func(t *T) {
		t.GivenUser()
		t.Fetch(scim.UsersEndpoint + "/scimtest%20no%20such%20id").Refused().Advisory().Status(404)
	}},
	{Meta: Meta{
		ID: "error.unknown-endpoint", Level: Should, ReadOnly: true,
		Title:    "An endpoint that does not exist is answered with 404",
		Requires: []string{"7644-3.12-11"},
		Catches:  []string{"unknown-endpoint-500", "unknown-endpoint-200"},
	}, Body: func(t *T) {
		alive(t)
		t.Fetch("/ScimtestNoSuchEndpoint").Status(404)
	}},
	{Meta: Meta{
		ID: "error.wrong-type-of-resource", Level: Must,
		Title:    "A user is not found among the groups",
		Requires: []string{"7644-3.12-11", "7644-3.4.1-01"}, Needs: []Feature{Groups},
		Catches: []string{"endpoints-share-ids", "unknown-id-answers-200"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Fetch((&Resource{Endpoint: scim.GroupsEndpoint, ID: u.ID}).Path()).Refused().Advisory().Status(404)
	}},
	{Meta: Meta{
		ID: "error.broken-json", Level: Must,
		Title:    "A body that is not JSON is refused with 400",
		Requires: []string{"7644-3.12-08", "7644-3.12-21"},
		Catches:  []string{"broken-json-500", "body-unchecked"},
	}, Body: func(t *T) { refusesBody(t, `{"schemas":["`+scim.UserURN+`"],"userName":`) }},
	{Meta: Meta{
		ID: "error.body-is-array", Level: Must,
		Title:    "A body that is an array is refused with 400",
		Requires: []string{"7644-3.12-08", "7644-3.12-21"},
		Catches:  []string{"broken-json-500", "body-unchecked"},
	}, Body: func(t *T) { refusesBody(t, `[]`) }},
	{Meta: Meta{
		ID: "error.body-is-string", Level: Must,
		Title:    "A body that is a string is refused with 400",
		Requires: []string{"7644-3.12-08", "7644-3.12-21"},
		Catches:  []string{"broken-json-500", "body-unchecked"},
	}, Body: func(t *T) { refusesBody(t, `"scimtest"`) }},
	{Meta: Meta{
		ID: "error.no-body", Level: Must,
		Title:    "A create without a body is refused with 400",
		Requires: []string{"7644-3.12-08"},
		Catches:  []string{"broken-json-500", "body-unchecked"},
	}, Body: func(t *T) { refusesBody(t, "") }},
	{Meta: Meta{
		ID: "error.put-on-collection", Level: Should,
		Title:    "A PUT to /Users, which is no resource, is refused with 405 or 404",
		Requires: []string{"7644-3.2-08", "7644-3.2-11"},
		Catches:  []string{"collection-put-200", "collection-write-500"},
	}, Body: func(t *T) {
		t.GivenUser()
		t.Send(http.MethodPut, scim.UsersEndpoint, t.NewUser()).Status(400, 404, 405, 501)
	}},
	{Meta: Meta{
		ID: "error.patch-on-collection", Level: Should,
		Title:    "A PATCH to /Users, which is no resource, is refused with 405 or 404",
		Requires: []string{"7644-3.2-11"},
		Catches:  []string{"collection-write-500"},
	}, Body: func(t *T) {
		t.GivenUser()
		t.Send(http.MethodPatch, scim.UsersEndpoint, nil, RawBody(scim.MediaType, string(scim.PatchBody(Add("title", t.Tag()))))).
			Status(400, 404, 405, 501)
	}},
	{Meta: Meta{
		ID: "error.post-on-resource", Level: Should,
		Title:    "A POST to a user is refused with 405 or 404",
		Requires: []string{"7644-3.2-11"},
		Catches:  []string{"resource-post-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Send(http.MethodPost, u.Path(), t.NewUser()).Status(400, 404, 405, 501)
	}},
}

// refusesBody judges a create with a body that is no resource. Harm fails: a
// resource, or a server error. 422 and other words are advisory.
func refusesBody(t *T, body string) {
	t.GivenUser()
	t.Send(http.MethodPost, scim.UsersEndpoint, nil, RawBody(scim.MediaType, body)).Refused().Advisory().Status(400)
}
