package rfc

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/schemas"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The rules for resources, wherever they are: in the answer to a write or a
// read, in a list, in a bulk response. What others put on the target is
// advisory: it may be older than the target's present version.
var resourceInvariants = []Invariant{
	perResource(Meta{
		ID: "resource.schemas", Level: Must,
		Title:    "Every resource names its schemas, each once, the base schema of its type among them",
		Requires: []string{"7643-3-01", "7643-3-03", "7643-3-05", "7643-3.3-02", "7643-3.3-03", "7644-3.1-02"},
		Catches:  []string{"resource-without-schemas", "resource-schemas-twice", "resource-without-base-schema"},
	}, "", func(r resource, d *Discovered) (found []Finding) {
		list := r.Lookup("schemas")
		if len(list) == 0 {
			// Under projection RFC 7644 figure 3 leaves schemas out
			// (contradiction 42): advisory there.
			return []Finding{{
				Message: "a resource has no schemas", Where: "schemas", Want: "the URNs of its schemas", Got: "absent", Advisory: r.projected,
			}}
		}
		seen := map[string]bool{}
		base := false
		for _, s := range list {
			key := strings.ToLower(s.String())
			if seen[key] {
				found = append(found, Finding{
					Message: "schemas holds a URN twice", Where: "schemas", Want: "each URN once", Got: s.String(),
				})
			}
			seen[key] = true
			base = base || r.kind != nil && strings.EqualFold(r.kind.Schema, s.String())
		}
		if r.kind != nil && !base {
			found = append(found, Finding{
				Message: "schemas does not name the base schema of the resource type", Where: "schemas", Want: r.kind.Schema, Got: "absent",
			})
		}
		return found
	}),
	perResource(Meta{
		ID: "resource.location-without-query", Level: Should,
		Title:    "The URI of a resource has no query part, as the base URI has none",
		Requires: []string{"7644-1.3-01"}, Catches: []string{"meta-location-with-query"},
	}, "meta.location", func(r resource, _ *Discovered) []Finding {
		location := r.Get("meta.location").String()
		if !strings.Contains(location, "?") {
			return nil
		}
		return []Finding{{Message: "meta.location has a query part", Where: "meta.location", Want: "a URI without ?", Got: location}}
	}),
	perResource(Meta{
		ID: "resource.schemas-of-type", Level: Must,
		Title:    "A resource lists only schemas that its resource type names",
		Requires: []string{"7643-3-04"}, Catches: []string{"resource-foreign-schema"},
	}, "schemas", func(r resource, d *Discovered) (found []Finding) {
		if r.kind == nil || len(d.Types) == 0 {
			return nil
		}
		for _, s := range r.Lookup("schemas") {
			known := strings.EqualFold(s.String(), r.kind.Schema)
			for _, e := range r.kind.Extensions {
				known = known || strings.EqualFold(s.String(), e)
			}
			if !known {
				found = append(found, Finding{
					Message: "schemas names a URN that the resource type does not", Where: "schemas",
					Want: "schema and schemaExtensions of " + r.kind.Name, Got: s.String(),
				})
			}
		}
		return found
	}),
	perResource(Meta{
		ID: "resource.id", Level: Must,
		Title:    "Every resource has an id: a non-empty string without the reserved word bulkId",
		Requires: []string{"7643-3.1-05", "7643-3.1-10"}, Breaks: []string{"OKTA-Q13"},
		Catches: []string{"resource-without-id", "resource-id-number", "resource-id-bulkid"},
	}, "", func(r resource, _ *Discovered) []Finding {
		v := r.Get("id")
		switch {
		case !v.Exists():
			return []Finding{{Message: "a resource has no id", Where: "id", Want: "a non-empty string", Got: "absent"}}
		case v.Type != gjson.String:
			return []Finding{{Message: "the id is not a string", Where: "id", Want: "a non-empty string", Got: v.Type.String()}}
		case v.Str == "":
			return []Finding{{Message: "the id is empty", Where: "id", Want: "a non-empty string", Got: `""`}}
		case strings.Contains(strings.ToLower(v.Str), "bulkid"):
			return []Finding{{Message: "the id holds the reserved word bulkId", Where: "id", Want: "another id", Got: "bulkId"}}
		}
		return nil
	}),
	perResource(Meta{
		ID: "resource.meta-resource-type", Level: Must,
		Title:    "meta.resourceType names the resource type of the endpoint",
		Requires: []string{"7644-3.3.1-01", "7643-3.1-23"}, Catches: []string{"meta-resource-type-wrong"},
	}, "meta.resourceType", func(r resource, _ *Discovered) []Finding {
		v := r.Get("meta.resourceType")
		if r.kind == nil || !v.Exists() {
			return nil
		}
		if v.String() == r.kind.Name || v.String() == r.kind.ID {
			return nil
		}
		return []Finding{{
			Message: "meta.resourceType is not the resource type of the endpoint", Where: "meta.resourceType", Want: r.kind.Name, Got: v.String(),
		}}
	}),
	perResource(Meta{
		ID: "resource.meta", Level: Must,
		Title:    "A resource in the answer to a write or a read carries meta with resourceType, created, lastModified and location",
		Requires: []string{"7643-3.1-02", "7643-3.1-24", "7644-3.3-10"}, Catches: []string{"meta-absent", "meta-without-location"},
	}, "", func(r resource, _ *Discovered) (found []Finding) {
		if r.projected || r.kind == nil || r.listed {
			return nil
		}
		for _, p := range []string{"meta.resourceType", "meta.created", "meta.lastModified", "meta.location"} {
			if !r.Has(p) {
				found = append(found, Finding{Message: p + " is absent", Where: p, Want: "present", Got: "absent"})
			}
		}
		return found
	}),
	perResource(Meta{
		ID: "resource.meta-times", Level: Must,
		Title:    "meta.created and meta.lastModified are dateTimes, and nothing changed before it was created",
		Requires: []string{"7643-2.3.5-01", "7643-3.1-24", "7643-3.1-25"}, Catches: []string{"meta-times-integers", "meta-modified-before-created"},
	}, "meta", func(r resource, _ *Discovered) (found []Finding) {
		times := map[string]time.Time{}
		for _, p := range []string{"meta.created", "meta.lastModified"} {
			v := r.Get(p)
			if !v.Exists() {
				continue
			}
			t, ok := dateTime(v)
			if !ok {
				found = append(found, Finding{Message: p + " is not a dateTime", Where: p, Want: "2011-05-13T04:42:34Z", Got: v.Raw})
				continue
			}
			times[p] = t
		}
		created, changed := times["meta.created"], times["meta.lastModified"]
		// Clocks of different precision make them differ by less than a second.
		if !created.IsZero() && !changed.IsZero() && changed.Before(created.Add(-time.Second)) {
			found = append(found, Finding{
				Message: "meta.lastModified is before meta.created", Where: "meta.lastModified", Want: "not before meta.created", Got: "before it",
			})
		}
		return found
	}),
	perResource(Meta{
		ID: "resource.meta-location", Level: Must,
		Title:    "meta.location is the URI of the resource: it ends in its endpoint and its id",
		Requires: []string{"7643-3.1-27", "7644-3.3-10"}, Breaks: []string{"OKTA-Q49"},
		Catches: []string{"meta-location-wrong", "meta-location-other-endpoint"},
	}, "meta.location", func(r resource, _ *Discovered) []Finding {
		v := r.Get("meta.location")
		if r.kind == nil || r.ID() == "" {
			return nil
		}
		if u, err := url.Parse(v.String()); err == nil && endsIn(u.Path, strings.TrimSuffix(r.kind.Endpoint, "/")+"/"+r.ID()) {
			return nil
		}
		return []Finding{{
			Message: "meta.location is not the URI of the resource", Where: "meta.location",
			Want: "a URI that ends in " + r.kind.Endpoint + "/{id}", Got: v.String(),
		}}
	}),
	perResource(Meta{
		ID: "resource.meta-location-is-absolute", Level: Should,
		Title:    "meta.location is an absolute URI",
		Requires: []string{"7643-3.1-27"}, Catches: []string{"meta-location-relative"},
	}, "meta.location", func(r resource, _ *Discovered) []Finding {
		// RFC 7643 section 2.3.7 allows relative references.
		if u, err := url.Parse(r.Get("meta.location").String()); err == nil && !u.IsAbs() {
			return []Finding{{
				Message: "meta.location is a relative reference", Where: "meta.location", Want: "an absolute URI", Got: "a relative one",
			}}
		}
		return nil
	}),
	perResource(Meta{
		ID: "resource.members-have-ref", Level: Should,
		Title:    "Each member of a group has the URI of the member in $ref",
		Requires: []string{"7643-4.2-07"}, Catches: []string{"members-without-ref-and-type"},
	}, "members.value", func(r resource, _ *Discovered) []Finding {
		if n, refs := len(r.Lookup("members.value")), len(r.Lookup("members.$ref")); !r.projected && refs < n {
			return []Finding{{Message: "a member has no $ref", Where: "members.$ref", Want: "the URI of the member", Got: "absent"}}
		}
		return nil
	}),
	perResource(Meta{
		ID: "resource.password-never-returned", Level: Must,
		Title:    "A password is in no answer",
		Requires: []string{"7643-4.1.1-20", "7643-4.1.1-29"}, Catches: []string{"password-returned", "password-hash-returned"},
	}, "", func(r resource, _ *Discovered) []Finding {
		if r.Has("password") {
			return []Finding{{Message: "a resource holds a password", Where: "password", Want: "absent", Got: "present"}}
		}
		return nil
	}),
	perResource(Meta{
		ID: "resource.one-primary", Level: Must,
		Title:    "At most one value of an attribute is primary",
		Requires: []string{"7643-2.4-05", "7644-3.5.2-28"}, Catches: []string{"primary-not-demoted"},
	}, "", func(r resource, _ *Discovered) (found []Finding) {
		r.JSON().ForEach(func(k, v gjson.Result) bool {
			if !v.IsArray() {
				return true
			}
			n := 0
			for _, e := range v.Array() {
				if e.IsObject() && e.Get("primary").Type == gjson.True {
					n++
				}
			}
			if n > 1 {
				found = append(found, Finding{
					Message: "more than one value is primary", Where: k.Str, Want: "at most one", Got: strconv.Itoa(n),
				})
			}
			return true
		})
		return found
	}),
	perResource(Meta{
		ID: "resource.types", Level: Must,
		Title:    "Attributes have the JSON types and forms that RFC 7643 gives them",
		Requires: []string{"7643-2.3-02", "7643-2.3-03", "7643-2.3-09", "7643-2.3.5-01", "7643-2.4-01", "7643-2.4-02", "7644-3.8-10"}, Breaks: []string{"E24", "E25"},
		Catches: []string{"active-as-string", "emails-as-object", "boolean-as-number"},
	}, "", func(r resource, _ *Discovered) []Finding {
		if r.kind == nil {
			return nil
		}
		var kind schemas.Kind
		switch strings.ToLower(r.kind.Schema) {
		case strings.ToLower(scim.UserURN):
			kind = schemas.User
		case strings.ToLower(scim.GroupURN):
			kind = schemas.Group
		default:
			return nil
		}
		var list []schemas.Violation
		for _, v := range schemas.Validate(kind, r.Raw()) {
			if v.Rule != schemas.RuleRequired && v.Rule != schemas.RuleSchemas && v.Rule != schemas.RulePrimary {
				list = append(list, v) // those have rules of their own
			}
		}
		return violations(list)
	}),
	perResource(Meta{
		ID: "resource.follows-own-schema", Level: Must,
		Title:    "A resource has the types, and none of the attributes returned never, that the target's own /Schemas state",
		Requires: []string{"7643-1.2-02", "7643-1.2-03", "7643-7-29", "7643-7-31", "7644-3.1-04", "7644-3.4-02", "7644-3.4-03"}, Needs: []Feature{Discovery}, Catches: []string{"schema-lies-about-type", "never-returned-is-returned"},
	}, "", func(r resource, d *Discovered) []Finding {
		if d.Derived == nil || r.kind == nil {
			return nil
		}
		return violations(d.Derived.Validate(r.kind.Name, r.Raw(), schemas.Options{Projected: r.projected}))
	}),
	{
		Meta: Meta{
			ID: "discovery.messages", Level: Must,
			Title: "ServiceProviderConfig, resource types and schemas are well-formed",
			Requires: []string{"7643-5-01", "7643-5-05", "7643-5-07", "7643-5-11", "7643-5-14", "7643-5-16", "7643-5-18", "7643-5-20", "7643-6-01", "7643-6-04", "7643-6-06", "7643-6-07", "7643-7-12", "7643-7-18", "7644-4-03", "7644-4-06",
				"7643-8.7.2-03", "7643-8.7.2-04", "7643-8.7.2-05", "7643-8.7.2-06", "7643-8.7.2-07", "7643-8.7.2-08", "7643-8.7.2-09", "7643-8.7.2-10",
				"7643-8.7.2-12", "7643-8.7.2-13", "7643-8.7.2-14", "7643-8.7.2-15", "7643-8.7.2-16", "7643-8.7.2-17", "7643-8.7.2-19", "7643-8.7.2-20",
				"7643-8.7.2-21", "7643-8.7.2-22"},
			Catches: []string{"config-without-patch", "schemas-bare-array", "schema-type-invented", "schema-canonical-values-string", "config-etag-missing", "resource-type-name-number"},
		},
		Judge: judgeDiscovery,
	},
}

