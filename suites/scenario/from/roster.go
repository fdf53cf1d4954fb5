package from

import (
	"slices"
	"strings"
)

// roster are the people and the groups of a recording.
type roster struct {
	people []*person
	groups []*group
	// ids are who is known by an id of the recording, and names who was called
	// so last, by the userName in lower case.
	ids      map[string]*person
	groupIDs map[string]*group
	names    map[string]*person
}

// person is somebody of the recording.
type person struct {
	// cast are the attributes that she has at first, by their names in
	// scenarios, and now what she has by then.
	cast, now map[string]string
	standing  standing
	// found: she was there before, and the identity provider has written
	// nothing yet: what it writes is what the directory has.
	found bool
	// gone: her account was deleted, by whomever, and lost: by somebody else.
	gone, lost bool
	manager    *person
	last       *step
	entered    bool
	key        string
}

// standing is what the identity provider has made of somebody.
type standing int

const (
	stranger standing = iota
	assigned
	unassigned
)

// group is a group of the recording.
type group struct {
	// cast is its first name, and now the one that it has by then.
	cast, now string
	members   []*person
	// gone: it was deleted, by whomever, and lost: by somebody else.
	gone, lost bool
	// linked: the recording tells its id.
	linked bool
	// open is the step that pushed it without members, until something else
	// happens to it: the members that follow are those of the push.
	open    *step
	last    *step
	entered bool
	key     string
}

func newPerson(set map[string]string) *person {
	p := &person{cast: map[string]string{}, now: map[string]string{}}
	p.learn(set)
	return p
}

// learn takes in attributes that somebody has from the beginning.
func (p *person) learn(set map[string]string) {
	for name, v := range set {
		if _, known := p.cast[name]; !known && v != "" {
			p.cast[name], p.now[name] = v, v
		}
	}
}

// enter adds somebody to the story.
func (r *roster) enter(p *person) *person {
	if !p.entered {
		p.entered = true
		r.people = append(r.people, p)
	}
	r.named(p)
	return p
}

func (r *roster) enterGroup(g *group) *group {
	if !g.entered {
		g.entered = true
		r.groups = append(r.groups, g)
	}
	return g
}

// named notes what somebody is called by now.
func (r *roster) named(p *person) {
	if r.names == nil {
		r.names = map[string]*person{}
	}
	if name := p.now["userName"]; name != "" {
		r.names[strings.ToLower(name)] = p
	}
}

// known notes ids of somebody; empty ones are none.
func (r *roster) known(p *person, ids ...string) {
	if r.ids == nil {
		r.ids = map[string]*person{}
	}
	for _, id := range ids {
		if id != "" {
			r.ids[id] = p
		}
	}
}

func (r *roster) knownGroup(g *group, ids ...string) {
	if r.groupIDs == nil {
		r.groupIDs = map[string]*group{}
	}
	for _, id := range ids {
		if id != "" {
			r.groupIDs[id], g.linked = g, true
		}
	}
}

// person is who is known by one of these ids; nil for nobody.
func (r *roster) person(ids ...string) *person {
	for _, id := range ids {
		if p := r.ids[id]; p != nil {
			return p
		}
	}
	return nil
}

// group is what is known by one of these ids; nil for none.
func (r *roster) group(ids ...string) *group {
	for _, id := range ids {
		if g := r.groupIDs[id]; g != nil {
			return g
		}
	}
	return nil
}

// called is who has a userName; nil for nobody.
func (r *roster) called(userName string) *person {
	p := r.names[strings.ToLower(userName)]
	if p == nil || sameWord(p.now["userName"], userName) {
		return p
	}
	// She has another name by now; somebody else may have kept it.
	for _, p := range slices.Backward(r.people) {
		if sameWord(p.now["userName"], userName) {
			return p
		}
	}
	return nil
}
