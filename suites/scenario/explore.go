package scenario

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
)

// ExploreOptions say how stories are made up.
type ExploreOptions struct {
	// Seed makes the stories.
	Seed int64
	// Steps is how long a story is, People and Groups how many take part.
	Steps, People, Groups int
	// Found is told of each failure, and of the shortest story that shows it.
	Found func(*Scenario, *Failure)
}

// Explore makes up stories in the dialect of the runner until its requests are
// used up. Each step is drawn from what can happen then, and the target is held
// against the directory. A story that fails is shrunk; a failure that was found
// before is not told again, and stories go on to look for others.
func Explore(ctx context.Context, r *Runner, o ExploreOptions) error {
	var known []*Failure
	budget := r.Budget
	defer func() { r.Budget = budget }()
	for story := int64(0); r.affords(o.Steps); story++ {
		s := invent(r.Dialect, o, story)
		f, err := r.Play(ctx, s)
		if errors.Is(err, errBudget) {
			return nil
		}
		if err != nil {
			return err
		}
		if r.ended == noGroups {
			o.Groups = 0
		}
		if f == nil || slices.ContainsFunc(known, f.Same) {
			continue
		}
		// Half of what is left goes into making the story short.
		r.Budget = r.Requests + (budget-r.Requests)/2
		short, f, err := shrink(ctx, s, f, r)
		if r.Budget = budget; err != nil {
			return err
		}
		known = append(known, f)
		o.Found(short.Told(fmt.Sprintf("%s-%d", s.Name, len(known)), f), f)
	}
	return nil
}

// inventor makes up a story. It knows what the directory is like at each step.
type inventor struct {
	d      *mockidp.Dialect
	rnd    *rand.Rand
	story  *Scenario
	people map[string]*actor
	groups map[string]*troupe
	// names are what userNames are taken, in lower case.
	names map[string]string
	next  int
}

type actor struct {
	key, userName string
	standing      standing
}

type troupe struct {
	key, name string
	pushed    bool
	members   []string
}

// invent makes up the n-th story of a seed.
func invent(d *mockidp.Dialect, o ExploreOptions, n int64) *Scenario {
	v := &inventor{
		d: d, rnd: rand.New(rand.NewPCG(uint64(o.Seed), uint64(n))), people: map[string]*actor{}, groups: map[string]*troupe{}, //nolint:gosec // a story that can be told again
		names: map[string]string{},
		story: &Scenario{Name: "explored-" + d.Name, IdPs: []string{d.Name}, Look: Touched},
	}
	for i := range o.People {
		v.person(castNames[i%len(castNames)])
	}
	for i := range o.Groups {
		key := troupeNames[i%len(troupeNames)]
		g := &troupe{key: key, name: strings.ToUpper(key[:1]) + key[1:] + " {{tag}}"}
		v.groups[key] = g
		v.story.Groups = append(v.story.Groups, Group{key, g.name})
	}
	for i := 1; len(v.story.Steps) < o.Steps; i++ {
		moves := v.moves()
		if len(moves) == 0 {
			break
		}
		moves[v.rnd.IntN(len(moves))]()
		if i%6 == 0 || len(v.story.Steps) >= o.Steps-1 {
			v.add(Step{Verb: "expect", On: []Object{{Text: inSync}}})
		}
	}
	return v.story
}

var (
	castNames   = []string{"ada", "bo", "cy", "di", "ed", "flo"}
	troupeNames = []string{"crew", "deck", "engine"}
	// awkward are values of attributes.
	awkward = []string{"Captain", "O'Neill", "Łukasz", "van der Berg", "José", "Anne-Marie", "李"}
)

// person lets somebody into the story, with a name that is free.
func (v *inventor) person(key string) {
	a := &actor{key: key}
	for _, form := range []string{"%s.{{tag}}@{{domain}}", "%s.b.{{tag}}@{{domain}}", "%s.c.{{tag}}@{{domain}}"} {
		if a.userName = fmt.Sprintf(form, strings.TrimRight(key, "-0123456789")); v.names[strings.ToLower(a.userName)] == "" {
			break
		}
	}
	v.people[key] = a
	v.story.People = append(v.story.People, Person{key, []Value{{"userName", a.userName}}})
}

func (v *inventor) add(s Step) { v.story.Steps = append(v.story.Steps, s) }

// knows reports whether the dialect has words for an intent.
func (v *inventor) knows(intents ...string) bool {
	return !slices.ContainsFunc(intents, func(i string) bool { return v.d.Unknown[i] != "" })
}

