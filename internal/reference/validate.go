package reference

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// readResource reads the resource that a client sends with POST or PUT: a
// document with what the client may write. Undeclared and readOnly attributes
// are ignored (RFC 7644 sections 3.3 and 3.5.1).
func (s *Server) readResource(c *call, t *resourceType) (object, error) {
	if c.body == nil {
		return nil, refuse(scim.InvalidSyntax, "the request needs a resource in its body")
	}
	if err := checkSchemas(c.body, t.schema.id); err != nil {
		return nil, err
	}
	doc := object{}
	for _, name := range memberNames(c.body) {
		if x := t.extension(name); x != nil {
			if err := readExtension(doc, x, c.body[name]); err != nil {
				return nil, err
			}
			continue
		}
		if err := readAttribute(doc, t.find("", name), c.body[name]); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

func readExtension(doc object, x *schema, v any) error {
	if isEmpty(v) {
		return nil
	}
	in, ok := v.(object)
	if !ok {
		return refuse(scim.InvalidValue, "%s has to be an object", x.id)
	}
	for _, name := range memberNames(in) {
		if a := find(x.attributes, name); a != nil {
			if err := readAttribute(doc, place{x, a}, in[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func readAttribute(doc object, p place, v any) error {
	if p.attr == nil || p.attr.mutability == readOnly || p.ext == nil && p.attr.name == "schemas" {
		return nil
	}
	v, err := p.attr.coerce(v)
	if err != nil {
		return err
	}
	p.set(doc, v)
	return nil
}

// checkSchemas checks that a message or resource names its schema (RFC 7643
// section 3). Others beside it are none of our business: Entra ID adds a URI
// of its own (entra.md 3.2).
func checkSchemas(body object, urn string) error {
	v, _ := member(body, "schemas")
	named := slices.ContainsFunc(stringsIn(v), func(s string) bool { return strings.EqualFold(s, urn) })
	if !named {
		return refuse(scim.InvalidSyntax, "schemas has to name %s", urn)
	}
	return nil
}

// validate checks a whole document before it is stored: what is required, what
// may be there once, and what has to exist elsewhere. self is the resource
// that has the document; nil on a create.
func (s *Server) validate(c *call, t *resourceType, doc object, self *resource) error {
	for _, p := range t.places() {
		if err := s.validateAttribute(c, t, doc, p, self); err != nil {
			return err
		}
	}
	for _, x := range t.extensions {
		if x.mandatory && isEmpty(doc[x.id]) {
			return refuse(scim.InvalidValue, "%s is required", x.id)
		}
	}
	for _, id := range memberIDs(doc) {
		if m := s.referred(id, s.b.membersCross); m == nil || m.kind.name != "User" && m.kind.name != "Group" {
			return refuse(scim.InvalidValue, "there is no user or group %q to be a member", id)
		}
	}
	return nil
}

func (s *Server) validateAttribute(c *call, t *resourceType, doc object, p place, self *resource) error {
	a := p.attr
	if p.ext == nil && (a.mutability == readOnly || a.name == "schemas") {
		return nil
	}
	v := p.get(doc)
	if a.required && isEmpty(v) && (p.ext == nil || p.holder(doc) != nil) && !(s.b.optional != nil && s.b.optional(c, a)) {
		return refuse(scim.InvalidValue, "%s is required", a.name)
	}
	if a.multiValued && !s.b.manyPrimaries && !s.b.keepOldPrimary {
		if err := onePrimary(a, listOf(v)); err != nil {
			return err
		}
	}
	if value, ok := v.(string); ok && a.isUnique() && s.taken(c, t, a, value, self) {
		return conflict(a, value)
	}
	return nil
}

// taken reports whether another resource of the type has the value.
func (s *Server) taken(c *call, t *resourceType, a *attribute, value string, self *resource) bool {
	if s.b.acceptDuplicate != nil && s.b.acceptDuplicate(c) {
		return false
	}
	for _, r := range s.store.find(t, a, value) {
		switch {
		case r == self && !s.b.uniqueAgainstItself:
		case s.b.uniqueByCase && r.doc[a.name] != any(value):
		default:
			return true
		}
	}
	return false
}

func conflict(a *attribute, value string) error {
	return &problem{
		status: http.StatusConflict, scimType: scim.Uniqueness,
		detail: a.name + " " + scim.Quote(value) + " is in use",
	}
}

// seal hashes the secrets of a document that were not there before, so that
// they are kept nowhere in clear (RFC 7643 section 4.1.1).
func seal(t *resourceType, id string, before, after object) {
	for _, p := range t.places() {
		secret, ok := p.get(after).(string)
		if !ok || p.attr.mutability != writeOnly || p.get(before) == any(secret) {
			continue
		}
		sum := sha256.Sum256([]byte(id + "\x00" + secret))
		p.set(after, "sha256:"+base64.StdEncoding.EncodeToString(sum[:]))
	}
}
