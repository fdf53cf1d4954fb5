package lifecycle

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// adapt words groups, and looks after a conflict, as ServiceProviderConfig
// tells authentik to: by PUT without PATCH, and not at all without filters.
// One that is not as authentik wants it counts as one that supports nothing
// (other-idps.md 7.2).
func (s *Sync) adapt() {
	if s.dialect.Name != "authentik" {
		return
	}
	config := s.t.Target().Config
	uri := config.Get("documentationUri")
	valid := config.Has("bulk.maxOperations") && (!uri.Exists() || uri.String() != "")
	if !valid || !config.Get("patch.supported").Bool() {
		if d, err := mockidp.Lookup(s.dialect.Name, map[string]string{"groups-by": "put"}); err == nil {
			s.dialect = d
		}
	}
	if !valid || !config.Get("filter.supported").Bool() {
		d := *s.dialect
		d.Find = nil
		s.dialect = &d
	}
}

// outsideRFC reports whether what failed is a request that a target may refuse,
// or one that the identity provider makes otherwise after a refusal: authentik
// renames a group by a PATCH without schemas (RFC 7644 section 3.5.2), and tries
// PATCH where the PUT of a group fails (other-idps.md 7.4).
func (s *Sync) outsideRFC(c mockidp.Change) bool {
	if s.dialect.Name != "authentik" || len(c.Exchanges) == 0 {
		return false
	}
	x := c.Exchanges[len(c.Exchanges)-1]
	switch {
	case x.Request.Method == http.MethodPut:
		return strings.HasPrefix(x.Request.Path, scim.GroupsEndpoint)
	case x.Request.Intent == "RenameGroup":
		return x.Status() == http.StatusBadRequest
	}
	return false
}
