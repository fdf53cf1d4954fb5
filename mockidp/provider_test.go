package mockidp_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// stage is a dialect at work on the reference, with what it sent.
type stage struct {
	t      *testing.T
	idp    *mockidp.Provider
	client *scim.Client
	sent   []string
	people map[string]mockidp.User
}

func newStage(t *testing.T, dialect string, options map[string]string, disabled bool) *stage {
	t.Helper()
	d, err := mockidp.Lookup(dialect, options)
	require.NoError(t, err)
	server, err := reference.New(reference.Config{Token: "secret"})
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { running.Close() })
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	s := &stage{t: t, client: client, people: map[string]mockidp.User{}}
	s.idp = mockidp.New(mockidp.Config{Dialect: d, Disabled: disabled, Target: scim.DoerFunc(func(ctx context.Context, r scim.Request) *scim.Exchange {
		s.sent = append(s.sent, short(r))
		return client.Do(ctx, r)
	})})
	return s
}

// short words a request: method, path with {id}, and what it filters by.
func short(r scim.Request) string {
	parts := strings.Split(strings.Trim(r.Path, "/"), "/")
	if len(parts) > 1 {
		parts[1] = "{id}"
	}
	s := r.Method + " /" + strings.Join(parts, "/")
	q, _ := url.ParseQuery(r.RawQuery)
	if f := q.Get("filter"); f != "" {
		s += " filter " + strings.Fields(f)[0]
	}
	return s
}

// took hands over what was sent since the last call.
func (s *stage) took() []string {
	out := s.sent
	s.sent = nil
	return out
}

func (s *stage) user(key string) mockidp.User {
	u, ok := s.people[key]
	if !ok {
		u = mockidp.UserOf(s.idp.Dialect(), key, "tag000000000a", fake.New(1, key, "tag000000000a", "").Person(0))
		s.people[key] = u
	}
	return u
}

func (s *stage) done(c mockidp.Change) {
	s.t.Helper()
	assert.Equal(s.t, mockidp.Done, c.Outcome, "%s: %s", c.Action, c.Reason)
}

// byHand changes the target as somebody else would.
func (s *stage) byHand(method, path, body string) int {
	r := scim.Request{Method: method, Path: path, Header: http.Header{"Content-Type": {scim.MediaType}}}
	if body != "" {
		r.Body = scim.Body(body)
	}
	return s.client.Do(context.Background(), r).Status()
}

var ctx = context.Background()

// The sequences of okta.md 2.9 and 3.3 to 3.6.
func TestOktaSequences(t *testing.T) {
	for _, c := range []struct {
		dialect                                      string
		create, update, deactivate, back, push, more []string
	}{
		{
			"okta-aiw",
			[]string{"GET /Users filter userName", "POST /Users"},
			[]string{"GET /Users/{id}", "PUT /Users/{id}"},
			[]string{"GET /Users/{id}", "PUT /Users/{id}"},
			[]string{"GET /Users filter userName", "GET /Users/{id}", "PUT /Users/{id}", "GET /Users/{id}", "PUT /Users/{id}"},
			[]string{"GET /Groups filter displayName", "POST /Groups", "GET /Groups/{id}", "PUT /Groups/{id}"},
			[]string{"GET /Groups/{id}", "PUT /Groups/{id}"},
		},
		{
			"okta-oin",
			[]string{"GET /Users filter userName", "POST /Users"},
			[]string{"GET /Users/{id}", "PUT /Users/{id}"},
			[]string{"PATCH /Users/{id}"},
			[]string{"GET /Users filter userName", "PATCH /Users/{id}", "GET /Users/{id}", "PUT /Users/{id}"},
			[]string{"GET /Groups filter displayName", "POST /Groups", "PATCH /Groups/{id}", "PATCH /Groups/{id}"},
			[]string{"PATCH /Groups/{id}", "PATCH /Groups/{id}"},
		},
	} {
		t.Run(c.dialect, func(t *testing.T) {
			s := newStage(t, c.dialect, nil, false)
			s.done(s.idp.Assign(ctx, s.user("ada")))
			assert.Equal(t, c.create, s.took(), "assign, unknown user (U1)")
			u := s.user("ada")
			u.Title = "Captain"
			s.done(s.idp.Update(ctx, u))
			assert.Equal(t, c.update, s.took(), "profile change (U4)")
			s.done(s.idp.Assign(ctx, s.user("bo")))
			s.took()
			s.done(s.idp.PushGroup(ctx, mockidp.Group{Key: "sales", Name: "Sales"}, "ada"))
			assert.Equal(t, c.push, s.took(), "first push of a group")
			s.done(s.idp.AddMembers(ctx, "sales", "bo"))
			assert.Equal(t, c.more, s.took(), "a member more")
			s.done(s.idp.Unassign(ctx, "ada"))
			assert.Equal(t, c.deactivate, s.took(), "unassign (U5)")
			s.done(s.idp.Assign(ctx, s.user("ada")))
			assert.Equal(t, c.back, s.took(), "assign again (U3)")
			assert.Equal(t, mockidp.Skipped, s.idp.Delete(ctx, "ada").Outcome)
			assert.Empty(t, s.took(), "deleting somebody in Okta (U7)")
		})
	}
}

