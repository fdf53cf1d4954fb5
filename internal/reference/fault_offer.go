package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// offerFaults are in how a service provider says that it lacks something.
var offerFaults = []Fault{
	{"patch-not-offered-405", "PATCH answers 405 where ServiceProviderConfig says that it is not supported", "7644-3.12-16",
		func(b *behaviour) {
			onConfig(func(o object) { o["patch"] = supported(false) })(b)
			refusing(http.StatusMethodNotAllowed, (*call).isPatch)(b)
		}},
	{"bulk-not-offered-404", "/Bulk answers 404 where ServiceProviderConfig says that it is not supported", "7644-3.12-16, elimity",
		func(b *behaviour) {
			onConfig(func(o object) { o["bulk"] = object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0} })(b)
			missing(scim.BulkEndpoint)(b)
		}},
}

// placeFaults are in where things are, and what may stand in a URI.
var placeFaults = []Fault{
	{"groups-at-another-endpoint", "Groups are at /Teams", "7644-3.2-01",
		onShape(func(types []*resourceType) []*resourceType {
			for _, t := range types {
				if t.endpoint == scim.GroupsEndpoint {
					t.endpoint = "/Teams"
				}
			}
			return types
		})},
	{"sensitive-filter-500", "A filter on password is answered with 500", "7644-7.5.2-03", onSensitiveFilter(http.StatusInternalServerError, "")},
	{"sensitive-filter-403-mutability", "A filter on password is answered with 403 and the word mutability", "7644-3.12-26",
		onSensitiveFilter(http.StatusForbidden, scim.Mutability)},
}

func onSensitiveFilter(status int, scimType string) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if strings.Contains(strings.ToLower(c.params.Get("filter")), "password") {
			return nil, &problem{status: status, scimType: scimType, detail: "the filter cannot be answered"}
		}
		return nil, nil
	})
}

// requestFormFaults are in what is made of requests of another form.
var requestFormFaults = []Fault{
	{"undeclared-attribute-500", "A create with an attribute that no schema declares is answered with 500", "7644-3.1-07",
		refusing(http.StatusInternalServerError, func(c *call) bool {
			if !c.isCreate() {
				return false
			}
			for name := range c.body {
				if !c.kind().find("", name).known() && c.kind().extension(name) == nil {
					return true
				}
			}
			return false
		})},
	{"patch-path-of-another-type-ignored", "A path that is no string is ignored", "7644-3.5.2-08",
		onCall(func(c *call) {
			if !c.isPatch() {
				return
			}
			for _, op := range listOf(c.body["Operations"]) {
				if op, ok := op.(object); ok {
					if _, isText := op["path"].(string); !isText {
						delete(op, "path")
					}
				}
			}
		})},
	{"patch-ignores-changed-schemas", "An operation of a PATCH does not see that one before it has changed schemas", "7644-3.5.2-24",
		onOperation(func(p *patcher, o *operation) error {
			for i, op := range listOf(p.c.body["Operations"]) {
				op, _ := op.(object)
				if i < o.index && textOf(op, "path") == "schemas" && strings.HasPrefix(o.path, scim.EnterpriseUserURN) {
					return refuse(scim.InvalidPath, "the resource does not have the schema of %s", scim.Quote(o.path))
				}
			}
			return nil
		})},
	{"redirect-turns-put-into-get", "A PUT is redirected with 303, which makes it a GET", "7644-3.12-06",
		onAnswer(func(c *call, a *reply) {
			if c.method == http.MethodPut && a.shows != nil && !c.inBulk {
				a.status, a.body = http.StatusSeeOther, nil
			}
		})},
	{"error-detail-object", "The detail of errors is an object", "7644-3.12-05",
		onError(func(a *reply) { a.body["detail"] = object{"message": a.body["detail"]} })},
}
