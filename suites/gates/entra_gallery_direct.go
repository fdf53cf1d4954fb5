package gates

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// galleryDirect are the tests of the gallery that do not go through Entra ID,
// and the requirements that are stated beside them.
var galleryDirect = []Check{
	{Meta: Meta{
		ID: "entra-gallery.schemas", Sources: gallery("Schema_Discoverability_Test"),
		Title:   "/Schemas lists what is mapped, and the types of addresses in canonicalValues" + beyond,
		Breaks:  []string{"E82"},
		Catches: []string{"schemas-missing", "schemas-bare-array"},
	}, Body: discoverable},
	{Meta: Meta{
		ID: "entra-gallery.schemas-list-group", Level: Should, Sources: gallery("Group schema in /Schemas"),
		Title:   "/Schemas lists the Group schema, without which the tests of groups fail" + beyond,
		Breaks:  []string{"E82"},
		Catches: []string{"schemas-missing", "schemas-bare-array"},
	}, Body: func(t *T) {
		known, listed := schemasOf(t)
		known.Holds(listed[strings.ToLower(scim.GroupURN)] != nil, "Resources", scim.GroupURN, "not among them", "/Schemas does not list the Group schema")
	}},
	{Meta: Meta{
		ID: "entra-gallery.empty-values", Sources: gallery("SCIM_Null_Update_Test"),
		Title:   "PATCH by an empty text, and then by null, leaves optional attributes without a value" + beyond,
		Breaks:  []string{"E43"},
		Catches: []string{"patch-empty-string-ignored", "patch-empty-string-refused", "patch-ignored"},
	}, Body: emptied},
	{Meta: Meta{
		ID: "entra-gallery.direct-create-user", Sources: gallery("SCIM_User_Create_Test"),
		Title:   "POST of a user is answered with an id and the userName that was sent",
		Breaks:  []string{"E02"},
		Catches: []string{"create-empty-body", "scim-json-415"},
	}, Body: func(t *T) { directCreate(t, scim.UsersEndpoint, t.NewUser(), "userName") }},
	{Meta: Meta{
		ID: "entra-gallery.direct-update-user", Sources: gallery("SCIM_User_Update_Test"),
		Title:   "PATCH Replace, with a capital, gives every attribute with a single value the new one" + beyond,
		Breaks:  []string{"E20", "E29"},
		Catches: []string{"patch-ignored", "patch-op-case-sensitive", "patch-op-case-ignored", "patch-urn-path-500", "patch-first-operation-only", "title-read-only"},
	}, Body: func(t *T) {
		var list []attribute
		for _, a := range mapped(t) {
			if !a.valuePath() {
				list = append(list, a)
			}
		}
		u := t.GivenUser()
		patch(t, u, oneByOne("Replace", list)...)
		shows(fetch(t, u.Path(), plain()...).Status(200), list)
	}},
	{Meta: Meta{
		ID: "entra-gallery.direct-create-group", Sources: gallery("SCIM_Group_Create_Test"), Needs: []Feature{Groups},
		Title:   "POST of a group is answered with an id and the displayName that was sent",
		Catches: []string{"create-empty-body", "scim-json-415"},
	}, Body: func(t *T) { directCreate(t, scim.GroupsEndpoint, joined(t), "displayName") }},
	{Meta: Meta{
		ID: "entra-gallery.direct-update-group", Sources: gallery("SCIM_Group_Update_Test"), Needs: []Feature{Groups},
		Title:   "PATCH Replace, with a capital, gives a group another displayName" + beyond,
		Breaks:  []string{"E20", "E65"},
		Catches: []string{"patch-ignored", "patch-op-case-sensitive", "patch-op-case-ignored", "patch-group-members-only"},
	}, Body: func(t *T) {
		g, name := t.Given(scim.GroupsEndpoint, joined(t)), t.GroupName()
		patch(t, g, scim.PatchOperation{Op: "Replace", Path: "displayName", Value: name})
		fetch(t, g.Path(), plain()...).Status(200).Equal("displayName", name)
	}},
	{Meta: Meta{
		ID: "entra-gallery.page-users", Sources: gallery("SCIM_User_Pagination_Test"),
		Title:   "The list of users comes in pages of at most 5, each with its startIndex",
		Breaks:  []string{"E81"},
		Catches: []string{"list-500", "start-index-always-one", "page-without-start-index", "count-ignored", "paging-ignored"},
	}, Body: func(t *T) {
		paged(t, scim.UsersEndpoint, func() { t.GivenUnread(scim.UsersEndpoint, t.NewUser()) })
	}},
	{Meta: Meta{
		ID: "entra-gallery.page-groups", Level: Should, Sources: gallery("SCIM_Group_Pagination_Test"), Needs: []Feature{Groups},
		Title:   "The list of groups comes in pages of at most 5, each with its startIndex (optional)",
		Breaks:  []string{"E81"},
		Catches: []string{"start-index-always-one", "page-without-start-index", "count-ignored", "paging-ignored"},
	}, Body: func(t *T) {
		paged(t, scim.GroupsEndpoint, func() { t.GivenUnread(scim.GroupsEndpoint, t.NewGroup()) })
	}},
	{Meta: Meta{
		ID: "entra-gallery.direct-update-manager", Sources: gallery("SCIM_Update_Manager_Test"), Needs: []Feature{EnterpriseUser},
		Title:   "PATCH Add, Replace and Replace by an empty text set, change and remove a manager" + beyond,
		Breaks:  []string{"E36", "E38", "E39"},
		Catches: []string{"manager-not-cleared", "manager-not-returned", "patch-op-case-sensitive", "patch-ignored"},
	}, Body: func(t *T) {
		needs(t, scim.EnterpriseUserURN, "manager.value")
		u, one, two := t.GivenUser(), t.GivenUser(), t.GivenUser()
		managedEither(t, u, "Add", one)
		managedEither(t, u, "Replace", two)
		patch(t, u, scim.PatchOperation{Op: "Replace", Path: manager, Value: ""})
		cleared(fetch(t, u.Path(), plain()...).Status(200), manager+".value")
	}},
	{Meta: Meta{
		ID: "entra-gallery.filter-unknown", Sources: gallery("requirements"),
		Title:   "A query for what does not exist is answered with 200 and an empty list, not with 404",
		Breaks:  []string{"E04"},
		Catches: []string{"filter-no-match-404", "filter-ignored"},
	}, Body: func(t *T) {
		t.GivenUser()
		nothing(find(t, scim.UsersEndpoint, "userName", t.Person().UserName))
	}},
	{Meta: Meta{
		ID: "entra-gallery.add-several-members", Sources: gallery("requirements"), Needs: []Feature{Groups, ReadMembers},
		Title:   "One PATCH puts several members into a group",
		Breaks:  []string{"E66"},
		Catches: []string{"patch-ignored", "patch-adds-first-value-only", "member-needs-type"},
	}, Body: func(t *T) {
		three, g := t.GivenUsers(3), t.Given(scim.GroupsEndpoint, joined(t))
		patch(t, g, Add("members", Values{three[0].Ref(), three[1].Ref(), three[2].Ref()}))
		members(fetch(t, g.Path(), plain()...), three...)
	}},
}

