package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/browsertest"
	"github.com/scimtest/scimtest/mockidp/server"
)

// A page that is open shows what happens, without being loaded again, and a
// search finds while it is typed.
func TestLiveInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	c := browsertest.Start(t, b.url)
	c.Open("/t/desk/users")
	c.Shows("Nobody is in the directory")
	for _, name := range []string{"ada", "bob"} {
		_, _, err := b.desk.AddUser(ctx, server.User{UserName: name + "@example.com", GivenName: name, Enabled: true})
		require.NoError(t, err)
	}
	c.Shows("bob@example.com")
	c.Open("/t/desk/users")
	c.Run(chromedp.SendKeys("#search", "ada"), chromedp.WaitNotPresent(`//td[contains(., "bob")] | //th[contains(., "bob")]`, chromedp.BySearch))
	c.Shows("ada@example.com")
	var at string
	c.Run(chromedp.Location(&at))
	assert.Contains(t, at, "search=ada", "the search is in the address")
	c.Clean()
}

// Nothing changes under who reads: a command line that was opened stays, and the
// list catches up when it is closed.
func TestReadingInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	require.NoError(t, b.desk.SetFaults([]server.Fault{{Kind: "500", Operation: "write"}}))
	fail := func(name string) {
		_, _, err := b.desk.AddUser(ctx, server.User{UserName: name + "@example.com", GivenName: name, FamilyName: "Vale", Email: name + "@example.com", Enabled: true})
		require.NoError(t, err)
		_, err = b.desk.Assign(ctx, true, name)
		require.NoError(t, err)
	}
	fail("ada")
	c := browsertest.Start(t, b.url)
	c.Open("/t/desk/tasks")
	c.Run(chromedp.Click(`.curl > summary`, chromedp.NodeVisible))
	c.Shows("curl -sS")
	fail("bob")
	var shown, opened bool
	c.Run(
		chromedp.Sleep(1500*time.Millisecond),
		chromedp.Evaluate(`document.querySelector('main').textContent.includes('bob@example.com')`, &shown),
		chromedp.Evaluate(`document.querySelector('.curl').open`, &opened),
	)
	assert.False(t, shown, "the list changed under the reader")
	assert.True(t, opened, "the command line was closed")
	c.Run(chromedp.Click(`.curl > summary`), chromedp.Evaluate(`document.activeElement.blur()`, nil))
	c.Shows("bob@example.com")
	c.Clean()
}

// What people are called runs nowhere, and every page fits a narrow window.
func TestPagesInBrowser(t *testing.T) {
	b := open(t, "entra-legacy")
	u, _, err := b.desk.AddUser(ctx, server.User{UserName: evil, GivenName: evil, DisplayName: evil, Email: evil, Enabled: true})
	require.NoError(t, err)
	_, _, _, err = b.desk.Generate(ctx, server.Generate{Users: 5, Groups: 2, Seed: 1, Assign: true, Push: true})
	require.NoError(t, err)
	_, err = b.desk.Assign(ctx, true, u.Key)
	require.NoError(t, err)
	require.NoError(t, b.desk.SetFaults([]server.Fault{{Kind: "500", Operation: "write", Percent: 50}}))
	_, err = b.desk.Start(ctx)
	require.NoError(t, err)
	groups, _ := b.desk.Groups(server.ListQuery{Limit: 1})
	_, err = b.desk.StartTest(server.TestChoice{})
	require.NoError(t, err)
	b.ends()
	c := browsertest.Start(t, b.url)
	c.Run(emulation.SetDeviceMetricsOverride(400, 800, 1, true))
	for _, p := range append([]string{"/users/" + u.Key, "/groups/" + groups[0].Key, "/log/1", "/users?search=img", "/conformance/1"}, tenantPages...) {
		c.Open("/t/desk" + p)
		var wide int
		c.Run(chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
		assert.LessOrEqual(t, wide, 400, "%s is wider than the window", p)
	}
	c.Clean()
}

// The keyboard reaches everything: first the link past the menu.
func TestKeyboardInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	c := browsertest.Start(t, b.url)
	c.Open("/t/desk/users/new")
	var first, focus string
	c.Run(
		chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`document.activeElement.className`, &first),
		chromedp.KeyEvent(kb.Enter), chromedp.Evaluate(`document.activeElement.id`, &focus),
	)
	assert.Equal(t, "skip", first)
	assert.Equal(t, "main", focus)
	var ring string
	c.Run(chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`getComputedStyle(document.activeElement).outlineStyle + " " + document.activeElement.id`, &ring))
	assert.Equal(t, "solid user_name", ring, "the first field has the focus, and a ring")
	c.Run(chromedp.KeyEvent("ada@example.com"), chromedp.KeyEvent(kb.Enter))
	c.Shows("The user was added")
	_, err := b.desk.User("ada")
	require.NoError(t, err)
	c.Clean()
}
