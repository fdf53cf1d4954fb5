package from

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// group tells what the client writes about a group.
func (t *traffic) group(id string, x *scim.Exchange) {
	body := gjson.ParseBytes(x.Request.Body)
	wrong := trouble(x)
	if x.Request.Method == http.MethodPost {
		t.pushed(x, lookup(body, "displayName").String(), t.members(lookup(body, "members")))
		return
	}
	g := t.story.group(id)
	if g == nil {
		g = t.unseenGroup(id)
	}
	switch x.Request.Method {
	case http.MethodPut:
		members := g.members
		if list := lookup(body, "members"); list.Exists() {
			members = t.members(list)
		}
		t.becomes(g, lookup(body, "displayName").String(), members, wrong)
	case http.MethodPatch:
		c := t.patched(g, body)
		if !t.becomes(g, c.name, c.members, wrong) && c.whole && t.pushesNow() {
			t.add("push-now", false, object{group: g}, wrong)
		}
	case http.MethodDelete:
		t.removeGroup(g, wrong)
	}
}

// pushed tells of the create of a group. One that was deleted, or that could not
// be created, is the same group.
func (t *traffic) pushed(x *scim.Exchange, name string, members []*person) {
	var g *group
	for _, have := range t.groups {
		failed := have.last != nil && have.last.verb == "push-group" && have.last.failed && !have.linked
		if sameWord(have.now, name) && (have.gone || failed) {
			g = have
		}
	}
	if g == nil {
		g = &group{cast: name, now: name}
	}
	t.push(g, members, trouble(x))
	if x.Status()/100 == 2 {
		t.knownGroup(g, idIn(x))
	}
}

// unseenGroup brings in a group that the recording does not show being created.
func (t *traffic) unseenGroup(id string) *group {
	was := t.seen[groups+"/"+id]
	name := lookup(was, "displayName").String()
	g := &group{cast: name, now: name}
	t.knownGroup(g, id)
	text := "group ID was there before the recording begins: KEY is pushed first"
	if name == "" {
		text = "group ID was not seen being created, and no answer tells its name: give it to KEY under groups, and its members to push-group"
	}
	t.ask(question{group: g, id: id, text: text})
	t.wasPushed(g, t.members(lookup(was, "members")))
	return g
}

// members are the people in a list of references, or in one.
func (t *traffic) members(list gjson.Result) (out []*person) {
	for _, v := range list.Array() {
		id := idOf(v)
		if id == "" {
			continue
		}
		p := t.person(id)
		if p == nil {
			p = t.unseen(id, nil, nil)
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// becomes tells how a group differs from what the client had sent before, and
// reports whether it does.
func (t *traffic) becomes(g *group, name string, members []*person, wrong string) bool {
	before := len(t.steps)
	changes := name != "" && name != g.now
	t.rename(g, name, wrong)
	if len(t.steps) > before {
		wrong = ""
	}
	var gone, come []*person
	for _, p := range g.members {
		if !slices.Contains(members, p) {
			gone = append(gone, p)
		}
	}
	for _, p := range members {
		if !slices.Contains(g.members, p) {
			come = append(come, p)
		}
	}
	t.leave(g, gone, wrong)
	t.join(g, come, wrong)
	return changes || len(gone)+len(come) > 0
}

// patchedGroup is what a PATCH makes of a group.
type patchedGroup struct {
	name    string
	members []*person
	// whole: the whole list was sent.
	whole bool
}

func (t *traffic) patched(g *group, body gjson.Result) patchedGroup {
	c := patchedGroup{members: slices.Clone(g.members)}
	for _, op := range lookup(body, "operations").Array() {
		kind, path, value := strings.ToLower(lookup(op, "op").String()), lookup(op, "path").String(), lookup(op, "value")
		if path == "" && value.IsObject() {
			value.ForEach(func(k, v gjson.Result) bool {
				t.patch(&c, kind, k.Str, v)
				return true
			})
			continue
		}
		t.patch(&c, kind, path, value)
	}
	return c
}

func (t *traffic) patch(c *patchedGroup, kind, path string, value gjson.Result) {
	name, _ := plainPath(path)
	switch base(name) {
	case "displayname":
		c.name = value.String()
	case "members":
		who := t.members(value)
		if id := selected(path); id != "" {
			who = t.members(gjson.Parse(`[{"value":` + scim.Quote(id) + `}]`))
		}
		switch {
		case kind == "add":
			for _, p := range who {
				if !slices.Contains(c.members, p) {
					c.members = append(c.members, p)
				}
			}
		case kind == "replace":
			c.members, c.whole = who, true
		case len(who) == 0 && selected(path) == "":
			c.members = nil
		default:
			c.members = slices.DeleteFunc(c.members, func(p *person) bool { return slices.Contains(who, p) })
		}
	default:
		if !isSilent(name) {
			t.once("group "+path, "%s is nothing that groups in scenarios have", path)
		}
	}
}

// selected is the member that a path such as members[value eq "7"] selects.
func selected(path string) string {
	parsed, err := scim.ParsePath(path)
	if err != nil {
		return ""
	}
	if c, ok := parsed.Filter.(*scim.Compare); ok && strings.EqualFold(c.Attr.Name, "value") {
		id, _ := c.Value.(string)
		return id
	}
	return ""
}

// pushesNow reports whether the whole list, sent again, is Okta's Push Now.
func (t *traffic) pushesNow() bool {
	return t.can(func(d *mockidp.Dialect) bool { return d.ReplaceMembers != nil })
}
