package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// discovery answers the endpoints by which a service provider tells of itself
// (RFC 7644 section 4). They are read-only; parameters are ignored, but a
// filter is refused.
func (s *Server) discovery(c *call) (*reply, error) {
	if c.method != http.MethodGet {
		return nil, notAllowed(c.method, http.MethodGet)
	}
	if _, given := c.params["filter"]; given {
		return nil, fail(http.StatusForbidden, "a filter is not possible here")
	}
	if c.endpoint() == scim.ServiceProviderConfigEndpoint {
		if len(c.path) > 1 {
			return nil, notFound("this endpoint")
		}
		return newReply(http.StatusOK, s.config(c)), nil
	}
	list, key := s.schemas(c), "id"
	if c.endpoint() == scim.ResourceTypesEndpoint {
		list, key = s.resourceTypes(c), "name"
	}
	switch len(c.path) {
	case 1:
		return newReply(http.StatusOK, object{
			"schemas": []any{scim.ListResponseURN}, "totalResults": len(list), "startIndex": 1, "itemsPerPage": len(list),
			"Resources": list,
		}), nil
	case 2:
		for _, r := range list {
			if name := r.(object)[key].(string); name == c.path[1] || key == "id" && strings.EqualFold(name, c.path[1]) {
				return newReply(http.StatusOK, r.(object)), nil
			}
		}
	}
	return nil, notFound(scim.Quote(strings.Join(c.path[1:], "/")))
}

func supported(yes bool) object { return object{"supported": yes} }

// config is /ServiceProviderConfig (RFC 7643 section 5, RFC 9865 section 4).
func (s *Server) config(c *call) object {
	usual, most := s.b.pageSizes()
	return object{
		"schemas":          []any{scim.ServiceProviderConfigURN},
		"documentationUri": "https://www.rfc-editor.org/rfc/rfc7644",
		"patch":            supported(true),
		"bulk":             object{"supported": true, "maxOperations": maxOperations, "maxPayloadSize": maxPayloadSize},
		"filter":           object{"supported": true, "maxResults": most},
		"changePassword":   supported(true),
		"sort":             supported(true),
		"etag":             supported(true),
		"pagination": object{
			"cursor": true, "index": true, "defaultPaginationMethod": "index",
			"defaultPageSize": usual, "maxPageSize": most, "cursorTimeout": cursorTimeout,
		},
		"authenticationSchemes": []any{object{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description":      "A token in the header Authorization, with the scheme Bearer.",
			"specUri":          "https://www.rfc-editor.org/rfc/rfc6750",
			"documentationUri": "https://www.rfc-editor.org/rfc/rfc7644",
		}},
		"meta": object{
			"resourceType": "ServiceProviderConfig", "location": c.base + scim.ServiceProviderConfigEndpoint,
		},
	}
}

// resourceTypes is what /ResourceTypes lists (RFC 7643 section 6).
func (s *Server) resourceTypes(c *call) []any {
	var out []any
	for _, t := range s.types {
		o := object{
			"schemas": []any{scim.ResourceTypeURN}, "id": t.name, "name": t.name, "description": t.about,
			"endpoint": t.endpoint, "schema": t.schema.id,
			"meta": object{"resourceType": "ResourceType", "location": c.base + scim.ResourceTypesEndpoint + "/" + t.name},
		}
		var extensions []any
		for _, x := range t.extensions {
			extensions = append(extensions, object{"schema": x.id, "required": x.mandatory})
		}
		if len(extensions) > 0 {
			o["schemaExtensions"] = extensions
		}
		out = append(out, o)
	}
	return out
}

// schemas is what /Schemas lists (RFC 7643 section 7): those of the resource
// types, their extensions, and of the discovery resources themselves.
func (s *Server) schemas(c *call) []any {
	var list []*schema
	for _, t := range s.types {
		list = append(append(list, t.schema), t.extensions...)
	}
	var out []any
	for _, x := range append(list, serverSchemas()...) {
		out = append(out, object{
			"schemas": []any{scim.SchemaURN}, "id": x.id, "name": x.name, "description": x.about,
			"attributes": definitions(x.attributes),
			"meta":       object{"resourceType": "Schema", "location": c.base + scim.SchemasEndpoint + "/" + x.id},
		})
	}
	return out
}
