package gates

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// oktaSpec is Okta's "SCIM 2.0 SPEC Test", 12 requests. Ids flow from step to
// step, so it is one check; it runs alone, since the first user of an
// unfiltered list must not be one that another check is making.
var oktaSpec = []Check{{
	Meta: Meta{
		ID: "okta-spec.requests", Alone: true, BadCredentials: 1,
		Title:   "The target passes Okta's SPEC test",
		Sources: []Ref{{Key: "Okta-SCIM-20-SPEC-Test.json", Title: "github.com/okta/okta-developer-docs, standards/SCIM/SCIMFiles", Mark: "documented"}},
		Breaks:  []string{"OKTA-Q07", "OKTA-Q08", "OKTA-Q10", "OKTA-Q13", "OKTA-Q14", "OKTA-Q15", "OKTA-Q16", "OKTA-Q50"},
		Catches: []string{
			"list-500", "list-without-schemas", "list-total-string", "page-without-items-per-page", "page-without-start-index", "list-resources-missing",
			"read-answers-404", "filter-ignored", "filter-no-match-404", "malformed-id-answers-500", "error-without-schemas", "error-without-detail",
			"plain-json-415", "create-answers-200", "create-forces-inactive", "create-empty-body", "user-name-lower-cased",
			"duplicate-user-name-accepted", "duplicate-answers-400", "duplicate-answers-500",
			"auth-not-checked", "auth-answers-403", "auth-wrong-token-500", "unauthorized-200", "unauthorized-html", "unauthorized-redirect",
			"unknown-id-answers-400", "unknown-id-answers-200", "error-status-missing", "error-html", "error-plain-text",
		},
	},
	Steps: func() []Step { return (&spec{}).steps() },
}}

// spec is what flows from step to step.
type spec struct {
	own        *Resource // there before the test begins
	read       bool      // a user can be read by its id
	authorized bool      // the run has credentials
	sent       oktaUser
	made       *Resource
}

func (s *spec) steps() []Step {
	steps := []Step{
		{ID: "first-user", Title: "The list of users begins with a user that has names, an e-mail address and active" + beyond, Do: s.firstUser},
		{ID: "user-by-id", Title: "The user is read by its id, as complete", Do: s.userByID},
		{ID: "unknown-user-name", Title: "A query for a userName that does not exist is answered with 200 and an empty list", Do: s.unknownUserName},
		{ID: "unknown-id", Title: "An id that does not exist is answered with 404 and a SCIM Error with a detail", Do: s.unknownID("010101001010101011001010101011", false)},
		{ID: "random-user-name", Title: "A query for a random userName is answered with 200 and an empty list", Do: s.randomUserName},
		{ID: "create", Title: "A user is created by a body called application/json, and answered with 201, active, under the names that were sent", Do: s.create},
		{ID: "created-user", Title: "The created user is read by its id, under the names that were sent", Do: s.createdUser},
		{ID: "duplicate", Title: "The same user is refused with 409 a second time", Do: s.duplicate},
		{ID: "capitals", Title: "A query for the userName in capitals is answered with 200", Do: s.capitals},
		{ID: "groups", Title: "The list of groups is answered with 200 and an array (optional; the 600 ms that the gate allows are not measured)", Level: Should, Do: s.groups},
		{ID: "wrong-token", Title: "A query with a wrong token is answered with 401 and a SCIM Error" + beyond, Do: s.wrongToken},
		{ID: "unknown-number", Title: "A number that is no id is answered with 404 and a SCIM Error that repeats the status", Do: s.unknownID("00919288221112222", true)},
	}
	for i := range steps {
		steps[i].Independent = true // as the gate goes on after a step that failed
	}
	return steps
}

// after blocks a step that cannot be judged without an earlier one.
func after(t *T, step string, ok bool) {
	if !ok {
		t.Block("after: %s", step)
	}
}

// The gate's client is not that of the product (okta.md 1.1): it calls the
// body of a GET by a type, and its POSTs application/json.
func oktaGet(more ...Option) []Option {
	return plain(append([]Option{
		Header("Accept-Charset", "utf-8"), Header("Content-Type", "application/scim+json; charset=utf-8"), Header("User-Agent", "OKTA SCIM Integration"),
	}, more...)...)
}

// oktaUser is the body of the gate's POST, in its order.
type oktaUser struct {
	Schemas     []string    `json:"schemas"`
	UserName    string      `json:"userName"`
	Name        oktaName    `json:"name"`
	Emails      []oktaEmail `json:"emails"`
	DisplayName string      `json:"displayName"`
	Active      bool        `json:"active"`
}

type oktaName struct {
	GivenName  string `json:"givenName"`
	FamilyName string `json:"familyName"`
}

type oktaEmail struct {
	Primary bool   `json:"primary"`
	Value   string `json:"value"`
	Type    string `json:"type"`
}

func (s *spec) post(t *T) *Answer {
	return t.Send(http.MethodPost, scim.UsersEndpoint, s.sent, plain(
		Header("Content-Type", "application/json"), Header("Accept", "application/scim+json; charset=utf-8"))...)
}

// wanted are the attributes that the gate wants to see of a user.
var wanted = []string{"id", "name.familyName", "name.givenName", "userName", "active", "emails.value"}

