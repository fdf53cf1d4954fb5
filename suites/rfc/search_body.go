package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What the body of a search may hold (RFC 7644 section 3.4.3).
var searchBodyChecks = []Check{
	{Meta: Meta{
		ID: "search.all-parameters-together", Level: Must,
		Title:    "A search may have a filter, attributes, a page and an order at once",
		Requires: []string{"7644-3.4.3-03", "7644-3.4.3-15"}, Needs: []Feature{SearchPost, Filtering, IndexPaging},
		Catches: []string{"search-filter-ignored", "search-attributes-ignored", "search-paging-ignored"},
	}, Body: func(t *T) {
		b, a := givenNamed(t, "b"), givenNamed(t, "a")
		body := Doc{"filter": t.Mine(), "attributes": Values{"userName"}, "startIndex": 1, "count": 1}
		if t.Has(Sorting) {
			body["sortBy"], body["sortOrder"] = "userName", "ascending"
		}
		page := t.Search(scim.UsersEndpoint, body).Supported()
		atMost(page, 1)
		total(t, page, 2)
		page.Only(a, b).HasNot(within("Resources.", hidden(t, a))...)
	}},
	{Meta: Meta{
		ID: "search.attributes-with-urn", Level: Must,
		Title:    "attributes in a search may name an attribute with the URN of its schema",
		Requires: []string{"7644-3.4.3-08", "7644-3.10-01"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-urns-unknown", "search-attributes-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.givenName")
		u := keeps(t, t.GivenUser(Set("name", Doc{"givenName": "Nadia", "familyName": "Novak"})), "name.givenName", "name.familyName")
		for _, p := range []string{"name.familyName", "active", "emails"} {
			if a, _ := t.Target().Attribute(scim.UserURN, p); a.Returned == "always" {
				t.Skip("the target's schemas say that %s is always returned", p)
			}
		}
		a := t.Search(scim.UsersEndpoint, Doc{"filter": eq("userName", u.Text("userName")), "attributes": Values{scim.UserURN + ":name.givenName"}}).
			Supported().Finds(u).HasNot("Resources.active", "Resources.emails")
		if list := a.Page().Resources; len(list) == 1 {
			a.Holds(list[0].Has("name.givenName"), "Resources.name.givenName", "present", "absent", "the answer lacks what attributes names")
			a.Holds(!list[0].Has("name.familyName"), "Resources.name.familyName", "absent", "present", "the answer holds what attributes does not name")
		}
	}},
	{Meta: Meta{
		ID: "search.sort-with-urn", Level: Must,
		Title:    "sortBy in a search may name an attribute with the URN of its schema",
		Requires: []string{"7644-3.4.3-10", "7644-3.10-01"}, Needs: []Feature{SearchPost, Sorting, Filtering},
		Catches: []string{"search-urns-unknown", "search-sort-ignored"},
	}, Body: func(t *T) {
		b, a := givenNamed(t, "b"), givenNamed(t, "a")
		first := func(order string) *Answer {
			return t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine(), "sortBy": scim.UserURN + ":userName", "sortOrder": order, "count": 1}).Supported()
		}
		first("ascending").Finds(a)
		first("descending").Finds(b)
	}},
	{Meta: Meta{
		ID: "search.start-index-zero", Level: Must,
		Title:    "startIndex 0 in a search is read as 1",
		Requires: []string{"7644-3.4.3-13", "7644-3.4.2.4-03"}, Needs: []Feature{SearchPost, Filtering, IndexPaging},
		Catches: []string{"search-numbers-crash"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		body := Doc{"filter": eq("userName", u.Text("userName"))}
		accepted(t, t.Search(scim.UsersEndpoint, body)).Arranging().Status(200)
		body["startIndex"] = 0
		t.Search(scim.UsersEndpoint, body).Status(200).Finds(u)
	}},
	{Meta: Meta{
		ID: "search.count-zero", Level: Must,
		Title:    "count 0 in a search gives totalResults and no resources",
		Requires: []string{"7644-3.4.3-14", "7644-3.4.2.4-08"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-numbers-crash", "search-paging-ignored"},
	}, Body: func(t *T) {
		t.GivenUsers(2)
		accepted(t, t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine()})).Arranging().Status(200)
		a := t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine(), "count": 0}).Status(200)
		atMost(a, 0)
		total(t, a, 2)
	}},
	{Meta: Meta{
		ID: "search.count-negative", Level: Must,
		Title:    "A negative count in a search is read as 0",
		Requires: []string{"7644-3.4.3-14", "7644-3.4.2.4-07"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-numbers-crash", "search-paging-ignored"},
	}, Body: func(t *T) {
		t.GivenUsers(2)
		accepted(t, t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine()})).Arranging().Status(200)
		a := t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine(), "count": -1})
		if a.Code() == 400 && t.Target().Config.Has("pagination") {
			// RFC 9865 asks for both: 0 (section 2) and 400 (table 3).
			a.SCIMError(400, scim.InvalidCount)
			return
		}
		atMost(a.Status(200), 0)
		total(t, a, 2)
	}},
	{Meta: Meta{
		ID: "search.root-of-one-type", Level: Must,
		Title:    "A filter on meta.resourceType limits a search at the root to that type",
		Requires: []string{"7644-3.4.2.1-03"}, Needs: []Feature{RootSearch, Filtering, Groups},
		Catches: []string{"root-resource-type-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		name := Set("displayName", "Shared "+t.Tag())
		keeps(t, t.GivenUser(name), "displayName", "meta.resourceType")
		g := keeps(t, t.GivenGroup(name), "meta.resourceType")
		both := eq("displayName", "Shared "+t.Tag())
		if a := t.Search("", Doc{"filter": both}); a.Code() == 403 {
			t.Skip("the target forbids searches at the root")
		} else {
			accepted(t, a).Arranging().Status(200)
		}
		atRoot(t, both+" and "+eq("meta.resourceType", g.Body.Get("meta.resourceType").String())).Finds(g)
	}},
}
