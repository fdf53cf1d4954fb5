// Package browsertest tries pages in a real browser: Chromium, without a window.
package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requireVariable makes a browser mandatory: without one tests fail, instead of
// being skipped.
const requireVariable = "SCIMTEST_REQUIRE_CHROMIUM"

// names are what Chromium is called, in the order in which it is looked for.
var names = []string{"chromium", "chromium-browser", "google-chrome"}

// patience is how long something may take to be on a page, and lifetime how long a
// browser is there: other tests use the machine, too.
const (
	patience = 20 * time.Second
	lifetime = 2 * time.Minute
)

// Browser is a Chromium with one tab. It collects what goes wrong in it: refused
// by the Content-Security-Policy, exceptions, dialogs.
type Browser struct {
	t   *testing.T
	ctx context.Context
	url string

	mu    sync.Mutex
	wrong []string
}

// Start starts a browser for the pages below a URL, which ends with the test, and
// after two minutes. Where there is no Chromium the test is skipped, or fails when
// SCIMTEST_REQUIRE_CHROMIUM is set.
func Start(t *testing.T, url string) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(find(t)), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	tab, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	soon, cancel := context.WithTimeout(tab, lifetime)
	t.Cleanup(cancel)
	b := &Browser{t: t, ctx: soon, url: url}
	chromedp.ListenTarget(soon, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			b.note("console: " + e.Entry.Text)
		case *runtime.EventExceptionThrown:
			b.note("exception: " + e.ExceptionDetails.Error())
		case *page.EventJavascriptDialogOpening:
			b.note("dialog: " + e.Message)
			go func() { _ = chromedp.Run(soon, page.HandleJavaScriptDialog(true)) }()
		}
	})
	b.Run(log.Enable(), runtime.Enable(), page.Enable())
	return b
}

func find(t *testing.T) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	require.Empty(t, os.Getenv(requireVariable), requireVariable+" is set, and there is no chromium")
	t.Skip("there is no " + strings.Join(names, ", ") + " here")
	return ""
}

func (b *Browser) note(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, what)
}

// Run does what chromedp can do.
func (b *Browser) Run(do ...chromedp.Action) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Run(b.ctx, do...))
}

// Clean expects that nothing went wrong so far.
func (b *Browser) Clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	assert.Empty(b.t, b.wrong)
}

// Close ends the browser before the test does.
func (b *Browser) Close() {
	b.t.Helper()
	require.NoError(b.t, chromedp.Cancel(b.ctx))
}

// Open opens a page by its path.
func (b *Browser) Open(path string) { b.t.Helper(); b.Run(chromedp.Navigate(b.url + path)) }

// at does what waits for the page, and when that does not come says so and shows
// what is there.
func (b *Browser) at(wrong string, do chromedp.Action) {
	b.t.Helper()
	soon, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	err := chromedp.Run(soon, do)
	// What follows the events of the server may be replaced while it is looked for.
	for gone := new(cdproto.Error); errors.As(err, &gone) && soon.Err() == nil; {
		err = chromedp.Run(soon, do)
	}
	if err == nil {
		return
	}
	var where, shown string
	_ = chromedp.Run(b.ctx, chromedp.Location(&where), chromedp.Text("main", &shown, chromedp.ByQuery)) // what can be told
	require.NoError(b.t, err, "%s: %s shows\n%s", wrong, where, shown)
}

// Shows waits for a text on the page. Neither it nor the label of a button may
// hold a quotation mark.
func (b *Browser) Shows(text string) {
	b.t.Helper()
	b.at(fmt.Sprintf("%q is not on the page", text), chromedp.WaitVisible(fmt.Sprintf(`//main//*[contains(normalize-space(.), %q)]`, text), chromedp.BySearch))
}

// Click clicks the first button or link of that name: what stands on it, or what
// it is called for those who do not see it.
func (b *Browser) Click(name string) {
	b.t.Helper()
	b.at(fmt.Sprintf("there is no %q to click", name), chromedp.Click(
		fmt.Sprintf(`//main//*[self::button or self::a][normalize-space(.)=%[1]q or @aria-label=%[1]q]`, name), chromedp.BySearch, chromedp.NodeVisible))
}

// Fill writes values into empty fields, by their ids: id, value, id, value.
func (b *Browser) Fill(fields ...string) {
	b.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		b.Run(chromedp.SendKeys("#"+fields[i], fields[i+1], chromedp.ByQuery))
	}
}
