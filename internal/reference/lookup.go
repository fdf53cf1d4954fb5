package reference

import (
	"slices"

	"github.com/scimtest/scimtest/scim"
)

// lookup lists, in the order of their creation, at least the resources of a
// type for which a filter holds. ok is false where no index can tell. The list
// is not to be changed.
func (s *Server) lookup(t *resourceType, f scim.Filter) (list []*resource, ok bool) {
	switch f := f.(type) {
	case *scim.And:
		if list, ok := s.lookup(t, f.Left); ok {
			return list, true
		}
		return s.lookup(t, f.Right)
	case *scim.Or:
		left, ok := s.lookup(t, f.Left)
		if !ok {
			return nil, false
		}
		right, ok := s.lookup(t, f.Right)
		if !ok {
			return nil, false
		}
		both := slices.Concat(left, right)
		slices.SortFunc(both, func(x, y *resource) int { return x.seq - y.seq })
		return slices.Compact(both), true
	case *scim.ValueFilter:
		if list, ok := s.lookupInside(t, f.Attr, f.Inner); ok || f.Compare == nil {
			return list, ok
		}
		return s.lookupInside(t, f.Attr, f.Compare)
	case *scim.Compare:
		return s.lookupValue(t, f.Attr, f)
	}
	return nil, false
}

// lookupInside is lookup for a filter in brackets behind an attribute.
func (s *Server) lookupInside(t *resourceType, attr scim.AttrPath, f scim.Filter) ([]*resource, bool) {
	switch f := f.(type) {
	case *scim.And:
		if list, ok := s.lookupInside(t, attr, f.Left); ok {
			return list, true
		}
		return s.lookupInside(t, attr, f.Right)
	case *scim.Compare:
		if attr.Sub == "" && f.Attr.URN == "" && f.Attr.Sub == "" {
			attr.Sub = f.Attr.Name
			return s.lookupValue(t, attr, f)
		}
	}
	return nil, false
}

// lookupValue is lookup for a comparison of an attribute.
func (s *Server) lookupValue(t *resourceType, attr scim.AttrPath, f *scim.Compare) ([]*resource, bool) {
	at, sub, ok := t.resolve(attr)
	value, isText := f.Value.(string)
	if !ok || at.attr == nil || f.Op != scim.EQ || !isText {
		return nil, false
	}
	switch {
	case at.ext == nil && at.attr.name == "members" && (sub == nil || sub.name == "value"):
		return s.store.groups[value], true
	case at.ext == nil && at.attr.name == "id":
		if r := s.store.get(t, value); r != nil {
			return []*resource{r}, true
		}
		return nil, true
	case sub == nil && at.attr.kind == typeComplex:
		sub = at.attr.sub("value") // "emails eq" means the values of emails
	case sub == nil:
		sub = at.attr
	}
	return s.store.lookup(t, sub, value)
}
