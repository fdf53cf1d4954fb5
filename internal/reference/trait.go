package reference

import (
	"maps"
	"net/http"
	"slices"

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
	{"group-patch-answers-204", "A PATCH of a group is answered with 204", "",
		onAnswer(func(c *call, a *reply) {
			if c.isPatch() && c.endpoint() == scim.GroupsEndpoint && a.status == http.StatusOK {
				a.status, a.body = http.StatusNoContent, nil
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
			if o.path == "" {
				return nil
			}
			parsed, err := scim.ParsePath(o.path)
			if err != nil {
				return nil
			}
			at, _, ok := p.r.kind.resolve(parsed.Attr)
			if ok && parsed.Filter != nil && parsed.Sub != "" && at.attr != nil {
				ok = at.attr.sub(parsed.Sub) != nil
			}
			o.skip = o.skip || !ok
			return nil
		})},
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
