package reference

import (
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"strings"
)

// version is the entity-tag of a resource. It is weak, and it changes with
// every change of the representation (RFC 7644 section 3.14): also with what
// is computed from other resources, the groups of a user and the names of
// members and managers.
//
// It is made once for as long as nothing in the store changes: a group has
// many members, and a request asks for its version more than once.
func (s *Server) version(r *resource) string {
	if v := r.version.Load(); v != nil && v.state == s.store.state {
		return v.tag
	}
	h := fnv.New32a()
	add := func(id, name string) {
		for _, text := range [...]string{id, "\x00", name, "\x00"} {
			_, _ = io.WriteString(h, text) // a hash takes everything
		}
	}
	for _, g := range s.store.groups[r.id] {
		name, _ := g.doc["displayName"].(string)
		add(g.id, name)
	}
	for _, id := range memberIDs(r.doc) {
		add(id, s.nameOf(s.store.byID[id]))
	}
	if id := managerID(r.doc); id != "" {
		add(id, s.nameOf(s.store.byID[id]))
	}
	v := &version{s.store.state, fmt.Sprintf(`W/"%d-%08x"`, r.revision, h.Sum32())}
	r.version.Store(v)
	return v.tag
}

// version is an entity-tag and the state of the store that it holds for.
type version struct {
	state uint64
	tag   string
}

// precondition checks If-Match and If-None-Match before a change. Weak tags
// match as they were given out: RFC 7644 prefers them and shows them in
// If-Match.
func (s *Server) precondition(c *call, r *resource) error {
	if c.header.Get("If-Match") == "" && c.header.Get("If-None-Match") == "" {
		return nil
	}
	current := s.version(r)
	if tags := c.header.Get("If-Match"); tags != "" && !matches(tags, current) {
		return fail(http.StatusPreconditionFailed, "the resource has changed: its version is %s", current)
	}
	if tags := c.header.Get("If-None-Match"); tags != "" && matches(tags, current) {
		return fail(http.StatusPreconditionFailed, "the resource exists with the version %s", current)
	}
	return nil
}

// notModified reports whether the client has the current version (RFC 7644
// section 3.14).
func (s *Server) notModified(c *call, r *resource) bool {
	tags := c.header.Get("If-None-Match")
	return tags != "" && matches(tags, s.version(r))
}

// matches compares a list of entity-tags, or "*", with a tag.
func matches(tags, current string) bool {
	opaque := func(tag string) string { return strings.TrimPrefix(strings.TrimSpace(tag), "W/") }
	for tag := range strings.SplitSeq(tags, ",") {
		if strings.TrimSpace(tag) == "*" || opaque(tag) == opaque(current) {
			return true
		}
	}
	return false
}