// firstUser needs a user that is there before the test: one of ours is made
// for it. The first user of the list may be another all the same; what it
// lacks fails the gate, but is not ours to judge.
func (s *spec) firstUser(t *T) {
	own := t.NewUser()
	s.draw(t)
	s.own = t.GivenUnread(scim.UsersEndpoint, own)
	a := t.List(scim.UsersEndpoint, oktaGet(RawQuery("count=1&startIndex=1"))...).Status(200)
	l := a.Page()
	names(a, scim.ListResponseURN)
	for _, number := range []string{"itemsPerPage", "startIndex", "totalResults"} {
		v := a.Value(number)
		shown := "absent"
		if v.Exists() {
			shown = strings.ToLower(v.Type.String())
		}
		a.Holds(v.Type == gjson.Number, number, "a number", shown, number+" is not a number")
	}
	a.Holds(len(l.Resources) > 0, "Resources", "a user", "none", "the list of users is empty")
	if len(l.Resources) == 0 {
		return
	}
	whose, first := "the first user of the list, which this run did not make,", l.Resources[0]
	judged := a.Advisory()
	if first.ID() == s.own.ID {
		whose, judged = "the first user of the list", a
	}
	for _, path := range wanted {
		judged.Holds(first.Has(path), "Resources[0]."+path, "present", "absent", whose+" has no "+path)
	}
}

func (s *spec) userByID(t *T) {
	after(t, "first-user", s.own != nil)
	a := fetch(t, s.own.Path(), oktaGet()...).Status(200).Equal("id", s.own.ID).Has(wanted...)
	s.authorized = a.Exchange().Request.Header.Get("Authorization") != ""
	s.read = a.Resource().ID() == s.own.ID
}

func (s *spec) unknownUserName(t *T) {
	after(t, "user-by-id", s.read)
	names(nothing(t.List(scim.UsersEndpoint, oktaGet(Filter(eq("userName", "abcdefgh@atko.com")))...)), scim.ListResponseURN)
}

func (s *spec) unknownID(id string, status bool) func(*T) {
	return func(t *T) {
		after(t, "user-by-id", s.read)
		scimError(t.Fetch(scim.UsersEndpoint+"/"+id, oktaGet()...).Status(404), status)
	}
}

// scimError expects an Error with a detail, and with the status where the gate
// looks at it: a number is good enough for the gate.
func scimError(a *Answer, status bool) {
	names(a, scim.ErrorURN)
	a.Holds(a.Text("detail") != "", "detail", "a text", "none", "the error has no detail, which the gate demands and the RFC does not")
	if status {
		want := strconv.Itoa(a.Code())
		a.Holds(a.Text("status") == want, "status in the body", want, a.Text("status"), "the error does not repeat the status")
	}
}

func (s *spec) randomUserName(t *T) {
	after(t, "user-by-id", s.read)
	names(nothing(t.List(scim.UsersEndpoint, oktaGet(Filter(eq("userName", s.sent.Emails[0].Value)))...)), scim.ListResponseURN)
}

// draw makes the user that the gate creates. Its userName has a capital, and
// has to come back as it was sent.
func (s *spec) draw(t *T) {
	p := t.Person()
	s.sent = oktaUser{
		Schemas: []string{scim.UserURN}, UserName: strings.ToUpper(p.UserName[:1]) + p.UserName[1:], Active: true,
		Name:        oktaName{p.GivenName, p.FamilyName},
		Emails:      []oktaEmail{{true, p.Email, "work"}},
		DisplayName: p.GivenName + " " + p.FamilyName,
	}
}

func (s *spec) create(t *T) {
	a := s.post(t).Status(201).Equal("active", true).
		Equal("name.familyName", s.sent.Name.FamilyName).Equal("name.givenName", s.sent.Name.GivenName)
	names(a, scim.UserURN).Equal("userName", s.sent.UserName)
	s.made = a.Created(scim.UsersEndpoint, Doc{"userName": s.sent.UserName})
	a.Has("id")
}

func (s *spec) createdUser(t *T) {
	after(t, "create", s.made != nil)
	fetch(t, s.made.Path(), oktaGet()...).Status(200).Equal("userName", s.sent.UserName).
		Equal("name.familyName", s.sent.Name.FamilyName).Equal("name.givenName", s.sent.Name.GivenName)
}

func (s *spec) duplicate(t *T) {
	after(t, "create", s.made != nil)
	s.sent.Emails[0].Value = s.sent.UserName
	s.post(t).Status(409)
}

// capitals judges no more than the gate, which looks at the status alone.
func (s *spec) capitals(t *T) {
	after(t, "create", s.made != nil)
	t.List(scim.UsersEndpoint, oktaGet(Filter(eq("userName", strings.ToUpper(s.sent.UserName))))...).Status(200).Page()
}

func (s *spec) groups(t *T) {
	if !t.Has(Groups) {
		t.Skip("the target has no groups, and the step is optional")
	}
	a := t.List(scim.GroupsEndpoint, oktaGet()...).Status(200)
	a.Holds(a.Page().TotalResults < 1 || a.Value("Resources").IsArray(), "Resources", "an array", "none", "there are groups, but Resources is no array")
}

func (s *spec) wrongToken(t *T) {
	after(t, "user-by-id", s.read)
	if !s.authorized {
		t.Skip("the run has no credentials of its own")
	}
	caps := strings.ToUpper(s.sent.UserName)
	scimError(t.Fetch(scim.UsersEndpoint, oktaGet(Filter(eq("userName", caps)), Header("Authorization", "non-token"))...).Status(401), true)
}
