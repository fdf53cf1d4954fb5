package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Operators on attributes of each type and letter case (RFC 7644 section
// 3.4.2.2 with RFC 7643 section 2.3).
var filterTypeChecks = append(append([]Check{
	{Meta: Meta{
		ID: "filter.reference", Level: Must,
		Title:    "A filter on a reference finds the user by its URI, and not by another",
		Requires: []string{"7644-3.4.2.2-10", "7643-2.3.7-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-reference-never"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "profileUrl")
		uri := func(name string) string { return "https://" + t.UserDomain() + "/" + name + "/" + t.Tag() }
		u := keeps(t, t.GivenUser(Set("profileUrl", uri("North"))), "profileUrl")
		t.GivenUser(Set("profileUrl", uri("South")))
		findUsers(t, eq("profileUrl", u.Body.Get("profileUrl").String())).Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.ne-ignores-case", Level: Must,
		Title:    "The operator ne does not find a userName that differs in letter case alone",
		Requires: []string{"7643-7-21", "7644-3.4.2.2-43", "7644-3.4.2.2-11"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-text-case-sensitive"},
	}, Body: func(t *T) {
		ignoresCase(t, scim.UserURN, "userName")
		u, other := givenNamed(t, "Mixed-Case"), t.GivenUser()
		spelled(t, mine(t, "userName ne "+scim.Quote(u.Text("userName"))), mine(t, "userName ne "+scim.Quote(strings.ToUpper(u.Text("userName")))), other)
	}},
	{Meta: Meta{
		ID: "filter.schemas", Level: Must,
		Title:    "A filter on schemas finds the users with that extension alone, or is refused with 400",
		Requires: []string{"7644-3.4.2.2-44", "7644-3.4.2.2-03"}, Needs: []Feature{Filtering, EnterpriseUser},
		Catches: []string{"filter-schemas-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department")
		u := keeps(t, t.GivenUser(Enterprise("department", "Sales")), enterprise("department"))
		other := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		may := []*Resource{u}
		if namesExtension(other) {
			may = append(may, other)
		}
		unlessRefused(t.List(scim.UsersEndpoint, Filter(mine(t, eq("schemas", scim.EnterpriseUserURN)))), func(a *Answer) { a.Only(may...) })
	}},
}, filterTextCaseChecks()...), filterBinaryOrderChecks()...)

// namesExtension says that schemas of a user as it was read names the
// enterprise extension.
func namesExtension(r *Resource) bool {
	for _, s := range r.Body.Lookup("schemas") {
		if strings.EqualFold(s.String(), scim.EnterpriseUserURN) {
			return true
		}
	}
	return false
}

// The operators on text follow the letter case of the attribute.
func filterTextCaseChecks() (checks []Check) {
	for _, c := range []struct{ op, row string }{
		{"co", "7644-3.4.2.2-12"}, {"sw", "7644-3.4.2.2-13"}, {"ew", "7644-3.4.2.2-14"},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "filter." + c.op + "-ignores-case", Level: Must,
			Title:    "The operator " + c.op + " on userName, which is not case exact, finds the user in any letter case",
			Requires: []string{"7643-7-21", "7644-3.4.2.2-43", c.row}, Needs: []Feature{Filtering},
			Catches: []string{"filter-text-case-sensitive"},
		}, Body: func(t *T) {
			ignoresCase(t, scim.UserURN, "userName")
			u := givenNamed(t, "Mixed-Case")
			t.GivenUser()
			text := u.Text("userName")
			spelled(t, "userName "+c.op+" "+scim.Quote(text), "userName "+c.op+" "+scim.Quote(strings.ToUpper(text)), u)
		}}, Check{Meta: Meta{
			ID: "filter." + c.op + "-of-case-exact-values", Level: Must,
			Title:    "The operator " + c.op + " on externalId, which is case exact, does not find another letter case",
			Requires: []string{"7643-7-21", "7643-3.1-18", "7644-3.4.2.2-43", c.row}, Needs: []Feature{Filtering},
			Catches: []string{"filter-text-case-exact-ignored"},
		}, Body: func(t *T) {
			u := keeps(t, t.GivenUser(Set("externalId", "AbC-"+t.Tag()+"-dEf")), "externalId")
			control(t, "externalId "+c.op+" "+scim.Quote(u.Text("externalId")), u)
			t.List(scim.UsersEndpoint, Filter("externalId "+c.op+" "+scim.Quote(strings.ToLower(u.Text("externalId"))))).Status(200).Finds()
		}})
	}
	return checks
}

// An order of binary values does not exist.
func filterBinaryOrderChecks() (checks []Check) {
	for _, c := range []struct{ op, row string }{
		{"gt", "7644-3.4.2.2-17"}, {"ge", "7644-3.4.2.2-19"}, {"lt", "7644-3.4.2.2-21"}, {"le", "7644-3.4.2.2-23"},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "filter.invalid." + c.op + "-of-binary-values", Level: Must,
			Title:    "The operator " + c.op + " on a binary attribute is refused with 400 invalidFilter",
			Requires: []string{c.row}, Needs: []Feature{Filtering},
			Catches: []string{"filter-orders-binary-values"},
		}, Body: func(t *T) {
			if a, listed := t.Target().Attribute(scim.UserURN, "x509Certificates.value"); !listed || a.Type != "binary" {
				t.Skip("the target's schemas list no x509Certificates.value of type binary")
			}
			u := t.GivenUser()
			control(t, eq("userName", u.Text("userName")), u)
			t.List(scim.UsersEndpoint, Filter(`x509Certificates.value `+c.op+` "AA=="`)).SCIMError(400, scim.InvalidFilter)
		}})
	}
	return checks
}
