package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What two tenants may have alike: names, external ids, and persons.
var tenantNameChecks = []Check{
	{Meta: Meta{
		ID: "tenant.same-user-name", Level: Must,
		Title:    "A userName that another tenant has leaves the user there as it is and shows nothing of it",
		Requires: []string{"7644-2-08", "7644-6.1-03"}, Needs: []Feature{SecondTenant},
		Catches: []string{"tenant-same-user-name-overwrites", "tenant-conflict-shows-record"},
	}, Body: func(t *T) {
		u, _ := apart(t)
		doc := t.NewUserOf(scim.SecondTenant, Set("userName", u.Text("userName")))
		a := t.Post(scim.UsersEndpoint, doc, bySecond)
		unchanged(t, u)
		untraced(a, u, "externalId", "displayName")
		a.Advisory().Status(201, 409)
	}},
	{Meta: Meta{
		ID: "tenant.same-external-id", Level: Must,
		Title:    "An externalId that another tenant has can be given to a user",
		Requires: []string{"7643-3.1-16", "7644-6.2-02"}, Needs: []Feature{SecondTenant},
		Catches: []string{"tenant-external-id-unique"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "externalId")
		keeps(t, givenBySecond(t), "externalId")
		doc := t.NewUserOf(scim.SecondTenant, Set("externalId", u.Text("externalId")))
		t.Get(t.Post(scim.UsersEndpoint, doc, bySecond).Status(201).Created(scim.UsersEndpoint, doc)).
			Status(200).Equal("externalId", u.Text("externalId"))
	}},
	{Meta: Meta{
		ID: "tenant.external-id-filter", Level: Must,
		Title:    "A filter by externalId finds the user of the own tenant alone",
		Requires: []string{"7643-3.1-16", "7643-9.3-03"}, Needs: []Feature{SecondTenant, Filtering},
		Catches: []string{"tenant-filter-crosses"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "externalId")
		v := keeps(t, givenBySecond(t), "externalId")
		filter := eq("externalId", u.Text("externalId"))
		lists(t, filter, u)
		lists(t, eq("externalId", v.Text("externalId")), v, bySecond)
		nothingFound(t.List(scim.UsersEndpoint, Filter(filter), bySecond))
	}},
	{Meta: Meta{
		ID: "tenant.id-of-person", Level: Should,
		Title:    "A person has another id in another tenant",
		Requires: []string{"7643-9.3-02"}, Needs: []Feature{SecondTenant},
		Catches: []string{"tenant-id-of-person"},
	}, Body: func(t *T) {
		// Two persons, created in the other order there: counters alone
		// do not give both the same id.
		a, b := t.GivenUser(), t.GivenUser()
		sameB, sameA := alsoInSecond(t, b), alsoInSecond(t, a)
		t.Expect(sameA.ID != a.ID || sameB.ID != b.ID, nil, "id", "an id of the tenant", "the same id for both of two persons",
			"a person has the same id in two tenants")
	}},
}

// alsoInSecond creates the person that a user was posted for in the second
// tenant too. The check does not apply where names are unique over tenants.
func alsoInSecond(t *T, u *Resource) *Resource {
	doc := t.NewUserOf(scim.SecondTenant, func(d Doc) {
		for key := range d {
			if value, sent := u.Sent[key]; sent && !strings.Contains(key, ":") && key != "schemas" {
				d[key] = value
			}
		}
	})
	a := t.Post(scim.UsersEndpoint, doc, bySecond)
	if a.Code() == 409 {
		t.Skip("the target does not give one userName to users of two tenants")
	}
	return a.Arranging().Status(201).Created(scim.UsersEndpoint, doc)
}

// nothingFound expects a list without any resource, and that says so.
func nothingFound(a *Answer) {
	a.Status(200).Finds()
	total := a.Page().TotalResults
	a.Holds(total <= 0, "totalResults", "0", a.Value("totalResults").Raw, "totalResults counts resources of another tenant")
}
