package reference

import (
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// discoveryFaults are in what a service provider tells of itself.
var discoveryFaults = []Fault{
	{"config-is-list", "/ServiceProviderConfig answers a list", "7644-4-02",
		onDiscovery(scim.ServiceProviderConfigEndpoint, func(_ *call, a *reply) { a.body = listOfOne(a.body) })},
	{"config-missing", "There is no /ServiceProviderConfig", "7644-3.2-14", missing(scim.ServiceProviderConfigEndpoint)},
	{"config-without-patch", "ServiceProviderConfig does not tell of PATCH", "7643-5-05", onConfig(func(o object) { delete(o, "patch") })},
	{"config-supported-string", "supported is a string in ServiceProviderConfig", "7643-5-06",
		onConfig(func(o object) { o["patch"] = object{"supported": "true"} })},
	{"config-without-limits", "ServiceProviderConfig tells no limits", "7643-5-09, 7643-5-13",
		onConfig(func(o object) {
			o["bulk"], o["filter"] = supported(true), supported(true)
		})},
	{"config-limit-string", "A limit in ServiceProviderConfig is a string", "7643-5-13",
		onConfig(func(o object) { o["filter"] = object{"supported": true, "maxResults": "200"} })},
	{"config-without-authentication-schemes", "ServiceProviderConfig tells no authentication schemes", "7643-5-20",
		onConfig(func(o object) { delete(o, "authenticationSchemes") })},
	{"config-scheme-without-name", "An authentication scheme has no name", "7643-5-23",
		onConfig(func(o object) { delete(listOf(o["authenticationSchemes"])[0].(object), "name") })},
	{"config-needs-credentials", "ServiceProviderConfig needs credentials", "7643-5-21",
		refusing(http.StatusUnauthorized, func(c *call) bool { return c.anonymous() && c.header.Get("Authorization") == "" })},
	{"resource-types-missing", "There is no /ResourceTypes", "7644-3.2-15", missing(scim.ResourceTypesEndpoint)},
	{"resource-types-bare-array", "/ResourceTypes answers a bare array", "Owin.Scim 44, go-scim 14",
		onDiscovery(scim.ResourceTypesEndpoint, bareArray)},
	{"resource-types-without-user", "/ResourceTypes does not list User", "7644-4-07",
		onDiscovery(scim.ResourceTypesEndpoint, func(_ *call, a *reply) {
			dropFrom(a.body, func(o object) bool { return o["name"] == "User" })
		})},
	{"resource-types-dead-endpoint", "/ResourceTypes lists an endpoint that is not there", "7643-6-06",
		onDiscovery(scim.ResourceTypesEndpoint, func(_ *call, a *reply) {
			ghost := cloneObject(listOf(a.body["Resources"])[0].(object))
			ghost["id"], ghost["name"], ghost["endpoint"] = "Ghost", "Ghost", "/Ghosts"
			extend(a.body, ghost)
		})},
	{"resource-type-by-id-missing", "A resource type cannot be read alone", "7644-4-08", oneMissing(scim.ResourceTypesEndpoint)},
	{"resource-type-by-id-list", "A resource type that is read alone is answered as a list", "7644-4-09", oneAsList(scim.ResourceTypesEndpoint)},
	{"schemas-missing", "There is no /Schemas", "7644-3.2-16", missing(scim.SchemasEndpoint)},
	{"schemas-bare-array", "/Schemas answers a bare array", "E82", onDiscovery(scim.SchemasEndpoint, bareArray)},
	{"schemas-without-extension", "/Schemas does not list the enterprise extension", "7644-4-04",
		onDiscovery(scim.SchemasEndpoint, func(_ *call, a *reply) {
			dropFrom(a.body, func(o object) bool { return o["id"] == scim.EnterpriseUserURN })
		})},
	{"schemas-lists-messages", "/Schemas lists the schema of a message", "7644-3.1-06",
		onDiscovery(scim.SchemasEndpoint, func(_ *call, a *reply) {
			message := cloneObject(listOf(a.body["Resources"])[0].(object))
			message["id"], message["name"] = scim.PatchOpURN, "PatchOp"
			extend(a.body, message)
		})},
	{"schema-by-id-missing", "A schema cannot be read alone", "7644-4-05", oneMissing(scim.SchemasEndpoint)},
	{"schema-by-id-list", "A schema that is read alone is answered as a list", "7644-4-09", oneAsList(scim.SchemasEndpoint)},
	{"schema-user-name-optional", "The User schema says that userName is not required", "7643-4.1.1-03",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() != scim.SchemasEndpoint {
				return
			}
			for _, x := range listOf(a.body["attributes"]) {
				if x.(object)["name"] == "userName" {
					x.(object)["required"] = false
				}
			}
		})},
	{"discovery-unknown-shows-all", "An unknown schema or resource type answers the whole list", "7644-3.12-11",
		onAnswer(func(c *call, a *reply) {
			if c.isDiscovery() && len(c.path) == 2 && a.status == http.StatusNotFound {
				all := *c
				all.path = c.path[:1]
				if list, err := c.srv.discovery(&all); err == nil {
					*a = *list
				}
			}
		})},
	{"discovery-pages", "/Schemas and /ResourceTypes are paged", "7644-4-11",
		onAnswer(func(c *call, a *reply) {
			if n, ok := wholeNumber(c, "count"); c.isDiscovery() && ok && a.body["Resources"] != nil {
				list := listOf(a.body["Resources"])
				a.body["Resources"] = list[:min(n, len(list))]
				a.body["itemsPerPage"] = min(n, len(list))
			}
		})},
	{"discovery-filters", "A filter on /ResourceTypes is applied", "7644-4-12",
		onRequest(func(c *call) (*reply, error) {
			if _, given := c.params["filter"]; !given || c.endpoint() != scim.ResourceTypesEndpoint {
				return nil, nil
			}
			c.dropParam("filter")
			a, err := c.srv.discovery(c)
			if err == nil {
				dropFrom(a.body, func(o object) bool { return o["name"] != "User" })
			}
			return a, err
		})},
	{"discovery-writable", "PUT to what discovery shows is answered with 200", "7643-5-02, elimity",
		onAnswer(func(c *call, a *reply) {
			if c.isDiscovery() && c.method == http.MethodPut {
				*a = *newReply(http.StatusOK, c.body)
			}
		})},
	{"patch-not-implemented", "PATCH is announced and answers 501", "OKTA-Q03, E07",
		refusing(http.StatusNotImplemented, func(c *call) bool { return c.method == http.MethodPatch })},
	{"filter-not-implemented", "Filters are announced and answer 501", "F15",
		refusing(http.StatusNotImplemented, func(c *call) bool {
			_, given := c.param("filter")
			return given && c.isList()
		})},
	{"sort-not-implemented", "Sorting is announced and answers 501", "7643-5-17",
		refusing(http.StatusNotImplemented, func(c *call) bool {
			_, given := c.param("sortBy")
			return given && c.isList()
		})},
	{"bulk-not-implemented", "Bulk is announced and answers 501", "7643-5-08",
		refusing(http.StatusNotImplemented, func(c *call) bool { return c.endpoint() == scim.BulkEndpoint })},
	{"me-500", "/Me answers 500", "7644-3.11-02",
		refusing(http.StatusInternalServerError, func(c *call) bool { return c.endpoint() == scim.MeEndpoint })},
	{"me-lists-users", "/Me answers the list of users", "7644-3.11-05",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.MeEndpoint && a.status == http.StatusOK {
				a.body = listOfOne(a.body)
			}
		})},
	{"me-without-location", "/Me does not name the resource in Location", "7644-3.11-06",
		onAnswer(func(c *call, a *reply) {
			if c.endpoint() == scim.MeEndpoint {
				a.header.Del("Location")
			}
		})},
}

