package reference

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

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
		at  int
	}
	entries := make([]entry, len(list))
	var kind *resourceType
	var key func(*resource) any
	sorts := false
	for i, r := range list {
		if r.kind != kind {
			kind, key = r.kind, s.sortKey(c, r.kind, path.Attr)
			sorts = sorts || key != nil
		}
		entries[i] = entry{r, nil, i}
		if key != nil {
			entries[i].key = key(r)
		}
	}
	if !sorts {
		return nil // no resource can have the attribute, so none differs
	}
	sign := 1
	if strings.EqualFold(sortOrder, descending) {
		sign = -1
	}
	slices.SortFunc(entries, func(x, y entry) int {
		return cmp.Or(sign*compareKeys(x.key, y.key), x.at-y.at)
	})
	for i, e := range entries {
		list[i] = e.r
	}
	return nil
}

// sortKey reads the value by which resources of a type are sorted, ready to be
// compared; nil for one that has none. It is itself nil for a path that cannot
// be sorted by.
func (s *Server) sortKey(c *call, t *resourceType, path scim.AttrPath) func(*resource) any {
	at, sub, ok := t.resolve(path)
	if !ok || at.attr == nil {
		return nil
	}
	a := at.attr
	if a.kind == typeComplex {
		if sub == nil {
			sub = a.sub("value")
		}
		if sub == nil {
			return nil
		}
		a = sub
	}
	if a.returned == never {
		return func(*resource) any { return nil }
	}
	read := s.partsOf
	if a.computed {
		read = s.valueOf
	}
	return func(r *resource) any {
		list := listOf(read(c, r, at))
		if i := slices.IndexFunc(list, isPrimary); i > 0 {
			list = list[i:]
		}
		if len(list) == 0 {
			return nil
		}
		v := list[0]
		if sub != nil {
			o, _ := v.(object)
			v = o[sub.name]
		}
		text, ok := v.(string)
		switch {
		case !ok:
			return v
		case a.kind == typeDateTime:
			t, _ := parseTime(text)
			return t
		}
		return prepare(text, a.caseExact)
	}
}

func compareKeys(x, y any) int {
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
	case time.Time:
		t, _ := y.(time.Time)
		return x.Compare(t)
	case string:
		s, _ := y.(string)
		return strings.Compare(x, s)
	}
	return 0
}