// judgeDiscovery holds the answers of discovery against their JSON Schemas.
func judgeDiscovery(x *scim.Exchange, _ *Discovered) (bool, []Finding) {
	if x.Response.Status != http.StatusOK || x.Request.Method != http.MethodGet {
		return false, nil
	}
	kind := schemas.ServiceProviderConfig
	switch endpointOf(x) {
	case scim.ServiceProviderConfigEndpoint:
		return true, violations(schemas.Validate(kind, x.Response.Body))
	case scim.ResourceTypesEndpoint:
		kind = schemas.ResourceType
	case scim.SchemasEndpoint:
		kind = schemas.Schema
	default:
		return false, nil
	}
	if strings.Contains(strings.Trim(x.Request.Path, "/"), "/") {
		return true, violations(schemas.Validate(kind, x.Response.Body))
	}
	list, err := scim.ParseList(x.Response.Body)
	if err != nil {
		return true, []Finding{{Message: "discovery does not answer with a ListResponse", Where: "body", Want: "a ListResponse", Got: bodyKind(x)}}
	}
	var found []Finding
	for _, r := range list.Resources {
		found = append(found, violations(schemas.Validate(kind, r.Raw()))...)
	}
	return true, found
}

// resource is a resource in an answer.
type resource struct {
	scim.Resource
	// kind is its resource type, or nil when the target names none.
	kind *ResourceType
	// projected: the request chose attributes. listed: it stands in a list.
	projected, listed bool
}

