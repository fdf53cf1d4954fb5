package reference

import (
	"github.com/scimtest/scimtest/scim"
)

// set applies add and replace to a target.
func (p *patcher) set(o *operation, t *target, v any) error {
	if done, err := p.guard(t, v); done || err != nil {
		return err
	}
	switch {
	case t.attr == nil:
		return p.setExtension(o, t, v)
	case t.holds != nil:
		return p.setSelected(o, t, v)
	case t.sub != nil:
		return p.setSub(o, t, v)
	default:
		return p.setAttribute(o, t, v)
	}
}

// setExtension sets attributes of an extension, given as an object under its
// URN; the others stay.
func (p *patcher) setExtension(o *operation, t *target, v any) error {
	if isEmpty(v) {
		return p.clear(t)
	}
	in, ok := v.(object)
	if !ok {
		return refuse(scim.InvalidValue, "%s has to be an object", t.ext.id)
	}
	for _, name := range memberNames(in) {
		a := find(t.ext.attributes, name)
		if a == nil {
			continue
		}
		if err := p.set(o, &target{place: place{t.ext, a}, path: name}, in[name]); err != nil {
			return err
		}
	}
	return nil
}

// setAttribute sets an attribute as a whole.
func (p *patcher) setAttribute(o *operation, t *target, v any) error {
	a, old := t.attr, t.get(p.doc)
	switch {
	case a.multiValued:
		return p.setList(o, t, v)
	case a.kind == typeComplex:
		return p.setComplex(t, v)
	}
	v, err := a.coerce(v)
	if err != nil {
		return err
	}
	if v == nil && a.required {
		return refuse(scim.InvalidValue, "%s is required", a.name)
	}
	if a.mutability == immutable && !isEmpty(old) && !a.equal(old, v) && !p.srv.b.changesImmutable(p.c) {
		return refuse(scim.Mutability, "%s is immutable", a.name)
	}
	t.place.set(p.doc, v)
	return nil
}

// keepsImmutableLists refuses to leave other values in a multi-valued attribute
// that is immutable, by whichever paths they got there.
func (p *patcher) keepsImmutableLists() error {
	for _, at := range p.r.kind.places() {
		a, old := at.attr, at.get(p.r.doc)
		if a.mutability == immutable && a.multiValued && !isEmpty(old) && !a.matches(old, at.get(p.doc)) && !p.srv.b.changesImmutable(p.c) {
			return refuse(scim.Mutability, "%s is immutable", a.name)
		}
	}
	return nil
}

// setList adds values to a multi-valued attribute, or replaces all of them. A
// single value without an array is taken as well.
func (p *patcher) setList(o *operation, t *target, v any) error {
	a, old := t.attr, listOf(t.get(p.doc))
	coerced, err := a.coerce(listOf(v))
	if err != nil {
		return err
	}
	given := listOf(coerced)
	if o.is(opAdd) {
		given = a.join(old, given)
	} else {
		old = nil
	}
	if len(given) == 0 && a.required {
		return refuse(scim.InvalidValue, "%s is required", a.name)
	}
	p.store(t, old, given)
	return nil
}

// store puts a list in place of an old one. When a value has become primary
// the others cease to be (RFC 7644 section 3.5.2).
func (p *patcher) store(t *target, old, list []any) {
	if countPrimary(list) > 1 && !p.srv.b.keepOldPrimary {
		for i, x := range list {
			if i < len(old) && isPrimary(old[i]) && isPrimary(x) {
				x := cloneObject(x.(object))
				x["primary"] = false
				list[i] = x
			}
		}
	}
	t.place.set(p.doc, list)
}

// setComplex sets parts of a singular complex attribute; those that are not
// given stay (RFC 7644 section 3.5.2.3).
func (p *patcher) setComplex(t *target, v any) error {
	a := t.attr
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0] // the manager in an array, as Entra ID once sent it (entra.md 2.6)
	}
	if isEmpty(v) {
		return p.clearBySet(t)
	}
	if s, ok := v.(string); ok && a.isReference() {
		v = object{"value": s}
	}
	in, ok := v.(object)
	if !ok {
		return refuse(scim.InvalidValue, "%s has to be an object", a.name)
	}
	old, _ := t.get(p.doc).(object)
	merged := cloneObject(old)
	if err := a.merge(merged, in); err != nil {
		return err
	}
	if len(merged) > 0 {
		if err := a.complete(merged); err != nil {
			return err
		}
	}
	if a.mutability == immutable && len(old) > 0 && !a.equal(old, merged) {
		return refuse(scim.Mutability, "%s is immutable", a.name)
	}
	t.place.set(p.doc, merged)
	return nil
}

// merge sets the parts of a complex value that are given; an empty one is
// removed.
func (a *attribute) merge(into, in object) error {
	for _, name := range memberNames(in) {
		sub := a.sub(name)
		if sub == nil || sub.computed {
			continue
		}
		if err := sub.put(into, in[name]); err != nil {
			return err
		}
	}
	return nil
}

