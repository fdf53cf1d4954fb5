package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.4.2.2, table 4 and the order of evaluation.
var filterLogicChecks = []Check{
	{Meta: Meta{
		ID: "filter.logic.and", Level: Must,
		Title:    "A filter with and finds what fulfils both sides",
		Requires: []string{"7644-3.4.2.2-24", "7644-3.4.2.2-08"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E13"},
		Catches: []string{"filter-and-as-or", "filter-and-left-only", "filter-and-right-only"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		north, south := "North "+t.Tag(), "South "+t.Tag()
		u := keeps(t, givenNamed(t, "a", Set("displayName", north)), "displayName")
		givenNamed(t, "b", Set("displayName", north))
		other := givenNamed(t, "c", Set("displayName", south))
		findUsers(t, eq("userName", u.Text("userName"))+" and "+eq("displayName", north)).Finds(u)
		findUsers(t, eq("displayName", north)+" and "+eq("userName", u.Text("userName"))).Finds(u)
		findUsers(t, eq("displayName", north)+" and "+eq("userName", other.Text("userName"))).Finds()
	}},
	{Meta: Meta{
		ID: "filter.logic.and-chain", Level: Must,
		Title:    "A filter joins three conditions with and",
		Requires: []string{"7644-3.4.2.2-24"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-and-left-only", "filter-and-right-only", "filter-and-first-two"},
	}, Body: func(t *T) {
		a, b, c := northSouthSouth(t)
		north, south := eq("displayName", a.Text("displayName")), eq("displayName", b.Text("displayName"))
		first, last := eq("externalId", c.Text("externalId")), eq("userName", c.Text("userName"))
		keeps(t, c, "externalId")
		findUsers(t, first+" and "+last+" and "+south).Finds(c)
		findUsers(t, first+" and "+last+" and "+north).Finds()
		findUsers(t, north+" and "+first+" and "+last).Finds()
	}},
	{Meta: Meta{
		ID: "filter.logic.or", Level: Must,
		Title:    "A filter with or finds what fulfils one of the sides",
		Requires: []string{"7644-3.4.2.2-25", "7644-3.4.2.2-08"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-or-as-and", "filter-or-left-only"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		t.GivenUser()
		findUsers(t, eq("userName", u.Text("userName"))+" or "+eq("userName", other.Text("userName"))).Finds(u, other)
	}},
	{Meta: Meta{
		ID: "filter.logic.or-chain", Level: Must,
		Title:    "A filter joins three conditions with or",
		Requires: []string{"7644-3.4.2.2-25"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-or-as-and", "filter-or-left-only"},
	}, Body: func(t *T) {
		users := t.GivenUsers(3)
		t.GivenUser()
		var names []string
		for _, u := range users {
			names = append(names, eq("userName", u.Text("userName")))
		}
		findUsers(t, strings.Join(names, " or ")).Finds(users...)
	}},
	{Meta: Meta{
		ID: "filter.logic.not", Level: Must,
		Title:    "A filter with not finds what does not fulfil the condition",
		Requires: []string{"7644-3.4.2.2-26", "7644-3.4.2.2-08"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-not-ignored"},
	}, Body: func(t *T) {
		u, others := t.GivenUser(), t.GivenUsers(2)
		findUsers(t, mine(t, "not ("+eq("userName", u.Text("userName"))+")")).Finds(others...)
	}},
	{Meta: Meta{
		ID: "filter.logic.and-before-or", Level: Must,
		Title:    "and binds closer than or",
		Requires: []string{"7644-3.4.2.2-36"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-or-before-and"},
	}, Body: func(t *T) {
		a, b, c := northSouthSouth(t)
		findUsers(t, eq("displayName", a.Text("displayName"))+" or "+eq("displayName", b.Text("displayName"))+
			" and "+eq("userName", c.Text("userName"))).Finds(a, c)
	}},
	{Meta: Meta{
		ID: "filter.logic.parentheses", Level: Must,
		Title:    "Parentheses come before and",
		Requires: []string{"7644-3.4.2.2-36", "7644-3.4.2.2-27"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-parentheses-ignored"},
	}, Body: func(t *T) {
		a, b, c := northSouthSouth(t)
		findUsers(t, "("+eq("displayName", a.Text("displayName"))+" or "+eq("displayName", b.Text("displayName"))+
			") and "+eq("userName", c.Text("userName"))).Finds(c)
	}},
	{Meta: Meta{
		ID: "filter.logic.parentheses-at-the-end", Level: Must,
		Title:    "Parentheses behind and hold together",
		Requires: []string{"7644-3.4.2.2-36", "7644-3.4.2.2-27"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-parentheses-ignored", "filter-right-parentheses-ignored"},
	}, Body: func(t *T) {
		a, b, c := northSouthSouth(t)
		findUsers(t, eq("userName", c.Text("userName"))+" and ("+eq("displayName", a.Text("displayName"))+
			" or "+eq("displayName", b.Text("displayName"))+")").Finds(c)
	}},
	{Meta: Meta{
		ID: "filter.logic.nested-parentheses", Level: Must,
		Title:    "Parentheses may be nested",
		Requires: []string{"7644-3.4.2.2-36", "7644-3.4.2.2-09"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-parentheses-ignored"},
	}, Body: func(t *T) {
		a, b, c := northSouthSouth(t)
		findUsers(t, "(("+eq("displayName", a.Text("displayName"))+") or (("+eq("displayName", b.Text("displayName"))+
			"))) and ("+eq("userName", c.Text("userName"))+")").Finds(c)
	}},
	{Meta: Meta{
		ID: "filter.logic.not-before-and", Level: Must,
		Title:    "not holds for its parentheses alone",
		Requires: []string{"7644-3.4.2.2-36"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-not-ignored", "filter-not-takes-the-rest"},
	}, Body: func(t *T) {
		a, b, c := northSouthSouth(t)
		findUsers(t, "not ("+eq("userName", b.Text("userName"))+") and "+eq("displayName", b.Text("displayName"))).Finds(c).Lacks(a)
	}},
	{Meta: Meta{
		ID: "filter.logic.words-ignore-case", Level: Must,
		Title:    "and, or and not are recognized in any letter case",
		Requires: []string{"7644-3.4.2.2-05"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-operators-case-sensitive"},
	}, Body: func(t *T) {
		a, b, c := northSouthSouth(t)
		name, other, south := eq("userName", a.Text("userName")), eq("userName", b.Text("userName")), eq("displayName", c.Text("displayName"))
		spelled(t, other+" and "+south, other+" AND "+south, b)
		spelled(t, name+" or "+other, name+" Or "+other, a, b)
		spelled(t, south+" and not ("+other+")", south+" and NOT ("+other+")", c)
	}},
}

// northSouthSouth arranges three users: one of a first displayName, two of a
// second.
func northSouthSouth(t *T) (a, b, c *Resource) {
	t.Offers(scim.UserURN, "displayName")
	north, south := Set("displayName", "North "+t.Tag()), Set("displayName", "South "+t.Tag())
	return keeps(t, t.GivenUser(north), "displayName"), t.GivenUser(south), t.GivenUser(south)
}
