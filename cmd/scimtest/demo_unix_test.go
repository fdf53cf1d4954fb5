//go:build unix

package main

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/browsertest"
	"github.com/scimtest/scimtest/scim"
)

// demo is a running scimtest demo, and what it says is to be tried.
type demo struct {
	t    *testing.T
	url  string
	text string
	// okta and entra are clients of their tenants of the target.
	okta, entra *scim.Client
}

// startDemo starts scimtest demo. It ends with the test, by Ctrl-C.
func startDemo(t *testing.T) *demo {
	p, out, at := serving(t, "demo", "--listen", "127.0.0.1:0", "--target", "127.0.0.1:0")
	t.Cleanup(func() {
		assert.NoError(t, p.Process.Signal(os.Interrupt))
		assert.NoError(t, p.Wait(), "Ctrl-C ends it in good order")
	})
	d := &demo{t: t, url: at, text: out.String()}
	target := regexp.MustCompile(`target +(\S+) +token (\S+) \(Okta\) and (\S+) \(Entra ID\)`).FindStringSubmatch(d.text)
	require.Len(t, target, 4, d.text)
	d.okta, d.entra = d.client(target[1], target[2]), d.client(target[1], target[3])
	return d
}

func (d *demo) client(at, token string) *scim.Client {
	c, err := scim.NewClient(scim.Config{BaseURL: at, Auth: scim.Bearer(scim.StaticToken(token))})
	require.NoError(d.t, err)
	d.t.Cleanup(c.Close)
	return c
}

// find is the resource of the target that a filter finds; ok is false when there
// is none.
func (d *demo) find(c *scim.Client, endpoint, filter string) (r scim.Resource, ok bool) {
	d.t.Helper()
	x := c.Do(d.t.Context(), scim.Request{Method: http.MethodGet, Path: endpoint, RawQuery: "filter=" + url.QueryEscape(filter)})
	require.Equal(d.t, http.StatusOK, x.Status(), x.Error)
	list, err := scim.ParseList(x.Response.Body)
	require.NoError(d.t, err)
	if len(list.Resources) == 0 {
		return scim.Resource{}, false
	}
	return list.Resources[0], true
}

// user is the target's user of that userName, who is there.
func (d *demo) user(c *scim.Client, name string) scim.Resource {
	d.t.Helper()
	r, ok := d.find(c, scim.UsersEndpoint, `userName eq "`+name+`"`)
	require.True(d.t, ok, name)
	return r
}

// pages are the paths of the pages that the demo names, with what is to be done
// on each.
func (d *demo) pages() (paths []string, todo []string) {
	for _, m := range regexp.MustCompile(`(?m)^   (http\S+)(?:  (.+))?$`).FindAllStringSubmatch(d.text, -1) {
		path, ours := strings.CutPrefix(m[1], d.url)
		require.True(d.t, ours, m[1])
		paths, todo = append(paths, path), append(todo, m[2])
	}
	return paths, todo
}

// What the demo says is to be tried works by the API, and shows both faults.
func TestDemo(t *testing.T) {
	d := startDemo(t)
	curls := regexp.MustCompile(`(?m)^   curl (?:-X (\S+) )?'?(http\S+?)'?(?: -d '(.*)')?$`).FindAllStringSubmatch(d.text, -1)
	require.Len(t, curls, 7, d.text)
	var answers []map[string]any
	for _, c := range curls {
		method := c[1]
		if method == "" {
			method = http.MethodGet
		}
		assert.True(t, strings.HasPrefix(c[2], d.url))
		answers = append(answers, ask(t, method, c[2], c[3]))
	}
	assert.Equal(t, "drifted", answers[1]["finding"].(map[string]any)["status"], "deactivated here, and active there")
	assert.EqualValues(t, 2, answers[3]["counts"].(map[string]any)["drifted"], "and the group lost all of its members")
	assert.EqualValues(t, 1, answers[5]["done"], "the change of the 40 minutes")
	for _, path := range []string{"/api/v1/tenants/okta", "/api/v1/tenants/entra"} {
		o := ask(t, http.MethodGet, d.url+path, "")
		assert.EqualValues(t, 50, o["users"])
		assert.EqualValues(t, 5, o["groups"])
	}
}

// What the demo says is to be tried works on its pages, in a browser, and so does
// the everyday life of both identity providers.
func TestDemoInBrowser(t *testing.T) {
	d := startDemo(t)
	b := browsertest.Start(t, d.url)
	b.Open("/")
	for _, s := range []string{"Okta", "Entra ID", "50 users", "5 groups"} {
		b.Shows(s)
	}
	d.tries(b)
	d.oktaLife(b)
	d.entraLife(b)
	b.Clean()
}

