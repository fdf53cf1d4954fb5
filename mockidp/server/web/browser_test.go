package web_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

// chromium is a real browser, which collects what goes wrong in it: refused by
// the Content-Security-Policy, exceptions, dialogs.
type chromium struct {
	t   *testing.T
	ctx context.Context
	url string

	mu    sync.Mutex
	wrong []string
}

func startChromium(t *testing.T, b *browser) *chromium {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		require.Empty(t, os.Getenv("SCIMTEST_REQUIRE_CHROMIUM"), "SCIMTEST_REQUIRE_CHROMIUM is set, and there is no chromium")
		t.Skip("there is no chromium, chromium-browser or google-chrome here")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	tab, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	soon, cancel := context.WithTimeout(tab, time.Minute)
	t.Cleanup(cancel)
	c := &chromium{t: t, ctx: soon, url: b.url}
	chromedp.ListenTarget(soon, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			c.note("console: " + e.Entry.Text)
		case *runtime.EventExceptionThrown:
			c.note("exception: " + e.ExceptionDetails.Error())
		case *page.EventJavascriptDialogOpening:
			c.note("dialog: " + e.Message)
			go func() { _ = chromedp.Run(soon, page.HandleJavaScriptDialog(true)) }()
		}
	})
	c.run(log.Enable(), runtime.Enable(), page.Enable())
	return c
}

func (c *chromium) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wrong = append(c.wrong, what)
}

func (c *chromium) run(do ...chromedp.Action) {
	c.t.Helper()
	require.NoError(c.t, chromedp.Run(c.ctx, do...))
}

// clean expects that nothing went wrong so far.
func (c *chromium) clean() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	assert.Empty(c.t, c.wrong)
}

func (c *chromium) open(path string) { c.t.Helper(); c.run(chromedp.Navigate(c.url + path)) }

// shows waits for a text on the page.
func (c *chromium) shows(text string) {
	c.t.Helper()
	c.run(chromedp.WaitVisible(fmt.Sprintf(`//main//*[contains(normalize-space(.), %q)]`, text), chromedp.BySearch))
}

func (c *chromium) click(button string) {
	c.t.Helper()
	c.run(chromedp.Click(fmt.Sprintf(`//main//*[self::button or self::a][normalize-space(.)=%q]`, button), chromedp.BySearch, chromedp.NodeVisible))
}

// The acceptance story, with the mouse: create, assign, see it at the target,
// deactivate, break the way, see the failed task, mend, retry.
func TestStoryInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	c := startChromium(t, b)
	c.open("/t/desk")
	c.shows("The directory is empty")
	c.open("/t/desk/users")
	c.click("Add a user")
	c.run(
		chromedp.SendKeys("#user_name", "ada@example.com"), chromedp.SendKeys("#given_name", "Ada"),
		chromedp.SendKeys("#family_name", "Vale"), chromedp.SendKeys("#email", "ada@example.com"),
	)
	c.click("Add the user")
	c.shows("The user was added")
	c.click("Assign")
	c.shows("The user was assigned: 1 done.")
	_, there := b.account("ada@example.com")
	require.True(t, there)
	c.click("Read the target now")
	c.shows("No attribute that is sent differs")
	c.click("Deactivate")
	c.shows("The user was deactivated")
	ada, _ := b.account("ada@example.com")
	assert.False(t, ada.Get("active").Bool())

	require.NoError(t, b.desk.SetFaults([]server.Fault{{Kind: "500", Operation: "write"}}))
	c.click("Activate")
	c.shows("The user was activated")
	c.click("Assign")
	c.shows("1 failed")
	c.open("/t/desk/tasks")
	c.shows("a fault on the way")
	c.open("/t/desk/faults")
	c.click("Switch all off")
	c.shows("All is well on the way")
	c.open("/t/desk/tasks")
	c.click("Retry")
	c.shows("Nothing failed")
	ada, _ = b.account("ada@example.com")
	assert.True(t, ada.Get("active").Bool())
	c.clean()
}

