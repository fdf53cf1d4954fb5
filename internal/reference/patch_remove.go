package reference

import "github.com/scimtest/scimtest/scim"

// remove applies a remove operation (RFC 7644 section 3.5.2.2). Removing what
// is not there changes nothing and succeeds.
func (p *patcher) remove(o *operation) error {
	if o.path == "" {
		return refuse(scim.NoTarget, "remove needs a path")
	}
	t, err := p.target(o.path)
	if err != nil {
		return err
	}
	if _, err := p.guard(t, nil); err != nil {
		return err
	}
	switch {
	case t.holds != nil:
		return p.removeSelected(t)
	case t.sub != nil:
		t.holds = func(any) bool { return true }
		return p.removeSelected(t)
	case t.attr != nil && t.attr.multiValued && !isEmpty(o.value):
		return p.removeListed(t, o.value)
	default:
		return p.clear(t)
	}
}

// clear takes the value away from an attribute or an extension.
func (p *patcher) clear(t *target) error {
	if t.attr == nil {
		for _, a := range t.ext.attributes {
			if err := p.clearable(place{t.ext, a}); err != nil && !a.required {
				return err
			}
		}
	} else if err := p.clearable(t.place); err != nil {
		return err
	}
	t.place.set(p.doc, nil)
	return nil
}

func (p *patcher) clearable(at place) error {
	switch a := at.attr; {
	case a.required && !(p.srv.b.optional != nil && p.srv.b.optional(p.c, a)):
		return refuse(scim.Mutability, "%s is required", a.name)
	case a.mutability == immutable && !isEmpty(at.get(p.doc)):
		return refuse(scim.Mutability, "%s is immutable", a.name)
	}
	return nil
}

// removeSelected removes the values that the target selects, or only one
// sub-attribute of them.
func (p *patcher) removeSelected(t *target) error {
	old := listOf(t.get(p.doc))
	var left []any
	for _, x := range old {
		if t.holds(x) {
			if t.sub == nil {
				continue
			}
			if err := removable(t.sub); err != nil {
				return err
			}
			o := cloneObject(x.(object))
			delete(o, t.sub.name)
			x = o
		}
		if !isEmpty(x) {
			left = append(left, x)
		}
	}
	if t.attr.required && len(left) == 0 && len(old) > 0 {
		return refuse(scim.Mutability, "%s is required", t.attr.name)
	}
	switch {
	case t.attr.multiValued:
		t.place.set(p.doc, left)
	case len(left) == 0:
		t.place.set(p.doc, nil)
	default:
		t.place.set(p.doc, left[0])
	}
	return nil
}

func removable(sub *attribute) error {
	if sub.required || sub.computed || sub.mutability == immutable {
		return refuse(scim.Mutability, "%s cannot be removed alone", sub.name)
	}
	return nil
}

// removeListed removes the values that are listed in the operation, and no
// others: what Entra ID means when it removes members (entra.md E50). The RFC
// gives the value of a remove no meaning.
func (p *patcher) removeListed(t *target, v any) error {
	listed := t.attr.lists(listOf(v))
	var left []any
	for _, x := range listOf(t.get(p.doc)) {
		if !listed(x) {
			left = append(left, x)
		}
	}
	if t.attr.required && len(left) == 0 {
		return refuse(scim.Mutability, "%s is required", t.attr.name)
	}
	t.place.set(p.doc, left)
	return nil
}
