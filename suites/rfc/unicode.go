package rfc

import (
	"golang.org/x/text/unicode/norm"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 sections 5 and 7.8: a letter with an accent may be one character or
// two, and both are the same text.
var unicodeChecks = []Check{
	{Meta: Meta{
		ID: "filter.unicode-forms", Level: Must,
		Title:    "A filter on displayName finds a letter with an accent in either of its Unicode forms",
		Requires: []string{"7644-7.8-01"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-unicode-forms-differ"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(Set("displayName", "Zo\u00eb North "+t.Tag())), "displayName")
		stored := u.Body.Get("displayName").String()
		if otherForm(stored) == stored {
			t.Skip("the target does not keep letters outside ASCII")
		}
		control(t, eq("displayName", stored), u)
		accepted(t, t.List(scim.UsersEndpoint, Filter(eq("displayName", otherForm(stored))))).Status(200).All().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.unicode-forms-of-user-name", Level: Must,
		Title:    "A filter on userName finds a letter with an accent in either of its Unicode forms",
		Requires: []string{"7644-5-01"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-unicode-forms-differ"},
	}, Body: func(t *T) {
		u, stored := accented(t)
		control(t, eq("userName", stored), u)
		accepted(t, t.List(scim.UsersEndpoint, Filter(eq("userName", otherForm(stored))))).Status(200).All().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.accents-of-user-name", Level: Must,
		Title:    "A filter on userName does not find a user whose userName has an accent more",
		Requires: []string{"7644-3.4.2.2-10"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-accents-ignored"},
	}, Body: func(t *T) {
		u, stored := accented(t)
		control(t, eq("userName", stored), u)
		accepted(t, t.List(scim.UsersEndpoint, Filter(eq("userName", mailbox(t, "zoe"))))).Status(200).All().Finds()
	}},
	{Meta: Meta{
		ID: "create.unicode-forms-of-user-name", Level: Must,
		Title:    "A userName is taken in both Unicode forms of its letters",
		Requires: []string{"7644-5-01"},
		Catches:  []string{"user-name-unicode-forms-differ"},
	}, Body: func(t *T) {
		u, stored := accented(t)
		a := t.Post(scim.UsersEndpoint, t.NewUser(Set("userName", otherForm(stored))))
		t.Get(u).Status(200)
		if a.Code() == 400 {
			t.Skip("the target refuses the userName with 400")
		}
		a.Status(409)
	}},
}

// accented arranges a user whose userName has a letter with an accent, and
// tells it as the target stores it. The check does not apply to a target that
// takes none.
func accented(t *T) (u *Resource, stored string) {
	doc := t.NewUser(Set("userName", mailbox(t, "zo\u00eb")))
	a := t.Post(scim.UsersEndpoint, doc)
	if a.Code() == 400 {
		t.Skip("the target refuses a userName with letters outside ASCII with 400")
	}
	u = a.Arranging().Status(201).Created(scim.UsersEndpoint, doc)
	stored = t.Get(u).Arranging().Status(200).Text("userName")
	if otherForm(stored) == stored {
		t.Skip("the target does not keep letters outside ASCII in a userName")
	}
	return u, stored
}

// otherForm writes composed letters as two characters, and others as one.
func otherForm(s string) string {
	if other := norm.NFD.String(s); other != s {
		return other
	}
	return norm.NFC.String(s)
}
