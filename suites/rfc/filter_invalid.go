package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

var filterRefusalChecks = []Check{
	{Meta: Meta{
		ID: "filter.unsupported-is-not-ignored", Level: Should,
		Title:    "A target without filters refuses a filter rather than answer with everything",
		Requires: []string{"7644-3.4.2.2-01"},
		Breaks:   []string{"E16"},
		Catches:  []string{"filter-unsupported-ignored"},
	}, Body: func(t *T) {
		if t.Has(Filtering) {
			t.Skip("the target supports filters")
		}
		u := t.GivenUser()
		t.GivenUser()
		a := t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName")))).Status(200, 400, 403, 501)
		if a.Code() == 200 {
			a.Only(u)
		}
	}},
	{Meta: Meta{
		ID: "filter.invalid.unknown-operator", Level: Must,
		Title:    "A filter with an unknown operator is refused with 400 invalidFilter",
		Requires: []string{"7644-3.4.2.2-41"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E16"},
		Catches: []string{"filter-malformed-ignored", "filter-malformed-500", "invalid-filter-without-scim-type"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		t.List(scim.UsersEndpoint, Filter("userName scimtestop "+scim.Quote(u.Text("userName")))).SCIMError(400, scim.InvalidFilter)
	}},
	{Meta: Meta{
		ID: "filter.invalid.unknown-operator-is-explained", Level: Must,
		Title:    "The refusal of an unknown operator says in words what is wrong",
		Requires: []string{"7644-3.4.2.2-42"}, Needs: []Feature{Filtering},
		Catches: []string{"error-without-detail"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		t.List(scim.UsersEndpoint, Filter("userName scimtestop "+scim.Quote(u.Text("userName")))).Status(400).Has("detail").NotEqual("detail", "")
	}},
	{Meta: Meta{
		ID: "filter.invalid.undeclared-attribute", Level: Must,
		Title:    "A filter on an attribute that no schema knows finds nothing, or is refused with 400",
		Requires: []string{"7644-3.4.2.2-03"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E16"},
		Catches: []string{"filter-undeclared-ignored"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		unlessRefused(t.List(scim.UsersEndpoint, Filter(eq("scimtestNoSuchAttribute", t.Tag()))), func(a *Answer) { a.Finds() })
	}},
	{Meta: Meta{
		ID: "filter.invalid.two-sub-attributes", Level: Must,
		Title:    "A filter with two sub-attributes in a row finds nothing, or is refused with 400",
		Requires: []string{"7644-3.4.2.2-35"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-malformed-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName")
		u := t.GivenUser(Set("name.familyName", "North "+t.Tag()))
		control(t, eq("userName", u.Text("userName")), u)
		unlessRefused(t.List(scim.UsersEndpoint, Filter(eq("name.familyName.initial", "North "+t.Tag()))), func(a *Answer) { a.Finds() })
	}},
}

// Filters that break the grammar are the client's fault: they are expected to
// be refused with 400 invalidFilter, but only harm fails, which is a server
// error, or resources that no sensible reading of the filter can mean.
func filterMalformedChecks() (checks []Check) {
	for _, c := range []struct {
		id, what, row string
		filter        func(name string) string
		// sensible says that the user of that name may be found.
		sensible bool
	}{
		{"no-value", "without a value", "7644-3.4.2.2-07", func(string) string { return "userName eq" }, false},
		{"no-operator", "without an operator", "7644-3.4.2.2-07", func(n string) string { return "userName " + scim.Quote(n) }, true},
		{"no-attribute", "without an attribute", "7644-3.4.2.2-07", func(n string) string { return "eq " + scim.Quote(n) }, false},
		{"attribute-alone", "that is an attribute alone", "7644-3.4.2.2-06", func(string) string { return "userName" }, false},
		{"unquoted-string", "with a string without quotation marks", "7644-3.4.2.2-33", func(n string) string { return "userName eq " + n }, true},
		{"open-string", "with a string that does not end", "7644-3.4.2.2-33", func(n string) string { return `userName eq "` + n }, true},
		{"open-parenthesis", "with a parenthesis that is not closed", "7644-3.4.2.2-32", func(n string) string { return "(" + eq("userName", n) }, true},
		{"stray-parenthesis", "with a parenthesis that was not opened", "7644-3.4.2.2-32", func(n string) string { return eq("userName", n) + ")" }, true},
		{"open-bracket", "with a bracket that is not closed", "7644-3.4.2.2-32", func(n string) string { return eq("userName", n) + ` and emails[type eq "work"` }, true},
		{"dangling-and", "that ends with and", "7644-3.4.2.2-32", func(n string) string { return eq("userName", n) + " and" }, true},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "filter.invalid." + c.id, Level: Must,
			Title:    "A filter " + c.what + " is refused with 400 invalidFilter and never taken as no filter",
			Requires: []string{c.row, "7644-3.12-17"}, Needs: []Feature{Filtering},
			Breaks:  []string{"E16"},
			Catches: []string{"filter-malformed-ignored", "filter-malformed-500"},
		}, Body: func(t *T) {
			u := t.GivenUser()
			t.GivenUser()
			control(t, eq("userName", u.Text("userName")), u)
			var may []*Resource
			if c.sensible {
				may = append(may, u)
			}
			a := t.List(scim.UsersEndpoint, Filter(c.filter(u.Text("userName")))).NoServerError()
			if a.Code() == 200 {
				a.Only(may...)
			}
			a.Advisory().SCIMError(400, scim.InvalidFilter)
		}})
	}
	return checks
}

// An order of booleans does not exist.
func filterBooleanOrderChecks() (checks []Check) {
	for _, c := range []struct{ op, row string }{
		{"gt", "7644-3.4.2.2-17"}, {"ge", "7644-3.4.2.2-19"}, {"lt", "7644-3.4.2.2-21"}, {"le", "7644-3.4.2.2-23"},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "filter.invalid." + c.op + "-of-booleans", Level: Must,
			Title:    "The operator " + c.op + " on a boolean is refused with 400 invalidFilter",
			Requires: []string{c.row}, Needs: []Feature{Filtering},
			Catches: []string{"filter-orders-booleans"},
		}, Body: func(t *T) {
			t.Offers(scim.UserURN, "active")
			u := keeps(t, t.GivenUser(), "active")
			control(t, eq("userName", u.Text("userName")), u)
			t.List(scim.UsersEndpoint, Filter("active "+c.op+" false")).SCIMError(400, scim.InvalidFilter)
		}})
	}
	return checks
}
