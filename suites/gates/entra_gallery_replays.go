package gates

import (
	"net/http"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// postman is where the requests of Microsoft's collections are documented.
// They are samples and no gate: what they find is advisory.
func postman(title string) []Ref {
	return []Ref{{Key: "Microsoft's Postman collections, " + title, Title: "github.com/AzureAD/SCIMReferenceCode", Mark: "documented"}}
}

// galleryReplays are requests of Microsoft's Postman collections that have
// forms of their own. Filters are narrowed to what this run created, where
// they would show what is others'.
var galleryReplays = samples([]Check{
	{Meta: Meta{
		ID: "entra-gallery.replay-remove-one-member", Sources: postman("Group tests"), Needs: []Feature{Groups, ReadMembers},
		Title:   "PATCH remove with a filter takes one member away",
		Breaks:  []string{"E51"},
		Catches: []string{"patch-remove-filter-ignored", "patch-remove-clears-attribute"},
	}, Body: func(t *T) {
		two := t.GivenUsers(2)
		g := t.GivenGroup(Members(two...))
		patch(t, g, Remove("members["+eq("value", two[0].ID)+"]"))
		members(fetch(t, g.Path(), plain()...), two[1])
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-remove-all-members", Sources: postman("Group tests"), Needs: []Feature{Groups, ReadMembers},
		Title:   "PATCH remove of members empties a group",
		Catches: []string{"patch-remove-ignored", "patch-remove-list-removes-first"},
	}, Body: func(t *T) {
		two := t.GivenUsers(2)
		g := t.GivenGroup(Members(two...))
		patch(t, g, Remove("members"))
		members(fetch(t, g.Path(), plain()...))
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-add-member", Sources: postman("Group tests"), Needs: []Feature{Groups, ReadMembers},
		Title:   "PATCH add of a list of objects adds members",
		Breaks:  []string{"E52"},
		Catches: []string{"patch-ignored", "patch-add-overwrites-list"},
	}, Body: func(t *T) {
		two := t.GivenUsers(2)
		g := t.GivenGroup(Members(two[0]))
		patch(t, g, Add("members", Values{two[1].Ref()}))
		members(fetch(t, g.Path(), plain()...), two...)
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-add-member-as-text", Sources: postman("Group tests, SCIMReferenceCode issue 24"), Needs: []Feature{Groups, ReadMembers},
		Title:   "PATCH add of a member as a bare text is refused or done, and harms nobody",
		Breaks:  []string{"E62"},
		Catches: []string{"patch-stores-wrong-type"},
	}, Body: func(t *T) {
		two := t.GivenUsers(2)
		g := t.GivenGroup(Members(two[0]))
		t.PatchWith(g, []scim.PatchOperation{Add("members", two[1].ID)}, plain(bodies)...).NoServerError()
		a := fetch(t, g.Path(), plain()...).Status(200)
		there := []*Resource{two[0]}
		if len(a.Resource().Lookup("members")) > 1 {
			there = two
		}
		members(a, there...)
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-active-as-text", Sources: postman("User tests"),
		Title:   `POST with active "True" makes a user whose active is the boolean true` + beyond,
		Breaks:  []string{"E24"},
		Catches: []string{"active-as-string", "create-forces-inactive", "boolean-as-number"},
	}, Body: func(t *T) {
		doc := t.NewUser(Set("active", "True"))
		t.Post(scim.UsersEndpoint, doc, plain(bodies)...).Status(http.StatusCreated).Equal("active", true)
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-unknown-attribute", Sources: postman("tests with garbage"), Needs: []Feature{PutMethod},
		Title:   "PUT with a misspelt attribute is answered with 200, and the attribute is dropped",
		Catches: []string{"put-501", "put-answers-204", "put-answers-201"},
	}, Body: func(t *T) {
		doc := t.NewUser()
		u := t.Given(scim.UsersEndpoint, doc)
		doc["displlayName"] = "Misspelt"
		t.Put(u, doc, plain(bodies)...).Status(http.StatusOK)
		fetch(t, u.Path(), plain()...).Status(200).HasNot("displlayName").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-filter-with-or", Sources: postman("Complex attribute tests"),
		Title:   "A filter with and, or, parentheses and names in another letter case finds the right users",
		Catches: []string{"filter-parentheses-ignored", "filter-names-case-sensitive", "filter-or-left-only", "filter-ignored"},
	}, Body: func(t *T) {
		needs(t, scim.UserURN, "emails.value")
		needs(t, scim.UserURN, "name.familyName")
		family := "Employee" + t.Tag()
		named := func(domain string) *Resource {
			p := t.Person()
			return t.GivenUser(Set("userName", p.UserName), Set("name.familyName", family),
				Set("emails", Values{Doc{"value": strings.SplitN(p.Email, "@", 2)[0] + "@" + domain + "." + t.UserDomain(), "type": "work"}}))
		}
		a, b := named("first"), named("second")
		named("third")
		t.GivenUser(Set("emails", Values{Doc{"value": "other." + t.Tag() + "@second." + t.UserDomain(), "type": "work"}}))
		query := eq("name.FamilyName", family) + ` and (emails.Value co "@first." or emails.Value co "@second.")`
		found := t.List(scim.UsersEndpoint, plain(Filter(query))...).Status(200)
		for _, id := range found.IDs() {
			found.Holds(id == a.ID || id == b.ID, "Resources", "2 users", "another user", "the answer holds a user that does not fulfil the query")
		}
		found.Equal("totalResults", 2)
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-filter-sw", Sources: postman("User tests"),
		Title:   "A filter with sw finds the users whose userName begins so",
		Catches: []string{"filter-sw-as-co", "filter-ignored", "filter-sw-without-equal"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.GivenUser(Set("userName", "x."+u.Text("userName")))
		t.List(scim.UsersEndpoint, plain(Filter(`userName sw `+scim.Quote(u.Text("userName"))))...).Status(200).Finds(u)
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-filter-created", Sources: postman("User tests"),
		Title:   "A filter with gt on meta.Created finds who was created later",
		Catches: []string{"filter-time-never", "filter-names-case-sensitive"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		if !u.Body.Has("meta.created") {
			t.Skip("the target does not tell meta.created")
		}
		t.List(scim.UsersEndpoint, plain(Filter(`meta.Created gt "2011-05-13T04:42:34Z" and `+t.Mine()))...).Status(200).Finds(u)
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-full-sync", Alone: true, Sources: postman("SCIM Inbound"),
		Title:   "A full sync by active and meta.lastModified is answered page by page, without who is inactive",
		Catches: []string{"filter-ignored", "filter-time-never", "filter-boolean-as-string"},
	}, Body: func(t *T) { inbound(t, "count=5&startIndex=1", "count=5&startIndex=6") }},
	{Meta: Meta{
		ID: "entra-gallery.replay-delta-sync", Alone: true, Sources: postman("SCIM Inbound"),
		Title:   "A delta sync with startindex in lower case, and 0, is answered without who is inactive",
		Catches: []string{"filter-ignored", "filter-time-never", "filter-boolean-as-string", "unknown-parameter-400"},
	}, Body: func(t *T) { inbound(t, "count=100&startindex=0") }},
	{Meta: Meta{
		ID: "entra-gallery.replay-connection-test", Sources: postman("SCIM Inbound"),
		Title:   "The list of users is answered with one user for count=1",
		Catches: []string{"list-500", "count-ignored"},
	}, Body: func(t *T) {
		t.GivenUsers(2)
		a := t.List(scim.UsersEndpoint, plain(RawQuery("count=1"))...).Status(200)
		a.Holds(len(a.Page().Resources) == 1, "Resources", "one", quantity(len(a.Page().Resources)), "count=1 is not answered with one user")
	}},
	{Meta: Meta{
		ID: "entra-gallery.replay-filter-id", Sources: postman("SCIM Inbound"),
		Title:   "A user is found by a filter on its id",
		Breaks:  []string{"E13"},
		Catches: []string{"filter-common-attributes-unknown", "filter-ignored"},
	}, Body: func(t *T) {
		u := t.GivenUsers(2)[0]
		t.List(scim.UsersEndpoint, plain(Filter(eq("id", u.ID)))...).Status(200).Finds(u)
	}},
})

func samples(list []Check) []Check {
	for i := range list {
		list[i].Level = Should
		list[i].Title += " (sample, no gate)"
	}
	return list
}

// inbound sends the query of a sync from the watermark, which selects by active
// and the time of the last change, over all users. One of ours is active and
// may be on any page, one is inactive and must be on none.
func inbound(t *T, pages ...string) {
	active, inactive := t.GivenUser(), t.GivenUser(Set("active", false))
	if inactive.Body.Get("active").String() != "false" {
		t.Skip("the target does not keep a user inactive that is created so")
	}
	until := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Format("2006-01-02T15:04:05.0000000Z")
	filter := `active eq true and (meta.lastModified ge "0001-01-03T00:00:00.0000000Z" and meta.lastModified le "` + until + `")`
	total := 0
	for i, page := range pages {
		a := t.List(scim.UsersEndpoint, plain(Filter(filter), func(r *scim.Request) { r.RawQuery += "&" + page })...).Status(200)
		l := a.Page().TotalResults
		a.Holds(l >= 1, "totalResults", "1 or more", "none", "a sync finds nobody, and there is "+active.Type+" to be found")
		a.Holds(i == 0 || l == total, "totalResults", "as on the first page", "another number", "totalResults differs from page to page")
		a.Lacks(inactive)
		total = l
	}
}
