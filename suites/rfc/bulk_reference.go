package rfc

import (
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 sections 3.7.1 and 3.7.2.
var bulkReferenceChecks = []Check{
	{Meta: Meta{
		ID: "bulk.bulk-id-of-member", Level: Must,
		Title:    "A member that is named by bulkId becomes the user that was created",
		Requires: []string{"7644-3.7.2-02", "7644-3.7-22", "7644-3.7.2-01"}, Needs: []Feature{Bulk, Groups, ReadMembers},
		Catches: []string{"bulk-id-unresolved"},
	}, Body: func(t *T) {
		a := bulk(t, create(scim.UsersEndpoint, "ada", t.NewUser()), create(scim.GroupsEndpoint, "crew", newCrew(t, "ada")))
		list := results(a, 2)
		u := bulkCreated(t, a, result(list, "ada", 0), scim.UsersEndpoint)
		g := bulkCreated(t, a, result(list, "crew", 1), scim.GroupsEndpoint)
		t.Get(g).Judged().Status(200).Count("members", 1).Equal("members.value", u.ID)
	}},
	{Meta: Meta{
		ID: "bulk.bulk-id-of-manager", Level: Must,
		Title:    "A manager that is named by bulkId becomes the user that was created",
		Requires: []string{"7644-3.7.2-03"}, Needs: []Feature{Bulk, EnterpriseUser},
		Catches: []string{"bulk-id-unresolved"},
	}, Body: func(t *T) {
		sparesManager(t)
		a := bulk(t, create(scim.UsersEndpoint, "boss", t.NewUser()),
			create(scim.UsersEndpoint, "ada", t.NewUser(Enterprise("manager", Doc{"value": "bulkId:boss"}))))
		list := results(a, 2)
		boss := bulkCreated(t, a, result(list, "boss", 0), scim.UsersEndpoint)
		u := bulkCreated(t, a, result(list, "ada", 1), scim.UsersEndpoint)
		hasManager(t.Get(u).Judged().Status(200), boss)
	}},
	{Meta: Meta{
		ID: "bulk.bulk-id-before-its-resource", Level: Should,
		Title:    "A bulkId may be named before the operation that creates its resource",
		Requires: []string{"7644-3.7-25", "7644-3.7.2-02"}, Needs: []Feature{Bulk, Groups, ReadMembers},
		Catches: []string{"bulk-no-forward-references"},
	}, Body: func(t *T) {
		a := bulk(t, create(scim.GroupsEndpoint, "crew", newCrew(t, "ada")), create(scim.UsersEndpoint, "ada", t.NewUser()))
		list := results(a, 2)
		succeeds(a, result(list, "crew", 0), "201")
		u := bulkCreated(t, a, result(list, "ada", 1), scim.UsersEndpoint)
		g := bulkCreated(t, a, result(list, "crew", 0), scim.GroupsEndpoint)
		t.Get(g).Judged().Status(200).Equal("members.value", u.ID)
	}},
	{Meta: Meta{
		ID: "bulk.circular-references", Level: Must,
		Title:    "Groups that are members of each other are both created, or refused with 409",
		Requires: []string{"7644-3.7.1-01", "7644-3.7.1-02"}, Needs: []Feature{Bulk, Groups, ReadMembers},
		Catches: []string{"bulk-circular-500", "bulk-circular-half"},
	}, Body: func(t *T) {
		if a := t.Post(scim.GroupsEndpoint, t.NewGroup(Members(t.GivenGroup()))); a.Code()/100 == 4 {
			t.Skip("the target takes no group as a member of a group")
		}
		a := bulk(t, create(scim.GroupsEndpoint, "a", newCrew(t, "b")), create(scim.GroupsEndpoint, "b", newCrew(t, "a"))).Status(200, 409)
		if a.Code() == 409 {
			return
		}
		list := results(a, 2)
		first, second := result(list, "a", 0), result(list, "b", 1)
		succeeds(a, first, "201", "409")
		succeeds(a, second, "201", "409")
		if code(first) != "201" || code(second) != "201" {
			return
		}
		g, h := bulkCreated(t, a, first, scim.GroupsEndpoint), bulkCreated(t, a, second, scim.GroupsEndpoint)
		t.Get(g).Judged().Status(200).Equal("members.value", h.ID)
		t.Get(h).Judged().Status(200).Equal("members.value", g.ID)
	}},
	{Meta: Meta{
		ID: "bulk.keeps-the-order", Level: Must,
		Title:    "Operations on one resource end in the state of the last one",
		Requires: []string{"7644-3.7-25"}, Needs: []Feature{Bulk, Patch},
		Catches: []string{"bulk-reversed", "bulk-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := t.GivenUser()
		a := bulk(t, patchOperation(u, "displayName", "First"), patchOperation(u, "displayName", "Second"), patchOperation(u, "displayName", "Third"))
		results(a, 3)
		t.Get(u).Status(200).EqualFold("displayName", "Third")
	}},
}

// newCrew makes a group with one member, which is named by its bulkId.
func newCrew(t *T, bulkID string) Doc {
	return t.NewGroup(Set("members", Values{Doc{"value": "bulkId:" + bulkID}}))
}

// patchOperation is a bulk operation that replaces an attribute by PATCH.
func patchOperation(r *Resource, path string, value any) Doc {
	return Doc{"method": "PATCH", "path": r.Path(), "data": Doc{
		"schemas": Values{scim.PatchOpURN}, "Operations": Values{Doc{"op": "replace", "path": path, "value": value}},
	}}
}

// The most that a check sends to find a limit.
const (
	manyOperations = 5_000
	largePayload   = 8 << 20
)

// RFC 7644 section 3.7.4.
var bulkLimitChecks = []Check{
	{Meta: Meta{
		ID: "bulk.too-many-operations", Level: Must,
		Title:    "More operations than maxOperations are refused with 413",
		Requires: []string{"7644-3.7.4-03", "7644-3.7.4-01", "7644-3.7.4-02"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-limits-ignored"},
	}, Body: func(t *T) {
		limit := limitOf(t, "bulk.maxOperations", manyOperations)
		var operations []Doc
		for range limit + 1 {
			operations = append(operations, Doc{"method": "DELETE", "path": scim.UsersEndpoint + "/" + nobody})
		}
		bulkAnyway(t, nil, operations...).Status(413)
	}},
	{Meta: Meta{
		ID: "bulk.limit-is-named", Level: Must,
		Title:    "The refusal of too many operations names the limit",
		Requires: []string{"7644-3.7.4-04", "7644-3.12-14"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-limit-unnamed"},
	}, Body: func(t *T) {
		limit := limitOf(t, "bulk.maxOperations", manyOperations)
		var operations []Doc
		for range limit + 1 {
			operations = append(operations, Doc{"method": "DELETE", "path": scim.UsersEndpoint + "/" + nobody})
		}
		a := bulkAnyway(t, nil, operations...).Status(413)
		detail := a.Text("detail")
		a.Holds(strings.Contains(detail, strconv.Itoa(limit)) || strings.Contains(detail, "maxOperations"), "detail",
			"the limit "+strconv.Itoa(limit), given(detail), "the error does not name the limit")
	}},
	{Meta: Meta{
		ID: "bulk.too-large", Level: Must,
		Title:    "A bulk request larger than maxPayloadSize is refused with 413",
		Requires: []string{"7644-3.7.4-03", "7644-3.7.4-01"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-limits-ignored"},
	}, Body: func(t *T) {
		limit := limitOf(t, "bulk.maxPayloadSize", largePayload)
		a := bulk(t, Doc{"method": "DELETE", "path": scim.UsersEndpoint + "/" + nobody, "scimtestFiller": strings.Repeat("x", limit)})
		if a.Exchange().Response == nil {
			t.Block("the connection closed during the upload, which tells nothing")
		}
		a.Status(413)
	}},
}

// limitOf is a limit that ServiceProviderConfig tells. The check does not
// apply where it is larger than what may be sent to find it.
func limitOf(t *T, path string, most int) int {
	limit := int(t.Target().Config.Get(path).Int())
	if limit <= 0 || limit > most {
		t.Skip("%s is %d: a request above it is not sent", path, limit)
	}
	return limit
}
