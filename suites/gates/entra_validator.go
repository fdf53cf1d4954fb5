package gates

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// validator is where the tests of the Entra SCIM Validator are known from: the
// tool is closed, and results of it were seen.
func validator(title string) []Ref {
	return []Ref{{Key: "Entra SCIM Validator, " + title, Title: "scimvalidator.microsoft.com, seen in github.com/pranems/SCIMServer", Mark: "observed"}}
}

// bodies is how the validator sends them (entra.md 6.1).
var bodies = Header("Content-Type", "application/scim+json; charset=utf-8")

// manager is the path of a user's manager.
const manager = scim.EnterpriseUserURN + ":manager"

// patch sends a PATCH as the validator does.
func patch(t *T, r *Resource, ops ...scim.PatchOperation) {
	t.Wait(t.SettlesByID())
	t.PatchWith(r, ops, plain(bodies)...).Status(http.StatusOK, http.StatusNoContent)
}

// find queries by one attribute as the validator does.
func find(t *T, endpoint, attribute, value string) *Answer {
	return t.List(endpoint, plain(plus("filter", eq(attribute, value)))...)
}

// bare is a user with nothing but what the target requires, or would require
// as soon as a part of it is there.
func bare(t *T) *Resource {
	doc := t.NewUser()
	for _, key := range []string{"externalId", "displayName", "name", "emails", "active"} {
		a, _ := t.Target().Attribute(scim.UserURN, key)
		if !a.Required && !slices.ContainsFunc(a.SubAttributes, func(sub Attribute) bool { return sub.Required }) {
			delete(doc, key)
		}
	}
	return t.Given(scim.UsersEndpoint, doc)
}

