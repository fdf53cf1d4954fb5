package enginetest_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/engine/enginetest"
)

// played says which plan TestPlayed runs, in a process of its own: what
// becomes of a failed subtest can only be seen from outside.
const played = "SCIMTEST_ENGINETEST_PLAYED"

func TestPlayed(t *testing.T) {
	mode := os.Getenv(played)
	if mode == "" {
		t.Skip("is run by TestRun")
	}
	body := func(status int, has ...string) func(*engine.T) {
		return func(t *engine.T) { t.Fetch("/Users").Status(status).Has(has...) }
	}
	check := func(id string, body func(*engine.T)) engine.Check {
		return engine.Check{Meta: engine.Meta{ID: id, Suite: "rfc", Level: engine.Must, Title: "Title of " + id}, Body: body}
	}
	checks := []engine.Check{
		check("a.pass", body(200)),
		check("a.advisory", func(t *engine.T) { t.Fetch("/Users").Advisory().Has("x") }),
		check("a.skip", func(t *engine.T) { t.Skip("not here") }),
	}
	if mode == "bad" {
		checks = append(checks, check("a.fail", body(200, "Resources", "x")), check("a.blocked", func(t *engine.T) { t.Block("no clock") }),
			check("a.broken", func(*engine.T) {}))
	}
	enginetest.Run(t, &engine.Plan{
		Checks: checks, Strict: mode == "strict",
		Target: scim.DoerFunc(func(_ context.Context, req scim.Request) *scim.Exchange {
			return &scim.Exchange{Request: req, Response: &scim.Response{Status: 200, Body: scim.Body(`{"totalResults":0,"Resources":[{}]}`)}}
		}),
	})
}

// Every result becomes a subtest of its name, which passes, fails or skips as
// the result says, and a failed one tells why.
func TestRun(t *testing.T) {
	run := func(mode string) (string, error) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPlayed$", "-test.v")
		cmd.Env = append(os.Environ(), played+"="+mode)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run("good")
	require.NoError(t, err, out)
	assert.Contains(t, out, "--- PASS: TestPlayed/rfc/a.pass")
	assert.Contains(t, out, "--- PASS: TestPlayed/rfc/a.advisory")
	assert.Contains(t, out, "--- SKIP: TestPlayed/rfc/a.skip")
	assert.Contains(t, out, "--- PASS: TestPlayed/run/preflight")
	assert.Contains(t, out, "advisory: x is absent\n        Title of a.advisory")

	out, err = run("bad")
	require.Error(t, err)
	assert.Contains(t, out, "--- FAIL: TestPlayed/rfc/a.fail")
	assert.Contains(t, out, "fail: x is absent\n        Title of a.fail")
	assert.Contains(t, out, "GET /Users (200) x: want present, got absent")
	assert.Contains(t, out, "--- FAIL: TestPlayed/rfc/a.blocked")
	assert.Contains(t, out, "blocked: no clock")
	assert.Contains(t, out, "--- FAIL: TestPlayed/rfc/a.broken")
	assert.Contains(t, out, "--- PASS: TestPlayed/rfc/a.pass")

	out, err = run("strict")
	require.Error(t, err)
	assert.Contains(t, out, "--- FAIL: TestPlayed/rfc/a.advisory")
}
