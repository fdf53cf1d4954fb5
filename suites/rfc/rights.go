package rfc

import (
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// byReader sends a request by the client that may only read.
var byReader = As(scim.Reader)

// What a client that may only read is kept from (RFC 7644 section 2).
var rightsChecks = []Check{
	{Meta: Meta{
		ID: "rights.create", Level: Must,
		Title:    "A client that may only read creates nothing",
		Requires: []string{"7644-2-08", "7644-2.1-02"}, Needs: []Feature{ReadOnlyClient, Filtering},
		Catches: []string{"rights-create-open", "rights-done-and-refused"},
	}, Body: func(t *T) {
		u := readable(t)
		lists(t, eq("userName", u.Text("userName")), u)
		doc := t.NewUser()
		forbidden(t.Post(scim.UsersEndpoint, doc, byReader))
		t.List(scim.UsersEndpoint, Filter(eq("userName", doc["userName"].(string)))).Status(200).Finds()
	}},
	{Meta: Meta{
		ID: "rights.replace", Level: Must,
		Title:    "A client that may only read replaces nothing",
		Requires: []string{"7644-2-08", "7644-2-10"}, Needs: []Feature{ReadOnlyClient, PutMethod},
		Catches: []string{"rights-replace-open", "rights-done-and-refused"},
	}, Body: func(t *T) {
		u := readable(t)
		a := t.Put(u, t.NewUser(), byReader)
		forbidden(a)
		unchanged(t, u)
	}},
	{Meta: Meta{
		ID: "rights.patch", Level: Must,
		Title:    "A client that may only read changes nothing by PATCH",
		Requires: []string{"7644-2-08", "7644-2-10", "7644-7.7-03"}, Needs: []Feature{ReadOnlyClient, Patch},
		Catches: []string{"rights-patch-open", "rights-done-and-refused"},
	}, Body: func(t *T) {
		u := readable(t)
		a := t.PatchWith(u, []scim.PatchOperation{Replace("active", false)}, byReader)
		forbidden(a)
		unchanged(t, u)
	}},
	{Meta: Meta{
		ID: "rights.delete", Level: Must,
		Title:    "A client that may only read deletes nothing",
		Requires: []string{"7644-2-08", "7644-2-10"}, Needs: []Feature{ReadOnlyClient, DeleteMethod},
		Catches: []string{"rights-delete-open", "rights-done-and-refused"},
	}, Body: func(t *T) {
		u := readable(t)
		a := t.Delete(u, byReader)
		forbidden(a)
		unchanged(t, u)
	}},
	{Meta: Meta{
		ID: "rights.bulk", Level: Must,
		Title:    "A client that may only read deletes nothing by a bulk request",
		Requires: []string{"7644-2-08", "7644-2-10"}, Needs: []Feature{ReadOnlyClient, Bulk, DeleteMethod},
		Catches: []string{"rights-bulk-open", "rights-done-and-refused"},
	}, Body: func(t *T) {
		u := readable(t)
		a := t.Send("POST", scim.BulkEndpoint, bulkDelete(u), byReader)
		if a.Code() == 200 {
			op := result(results(a, 1), "", 0)
			a.Holds(strings.HasPrefix(code(op), "4"), "Operations.status", "4xx", given(code(op)), allowed)
		} else {
			forbidden(a)
		}
		unchanged(t, u)
	}},
	{Meta: Meta{
		ID: "rights.refused-with-403", Level: Should,
		Title:    "What a client may not do is refused with 403",
		Requires: []string{"7644-3.12-10"}, Needs: []Feature{ReadOnlyClient, DeleteMethod},
		Catches: []string{"rights-refused-with-400"},
	}, Body: func(t *T) {
		t.Delete(readable(t), byReader).Status(403)
	}},
}

// readable arranges a user that the client that may only read can read.
func readable(t *T) *Resource {
	u := t.GivenUser()
	t.Get(u, byReader).Arranging().Status(200).Has("id")
	return u
}

// allowed is what is wrong where a client that may only read may write.
const allowed = "a client that may only read is not refused a write"

// forbidden expects that a write is refused, and goes on in any case: what
// became of it is of interest too.
func forbidden(a *Answer) {
	got := "no answer"
	if a.Code() != 0 {
		got = strconv.Itoa(a.Code())
	}
	a.Holds(a.Code()/100 == 4, "status", "4xx", got, allowed)
}
