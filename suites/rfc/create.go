package rfc

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.3.
var createChecks = []Check{
	{Meta: Meta{
		ID: "create.answers-201", Level: Must,
		Title:    "A created user is answered with 201",
		Requires: []string{"7644-3.3-07", "7644-3.2-05", "7644-3.3-01"},
		Catches:  []string{"create-answers-200"},
	}, Body: func(t *T) {
		doc := t.NewUser()
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().Equal("id", u.ID)
	}},
	{Meta: Meta{
		ID: "create.answers-with-the-user", Level: Should,
		Title:    "The answer to a create shows the new user",
		Requires: []string{"7644-3.3-08"},
		Catches:  []string{"create-empty-body"},
	}, Body: func(t *T) {
		a := t.Post(scim.UsersEndpoint, t.NewUser())
		a.Arranging().Status(201)
		a.Has("id")
	}},
	{Meta: Meta{
		ID: "create.location-header", Level: Must,
		Title:    "The answer to a create names the new user in the header Location",
		Requires: []string{"7644-3.3-09"},
		Catches:  []string{"create-without-location", "location-of-collection"},
	}, Body: func(t *T) {
		a, u := posted(t, scim.UsersEndpoint, t.NewUser())
		location := a.HeaderValue("Location")
		a.Holds(locates(location, u), "header Location", "the URI of the user", given(location),
			"the header Location does not name the new user")
	}},
	{Meta: Meta{
		ID: "create.meta-location", Level: Must,
		Title:    "The answer to a create names the new user in meta.location, by the URI of the header Location",
		Requires: []string{"7644-3.3-10", "7643-3.1-27", "7644-1.3-03"},
		Catches:  []string{"meta-location-missing", "location-of-collection"},
	}, Body: func(t *T) {
		a, u := posted(t, scim.UsersEndpoint, t.NewUser())
		body := shown(t, a, u)
		location := body.Text("meta.location")
		body.Holds(locates(location, u), "meta.location", "the URI of the user", given(location),
			"meta.location does not name the new user")
		header := a.HeaderValue("Location")
		if locates(header, u) {
			body = body.Advisory() // what lies before differs behind a gateway
		}
		body.Holds(header == "" || sameURI(header, location), "meta.location", header, given(location),
			"meta.location is not the URI of the header Location")
	}},
	{Meta: Meta{
		ID: "create.meta", Level: Must,
		Title:    "A new user gets meta.created, meta.lastModified and meta.location from the service provider",
		Requires: []string{"7643-3.1-02"},
		Catches:  []string{"meta-missing"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Get(u).Status(200).Has("meta.created", "meta.lastModified", "meta.location", "meta.resourceType")
	}},
	{Meta: Meta{
		ID: "create.resource-type", Level: Must,
		Title:    "A new user has the meta.resourceType of its endpoint",
		Requires: []string{"7644-3.3.1-01", "7643-3.1-23"},
		Catches:  []string{"wrong-resource-type"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		ofItsType(t, t.Get(u).Status(200), u)
	}},
	{Meta: Meta{
		ID: "create.last-modified-equals-created", Level: Must,
		Title:    "A user that was never changed has the same time in meta.lastModified and meta.created",
		Requires: []string{"7643-3.1-26"},
		Catches:  []string{"last-modified-ahead-of-created"},
	}, Body: func(t *T) {
		a := t.Get(t.GivenUser()).Status(200).Has("meta.created", "meta.lastModified")
		created, modified := a.Text("meta.created"), a.Text("meta.lastModified")
		apart := instant(modified).Sub(instant(created)).Abs()
		if apart < 2*time.Second {
			a = a.Advisory() // the two were taken one after the other
		}
		a.Holds(apart == 0, "meta.lastModified", given(created), given(modified), "meta.lastModified of an unchanged user is not meta.created")
	}},
	{Meta: Meta{
		ID: "create.id-is-not-the-clients", Level: Must,
		Title:    "An id in a create request is ignored",
		Requires: []string{"7643-3.1-08", "7643-3.1-02", "7644-3.3-02"},
		Catches:  []string{"id-from-client", "post-refuses-read-only"},
	}, Body: func(t *T) {
		doc := t.NewUser(Set("id", "scimtest-"+t.Tag()))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().Equal("id", u.ID).NotEqual("id", doc["id"])
	}},
	{Meta: Meta{
		ID: "create.meta-of-the-client-is-ignored", Level: Must,
		Title:    "meta in a create request is ignored",
		Requires: []string{"7643-3.1-22", "7644-3.3-02"},
		Catches:  []string{"meta-from-client", "post-refuses-read-only"},
	}, Body: func(t *T) {
		doc := t.NewUser(Set("meta", foreignMeta))
		a := t.Post(scim.UsersEndpoint, doc).Status(201)
		u := a.Created(scim.UsersEndpoint, doc)
		read := t.Get(u).Status(200).Judged().Equal("id", u.ID)
		for _, answer := range []*Answer{shown(t, a, u), read} {
			answer.NotEqual("meta.created", foreignMeta["created"]).
				NotEqual("meta.lastModified", foreignMeta["lastModified"]).
				NotEqual("meta.resourceType", foreignMeta["resourceType"])
		}
	}},
	{Meta: Meta{
		ID: "create.groups-are-ignored", Level: Must,
		Title:    "A create request cannot make the user a member of a group",
		Requires: []string{"7644-3.3-02", "7643-4.1.2-27"}, Needs: []Feature{Groups, ReadMembers},
		Catches: []string{"groups-from-client", "post-refuses-read-only"},
	}, Body: func(t *T) {
		readOnlyGroups(t)
		g := t.GivenGroup()
		doc := t.NewUser(Set("groups", Values{g.Ref()}))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		containsNot(t.Get(u).Status(200).Judged(), "groups", g)
		containsNot(t.Get(g).Status(200), "members", u)
	}},
	{Meta: Meta{
		ID: "create.empty-groups-are-accepted", Level: Must,
		Title:    "A create request with groups: [] is accepted",
		Requires: []string{"7644-3.3-02"}, Breaks: []string{"OKTA-Q11"},
		Catches: []string{"post-refuses-read-only"},
	}, Body: func(t *T) {
		readOnlyGroups(t)
		doc := t.NewUser(Set("groups", Values{}))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "create.duplicate-user-name-answers-409", Level: Must,
		Title:    "A userName that is in use is refused with 409 and uniqueness",
		Requires: []string{"7644-3.3-11", "7644-3.3-12", "7643-4.1.1-02", "7644-3.12-12"},
		Breaks:   []string{"E70", "OKTA-Q14"},
		Catches:  []string{"duplicate-user-name-accepted", "duplicate-answers-400", "duplicate-answers-500", "duplicate-without-scimtype"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Post(scim.UsersEndpoint, t.NewUser(Set("userName", u.Text("userName")))).SCIMError(409, scim.Uniqueness)
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "create.duplicate-in-other-case-answers-409", Level: Must,
		Title:    "A userName that is in use in another letter case is refused with 409",
		Requires: []string{"7643-4.1.1-04", "7644-3.3-11"},
		Breaks:   []string{"E72", "OKTA-Q10"},
		Catches:  []string{"duplicate-user-name-accepted", "user-name-unique-by-case"},
	}, Body: func(t *T) {
		if a, _ := t.Target().Attribute(scim.UserURN, "userName"); a.CaseExact {
			t.Skip("the target's schemas say that userName is case exact")
		}
		u := t.GivenUser()
		other := t.NewUser(Set("userName", strings.ToUpper(u.Text("userName"))))
		t.Post(scim.UsersEndpoint, other).Status(409)
	}},
	{Meta: Meta{
		ID: "create.duplicate-of-inactive-answers-409", Level: Must,
		Title:    "A userName that an inactive user has is refused with 409, and the user stays inactive",
		Requires: []string{"7644-3.3-11", "7643-4.1.1-02"},
		Breaks:   []string{"OKTA-Q14", "E75"},
		Catches:  []string{"create-revives-inactive", "inactive-user-name-free"},
	}, Body: func(t *T) {
		u := inactiveUser(t)
		if u.Body.Get("active").Raw != "false" {
			t.Skip("the target does not create inactive users")
		}
		a := t.Post(scim.UsersEndpoint, t.NewUser(Set("userName", u.Text("userName"))))
		t.Get(u).Status(200).Equal("active", false)
		a.Status(409)
	}},
	{Meta: Meta{
		ID: "create.posted-values-come-back", Level: Should,
		Title:    "The attributes of a create request are stored",
		Requires: []string{"7644-3.3-13", "7643-3.1-14", "7643-4.1.1-08"},
		Breaks:   []string{"E15"},
		Catches:  []string{"post-drops-optional", "external-id-dropped"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName", "name.givenName", "name.familyName", "emails.value", "active")
		u := t.GivenUser()
		t.Get(u).Status(200).
			EqualFold("userName", u.Text("userName")).
			Equal("externalId", u.Text("externalId")).
			EqualFold("displayName", u.Text("displayName")).
			Has("name", "emails.value").
			Equal("active", true)
	}},
	{Meta: Meta{
		ID: "create.inactive-user", Level: Should,
		Title:    "A user that is created inactive is inactive",
		Requires: []string{"7643-4.1.1-18", "7644-3.3-13"},
		Catches:  []string{"create-forces-active", "active-inverted"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "active")
		t.GivenUser()
		doc := t.NewUser(Set("active", false))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().Equal("active", false)
	}},
	{Meta: Meta{
		ID: "create.external-id-is-not-invented", Level: Must,
		Title:    "A user that was created without an externalId has none",
		Requires: []string{"7643-3.1-15", "7643-3.1-20"}, Breaks: []string{"OKTA-Q12"},
		Catches: []string{"external-id-invented"},
	}, Body: func(t *T) {
		u := t.GivenUser(Unset("externalId"))
		t.Get(u).Status(200).HasNot("externalId")
	}},
	{Meta: Meta{
		ID: "create.external-id-keeps-its-case", Level: Must,
		Title:    "The letter case of an externalId is preserved",
		Requires: []string{"7643-7-22", "7643-3.1-18"},
		Catches:  []string{"external-id-lower-cased"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(Set("externalId", "AbC-"+t.Tag()+"-XyZ")), "externalId")
		t.Get(u).Status(200).Equal("externalId", u.Text("externalId"))
	}},
	{Meta: Meta{
		ID: "create.external-id-may-repeat", Level: Should,
		Title:    "Two users may have the same externalId",
		Requires: []string{"7643-3.1-17"}, Breaks: []string{"OKTA-Q12", "OKTA-Q46"},
		Catches: []string{"external-id-unique"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		doc := t.NewUser(Set("externalId", u.Text("externalId")))
		other := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).NotEqual("id", other.ID)
	}},
	{Meta: Meta{
		ID: "create.user-name-is-required", Level: Must,
		Title:    "No user is stored without a userName",
		Requires: []string{"7643-4.1.1-01", "7643-7-17", "7644-3.12-24"},
		Catches:  []string{"create-without-user-name"},
	}, Body: func(t *T) {
		t.GivenUser() // a complete user is accepted
		refusedOrNamed(t, t.NewUser(Unset("userName")))
	}},
	{Meta: Meta{
		ID: "create.user-name-is-not-empty", Level: Must,
		Title:    "No user is stored with an empty userName",
		Requires: []string{"7643-4.1.1-01"},
		Catches:  []string{"create-without-user-name"},
	}, Body: func(t *T) {
		t.GivenUser() // a complete user is accepted
		refusedOrNamed(t, t.NewUser(Set("userName", "")))
	}},
	{Meta: Meta{
		ID: "create.null-and-empty-list-are-accepted", Level: Must,
		Title:    "null and [] in a create request are the same as no value",
		Requires: []string{"7643-2.5-01", "7644-3.3-06"},
		Catches:  []string{"null-refused", "null-stored"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title", "phoneNumbers")
		bare := t.GivenUser()
		withoutDefault(t, bare, "title")
		withoutDefault(t, bare, "phoneNumbers")
		doc := t.NewUser(Set("title", nil), Set("phoneNumbers", Values{}))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().HasNot("title", "phoneNumbers")
	}},
	{Meta: Meta{
		ID: "create.one-primary", Level: Must,
		Title:    "No user is stored with two primary e-mail addresses",
		Requires: []string{"7643-2.4-05"},
		Catches:  []string{"two-primaries"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.primary")
		t.GivenUser(Emails("work", "home")) // one primary is accepted
		doc := t.NewUser(Emails("work", "home"))
		for _, e := range doc["emails"].(Values) {
			e.(Doc)["primary"] = true
		}
		a := t.Post(scim.UsersEndpoint, doc)
		takenOrRefused(a, 201)
		if a.Code() == 201 {
			got := t.Get(a.Created(scim.UsersEndpoint, doc)).Status(200).Judged()
			got.Holds(len(got.Resource().Lookup("emails[primary eq true]")) <= 1, "emails", "at most one primary", "two", "two e-mail addresses are primary")
		}
	}},
	{Meta: Meta{
		ID: "create.extension-values-come-back", Level: Should,
		Title:    "The enterprise extension of a create request is stored",
		Requires: []string{"7643-3.3-07", "7643-4.3-02", "7643-4.3-06"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"extension-dropped"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "employeeNumber", "department")
		u := t.GivenUser(Enterprise("employeeNumber", "00123"), Enterprise("department", "Tour Operations"))
		t.Get(u).Status(200).
			Equal(enterprise("employeeNumber"), "00123").
			EqualFold(enterprise("department"), "Tour Operations")
	}},
	{Meta: Meta{
		ID: "create.extension-lies-under-its-urn", Level: Must,
		Title:    "Extension attributes lie under the URN of the extension, which schemas names",
		Requires: []string{"7643-3-09", "7643-3.3-07", "7643-3.3-04", "7643-4.3-01"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"extension-flattened", "extension-not-in-schemas"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department")
		u := t.GivenUser(Enterprise("department", "Tour Operations"))
		a := t.Get(u).Status(200).HasNot("department")
		if a.Resource().Has("department") {
			return // reported, and the value is where it does not belong
		}
		keeps(t, u, enterprise("department"))
		a.Holds(namesSchema(a, scim.EnterpriseUserURN), "schemas", scim.EnterpriseUserURN, "absent", "schemas lacks the URN of an extension that has data")
	}},
	{Meta: Meta{
		ID: "create.schema-of-scim-1-is-refused", Level: Should,
		Title:    "A create with the schema of SCIM 1.1 is refused",
		Requires: []string{"7643-3-04", "7644-3.12-08"},
		Catches:  []string{"create-takes-scim-1"},
	}, Body: func(t *T) {
		t.GivenUser()
		isError(t.Post(scim.UsersEndpoint, t.NewUser(Set("schemas", Values{"urn:scim:schemas:core:1.0"}))), 400)
	}},
	{Meta: Meta{
		ID: "create.order-of-schemas-is-irrelevant", Level: Must,
		Title:    "The order of the URNs in schemas has no influence",
		Requires: []string{"7643-3-06"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"first-schema-only"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department")
		keeps(t, t.GivenUser(Enterprise("department", "Tour Operations")), enterprise("department"))
		doc := t.NewUser(Enterprise("department", "Tour Operations"),
			Set("schemas", Values{scim.EnterpriseUserURN, scim.UserURN}))
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().
			EqualFold("userName", u.Text("userName")).
			EqualFold(enterprise("department"), "Tour Operations")
	}},
	{Meta: Meta{
		ID: "create.order-of-keys-is-irrelevant", Level: Must,
		Title:    "The order of the members of a JSON object has no influence",
		Requires: []string{"7643-2.3.8-02", "7643-2.3.8-01"},
		Catches:  []string{"schemas-must-come-first"},
	}, Body: func(t *T) {
		t.GivenUser() // the same kind of user in another order
		doc := t.NewUser()
		u := t.Post(scim.UsersEndpoint, nil, RawBody(scim.MediaType, backwards(doc))).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(u).Status(200).Judged().EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "create.attribute-names-in-any-case", Level: Must,
		Title:    "Attribute names in a request are read without regard to case",
		Requires: []string{"7643-2.1-02"},
		Catches:  []string{"attribute-names-case-sensitive"},
	}, Body: func(t *T) {
		keepsAsSent(t, t.GivenUser(), "displayName")
		doc := t.NewUser()
		doc["USERNAME"], doc["dIsPlAyNaMe"] = doc["userName"], doc["displayName"]
		sent := t.NewUser(Set("userName", doc["userName"]), Set("displayName", doc["displayName"]))
		delete(doc, "userName")
		delete(doc, "displayName")
		u := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, sent)
		t.Get(u).Status(200).Judged().
			EqualFold("userName", u.Text("userName")).
			EqualFold("displayName", u.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "create.password-is-never-returned", Level: Must,
		Title:    "A password is in no answer",
		Requires: []string{"7643-4.1.1-20", "7643-4.1.1-29", "7643-7-29", "7643-7-31"},
		Breaks:   []string{"OKTA-Q11"},
		Catches:  []string{"password-returned", "password-hash-returned"},
	}, Body: func(t *T) {
		takesPasswords(t)
		password := t.Person().Password
		a, u := posted(t, scim.UsersEndpoint, t.NewUser(Set("password", password)))
		withoutPassword(shown(t, a, u), password)
		withoutPassword(t.Get(u).Status(200).Judged(), password)
		withoutPassword(t.Get(u, Query("attributes", "userName,password")).NoServerError().Judged(), password)
	}},
}

// foreignMeta is what no service provider would say of a resource.
var foreignMeta = Doc{"created": "2000-01-01T00:00:00Z", "lastModified": "2000-01-01T00:00:00Z", "resourceType": "Scimtest"}

// posted arranges a resource, read back, of whose create the answer is to be
// judged.
func posted(t *T, endpoint string, doc Doc) (*Answer, *Resource) {
	a := t.Post(endpoint, doc)
	r := a.Arranging().Status(201).Created(endpoint, doc)
	t.Get(r).Arranging().Status(200).Equal("id", r.ID)
	return a, r
}

// refusedOrNamed posts a user without a proper userName. The service provider
// refuses it, or makes a userName up (RFC 7644 section 3.3), which is advisory.
func refusedOrNamed(t *T, doc Doc) {
	a := t.Post(scim.UsersEndpoint, doc)
	takenOrRefused(a, 201)
	if a.Code() == 201 {
		got := t.Get(a.Created(scim.UsersEndpoint, doc)).Status(200).Judged().Has("userName")
		got.Holds(got.Text("userName") != "", "userName", `not ""`, `""`, "a user is stored with an empty userName")
	}
	a.Advisory().Status(400)
}

// readOnlyGroups skips the check when the schemas of the target do not say
// that the groups of a user are readOnly: what is not known to it may be
// refused.
func readOnlyGroups(t *T) {
	if a, _ := t.Target().Attribute(scim.UserURN, "groups"); len(t.Target().Schemas) > 0 && a.Mutability != "readOnly" {
		t.Skip("the target's schemas list no readOnly attribute groups")
	}
}

// takesPasswords ends the check as not applicable when the target's schemas
// list no password that a client may set.
func takesPasswords(t *T) {
	if a, listed := t.Target().Attribute(scim.UserURN, "password"); len(t.Target().Schemas) > 0 && (!listed || a.Mutability == "readOnly") {
		t.Skip("the target's schemas list no password to be set")
	}
}

// withoutPassword expects an answer without the password and without a
// password attribute.
func withoutPassword(a *Answer, password string) {
	body := string(a.Exchange().Response.Body)
	a.Holds(!strings.Contains(body, password), "body", "without the password", "the password", "the answer shows the password")
	a.HasNot("password")
}

// backwards writes a value as JSON, with the keys of objects in the reverse of
// the order in which they are sent otherwise.
func backwards(v any) string {
	switch v := v.(type) {
	case Doc:
		var parts []string
		for _, k := range slices.Backward(slices.Sorted(maps.Keys(v))) {
			parts = append(parts, scim.Quote(k)+":"+backwards(v[k]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case Values:
		var parts []string
		for _, e := range v {
			parts = append(parts, backwards(e))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic("a value that cannot be JSON: " + err.Error())
	}
	return string(b)
}

// namesSchema reports whether schemas holds the URN.
func namesSchema(a *Answer, urn string) bool {
	for _, s := range a.Resource().Lookup("schemas") {
		if strings.EqualFold(s.String(), urn) {
			return true
		}
	}
	return false
}
