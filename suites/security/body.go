package security

import (
	"encoding/json"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// bodyChecks send bodies that are too much, or not what they seem.
var bodyChecks = []Check{
	{Meta: Meta{
		ID: "payload.body.nested", Level: Should,
		Title:    "A create with 10,000 arrays in each other is refused in time, and the service goes on",
		Requires: []string{"7644-3.12-08", "7643-9.2-02"},
		Catches:  []string{"body-nested-500", "body-nested-closes"},
	}, Body: func(t *T) {
		const depth = 10_000
		u := t.GivenUser()
		doc := t.NewUser(Unset("displayName"))
		body := strings.Replace(text(doc), "{", `{"displayName":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)+",", 1)
		taken(t, t.Post(scim.UsersEndpoint, nil, RawBody(scim.MediaType, body)), doc, u)
	}},
	{Meta: Meta{
		ID: "payload.body.large", Level: Should,
		Title:    "A create of one megabyte is taken or refused in time, and the service goes on",
		Requires: []string{"7644-3.12-08", "7643-2.3.1-01", "7643-9.2-02"},
		Catches:  []string{"body-large-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		doc := t.NewUser()
		body := strings.Replace(text(doc), "{", `{"nickName":"`+strings.Repeat("Large ", 1<<20/6)+`",`, 1)
		a := t.Post(scim.UsersEndpoint, nil, RawBody(scim.MediaType, body), Query("attributes", "userName"))
		if closes(a) {
			// Who has read enough may close the connection before all is sent;
			// then there is no answer to be read.
			t.Get(u).Status(200)
			return
		}
		taken(t, a, doc, u)
	}},
	{Meta: Meta{
		ID: "payload.body.key-twice", Level: Must,
		Title:    "A userName that stands twice in a body does not get around its uniqueness",
		Requires: []string{"7643-4.1.1-02"},
		Catches:  []string{"body-key-twice"},
	}, Body: func(t *T) {
		other, free := t.GivenUser(), t.NewUser()
		name := `"userName":` + scim.Quote(free["userName"].(string))
		body := strings.Replace(text(free), name, name+`,"userName":`+scim.Quote(other.Text("userName")), 1)
		a := t.Post(scim.UsersEndpoint, nil, RawBody(scim.MediaType, body))
		if a.Code()/100 == 5 {
			a = a.Advisory() // what a key that stands twice means is nowhere said (RFC 8259 section 4)
		}
		if u := taken(t, a, free, other); u != nil {
			got := t.Get(u).Judged().Status(200).Text("userName")
			a.Holds(!same(got, other.Text("userName")), "userName", "not that of another user", quoted(got),
				"a body with two userNames is checked by one and stored with the other, which another user has")
		}
	}},
	{Meta: Meta{
		ID: "payload.body.other-charset", Level: Should,
		Title:    "A body in ISO-8859-1 that says so is read as such or refused",
		Requires: []string{"7644-3.8-03", "7643-2.3.1-01"},
		Catches:  []string{"body-charset-ignored", "body-charset-500"},
	}, Body: func(t *T) { storesRight(t, scim.MediaType+"; charset=iso-8859-1") }},
	{Meta: Meta{
		ID: "payload.body.not-utf-8", Level: Should,
		Title:    "A body that is not UTF-8 is refused",
		Requires: []string{"7644-3.8-03", "7644-3.12-08"},
		Catches:  []string{"body-not-utf-8-replaced", "body-not-utf-8-500"},
	}, Body: func(t *T) { storesRight(t, scim.MediaType) }},
	{Meta: Meta{
		ID: "payload.body.half-a-character", Level: Should,
		Title:    "A JSON escape that stands for half a character is refused or replaced",
		Requires: []string{"7643-2.3.1-01", "7644-3.12-08"},
		Catches:  []string{"body-half-a-character-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		doc := t.NewUser(Set("displayName", "Half ? "+t.Tag()))
		body := strings.Replace(text(doc), "Half ?", `Half \ud83d`, 1)
		if made := taken(t, t.Post(scim.UsersEndpoint, nil, RawBody(scim.MediaType, body)), doc, u); made != nil {
			t.Get(made).Judged().Status(200).Equal("id", made.ID)
		}
	}},
}

// storesRight posts a displayName in ISO-8859-1. It is refused, or read as what
// it is; with a replacement character in its place it is lost.
func storesRight(t *T, mediaType string) {
	const latin, unicode = "Ren\xe9e", "Renée"
	t.Offers(scim.UserURN, "displayName")
	u := t.GivenUser()
	keepsName(t, u)
	doc := t.NewUser(Set("displayName", unicode+" "+t.Tag()))
	body := strings.Replace(text(doc), unicode, latin, 1)
	made := taken(t, t.Post(scim.UsersEndpoint, nil, RawBody(mediaType, body)), doc, u)
	if made == nil {
		return
	}
	a := t.Get(made).Judged().Status(200)
	got := a.Text("displayName")
	a.Holds(same(got, made.Text("displayName")), "displayName", quoted(made.Text("displayName"))+", or a refusal", quoted(got),
		"a displayName that is not UTF-8 is taken and stored as another text")
}

// text is a document in JSON.
func text(doc Doc) string {
	b, err := json.Marshal(doc)
	if err != nil {
		panic("a document that cannot be JSON: " + err.Error())
	}
	return string(b)
}

// closes reports whether the connection ended before there was an answer,
// other than by a limit of time.
func closes(a *Answer) bool {
	x := a.Exchange()
	return x.Response == nil && x.Phase == scim.PhaseExchange && !strings.HasPrefix(x.Error, "no answer within")
}
