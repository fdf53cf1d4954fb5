package rfc

import (
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 sections 3.4.2.5 and 3.9.
var projectionChecks = []Check{
	{Meta: Meta{
		ID: "projection.attributes", Level: Must,
		Title:    "A GET with attributes gives the named attribute and not the others",
		Requires: []string{"7644-3.4.2.5-02", "7644-3.4.2.5-04", "7644-3.9-03", "7644-3.4.2.5-01", "7644-3.10-02"},
		Catches:  []string{"attributes-ignored"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Get(u, Query("attributes", "userName")).Status(200).Has("userName").HasNot(hidden(t, u)...)
	}},
	{Meta: Meta{
		ID: "projection.attributes-keep-the-id", Level: Must,
		Title:    "A GET with attributes gives the id, which is always returned",
		Requires: []string{"7644-3.9-04", "7643-7-30"},
		Catches:  []string{"projection-drops-id"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Get(u, Query("attributes", "userName")).Status(200).Equal("id", u.ID).Has("userName")
	}},
	{Meta: Meta{
		ID: "projection.attributes-list", Level: Must,
		Title:    "A GET with several attributes, separated by commas, gives them and not the others",
		Requires: []string{"7644-3.9-05", "7644-3.9-06"},
		Catches:  []string{"attributes-ignored", "attributes-first-only"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name", "displayName")
		u := keeps(t, t.GivenUser(), "name", "displayName")
		t.Get(u, Query("attributes", "userName,displayName")).Status(200).Has("userName", "displayName").HasNot(defaults(t, "name", "emails")...)
	}},
	{Meta: Meta{
		ID: "projection.attributes-sub-attribute", Level: Must,
		Title:    "A GET with the attribute name.givenName gives this part of the name and no other attribute",
		Requires: []string{"7644-3.9-05", "7644-3.9-03", "7644-3.4.2.5-05"},
		Catches:  []string{"attributes-ignored", "attributes-sub-attribute-dropped"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.givenName", "name.familyName")
		u := keeps(t, t.GivenUser(), "name.givenName", "name.familyName", "emails.value")
		t.Get(u, Query("attributes", "name.givenName")).Status(200).Has("name.givenName").HasNot(defaults(t, "emails")...)
	}},
	{Meta: Meta{
		// Which other parts come along the RFC does not say (7644-3.9-05).
		ID: "projection.attributes-sub-attribute-alone", Level: Should,
		Title:    "A GET with the attribute name.givenName gives no other part of the name",
		Requires: []string{"7644-3.9-05", "7644-3.4.2.5-05"},
		Catches:  []string{"attributes-ignored", "attributes-sub-attribute-whole"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.givenName", "name.familyName")
		u := keeps(t, t.GivenUser(), "name.givenName", "name.familyName")
		t.Get(u, Query("attributes", "name.givenName")).Status(200).Has("name.givenName").HasNot(defaults(t, "name.familyName")...)
	}},
	{Meta: Meta{
		ID: "projection.attributes-with-urn", Level: Must,
		Title:    "attributes may name an attribute with the URN of its schema",
		Requires: []string{"7644-3.10-01", "7644-3.4.2.5-05"},
		Catches:  []string{"attributes-ignored", "projection-urn-unknown", "projection-urn-gives-nothing"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Get(u, Query("attributes", scim.UserURN+":userName")).Status(200).Has("userName").HasNot(hidden(t, u)...)
	}},
	{Meta: Meta{
		ID: "projection.attributes-of-extension", Level: Must,
		Title:    "attributes may name an attribute of an extension",
		Requires: []string{"7644-3.9-05", "7644-3.4.2.5-05"}, Needs: []Feature{EnterpriseUser},
		Catches: []string{"attributes-ignored", "projection-extension-unknown"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department", "costCenter")
		u := keeps(t, t.GivenUser(Enterprise("department", "North"), Enterprise("costCenter", "12")), enterprise("department"), enterprise("costCenter"))
		t.Get(u, Query("attributes", enterprise("department"))).Status(200).
			EqualFold(enterprise("department"), "North").HasNot(enterprise("costCenter")).HasNot(defaults(t, "emails")...)
	}},
	{Meta: Meta{
		ID: "projection.attributes-ignore-case", Level: Must,
		Title:    "The names in attributes are compared without regard to case",
		Requires: []string{"7644-3.10-05", "7643-2.1-02"},
		Catches:  []string{"attributes-ignored", "projection-names-case-sensitive"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		t.Get(u, Query("attributes", "DISPLAYNAME")).Status(200).Has("displayName").HasNot(defaults(t, "name", "emails")...)
	}},
	{Meta: Meta{
		ID: "projection.unknown-attribute", Level: Should,
		Title:    "A name in attributes that no schema knows is ignored",
		Requires: []string{"7644-3.9-06"},
		Catches:  []string{"projection-unknown-400", "projection-unknown-shows-all"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Get(u, Query("attributes", "userName,scimtestNoSuchAttribute")).Status(200).Has("userName").HasNot(hidden(t, u)...)
	}},
	{Meta: Meta{
		ID: "projection.never-returned", Level: Must,
		Title:    "A password is not returned even when attributes names it",
		Requires: []string{"7643-7-31", "7643-7-29"},
		Catches:  []string{"password-returned-when-asked"},
	}, Body: func(t *T) {
		takesPasswords(t)
		u := t.GivenUser(func(d Doc) { d["password"] = t.Person().Password })
		t.Get(u, Query("attributes", "userName,password")).Status(200).Has("userName").HasNot("password")
	}},
	{Meta: Meta{
		ID: "projection.excluded-attributes", Level: Must,
		Title:    "A GET with excludedAttributes leaves out the named attribute and keeps the others",
		Requires: []string{"7644-3.4.2.5-03", "7644-3.9-08", "7644-3.4.2.5-01"},
		Catches:  []string{"excluded-attributes-ignored", "excluded-attributes-as-attributes"},
	}, Body: func(t *T) {
		excludable(t, "emails")
		u := keeps(t, t.GivenUser(), "emails", "userName", "name")
		t.Get(u, Query("excludedAttributes", "emails")).Status(200).HasNot("emails").Has("id", "userName", "name")
	}},
	{Meta: Meta{
		ID: "projection.excluded-attributes-list", Level: Must,
		Title:    "excludedAttributes takes several names, separated by commas",
		Requires: []string{"7644-3.9-08", "7644-3.9-09"},
		Catches:  []string{"excluded-attributes-ignored", "attributes-first-only"},
	}, Body: func(t *T) {
		excludable(t, "emails", "name")
		u := keeps(t, t.GivenUser(), "emails", "name", "displayName")
		t.Get(u, Query("excludedAttributes", "emails,name")).Status(200).HasNot("emails", "name").Has("userName", "displayName")
	}},
	{Meta: Meta{
		ID: "projection.excluded-sub-attribute", Level: Must,
		Title:    "A GET with the excluded attribute name.familyName leaves out this part of the name alone",
		Requires: []string{"7644-3.4.2.5-03", "7644-3.4.2.5-07"},
		Catches:  []string{"excluded-attributes-ignored", "excluded-sub-attribute-drops-whole"},
	}, Body: func(t *T) {
		excludable(t, "name.familyName")
		t.Offers(scim.UserURN, "name.givenName")
		u := keeps(t, t.GivenUser(), "name.givenName", "name.familyName")
		t.Get(u, Query("excludedAttributes", "name.familyName")).Status(200).HasNot("name.familyName").Has("name.givenName")
	}},
	{Meta: Meta{
		ID: "projection.id-cannot-be-excluded", Level: Must,
		Title:    "excludedAttributes does not remove the id",
		Requires: []string{"7644-3.4.2.5-06", "7644-3.9-07"},
		Catches:  []string{"excluded-attributes-drop-id"},
	}, Body: func(t *T) {
		excludable(t, "emails")
		u := keeps(t, t.GivenUser(), "emails")
		a := t.Get(u, Query("excludedAttributes", "id,emails")).Status(200).Equal("id", u.ID)
		// Where the parameter excludes nothing, keeping the id proves nothing.
		if !t.Failed() {
			a.Arranging().HasNot("emails")
		}
	}},
	{Meta: Meta{
		ID: "projection.group-without-members", Level: Must,
		Title:    "A group is read without its members when excludedAttributes names them",
		Requires: []string{"7644-3.4.2.5-03"}, Needs: []Feature{Groups, ReadMembers},
		Breaks:  []string{"E11"},
		Catches: []string{"excluded-attributes-ignored"},
	}, Body: func(t *T) {
		if a, ok := t.Target().Attribute(scim.GroupURN, "members"); ok && a.Returned != "default" {
			t.Skip("the target's schemas say that members is returned: %s", a.Returned)
		}
		g := keeps(t, t.GivenGroup(Members(t.GivenUser())), "members")
		t.Get(g, Query("excludedAttributes", "members")).Status(200).HasNot("members").EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "projection.list", Level: Must,
		Title:    "A list with attributes gives the named attribute of each resource and not the others",
		Requires: []string{"7644-3.4.2.5-02", "7644-3.9-03", "7644-3.9-04", "7644-3.4.2-01"}, Needs: []Feature{Filtering},
		Catches: []string{"attributes-ignored", "attributes-ignored-in-lists"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.List(scim.UsersEndpoint, Filter(eq("userName", u.Text("userName"))), Query("attributes", "userName")).Supported().Finds(u)
		a.Has("Resources.userName", "Resources.id").HasNot(within("Resources.", hidden(t, u))...)
	}},
	{Meta: Meta{
		ID: "projection.list-without-members", Level: Must,
		Title:    "Groups are listed without their members when excludedAttributes names them",
		Requires: []string{"7644-3.4.2.5-03", "7644-3.9-08"}, Needs: []Feature{Groups, Filtering, ReadMembers},
		Breaks:  []string{"E12"},
		Catches: []string{"excluded-attributes-ignored", "attributes-ignored-in-lists"},
	}, Body: func(t *T) {
		if a, ok := t.Target().Attribute(scim.GroupURN, "members"); ok && a.Returned != "default" {
			t.Skip("the target's schemas say that members is returned: %s", a.Returned)
		}
		g := keeps(t, t.GivenGroup(Members(t.GivenUser())), "members")
		a := t.List(scim.GroupsEndpoint, Filter(eq("displayName", g.Text("displayName"))), Query("excludedAttributes", "members")).Supported().Finds(g)
		a.HasNot("Resources.members").Has("Resources.displayName")
	}},
	{Meta: Meta{
		ID: "projection.post", Level: Should,
		Title:    "The answer to a POST with attributes gives the named attribute and not the others",
		Requires: []string{"7644-3.9-02"},
		Catches:  []string{"attributes-ignored", "attributes-ignored-on-writes", "projection-of-create-gives-too-little"},
	}, Body: func(t *T) {
		doc := t.NewUser()
		a := t.Post(scim.UsersEndpoint, doc, Query("attributes", "userName")).Status(201).Has("id", "userName")
		a.HasNot(hidden(t, a.Created(scim.UsersEndpoint, doc))...)
	}},
	{Meta: Meta{
		ID: "projection.put", Level: Should,
		Title:    "The answer to a PUT with attributes gives the named attribute and not the others",
		Requires: []string{"7644-3.9-02"}, Needs: []Feature{PutMethod},
		Catches: []string{"attributes-ignored", "attributes-ignored-on-writes"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		t.Put(u, u.Sent, Query("attributes", "userName")).Status(200).Has("id", "userName").HasNot(hidden(t, u)...)
	}},
	{Meta: Meta{
		ID: "projection.patch-answers-200", Level: Must,
		Title:    "A PATCH with attributes answers 200 and the resource",
		Requires: []string{"7644-3.5.2-35"}, Needs: []Feature{Patch},
		Catches: []string{"patch-always-204"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		t.PatchWith(u, rename, Query("attributes", "displayName")).Status(200).Equal("id", u.ID).EqualFold("displayName", "North Star")
	}},
	{Meta: Meta{
		ID: "projection.patch", Level: Must,
		Title:    "The answer to a PATCH with attributes gives the named attribute and not the others",
		Requires: []string{"7644-3.5.2-35", "7644-3.9-03"}, Needs: []Feature{Patch},
		Catches: []string{"attributes-ignored", "attributes-ignored-on-writes"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := keeps(t, t.GivenUser(), "displayName")
		t.PatchWith(u, rename, Query("attributes", "displayName")).Status(200).Has("displayName").HasNot(defaults(t, "name", "emails")...)
	}},
}

var rename = []scim.PatchOperation{Replace("displayName", "North Star")}

// defaults keeps the attributes of User that a target returns by default; what
// it always returns cannot be left out (RFC 7643 section 7).
func defaults(t *T, paths ...string) (out []string) {
	for _, p := range paths {
		attr, _, _ := strings.Cut(p, ".")
		whole, _ := t.Target().Attribute(scim.UserURN, attr)
		part, _ := t.Target().Attribute(scim.UserURN, p)
		if whole.Returned != "always" && part.Returned != "always" {
			out = append(out, p)
		}
	}
	return out
}

// hidden lists what an answer with attributes=userName may not hold: what a
// plain GET of the user shows, other than userName. Without any such the
// check does not apply, since then nothing can be told.
func hidden(t *T, u *Resource) (out []string) {
	for _, p := range defaults(t, "name", "displayName", "emails", "active") {
		if u.Body.Has(p) || u.Sent[p] != nil {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		t.Skip("the target has no attribute besides userName that an answer could leave out")
	}
	return out
}

// excludable ends the check as not applicable when an attribute cannot be
// left out of an answer.
func excludable(t *T, paths ...string) {
	t.Offers(scim.UserURN, paths...)
	if len(defaults(t, paths...)) < len(paths) {
		t.Skip("the target's schemas say that %s is always returned", strings.Join(paths, " or "))
	}
}

// within puts a prefix before each path.
func within(prefix string, paths []string) []string {
	var out []string
	for _, p := range paths {
		out = append(out, prefix+p)
	}
	return out
}