// perResource makes an invariant of a rule for one resource. It applies to the
// resources that have something at the SCIM path about, or to all without one.
func perResource(m Meta, about string, rule func(resource, *Discovered) []Finding) Invariant {
	return Invariant{Meta: m, Judge: func(x *scim.Exchange, d *Discovered) (applies bool, found []Finding) {
		for _, r := range resourcesIn(x, d) {
			if about != "" && !r.Has(about) {
				continue
			}
			applies = true
			for _, f := range rule(r, d) {
				if !d.Owned(r.Raw()) {
					f.Advisory = true
				}
				found = append(found, f)
			}
		}
		return applies, found
	}}
}

// resourcesIn lists the resources in an answer.
func resourcesIn(x *scim.Exchange, d *Discovered) []resource {
	return d.Recall(x, func() any { return findResources(x, d) }).([]resource)
}

func findResources(x *scim.Exchange, d *Discovered) []resource {
	if x.Response.Status/100 != 2 || len(x.Response.Body) == 0 || x.Response.Truncated || endpointOf(x) == scim.BulkEndpoint {
		return nil
	}
	switch endpointOf(x) {
	case scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint:
		return nil
	}
	projected := strings.Contains(strings.ToLower(x.Request.RawQuery), "attributes=")
	if x.Request.Method == http.MethodPost && strings.HasSuffix(x.Request.Path, scim.SearchSuffix) {
		projected = projected || strings.Contains(strings.ToLower(string(x.Request.Body)), "attributes\"")
	}
	var out []resource
	if isList(x) {
		list, err := scim.ParseList(x.Response.Body)
		if err != nil {
			return nil
		}
		for _, r := range list.Resources {
			r = r.Indexed()
			out = append(out, resource{r, typeOf(r, x, d), projected, true})
		}
		return out
	}
	r, err := scim.NewResource(x.Response.Body)
	r = r.Indexed()
	if err != nil || x.Request.Method == http.MethodDelete || !r.Has("id") && !r.Has("schemas") && !r.Has("meta") {
		return nil // the last is no resource at all, which the checks notice
	}
	return append(out, resource{r, typeOf(r, x, d), projected, false})
}

