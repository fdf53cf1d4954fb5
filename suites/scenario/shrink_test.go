package scenario_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/suites/scenario"
)

// long is a story of 200 steps of which the given ones, far apart, matter.
func long(t *testing.T, matter ...string) *scenario.Scenario {
	t.Helper()
	rnd := rand.New(rand.NewPCG(7, 7))
	steps := []string{"assign: [ida, jo, kim, lu]", "push-group: {deck: [ida, jo]}"}
	apart := 200 / len(matter)
	for i := 2; i < 200; i++ {
		if (i+1)%apart == 0 {
			steps, matter = append(steps, matter[0]), matter[1:]
			continue
		}
		who := []string{"ida", "jo", "kim", "lu"}[rnd.IntN(4)]
		steps = append(steps, []string{
			fmt.Sprintf("change: {%s: {title: Mate %d}}", who, len(steps)),
			fmt.Sprintf("change: {%s: {familyName: Berg-%d}}", who, len(steps)),
			fmt.Sprintf("add-to-group: {deck: [%s]}", who),
			fmt.Sprintf("remove-from-group: {deck: [%s]}", who),
		}[rnd.IntN(4)])
	}
	return story(t, steps...)
}

// A failing story of 200 steps becomes one of at most five, within 2000 requests,
// and fails the same way.
func TestShrink(t *testing.T) {
	for _, tt := range []struct {
		fault, idp string
		steps      []string
	}{
		{"reactivated-stays-active", "okta-aiw", []string{"assign: ada", "unassign: ada", "assign: ada", "change: {ada: {title: Captain}}", "unassign: ada"}},
		{"patch-rename-loses-members", "entra-legacy", []string{"assign: [ada, bo]", "push-group: {crew: [ada, bo]}", "change: {bo: {title: Captain}}", "rename-group: {crew: Sailors}"}},
		{"deleted-user-name-stays-taken", "entra-legacy", []string{"assign: ada", "change: {ada: {userName: \"ada@example.com\"}}", "delete: ada", "change: {bo: {userName: \"ada@example.com\"}}", "assign: bo"}},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			s := long(t, tt.steps...)
			require.Len(t, s.Steps, 200)
			r := runner(t, serve(t, tt.fault), tt.idp, 2000)
			short, f, err := scenario.Shrink(t.Context(), s, r)
			require.NoError(t, err)
			t.Logf("%d requests, %d plays\n%s%+v", r.Requests, r.Plays, short.YAML(), f.Finding())
			assert.LessOrEqual(t, len(short.Steps), 5)
			assert.LessOrEqual(t, r.Requests, 2000)
			assert.Empty(t, firstBad(played(t, short, tt.idp)), "a target without the fault is right")
			assert.Contains(t, firstBad(played(t, short, tt.idp, tt.fault)), f.Finding().Message)
		})
	}
}

// What does not fail cannot be shrunk.
func TestShrinkNothing(t *testing.T) {
	_, _, err := scenario.Shrink(context.Background(), story(t, "assign: ada"), runner(t, serve(t), "okta-aiw", 0))
	assert.ErrorIs(t, err, scenario.ErrNoFailure)
}

// Without requests left the shortest story so far is told.
func TestShrinkBounded(t *testing.T) {
	s := long(t, "assign: ada", "unassign: ada", "assign: ada", "change: {ada: {title: Captain}}", "unassign: ada")
	r := runner(t, serve(t, "reactivated-stays-active"), "okta-aiw", 50)
	short, _, err := scenario.Shrink(context.Background(), s, r)
	require.NoError(t, err)
	assert.Equal(t, 1, r.Plays)
	assert.Len(t, short.Steps, len(s.Steps))
	assert.True(t, strings.HasPrefix(string(short.YAML()), "name: story"))
}
