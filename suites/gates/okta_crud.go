package gates

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// oktaCRUD is Okta's "SCIM 2.0 CRUD Test" and the entitlements test. The first
// tells Okta to assign, rename, deactivate, activate and unassign, and looks at
// the target after each: the catalog app of the mock identity provider does
// what Okta is told, in Okta's words.
var oktaCRUD = []Check{
	{
		Meta: Meta{
			ID:      "okta-crud.life-of-a-user",
			Title:   "The target passes Okta's CRUD test",
			Sources: []Ref{{Key: "Okta-SCIM-20-CRUD-Test.json", Title: "github.com/okta/okta-developer-docs, standards/SCIM/SCIMFiles", Mark: mockidp.Documented}},
			Breaks:  []string{"OKTA-Q01", "OKTA-Q03", "OKTA-Q09", "OKTA-Q11", "OKTA-Q17", "OKTA-Q18", "OKTA-Q20"},
			Catches: []string{
				"filter-eq-finds-nothing", "create-empty-body", "put-501", "put-ignored", "patch-ignored", "patch-without-path-rejected",
				"patch-not-offered", "patch-deactivated-404", "inactive-hidden", "inactive-deleted", "inactive-is-final", "inactive-hidden-from-filter",
			},
		},
		Steps: func() []Step { return (&crud{}).steps() },
	},
	{
		Meta: Meta{
			ID:      "okta-crud.entitlements",
			Title:   "The list of entitlements is answered page by page",
			Sources: []Ref{{Key: "Okta-SCIM-20-Entitlements-Test.json", Title: "github.com/okta/okta-developer-docs, standards/SCIM/SCIMFiles", Mark: mockidp.Documented}},
		},
		Body: entitlements,
	},
}

// crud is what flows from step to step.
type crud struct {
	idp  *mockidp.Provider
	user mockidp.User
	id   string
}

func (c *crud) steps() []Step {
	steps := []Step{
		{ID: "assigned", Title: "Somebody who is assigned is found by userName, with name and e-mail address", Do: c.assigned},
		{ID: "renamed", Title: "A new given name arrives", Do: c.renamed},
		{ID: "deactivated", Title: "Somebody who is deactivated is kept, inactive" + beyond, Do: c.switched(false)},
		{ID: "activated", Title: "Somebody who is activated and assigned again is active, under the same id" + beyond, Do: c.switched(true)},
		{ID: "unassigned", Title: "Somebody who is unassigned is kept, inactive" + beyond, Do: c.switched(false)},
	}
	for i := range steps {
		steps[i].Independent = true
	}
	return steps
}

func (c *crud) assigned(t *T) {
	d, err := mockidp.Lookup("okta-oin", nil)
	if err != nil {
		t.Block("%v", err)
	}
	c.idp = mockidp.New(mockidp.Config{Dialect: d, Target: t.Doer()})
	c.user = mockidp.UserOf(d, "ada", t.Tag(), t.Person())
	if !done(t, "Okta", c.idp.Assign(t.Context(), c.user), false) {
		t.Stop()
	}
	a := t.List(scim.UsersEndpoint, plain(Filter(eq("userName", c.user.UserName)))...).Status(200)
	found := a.Page().Resources
	a.Holds(len(found) > 0, "Resources", "the user", "none", "somebody who was assigned is not found")
	if len(found) == 0 {
		return
	}
	c.id = found[0].ID()
	for _, sent := range [][2]string{
		{"userName", c.user.UserName}, {"emails.value", c.user.Email}, {"name.familyName", c.user.FamilyName}, {"name.givenName", c.user.GivenName},
	} {
		got := found[0].Get(sent[0]).String()
		a.Holds(got == sent[1], "Resources[0]."+sent[0], sent[1], got, sent[0]+" is not what was sent")
	}
}

func (c *crud) path() string { return scim.UsersEndpoint + "/" + url.PathEscape(c.id) }

func (c *crud) renamed(t *T) {
	after(t, "assigned", c.id != "")
	c.user.GivenName += "-Rae"
	ok := done(t, "Okta", c.idp.Update(t.Context(), c.user), false)
	if ok {
		fetch(t, c.path(), plain()...).Status(200).Equal("name.givenName", c.user.GivenName)
	}
}

// switched deactivates, or activates and assigns again.
func (c *crud) switched(on bool) func(*T) {
	return func(t *T) {
		after(t, "assigned", c.id != "")
		change := c.idp.Unassign
		if on {
			change = func(ctx context.Context, _ string) mockidp.Change { return c.idp.Assign(ctx, c.user) }
		}
		if done(t, "Okta", change(t.Context(), c.user.Key), false) {
			activeIs(fetch(t, c.path(), plain()...).Status(200), on)
		}
	}
}

// activeIs expects a user to be active, or not. The gates compare texts, so
// that a boolean in a string is good enough.
func activeIs(a *Answer, want bool) {
	word := map[bool]string{true: "true", false: "false"}[want]
	got := a.Text("active")
	if got == "" {
		got = "absent"
	}
	a.Holds(strings.EqualFold(got, word), "active", word, got, "active is not "+word)
}

// entitlements is for targets that have entitlements as resources. What they
// hold is the target's own and not looked at.
func entitlements(t *T) {
	endpoint := ""
	for _, rt := range t.Target().Types {
		if strings.EqualFold(rt.Name, "Entitlement") {
			endpoint = rt.Endpoint
		}
	}
	if endpoint == "" {
		t.Skip("ResourceTypes lists no Entitlement")
	}
	a := t.Fetch(endpoint, oktaGet(RawQuery("count=1&startIndex=1"))...).Status(http.StatusOK)
	names(a, scim.ListResponseURN)
	l := a.Page()
	a.Holds(len(l.Resources) > 0, "Resources", "an entitlement", "none", "the list of entitlements is empty")
	a.Holds(l.TotalResults >= 0, "totalResults", "a number", "none", "totalResults is not a number")
	a.Holds(l.StartIndex > 0, "startIndex", "a number", "none", "startIndex is not a number")
	a.Holds(l.ItemsPerPage == 1, "itemsPerPage", "1", a.Value("itemsPerPage").Raw, "itemsPerPage is not the number of entitlements on the page")
}
