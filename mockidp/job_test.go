package mockidp_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// job is a job of Entra ID on the reference; fails answers for the target
// where it returns a status.
type jobStage struct {
	*stage
	job   *mockidp.Job
	clock *mockidp.Clock
	fails func(scim.Request) int
}

func newJob(t *testing.T, dialect string, bend ...func(*mockidp.JobRules)) *jobStage {
	s := &jobStage{stage: newStage(t, dialect, nil, false), clock: mockidp.NewClock(begin)}
	rules := mockidp.DefaultJobRules()
	for _, b := range bend {
		b(&rules)
	}
	target := scim.DoerFunc(func(ctx context.Context, r scim.Request) *scim.Exchange {
		s.sent = append(s.sent, short(r))
		if s.fails != nil {
			if status := s.fails(r); status != 0 {
				return &scim.Exchange{Request: r, Response: &scim.Response{Status: status}}
			}
		}
		return s.client.Do(ctx, r)
	})
	s.idp = mockidp.New(mockidp.Config{Dialect: s.idp.Dialect(), Target: target, Clock: s.clock})
	s.job = mockidp.NewJob(s.idp, s.clock, rules)
	return s
}

// cycle moves the clock to the next cycle and returns what it sent.
func (s *jobStage) cycle() []string {
	s.took()
	s.clock.Advance(ctx, 40*time.Minute)
	return s.took()
}

func (s *jobStage) state(key string) mockidp.SourceState {
	state, ok := s.job.State(key)
	require.True(s.t, ok)
	return state
}

const (
	probe      = "GET /Users filter userName"
	groupProbe = "GET /Groups filter displayName"
	readUser   = "GET /Users/{id}"
	patchUser  = "PATCH /Users/{id}"
	readGroup  = "GET /Groups/{id}"
	patchGroup = "PATCH /Groups/{id}"
)

func hull(d *mockidp.Dialect) mockidp.Group {
	return mockidp.GroupOf(d, "hull", "tag000000000a", "Hull team")
}

// The trace of entra.md 4.1: users before groups, references last; then an
// idle cycle, and one for a change.
func TestJobCycles(t *testing.T) {
	s := newJob(t, "entra-legacy")
	s.job.Assign(s.user("dana"))
	s.job.Assign(s.user("omar"))
	s.job.SetManager("dana", "omar")
	s.job.AssignGroup(hull(s.idp.Dialect()), "dana", "omar")
	s.job.Start(ctx)
	assert.Equal(t, []string{
		probe, groupProbe,
		"GET /Users filter userName", "POST /Users", "GET /Users filter userName", "POST /Users",
		"GET /Groups filter displayName", "POST /Groups",
		readUser, patchUser,
		readGroup, patchGroup, patchGroup,
	}, s.took())
	assert.Equal(t, []string{probe, groupProbe}, s.cycle(), "an idle cycle tests the connection")

	u := s.user("dana")
	u.Title = "Boatswain"
	s.job.Change(u)
	assert.Equal(t, []string{probe, groupProbe, readUser, patchUser}, s.cycle())
	s.job.Change(u)
	assert.Equal(t, []string{probe, groupProbe, readUser}, s.cycle(), "an equal value is not sent")
	cycles := s.job.Cycles()
	require.Len(t, cycles, 3)
	assert.True(t, cycles[0].Initial)
	assert.Equal(t, 3, cycles[1].Number)
	assert.Equal(t, "RedundantExport", cycles[2].Changes[0].Code)
	assert.Equal(t, begin.Add(80*time.Minute), cycles[1].At)

	s.job.RemoveMembers("hull", "omar")
	s.job.Unassign("omar")
	assert.Equal(t, []string{probe, groupProbe, readUser, patchUser, readGroup, patchGroup}, s.cycle(), "disabled, then out of the group")
	s.job.DeleteGroup("hull")
	assert.Equal(t, []string{probe, groupProbe, "DELETE /Groups/{id}"}, s.cycle())
	s.job.Stop()
	assert.Empty(t, s.cycle())
}

