package reference

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// route finds the handler of a request (RFC 7644 section 3.2, table 2).
func (s *Server) route(c *call) (*reply, error) {
	if c.isSearch() {
		return s.search(c)
	}
	switch c.endpoint() {
	case "/":
		if c.method != http.MethodGet {
			return nil, notAllowed(c.method, http.MethodGet)
		}
		return s.list(c)
	case scim.ServiceProviderConfigEndpoint, scim.ResourceTypesEndpoint, scim.SchemasEndpoint:
		return s.discovery(c)
	case scim.BulkEndpoint:
		if len(c.path) > 1 {
			return nil, notFound("this endpoint")
		}
		if c.method != http.MethodPost {
			return nil, notAllowed(c.method, http.MethodPost)
		}
		return s.bulk(c)
	case scim.MeEndpoint:
		if len(c.path) > 1 {
			return nil, notFound("this endpoint")
		}
		return s.me(c)
	}
	switch t := c.kind(); {
	case t == nil || len(c.path) > 2:
		return nil, notFound("this endpoint")
	case len(c.path) == 2 && "/"+c.path[1] == scim.SearchSuffix:
		return nil, notAllowed(c.method, http.MethodPost)
	case len(c.path) == 2:
		return s.single(c, t, c.path[1])
	case c.method == http.MethodGet:
		return s.list(c)
	case c.method == http.MethodPost:
		return s.create(c, t)
	default:
		return nil, notAllowed(c.method, http.MethodGet, http.MethodPost)
	}
}

// single handles the requests on a resource.
func (s *Server) single(c *call, t *resourceType, id string) (*reply, error) {
	switch c.method {
	case http.MethodGet:
		return s.get(c, t, id)
	case http.MethodPut:
		return s.put(c, t, id)
	case http.MethodPatch:
		return s.patch(c, t, id)
	case http.MethodDelete:
		return s.delete(c, t, id)
	default:
		return nil, notAllowed(c.method, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete)
	}
}
