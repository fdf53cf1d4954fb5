package reference

import (
	"fmt"
	"net/http"
	"strings"
)

// version is the entity-tag of a resource. It is weak, and it changes with
// every change of the representation (RFC 7644 section 3.14): also with what
// is computed from other resources.
func (r *resource) version() string { return fmt.Sprintf(`W/"%d-%d"`, r.revision, r.echoes) }

// precondition checks If-Match and If-None-Match before a change. Weak tags
// match as they were given out: RFC 7644 prefers them and shows them in
// If-Match.
func (s *Server) precondition(c *call, r *resource) error {
	if c.header.Get("If-Match") == "" && c.header.Get("If-None-Match") == "" {
		return nil
	}
	current := r.version()
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
	return tags != "" && matches(tags, r.version())
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
