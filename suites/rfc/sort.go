package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.4.2.3. Each check creates its users in an order that is
// sorted neither way, and lists them alone by a filter.
var sortChecks = []Check{
	{Meta: Meta{
		ID: "sort.ascending-by-default", Level: Must,
		Title:    "sortBy orders the resources, ascending unless sortOrder says otherwise",
		Requires: []string{"7644-3.4.2.3-03", "7644-3.4.2.3-04", "7644-3.4.2.3-09"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-descending-by-default"},
	}, Body: func(t *T) {
		b, c, a := givenNamed(t, "b"), givenNamed(t, "c"), givenNamed(t, "a")
		sorted(t, "userName", "").InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "sort.ascending", Level: Must,
		Title:    "sortOrder ascending orders the resources from the lowest value up",
		Requires: []string{"7644-3.4.2.3-03", "7644-3.4.2.3-08"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-order-inverted"},
	}, Body: func(t *T) {
		b, c, a := givenNamed(t, "b"), givenNamed(t, "c"), givenNamed(t, "a")
		sorted(t, "userName", "ascending").InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "sort.descending", Level: Must,
		Title:    "sortOrder descending orders the resources from the highest value down",
		Requires: []string{"7644-3.4.2.3-03", "7644-3.4.2.3-08"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-order-ignored", "sort-order-inverted"},
	}, Body: func(t *T) {
		b, c, a := givenNamed(t, "b"), givenNamed(t, "c"), givenNamed(t, "a")
		sorted(t, "userName", "descending").InOrder(c, b, a)
	}},
	{Meta: Meta{
		ID: "sort.sub-attribute", Level: Must,
		Title:    "sortBy may name a sub-attribute",
		Requires: []string{"7644-3.4.2.3-06", "7644-3.4.2.3-03"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-sub-attribute-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName")
		b, c, a := t.GivenUser(familyName("Bell")), t.GivenUser(familyName("Chen")), t.GivenUser(familyName("Abbott"))
		keeps(t, a, "name.familyName")
		sorted(t, "name.familyName", "").InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "sort.names-ignore-case", Level: Must,
		Title:    "sortBy names the attribute in any letter case",
		Requires: []string{"7644-3.10-05", "7643-2.1-02"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-names-case-sensitive"},
	}, Body: func(t *T) {
		b, c, a := givenNamed(t, "b"), givenNamed(t, "c"), givenNamed(t, "a")
		sorted(t, "userName", "").Arranging().InOrder(a, b, c)
		sorted(t, "USERNAME", "").InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "sort.core-urn", Level: Must,
		Title:    "sortBy may name the attribute with the URN of its schema",
		Requires: []string{"7644-3.10-01"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-urn-ignored"},
	}, Body: func(t *T) {
		b, c, a := givenNamed(t, "b"), givenNamed(t, "c"), givenNamed(t, "a")
		sorted(t, "userName", "").Arranging().InOrder(a, b, c)
		sorted(t, scim.UserURN+":userName", "").InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "sort.ignores-case", Level: Must,
		Title:    "Strings that are not case exact are ordered without regard to case",
		Requires: []string{"7644-3.4.2.3-10"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-case-sensitive"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		ignoresCase(t, scim.UserURN, "displayName")
		b, c, a := t.GivenUser(Set("displayName", "bell")), t.GivenUser(Set("displayName", "Chen")), t.GivenUser(Set("displayName", "Abbott"))
		keeps(t, a, "displayName")
		sorted(t, "displayName", "").InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "sort.without-value-last", Level: Must,
		Title:    "Resources without the attribute come last in ascending order",
		Requires: []string{"7644-3.4.2.3-07"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-without-value-first"},
	}, Body: func(t *T) {
		without, b, a := titled(t)
		sorted(t, "title", "ascending").InOrder(a, b, without)
	}},
	{Meta: Meta{
		ID: "sort.without-value-first-descending", Level: Must,
		Title:    "Resources without the attribute come first in descending order",
		Requires: []string{"7644-3.4.2.3-07"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-without-value-always-last"},
	}, Body: func(t *T) {
		without, b, a := titled(t)
		sorted(t, "title", "descending").InOrder(without, b, a)
	}},
	{Meta: Meta{
		ID: "sort.primary-value", Level: Must,
		Title:    "A multi-valued attribute is ordered by its primary value",
		Requires: []string{"7644-3.4.2.3-05"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-by-first-value"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.primary")
		user := func(first, primary string) *Resource {
			main := email("work", mailbox(t, primary))
			main["primary"] = true
			u := t.GivenUser(Set("emails", Values{email("home", mailbox(t, first)), main}))
			return keeps(t, u, `emails[type eq "work" and primary eq true]`)
		}
		// In the order of the first values this is the other way round.
		c, a, b := user("a", "z"), user("c", "x"), user("b", "y")
		sorted(t, "emails.value", "").InOrder(a, b, c)
	}},
	{Meta: Meta{
		ID: "sort.times", Level: Must,
		Title:    "Times are ordered by time",
		Requires: []string{"7644-3.4.2.3-11"}, Needs: []Feature{Sorting, Filtering},
		Catches: []string{"sort-ignored", "sort-sub-attribute-ignored"},
	}, Body: func(t *T) {
		first := t.GivenUser()
		tick(t, first)
		second := t.GivenUser()
		tick(t, second)
		third := t.GivenUser()
		if !created(t, first).Before(created(t, second)) || !created(t, second).Before(created(t, third)) {
			t.Block("the target's clock does not tell the users apart")
		}
		sorted(t, "meta.created", "descending").InOrder(third, second, first)
		sorted(t, "meta.created", "ascending").InOrder(first, second, third)
	}},
	{Meta: Meta{
		ID: "sort.before-paging", Level: Must,
		Title:    "The order holds over the borders of pages",
		Requires: []string{"7644-3.4.2.3-03", "7644-3.4.2.4-02"}, Needs: []Feature{Sorting, Filtering, IndexPaging},
		Catches: []string{"sort-ignored", "sort-within-page"},
	}, Body: func(t *T) {
		b, d, c, a := givenNamed(t, "b"), givenNamed(t, "d"), givenNamed(t, "c"), givenNamed(t, "a")
		sorted(t, "userName", "descending", Query("count", "2")).InOrder(d, c, b, a)
	}},
}

// sorted lists the users of this check in an order. A refusal as unsupported
// is advisory.
func sorted(t *T, by, order string, options ...Option) *Answer {
	options = append(options, Query("sortBy", by))
	if order != "" {
		options = append(options, Query("sortOrder", order))
	}
	return findUsers(t, t.Mine(), options...)
}

func familyName(s string) With { return Set("name", Doc{"familyName": s, "givenName": "Kim"}) }

// titled arranges a user without title, and two with titles that are not in
// order.
func titled(t *T) (without, b, a *Resource) {
	spares(t, scim.UserURN, "title")
	b = keeps(t, t.GivenUser(Set("title", "Baker")), "title")
	without = t.GivenUser(Unset("title"))
	withoutDefault(t, without, "title")
	return without, b, keeps(t, t.GivenUser(Set("title", "Actor")), "title")
}
