package rfc

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.4.2.2. The topic has a file each for operators, for what
// is compared with what, for awkward values, and for filters that are wrong.
var filterChecks = slices.Concat(
	filterOperatorChecks, filterStringOrderChecks(), filterTimeOrderChecks(), filterTimeChecks, filterOrderChecks(),
	filterNameChecks, filterTypeChecks, filterPathChecks, filterValueChecks(), filterEncodingChecks,
	filterRefusalChecks, filterMalformedChecks(), filterBooleanOrderChecks(),
)

var filterOperatorChecks = []Check{
	{Meta: Meta{
		ID: "filter.eq-finds-exactly-the-user", Level: Must,
		Title:    "The filter userName eq finds the user with that userName and nobody else",
		Requires: []string{"7644-3.4.2.2-03", "7644-3.4.2.2-10", "7644-3.4.2.2-45"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E16", "OKTA-Q06"},
		Catches: []string{"filter-ignored", "filter-eq-contains"},
	}, Body: func(t *T) {
		u := givenNamed(t, "anna")
		givenNamed(t, "joanna") // its userName ends with the other
		t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName")))).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.eq-compares-the-named-attribute", Level: Must,
		Title:    "The filter userName eq does not find the user by another attribute, such as its e-mail address",
		Requires: []string{"7644-3.4.2.2-03", "7644-3.4.2.2-10"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E71"},
		Catches: []string{"filter-user-name-matches-email"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value")
		address := mailbox(t, "nadia.novak")
		u := keeps(t, givenNamed(t, "nn1", Set("emails", Values{email("work", address)})), "emails.value")
		if strings.EqualFold(u.Body.Get("userName").String(), address) {
			t.Skip("the target makes the e-mail address the userName")
		}
		control(t, eq("userName", u.Body.Get("userName").String()), u)
		t.List(scim.UsersEndpoint, Filter(eq("userName", address))).Status(200).Finds()
	}},
	{Meta: Meta{
		ID: "filter.no-match-is-an-empty-list", Level: Must,
		Title:    "A filter without a match answers 200 with totalResults 0",
		Requires: []string{"7644-3.4.2-11"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E04", "E08", "E16", "OKTA-Q07"},
		Catches: []string{"filter-no-match-404", "filter-ignored"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		accepted(t, t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName"))))).Arranging().Status(200)
		a := t.List(scim.UsersEndpoint, Filter(eq("userName", mailbox(t, "nobody"))))
		total(t, a.Status(200).Finds(), 0)
	}},
	{Meta: Meta{
		ID: "filter.ne", Level: Must,
		Title:    "The operator ne finds the users whose value differs and not the one whose value is equal",
		Requires: []string{"7644-3.4.2.2-11"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-ne-as-eq"},
	}, Body: func(t *T) {
		u, others := t.GivenUser(), t.GivenUsers(2)
		findUsers(t, mine(t, "userName ne "+scim.Quote(u.Text("userName")))).Finds(others...)
	}},
	{Meta: Meta{
		ID: "filter.co", Level: Must,
		Title:    "The operator co finds values that contain the text, at any place",
		Requires: []string{"7644-3.4.2.2-12"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-co-as-sw"},
	}, Body: func(t *T) {
		u := givenNamed(t, "annabel")
		other := givenNamed(t, "ann-abel")
		findUsers(t, "userName co "+scim.Quote(mailbox(t, "nabel"))).Finds(u)
		findUsers(t, "userName co "+scim.Quote(mailbox(t, "abel"))).Finds(u, other)
	}},
	{Meta: Meta{
		ID: "filter.sw", Level: Must,
		Title:    "The operator sw finds values that begin with the text or equal it, and none that hold it elsewhere",
		Requires: []string{"7644-3.4.2.2-13"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-sw-as-co", "filter-sw-without-equal"},
	}, Body: func(t *T) {
		first, second := givenNamed(t, "anna"), givenNamed(t, "joanna")
		findUsers(t, "userName sw "+scim.Quote("anna."+t.Tag())).Finds(first)
		findUsers(t, "userName sw "+scim.Quote(second.Text("userName"))).Finds(second)
	}},
	{Meta: Meta{
		ID: "filter.ew", Level: Must,
		Title:    "The operator ew finds values that end with the text or equal it, and none that hold it elsewhere",
		Requires: []string{"7644-3.4.2.2-14"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-ew-as-co"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(Set("displayName", "Due North "+t.Tag())), "displayName")
		longer := t.GivenUser(Set("displayName", "Due North "+t.Tag()+" East"))
		findUsers(t, "displayName ew "+scim.Quote("North "+t.Tag())).Finds(u)
		findUsers(t, "displayName ew "+scim.Quote(longer.Text("displayName"))).Finds(longer)
	}},
	{Meta: Meta{
		ID: "filter.pr", Level: Must,
		Title:    "The operator pr finds the users that have a value and none that have none",
		Requires: []string{"7644-3.4.2.2-15"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-pr-always-true"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "title")
		with := keeps(t, t.GivenUser(Set("title", "Captain")), "title")
		withoutDefault(t, t.GivenUser(Unset("title")), "title")
		findUsers(t, mine(t, "title pr")).Finds(with)
	}},
	{Meta: Meta{
		ID: "filter.pr-of-a-complex-attribute", Level: Must,
		Title:    "The operator pr holds for a complex attribute of which one part has a value, and for no other",
		Requires: []string{"7644-3.4.2.2-15"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-pr-complex-never", "filter-pr-always-true"},
	}, Body: func(t *T) {
		spares(t, scim.UserURN, "name", "name.familyName")
		with := keeps(t, t.GivenUser(Set("name", Doc{"givenName": "Ada"})), "name.givenName")
		withoutDefault(t, t.GivenUser(Unset("name")), "name")
		findUsers(t, mine(t, "name pr")).Finds(with)
	}},
	{Meta: Meta{
		ID: "filter.boolean", Level: Must,
		Title:    "A boolean is compared with true or false without quotes",
		Requires: []string{"7644-3.4.2.2-10", "7644-3.4.2.2-33"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-boolean-as-string"},
	}, Body: func(t *T) {
		off := inactiveUser(t)
		on := t.GivenUser(Set("active", true))
		if on.Body.Get("active").Raw == off.Body.Get("active").Raw {
			t.Skip("the target does not keep active")
		}
		findUsers(t, mine(t, "active eq true")).Finds(on)
		findUsers(t, mine(t, "active eq false")).Finds(off)
	}},
	{Meta: Meta{
		ID: "filter.finds-inactive-users", Level: Must,
		Title:    "A filter finds a user that is not active",
		Requires: []string{"7644-3.4.2.2-10"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E14", "OKTA-Q09"},
		Catches: []string{"inactive-hidden-from-filter"},
	}, Body: func(t *T) {
		u := inactiveUser(t)
		if u.Body.Get("active").Raw != "false" {
			t.Block("could not arrange: the target does not create inactive users")
		}
		t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName")))).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.default-value-matches", Level: Must,
		Title:    "A filter compares an attribute that was not sent with the value that the target gave it",
		Requires: []string{"7644-3.4.2.2-39"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-default-unset"},
	}, Body: func(t *T) {
		u := t.GivenUser(Unset("active"))
		if !u.Body.Has("active") {
			t.Skip("the target gives active no default")
		}
		findUsers(t, mine(t, "active eq "+u.Body.Get("active").Raw)).Finds(u)
	}},
}

// Strings are compared in lexical order. Lower-case ASCII letters alone differ,
// so no collation can tell otherwise.
func filterStringOrderChecks() (checks []Check) {
	for _, c := range []struct {
		op, title, row, fault string
		from, to              int // of the users a, b, c
	}{
		{"gt", "above it, and not the equal one", "7644-3.4.2.2-16", "filter-gt-as-ge", 2, 3},
		{"ge", "above it and the equal one", "7644-3.4.2.2-18", "filter-ge-as-gt", 1, 3},
		{"lt", "below it, and not the equal one", "7644-3.4.2.2-20", "filter-lt-as-le", 0, 1},
		{"le", "below it and the equal one", "7644-3.4.2.2-22", "filter-le-as-lt", 0, 2},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "filter." + c.op + "-of-strings", Level: Must,
			Title:    "The operator " + c.op + " on a string finds the values " + c.title,
			Requires: []string{c.row}, Needs: []Feature{Filtering},
			Catches: []string{c.fault, "filter-order-ignored"},
		}, Body: func(t *T) {
			last, first, middle := givenNamed(t, "c"), givenNamed(t, "a"), givenNamed(t, "b")
			all := []*Resource{first, middle, last}
			findUsers(t, mine(t, "userName "+c.op+" "+scim.Quote(middle.Text("userName")))).Finds(all[c.from:c.to]...)
		}})
	}
	return checks
}
