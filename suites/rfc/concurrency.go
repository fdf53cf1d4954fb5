package rfc

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The RFCs have no section on requests that come at the same time: what each
// of them promises holds also then. Each check sees first that the target does
// one after the other what it then asks for at once, so that what it finds is
// lost between the requests. A refusal is honest (409, 412, 429, 503), and what
// was refused need not be there.
var concurrencyChecks = []Check{
	{Meta: Meta{
		ID: "concurrency.members-added-together", Level: Must, Alone: true,
		Title:    "Members that are added to a group at the same time are all there",
		Requires: []string{"7644-3.5.2.1-06", "7643-4.2-04"}, Needs: []Feature{Groups, Patch, ReadMembers},
		Catches: []string{"patch-loses-updates"},
	}, Body: func(t *T) {
		g := groupOf(t, t.GivenUser())
		users := givenMany(t, 1+atOnce)
		t.Patch(g, Add("members", refs(users[:1]))).Arranging().Status(200, 204)
		settled(t, g).Arranging().Status(200).Has(member(users[0]))
		users = users[1:]
		calls := make([]Call, len(users))
		for i, u := range users {
			calls[i] = patchCall(g, Add("members", Values{u.Ref()}))
		}
		answers := t.Together(calls...)
		a := settled(t, g).Status(200)
		lost := 0
		for _, i := range done(answers) {
			if !refersTo(a, "members", users[i]) {
				lost++
			}
		}
		a.Holds(lost == 0, "members", "every member whose add was answered with success", fmt.Sprintf("%s of them missing", some(lost)),
			"members that were added at the same time are lost")
		noServerError(answers)
	}},
	{Meta: Meta{
		ID: "concurrency.attributes-patched-together", Level: Must, Alone: true,
		Title:    "PATCHes of different attributes of a user at the same time all take effect",
		Requires: []string{"7644-3.5.2.3-02", "7644-3.5.2.1-07"}, Needs: []Feature{Patch},
		Catches: []string{"patch-loses-updates"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		names := patched(t, u, "displayName", "title", "nickName")
		var calls []Call
		for _, name := range names {
			calls = append(calls, patchCall(u, Replace(name, "Second "+name)))
		}
		answers := t.Together(calls...)
		a := settled(t, u).Status(200)
		var lost []string
		for _, i := range done(answers) {
			if !strings.EqualFold(a.Text(names[i]), "Second "+names[i]) {
				lost = append(lost, names[i])
			}
		}
		a.Holds(len(lost) == 0, strings.Join(names, ", "), "the new value of each whose PATCH was answered with success", "the old value of "+strings.Join(lost, ", "),
			"changes of different attributes at the same time are lost")
		noServerError(answers)
	}},
	{Meta: Meta{
		ID: "concurrency.user-name-created-together", Level: Must, Alone: true,
		Title:    "Of two creates of one userName at the same time one is done and the other refused with 409",
		Requires: []string{"7644-3.3-11", "7643-4.1.1-02"},
		Catches:  []string{"create-checks-uniqueness-early", "create-race-500"},
	}, Body: func(t *T) {
		first := t.GivenUser()
		refusal := t.Post(scim.UsersEndpoint, t.NewUser(Set("userName", first.Text("userName"))))
		if refusal.Code()/100 != 4 {
			t.Skip("the target does not refuse a userName that is in use with 4xx: there is nothing to be kept at the same time")
		}
		doc := t.NewUser()
		other := t.NewUser(Set("userName", doc["userName"]))
		answers := t.Together(
			Call{Method: http.MethodPost, Path: scim.UsersEndpoint, Body: doc}, Call{Method: http.MethodPost, Path: scim.UsersEndpoint, Body: other})
		created := done(answers)
		last := answers[1]
		last.Holds(len(created) == 1, "status", "201 once", "201 twice", "two creates of one userName at the same time are both done")
		if t.Has(Filtering) {
			found := t.List(scim.UsersEndpoint, Filter(eq("userName", doc["userName"].(string))))
			if found.Code() != 400 { // a filter that is not supported may be refused
				// None is right as well where an index is late.
				found.Status(200).Holds(len(found.All().IDs()) <= 1, "Resources", "one user", "more than one",
					"two creates of one userName at the same time leave two users")
			}
		}
		honest := []int{409, 429, 503}
		if !slices.Contains(honest, refusal.Code()) { // that word is judged where one comes after the other
			honest = append(honest, refusal.Code())
		}
		for _, a := range answers {
			if a.Code()/100 != 2 {
				a.Status(honest...)
			}
		}
	}},
	{Meta: Meta{
		ID: "concurrency.one-version-wins-once", Level: Must, Alone: true,
		Title:    "Of PATCHes at the same time with one ETag in If-Match one at most is done",
		Requires: []string{"7644-3.14-08"}, Needs: []Feature{ETag, Patch},
		Catches: []string{"if-match-checked-early"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, tag := versioned(t)
		t.PatchWith(u, rename, Header("If-Match", tag)).Arranging().Status(200, 204)
		if t.PatchWith(u, []scim.PatchOperation{Replace("displayName", "South Star")}, Header("If-Match", tag)).Code()/100 == 2 {
			t.Skip("the target takes an ETag once more right after a change: it can be no judge of what comes first")
		}
		tag = settled(t, u).Arranging().Status(200).HasHeader("ETag").HeaderValue("ETag")
		var calls []Call
		for _, name := range []string{"Alpha", "Beta", "Gamma", "Delta"} {
			calls = append(calls, patchCall(u, Replace("displayName", name), Header("If-Match", tag)))
		}
		answers := t.Together(calls...)
		winners := done(answers)
		answers[len(answers)-1].Holds(len(winners) == 1, "status", "success once", "success more than once",
			"PATCHes at the same time with one ETag in If-Match are done more than once")
		noServerError(answers)
	}},
}

// atOnce is how many requests are sent at the same time where any number would
// do.
const atOnce = 8

// patchCall is a PATCH to be sent beside others.
func patchCall(r *Resource, op scim.PatchOperation, options ...Option) Call {
	body := RawBody(scim.MediaType, string(scim.PatchBody(op)))
	return Call{Method: http.MethodPatch, Path: r.Path(), Options: append([]Option{body}, options...)}
}

// settled reads a resource that several requests have changed: when the target
// needs time to settle it waits the whole of it, since one change that shows
// tells nothing of the others.
func settled(t *T, r *Resource) *Answer {
	t.Wait(t.SettlesByID())
	return t.Fetch(r.Path())
}

// done lists which of the answers are a success. The check is blocked when
// none is: then nothing was put to the test.
func done(answers []*Answer) []int {
	var out []int
	for i, a := range answers {
		if a.Code()/100 == 2 {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		answers[len(answers)-1].Arranging().Success()
	}
	return out
}

// noServerError expects that what was refused was not refused with an error of
// the service provider itself; that is advisory.
func noServerError(answers []*Answer) {
	for _, a := range answers {
		if a.Code() != http.StatusServiceUnavailable {
			a.Advisory().NoServerError()
		}
	}
}

// some words a number that differs from run to run.
func some(n int) string {
	if n == 0 {
		return "none"
	}
	return "some"
}

// patched lists those of the attributes that the target lists as writable and
// that a PATCH of all of them changes, as a read shows. The check does not
// apply where there are fewer than two.
func patched(t *T, u *Resource, names ...string) []string {
	var operations []scim.PatchOperation
	for _, name := range names {
		a, listed := t.Target().Attribute(scim.UserURN, name)
		writable := a.Mutability == "" || a.Mutability == "readWrite"
		if listed && writable || len(t.Target().Schemas) == 0 {
			operations = append(operations, Replace(name, "First "+name))
		}
	}
	if len(operations) < 2 {
		t.Skip("the target's schemas list fewer than two of the attributes that the check can change")
	}
	t.Patch(u, operations...).Arranging().Status(200, 204)
	read := settled(t, u).Arranging().Status(200)
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.EqualFold(read.Text(name), "First "+name) })
	if len(names) < 2 {
		t.Skip("the target changes fewer than two of the attributes, also when they are patched alone")
	}
	return names
}
