package server_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

var (
	ctx   = context.Background()
	begin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

const secret = "s3cret-of-the-target"

// stage is a tenant with the reference as its target. Its clock moves by
// FastForward alone.
type stage struct {
	t *testing.T
	*server.Tenant
	app    *server.App
	url    string
	client *scim.Client

	mu   sync.Mutex
	sent []string
	// created counts what was made at an endpoint.
	created map[string]int
	// free are the names that the last lookup found nobody by, and unasked those
	// of creates without such a lookup before.
	free    map[string]bool
	unasked []string
	// joined counts how often a member was added to a group, and done.
	joined map[string]int
	// serving are the requests that the target is at, also when the client is gone.
	serving sync.WaitGroup
	// fails answers a request where it returns a status.
	fails func(*http.Request) int
}

func newTarget(t *testing.T) *stage {
	s := &stage{t: t, created: map[string]int{}, free: map[string]bool{}, joined: map[string]int{}}
	srv, err := reference.New(reference.Config{Token: secret, Seed: 7})
	require.NoError(t, err)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serving.Add(1)
		defer s.serving.Done()
		var joins []string
		if r.Header.Get("X-Test") == "" {
			s.createOf(r)
			joins = joinedBy(r)
			s.mu.Lock()
			s.sent = append(s.sent, short(r))
			fails := s.fails
			s.mu.Unlock()
			if fails != nil {
				if status := fails(r); status != 0 {
					w.WriteHeader(status)
					return
				}
			}
		}
		answer := &answered{ResponseWriter: w}
		srv.ServeHTTP(answer, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		if answer.status == http.StatusCreated {
			s.created[strings.TrimPrefix(r.URL.Path, "/scim/v2")]++
		}
		for _, member := range joins {
			if answer.status < http.StatusMultipleChoices {
				s.joined[member]++
			}
		}
		if name, ok := strings.CutPrefix(r.URL.Query().Get("filter"), "userName eq "); ok {
			s.free[strings.Trim(name, `"`)] = strings.Contains(answer.body.String(), `"totalResults":0`)
		}
	}))
	t.Cleanup(target.Close)
	s.url = target.URL + "/scim/v2"
	s.client, err = scim.NewClient(scim.Config{
		BaseURL: s.url, Auth: scim.Bearer(scim.StaticToken(secret)), Header: http.Header{"X-Test": {"1"}},
	})
	require.NoError(t, err)
	t.Cleanup(s.client.Close)
	return s
}

func newStage(t *testing.T, dialect string, bend ...func(*server.Settings)) *stage {
	s := newTarget(t)
	s.open(server.Config{}, dialect, bend...)
	return s
}

func (s *stage) open(cfg server.Config, dialect string, bend ...func(*server.Settings)) {
	cfg.Tick, cfg.Now = -1, func() time.Time { return begin }
	app, err := server.Open(cfg)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = app.Close() })
	settings := server.Settings{Name: "desk", Dialect: dialect, Target: s.url}
	for _, b := range bend {
		b(&settings)
	}
	s.app = app
	s.Tenant, err = app.AddTenant(settings, secret)
	require.NoError(s.t, err)
}

// Tasks lists all tasks.
func (s *stage) Tasks() []server.Task {
	all, total := s.Tenant.Tasks(server.TaskQuery{})
	require.Len(s.t, all, total)
	return all
}

// createOf notes the create of a user whose name was not looked up before. A lookup
// is good for one create.
func (s *stage) createOf(r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/scim/v2/Users" {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client was killed in the middle of it
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	name := gjson.GetBytes(body, "userName").String()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.free[name] {
		s.unasked = append(s.unasked, name)
	}
	s.free[name] = false
}

// joinedBy lists the members that a request adds to a group.
func joinedBy(r *http.Request) (members []string) {
	if r.Method != http.MethodPatch || !strings.HasPrefix(r.URL.Path, "/scim/v2/Groups/") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil // the client was killed in the middle of it
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	for _, op := range gjson.GetBytes(body, "Operations").Array() {
		if strings.EqualFold(op.Get("op").Str, "add") && op.Get("path").Str == "members" {
			for _, value := range op.Get("value.#.value").Array() {
				members = append(members, r.URL.Path+" "+value.Str)
			}
		}
	}
	return members
}

// answered remembers an answer.
type answered struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (a *answered) Write(data []byte) (int, error) {
	a.body.Write(data)
	return a.ResponseWriter.Write(data)
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// short is a request in a few words: the ids are left out.
func short(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/scim/v2")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	text := r.Method + " " + parts[0]
	if len(parts) > 1 {
		text += "/id"
	}
	if f := r.URL.Query().Get("filter"); f != "" {
		text += " filter"
	}
	return text
}

// took returns what was sent since it was called last.
func (s *stage) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.sent
	s.sent = nil
	return out
}

func (s *stage) answers(fails func(*http.Request) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = fails
}

// add puts a user into the directory.
func (s *stage) add(name string) string {
	u, _, err := s.AddUser(ctx, server.User{
		UserName: name + "@example.com", GivenName: strings.ToUpper(name[:1]) + name[1:], FamilyName: "Vale",
		Email: name + "@example.com", Department: "Tides", Enabled: true,
	})
	require.NoError(s.t, err)
	return u.Key
}

// account is the target's user with a name; ok is false when there is none.
func (s *stage) account(name string) (r scim.Resource, ok bool) {
	x := s.client.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/Users", RawQuery: "filter=" + strings.ReplaceAll(`userName eq "`+name+`@example.com"`, " ", "%20")})
	require.Equal(s.t, http.StatusOK, x.Status(), x.Error)
	list, err := scim.ParseList(x.Response.Body)
	require.NoError(s.t, err)
	if len(list.Resources) == 0 {
		return scim.Resource{}, false
	}
	return list.Resources[0], true
}

// count is how many resources the target has, without the user that the
// reference has for its token.
func (s *stage) count(endpoint string) int {
	x := s.client.Do(ctx, scim.Request{Method: http.MethodGet, Path: endpoint, RawQuery: "count=0"})
	list, err := scim.ParseList(x.Response.Body)
	require.NoError(s.t, err)
	if endpoint == "/Users" {
		return list.TotalResults - 1
	}
	return list.TotalResults
}

func (s *stage) behind(method, path, body string) {
	x := s.client.Do(ctx, scim.Request{Method: method, Path: path, Header: http.Header{"Content-Type": {scim.MediaType}}, Body: scim.Body(body)})
	require.Less(s.t, x.Status(), 300, string(x.Response.Body))
}

func (s *stage) status(key string) string {
	u, err := s.User(key)
	require.NoError(s.t, err)
	return u.Status
}
