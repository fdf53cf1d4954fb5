package rfc

import (
	"net/url"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Values that a parser, a decoder or a database may take for something else.
// The decoy is what a value turns into when it is decoded once too often or
// cut at the wrong place.
func filterValueChecks() (checks []Check) {
	for _, c := range []struct{ id, what, value, decoy, fault string }{
		{"apostrophe", "an apostrophe", "D'Arcy's North", "D", "filter-cut-at-apostrophe"},
		{"quote", "an escaped quotation mark", `The "North" Star`, "The ", "filter-cut-at-quote"},
		{"backslash", "an escaped backslash", `North\South`, `North\\South`, "filter-escapes-kept"},
		{"plus", "a plus sign", "North+South", "North South", "filter-plus-as-space"},
		{"percent", "a percent sign", "North%41South", "NorthASouth", "filter-decoded-twice"},
		{"ampersand", "an ampersand, an equals sign and a hash", "North&South=1#2", "North", "filter-cut-at-ampersand"},
		{"operators", "words and signs of the grammar", `North and (South) or [East] eq`, "North", "filter-words-in-values"},
		{"other-scripts", "letters of other scripts", "Ærøskøbing 北海 Ñandú", "?r?sk?bing ?? ?and?", "filter-ascii-only"},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "filter.value-with-" + c.id, Level: Must,
			Title:    "A filter value with " + c.what + " is compared as it is",
			Requires: []string{"7644-3.4.2.2-33", "7644-3.4.2.2-10"}, Needs: []Feature{Filtering},
			Breaks:  []string{"OKTA-Q06"},
			Catches: []string{c.fault},
		}, Body: func(t *T) {
			t.Offers(scim.UserURN, "displayName")
			t.GivenUser(Set("displayName", c.decoy+" "+t.Tag()))
			u := t.GivenUser(Set("displayName", c.value+" "+t.Tag()))
			if !strings.EqualFold(u.Body.Get("displayName").String(), u.Text("displayName")) {
				t.Skip("the target does not keep the displayName")
			}
			findUsers(t, eq("displayName", u.Text("displayName"))).Finds(u)
		}})
	}
	return checks
}

var filterEncodingChecks = []Check{
	{Meta: Meta{
		ID: "filter.json-escapes", Level: Must,
		Title:    "A filter value may be written with the escapes of JSON strings",
		Requires: []string{"7644-3.4.2.2-33"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-escapes-kept"},
	}, Body: func(t *T) {
		u := givenNamed(t, "anna")
		control(t, eq("userName", u.Text("userName")), u)
		escaped := strings.Replace(eq("userName", u.Text("userName")), "anna", `\u0061nn\u0061`, 1)
		t.List(scim.UsersEndpoint, Filter(escaped)).Supported().Finds(u)
	}},
	{Meta: Meta{
		ID: "filter.plus-encodes-space", Level: Should,
		Title:    "A plus sign in the query of a URL is read as a space",
		Requires: []string{"7644-3.4.2.2-03"}, Needs: []Feature{Filtering},
		Breaks:  []string{"E05", "OKTA-Q06"},
		Catches: []string{"query-plus-kept"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		t.List(scim.UsersEndpoint, RawQuery("filter="+url.QueryEscape(eq("userName", u.Text("userName"))))).Status(200).Finds(u)
	}},
}
