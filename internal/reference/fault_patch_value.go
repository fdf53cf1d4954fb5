package reference

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// isList reports whether the target is a whole multi-valued attribute.
func (t *target) isList() bool {
	return t != nil && t.attr != nil && t.attr.multiValued && t.holds == nil && t.sub == nil
}

// isComplex reports whether the target is a singular complex attribute or a
// part of one.
func (t *target) isComplex() bool {
	return t != nil && t.attr != nil && t.attr.kind == typeComplex && !t.attr.multiValued && t.holds == nil
}

// selects counts the values that the filter of the target selects.
func (p *patcher) selects(t *target) int {
	n := 0
	for _, x := range listOf(t.get(p.doc)) {
		if t.holds(x) {
			n++
		}
	}
	return n
}

// unmatched reports whether the target has a filter that selects nothing.
func (p *patcher) unmatched(t *target) bool {
	return t != nil && t.holds != nil && p.selects(t) == 0
}

// isUnset reports whether the target has no value yet.
func (p *patcher) isUnset(t *target) bool {
	if t == nil || t.attr == nil || t.holds != nil {
		return false
	}
	v := t.get(p.doc)
	if t.sub != nil && !t.attr.multiValued {
		o, _ := v.(object)
		v = o[t.sub.name]
	}
	return isEmpty(v)
}

// withoutFilter cuts the brackets out of a path.
func withoutFilter(path string) string {
	head, tail, found := strings.Cut(path, "[")
	if !found {
		return path
	}
	return head + tail[strings.LastIndexByte(tail, ']')+1:]
}

func isReplaceOrAdd(o *operation) bool { return !o.is(opRemove) }

