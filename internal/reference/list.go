package reference

import (
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/scim"
)

const (
	// defaultPageSize is the size of a page when none was asked for,
	// maxPageSize the largest that is given.
	defaultPageSize = 100
	maxPageSize     = 200
)

// pageSizes are the size of a page when none was asked for, and the largest.
func (b *behaviour) pageSizes() (usual, most int) {
	usual, most = defaultPageSize, maxPageSize
	if b.pageDefault > 0 {
		usual = b.pageDefault
	}
	if b.pageMaximum > 0 {
		most = b.pageMaximum
	}
	return min(usual, most), most
}

// list answers a query on a resource endpoint or on the root.
func (s *Server) list(c *call) (*reply, error) {
	q, err := s.queryOf(c)
	if err != nil {
		return nil, err
	}
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	for _, hook := range s.b.query {
		hook(c, q)
	}
	page, err := s.page(c, q)
	if err != nil {
		return nil, sensitive(c, err)
	}
	body := page.body(s, c, q)
	for _, hook := range s.b.page {
		hook(c, q, body)
	}
	return newReply(http.StatusOK, body), nil
}

// page is a part of the resources that a query found.
type page struct {
	resources  []*resource
	total      int
	startIndex int // 0 in cursor paging
	// next and previous are cursors, or empty.
	next, previous string
}

func (p *page) body(s *Server, c *call, q *query) object {
	list := make([]any, 0, len(p.resources))
	for _, r := range p.resources {
		list = append(list, s.shown(c, r, q.sel))
	}
	body := object{
		"schemas":      []any{scim.ListResponseURN},
		"totalResults": p.total,
		"itemsPerPage": len(list),
		"Resources":    list,
	}
	if p.startIndex > 0 {
		body["startIndex"] = p.startIndex
	}
	if p.next != "" {
		body["nextCursor"] = p.next
	}
	if p.previous != "" {
		body["previousCursor"] = p.previous
	}
	return body
}

func (s *Server) page(c *call, q *query) (*page, error) {
	size, most := s.b.pageSizes()
	if q.count != nil {
		size = min(*q.count, most)
	}
	if q.cursor != nil {
		return s.cursorPage(c, q, size)
	}
	found, err := s.matching(c, q)
	if err != nil {
		return nil, err
	}
	from := min(q.startIndex-1, len(found))
	to := min(from+size, len(found))
	return &page{resources: found[from:to], total: len(found), startIndex: q.startIndex}, nil
}

// matching lists the resources that a query finds, in order. The list is not
// to be changed.
func (s *Server) matching(c *call, q *query) ([]*resource, error) {
	var found []*resource
	var refused error
	evaluated := false
	for _, t := range q.types {
		list, err := s.matchingOf(c, q, t)
		if err != nil {
			// A name may fit one type and not another.
			refused = err
			continue
		}
		evaluated = true
		if len(q.types) == 1 {
			found = list
		} else {
			found = append(found, list...)
		}
	}
	if !evaluated {
		return nil, refused
	}
	if q.sortBy == "" {
		return found, nil
	}
	found = slices.Clone(found)
	return found, s.sortResources(c, found, q.sortBy, q.sortOrder)
}

func (s *Server) matchingOf(c *call, q *query, t *resourceType) ([]*resource, error) {
	if q.filter == nil {
		return s.store.collections[t].list, nil
	}
	holds, err := compile(q.filter, resourceScope{c, t})
	if err != nil {
		return nil, err
	}
	var found []*resource
	for _, r := range s.candidates(t, q.filter) {
		if holds(r) {
			found = append(found, r)
		}
	}
	return found, nil
}

// candidates lists the resources that a filter has to be evaluated on: those
// that an index knows when the filter demands a value of an indexed attribute,
// else all of the type.
func (s *Server) candidates(t *resourceType, f scim.Filter) []*resource {
	if list, ok := s.lookup(t, f); ok {
		return list
	}
	return s.store.collections[t].list
}

// cursorPage answers a query with a cursor (RFC 9865). The first page keeps
// the ids of what was found, so that later pages neither repeat nor skip.
func (s *Server) cursorPage(c *call, q *query, size int) (*page, error) {
	if *q.cursor == "" {
		found, err := s.matching(c, q)
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(found))
		for i, r := range found {
			ids[i] = r.id
		}
		return s.pageOf(s.cursors.open(ids, q.text, size), 0), nil
	}
	snapshot, offset, err := s.cursors.find(*q.cursor)
	switch {
	case err != nil:
		return nil, err
	case snapshot.query != q.text:
		return nil, refuse(scim.InvalidCursor, "the cursor belongs to another query")
	case q.count != nil && size != snapshot.size:
		return nil, refuse(scim.InvalidCount, "count has to stay %d with this cursor", snapshot.size)
	}
	return s.pageOf(snapshot, offset), nil
}

func (s *Server) pageOf(snapshot *snapshot, from int) *page {
	p := &page{total: len(snapshot.ids)}
	to := min(from+snapshot.size, len(snapshot.ids))
	for _, id := range snapshot.ids[from:to] {
		if r := s.store.byID[id]; r != nil {
			p.resources = append(p.resources, r)
		}
	}
	if snapshot.size > 0 && to < len(snapshot.ids) {
		p.next = snapshot.cursor(to)
	}
	if from > 0 {
		p.previous = snapshot.cursor(max(from-snapshot.size, 0))
	}
	return p
}
