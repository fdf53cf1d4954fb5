package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What the checks of the three operations leave out of the matrix of operation,
// kind of target, and whether it has a value (RFC 7644 section 3.5.2).
var patchMatrixChecks = []Check{
	{Meta: Meta{
		ID: "patch.add.assigned-sub-attribute", Level: Must,
		Title:    "PATCH add replaces the value of a sub-attribute and leaves its siblings",
		Requires: []string{"7644-3.5.2.1-07", "7644-3.5.2-12"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-add-keeps-existing", "patch-sub-attribute-overwrites-complex"},
	}, Body: func(t *T) {
		afterPatch(t, named(t), Add("name.familyName", "Weber")).
			EqualFold("name.familyName", "Weber").EqualFold("name.givenName", "Nadia")
	}},
	{Meta: Meta{
		ID: "patch.add.unassigned-complex-value", Level: Must,
		Title:    "PATCH add gives a complex attribute without a value its value",
		Requires: []string{"7644-3.5.2.1-04", "7644-3.5.2.1-05"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-add-needs-existing"},
	}, Body: func(t *T) {
		afterPatch(t, nameless(t), Add("name", Doc{"givenName": "Nadia", "familyName": "Novak"})).
			EqualFold("name.givenName", "Nadia").EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "patch.add.sub-attribute-of-nothing", Level: Must,
		Title:    "PATCH add of a sub-attribute makes the complex attribute that has no value",
		Requires: []string{"7644-3.5.2.1-04", "7644-3.5.2-12"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-add-needs-existing"},
	}, Body: func(t *T) {
		afterPatch(t, nameless(t), Add("name.familyName", "Novak")).EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "patch.add.assigned-extension-attribute", Level: Must,
		Title:    "PATCH add replaces the value of an extension attribute and leaves the others",
		Requires: []string{"7644-3.5.2.1-07", "7644-3.5.2-22"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignored", "patch-add-keeps-existing", "patch-urn-path-overwrites-extension"},
	}, Body: func(t *T) {
		afterPatch(t, employee(t), Add(enterprise("department"), "Service")).
			EqualFold(enterprise("department"), "Service").Equal(enterprise("costCenter"), "4130")
	}},
	{Meta: Meta{
		ID: "patch.add.same-sub-attribute-keeps-last-modified", Level: Must,
		Title:    "PATCH add of the value that a sub-attribute has does not change meta.lastModified",
		Requires: []string{"7644-3.5.2.1-11"}, Needs: []Feature{Patch},
		Catches: []string{"patch-no-op-touches-last-modified"},
	}, Body: func(t *T) { keepsLastModified(t, named(t), "name.familyName") }},
	{Meta: Meta{
		ID: "patch.add.same-extension-value-keeps-last-modified", Level: Must,
		Title:    "PATCH add of the value that an extension attribute has does not change meta.lastModified",
		Requires: []string{"7644-3.5.2.1-11"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-no-op-touches-last-modified"},
	}, Body: func(t *T) { keepsLastModified(t, employee(t), enterprise("department")) }},
	{Meta: Meta{
		ID: "patch.add.several-values", Level: Must,
		Title:    "PATCH add appends each value that it gives",
		Requires: []string{"7644-3.5.2.1-06"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-adds-first-value-only", "patch-add-overwrites-list"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("work")), `emails[type eq "work"]`)
		afterPatch(t, u, Add("emails", Values{email("home", mailbox(t, "home")), email("other", mailbox(t, "other"))})).
			Count("emails", 3).Has(`emails[type eq "work"]`, `emails[type eq "home"]`, `emails[type eq "other"]`)
	}},
	{Meta: Meta{
		ID: "patch.replace.unassigned-sub-attribute", Level: Must,
		Title:    "PATCH replace of a sub-attribute without a value adds it and leaves its siblings",
		Requires: []string{"7644-3.5.2.3-04", "7644-3.5.2-12"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-replace-needs-existing", "patch-sub-attribute-overwrites-complex"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "name.middleName")
		afterPatch(t, named(t), Replace("name.middleName", "Jane")).
			EqualFold("name.middleName", "Jane").EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "patch.replace.unassigned-complex-value", Level: Must,
		Title:    "PATCH replace of a complex attribute without a value adds it",
		Requires: []string{"7644-3.5.2.3-04", "7644-3.5.2.3-05"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-replace-needs-existing"},
	}, Body: func(t *T) {
		afterPatch(t, nameless(t), Replace("name", Doc{"givenName": "Nadia", "familyName": "Novak"})).
			EqualFold("name.givenName", "Nadia").EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "patch.replace.unassigned-list", Level: Must,
		Title:    "PATCH replace of a multi-valued attribute without values adds them",
		Requires: []string{"7644-3.5.2.3-04", "7644-3.5.2.3-03"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-replace-needs-existing"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		t.Offers(scim.UserURN, "phoneNumbers.value", "phoneNumbers.type")
		afterPatch(t, t.GivenUser(), Replace("phoneNumbers", Values{Doc{"type": "work", "value": "tel:+1-201-555-0110"}})).
			Count("phoneNumbers", 1).Has(`phoneNumbers[type eq "work"].value`)
	}},
	{Meta: Meta{
		ID: "patch.replace.same-list", Level: Must,
		Title:    "PATCH replace of a multi-valued attribute by the values that it has keeps them",
		Requires: []string{"7644-3.5.2.3-03", "7644-3.5.2-33"}, Needs: []Feature{Patch},
		Catches: []string{"patch-same-value-refused"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		both := Values{email("work", mailbox(t, "work")), email("home", mailbox(t, "home"))}
		u := keeps(t, t.GivenUser(Set("emails", both)), `emails[type eq "work"]`, `emails[type eq "home"]`)
		afterPatch(t, u, Replace("emails", both)).
			Count("emails", 2).Has(`emails[type eq "work"]`, `emails[type eq "home"]`)
	}},
	{Meta: Meta{
		ID: "patch.replace.unassigned-extension-attribute", Level: Must,
		Title:    "PATCH replace of an extension attribute without a value adds it",
		Requires: []string{"7644-3.5.2.3-04", "7644-3.5.2-22"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignored", "patch-replace-needs-existing", "patch-urn-path-flattened"},
	}, Body: func(t *T) {
		spares(t, scim.EnterpriseUserURN, "department")
		afterPatch(t, t.GivenUser(), Replace(enterprise("department"), "Sales")).EqualFold(enterprise("department"), "Sales")
	}},
	{Meta: Meta{
		ID: "patch.replace.extension-keeps-its-rest", Level: Must,
		Title:    "PATCH replace of one extension attribute leaves the others",
		Requires: []string{"7644-3.5.2.3-10", "7644-3.5.2-22"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignored", "patch-urn-path-overwrites-extension"},
	}, Body: func(t *T) {
		afterPatch(t, employee(t), Replace(enterprise("department"), "Service")).
			EqualFold(enterprise("department"), "Service").Equal(enterprise("costCenter"), "4130")
	}},
	{Meta: Meta{
		ID: "patch.replace.without-path-replaces-a-list", Level: Must,
		Title:    "PATCH replace without a path replaces all values of a multi-valued attribute",
		Requires: []string{"7644-3.5.2.3-01", "7644-3.5.2.3-03"}, Needs: []Feature{Patch},
		Catches: []string{"patch-ignored", "patch-without-path-ignored", "patch-replace-appends-to-list"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value", "emails.type")
		u := keeps(t, t.GivenUser(Emails("work", "home")), `emails[type eq "work"]`, `emails[type eq "home"]`)
		afterPatch(t, u, Replace("", Doc{"emails": Values{email("work", mailbox(t, "new"))}})).
			Count("emails", 1).EqualFold("emails.value", mailbox(t, "new"))
	}},
	{Meta: Meta{
		ID: "patch.replace.without-path-keeps-the-rest-of-a-complex-value", Level: Should,
		Title:    "PATCH replace without a path keeps the sub-attributes that it does not name",
		Requires: []string{"7644-3.5.2.3-06", "7644-3.5.2.3-01"}, Needs: []Feature{Patch},
		Catches: []string{"patch-without-path-overwrites-complex"},
	}, Body: func(t *T) {
		// That the value without a path is a set of attributes, each a target of
		// its own, is only said in passing.
		afterPatch(t, named(t), Replace("", Doc{"name": Doc{"familyName": "Weber"}})).
			EqualFold("name.familyName", "Weber").EqualFold("name.givenName", "Nadia")
	}},
	{Meta: Meta{
		ID: "patch.remove.unassigned-sub-attribute", Level: Should,
		Title:    "PATCH remove of a sub-attribute without a value succeeds or finds no target, and leaves its siblings",
		Requires: []string{"7644-3.5.2.2-11", "7644-3.5.2.2-13"}, Needs: []Feature{Patch},
		Catches: []string{"patch-remove-unassigned-500"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "name.middleName")
		u := named(t)
		t.Patch(u, Remove("name.middleName")).Status(200, 204, 400)
		t.Get(u).Status(200).HasNot("name.middleName").EqualFold("name.familyName", "Novak")
	}},
	{Meta: Meta{
		ID: "patch.remove.unassigned-list", Level: Should,
		Title:    "PATCH remove of a multi-valued attribute without values succeeds or finds no target",
		Requires: []string{"7644-3.5.2.2-11"}, Needs: []Feature{Patch},
		Catches: []string{"patch-remove-unassigned-500"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "phoneNumbers")
		u := t.GivenUser()
		t.Patch(u, Remove("phoneNumbers")).Status(200, 204, 400)
		t.Get(u).Status(200).HasNot("phoneNumbers").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.remove.unassigned-extension-attribute", Level: Should,
		Title:    "PATCH remove of an extension attribute without a value succeeds or finds no target",
		Requires: []string{"7644-3.5.2.2-11", "7644-3.5.2-22"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-remove-unassigned-500"},
	}, Body: func(t *T) {
		spares(t, scim.EnterpriseUserURN, "department")
		u := t.GivenUser()
		t.Patch(u, Remove(enterprise("department"))).Status(200, 204, 400)
		t.Get(u).Status(200).HasNot(enterprise("department")).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.remove.last-extension-attribute", Level: Must,
		Title:    "PATCH remove of the only attribute of an extension leaves the rest of the user",
		Requires: []string{"7644-3.5.2.2-02", "7644-3.5.2.3-10"}, Needs: []Feature{Patch, EnterpriseUser},
		Breaks:  []string{"E29"},
		Catches: []string{"patch-ignored", "patch-remove-ignored"},
	}, Body: func(t *T) {
		spares(t, scim.EnterpriseUserURN, "department")
		u := keeps(t, t.GivenUser(Enterprise("department", "Sales")), enterprise("department"))
		afterPatch(t, u, Remove(enterprise("department"))).
			HasNot(enterprise("department")).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.whole-extension-by-its-urn", Level: Should,
		Title:    "PATCH with the URN of an extension as path is done or refused, and never taken without effect",
		Requires: []string{"7644-3.5.2-15", "7644-3.5.2-31"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-extension-urn-ignored"},
	}, Body: func(t *T) {
		// The grammar of paths has no bare URN; clients send it all the same.
		spares(t, scim.EnterpriseUserURN, "department")
		for _, op := range []func(string, any) scim.PatchOperation{Add, Replace} {
			u := t.GivenUser()
			a := t.Patch(u, op(scim.EnterpriseUserURN, Doc{"department": "Sales"})).Status(200, 204, 400)
			if a.Code() != 400 {
				t.Get(u).Status(200).EqualFold(enterprise("department"), "Sales")
			}
		}
		u := keeps(t, t.GivenUser(Enterprise("department", "Sales")), enterprise("department"))
		if t.Patch(u, Remove(scim.EnterpriseUserURN)).Status(200, 204, 400).Code() != 400 {
			t.Get(u).Status(200).HasNot(enterprise("department"))
		}
	}},
}

// afterPatch is a user as it is read after a PATCH that has to succeed.
func afterPatch(t *T, u *Resource, op scim.PatchOperation) *Answer {
	t.Patch(u, op).Status(200, 204)
	return t.Get(u).Status(200)
}

// named is a user with a name of two parts.
func named(t *T) *Resource {
	t.Offers(scim.UserURN, "name.familyName", "name.givenName")
	return keeps(t, t.GivenUser(Set("name", Doc{"givenName": "Nadia", "familyName": "Novak"})), "name.givenName", "name.familyName")
}

// nameless is a user without a name.
func nameless(t *T) *Resource {
	spares(t, scim.UserURN, "name", "name.familyName", "name.givenName")
	u := t.GivenUser(Unset("name"))
	withoutDefault(t, u, "name")
	return u
}

// employee is a user with two attributes of the enterprise extension.
func employee(t *T) *Resource {
	spares(t, scim.EnterpriseUserURN, "department", "costCenter")
	return keeps(t, t.GivenUser(Enterprise("department", "Sales"), Enterprise("costCenter", "4130")),
		enterprise("department"), enterprise("costCenter"))
}

// keepsLastModified expects that an add of the value that is there leaves the
// time of the last change.
func keepsLastModified(t *T, u *Resource, path string) {
	keeps(t, u, "meta.lastModified")
	before, value := u.Body.Get("meta.lastModified").String(), u.Body.Get(path).String()
	tick(t, u)
	t.Patch(u, Add(path, value)).NoServerError() // success is a SHOULD
	t.Get(u).Status(200).EqualFold(path, value).Equal("meta.lastModified", before)
}
