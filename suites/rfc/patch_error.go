package rfc

import (
	"slices"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.5.2: what a PATCH must not do.
var patchErrorChecks = []Check{
	{Meta: Meta{
		ID: "patch.atomic", Level: Must,
		Title:    "A PATCH whose last operation fails changes nothing",
		Requires: []string{"7644-3.5.2-29", "7644-3.5.2-30", "7644-3.5.2-31"}, Needs: []Feature{Patch},
		Catches: []string{"patch-not-atomic", "patch-skips-failing-operation"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, other := keeps(t, t.GivenUser(), "displayName"), t.GivenUser()
		t.Patch(u, Replace("displayName", "Nadia Novak"), Replace("userName", other.Text("userName"))).Refused()
		t.Get(u).Status(200).EqualFold("displayName", u.Text("displayName")).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.stops-at-the-first-error", Level: Must,
		Title:    "A PATCH whose first operation fails changes nothing",
		Requires: []string{"7644-3.5.2-27", "7644-3.5.2-30", "7644-3.5.2-31"}, Needs: []Feature{Patch},
		Catches: []string{"patch-skips-failing-operation"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, other := keeps(t, t.GivenUser(), "displayName"), t.GivenUser()
		t.Patch(u, Replace("userName", other.Text("userName")), Replace("displayName", "Nadia Novak")).Refused()
		t.Get(u).Status(200).EqualFold("displayName", u.Text("displayName")).EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "patch.atomic-on-groups", Level: Must,
		Title:    "A PATCH of a group whose last operation fails leaves its members",
		Requires: []string{"7644-3.5.2-29", "7644-3.5.2-30"}, Needs: []Feature{Patch, Groups, ReadMembers},
		Catches: []string{"patch-not-atomic"},
	}, Body: func(t *T) {
		users := t.GivenUsers(2)
		g := keeps(t, t.GivenGroup(Members(users[0])), "members.value")
		t.Patch(g,
			Add("members", Values{users[1].Ref()}),
			Replace("displayName", t.GroupName()),
			Remove(""),
		).Arranging().Refused()
		t.Get(g).Status(200).Count("members", 1).EqualFold("displayName", g.Text("displayName"))
	}},
	{Meta: Meta{
		ID: "patch.error.remove-without-path", Level: Must,
		Title:    "PATCH remove without a path answers 400 with noTarget",
		Requires: []string{"7644-3.5.2.2-01", "7644-3.5.2-10"}, Needs: []Feature{Patch},
		Catches: []string{"patch-remove-without-path-accepted", "patch-error-without-scimtype"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "displayName")
		a := t.Patch(u, Remove(""))
		t.Get(u).Status(200).Has("displayName").EqualFold("userName", u.Text("userName"))
		a.SCIMError(400, scim.NoTarget)
	}},
	{Meta: Meta{
		ID: "patch.error.id-is-read-only", Level: Must,
		Title:    "PATCH of the id is refused with mutability",
		Requires: []string{"7644-3.5.2-18", "7644-3.5.2-17", "7644-3.5.2-21", "7643-7-24", "7644-3.12-20"}, Needs: []Feature{Patch},
		Catches: []string{"patch-read-only-ignored", "patch-changes-id"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := t.Patch(u, Replace("id", nobody))
		t.Get(u).Status(200).Equal("id", u.ID)
		a.Refused().Advisory().SCIMError(400, scim.Mutability)
	}},
	{Meta: Meta{
		ID: "patch.error.meta-is-read-only", Level: Must,
		Title:    "PATCH does not change meta.created",
		Requires: []string{"7643-3.1-21", "7643-3.1-22", "7643-3.1-24"}, Needs: []Feature{Patch},
		Catches: []string{"patch-changes-meta"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "meta.created")
		created := u.Body.Get("meta.created").String()
		t.Patch(u, Replace("meta.created", "2000-01-01T00:00:00Z")).NoServerError()
		t.Get(u).Status(200).Equal("meta.created", created)
	}},
	{Meta: Meta{
		ID: "patch.error.groups-of-a-user-are-read-only", Level: Must,
		Title:    "PATCH of the groups of a user is refused and changes no membership",
		Requires: []string{"7643-4.1.2-26", "7644-3.5.2-18"}, Needs: []Feature{Patch, Groups, ReadMembers},
		Catches: []string{"patch-read-only-ignored", "patch-groups-of-user"},
	}, Body: func(t *T) {
		readOnlyGroups(t)
		u, g := t.GivenUser(), t.GivenGroup()
		a := t.Patch(u, Add("groups", Values{g.Ref()}))
		containsNot(t.Get(g).Status(200), "members", u)
		a.Refused()
	}},
	{Meta: Meta{
		ID: "patch.error.wrong-type", Level: Must,
		Title:    "PATCH refuses a text for a boolean",
		Requires: []string{"7644-3.5.2-17", "7644-3.5.2-21", "7643-2.3.2-01"}, Needs: []Feature{Patch},
		Catches: []string{"patch-stores-wrong-type", "patch-wrong-type-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "active")
		u := keeps(t, t.GivenUser(), "active")
		before := u.Body.Get("active").Value()
		a := t.Patch(u, Replace("active", "abc"))
		t.Get(u).Status(200).Equal("active", before)
		a.Refused()
	}},
	{Meta: Meta{
		ID: "patch.error.text-for-a-complex-attribute", Level: Must,
		Title:    "PATCH refuses a text for a complex attribute",
		Requires: []string{"7644-3.5.2-17", "7644-3.5.2-21"}, Needs: []Feature{Patch},
		Catches: []string{"patch-stores-wrong-type", "patch-wrong-type-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "name.familyName")
		u := keeps(t, t.GivenUser(), "name.familyName")
		before := u.Body.Get("name.familyName").String()
		a := t.Patch(u, Replace("name", "Nadia Novak"))
		t.Get(u).Status(200).Equal("name.familyName", before)
		a.Refused()
	}},
	{Meta: Meta{
		ID: "patch.error.invalid-path", Level: Must,
		Title:    "PATCH with a path that does not parse is an error of the client and changes nothing",
		Requires: []string{"7644-3.5.2-15", "7644-3.12-22"}, Needs: []Feature{Patch},
		Catches: []string{"patch-invalid-path-500", "patch-invalid-path-clears"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "emails.value")
		refusedPatch(t, u, Remove(`emails[type eq`), scim.InvalidPath, scim.InvalidFilter)
	}},
	{Meta: Meta{
		ID: "patch.error.index-in-path", Level: Must,
		Title:    "PATCH with an array index in its path is an error of the client and changes nothing",
		Requires: []string{"7644-3.5.2-02", "7644-3.5.2-15"}, Needs: []Feature{Patch},
		Catches: []string{"patch-invalid-path-500", "patch-index-in-path"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "emails.value")
		refusedPatch(t, u, Replace(`emails[0].value`, mailbox(t, "new")), scim.InvalidPath, scim.InvalidFilter, scim.NoTarget)
	}},
	{Meta: Meta{
		ID: "patch.error.unknown-attribute", Level: Must,
		Title:    "PATCH of an attribute that no schema knows is an error of the client and stores nothing",
		Requires: []string{"7644-3.5.2-16"}, Needs: []Feature{Patch},
		Breaks:  []string{"E23"},
		Catches: []string{"patch-stores-unknown-attribute", "patch-unknown-attribute-500"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "emails.value")
		refusedPatch(t, u, Replace("scimtestUnknown", "x"), scim.InvalidPath, scim.NoTarget, scim.InvalidValue)
	}},
	{Meta: Meta{
		ID: "patch.error.move-is-no-operation", Level: Must,
		Title:    "PATCH refuses the operation move of JSON Patch",
		Requires: []string{"7644-3.5.2-03", "7644-3.5.2-07"}, Needs: []Feature{Patch},
		Catches: []string{"patch-unknown-op-accepted"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "displayName")
		before := u.Body.Get("displayName").String()
		a := patchRaw(t, u, Doc{"schemas": Values{scim.PatchOpURN}, "Operations": Values{
			Doc{"op": "move", "from": "displayName", "path": "nickName"},
		}})
		t.Get(u).Status(200).EqualFold("displayName", before)
		a.Refused()
	}},
	{Meta: Meta{
		ID: "patch.error.missing-op", Level: Should,
		Title:    "PATCH refuses an operation without op",
		Requires: []string{"7644-3.5.2-06", "7644-3.12-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-malformed-accepted"},
	}, Body: func(t *T) {
		malformedPatch(t, Doc{"schemas": Values{scim.PatchOpURN}, "Operations": Values{
			Doc{"path": "displayName", "value": "Nadia Novak"},
		}})
	}},
	{Meta: Meta{
		ID: "patch.error.missing-value", Level: Should,
		Title:    "PATCH refuses an add without a value",
		Requires: []string{"7644-3.5.2.1-01", "7644-3.12-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-malformed-accepted"},
	}, Body: func(t *T) {
		malformedPatch(t, Doc{"schemas": Values{scim.PatchOpURN}, "Operations": Values{
			Doc{"op": "add", "path": "displayName"},
		}})
	}},
	{Meta: Meta{
		ID: "patch.error.text-without-path", Level: Should,
		Title:    "PATCH refuses a replace without a path whose value is a text",
		Requires: []string{"7644-3.5.2.3-01", "7644-3.12-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-malformed-accepted"},
	}, Body: func(t *T) {
		malformedPatch(t, Doc{"schemas": Values{scim.PatchOpURN}, "Operations": Values{
			Doc{"op": "replace", "value": "Nadia Novak"},
		}})
	}},
	{Meta: Meta{
		ID: "patch.error.missing-operations", Level: Should,
		Title:    "PATCH refuses a body without Operations",
		Requires: []string{"7644-3.5.2-05", "7644-3.12-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-malformed-accepted"},
	}, Body: func(t *T) {
		malformedPatch(t, Doc{"schemas": Values{scim.PatchOpURN}, "displayName": "Nadia Novak"})
	}},
	{Meta: Meta{
		ID: "patch.error.no-operations", Level: Should,
		Title:    "PATCH refuses an empty list of Operations",
		Requires: []string{"7644-3.5.2-05", "7644-3.12-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-malformed-accepted"},
	}, Body: func(t *T) {
		malformedPatch(t, Doc{"schemas": Values{scim.PatchOpURN}, "Operations": Values{}})
	}},
	{Meta: Meta{
		ID: "patch.error.missing-schema", Level: Should,
		Title:    "PATCH without schemas is done or refused, and never taken without effect",
		Requires: []string{"7644-3.5.2-04", "7644-3.12-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-without-schemas-ignored"},
	}, Body: func(t *T) {
		// The client has to name the URN; authentik does not.
		u, name := keeps(t, t.GivenUser(), "displayName"), "Nadia Novak"
		a := patchRaw(t, u, Doc{"Operations": Values{
			Doc{"op": "replace", "path": "displayName", "value": name},
		}}).Status(200, 204, 400)
		if a.Code() == 400 {
			name = u.Text("displayName")
		}
		t.Get(u).Status(200).EqualFold("displayName", name)
	}},
	{Meta: Meta{
		ID: "patch.error.other-schema", Level: Should,
		Title:    "PATCH refuses a body that names another message than PatchOp",
		Requires: []string{"7644-3.5.2-04", "7644-3.12-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-of-other-message-accepted"},
	}, Body: func(t *T) {
		malformedPatch(t, Doc{"schemas": Values{scim.SearchRequestURN}, "Operations": Values{
			Doc{"op": "replace", "path": "displayName", "value": "Nadia Novak"},
		}})
	}},
	{Meta: Meta{
		ID: "patch.error.broken-json", Level: Should,
		Title:    "PATCH with a body that is not JSON answers 400",
		Requires: []string{"7644-3.12-08", "7644-3.12-21"}, Needs: []Feature{Patch},
		Catches: []string{"broken-json-500"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "displayName")
		a := t.PatchWith(u, nil, RawBody(scim.MediaType, `{"schemas":["`+scim.PatchOpURN+`"],"Operations":[{"op":"replace",`))
		t.Get(u).Status(200).EqualFold("displayName", u.Text("displayName"))
		isError(a, 400)
	}},
	{Meta: Meta{
		ID: "patch.error.unknown-id", Level: Should,
		Title:    "PATCH to an unknown id answers 404",
		Requires: []string{"7644-3.5.2-36", "7644-3.12-11"}, Needs: []Feature{Patch},
		Breaks:  []string{"OKTA-Q41"},
		Catches: []string{"patch-unknown-id-accepted", "unknown-id-answers-400"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		unknown := *u
		unknown.ID = nobody
		isError(t.Patch(&unknown, Replace("userName", t.Person().UserName)), 404)
	}},
}

// patchRaw sends a PATCH whose body is not made by the engine.
func patchRaw(t *T, u *Resource, body Doc) *Answer { return t.Send("PATCH", u.Path(), body) }

// malformedPatch sends a body that is no PatchOp to a user: 400 and an Error,
// and nothing changed.
func malformedPatch(t *T, body Doc) {
	u := keeps(t, t.GivenUser(), "displayName")
	a := patchRaw(t, u, body)
	t.Get(u).Status(200).EqualFold("displayName", u.Text("displayName")).EqualFold("userName", u.Text("userName"))
	isError(a, 400)
}

// refusedPatch sends an operation with a bad path. That something changed, or
// an error of the service provider, breaks the rule; success without effect
// and another word than the fitting ones are advisory.
func refusedPatch(t *T, u *Resource, op scim.PatchOperation, fitting ...string) {
	before := u.Body.Get("emails.value").String()
	a := t.Patch(u, op).NoServerError()
	t.Get(u).Status(200).Count("emails", 1).Equal("emails.value", before).HasNot("scimtestUnknown")
	a = a.Advisory().Status(400)
	word := a.ScimType()
	a.Holds(word == "" || slices.Contains(fitting, word), "scimType", fitting[0], word, "the scimType has another meaning")
}
