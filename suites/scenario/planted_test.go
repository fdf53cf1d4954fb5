package scenario_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/reference"
)

// memory is a target that has a fault which hangs on what happened before. It
// stands in front of the reference.
type memory struct {
	next http.Handler
	mu   sync.Mutex
	// spoil does something else than what a request asks for, or nothing; it
	// reports whether it has answered.
	spoil func(*memory, http.ResponseWriter, *http.Request, []byte) bool
	// count and seen are for spoil.
	count map[string]int
	seen  map[string]string
}

func (m *memory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if m.spoil(m, w, r, body) {
		return
	}
	m.next.ServeHTTP(w, r)
}

// ask sends a request of its own to the reference.
func (m *memory) ask(r *http.Request, method, path, body string) []byte {
	req := httptest.NewRequestWithContext(r.Context(), method, path, strings.NewReader(body))
	req.Header.Set("Authorization", r.Header.Get("Authorization"))
	req.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	m.next.ServeHTTP(w, req)
	return w.Body.Bytes()
}

// pretend answers a write with what is there already.
func (m *memory) pretend(w http.ResponseWriter, r *http.Request) bool {
	body := m.ask(r, http.MethodGet, r.URL.Path, "")
	w.Header().Set("Content-Type", "application/scim+json")
	_, _ = w.Write(body)
	return true
}

// taken answers that a userName is taken.
func taken(w http.ResponseWriter) bool {
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(http.StatusConflict)
	_, _ = io.WriteString(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"userName is taken"}`)
	return true
}

func writes(r *http.Request) bool { return r.Method == http.MethodPut || r.Method == http.MethodPatch }

func isUser(r *http.Request) bool  { return strings.Contains(r.URL.Path, "/Users/") }
func isGroup(r *http.Request) bool { return strings.Contains(r.URL.Path, "/Groups/") }

// sets is the value that a PUT or a PATCH gives to an attribute; "" for none.
func sets(body []byte, attr string) string {
	found := gjson.GetBytes(body, attr).String()
	gjson.GetBytes(body, "Operations").ForEach(func(_, op gjson.Result) bool {
		if strings.EqualFold(op.Get("path").String(), attr) {
			found = op.Get("value").String()
			if v := op.Get("value.0.value"); v.Exists() {
				found = v.String()
			}
		} else if v := op.Get("value." + attr); v.Exists() {
			found = v.String()
		}
		return true
	})
	return found
}

// planted are faults that hang on what happened before: the reference has some of
// them, the others are put in front of it.
var planted = []struct {
	name, idp string
	fault     string
	spoil     func(*memory, http.ResponseWriter, *http.Request, []byte) bool
	// strict: it is advisory, since the RFCs allow it.
	strict bool
}{
	{"lost update: the third write to somebody is acknowledged and dropped", "okta-aiw", "", func(m *memory, w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if writes(r) && isUser(r) {
			if m.count[r.URL.Path]++; m.count[r.URL.Path] == 3 {
				return m.pretend(w, r)
			}
		}
		return false
	}, false},
	{"resurrected member: a group that is renamed has its first members again", "entra-legacy", "", func(m *memory, w http.ResponseWriter, r *http.Request, body []byte) bool {
		if !isGroup(r) || !writes(r) {
			return false
		}
		if m.seen[r.URL.Path] == "" {
			if members := gjson.GetBytes(m.ask(r, http.MethodGet, r.URL.Path, ""), "members"); members.IsArray() {
				m.seen[r.URL.Path] = members.Raw
			}
		}
		if sets(body, "displayName") == "" || m.seen[r.URL.Path] == "" {
			return false
		}
		m.next.ServeHTTP(w, r)
		m.ask(r, http.MethodPatch, r.URL.Path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":`+m.seen[r.URL.Path]+`}]}`)
		return true
	}, false},
	{"dangling id: who is deleted stays a member", "entra-legacy", "deleted-user-stays-member", nil, true},
	{"a rename in letter case alone is a conflict", "okta-aiw", "", func(m *memory, w http.ResponseWriter, r *http.Request, body []byte) bool {
		name := sets(body, "userName")
		if !writes(r) || !isUser(r) || name == "" {
			return false
		}
		now := gjson.GetBytes(m.ask(r, http.MethodGet, r.URL.Path, ""), "userName").String()
		return now != name && strings.EqualFold(now, name) && taken(w)
	}, false},
	{"the userName of who was deleted stays taken", "entra-legacy", "deleted-user-name-stays-taken", nil, false},
	{"who was made active again cannot be made inactive", "okta-aiw", "reactivated-stays-active", nil, false},
	{"a rename by PATCH loses the members", "okta-oin", "patch-rename-loses-members", nil, false},
	{"a group takes its members with it when it is deleted", "okta-oin", "delete-group-deletes-members", nil, false},
	{"who was made inactive cannot come back", "okta-aiw", "inactive-is-final", nil, false},
	{"who comes back has the name that she had when she left", "entra-compliant", "", func(m *memory, w http.ResponseWriter, r *http.Request, body []byte) bool {
		switch active := strings.ToLower(sets(body, "active")); {
		case !writes(r) || !isUser(r):
		case active == "false":
			m.seen[r.URL.Path] = gjson.GetBytes(m.ask(r, http.MethodGet, r.URL.Path, ""), "name.familyName").Raw
		case m.seen[r.URL.Path] != "" && active != "true":
			m.next.ServeHTTP(w, r)
			m.ask(r, http.MethodPatch, r.URL.Path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"name.familyName","value":`+m.seen[r.URL.Path]+`}]}`)
			return true
		}
		return false
	}, false},
	{"who was taken out of a group cannot join it again", "okta-oin", "", func(m *memory, w http.ResponseWriter, r *http.Request, body []byte) bool {
		if !isGroup(r) || r.Method != http.MethodPatch {
			return false
		}
		before := gjson.GetBytes(m.ask(r, http.MethodGet, r.URL.Path, ""), "members.#.value").String()
		m.next.ServeHTTP(w, r)
		after := gjson.GetBytes(m.ask(r, http.MethodGet, r.URL.Path, ""), "members.#.value")
		var before2 []string
		_ = json.Unmarshal([]byte(before), &before2)
		for _, id := range before2 {
			if !strings.Contains(after.String(), id) {
				m.seen[r.URL.Path] += id + " "
			}
		}
		for _, id := range strings.Fields(m.seen[r.URL.Path]) {
			if strings.Contains(after.String(), id) {
				m.ask(r, http.MethodPatch, r.URL.Path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"`+id+`\"]"}]}`)
			}
		}
		return true
	}, false},
	{"the former userName stays taken after a rename", "okta-aiw", "", func(m *memory, w http.ResponseWriter, r *http.Request, body []byte) bool {
		name := strings.ToLower(sets(body, "userName"))
		switch {
		case r.Method == http.MethodPost && m.seen["former "+name] != "" || writes(r) && isUser(r) && name != "" && m.seen["former "+name] != "" && m.seen["former "+name] != r.URL.Path:
			return taken(w)
		case writes(r) && isUser(r) && name != "":
			now := strings.ToLower(gjson.GetBytes(m.ask(r, http.MethodGet, r.URL.Path, ""), "userName").String())
			if now != name {
				m.seen["former "+now] = r.URL.Path
			}
		}
		return false
	}, false},
}