// okta.md 5.1 and 5.3: turning provisioning on sends the probe, Force Sync
// nothing, and Provision User matches and creates or links.
func TestOktaSendsNothingForWhoWasAssignedBefore(t *testing.T) {
	s := newStage(t, "okta-oin", nil, true)
	for _, key := range []string{"ada", "bo"} {
		assert.Equal(t, mockidp.Skipped, s.idp.Assign(ctx, s.user(key)).Outcome)
	}
	assert.Empty(t, s.took())
	s.idp.EnableProvisioning(ctx)
	assert.Equal(t, []string{"GET /Users"}, s.took())
	assert.Empty(t, s.idp.ForceSync(ctx))
	assert.Empty(t, s.took())
	require.Equal(t, 201, s.byHand("POST", "/Users", `{"schemas":["`+scim.UserURN+`"],"userName":"`+s.user("bo").UserName+`"}`))
	for _, c := range s.idp.ProvisionOutOfSync(ctx) {
		s.done(c)
	}
	assert.Equal(t, []string{
		"GET /Users filter userName", "POST /Users",
		"GET /Users filter userName", "GET /Users/{id}", "PUT /Users/{id}",
	}, s.took())
}

// okta.md 5.4: a deleted user is not created anew; unassigning and assigning
// is the cure.
func TestOktaDoesNotHealADeletedUser(t *testing.T) {
	s := newStage(t, "okta-oin", nil, false)
	s.done(s.idp.Assign(ctx, s.user("ada")))
	id, _ := s.idp.Link("ada")
	require.Equal(t, 204, s.byHand("DELETE", "/Users/"+id, ""))
	s.took()
	c := s.idp.Update(ctx, s.user("ada"))
	assert.Equal(t, mockidp.Failed, c.Outcome)
	assert.Contains(t, c.Reason, "Error while trying to push profile update for "+s.user("ada").UserName+": 404 Not Found")
	assert.Equal(t, []string{"GET /Users/{id}"}, s.took())
	s.idp.Forget("ada")
	s.done(s.idp.Assign(ctx, s.user("ada")))
	assert.Equal(t, []string{"GET /Users filter userName", "POST /Users"}, s.took())
}

// okta.md 2.9, U6 and 2.3: what answers badly makes a task.
func TestOktaTasks(t *testing.T) {
	answer := func(status int, body string) scim.Doer {
		return scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
			x := &scim.Exchange{Request: r, Response: &scim.Response{Status: status, Body: scim.Body(body)}}
			if r.Method == http.MethodGet {
				x.Response = &scim.Response{Status: 200, Body: scim.Body(`{"totalResults":0,"Resources":[]}`)}
			}
			return x
		})
	}
	d, err := mockidp.Lookup("okta-oin", nil)
	require.NoError(t, err)
	for want, target := range map[string]scim.Doer{
		"Create new user returned empty user.":                            answer(201, ""),
		"409 Conflict. Errors reported by remote server: taken":           answer(409, `{"schemas":["`+scim.ErrorURN+`"],"detail":"taken"}`),
		"502 Bad Gateway. Errors reported by remote server: Invalid JSON": answer(502, `error at the gateway`),
		"strings: Okta stops without a word": scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
			return &scim.Exchange{Request: r, Response: &scim.Response{Status: 200, Body: scim.Body(`{"totalResults":"0","startIndex":"1","Resources":[]}`)}}
		}),
	} {
		c := mockidp.New(mockidp.Config{Dialect: d, Target: target}).Assign(ctx, ann)
		assert.Equal(t, mockidp.Failed, c.Outcome)
		assert.Contains(t, c.Reason, want)
	}
}

