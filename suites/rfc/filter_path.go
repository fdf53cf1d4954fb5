package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What a filter compares without regard to case, and what not.
var filterNameChecks = []Check{
	{Meta: Meta{
		ID: "filter.attribute-names-ignore-case", Level: Must,
		Title:    "Attribute names in filters are compared without regard to case",
		Requires: []string{"7644-3.4.2.2-04", "7643-2.1-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-names-case-sensitive"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		spelled(t, eq("userName", u.Text("userName")), eq("USERNAME", u.Text("userName")), u)
		spelled(t, eq("userName", u.Text("userName")), eq("username", u.Text("userName")), u)
	}},
	{Meta: Meta{
		ID: "filter.operators-ignore-case", Level: Must,
		Title:    "Operators in filters are recognized in any letter case",
		Requires: []string{"7644-3.4.2.2-05"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-operators-case-sensitive"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		name := scim.Quote(u.Text("userName"))
		spelled(t, "userName eq "+name, "userName Eq "+name, u)
		spelled(t, "userName eq "+name, "userName EQ "+name, u)
	}},
	{Meta: Meta{
		ID: "filter.values-ignore-case", Level: Must,
		Title:    "A filter on userName, which is not case exact, finds the user in any letter case",
		Requires: []string{"7643-7-21", "7643-4.1.1-04", "7644-3.4.2.2-43"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E10", "OKTA-Q10"},
		Catches: []string{"filter-values-case-sensitive"},
	}, Body: func(t *T) {
		ignoresCase(t, scim.UserURN, "userName")
		u := givenNamed(t, "Mixed-Case")
		spelled(t, eq("userName", u.Text("userName")), eq("userName", strings.ToUpper(u.Text("userName"))), u)
		spelled(t, eq("userName", u.Text("userName")), eq("userName", strings.ToLower(u.Text("userName"))), u)
	}},
	{Meta: Meta{
		ID: "filter.group-names-ignore-case", Level: Must,
		Title:    "A filter on the displayName of groups, which is not case exact, finds the group in any letter case",
		Requires: []string{"7643-7-21", "7644-3.4.2.2-43"}, Needs: []Feature{Filtering, Groups},
		Breaks:  []string{"E10"},
		Catches: []string{"filter-values-case-sensitive"},
	}, Body: func(t *T) {
		ignoresCase(t, scim.GroupURN, "displayName")
		g := t.GivenGroup(Set("displayName", "Mixed Case "+t.Tag()))
		spelled(t, eq("displayName", g.Text("displayName")), eq("displayName", strings.ToUpper(g.Text("displayName"))), g)
	}},
	{Meta: Meta{
		ID: "filter.case-exact-values", Level: Must,
		Title:    "A filter on externalId, which is case exact, does not match another letter case",
		Requires: []string{"7643-7-21", "7643-3.1-18", "7644-3.4.2.2-43"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-case-exact-ignored"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(Set("externalId", "AbC-"+t.Tag())), "externalId")
		control(t, eq("externalId", u.Text("externalId")), u)
		t.List(scim.UsersEndpoint, Filter(eq("externalId", strings.ToLower(u.Text("externalId"))))).Status(200).Finds()
	}},
	{Meta: Meta{
		ID: "filter.urns-ignore-case", Level: Must,
		Title:    "The URN in front of an attribute name is compared without regard to case",
		Requires: []string{"7644-3.10-05"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-urn-case-sensitive"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		spelled(t, eq(scim.UserURN+":userName", u.Text("userName")), eq(strings.ToUpper(scim.UserURN)+":userName", u.Text("userName")), u)
	}},
}

// The forms that name an attribute.
var filterPathChecks = []Check{
	{Meta: Meta{
		ID: "filter.sub-attribute", Level: Must,
		Title:    "A filter on a sub-attribute finds the users by it",
		Requires: []string{"7644-3.4.2.2-10", "7644-3.10-04"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-sub-attribute-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName", "name.givenName")
		u := keeps(t, t.GivenUser(Set("name", Doc{"familyName": "North " + t.Tag(), "givenName": "South " + t.Tag()})), "name.familyName")
		t.GivenUser(Set("name", Doc{"familyName": "South " + t.Tag(), "givenName": "North " + t.Tag()}))
		findUsers(t, eq("name.familyName", "North "+t.Tag())).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.sub-attribute-that-some-lack", Level: Must,
		Title:    "A filter on a sub-attribute passes over the users that lack the attribute",
		Requires: []string{"7644-3.4.2.2-03", "7644-3.4.2.2-10"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-sub-attribute-stumbles"},
		// Where the rule is broken, the user without a name breaks the filters
		// of every check beside it.
		Alone: true,
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName")
		spares(t, scim.UserURN, "name")
		u := keeps(t, t.GivenUser(Set("name.familyName", "North "+t.Tag())), "name.familyName")
		control(t, eq("name.familyName", "North "+t.Tag()), u)
		t.GivenUser(Unset("name"))
		// The filter worked a moment ago: a refusal is no excuse.
		t.List(scim.UsersEndpoint, Filter(eq("name.familyName", "North "+t.Tag()))).Status(200).All().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.multi-valued-any-value", Level: Must,
		Title:    "A filter on a multi-valued attribute matches when any of its values matches",
		Requires: []string{"7644-3.4.2.2-37"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-first-value-only"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails")
		u := keeps(t, t.GivenUser(Emails("home", "work")), `emails[type eq "work"]`, `emails[type eq "home"]`)
		t.GivenUser(Emails("home", "work"))
		findUsers(t, eq("emails.value", u.Body.Get(`emails[type eq "home"].value`).String())).Finds(u)
		findUsers(t, eq("emails.value", u.Body.Get(`emails[type eq "work"].value`).String())).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.core-urn", Level: Must,
		Title:    "A filter may name a core attribute with the URN of its schema",
		Requires: []string{"7644-3.4.2.2-34", "7644-3.10-01", "7644-3.10-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-core-urn-unknown"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		t.List(scim.UsersEndpoint, Filter(eq(scim.UserURN+":userName", u.Text("userName")))).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.core-urn-with-sub-attribute", Level: Must,
		Title:    "A filter may name a sub-attribute with the URN of its schema",
		Requires: []string{"7644-3.4.2.2-34", "7644-3.10-04"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-core-urn-unknown"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName")
		u := keeps(t, t.GivenUser(Set("name.familyName", "North "+t.Tag())), "name.familyName")
		control(t, eq("name.familyName", "North "+t.Tag()), u)
		t.List(scim.UsersEndpoint, Filter(eq(scim.UserURN+":name.familyName", "North "+t.Tag()))).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.extension-attribute", Level: Must,
		Title:    "A filter names an attribute of an extension with the URN of the extension",
		Requires: []string{"7644-3.4.2.2-34", "7644-3.10-01"}, Needs: []Feature{Filtering, EnterpriseUser},
		Catches: []string{"filter-extension-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department")
		u := keeps(t, t.GivenUser(Enterprise("department", "North "+t.Tag())), enterprise("department"))
		t.GivenUser(Enterprise("department", "South "+t.Tag()))
		findUsers(t, eq(enterprise("department"), "North "+t.Tag())).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.extension-sub-attribute", Level: Must,
		Title:    "A filter names a sub-attribute of an extension with the URN of the extension",
		Requires: []string{"7644-3.4.2.2-34", "7644-3.10-04"}, Needs: []Feature{Filtering, EnterpriseUser},
		Catches: []string{"filter-extension-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "manager", "manager.value")
		boss, other := t.GivenUser(), t.GivenUser()
		u := keeps(t, t.GivenUser(Enterprise("manager", boss.Ref())), enterprise("manager.value"))
		t.GivenUser(Enterprise("manager", other.Ref()))
		findUsers(t, eq(enterprise("manager.value"), boss.ID)).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.id", Level: Must,
		Title:    "A filter on id finds the resource",
		Requires: []string{"7644-3.4.2.2-10"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E13"},
		Catches: []string{"filter-ignored", "filter-common-attributes-unknown"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.GivenUser()
		t.List(scim.UsersEndpoint, Filter(eq("id", u.ID))).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.external-id", Level: Must,
		Title:    "A filter on externalId finds the user",
		Requires: []string{"7644-3.4.2.2-10"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E08", "OKTA-Q12"},
		Catches: []string{"filter-ignored", "filter-common-attributes-unknown"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "externalId")
		t.GivenUser()
		t.List(scim.UsersEndpoint, Filter(eq("externalId", u.Text("externalId")))).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.group-by-name", Level: Must,
		Title:    "A filter on displayName finds the group, and none whose name goes on",
		Requires: []string{"7644-3.4.2.2-03", "7644-3.4.2.2-10"}, Needs: []Feature{Filtering, Groups},
		Breaks:  []string{"E12", "OKTA-Q32"},
		Catches: []string{"filter-ignored", "filter-groups-ignored", "filter-eq-contains", "filter-group-names-contain"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		t.GivenGroup(Set("displayName", g.Text("displayName")+" Test"))
		t.List(scim.GroupsEndpoint, Filter(eq("displayName", g.Text("displayName")))).Supported().Finds(g)
	}},
	{Meta: Meta{
		ID: "filter.group-by-member", Level: Must,
		Title:    "A filter on members.value finds the groups of a member",
		Requires: []string{"7644-3.4.2.2-37"}, Needs: []Feature{Filtering, Groups, ReadMembers},
		Catches: []string{"filter-groups-ignored", "filter-members-unknown"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		g := keeps(t, t.GivenGroup(Members(other, u)), "members.value")
		t.GivenGroup(Members(other))
		find(t, scim.GroupsEndpoint, eq("members.value", u.ID)).Finds(g)
	}},
	{Meta: Meta{
		ID: "filter.membership-question", Level: Must,
		Title:    "The filter id eq and members eq is answered, or refused with 400, and shows no other group",
		Requires: []string{"7644-3.4.2.2-38", "7644-3.4.2.2-03"}, Needs: []Feature{Filtering, Groups, ReadMembers},
		Breaks:  []string{"E13"},
		Catches: []string{"filter-members-crashes"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		g := t.GivenGroup(Members(u))
		control(t, eq("id", g.ID), g)
		// members is complex: value may be implied, or the filter refused.
		unlessRefused(t.List(scim.GroupsEndpoint, Filter(eq("id", g.ID)+" and "+eq("members", u.ID))), func(a *Answer) { a.Only(g) })
		unlessRefused(t.List(scim.GroupsEndpoint, Filter(eq("id", g.ID)+" and "+eq("members", other.ID))), func(a *Answer) { a.Only() })
	}},
	{Meta: Meta{
		ID: "filter.complex-without-sub-attribute", Level: Must,
		Title:    "A filter on emails without a sub-attribute means the value, or is refused with 400",
		Requires: []string{"7644-3.4.2.2-38"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-complex-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails")
		u := keeps(t, t.GivenUser(Emails("work")), "emails.value")
		t.GivenUser(Emails("work"))
		control(t, eq("userName", u.Text("userName")), u)
		unlessRefused(t.List(scim.UsersEndpoint, Filter(eq("emails", u.Body.Get("emails.value").String()))), func(a *Answer) { a.Only(u) })
	}},
}
