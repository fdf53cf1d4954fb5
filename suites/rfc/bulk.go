package rfc

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.7. The topic has a file for each operation alone, and one
// for references between operations, order and limits.
var bulkChecks = slices.Concat(bulkOperationChecks, bulkErrorChecks, bulkReferenceChecks, bulkLimitChecks, bulkMessageChecks)

// bulk sends a BulkRequest with these operations.
func bulk(t *T, operations ...Doc) *Answer { return bulkWith(t, nil, operations...) }

// bulkWith is bulk with more members of the request. The check does not apply
// where the target takes fewer operations at once.
func bulkWith(t *T, members Doc, operations ...Doc) *Answer {
	if limit := int(t.Target().Config.Get("bulk.maxOperations").Int()); limit > 0 && limit < len(operations) {
		t.Skip("bulk.maxOperations is %d: the %d operations of the check are more", limit, len(operations))
	}
	return bulkAnyway(t, members, operations...)
}

// bulkAnyway is bulkWith, also above the limit.
func bulkAnyway(t *T, members Doc, operations ...Doc) *Answer {
	list := Values{}
	for _, op := range operations {
		list = append(list, op)
	}
	body := Doc{"schemas": Values{scim.BulkRequestURN}, "Operations": list}
	for k, v := range members {
		body[k] = v
	}
	return t.Send("POST", scim.BulkEndpoint, body)
}

// create is a bulk operation that creates a resource.
func create(endpoint, bulkID string, doc Doc) Doc {
	return Doc{"method": "POST", "path": endpoint, "bulkId": bulkID, "data": doc}
}

// results lists the operations of a bulk answer, of which there have to be n.
func results(a *Answer, n int) []gjson.Result {
	list := a.Status(200).Resource().Lookup("Operations")
	a.Holds(len(list) == n, "Operations", strconv.Itoa(n)+" results", strconv.Itoa(len(list)), "the answer has another number of results than operations")
	return list
}

// result is the result with the bulkId, or else the n-th one.
func result(list []gjson.Result, bulkID string, n int) gjson.Result {
	for _, op := range list {
		if op.Get("bulkId").String() == bulkID && bulkID != "" {
			return op
		}
	}
	if n < len(list) {
		return list[n]
	}
	return gjson.Result{}
}

// code is the status of a result. The RFC prints it as a string and as an
// object with a code (contradiction 58); both are read.
func code(op gjson.Result) string {
	if s := op.Get("status"); s.IsObject() {
		return s.Get("code").String()
	}
	return op.Get("status").String()
}

// succeeds expects a result with one of the statuses.
func succeeds(a *Answer, op gjson.Result, statuses ...string) {
	a.Holds(slices.Contains(statuses, code(op)), "Operations.status", strings.Join(statuses, " or "), given(code(op)),
		"an operation has another status than it would have alone")
}

// fails expects a result that says that the client erred. Which status that has
// to be is for the checks of the operation alone.
func fails(a *Answer, op gjson.Result) {
	a.Holds(len(code(op)) == 3 && code(op)[0] == '4', "Operations.status", "4xx", given(code(op)),
		"an operation that cannot be done is not told to have failed")
}

// bulkCreated is the resource that an operation created, to be read back; the
// check ends with a finding when its result does not tell where it is.
func bulkCreated(t *T, a *Answer, op gjson.Result, endpoint string) *Resource {
	id := lastSegment(op.Get("location").String())
	a.Holds(id != "", "Operations.location", "the URI of the new resource", "absent", "the result of a create does not tell the location")
	if id == "" {
		t.Stop()
	}
	return &Resource{Type: strings.TrimSuffix(strings.Trim(endpoint, "/"), "s"), Endpoint: endpoint, ID: id}
}

// lastSegment is the id in which the URI of a resource ends, without its escapes.
func lastSegment(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	path := u.EscapedPath()
	id, _ := url.PathUnescape(path[strings.LastIndex(path, "/")+1:])
	return id
}

