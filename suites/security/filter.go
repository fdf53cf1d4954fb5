package security

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// sought are values that something behind the filter could take for a pattern
// or an expression. The decoy is what the value then stands for.
var sought = []struct{ id, what, op, value, decoy, row, fault string }{
	{"like-wildcards", "the wildcards of SQL", "co", "North%South_", "NorthernSouthX", "7644-3.4.2.2-12", "filter-like-wildcards"},
	{"star", "a star", "sw", "Nor*", "North", "7644-3.4.2.2-13", "filter-star"},
	{"regular-expression", "the signs of regular expressions", "co", "N.r[a-z]+ (", "North (", "7644-3.4.2.2-12", "filter-regular-expression"},
	{"template", "the expressions of templates", "eq", "{{7*7}} ${7*7}", "49 49", "7644-3.4.2.2-10", "filter-template"},
	{"path", "a path", "eq", "../../North", "North", "7644-3.4.2.2-10", "filter-path-resolved"},
}

func filterChecks() []Check {
	var checks []Check
	for _, w := range sought {
		checks = append(checks, Check{Meta: Meta{
			ID: "payload.filter." + w.id, Level: Must,
			Title:    "A filter value with " + w.what + " stands for itself",
			Requires: []string{w.row, "7644-3.4.2.2-03", "7643-9.2-02"}, Needs: []Feature{Filtering},
			Catches: []string{w.fault},
		}, Body: func(t *T) {
			t.Offers(scim.UserURN, "displayName")
			decoy := t.GivenUser(Set("displayName", w.decoy+" "+t.Tag()))
			if !same(decoy.Body.Get("displayName").String(), decoy.Text("displayName")) {
				t.Skip("the target does not keep the displayName")
			}
			filter := func(value string) string {
				if w.op == "eq" {
					value += " " + t.Tag()
				}
				return t.Mine() + " and displayName " + w.op + " " + scim.Quote(value)
			}
			control(t, filter(w.decoy), decoy)
			doc := t.NewUser(Set("displayName", w.value+" "+t.Tag()))
			a := t.Post(scim.UsersEndpoint, doc)
			var want []*Resource
			if a.Code() == 201 {
				u := a.Created(scim.UsersEndpoint, doc)
				if same(t.Get(u).Arranging().Status(200).Text("displayName"), u.Text("displayName")) {
					want = append(want, u)
				}
			}
			findsOrRefuses(t.List(scim.UsersEndpoint, Filter(filter(w.value))), want...)
		}})
	}
	return append(checks, injectionChecks...)
}

// injectionChecks send filters that are well-formed, and whose value means
// more to who pastes it into another language. They find at most two
// resources, since these could be anybody's.
var injectionChecks = []Check{
	{Meta: Meta{
		ID: "payload.filter.injection", Level: Must,
		Title:    "A filter value cannot end itself and add conditions to the filter",
		Requires: []string{"7644-3.4.2.2-03", "7644-3.4.2.2-33", "7643-9.2-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-injection"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		findsOrRefuses(few(t, eq("userName", `x" or userName pr or userName eq "`+t.Tag())))
	}},
	{Meta: Meta{
		ID: "payload.filter.sql-injection", Level: Must,
		Title:    "A filter value cannot end itself and add conditions to a statement of SQL",
		Requires: []string{"7644-3.4.2.2-03", "7643-9.2-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-sql-injection", "filter-sql-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		findsOrRefuses(few(t, eq("userName", t.Tag()+`' OR '1'='1`)))
	}},
	{Meta: Meta{
		ID: "payload.filter.sql-comment", Level: Must,
		Title:    "A filter value cannot end itself and comment out the rest of a statement of SQL",
		Requires: []string{"7644-3.4.2.2-03", "7643-9.2-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-sql-comment", "filter-sql-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		findsOrRefuses(few(t, eq("userName", u.Text("userName")+`' -- x`)))
	}},
	{Meta: Meta{
		ID: "payload.filter.null-character", Level: Must,
		Title:    "A filter value with the character U+0000 is compared or refused, without a server error",
		Requires: []string{"7644-3.4.2.2-33", "7644-3.4.2.2-03", "7643-9.2-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-null-500", "filter-null-ends"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		findsOrRefuses(few(t, eq("userName", u.Text("userName")+"\x00x")))
	}},
	{Meta: Meta{
		ID: "payload.filter.nested", Level: Should,
		Title:    "A filter in 200 pairs of parentheses is evaluated or refused",
		Requires: []string{"7644-3.4.2.2-09", "7643-9.2-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-nested-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		const depth = 200
		findsOrRefuses(few(t, strings.Repeat("(", depth)+eq("userName", u.Text("userName"))+strings.Repeat(")", depth)), u)
	}},
	{Meta: Meta{
		ID: "payload.filter.long", Level: Should,
		Title:    "A filter with a value of 3000 characters is evaluated or refused",
		Requires: []string{"7644-3.4.2.2-33", "7643-9.2-02"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-long-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		findsOrRefuses(few(t, eq("userName", t.Tag()+strings.Repeat("x", 3000))))
	}},
}

// few queries users, two at most.
func few(t *T, filter string) *Answer {
	return t.List(scim.UsersEndpoint, Filter(filter), Query("count", "2"))
}

// queryChecks put what is no name where names are expected.
var queryChecks = []Check{
	{Meta: Meta{
		ID: "payload.query.sort-by", Level: Should, ReadOnly: true,
		Title:    "A sortBy with the signs of SQL is ignored or refused",
		Requires: []string{"7643-9.2-02"}, Needs: []Feature{Sorting},
		Catches: []string{"sort-by-sql-500"},
	}, Body: func(t *T) {
		plain := t.Fetch(scim.UsersEndpoint, Query("count", "1"))
		if plain.Code() == 400 {
			t.Skip("the target refuses a query of all users with 400")
		}
		plain.Arranging().Status(200).Page()
		a := t.Fetch(scim.UsersEndpoint, Query("count", "1"), Query("sortBy", `userName' , (SELECT 1) --`))
		if a.TakenOrRefused(200); a.Code() == 200 {
			a.Page()
		}
	}},
	{Meta: Meta{
		ID: "payload.query.attributes", Level: Should,
		Title:    "Projection by what is no name is ignored or refused",
		Requires: []string{"7643-9.2-02"},
		Catches:  []string{"attributes-sql-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Get(u, Query("attributes", `userName,../../id,{{7*7}},x' OR '1'='1`))
		if a.TakenOrRefused(200); a.Code() == 200 {
			a.Equal("id", u.ID)
		}
		t.Get(u).Status(200)
	}},
}
