package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.4.3.
var searchChecks = []Check{
	{Meta: Meta{
		ID: "search.filter", Level: Must,
		Title:    "A POST to /Users/.search answers with the users that fulfil the filter",
		Requires: []string{"7644-3.4.3-02", "7644-3.4.3-15", "7644-3.4.3-01"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-filter-ignored", "search-answers-201"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.GivenUser()
		t.Search(scim.UsersEndpoint, Doc{"filter": eq("userName", u.Text("userName"))}).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "search.creates-nothing", Level: Must,
		Title:    "A POST to /Users/.search creates no user, whatever the body holds",
		Requires: []string{"7644-3.4.3-02", "7644-3.2-05"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-creates"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		known := eq("userName", u.Text("userName"))
		control(t, known, u)
		body := t.NewUser(Set("schemas", Values{scim.SearchRequestURN, scim.UserURN}), Set("filter", known))
		t.Search(scim.UsersEndpoint, body).Status(200, 400)
		t.List(scim.UsersEndpoint, Filter(eq("userName", body["userName"].(string)))).Status(200).Finds()
	}},
	{Meta: Meta{
		ID: "search.attributes", Level: Must,
		Title:    "attributes in a search names what is returned",
		Requires: []string{"7644-3.4.2.5-02", "7644-3.4.3-05"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-attributes-ignored"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Search(scim.UsersEndpoint, Doc{"filter": eq("userName", u.Text("userName")), "attributes": Values{"userName"}}).Supported().Finds(u)
		a.Has("Resources.userName", "Resources.id").HasNot(within("Resources.", hidden(t, u))...)
	}},
	{Meta: Meta{
		ID: "search.excluded-attributes", Level: Must,
		Title:    "excludedAttributes in a search leaves out what it names, but never the id",
		Requires: []string{"7644-3.4.3-07", "7644-3.4.2.5-03", "7644-3.4.3-06"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-attributes-ignored", "excluded-attributes-drop-id"},
	}, Body: func(t *T) {
		excludable(t, "emails")
		u := keeps(t, t.GivenUser(), "emails")
		a := t.Search(scim.UsersEndpoint, Doc{"filter": eq("userName", u.Text("userName")), "excludedAttributes": Values{"id", "emails"}}).Supported().Finds(u)
		a.HasNot("Resources.emails").Has("Resources.id", "Resources.userName")
	}},
	{Meta: Meta{
		ID: "search.sort", Level: Must,
		Title:    "sortBy and sortOrder in a search order the resources",
		Requires: []string{"7644-3.4.3-11", "7644-3.4.3-12"}, Needs: []Feature{SearchPost, Sorting, Filtering},
		Catches: []string{"sort-ignored", "search-sort-ignored"},
	}, Body: func(t *T) {
		b, a := givenNamed(t, "b"), givenNamed(t, "a")
		// One resource on each page, so that a target with small pages does
		// not differ.
		first := func(order string) *Answer {
			return t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine(), "sortBy": "userName", "sortOrder": order, "count": 1}).Supported()
		}
		first("ascending").Finds(a)
		first("descending").Finds(b)
	}},
	{Meta: Meta{
		ID: "search.paging", Level: Must,
		Title:    "startIndex and count in a search choose the page",
		Requires: []string{"7644-3.4.3-15", "7644-3.4.2.4-05"}, Needs: []Feature{SearchPost, Filtering, IndexPaging},
		Catches: []string{"search-paging-ignored"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		a := t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine(), "startIndex": 3, "count": 2}).Supported()
		atMost(a, 1)
		total(t, a.Only(users...), 3)
		atMost(t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine(), "startIndex": 1, "count": 2}).Status(200).Only(users...), 2)
	}},
	{Meta: Meta{
		ID: "search.invalid-filter", Level: Must,
		Title:    "A search with an unknown operator is refused with 400 invalidFilter",
		Requires: []string{"7644-3.4.2.2-41", "7644-3.4.3-09"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"filter-malformed-ignored", "filter-malformed-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		accepted(t, t.Search(scim.UsersEndpoint, Doc{"filter": eq("userName", u.Text("userName"))})).Arranging().Status(200).Finds(u)
		t.Search(scim.UsersEndpoint, Doc{"filter": "userName scimtestop " + scim.Quote(u.Text("userName"))}).SCIMError(400, scim.InvalidFilter)
	}},
	{Meta: Meta{
		ID: "search.without-schema", Level: Should,
		Title:    "A search that does not name the SearchRequest URN is refused with 400",
		Requires: []string{"7644-3.4.3-04"}, Needs: []Feature{SearchPost, Filtering},
		Catches: []string{"search-schema-unchecked"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		body := Doc{"filter": eq("userName", u.Text("userName"))}
		accepted(t, t.Search(scim.UsersEndpoint, body)).Arranging().Status(200).Finds(u)
		t.Send("POST", scim.UsersEndpoint+scim.SearchSuffix, body).Status(400)
	}},
	{Meta: Meta{
		ID: "search.groups", Level: Must,
		Title:    "A POST to /Groups/.search answers with the groups that fulfil the filter",
		Requires: []string{"7644-3.4.3-02", "7644-3.2-18"}, Needs: []Feature{SearchPost, Filtering, Groups},
		Catches: []string{"search-filter-ignored", "search-answers-201"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		t.GivenGroup()
		t.Search(scim.GroupsEndpoint, Doc{"filter": eq("displayName", g.Text("displayName"))}).Supported().Finds(g)
	}},
	{Meta: Meta{
		ID: "search.root", Level: Must,
		Title:    "A search at the root covers users and groups",
		Requires: []string{"7644-3.4.3-16", "7644-3.4.2.1-05", "7644-3.4.2-01", "7644-3.4.2.1-01", "7644-3.4.2.1-02"}, Needs: []Feature{RootSearch, Filtering, Groups},
		Catches: []string{"root-search-users-only", "search-filter-ignored"},
	}, Body: func(t *T) {
		u, g := t.GivenUser(), t.GivenGroup()
		t.GivenUser()
		atRoot(t, eq("userName", u.Text("userName"))).Finds(u)
		atRoot(t, eq("displayName", g.Text("displayName"))).Finds(g)
	}},
	{Meta: Meta{
		ID: "search.root-attribute-of-one-type", Level: Must,
		Title:    "An attribute that a resource type lacks has no value in a search at the root",
		Requires: []string{"7644-3.4.2.1-06"}, Needs: []Feature{RootSearch, Filtering, Groups},
		Catches: []string{"root-search-unknown-matches"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		name := Set("displayName", "Shared "+t.Tag())
		u := keeps(t, t.GivenUser(name), "displayName")
		t.GivenGroup(name)
		atRoot(t, eq("displayName", "Shared "+t.Tag())+" and userName pr").Finds(u)
	}},
}

// atRoot searches all resource types. A refusal as unsupported, as too wide
// (tooMany) or as forbidden is advisory.
func atRoot(t *T, filter string) *Answer {
	a := t.Search("", Doc{"filter": filter})
	if a.Code() == 403 {
		return a.Advisory().Status(200)
	}
	return a.Supported()
}
