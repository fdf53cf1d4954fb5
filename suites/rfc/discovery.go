package rfc

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// RFC 7644 section 4, RFC 7643 sections 5 to 7. Nothing is written to the
// target but in the checks of discovery_write.go.
var discoveryChecks = slices.Concat(offeredChecks(), configChecks, resourceTypeChecks, schemaChecks, discoveryQueryChecks, readOnlyDiscoveryChecks, announcedChecks())

var configChecks = []Check{
	{Meta: Meta{
		ID: "discovery.config.is-one-object", Level: Must, ReadOnly: true,
		Title:    "/ServiceProviderConfig answers one resource, not a list",
		Requires: []string{"7644-4-02", "7644-3.2-14"}, Needs: []Feature{Discovery},
		Breaks:  []string{"OKTA-Q48"},
		Catches: []string{"config-is-list"},
	}, Body: func(t *T) {
		a := offered(t, scim.ServiceProviderConfigEndpoint).Status(200).HasNot("Resources", "totalResults")
		a.Holds(names(a, scim.ServiceProviderConfigURN), "schemas", scim.ServiceProviderConfigURN, a.Value("schemas").Raw,
			"schemas does not name the ServiceProviderConfig URN")
	}},
	{Meta: Meta{
		ID: "discovery.config.tells-what-is-supported", Level: Must, ReadOnly: true,
		Title: "ServiceProviderConfig tells for each optional feature, by a boolean, whether it is supported",
		Requires: []string{
			"7643-5-05", "7643-5-06", "7643-5-07", "7643-5-08", "7643-5-11", "7643-5-12", "7643-5-14", "7643-5-15",
			"7643-5-16", "7643-5-17", "7643-5-18", "7643-5-19",
		}, Needs: []Feature{Discovery},
		Catches: []string{"config-without-patch", "config-supported-string"},
	}, Body: func(t *T) {
		a := offered(t, scim.ServiceProviderConfigEndpoint).Status(200)
		for _, feature := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
			v := a.Value(feature + ".supported")
			a.Holds(v.IsBool(), feature+".supported", "true or false", given(v.Raw), feature+".supported is no boolean")
		}
	}},
	{Meta: Meta{
		ID: "discovery.config.tells-limits", Level: Must, ReadOnly: true,
		Title:    "ServiceProviderConfig tells the limits of bulk requests and of lists as integers",
		Requires: []string{"7643-5-09", "7643-5-10", "7643-5-13", "7643-2.3.4-01", "7644-3.7.4-02"}, Needs: []Feature{Discovery},
		Catches: []string{"config-without-limits", "config-limit-string"},
	}, Body: func(t *T) {
		a := offered(t, scim.ServiceProviderConfigEndpoint).Status(200)
		for _, limit := range []string{"bulk.maxOperations", "bulk.maxPayloadSize", "filter.maxResults"} {
			v := a.Value(limit)
			a.Holds(v.Type == gjson.Number && !strings.ContainsAny(v.Raw, ".eE"), limit, "an integer", given(v.Raw), limit+" is no integer")
		}
	}},
	{Meta: Meta{
		ID: "discovery.config.tells-authentication-schemes", Level: Must, ReadOnly: true,
		Title:    "ServiceProviderConfig tells type, name and description of each authentication scheme",
		Requires: []string{"7643-5-20", "7643-5-22", "7643-5-23", "7643-5-24"}, Needs: []Feature{Discovery},
		Catches: []string{"config-without-authentication-schemes", "config-scheme-without-name"},
	}, Body: func(t *T) {
		a := offered(t, scim.ServiceProviderConfigEndpoint).Status(200).Has("authenticationSchemes")
		schemes := a.Resource().Lookup("authenticationSchemes")
		for _, part := range []string{"type", "name", "description"} {
			a.Count("authenticationSchemes."+part, len(schemes))
		}
	}},
}