// galleryCredentials is what cannot be played here: each says why.
var galleryCredentials = []Check{
	{Meta: Meta{
		ID: "entra-gallery.client-credentials", Sources: gallery("Validate_Credentials_Test"),
		Title: "The token endpoint gives a token for 60 to 360 minutes by client credentials, and the token is taken",
	}, Body: func(t *T) {
		t.Skip("it takes a client at the vendor's token endpoint; one of the two sign-in tests has to pass at Microsoft")
	}},
	{Meta: Meta{
		ID: "entra-gallery.federated-identity", Sources: gallery("Federated_Identity_Test"),
		Title: "The token endpoint exchanges a token of Entra ID for one that is taken",
	}, Body: func(t *T) {
		t.Skip("it takes a token that Entra ID signs; one of the two sign-in tests has to pass at Microsoft")
	}},
	{Meta: Meta{
		ID: "entra-gallery.rate", Sources: gallery("requirements"),
		Title: "The target serves 25 requests a second",
	}, Body: func(t *T) {
		t.Skip("a rate is measured under load, which a test of this kind does not make")
	}},
}

// managedEither sets a manager by its id as a text, as Entra ID does (entra.md
// 2.6), or as an object where that is refused: which of them the gate sends is
// not known.
func managedEither(t *T, u *Resource, op string, boss *Resource) {
	send := func(value any) *Answer {
		t.Wait(t.SettlesByID())
		return t.PatchWith(u, []scim.PatchOperation{{Op: op, Path: manager, Value: value}}, plain(bodies)...)
	}
	a := send(boss.ID)
	if a.Code()/100 != 2 {
		again := send(boss.Ref())
		a.Advisory().Holds(again.Code()/100 != 2, "status", "2xx", strconv.Itoa(a.Code()), "a manager as a text is refused, and taken as an object")
		a = again
	}
	a.Status(http.StatusOK, http.StatusNoContent)
	fetch(t, u.Path(), plain()...).Status(200).Equal(manager+".value", boss.ID)
}

