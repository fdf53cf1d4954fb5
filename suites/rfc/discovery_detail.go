package rfc

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The parts of ResourceType and ServiceProviderConfig resources one by one
// (RFC 7643 sections 5 and 6, RFC 9865 section 4), and what follows from them.
var discoveryDetailChecks = slices.Concat(typeDetailChecks, configDetailChecks, pagingFlagChecks())

var typeDetailChecks = []Check{
	{Meta: Meta{
		ID: "discovery.endpoints-of-users-and-groups", Level: Must, ReadOnly: true,
		Title:    "Users live at /Users, and groups at /Groups",
		Requires: []string{"7644-3.2-01"},
		Catches:  []string{"users-not-there", "groups-not-there"},
	}, Body: func(t *T) {
		endpoints := []string{scim.UsersEndpoint}
		if t.Has(Groups) {
			endpoints = append(endpoints, scim.GroupsEndpoint)
		}
		for _, endpoint := range endpoints {
			// A wide query may be refused as tooMany.
			a := t.Fetch(endpoint, Query("count", "1"))
			if a.ScimType() == scim.TooMany {
				a.Status(400)
				continue
			}
			a.Status(200).Page()
		}
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.are-complete", Level: Must, ReadOnly: true,
		Title:    "Each resource type has a name, an endpoint and a schema",
		Requires: []string{"7643-6-02"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-type-without-schema"},
	}, Body: func(t *T) {
		a := offered(t, scim.ResourceTypesEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			for _, part := range []string{"name", "endpoint", "schema"} {
				a.Holds(r.Get(part).String() != "", "Resources."+part, "present", typeName(r)+" without it", "a resource type has no "+part)
			}
		})
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.have-descriptions", Level: Should, ReadOnly: true,
		Title:    "Each resource type is described for people",
		Requires: []string{"7643-6-05"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-type-without-description"},
	}, Body: func(t *T) {
		a := offered(t, scim.ResourceTypesEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			a.Holds(r.Get("description").String() != "", "Resources.description", "a description", typeName(r)+" without one",
				"a resource type has no description")
		})
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.extensions-are-a-list", Level: Should, ReadOnly: true,
		Title:    "schemaExtensions of a resource type is an array",
		Requires: []string{"7643-6-08"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-type-extension-object"},
	}, Body: func(t *T) {
		a := offered(t, scim.ResourceTypesEndpoint).Status(200)
		eachListed(a, func(r scim.Resource) {
			v := field(r.JSON(), "schemaExtensions")
			a.Holds(!v.Exists() || v.Type == gjson.Null || v.IsArray(), "Resources.schemaExtensions", "an array", v.Raw, "schemaExtensions is no array")
		})
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.extensions-say-whether-required", Level: Must, ReadOnly: true,
		Title:    "A resource type tells for each extension, by a boolean, whether it is required",
		Requires: []string{"7643-6-10"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-type-extension-without-required", "resource-type-extension-required-string"},
	}, Body: func(t *T) {
		a := offered(t, scim.ResourceTypesEndpoint).Status(200)
		extended := false
		eachListed(a, func(r scim.Resource) {
			for _, x := range field(r.JSON(), "schemaExtensions").Array() {
				extended = true
				v := field(x, "required")
				a.Holds(v.IsBool(), "Resources.schemaExtensions.required", "true or false", given(v.Raw), "an extension of a resource type has no boolean required")
			}
		})
		if !extended {
			t.Skip("no resource type of the target has an extension")
		}
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.required-extension-is-there", Level: Must,
		Title:    "A user has each extension that its resource type requires, or is refused without it",
		Requires: []string{"7643-6-11"}, Needs: []Feature{Discovery},
		Catches: []string{"extension-required-in-name"},
	}, Body: func(t *T) {
		user := entry(offered(t, scim.ResourceTypesEndpoint).Arranging().Status(200), "endpoint", func(s string) bool {
			return strings.HasSuffix("/"+s, scim.UsersEndpoint)
		})
		var required []string
		if user != nil {
			for _, x := range field(user.JSON(), "schemaExtensions").Array() {
				if urn := field(x, "schema").String(); urn != "" && field(x, "required").Bool() {
					required = append(required, urn)
				}
			}
		}
		if len(required) == 0 {
			t.Skip("the resource type of users requires no extension")
		}
		doc := withoutExtensions(t.NewUser(), required)
		a := t.Post(scim.UsersEndpoint, doc)
		if a.Code() == 400 {
			t.GivenUser() // with what the profile always sends: the extension was what lacked
			a.Status(400)
			return
		}
		u := a.Status(201).Created(scim.UsersEndpoint, doc)
		got := t.Get(u).Status(200).Judged()
		for _, urn := range required {
			got.Holds(namesSchema(got, urn), "schemas", urn, "absent", "a user lacks an extension that its resource type requires")
			for _, attr := range t.Target().Schemas[strings.ToLower(urn)].Attributes {
				if attr.Required && attr.Returned != "never" && attr.Returned != "request" {
					got.Has(urn + ":" + attr.Name)
				}
			}
		}
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.resources-have-common-attributes", Level: Must,
		Title:    "Resources of each type have an id and meta, though no schema lists them",
		Requires: []string{"7643-3.1-01", "7643-3-07"},
		Catches:  []string{"group-without-meta"},
	}, Body: func(t *T) {
		common := func(r *Resource) { t.Get(r).Status(200).Has("id", "meta") }
		common(t.GivenUser())
		if t.Has(Groups) {
			common(t.GivenGroup())
		}
		for _, kind := range t.Target().Types {
			endpoint := "/" + strings.Trim(kind.Endpoint, "/")
			if ofRFC(kind.Schema) || endpoint == "/" {
				continue
			}
			// What is there was made by others: no more than advice.
			a := t.Fetch(endpoint, Query("count", "1"), Query("startIndex", "1")).Advisory()
			if a.Code() != 200 {
				continue
			}
			for _, r := range a.Page().Resources {
				a.Holds(r.ID() != "", "Resources.id", "present", "absent", "a resource of a custom type has no id")
				a.Holds(r.Has("meta"), "Resources.meta", "present", "absent", "a resource of a custom type has no meta")
			}
		}
	}},
	{Meta: Meta{
		ID: "discovery.resource-types.endpoints-are-plural", Level: Should, ReadOnly: true,
		Title:    "The endpoint of a resource type of the target's own ends in s",
		Requires: []string{"7644-3.2-02"}, Needs: []Feature{Discovery},
		Catches: []string{"resource-type-singular-endpoint"},
	}, Body: func(t *T) {
		a := offered(t, scim.ResourceTypesEndpoint).Status(200)
		custom := false
		eachListed(a, func(r scim.Resource) {
			if endpoint := r.Get("endpoint").String(); !ofRFC(r.Get("schema").String()) {
				custom = true
				a.Holds(strings.HasSuffix(strings.ToLower(strings.TrimSuffix(endpoint, "/")), "s"), "Resources.endpoint", "the plural of the name",
					given(endpoint), "an endpoint is not named by the plural of its resource type")
			}
		})
		if !custom {
			t.Skip("the target has no resource types of its own")
		}
	}},
	{Meta: Meta{
		ID: "discovery.schemas.id-is-always-returned", Level: Must, ReadOnly: true,
		Title:    "A schema that is read with the parameter attributes has its id",
		Requires: []string{"7643-7-03"}, Needs: []Feature{Discovery},
		Catches: []string{"schema-projected-without-id"},
	}, Body: func(t *T) {
		list := offered(t, scim.SchemasEndpoint).Arranging().Status(200).Page().Resources
		if len(list) == 0 || list[0].ID() == "" {
			t.Skip("the target lists no schemas")
		}
		path := scim.SchemasEndpoint + "/" + list[0].ID()
		if t.Fetch(path).Code() != 200 {
			t.Skip("a schema cannot be read alone")
		}
		if a := t.Fetch(path, Query("attributes", "name")).NoServerError(); a.Code() == 200 {
			a.EqualFold("id", list[0].ID())
		}
	}},
}

var configDetailChecks = []Check{
	{Meta: Meta{
		ID: "discovery.config.tells-of-cursors", Level: Should,
		Title:    "Who pages by cursor says so in ServiceProviderConfig",
		Requires: []string{"9865-4-01"}, Needs: []Feature{Discovery},
		Catches: []string{"pagination-not-told"},
	}, Body: func(t *T) {
		a := offered(t, scim.ServiceProviderConfigEndpoint).Status(200)
		if v := field(a.Resource().JSON(), "pagination"); v.Exists() {
			a.Holds(v.IsObject(), "pagination", "an object", v.Raw, "pagination is no object")
			return
		}
		t.GivenUsers(2)
		page := t.Fetch(scim.UsersEndpoint, Query("cursor", ""), Query("count", "1"))
		if page.Code() != 200 || page.Text("nextCursor") == "" {
			t.Skip("the target does not page by cursor")
		}
		a.Has("pagination")
	}},
	{Meta: Meta{
		ID: "discovery.config.paging-details-are-positive", Level: Should, ReadOnly: true,
		Title:    "The details of paging in ServiceProviderConfig are a known method and whole numbers above 0",
		Requires: []string{"9865-4-04", "9865-4-05", "9865-4-06", "9865-4-07"}, Needs: []Feature{Discovery},
		Catches: []string{"pagination-method-unknown", "pagination-size-zero"},
	}, Body: func(t *T) {
		a, pagination := paginationOf(t)
		method := field(pagination, "defaultPaginationMethod")
		a.Holds(unset(method) || slices.Contains([]string{"cursor", "index"}, method.String()), "pagination.defaultPaginationMethod",
			"cursor or index", method.Raw, "the default method of paging is neither cursor nor index")
		for _, number := range []string{"defaultPageSize", "maxPageSize", "cursorTimeout"} {
			v := field(pagination, number)
			whole := v.Type == gjson.Number && v.Num > 0 && !strings.ContainsAny(v.Raw, ".eE")
			a.Holds(unset(v) || whole, "pagination."+number, "a whole number above 0", v.Raw, "pagination."+number+" is no whole number above 0")
		}
	}},
	{Meta: Meta{
		ID: "discovery.config.help-pages-are-urls", Level: Should, ReadOnly: true,
		Title:    "The pages that ServiceProviderConfig names are URLs of HTTP",
		Requires: []string{"7643-5-04", "7643-5-25", "7643-5-26"}, Needs: []Feature{Discovery},
		Catches: []string{"config-documentation-no-url", "config-spec-no-url"},
	}, Body: func(t *T) {
		a := offered(t, scim.ServiceProviderConfigEndpoint).Status(200)
		named := false
		for _, path := range []string{"documentationUri", "authenticationSchemes.specUri", "authenticationSchemes.documentationUri"} {
			for _, v := range a.Resource().Lookup(path) {
				named = true
				u, err := url.Parse(v.String())
				http := err == nil && (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")) && u.Host != ""
				a.Holds(v.Str == "" || http, path, "an http or https URL", v.Raw, path+" is no URL of HTTP")
			}
		}
		if !named {
			t.Skip("ServiceProviderConfig names no pages")
		}
	}},
}

// pagingFlagChecks are of the two booleans that pagination has to have.
func pagingFlagChecks() (checks []Check) {
	for _, c := range []struct{ flag, row, missing, text string }{
		{"cursor", "9865-4-02", "pagination-without-cursor", "pagination-cursor-string"},
		{"index", "9865-4-03", "pagination-without-index", "pagination-index-string"},
	} {
		checks = append(checks, Check{Meta: Meta{
			ID: "discovery.config.tells-paging-by-" + c.flag, Level: Must, ReadOnly: true,
			Title:    "Where ServiceProviderConfig tells of pagination, it tells by a boolean whether there is paging by " + c.flag,
			Requires: []string{c.row}, Needs: []Feature{Discovery},
			Catches: []string{c.missing, c.text},
		}, Body: func(t *T) {
			a, pagination := paginationOf(t)
			v := field(pagination, c.flag)
			a.Holds(v.IsBool(), "pagination."+c.flag, "true or false", given(v.Raw), "pagination."+c.flag+" is no boolean")
		}})
	}
	return checks
}

// paginationOf reads pagination of ServiceProviderConfig. A check of it does
// not apply where there is none.
func paginationOf(t *T) (*Answer, gjson.Result) {
	a := offered(t, scim.ServiceProviderConfigEndpoint).Status(200)
	v := field(a.Resource().JSON(), "pagination")
	if unset(v) {
		t.Skip("ServiceProviderConfig does not tell of pagination")
	}
	return a, v
}

// unset reports whether a member of a JSON object is absent or null.
func unset(v gjson.Result) bool { return !v.Exists() || v.Type == gjson.Null }

// typeName is what a resource type is called in a finding.
func typeName(r scim.Resource) string {
	for _, key := range []string{"name", "id", "endpoint"} {
		if s := r.Get(key).String(); s != "" {
			return s
		}
	}
	return "one"
}

// ofRFC reports whether a schema is one that the RFCs define.
func ofRFC(urn string) bool {
	return slices.ContainsFunc(coreURNs, func(u string) bool { return strings.EqualFold(u, urn) })
}

// withoutExtensions leaves extensions out of a document.
func withoutExtensions(doc Doc, urns []string) Doc {
	names := func(s any) bool {
		return slices.ContainsFunc(urns, func(u string) bool { text, _ := s.(string); return strings.EqualFold(u, text) })
	}
	out := Doc{}
	for key, v := range doc {
		if list, ok := v.(Values); ok && key == "schemas" {
			v = slices.DeleteFunc(slices.Clone(list), names)
		}
		if !names(key) {
			out[key] = v
		}
	}
	return out
}
