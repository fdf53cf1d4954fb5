package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.5.2.1.
var patchAddChecks = []Check{
	{Meta: Meta{
		ID: "patch.add.unassigned-attribute", Level: Must,
		Title:    "PATCH add gives an attribute without a value its value",
		Requires: []string{"7644-3.5.2.1-04", "7644-3.5.2-09"}, Needs: []Feature{Patch},
		Breaks:  []string{"E22"},
		Catches: []string{"patch-ignored", "patch-add-needs-existing"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		u := t.GivenUser()
		t.Patch(u, Add("title", "Tour Guide")).Status(200, 204)
		t.Get(u).Status(200).EqualFold("title", "Tour Guide")
	}},
	{Meta: Meta{
		ID: "patch.add.assigned-attribute", Level: Must,
		Title:    "PATCH add replaces the value of a singular attribute",
		Requires: []string{"7644-3.5.2.1-07"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-add-keeps-existing"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "title")
		u := keeps(t, t.GivenUser(Set("title", "Tour Guide")), "title")
		t.Patch(u, Add("title", "Vice President")).Status(200, 204)
		t.Get(u).Status(200).Count("title", 1).EqualFold("title", "Vice President")
	}},
	{Meta: Meta{
		ID: "patch.add.sub-attribute", Level: Must,
		Title:    "PATCH add sets one sub-attribute and leaves the others",
		Requires: []string{"7644-3.5.2.1-04", "7644-3.5.2-12"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-sub-attribute-overwrites-complex"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "name.middleName")
		u := keeps(t, t.GivenUser(Set("name", Doc{"givenName": "Nadia", "familyName": "Novak"})), "name.familyName")
		t.Patch(u, Add("name.middleName", "Jane")).Status(200, 204)
		t.Get(u).Status(200).EqualFold("name.middleName", "Jane").EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "patch.add.complex-value", Level: Must,
		Title:    "PATCH add to a complex attribute sets the sub-attributes of the value",
		Requires: []string{"7644-3.5.2.1-05", "7644-3.5.2.1-02", "7644-3.2-09"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.givenName")
		u := keeps(t, t.GivenUser(), "name.givenName")
		t.Patch(u, Add("name", Doc{"givenName": "Nadia"})).Status(200, 204)
		t.Get(u).Status(200).EqualFold("name.givenName", "Nadia")
	}},
	{Meta: Meta{
		ID: "patch.add.complex-value-keeps-the-rest", Level: Should,
		Title:    "PATCH add to a complex attribute keeps the sub-attributes that it does not name",
		Requires: []string{"7644-3.5.2.1-05"}, Needs: []Feature{Patch},
		Breaks:  []string{"E41"},
		Catches: []string{"patch-complex-overwrites"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.givenName", "name.familyName")
		u := keeps(t, t.GivenUser(Set("name", Doc{"givenName": "Ana", "familyName": "Novak"})), "name.familyName")
		t.Patch(u, Add("name", Doc{"givenName": "Nadia"})).Arranging().Status(200, 204)
		t.Get(u).Status(200).EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "patch.add.appends-to-a-list", Level: Must,
		Title:    "PATCH add to a multi-valued attribute keeps the values that are there",
		Requires: []string{"7644-3.5.2.1-06", "7644-3.5.2.1-02"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-add-overwrites-list"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("work")), `emails[type eq "work"]`)
		t.Patch(u, Add("emails", Values{email("home", mailbox(t, "home"))})).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).Has(`emails[type eq "work"]`).
			EqualFold(`emails[type eq "home"].value`, mailbox(t, "home"))
	}},
	{Meta: Meta{
		ID: "patch.add.unassigned-list", Level: Must,
		Title:    "PATCH add gives a multi-valued attribute its first value",
		Requires: []string{"7644-3.5.2.1-04", "7644-3.5.2.1-06"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-add-needs-existing"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		t.Offers(scim.UserURN, "phoneNumbers.value", "phoneNumbers.type")
		u := t.GivenUser()
		t.Patch(u, Add("phoneNumbers", Values{Doc{"type": "work", "value": "tel:+1-201-555-0110"}})).Status(200, 204)
		t.Get(u).Status(200).Count("phoneNumbers", 1).Has(`phoneNumbers[type eq "work"].value`)
	}},
	{Meta: Meta{
		ID: "patch.add.without-path", Level: Must,
		Title:    "PATCH add without a path sets the attributes of its value",
		Requires: []string{"7644-3.5.2.1-03", "7644-3.5.2-09"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-without-path-ignored"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		t.Patch(u, Add("", Doc{"title": "Tour Guide", "displayName": "Nadia Novak"})).Status(200, 204)
		t.Get(u).Status(200).EqualFold("title", "Tour Guide").EqualFold("displayName", "Nadia Novak").
			EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.add.without-path-appends-to-a-list", Level: Must,
		Title:    "PATCH add without a path keeps the values of a multi-valued attribute that are there",
		Requires: []string{"7644-3.5.2.1-03", "7644-3.5.2.1-06"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-add-overwrites-list"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("work")), `emails[type eq "work"]`)
		t.Patch(u, Add("", Doc{"emails": Values{email("home", mailbox(t, "home"))}})).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).Has(`emails[type eq "work"]`, `emails[type eq "home"]`)
	}},
	{Meta: Meta{
		ID: "patch.add.extension-attribute", Level: Must,
		Title:    "PATCH add by a URN path puts an extension attribute under the URN and the URN into schemas",
		Requires: []string{"7644-3.5.2-25", "7644-3.5.2-22", "7644-3.5.2.1-04", "7643-3.3-07"}, Needs: []Feature{Patch, EnterpriseUser},
		Breaks:  []string{"E29"},
		Catches: []string{"patch-ignored", "patch-urn-path-flattened", "extension-not-in-schemas"},
	}, Body: func(t *T) {
		spares(t, scim.EnterpriseUserURN, "department")
		u := t.GivenUser()
		t.Patch(u, Add(enterprise("department"), "Sales")).Status(200, 204)
		a := t.Get(u).Status(200).EqualFold(enterprise("department"), "Sales")
		a.Holds(!a.Resource().JSON().Map()[enterprise("department")].Exists(), "body", "no member named by the whole path", "present", "the path became a member of the user")
		a.Holds(namesSchema(a, scim.EnterpriseUserURN), "schemas", scim.EnterpriseUserURN, "absent", "schemas lacks the URN of an extension that has data")
	}},
	{Meta: Meta{
		ID: "patch.add.extension-keeps-its-rest", Level: Must,
		Title:    "PATCH add of one extension attribute keeps the others",
		Requires: []string{"7644-3.5.2-22", "7644-3.5.2.1-04"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignored", "patch-urn-path-overwrites-extension"},
	}, Body: func(t *T) {
		spares(t, scim.EnterpriseUserURN, "department", "costCenter")
		u := keeps(t, t.GivenUser(Enterprise("costCenter", "4130")), enterprise("costCenter"))
		t.Patch(u, Add(enterprise("department"), "Sales")).Status(200, 204)
		t.Get(u).Status(200).EqualFold(enterprise("department"), "Sales").Equal(enterprise("costCenter"), "4130")
	}},
	{Meta: Meta{
		ID: "patch.add.extension-without-path", Level: Must,
		Title:    "PATCH add without a path takes the object of an extension",
		Requires: []string{"7644-3.5.2.1-03", "7643-3.3-07"}, Needs: []Feature{Patch, EnterpriseUser},
		Breaks:  []string{"E28"},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-without-path-refuses-extension"},
	}, Body: func(t *T) {
		spares(t, scim.EnterpriseUserURN, "department")
		u := t.GivenUser()
		t.Patch(u, Add("", Doc{scim.EnterpriseUserURN: Doc{"department": "Sales"}})).Status(200, 204)
		t.Get(u).Status(200).EqualFold(enterprise("department"), "Sales").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.add.value-path", Level: Must,
		Title:    "PATCH add with a value path sets the sub-attribute of the matching value alone",
		Requires: []string{"7644-3.5.2-14", "7644-3.5.2.1-07"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-value-path-ignores-filter"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("home", "work")), `emails[type eq "home"]`, `emails[type eq "work"]`)
		home := u.Body.Get(`emails[type eq "home"].value`).String()
		t.Patch(u, Add(`emails[type eq "work"].value`, mailbox(t, "new"))).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).
			EqualFold(`emails[type eq "work"].value`, mailbox(t, "new")).
			EqualFold(`emails[type eq "home"].value`, home)
	}},
	{Meta: Meta{
		ID: "patch.add.value-path-without-match", Level: Should,
		Title:    "PATCH add with a value path that matches nothing is refused, or makes a value of that type",
		Requires: []string{"7644-3.5.2.1-08"}, Needs: []Feature{Patch},
		Breaks:  []string{"E31", "E33"},
		Catches: []string{"patch-add-unmatched-without-effect", "patch-add-unmatched-without-type"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		t.Offers(scim.UserURN, "phoneNumbers.value", "phoneNumbers.type")
		u := t.GivenUser()
		a := t.Patch(u, Add(`phoneNumbers[type eq "mobile"].value`, "tel:+1-201-555-0110")).Status(200, 204, 400)
		got := t.Get(u).Status(200)
		if a.Code() == 400 {
			got.HasNot("phoneNumbers")
			return
		}
		got.Count("phoneNumbers", 1).Has(`phoneNumbers[type eq "mobile"].value`)
	}},
	{Meta: Meta{
		ID: "patch.add.existing-value-is-no-second-one", Level: Should,
		Title:    "PATCH add of a value that is there succeeds and adds nothing",
		Requires: []string{"7644-3.5.2.1-09", "7644-3.5.2.1-10", "7643-2.4-13"}, Needs: []Feature{Patch},
		Catches: []string{"patch-add-duplicates"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Set("emails", Values{email("work", mailbox(t, "work"))})), "emails.value")
		t.Patch(u, Add("emails", Values{email("work", mailbox(t, "work"))})).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 1)
	}},
	{Meta: Meta{
		ID: "patch.add.existing-value-keeps-last-modified", Level: Must,
		Title:    "PATCH add of the value that an attribute has does not change meta.lastModified",
		Requires: []string{"7644-3.5.2.1-11"}, Needs: []Feature{Patch},
		Catches: []string{"patch-no-op-touches-last-modified"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "title")
		u := keeps(t, t.GivenUser(Set("title", "Tour Guide")), "title", "meta.lastModified")
		before := u.Body.Get("meta.lastModified").String()
		tick(t, u)
		t.Patch(u, Add("title", u.Body.Get("title").String())).NoServerError() // success is a SHOULD
		t.Get(u).Status(200).EqualFold("title", "Tour Guide").Equal("meta.lastModified", before)
	}},
	{Meta: Meta{
		ID: "patch.add.new-primary-demotes-the-old", Level: Must,
		Title:    "PATCH add of a primary value makes the former primary value an ordinary one",
		Requires: []string{"7644-3.5.2-28", "7643-2.4-05"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-keeps-old-primary"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type", "emails.primary")
		u := keeps(t, t.GivenUser(Emails("work")), `emails[type eq "work" and primary eq true]`)
		t.Patch(u, Add("emails", Values{Doc{"type": "home", "value": mailbox(t, "home"), "primary": true}})).Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).Count("emails[primary eq true]", 1).
			Has(`emails[type eq "home" and primary eq true]`)
	}},
}
