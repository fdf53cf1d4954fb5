package rfc

import (
	"encoding/json"
	"maps"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.5.1.
var replaceChecks = []Check{
	{Meta: Meta{
		ID: "replace.answers-200", Level: Must,
		Title:    "A replaced user is answered with 200 and the whole user",
		Requires: []string{"7644-3.5.1-15", "7644-3.5-01", "7644-3.2-07"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q02"},
		Catches: []string{"put-answers-201", "put-answers-204", "put-answers-partly"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Put(u, u.Sent).Status(200).Equal("id", u.ID)
		showsStored(t, a, t.Get(u).Status(200), u.Sent)
	}},
	{Meta: Meta{
		ID: "replace.stores-the-new-values", Level: Must,
		Title:    "PUT replaces the values of a user",
		Requires: []string{"7644-3.5.1-04", "7643-7-25"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q02"},
		Catches: []string{"put-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName", "name.familyName")
		u := keeps(t, t.GivenUser(), "displayName", "name.familyName")
		t.Put(u, with(u.Sent, Set("displayName", "Nadia Novak"), Set("name", Doc{"givenName": "Nadia", "familyName": "Novak"}))).Success()
		t.Get(u).Status(200).EqualFold("displayName", "Nadia Novak").EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "replace.list-is-replaced", Level: Must,
		Title:    "PUT replaces all values of a multi-valued attribute",
		Requires: []string{"7644-3.5.1-04"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-ignored", "put-merges-lists"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value")
		u := keeps(t, t.GivenUser(Emails("work", "home")), `emails[type eq "work"]`, `emails[type eq "home"]`)
		t.Put(u, with(u.Sent, Set("emails", Values{email("work", mailbox(t, "new"))}))).Success()
		t.Get(u).Status(200).Count("emails", 1).EqualFold("emails.value", mailbox(t, "new"))
	}},
	{Meta: Meta{
		ID: "replace.null-unassigns", Level: Must,
		Title:    "PUT with null leaves an attribute without a value",
		Requires: []string{"7643-2.5-02", "7643-2.5-01", "7644-3.5.1-09"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q45"},
		Catches: []string{"put-ignored", "put-keeps-null"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		u := keeps(t, t.GivenUser(Set("title", "Tour Guide")), "title")
		t.Put(u, with(u.Sent, Set("title", nil))).Success()
		t.Get(u).Status(200).HasNot("title")
	}},
	{Meta: Meta{
		ID: "replace.empty-list-unassigns", Level: Must,
		Title:    "PUT with [] leaves a multi-valued attribute without values",
		Requires: []string{"7643-2.5-02", "7643-2.5-01", "7644-3.5.1-09"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-ignored", "put-merges-lists"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		u := keeps(t, t.GivenUser(Phones("work")), "phoneNumbers.value")
		t.Put(u, with(u.Sent, Set("phoneNumbers", Values{}))).Success()
		t.Get(u).Status(200).HasNot("phoneNumbers")
	}},
	{Meta: Meta{
		ID: "replace.accepts-what-was-read", Level: Must,
		Title:    "A user as it was read, with one value changed, can be put back",
		Requires: []string{"7644-3.5.1-03", "7644-3.5.1-01", "7644-3.1-08"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q04"},
		Catches: []string{"put-refuses-read-only", "put-ignored", "put-numbers-user-name"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		var body Doc
		if err := json.Unmarshal(u.Body.Raw(), &body); err != nil {
			t.Block("the user is not a JSON object: %v", err)
		}
		t.Put(u, with(body, Set("displayName", "Nadia Novak"))).Success()
		t.Get(u).Status(200).EqualFold("displayName", "Nadia Novak").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "replace.meta-of-the-client-is-ignored", Level: Must,
		Title:    "PUT ignores a foreign meta",
		Requires: []string{"7644-3.5.1-13", "7643-3.1-22", "7643-3.1-24", "7643-2-01"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-refuses-read-only", "meta-from-client"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "meta.created")
		created := u.Body.Get("meta.created").String()
		a := t.Put(u, with(u.Sent, Set("meta", foreignMeta))).Success()
		t.Get(u).Status(200).Equal("meta.created", created).NotEqual("meta.resourceType", foreignMeta["resourceType"])
		a.NotEqual("meta.created", foreignMeta["created"])
	}},
	{Meta: Meta{
		ID: "replace.id-stays", Level: Must,
		Title:    "PUT with a foreign id in the body does not change the id",
		Requires: []string{"7644-3.5.1-13", "7643-3.1-12", "7643-3.1-07"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-changes-id", "put-foreign-id-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Put(u, with(u.Sent, Set("id", nobody)))
		takenOrRefused(a, 200)
		t.Get(u).Status(200).Equal("id", u.ID).EqualFold("userName", u.Text("userName"))
		a.Advisory().Status(200) // an example of RFC 7644 section 3.12 refuses it
	}},
	{Meta: Meta{
		ID: "replace.does-not-create", Level: Must,
		Title:    "PUT to an unknown id creates nothing",
		Requires: []string{"7644-3.5.1-02", "7644-3.2-08"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q41"},
		Catches: []string{"put-creates"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Put(u, u.Sent).Arranging().Success()
		t.Send("PUT", scim.UsersEndpoint+"/"+nobody, t.NewUser()).Refused()
		t.Fetch(scim.UsersEndpoint + "/" + nobody).Refused()
	}},
	{Meta: Meta{
		ID: "replace.unknown-id-answers-404", Level: Should,
		Title:    "PUT to an unknown id answers 404",
		Requires: []string{"7644-3.5.1-16", "7644-3.12-11"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q41"},
		Catches: []string{"put-creates", "unknown-id-answers-400"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Put(u, u.Sent).Arranging().Success()
		isError(t.Send("PUT", scim.UsersEndpoint+"/"+nobody, t.NewUser()), 404)
	}},
	{Meta: Meta{
		ID: "replace.taken-user-name-is-refused", Level: Must,
		Title:    "PUT cannot give a user the userName of another",
		Requires: []string{"7644-3.5.1-17", "7643-4.1.1-02", "7643-7-35", "7644-3.12-19"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-accepts-duplicate", "put-duplicate-500"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		a := t.Put(u, with(u.Sent, Set("userName", other.Text("userName")))).Status(409, 400)
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
		saysTaken(a)
	}},
	{Meta: Meta{
		ID: "replace.required-value-stays", Level: Must,
		Title:    "PUT without a userName leaves no user without a userName",
		Requires: []string{"7643-4.1.1-01", "7643-4.1.1-03", "7644-3.5.1-14"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-clears-required"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Put(u, with(u.Sent, Unset("userName")))
		takenOrRefused(a, 200)
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
		a.Advisory().Status(400)
	}},
	{Meta: Meta{
		ID: "replace.renames", Level: Must,
		Title:    "PUT changes the userName and keeps the id",
		Requires: []string{"7644-3.5.1-04", "7643-3.1-07"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"E77"},
		Catches: []string{"put-ignored", "put-changes-id"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "userName")
		u := t.GivenUser()
		renamed := t.Person().UserName
		t.Put(u, with(u.Sent, Set("userName", renamed))).Success()
		t.Get(u).Status(200).Equal("id", u.ID).EqualFold("userName", renamed)
	}},
	{Meta: Meta{
		ID: "replace.own-user-name-is-accepted", Level: Must,
		Title:    "PUT with the userName that the user has is no conflict",
		Requires: []string{"7644-3.5-01", "7644-3.5.1-01"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q02"},
		Catches: []string{"unique-against-itself", "put-numbers-user-name"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Put(u, u.Sent).Success()
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "replace.deactivates", Level: Must,
		Title:    "PUT with active: false makes a user inactive",
		Requires: []string{"7644-3.5.1-04", "7643-4.1.1-18"}, Needs: []Feature{PutMethod},
		Breaks:  []string{"OKTA-Q02", "OKTA-Q17", "E14"},
		Catches: []string{"put-ignored", "put-ignores-active"},
	}, Body: func(t *T) {
		u := activeUser(t)
		t.Put(u, with(u.Sent, Set("active", false))).Success()
		a := t.Get(u)
		a.Advisory().Status(200) // the RFC does not tie active to being readable
		a.Equal("active", false)
	}},
	{Meta: Meta{
		ID: "replace.extension", Level: Must,
		Title:    "PUT replaces the values of the enterprise extension",
		Requires: []string{"7644-3.5.1-04", "7643-4.3-06"}, Needs: []Feature{PutMethod, EnterpriseUser},
		Breaks:  []string{"OKTA-Q05"},
		Catches: []string{"put-ignored", "put-ignores-extension"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department")
		u := keeps(t, t.GivenUser(Enterprise("department", "Sales")), enterprise("department"))
		ext := maps.Clone(u.Sent[scim.EnterpriseUserURN].(Doc))
		ext["department"] = "Support"
		t.Put(u, with(u.Sent, Set(scim.EnterpriseUserURN, ext))).Success()
		t.Get(u).Status(200).EqualFold(enterprise("department"), "Support")
	}},
	{Meta: Meta{
		ID: "replace.external-id", Level: Must,
		Title:    "PUT changes the externalId",
		Requires: []string{"7643-3.1-19", "7644-3.5.1-04"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-ignored"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "externalId")
		t.Put(u, with(u.Sent, Set("externalId", "new-"+t.Tag()))).Success()
		t.Get(u).Status(200).Equal("externalId", "new-"+t.Tag())
	}},
	{Meta: Meta{
		ID: "replace.last-modified-moves-on", Level: Should,
		Title:    "PUT of a new value moves meta.lastModified and leaves meta.created",
		Requires: []string{"7643-3.1-25", "7643-3.1-24"}, Needs: []Feature{PutMethod},
		Catches: []string{"last-modified-stays", "put-resets-created"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "meta.created", "meta.lastModified", "displayName")
		created, before := u.Body.Get("meta.created").String(), u.Body.Get("meta.lastModified").String()
		tick(t, u)
		t.Put(u, with(u.Sent, Set("displayName", "Nadia Novak"))).Success()
		a := t.Get(u).Status(200).Equal("meta.created", created)
		after := a.Text("meta.lastModified")
		a.Holds(instant(after).After(instant(before)), "meta.lastModified", "later than "+before, given(after), "meta.lastModified does not move on")
	}},
}

// with is a copy of a document, changed.
func with(doc Doc, changes ...With) Doc {
	out := Doc{}
	for k, v := range doc {
		out[k] = v
	}
	for _, change := range changes {
		change(out)
	}
	return out
}

// saysTaken wants a refusal to say that the userName is another's. A target on which
// no userName can change says that, which is as true (RFC 7644 section 3.12).
func saysTaken(a *Answer) {
	if a.ScimType() != scim.Mutability {
		a.Advisory().SCIMError(a.Code(), scim.Uniqueness)
	}
}
