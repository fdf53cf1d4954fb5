package rfc

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 sections 3.5 and 3.12: what a service provider may leave out, and
// how it says so.
var unsupportedChecks = []Check{
	{Meta: Meta{
		ID: "patch.is-supported", Level: Should,
		Title:    "PATCH is supported",
		Requires: []string{"7644-3.5-02"},
		Breaks:   []string{"E07", "OKTA-Q03"},
		Catches:  []string{"patch-not-offered", "patch-not-implemented"},
	}, Body: func(t *T) {
		if !t.Has(Patch) {
			t.Expect(false, nil, "PATCH", "supported", "not supported", "the target has no PATCH")
			return
		}
		t.Offers(scim.UserURN, "displayName")
		u := t.GivenUser()
		t.Patch(u, Replace("displayName", "North Star")).Status(200, 204)
		t.Get(u).Status(200).EqualFold("displayName", "North Star")
	}},
	{Meta: Meta{
		ID: "patch.unsupported-answers-501", Level: Should,
		Title:    "PATCH is answered with 501 where ServiceProviderConfig says that it is not supported",
		Requires: []string{"7644-3.12-16", "7644-3.5.2-01"},
		Catches:  []string{"patch-not-offered-405"},
	}, Body: func(t *T) {
		deniedByConfig(t, Patch, "patch.supported")
		u := t.GivenUser()
		t.Patch(u, Replace("displayName", "North Star")).Status(501)
	}},
	{Meta: Meta{
		ID: "bulk.unsupported-answers-501", Level: Should,
		Title:    "A bulk request is answered with 501 where ServiceProviderConfig says that bulk is not supported",
		Requires: []string{"7644-3.12-16", "7644-3.7-01"},
		Catches:  []string{"bulk-not-offered-404"},
	}, Body: func(t *T) {
		deniedByConfig(t, Bulk, "bulk.supported")
		alive(t)
		bulkAnyway(t, nil, Doc{"method": http.MethodDelete, "path": scim.UsersEndpoint + "/" + nobody}).Status(501)
	}},
}

// deniedByConfig ends the check as not applicable unless ServiceProviderConfig
// itself says that the target lacks the feature.
func deniedByConfig(t *T, f Feature, path string) {
	if told := t.Target().Config.Get(path); t.Has(f) || !told.IsBool() || told.Bool() {
		t.Skip("ServiceProviderConfig does not say that %s is false", path)
	}
}

// RFC 7644 sections 3.1 and 3.5.2: the form of requests.
var requestFormChecks = []Check{
	{Meta: Meta{
		ID: "create.undeclared-attribute", Level: Must,
		Title:    "An attribute that no schema declares does no harm to a create: it is ignored, or the create refused",
		Requires: []string{"7644-3.1-07"},
		Catches:  []string{"undeclared-attribute-500"},
	}, Body: func(t *T) {
		t.GivenUser()
		doc := t.NewUser(Set("scimtestUnknown", "Undeclared"))
		a := takenOrRefused(t.Post(scim.UsersEndpoint, doc), 201)
		if a.Code() != 201 {
			return
		}
		u := a.Created(scim.UsersEndpoint, doc)
		read := t.Get(u).Judged().Status(200).EqualFold("userName", u.Text("userName"))
		if len(t.Target().Schemas) > 0 {
			read.Advisory().HasNot("scimtestUnknown")
		}
	}},
	{Meta: Meta{
		ID: "patch.error.path-is-a-number", Level: Must,
		Title:    "PATCH with a path that is a number is refused with 400 and changes nothing",
		Requires: []string{"7644-3.5.2-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-path-of-another-type-ignored"},
	}, Body: func(t *T) { refusesPath(t, 5) }},
	{Meta: Meta{
		ID: "patch.error.path-is-an-object", Level: Must,
		Title:    "PATCH with a path that is an object is refused with 400 and changes nothing",
		Requires: []string{"7644-3.5.2-08"}, Needs: []Feature{Patch},
		Catches: []string{"patch-path-of-another-type-ignored"},
	}, Body: func(t *T) { refusesPath(t, Doc{}) }},
	{Meta: Meta{
		ID: "patch.schemas-before-extension", Level: Must,
		Title:    "A PATCH that adds an extension to schemas and then an attribute of it is done in this order",
		Requires: []string{"7644-3.5.2-24", "7644-3.5.2-25"}, Needs: []Feature{Patch, EnterpriseUser},
		Catches: []string{"patch-ignores-changed-schemas"},
	}, Body: func(t *T) {
		t.Offers(scim.EnterpriseUserURN, "department")
		u, other := t.GivenUser(), t.GivenUser()
		withoutDefault(t, u, enterprise("department"))
		schemas := Add("schemas", Values{scim.EnterpriseUserURN})
		if t.Patch(other, schemas).Code()/100 != 2 {
			t.Skip("the target does not take a change of schemas by PATCH")
		}
		t.Patch(u, schemas, Add(enterprise("department"), "Navigation")).Status(200, 204)
		a := t.Get(u).Status(200).EqualFold(enterprise("department"), "Navigation")
		a.Holds(namesSchema(a, scim.EnterpriseUserURN), "schemas", "with "+scim.EnterpriseUserURN, "without it",
			"schemas does not name the extension whose attribute was added")
	}},
}