var patchValueFaults = []Fault{
	{"patch-add-needs-existing", "An add to an attribute without a value does nothing", "directory-scimple 251, E22",
		skipWhen(func(p *patcher, o *operation, t *target) bool { return o.is(opAdd) && p.isUnset(t) })},
	{"patch-replace-needs-existing", "A replace of an attribute without a value does nothing", "7644-3.5.2.3-04",
		skipWhen(func(p *patcher, o *operation, t *target) bool { return o.is(opReplace) && p.isUnset(t) })},
	{"patch-add-keeps-existing", "An add to a singular attribute with a value does nothing", "7644-3.5.2.1-07",
		skipWhen(func(p *patcher, o *operation, t *target) bool {
			return o.is(opAdd) && t != nil && t.attr != nil && !t.attr.multiValued && (t.attr.kind != typeComplex || t.sub != nil) && !p.isUnset(t)
		})},
	{"patch-add-overwrites-list", "An add to a multi-valued attribute replaces its values", "E52, agent-bom 3533",
		onTarget(func(_ *patcher, o *operation, t *target) error {
			if o.is(opAdd) && (t.isList() || o.path == "") {
				o.op = opReplace
			}
			return nil
		})},
	{"patch-replace-appends-to-list", "A replace of a multi-valued attribute adds to its values", "OKTA-Q28, 7644-3.5.2.3-03",
		onTarget(func(_ *patcher, o *operation, t *target) error {
			if o.is(opReplace) && (t.isList() || o.path == "") {
				o.op = opAdd
				if t.isList() {
					o.skip = isEmpty(o.value)
				}
			}
			return nil
		})},
	{"patch-adds-first-value-only", "Of several values in an add the first one is taken", "E66",
		onTarget(func(_ *patcher, o *operation, t *target) error {
			if list, ok := o.value.([]any); ok && o.is(opAdd) && t.isList() && len(list) > 1 {
				o.value = list[:1]
			}
			return nil
		})},
	{"patch-add-duplicates", "An add of a value that is there adds it again", "SCM-12, EL-10",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if !o.is(opAdd) || !t.isList() {
				return nil
			}
			given, err := t.attr.coerce(listOf(o.value))
			if err == nil {
				o.skip = true
				t.place.set(p.doc, append(slices.Clone(listOf(t.get(p.doc))), listOf(given)...))
			}
			return err
		})},
	{"patch-sub-attribute-overwrites-complex", "Setting a part of a complex attribute removes the others", "E41, SimpleIdServer 690",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if isReplaceOrAdd(o) && t.isComplex() && t.sub != nil {
				t.place.set(p.doc, nil)
			}
			return nil
		})},
	{"patch-complex-overwrites", "Setting a complex attribute removes the parts that are not given", "SCM-8, E41",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if isReplaceOrAdd(o) && t.isComplex() && t.sub == nil {
				t.place.set(p.doc, nil)
			}
			return nil
		})},
	{"patch-without-path-overwrites-complex", "An operation without a path removes the parts of a complex attribute that it does not give", "7644-3.5.2.3-06",
		onOperation(func(p *patcher, o *operation) error {
			in, _ := o.value.(object)
			for _, key := range memberNames(in) {
				if t, err := p.target(key); o.path == "" && err == nil && t.isComplex() && t.sub == nil {
					t.place.set(p.doc, nil)
				}
			}
			return nil
		})},
	{"patch-replaces-resource", "A replace of one attribute removes the others", "7644-3.5.2.3-10",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if o.is(opReplace) && t != nil {
				p.keepOnly("userName", "displayName", "active", "members")
			}
			return nil
		})},
	{"patch-same-value-refused", "A replace by the value that is there is refused", "7644-3.5.2.3-02",
		refuseWhen(http.StatusBadRequest, scim.InvalidValue, func(p *patcher, o *operation, t *target) bool {
			return o.is(opReplace) && t != nil && t.attr != nil && t.sub == nil && t.holds == nil && same(t.get(p.doc), o.value)
		})},
	{"patch-null-ignored", "A replace by null does nothing", "E43, oxTrust 1869",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool { return o.is(opReplace) && o.value == nil })},
	{"patch-empty-string-refused", "A replace by an empty string is refused", "E43, OKTA-Q45",
		refuseWhen(http.StatusBadRequest, scim.InvalidValue, func(_ *patcher, o *operation, _ *target) bool { return o.value == "" })},
	{"patch-empty-string-ignored", "A replace by an empty string does nothing", "E43, OKTA-Q45",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool { return o.value == "" })},
	{"patch-wrong-type-ignored", "A value of the wrong type does nothing", "7644-3.5.2-17",
		skipWhen(func(_ *patcher, o *operation, t *target) bool { return isReplaceOrAdd(o) && t.misfits(o.value) })},
	{"patch-stores-wrong-type", "A value of the wrong type is stored", "scim-patch 872, 7644-3.5.2-17",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if isReplaceOrAdd(o) && t.misfits(o.value) {
				o.skip = true
				t.place.set(p.doc, o.value)
			}
			return nil
		})},
	{"patch-value-path-ignores-filter", "A filter in the path of an add or a replace selects every value", "E51, 7644-3.5.2.3-08",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if isReplaceOrAdd(o) && t != nil && t.holds != nil {
				if t.sub == nil {
					o.value = listOf(o.value)
				}
				o.path = withoutFilter(o.path)
			}
			return nil
		})},
	{"patch-value-filter-takes-first-condition", "Of several conditions in a path the first one counts", "7644-3.5.2.2-06",
		onOperation(func(_ *patcher, o *operation) error {
			if i := strings.Index(o.path, " and "); i > 0 {
				o.path = o.path[:i] + o.path[strings.LastIndexByte(o.path, ']'):]
			}
			return nil
		})},
	{"patch-path-stumbles-over-colon", "A colon in the filter of a path is answered with 500", "lightdash 18243",
		refuseWhen(http.StatusInternalServerError, "", func(_ *patcher, o *operation, _ *target) bool {
			_, filter, _ := strings.Cut(o.path, "[")
			return strings.Contains(filter, ":")
		})},
	{"patch-path-boolean-without-effect", "An operation whose filter compares a boolean does nothing", "wire-server 5419",
		skipWhen(func(_ *patcher, o *operation, t *target) bool {
			return t != nil && t.holds != nil && strings.Contains(o.path, "primary eq true")
		})},
	{"patch-value-names-case-sensitive", "A name in a value without a path that is not written as in the schema is ignored", "7643-2.1-02",
		onOperation(func(p *patcher, o *operation) error {
			if in, ok := o.value.(object); ok && o.path == "" {
				left := cloneObject(in)
				for key := range in {
					if a := p.r.kind.find("", key).attr; a != nil && a.name != key {
						delete(left, key)
					}
				}
				o.value = left
			}
			return nil
		})},
	{"patch-path-splits-at-dots", "A path is split at the dots in its filter, too, and refused", "scim-patch 161",
		refuseWhen(http.StatusBadRequest, scim.InvalidPath, func(_ *patcher, o *operation, _ *target) bool {
			_, filter, _ := strings.Cut(o.path, "[")
			filter, sub, _ := strings.Cut(filter, "]")
			return strings.Contains(filter, ".") && sub != ""
		})},
	{"patch-add-unmatched-refused", "An add whose filter selects nothing is refused", "E31",
		refuseWhen(http.StatusBadRequest, scim.NoTarget, func(p *patcher, o *operation, t *target) bool { return o.is(opAdd) && p.unmatched(t) })},
	{"patch-add-unmatched-without-effect", "An add whose filter selects nothing does nothing", "EL-2, E31",
		skipWhen(func(p *patcher, o *operation, t *target) bool { return o.is(opAdd) && p.unmatched(t) })},
	{"patch-add-unmatched-without-type", "An add whose filter selects nothing makes a value without what the filter demands", "E31, 7644-3.5.2.1-08",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if o.is(opAdd) && p.unmatched(t) && t.sub != nil {
				o.path, o.value = t.attr.name, []any{object{t.sub.name: o.value}}
			}
			return nil
		})},
	{"patch-add-one-value-each", "Several adds with the same filter make a value each", "E33, SCIM-SDK 680",
		onTarget(func(p *patcher, o *operation, t *target) error {
			made := object{}
			if o.is(opAdd) && o.index > 0 && t != nil && t.sub != nil && t.holds != nil && t.attr.demands(t.filter, made) {
				made[t.sub.name] = o.value
				o.skip = true
				t.place.set(p.doc, append(slices.Clone(listOf(t.get(p.doc))), made))
			}
			return nil
		})},
	{"patch-replace-unmatched-without-effect", "A replace whose filter selects nothing does nothing", "SimpleIdServer 58, 7644-3.5.2.3-09",
		skipWhen(func(p *patcher, o *operation, t *target) bool { return o.is(opReplace) && p.unmatched(t) })},
	{"patch-replace-unmatched-changes-others", "A replace whose filter selects nothing changes every value", "7644-3.5.2.3-09",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if o.is(opReplace) && p.unmatched(t) {
				o.path = withoutFilter(o.path)
			}
			return nil
		})},
	{"patch-replace-changes-first-match", "Of several values that a filter selects the first one is replaced", "7644-3.5.2.3-07",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if !o.is(opReplace) || t == nil || t.holds == nil || t.sub == nil {
				return nil
			}
			list := slices.Clone(listOf(t.get(p.doc)))
			for i, x := range list {
				if t.holds(x) {
					changed := cloneObject(x.(object))
					changed[t.sub.name] = o.value
					list[i], o.skip = changed, true
					t.place.set(p.doc, list)
					break
				}
			}
			return nil
		})},
	{"patch-sub-attribute-overwrites-value", "Setting a part of a selected value removes its other parts", "7644-3.5.2.3-08",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if !isReplaceOrAdd(o) || t == nil || t.holds == nil || t.sub == nil || p.unmatched(t) {
				return nil
			}
			list := slices.Clone(listOf(t.get(p.doc)))
			for i, x := range list {
				if t.holds(x) {
					list[i] = object{t.sub.name: o.value}
				}
			}
			o.skip = true
			t.place.set(p.doc, list)
			return nil
		})},
	{"patch-urn-path-flattened", "An operation with a URN in its path makes a member with the whole path as name", "EL-1, E29",
		literal(func(o *operation, keep func(key string, v any)) {
			if strings.HasPrefix(o.path, scim.EnterpriseUserURN+":") && isReplaceOrAdd(o) {
				o.skip = true
				keep(o.path, o.value)
			}
		})},
	{"patch-urn-path-overwrites-extension", "Changing one attribute of an extension removes the others", "7644-3.5.2.3-10",
		onTarget(func(p *patcher, o *operation, t *target) error {
			if t != nil && t.ext != nil && t.attr != nil {
				place{ext: t.ext}.set(p.doc, nil)
			}
			return nil
		})},
	{"patch-extension-urn-ignored", "An operation whose path is the URN of an extension does nothing", "7644-3.5.2-31",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool {
			return strings.EqualFold(o.path, scim.EnterpriseUserURN)
		})},
	{"patch-urn-path-500", "A path with the URN of an extension is answered with 500", "E29, scim2 104",
		refuseWhen(http.StatusInternalServerError, "", func(_ *patcher, o *operation, _ *target) bool { return isURN(o.path) })},
	{"patch-index-in-path", "An array index in a path selects a value", "7644-3.5.2-02",
		onOperation(func(p *patcher, o *operation) error {
			m := indexPath.FindStringSubmatch(o.path)
			if m == nil {
				return nil
			}
			i, _ := strconv.Atoi(m[2])
			if list := slices.Clone(listOf(p.doc[m[1]])); i < len(list) {
				o.skip = true
				changed := cloneObject(list[i].(object))
				if m[3] != "" {
					changed[m[3]] = o.value
				} else if in, ok := o.value.(object); ok {
					changed = in
				}
				list[i] = changed
				p.doc[m[1]] = list
			}
			return nil
		})},
	{"patch-invalid-path-500", "A path that cannot be read is answered with 500", "7644-3.5.2-15",
		onTarget(func(_ *patcher, o *operation, _ *target) error {
			if _, err := scim.ParsePath(o.path); err != nil && o.path != "" {
				return fail(http.StatusInternalServerError, "null")
			}
			return nil
		})},
	{"patch-invalid-path-clears", "A path that cannot be read is read up to its first bracket", "7644-3.5.2-15",
		onTarget(func(_ *patcher, o *operation, _ *target) error {
			if _, err := scim.ParsePath(o.path); err != nil && o.path != "" {
				o.path, _, _ = strings.Cut(o.path, "[")
				o.op = opRemove
			}
			return nil
		})},
	{"patch-unknown-attribute-500", "A path to an attribute that no schema has is answered with 500", "7644-3.5.2-16",
		refuseWhen(http.StatusInternalServerError, "", unknownAttribute)},
	{"patch-stores-unknown-attribute", "An attribute that no schema has is stored", "7644-3.5.2-16",
		func(b *behaviour) {
			literal(func(o *operation, keep func(key string, v any)) {
				if p, err := scim.ParsePath(o.path); err == nil && p.Filter == nil && p.Attr.URN == "" && p.Attr.Sub == "" &&
					userType().find("", p.Attr.Name).attr == nil && groupType().find("", p.Attr.Name).attr == nil {
					o.skip = true
					keep(o.path, o.value)
				}
			})(b)
		}},
}

var indexPath = regexp.MustCompile(`^(\w+)\[(\d+)\](?:\.(\w+))?$`)

// misfits reports whether the target does not take the value.
func (t *target) misfits(v any) bool {
	if t == nil || t.attr == nil || t.holds != nil || t.sub != nil {
		return false
	}
	_, err := t.attr.coerce(v)
	return err != nil
}

func unknownAttribute(_ *patcher, o *operation, t *target) bool {
	_, err := scim.ParsePath(o.path)
	return o.path != "" && t == nil && err == nil
}
