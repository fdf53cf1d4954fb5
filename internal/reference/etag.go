package reference

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
)

// version is the entity-tag of a resource. It is weak, and it changes with
// every change of the representation (RFC 7644 section 3.14): also with what
// is computed from other resources, the groups of a user and the names of
// members and managers.
func (s *Server) version(r *resource) string {
	h := fnv.New32a()
	for _, g := range s.store.groups[r.id] {
		fmt.Fprint(h, g.id, g.doc["displayName"])
	}
	for _, id := range memberIDs(r.doc) {
		fmt.Fprint(h, id, s.nameOf(s.store.byID[id]))
	}
	if id := managerID(r.doc); id != "" {
		fmt.Fprint(h, id, s.nameOf(s.store.byID[id]))
	}
	return fmt.Sprintf(`W/"%d-%08x"`, r.revision, h.Sum32())
}

// precondition checks If-Match and If-None-Match before a change. Weak tags
// match as they were given out: RFC 7644 prefers them and shows them in
// If-Match.
func (s *Server) precondition(c *call, r *resource) error {
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
