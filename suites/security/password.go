package security

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// passwordChecks look for a password wherever an answer could hold it. The
// answer to a create and a GET are in suite rfc, topic create.
var passwordChecks = []Check{
	{Meta: Meta{
		ID: "password.in-lists", Level: Must,
		Title:    "A password is in no list",
		Requires: []string{"7643-4.1.1-20", "7643-4.1.1-29"}, Needs: []Feature{Filtering},
		Catches: []string{"password-in-lists"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		control(t, eq("userName", u.Text("userName")), u)
		hides(t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName")))).Status(200).Finds(u), password)
		asked := t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName"))), Query("attributes", "userName,password"))
		hides(asked.NoServerError(), password)
	}},
	{Meta: Meta{
		ID: "password.in-answer-to-patch", Level: Must,
		Title:    "The answer to a PATCH of a password does not show it",
		Requires: []string{"7643-4.1.1-20", "7643-4.1.1-29"}, Needs: []Feature{Patch},
		Catches: []string{"password-in-answer-to-patch"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		next := t.Person().Password
		hides(t.Patch(u, Replace("password", next)).NoServerError(), password, next)
		hides(t.Get(u).Status(200).Equal("id", u.ID), password, next)
	}},
	{Meta: Meta{
		ID: "password.in-answer-to-put", Level: Must,
		Title:    "The answer to a PUT with a password does not show it",
		Requires: []string{"7643-4.1.1-20", "7643-4.1.1-29"}, Needs: []Feature{PutMethod},
		Catches: []string{"password-returned", "password-in-answer-to-put"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		next := t.Person().Password
		hides(t.Put(u, t.NewUser(Set("userName", u.Text("userName")), Set("password", next))).NoServerError(), password, next)
		hides(t.Get(u).Status(200).Equal("id", u.ID), password, next)
	}},
	{Meta: Meta{
		ID: "password.in-answer-to-bulk", Level: Must,
		Title:    "The answer to a bulk request with a password does not show it",
		Requires: []string{"7643-4.1.1-20", "7643-4.1.1-29"}, Needs: []Feature{Bulk},
		Catches: []string{"password-in-answer-to-bulk"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		next := t.Person().Password
		operation := func(id string, doc Doc) Doc {
			return Doc{"method": http.MethodPost, "path": scim.UsersEndpoint, "bulkId": id, "data": doc}
		}
		a := t.Send(http.MethodPost, scim.BulkEndpoint, Doc{"schemas": Values{scim.BulkRequestURN}, "Operations": Values{
			operation("new", t.NewUser(Set("password", next))),
			operation("duplicate", t.NewUser(Set("userName", u.Text("userName")), Set("password", next))),
		}})
		hides(a.NoServerError(), password, next)
		t.Get(u).Status(200).Equal("id", u.ID)
	}},
	{Meta: Meta{
		ID: "password.in-errors", Level: Must,
		Title:    "The refusal of a user does not show the password",
		Requires: []string{"7643-4.1.1-20"},
		Catches:  []string{"password-in-errors"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		next := t.Person().Password
		duplicate := t.NewUser(Set("userName", u.Text("userName")), Set("password", next))
		hides(t.Post(scim.UsersEndpoint, duplicate), password, next)
		hides(t.Post(scim.UsersEndpoint, t.NewUser(Set("password", next), Set("active", "scimtest"))), password, next)
		t.Get(u).Status(200).Equal("id", u.ID)
	}},
	{Meta: Meta{
		ID: "password.in-answers-to-filters", Level: Must,
		Title:    "The answer to a filter on the password does not show it",
		Requires: []string{"7643-4.1.1-20"}, Needs: []Feature{Filtering},
		Catches: []string{"password-in-filter-errors"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		control(t, eq("userName", u.Text("userName")), u)
		hides(t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName"))+" and "+eq("password", password))), password)
		t.Get(u).Status(200).Equal("id", u.ID)
	}},
	{Meta: Meta{
		ID: "password.found-by-beginning", Level: Should,
		Title:    "No filter finds a user by the beginning of the password",
		Requires: []string{"7643-4.1.1-29", "7643-9.2-02"}, Needs: []Feature{Filtering},
		Catches: []string{"password-found-by-beginning"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		control(t, eq("userName", u.Text("userName")), u)
		a := t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName"))+" and password sw "+scim.Quote(password[:3])))
		if a.TakenOrRefused(200); a.Code() == 200 {
			a.Lacks(u)
		}
	}},
	{Meta: Meta{
		ID: "password.filter-in-url", Level: Should,
		Title:    "A filter on the right password in a URL does not find the user",
		Requires: []string{"7644-7.5.2-03"}, Needs: []Feature{Filtering},
		Catches: []string{"password-filter-answered"},
	}, Body: func(t *T) {
		u, password := withPassword(t)
		control(t, eq("userName", u.Text("userName")), u)
		a := t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName"))+" and "+eq("password", password)))
		if a.TakenOrRefused(200); a.Code() == 200 {
			a.Lacks(u) // to ignore what is sensitive tells nothing either
		}
	}},
}

// withPassword arranges a user with a password. The check does not apply where
// the target's schemas list none that a client may set.
func withPassword(t *T) (u *Resource, password string) {
	if a, listed := t.Target().Attribute(scim.UserURN, "password"); len(t.Target().Schemas) > 0 && (!listed || a.Mutability == "readOnly") {
		t.Skip("the target's schemas list no password to be set")
	}
	password = t.Person().Password
	return t.GivenUser(Set("password", password)), password
}

// hides expects an answer without any of the passwords, and without another
// value of the attribute.
func hides(a *Answer, passwords ...string) {
	body := ""
	if x := a.Exchange(); x.Response != nil {
		body = string(x.Response.Body)
	}
	for _, p := range passwords {
		a.Holds(!strings.Contains(body, p), "body", "without the password", "the password", "the answer shows the password")
	}
	if a.Code() == http.StatusOK || a.Code() == http.StatusCreated {
		a.HasNot("password", "Resources.password")
	}
}