// entra.md 4.1 and 4.2.
func TestEntraSequences(t *testing.T) {
	for _, dialect := range []string{"entra-legacy", "entra-compliant"} {
		t.Run(dialect, func(t *testing.T) {
			s := newStage(t, dialect, nil, false)
			s.done(s.idp.Assign(ctx, s.user("ada")))
			assert.Equal(t, []string{"GET /Users filter userName", "POST /Users"}, s.took())
			c := s.idp.Update(ctx, s.user("ada"))
			assert.Equal(t, "RedundantExport", c.Code, "an update without a difference is not sent")
			assert.Equal(t, []string{"GET /Users/{id}"}, s.took())
			u := s.user("ada")
			u.Title = "Captain"
			s.done(s.idp.Update(ctx, u))
			assert.Equal(t, []string{"GET /Users/{id}", "PATCH /Users/{id}"}, s.took())
			s.done(s.idp.Assign(ctx, s.user("bo")))
			s.took()
			s.done(s.idp.PushGroup(ctx, mockidp.Group{Key: "sales", ObjectID: "g", Name: "Sales"}, "ada", "bo"))
			assert.Equal(t, []string{"GET /Groups filter displayName", "POST /Groups", "PATCH /Groups/{id}", "PATCH /Groups/{id}"}, s.took())
			s.done(s.idp.Unassign(ctx, "ada"))
			assert.Equal(t, []string{"GET /Users/{id}", "PATCH /Users/{id}"}, s.took())
			s.done(s.idp.Assign(ctx, u))
			assert.Equal(t, []string{"GET /Users/{id}", "PATCH /Users/{id}"}, s.took(), "the link is kept")
			s.done(s.idp.SetManager(ctx, "ada", "bo"))
			assert.Equal(t, []string{"GET /Users/{id}", "PATCH /Users/{id}"}, s.took())
			if s.idp.Dialect().ClearManager != nil {
				s.done(s.idp.ClearManager(ctx, "ada"))
				assert.Equal(t, []string{"GET /Users/{id}", "PATCH /Users/{id}"}, s.took())
			}
			id, _ := s.idp.Link("ada")
			require.Equal(t, 200, s.byHand("PATCH", "/Users/"+id, `{"schemas":["`+scim.PatchOpURN+`"],"Operations":[{"op":"replace","path":"active","value":false}]}`))
			c = s.idp.Unassign(ctx, "ada")
			assert.Equal(t, "RedundantExport", c.Code, "who is inactive already is not deactivated")
			assert.Equal(t, []string{"GET /Users/{id}"}, s.took())
			s.done(s.idp.Delete(ctx, "ada"))
			assert.Equal(t, []string{"DELETE /Users/{id}"}, s.took())
		})
	}
}

// entra.md 5.3: what Entra ID does when a linked user is gone is not
// documented; both ways are options.
func TestEntraLooksForWhoIsGone(t *testing.T) {
	for value, want := range map[string][]string{
		"rematch": {"GET /Users/{id}", "GET /Users filter userName", "POST /Users"},
		"fail":    {"GET /Users/{id}"},
	} {
		s := newStage(t, "entra-legacy", map[string]string{"on-missing": value}, false)
		s.done(s.idp.Assign(ctx, s.user("ada")))
		id, _ := s.idp.Link("ada")
		require.Equal(t, 204, s.byHand("DELETE", "/Users/"+id, ""))
		s.took()
		u := s.user("ada")
		u.Title = "Captain"
		c := s.idp.Update(ctx, u)
		assert.Equal(t, value == "fail", c.Outcome == mockidp.Failed)
		assert.Equal(t, want, s.took())
	}
}

