package reference

import (
	"net/http"
	"strings"
)

// etagFaults are in versions and conditional requests.
var etagFaults = []Fault{
	{"etag-missing", "Answers have no header ETag", "7644-3.14-03", onAnswer(func(_ *call, a *reply) { a.header.Del("ETag") })},
	{"etag-without-version", "Resources have no meta.version", "7644-3.14-04",
		onShow(func(_ *call, _ *resource, o object) {
			if meta, ok := o["meta"].(object); ok {
				delete(meta, "version")
			}
		})},
	{"etag-differs-from-version", "The header ETag is not meta.version", "7643-3.1-29",
		onShow(func(_ *call, _ *resource, o object) {
			if meta, ok := o["meta"].(object); ok {
				meta["version"] = `W/"other"`
			}
		})},
	{"etag-constant", "The ETag never changes", "7644-3.14-09",
		func(b *behaviour) {
			onAnswer(func(_ *call, a *reply) {
				if a.shows != nil {
					a.header.Set("ETag", `W/"1"`)
				}
			})(b)
			onShow(func(_ *call, _ *resource, o object) {
				if meta, ok := o["meta"].(object); ok {
					meta["version"] = `W/"1"`
				}
			})(b)
		}},
	{"if-none-match-ignored", "If-None-Match is ignored", "SCIM-Client 52, 7644-3.14-06",
		onCall(func(c *call) { c.header.Del("If-None-Match") })},
	{"if-none-match-always-304", "Any ETag in If-None-Match is answered with 304", "7644-3.14-06",
		onRequest(func(c *call) (*reply, error) {
			if c.isRead() && c.header.Get("If-None-Match") != "" {
				return newReply(http.StatusNotModified, nil), nil
			}
			return nil, nil
		})},
	{"if-match-ignored", "If-Match is ignored", "directory-scimple 534", onCall(func(c *call) { c.header.Del("If-Match") })},
	{"if-match-never-matches", "No ETag in If-Match matches", "SCIM-SDK 746",
		refusing(http.StatusPreconditionFailed, func(c *call) bool { return c.header.Get("If-Match") != "" })},
	{"if-match-weak-refused", "A weak ETag in If-Match never matches", "directory-scimple 541",
		refusing(http.StatusPreconditionFailed, func(c *call) bool { return strings.HasPrefix(c.header.Get("If-Match"), "W/") })},
	{"if-match-checked-late", "If-Match is checked after the change", "SCIM-SDK 746",
		onRequest(func(c *call) (*reply, error) {
			tag := c.header.Get("If-Match")
			if tag == "" || !c.isSingle() || !c.srv.outdated(c, tag) {
				return nil, nil
			}
			c.header.Del("If-Match")
			if _, err := c.srv.route(c); err != nil {
				return nil, err
			}
			return nil, fail(http.StatusPreconditionFailed, "the resource has changed")
		})},
}

// outdated reports whether the entity-tag is not that of the resource.
func (s *Server) outdated(c *call, tag string) bool {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	r := s.store.get(c.kind(), c.path[1])
	return r != nil && !matches(tag, r.version())
}
