package reference

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// addSubject makes the User that the credentials stand for. Faults spare it:
// nobody wrote it.
func (s *Server) addSubject() {
	planted := s.b
	s.b = behaviour{}
	defer func() { s.b = planted }()
	t := s.types[0]
	doc := object{
		"userName":    "provisioning@scimtest.example.com",
		"displayName": "Provisioning Client",
		"userType":    "Service",
		// Okta's SPEC test looks at the first user of the list, whoever it is.
		"name":   object{"givenName": "Provisioning", "familyName": "Client"},
		"emails": []any{object{"value": "provisioning@scimtest.example.com", "type": "work", "primary": true}},
		"active": true,
	}
	complete(t, doc, "Provisioning")
	r, err := s.add(&call{srv: s}, t, doc)
	if err != nil {
		panic("the first resource cannot be stored: " + err.Error())
	}
	s.referToItself(r)
	s.store.subject = r.id
}

// me answers /Me, an alias for the User of the credentials (RFC 7644 section
// 3.11). The answer names the permanent URI in Location.
func (s *Server) me(c *call) (*reply, error) {
	t := s.types[0]
	s.store.mu.RLock()
	id := s.store.subject
	there := s.store.get(t, id) != nil
	s.store.mu.RUnlock()
	if c.method != http.MethodPost {
		return s.single(c, t, id)
	}
	if there {
		return nil, &problem{status: http.StatusConflict, scimType: scim.Uniqueness, detail: "the credentials have a user"}
	}
	a, err := s.create(c, t)
	if err == nil {
		s.store.mu.Lock()
		s.store.subject = a.shows.id
		s.store.mu.Unlock()
	}
	return a, err
}

// referToItself has the first resource stand for what it is required to refer
// to: there is no other yet.
func (s *Server) referToItself(r *resource) {
	doc := fork(r.doc)
	for _, p := range r.kind.places() {
		if p.attr.required && p.attr.linked() && !p.attr.multiValued && !isEmpty(p.get(doc)) {
			p.set(doc, object{"value": r.id})
		}
	}
	s.store.replace(r, doc)
}

// complete gives a user what the service provider requires and nobody gave it:
// the userName for an address, and a word for the rest.
func complete(t *resourceType, doc object, word string) {
	for _, p := range t.places() {
		switch {
		case !p.attr.required || p.attr.name == "schemas" || !isEmpty(p.get(doc)) || p.ext != nil && !p.ext.mandatory:
		case p.attr.linked():
			p.set(doc, object{"value": word})
		case p.attr.multiValued:
			p.set(doc, []any{object{"value": doc["userName"], "type": "work"}})
		default:
			p.set(doc, word)
		}
	}
}
