package reference

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// The words of sortOrder.
const (
	ascending  = "ascending"
	descending = "descending"
)

// sortResources orders resources (RFC 7644 section 3.4.2.3): of a multi-valued
// attribute the primary value counts, or else the first; resources without the
// attribute come last, in descending order first. Equal ones stay in the order
// of their creation.
func (s *Server) sortResources(c *call, list []*resource, sortBy, sortOrder string) error {
	path, err := scim.ParsePath(sortBy)
	if err != nil || path.Filter != nil {
		return refuse(scim.InvalidPath, "sortBy %s is no attribute path", scim.Quote(sortBy))
	}
	type entry struct {
		r   *resource
		key any
	}
	entries := make([]entry, len(list))
	var kind *attribute
	for i, r := range list {
		key, a := s.sortKey(c, r, path.Attr)
		entries[i] = entry{r, key}
		if a != nil {
			kind = a
		}
	}
	if kind == nil {
		return nil // no resource can have the attribute, so none differs
	}
	sign := 1
	if strings.EqualFold(sortOrder, descending) {
		sign = -1
	}
	slices.SortStableFunc(entries, func(x, y entry) int { return sign * compareKeys(kind, x.key, y.key) })
	for i, e := range entries {
		list[i] = e.r
	}
	return nil
}

// sortKey is the value by which a resource is sorted; nil when it has none.
func (s *Server) sortKey(c *call, r *resource, path scim.AttrPath) (any, *attribute) {
	at, sub, ok := r.kind.resolve(path)
	if !ok || at.attr == nil {
		return nil, nil
	}
	a, list := at.attr, listOf(s.valueOf(c, r, at))
	for i, v := range list {
		if isPrimary(v) {
			list = list[i:]
			break
		}
	}
	if a.kind == typeComplex {
		if sub == nil {
			sub = a.sub("value")
		}
		if sub == nil {
			return nil, nil
		}
		a, list = sub, subValues(list[:min(len(list), 1)], sub)
	}
	if a.returned == never || len(list) == 0 {
		return nil, a
	}
	return list[0], a
}

func compareKeys(a *attribute, x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	switch x := x.(type) {
	case bool:
		if x == y {
			return 0
		}
		if x {
			return 1
		}
		return -1
	case json.Number:
		n, _ := y.(json.Number)
		return compareNumbers(x, n)
	case string:
		s, _ := y.(string)
		if a.kind == typeDateTime {
			t, _ := parseTime(x)
			u, _ := parseTime(s)
			return t.Compare(u)
		}
		return cmp.Compare(prepare(x, a.caseExact), prepare(s, a.caseExact))
	}
	return 0
}