// Who is disabled in the directory gets no account; an account that is there is
// disabled. Who is deleted is disabled, can be restored, and is deleted for good
// after 30 days; who left the scope before is not (entra.md 2.8, 4.2).
func TestJobDecisions(t *testing.T) {
	s := newJob(t, "entra-legacy")
	s.job.Assign(s.user("never"))
	s.job.Enable("never", false)
	s.job.Assign(s.user("ada"))
	s.job.Assign(s.user("bo"))
	s.job.Start(ctx)
	assert.Equal(t, []string{probe, probe, "POST /Users", probe, "POST /Users", probe}, s.took())
	assert.Empty(t, s.state("never").ID)

	s.job.Delete("ada")
	assert.Equal(t, []string{probe, readUser, patchUser}, s.cycle())
	assert.False(t, s.state("ada").Active)
	s.job.Restore("ada")
	assert.Equal(t, []string{probe, readUser, patchUser}, s.cycle())
	assert.True(t, s.state("ada").Active)

	bo := s.state("bo").ID
	s.job.Unassign("bo")
	s.cycle()
	s.job.Delete("bo")
	s.job.Delete("ada")
	s.cycle()
	s.clock.Advance(ctx, 29*24*time.Hour)
	s.took()
	s.clock.Advance(ctx, 24*time.Hour)
	assert.Contains(t, s.took(), "DELETE /Users/{id}")
	_, known := s.job.State("ada")
	assert.False(t, known)
	_, known = s.job.State("bo")
	assert.False(t, known)
	left := s.client.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/Users/" + bo})
	require.Equal(t, http.StatusOK, left.Status(), "who left the scope before stays, disabled")
	assert.Contains(t, string(left.Response.Body), `"active":false`)
}

// A deleted user goes by another name, where the target is told (entra.md 2.8).
func TestJobTellsTheNameOfADeletedUser(t *testing.T) {
	s := newJob(t, "entra-compliant")
	d, err := mockidp.Lookup("entra-compliant", map[string]string{"deleted-name": "tombstone"})
	require.NoError(t, err)
	s.idp = mockidp.New(mockidp.Config{Dialect: d, Target: s.client, Clock: s.clock})
	s.job = mockidp.NewJob(s.idp, s.clock, mockidp.DefaultJobRules())
	u := s.user("ada")
	s.job.Assign(u)
	s.job.Start(ctx)
	name := func() string {
		id, _ := s.idp.Link("ada")
		r, err := scim.NewResource(s.client.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/Users/" + id}).Response.Body)
		require.NoError(t, err)
		return r.Get("userName").String()
	}
	s.job.Delete("ada")
	s.cycle()
	assert.Regexp(t, "^[0-9a-f]{32}"+u.UserName+"$", name())
	s.job.Restore("ada")
	s.cycle()
	assert.Equal(t, u.UserName, name())
}

// What fails waits in escrow, longer with each failure, and keeps nobody else
// back (entra.md 4.7).
func TestJobEscrow(t *testing.T) {
	s := newJob(t, "entra-legacy")
	tries := 0
	s.fails = func(r scim.Request) int {
		if r.Method == http.MethodPost {
			tries++
			return map[bool]int{true: http.StatusConflict}[tries < 5]
		}
		return 0
	}
	s.job.Assign(s.user("ada"))
	s.job.Start(ctx)
	var at []string
	for range 20 {
		at = append(at, s.state("ada").NextTry.Sub(begin).String())
		s.clock.Advance(ctx, 40*time.Minute)
	}
	assert.Equal(t, []string{"40m0s", "2h0m0s", "4h40m0s", "10h0m0s"}, compact(at)[:4])
	assert.Equal(t, 5, tries)
	assert.NotEmpty(t, s.state("ada").ID)
	cycles := s.job.Cycles()
	require.Len(t, cycles, 5)
	assert.Equal(t, "Conflict", cycles[0].Changes[0].Code)
	assert.Equal(t, 4, cycles[3].Changes[0].Attempt)
}

func compact(list []string) (out []string) {
	for _, v := range list {
		if len(out) == 0 || out[len(out)-1] != v {
			out = append(out, v)
		}
	}
	return out
}

// A test that fails puts the job into quarantine: it is tried after 6, 12 and
// 24 hours, then daily, and disabled after 28 days (entra.md 4.7).
func TestJobQuarantine(t *testing.T) {
	s := newJob(t, "entra-legacy")
	s.fails = func(scim.Request) int { return http.StatusUnauthorized }
	s.job.Start(ctx)
	s.clock.Advance(ctx, 60*24*time.Hour)
	cycles := s.job.Cycles()
	var waits []string
	for i := 1; i < 6; i++ {
		waits = append(waits, cycles[i].At.Sub(cycles[i-1].At).String())
	}
	assert.Equal(t, []string{"6h0m0s", "12h0m0s", "24h0m0s", "24h0m0s", "24h0m0s"}, waits)
	assert.Equal(t, "EncounteredQuarantineException", cycles[0].Quarantine)
	assert.Equal(t, "SystemForCrossDomainIdentityManagementInvalidCredentials", cycles[0].Changes[0].Code)
	assert.False(t, s.job.Running(), "disabled after 28 days")
	last := cycles[len(cycles)-1].At.Sub(begin)
	assert.GreaterOrEqual(t, last, 28*24*time.Hour)
	assert.Less(t, last, 29*24*time.Hour)

	s.fails = nil
	s.job.Assign(s.user("ada"))
	s.job.Restart(ctx, false)
	s.job.Start(ctx)
	assert.NotEmpty(t, s.state("ada").ID)
}

// So many failures at once do it too (entra.md 4.7).
func TestJobQuarantineByProportion(t *testing.T) {
	s := newJob(t, "entra-legacy", func(r *mockidp.JobRules) { r.QuarantineFrom = 5 })
	s.fails = func(r scim.Request) int {
		return map[bool]int{true: http.StatusInternalServerError}[r.Method == http.MethodPost]
	}
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		s.job.Assign(s.user(key))
	}
	s.job.Start(ctx)
	s.fails = nil
	assert.Equal(t, "EncounteredEscrowProportionThreshold", s.job.Cycles()[0].Quarantine)
	assert.Empty(t, s.cycle(), "quarantine pauses")
	s.clock.Advance(ctx, 6*time.Hour)
	assert.Empty(t, s.job.Cycles()[1].Quarantine)
	assert.NotEmpty(t, s.state("e").ID)
}

