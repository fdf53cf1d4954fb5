package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// TestMain lets this binary be the command of a profile: command(...) names it.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "as-command" {
		switch os.Args[2] {
		case "print":
			fmt.Println(os.Args[3])
		case "arguments":
			fmt.Printf("{\"groups\": [%q]}\n", strings.Join(os.Args[3:], "|"))
		case "append":
			file, err := os.OpenFile(os.Args[3], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				fmt.Fprintln(file, strings.Join(os.Args[4:], " "))
				err = file.Close()
			}
			if err != nil {
				panic(err)
			}
		case "fail":
			fmt.Fprintln(os.Stderr, "no such tenant\nand more")
			os.Exit(3)
		case "hang":
			time.Sleep(time.Minute)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func command(words ...string) []string { return append([]string{os.Args[0], "as-command"}, words...) }

// observing plays one check with a profile.
func observing(t *testing.T, p profile.Profile, body func(*engine.T)) *engine.Result {
	t.Helper()
	p.Name = "acme"
	report := play(t, &target{}, []engine.Check{check("a.check", body)}, func(plan *engine.Plan) {
		plan.Profile, plan.CheckTimeout = &p, 5*time.Second
	})
	return report.Find("a.check")
}

func TestObserve(t *testing.T) {
	var seen engine.Observation
	look := func(t *engine.T) {
		seen = t.Observe("ann o'hara", "id 1; rm")
		t.Expect(true, nil, "", "", "", "")
	}
	res := observing(t, profile.Profile{Observe: command("print", `{"exists":true,"can_log_in":false,"groups":["Sales"]}`)}, look)
	require.Equal(t, engine.Pass, res.Outcome, res.Reason)
	assert.True(t, *seen.Exists)
	assert.False(t, *seen.CanLogIn)
	assert.Nil(t, seen.Active, "what is left out is not known")
	assert.Equal(t, []string{"Sales"}, seen.Groups)

	observing(t, profile.Profile{Observe: command("arguments", "--tenant")}, look)
	assert.Equal(t, []string{"--tenant|ann o'hara|id 1; rm"}, seen.Groups, "no shell reads the arguments")

	for _, c := range []struct {
		command []string
		outcome engine.Outcome
		reason  string
	}{
		{nil, engine.Skip, "not shown: the profile has no command observe"},
		{command("print", "yes"), engine.Blocked, "the command observe prints no observation: "},
		{command("print", `{"canLogIn":true}`), engine.Blocked, `unknown field "canLogIn"`},
		{command("fail"), engine.Blocked, "exit status 3: no such tenant"},
		{[]string{"./there-is-no-such-command"}, engine.Blocked, "the command observe of the profile fails: ./there-is-no-such-command: "},
	} {
		res := observing(t, profile.Profile{Observe: c.command}, look)
		assert.Equal(t, c.outcome, res.Outcome, c.reason)
		assert.Contains(t, res.Reason, c.reason)
		assert.NotContains(t, res.Reason, "and more")
	}
}

// A command that hangs ends with the check.
func TestObserveIsBoundedInTime(t *testing.T) {
	report := play(t, &target{}, []engine.Check{check("a.check", func(t *engine.T) { t.Observe("ann", "1") })}, func(plan *engine.Plan) {
		plan.Profile, plan.CheckTimeout = &profile.Profile{Name: "acme", Observe: command("hang")}, 300*time.Millisecond
	})
	res := report.Find("a.check")
	assert.Equal(t, engine.Blocked, res.Outcome)
	assert.Contains(t, res.Reason, "the time limit of a check")
}

func TestArrange(t *testing.T) {
	p := profile.Profile{Arrange: map[string][]string{"seat-limit": command("print"), "jit-account": command("fail")}}
	res := observing(t, p, func(t *engine.T) {
		t.Expect(t.CanArrange(engine.SeatLimit), nil, "", "", "", "it can be arranged")
		t.Arrange(engine.SeatLimit)
	})
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
	res = observing(t, p, func(t *engine.T) { t.Arrange(engine.JITAccount, "ann") })
	assert.Equal(t, engine.Blocked, res.Outcome)
	assert.Contains(t, res.Reason, "the command arrange: jit-account of the profile fails: ")
	res = observing(t, profile.Profile{}, func(t *engine.T) { t.Arrange(engine.SeatLimit) })
	assert.Equal(t, engine.Skip, res.Outcome)
	assert.Equal(t, "not shown: the profile has no command arrange: seat-limit", res.Reason)
}

// A situation of the whole tenant ends before what the check created is
// removed, whatever becomes of the check, and nothing runs beside it.
func TestArrangedSituationsEnd(t *testing.T) {
	said := filepath.Join(t.TempDir(), "said")
	p := &profile.Profile{Name: "acme", Arrange: map[string][]string{"last-administrator": command("append", said)}}
	first := check("a.check", func(t *engine.T) {
		t.Arrange(engine.LastAdministrator, "ann", "1")
		panic("a mistake")
	})
	first.Arranges = engine.LastAdministrator
	read := func() string {
		b, _ := os.ReadFile(said)
		return string(b)
	}
	beside := ""
	second := check("b.check", func(t *engine.T) {
		beside = read()
		t.Expect(true, nil, "", "", "", "")
	})
	report := play(t, &target{}, []engine.Check{first, second}, func(plan *engine.Plan) { plan.Profile = p })
	assert.Equal(t, engine.Broken, report.Find("a.check").Outcome)
	assert.Equal(t, "make ann 1\nundo ann 1\n", read())
	assert.Empty(t, beside, "what arranges comes behind all others")
	assert.Equal(t, engine.Pass, report.Find("clean-up").Outcome)

	p.Arrange["last-administrator"] = command("fail")
	report = play(t, &target{}, []engine.Check{first}, func(plan *engine.Plan) { plan.Profile = p })
	assert.Equal(t, engine.Advisory, report.Find("clean-up").Outcome)
	assert.Contains(t, report.Find("clean-up").Reason, `the command arrange: last-administrator of the profile fails at "undo": `)
}
