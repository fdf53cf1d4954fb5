package reference

import (
	"net/http"
	"strconv"

	"github.com/scimtest/scimtest/scim"
)

// bulkMessageFaults are in the frame of bulk requests and answers.
var bulkMessageFaults = []Fault{
	{"bulk-answer-without-schemas", "Bulk answers do not name the BulkResponse URN in schemas", "7644-3.7-04",
		onBulkAnswer(func(_ *call, body object) { delete(body, "schemas") })},
	{"bulk-answer-echoes-fail-on-errors", "Bulk answers repeat failOnErrors", "7644-3.7-06",
		onBulkAnswer(func(c *call, body object) {
			if n, given := member(c.body, "failOnErrors"); given {
				body["failOnErrors"] = n
			}
		})},
	{"bulk-error-without-detail", "Results of failed operations do not say what is wrong", "7644-3.7.3-04",
		onResult(func(op object) {
			if e, ok := op["response"].(object); ok {
				delete(e, "detail")
			}
		})},
	{"bulk-version-ignored", "The version of an operation is ignored", "7644-3.7.3-06, 7644-3.7-10",
		onCall(func(c *call) {
			if c.inBulk {
				c.header.Del("If-Match")
			}
		})},
	{"bulk-version-never-matches", "No version of an operation matches", "7644-3.7-10, SCIM-SDK 746",
		refusing(http.StatusPreconditionFailed, func(c *call) bool { return c.inBulk && c.header.Get("If-Match") != "" })},
	{"bulk-without-schemas-500", "A bulk request without schemas is answered with 500", "7644-3.7-03",
		refusing(http.StatusInternalServerError, func(c *call) bool {
			_, named := member(c.body, "schemas")
			return c.endpoint() == scim.BulkEndpoint && !c.inBulk && !named
		})},
	{"bulk-post-without-bulk-id-500", "An operation POST without a bulkId ends in an error of the server", "7644-3.7-09",
		onOperationResult(func(op, result object) {
			if op["method"] == http.MethodPost && op["bulkId"] == nil {
				result["status"] = strconv.Itoa(http.StatusInternalServerError)
			}
		})},
	{"bulk-without-path-succeeds", "An operation without a path is answered as done", "7644-3.7-11",
		onOperationResult(func(op, result object) {
			if op["path"] == nil {
				succeed(result, http.StatusCreated)
			}
		})},
	{"bulk-put-on-endpoint-succeeds", "An operation PUT on an endpoint is answered as done", "7644-3.7-11",
		onOperationResult(func(op, result object) {
			if op["method"] == http.MethodPut && op["path"] == scim.UsersEndpoint {
				succeed(result, http.StatusOK)
			}
		})},
	{"bulk-without-data-succeeds", "An operation POST without data is answered as done", "7644-3.7-12",
		onOperationResult(func(op, result object) {
			if op["method"] == http.MethodPost && op["data"] == nil {
				succeed(result, http.StatusCreated)
			}
		})},
}

// onBulkAnswer changes the answers to bulk requests that were processed.
func onBulkAnswer(f func(c *call, body object)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if c.endpoint() == scim.BulkEndpoint && a.status == http.StatusOK {
			f(c, a.body)
		}
	})
}

// onOperationResult changes results beside the operations that they belong to.
// Where operations were left undone none is changed.
func onOperationResult(f func(op, result object)) func(*behaviour) {
	return onBulkAnswer(func(c *call, body object) {
		v, _ := member(c.body, "Operations")
		operations, results := listOf(v), listOf(body["Operations"])
		for i, x := range results {
			if op, ok := operations[i].(object); ok && len(operations) == len(results) {
				f(op, x.(object))
			}
		}
	})
}

// succeed makes a result one of success.
func succeed(result object, status int) {
	result["status"] = strconv.Itoa(status)
	delete(result, "response")
}