// isDiscovery reports whether the request is for an endpoint of discovery.
func (c *call) isDiscovery() bool {
	return slices.Contains([]string{scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint}, c.endpoint())
}

// onDiscovery changes the answer of an endpoint of discovery as a whole.
func onDiscovery(endpoint string, change func(c *call, a *reply)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if c.endpoint() == endpoint && len(c.path) == 1 && a.status == http.StatusOK {
			change(c, a)
		}
	})
}

func onConfig(change func(config object)) func(*behaviour) {
	return onDiscovery(scim.ServiceProviderConfigEndpoint, func(_ *call, a *reply) { change(a.body) })
}

func missing(endpoint string) func(*behaviour) {
	return refusing(http.StatusNotFound, func(c *call) bool { return c.endpoint() == endpoint })
}

func oneMissing(endpoint string) func(*behaviour) {
	return refusing(http.StatusNotFound, func(c *call) bool { return c.endpoint() == endpoint && len(c.path) == 2 })
}

func oneAsList(endpoint string) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if c.endpoint() == endpoint && len(c.path) == 2 && a.status == http.StatusOK {
			a.body = listOfOne(a.body)
		}
	})
}

func listOfOne(o object) object {
	return object{
		"schemas": []any{scim.ListResponseURN}, "totalResults": 1, "startIndex": 1, "itemsPerPage": 1, "Resources": []any{o},
	}
}

func bareArray(_ *call, a *reply) {
	var b []byte
	for _, x := range listOf(a.body["Resources"]) {
		b = append(append(b, ','), encode(x.(object))...)
	}
	a.raw = append(append([]byte{'['}, b[1:]...), ']')
}

// extend adds a resource to a list.
func extend(list, o object) {
	all := append(slices.Clone(listOf(list["Resources"])), o)
	list["Resources"], list["totalResults"], list["itemsPerPage"] = all, len(all), len(all)
}
