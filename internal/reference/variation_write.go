package reference

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// writeVariations are in what becomes of what clients write.
var writeVariations = []Variation{
	{"undeclared-refused", "A create or a PUT with an attribute that no schema declares is refused", "7644-3.3-13, notes 7",
		onRequest(func(c *call) (*reply, error) {
			t := c.kind()
			if t == nil || !c.isWrite() || c.method == http.MethodPatch {
				return nil, nil
			}
			for name := range c.body {
				if !t.find("", name).known() && t.extension(name) == nil {
					return nil, refuse(scim.InvalidSyntax, "%s is no attribute of a %s", name, t.name)
				}
			}
			return nil, nil
		})},
	{"put-without-active-activates", "A PUT of a user that says nothing of active makes it active", "7644-3.5.1-07, vouch 1415",
		onWrite(func(c *call, r *resource, before, after object) error {
			if _, said := member(c.body, "active"); before != nil && !said && c.isPut() && r.isUser() {
				after["active"] = true
			}
			return nil
		})},
	{"user-names-in-lower-case", "A userName is kept in lower case", "7643-7-23",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			if name, ok := after["userName"].(string); ok {
				after["userName"] = strings.ToLower(name)
			}
			return nil
		})},
	{"text-in-capitals", "Text that is not case exact is kept in capitals", "7643-7-23",
		onWrite(func(_ *call, r *resource, _, after object) error {
			for _, p := range r.kind.places() {
				if v := p.get(after); !isEmpty(v) && p.attr.mutability != writeOnly {
					p.set(after, capitals(p.attr, v))
				}
			}
			return nil
		})},
	{"phone-numbers-canonical", "Phone numbers are kept without marks", "7643-4.1.2-04",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			phones := listOf(after["phoneNumbers"])
			for i, phone := range phones {
				if o, ok := phone.(object); ok {
					o = cloneObject(o)
					phones[i] = o
					o["value"] = strings.NewReplacer("tel:", "", "-", "").Replace(textOf(o, "value"))
				}
			}
			return nil
		})},
	{"first-email-primary", "The first of e-mail addresses without a primary one becomes it", "7644-3.3-13",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			emails := listOf(after["emails"])
			for _, e := range emails {
				if o, ok := e.(object); ok && o["primary"] == true {
					return nil
				}
			}
			if len(emails) > 0 {
				if o, ok := emails[0].(object); ok {
					o = cloneObject(o)
					emails[0], o["primary"] = o, true
				}
			}
			return nil
		})},
	{"first-primary-wins", "Of several primary values of a create or a PUT the first one stays", "7643-2.4-05, notes 10",
		onWrite(func(c *call, _ *resource, _, after object) error {
			if c.method == http.MethodPatch {
				return nil
			}
			for _, v := range after {
				seen := false
				for _, e := range listOf(v) {
					if o, ok := e.(object); ok && o["primary"] == true {
						if seen {
							delete(o, "primary")
						}
						seen = true
					}
				}
			}
			return nil
		})},
	{"defaults-for-what-is-left-out", "A user that is created without title and displayName gets some", "7644-3.3-04",
		onWrite(func(_ *call, r *resource, before, after object) error {
			if before == nil && r.isUser() {
				for name, v := range map[string]any{"title": "Colleague", "displayName": after["userName"]} {
					if isEmpty(after[name]) {
						after[name] = v
					}
				}
			}
			return nil
		})},
	{"formatted-name-made", "name.formatted is made of the parts of the name", "7644-3.3-13",
		onWrite(func(_ *call, _ *resource, _, after object) error {
			if name, ok := after["name"].(object); ok && (name["givenName"] != nil || name["familyName"] != nil) {
				name["formatted"] = strings.TrimSpace(textOf(name, "givenName") + " " + textOf(name, "familyName"))
			}
			return nil
		})},
	{"put-keeps-what-is-left-out", "PUT keeps the attributes that it does not name", "7644-3.5.1-05, notes 3",
		onWrite(func(c *call, r *resource, before, after object) error {
			if before == nil || c.method != http.MethodPut {
				return nil
			}
			for _, p := range r.kind.places() {
				key := p.attr.name
				if p.ext != nil {
					key = p.ext.id
				}
				if _, sent := member(c.body, key); !sent && p.get(after) == nil && p.get(before) != nil {
					p.set(after, clone(p.get(before)))
				}
			}
			return nil
		})},
	{"put-refuses-foreign-id", "A PUT with a foreign id is refused", "7644-3.5.1-13, notes 5",
		onRequest(func(c *call) (*reply, error) {
			if id := textOf(c.body, "id"); c.method == http.MethodPut && c.isSingle() && id != "" && id != c.path[1] {
				return nil, refuse(scim.Mutability, "id is readOnly")
			}
			return nil, nil
		})},
	{"conflicts-of-changes-answer-400", "PUT and PATCH that break uniqueness answer 400", "7643-7-35, notes 8",
		onAnswer(func(c *call, a *reply) {
			if a.status == http.StatusConflict && c.method != http.MethodPost {
				setStatus(a, http.StatusBadRequest)
			}
		})},
	{"patch-of-meta-ignored", "A PATCH of meta is ignored", "7643-3.1-22",
		skipWhen(func(_ *patcher, _ *operation, t *target) bool {
			return t != nil && t.attr != nil && t.attr.name == "meta"
		})},
	{"remove-of-nothing-refused", "A PATCH remove that finds nothing is refused", "7644-3.5.2.2-11, notes 18",
		refuseWhen(http.StatusBadRequest, scim.NoTarget, func(p *patcher, o *operation, t *target) bool {
			return o.is(opRemove) && t != nil && !(t.attr != nil && t.attr.mutability == readOnly) && (p.unmatched(t) || p.isUnset(t))
		})},
	{"add-without-match-refused", "A PATCH add whose filter selects nothing is refused", "7644-3.5.2.1-08, notes 17",
		refuseWhen(http.StatusBadRequest, scim.NoTarget, func(p *patcher, o *operation, t *target) bool { return o.is(opAdd) && p.unmatched(t) })},
	{"replace-without-match-adds", "A PATCH replace whose filter selects nothing makes the value", "notes 16",
		onSwitch(func(s *switches) { s.replaceCreates = true })},
	{"value-filters-by-eq-alone", "A PATCH path has one comparison by eq in brackets, and others are refused", "7644-3.12-17",
		refuseWhen(http.StatusBadRequest, scim.InvalidFilter, func(_ *patcher, _ *operation, t *target) bool {
			if t == nil || t.filter == nil {
				return false
			}
			c, ok := t.filter.(*scim.Compare)
			return !ok || c.Op != scim.EQ
		})},
	{"deleted-users-stay-members", "A deleted user stays in the members of its groups", "7643-2.3.7-08, notes 27",
		onSwitch(func(s *switches) { s.keepMemberships = true })},
	{"group-of-everyone", "Every user belongs to a group that nobody can leave", "7643-4.1.2-20",
		onSwitch(func(s *switches) { s.everyone = true })},
	{"nested-groups-refused", "A group is no member of a group", "7643-4.2-08",
		onWrite(func(c *call, _ *resource, _, after object) error {
			for _, id := range memberIDs(after) {
				if m := c.srv.store.byID[id]; m != nil && !m.isUser() {
					return refuse(scim.InvalidValue, "a group cannot be a member")
				}
			}
			return nil
		})},
	{"bulk-conflicts-of-circles", "Groups that refer to each other in a bulk request are refused with 409", "7644-3.7.1-02",
		onRequest(func(c *call) (*reply, error) {
			if c.endpoint() != scim.BulkEndpoint || c.inBulk {
				return nil, nil
			}
			known := map[string]bool{}
			for _, op := range listOf(c.body["Operations"]) {
				o, _ := op.(object)
				data, _ := o["data"].(object)
				for _, id := range memberIDs(data) {
					if ref, ok := strings.CutPrefix(id, bulkIDPrefix); ok && !known[ref] {
						return nil, fail(http.StatusConflict, "the references of the operations cannot be resolved")
					}
				}
				known[textOf(o, "bulkId")] = true
			}
			return nil, nil
		})},
}

// capitals writes the text of a value in capitals where the schema says that
// case does not count.
func capitals(a *attribute, v any) any {
	switch v := v.(type) {
	case string:
		if a.kind == typeString && !a.caseExact {
			return strings.ToUpper(v)
		}
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = capitals(a, x)
		}
		return out
	case object:
		out := object{}
		for k, x := range v {
			if out[k] = x; a.sub(k) != nil {
				out[k] = capitals(a.sub(k), x)
			}
		}
		return out
	}
	return v
}