// directCreate creates as the gallery does, which is content with 200.
func directCreate(t *T, endpoint string, doc Doc, echoed string) {
	a := t.Post(endpoint, doc, plain()...).Status(http.StatusCreated, http.StatusOK).Equal(echoed, doc[echoed])
	a.Holds(a.Resource().ID() != "", "id", "a text", "none", "the answer to the create has no id")
}

// schemasOf reads /Schemas: the attributes of each schema with the types that
// its values can have, by URN and name in lower case.
func schemasOf(t *T) (*Answer, map[string]map[string][]string) {
	a := t.Fetch(scim.SchemasEndpoint, plain()...).Status(200)
	out := map[string]map[string][]string{}
	a.Resource()
	for _, s := range a.Page().Resources {
		attributes := map[string][]string{}
		s.JSON().Get("attributes").ForEach(func(_, v gjson.Result) bool {
			name := strings.ToLower(v.Get("name").String())
			attributes[name] = nil
			v.Get("subAttributes").ForEach(func(_, sub gjson.Result) bool {
				key := name + "." + strings.ToLower(sub.Get("name").String())
				attributes[key] = []string{}
				for _, c := range sub.Get("canonicalValues").Array() {
					attributes[key] = append(attributes[key], strings.ToLower(c.String()))
				}
				return true
			})
			return true
		})
		out[strings.ToLower(s.ID())] = attributes
	}
	return a, out
}

// discoverable expects what every mapping has. Which attributes a vendor maps
// beside is the vendor's choice; a type of addresses that the default mapping
// names is found in canonicalValues alone.
func discoverable(t *T) {
	a, listed := schemasOf(t)
	user, group := listed[strings.ToLower(scim.UserURN)], listed[strings.ToLower(scim.GroupURN)]
	want := func(attributes map[string][]string, what, name string) {
		_, ok := attributes[strings.ToLower(name)]
		a.Holds(ok, what+" "+name, "listed", "not listed", "/Schemas does not list "+name+" of "+what)
	}
	want(user, "User", "userName")
	want(user, "User", "active")
	if t.Has(Groups) {
		want(group, "Group", "displayName")
		want(group, "Group", "members")
	}
	for _, plural := range []string{"emails", "phoneNumbers", "addresses"} {
		types, ok := user[strings.ToLower(plural)+".type"]
		if ok {
			a.Advisory().Holds(slices.Contains(types, "work"), plural+".type", "work among canonicalValues", "none", plural+` [type eq "work"] cannot be derived from /Schemas`)
		}
	}
}

// emptied replaces what is optional, and mapped by default, by an empty text,
// and then by null.
func emptied(t *T) {
	var list []attribute
	for _, a := range mapped(t) {
		urn, path := a.schema()
		d, _ := t.Target().Attribute(urn, path)
		if !d.Required && len(d.CanonicalValues) == 0 && slices.Contains([]string{"displayName", "title", "preferredLanguage", "department", "employeeNumber"}, path) {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		t.Skip("the target's schemas offer nothing that may be without a value")
	}
	doc := t.NewUser(everything(list))
	u := t.Given(scim.UsersEndpoint, doc)
	for _, empty := range []any{"", json.RawMessage("null")} {
		ops := oneByOne("replace", list)
		for i := range ops {
			ops[i].Value = empty
		}
		patch(t, u, ops...)
		a := fetch(t, u.Path(), plain()...).Status(200)
		for _, attr := range list {
			cleared(a, attr.at())
		}
	}
}

// paged reads three pages of a list of eleven or more, ours among others'. What
// the pages hold is for suite rfc.
func paged(t *T, endpoint string, given func()) {
	for range 11 {
		given()
	}
	for page := range 3 {
		start := page*5 + 1
		a := t.List(endpoint, plain(RawQuery("startIndex="+strconv.Itoa(start)+"&count=5"))...).Status(200)
		l := a.Page()
		a.Equal("startIndex", start)
		a.Holds(l.TotalResults >= 11, "totalResults", "11 or more", "fewer, or none", "totalResults is less than what was created")
		a.Holds(len(l.Resources) >= 1 && len(l.Resources) <= 5, "Resources", "1 to 5 entries", quantity(len(l.Resources)), "the page is empty, or longer than count")
	}
}
