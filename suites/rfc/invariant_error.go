package rfc

import (
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The rules for errors and redirects that a SHOULD or a MAY words; those of a
// MUST are among the rules for messages.
var errorInvariants = []Invariant{
	{
		Meta: Meta{
			ID: "message.error-has-error-status", Level: Should,
			Title:    "An answer whose body is a SCIM Error has the HTTP status of an error",
			Requires: []string{"7644-3.2-20"}, Catches: []string{"error-200"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, err := scim.NewResource(x.Response.Body)
			if err != nil || !declares(r, scim.ErrorURN) {
				return false, nil
			}
			if x.Response.Status/100 == 2 {
				return true, []Finding{{
					Message: "a SCIM Error is answered with a status of success", Where: "status", Want: "4xx or 5xx", Got: status(x),
				}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "message.error-detail", Level: Should,
			Title:    "The detail of an error, where there is one, is a text",
			Requires: []string{"7644-3.12-05"}, Catches: []string{"error-detail-object"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, ok := errorBody(x)
			detail := r.Get("detail")
			if !ok || !detail.Exists() || detail.Type == gjson.Null {
				return false, nil
			}
			if detail.Type != gjson.String {
				return true, []Finding{{Message: "the detail of an error is not a string", Where: "detail", Want: "a string", Got: kindOf(detail)}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "message.invalid-vers-is-of-versions", Level: Should,
			Title:    "No error has the scimType invalidVers, which is about another version of the protocol than that of the base URL",
			Requires: []string{"7644-3.12-25"}, Catches: []string{"filter-refused-as-invalid-vers"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, ok := errorBody(x)
			if !ok || r.Get("scimType").Type != gjson.String {
				return false, nil
			}
			if r.Get("scimType").Str == scim.InvalidVers {
				return true, []Finding{{
					Message: "a request to the base URL is refused as one of an unsupported version", Where: "scimType",
					Want: "a word for what is wrong", Got: scim.InvalidVers,
				}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "wire.redirect-keeps-method", Level: Should,
			Title:    "A request that writes is redirected with 307 or 308, which keep its method and body",
			Requires: []string{"7644-3.12-06", "7644-3.12-07"}, Catches: []string{"redirect-turns-put-into-get"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if x.Request.Method == http.MethodGet || x.Request.Method == http.MethodHead {
				return false, nil
			}
			switch x.Response.Status {
			case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
				return true, nil
			case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
				return true, []Finding{{
					Message: "a request that writes is redirected in a way that makes it a GET", Where: "status", Want: "307 or 308", Got: status(x),
				}}
			}
			return false, nil
		},
	},
}

// kindOf says for people what kind of JSON value it is.
func kindOf(v gjson.Result) string {
	switch {
	case v.IsObject():
		return "an object"
	case v.IsArray():
		return "an array"
	case v.IsBool():
		return "a boolean"
	}
	return "a number"
}
