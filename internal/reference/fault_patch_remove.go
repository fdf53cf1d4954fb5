package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// onRemove sees every remove with what its path names.
func onRemove(f func(p *patcher, o *operation, t *target) error) func(*behaviour) {
	return onTarget(func(p *patcher, o *operation, t *target) error {
		if !o.is(opRemove) || t == nil {
			return nil
		}
		return f(p, o, t)
	})
}

var patchRemoveFaults = []Fault{
	{"patch-remove-ignored", "A remove does nothing", "OKTA-Q27 (B26), E51",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool { return o.is(opRemove) })},
	{"patch-remove-filter-ignored", "A remove with a filter does nothing", "OKTA-Q27 (B26), E51",
		skipWhen(func(_ *patcher, o *operation, t *target) bool { return o.is(opRemove) && t != nil && t.holds != nil })},
	{"patch-remove-clears-attribute", "A remove with a filter removes every value", "E51, SimpleIdServer 164",
		onRemove(func(_ *patcher, o *operation, _ *target) error {
			o.path, _, _ = strings.Cut(o.path, "[")
			return nil
		})},
	{"patch-remove-list-clears", "A remove of listed values removes every value", "EL-6, E50",
		onRemove(func(_ *patcher, o *operation, t *target) error {
			if t.isList() {
				o.value = nil
			}
			return nil
		})},
	{"patch-remove-list-ignored", "A remove of listed values does nothing", "E50, azure-docs 30826",
		skipWhen(func(_ *patcher, o *operation, t *target) bool {
			return o.is(opRemove) && t.isList() && !isEmpty(o.value)
		})},
	{"patch-remove-list-refused", "A remove of listed values is refused", "E50, ssoready 182",
		refuseWhen(http.StatusBadRequest, scim.InvalidSyntax, func(_ *patcher, o *operation, t *target) bool {
			return o.is(opRemove) && t.isList() && !isEmpty(o.value)
		})},
	{"patch-remove-list-removes-first", "A remove of a multi-valued attribute removes its first value", "7644-3.5.2.2-03",
		onRemove(func(p *patcher, o *operation, t *target) error {
			if list := listOf(t.get(p.doc)); t.isList() && isEmpty(o.value) && len(list) > 0 {
				o.skip = true
				t.place.set(p.doc, list[1:])
			}
			return nil
		})},
	{"patch-remove-without-path-accepted", "A remove without a path does nothing", "7644-3.5.2.2-01",
		skipWhen(func(_ *patcher, o *operation, _ *target) bool { return o.is(opRemove) && o.path == "" })},
	{"patch-remove-unassigned-500", "A remove of an attribute without a value is answered with 500", "7644-3.5.2.2-11",
		refuseWhen(http.StatusInternalServerError, "", func(p *patcher, o *operation, t *target) bool { return o.is(opRemove) && p.isUnset(t) })},
	{"patch-remove-unmatched-500", "A remove whose filter selects nothing is answered with 500", "E57, Infisical 6471",
		refuseWhen(http.StatusInternalServerError, "", func(p *patcher, o *operation, t *target) bool { return o.is(opRemove) && p.unmatched(t) })},
	{"patch-remove-unmatched-404", "A remove whose filter selects nothing is answered with 404", "E57",
		refuseWhen(http.StatusNotFound, "", func(p *patcher, o *operation, t *target) bool { return o.is(opRemove) && p.unmatched(t) })},
	{"patch-remove-leaves-empty-value", "A remove of the last value leaves an empty one", "7644-3.5.2.2-05",
		onRemove(func(p *patcher, o *operation, t *target) error {
			if t.holds != nil && t.sub == nil && p.selects(t) > 0 && p.selects(t) == len(listOf(t.get(p.doc))) {
				o.skip = true
				t.place.set(p.doc, []any{object{"value": ""}})
			}
			return nil
		})},
	{"patch-remove-sub-attribute-removes-value", "A remove of a part of a value removes the value", "7644-3.5.2.2-07",
		onRemove(func(_ *patcher, o *operation, t *target) error {
			if t.holds != nil && t.sub != nil {
				o.path = o.path[:strings.LastIndexByte(o.path, ']')+1]
			}
			return nil
		})},
	{"patch-remove-sub-attribute-removes-parent", "A remove of a part of a complex attribute removes the whole", "7644-3.5.2.2-13",
		onRemove(func(_ *patcher, o *operation, t *target) error {
			if t.isComplex() && t.sub != nil {
				o.path = t.attr.name
			}
			return nil
		})},
	{"patch-remove-required", "A remove of the userName is done", "scimono 235, 7644-3.5.2.2-09",
		func(b *behaviour) {
			b.optional = func(c *call, _ *attribute) bool { return c.isPatch() }
			onRemove(func(p *patcher, o *operation, t *target) error {
				if t.attr != nil && t.attr.required && t.sub == nil && t.holds == nil {
					o.skip = true
					t.place.set(p.doc, nil)
				}
				return nil
			})(b)
		}},
	{"patch-remove-required-invalid-value", "A remove of a required attribute is refused with invalidValue", "SCM-10, EL-8",
		onAnswer(func(c *call, a *reply) {
			if c.isPatch() && a.body["scimType"] == scim.Mutability {
				a.body["scimType"] = scim.InvalidValue
			}
		})},
}