var bulkOperationChecks = []Check{
	{Meta: Meta{
		ID: "bulk.post", Level: Must,
		Title:    "A bulk request creates a user and tells its bulkId and location",
		Requires: []string{"7644-3.7-02", "7644-3.7-23", "7644-3.7-13", "7644-3.7.3-03", "7644-3.2-05", "7644-3.2-06", "7644-3.7-01"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-ignored", "bulk-without-location", "bulk-without-bulk-id"},
	}, Body: func(t *T) {
		doc := t.NewUser()
		a := bulk(t, create(scim.UsersEndpoint, "qwerty", doc))
		op := result(results(a, 1), "qwerty", 0)
		succeeds(a, op, "201")
		a.Holds(op.Get("bulkId").String() == "qwerty", "Operations.bulkId", "qwerty", given(op.Get("bulkId").String()), "the result does not bear the bulkId")
		u := bulkCreated(t, a, op, scim.UsersEndpoint)
		t.Get(u).Judged().Status(200).EqualFold("userName", doc["userName"].(string))
	}},
	{Meta: Meta{
		ID: "bulk.put", Level: Must,
		Title:    "A bulk request replaces a user",
		Requires: []string{"7644-3.7-02", "7644-3.7.3-03", "7644-3.7-13"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := t.GivenUser()
		doc := with(u.Sent, Set("displayName", "North Star"))
		a := bulk(t, Doc{"method": "PUT", "path": u.Path(), "data": t.AsKept(u, doc)})
		succeeds(a, result(results(a, 1), "", 0), "200")
		t.Get(u).Status(200).EqualFold("displayName", "North Star")
	}},
	{Meta: Meta{
		ID: "bulk.patch", Level: Must,
		Title:    "A bulk request patches a user",
		Requires: []string{"7644-3.7-02", "7644-3.7.3-03"}, Needs: []Feature{Bulk, Patch},
		Catches: []string{"bulk-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u := t.GivenUser()
		a := bulk(t, Doc{"method": "PATCH", "path": u.Path(), "data": Doc{
			"schemas": Values{scim.PatchOpURN}, "Operations": Values{Doc{"op": "replace", "path": "displayName", "value": "North Star"}},
		}})
		succeeds(a, result(results(a, 1), "", 0), "200", "204")
		t.Get(u).Status(200).EqualFold("displayName", "North Star").EqualFold("userName", u.Text("userName"))
	}},
	{Meta: Meta{
		ID: "bulk.delete", Level: Must,
		Title:    "A bulk request deletes a user",
		Requires: []string{"7644-3.7-02", "7644-3.7.3-03"}, Needs: []Feature{Bulk, DeleteMethod},
		Catches: []string{"bulk-ignored"},
	}, Body: func(t *T) {
		u, other := t.GivenUser(), t.GivenUser()
		a := bulk(t, Doc{"method": "DELETE", "path": u.Path()})
		succeeds(a, result(results(a, 1), "", 0), "204")
		t.Get(u).Status(404)
		t.Get(other).Status(200)
	}},
	{Meta: Meta{
		ID: "bulk.answer-tells-method-and-location", Level: Must,
		Title:    "Each result in a bulk answer tells the method, and the location of its resource",
		Requires: []string{"7644-3.7-08", "7644-3.7-13", "7644-3.7.3-02"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-without-location", "bulk-without-method"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := bulk(t, create(scim.UsersEndpoint, "one", t.NewUser()), Doc{"method": "PUT", "path": u.Path(), "data": t.AsKept(u, u.Sent)})
		list := results(a, 2)
		for i, want := range []struct{ id, method string }{{"one", "POST"}, {"", "PUT"}} {
			op := result(list, want.id, i)
			a.Holds(strings.EqualFold(op.Get("method").String(), want.method), "Operations.method", want.method, given(op.Get("method").String()), "a result does not tell the method")
			a.Holds(op.Get("location").String() != "", "Operations.location", "a URI", "absent", "a result does not tell the location")
		}
	}},
	{Meta: Meta{
		ID: "bulk.status-is-a-string", Level: Should,
		Title:    "The status of each result in a bulk answer is a string",
		Requires: []string{"7644-3.7-16"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-status-number"},
	}, Body: func(t *T) {
		a := bulk(t, create(scim.UsersEndpoint, "one", t.NewUser()))
		op := result(results(a, 1), "one", 0)
		a.Holds(op.Get("status").Type == gjson.String, "Operations.status", `"201"`, given(op.Get("status").Raw), "the status of a result is no string")
	}},
}

var bulkErrorChecks = []Check{
	{Meta: Meta{
		ID: "bulk.goes-on-after-an-error", Level: Must,
		Title:    "Without failOnErrors an operation that fails does not stop the others",
		Requires: []string{"7644-3.7-20", "7644-3.7-18", "7644-3.7.3-01"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-stops-at-first-error", "bulk-fails-as-a-whole", "bulk-error-fails-those-before"},
	}, Body: func(t *T) {
		taken := t.GivenUser()
		last := t.NewUser()
		a := bulk(t, create(scim.UsersEndpoint, "one", t.NewUser()),
			create(scim.UsersEndpoint, "two", t.NewUser(Set("userName", taken.Text("userName")))), create(scim.UsersEndpoint, "three", last))
		list := results(a, 3)
		succeeds(a, result(list, "one", 0), "201")
		fails(a, result(list, "two", 1))
		succeeds(a, result(list, "three", 2), "201")
		t.Get(bulkCreated(t, a, result(list, "three", 2), scim.UsersEndpoint)).Judged().Status(200).EqualFold("userName", last["userName"].(string))
	}},
	{Meta: Meta{
		ID: "bulk.error-carries-response", Level: Must,
		Title:    "The result of an operation that fails carries the SCIM Error in response",
		Requires: []string{"7644-3.7-14", "7644-3.7-17", "7644-3.7.3-07", "7644-3.2-17"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-error-without-response"},
	}, Body: func(t *T) {
		a := bulk(t, Doc{"method": "DELETE", "path": scim.UsersEndpoint + "/" + nobody})
		op := result(results(a, 1), "", 0)
		succeeds(a, op, "404")
		isError := slices.ContainsFunc(op.Get("response.schemas").Array(), func(v gjson.Result) bool { return v.String() == scim.ErrorURN })
		a.Holds(isError, "Operations.response", "a SCIM Error", given(op.Get("response").Raw),
			"the result of a failed operation has no SCIM Error in response")
		a.Holds(op.Get("response.status").String() == code(op), "Operations.response.status", code(op), given(op.Get("response.status").Raw),
			"the status in response is not that of the operation")
	}},
	{Meta: Meta{
		ID: "bulk.fail-on-errors", Level: Must,
		Title:    "A bulk request stops when failOnErrors operations have failed, and tells the results so far",
		Requires: []string{"7644-3.7.3-05", "7644-3.7-05", "7644-3.7-21"}, Needs: []Feature{Bulk, Filtering},
		Catches: []string{"bulk-fail-on-errors-ignored"},
	}, Body: func(t *T) {
		taken := t.GivenUser()
		after := t.NewUser()
		control(t, eq("userName", taken.Text("userName")), taken)
		a := bulkWith(t, Doc{"failOnErrors": 1}, create(scim.UsersEndpoint, "one", t.NewUser(Set("userName", taken.Text("userName")))),
			create(scim.UsersEndpoint, "two", after))
		fails(a, result(results(a, 1), "one", 0))
		t.List(scim.UsersEndpoint, Filter(eq("userName", after["userName"].(string)))).Status(200).Finds()
	}},
	{Meta: Meta{
		ID: "bulk.unknown-method", Level: Must,
		Title:    "An operation with a method that bulk does not know fails, alone or with the whole request",
		Requires: []string{"7644-3.7-08", "7644-3.7-19"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-unknown-method-succeeds"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		a := bulk(t, Doc{"method": "GET", "path": u.Path()}).Status(200, 400)
		failed := a.Code() == 400 || strings.HasPrefix(code(result(a.Resource().Lookup("Operations"), "", 0)), "4")
		a.Holds(failed, "Operations.status", "4xx", "success", "an operation with the method GET does not fail")
	}},
	{Meta: Meta{
		ID: "bulk.without-operations", Level: Must,
		Title:    "A bulk request without Operations is refused",
		Requires: []string{"7644-3.7-07", "7644-3.7-19"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-without-operations-succeeds"},
	}, Body: func(t *T) {
		control := bulk(t, create(scim.UsersEndpoint, "one", t.NewUser())).Arranging()
		succeeds(control, result(results(control, 1), "one", 0), "201")
		t.Send("POST", scim.BulkEndpoint, Doc{"schemas": Values{scim.BulkRequestURN}}).Refused().Advisory().Status(400)
	}},
}
