package reference

import (
	"net/http"
	"strconv"

	"github.com/scimtest/scimtest/scim"
)

// isError reports whether the answer is an error with a body.
func isError(a *reply) bool { return a.status >= http.StatusBadRequest && a.body != nil }

// onError changes errors as they are sent; those inside bulk stay.
func onError(f func(a *reply)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if isError(a) && !c.inBulk {
			f(a)
		}
	})
}

// page500 is what an application server shows when an application fails.
const page500 = "<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"

var errorFaults = []Fault{
	{"error-html", "Errors have an HTML page as body", "OKTA-Q15 (B15)", onError(func(a *reply) {
		a.header.Set("Content-Type", "text/html; charset=utf-8")
		a.raw = []byte(page500)
	})},
	{"error-plain-text", "Errors have a line of text as body", "OKTA-Q15, vouch 1412", onError(func(a *reply) {
		a.header.Set("Content-Type", "text/plain; charset=utf-8")
		a.raw = []byte("error: " + http.StatusText(a.status) + "\n")
	})},
	{"error-empty-body", "Errors have no body", "7644-3.12-01, scimmy-routers 21", onError(func(a *reply) { a.body = nil })},
	{"error-without-schemas", "Errors do not name the Error URN in schemas", "7644-3.12-02, getsentry 117860",
		onError(func(a *reply) { delete(a.body, "schemas") })},
	{"error-status-number", "The status in an error is a number", "E80, laravel-scim-server 114",
		onError(func(a *reply) { a.body["status"] = a.status })},
	{"error-status-missing", "Errors have no status in the body", "getsentry 117860",
		onError(func(a *reply) { delete(a.body, "status") })},
	{"error-status-differs", "The status in an error is not that of HTTP", "7644-3.12-03",
		onError(func(a *reply) { a.body["status"] = strconv.Itoa(a.status + 1) })},
	{"error-media-type-json", "Errors are application/json", "SCM-11",
		onError(func(a *reply) { a.header.Set("Content-Type", "application/json") })},
	{"error-without-detail", "Errors do not say what is wrong", "7644-3.4.2.2-42",
		onError(func(a *reply) { delete(a.body, "detail") })},
	{"error-scim-type-null", "Errors without a scimType have the word null", "wso2 7697, 7644-3.12-04",
		onError(func(a *reply) {
			if a.body["scimType"] == nil {
				a.body["scimType"] = "null"
			}
		})},
	{"error-wrapped", "Errors stand inside another object", "wire-server 5434, SimpleIdServer 227",
		onError(func(a *reply) { a.body = object{"response": a.body} })},
	{"error-200", "Errors are sent with the status 200", "7644-3.2-20",
		onError(func(a *reply) { a.status = http.StatusOK })},
	{"broken-json-500", "A body that is not JSON is answered with 500", "7644-3.12-08",
		onAnswer(func(_ *call, a *reply) {
			if a.body["scimType"] == scim.InvalidSyntax {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
	{"unknown-endpoint-500", "An endpoint that does not exist is answered with 500", "7644-3.12-11",
		onAnswer(func(c *call, a *reply) {
			if unknownEndpoint(c, a) {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
	{"unknown-endpoint-200", "An endpoint that does not exist is answered with 200", "7644-3.12-11",
		onAnswer(func(c *call, a *reply) {
			if unknownEndpoint(c, a) {
				a.status, a.body = http.StatusOK, object{"message": "welcome"}
			}
		})},
	{"collection-write-500", "PUT and PATCH of an endpoint are answered with 500", "7644-3.2-11",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusMethodNotAllowed && len(c.path) == 1 {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
	{"resource-post-500", "POST on a resource is answered with 500", "7644-3.2-11",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusMethodNotAllowed && len(c.path) == 2 {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
}

func unknownEndpoint(c *call, a *reply) bool {
	return a.status == http.StatusNotFound && c.kind() == nil && len(c.path) > 0
}
