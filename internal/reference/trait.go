package reference

import (
	"crypto/sha256"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Traits lists what products do that is neither a fault nor a variation of the
// RFCs' service provider on its own: the deviations of profiles name them.
func Traits() []Variation { return slices.Clone(traits) }

// traits are written like variations. The source of each is in the profiles
// that name it.
var traits = []Variation{
	{"exclude-attributes-parameter", "The parameter excludedAttributes may be spelled excludeAttributes", "",
		onCall(func(c *call) {
			if v, ok := c.params["excludeAttributes"]; ok && c.method == http.MethodGet {
				c.params["excludedAttributes"] = append(c.params["excludedAttributes"], v...)
			}
		})},
	{"group-put-merges", "A PUT of a group keeps displayName and members that it does not name", "",
		onWrite(func(c *call, r *resource, before, after object) error {
			if before == nil || !c.isPut() || r.kind.name != "Group" {
				return nil
			}
			for _, name := range [...]string{"displayName", "members", "externalId"} {
				if _, sent := member(c.body, name); !sent && before[name] != nil {
					after[name] = clone(before[name])
				}
			}
			return nil
		})},
	{"enterprise-at-top-level", "Attributes of the enterprise extension may stand at the top level", "",
		onRequest(func(c *call) (*reply, error) {
			t := c.kind()
			if t == nil || !c.isWrite() || c.isPatch() {
				return nil, nil
			}
			x := t.extension(scim.EnterpriseUserURN)
			if x == nil {
				return nil, nil
			}
			for _, a := range x.attributes {
				v, sent := member(c.body, a.name)
				if !sent || t.find("", a.name).known() {
					continue
				}
				inside, _ := c.body[x.id].(object)
				inside = maps.Clone(inside)
				if inside == nil {
					inside = object{}
				}
				if _, there := member(inside, a.name); !there {
					inside[a.name] = v
				}
				c.body[x.id] = inside
			}
			return nil, nil
		})},
	{"unknown-paths-ignored", "An operation of a PATCH on an attribute that is not kept is ignored", "",
		onOperation(func(p *patcher, o *operation) error {
			if o.path == "" || !o.is(opAdd) && !o.is(opReplace) && !o.is(opRemove) {
				return nil
			}
			parsed, err := scim.ParsePath(o.path)
			if err != nil {
				return nil
			}
			at, _, ok := p.r.kind.resolve(parsed.Attr)
			if ok && parsed.Filter != nil && at.attr != nil {
				ok = parsed.Sub == "" || at.attr.sub(parsed.Sub) != nil
				mapFilter(parsed.Filter, func(leaf scim.Filter) scim.Filter {
					ok = ok && at.attr.sub(pathOf(leaf).Name) != nil
					return leaf
				})
			}
			o.skip = o.skip || !ok
			return nil
		})},
	{"department-twice-in-lists", "Lists show the department at the top level, too", "",
		onListed(func(_ *call, o object) {
			if x, ok := o[scim.EnterpriseUserURN].(object); ok && x["department"] != nil {
				o["department"] = x["department"]
			}
		})},
	{"empty-names-in-lists", "Lists show an empty name as empty strings, and no e-mail addresses as []", "",
		onListed(func(c *call, o object) {
			if c.kind() == nil || c.kind().name != "User" || c.projects() {
				return
			}
			if o["name"] == nil {
				o["name"] = object{"givenName": "", "familyName": ""}
			}
			if o["emails"] == nil {
				o["emails"] = []any{}
			}
		})},
	{"create-without-active", "The answer to a create does not tell active", "",
		onAnswer(func(c *call, a *reply) {
			if created(a) {
				delete(a.body, "active")
			}
		})},
	{"put-meta-short", "The meta of an answer to PUT holds lastModified and resourceType alone", "",
		onShow(func(c *call, _ *resource, o object) {
			if c.isPut() {
				keepKeys(o["meta"], "lastModified", "resourceType")
			}
		})},
	{"short-meta-in-lists", "The meta of a resource in a list holds location and resourceType alone", "",
		onListed(func(_ *call, o object) { keepKeys(o["meta"], "location", "resourceType") })},
	{"version-is-constant", "meta.version is 2.0, which is no entity tag", "",
		onMeta(func(_ *call, _ *resource, meta object) { meta["version"] = "2.0" })},
	{"composite-ids", "An id is 13 lower-case letters and digits, with a prefix for its type", "",
		onWrite(func(_ *call, r *resource, before, _ object) error {
			if before == nil {
				r.id = compositeID(r)
			}
			return nil
		})},
	{"primary-email-required", "A user without a primary e-mail address is refused", "",
		onWrite(func(_ *call, r *resource, _, after object) error {
			if r.isUser() && countPrimary(listOf(after["emails"])) == 0 {
				return refuse(scim.InvalidValue, "a primary e-mail address is required: emails with primary true")
			}
			return nil
		})},
	{"whole-members-refused", "A PATCH that replaces or removes all members is refused", "",
		onTarget(func(_ *patcher, o *operation, t *target) error {
			if t != nil && t.attr != nil && t.attr.name == "members" && t.filter == nil && t.sub == nil && (o.is(opReplace) || o.is(opRemove) && isEmpty(o.value)) {
				return refuse(scim.InvalidValue, "all members cannot be replaced or removed at once")
			}
			return nil
		})},
	{"one-value-each", "A user has one e-mail address, one phone number and one address", "",
		onWrite(func(_ *call, r *resource, _, after object) error {
			for _, name := range [...]string{"emails", "phoneNumbers", "addresses"} {
				if list := listOf(after[name]); r.isUser() && len(list) > 1 {
					after[name] = list[:1]
				}
			}
			return nil
		})},
	{"names-for-name", "The name of a user may be spelled names", "",
		onCall(func(c *call) { respell(c.body, "names", "name") })},
	{"divison-for-division", "The division of a user may be spelled divison", "",
		onCall(func(c *call) { respell(c.body, "divison", "division") })},
	{"no-password", "A user has no password", "",
		onShape(func(types []*resourceType) []*resourceType {
			user := types[0].schema
			user.attributes = slices.DeleteFunc(user.attributes, func(a *attribute) bool { return a.name == "password" })
			return types
		})},
	{"manager-filter-without-urn", "A filter may name manager without the URN of its extension", "",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if f.Attr.URN == "" && f.Attr.Sub == "" && strings.EqualFold(f.Attr.Name, "manager") {
				return &scim.Compare{Attr: scim.AttrPath{URN: scim.EnterpriseUserURN, Name: "manager", Sub: "value"}, Op: f.Op, Value: f.Value}
			}
			return f
		})},
	{"put-answers-html-404", "A PUT is answered with 404 and a page of HTML", "",
		onAnswer(func(c *call, a *reply) {
			if c.isPut() {
				a.status, a.raw = http.StatusNotFound, []byte("<!DOCTYPE html><html><title>Error 404 (Not Found)</title></html>")
				a.header.Set("Content-Type", "text/html; charset=UTF-8")
			}
		})},
}

