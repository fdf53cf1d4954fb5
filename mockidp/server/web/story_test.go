package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// The whole story by forms alone: create, assign, see it at the target,
// deactivate, break the way, see the failed task, mend, retry.
func TestStoryWithoutJavaScript(t *testing.T) {
	b := open(t, "okta-aiw")
	b.sees("/t/desk/users", "Nobody is in the directory")
	b.sees("/t/desk/users/new")
	b.send("/t/desk/users/new", "user_name", "", "given_name", "Ada")
	assert.Equal(t, http.StatusBadRequest, b.status)
	b.has("needs a user_name")
	b.has(`value="Ada"`, "what was written stays")
	b.send("/t/desk/users/new", "user_name", "ada@example.com", "given_name", "Ada", "family_name", "Vale", "email", "ada@example.com", "enabled", "1")
	require.Equal(t, "/t/desk/users/ada", b.at)
	b.has("The user was added")
	b.sees("/t/desk/users/ada")
	assert.NotContains(t, b.page, "The user was added", "a message is shown once")
	_, there := b.account("ada@example.com")
	assert.False(t, there)

	b.send("/t/desk/users/ada/assign")
	b.has("The user was assigned: 1 done.")
	b.has("In sync")
	ada, there := b.account("ada@example.com")
	require.True(t, there)
	assert.True(t, ada.Get("active").Bool())

	b.send("/t/desk/users/ada/compare")
	b.has("No attribute that is sent differs")
	b.behind(ada.ID(), `{"op":"replace","path":"name.familyName","value":"Drift"}`)
	b.send("/t/desk/users/ada/compare")
	b.has("name.familyName")
	b.has("<mark>", "the line is marked")
	b.sees("/t/desk/reconcile", "Not compared yet")
	b.send("/t/desk/reconcile")
	b.has("Drifted")
	b.send("/t/desk/reconcile/repair", "key", "ada")
	b.has("Repaired")
	ada, _ = b.account("ada@example.com")
	assert.Equal(t, "Vale", ada.Get("name.familyName").String())

	b.sees("/t/desk/users/ada")
	b.send("/t/desk/users/ada/disable")
	b.has("The user was deactivated")
	ada, _ = b.account("ada@example.com")
	assert.False(t, ada.Get("active").Bool())
	b.has("Okta, custom app has given the account up")
	assert.NotContains(t, b.page, "No attribute that is sent differs", "what was read before is old")
	b.send("/t/desk/users/ada/compare")
	b.has("The account is not active, as it should be")
	b.behind(ada.ID(), `{"op":"replace","path":"active","value":true}`)
	b.send("/t/desk/users/ada/compare")
	b.has("Attribute that differs")
	assert.Equal(t, 1, strings.Count(b.page, "<mark>"), "only the target's body is marked: nothing is sent")

	b.sees("/t/desk/faults", "All is well on the way")
	b.send("/t/desk/faults", "do", "add", "kind", "500", "operation", "create")
	b.has("The fault is set")
	b.sees("/t/desk/users/new")
	b.send("/t/desk/users/new", "user_name", "bob@example.com", "given_name", "Bob", "family_name", "Vale", "email", "bob@example.com", "enabled", "1", "assign", "1")
	b.has("1 failed")
	_, there = b.account("bob@example.com")
	assert.False(t, there)
	b.sees("/t/desk/tasks", "Automatic provisioning of user bob@example.com to app desk failed", "a fault on the way", "POST", "curl -sS")
	assert.NotContains(t, b.page, secret)
	b.send("/t/desk/tasks", "do", "retry")
	b.has("1 failed", "the fault is there still")
	b.sees("/t/desk/faults", "Switch all off")
	b.send("/t/desk/faults", "do", "off")
	b.sees("/t/desk/tasks")
	b.send("/t/desk/tasks", "do", "retry")
	b.has("The task was tried again: 1 done.")
	b.has("Nothing failed")
	_, there = b.account("bob@example.com")
	assert.True(t, there)

	b.sees("/t/desk/log?outcome=failed", "bob@example.com")
	id := regexp.MustCompile(`href="(/t/desk/log/\d+)"`).FindStringSubmatch(b.page)
	require.NotNil(t, id)
	b.sees(id[1], "500", "Internal Server Error", "a fault on the way", "SCIMTEST_TOKEN")
	assert.NotContains(t, b.page, secret)
	b.sees("/t/desk/requests?method=POST&status=5xx", "/Users")
	b.sees("/t/desk/log?to=2020-01-01T00:00", "No entry is like that")
	b.sees("/t/desk/log?from=2020-01-01T00:00", "bob@example.com", `value="2020-01-01T00:00"`)
}

