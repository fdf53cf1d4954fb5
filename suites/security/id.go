package security

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// idChecks read what no id can be. They only ever GET: what a hole finds may
// be somebody else's.
var idChecks = []Check{
	{Meta: Meta{
		ID: "payload.id.traversal", Level: Must,
		Title:    "An id with encoded slashes and dots does not lead to another resource",
		Requires: []string{"7644-3.12-28", "7644-3.12-11", "7644-3.4.1-01"}, Needs: []Feature{Groups},
		Catches: []string{"id-path-traversal"},
	}, Body: func(t *T) {
		u, g := t.GivenUser(), t.GivenGroup()
		group := url.PathEscape(g.ID)
		findsNothing(t, u, "..%2FGroups%2F"+group, "%2e%2e%2f%2e%2e%2fGroups%2f"+group, "x%2F..%2F"+url.PathEscape(u.ID), "..%5CGroups%5C"+group)
	}},
	{Meta: Meta{
		ID: "payload.id.injection", Level: Must,
		Title:    "An id with quotes or wildcards is answered with 404",
		Requires: []string{"7644-3.12-28", "7644-3.12-11"},
		Catches:  []string{"id-wildcard", "id-sql-injection", "id-sql-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		findsNothing(t, u, "x'%20OR%20'1'%3D'1", url.PathEscape(u.ID)+"'%20--%20x", "%25", "*", `x"%20or%20id%20pr%20or%20id%20eq%20"y`)
	}},
	{Meta: Meta{
		ID: "payload.id.template", Level: Must,
		Title:    "An id with the expressions of templates is answered with 404",
		Requires: []string{"7644-3.12-28", "7644-3.12-11"},
		Catches:  []string{"id-template-500"},
	}, Body: func(t *T) { findsNothing(t, t.GivenUser(), "%7B%7B7*7%7D%7D", "%24%7B7*7%7D") }},
	{Meta: Meta{
		ID: "payload.id.null-character", Level: Must,
		Title:    "An id with the character U+0000 is answered with 404",
		Requires: []string{"7644-3.12-28", "7644-3.12-11"},
		Catches:  []string{"id-null-500", "id-null-ends"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		findsNothing(t, u, u.ID+"%00", u.ID+"%00.json")
	}},
	{Meta: Meta{
		ID: "payload.id.not-utf-8", Level: Must,
		Title:    "An id that is not UTF-8 is answered with 404",
		Requires: []string{"7644-3.12-28", "7644-3.12-11"},
		Catches:  []string{"id-not-utf-8-500"},
	}, Body: func(t *T) { findsNothing(t, t.GivenUser(), "%FF%FE", "%C0%AE%C0%AE") }},
	{Meta: Meta{
		ID: "payload.id.long", Level: Must,
		Title:    "An id of 2000 characters is answered with 404",
		Requires: []string{"7644-3.12-28", "7644-3.12-11"},
		Catches:  []string{"id-long-500"},
	}, Body: func(t *T) { findsNothing(t, t.GivenUser(), strings.Repeat("x", 2000)) }},
}

// findsNothing expects that nothing is found by any of the ids, which are escaped:
// neither a resource nor a server error. A redirect, and another 4xx than 404,
// as a web server in front gives, is right. The user is there afterwards.
func findsNothing(t *T, u *Resource, ids ...string) {
	for _, id := range ids {
		a := t.Fetch(scim.UsersEndpoint + "/" + id)
		if a.Code() == 0 {
			a.Refused()
		}
		a.Holds(a.Code()/100 != 2, "id", "404", strconv.Itoa(a.Code()), "what is no id finds a resource")
		a.Holds(a.Code()/100 != 5, "id", "404", strconv.Itoa(a.Code()), "what is no id brings about a server error")
	}
	t.Get(u).Status(200).Equal("id", u.ID)
}
