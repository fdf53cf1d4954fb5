package web_test

import (
	"context"
	"flag"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// Every page shows itself for every identity provider, with an empty directory
// and with people in it, and says what to do first.
func TestPages(t *testing.T) {
	for _, dialect := range []string{"okta-aiw", "entra-legacy", "sailpoint", "google-workspace"} {
		b := open(t, dialect)
		b.sees("/", "desk")
		for _, p := range tenantPages {
			b.sees("/t/desk"+p, "<h1>", "Skip to the content")
		}
		_, _, _, err := b.desk.Generate(ctx, server.Generate{Users: 60, Groups: 3, Seed: 1, Assign: true, Push: true})
		require.NoError(t, err)
		_, err = b.desk.Start(ctx)
		require.NoError(t, err)
		for _, p := range tenantPages {
			b.sees("/t/desk"+p, "<h1>")
		}
		b.sees("/t/desk/users?page=2", "51 to 60 of 60", "Page 2 of 2", "Previous")
		b.sees("/t/desk/users?search=nobody-is-called-so", "Nobody found")
		users, _ := b.desk.Users(server.ListQuery{Limit: 1})
		groups, _ := b.desk.Groups(server.ListQuery{Limit: 1})
		b.sees("/t/desk/users/"+users[0].Key, "Source: the directory", "History")
		b.sees("/t/desk/users/" + users[0].Key + "/edit")
		b.sees("/t/desk/groups/"+groups[0].Key, "Members")
		for _, f := range []string{"/files/export?format=csv", "/files/export?format=ldif", "/files/export?format=json", "/log/export?format=csv", "/log/export?format=json", "/log/export?format=har"} {
			b.sees("/t/desk" + f)
		}
	}
}

func TestNoPage(t *testing.T) {
	b := open(t, "okta-aiw")
	for _, p := range []string{
		"/nowhere", "/t/nobody", "/t/desk/nowhere", "/t/desk/users/nobody", "/t/desk/groups/none", "/t/desk/log/999", "/t/desk/log/x",
		"/t/desk/users/nobody/edit",
	} {
		b.visit(p)
		assert.Equal(t, http.StatusNotFound, b.status, p)
		b.has("<h1>404 Not Found</h1>", p)
	}
	b.visit("/t/desk/log/export?format=docx")
	assert.Equal(t, http.StatusBadRequest, b.status)
}

func TestFirstTenant(t *testing.T) {
	b := open(t, "")
	b.sees("/", "Nothing here yet", `href="/new"`)
	b.sees("/new")
	b.send("/new", "name", "Entra of the desk", "dialect", "entra-legacy", "target", "nonsense", "secret", "hush-hush")
	assert.Equal(t, http.StatusBadRequest, b.status)
	b.has(`value="Entra of the desk"`, "what was written stays")
	assert.NotContains(t, b.page, "hush-hush", "but for the credential")
	b.send("/new", "name", "Entra of the desk", "dialect", "entra-legacy", "target", "http://127.0.0.1:1/scim", "secret", "hush-hush")
	assert.Equal(t, "/t/entra-of-the-desk", b.at)
	b.has("The directory is empty")
	for _, p := range tenantPages {
		b.sees("/t/entra-of-the-desk" + p)
		assert.NotContains(t, b.page, "hush-hush", p)
	}
	b.send("/t/entra-of-the-desk/settings/remove", "id", "something")
	b.has("Nothing was removed")
	b.send("/t/entra-of-the-desk/settings/remove", "id", "entra-of-the-desk")
	assert.Equal(t, "/", b.at)
	b.has("Nothing here yet")
}

// What changes in the tenant reaches a page that is open.
func TestLiveUpdate(t *testing.T) {
	b := open(t, "okta-aiw")
	soon, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(soon, http.MethodGet, b.url+"/t/desk/events", nil)
	require.NoError(t, err)
	answer, err := b.client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	assert.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	buffer := make([]byte, 100)
	n, err := answer.Body.Read(buffer)
	require.NoError(t, err)
	assert.Equal(t, "retry: 3000\n\n", string(buffer[:n]))
	_, _, err = b.desk.AddUser(ctx, server.User{UserName: "ada@example.com", Enabled: true})
	require.NoError(t, err)
	n, err = answer.Body.Read(buffer)
	require.NoError(t, err)
	assert.Equal(t, "event: changed\ndata: 1\n\n", string(buffer[:n]))
}

var large = flag.Bool("large", false, "show a directory of 100,000 users and 5,000 groups; otherwise it has 5,000 and 250")

// The pages of a large directory come at once: the bound finds what looks at
// everybody more than once. The quickest of three counts, since others use the
// machine.
func TestLargeDirectory(t *testing.T) {
	users, groups, bound := 5000, 250, time.Second
	if *large {
		users, groups = 100000, 5000
	}
	b := open(t, "entra-legacy")
	_, _, _, err := b.desk.Generate(ctx, server.Generate{Users: users, Groups: groups, Seed: 1, Assign: true, Push: true})
	require.NoError(t, err)
	for _, p := range append([]string{"/users?page=90", "/users?search=zz", "/users?status=pending"}, tenantPages...) {
		took := bound
		for tries := 0; tries < 3 && took >= bound; tries++ {
			start := time.Now()
			b.sees("/t/desk" + p)
			took = time.Since(start)
		}
		t.Logf("%-24s %v", p, took.Round(time.Millisecond))
		assert.Less(t, took, bound, p)
	}
}

// Many tasks are shown page by page.
func TestManyTasks(t *testing.T) {
	b := open(t, "okta-aiw")
	require.NoError(t, b.desk.SetFaults([]server.Fault{{Kind: "500", Operation: "create"}}))
	_, _, _, err := b.desk.Generate(ctx, server.Generate{Users: 60, Seed: 1, Assign: true})
	require.NoError(t, err)
	b.sees("/t/desk/tasks", "1 to 50 of 60", "Page 1 of 2")
	assert.Equal(t, 50, strings.Count(b.page, `<article class="card task">`))
	b.sees("/t/desk/tasks?page=2", "51 to 60 of 60")
	assert.Equal(t, 10, strings.Count(b.page, `<article class="card task">`))
	b.sees("/t/desk/tasks?page=9", "No task on this page")

	// A filter is kept from page to page, and when a task is struck off.
	b.sees("/t/desk/tasks?kind=user&search=500", "1 to 50 of 60", `href="?kind=user&amp;page=2&amp;search=500"`)
	b.sees("/t/desk/tasks?kind=user&page=2&search=500", "51 to 60 of 60")
	b.send("/t/desk/tasks", "do", "drop")
	assert.Equal(t, "/t/desk/tasks?kind=user&page=2&search=500", b.at)
	b.has("51 to 59 of 59", "The task was struck off the list")
	all, _ := b.desk.Tasks(server.TaskQuery{})
	b.sees("/t/desk/tasks?search="+all[7].Subject, all[7].Text)
	assert.Equal(t, 1, strings.Count(b.page, `<article class="card task">`))
	b.sees("/t/desk/tasks?kind=group", "No task is like that", "Show all")
}
