package rfc

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 3.7: what has to be in a bulk request. What the client left
// out is refused, for the one operation or with the whole request.
var bulkMessageChecks = []Check{
	{Meta: Meta{
		ID: "bulk.without-schemas", Level: Must,
		Title:    "A bulk request that does not name the BulkRequest URN does no harm, and is refused with 400",
		Requires: []string{"7644-3.7-03"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-without-schemas-500"},
	}, Body: func(t *T) {
		takesBulk(t)
		operation := create(scim.UsersEndpoint, "one", t.NewUser())
		t.Send(http.MethodPost, scim.BulkEndpoint, Doc{"Operations": Values{operation}}).NoServerError().Advisory().Status(400)
	}},
	{Meta: Meta{
		ID: "bulk.post-without-bulk-id", Level: Must,
		Title:    "An operation POST without a bulkId does no harm, and is refused",
		Requires: []string{"7644-3.7-09"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-post-without-bulk-id-500"},
	}, Body: func(t *T) {
		takesBulk(t)
		a, status := alone(t, Doc{"method": "POST", "path": scim.UsersEndpoint, "data": t.NewUser()})
		a.Holds(!strings.HasPrefix(status, "5"), "Operations.status", "400", status, "an operation POST without a bulkId is answered as an error of the target")
		a.Advisory().Holds(strings.HasPrefix(status, "4"), "Operations.status", "400", given(status), "an operation POST without a bulkId is not refused")
	}},
	{Meta: Meta{
		ID: "bulk.operation-without-path", Level: Must,
		Title:    "An operation without a path is refused",
		Requires: []string{"7644-3.7-11"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-without-path-succeeds"},
	}, Body: func(t *T) {
		takesBulk(t)
		refusedInBulk(t, Doc{"method": "POST", "bulkId": "one", "data": t.NewUser()})
	}},
	{Meta: Meta{
		ID: "bulk.put-on-endpoint", Level: Must,
		Title:    "An operation PUT whose path is no resource is refused",
		Requires: []string{"7644-3.7-11"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-put-on-endpoint-succeeds"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		refusedInBulk(t, Doc{"method": "PUT", "path": scim.UsersEndpoint, "data": u.Sent})
	}},
	{Meta: Meta{
		ID: "bulk.operation-without-data", Level: Must,
		Title:    "An operation POST without data is refused",
		Requires: []string{"7644-3.7-12"}, Needs: []Feature{Bulk},
		Catches: []string{"bulk-without-data-succeeds"},
	}, Body: func(t *T) {
		takesBulk(t)
		refusedInBulk(t, Doc{"method": "POST", "path": scim.UsersEndpoint, "bulkId": "one"})
	}},
	{Meta: Meta{
		ID: "bulk.old-version-is-not-replaced", Level: Must,
		Title:    "An operation PUT with an old version is refused with 412 and changes nothing",
		Requires: []string{"7644-3.7.3-06", "7644-3.7-10", "7644-3.14-08"}, Needs: []Feature{Bulk, ETag, PutMethod},
		Catches: []string{"bulk-version-ignored"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, old := versioned(t)
		if change(t, u, old) == old {
			t.Block("the ETag does not change")
		}
		a := bulk(t, Doc{"method": "PUT", "path": u.Path(), "version": old, "data": t.AsKept(u, changed(u, "Overwritten"))})
		t.Get(u).Status(200).NotEqual("displayName", "Overwritten")
		op := result(results(a, 1), "", 0)
		succeeds(a, op, "412", "409")
		succeeds(a.Advisory(), op, "412")
	}},
	{Meta: Meta{
		ID: "bulk.current-version-is-replaced", Level: Must,
		Title:    "An operation PUT with the current version is done",
		Requires: []string{"7644-3.7-10", "7644-3.7.3-03"}, Needs: []Feature{Bulk, ETag, PutMethod},
		Catches: []string{"bulk-version-never-matches"},
	}, Body: func(t *T) {
		t.Offers(scim.UserURN, "displayName")
		u, tag := versioned(t)
		a := bulk(t, Doc{"method": "PUT", "path": u.Path(), "version": tag, "data": t.AsKept(u, changed(u, "North Star"))})
		succeeds(a, result(results(a, 1), "", 0), "200")
		t.Get(u).Status(200).EqualFold("displayName", "North Star")
	}},
}

// takesBulk arranges that the target is known to do a bulk request that is as
// it should be.
func takesBulk(t *T) {
	a := bulk(t, create(scim.UsersEndpoint, "control", t.NewUser())).Arranging()
	succeeds(a, result(results(a, 1), "control", 0), "201")
}

// alone sends a bulk request with one operation. It returns the status of the
// operation, or that of the answer when the request is refused as a whole.
func alone(t *T, operation Doc) (a *Answer, status string) {
	a = bulk(t, operation)
	if a.Code() != http.StatusOK {
		return a.Status(200, 400, 404, 405, 409, 412, 422), strconv.Itoa(a.Code())
	}
	return a, code(result(results(a, 1), "", 0))
}

// refusedInBulk expects that an operation is refused, alone or with the whole
// request.
func refusedInBulk(t *T, operation Doc) {
	a, status := alone(t, operation)
	a.Holds(strings.HasPrefix(status, "4"), "Operations.status", "4xx", given(status), "an operation that lacks what it needs is not refused")
}

// The rules for every bulk answer.
var bulkInvariants = []Invariant{
	{
		Meta: Meta{
			ID: "bulk.answer-names-its-schema", Level: Must,
			Title:    "Every bulk answer names the BulkResponse URN in schemas",
			Requires: []string{"7644-3.7-04", "7644-8.2-01"}, Catches: []string{"bulk-answer-without-schemas"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, ok := bulkAnswer(x)
			if !ok || declares(r, scim.BulkResponseURN) {
				return ok, nil
			}
			return true, []Finding{{
				Message: "a bulk answer does not name the BulkResponse URN in schemas", Where: "schemas",
				Want: scim.BulkResponseURN, Got: given(r.Get("schemas").Raw),
			}}
		},
	},
	{
		Meta: Meta{
			ID: "bulk.answer-has-no-fail-on-errors", Level: Must,
			Title:    "No bulk answer has failOnErrors, which belongs to requests",
			Requires: []string{"7644-3.7-06"}, Catches: []string{"bulk-answer-echoes-fail-on-errors"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, ok := bulkAnswer(x)
			switch {
			case !ok || !r.Has("failOnErrors") && !r.Has("Operations"):
				return false, nil
			case !r.Has("failOnErrors"):
				return true, nil
			}
			return true, []Finding{{Message: "a bulk answer has failOnErrors", Where: "failOnErrors", Want: "absent", Got: r.Get("failOnErrors").Raw}}
		},
	},
	{
		Meta: Meta{
			ID: "bulk.error-is-described", Level: Must,
			Title:    "The result of each operation that fails in a bulk request says in words what is wrong",
			Requires: []string{"7644-3.7.3-04"}, Catches: []string{"bulk-error-without-detail"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, ok := bulkAnswer(x)
			if !ok {
				return false, nil
			}
			failed := false
			for _, op := range r.Lookup("Operations") {
				if c := code(op); len(c) != 3 || c < "400" {
					continue
				}
				failed = true
				if !described(op) {
					return true, []Finding{{
						Message: "the result of a failed operation does not say what is wrong", Where: "Operations.response.detail",
						Want: "a description", Got: "absent",
					}}
				}
			}
			return failed, nil
		},
	},
}

// described reports whether a failed operation says in words what is wrong: in
// the SCIM Error, or in the status where that is an object (contradiction 58).
// A response that is a string with JSON inside is none, but it speaks.
func described(op gjson.Result) bool {
	for _, path := range []string{"response.detail", "status.description"} {
		if v := op.Get(path); v.Type == gjson.String && strings.TrimSpace(v.Str) != "" {
			return true
		}
	}
	return op.Get("response").Type == gjson.String && op.Get("response").Str != ""
}

// bulkAnswer is the body of an answer to a bulk request that was processed.
func bulkAnswer(x *scim.Exchange) (scim.Resource, bool) {
	if x.Request.Method != http.MethodPost || endpointOf(x) != scim.BulkEndpoint || x.Response.Status != http.StatusOK {
		return scim.Resource{}, false
	}
	r, err := scim.NewResource(x.Response.Body)
	return r, err == nil
}

// declares reports whether schemas names the URN.
func declares(r scim.Resource, urn string) bool {
	for _, s := range r.Lookup("schemas") {
		if strings.EqualFold(s.String(), urn) {
			return true
		}
	}
	return false
}
