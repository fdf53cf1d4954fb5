package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.6.
var deleteChecks = []Check{
	{Meta: Meta{
		ID: "delete.answers-204", Level: Must,
		Title:    "A deleted user is answered with 204 and no body",
		Requires: []string{"7644-3.6-08", "7644-3.6-01", "7644-3.2-10"}, Needs: []Feature{DeleteMethod},
		Breaks:  []string{"E79"},
		Catches: []string{"delete-answers-200", "delete-refused"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Delete(u).Status(204).Empty()
		t.Get(u).Refused()
	}},
	{Meta: Meta{
		ID: "delete.get-answers-404", Level: Must,
		Title:    "A deleted user answers 404 to GET, and others stay",
		Requires: []string{"7644-3.6-03"}, Needs: []Feature{DeleteMethod},
		Breaks:  []string{"E79"},
		Catches: []string{"delete-ignored", "deleted-answers-410", "delete-deactivates"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		t.Delete(u).Arranging().Success()
		isError(t.Get(u), 404)
		t.Get(other).Status(200).Equal("id", other.ID)
	}},
	{Meta: Meta{
		ID: "delete.put-answers-404", Level: Must,
		Title:    "A deleted user answers 404 to PUT and does not come back",
		Requires: []string{"7644-3.6-04", "7644-3.5.1-02"}, Needs: []Feature{DeleteMethod, PutMethod},
		Breaks:  []string{"OKTA-Q41"},
		Catches: []string{"delete-ignored", "put-creates"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Delete(u).Arranging().Success()
		isError(t.Put(u, u.Sent), 404)
		t.Get(u).Refused()
	}},
	{Meta: Meta{
		ID: "delete.patch-answers-404", Level: Must,
		Title:    "A deleted user answers 404 to PATCH",
		Requires: []string{"7644-3.6-04"}, Needs: []Feature{DeleteMethod, Patch},
		Breaks:  []string{"OKTA-Q41"},
		Catches: []string{"delete-ignored", "patch-unknown-id-accepted"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Delete(u).Arranging().Success()
		isError(t.Patch(u, Replace("userName", t.Person().UserName)), 404)
		t.Get(u).Refused()
	}},
	{Meta: Meta{
		ID: "delete.second-delete-answers-404", Level: Must,
		Title:    "A deleted user answers 404 to a second DELETE",
		Requires: []string{"7644-3.6-05"}, Needs: []Feature{DeleteMethod},
		Breaks:  []string{"E79"},
		Catches: []string{"delete-ignored", "delete-twice-answers-204", "delete-twice-500"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Delete(u).Arranging().Success()
		isError(t.Delete(u), 404)
	}},
	{Meta: Meta{
		ID: "delete.gone-from-queries", Level: Must,
		Title:    "A deleted user is in no query result",
		Requires: []string{"7644-3.6-06"}, Needs: []Feature{DeleteMethod, Filtering},
		Catches: []string{"delete-ignored", "deleted-still-listed"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		byName := eq("userName", u.Text("userName"))
		control(t, byName, u)
		t.Delete(u).Arranging().Success()
		t.List(scim.UsersEndpoint, Filter(byName)).Status(200).Finds()
		t.List(scim.UsersEndpoint, Filter(eq("userName", other.Text("userName")))).Status(200).Finds(other)
	}},
	{Meta: Meta{
		ID: "delete.user-name-is-free-again", Level: Should,
		Title:    "A deleted user does not stand in the way of a new one with the same userName",
		Requires: []string{"7644-3.6-07", "7643-3.1-07"}, Needs: []Feature{DeleteMethod},
		Breaks:  []string{"OKTA-Q12"},
		Catches: []string{"deleted-user-name-stays-taken"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Delete(u).Arranging().Success()
		doc := t.NewUser(Set("userName", u.Text("userName")))
		again := t.Post(scim.UsersEndpoint, doc).Status(201).Created(scim.UsersEndpoint, doc)
		t.Get(again).Status(200).Judged().EqualFold("userName", u.Text("userName")).NotEqual("id", u.ID)
	}},
	{Meta: Meta{
		ID: "delete.manager-leaves-reports", Level: Must,
		Title:    "A deleted manager leaves the users whose manager it was",
		Requires: []string{"7644-3.6-01", "7643-2.3.7-08"}, Needs: []Feature{DeleteMethod, EnterpriseUser},
		Catches: []string{"delete-manager-deletes-reports", "deleted-manager-500"},
	}, Body: func(t *T) {
		boss, u := managed(t)
		t.Delete(boss).Arranging().Success()
		t.Get(u).Status(200).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "delete.group-name-is-free-again", Level: Should,
		Title:    "A deleted group does not stand in the way of a new one with the same displayName",
		Requires: []string{"7644-3.6-07", "7643-3.1-07"}, Needs: []Feature{Groups, DeleteMethod},
		Catches: []string{"deleted-group-name-stays-taken"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		t.Delete(g).Arranging().Success()
		doc := t.NewGroup(Set("displayName", g.Text("displayName")))
		again := t.Post(scim.GroupsEndpoint, doc).Status(201).Created(scim.GroupsEndpoint, doc)
		t.Get(again).Status(200).Judged().EqualFold("displayName", g.Text("displayName")).NotEqual("id", g.ID)
	}},
	{Meta: Meta{
		ID: "delete.unknown-id-answers-404", Level: Should,
		Title:    "DELETE of an unknown id answers 404",
		Requires: []string{"7644-3.6-09", "7644-3.12-11"}, Needs: []Feature{DeleteMethod},
		Catches: []string{"delete-twice-answers-204", "unknown-id-answers-400"},
	}, Body: func(t *T) {
		t.GivenUser() // an id that exists is known
		isError(t.Send("DELETE", scim.UsersEndpoint+"/"+nobody, nil), 404)
	}},
	{Meta: Meta{
		ID: "delete.group", Level: Must,
		Title:    "A deleted group answers 404, and its members stay",
		Requires: []string{"7644-3.6-01", "7644-3.6-03", "7644-3.6-08", "7644-3.2-12"}, Needs: []Feature{DeleteMethod, Groups},
		Breaks:  []string{"E63", "OKTA-Q34"},
		Catches: []string{"delete-ignored", "delete-group-deletes-members", "delete-refuses-group-with-members"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		g := t.GivenGroup(Members(u))
		t.Delete(g).Status(204)
		isError(t.Get(g), 404)
		t.Get(u).Status(200).Equal("id", u.ID)
	}},
}
