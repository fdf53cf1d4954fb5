package rfc

import (
	"regexp"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// unreserved is what a cursor is made of (RFC 9865 section 2, RFC 3986
// section 2.3).
var unreserved = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

var cursorChecks = []Check{
	{Meta: Meta{
		ID: "pagination.cursor.walk-finds-all", Level: Must,
		Title:    "Pages that follow one another by nextCursor hold every match once",
		Requires: []string{"9865-2-09", "9865-2-10", "9865-2-01", "9865-2-07", "9865-2-11"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"cursor-skips", "cursor-missing"},
	}, Body: func(t *T) {
		users := givenListed(t, 5)
		first := page(t, "cursor", "", "count", "2").Status(200).Has("nextCursor")
		first.All().Finds(users...)
	}},
	{Meta: Meta{
		ID: "pagination.cursor.count-limits-the-page", Level: Must,
		Title:    "A page by cursor has at most count resources",
		Requires: []string{"9865-2-06"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"count-ignored"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		for _, p := range page(t, "cursor", "", "count", "2").Status(200).Pages() {
			atMost(p, 2)
		}
	}},
	{Meta: Meta{
		ID: "pagination.cursor.first-page-has-no-previous", Level: Must,
		Title:    "The first page has no previousCursor",
		Requires: []string{"9865-2-13"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"cursor-previous-on-first-page"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		page(t, "cursor", "", "count", "2").Status(200).Has("nextCursor").HasNot("previousCursor")
	}},
	{Meta: Meta{
		ID: "pagination.cursor.unreserved-characters", Level: Must,
		Title:    "A cursor is made of characters that need no encoding in a URL",
		Requires: []string{"9865-2-03"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"cursor-base64"},
	}, Body: func(t *T) {
		givenListed(t, 3)
		a := page(t, "cursor", "", "count", "2").Status(200).Has("nextCursor")
		a.Holds(unreserved.MatchString(a.Text("nextCursor")), "nextCursor", "letters, digits, - . _ ~", a.Text("nextCursor"),
			"nextCursor holds characters that have to be encoded")
	}},
	{Meta: Meta{
		ID: "pagination.cursor.invalid", Level: Must,
		Title:    "A cursor that the target did not give out is refused with 400 invalidCursor",
		Requires: []string{"9865-2.1-01", "9865-2.1-02", "9865-2-16", "9865-5.2-04"}, Needs: []Feature{Cursor, Filtering},
		Catches: []string{"cursor-invalid-500"},
	}, Body: func(t *T) {
		users := givenListed(t, 3)
		page(t, "cursor", "", "count", "2").Arranging().Status(200).Has("nextCursor")
		a := page(t, "cursor", "scimtest-forged", "count", "2").NoServerError()
		if a.Code() == 200 {
			a.Only(users...)
		}
		a.Advisory().SCIMError(400, scim.InvalidCursor)
	}},
}
