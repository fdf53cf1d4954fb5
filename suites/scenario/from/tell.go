package from

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/scenario"
)

// What happens, in the verbs of scenarios. trouble is what went wrong with it in
// the recording: the scenario tells what ought to happen, so the story goes on as
// if it had worked.

// assign tells that somebody is assigned, for the first time or again. What is
// tried once more is told once.
func (s *story) assign(p *person, trouble string) {
	again := p.last != nil && p.last.verb == "assign" && p.last.failed && p.standing == assigned
	s.enter(p)
	p.standing, p.gone = assigned, false
	if !again {
		s.add("assign", false, object{person: p}, trouble)
	}
	p.lost = p.lost && trouble != ""
}

func (s *story) unassign(p *person, trouble string) {
	if p.standing == unassigned {
		return
	}
	p.standing = unassigned
	s.add("unassign", false, object{person: p}, trouble)
}

// remove tells that somebody is deleted for good.
func (s *story) remove(p *person, trouble string) {
	if p.gone {
		return
	}
	p.standing, p.gone = stranger, true
	s.add("delete", false, object{person: p}, trouble)
}

// wasThere tells that somebody had an account already, and is assigned.
func (s *story) wasThere(p *person) {
	s.enter(p)
	s.add("create", true, object{person: p}, "")
	p.found = true
	s.assign(p, "")
}

// change tells that attributes have other values than before; an empty one is
// cleared.
func (s *story) change(p *person, set map[string]string, trouble string) {
	if p.found {
		for name, v := range set {
			p.cast[name], p.now[name] = v, v
		}
		p.found = false
		s.named(p)
		return
	}
	var values []scenario.Value
	before := maps.Clone(p.now)
	for _, name := range attributeOrder {
		v, has := set[name]
		if !has || v == p.now[name] {
			continue
		}
		p.now[name] = v
		switch {
		case v != "":
			values = append(values, scenario.Value{Path: name, Value: v})
		case name != "userName":
			values = append(values, scenario.Value{Path: name})
		}
	}
	s.named(p)
	if len(values) == 0 {
		return
	}
	if !s.can(func(d *mockidp.Dialect) bool { return d.Update != nil }) {
		s.remark("somebody is changed, for which %s has no known words", s.dialect().Label)
		return
	}
	st := s.add("change", false, object{person: p, set: values}, trouble)
	if strings.HasPrefix(trouble, conflict) && s.taken(p) {
		st.fails = http.StatusConflict
	}
	if st.fails != 0 {
		p.now = before // when it is tried again it is told again
	}
	s.named(p)
}

// taken reports whether somebody else has the name of a person.
func (s *story) taken(p *person) bool {
	return slices.ContainsFunc(s.people, func(o *person) bool { return o != p && !o.gone && sameWord(o.now["userName"], p.now["userName"]) })
}

// conflict is how the trouble begins when a name is taken.
const conflict = "409"

// manages tells who the manager is; nil takes her away.
func (s *story) manages(p, manager *person, trouble string) {
	if p.manager == manager {
		return
	}
	p.manager = manager
	has := func(d *mockidp.Dialect) bool { return d.SetManager != nil }
	if manager == nil {
		has = func(d *mockidp.Dialect) bool { return d.ClearManager != nil }
	}
	if !s.can(has) {
		s.remark("a manager changes, for which %s has no known words", s.dialect().Label)
		return
	}
	o := object{person: p}
	if manager != nil {
		o.with = []*person{manager}
	}
	s.add("manager", false, o, trouble)
}

func (s *story) roles(p *person, roles []string, trouble string) {
	if !s.can(func(d *mockidp.Dialect) bool { return d.SetRoles != nil }) {
		s.remark("roles change, for which %s has no known words", s.dialect().Label)
		return
	}
	s.add("roles", false, object{person: p, words: roles}, trouble)
}

// push tells that a group is pushed with its members.
func (s *story) push(g *group, members []*person, trouble string) {
	again := g.last != nil && g.last.verb == "push-group" && g.last.failed && !g.gone
	s.enterGroup(g)
	g.members, g.gone, g.lost = slices.Clone(members), false, false
	if again {
		return
	}
	st := s.add("push-group", false, object{group: g, with: slices.Clone(members)}, trouble)
	if len(members) == 0 && trouble == "" {
		g.open = st
	}
}

// rename tells that a group gets another name.
func (s *story) rename(g *group, name, trouble string) {
	if name == "" || name == g.now {
		return
	}
	g.now, g.open = name, nil
	s.add("rename-group", false, object{group: g, name: name}, trouble)
}

// join tells that people join a group. Those that follow a push without members
// are members of the push.
func (s *story) join(g *group, members []*person, trouble string) {
	var who []*person
	for _, p := range members {
		if !slices.Contains(g.members, p) && !slices.Contains(who, p) {
			who = append(who, p)
		}
	}
	if len(who) == 0 {
		return
	}
	g.members = append(g.members, who...)
	if g.open != nil && trouble == "" && s.newest(g.open, who) {
		o := &g.open.on[0]
		o.with, g.open = append(o.with, who...), nil
		return
	}
	g.open = nil
	s.add("add-to-group", false, object{group: g, with: who}, trouble)
}

// newest reports whether nothing happened to these people since a step, and no
// cycle came: then they can stand in it as well.
func (s *story) newest(st *step, who []*person) bool {
	at := slices.Index(s.steps, st)
	for _, later := range s.steps[at+1:] {
		if later.verb == "run-cycle" {
			return false
		}
		for _, o := range later.on {
			if slices.Contains(who, o.person) {
				return false
			}
		}
	}
	return true
}

func (s *story) leave(g *group, members []*person, trouble string) {
	var who []*person
	for _, p := range members {
		if i := slices.Index(g.members, p); i >= 0 {
			g.members = slices.Delete(g.members, i, i+1)
			who = append(who, p)
		}
	}
	if len(who) == 0 {
		return
	}
	g.open = nil
	s.add("remove-from-group", false, object{group: g, with: who}, trouble)
}

func (s *story) removeGroup(g *group, trouble string) {
	if g.gone {
		return
	}
	g.gone, g.open, g.members = true, nil, nil
	if !s.can(func(d *mockidp.Dialect) bool { return d.DeleteGroup != nil }) {
		s.add("delete-group", true, object{group: g}, "")
		return
	}
	s.add("delete-group", false, object{group: g}, trouble)
}
