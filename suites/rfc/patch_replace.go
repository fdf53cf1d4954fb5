package rfc

import (
	"encoding/json"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.5.2.3, and what holds for operations of all kinds.
var patchReplaceChecks = []Check{
	{Meta: Meta{
		ID: "patch.replace.assigned-attribute", Level: Must,
		Title:    "PATCH replace gives a singular attribute the new value and leaves the other attributes",
		Requires: []string{"7644-3.5.2.3-02", "7644-3.5.2.3-10", "7644-3.2-09", "7644-3.5.2-23"}, Needs: []Feature{Patch},
		Breaks:  []string{"E20"},
		Catches: []string{"patch-ignored", "patch-replaces-resource"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName", "name.familyName", "emails.value")
		t.Patch(u, Replace("displayName", "Nadia Novak")).Status(200, 204)
		t.Get(u).Status(200).EqualFold("displayName", "Nadia Novak").
			Has("name.familyName", "emails.value").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.replace.unassigned-attribute", Level: Must,
		Title:    "PATCH replace of an attribute without a value adds it",
		Requires: []string{"7644-3.5.2.3-04"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-replace-needs-existing"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		u := t.GivenUser()
		t.Patch(u, Replace("title", "Tour Guide")).Status(200, 204)
		t.Get(u).Status(200).EqualFold("title", "Tour Guide")
	}},
	{Meta: Meta{
		ID: "patch.replace.same-value", Level: Must,
		Title:    "PATCH replace by the value that is there succeeds",
		Requires: []string{"7644-3.5.2.3-02", "7644-3.5.2-33"}, Needs: []Feature{Patch},
		Catches: []string{"patch-same-value-refused"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		t.Patch(u, Replace("displayName", u.Text("displayName"))).Status(200, 204)
		t.Get(u).Status(200).EqualFold("displayName", u.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "patch.replace.null-unassigns", Level: Must,
		Title:    "PATCH replace by null leaves an attribute without a value",
		Requires: []string{"7643-2.5-02", "7643-2.5-01"}, Needs: []Feature{Patch},
		Breaks:  []string{"E43"},
		Catches: []string{"patch-ignored", "patch-null-ignored"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		u := keeps(t, t.GivenUser(Set("title", "Tour Guide")), "title")
		// What null does is said of attributes (RFC 7643 section 2.5); that a
		// PATCH may carry it is not (RFC 7644 section 3.5.2).
		a := t.Patch(u, Replace("title", json.RawMessage("null"))).Status(200, 204, 400)
		if a.Code() == 400 {
			a.Advisory().Status(200, 204)
		}
		t.Get(u).Status(200).HasNot("title")
	}},
	{Meta: Meta{
		ID: "patch.replace.sub-attribute", Level: Must,
		Title:    "PATCH replace of a sub-attribute leaves its siblings",
		Requires: []string{"7644-3.5.2-12", "7644-3.5.2.3-02", "7644-3.5.2.3-10"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-sub-attribute-overwrites-complex"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName", "name.givenName")
		u := keeps(t, t.GivenUser(Set("name", Doc{"givenName": "Nadia", "familyName": "Novak"})), "name.givenName", "name.familyName")
		t.Patch(u, Replace("name.familyName", "Weber")).Status(200, 204)
		t.Get(u).Status(200).EqualFold("name.familyName", "Weber").EqualFold("name.givenName", "Nadia")
	}},
	{Meta: Meta{
		ID: "patch.replace.complex-value-keeps-the-rest", Level: Must,
		Title:    "PATCH replace of a complex attribute keeps the sub-attributes that it does not name",
		Requires: []string{"7644-3.5.2.3-05", "7644-3.5.2.3-06"}, Needs: []Feature{Patch},
		Breaks:  []string{"E41"},
		Catches: []string{"patch-ignored", "patch-complex-overwrites"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName", "name.givenName")
		u := keeps(t, t.GivenUser(Set("name", Doc{"givenName": "Nadia", "familyName": "Novak"})), "name.givenName", "name.familyName")
		t.Patch(u, Replace("name", Doc{"familyName": "Weber"})).Status(200, 204)
		t.Get(u).Status(200).EqualFold("name.familyName", "Weber").EqualFold("name.givenName", "Nadia")
	}},
	{Meta: Meta{
		ID: "patch.replace.list", Level: Must,
		Title:    "PATCH replace of a multi-valued attribute replaces all its values",
		Requires: []string{"7644-3.5.2.3-03"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-replace-appends-to-list"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("work", "home")), `emails[type eq "work"]`, `emails[type eq "home"]`)
		t.Patch(u, Replace("emails", Values{email("work", mailbox(t, "new"))})).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 1).EqualFold("emails.value", mailbox(t, "new"))
	}},
	{Meta: Meta{
		ID: "patch.replace.empty-list-unassigns", Level: Must,
		Title:    "PATCH replace by [] leaves a multi-valued attribute without values",
		Requires: []string{"7644-3.5.2.3-03", "7643-2.5-02", "7643-2.5-01"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-replace-appends-to-list"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		u := keeps(t, t.GivenUser(Phones("work", "home")), "phoneNumbers.value")
		t.Patch(u, Replace("phoneNumbers", Values{})).Status(200, 204)
		t.Get(u).Status(200).HasNot("phoneNumbers")
	}},
	{Meta: Meta{
		ID: "patch.replace.value-path", Level: Must,
		Title:    "PATCH replace with a value path changes the sub-attribute of the matching value alone",
		Requires: []string{"7644-3.5.2.3-08", "7644-3.5.2-14"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-value-path-ignores-filter", "patch-sub-attribute-overwrites-value"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "addresses.streetAddress", "addresses.locality", "addresses.type")
		u := keeps(t, t.GivenUser(Set("addresses", Values{address("home", "1 Harbour Street"), address("work", "2 Station Road")})),
			`addresses[type eq "home"].streetAddress`, `addresses[type eq "work"].locality`)
		t.Patch(u, Replace(`addresses[type eq "work"].streetAddress`, "3 Mill Lane")).Status(200, 204)
		t.Get(u).Status(200).Count("addresses", 2).
			EqualFold(`addresses[type eq "work"].streetAddress`, "3 Mill Lane").
			EqualFold(`addresses[type eq "work"].locality`, "Hull").
			EqualFold(`addresses[type eq "home"].streetAddress`, "1 Harbour Street")
	}},
	{Meta: Meta{
		ID: "patch.replace.value-path-with-dots", Level: Must,
		Title:    "PATCH replace with a value path takes the dots in its filter for a part of the value",
		Requires: []string{"7644-3.5.2.3-08", "7644-3.5.2-14"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-path-splits-at-dots", "patch-value-path-ignores-filter"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("home", "work")), `emails[type eq "home"]`, `emails[type eq "work"]`)
		home, work := u.Body.Get(`emails[type eq "home"].value`).String(), u.Body.Get(`emails[type eq "work"].value`).String()
		t.Patch(u, Replace("emails[value eq "+scim.Quote(home)+"].type", "other")).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).
			EqualFold(`emails[type eq "other"].value`, home).
			EqualFold(`emails[type eq "work"].value`, work)
	}},
	{Meta: Meta{
		ID: "patch.replace.value-path-by-boolean", Level: Must,
		Title:    "PATCH replace with a value path of a boolean changes the value for which it is true",
		Requires: []string{"7644-3.5.2.3-08", "7644-3.5.2-14"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-path-boolean-without-effect", "patch-value-path-ignores-filter"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type", "emails.primary")
		u := keeps(t, t.GivenUser(Emails("work", "home")), `emails[type eq "work" and primary eq true]`, `emails[type eq "home"]`)
		home := u.Body.Get(`emails[type eq "home"].value`).String()
		t.Patch(u, Replace("emails[primary eq true].value", mailbox(t, "new"))).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).
			EqualFold(`emails[type eq "work"].value`, mailbox(t, "new")).
			EqualFold(`emails[type eq "home"].value`, home)
	}},
	{Meta: Meta{
		ID: "patch.replace.value-path-changes-all-matches", Level: Must,
		Title:    "PATCH replace with a value path changes every matching value",
		Requires: []string{"7644-3.5.2.3-08", "7644-3.5.2.3-07"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-replace-changes-first-match"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "addresses.streetAddress", "addresses.locality", "addresses.type")
		u := t.GivenUser(Set("addresses", Values{
			address("work", "1 Harbour Street"), address("work", "2 Station Road"), address("home", "3 Mill Lane"),
		}))
		if len(u.Body.Lookup(`addresses[type eq "work"].locality`)) != 2 {
			t.Skip("the target does not keep two work addresses")
		}
		t.Patch(u, Replace(`addresses[type eq "work"].locality`, "Leeds")).Status(200, 204)
		t.Get(u).Status(200).
			Count(`addresses[type eq "work" and locality eq "Leeds"]`, 2).
			EqualFold(`addresses[type eq "home"].locality`, "Hull")
	}},
	{Meta: Meta{
		ID: "patch.replace.value-filter", Level: Must,
		Title:    "PATCH replace with a value filter replaces the matching value and no other",
		Requires: []string{"7644-3.5.2.3-07", "7644-3.5.2-13"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-value-path-ignores-filter"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("home", "work")), `emails[type eq "home"]`, `emails[type eq "work"]`)
		home := u.Body.Get(`emails[type eq "home"].value`).String()
		t.Patch(u, Replace(`emails[type eq "work"]`, email("work", mailbox(t, "new")))).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).
			EqualFold(`emails[type eq "work"].value`, mailbox(t, "new")).
			EqualFold(`emails[type eq "home"].value`, home)
	}},
	{Meta: Meta{
		ID: "patch.replace.value-path-without-match", Level: Must,
		Title:    "PATCH replace with a value path that matches nothing answers 400 with noTarget",
		Requires: []string{"7644-3.5.2.3-09", "7644-3.12-23"}, Needs: []Feature{Patch},
		Breaks:  []string{"E32"},
		Catches: []string{"patch-replace-unmatched-without-effect", "patch-replace-unmatched-changes-others"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("home")), `emails[type eq "home"]`)
		home := u.Body.Get(`emails[type eq "home"].value`).String()
		a := t.Patch(u, Replace(`emails[type eq "work"].value`, mailbox(t, "work")))
		got := t.Get(u).Status(200).EqualFold(`emails[type eq "home"].value`, home)
		if strings.EqualFold(got.Text(`emails[type eq "work"].value`), mailbox(t, "work")) {
			a = a.Advisory() // Entra expects the value to be made
		}
		a.SCIMError(400, scim.NoTarget)
	}},
	{Meta: Meta{
		ID: "patch.replace.extension-attribute", Level: Must,
		Title:    "PATCH replace by a URN path changes one extension attribute",
		Requires: []string{"7644-3.5.2-22", "7644-3.5.2.3-02", "7643-4.3-06"}, Needs: []Feature{Patch, EnterpriseUser},
		Breaks:  []string{"E29"},
		Catches: []string{"patch-ignored", "patch-urn-path-flattened", "patch-urn-path-overwrites-extension"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department", "costCenter")
		u := keeps(t, t.GivenUser(Enterprise("department", "Sales"), Enterprise("costCenter", "4130")), enterprise("department"), enterprise("costCenter"))
		t.Patch(u, Replace(enterprise("department"), "Support")).Status(200, 204)
		t.Get(u).Status(200).EqualFold(enterprise("department"), "Support").Equal(enterprise("costCenter"), "4130")
	}},
	{Meta: Meta{
		ID: "patch.replace.without-path", Level: Must,
		Title:    "PATCH replace without a path changes the attributes of its value and no others",
		Requires: []string{"7644-3.5.2.3-01", "7644-3.5.2-09", "7644-3.5.2.3-10"}, Needs: []Feature{Patch},
		Breaks:  []string{"E21"},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-without-path-replaces-resource"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName", "title")
		u := keeps(t, t.GivenUser(Set("title", "Tour Guide")), "title", "displayName", "emails.value")
		t.Patch(u, Replace("", Doc{"displayName": "Nadia Novak", "title": "Vice President"})).Status(200, 204)
		t.Get(u).Status(200).EqualFold("displayName", "Nadia Novak").EqualFold("title", "Vice President").
			Has("emails.value").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.replace.extension-without-path", Level: Must,
		Title:    "PATCH replace without a path changes the attributes in the object of an extension",
		Requires: []string{"7644-3.5.2.3-01", "7643-3.3-07"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-without-path-refuses-extension"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department")
		u := keeps(t, t.GivenUser(Enterprise("department", "Sales")), enterprise("department"))
		t.Patch(u, Replace("", Doc{scim.EnterpriseUserURN: Doc{"department": "Support"}})).Status(200, 204)
		t.Get(u).Status(200).EqualFold(enterprise("department"), "Support").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.replace.deactivates", Level: Must,
		Title:    "PATCH replace of active by false makes a user inactive",
		Requires: []string{"7644-3.5.2.3-02", "7643-4.1.1-18"}, Needs: []Feature{Patch},
		Breaks:  []string{"E26", "E14", "OKTA-Q17"},
		Catches: []string{"patch-ignored", "patch-ignores-active"},
	}, Body: func(t *T) {
		u := activeUser(t)
		t.Patch(u, Replace("active", false)).Status(200, 204)
		a := t.Get(u)
		a.Advisory().Status(200) // the RFC does not tie active to being readable
		a.Equal("active", false)
	}},
	{Meta: Meta{
		ID: "patch.replace.deactivates-without-path", Level: Must,
		Title:    "PATCH replace without a path makes a user inactive",
		Requires: []string{"7644-3.5.2.3-01", "7644-3.5.2.3-02", "7643-4.1.1-18"}, Needs: []Feature{Patch},
		Breaks:  []string{"OKTA-Q01"},
		Catches: []string{"patch-ignored", "patch-ignores-active", "patch-without-path-ignored"},
	}, Body: func(t *T) {
		u := activeUser(t)
		t.Patch(u, Replace("", Doc{"active": false})).Status(200, 204)
		a := t.Get(u)
		a.Advisory().Status(200) // the RFC does not tie active to being readable
		a.Equal("active", false)
	}},
	{Meta: Meta{
		ID: "patch.replace.reactivates", Level: Must,
		Title:    "PATCH replace of active by true makes an inactive user active",
		Requires: []string{"7644-3.5.2.3-02", "7643-4.1.1-18"}, Needs: []Feature{Patch},
		Breaks:  []string{"E75", "E76", "OKTA-Q20"},
		Catches: []string{"patch-ignored", "patch-refuses-inactive"},
	}, Body: func(t *T) {
		u := inactiveUser(t)
		if u.Body.Get("active").Bool() {
			t.Block("could not arrange: the target does not create inactive users")
		}
		t.Patch(u, Replace("active", true)).Status(200, 204)
		t.Get(u).Status(200).Equal("active", true)
	}},
	{Meta: Meta{
		ID: "patch.replace.external-id", Level: Must,
		Title:    "PATCH replace changes the externalId",
		Requires: []string{"7643-3.1-19", "7644-3.5.2.3-02"}, Needs: []Feature{Patch},
		Breaks:  []string{"E55", "E74"},
		Catches: []string{"patch-ignored"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "externalId")
		t.Patch(u, Replace("externalId", "new-"+t.Tag())).Status(200, 204)
		t.Get(u).Status(200).Equal("externalId", "new-"+t.Tag())
	}},
	{Meta: Meta{
		ID: "patch.replace.renames", Level: Must,
		Title:    "PATCH replace changes the userName and keeps the id",
		Requires: []string{"7644-3.5.2.3-02", "7643-3.1-07"}, Needs: []Feature{Patch},
		Breaks:  []string{"E77"},
		Catches: []string{"patch-ignored", "patch-refuses-rename"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "userName")
		u := t.GivenUser()
		renamed := t.Person().UserName
		t.Patch(u, Replace("userName", renamed)).Status(200, 204)
		t.Get(u).Status(200).Equal("id", u.ID).EqualFold("userName", renamed)
	}},
	{Meta: Meta{
		ID: "patch.replace.own-user-name", Level: Must,
		Title:    "PATCH replace by the userName that the user has is no conflict",
		Requires: []string{"7644-3.5.2.3-02", "7643-4.1.1-02"}, Needs: []Feature{Patch},
		Catches: []string{"unique-against-itself"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "userName")
		u := t.GivenUser()
		t.Patch(u, Replace("userName", u.Text("userName"))).Status(200, 204)
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.replace.taken-user-name-is-refused", Level: Must,
		Title:    "PATCH cannot give a user the userName of another",
		Requires: []string{"7643-4.1.1-02", "7643-7-35", "7644-3.12-19"}, Needs: []Feature{Patch},
		Breaks:  []string{"E73"},
		Catches: []string{"patch-accepts-duplicate"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		a := t.Patch(u, Replace("userName", other.Text("userName"))).Status(409, 400)
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
		saysTaken(a)
	}},
	{Meta: Meta{
		ID: "patch.replace.new-primary-demotes-the-old", Level: Must,
		Title:    "PATCH that makes a value primary makes the former primary value an ordinary one",
		Requires: []string{"7644-3.5.2-28", "7643-2.4-05"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-keeps-old-primary"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type", "emails.primary")
		u := keeps(t, t.GivenUser(Emails("work", "home")), `emails[type eq "work" and primary eq true]`, `emails[type eq "home"]`)
		t.Patch(u, Replace(`emails[type eq "home"].primary`, true)).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).Count("emails[primary eq true]", 1).
			Has(`emails[type eq "home" and primary eq true]`)
	}},
	{Meta: Meta{
		ID: "patch.answer-shows-the-new-state", Level: Must,
		Title:    "PATCH answers 200 with the changed user, or 204 without a body",
		Requires: []string{"7644-3.5.2-33", "7644-3.1-10", "7644-3.5.2-34"}, Needs: []Feature{Patch},
		Breaks:  []string{"E44", "OKTA-Q33"},
		Catches: []string{"patch-answers-old-state", "patch-200-without-body", "patch-answers-201"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		a := t.Patch(u, Replace("displayName", "Nadia Novak")).Status(200, 204)
		if a.Code() == 204 {
			a.Empty()
		} else {
			a.Equal("id", u.ID).EqualFold("userName", u.Text("userName")).EqualFold("displayName", "Nadia Novak")
		}
		t.Get(u).Status(200).EqualFold("displayName", "Nadia Novak")
	}},
	{Meta: Meta{
		ID: "patch.operations-apply-in-order", Level: Must,
		Title:    "The operations of a PATCH apply one after the other, each to the result of the one before",
		Requires: []string{"7644-3.5.2-26"}, Needs: []Feature{Patch},
		Breaks:  []string{"OKTA-Q27"},
		Catches: []string{"patch-ignored", "patch-first-operation-only", "patch-order-reversed"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title", "phoneNumbers")
		u := keeps(t, t.GivenUser(Phones("work")), `phoneNumbers[type eq "work"]`)
		t.Patch(u,
			Replace("title", "Tour Guide"),
			Remove("phoneNumbers"),
			Add("phoneNumbers", Values{Doc{"type": "home", "value": "tel:+1-201-555-0123"}}),
			Replace("title", "Vice President"),
		).Status(200, 204)
		t.Get(u).Status(200).EqualFold("title", "Vice President").
			Count("phoneNumbers", 1).Has(`phoneNumbers[type eq "home"]`)
	}},
	{Meta: Meta{
		ID: "patch.path-in-any-case", Level: Must,
		Title:    "The attribute names of a PATCH path are read without regard to case",
		Requires: []string{"7644-3.5.2-22", "7643-2.1-02"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-path-case-sensitive"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName")
		u := keeps(t, t.GivenUser(), "name.familyName")
		t.Patch(u, Replace("NAME.FAMILYNAME", "Weber")).Status(200, 204)
		t.Get(u).Status(200).Count("name", 1).EqualFold("name.familyName", "Weber")
	}},
	{Meta: Meta{
		ID: "patch.value-names-in-any-case", Level: Must,
		Title:    "The attribute names in the value of a PATCH without a path are read without regard to case",
		Requires: []string{"7643-2.1-02", "7644-3.5.2.3-01"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-value-names-case-sensitive"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		t.Patch(u, Replace("", Doc{"DISPLAYNAME": "Nadia Novak"})).Status(200, 204)
		t.Get(u).Status(200).Count("displayName", 1).EqualFold("displayName", "Nadia Novak")
	}},
	{Meta: Meta{
		ID: "patch.path-with-core-urn", Level: Must,
		Title:    "A PATCH path may begin with the URN of the core schema",
		Requires: []string{"7644-3.5.2-22"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-core-urn-unknown"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName")
		u := keeps(t, t.GivenUser(), "name.familyName")
		t.Patch(u, Replace(scim.UserURN+":name.familyName", "Weber")).Status(200, 204)
		t.Get(u).Status(200).EqualFold("name.familyName", "Weber").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.order-of-keys-is-irrelevant", Level: Must,
		Title:    "The order of the members of a PatchOp has no influence",
		Requires: []string{"7643-2.3.8-02"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-op-must-come-first"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		body := Doc{"schemas": Values{scim.PatchOpURN}, "Operations": Values{
			Doc{"op": "replace", "path": "displayName", "value": "Nadia Novak"},
		}}
		t.PatchWith(u, nil, RawBody(scim.MediaType, backwards(body))).Status(200, 204)
		t.Get(u).Status(200).EqualFold("displayName", "Nadia Novak")
	}},
}
