package rfc

import (
	"net/url"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7643 section 2.3.7: a reference can be followed. Only what lies below
// our own base URL is, since the credentials go nowhere else.
var referenceChecks = []Check{
	{Meta: Meta{
		ID: "reference.meta-location-answers", Level: Must,
		Title:    "GET of the meta.location of a user answers the user",
		Requires: []string{"7643-2.3.7-07"}, Breaks: []string{"OKTA-Q49"},
		Catches: []string{"meta-location-other-endpoint"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "meta.location")
		follow(t, u.Body.Get("meta.location").String(), u)
	}},
	{Meta: Meta{
		ID: "reference.member-answers", Level: Must,
		Title:    "GET of the $ref of a member of a group answers the member",
		Requires: []string{"7643-2.3.7-07"}, Needs: []Feature{Groups, ReadMembers},
		Catches: []string{"member-ref-dead"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		g := keeps(t, groupOf(t, u), "members.$ref")
		follow(t, g.Body.Get("members.$ref").String(), u)
	}},
	{Meta: Meta{
		ID: "reference.group-of-user-answers", Level: Must,
		Title:    "GET of the $ref of a group of a user answers the group",
		Requires: []string{"7643-2.3.7-07", "7643-4.1.2-25"}, Needs: []Feature{Groups, ReadMembers},
		Catches: []string{"group-ref-dead"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		g := groupOf(t, u)
		a := t.Get(u).Status(200)
		ref := a.Text(`groups[value eq ` + scim.Quote(g.ID) + `].$ref`)
		if ref == "" {
			t.Skip("the target shows no $ref of the groups of a user")
		}
		follow(t, ref, g)
	}},
	{Meta: Meta{
		ID: "reference.manager-answers", Level: Must,
		Title:    "GET of the $ref of a manager answers the manager",
		Requires: []string{"7643-2.3.7-07"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"manager-ref-dead"},
	}, Body: func(t *T) {
		boss, u := managed(t)
		keeps(t, u, enterprise("manager.$ref"))
		follow(t, u.Body.Get(enterprise("manager.$ref")).String(), boss)
	}},
	{Meta: Meta{
		ID: "reference.manager-has-ref", Level: Should,
		Title:    "A manager is shown with its URI in $ref",
		Requires: []string{"7643-4.3-09"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"manager-ref-missing", "manager-ref-of-user"},
	}, Body: func(t *T) {
		boss, u := managed(t)
		a := t.Get(u).Status(200).Has(enterprise("manager.$ref"))
		ref := a.Text(enterprise("manager.$ref"))
		a.Holds(ref == "" || locates(ref, boss), enterprise("manager.$ref"), "the URI of the manager", ref, "$ref of a manager is another URI")
	}},
	{Meta: Meta{
		ID: "reference.manager-has-value", Level: Should,
		Title:    "A manager is shown with its id in value",
		Requires: []string{"7643-4.3-08", "7643-4.3-07"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"manager-value-missing"},
	}, Body: func(t *T) {
		boss, u := managed(t)
		t.Get(u).Status(200).Equal(enterprise("manager.value"), boss.ID)
	}},
	{Meta: Meta{
		ID: "reference.relative-to-service-root", Level: Must,
		Title:    "A relative reference leads to its target from the base URL",
		Requires: []string{"7643-2.3.7-03", "7643-2.3.7-02"},
		Catches:  []string{"meta-location-relative-to-endpoint", "member-ref-relative-to-endpoint"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		refs := []string{u.Body.Get("meta.location").String()}
		if t.Has(Groups) && t.Has(ReadMembers) {
			refs = append(refs, t.GivenGroup(Members(u)).Body.Get("members.$ref").String())
		}
		followed := false
		for _, ref := range refs {
			if at, err := url.Parse(ref); ref != "" && err == nil && !at.IsAbs() && at.Host == "" {
				followed = true
				follow(t, ref, u)
			}
		}
		if !followed {
			t.Skip("the target gives absolute references")
		}
	}},
}

// managed arranges a user with a manager that is shown.
func managed(t *T) (boss, u *Resource) {
	t.Offers(scim.EnterpriseUserURN, "manager", "manager.value")
	boss = t.GivenUser()
	return boss, keeps(t, t.GivenUser(Enterprise("manager", boss.Ref())), enterprise("manager"))
}

// follow expects that a GET of the reference answers the resource, or why it
// does not. What lies elsewhere is not asked.
func follow(t *T, ref string, to *Resource) {
	path, below := belowBase(t.BaseURL(), ref)
	if !below {
		t.Skip("the reference lies elsewhere than the base URL")
	}
	if a := t.Fetch(path).Status(200, 301, 302, 303, 307, 308, 401, 403); a.Code() == 200 {
		a.Equal("id", to.ID)
	}
}

// belowBase is the path of a reference below the base URL. A relative one is
// read as it is meant (RFC 7643 section 2.3.7): from the service root, or as a
// path that begins with that of the base URL; ../ as in RFC 7643 section 8.3
// leaves the endpoint.
func belowBase(base, ref string) (path string, below bool) {
	b, err := url.Parse(base)
	if err != nil {
		return "", false
	}
	u, err := url.Parse(ref)
	if err != nil || ref == "" {
		return "", false
	}
	if u.Host != "" && (!strings.EqualFold(u.Host, b.Host) || u.Scheme != "" && !strings.EqualFold(u.Scheme, b.Scheme)) || u.Opaque != "" {
		return "", false
	}
	root := strings.TrimSuffix(b.EscapedPath(), "/") + "/"
	path, below = strings.CutPrefix(u.EscapedPath(), root)
	switch {
	case below:
	case u.Host != "" || u.Scheme != "":
		return "", false
	default:
		path = strings.TrimLeft(path, "/")
		for strings.HasPrefix(path, "../") || strings.HasPrefix(path, "./") {
			_, path, _ = strings.Cut(path, "/")
		}
	}
	return "/" + path, path != "" && !strings.Contains("/"+path+"/", "/../")
}
