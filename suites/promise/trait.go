package promise

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// traitChecks make a check of each way of its own that a product is known to
// have, by the word with which a deviation has the reference be like it.
func traitChecks() []Check {
	out := make([]Check, len(traits))
	for i, x := range traits {
		out[i] = Check{Meta: Meta{ID: "promise.trait." + x.word, Title: x.title, Needs: x.needs}, Body: func(t *T) {
			for _, d := range deviations(t) {
				if slices.Contains(d.Emulate, x.word) {
					x.see(t, func(a *Answer) *Answer { return bySource(a.Judged(), d.Source) })
					return
				}
			}
			said(t, false)
		}}
	}
	return out
}

// trait is a way of its own. see looks whether the target has it, and judges
// by the answer that it is given.
type trait struct {
	word, title string
	needs       []Feature
	see         func(t *T, judged func(*Answer) *Answer)
}

const outOfDate = "; is the profile out of date?"

var traits = []trait{
	{"list-lacks-members", "Lists show groups without members", []Feature{Groups}, func(t *T, judged func(*Answer) *Answer) {
		a, r := listed(t, t.GivenGroup(Members(t.GivenUser())))
		judged(a).Holds(!r.Has("members"), "members", "absent", "present", "a list shows the members of a group"+outOfDate)
	}},
	{"list-items-per-page-echoes-count", "itemsPerPage is the size of the page", nil, func(t *T, judged func(*Answer) *Answer) {
		u := t.GivenUser()
		if !t.Has(Filtering) {
			t.Skip("it takes a filter to have a page that is not full")
		}
		a := t.List(u.Endpoint, Filter("userName eq "+scim.Quote(u.Text("userName"))), Query("count", "7")).Arranging().Status(200)
		n := a.Value("itemsPerPage").Int()
		judged(a).Holds(n == 7, "itemsPerPage", "7", itoa(int(n)), "itemsPerPage is not the size of the page"+outOfDate)
	}},
	{"group-put-merges", "A PUT of a group keeps the displayName and the members that it does not name", []Feature{Groups, ReadMembers, PutMethod}, func(t *T, judged func(*Answer) *Answer) {
		g := t.GivenGroup(Members(t.GivenUser()))
		judged(t.Put(g, Doc{"schemas": Values{scim.GroupURN}, "externalId": t.Tag()})).Success()
		judged(t.Get(g)).Status(200).EqualFold("displayName", g.Text("displayName")).Has("members")
	}},
	{"enterprise-at-top-level", "An attribute of the enterprise extension is taken at the top level", []Feature{EnterpriseUser}, func(t *T, judged func(*Answer) *Answer) {
		t.Offers(scim.EnterpriseUserURN, "department")
		u := t.GivenUser(Set("department", "Hull"))
		judged(t.Get(u)).Status(200).EqualFold(scim.EnterpriseUserURN+":department", "Hull").HasNot("department")
	}},
	{"exclude-attributes-parameter", "The parameter excludeAttributes leaves attributes out", []Feature{Groups}, func(t *T, judged func(*Answer) *Answer) {
		g := t.GivenGroup(Set("externalId", t.Tag()))
		judged(t.Get(g, Query("excludeAttributes", "externalId"))).Status(200).HasNot("externalId")
	}},
	{"unknown-paths-ignored", "A PATCH of an attribute that is not kept is no error", []Feature{Patch}, func(t *T, judged func(*Answer) *Answer) {
		u := t.GivenUser()
		a := judged(t.Patch(u, Add("scimtestUnknown", "x")))
		a.Holds(a.Code()/100 == 2, "status", "2xx", code(a), "a PATCH of an attribute that is not kept is refused"+outOfDate)
	}},
	{"extensions-always-named", "schemas names the extensions that have no data", []Feature{EnterpriseUser}, func(t *T, judged func(*Answer) *Answer) {
		a := judged(t.Get(t.GivenUser())).Status(200)
		named := false
		for _, v := range a.Resource().Lookup("schemas") {
			named = named || strings.EqualFold(v.String(), scim.EnterpriseUserURN)
		}
		a.Holds(named, "schemas", scim.EnterpriseUserURN, "absent", "schemas does not name the extension"+outOfDate)
	}},
	{"times-in-seconds", "Times are in UTC, in whole seconds", nil, func(t *T, judged func(*Answer) *Answer) {
		a := judged(t.Get(t.GivenUser())).Status(200)
		matches(a, "meta.created", regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`), "a time in whole seconds")
	}},
	{"members-without-reference", "A member is shown with its value alone", []Feature{Groups, ReadMembers}, func(t *T, judged func(*Answer) *Answer) {
		a := judged(t.Get(t.GivenGroup(Members(t.GivenUser())))).Status(200).Has("members.value")
		a.HasNot("members.$ref", "members.type", "members.display")
	}},
	{"group-members-not-returned", "A group is shown without its members", []Feature{Groups}, func(t *T, judged func(*Answer) *Answer) {
		judged(t.Get(t.GivenGroup(Members(t.GivenUser())))).Status(200).HasNot("members")
	}},
	{"group-of-everyone", "A user is in a group that no client made", nil, func(t *T, judged func(*Answer) *Answer) {
		judged(t.Get(t.GivenUser())).Status(200).Has("groups")
	}},
	{"composite-ids", "An id is 13 lower-case letters and digits", nil, func(t *T, judged func(*Answer) *Answer) {
		matches(judged(t.Get(t.GivenUser())).Status(200), "id", regexp.MustCompile(`^[a-z0-9]{13}$`), "13 lower-case letters and digits")
	}},
	{"version-is-constant", "meta.version is 2.0 whatever changes", nil, func(t *T, judged func(*Answer) *Answer) {
		a := judged(t.Get(t.GivenUser())).Status(200)
		a.Equal("meta.version", "2.0")
	}},
	{"short-meta-in-lists", "The meta of a resource in a list holds location and resourceType alone", nil, func(t *T, judged func(*Answer) *Answer) {
		a, r := listed(t, t.GivenUser())
		judged(a).Holds(!r.Has("meta.created") && r.Has("meta.location"), "meta", "location and resourceType", "more, or less", "the meta in a list is another"+outOfDate)
	}},
	{"put-meta-short", "The meta of an answer to PUT holds lastModified and resourceType alone", []Feature{PutMethod}, func(t *T, judged func(*Answer) *Answer) {
		u := t.GivenUser()
		judged(t.Put(u, u.Sent)).Status(200).Has("meta.lastModified").HasNot("meta.created", "meta.location")
	}},
	{"create-without-active", "The answer to a create does not tell active", nil, func(t *T, judged func(*Answer) *Answer) {
		t.GivenUser()
		judged(t.Post(scim.UsersEndpoint, t.NewUser())).Status(201).HasNot("active")
	}},
	{"department-twice-in-lists", "Lists show the department at the top level, too", []Feature{EnterpriseUser}, func(t *T, judged func(*Answer) *Answer) {
		t.Offers(scim.EnterpriseUserURN, "department")
		a, r := listed(t, t.GivenUser(Enterprise("department", "Hull")))
		judged(a).Holds(r.Get("department").String() == "Hull", "department", "Hull", "absent", "a list does not show the department at the top level"+outOfDate)
	}},
	{"empty-names-in-lists", "Lists show no e-mail addresses as []", nil, func(t *T, judged func(*Answer) *Answer) {
		a, r := listed(t, t.GivenUser(Unset("emails")))
		judged(a).Holds(gjson.GetBytes(r.Raw(), "emails").IsArray(), "emails", "[]", "absent", "a list leaves out emails without values"+outOfDate)
	}},
	{"primary-email-required", "A user without a primary e-mail address is refused", nil, func(t *T, judged func(*Answer) *Answer) {
		t.GivenUser()
		doc := t.NewUser()
		p := t.Person()
		doc["emails"] = Values{Doc{"value": p.Email, "type": "work"}}
		a := judged(t.Post(scim.UsersEndpoint, doc))
		a.Holds(refused(a), "status", "4xx", code(a), "a user without a primary e-mail address is taken")
		if !t.Has(Patch) {
			return
		}
		u := t.GivenUser()
		a = judged(t.Patch(u, Remove("emails")))
		a.Holds(refused(a), "status", "4xx", code(a), "the primary e-mail address can be removed")
		judged(t.Get(u)).Status(200).Has("emails[primary eq true]")
	}},
	{"names-for-name", "The name of a user may be spelled names", nil, func(t *T, judged func(*Answer) *Answer) {
		t.Offers(scim.UserURN, "name.givenName")
		u := t.GivenUser(Unset("name"), Set("names", Doc{"givenName": "Nadia"}))
		judged(t.Get(u)).Status(200).EqualFold("name.givenName", "Nadia").HasNot("names")
		if t.Has(Patch) {
			judged(t.Patch(u, Replace("names.givenName", "Mila"))).Status(200, 204)
			judged(t.Get(u)).Status(200).EqualFold("name.givenName", "Mila")
		}
	}},
	{"divison-for-division", "The division of a user may be spelled divison", []Feature{EnterpriseUser}, func(t *T, judged func(*Answer) *Answer) {
		t.Offers(scim.EnterpriseUserURN, "division")
		u := t.GivenUser(Enterprise("divison", "Hull"))
		judged(t.Get(u)).Status(200).EqualFold(scim.EnterpriseUserURN+":division", "Hull").HasNot(scim.EnterpriseUserURN + ":divison")
	}},
	{"whole-members-refused", "A PATCH that removes all members at once is refused", []Feature{Groups, Patch}, func(t *T, judged func(*Answer) *Answer) {
		g := t.GivenGroup(Members(t.GivenUser()))
		a := judged(t.Patch(g, Remove("members")))
		a.Holds(refused(a), "status", "4xx", code(a), "a PATCH that removes all members is taken"+outOfDate)
	}},
	{"one-value-each", "A user has one e-mail address", nil, func(t *T, judged func(*Answer) *Answer) {
		t.GivenUser()
		doc := t.NewUser(Emails("work", "home"))
		a := t.Post(scim.UsersEndpoint, doc).TakenOrRefused(201)
		if a.Code() == http.StatusCreated {
			judged(t.Get(a.Created(scim.UsersEndpoint, doc))).Status(200).Count("emails", 1)
		}
	}},
	{"no-password", "A user has no password", []Feature{Discovery}, func(t *T, judged func(*Answer) *Answer) {
		a := judged(t.Fetch(scim.SchemasEndpoint + "/" + scim.UserURN)).Status(200)
		names := a.Has("attributes.name").Resource().Lookup("attributes.name")
		has := slices.ContainsFunc(names, func(v gjson.Result) bool { return strings.EqualFold(v.String(), "password") })
		a.Holds(!has, "attributes", "no password", "password", "the schema of users has a password"+outOfDate)
	}},
	{"attributes-ignored", "The parameter attributes has no effect", nil, func(t *T, judged func(*Answer) *Answer) {
		judged(t.Get(t.GivenUser(), Query("attributes", "userName"))).Status(200).Has("meta.location", "active")
	}},
	{"excluded-attributes-ignored", "The parameter excludedAttributes has no effect", nil, func(t *T, judged func(*Answer) *Answer) {
		judged(t.Get(t.GivenUser(), Query("excludedAttributes", "active"))).Status(200).Has("active")
	}},
	{"count-ignored", "The parameter count has no effect", nil, func(t *T, judged func(*Answer) *Answer) {
		t.GivenUsers(2)
		a := judged(t.List(scim.UsersEndpoint, Query("count", "1"))).Status(200)
		n := len(a.Page().Resources)
		a.Holds(n > 1, "Resources", "more than 1", itoa(n), "count bounds the page"+outOfDate)
	}},
}

// matches expects a text of a form.
func matches(a *Answer, path string, form *regexp.Regexp, want string) {
	got := a.Text(path)
	a.Holds(form.MatchString(got), path, want, "another", path+" has another form"+outOfDate)
}
