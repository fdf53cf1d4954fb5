package rfc

import (
	"encoding/json"
	"mime"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 sections 3.1 and 3.8. The media type of all answers is judged by an
// invariant; these checks are about what a request says.
var mediaTypeChecks = []Check{
	{Meta: Meta{
		ID: "media-type.charset-parameter", Level: Must,
		Title:    "A body of the type application/scim+json; charset=utf-8 is accepted",
		Requires: []string{"7644-3.8-01", "7644-8.1-01"},
		Breaks:   []string{"E02", "OKTA-Q22"},
		Catches:  []string{"charset-parameter-415"},
	}, Body: func(t *T) { accepts(t, scim.MediaType+"; charset=utf-8").Status(201) }},
	{Meta: Meta{
		ID: "media-type.charset-parameter-in-capitals", Level: Must,
		Title:    "A body of the type application/scim+json;charset=UTF-8 is accepted",
		Requires: []string{"7644-3.8-01", "7644-8.1-01"},
		Breaks:   []string{"OKTA-Q22"},
		Catches:  []string{"charset-parameter-415"},
	}, Body: func(t *T) { accepts(t, scim.MediaType+";charset=UTF-8").Status(201) }},
	{Meta: Meta{
		ID: "media-type.plain-json", Level: Should,
		Title:    "A body of the type application/json is accepted",
		Requires: []string{"7644-3.8-05", "7644-3.8-08"},
		Breaks:   []string{"OKTA-Q50"},
		Catches:  []string{"plain-json-415"},
	}, Body: func(t *T) { accepts(t, "application/json").Status(201) }},
	{Meta: Meta{
		ID: "media-type.text-is-refused", Level: Must,
		Title:    "A body of the type text/plain does no harm, and is refused with 415",
		Requires: []string{"7644-3.8-05"},
		Catches:  []string{"text-body-500"},
	}, Body: func(t *T) {
		accepts(t, scim.MediaType).Arranging().Status(201)
		accepts(t, "text/plain").NoServerError().Advisory().Status(400, 415)
	}},
	{Meta: Meta{
		ID: "media-type.accept-with-quality", Level: Must,
		Title:    "A GET that prefers application/scim+json by a quality value is answered with JSON",
		Requires: []string{"7644-3.8-07"},
		Catches:  []string{"accept-quality-406", "media-type-html"},
	}, Body: func(t *T) { answersJSON(t, Header("Accept", scim.MediaType+";q=0.9, application/json;q=0.5")) }},
	{Meta: Meta{
		ID: "media-type.accept-json", Level: Should,
		Title:    "A GET that accepts application/json is answered with JSON",
		Requires: []string{"7644-3.8-08"},
		Catches:  []string{"accept-json-406"},
	}, Body: func(t *T) { answersJSON(t, Header("Accept", "application/json")) }},
	{Meta: Meta{
		ID: "media-type.without-accept", Level: Must,
		Title:    "A GET without the header Accept is answered with JSON",
		Requires: []string{"7644-3.8-09"},
		Breaks:   []string{"E01"},
		Catches:  []string{"accept-missing-406", "media-type-html"},
	}, Body: func(t *T) { answersJSON(t, Header("Accept", "")) }},
	{Meta: Meta{
		ID: "media-type.utf-8-by-default", Level: Must,
		Title:    "A body without charset parameter is read as UTF-8",
		Requires: []string{"7644-3.8-03", "7644-3.8-02"},
		Catches:  []string{"store-mojibake"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		keeps(t, t.GivenUser(), "displayName")
		doc := t.NewUser(Set("displayName", "Ærøskøbing 北海"))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		showsText(t.Get(u).Judged().Status(200), "Ærøskøbing 北海")
	}},
}

// accepts creates a user with a body of the media type.
func accepts(t *T, mediaType string) *Answer {
	body, err := json.Marshal(t.NewUser())
	if err != nil {
		t.Block("a user that is not JSON: %v", err)
	}
	return t.Send("POST", scim.UsersEndpoint, nil, RawBody(mediaType, string(body)))
}

// answersJSON reads a user and judges the media type of the answer.
func answersJSON(t *T, accept Option) {
	u := t.GivenUser()
	a := t.Get(u, accept).Status(200).Equal("id", u.ID)
	kind, _, _ := mime.ParseMediaType(a.HeaderValue("Content-Type"))
	a.Holds(strings.HasSuffix(kind, "json"), "header Content-Type", scim.MediaType, given(kind), "the answer is not of a JSON media type")
}