// A page that is open shows what happens, without being loaded again, and a
// search finds while it is typed.
func TestLiveInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	c := startChromium(t, b)
	c.open("/t/desk/users")
	c.shows("Nobody is in the directory")
	for _, name := range []string{"ada", "bob"} {
		_, _, err := b.desk.AddUser(ctx, server.User{UserName: name + "@example.com", GivenName: name, Enabled: true})
		require.NoError(t, err)
	}
	c.shows("bob@example.com")
	c.open("/t/desk/users")
	c.run(chromedp.SendKeys("#search", "ada"), chromedp.WaitNotPresent(`//td[contains(., "bob")] | //th[contains(., "bob")]`, chromedp.BySearch))
	c.shows("ada@example.com")
	var at string
	c.run(chromedp.Location(&at))
	assert.Contains(t, at, "search=ada", "the search is in the address")
	c.clean()
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
	c := startChromium(t, b)
	c.open("/t/desk/tasks")
	c.run(chromedp.Click(`.curl > summary`, chromedp.NodeVisible))
	c.shows("curl -sS")
	fail("bob")
	var shown, opened bool
	c.run(
		chromedp.Sleep(1500*time.Millisecond),
		chromedp.Evaluate(`document.querySelector('main').textContent.includes('bob@example.com')`, &shown),
		chromedp.Evaluate(`document.querySelector('.curl').open`, &opened),
	)
	assert.False(t, shown, "the list changed under the reader")
	assert.True(t, opened, "the command line was closed")
	c.run(chromedp.Click(`.curl > summary`), chromedp.Evaluate(`document.activeElement.blur()`, nil))
	c.shows("bob@example.com")
	c.clean()
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
	c := startChromium(t, b)
	c.run(emulation.SetDeviceMetricsOverride(400, 800, 1, true))
	for _, p := range append([]string{"/users/" + u.Key, "/groups/" + groups[0].Key, "/log/1", "/users?search=img", "/conformance/1"}, tenantPages...) {
		c.open("/t/desk" + p)
		var wide int
		c.run(chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
		assert.LessOrEqual(t, wide, 400, "%s is wider than the window", p)
	}
	c.clean()
}

// The keyboard reaches everything: first the link past the menu.
func TestKeyboardInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	c := startChromium(t, b)
	c.open("/t/desk/users/new")
	var first, focus string
	c.run(
		chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`document.activeElement.className`, &first),
		chromedp.KeyEvent(kb.Enter), chromedp.Evaluate(`document.activeElement.id`, &focus),
	)
	assert.Equal(t, "skip", first)
	assert.Equal(t, "main", focus)
	var ring string
	c.run(chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`getComputedStyle(document.activeElement).outlineStyle + " " + document.activeElement.id`, &ring))
	assert.Equal(t, "solid user_name", ring, "the first field has the focus, and a ring")
	c.run(chromedp.KeyEvent("ada@example.com"), chromedp.KeyEvent(kb.Enter))
	c.shows("The user was added")
	_, err := b.desk.User("ada")
	require.NoError(t, err)
	c.clean()
}

// A drift that somebody made behind our back is seen and mended.
func TestReconcileInBrowser(t *testing.T) {
	b := open(t, "okta-aiw")
	_, _, err := b.desk.AddUser(ctx, server.User{UserName: "ada@example.com", GivenName: "Ada", FamilyName: "Vale", Email: "ada@example.com", Enabled: true})
	require.NoError(t, err)
	_, err = b.desk.Assign(ctx, true, "ada")
	require.NoError(t, err)
	ada, there := b.account("ada@example.com")
	require.True(t, there)
	x := b.target.Do(ctx, scim.Request{Method: http.MethodDelete, Path: "/Users/" + ada.ID()})
	require.Less(t, x.Status(), 300)
	c := startChromium(t, b)
	c.open("/t/desk/reconcile")
	c.click("Compare now")
	c.shows("Missing")
	c.click("Repair")
	c.shows("Repaired")
	_, there = b.account("ada@example.com")
	assert.True(t, there)
	c.clean()
}

// Entra ID with the mouse: a fault that is set on its page, 40 minutes that pass,
// the task and its exchange, the fault switched off, another 40 minutes, and
// provisioning on demand in five steps.
func TestCyclesInBrowser(t *testing.T) {
	b := open(t, "entra-compliant")
	_, err := b.desk.Start(ctx)
	require.NoError(t, err)
	_, _, err = b.desk.AddUser(ctx, server.User{UserName: "ada@example.com", GivenName: "Ada", FamilyName: "Vale", Email: "ada@example.com", Enabled: true})
	require.NoError(t, err)
	_, err = b.desk.Assign(ctx, true, "ada")
	require.NoError(t, err)
	c := startChromium(t, b)
	c.open("/t/desk/faults")
	c.run(chromedp.Click(`input[value="503"]`), chromedp.SetValue("#operation", "create"))
	c.click("Set the fault")
	c.shows("The fault is set")
	c.open("/t/desk/settings")
	c.click("+ 40m")
	c.shows("1 failed")
	_, there := b.account("ada@example.com")
	assert.False(t, there)
	c.open("/t/desk/tasks")
	c.shows("Service Unavailable")
	c.shows("The exchange that went wrong")
	c.open("/t/desk/faults")
	c.click("Switch all off")
	c.shows("All is well on the way")
	c.open("/t/desk/settings")
	c.click("+ 40m")
	c.shows("1 done")
	_, there = b.account("ada@example.com")
	assert.True(t, there)
	c.open("/t/desk/tasks")
	c.shows("Nothing failed")
	c.open("/t/desk/demand")
	c.click("Provision")
	for _, step := range []string{"Import", "Scope", "Match", "Action", "Result"} {
		c.shows(step)
	}
	c.clean()
}