// validatorUsers are the required tests on users. They do not depend on each
// other, and are a check each. Replace and add come in two forms, of which a
// run of the validator has one.
var validatorUsers = []Check{
	{Meta: Meta{
		ID: "entra-validator.user-create", Sources: validator("Create a new User"),
		Title:   "A created user is found by its userName with every attribute that was sent",
		Breaks:  []string{"E02", "E15", "E83", "E34"},
		Catches: []string{"create-answers-200", "post-drops-optional", "extension-dropped", "extension-flattened", "charset-parameter-415", "filter-eq-finds-nothing"},
	}, Body: userCreate},
	{Meta: Meta{
		ID: "entra-validator.user-create-duplicate", Sources: validator("Create a duplicate User"),
		Title:   "A second user with the same userName is refused with 409",
		Breaks:  []string{"E70"},
		Catches: []string{"duplicate-user-name-accepted", "duplicate-answers-400", "duplicate-answers-500"},
	}, Body: func(t *T) {
		doc := t.NewUser()
		t.Given(scim.UsersEndpoint, doc)
		t.Post(scim.UsersEndpoint, doc, plain(bodies)...).Status(http.StatusConflict)
	}},
	{Meta: Meta{
		ID: "entra-validator.user-delete", Sources: validator("Delete a User"), Needs: []Feature{DeleteMethod},
		Title:   "A deleted user is answered with 204, and then with 404",
		Breaks:  []string{"E79"},
		Catches: []string{"delete-answers-200", "delete-ignored", "delete-refused", "delete-deactivates", "deleted-answers-410"},
	}, Body: func(t *T) { deleted(t, t.GivenUser()) }},
	{Meta: Meta{
		ID: "entra-validator.user-filter", Sources: validator("Filter for an existing user"),
		Title:   "A user is found by its userName",
		Breaks:  []string{"E05"},
		Catches: []string{"filter-eq-finds-nothing", "filter-ignored", "list-without-schemas", "query-plus-kept"},
	}, Body: func(t *T) {
		u := t.GivenUsers(2)[0]
		foundUser(find(t, scim.UsersEndpoint, "userName", u.Text("userName")), u)
	}},
	{Meta: Meta{
		ID: "entra-validator.user-filter-unknown", Sources: validator("Filter for a non-existing user"),
		Title:   "A query for a userName that does not exist is answered with 200 and totalResults 0",
		Breaks:  []string{"E04", "E16"},
		Catches: []string{"filter-no-match-404", "filter-ignored", "list-without-schemas"},
	}, Body: func(t *T) {
		t.GivenUser()
		names(nothing(find(t, scim.UsersEndpoint, "userName", t.Person().UserName)), scim.ListResponseURN)
	}},
	{Meta: Meta{
		ID: "entra-validator.user-filter-other-case", Sources: validator("Filter for an existing user with a different case"),
		Title:   "A user is found by its userName in capitals",
		Breaks:  []string{"E10"},
		Catches: []string{"filter-values-case-sensitive"},
	}, Body: func(t *T) {
		u := t.GivenUsers(2)[0]
		foundUser(find(t, scim.UsersEndpoint, "userName", strings.ToUpper(u.Text("userName"))), u)
	}},
	{Meta: Meta{
		ID: "entra-validator.user-replace-attributes", Sources: validator("Patch User - Replace Attributes"),
		Title:   "One PATCH replaces attributes of every kind, by dotted and URN keys without a path" + beyond,
		Breaks:  []string{"E21", "E27", "E28", "E34", "E32"},
		Catches: []string{"patch-ignored", "patch-without-path-rejected", "patch-dotted-key-ignored", "patch-dotted-key-literal", "patch-urn-key-ignored", "patch-op-capitals-only", "patch-only-active"},
	}, Body: func(t *T) { changes(t, complete(t), "replace", together) }},
	{Meta: Meta{
		ID: "entra-validator.user-replace-attributes-verbose", Sources: validator("Patch User - Replace Attributes Verbose"),
		Title:   "One PATCH replaces attributes of every kind, each by its path" + beyond,
		Breaks:  []string{"E29", "E32", "E34"},
		Catches: []string{"patch-ignored", "patch-urn-path-500", "patch-urn-path-flattened", "patch-first-operation-only", "patch-value-path-ignores-filter", "patch-refuses-extension"},
	}, Body: func(t *T) { changes(t, complete(t), "replace", oneByOne) }},
	{Meta: Meta{
		ID: "entra-validator.user-rename", Sources: validator("Update User userName"),
		Title:   "PATCH gives a user another userName",
		Breaks:  []string{"E77"},
		Catches: []string{"patch-ignored", "user-name-read-only", "patch-refuses-rename", "patch-without-path-ignored"},
	}, Body: func(t *T) {
		u, name := t.GivenUser(), t.Person().UserName
		patch(t, u, Replace("", Doc{"userName": name}))
		fetch(t, u.Path(), plain()...).Status(200).EqualFold("userName", name)
	}},
	{Meta: Meta{
		ID: "entra-validator.user-disable", Sources: validator("Disable User"),
		Title:   "A user that PATCH makes inactive is read and found, inactive" + beyond,
		Breaks:  []string{"E14", "E26"},
		Catches: []string{"patch-ignores-active", "inactive-hidden", "inactive-hidden-from-filter", "inactive-deleted", "patch-deactivated-404"},
	}, Body: func(t *T) {
		needs(t, scim.UserURN, "active")
		u := t.GivenUser()
		patch(t, u, Replace("active", false))
		activeIs(fetch(t, u.Path(), plain()...).Status(200), false)
		a := find(t, scim.UsersEndpoint, "userName", u.Text("userName"))
		foundUser(a, u)
		for _, r := range a.Page().Resources {
			a.Holds(r.Get("active").String() == "false", "Resources[0].active", "false", r.Get("active").String(), "an inactive user is found active")
		}
	}},
	{Meta: Meta{
		ID: "entra-validator.user-add-attributes", Sources: validator("Patch User - Add Attributes"),
		Title:   "One PATCH adds attributes of every kind, by dotted and URN keys without a path" + beyond,
		Breaks:  []string{"E21", "E22", "E27", "E28", "E31", "E33"},
		Catches: []string{"patch-ignored", "patch-dotted-key-ignored", "patch-urn-key-ignored", "patch-add-unmatched-refused", "patch-add-unmatched-without-effect", "patch-add-one-value-each", "patch-without-path-refuses-extension"},
	}, Body: func(t *T) { changes(t, bare(t), "add", together) }},
	{Meta: Meta{
		ID: "entra-validator.user-add-attributes-verbose", Sources: validator("Patch User - Add Attributes Verbose"),
		Title:   "One PATCH adds attributes of every kind, each by its path, to a user with a userName alone" + beyond,
		Breaks:  []string{"E22", "E29", "E31", "E33", "E34"},
		Catches: []string{"patch-ignored", "patch-add-needs-existing", "patch-add-unmatched-without-effect", "patch-add-unmatched-without-type", "patch-urn-path-500", "patch-first-operation-only"},
	}, Body: func(t *T) { changes(t, bare(t), "add", oneByOne) }},
	{Meta: Meta{
		ID: "entra-validator.manager-add", Sources: validator("Add Manager"), Needs: []Feature{EnterpriseUser},
		Title:   "PATCH gives a user a manager",
		Breaks:  []string{"E39"},
		Catches: []string{"patch-ignored", "manager-not-returned", "patch-urn-path-500"},
	}, Body: func(t *T) {
		needs(t, scim.EnterpriseUserURN, "manager.value")
		u, boss := t.GivenUser(), t.GivenUser()
		managed(t, u, Add(manager, Doc{"value": boss.ID}), boss)
	}},
	{Meta: Meta{
		ID: "entra-validator.manager-replace", Sources: validator("Replace Manager"), Needs: []Feature{EnterpriseUser},
		Title:   "PATCH gives a user another manager",
		Breaks:  []string{"E39"},
		Catches: []string{"patch-ignored", "manager-not-returned", "patch-urn-path-flattened"},
	}, Body: func(t *T) {
		needs(t, scim.EnterpriseUserURN, "manager.value")
		old, boss := t.GivenUser(), t.GivenUser()
		u := t.GivenUser(Enterprise("manager", Doc{"value": old.ID}))
		managed(t, u, Replace(manager, Doc{"value": boss.ID}), boss)
	}},
	{Meta: Meta{
		ID: "entra-validator.manager-remove", Sources: validator("Remove Manager"), Needs: []Feature{EnterpriseUser},
		Title:   "PATCH replace by an empty value takes a user's manager away" + beyond,
		Breaks:  []string{"E38"},
		Catches: []string{"manager-not-cleared"},
	}, Body: func(t *T) {
		needs(t, scim.EnterpriseUserURN, "manager.value")
		boss := t.GivenUser()
		u := t.GivenUser(Enterprise("manager", Doc{"value": boss.ID}))
		if !u.Body.Has(manager + ".value") {
			t.Block("could not arrange: the target does not keep a manager")
		}
		patch(t, u, Replace(manager, Doc{"value": ""}))
		cleared(fetch(t, u.Path(), plain()...).Status(200), manager+".value")
	}},
}

