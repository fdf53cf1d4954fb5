package from

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/scenario"
)

// behind tells what others do to the people and the groups of the client. What
// they do to anybody else is no part of the story.
func (t *traffic) behind(endpoint, id string, x *scim.Exchange) {
	body := gjson.ParseBytes(x.Request.Body)
	if endpoint == groups {
		if g := t.story.group(id); g != nil && !g.gone {
			t.groupBehind(g, body, x)
		}
		return
	}
	if x.Request.Method == http.MethodPost {
		w := wantedBy(body)
		if t.met[strings.ToLower(w.set["userName"])] && t.called(w.set["userName"]) == nil {
			p := newPerson(w.set)
			t.known(t.enter(p), idIn(x))
			t.add("create", true, object{person: p}, "")
		}
		return
	}
	p := t.person(id)
	if p == nil || p.gone {
		return
	}
	switch x.Request.Method {
	case http.MethodDelete:
		p.gone, p.lost = true, true
		t.add("delete", true, object{person: p}, "")
	case http.MethodPatch, http.MethodPut:
		w := wantedByPatch(body)
		if x.Request.Method == http.MethodPut {
			w = wantedBy(body)
			w.unknown = nil
		}
		t.changedBehind(p, w)
	}
}

// tellable are the attributes that can be changed behind the identity provider's
// back in a scenario.
var tellable = []string{"userName", "displayName", "title", "locale"}

func (t *traffic) changedBehind(p *person, w *wanted) {
	var values []scenario.Value
	for _, name := range attributeOrder {
		v, has := w.set[name]
		switch {
		case !has || v == p.now[name]:
		case slices.Contains(tellable, name) && v != "":
			values = append(values, scenario.Value{Path: name, Value: v})
		default:
			t.remark("somebody else changes %s, which no verb tells", name)
		}
	}
	if w.active != nil && *w.active != (p.standing == assigned) {
		t.remark("somebody else sets active, which no verb tells")
	}
	for _, path := range w.unknown {
		t.once("behind "+path, "somebody else changes %s, which no verb tells", path)
	}
	if len(values) > 0 {
		t.add("change", true, object{person: p, set: values}, "")
	}
}

func (t *traffic) groupBehind(g *group, body gjson.Result, x *scim.Exchange) {
	c := patchedGroup{members: g.members}
	switch x.Request.Method {
	case http.MethodDelete:
		g.gone, g.lost = true, true
		t.add("delete-group", true, object{group: g}, "")
		return
	case http.MethodPatch:
		c = t.patched(g, body)
	case http.MethodPut:
		c.name = lookup(body, "displayName").String()
		if list := lookup(body, "members"); list.Exists() {
			c.members = t.members(list)
		}
	}
	if c.name != "" && c.name != g.now {
		t.remark("somebody else renames a group, which no verb tells")
	}
	for _, p := range c.members {
		if !slices.Contains(g.members, p) {
			t.add("add-to-group", true, object{group: g, with: []*person{p}}, "")
		}
	}
	for _, p := range g.members {
		if !slices.Contains(c.members, p) {
			t.add("remove-from-group", true, object{group: g, with: []*person{p}}, "")
		}
	}
}
