package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.4.2.2: filters in square brackets. A target may refuse
// them (row 28); what it does not refuse has to be right.
var valuePathChecks = []Check{
	{Meta: Meta{
		ID: "filter.value-path.finds-matching-value", Level: Must,
		Title:    "A filter in brackets finds the users that have such a value",
		Requires: []string{"7644-3.4.2.2-28", "7644-3.4.2.2-03"}, Needs: []Feature{Filtering},
		Catches: []string{"value-path-ignored"},
	}, Body: func(t *T) {
		home, both := givenEmails(t, "home"), givenEmails(t, "home", "work")
		findUsers(t, mine(t, `emails[type eq "work"]`)).Finds(both)
		findUsers(t, mine(t, `emails[type eq "home"]`)).Finds(home, both)
	}},
	{Meta: Meta{
		ID: "filter.value-path.all-conditions-on-one-value", Level: Must,
		Title:    "All conditions in brackets hold for one and the same value",
		Requires: []string{"7644-3.4.2.2-29"}, Needs: []Feature{Filtering},
		Catches: []string{"value-path-across-values", "value-path-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails")
		north, south := mailbox(t, "north"), mailbox(t, "south")
		u := keeps(t, t.GivenUser(Set("emails", Values{email("work", north), email("home", south)})), "emails.type")
		t.GivenUser(Set("emails", Values{email("work", mailbox(t, "far.south")), email("home", mailbox(t, "far.north"))}))
		findUsers(t, mine(t, `emails[type eq "work" and value co `+scim.Quote("north."+t.Tag())+`]`)).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.value-path.no-condition-across-values", Level: Must,
		Title:    "Conditions in brackets that only different values fulfil find nobody",
		Requires: []string{"7644-3.4.2.2-29"}, Needs: []Feature{Filtering},
		Catches: []string{"value-path-across-values", "value-path-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails")
		keeps(t, t.GivenUser(Set("emails", Values{email("work", mailbox(t, "north")), email("home", mailbox(t, "south"))})), "emails.type")
		findUsers(t, mine(t, `emails[type eq "work" and value co `+scim.Quote("south."+t.Tag())+`]`)).Finds()
	}},
	{Meta: Meta{
		ID: "filter.value-path.or", Level: Must,
		Title:    "Conditions in brackets may be joined with or and parentheses",
		Requires: []string{"7644-3.4.2.2-31", "7644-3.4.2.2-29"}, Needs: []Feature{Filtering},
		Catches: []string{"value-path-ignored", "filter-or-as-and"},
	}, Body: func(t *T) {
		home, work := givenEmails(t, "home"), givenEmails(t, "work")
		givenEmails(t, "other")
		findUsers(t, mine(t, `emails[type eq "home" or (type eq "work" and value co `+scim.Quote(t.Tag())+`)]`)).Finds(home, work)
	}},
	{Meta: Meta{
		ID: "filter.value-path.not", Level: Must,
		Title:    "not in brackets is about the value, not about the user",
		Requires: []string{"7644-3.4.2.2-29", "7644-3.4.2.2-26"}, Needs: []Feature{Filtering},
		Catches: []string{"value-path-across-values", "filter-not-ignored"},
	}, Body: func(t *T) {
		both := givenEmails(t, "work", "home")
		givenEmails(t, "work")
		findUsers(t, mine(t, `emails[not (type eq "work")]`)).Finds(both)
	}},
	{Meta: Meta{
		ID: "filter.value-path.boolean", Level: Must,
		Title:    "A boolean in brackets is compared without quotes",
		Requires: []string{"7644-3.4.2.2-33", "7644-3.4.2.2-29"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E35"},
		Catches: []string{"filter-boolean-as-string", "value-path-across-values"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.primary")
		u, other := givenEmails(t, "work", "home"), givenEmails(t, "home", "work")
		keeps(t, u, `emails[type eq "work" and primary eq true]`)
		keeps(t, other, `emails[type eq "home" and primary eq true]`)
		findUsers(t, mine(t, `emails[type eq "work" and primary eq true]`)).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.value-path.ignores-case", Level: Must,
		Title:    "Names and operators in and before brackets are compared without regard to case",
		Requires: []string{"7644-3.4.2.2-04", "7644-3.4.2.2-05"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-names-case-sensitive", "filter-operators-case-sensitive"},
	}, Body: func(t *T) {
		u := givenEmails(t, "work")
		givenEmails(t, "home")
		spelled(t, mine(t, `emails[type eq "work"]`), mine(t, `EMAILS[Type EQ "work"]`), u)
	}},
	{Meta: Meta{
		ID: "filter.value-path.core-urn", Level: Must,
		Title:    "The attribute before the brackets may be named with the URN of its schema",
		Requires: []string{"7644-3.10-01", "7644-3.4.2.2-34"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-core-urn-unknown"},
	}, Body: func(t *T) {
		u := givenEmails(t, "work")
		givenEmails(t, "home")
		findUsers(t, mine(t, scim.UserURN+`:emails[type eq "work"]`)).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.value-path.members", Level: Must,
		Title:    "A filter in brackets finds the groups of a member",
		Requires: []string{"7644-3.4.2.2-28", "7644-3.4.2.2-29"}, Needs: []Feature{Filtering, Groups, ReadMembers},
		Catches: []string{"filter-groups-ignored", "filter-members-unknown"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		g := keeps(t, t.GivenGroup(Members(other, u)), "members.value")
		t.GivenGroup(Members(other))
		find(t, scim.GroupsEndpoint, "members["+eq("value", u.ID)+"]").Finds(g)
	}},
	{Meta: Meta{
		ID: "filter.value-path.foreign-sub-attribute", Level: Must,
		Title:    "A name in brackets that is no sub-attribute finds nothing, or is refused with 400",
		Requires: []string{"7644-3.4.2.2-30"}, Needs: []Feature{Filtering},
		Catches: []string{"value-path-reads-resource", "value-path-ignored"},
	}, Body: func(t *T) {
		u := givenEmails(t, "work")
		control(t, eq("userName", u.Text("userName")), u)
		unlessRefused(t.List(scim.UsersEndpoint, Filter("emails["+eq("userName", u.Text("userName"))+"]")), func(a *Answer) { a.Finds() })
	}},
}

// givenEmails arranges a user with e-mail addresses of these types.
func givenEmails(t *T, types ...string) *Resource {
	t.Offers(scim.UserURN, "emails.type")
	return keeps(t, t.GivenUser(Emails(types...)), "emails.type")
}
