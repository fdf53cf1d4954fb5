package rfc

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/schemas"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The rules for messages: bodies, lists, errors.
var messageInvariants = []Invariant{
	{
		Meta: Meta{
			ID: "message.json", Level: Must,
			Title:    "Every body is a JSON object",
			Requires: []string{"7643-2.1-01", "7644-3.2-19"}, Breaks: []string{"OKTA-Q15"},
			Catches: []string{"error-html", "error-plain-text", "body-truncated"},
		},
		Judge: func(x *scim.Exchange, d *Discovered) (bool, []Finding) {
			if len(x.Response.Body) == 0 || x.Response.Status/100 == 3 || x.Response.Truncated {
				return false, nil
			}
			if _, err := scim.NewResource(x.Response.Body); err != nil {
				return true, []Finding{{
					Message: "the body of an answer " + status(x) + " is not a JSON object", Where: "body", Want: "a JSON object", Got: bodyKind(x),
					Advisory: ofGateway(x, d),
				}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "message.success-has-body", Level: Must,
			Title:    "An answer 200 or 201 carries its content as JSON in the body",
			Requires: []string{"7644-3.2-19"}, Breaks: []string{"OKTA-Q13", "OKTA-Q33"},
			Catches: []string{"create-empty-body", "patch-200-without-body"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if s := x.Response.Status; s != http.StatusOK && (s != http.StatusCreated || x.Response.Header.Get("Location") != "") {
				// A 201 may leave the representation out (RFC 7644 section
				// 3.3: SHOULD) as long as it says where to find it.
				return false, nil
			}
			if x.Request.Method == http.MethodDelete || x.Request.Method == http.MethodHead {
				return false, nil
			}
			if len(x.Response.Body) == 0 {
				return true, []Finding{{Message: "an answer " + status(x) + " has no body", Where: "body", Want: "a JSON object", Got: "nothing"}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "message.error-body", Level: Must,
			Title:    "Every error is described in the body as a SCIM Error",
			Requires: []string{"7644-3.12-01", "7644-3.12-02", "7644-3.2-21", "7644-3.1-05", "7644-3.5.2-32", "7644-8.2-01"}, Breaks: []string{"OKTA-Q15", "OKTA-Q16"},
			Catches: []string{"error-empty-body", "error-without-schemas", "error-html", "error-wrapped"},
		},
		Judge: func(x *scim.Exchange, d *Discovered) (bool, []Finding) {
			if x.Response.Status < 400 || x.Request.Method == http.MethodHead {
				return false, nil
			}
			r, err := scim.NewResource(x.Response.Body)
			if err != nil {
				return true, []Finding{{
					Message: "an error " + status(x) + " has no SCIM Error in its body", Where: "body", Want: "a SCIM Error", Got: bodyKind(x),
					Advisory: ofGateway(x, d),
				}}
			}
			for _, s := range r.Lookup("schemas") {
				if strings.EqualFold(s.String(), scim.ErrorURN) {
					return true, nil
				}
			}
			return true, []Finding{{
				Message: "an error " + status(x) + " does not name the Error URN in schemas", Where: "schemas", Want: scim.ErrorURN, Got: "absent",
				Advisory: ofGateway(x, d),
			}}
		},
	},
	{
		Meta: Meta{
			ID: "message.error-status", Level: Must,
			Title:    "The status in an error's body is the HTTP status, as a string",
			Requires: []string{"7644-3.12-03"}, Breaks: []string{"E80"},
			Catches: []string{"error-status-number", "error-status-differs", "error-status-missing"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, ok := errorBody(x)
			if !ok {
				return false, nil
			}
			want := strconv.Itoa(x.Response.Status)
			v := r.Get("status")
			switch {
			case !v.Exists():
				return true, []Finding{{Message: "an error has no status in its body", Where: "status", Want: strconv.Quote(want), Got: "absent"}}
			case v.Type != gjson.String:
				return true, []Finding{{Message: "the status of an error is not a string", Where: "status", Want: strconv.Quote(want), Got: v.Raw}}
			case v.String() != want:
				return true, []Finding{{Message: "the status of an error is not the HTTP status", Where: "status", Want: strconv.Quote(want), Got: v.Raw}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "message.error-scim-type", Level: Should,
			Title:    "The scimType of an error is spelt as in RFC 7644 table 9",
			Requires: []string{"7644-3.12-04"}, Catches: []string{"error-scim-type-null"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			r, ok := errorBody(x)
			v := r.Get("scimType")
			if !ok || v.Type != gjson.String {
				return false, nil
			}
			if want, wrong := misspelt(v.Str); wrong {
				return true, []Finding{{Message: "the scimType of an error is not spelt as in RFC 7644", Where: "scimType", Want: want, Got: v.Raw}}
			}
			return true, nil
		},
	},
	{
		Meta: Meta{
			ID: "message.list", Level: Must,
			Title:    "Every query is answered by a well-formed ListResponse",
			Requires: []string{"7644-3.4.2-04", "7644-3.4.2-05", "7644-3.4.2-07", "7644-3.1-05", "7644-8.2-01"}, Breaks: []string{"OKTA-Q07", "OKTA-Q08", "E04"},
			Catches: []string{"list-without-schemas", "list-without-total", "list-total-string", "list-resources-missing"},
		},
		Judge: func(x *scim.Exchange, d *Discovered) (bool, []Finding) {
			if !isList(x) {
				return false, nil
			}
			found := listViolations(x, false)
			if pagesByCursor(d) {
				// The last page shows no sign of a cursor.
				found = slices.DeleteFunc(found, func(f Finding) bool { return f.Where == "totalResults" && f.Got == "absent" })
			}
			return true, found
		},
	},
	{
		Meta: Meta{
			ID: "message.list-resources-is-array", Level: Should,
			Title:    "Resources is an array or absent when a query finds nothing",
			Requires: []string{"7644-3.4.2-07"}, Breaks: []string{"OKTA-Q07"}, Catches: []string{"list-resources-null"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			if l, err := scim.ParseList(x.Response.Body); !isList(x) || err != nil || len(l.Resources) > 0 {
				return false, nil
			}
			return true, listViolations(x, true)
		},
	},
	{
		Meta: Meta{
			ID: "message.list-page-size", Level: Must,
			Title:    "itemsPerPage is the number of resources in the page",
			Requires: []string{"7644-3.4.2.4-10", "7644-3.4.2-08"}, Breaks: []string{"OKTA-Q37"},
			Catches: []string{"list-items-per-page-echoes-count"},
		},
		Judge: func(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
			// Not judged on discovery: the RFC's own example has it wrong
			// (erratum 6010).
			if !isList(x) || !isResourceAnswer(x) && !strings.HasSuffix(x.Request.Path, scim.SearchSuffix) {
				return false, nil
			}
			l, err := scim.ParseList(x.Response.Body)
			r, _ := scim.NewResource(x.Response.Body)
			if err != nil || !r.Has("itemsPerPage") {
				return false, nil
			}
			if l.ItemsPerPage != len(l.Resources) {
				// In words: the numbers of a whole list change with what else
				// is on the target.
				got := "a smaller number"
				if l.ItemsPerPage > len(l.Resources) {
					got = "a larger number"
				}
				return true, []Finding{{
					Message: "itemsPerPage is not the number of resources in the page", Where: "itemsPerPage",
					Want: "the number of resources in the page", Got: got,
				}}
			}
			return true, nil
		},
	},
}

// scimTypes are the words of RFC 7644 table 9 and of RFC 9865 section 2.
var scimTypes = []string{
	scim.InvalidFilter, scim.TooMany, scim.Uniqueness, scim.Mutability, scim.InvalidSyntax, scim.InvalidPath, scim.NoTarget,
	scim.InvalidValue, scim.InvalidVers, scim.Sensitive, scim.InvalidCursor, scim.ExpiredCursor, scim.InvalidCount,
}

// misspelt returns the word that a scimType was meant to be, or says that it
// is the text "null"; other words of a provider's own are its affair.
func misspelt(word string) (want string, wrong bool) {
	if word == "" || word == "null" {
		return "a word of RFC 7644 table 9, or absence", true
	}
	for _, known := range scimTypes {
		if strings.EqualFold(word, known) && word != known {
			return known, true
		}
	}
	return "", false
}

// ofGateway reports whether an error often comes from what stands before the
// service provider, and is no word of SCIM then (requirement 7644-3.12-01): a
// 404 does where it is not about the id of a resource.
func ofGateway(x *scim.Exchange, d *Discovered) bool {
	switch x.Response.Status {
	case http.StatusUnauthorized, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusNotFound:
		of := endpointOf(x)
		known := of == scim.UsersEndpoint || of == scim.GroupsEndpoint || d.TypeAt(of) != nil
		return !known || strings.HasSuffix(x.Request.Path, scim.SearchSuffix)
	}
	return false
}

// bodyKind says for people what a body is.
func bodyKind(x *scim.Exchange) string {
	switch b := strings.TrimSpace(string(x.Response.Body)); {
	case b == "":
		return "nothing"
	case strings.HasPrefix(b, "<"):
		return "HTML or XML"
	case scim.ValidJSON([]byte(b)):
		return "JSON that is not an object"
	}
	return "text"
}

// errorBody is the body of an error that is a SCIM Error.
func errorBody(x *scim.Exchange) (scim.Resource, bool) {
	if x.Response.Status < 400 {
		return scim.Resource{}, false
	}
	r, err := scim.NewResource(x.Response.Body)
	if err != nil {
		return r, false
	}
	for _, s := range r.Lookup("schemas") {
		if strings.EqualFold(s.String(), scim.ErrorURN) {
			return r, true
		}
	}
	return r, false
}

// isList reports whether the answer is to a query that succeeded.
func isList(x *scim.Exchange) bool {
	if x.Response.Status != http.StatusOK {
		return false
	}
	if _, err := scim.NewResource(x.Response.Body); err != nil {
		return false
	}
	path := strings.Trim(x.Request.Path, "/")
	switch {
	case x.Request.Method == http.MethodPost:
		return strings.HasSuffix(x.Request.Path, scim.SearchSuffix)
	case x.Request.Method != http.MethodGet:
		return false
	}
	switch "/" + path {
	case scim.ServiceProviderConfigEndpoint, scim.MeEndpoint:
		return false
	}
	return !strings.Contains(path, "/")
}

// listViolations holds a list against its JSON Schema: what is wrong, or what
// is merely tolerated (requirements.md, contradiction 39).
func listViolations(x *scim.Exchange, tolerated bool) []Finding {
	found := violations(schemas.Validate(schemas.ListResponse, x.Response.Body))
	return slices.DeleteFunc(found, func(f Finding) bool { return f.Advisory != tolerated })
}

// violations turns what JSON Schema found into findings.
func violations(list []schemas.Violation) []Finding {
	var out []Finding
	for _, v := range list {
		out = append(out, Finding{Message: v.Message, Where: v.Path, Want: v.Want, Got: v.Got, Advisory: v.Advisory})
	}
	return out
}
