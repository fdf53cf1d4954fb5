package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.5.2.2.
var patchRemoveChecks = []Check{
	{Meta: Meta{
		ID: "patch.remove.attribute", Level: Must,
		Title:    "PATCH remove leaves a singular attribute without a value",
		Requires: []string{"7644-3.5.2.2-02", "7644-3.5.2-11"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-ignored"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		u := keeps(t, t.GivenUser(Set("title", "Tour Guide")), "title", "displayName")
		t.Patch(u, Remove("title")).Status(200, 204)
		t.Get(u).Status(200).HasNot("title").Has("displayName")
	}},
	{Meta: Meta{
		ID: "patch.remove.sub-attribute", Level: Must,
		Title:    "PATCH remove of a sub-attribute leaves its siblings",
		Requires: []string{"7644-3.5.2.2-13", "7644-3.5.2-12"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-ignored", "patch-remove-sub-attribute-removes-parent"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "name.middleName")
		u := keeps(t, t.GivenUser(Set("name.middleName", "Jane")), "name.middleName", "name.familyName")
		t.Patch(u, Remove("name.middleName")).Status(200, 204)
		t.Get(u).Status(200).HasNot("name.middleName").Has("name.familyName")
	}},
	{Meta: Meta{
		ID: "patch.remove.complex-attribute", Level: Must,
		Title:    "PATCH remove of a complex attribute leaves none of its sub-attributes",
		Requires: []string{"7644-3.5.2.2-13", "7644-3.5.2.2-02"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-ignored"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "name", "name.givenName", "name.familyName")
		u := keeps(t, t.GivenUser(), "name.familyName")
		t.Patch(u, Remove("name")).Status(200, 204)
		t.Get(u).Status(200).HasNot("name.givenName", "name.familyName").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.remove.list", Level: Must,
		Title:    "PATCH remove of a multi-valued attribute without a filter removes all values",
		Requires: []string{"7644-3.5.2.2-03"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-ignored", "patch-remove-list-removes-first"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		u := keeps(t, t.GivenUser(Phones("work", "home")), `phoneNumbers[type eq "work"]`, `phoneNumbers[type eq "home"]`)
		t.Patch(u, Remove("phoneNumbers")).Status(200, 204)
		t.Get(u).Status(200).HasNot("phoneNumbers").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.remove.value-filter-removes-only-matches", Level: Must,
		Title:    "PATCH remove with a value filter removes the matching values and no others",
		Requires: []string{"7644-3.5.2.2-06", "7644-3.5.2-13"}, Needs: []Feature{Patch},
		Breaks:  []string{"E51", "OKTA-Q27"},
		Catches: []string{"patch-ignored", "patch-remove-clears-attribute"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("home", "work")), `emails[type eq "home"]`, `emails[type eq "work"]`)
		t.Patch(u, Remove(`emails[type eq "work"]`)).Status(200, 204)
		t.Get(u).Status(200).Has(`emails[type eq "home"]`).HasNot(`emails[type eq "work"]`)
	}},
	{Meta: Meta{
		ID: "patch.remove.value-filter-on-value", Level: Must,
		Title:    "PATCH remove with a filter on value finds a value with a colon in it",
		Requires: []string{"7644-3.5.2.2-04"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-clears-attribute", "patch-path-stumbles-over-colon"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "phoneNumbers.value", "phoneNumbers.type")
		u := keeps(t, t.GivenUser(Phones("home", "work")), `phoneNumbers[type eq "home"]`, `phoneNumbers[type eq "work"]`)
		work := u.Body.Get(`phoneNumbers[type eq "work"].value`).String()
		t.Patch(u, Remove(`phoneNumbers[value eq `+scim.Quote(work)+`]`)).Status(200, 204)
		t.Get(u).Status(200).Has(`phoneNumbers[type eq "home"]`).HasNot(`phoneNumbers[type eq "work"]`)
	}},
	{Meta: Meta{
		ID: "patch.remove.value-filter-with-and", Level: Must,
		Title:    "PATCH remove with a value filter of two conditions removes what fulfils both",
		Requires: []string{"7644-3.5.2.2-06"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-clears-attribute", "patch-value-filter-takes-first-condition"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		old, other, home := mailbox(t, "old"), mailbox(t, "other"), mailbox(t, "home")
		u := t.GivenUser(Set("emails", Values{email("work", other), email("work", old), email("home", home)}))
		if len(u.Body.Lookup("emails.value")) != 3 {
			t.Skip("the target does not keep three e-mail addresses")
		}
		a := t.Patch(u, Remove(`emails[type eq "work" and value sw "old."]`))
		if a.Code() == 400 && a.ScimType() == scim.InvalidFilter {
			a = a.Advisory() // a combination that need not be supported
		}
		a.Status(200, 204)
		t.Get(u).Status(200).Count("emails", 2).Has(`emails[value sw "other."]`, `emails[value sw "home."]`)
	}},
	{Meta: Meta{
		ID: "patch.remove.value-filter-without-match", Level: Must,
		Title:    "PATCH remove with a value filter that matches nothing removes nothing",
		Requires: []string{"7644-3.5.2.2-06", "7644-3.5.2.2-10"}, Needs: []Feature{Patch},
		Breaks:  []string{"E57"},
		Catches: []string{"patch-remove-clears-attribute", "patch-remove-unmatched-500"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("home")), `emails[type eq "home"]`)
		t.Patch(u, Remove(`emails[type eq "work"]`)).Status(200, 204, 400)
		t.Get(u).Status(200).Count("emails", 1).Has(`emails[type eq "home"]`)
	}},
	{Meta: Meta{
		ID: "patch.remove.last-value", Level: Must,
		Title:    "PATCH remove of the last value leaves a multi-valued attribute unassigned",
		Requires: []string{"7644-3.5.2.2-08", "7644-3.5.2.2-05"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-leaves-empty-value"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		u := keeps(t, t.GivenUser(Phones("work")), `phoneNumbers[type eq "work"]`)
		t.Patch(u, Remove(`phoneNumbers[type eq "work"]`)).Status(200, 204)
		t.Get(u).Status(200).HasNot("phoneNumbers")
	}},
	{Meta: Meta{
		ID: "patch.remove.sub-attribute-of-a-value", Level: Must,
		Title:    "PATCH remove of a sub-attribute behind a value filter leaves the rest of the value and the other values",
		Requires: []string{"7644-3.5.2.2-07", "7644-3.5.2-14"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-remove-sub-attribute-removes-value"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "addresses.streetAddress", "addresses.locality", "addresses.type")
		u := keeps(t, t.GivenUser(Set("addresses", Values{address("home", "1 Harbour Street"), address("work", "2 Station Road")})),
			`addresses[type eq "home"].streetAddress`, `addresses[type eq "work"].streetAddress`)
		t.Patch(u, Remove(`addresses[type eq "work"].streetAddress`)).Status(200, 204)
		t.Get(u).Status(200).
			HasNot(`addresses[type eq "work"].streetAddress`).
			Has(`addresses[type eq "work"].locality`, `addresses[type eq "home"].streetAddress`)
	}},
	{Meta: Meta{
		ID: "patch.remove.extension-attribute", Level: Must,
		Title:    "PATCH remove by a URN path removes one extension attribute",
		Requires: []string{"7644-3.5.2.2-02", "7644-3.5.2-22"}, Needs: []Feature{Patch, EnterpriseUser},
		Breaks:  []string{"E29"},
		Catches: []string{"patch-ignored", "patch-remove-ignored", "patch-urn-path-overwrites-extension"},
	}, Body: func(t *T) {
		spares(t, scim.EnterpriseUserURN, "department", "costCenter")
		u := keeps(t, t.GivenUser(Enterprise("department", "Sales"), Enterprise("costCenter", "4130")), enterprise("department"), enterprise("costCenter"))
		t.Patch(u, Remove(enterprise("department"))).Status(200, 204)
		t.Get(u).Status(200).HasNot(enterprise("department")).Equal(enterprise("costCenter"), "4130")
	}},
	{Meta: Meta{
		ID: "patch.remove.unassigned-attribute", Level: Should,
		Title:    "PATCH remove of an attribute without a value succeeds or finds no target",
		Requires: []string{"7644-3.5.2.2-11"}, Needs: []Feature{Patch},
		Catches: []string{"patch-remove-unassigned-500"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		u := t.GivenUser()
		t.Patch(u, Remove("title")).Status(200, 204, 400)
		t.Get(u).Status(200).HasNot("title").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.remove.required-attribute-is-refused", Level: Must,
		Title:    "PATCH remove of a required attribute is refused",
		Requires: []string{"7644-3.5.2.2-09", "7643-4.1.1-01"}, Needs: []Feature{Patch},
		Catches: []string{"patch-remove-required"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Patch(u, Remove("userName")).Refused()
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.remove.refusal-says-mutability", Level: Should,
		Title:    "The refusal of a remove of a required attribute is a 400 with the scimType mutability",
		Requires: []string{"7644-3.5.2.2-09"}, Needs: []Feature{Patch},
		Catches: []string{"patch-remove-required-invalid-value"},
	}, Body: func(t *T) {
		// Another word than the MUST's is common (requirements.md,
		// expectation 7).
		t.Patch(t.GivenUser(), Remove("userName")).SCIMError(400, scim.Mutability)
	}},
	{Meta: Meta{
		ID: "patch.remove.read-only-attribute-is-refused", Level: Must,
		Title:    "PATCH remove of the id is refused with mutability",
		Requires: []string{"7644-3.5.2.2-09", "7644-3.5.2-18"}, Needs: []Feature{Patch},
		Catches: []string{"patch-read-only-ignored"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Patch(u, Remove("id")).Refused()
		t.Get(u).Status(200).Equal("id", u.ID)
		a.Advisory().SCIMError(400, scim.Mutability)
	}},
}

// address is a value of the attribute addresses.
func address(kind, street string) Doc {
	return Doc{"type": kind, "streetAddress": street, "locality": "Hull", "country": "GB"}
}