// onListed changes every resource of a list.
func onListed(change func(c *call, o object)) func(*behaviour) {
	return onPage(func(c *call, _ *query, list object) {
		for _, r := range listOf(list["Resources"]) {
			change(c, r.(object))
		}
	})
}

func keepKeys(v any, names ...string) {
	if o, ok := v.(object); ok {
		maps.DeleteFunc(o, func(k string, _ any) bool { return !slices.Contains(names, k) })
	}
}

// compositeID makes an id in the form of ZIdentity's of the one that the store
// made.
func compositeID(r *resource) string {
	sum := sha256.Sum256([]byte(r.id))
	prefix := "ih"
	if !r.isUser() {
		prefix = "i9"
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	out := []byte(prefix)
	for _, b := range sum[:11] {
		out = append(out, letters[int(b)%len(letters)])
	}
	return string(out)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// respell renames an attribute in what a client sends: as a key at any depth, and
// in the paths of operations.
func respell(v any, wrong, right string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			respell(x, wrong, right)
		}
	case object:
		for _, name := range memberNames(v) {
			respell(v[name], wrong, right)
			if path, ok := v[name].(string); ok && strings.EqualFold(name, "path") {
				v[name] = regexp.MustCompile(`\b`+wrong+`\b`).ReplaceAllString(path, right)
			}
			if strings.EqualFold(name, wrong) {
				v[right] = v[name]
				delete(v, name)
			}
		}
	}
}
