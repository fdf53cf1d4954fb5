package gates

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// validatorPreview are the tests that the validator shows and does not count:
// what they find is advisory.
var validatorPreview = preview([]Check{
	{Meta: Meta{
		ID: "entra-validator.user-several-attributes", Sources: validator("Patch User - Multiple Ops on different attributes"),
		Title:   "One PATCH removes an attribute, adds another and replaces a third",
		Breaks:  []string{"E30"},
		Catches: []string{"patch-ignored", "patch-first-operation-only", "patch-remove-ignored"},
	}, Body: func(t *T) {
		needs(t, scim.UserURN, "preferredLanguage")
		needs(t, scim.UserURN, "displayName")
		u := t.GivenUser(Set("preferredLanguage", "nb-NO"))
		keepsExternalID(t, u)
		p := t.Person()
		patch(t, u, Remove("preferredLanguage"), Add("externalId", p.ExternalID), Replace("displayName", p.DisplayName))
		fetch(t, u.Path(), plain()...).Status(200).HasNot("preferredLanguage").Equal("externalId", p.ExternalID).Equal("displayName", p.DisplayName)
	}},
	{Meta: Meta{
		ID: "entra-validator.user-one-attribute-several-times", Sources: validator("Patch User - Multiple Ops on same attribute"),
		Title:   "One PATCH removes an attribute, adds it and replaces it, in this order",
		Breaks:  []string{"E30"},
		Catches: []string{"patch-ignored", "patch-first-operation-only", "patch-order-reversed"},
	}, Body: func(t *T) {
		u, first, last := t.GivenUser(), t.Person().ExternalID, t.Person().ExternalID
		keepsExternalID(t, u)
		patch(t, u, Remove("externalId"), Add("externalId", first), Replace("externalId", last))
		fetch(t, u.Path(), plain()...).Status(200).Equal("externalId", last)
	}},
	{Meta: Meta{
		ID: "entra-validator.user-delete-unknown", Sources: validator("Delete a non-existent User"), Needs: []Feature{DeleteMethod},
		Title:   "DELETE of a user that does not exist is answered with 404",
		Breaks:  []string{"E79"},
		Catches: []string{"delete-twice-answers-204", "delete-twice-500"},
	}, Body: func(t *T) { deleteUnknown(t, t.GivenUser()) }},
	{Meta: Meta{
		ID: "entra-validator.user-delete-twice", Sources: validator("Delete the same User twice"), Needs: []Feature{DeleteMethod},
		Title:   "DELETE of a user is answered with 204, and with 404 a second time",
		Breaks:  []string{"E79"},
		Catches: []string{"delete-twice-answers-204", "delete-twice-500", "delete-answers-200"},
	}, Body: func(t *T) { deleteTwice(t, t.GivenUser()) }},
	{Meta: Meta{
		ID: "entra-validator.group-add-and-remove-member", Sources: validator("Patch Group - Multiple Ops on same attribute"), Needs: []Feature{Groups, ReadMembers},
		Title:   "One PATCH adds a member and removes it again",
		Breaks:  []string{"E30", "E51"},
		Catches: []string{"patch-first-operation-only", "patch-order-reversed", "patch-remove-filter-ignored"},
	}, Body: func(t *T) {
		u, g := t.GivenUser(), t.Given(scim.GroupsEndpoint, joined(t))
		patch(t, g, Add("members", Values{u.Ref()}), Remove("members["+eq("value", u.ID)+"]"))
		members(fetch(t, g.Path(), plain()...))
	}},
	{Meta: Meta{
		ID: "entra-validator.group-delete-unknown", Sources: validator("Delete a non-existent Group"), Needs: []Feature{Groups, DeleteMethod},
		Title:   "DELETE of a group that does not exist is answered with 404",
		Breaks:  []string{"E79"},
		Catches: []string{"delete-twice-answers-204", "delete-twice-500"},
	}, Body: func(t *T) { deleteUnknown(t, t.GivenGroup()) }},
	{Meta: Meta{
		ID: "entra-validator.group-delete-twice", Sources: validator("Delete the same Group twice"), Needs: []Feature{Groups, DeleteMethod},
		Title:   "DELETE of a group is answered with 204, and with 404 a second time",
		Breaks:  []string{"E79"},
		Catches: []string{"delete-twice-answers-204", "delete-twice-500", "delete-answers-200"},
	}, Body: func(t *T) { deleteTwice(t, t.GivenGroup()) }},
})

func preview(list []Check) []Check {
	for i := range list {
		list[i].Level = Should
		list[i].Title += " (preview, not counted)"
	}
	return list
}

// deleteUnknown deletes what nobody made; that there is something of the kind
// is known from the one that was read.
func deleteUnknown(t *T, there *Resource) {
	t.Send(http.MethodDelete, there.Endpoint+"/"+nobody, nil, plain()...).Status(http.StatusNotFound)
	fetch(t, there.Path(), plain()...).Status(http.StatusOK)
}

// nobody is an id that no service provider ever gave: a UUID of a version that
// does not exist.
const nobody = "5c1a7e57-0000-0000-0000-00000000dead"

func deleteTwice(t *T, r *Resource) {
	t.Delete(r, plain()...).Status(http.StatusNoContent)
	t.Wait(t.SettlesByID())
	t.Delete(r, plain()...).Status(http.StatusNotFound)
}