// A job of Entra ID: the clock moves by a form, and on demand tells five steps.
func TestCyclesWithoutJavaScript(t *testing.T) {
	b := open(t, "entra-legacy")
	b.sees("/t/desk/files")
	b.send("/t/desk/files/generate", "users", "5", "groups", "1", "seed", "3")
	b.has("Generated 5 people and 1 group")
	b.sees("/t/desk/assignments")
	b.send("/t/desk/assignments", "do", "everybody")
	b.has("Assigned to 5 people")
	b.sees("/t/desk/settings")
	b.send("/t/desk/act/start")
	b.has("Provisioning was started: 9 done", "5 users and 4 managers")
	b.sees("/t/desk/users/new")
	b.send("/t/desk/users/new", "user_name", "late@example.com", "given_name", "Late", "family_name", "Comer", "enabled", "1", "assign", "1")
	b.has("Pending")
	b.sees("/t/desk/settings")
	b.send("/t/desk/settings/clock", "by", "soon")
	b.has("is no time such as 40m")
	b.send("/t/desk/settings/clock", "by", "40m")
	b.has("The clock was moved on by 40m: 1 done.")
	_, there := b.account("late@example.com")
	assert.True(t, there)

	b.sees("/t/desk/users/new")
	b.send("/t/desk/users/new", "user_name", "now@example.com", "given_name", "Now", "family_name", "Ish", "enabled", "1", "assign", "1")
	b.send("/t/desk/demand", "key", "now")
	assert.Equal(t, "/t/desk/demand", b.at)
	for _, s := range []string{"Import", "Scope", "Match", "Action", "Result", "now@example.com"} {
		b.has(s)
	}
	assert.Equal(t, 5, strings.Count(b.page, `<div class="head">`))
	b.sees("/t/desk/settings")
	b.send("/t/desk/act/pause")
	b.has("Paused")
	b.sees("/t/desk/assignments")
	b.send("/t/desk/assignments/scope", "do", "add", "attribute", "department", "operator", "equals", "value", "<b>Tides</b>")
	b.has("&lt;b&gt;Tides&lt;/b&gt;")
}

func TestGroups(t *testing.T) {
	b := open(t, "okta-aiw")
	for _, name := range []string{"ada", "bob"} {
		_, _, err := b.desk.AddUser(ctx, server.User{UserName: name + "@example.com", GivenName: name, FamilyName: "Vale", Email: name + "@example.com", Enabled: true})
		require.NoError(t, err)
	}
	b.sees("/t/desk/groups", "No groups yet")
	b.send("/t/desk/groups", "name", "Tide watch")
	require.Equal(t, "/t/desk/groups/tide-watch", b.at)
	b.send("/t/desk/groups/tide-watch/add", "members", "ada@example.com, nobody")
	b.has("there is no user nobody")
	b.send("/t/desk/groups/tide-watch/add", "members", "ada@example.com, bob")
	b.has("2 members")
	b.send("/t/desk/groups/tide-watch/assign")
	b.send("/t/desk/groups/tide-watch/push")
	b.has("In sync")
	b.send("/t/desk/groups/tide-watch/remove", "user", "bob")
	b.has("1 member")
	b.send("/t/desk/groups/tide-watch/rename", "name", "Tide watchers")
	b.has("Tide watchers")
	b.send("/t/desk/groups/tide-watch/delete")
	assert.Equal(t, "/t/desk/groups", b.at)
}
