package web_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/browsertest"
	"github.com/scimtest/scimtest/mockidp/server"
)

// axeVariable names the script axe.min.js of axe-core, which is not kept here:
// npm pack axe-core has it.
const axeVariable = "SCIMTEST_AXE"

// Axe-core finds nothing serious on any page, light or dark.
func TestAxeInBrowser(t *testing.T) {
	file := os.Getenv(axeVariable)
	if file == "" {
		t.Skip(axeVariable + " names no axe.min.js")
	}
	axe, err := os.ReadFile(file)
	require.NoError(t, err)
	b := open(t, "entra-legacy")
	_, _, _, err = b.desk.Generate(ctx, server.Generate{Users: 60, Groups: 2, Seed: 1, Assign: true, Push: true})
	require.NoError(t, err)
	require.NoError(t, b.desk.SetFaults([]server.Fault{{Kind: "500", Operation: "write", Percent: 50}}))
	_, err = b.desk.Start(ctx)
	require.NoError(t, err)
	_, err = b.desk.StartTest(server.TestChoice{})
	require.NoError(t, err)
	b.ends()
	b.tester.elsewhere = true
	users, _ := b.desk.Users(server.ListQuery{Limit: 1})
	groups, _ := b.desk.Groups(server.ListQuery{Limit: 1})
	paths := []string{"/", "/new"}
	for _, p := range append([]string{"/users/" + users[0].Key, "/users/" + users[0].Key + "/edit", "/groups/" + groups[0].Key, "/log/1", "/conformance/1", "/nowhere"}, tenantPages...) {
		paths = append(paths, "/t/desk"+p)
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, p := range paths {
			c := browsertest.Start(t, b.url) // each has two minutes
			c.Run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
			c.Open(p)
			var found string
			c.Run(
				chromedp.Evaluate(string(axe)+"; 0", nil),
				chromedp.Evaluate(`axe.run().then(r => JSON.stringify(r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "))))`,
					&found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
			)
			var list []string
			require.NoError(t, json.Unmarshal([]byte(found), &list))
			assert.Empty(t, list, fmt.Sprintf("%s, %s", p, scheme))
			c.Close()
		}
	}
}
