package rfc

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// What keeps two tenants apart (RFC 7644 sections 2, 6 and 7.7). The topic has
// a file for single resources, and one for queries.
var tenantChecks = slices.Concat(tenantResourceChecks, tenantNameChecks, tenantQueryChecks)

// bySecond sends a request by the client of the second tenant.
var bySecond = As(scim.SecondTenant)

var tenantResourceChecks = []Check{
	{Meta: Meta{
		ID: "tenant.read", Level: Must,
		Title:    "A user of one tenant cannot be read by another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03", "7643-9.3-04"}, Needs: []Feature{SecondTenant},
		Catches: []string{"tenant-read-crosses", "tenant-version-shown"},
	}, Body: func(t *T) {
		u, _ := apart(t)
		a := t.Get(u, bySecond)
		strangers(t, a, u)
		untraced(a, u, marks...)
		turnedAway(t, a)
	}},
	{Meta: Meta{
		ID: "tenant.replace", Level: Must,
		Title:    "A user of one tenant cannot be replaced by another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03"}, Needs: []Feature{SecondTenant, PutMethod},
		Catches: []string{"tenant-replace-crosses"},
	}, Body: func(t *T) {
		u := notOf(t)
		a := t.Put(u, t.NewUserOf(scim.SecondTenant), bySecond)
		if a.Code()/100 == 2 {
			defer t.Delete(u, bySecond) // some create what they are to replace
		}
		untraced(a, u, marks...)
		unchanged(t, u)
		turnedAway(t, a)
	}},
	{Meta: Meta{
		ID: "tenant.patch", Level: Must,
		Title:    "A user of one tenant cannot be changed by PATCH by another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03"}, Needs: []Feature{SecondTenant, Patch},
		Catches: []string{"tenant-patch-crosses"},
	}, Body: func(t *T) {
		u := notOf(t)
		a := t.PatchWith(u, []scim.PatchOperation{Replace("active", false)}, bySecond)
		untraced(a, u, marks...)
		unchanged(t, u)
		turnedAway(t, a)
	}},
	{Meta: Meta{
		ID: "tenant.delete", Level: Must,
		Title:    "A user of one tenant cannot be deleted by another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03"}, Needs: []Feature{SecondTenant, DeleteMethod},
		Catches: []string{"tenant-delete-crosses"},
	}, Body: func(t *T) {
		u := notOf(t)
		a := t.Delete(u, bySecond)
		untraced(a, u, marks...)
		unchanged(t, u)
		turnedAway(t, a)
	}},
	{Meta: Meta{
		ID: "tenant.bulk", Level: Must,
		Title:    "A user of one tenant cannot be deleted by a bulk request of another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03"}, Needs: []Feature{SecondTenant, Bulk, DeleteMethod},
		Catches: []string{"tenant-bulk-crosses"},
	}, Body: func(t *T) {
		u := notOf(t)
		a := t.Send("POST", scim.BulkEndpoint, bulkDelete(u), bySecond)
		untraced(a, u, marks...)
		unchanged(t, u)
		if a.Code() == 200 {
			list := results(a, 1)
			succeeds(a.Advisory(), result(list, "", 0), "401", "403", "404")
			return
		}
		a.Advisory().Status(401, 403, 404)
	}},
	{Meta: Meta{
		ID: "tenant.member", Level: Must,
		Title:    "A group of one tenant shows nothing of a member of another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03"}, Needs: []Feature{SecondTenant, Groups, ReadMembers},
		Catches: []string{"tenant-member-crosses", "tenant-member-shown-at-once", "tenant-member-shown-later"},
	}, Body: func(t *T) {
		u := notOf(t)
		doc := t.NewGroup(Members(u))
		a := t.Post(scim.GroupsEndpoint, doc, bySecond)
		takenOrRefused(a.Advisory(), 201)
		untraced(a, u, marks...)
		if a.Code() == 201 {
			untraced(t.Get(a.Created(scim.GroupsEndpoint, doc)).Status(200), u, marks...)
		}
		now := t.Get(u).Status(200)
		name := doc["displayName"].(string)
		now.Holds(!shows(now, name), "groups", "no group of another tenant", "the group of the second tenant",
			"a user is a member of a group of another tenant")
	}},
	{Meta: Meta{
		ID: "tenant.manager", Level: Must,
		Title:    "A user of one tenant shows nothing of a manager of another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03"}, Needs: []Feature{SecondTenant, EnterpriseUser},
		Catches: []string{"tenant-manager-crosses"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "manager")
		u := notOf(t)
		doc := t.NewUserOf(scim.SecondTenant, Enterprise("manager", u.Ref()))
		a := t.Post(scim.UsersEndpoint, doc, bySecond)
		takenOrRefused(a.Advisory(), 201)
		untraced(a, u, marks...)
		if a.Code() == 201 {
			untraced(t.Get(a.Created(scim.UsersEndpoint, doc)).Status(200), u, marks...)
		}
	}},
	{Meta: Meta{
		ID: "tenant.base-url", Level: Must,
		Title:    "The base URL of one tenant shows nothing of it to the token of another tenant",
		Requires: []string{"7644-2-08", "7644-6.1-03", "7644-6.1-04"}, Needs: []Feature{SecondTenant},
		Catches: []string{"tenant-of-url"},
	}, Body: func(t *T) {
		if t.BaseURLOf("") == t.BaseURLOf(scim.SecondTenant) {
			t.Skip("both tenants have one base URL")
		}
		u, own := guarded(t)
		v := givenBySecond(t)
		if t.Get(v).Arranging().Status(200).Exchange().Request.Header.Get("Authorization") == own {
			t.Skip("both tenants have one token")
		}
		a := t.Get(v, Header("Authorization", own))
		strangers(t, a, v)
		untraced(a, v, marks...)
		turnedAway(t, a)
		t.Get(u).Status(200)
	}},
}

