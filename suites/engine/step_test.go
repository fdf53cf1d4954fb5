package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/suites/engine"
)

// flow makes a check of steps.
func flow(id string, steps ...engine.Step) engine.Check {
	c := check(id, nil)
	for i := range steps {
		steps[i].Title = "Step " + steps[i].ID
	}
	c.Steps = func() []engine.Step { return steps }
	return c
}

func TestWhatAStepDoesToLaterOnes(t *testing.T) {
	passes := func(t *engine.T) { t.Fetch("/Users").Status(200) }
	for name, c := range map[string]struct {
		first func(*engine.T)
		want  []string
	}{
		"a pass goes on": {passes, []string{"f/one pass", "f/two pass", "f/apart pass", "f/three pass"}},
		"an advisory goes on": {func(t *engine.T) { t.Fetch("/Users").Advisory().Has("x") },
			[]string{"f/one advisory: x is absent", "f/two pass", "f/apart pass", "f/three pass"}},
		"a fail blocks": {func(t *engine.T) { t.Fetch("/Users").Has("x") },
			[]string{"f/one fail: x is absent", "f/two blocked: after: one", "f/apart pass", "f/three blocked: after: one"}},
		"a block blocks": {func(t *engine.T) { t.Block("no clock") },
			[]string{"f/one blocked: no clock", "f/two blocked: after: one", "f/apart pass", "f/three blocked: after: one"}},
		"a broken one blocks": {func(*engine.T) {},
			[]string{"f/one broken: nothing was asserted", "f/two blocked: after: one", "f/apart pass", "f/three blocked: after: one"}},
		"a skip skips": {func(t *engine.T) { t.Skip("never done") },
			[]string{"f/one skip: never done", "f/two skip: after: one (never done)", "f/apart pass", "f/three skip: after: one (never done)"}},
	} {
		report := play(t, &target{}, []engine.Check{flow("f", engine.Step{ID: "one", Do: c.first}, engine.Step{ID: "two", Do: passes},
			engine.Step{ID: "apart", Independent: true, Do: passes}, engine.Step{ID: "three", Do: passes})})
		assert.Equal(t, c.want, outcomes(report, "rfc"), name)
	}
}

// The steps of a check share its resources, and the clean-up comes after the
// last; findings and exchanges belong to a step.
func TestStepsShareResources(t *testing.T) {
	s := &target{}
	var user *engine.Resource
	report := play(t, s, []engine.Check{flow("f",
		engine.Step{ID: "joins", Do: func(t *engine.T) { user = t.GivenUser(); t.Fetch("/Users").Status(200) }},
		engine.Step{ID: "stays", Do: func(t *engine.T) { t.Get(user).Status(200).Has("userName", "x") }},
	)})
	assert.Len(t, report.Find("f/joins").Exchanges, 3)
	assert.Empty(t, report.Find("f/joins").Findings)
	assert.Len(t, report.Find("f/stays").Exchanges, 1)
	assert.Equal(t, 1, report.Find("f/stays").Findings[0].Exchange)
	assert.Empty(t, s.users())
}

// A step may have a level of its own.
func TestLevelOfAStep(t *testing.T) {
	lacks := func(t *engine.T) { t.Fetch("/Users").Has("x") }
	report := play(t, &target{}, []engine.Check{flow("f",
		engine.Step{ID: "may", Level: engine.Should, Do: lacks}, engine.Step{ID: "must", Do: lacks})})
	assert.Equal(t, []string{"f/may advisory: x is absent", "f/must fail: x is absent"}, outcomes(report, "rfc"))
}