var resourceTypeChecks = []Check{
	{Meta: Meta{
		ID: "discovery.resource-types.lists-user", Level: Must, ReadOnly: true,
		Title:    "/ResourceTypes lists the type of /Users with its endpoint and the User schema",
		Requires: []string{"7644-4-07", "7644-4-10", "7644-3.2-15", "7643-6-06", "7643-6-07", "7643-4.1-01"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-types-bare-array", "resource-types-without-user"},
	}, Body: func(t *T) {
		a := offered(t, scim.ResourceTypesEndpoint).Status(200)
		user := entry(a, "endpoint", func(s string) bool { return strings.HasSuffix("/"+s, scim.UsersEndpoint) })
		a.Holds(user != nil, "Resources", "the type of /Users", "absent", "no resource type has the endpoint /Users")
		a.Holds(user == nil || user.Get("schema").String() == scim.UserURN, "Resources.schema", scim.UserURN, "another",
			"the resource type of /Users does not name the User schema")
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.by-name", Level: Should, ReadOnly: true,
		Title:    "Each resource type can be read alone",
		Requires: []string{"7644-4-08", "7644-4-09"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-type-by-id-missing", "resource-type-by-id-list"},
	}, Body: func(t *T) {
		list := offered(t, scim.ResourceTypesEndpoint).Status(200)
		eachListed(list, func(r scim.Resource) {
			key := r.ID()
			if key == "" {
				key = r.Get("name").String()
			}
			t.Fetch(scim.ResourceTypesEndpoint+"/"+url.PathEscape(key)).Status(200).Equal("name", r.Get("name").String()).HasNot("Resources")
		})
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.unknown", Level: Should, ReadOnly: true,
		Title:    "A resource type that does not exist is answered with 404",
		Requires: []string{"7644-4-08", "7644-3.12-11"}, Needs: []Feature{Discovery},
		Catches: []string{"discovery-unknown-shows-all"},
	}, Body: func(t *T) {
		offered(t, scim.ResourceTypesEndpoint).Arranging().Status(200).Page()
		t.Fetch(scim.ResourceTypesEndpoint + "/ScimtestNoSuchType").Status(404)
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.endpoints-answer", Level: Must, ReadOnly: true,
		Title:    "The endpoint of each resource type answers a query",
		Requires: []string{"7643-6-06", "7644-3.2-04", "7643-3.2-01"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-types-dead-endpoint"},
	}, Body: func(t *T) {
		eachListed(offered(t, scim.ResourceTypesEndpoint).Status(200), func(r scim.Resource) {
			endpoint := "/" + strings.Trim(r.Get("endpoint").String(), "/")
			if strings.Contains(endpoint, ":") {
				return // an absolute URL: not below the base URL
			}
			// A wide query may always be refused as tooMany, and any one for
			// missing rights.
			a := t.Fetch(endpoint, Query("count", "1")).Status(200, 400, 401, 403, 501)
			if a.Code() == 200 {
				a.Page()
			}
		})
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.name-the-resources", Level: Must,
		Title:    "meta.resourceType of a user is the name of a resource type",
		Requires: []string{"7643-6-04", "7643-3-10"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-types-without-user", "wrong-resource-type"},
	}, Body: func(t *T) {
		u := keeps(t, t.GivenUser(), "meta.resourceType")
		want := u.Body.Get("meta.resourceType").String()
		a := offered(t, scim.ResourceTypesEndpoint).Status(200)
		named := entry(a, "name", func(s string) bool { return s == want })
		byID := entry(a, "id", func(s string) bool { return s == want })
		a.Holds(named != nil || byID != nil, "Resources.name", want, "absent", "no resource type has the name that users bear in meta.resourceType")
	}},
}

var schemaChecks = []Check{
	{Meta: Meta{
		ID: "discovery.schemas.lists-those-of-resource-types", Level: Must, ReadOnly: true,
		Title:    "/Schemas lists each schema and extension that a resource type names",
		Requires: []string{"7644-4-04", "7644-3.2-16", "7643-6-07", "7643-6-09", "7643-7-01", "7643-3.2-01"}, Needs: []Feature{Discovery},
		Breaks:  []string{"E82"},
		Catches: []string{"schemas-bare-array", "schemas-without-extension"},
	}, Body: func(t *T) {
		types := offered(t, scim.ResourceTypesEndpoint).Arranging().Status(200)
		list := offered(t, scim.SchemasEndpoint).Status(200)
		eachListed(types, func(r scim.Resource) {
			for _, urn := range append(r.Lookup("schemaExtensions.schema"), r.Get("schema")) {
				found := entry(list, "id", func(s string) bool { return strings.EqualFold(s, urn.String()) })
				list.Holds(found != nil, "Resources.id", urn.String(), "absent", "/Schemas lacks a schema that a resource type names")
			}
		})
	}},
	{Meta: Meta{
		ID: "discovery.schemas.by-id", Level: Should, ReadOnly: true,
		Title:    "Each schema can be read alone by its URN",
		Requires: []string{"7644-4-05", "7644-4-09", "7643-7-08", "7644-3.1-03"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-by-id-missing", "schema-by-id-list"},
	}, Body: func(t *T) {
		eachListed(offered(t, scim.SchemasEndpoint).Status(200), func(r scim.Resource) {
			t.Fetch(scim.SchemasEndpoint+"/"+r.ID()).Status(200).EqualFold("id", r.ID()).HasNot("Resources")
		})
	}},
	{Meta: Meta{
		ID: "discovery.schemas.unknown", Level: Should, ReadOnly: true,
		Title:    "A schema that does not exist is answered with 404",
		Requires: []string{"7644-4-05", "7644-3.12-11"}, Needs: []Feature{Discovery},
		Catches: []string{"discovery-unknown-shows-all"},
	}, Body: func(t *T) {
		offered(t, scim.SchemasEndpoint).Arranging().Status(200).Page()
		t.Fetch(scim.SchemasEndpoint + "/urn:ietf:params:scim:schemas:scimtest:2.0:NoSuchSchema").Status(404)
	}},
	{Meta: Meta{
		ID: "discovery.schemas.no-message-schemas", Level: Must, ReadOnly: true,
		Title:    "/Schemas lists no schemas of messages",
		Requires: []string{"7644-3.1-06"}, Needs: []Feature{Discovery},
		Catches: []string{"schemas-lists-messages"},
	}, Body: func(t *T) {
		list := offered(t, scim.SchemasEndpoint).Status(200)
		message := entry(list, "id", func(s string) bool { return strings.HasPrefix(strings.ToLower(s), "urn:ietf:params:scim:api:") })
		list.Holds(message == nil, "Resources.id", "no urn:ietf:params:scim:api:", "one", "/Schemas lists the schema of a message")
		list.Holds(len(list.IDs()) > 0, "Resources", "the schemas of the target", "none", "/Schemas lists nothing")
	}},
	{Meta: Meta{
		ID: "discovery.schemas.user-name-is-required", Level: Should, ReadOnly: true,
		Title:    "The User schema says that userName is required",
		Requires: []string{"7643-4.1.1-03"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-user-name-optional"},
	}, Body: func(t *T) {
		a := offered(t, scim.SchemasEndpoint+"/"+scim.UserURN).Status(200)
		a.Equal(`attributes[name eq "userName"].required`, true)
	}},
}

var discoveryQueryChecks = []Check{
	{Meta: Meta{
		ID: "discovery.ignores-paging", Level: Must, ReadOnly: true,
		Title:    "Parameters for paging do not change the list of schemas",
		Requires: []string{"7644-4-11"}, Needs: []Feature{Discovery},
		Catches: []string{"discovery-pages"},
	}, Body: func(t *T) {
		all := offered(t, scim.SchemasEndpoint).Arranging().Status(200).IDs()
		if len(all) < 2 {
			t.Skip("the target lists fewer than two schemas")
		}
		a := t.Fetch(scim.SchemasEndpoint, Query("startIndex", "2"), Query("count", "1")).Status(200)
		a.Holds(len(a.IDs()) == len(all), "Resources", "all schemas", "a part", "/Schemas does not list all schemas when startIndex and count are given")
	}},
	{Meta: Meta{
		ID: "discovery.refuses-filter", Level: Must, ReadOnly: true,
		Title:    "A filter on /ResourceTypes is refused with 403 and never applied",
		Requires: []string{"7644-4-12", "7644-4-11"}, Needs: []Feature{Discovery, Groups},
		Catches: []string{"discovery-filters"},
	}, Body: func(t *T) {
		all := offered(t, scim.ResourceTypesEndpoint).Arranging().Status(200).Page().Resources
		if len(all) < 2 {
			t.Skip("the target lists fewer than two resource types")
		}
		a := t.Fetch(scim.ResourceTypesEndpoint, Filter(`name eq "User"`)).NoServerError()
		if a.Code() == 200 {
			n := len(a.Page().Resources)
			a.Holds(n == len(all), "Resources", "all resource types", "a part", "/ResourceTypes is filtered")
		}
		a.Advisory().Status(403)
	}},
	{Meta: Meta{
		ID: "discovery.config.readable-before-authentication", Level: Should, ReadOnly: true,
		Title:    "ServiceProviderConfig can be read without credentials, to learn which are needed",
		Requires: []string{"7643-5-21"}, Needs: []Feature{Discovery},
		Catches: []string{"config-needs-credentials"},
	}, Body: func(t *T) {
		t.Fetch(scim.ServiceProviderConfigEndpoint, NoAuth()).Status(200).Has("authenticationSchemes")
	}},
}

// offeredChecks judge whether discovery is offered at all. That is advisory:
// RFC 7643 section 1.2 says that schemas may be, RFC 7644 section 4 what is
// answered where it is.
func offeredChecks() (checks []Check) {
	for _, c := range []struct{ id, endpoint, row, fault string }{
		{"config", scim.ServiceProviderConfigEndpoint, "7644-3.2-14", "config-missing"},
		{"resource-types", scim.ResourceTypesEndpoint, "7644-3.2-15", "resource-types-missing"},
		{"schemas", scim.SchemasEndpoint, "7644-3.2-16", "schemas-missing"},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "discovery." + c.id + ".is-offered", Level: Should, ReadOnly: true,
			Title:    "There is " + c.endpoint,
			Requires: []string{c.row, "7644-4-01"},
			Catches:  []string{c.fault},
		}, Body: func(t *T) {
			a := t.Fetch(c.endpoint).Status(200)
			if c.endpoint == scim.ServiceProviderConfigEndpoint {
				a.Has("authenticationSchemes")
			} else {
				a.Holds(len(a.Page().Resources) > 0, "Resources", "an entry or more", "none", c.endpoint+" lists nothing")
			}
		}})
	}
	return checks
}

// offered reads what discovery has at the path. A check does not apply where
// that is not offered, which offeredChecks report.
func offered(t *T, path string) *Answer {
	a := t.Fetch(path)
	if a.Code() == 404 || a.Code() == 501 {
		endpoint, _, _ := strings.Cut(path[1:], "/")
		t.Skip("the target offers no /%s", endpoint)
	}
	return a
}

// names reports whether schemas of the answer lists the URN.
func names(a *Answer, urn string) bool {
	return slices.ContainsFunc(a.Resource().Lookup("schemas"), func(v gjson.Result) bool { return strings.EqualFold(v.String(), urn) })
}

// entry is the first resource of a list whose attribute fits, or nil.
func entry(a *Answer, attr string, fits func(string) bool) *scim.Resource {
	for _, r := range a.Page().Resources {
		if fits(r.Get(attr).String()) {
			return &r
		}
	}
	return nil
}

// eachListed calls do for each resource of a list, which may not be empty.
func eachListed(a *Answer, do func(scim.Resource)) {
	list := a.Page().Resources
	a.Holds(len(list) > 0, "Resources", "at least one", "none", "the list is empty")
	for _, r := range list {
		do(r)
	}
}
