package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Queries of one tenant, and what another tenant has.
var tenantQueryChecks = []Check{
	{Meta: Meta{
		ID: "tenant.filter", Level: Must,
		Title:    "A filter finds no user of another tenant",
		Requires: []string{"7644-2-08", "7643-9.3-04", "7644-6.1-03"}, Needs: []Feature{SecondTenant, Filtering},
		Catches: []string{"tenant-filter-crosses", "tenant-count-crosses"},
	}, Body: func(t *T) {
		u, v := apart(t)
		filter := eq("userName", u.Text("userName"))
		lists(t, filter, u)
		lists(t, eq("userName", v.Text("userName")), v, bySecond)
		nothingFound(t.List(scim.UsersEndpoint, Filter(filter), bySecond))
	}},
	{Meta: Meta{
		ID: "tenant.list", Level: Must,
		Title:    "A list holds no user of another tenant",
		Requires: []string{"7644-2-08", "7643-9.3-04", "7644-6.1-03"}, Needs: []Feature{SecondTenant},
		Catches: []string{"tenant-list-crosses"},
	}, Body: func(t *T) {
		u, _ := apart(t)
		a := t.List(scim.UsersEndpoint, bySecond)
		if a.ScimType() == scim.TooMany {
			t.Skip("the target refuses a list of all users as too wide")
		}
		for _, page := range a.Arranging().Status(200).Pages() {
			page.Page()
			untraced(page.Judged(), u, marks...)
		}
	}},
	{Meta: Meta{
		ID: "tenant.search", Level: Must,
		Title:    "A query by POST finds no user of another tenant",
		Requires: []string{"7644-2-08", "7643-9.3-04", "7644-6.1-03"}, Needs: []Feature{SecondTenant, SearchPost, Filtering},
		Catches: []string{"tenant-search-crosses"},
	}, Body: func(t *T) {
		u, v := apart(t)
		filter := Doc{"filter": eq("userName", u.Text("userName"))}
		accepted(t, t.Search(scim.UsersEndpoint, filter)).Arranging().Status(200).Finds(u)
		t.Search(scim.UsersEndpoint, Doc{"filter": eq("userName", v.Text("userName"))}, bySecond).Arranging().Status(200).Finds(v)
		nothingFound(t.Search(scim.UsersEndpoint, filter, bySecond))
	}},
	{Meta: Meta{
		ID: "tenant.cursor", Level: Must,
		Title:    "A cursor of one tenant shows nothing of it to another tenant",
		Requires: []string{"9865-5.2-01", "9865-5.2-02"}, Needs: []Feature{SecondTenant, Cursor, Filtering},
		Catches: []string{"tenant-cursor-crosses"},
	}, Body: func(t *T) {
		users, cursor := givenCursor(t)
		a := pageOfSecond(t, cursor).NoServerError()
		for _, u := range users {
			untraced(a, u, marks...)
		}
	}},
	{Meta: Meta{
		ID: "tenant.cursor-refused-alike", Level: Must,
		Title:    "A cursor of another tenant is refused with the status of one that was made up",
		Requires: []string{"9865-5.2-05"}, Needs: []Feature{SecondTenant, Cursor, Filtering},
		Catches: []string{"tenant-cursor-told-apart"},
	}, Body: func(t *T) {
		_, cursor := givenCursor(t)
		forged := pageOfSecond(t, "scimtest-forged")
		a := pageOfSecond(t, cursor)
		if a.Code() == 200 || forged.Code() == 200 {
			t.Skip("the target takes a cursor that it did not give to this tenant")
		}
		a.Status(forged.Code())
	}},
}

// givenCursor arranges users and a cursor behind the first of their pages.
func givenCursor(t *T) (users []*Resource, cursor string) {
	users = givenListed(t, 3)
	return users, page(t, "cursor", "", "count", "2").Arranging().Status(200).Has("nextCursor").Text("nextCursor")
}

// pageOfSecond asks for a page by cursor as the second tenant.
func pageOfSecond(t *T, cursor string) *Answer {
	return t.List(scim.UsersEndpoint, Filter(t.Mine()), Query("cursor", cursor), Query("count", "2"), bySecond)
}

// lists makes sure that a filter finds one user, and no other, before what
// another client finds by it is judged.
func lists(t *T, filter string, want *Resource, options ...Option) {
	a := t.List(scim.UsersEndpoint, append([]Option{Filter(filter)}, options...)...)
	accepted(t, a).Arranging().Status(200).Finds(want)
}