// tries follows what is printed, page by page, and mends what the faults did.
func (d *demo) tries(b *browsertest.Browser) {
	t := d.t
	paths, todo := d.pages()
	member := regexp.MustCompile(`tick (\S+), Remove`).FindStringSubmatch(d.text)
	require.Len(t, member, 2, d.text)
	require.Equal(t, []string{
		"Deactivate, Read the target now", "tick " + member[1] + ", Remove the chosen", "Compare now", "write another title, Save", "+ 40m", "",
	}, todo, d.text)

	var name string
	b.Open(paths[0])
	b.Run(chromedp.Text("h1", &name, chromedp.ByQuery))
	b.Click("Deactivate")
	b.Shows("The user was deactivated: 1 done.")
	b.Click("Read the target now")
	b.Shows("Attribute that differs")
	assert.True(t, d.user(d.okta, name).Get("active").Bool(), "the target ignores it")

	var group string
	b.Open(paths[1])
	b.Run(chromedp.Text("h1", &group, chromedp.ByQuery), chromedp.Click(`input[aria-label="Choose `+member[1]+`"]`, chromedp.ByQuery))
	b.Click("Remove the chosen")
	b.Shows("9 members")
	b.Open(paths[2])
	b.Click("Compare now")
	b.Shows("3 findings to look at.")
	team := `displayName eq "` + group + `"`
	there, _ := d.find(d.okta, scim.GroupsEndpoint, team)
	assert.Empty(t, there.Lookup("members.value"), "the target removed everybody")
	b.Click("Repair " + group)
	b.Shows("Repaired")
	there, _ = d.find(d.okta, scim.GroupsEndpoint, team)
	assert.Len(t, there.Lookup("members.value"), 8, "all but who was taken out, and who is deactivated")

	b.Open(paths[3])
	b.Run(chromedp.Value("#user_name", &name, chromedp.ByID), chromedp.SetValue("#title", "Captain", chromedp.ByID))
	b.Click("Save")
	b.Shows("The user was changed")
	assert.NotEqual(t, "Captain", d.user(d.entra, name).Get("title").String(), "its cycle is still to come")
	b.Open(paths[4])
	b.Click("+ 40m")
	b.Shows("The clock was moved on by 40m: 1 done.")
	assert.Equal(t, "Captain", d.user(d.entra, name).Get("title").String())
	b.Open(paths[5])
	b.Shows("Update " + name)
}

// oktaLife creates somebody, assigns, breaks the way, sees the task with its
// exchange, mends, retries; then deletes the account behind Okta's back, and
// reconciles.
func (d *demo) oktaLife(b *browsertest.Browser) {
	t := d.t
	const ada = "ada@example.com"
	b.Open("/t/okta/users")
	b.Click("Add a user")
	b.Shows("Only the user name has to be there")
	b.Fill("user_name", ada, "given_name", "Ada", "family_name", "Vale", "email", ada)
	b.Click("Add the user")
	b.Shows("The user was added")
	_, there := d.find(d.okta, scim.UsersEndpoint, `userName eq "`+ada+`"`)
	require.False(t, there)
	b.Click("Assign")
	b.Shows("The user was assigned: 1 done.")
	assert.Equal(t, "Vale", d.user(d.okta, ada).Get("name.familyName").String())
	b.Click("Read the target now")
	b.Shows("No attribute that is sent differs")

	d.setFault(b, "okta", "500", "write")
	b.Open("/t/okta/users/ada/edit")
	b.Fill("title", "Captain")
	b.Click("Save")
	b.Shows("1 failed")
	b.Open("/t/okta/tasks")
	id := d.user(d.okta, ada).ID()
	for _, s := range []string{
		"Error while trying to push profile update for " + ada, "PUT /Users/" + id, "500 Internal Server Error", "Okta SCIM Client 1.0.0", "Captain", "a fault on the way",
	} {
		b.Shows(s)
	}
	assert.Empty(t, d.user(d.okta, ada).Get("title").String())
	d.endFaults(b, "okta")
	b.Open("/t/okta/tasks")
	b.Click("Retry")
	b.Shows("Nothing failed")
	assert.Equal(t, "Captain", d.user(d.okta, ada).Get("title").String())

	x := d.okta.Do(t.Context(), scim.Request{Method: http.MethodDelete, Path: scim.UsersEndpoint + "/" + id})
	require.Equal(t, http.StatusNoContent, x.Status())
	b.Open("/t/okta/reconcile")
	b.Click("Compare again")
	b.Click("Repair " + ada)
	b.Shows("Repaired")
	assert.NotEqual(t, id, d.user(d.okta, ada).ID(), "there anew")
}

// entraLife does it in cycles of 40 minutes, and provisions on demand.
func (d *demo) entraLife(b *browsertest.Browser) {
	t := d.t
	const bo = "bo@example.com"
	d.setFault(b, "entra", "503", "create")
	b.Open("/t/entra/users/new")
	b.Fill("user_name", bo, "given_name", "Bo", "family_name", "Vale", "email", bo)
	b.Run(chromedp.Click(`input[name="assign"]`, chromedp.ByQuery))
	b.Click("Add the user")
	b.Shows("The user was added and assigned")
	b.Open("/t/entra/settings")
	b.Click("+ 40m")
	b.Shows("1 failed")
	_, there := d.find(d.entra, scim.UsersEndpoint, `userName eq "`+bo+`"`)
	assert.False(t, there)
	b.Open("/t/entra/tasks")
	for _, s := range []string{"The exchange that went wrong", "POST /Users", "503 Service Unavailable", bo} {
		b.Shows(s)
	}
	d.endFaults(b, "entra")
	b.Open("/t/entra/settings")
	b.Click("+ 40m")
	b.Shows("1 done")
	d.user(d.entra, bo)
	b.Open("/t/entra/tasks")
	b.Shows("Nothing failed")

	b.Open("/t/entra/demand?search=" + bo)
	b.Click("Provision " + bo)
	for _, step := range []string{"Import", "Scope", "Match", "Action", "Result"} {
		b.Shows(step)
	}
}

func (d *demo) setFault(b *browsertest.Browser, tenant, kind, operation string) {
	d.t.Helper()
	b.Open("/t/" + tenant + "/faults")
	b.Run(chromedp.Click(`input[value="`+kind+`"]`, chromedp.ByQuery), chromedp.SetValue("#operation", operation, chromedp.ByID))
	b.Click("Set the fault")
	b.Shows("The fault is set")
}

func (d *demo) endFaults(b *browsertest.Browser, tenant string) {
	d.t.Helper()
	b.Open("/t/" + tenant + "/faults")
	b.Click("Switch all off")
	b.Shows("All is well on the way")
}