// Too many ends at once wait for an administrator (entra.md 4.8).
func TestJobHoldsDeletions(t *testing.T) {
	s := newJob(t, "entra-legacy", func(r *mockidp.JobRules) { r.MaxDeletions = 1 })
	for _, key := range []string{"ada", "bo", "cy"} {
		s.job.Assign(s.user(key))
	}
	s.job.Start(ctx)
	s.job.Unassign("ada")
	s.cycle()
	assert.False(t, s.state("ada").Active)
	s.job.Unassign("bo")
	s.job.Delete("cy")
	assert.Equal(t, []string{probe}, s.cycle())
	cycles := s.job.Cycles()
	assert.Equal(t, []string{"bo", "cy"}, cycles[len(cycles)-1].Held)
	assert.Equal(t, "StagedDelete", cycles[len(cycles)-1].Quarantine)
	s.job.AllowDeletions(ctx)
	assert.Equal(t, []string{probe, readUser, patchUser, readUser, patchUser}, s.took())
	assert.False(t, s.state("bo").Active)
}

// A restart looks at everything and keeps the links; a full one matches anew
// and writes only differences (entra.md 4.6).
func TestJobRestart(t *testing.T) {
	s := newJob(t, "entra-legacy")
	s.job.Assign(s.user("ada"))
	s.job.AssignGroup(hull(s.idp.Dialect()), "ada")
	s.job.Start(ctx)
	id := s.state("ada").ID
	s.byHand(http.MethodPatch, "/Users/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"Nobody"}]}`)
	assert.Len(t, s.cycle(), 2, "nobody notices")
	s.took()
	s.job.Restart(ctx, false)
	assert.Equal(t, []string{probe, groupProbe, readUser, patchUser, readGroup, patchGroup}, s.took())
	s.job.Restart(ctx, true)
	assert.Equal(t, []string{
		probe, groupProbe, "GET /Users filter userName", "GET /Groups filter displayName", readGroup, readGroup, patchGroup,
	}, s.took())
	assert.Equal(t, id, s.state("ada").ID)
}

// A member who is in scope and not linked yet is waited for; who is out of
// scope is not sent later either (entra.md 3.5, 4.4).
func TestJobReferencesWait(t *testing.T) {
	s := newJob(t, "entra-legacy")
	down := true
	s.fails = func(r scim.Request) int {
		return map[bool]int{true: http.StatusServiceUnavailable}[down && r.Method == http.MethodPost && r.Path == "/Users"]
	}
	s.job.Assign(s.user("ada"))
	s.job.AssignGroup(hull(s.idp.Dialect()), "ada", "stranger")
	s.job.Start(ctx)
	assert.NotContains(t, s.took(), patchGroup)
	down = false
	assert.Contains(t, s.cycle(), patchGroup)
	s.job.Assign(s.user("stranger"))
	assert.NotContains(t, s.cycle(), patchGroup)
}

// Leaving the scope is not sent where the job is told so (entra.md 4.9).
func TestJobKeepsWhoLeavesTheScope(t *testing.T) {
	s := newJob(t, "entra-legacy", func(r *mockidp.JobRules) { r.KeepOutOfScope = true })
	s.job.Assign(s.user("ada"))
	s.job.Start(ctx)
	s.job.Unassign("ada")
	assert.Equal(t, []string{probe}, s.cycle())
	s.job.Enable("ada", false)
	assert.Equal(t, []string{probe, readUser, patchUser}, s.cycle())
}
