package reference

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/scimtest/scimtest/scim"
)

// bulkFaults are in bulk requests.
var bulkFaults = []Fault{
	{"bulk-ignored", "Operations are answered as done and are not", "7644-3.7-02",
		onRequest(func(c *call) (*reply, error) {
			if !c.inBulk {
				return nil, nil
			}
			done := map[string]int{
				http.MethodPost: http.StatusCreated, http.MethodPut: http.StatusOK, http.MethodPatch: http.StatusOK, http.MethodDelete: http.StatusNoContent,
			}
			a := newReply(done[c.method], nil)
			if c.method == http.MethodPost {
				a.header.Set("Location", c.base+c.endpoint()+"/00000000-0000-4000-8000-000000000000")
			}
			return a, nil
		})},
	{"bulk-without-location", "Results do not tell the location", "7644-3.7-13", onResult(func(op object) { delete(op, "location") })},
	{"bulk-without-bulk-id", "Results do not tell the bulkId", "7644-3.7-23", onResult(func(op object) { delete(op, "bulkId") })},
	{"bulk-without-method", "Results do not tell the method", "7644-3.7-08", onResult(func(op object) { delete(op, "method") })},
	{"bulk-error-without-response", "Results of failed operations have no response", "7644-3.7-14", onResult(func(op object) { delete(op, "response") })},
	{"bulk-status-number", "The status of results is a number", "7644-3.7-16",
		onResult(func(op object) { op["status"] = json.Number(textOf(op, "status")) })},
	{"bulk-unknown-method-succeeds", "An operation with an unknown method succeeds", "7644-3.7-08",
		onResult(func(op object) {
			if op["method"] == http.MethodGet {
				op["status"] = strconv.Itoa(http.StatusOK)
				delete(op, "response")
			}
		})},
	{"bulk-stops-at-first-error", "The first error ends a bulk request", "7644-3.7-20",
		onBulk(func(body object) { body["failOnErrors"] = json.Number("1") })},
	{"bulk-fail-on-errors-ignored", "failOnErrors is ignored", "7644-3.7.3-05", onBulk(func(body object) { delete(body, "failOnErrors") })},
	{"bulk-fails-as-a-whole", "One error is the answer to a whole bulk request", "7644-3.7-18",
		onAnswer(func(c *call, a *reply) {
			for _, op := range listOf(a.body["Operations"]) {
				if op, ok := op.(object); ok && c.endpoint() == scim.BulkEndpoint && op["response"] != nil {
					*a = *errorReply(fail(http.StatusConflict, "an operation has failed"))
					return
				}
			}
		})},
	{"bulk-error-fails-those-before", "An operation that fails is told of those before it too", "7644-3.7-20",
		onAnswer(func(c *call, a *reply) {
			results := listOf(a.body["Operations"])
			for i := range results {
				last, _ := results[i].(object)
				if c.endpoint() != scim.BulkEndpoint || last["response"] == nil {
					continue
				}
				for _, before := range results[:i] {
					before.(object)["status"], before.(object)["response"] = last["status"], last["response"]
				}
			}
		})},
	{"bulk-without-operations-succeeds", "A bulk request without operations succeeds", "7644-3.7-19",
		onRequest(func(c *call) (*reply, error) {
			if c.endpoint() == scim.BulkEndpoint && c.body["Operations"] == nil {
				return bulkNothing(), nil
			}
			return nil, nil
		})},
	{"bulk-id-unresolved", "References by bulkId are stored as they are", "7644-3.7.2-02",
		onRequest(func(c *call) (*reply, error) {
			if c.endpoint() == scim.BulkEndpoint && !c.inBulk {
				c.body, _ = literalIDs(c.body).(object)
			}
			return nil, nil
		})},
	{"bulk-no-forward-references", "A bulkId cannot be used before its operation", "7644-3.7-25",
		onBulk(func(body object) {
			known := map[string]bool{}
			for _, op := range listOf(body["Operations"]) {
				op := op.(object)
				for _, ref := range readBulkOperation(op).refs {
					if !known[ref] {
						op["path"] = "/Nowhere"
					}
				}
				known[textOf(op, "bulkId")] = true
			}
		})},
	{"bulk-circular-500", "Operations that refer to each other are answered with 500", "7644-3.7.1-02",
		onRequest(func(c *call) (*reply, error) {
			if c.endpoint() == scim.BulkEndpoint && circular(c.body) {
				return nil, fail(http.StatusInternalServerError, "stack overflow")
			}
			return nil, nil
		})},
	{"bulk-circular-half", "Of operations that refer to each other the first loses its reference", "7644-3.7.1-01",
		onBulk(func(body object) {
			if circular(body) {
				first := listOf(body["Operations"])[0].(object)
				delete(first["data"].(object), "members")
			}
		})},
	{"bulk-reversed", "Operations are done from the last to the first", "7644-3.7-25",
		onBulk(func(body object) {
			list := slices.Clone(listOf(body["Operations"]))
			slices.Reverse(list)
			body["Operations"] = list
		})},
	{"bulk-limits-ignored", "A bulk request above the limits succeeds", "7644-3.7.4-03",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.BulkEndpoint && a.status == http.StatusRequestEntityTooLarge {
				*a = *bulkNothing()
			}
		})},
	{"bulk-limit-unnamed", "The refusal of a bulk request does not name the limit", "7644-3.7.4-04",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.BulkEndpoint && a.status == http.StatusRequestEntityTooLarge {
				a.body["detail"] = "too much"
			}
		})},
}

// onBulk changes the body of bulk requests.
func onBulk(change func(body object)) func(*behaviour) {
	return onCall(func(c *call) {
		if c.endpoint() == scim.BulkEndpoint && c.body != nil {
			change(c.body)
		}
	})
}

// onResult changes each result in the answer to a bulk request.
func onResult(change func(op object)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if c.endpoint() != scim.BulkEndpoint {
			return
		}
		for _, op := range listOf(a.body["Operations"]) {
			change(op.(object))
		}
	})
}

func bulkNothing() *reply {
	return newReply(http.StatusOK, object{"schemas": []any{scim.BulkResponseURN}, "Operations": []any{}})
}

// literalIDs spells references so that they are not known as such.
func literalIDs(v any) any {
	switch v := v.(type) {
	case string:
		if len(v) > len(bulkIDPrefix) && v[:len(bulkIDPrefix)] == bulkIDPrefix {
			return "bulkId-" + v[len(bulkIDPrefix):]
		}
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = literalIDs(x)
		}
		return out
	case object:
		out := object{}
		for k, x := range v {
			out[k] = literalIDs(x)
		}
		return out
	}
	return v
}

// circular reports whether the first two operations refer to each other.
func circular(body object) bool {
	list := listOf(body["Operations"])
	if len(list) < 2 {
		return false
	}
	a, b := readBulkOperation(list[0]), readBulkOperation(list[1])
	return a.bulkID != "" && b.bulkID != "" && slices.Contains(a.refs, b.bulkID) && slices.Contains(b.refs, a.bulkID)
}