// typeOf finds the type of a resource by the endpoint, or, in a query over all
// of them, by what the resource says.
func typeOf(r scim.Resource, x *scim.Exchange, d *Discovered) *ResourceType {
	if t := d.TypeOf(x.Request.Path); t != nil {
		return t
	}
	switch endpointOf(x) {
	case scim.UsersEndpoint:
		return &ResourceType{ID: "User", Name: "User", Endpoint: scim.UsersEndpoint, Schema: scim.UserURN, Extensions: []string{scim.EnterpriseUserURN}}
	case scim.GroupsEndpoint:
		return &ResourceType{ID: "Group", Name: "Group", Endpoint: scim.GroupsEndpoint, Schema: scim.GroupURN}
	}
	name := r.Get("meta.resourceType").String()
	for i := range d.Types {
		if name != "" && d.Types[i].Name == name {
			return &d.Types[i]
		}
	}
	return nil
}

// endsIn reports whether a path, relative or not, ends in the segments of
// another, without regard to case.
func endsIn(path, tail string) bool {
	return strings.HasSuffix("/"+strings.ToLower(strings.TrimPrefix(path, "/")), strings.ToLower(tail))
}

// dateTime reads an xsd:dateTime, with or without an offset (RFC 7643 section
// 2.3.5).
func dateTime(v gjson.Result) (time.Time, bool) {
	if v.Type != gjson.String {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999-0700"} {
		if t, err := time.Parse(layout, v.Str); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