// moves are what can happen next. What happens oftener stands there oftener.
func (v *inventor) moves() (out []func()) {
	can := func(ok bool, times int, move func()) {
		for ; ok && times > 0; times-- {
			out = append(out, move)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(v.people)) {
		a := v.people[key]
		on := a.standing == active
		holder := v.names[strings.ToLower(a.userName)]
		can(!on && a.standing != gone && (holder == "" || holder == key), 3, func() { v.assigns(a) })
		can(on && v.knows("Update"), 2, func() { v.changes(a) })
		can(on && v.knows("Update"), 1, func() { v.renames(a) })
		can(on && v.knows("Deactivate"), 1, func() { v.unassigns(a) })
		can(on && v.knows("Delete") && v.d.Delete != nil && len(v.people) < 9, 1, func() { v.deletes(a) })
	}
	for _, key := range slices.Sorted(maps.Keys(v.groups)) {
		g := v.groups[key]
		can(!g.pushed && v.knows("CreateGroup"), 2, func() { v.pushes(g) })
		if !g.pushed {
			continue
		}
		out, in := v.split(g)
		can(len(out) > 0 && v.knows("ChangeMembers"), 2, func() { v.joins(g, out) })
		can(len(in) > 0 && v.knows("ChangeMembers"), 2, func() { v.leaves(g, in) })
		can(v.knows("RenameGroup"), 1, func() { v.renamesGroup(g) })
		can(v.knows("DeleteGroup"), 1, func() { v.deletesGroup(g) })
	}
	return out
}

func (v *inventor) assigns(a *actor) {
	a.standing = active
	v.names[strings.ToLower(a.userName)] = a.key
	v.add(Step{Verb: "assign", On: []Object{{Key: a.key}}})
}

func (v *inventor) unassigns(a *actor) {
	a.standing = left
	v.add(Step{Verb: "unassign", On: []Object{{Key: a.key}}})
}

// deletes deletes somebody, whose name a newcomer may get then.
func (v *inventor) deletes(a *actor) {
	a.standing = gone
	delete(v.names, strings.ToLower(a.userName))
	v.add(Step{Verb: "delete", On: []Object{{Key: a.key}}})
	v.next++
	v.person(fmt.Sprintf("%s-%d", strings.TrimRight(a.key, "-0123456789"), v.next))
}

func (v *inventor) changes(a *actor) {
	paths := []string{"givenName", "familyName", "displayName", "title", "department"}
	path := paths[v.rnd.IntN(len(paths))]
	value := awkward[v.rnd.IntN(len(awkward))] + " " + fmt.Sprint(len(v.story.Steps))
	if path == "displayName" {
		value += " {{tag}}"
	}
	v.add(Step{Verb: "change", On: []Object{{Key: a.key, Set: []Value{{path, value}}}}})
}

// renames gives somebody another userName: one in another letter case, a new one,
// or one that is free again.
func (v *inventor) renames(a *actor) {
	other := a.userName
	switch local, rest, _ := strings.Cut(a.userName, "."); v.rnd.IntN(3) {
	case 0:
		if other = strings.ToUpper(local) + "." + rest; other == a.userName {
			other = strings.ToLower(local) + "." + rest
		}
	case 1:
		other = fmt.Sprintf("%s.n%d.{{tag}}@{{domain}}", a.key, len(v.story.Steps))
	default:
		for _, key := range slices.Sorted(maps.Keys(v.people)) {
			if name := fmt.Sprintf("%s.{{tag}}@{{domain}}", key); v.names[strings.ToLower(name)] == "" {
				other = name
				break
			}
		}
	}
	if other == a.userName {
		return
	}
	delete(v.names, strings.ToLower(a.userName))
	a.userName = other
	v.names[strings.ToLower(other)] = a.key
	v.add(Step{Verb: "change", On: []Object{{Key: a.key, Set: []Value{{"userName", other}}}}})
}

// split tells active people outside of a group from those inside.
func (v *inventor) split(g *troupe) (out, in []string) {
	for _, key := range slices.Sorted(maps.Keys(v.people)) {
		switch {
		case v.people[key].standing != active:
		case slices.Contains(g.members, key):
			in = append(in, key)
		default:
			out = append(out, key)
		}
	}
	return out, in
}

// some draws one or two of a list.
func (v *inventor) some(list []string) []string {
	v.rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(len(list), 1+v.rnd.IntN(2))]
}

func (v *inventor) pushes(g *troupe) {
	g.pushed = true
	g.members = nil
	out, _ := v.split(g)
	if len(out) > 0 {
		g.members = v.some(out)
	}
	v.add(Step{Verb: "push-group", On: []Object{{Key: g.key, With: slices.Clone(g.members)}}})
}

func (v *inventor) joins(g *troupe, out []string) {
	who := v.some(out)
	g.members = append(g.members, who...)
	v.add(Step{Verb: "add-to-group", On: []Object{{Key: g.key, With: who}}})
}

func (v *inventor) leaves(g *troupe, in []string) {
	who := v.some(in)
	g.members = slices.DeleteFunc(g.members, func(key string) bool { return slices.Contains(who, key) })
	v.add(Step{Verb: "remove-from-group", On: []Object{{Key: g.key, With: who}}})
}

func (v *inventor) renamesGroup(g *troupe) {
	g.name = fmt.Sprintf("%s %d {{tag}}", strings.ToUpper(g.key[:1])+g.key[1:], len(v.story.Steps))
	v.add(Step{Verb: "rename-group", On: []Object{{Key: g.key, Text: g.name}}})
}

func (v *inventor) deletesGroup(g *troupe) {
	g.pushed = false
	v.add(Step{Verb: "delete-group", On: []Object{{Key: g.key}}})
}
