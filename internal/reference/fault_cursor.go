package reference

import (
	"net/http"

	"github.com/scimtest/scimtest/scim"
)

// cursorFaults are in pages by cursor.
var cursorFaults = []Fault{
	{"cursor-previous-repeats-the-page", "previousCursor leads to the page that it is on", "9865-2-12",
		onPage(func(_ *call, q *query, list object) {
			if q.cursor != nil && *q.cursor != "" {
				list["previousCursor"] = *q.cursor
			}
		})},
	{"search-cursor-ignored", "A cursor in a search by POST is ignored", "9865-3-01", searchWithout("cursor")},
	{"cursor-other-count-500", "A page by cursor with another count than the first is answered with 500", "9865-2.1-04",
		onAnswer(func(_ *call, a *reply) {
			if a.body["scimType"] == scim.InvalidCount {
				setStatus(a, http.StatusInternalServerError)
			}
		})},
	{"cursor-shows-everybody", "A cursor that comes with another filter shows all users", "9865-2-15",
		onRequest(func(c *call) (*reply, error) {
			if s, _ := c.param("cursor"); s == "" || c.isSearch() {
				return nil, nil
			}
			if _, err := c.srv.list(c); err == nil {
				return nil, nil
			}
			c.params.Del("cursor")
			c.params.Del("filter")
			return nil, nil
		})},
	{"index-pages-have-cursors", "A query with startIndex is paged by cursor", "9865-2.4-01",
		onCall(func(c *call) {
			if c.isList() && !c.isSearch() && c.params.Has("startIndex") {
				c.params.Del("startIndex")
				c.params.Set("cursor", "")
			}
		})},
}
