package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What pages by cursor hold, and what the requests for them may say (RFC 9865
// sections 2 and 3).
var cursorPageChecks = []Check{
	{Meta: Meta{
		ID: "pagination.cursor.count-zero", Level: Must,
		Title:    "A page by cursor with count 0 has no resources",
		Requires: []string{"9865-2-05"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"count-zero-as-default"},
	}, Body: func(t *T) {
		givenListed(t, 2)
		a := page(t, "cursor", "", "count", "0").Status(200)
		atMost(a, 0)
		accurate(a, 2)
	}},
	{Meta: Meta{
		ID: "pagination.cursor.total-is-that-of-all-pages", Level: Must,
		Title:    "totalResults of a page by cursor, where it is told, counts all pages",
		Requires: []string{"9865-2-17", "9865-2-18"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"total-of-page"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		for _, p := range page(t, "cursor", "", "count", "2").Status(200).Pages() {
			accurate(p, 3)
		}
	}},
	{Meta: Meta{
		ID: "pagination.cursor.previous", Level: Must,
		Title:    "previousCursor, where a page has it, leads to the page before",
		Requires: []string{"9865-2-12", "9865-2-11"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"cursor-previous-repeats-the-page"},
	}, Body: func(t *T) {
		users := givenListed(t, 4)
		first := page(t, "cursor", "", "count", "2").Arranging().Status(200).Has("nextCursor")
		second := page(t, "cursor", first.Text("nextCursor"), "count", "2").Arranging().Status(200)
		previous := second.Text("previousCursor")
		if previous == "" {
			t.Skip("the target tells no previousCursor")
		}
		var before []*Resource
		for _, u := range users {
			for _, id := range first.IDs() {
				if u.ID == id {
					before = append(before, u)
				}
			}
		}
		page(t, "cursor", previous, "count", "2").Status(200).Finds(before...)
	}},
	{Meta: Meta{
		ID: "pagination.cursor.sorted", Level: Must,
		Title:    "Pages by cursor are in the order that sortBy asks for, over all pages",
		Requires: []string{"9865-2.2-01"}, Needs: []Feature{Cursor, Filtering, Sorting},
		Catches: []string{"sort-ignored", "sort-within-page"},
	}, Body: func(t *T) {
		c, a, b := givenNamed(t, "c"), givenNamed(t, "a"), givenNamed(t, "b")
		page(t, "sortBy", "userName").Supported().All().Arranging().Finds(a, b, c)
		page(t, "sortBy", "userName", "cursor", "", "count", "2").Status(200).All().InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "pagination.cursor.in-a-search", Level: Must,
		Title:    "A search may page by cursor",
		Requires: []string{"9865-3-01", "9865-2-01"}, Needs: []Feature{Cursor, Filtering, SearchPost},
		Catches: []string{"search-cursor-ignored"},
	}, Body: func(t *T) {
		users := givenListed(t, 3)
		accepted(t, t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine()})).Arranging().Status(200)
		a := t.Search(scim.UsersEndpoint, Doc{"filter": t.Mine(), "cursor": "", "count": 2}).Status(200).Has("nextCursor")
		atMost(a.Only(users...), 2)
	}},
	{Meta: Meta{
		ID: "pagination.cursor.other-count", Level: Must,
		Title:    "A following page with another count is given, or refused with 400",
		Requires: []string{"9865-2.1-04"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"cursor-other-count-500"},
	}, Body: func(t *T) {
		users := givenListed(t, 4)
		first := page(t, "cursor", "", "count", "2").Arranging().Status(200).Has("nextCursor")
		a := page(t, "cursor", first.Text("nextCursor"), "count", "1").Status(200, 400)
		if a.Code() == 400 {
			a.Advisory().SCIMError(400, scim.InvalidCount)
			return
		}
		a.Only(users...)
	}},
	{Meta: Meta{
		ID: "pagination.cursor.of-another-query", Level: Should,
		Title:    "A cursor that comes with another filter is refused, or gives what one of the filters finds",
		Requires: []string{"9865-2-15"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"cursor-shows-everybody"},
	}, Body: func(t *T) {
		users := givenListed(t, 3)
		first := page(t, "cursor", "", "count", "2").Arranging().Status(200).Has("nextCursor")
		a := t.List(scim.UsersEndpoint, Filter(eq("userName", users[0].Text("userName"))), Query("cursor", first.Text("nextCursor")), Query("count", "2"))
		if a.NoServerError().Code() == 200 {
			a.Only(users...)
		}
	}},
	{Meta: Meta{
		ID: "pagination.cursor.method-is-that-of-the-parameter", Level: Must,
		Title:    "startIndex asks for pages by index and cursor for pages by cursor, where there are both",
		Requires: []string{"9865-2.4-01"}, Needs: []Feature{Cursor, Filtering, IndexPaging},
		Catches: []string{"index-pages-have-cursors", "cursor-missing"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		page(t, "startIndex", "1", "count", "2").Status(200).HasNot("nextCursor").Has("startIndex")
		page(t, "cursor", "", "count", "2").Status(200).Has("nextCursor")
	}},
}

// accurate expects the number of all matches where totalResults is told.
func accurate(a *Answer, n int) {
	if a.Resource().Has("totalResults") {
		a.Equal("totalResults", n)
	}
}