// apart arranges a user in each of the tenants. The second is there to show
// that its client can read.
func apart(t *T) (u, second *Resource) {
	return t.GivenUser(), givenBySecond(t)
}

// givenBySecond arranges a user in the second tenant.
func givenBySecond(t *T) *Resource {
	return t.Given(scim.UsersEndpoint, t.NewUserOf(scim.SecondTenant), bySecond)
}

// notOf arranges a user whose id is none of the second tenant, so that a write
// there can touch nobody else: ids may repeat between tenants (RFC 7644 section
// 6.2). A user that is shown there is ours in any case.
func notOf(t *T) *Resource {
	u, second := apart(t)
	strangers(t, t.Get(u, bySecond), u)
	if yetToCome(u.ID, second.ID) {
		t.Skip("the other tenant numbers its resources, and the id may be given to somebody there")
	}
	return u
}

// yetToCome reports whether an id may be given to a resource that is created
// after the latest one: both are numbers, and it is not below that one's.
func yetToCome(id, latest string) bool {
	a, errA := strconv.ParseUint(id, 10, 64)
	b, errB := strconv.ParseUint(latest, 10, 64)
	return errA == nil && errB == nil && a >= b
}

// strangers ends the check when an answer to another tenant shows a resource,
// and it is not u: then that tenant has one of its own with the same id.
func strangers(t *T, a *Answer, u *Resource) {
	if a.Code()/100 == 2 && !shows(a, valuesOf(u, marks)...) {
		t.Skip("the other tenant has a resource of its own with the id")
	}
}

// turnedAway expects that a request for another tenant's resource is refused
// with one of three statuses. It is advisory, and of no interest where more is
// wrong.
func turnedAway(t *T, a *Answer) {
	if !t.Failed() {
		a.Advisory().Status(401, 403, 404)
	}
}

// marks are the attributes by which a user of this check is known: each has a
// value that no other resource has.
var marks = []string{"userName", "externalId", "displayName"}

func valuesOf(u *Resource, attrs []string) (out []string) {
	for _, attr := range attrs {
		if v := u.Text(attr); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// shows reports whether an answer holds one of the values, in any letter case.
func shows(a *Answer, values ...string) bool {
	if a.Exchange().Response == nil {
		return false
	}
	body := bytes.ToLower(a.Exchange().Response.Body)
	return slices.ContainsFunc(values, func(v string) bool { return bytes.Contains(body, []byte(strings.ToLower(v))) })
}

// untraced expects that an answer to another tenant holds none of the values
// that u has of the attributes, and that a refusal does not tell its version.
func untraced(a *Answer, u *Resource, attrs ...string) {
	var shown []string
	for _, attr := range attrs {
		if v := u.Text(attr); v != "" && shows(a, v) {
			shown = append(shown, attr)
		}
	}
	a.Holds(len(shown) == 0, "body", "nothing of the other tenant", "of its user: "+strings.Join(shown, ", "),
		"the answer shows one tenant a resource of another tenant")
	version := u.Body.Get("meta.version").String()
	a.Holds(a.Code()/100 == 2 || version == "" || a.HeaderValue("ETag") != version, "header ETag", "nothing of the other tenant", "the version of its user",
		"the refusal shows the version of a resource of another tenant")
}

// unchanged expects that a user is as it was when it was read last.
func unchanged(t *T, u *Resource) {
	before := u.Body
	now := t.Get(u).Status(200)
	for _, attr := range append([]string{"active"}, marks...) {
		if before.Has(attr) {
			now.Holds(now.Value(attr).Raw == before.Get(attr).Raw, attr, before.Get(attr).Raw, given(now.Value(attr).Raw),
				attr+" is not what it was")
		}
	}
}

// bulkDelete is a bulk request that deletes a resource.
func bulkDelete(r *Resource) Doc {
	return Doc{"schemas": Values{scim.BulkRequestURN}, "Operations": Values{Doc{"method": "DELETE", "path": r.Path()}}}
}
