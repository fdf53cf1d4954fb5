package suites_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// TestMain lets this binary be the command observe of a profile: it is asked
// twice about each user, and gives the answers that it was started with. And it
// lets it be a command of arrange, for the reference at a URL.
func TestMain(m *testing.M) {
	if len(os.Args) == 7 && os.Args[1] == "as-observe" {
		before, after, folder, id := os.Args[2], os.Args[3], os.Args[4], os.Args[6]
		file, err := os.OpenFile(filepath.Join(folder, id), os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			file.Close()
			after = before
		}
		fmt.Println(after)
		os.Exit(0)
	}
	if len(os.Args) > 3 && os.Args[1] == "as-arrange" {
		if _, err := reference.Ask(context.Background(), os.Args[2], os.Args[3:]...); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	debug.SetGCPercent(400) // the runs are short, and many: collecting garbage would be a quarter of them
	// Many of the proofs wait for a target: more of them than cores run beside
	// each other, or go test's own limit of ten minutes comes too near.
	if flag.Lookup("test.parallel").Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) && runtime.GOMAXPROCS(0) < 4 {
		if err := flag.Set("test.parallel", "4"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// Who left and can still log in fails the flow, whatever SCIM says. What the
// command does not show is not shown, and not passed.
func TestLeaverIsLockedOut(t *testing.T) {
	set, err := suites.All().Select("leaver")
	require.NoError(t, err)
	const yes, no, unsaid = `{"can_log_in": true}`, `{"can_log_in": false}`, `{"exists": true}`
	for name, c := range map[string]struct {
		before, after string
		outcome       engine.Outcome
		reason        string
	}{
		"locked out":         {yes, no, engine.Pass, ""},
		"still let in":       {yes, yes, engine.Fail, "who left can still log in"},
		"never let in":       {no, no, engine.Blocked, "the command observe does not say that she could log in before"},
		"nobody knows":       {unsaid, unsaid, engine.Skip, "not shown: "},
		"not known before":   {unsaid, no, engine.Blocked, "the command observe does not say that she could log in before"},
		"without a command":  {"", "", engine.Skip, "not shown: the profile has no command observe"},
		"let in all of time": {no, yes, engine.Fail, "who left can still log in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			report := run(t, set, reference.Config{}, func(p *engine.Plan) {
				p.Profile, p.Beside = &profile.Profile{Name: "acme"}, nil
				if c.before != "" {
					p.Profile.Observe = []string{os.Args[0], "as-observe", c.before, c.after, folder}
				}
			})
			for _, dialect := range []string{"okta-aiw", "entra-legacy", "onelogin"} {
				res := report.Find("leaver." + dialect + "/access")
				require.NotNil(t, res)
				assert.Equal(t, c.outcome, res.Outcome, res.Reason)
				assert.Contains(t, res.Reason, c.reason)
				assert.Equal(t, engine.Pass, report.Find("leaver."+dialect+"/kept").Outcome)
			}
		})
	}
}
