package scenario

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
)

// StorySuite is the suite of scenarios.
const StorySuite = "scenario"

// Check makes a check of the scenario as a dialect plays it; of one that only
// sends requests of its own the dialect is nil.
func (s *Scenario) Check(d *mockidp.Dialect) engine.Check { return s.check(d, &trace{}) }

func (s *Scenario) check(d *mockidp.Dialect, tr *trace) engine.Check {
	title := s.Title
	if title == "" {
		title = "What the scenario " + s.Name + " tells happens"
	}
	c := engine.Check{Meta: engine.Meta{ID: StorySuite + "." + s.Name, Suite: StorySuite, Title: title, Level: engine.IdP, Alone: true}}
	if d != nil {
		c.ID, c.Dialect = c.ID+"."+d.Name, d.Name
	}
	c.Steps = func() []engine.Step {
		st := newStage(s, d)
		st.trace = tr
		var steps []engine.Step
		for i := range s.Steps {
			step := &s.Steps[i]
			steps = append(steps, engine.Step{ID: fmt.Sprintf("%02d-%s", i+1, step.Verb), Title: step.String(), Do: func(t *engine.T) { st.play(t, i) }})
		}
		return steps
	}
	return c
}

// Bare reports whether the scenario only sends requests of its own, so that no
// identity provider is needed.
func (s *Scenario) Bare() bool {
	return !slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Verb != "request" })
}

// Size is how many people and groups the scenario speaks of.
func (s *Scenario) Size() (people, groups int) {
	p, g := s.everyone()
	return len(p), len(g)
}

// everyone are the keys of all people and groups, in the order in which they are
// first mentioned.
func (s *Scenario) everyone() (people, groups []string) {
	note := func(list []string, keys ...string) []string {
		for _, k := range keys {
			if !slices.Contains(list, k) {
				list = append(list, k)
			}
		}
		return list
	}
	for _, p := range s.People {
		people = note(people, p.Key)
	}
	for _, g := range s.Groups {
		groups = note(groups, g.Key)
	}
	for i := range s.Steps {
		p, g := s.Steps[i].mentions()
		people, groups = note(people, p...), note(groups, g...)
	}
	return people, groups
}

// stage is where a scenario is played: an identity provider, and what the target
// ought to be like.
type stage struct {
	*lifecycle.Sync
	scenario *Scenario
	dialect  *mockidp.Dialect
	t        *engine.T
	step     *Step
	cycles   bool
	entered  bool
	trace    *trace

	people map[string]standing
	groups map[string]bool // those that are on the target
	// touched are whom the steps since the last look were about.
	touched map[string]bool
	// drifted are those that somebody else changed, or that the identity
	// provider could not bring there: what they are to be like is for the
	// scenario to say.
	drifted map[string]bool
	// doubtful are members of groups, group/person, who left: a group that was
	// written as a whole meanwhile has lost her, and so has one whose member
	// came back with a new account. Whether she is sent again is not known.
	doubtful map[string]bool
	// unwritten are those whose account somebody else made, and to which the
	// identity provider has sent nothing yet: it may have what nobody mapped.
	unwritten map[string]bool
	// saved are the answers to requests, by name.
	saved map[string]scim.Resource
}

// standing is what became of somebody on the target.
type standing string

const (
	unknown standing = ""
	active  standing = "active"
	left    standing = "left" // inactive, or gone
	gone    standing = "gone"
)

func newStage(s *Scenario, d *mockidp.Dialect) *stage {
	st := &stage{
		scenario: s, dialect: d, people: map[string]standing{}, groups: map[string]bool{},
		touched: map[string]bool{}, drifted: map[string]bool{}, doubtful: map[string]bool{}, unwritten: map[string]bool{},
		saved: map[string]scim.Resource{},
	}
	if d != nil {
		st.Sync = lifecycle.NewSync(d)
		st.cycles = d.IdP == "entra" && d.Name != "entra-ondemand" &&
			slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Verb == "run-cycle" })
	}
	return st
}

// play plays the i-th step, and looks at the target.
func (st *stage) play(t *engine.T, i int) {
	st.t, st.step, st.trace.of = t, &st.scenario.Steps[i], ""
	if st.Sync != nil {
		st.Enter(t, st.step.String())
		if !st.entered {
			st.entered = true
			st.cast()
		}
	}
	do := verbs[st.step.Verb].do
	if st.step.Behind {
		do = verbs[st.step.Verb].behind
	}
	for j := range st.step.On {
		do(st, &st.step.On[j])
	}
	if st.step.Verb == "request" {
		do(st, nil)
		return
	}
	st.touch()
	if !t.Failed() {
		st.look()
	}
	// Many steps have nothing to be judged by but that they could be made.
	t.Expect(true, nil, "", "", "", "")
}

// cast gives the people and the groups of the file their values.
func (st *stage) cast() {
	if st.cycles {
		st.StartCycles()
	}
	for _, p := range st.scenario.People {
		u := st.Person(p.Key)
		st.set(&u, p.Set)
		st.SetPerson(u)
	}
	for _, g := range st.scenario.Groups {
		group := st.Group(g.Key)
		group.Name = st.text("displayName", g.Name)
		st.SetGroup(group)
	}
}

// touch notes whom the step was about.
func (st *stage) touch() {
	people, groups := st.step.mentions()
	for _, key := range append(people, groups...) {
		if st.step.Behind {
			st.drifted[key] = true
		} else {
			st.touched[key] = true
		}
	}
}

// writesGroups reports whether a dialect writes a group as a whole.
func writesGroups(d *mockidp.Dialect) bool {
	var requests []scim.Request
	one := []mockidp.Member{{ID: "x"}}
	if d.ChangeMembers != nil {
		requests = d.ChangeMembers("x", scim.Resource{}, mockidp.Group{}, one, one, nil)
	}
	if d.RenameGroup != nil {
		requests = append(requests, d.RenameGroup("x", scim.Resource{}, mockidp.Group{}, one))
	}
	return slices.ContainsFunc(requests, func(r scim.Request) bool { return r.Method == http.MethodPut })
}

// made judges a change, and reports whether it was made.
func (st *stage) made(c mockidp.Change) bool {
	if st.step.Fails == 0 {
		st.Must(c)
		return true
	}
	st.t.Settle()
	status := 0
	var a *engine.Answer
	if n := len(c.Exchanges); n > 0 {
		status, a = c.Exchanges[n-1].Status(), st.t.AnswerTo(c.Exchanges[n-1])
	}
	got := string(c.Outcome)
	if c.Outcome == mockidp.Failed {
		got = fmt.Sprintf("it fails with %d", status)
	}
	ok := c.Outcome == mockidp.Failed && (st.step.Fails == AnyFailure || st.step.Fails == status)
	want := "it fails"
	if st.step.Fails > 0 {
		want = fmt.Sprintf("it fails with %d", st.step.Fails)
	}
	if !st.t.Expect(ok, a, "status", want, got, "the scenario expects that this does not work") {
		st.t.Stop()
	}
	for _, o := range st.step.On {
		st.drifted[o.Key] = true
	}
	return false
}
