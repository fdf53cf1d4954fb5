package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7643 section 4.3: the manager of a user is a complex attribute that names
// another user, and is written like any other. Where it leads to is for the
// checks of references.
var managerChecks = []Check{
	{Meta: Meta{
		ID: "create.manager", Level: Should,
		Title:    "The manager of a create request is stored",
		Requires: []string{"7644-3.3-13", "7643-4.3-07", "7643-4.3-08"}, Needs: []Feature{EnterpriseUser},
		Breaks:  []string{"E39"},
		Catches: []string{"create-drops-manager", "manager-not-returned"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "manager", "manager.value")
		boss := t.GivenUser()
		hasManager(t.Get(t.GivenUser(Enterprise("manager", boss.Ref()))).Status(200), boss)
	}},
	{Meta: Meta{
		ID: "replace.manager", Level: Must,
		Title:    "PUT gives a user another manager",
		Requires: []string{"7644-3.5.1-04", "7643-4.3-07"}, Needs: []Feature{PutMethod, EnterpriseUser},
		Catches: []string{"put-ignored", "put-ignores-extension", "put-ignores-manager"},
	}, Body: func(t *T) {
		_, u := managed(t)
		other := t.GivenUser()
		t.Put(u, with(u.Sent, Enterprise("manager", other.Ref()))).Success()
		hasManager(t.Get(u).Status(200), other)
	}},
	{Meta: Meta{
		ID: "patch.add.manager", Level: Must,
		Title:    "PATCH add gives a user a manager",
		Requires: []string{"7644-3.5.2.1-04", "7644-3.5.2.1-05", "7643-4.3-07"}, Needs: []Feature{Patch, EnterpriseUser},
		Breaks:  []string{"E39"},
		Catches: []string{"patch-ignored", "patch-manager-ignored", "manager-not-returned", "patch-urn-path-flattened"},
	}, Body: func(t *T) {
		sparesManager(t)
		boss, u := t.GivenUser(), t.GivenUser()
		t.Patch(u, Add(enterprise("manager"), boss.Ref())).Status(200, 204)
		hasManager(t.Get(u).Status(200), boss)
	}},
	{Meta: Meta{
		ID: "patch.replace.manager", Level: Must,
		Title:    "PATCH replace gives a user another manager",
		Requires: []string{"7644-3.5.2.3-05", "7643-4.3-07"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignored", "patch-manager-ignored", "patch-urn-path-flattened"},
	}, Body: func(t *T) {
		_, u := managed(t)
		other := t.GivenUser()
		t.Patch(u, Replace(enterprise("manager"), other.Ref())).Status(200, 204)
		hasManager(t.Get(u).Status(200), other)
	}},
	{Meta: Meta{
		ID: "patch.remove.manager", Level: Must,
		Title:    "PATCH remove takes the manager of a user away, and no other attribute of the extension",
		Requires: []string{"7644-3.5.2.2-02", "7643-4.3-07"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignored", "patch-manager-ignored", "patch-remove-ignored"},
	}, Body: func(t *T) {
		sparesManager(t)
		t.Offers(scim.EnterpriseUserURN, "costCenter")
		u := t.GivenUser(Enterprise("manager", t.GivenUser().Ref()), Enterprise("costCenter", "4130"))
		keeps(t, u, enterprise("manager"), enterprise("costCenter"))
		t.Patch(u, Remove(enterprise("manager"))).Status(200, 204)
		t.Get(u).Status(200).HasNot(enterprise("manager.value"), enterprise("manager.$ref")).Equal(enterprise("costCenter"), "4130")
	}},
}

// sparesManager ends the check as not applicable unless a user can be given a
// manager and can be without one. Where the target lists no schemas, a create
// shows whether it keeps a manager at all.
func sparesManager(t *T) {
	t.Offers(scim.EnterpriseUserURN, "manager.value")
	spares(t, scim.EnterpriseUserURN, "manager")
	if len(t.Target().Schemas) == 0 {
		managed(t)
	}
}

// hasManager expects that an answer shows the user as the manager, by its id or,
// where the id is left out, by its URI.
func hasManager(a *Answer, boss *Resource) {
	value, ref := a.Text(enterprise("manager.value")), a.Text(enterprise("manager.$ref"))
	got := given(value)
	if value == "" {
		got = given(ref)
	}
	a.Holds(value == boss.ID || value == "" && locates(ref, boss), enterprise("manager"), boss.ID, got,
		"the manager is not the one that was written")
}
