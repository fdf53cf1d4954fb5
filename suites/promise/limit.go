package promise

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

var limitChecks = []Check{
	{Meta: Meta{
		ID: "promise.page-default", Alone: true,
		Title: "A list without count is no longer than the profile says",
	}, Body: func(t *T) {
		n := t.Promises().Limits.Page.Default
		said(t, n > 0)
		filled(t, n+1)
		a := judged(t, t.List(scim.UsersEndpoint).Status(200), "limits.page.default")
		got := len(a.Page().Resources)
		a.Holds(got <= n, "Resources", fmt.Sprintf("at most %d", n), fmt.Sprint(got), "a page without count is longer than the profile says")
	}},
	{Meta: Meta{
		ID: "promise.page-maximum", Alone: true,
		Title: "A page is no longer than the profile says, whatever count asks for",
	}, Body: func(t *T) {
		n := t.Promises().Limits.Page.Maximum
		said(t, n > 0)
		filled(t, n+1)
		a := judged(t, t.List(scim.UsersEndpoint, Query("count", fmt.Sprint(n+1))).Status(200), "limits.page.maximum")
		got := len(a.Page().Resources)
		a.Holds(got <= n, "Resources", fmt.Sprintf("at most %d", n), fmt.Sprint(got), "a page is longer than the profile says")
	}},
	{Meta: Meta{
		ID: "promise.members-per-request", Needs: []Feature{Groups},
		Title: "A request with more members than the profile says is refused, and one with as many is not",
	}, Body: func(t *T) {
		n := t.Promises().Limits.MembersPerRequest
		said(t, n > 0)
		if n+1 > most {
			t.Skip("it would take %d users", n+1)
		}
		var users []*Resource
		for range n + 1 {
			doc := t.NewUser()
			users = append(users, t.GivenUnread(scim.UsersEndpoint, doc))
		}
		judged(t, t.Post(scim.GroupsEndpoint, t.NewGroup(Members(users[:n]...))), "limits.members-per-request").Status(201)
		a := judged(t, t.Post(scim.GroupsEndpoint, t.NewGroup(Members(users...))), "limits.members-per-request")
		a.Holds(refused(a), "status", "4xx", code(a), "a request with more members than the profile says is not refused")
	}},
	{Meta: Meta{
		ID: "promise.groups-per-user", Needs: []Feature{Groups, ReadMembers},
		Title: "A membership beyond the groups that a user can have is dropped without an error",
	}, Body: func(t *T) {
		n := t.Promises().Limits.GroupsPerUser
		said(t, n > 0)
		if n+1 > most {
			t.Skip("it would take %d groups", n+1)
		}
		u := t.GivenUser()
		for range n {
			t.GivenUnread(scim.GroupsEndpoint, t.NewGroup(Members(u)))
		}
		doc := t.NewGroup(Members(u))
		a := judged(t, t.Post(scim.GroupsEndpoint, doc), "limits.groups-per-user").Status(201)
		g := a.Created(scim.GroupsEndpoint, doc)
		judged(t, t.Get(g), "limits.groups-per-user").Judged().Status(200).HasNot("members")
	}},
	{Meta: Meta{
		ID: "promise.rate", Alone: true,
		Title: "As many requests as the profile says are answered without 429",
	}, Body: func(t *T) {
		r := t.Promises().Limits.Rate
		said(t, r.Requests > 0)
		if r.Requests > most {
			t.Skip("it would take %d requests at a time", r.Requests)
		}
		if r.Of == "writes" && !t.Has(Patch) {
			t.Skip("the target has no PATCH")
		}
		u := t.GivenUser()
		t.Wait(r.Per)
		before := t.Throttled()
		var calls []Call
		for i := range r.Requests {
			c := Call{Method: http.MethodGet, Path: u.Path()}
			if r.Of == "writes" {
				c = Call{Method: http.MethodPatch, Path: u.Path(), Body: Doc{"schemas": Values{scim.PatchOpURN}, "Operations": Values{
					Doc{"op": "replace", "path": "displayName", "value": fmt.Sprintf("Name %d", i)},
				}}}
			}
			calls = append(calls, c)
		}
		answers := t.Together(calls...)
		last := judged(t, answers[len(answers)-1], "limits.rate")
		n := t.Throttled() - before
		last.Holds(n == 0, "status", "no 429", fmt.Sprintf("%d times 429", n), "the target asks to wait before the rate of the profile is reached")
	}},
}

var userNameChecks = []Check{
	{Meta: Meta{
		ID:    "promise.user-name-form",
		Title: "A userName of another form than the profile says is refused",
	}, Body: func(t *T) {
		said(t, t.Promises().UserName.Form != "")
		t.GivenUser()
		a := judged(t, t.Post(scim.UsersEndpoint, t.NewUser(Set("userName", t.Tag()+"-nobody"))), "user-name.form")
		a.Holds(refused(a), "status", "4xx", code(a), "a userName that is no address is taken")
	}},
	{Meta: Meta{
		ID:    "promise.user-name-domain",
		Title: "A userName of a domain that is not registered is refused",
	}, Body: func(t *T) {
		said(t, len(t.Promises().UserName.Domains) > 0)
		t.GivenUser()
		a := judged(t, t.Post(scim.UsersEndpoint, t.NewUser(Set("userName", t.Tag()+"@scimtest.example.net"))), "user-name.domains")
		a.Holds(refused(a), "status", "4xx", code(a), "a userName of a domain that is not registered is taken")
	}},
	{Meta: Meta{
		ID:    "promise.deactivation",
		Title: "Who is set to active=false is kept or gone, as the profile says",
	}, Body: func(t *T) {
		p := t.Promises()
		said(t, p.Deactivation != "")
		u := t.GivenUser()
		deactivate(t, u, false).Arranging().Success()
		a := judged(t, t.Get(u).Judged(), "deactivation")
		inactive := a.Code() == http.StatusOK && strings.EqualFold(a.Text("active"), "false")
		gone := a.Code() == http.StatusNotFound || a.Code() == http.StatusGone
		ok, want := inactive, "200 with active false"
		switch p.Deactivation {
		case "gone":
			ok, want = gone, "404"
		case "either":
			ok, want = inactive || gone, "404, or 200 with active false"
		}
		got := code(a)
		if a.Code() == http.StatusOK {
			got += " with active " + a.Text("active")
		}
		a.Holds(ok, "active", want, got, "who is deactivated is not what the profile says")
		if ok && p.Deactivation == "inactive" {
			deactivate(t, u, true).Arranging().Success()
			again := judged(t, t.Get(u).Judged().Status(200), "deactivation")
			again.Holds(strings.EqualFold(again.Text("active"), "true"), "active", "true", again.Text("active"), "who is activated again is not active")
		}
	}},
}