// put gives a sub-attribute of a value another value.
func (a *attribute) put(into object, v any) error {
	if list, ok := v.([]any); ok && !a.multiValued && len(list) == 1 {
		if wrapped, ok := list[0].(object); ok {
			v = wrapped["value"] // [{"value": "x"}] for "x" (entra.md E42)
		}
	}
	v, err := a.coerce(v)
	if err != nil {
		return err
	}
	old, had := into[a.name]
	switch {
	case a.mutability == immutable && had && !a.equal(old, v):
		return refuse(scim.Mutability, "%s is immutable", a.name)
	case v == nil && a.required:
		return refuse(scim.InvalidValue, "%s is required", a.name)
	case v == nil:
		delete(into, a.name)
	default:
		into[a.name] = v
	}
	return nil
}

// clearBySet takes the value away from an attribute that was set to nothing.
func (p *patcher) clearBySet(t *target) error {
	if t.attr.required {
		return refuse(scim.InvalidValue, "%s is required", t.attr.name)
	}
	return p.clear(t)
}

// setSub sets a sub-attribute, of all values when the attribute has several.
// Where there is no value one is made.
func (p *patcher) setSub(o *operation, t *target, v any) error {
	if !t.attr.multiValued {
		return p.setComplex(t, object{t.sub.name: v})
	}
	if len(listOf(t.get(p.doc))) == 0 {
		return p.setList(&operation{op: opAdd}, t, []any{object{t.sub.name: v}})
	}
	all := *t
	all.holds = func(any) bool { return true }
	return p.setSelected(o, &all, v)
}

// setSelected applies an operation to the values that a filter selects. An add
// that selects nothing makes a value of what the filter demands, as Entra ID
// expects (entra.md E31, E33); a replace that selects nothing has no target
// (RFC 7644 section 3.5.2.3).
func (p *patcher) setSelected(o *operation, t *target, v any) error {
	old := listOf(t.get(p.doc))
	list := make([]any, 0, len(old)+1)
	selected := 0
	for _, x := range old {
		if t.holds(x) {
			selected++
			changed, err := p.setValue(o, t, x, v)
			if err != nil {
				return err
			}
			x = changed
		}
		if !isEmpty(x) {
			list = append(list, x)
		}
	}
	if selected == 0 {
		made, err := p.makeValue(o, t, v)
		if err != nil {
			return err
		}
		list = append(list, made)
	}
	if !t.attr.multiValued {
		t.place.set(p.doc, list[len(list)-1])
		return nil
	}
	p.store(t, old, t.attr.distinct(list))
	return nil
}

// setValue changes one selected value.
func (p *patcher) setValue(o *operation, t *target, x, v any) (any, error) {
	a := t.attr
	old, isObject := x.(object)
	switch {
	case !isObject:
		return a.coerceOne(v)
	case t.sub != nil:
		changed := cloneObject(old)
		if t.sub.computed {
			return nil, refuse(scim.Mutability, "%s is given by the service provider", t.sub.name)
		}
		return changed, t.sub.put(changed, v)
	}
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	in, ok := v.(object)
	if !ok {
		return nil, refuse(scim.InvalidValue, "the value for %s has to be an object", scim.Quote(t.path))
	}
	if o.is(opAdd) {
		changed := cloneObject(old)
		if err := a.merge(changed, in); err != nil {
			return nil, err
		}
		return changed, nil
	}
	// The whole value is replaced, but what is immutable in it stays the same.
	fresh, err := a.coerceOne(in)
	if err != nil {
		return nil, err
	}
	for _, sub := range a.subs {
		if o, _ := fresh.(object); sub.mutability == immutable && !sub.computed && !sub.equal(old[sub.name], o[sub.name]) {
			return nil, refuse(scim.Mutability, "%s is immutable", sub.name)
		}
	}
	return fresh, nil
}

// makeValue makes the value that an add with a filter asks for.
func (p *patcher) makeValue(o *operation, t *target, v any) (any, error) {
	made := object{}
	if !o.is(opAdd) && !p.srv.b.replaceCreates || !t.attr.demands(t.filter, made) {
		return nil, refuse(scim.NoTarget, "the path %s selects no value", scim.Quote(t.path))
	}
	if t.attr.kind != typeComplex {
		return t.attr.coerceOne(v)
	}
	if t.sub != nil {
		return made, t.sub.put(made, v)
	}
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	in, ok := v.(object)
	if !ok {
		return nil, refuse(scim.InvalidValue, "the value for %s has to be an object", scim.Quote(t.path))
	}
	return made, t.attr.merge(made, in)
}

// demands collects the sub-attributes that a filter wants to equal a value. It
// is false for a filter that asks for anything else.
func (a *attribute) demands(f scim.Filter, into object) bool {
	switch f := f.(type) {
	case *scim.And:
		return a.demands(f.Left, into) && a.demands(f.Right, into)
	case *scim.Compare:
		if a.kind != typeComplex {
			return f.Op == scim.EQ
		}
		sub := a.sub(f.Attr.Name)
		return sub != nil && f.Op == scim.EQ && sub.put(into, f.Value) == nil
	}
	return false
}
