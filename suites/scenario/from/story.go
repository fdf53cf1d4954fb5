package from

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/scenario"
)

// story is what a recording tells, while it is read. Every format tells it in the
// same words; personal data is replaced, and keys are chosen, at the end.
type story struct {
	roster
	dialects []*mockidp.Dialect
	steps    []*step
	// were are the assignments of those who were there before the recording
	// begins, and held the groups: they come first.
	were *step
	held []*step
	// place is where in the recording the story is: "exchange 17".
	place string
	// remarks wait for the next step, above which they stand.
	remarks   []string
	questions []question
	said      map[string]bool
}

// step is a step of the scenario.
type step struct {
	verb    string
	behind  bool
	on      []object
	remarks []string
	// sealed: no other step is put together with it.
	sealed bool
	failed bool
	// fails is the status with which it has to fail, by what the story itself
	// tells: somebody else had deleted whom it is about, or has the name.
	fails int
}

// object is whom or what a step is about.
type object struct {
	person *person
	group  *group
	with   []*person
	words  []string
	name   string
	set    []scenario.Value
}

// question asks for what the recording does not tell. %s stands for the key.
type question struct {
	person *person
	group  *group
	// id is that of the recording.
	id, text string
}

// remark notes something that no verb tells, with its place.
func (s *story) remark(format string, args ...any) {
	s.remarks = append(s.remarks, s.place+": "+fmt.Sprintf(format, args...))
}

// once is a remark that is made once.
func (s *story) once(what, format string, args ...any) {
	if s.said[what] {
		return
	}
	if s.said == nil {
		s.said = map[string]bool{}
	}
	s.said[what] = true
	s.remark(format, args...)
}

// wasAssigned brings in somebody who was there before the recording begins.
func (s *story) wasAssigned(p *person) {
	s.enter(p)
	o := object{person: p}
	if s.were == nil {
		s.were = &step{verb: "assign"}
	}
	s.were.on = append(s.were.on, o)
	s.note(o, s.were)
	p.standing = assigned
}

// wasPushed brings in a group that was there before the recording begins.
func (s *story) wasPushed(g *group, members []*person) {
	s.enterGroup(g)
	o := object{group: g, with: slices.Clone(members)}
	st := &step{verb: "push-group", on: []object{o}}
	s.held = append(s.held, st)
	s.note(o, st)
	g.members = slices.Clone(members)
}

// begin puts what was there before the recording first. With cycles, one of them
// has brought it there.
func (s *story) begin() {
	var first []*step
	if s.were != nil {
		first = append(first, s.were)
	}
	first = append(first, s.held...)
	if len(first) == 0 {
		return
	}
	if slices.ContainsFunc(s.steps, func(st *step) bool { return st.verb == "run-cycle" }) {
		first = append(first, &step{verb: "run-cycle", on: []object{{}}})
	}
	s.steps = append(first, s.steps...)
}

func (s *story) ask(q question) { s.questions = append(s.questions, q) }

// add adds a step, or an object to the last one when that says the same. trouble
// is what went wrong in the recording, empty for nothing.
func (s *story) add(verb string, behind bool, o object, trouble string) *step {
	if trouble != "" {
		s.remarks = append(s.remarks, "in the recording: "+trouble)
	}
	if n := len(s.steps); n > 0 && len(s.remarks) == 0 && s.steps[n-1].takes(verb, behind, o) {
		s.note(o, s.steps[n-1])
		return s.steps[n-1]
	}
	st := &step{verb: verb, behind: behind, on: []object{o}, remarks: s.remarks, sealed: trouble != "", failed: trouble != ""}
	if !behind && s.lost(verb, o) {
		st.fails, _ = strconv.Atoi(strings.Fields(trouble + " 0")[0]) // what is no status is 0
	}
	s.remarks = nil
	s.steps = append(s.steps, st)
	s.note(o, st)
	return st
}

// lost reports whether somebody else has deleted whom or what a step is about,
// and the identity provider cannot mend that by itself: whoever looks anew for
// somebody who is gone does so when she is pushed.
func (s *story) lost(verb string, o object) bool {
	mends := (verb == "change" || verb == "assign") && !s.can(func(d *mockidp.Dialect) bool { return !d.Rematches })
	return o.person != nil && o.person.lost && !mends || o.group != nil && o.group.lost ||
		slices.ContainsFunc(o.with, func(p *person) bool { return p.lost })
}

func (s *story) note(o object, st *step) {
	if o.person != nil {
		o.person.last = st
	}
	if o.group != nil {
		o.group.last = st
	}
}

// takes takes in what happens to others in the same way right behind it.
func (st *step) takes(verb string, behind bool, o object) bool {
	if st.sealed || st.verb != verb || st.behind != behind {
		return false
	}
	last := &st.on[len(st.on)-1]
	switch verb {
	case "assign", "unassign", "delete", "create", "manager":
		if o.person == nil || o.person.last == st {
			return false
		}
		st.on = append(st.on, o)
		return true
	case "add-to-group", "remove-from-group":
		if last.group != o.group || slices.ContainsFunc(o.with, func(p *person) bool { return slices.Contains(last.with, p) }) {
			return false
		}
		last.with = append(last.with, o.with...)
		return true
	case "test-connection", "run-cycle":
		return true
	}
	return false
}
