package rfc

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.4.1.
var readChecks = []Check{
	{Meta: Meta{
		ID: "read.by-id-answers-the-user", Level: Must,
		Title:    "A user is read by its id",
		Requires: []string{"7644-3.4.1-01", "7644-3.4.1-02"},
		Catches:  []string{"read-answers-404", "read-answers-another"},
	}, Body: func(t *T) {
		t.GivenUnread(scim.UsersEndpoint, t.NewUser()) // another one, created before
		u := t.GivenUnread(scim.UsersEndpoint, t.NewUser())
		a := t.Get(u).Judged().Status(200).Equal("id", u.ID).EqualFold("userName", u.Text("userName"))
		a.Holds(namesSchema(a, scim.UserURN), "schemas", scim.UserURN, "absent", "schemas lacks the URN of the User schema")
	}},
	{Meta: Meta{
		ID: "read.shows-what-the-create-answered", Level: Must,
		Title:    "The answer to a create shows the user as it is stored",
		Requires: []string{"7644-3.1-10", "7644-3.4-02"},
		Catches:  []string{"create-echoes-request"},
	}, Body: func(t *T) {
		created, u := posted(t, scim.UsersEndpoint, t.NewUser())
		if len(created.Exchange().Response.Body) == 0 {
			t.Skip("the target answers a create without a body")
		}
		showsStored(t, created, t.Get(u).Status(200), u.Sent)
	}},
	{Meta: Meta{
		ID: "read.list-shows-the-same-attributes", Level: Should,
		Title:    "A group in a list has the attributes that it has when it is read alone",
		Requires: []string{"7644-3.9-01", "7644-3.4-01"}, Needs: []Feature{Groups, Filtering, ReadMembers},
		Catches: []string{"list-lacks-members"},
	}, Body: func(t *T) {
		g := keeps(t, t.GivenGroup(Members(t.GivenUser())), "members")
		a := t.List(scim.GroupsEndpoint, Filter(eq("displayName", g.Text("displayName")))).Supported().Finds(g)
		var missing []string
		for _, name := range memberNames(g.Body) {
			if len(a.Page().Resources) == 1 && !a.Page().Resources[0].Has(name) {
				missing = append(missing, name)
			}
		}
		a.Holds(len(missing) == 0, "Resources", "what a read shows", "no "+strings.Join(missing, ", "), "a list shows fewer attributes than a read")
	}},
	{Meta: Meta{
		ID: "read.unknown-id-answers-404", Level: Should,
		Title:    "An id that does not exist answers 404",
		Requires: []string{"7644-3.12-28", "7644-3.12-11"},
		Catches:  []string{"unknown-id-answers-200", "unknown-id-answers-400"},
	}, Body: func(t *T) {
		t.GivenUser() // an id that exists answers 200
		isError(t.Fetch(scim.UsersEndpoint+"/"+nobody), 404)
	}},
	{Meta: Meta{
		ID: "read.id-of-another-form-answers-404", Level: Should,
		Title:    "An id that has not the form of an id answers 404",
		Requires: []string{"7644-3.12-11"},
		Catches:  []string{"malformed-id-answers-500"},
	}, Body: func(t *T) {
		t.GivenUser() // an id that exists answers 200
		isError(t.Fetch(scim.UsersEndpoint+"/not%20a-known_id"), 404)
	}},
	{Meta: Meta{
		ID: "read.user-name-is-no-id", Level: Should,
		Title:    "A user is not read by its userName",
		Requires: []string{"7644-3.4.1-01"},
		Catches:  []string{"read-by-user-name"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		if u.ID == u.Text("userName") {
			t.Skip("the id of a user is its userName")
		}
		byName := *u
		byName.ID = u.Text("userName")
		isError(t.Fetch(byName.Path()), 404)
	}},
	{Meta: Meta{
		ID: "read.changes-nothing", Level: Must,
		Title:    "Reading a user changes nothing",
		Requires: []string{"7644-3.2-22"},
		Catches:  []string{"read-touches-last-modified"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "meta.lastModified")
		before := u.Body.Get("meta.lastModified").String()
		tick(t, u)
		t.Get(u).Status(200)
		t.Get(u).Status(200).Equal("meta.lastModified", before)
	}},
}

// isError expects the status and an Error in the body (RFC 7644 section 3.12).
func isError(a *Answer, status int) {
	a.Status(status)
	_, err := scim.ParseErrorMessage(a.Exchange().Response.Body)
	a.Holds(err == nil, "body", "a SCIM Error", "another body", "the error is not described by a SCIM Error")
}

// showsStored expects the answer to a write to show what a read shows: whatever
// was sent, and whatever the answer shows besides. Left out is what the service
// provider makes itself (readOnly), which may have changed since, and what is
// shown in answers to writes alone (returned: request).
func showsStored(t *T, answer, read *Answer, sent Doc) {
	answer.Has("schemas", "id", "meta")
	names := maps.Clone(sent)
	for name := range answer.Resource().JSON().Map() {
		names[name] = nil
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, _ := t.Target().Attribute(scim.UserURN, name)
		if slices.Contains([]string{"schemas", "id", "meta", "groups", "password"}, name) || a.Mutability == "readOnly" || a.Returned == "request" {
			continue
		}
		values := read.Resource().Lookup(name)
		answer.Count(name, len(values))
		if len(values) == 1 {
			answer.Equal(name, values[0].Value())
		}
	}
}

// memberNames lists the attributes of a resource that have a value, sorted.
func memberNames(r scim.Resource) []string {
	var names []string
	for name := range r.JSON().Map() {
		if r.Has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
