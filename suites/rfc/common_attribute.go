package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7643 section 3.1: what all resources have.
var commonAttributeChecks = []Check{
	{Meta: Meta{
		ID: "common.ids-differ-across-types", Level: Must,
		Title:    "No user and no group have the same id",
		Requires: []string{"7643-3.1-06"}, Needs: []Feature{Groups},
		Catches: []string{"group-has-id-of-user"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		seen := map[string]string{}
		for _, u := range users {
			seen[u.ID] = "a user"
		}
		for range 2 {
			// A group is created, read back, and has an id of its own.
			doc := t.NewGroup()
			a := t.Post(scim.GroupsEndpoint, doc).Arranging().Status(201)
			g := a.Created(scim.GroupsEndpoint, doc)
			got := t.Get(g).Arranging().Status(200).Judged()
			got.Holds(seen[g.ID] == "", "id", "an id of its own", "that of "+seen[g.ID], "two resources have the same id")
			seen[g.ID] = "another group"
		}
	}},
	{Meta: Meta{
		ID: "common.id-is-case-exact", Level: Must,
		Title:    "A filter on id does not match another letter case",
		Requires: []string{"7643-3.1-11"}, Needs: []Feature{Filtering},
		Catches: []string{"filter-id-ignores-case"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		other := strings.ToUpper(u.ID)
		if other == u.ID {
			other = strings.ToLower(u.ID)
		}
		if other == u.ID {
			t.Skip("the ids of the target have no letters")
		}
		control(t, eq("id", u.ID), u)
		if a := t.List(scim.UsersEndpoint, Filter(eq("id", other))); a.Code() == 400 {
			a.Status(400) // such an id cannot be
		} else {
			a.Status(200).Lacks(u)
		}
	}},
	{Meta: Meta{
		ID: "common.id-is-always-returned", Level: Must,
		Title:    "A user is shown with its id, whatever attributes are asked for",
		Requires: []string{"7643-3.1-13", "7643-3.1-04"},
		Catches:  []string{"attributes-drop-id", "excluded-attributes-drop-id"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Get(u, Query("attributes", "userName")).Status(200).Equal("id", u.ID)
		t.Get(u, Query("excludedAttributes", "id")).Status(200).Equal("id", u.ID)
	}},
	{Meta: Meta{
		ID: "replace.email-is-kept", Level: Must,
		Title:    "PUT stores the value of an e-mail address",
		Requires: []string{"7643-2.4-08"}, Needs: []Feature{PutMethod},
		Catches: []string{"put-ignored", "put-keeps-old-emails"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "emails.value")
		u := keeps(t, t.GivenUser(), "emails.value")
		want := mailbox(t, "replaced")
		t.Put(u, with(u.Sent, Set("emails", Values{email("work", want)}))).Success()
		t.Get(u).Status(200).EqualFold("emails.value", want)
	}},
}