// plant serves a target with a fault of the list.
func plant(t *testing.T, fault string, spoil func(*memory, http.ResponseWriter, *http.Request, []byte) bool) string {
	t.Helper()
	if spoil == nil {
		return serve(t, fault)
	}
	server, err := reference.New(reference.Config{})
	require.NoError(t, err)
	target := httptest.NewServer(&memory{next: server, spoil: spoil, count: map[string]int{}, seen: map[string]string{}})
	t.Cleanup(target.Close)
	return target.URL + "/scim/v2"
}

// Exploring finds faults that hang on what happened before, within 2000 requests,
// and the scenario that it gives shows them in a few steps.
func TestExploreFinds(t *testing.T) {
	found, looked := 0, 0
	for i, p := range planted {
		if raceDetector && i%4 != 0 {
			continue
		}
		looked++
		r := runner(t, plant(t, p.fault, p.spoil), p.idp, 2000)
		r.Strict = p.strict
		stories, failures := explored(t, r, 1)
		if len(stories) == 0 {
			t.Logf("not found: %s", p.name)
			continue
		}
		found++
		t.Logf("%s: %d steps, %d requests, %d plays\n%s%+v", p.name, len(stories[0].Steps), r.Requests, r.Plays, stories[0].YAML(), failures[0].Finding())
		assert.LessOrEqual(t, r.Requests, 2000)
		// The scenario that is saved fails as it did.
		r = runner(t, plant(t, p.fault, p.spoil), p.idp, 0)
		r.Strict = p.strict
		f, err := r.Play(context.Background(), stories[0])
		require.NoError(t, err)
		require.NotNil(t, f, p.name)
		assert.True(t, f.Same(failures[0]))
	}
	assert.Equal(t, looked, found)
}
