package gates

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// validatorGroups are the required tests on groups. The joining property is
// the displayName, the default of Entra ID. A vendor without groups runs the
// others alone.
var validatorGroups = []Check{
	{Meta: Meta{
		ID: "entra-validator.group-read-without-members", Sources: validator("Get group by id excluding members"), Needs: []Feature{Groups},
		Title:   "A group is read by its id without its members when they are excluded",
		Breaks:  []string{"E11"},
		Catches: []string{"excluded-attributes-ignored", "excluded-attributes-as-attributes"},
	}, Body: func(t *T) {
		g := peopled(t)
		fetch(t, g.Path(), plain(plus("excludedAttributes", "members"))...).Status(200).Equal("id", g.ID).Has("displayName").HasNot("members")
	}},
	{Meta: Meta{
		ID: "entra-validator.group-filter-without-members", Sources: validator("Filter for existing group excluding members"), Needs: []Feature{Groups},
		Title:   "A group is found by its displayName without its members when they are excluded",
		Breaks:  []string{"E11", "E12"},
		Catches: []string{"group-filter-unsupported", "excluded-attributes-ignored", "attributes-ignored-in-lists", "filter-groups-ignored"},
	}, Body: func(t *T) {
		g := peopled(t)
		t.GivenGroup()
		a := t.List(scim.GroupsEndpoint, plain(plus("excludedAttributes", "members"), plus("filter", eq("displayName", g.Text("displayName"))))...)
		foundGroup(a, g)
		for _, r := range a.Page().Resources {
			a.Holds(!r.Has("members"), "Resources[0].members", "absent", "present", "members are excluded and shown in the list")
		}
	}},
	{Meta: Meta{
		ID: "entra-validator.group-filter", Sources: validator("Filter for an existing group"), Needs: []Feature{Groups},
		Title:   "A group is found by its displayName",
		Breaks:  []string{"E12"},
		Catches: []string{"group-filter-unsupported", "filter-groups-ignored"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		t.GivenGroup()
		foundGroup(find(t, scim.GroupsEndpoint, "displayName", g.Text("displayName")), g)
	}},
	{Meta: Meta{
		ID: "entra-validator.group-filter-unknown", Sources: validator("Filter for a non-existing group"), Needs: []Feature{Groups},
		Title:   "A query for a group that does not exist is answered with 200 and totalResults 0",
		Breaks:  []string{"E04", "E16"},
		Catches: []string{"group-filter-unsupported", "filter-groups-ignored", "list-without-schemas"},
	}, Body: func(t *T) {
		t.GivenGroup()
		names(nothing(find(t, scim.GroupsEndpoint, "displayName", t.GroupName())), scim.ListResponseURN)
	}},
	{Meta: Meta{
		ID: "entra-validator.group-filter-other-case", Sources: validator("Filter for existing group with a different case"), Needs: []Feature{Groups},
		Title:   "A group is found by its displayName in capitals",
		Breaks:  []string{"E10"},
		Catches: []string{"filter-values-case-sensitive", "group-filter-unsupported"},
	}, Body: func(t *T) {
		g := t.GivenGroup()
		t.GivenGroup()
		foundGroup(find(t, scim.GroupsEndpoint, "displayName", strings.ToUpper(g.Text("displayName"))), g)
	}},
	{Meta: Meta{
		ID: "entra-validator.group-create", Sources: validator("Create a new Group"), Needs: []Feature{Groups},
		Title:   "A created group is found by its displayName with every attribute that was sent",
		Breaks:  []string{"E15"},
		Catches: []string{"create-answers-200", "group-filter-unsupported", "charset-parameter-415"},
	}, Body: func(t *T) {
		doc := joined(t)
		t.Post(scim.GroupsEndpoint, doc, plain(bodies)...).Status(http.StatusCreated)
		a := find(t, scim.GroupsEndpoint, "displayName", doc["displayName"].(string)).Status(200)
		found := a.Page().Resources
		a.Holds(len(found) == 1, "Resources", "one group", quantity(len(found)), "the created group is not found by its displayName, or not alone")
		for _, r := range found {
			a.Holds(r.Has("id"), "id", "present", "absent", "the created group has no id")
			a.Advisory().Holds(r.Get("externalId").String() == doc["externalId"], "externalId", "the value that was sent", "another", "externalId was sent and is not there")
		}
	}},
	{Meta: Meta{
		ID: "entra-validator.group-create-duplicate", Sources: validator("Create a duplicate Group"), Needs: []Feature{Groups},
		Title:   "A second group with the same displayName is refused with 409" + beyond,
		Breaks:  []string{"E70"},
		Catches: []string{"duplicate-answers-400", "duplicate-answers-500"},
	}, Body: func(t *T) {
		doc := joined(t)
		t.Given(scim.GroupsEndpoint, doc)
		t.Post(scim.GroupsEndpoint, doc, plain(bodies)...).Status(http.StatusConflict)
	}},
	{Meta: Meta{
		ID: "entra-validator.group-replace-attributes", Sources: validator("Patch Group - Replace Attributes"), Needs: []Feature{Groups},
		Title:   "PATCH gives a group another externalId",
		Breaks:  []string{"E55", "E65", "E74"},
		Catches: []string{"patch-ignored", "patch-group-members-only", "patch-without-path-ignored"},
	}, Body: func(t *T) {
		g, id := t.Given(scim.GroupsEndpoint, joined(t)), joined(t)["externalId"]
		keepsExternalID(t, g)
		patch(t, g, Replace("", Doc{"externalId": id}))
		fetch(t, g.Path(), plain()...).Status(200).Equal("externalId", id).EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "entra-validator.group-rename", Sources: validator("Update Group displayName"), Needs: []Feature{Groups},
		Title:   "PATCH gives a group another displayName",
		Breaks:  []string{"E54", "E55", "E65"},
		Catches: []string{"patch-ignored", "patch-group-members-only", "patch-without-path-rejected"},
	}, Body: func(t *T) {
		g, name := t.Given(scim.GroupsEndpoint, joined(t)), t.GroupName()
		patch(t, g, Replace("", Doc{"displayName": name}))
		fetch(t, g.Path(), plain()...).Status(200).Equal("displayName", name)
	}},
	{Meta: Meta{
		ID: "entra-validator.group-add-member", Sources: validator("Patch Group - Add Member"), Needs: []Feature{Groups, ReadMembers},
		Title:   "PATCH replace of members puts a member into an empty group",
		Breaks:  []string{"E53", "E62"},
		Catches: []string{"patch-ignored", "patch-replace-members-501", "member-needs-type", "group-members-not-returned"},
	}, Body: func(t *T) {
		u, g := t.GivenUser(), t.Given(scim.GroupsEndpoint, joined(t))
		patch(t, g, Replace("members", Values{u.Ref()}))
		members(fetch(t, g.Path(), plain()...), u)
	}},
	{Meta: Meta{
		ID: "entra-validator.group-remove-member", Sources: validator("Patch Group - Remove Member"), Needs: []Feature{Groups, ReadMembers},
		Title:   "PATCH remove with a filter takes one of two members away",
		Breaks:  []string{"E51"},
		Catches: []string{"patch-ignored", "patch-remove-filter-ignored", "patch-remove-clears-attribute"},
	}, Body: func(t *T) {
		pair, g := t.GivenUsers(2), t.Given(scim.GroupsEndpoint, joined(t))
		patch(t, g, Replace("members", Values{pair[0].Ref(), pair[1].Ref()}))
		patch(t, g, Remove("members["+eq("value", pair[0].ID)+"]"))
		members(fetch(t, g.Path(), plain()...), pair[1])
	}},
	{Meta: Meta{
		ID: "entra-validator.group-delete", Sources: validator("Delete a Group"), Needs: []Feature{Groups, DeleteMethod},
		Title:   "A deleted group is answered with 204, and then with 404",
		Breaks:  []string{"E79", "E63"},
		Catches: []string{"delete-answers-200", "delete-ignored", "deleted-answers-410", "unknown-group-answers-500"},
	}, Body: func(t *T) { deleted(t, t.GivenGroup()) }},
}

// joined is a group as the validator creates it: displayName and externalId.
func joined(t *T) Doc {
	return t.NewGroup(Set("externalId", "gate-"+t.Person().ExternalID))
}

// keepsExternalID ends a check as not applicable when the target kept none.
func keepsExternalID(t *T, r *Resource) {
	if !r.Body.Has("externalId") {
		t.Skip("the target does not keep an externalId")
	}
}

// peopled arranges a group that shows a member, so that there is one to leave
// out; a target that never shows them leaves them out anyhow.
func peopled(t *T) *Resource {
	g := t.GivenGroup(Members(t.GivenUser()))
	if t.Has(ReadMembers) && !g.Body.Has("members") {
		t.Block("could not arrange: a group that was created with a member shows none")
	}
	return g
}

// foundGroup expects a list with one group.
func foundGroup(a *Answer, g *Resource) {
	names(a.Status(200).Finds(g), scim.ListResponseURN)
	a.Holds(a.Page().TotalResults == 1, "totalResults", "1", "another number", "totalResults is not the number of groups that were found")
}

// members expects a group to have exactly these members.
func members(a *Answer, want ...*Resource) {
	a.Status(200)
	missing, extra := len(want), 0
	for _, v := range a.Resource().Lookup("members.value") {
		known := false
		for _, w := range want {
			known = known || w.ID == v.String()
		}
		if known {
			missing--
		} else {
			extra++
		}
	}
	a.Holds(missing <= 0, "members", quantity(len(want)), "some are missing", "the group lacks members")
	a.Holds(missing >= 0, "members", quantity(len(want)), "one is there twice", "the group has a member twice")
	a.Holds(extra == 0, "members", quantity(len(want)), "some are too many", "the group has members that are none")
}
