package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// api is the API of a stage, each answer of which is held against the file.
type api struct {
	*contract
	*stage
	web    *httptest.Server
	tester *scripted
}

func newAPI(t *testing.T, c *contract, dialect string) *api {
	a := &api{contract: c, stage: newTarget(t), tester: newScripted()}
	a.open(server.Config{Tester: a.tester}, dialect)
	guard := server.NewGuard("", []string{"127.0.0.1"})
	a.web = httptest.NewServer(guard.Wrap(a.app.API()))
	t.Cleanup(a.web.Close)
	return a
}

// call sends a request, and wants a status. path is below /api/v1.
func (a *api) call(status int, method, path, body string, header ...string) map[string]any {
	raw := a.raw(status, method, path, body, header...)
	var v map[string]any
	_ = json.Unmarshal(raw, &v)
	return v
}

func (a *api) raw(status int, method, path, body string, header ...string) []byte {
	a.contract.t.Helper()
	r, err := http.NewRequest(method, a.web.URL+"/api/v1"+path, strings.NewReader(body))
	require.NoError(a.contract.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(a.contract.t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	require.NoError(a.contract.t, err)
	require.Equal(a.contract.t, status, answer.StatusCode, "%s %s: %s", method, path, raw)
	plain, _, _ := strings.Cut(path, "?")
	a.check(method, plain, status, answer.Header, raw)
	return raw
}

// Each answer that openapi.yaml documents is given, and in that form.
func TestAPI(t *testing.T) {
	c := newContract(t)
	okta, entra := newAPI(t, c, "okta-oin"), newAPI(t, c, "entra-compliant")
	c.t = t

	dialects := okta.raw(200, "GET", "/dialects", "")
	assert.Contains(t, string(dialects), `"entra-legacy"`)
	okta.call(200, "GET", "/fault-kinds", "")
	okta.tenants()
	okta.directory()
	okta.groups()
	okta.work()
	okta.log()
	okta.conformance()
	entra.cycles()
	okta.mappings()
	entra.mappings()
	okta.strangers()

	var documented []string
	for p, item := range c.paths {
		for method, operation := range item {
			if method == "parameters" {
				continue
			}
			for status := range operation.(map[string]any)["responses"].(map[string]any) {
				documented = append(documented, fmt.Sprintf("%s %s %s", strings.ToUpper(method), p, status))
			}
		}
	}
	slices.Sort(documented)
	var missed []string
	for _, d := range documented {
		if !c.seen[d] {
			missed = append(missed, d)
		}
	}
	assert.Empty(t, missed, "documented answers that no test has seen")
}

func (a *api) tenants() {
	t := a.contract.t
	assert.NotContains(t, string(a.raw(200, "GET", "/tenants", "")), secret)
	made := a.call(201, "POST", "/tenants", `{"name":"Second","dialect":"okta-aiw","target":"`+a.url+`","credential":"other-secret"}`)
	assert.Equal(t, "second", made["id"])
	assert.Equal(t, true, made["has_credential"])
	a.call(409, "POST", "/tenants", `{"name":"Second","dialect":"okta-aiw","target":"`+a.url+`"}`)
	bad := a.call(400, "POST", "/tenants", `{"name":"x","dialect":"nobody","target":"`+a.url+`"}`)
	assert.Contains(t, bad["detail"], "there is no dialect")
	a.call(400, "POST", "/tenants", `{"shoe":1}`)
	a.call(413, "POST", "/tenants", `{"name":"`+strings.Repeat("x", 2<<20)+`"}`)
	a.call(200, "GET", "/tenants/second", "")
	changed := a.call(200, "PATCH", "/tenants/second", `{"name":"Renamed","credential":"third-secret"}`)
	assert.Equal(t, "Renamed", changed["name"])
	a.call(400, "PATCH", "/tenants/second", `{"target":"x"}`)
	a.call(409, "PATCH", "/tenants/second", `{"dialect":"entra-legacy","options":{}}`)
	a.raw(204, "DELETE", "/tenants/second", "")
}

func (a *api) directory() {
	t := a.contract.t
	made := a.call(201, "POST", "/tenants/desk/users", `{"user_name":"ada@example.com","given_name":"Ada","family_name":"Vale"}`)
	assert.Equal(t, "ada", made["user"].(map[string]any)["key"])
	a.call(409, "POST", "/tenants/desk/users", `{"user_name":"ada@example.com"}`)
	a.call(400, "POST", "/tenants/desk/users", `{"user_name":""}`)
	a.call(201, "POST", "/tenants/desk/users", `{"user_name":"bo@example.com","manager":"ada"}`)
	a.call(200, "GET", "/tenants/desk/users?search=ADA&limit=1", "")
	a.call(400, "GET", "/tenants/desk/users?limit=x", "")
	result := a.call(200, "PUT", "/tenants/desk/users/ada/assignment", "")
	assert.EqualValues(t, 1, result["done"])
	detail := a.call(200, "GET", "/tenants/desk/users/ada", "")
	assert.Equal(t, "in-sync", detail["status"])
	assert.Contains(t, detail["body"], `"userName":"ada@example.com"`)
	a.call(200, "PATCH", "/tenants/desk/users/ada", `{"title":"Lead"}`)
	a.call(400, "PATCH", "/tenants/desk/users/ada", `{"title":1}`)
	a.call(409, "PATCH", "/tenants/desk/users/ada", `{"user_name":"bo@example.com"}`)
	a.call(200, "GET", "/tenants/desk/users/ada/drift", "")
	a.call(200, "POST", "/tenants/desk/users/ada/provision", "")
	a.call(200, "POST", "/tenants/desk/users/ada/repair", "")
	a.call(409, "POST", "/tenants/desk/users/bo/repair", "")
	a.call(409, "POST", "/tenants/desk/users/ada/restore", "")
	a.call(200, "DELETE", "/tenants/desk/users/ada/assignment", "")
	assert.Equal(t, true, a.call(200, "GET", "/tenants/desk/users/ada", "")["left"])
	a.call(200, "POST", "/tenants/desk/assignments", `{"assign":["ada","bo"],"unassign":[]}`)
	a.call(400, "POST", "/tenants/desk/assignments", `[]`)
	a.call(200, "POST", "/tenants/desk/generate", `{"users":4,"groups":1,"seed":2}`)
	a.call(400, "POST", "/tenants/desk/generate", `{"users":-1}`)
	a.call(200, "POST", "/tenants/desk/import", "user_name\ncy@example.com\n", "Content-Type", "text/csv")
	a.call(400, "POST", "/tenants/desk/import", "x", "Content-Type", "text/csv")
	a.call(400, "POST", "/tenants/desk/import", "x", "Content-Type", "text/plain")
	for _, format := range server.Formats {
		a.raw(200, "GET", "/tenants/desk/export?format="+format, "")
	}
	a.call(400, "GET", "/tenants/desk/export?format=xml", "")

	release := make(chan struct{})
	a.answers(func(*http.Request) int { <-release; return 0 })
	assert.Equal(t, true, a.call(202, "PUT", "/tenants/desk/users/cy/assignment?wait=10ms", "")["goes_on"])
	close(release)
	require.Eventually(t, func() bool { return a.status("cy") == server.InSync }, 5*time.Second, time.Millisecond)
	a.answers(nil)
	a.answers(func(*http.Request) int { return 500 })
	a.call(409, "GET", "/tenants/desk/users/cy/drift", "")
	a.answers(nil)
	a.call(200, "DELETE", "/tenants/desk/users/cy", "")
}

func (a *api) groups() {
	a.call(201, "POST", "/tenants/desk/groups", `{"name":"Hull team","members":["ada"]}`)
	a.call(400, "POST", "/tenants/desk/groups", `{"name":""}`)
	a.call(409, "POST", "/tenants/desk/groups", `{"name":"Other","key":"hull-team"}`)
	a.call(200, "GET", "/tenants/desk/groups", "")
	a.call(400, "GET", "/tenants/desk/groups?offset=-1", "")
	a.call(409, "POST", "/tenants/desk/groups/hull-team/repair", "")
	a.call(200, "PUT", "/tenants/desk/groups/hull-team/push", "")
	a.call(200, "GET", "/tenants/desk/groups/hull-team", "")
	a.call(200, "PATCH", "/tenants/desk/groups/hull-team", `{"name":"Hull crew"}`)
	a.call(400, "PATCH", "/tenants/desk/groups/hull-team", `{"name":""}`)
	a.call(200, "POST", "/tenants/desk/groups/hull-team/members", `{"add":["bo"],"remove":["ada"]}`)
	a.call(400, "POST", "/tenants/desk/groups/hull-team/members", `{"ad":["bo"]}`)
	a.call(200, "PUT", "/tenants/desk/groups/hull-team/assignment", "")
	a.call(200, "DELETE", "/tenants/desk/groups/hull-team/assignment", "")
	a.call(200, "POST", "/tenants/desk/groups/hull-team/push-now", "")
	a.call(200, "POST", "/tenants/desk/groups/hull-team/provision", "")
	a.call(400, "POST", "/tenants/desk/groups/hull-team/provision", `{"members":["ada"]}`)
	a.call(200, "POST", "/tenants/desk/groups/hull-team/repair", "")
	a.call(200, "DELETE", "/tenants/desk/groups/hull-team/push?leave=true", "")
	a.call(200, "DELETE", "/tenants/desk/groups/hull-team", "")
}

func (a *api) work() {
	t := a.contract.t
	a.call(200, "POST", "/tenants/desk/test-connection", "")
	a.call(200, "POST", "/tenants/desk/pause", "")
	a.call(409, "POST", "/tenants/desk/force-sync", "")
	a.call(409, "POST", "/tenants/desk/provision-out-of-sync", "")
	a.call(200, "POST", "/tenants/desk/start", "")
	a.call(200, "POST", "/tenants/desk/force-sync", "")
	a.call(200, "POST", "/tenants/desk/provision-out-of-sync", "")
	a.call(409, "POST", "/tenants/desk/cycle", "")
	a.call(409, "POST", "/tenants/desk/restart", "")
	a.call(409, "POST", "/tenants/desk/allow-deletions", "")
	a.call(200, "POST", "/tenants/desk/fast-forward", `{"duration":"40m"}`)
	a.call(400, "POST", "/tenants/desk/fast-forward", `{"duration":"soon"}`)
	found := a.call(200, "POST", "/tenants/desk/reconcile", "")
	assert.NotEmpty(t, found["findings"])

	a.raw(200, "PUT", "/tenants/desk/faults", `[{"kind":"500","operation":"update"}]`)
	a.call(400, "PUT", "/tenants/desk/faults", `[{"kind":"flood","operation":"any"}]`)
	a.raw(200, "GET", "/tenants/desk/faults", "")
	a.call(200, "PATCH", "/tenants/desk/users/bo", `{"title":"Head"}`)
	task := func() any {
		page := a.call(200, "GET", "/tenants/desk/tasks?kind=user&search=500", "")
		require.EqualValues(t, 1, page["total"])
		return page["items"].([]any)[0].(map[string]any)["id"]
	}
	a.call(200, "POST", fmt.Sprintf("/tenants/desk/tasks/%v/retry", task()), "")
	a.raw(204, "DELETE", fmt.Sprintf("/tenants/desk/tasks/%v", task()), "")
	assert.Empty(t, a.call(200, "GET", "/tenants/desk/tasks", "")["items"])
	for _, bad := range []string{"kind=robot", "limit=0", "offset=-1"} {
		a.call(400, "GET", "/tenants/desk/tasks?"+bad, "")
	}
	a.raw(200, "PUT", "/tenants/desk/faults", `[]`)
	a.call(200, "POST", "/tenants/desk/tasks/retry", "")
	a.answers(func(*http.Request) int { return 500 })
	a.call(409, "POST", "/tenants/desk/reconcile", "")
	a.answers(nil)
}

func (a *api) log() {
	t := a.contract.t
	page := a.call(200, "GET", "/tenants/desk/log?outcome=failed&kind=user", "")
	items := page["items"].([]any)
	require.NotEmpty(t, items)
	id := items[0].(map[string]any)["id"]
	a.call(200, "GET", fmt.Sprintf("/tenants/desk/log/%v", id), "")
	curl := string(a.raw(200, "GET", fmt.Sprintf("/tenants/desk/log/%v/curl", id), ""))
	assert.Contains(t, curl, "SCIMTEST_TOKEN")
	assert.NotContains(t, curl, secret)
	for _, bad := range []string{"limit=0", "kind=x", "from=yesterday"} {
		a.call(400, "GET", "/tenants/desk/log?"+bad, "")
	}
	for _, format := range server.LogFormats {
		file := string(a.raw(200, "GET", "/tenants/desk/log/export?format="+format, ""))
		assert.NotContains(t, file, secret)
		assert.Contains(t, file, "500")
	}
	a.call(400, "GET", "/tenants/desk/log/export?format=xml", "")
	a.raw(204, "DELETE", "/tenants/desk/log", "")

	// The stream of events.
	r, err := http.NewRequest(http.MethodGet, a.web.URL+"/api/v1/tenants/desk/events", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	a.check("GET", "/tenants/desk/events", answer.StatusCode, answer.Header, nil)
	go a.add("zed")
	text := ""
	for buffer := make([]byte, 256); !strings.Contains(text, "event: change"); {
		n, err := answer.Body.Read(buffer)
		require.NoError(t, err)
		text += string(buffer[:n])
	}
}

func (a *api) cycles() {
	a.call(201, "POST", "/tenants/desk/users", `{"user_name":"ada@example.com"}`)
	a.call(201, "POST", "/tenants/desk/groups", `{"name":"Hull team"}`)
	a.call(409, "PUT", "/tenants/desk/groups/hull-team/push", "")
	a.call(409, "DELETE", "/tenants/desk/groups/hull-team/push", "")
	a.call(409, "POST", "/tenants/desk/groups/hull-team/push-now", "")
	a.call(200, "PUT", "/tenants/desk/users/ada/assignment", "")
	a.call(200, "POST", "/tenants/desk/start", "")
	a.call(200, "POST", "/tenants/desk/cycle", "")
	a.call(200, "POST", "/tenants/desk/restart", `{"full":true}`)
	a.call(400, "POST", "/tenants/desk/restart", `{"half":true}`)
	a.call(200, "POST", "/tenants/desk/allow-deletions", "")
	a.call(200, "GET", "/tenants/desk", "")
	a.call(200, "DELETE", "/tenants/desk/users/ada", "")
	a.call(200, "GET", "/tenants/desk/users/ada", "")
	a.call(200, "POST", "/tenants/desk/users/ada/restore", "")
}

func (a *api) mappings() {
	t := a.contract.t
	assert.Equal(t, false, a.call(200, "GET", "/tenants/desk/mapping?user=ada", "")["imported"])
	a.call(404, "GET", "/tenants/desk/mapping?user=nobody", "")
	files := mappingFiles(t, a.Dialect().IdP)
	got := a.call(200, "PUT", "/tenants/desk/mapping", files)
	assert.Equal(t, true, got["imported"])
	assert.NotEmpty(t, got["unsupported"])
	a.call(200, "GET", "/tenants/desk/mapping?user=ada", "")
	bad := a.call(400, "PUT", "/tenants/desk/mapping", `{"schema":{}}`)
	assert.Contains(t, bad["detail"], "no synchronization schema")
	assert.Equal(t, false, a.call(200, "DELETE", "/tenants/desk/mapping", "")["imported"])
}
