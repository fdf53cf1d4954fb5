package reference

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/scimtest/scimtest/scim"
)

// longestText is how many characters a text may have under long-text-refused.
const longestText = 128

// valueVariations are in which values attributes have and keep, and how they are
// written.
var valueVariations = []Variation{
	{"password-required", "A user has to be created with a password", "7643-7-17, 7643-4.1.1-21",
		onShape(requiring("password"))},
	{"user-name-case-exact", "userNames that differ in letter case are those of two users", "7643-7-20",
		onShape(func(types []*resourceType) []*resourceType {
			find(types[0].schema.attributes, "userName").caseExact = true
			return types
		})},
	{"active-read-only", "Whether a user is active comes from elsewhere and cannot be written", "7643-7-24",
		shaping("active", func(a *attribute) { a.mutability = readOnly })},
	{"display-name-made", "The displayName of a user is made of its name and cannot be written", "7643-7-24",
		func(b *behaviour) {
			shaping("displayName", func(a *attribute) { a.mutability = readOnly })(b)
			onWrite(func(_ *call, r *resource, _, after object) error {
				if !r.isUser() || r.kind.find("", "displayName").attr == nil {
					return nil
				}
				name, _ := after["name"].(object)
				delete(after, "displayName")
				if made := strings.TrimSpace(textOf(name, "givenName") + " " + textOf(name, "familyName")); made != "" {
					after["displayName"] = made
				}
				return nil
			})(b)
		}},
	{"group-name-immutable", "The displayName of a group cannot be changed", "7643-7-26",
		onShape(func(types []*resourceType) []*resourceType {
			for _, t := range types {
				if t.name == "Group" {
					find(t.schema.attributes, "displayName").mutability = immutable
				}
			}
			return types
		})},
	{"canonical-values-only", "A value that is not one of the canonical values is refused", "7643-7-19",
		onWrite(func(_ *call, r *resource, _, after object) error {
			for _, p := range r.kind.places() {
				if err := onlyCanonical(p.attr, p.get(after)); err != nil {
					return err
				}
			}
			return nil
		})},
	{"long-text-refused", "A text of more than 128 characters is refused, of which the schemas tell nothing", "7643-2.3.1-02",
		onWrite(func(_ *call, r *resource, _, after object) error {
			for _, p := range r.kind.places() {
				if tooLong(p.attr, p.get(after)) {
					return refuse(scim.InvalidValue, "%s is longer than %d characters", p.attr.name, longestText)
				}
			}
			return nil
		})},
	{"values-in-another-order", "The values of a multi-valued attribute are shown in another order", "7643-2.4-01",
		onShow(func(_ *call, r *resource, o object) {
			for _, p := range r.kind.places() {
				if list, ok := p.get(o).([]any); ok && p.attr.multiValued && p.attr.name != "schemas" {
					list = slices.Clone(list)
					slices.Reverse(list)
					p.set(o, list)
				}
			}
		})},
	{"not-primary-told", "Values that are not primary say primary: false", "7643-2.4-06",
		onShow(func(_ *call, r *resource, o object) {
			for _, p := range r.kind.places() {
				list, _ := p.get(o).([]any)
				if p.attr.sub("primary") == nil || len(list) == 0 {
					continue
				}
				list = slices.Clone(list)
				for i, v := range list {
					if v, ok := v.(object); ok && v["primary"] == nil && v["value"] != nil {
						told := fork(v)
						told["primary"] = false
						list[i] = told
					}
				}
				p.set(o, list)
			}
		})},
	{"times-in-nanoseconds", "Times are written in nanoseconds", "7643-2.3.5-01",
		writingTimes(func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z07:00") })},
	{"version-in-header-alone", "Versions are told by the header ETag and not in meta", "7643-3.1-29",
		onMeta(func(_ *call, _ *resource, meta object) { delete(meta, "version") })},
	{"deleted-user-names-stay-taken", "The userName of a deleted user cannot be given again", "7644-3.6-04",
		func(b *behaviour) {
			var had sync.Map // ids, by tenant and userName
			onShow(func(c *call, r *resource, _ object) {
				if r.isUser() {
					had.Store(fmt.Sprintf("%p %s", c.srv, strings.ToLower(textOf(r.doc, "userName"))), r.id)
				}
			})(b)
			onWrite(func(c *call, r *resource, _, after object) error {
				name := strings.ToLower(textOf(after, "userName"))
				id, known := had.Load(fmt.Sprintf("%p %s", c.srv, name))
				if known && r.isUser() && id != r.id && c.srv.store.byID[id.(string)] == nil {
					return &problem{status: http.StatusConflict, scimType: scim.Uniqueness, detail: "the userName was that of a deleted user"}
				}
				return nil
			})(b)
		}},
}

// shaping changes the definition of an attribute of users, where there is one.
func shaping(name string, change func(*attribute)) func(*behaviour) {
	return onShape(func(types []*resourceType) []*resourceType {
		if a := find(types[0].schema.attributes, name); a != nil {
			change(a)
		}
		return types
	})
}

// onlyCanonical refuses a value, or a part of one, that the definition does not
// list.
func onlyCanonical(a *attribute, v any) error {
	for _, one := range listOf(v) {
		switch one := one.(type) {
		case string:
			if len(a.canonicalValues) > 0 && !slices.ContainsFunc(a.canonicalValues, func(c string) bool { return strings.EqualFold(c, one) }) {
				return refuse(scim.InvalidValue, "%s has to be one of %s", a.name, strings.Join(a.canonicalValues, ", "))
			}
		case object:
			for _, sub := range a.subs {
				if err := onlyCanonical(sub, one[sub.name]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// tooLong reports whether a value, or a part of one, is a text beyond the limit.
func tooLong(a *attribute, v any) bool {
	for _, one := range listOf(v) {
		switch one := one.(type) {
		case string:
			if a.kind == typeString && utf8.RuneCountInString(one) > longestText {
				return true
			}
		case object:
			if slices.ContainsFunc(a.subs, func(sub *attribute) bool { return tooLong(sub, one[sub.name]) }) {
				return true
			}
		}
	}
	return false
}
