package reference

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// create answers POST on a resource endpoint (RFC 7644 section 3.3).
func (s *Server) create(c *call, t *resourceType) (*reply, error) {
	doc, err := s.readResource(c, t)
	if err != nil {
		return nil, err
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	r, err := s.add(c, t, doc)
	if err != nil {
		return nil, err
	}
	return s.show(c, r, http.StatusCreated), nil
}

// add stores a new resource.
func (s *Server) add(c *call, t *resourceType, doc object) (*resource, error) {
	if _, given := doc["active"]; !given && t.name == "User" {
		doc["active"] = true // an account is made to be used
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	r := &resource{id: s.store.newID(), kind: t, created: now, modified: now, revision: 1}
	if err := s.commit(c, r, nil, doc); err != nil {
		return nil, err
	}
	r.doc = doc
	s.store.insert(r)
	return r, nil
}

// commit is what every write goes through before it is stored.
func (s *Server) commit(c *call, r *resource, before, after object) error {
	for _, hook := range s.b.write {
		if err := hook(c, r, before, after); err != nil {
			return err
		}
	}
	self := r
	if before == nil {
		self = nil
	}
	if err := s.validate(c, r.kind, after, self); err != nil {
		return err
	}
	if err := s.withinTenant(r, before, after); err != nil {
		return err
	}
	seal(r.kind, r.id, before, after)
	return nil
}

// change stores another document for a resource. Nothing happens to one that
// stays the same (RFC 7644 section 3.5.2.1).
func (s *Server) change(c *call, r *resource, after object) error {
	if err := s.commit(c, r, r.doc, after); err != nil {
		return err
	}
	if same(r.doc, after) && !(s.b.patchTouches && c.isPatch()) {
		return nil
	}
	s.store.replace(r, after)
	s.touch(r)
	return nil
}

// touch notes that a resource was changed: its version and lastModified move,
// the latter strictly upwards.
func (s *Server) touch(r *resource) {
	r.revision++
	now := s.now().UTC().Truncate(time.Millisecond)
	if !now.After(r.modified) {
		now = r.modified.Add(time.Millisecond)
	}
	r.modified = now
}

// get answers GET on a resource (RFC 7644 section 3.4.1).
func (s *Server) get(c *call, t *resourceType, id string) (*reply, error) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	r := s.store.get(t, id)
	if r == nil {
		return nil, notFound(t.name + " " + scim.Quote(id))
	}
	if s.notModified(c, r) {
		a := newReply(http.StatusNotModified, nil)
		a.header.Set("ETag", r.version())
		return a, nil
	}
	return s.show(c, r, http.StatusOK), nil
}

// put answers PUT on a resource (RFC 7644 section 3.5.1).
func (s *Server) put(c *call, t *resourceType, id string) (*reply, error) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	r := s.store.get(t, id)
	if r == nil {
		return nil, notFound(t.name + " " + scim.Quote(id))
	}
	if err := s.precondition(c, r); err != nil {
		return nil, err
	}
	doc, err := s.readResource(c, t)
	if err != nil {
		return nil, err
	}
	if err := s.carryOver(c, t, r.doc, doc); err != nil {
		return nil, err
	}
	if err := s.change(c, r, doc); err != nil {
		return nil, err
	}
	return s.show(c, r, http.StatusOK), nil
}

// carryOver keeps what a PUT does not replace: secrets, which no client can
// read and send back, immutable values, and active, so that nobody is let in
// again by a client that does not speak of it.
func (s *Server) carryOver(c *call, t *resourceType, before, after object) error {
	for _, p := range t.places() {
		old, given := p.get(before), p.get(after)
		switch {
		case isEmpty(old):
		case isEmpty(given):
			if p.attr.mutability == writeOnly || p.attr.mutability == immutable || p.ext == nil && p.attr.name == "active" {
				p.set(after, old)
			}
		case p.attr.mutability == immutable && !p.attr.matches(old, given) && !s.b.changesImmutable(c):
			return refuse(scim.Mutability, "%s is immutable", p.attr.name)
		}
	}
	return nil
}

// changesImmutable reports whether a fault lets an immutable value be changed.
func (b *behaviour) changesImmutable(c *call) bool {
	return b.immutableChanges != nil && b.immutableChanges(c)
}

// delete answers DELETE on a resource (RFC 7644 section 3.6). The memberships
// of the resource end with it.
func (s *Server) delete(c *call, t *resourceType, id string) (*reply, error) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	r := s.store.get(t, id)
	if r == nil {
		return nil, notFound(t.name + " " + scim.Quote(id))
	}
	if err := s.precondition(c, r); err != nil {
		return nil, err
	}
	s.drop(r)
	return newReply(http.StatusNoContent, nil), nil
}

func (s *Server) drop(r *resource) {
	groups := slices.Clone(s.store.groups[r.id])
	if s.b.keepMemberships {
		groups = nil
	}
	for _, g := range groups {
		doc := fork(g.doc)
		var left []any
		for _, m := range listOf(doc["members"]) {
			if memberID(m) != r.id {
				left = append(left, m)
			}
		}
		place{attr: g.kind.find("", "members").attr}.set(doc, left)
		s.store.replace(g, doc)
		s.touch(g)
	}
	s.store.remove(r)
}

// show is the answer with a resource. The store's lock is held.
func (s *Server) show(c *call, r *resource, status int) *reply {
	sel := selected(c)
	sel.wrote = func(p place) bool { return c.isWrite() && c.mentions(r.kind, p) }
	a := newReply(status, s.shown(c, r, sel))
	a.shows = r
	a.header.Set("Location", c.location(r))
	a.header.Set("Content-Location", c.location(r))
	a.header.Set("ETag", r.version())
	return a
}

// shown is a resource as the client is to see it.
func (s *Server) shown(c *call, r *resource, sel selection) object {
	o := s.represent(c, r, sel)
	for _, hook := range s.b.show {
		hook(c, r, o)
	}
	return o
}

// mentions reports whether a write names the attribute: as a member of the
// resource, or in a PATCH operation.
func (c *call) mentions(t *resourceType, p place) bool {
	operations, isPatch := member(c.body, "Operations")
	if !isPatch {
		return mentioned(t, keys(c.body), p).any()
	}
	for _, op := range listOf(operations) {
		op, _ := op.(object)
		value, _ := member(op, "value")
		if path, _ := member(op, "path"); path != nil {
			path, _ := path.(string)
			value = object{path: value}
		}
		if o, ok := value.(object); ok && mentioned(t, keys(o), p).any() {
			return true
		}
	}
	return false
}

// keys reads the member names of an object as attribute names, and those of an
// extension inside it.
func keys(o object) []scim.AttrPath {
	var out []scim.AttrPath
	for name, v := range o {
		if inner, ok := v.(object); ok && strings.Contains(name, ":") {
			for sub := range inner {
				out = append(out, names([]string{name + ":" + sub})...)
			}
			continue
		}
		out = append(out, names([]string{name})...)
	}
	return out
}