// entra.md 5.4: more than one match writes nothing.
func TestAmbiguousMatchesWriteNothing(t *testing.T) {
	d, err := mockidp.Lookup("entra-legacy", nil)
	require.NoError(t, err)
	n := 0
	c := mockidp.New(mockidp.Config{Dialect: d, Target: scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
		n++
		return &scim.Exchange{Request: r, Response: &scim.Response{Status: 200, Body: scim.Body(`{"totalResults":2,"Resources":[{"id":"1"},{"id":"2"}]}`)}}
	})}).Assign(ctx, ann)
	assert.Equal(t, mockidp.Failed, c.Outcome)
	assert.Equal(t, "DuplicateTargetEntries", c.Code)
	assert.Equal(t, 1, n)
}

// entra.md 2.7: complex roles are only added; the assertive form sends the
// whole set, and so takes roles away.
func TestEntraRoles(t *testing.T) {
	for function, want := range map[string][]string{"complex": nil, "assertive": {"PATCH /Users/{id}"}} {
		s := newStage(t, "entra-compliant", map[string]string{"roles": function}, false)
		s.done(s.idp.Assign(ctx, s.user("ada")))
		s.done(s.idp.SetRoles(ctx, "ada", "Admin", "Auditor"))
		s.took()
		s.idp.SetRoles(ctx, "ada")
		assert.Equal(t, want, s.took(), function)
	}
}

// 200 with the resource and 204 without a body both do as the answer to a PATCH
// (okta.md, OKTA-Q33; entra.md E45).
func TestAnAnswerToAPatchMayHaveABody(t *testing.T) {
	for _, dialect := range []string{"okta-oin", "entra-legacy", "entra-compliant"} {
		for _, status := range []int{http.StatusOK, http.StatusNoContent} {
			s := newStage(t, dialect, nil, false)
			s.idp = mockidp.New(mockidp.Config{Dialect: s.idp.Dialect(), Target: scim.DoerFunc(func(ctx context.Context, r scim.Request) *scim.Exchange {
				x := s.client.Do(ctx, r)
				if r.Method == http.MethodPatch && x.Status()/100 == 2 {
					body := scim.Body(nil)
					if status == http.StatusOK {
						body = s.client.Do(ctx, scim.Request{Method: http.MethodGet, Path: r.Path}).Response.Body
					}
					x.Response.Status, x.Response.Body = status, body
				}
				return x
			})})
			s.done(s.idp.Assign(ctx, s.user("ada")))
			s.done(s.idp.Unassign(ctx, "ada"))
			s.done(s.idp.Assign(ctx, s.user("ada")))
			s.done(s.idp.PushGroup(ctx, hull(s.idp.Dialect())))
			s.done(s.idp.AddMembers(ctx, "hull", "ada"))
		}
	}
}

// A quick reassignment can end with the user inactive: the push carries active
// as it was read before the reactivation (okta.md 2.5).
func TestOktaPushesWhatItReadBefore(t *testing.T) {
	for reassignment, active := range map[string]bool{"fresh": true, "stale": false} {
		s := newStage(t, "okta-oin", map[string]string{"reassignment": reassignment}, false)
		s.done(s.idp.Assign(ctx, s.user("ada")))
		id, _ := s.idp.Link("ada")
		s.done(s.idp.Unassign(ctx, "ada"))
		s.done(s.idp.Assign(ctx, s.user("ada")))
		r, err := scim.NewResource(s.client.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/Users/" + id}).Response.Body)
		require.NoError(t, err)
		assert.Equal(t, active, r.Get("active").Bool(), reassignment)
	}
}

// JumpCloud takes ids that are strings, and no others (other-idps.md 6).
func TestAnIdIsAString(t *testing.T) {
	for id, want := range map[string]mockidp.Outcome{`"7"`: mockidp.Done, `7`: mockidp.Failed} {
		d, err := mockidp.Lookup("jumpcloud", nil)
		require.NoError(t, err)
		p := mockidp.New(mockidp.Config{Dialect: d, Target: scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
			x := &scim.Exchange{Request: r, Response: &scim.Response{Status: http.StatusOK, Body: scim.Body(`{"totalResults":0}`)}}
			if r.Method == http.MethodPost {
				x.Response.Status, x.Response.Body = http.StatusCreated, scim.Body(`{"id":`+id+`,"active":true}`)
			}
			return x
		})})
		assert.Equal(t, want, p.Assign(ctx, mockidp.User{Key: "ada", UserName: "ada"}).Outcome, id)
	}
}