// refusesPath judges a PATCH whose path is no string. Its value is one that a
// PATCH without a path would take.
func refusesPath(t *T, path any) {
	t.Offers(scim.UserURN, "displayName")
	u := t.GivenUser()
	t.Patch(u, Replace("", Doc{"displayName": "Control"})).Arranging().Status(200, 204)
	t.Get(u).Arranging().Status(200).EqualFold("displayName", "Control")
	a := t.Send(http.MethodPatch, u.Path(), Doc{
		"schemas":    Values{scim.PatchOpURN},
		"Operations": Values{Doc{"op": "replace", "path": path, "value": Doc{"displayName": "Overwritten"}}},
	})
	t.Get(u).Status(200).NotEqual("displayName", "Overwritten")
	a.Refused().Advisory().Status(400)
}

// RFC 7644 sections 3.2 and 7.5.2.
var placeChecks = []Check{
	{Meta: Meta{
		ID: "discovery.core-types-at-their-endpoints", Level: Must, ReadOnly: true,
		Title:    "The resource types of the schemas User and Group are at /Users and /Groups",
		Requires: []string{"7644-3.2-01"}, Needs: []Feature{Discovery},
		Catches: []string{"groups-at-another-endpoint"},
	}, Body: func(t *T) {
		listed := 0
		for _, core := range [...]struct{ urn, endpoint string }{{scim.UserURN, scim.UsersEndpoint}, {scim.GroupURN, scim.GroupsEndpoint}} {
			if !slices.ContainsFunc(t.Target().Types, func(kind ResourceType) bool { return strings.EqualFold(kind.Schema, core.urn) }) {
				continue
			}
			listed++
			a := t.Fetch(core.endpoint, Query("count", "1")).Status(200, 400, 403)
			if a.Code() == http.StatusOK {
				a.Page()
			}
		}
		if listed == 0 {
			t.Skip("/ResourceTypes lists no type with the schema User or Group")
		}
	}},
	{Meta: Meta{
		ID: "error.sensitive-filter", Level: Should,
		Title:    "A filter on password in a URI is answered with 403 sensitive, refused as a filter, or finds nothing",
		Requires: []string{"7644-7.5.2-03", "7644-7.5.2-04", "7644-3.12-26"}, Needs: []Feature{Filtering},
		Catches: []string{"sensitive-filter-500", "sensitive-filter-403-mutability"},
	}, Body: func(t *T) {
		u := t.GivenUser()
		control(t, eq("userName", u.Text("userName")), u)
		a := t.List(scim.UsersEndpoint, Filter(mine(t, eq("password", "Scimtest-no-such-pw")))).Status(200, 400, 403)
		switch a.Code() {
		case 200:
			a.Finds()
		case 403:
			word := a.ScimType()
			a.Holds(word == "" || word == scim.Sensitive, "scimType", scim.Sensitive, word, "the scimType of a refused sensitive filter is another word than sensitive")
		}
	}},
}