// everything puts the attributes into a user that is to be created.
func everything(list []attribute) With {
	return func(doc Doc) {
		for _, a := range list {
			place(doc, a)
		}
	}
}

// complete arranges a user with a value for every attribute, the role's primary
// a boolean as it should be.
func complete(t *T) *Resource {
	doc := t.NewUser(everything(mapped(t)))
	if roles, ok := doc["roles"].(Values); ok {
		roles[0].(Doc)["primary"] = true
		if a := t.Post(scim.UsersEndpoint, doc); a.Code() == http.StatusCreated {
			return a.Arranging().Created(scim.UsersEndpoint, doc)
		}
		delete(doc, "roles") // the target may know other roles
	}
	return t.Given(scim.UsersEndpoint, doc)
}

func userCreate(t *T) {
	list := mapped(t)
	doc := t.NewUser(everything(list))
	posted, list := attempt(list, func(list []attribute) *Answer {
		if len(withoutRole(list)) == len(list) {
			delete(doc, "roles")
		}
		return t.Post(scim.UsersEndpoint, doc, plain(bodies)...)
	})
	posted.Status(http.StatusCreated)
	a := find(t, scim.UsersEndpoint, "userName", doc["userName"].(string)).Status(200)
	found := a.Page().Resources
	a.Holds(len(found) == 1, "Resources", "one user", quantity(len(found)), "the created user is not found by its userName, or not alone")
	if len(found) != 1 {
		return
	}
	a.Holds(found[0].Has("id"), "id", "present", "absent", "the created user has no id")
	for _, attr := range list {
		attr.judged(a).Holds(found[0].Has(attr.at()), attr.at(), "present", "absent", attr.at()+" was sent and is not there")
	}
}

// changes sends a PATCH with many attributes and reads them back.
func changes(t *T, u *Resource, op string, form func(string, []attribute) []scim.PatchOperation) {
	a, list := attempt(mapped(t), func(list []attribute) *Answer {
		return t.PatchWith(u, form(op, list), plain(bodies)...)
	})
	a.Status(http.StatusOK, http.StatusNoContent)
	shows(fetch(t, u.Path(), plain()...).Status(200), list)
}

// managed sends an operation and expects the manager afterwards.
func managed(t *T, u *Resource, op scim.PatchOperation, boss *Resource) {
	patch(t, u, op)
	fetch(t, u.Path(), plain()...).Status(200).Equal(manager+".value", boss.ID)
}

// cleared expects a place to be without a value: an empty text is good enough
// for the gates.
func cleared(a *Answer, path string) {
	v := a.Value(path)
	a.Holds(v.String() == "", path, "absent, null or empty", "a value", path+" still has a value")
}

// deleted expects a resource to be deleted for good.
func deleted(t *T, r *Resource) {
	t.Delete(r, plain()...).Status(http.StatusNoContent)
	fetch(t, r.Path(), plain()...).Status(http.StatusNotFound)
}

// foundUser expects a list with one user and what Entra ID reads of it.
func foundUser(a *Answer, u *Resource) {
	names(a.Status(200).Finds(u), scim.ListResponseURN)
	a.Holds(a.Page().TotalResults == 1, "totalResults", "1", "another number", "totalResults is not the number of users that were found")
	for _, r := range a.Page().Resources {
		for _, path := range []string{"id", "userName", "schemas", "meta"} {
			a.Holds(r.Has(path), "Resources[0]."+path, "present", "absent", "a user in the list has no "+path)
		}
	}
}
