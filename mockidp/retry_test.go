package mockidp_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// refusing answers the first so many creates of users, or changes of groups,
// with a status.
type refusing struct {
	next   scim.Doer
	refuse func(scim.Request) bool
	times  int
	status int
	header http.Header
}

func (d *refusing) Do(ctx context.Context, r scim.Request) *scim.Exchange {
	if d.times > 0 && d.refuse(r) {
		d.times--
		return &scim.Exchange{Request: r, Response: &scim.Response{Status: d.status, Header: d.header}}
	}
	return d.next.Do(ctx, r)
}

func creates(r scim.Request) bool { return r.Method == http.MethodPost }

// throttled is Okta on a target that refuses at first.
func throttled(t *testing.T, d *refusing) (*stage, *mockidp.Provider, *mockidp.Clock, *[]mockidp.Change) {
	t.Helper()
	s := newStage(t, "okta-oin", nil, false)
	d.next = s.client
	clock, log := mockidp.NewClock(begin), &[]mockidp.Change{}
	p := mockidp.New(mockidp.Config{
		Dialect: s.idp.Dialect(), Target: d, Clock: clock,
		OnChange: func(c mockidp.Change) { *log = append(*log, c) },
	})
	s.idp = p
	return s, p, clock, log
}

// Okta waits as long as Retry-After says in whole seconds; otherwise five
// minutes, doubled each time, ten times altogether (okta.md 6).
func TestOktaTriesAgainWhenThrottled(t *testing.T) {
	minutes := func(n ...int) (out []time.Duration) {
		for _, m := range n {
			out = append(out, time.Duration(m)*time.Minute)
		}
		return out
	}
	for _, c := range []struct {
		name, retryAfter string
		times            int
		waits            []time.Duration
		status           string
	}{
		{"seconds", "17", 2, []time.Duration{17 * time.Second, 17 * time.Second}, "PROVISIONED SYNCHRONIZED"},
		{"none", "", 3, minutes(5, 10, 20), "PROVISIONED SYNCHRONIZED"},
		{"date", "Mon, 02 Mar 2026 08:00:30 GMT", 1, minutes(5), "PROVISIONED SYNCHRONIZED"},
		{"fraction", "1.5", 1, minutes(5), "PROVISIONED SYNCHRONIZED"},
		{"for ever", "", 100, minutes(5, 10, 20, 40, 80, 160, 320, 640, 1280), "STAGED ERROR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{}
			if c.retryAfter != "" {
				header.Set("Retry-After", c.retryAfter)
			}
			s, p, clock, log := throttled(t, &refusing{refuse: creates, times: c.times, status: 429, header: header})
			first := p.Assign(ctx, s.user("ada"))
			assert.Equal(t, mockidp.Failed, first.Outcome)
			record, _ := p.AppUser("ada")
			assert.Equal(t, mockidp.AppUser{Status: "STAGED", SyncState: "OUT_OF_SYNC"}, record)
			require.Len(t, p.Tasks(), 1)
			clock.Advance(ctx, 60*24*time.Hour)
			var waits []time.Duration
			for i := 1; i < len(*log); i++ {
				assert.Equal(t, i+1, (*log)[i].Attempt)
				waits = append(waits, (*log)[i].At.Sub((*log)[i-1].At))
			}
			assert.Equal(t, c.waits, waits)
			record, _ = p.AppUser("ada")
			assert.Equal(t, c.status, record.Status+" "+record.SyncState)
		})
	}
}

// Every other failure is a task that waits for an administrator (okta.md 6).
func TestOktaLeavesOtherFailuresToTheAdministrator(t *testing.T) {
	s, p, clock, _ := throttled(t, &refusing{refuse: creates, times: 1, status: 503, header: http.Header{"Retry-After": {"1"}}})
	p.Assign(ctx, s.user("ada"))
	clock.Advance(ctx, 24*time.Hour)
	_, linked := p.Link("ada")
	assert.False(t, linked)
	tasks := p.Tasks()
	require.Len(t, tasks, 1)
	assert.Zero(t, tasks[0].Next)
	record, _ := p.AppUser("ada")
	assert.Equal(t, mockidp.AppUser{Status: "STAGED", SyncState: "ERROR"}, record)

	again := p.Retry(ctx, "ada")
	require.Len(t, again, 1)
	s.done(again[0])
	assert.Empty(t, p.Tasks())
	record, _ = p.AppUser("ada")
	assert.NotEmpty(t, record.ExternalID)
	assert.Equal(t, "PROVISIONED", record.Status)
}

// A group push is tried again by itself, but not with credentials that are
// refused (okta.md 6).
func TestOktaTriesAGroupPushAgain(t *testing.T) {
	patches := func(r scim.Request) bool { return r.Method == http.MethodPatch }
	for status, code := range map[int]string{
		500: "application.provision.group_push.mapping.update.or.delete.failed",
		401: "application.provision.group_push.mapping.update.or.delete.failed.with.error",
	} {
		d := &refusing{refuse: patches, status: status}
		s, p, clock, _ := throttled(t, d)
		s.done(p.Assign(ctx, s.user("ada")))
		s.done(p.PushGroup(ctx, mockidp.GroupOf(p.Dialect(), "sales", "tag000000000a", "Sales")))
		d.times = 1
		c := p.AddMembers(ctx, "sales", "ada")
		assert.Equal(t, code, c.Code)
		clock.Advance(ctx, time.Hour)
		assert.Len(t, p.Tasks(), map[int]int{500: 0, 401: 1}[status])
	}
}

// A new change of a user takes the place of the one that waits.
func TestANewChangeTakesThePlaceOfARetry(t *testing.T) {
	d := &refusing{refuse: creates, times: 1, status: 429}
	s, p, clock, log := throttled(t, d)
	p.Assign(ctx, s.user("ada"))
	assert.Equal(t, mockidp.Skipped, p.Unassign(ctx, "ada").Outcome)
	clock.Advance(ctx, time.Hour)
	assert.Len(t, *log, 2)
	assert.Empty(t, p.ProvisionOutOfSync(ctx))
	_, linked := p.Link("ada")
	assert.False(t, linked)
}

// When the push that follows the link fails, Okta forgets the link, and sends
// nothing when the user is unassigned (okta.md 2.5).
func TestOktaForgetsALinkWhosePushFails(t *testing.T) {
	d := &refusing{refuse: func(r scim.Request) bool { return r.Method == http.MethodPut }, times: 1, status: 500}
	s, p, _, _ := throttled(t, d)
	first := mockidp.New(mockidp.Config{Dialect: p.Dialect(), Target: s.client})
	s.done(first.Assign(ctx, s.user("ada")))
	assert.Equal(t, mockidp.Failed, p.Assign(ctx, s.user("ada")).Outcome)
	assert.Empty(t, p.Unassign(ctx, "ada").Exchanges)
}

// Suspending sends nothing; another userName on the assignment makes another
// account with the same externalId (okta.md 2.5, 2.8).
func TestOktaSuspendsAndRenamesOnTheAssignment(t *testing.T) {
	s := newStage(t, "okta-oin", nil, false)
	u := s.user("ada")
	s.done(s.idp.Assign(ctx, u))
	old, _ := s.idp.Link("ada")
	s.took()
	assert.Equal(t, mockidp.Skipped, s.idp.Suspend(ctx, "ada").Outcome)
	assert.Empty(t, s.took())
	for _, c := range s.idp.RenameOnAssignment(ctx, "ada", "other."+u.UserName) {
		s.done(c)
	}
	assert.Equal(t, []string{"PATCH /Users/{id}", "GET /Users filter userName", "POST /Users"}, s.took())
	id, _ := s.idp.Link("ada")
	assert.NotEqual(t, old, id)
}

// What is set for a time is done in order, and what it sets too.
func TestClock(t *testing.T) {
	clock := mockidp.NewClock(begin)
	var done []string
	note := func(what string) func(context.Context) {
		return func(context.Context) { done = append(done, clock.Now().Sub(begin).String()+" "+what) }
	}
	clock.At(begin.Add(2*time.Minute), note("b"))
	clock.At(begin.Add(time.Minute), func(context.Context) {
		note("a")(ctx)
		clock.At(begin.Add(2*time.Minute), note("c"))
		clock.At(begin, note("past"))
	})
	clock.At(begin.Add(time.Hour), note("later"))
	clock.Advance(ctx, 10*time.Minute)
	assert.Equal(t, []string{"1m0s a", "1m0s past", "2m0s b", "2m0s c"}, done)
	assert.Equal(t, begin.Add(10*time.Minute), clock.Now())
}

// However many tasks there are, they are all there; of the first ones what was
// sent is kept, and of later ones when there is room again.
func TestTasksKeepSoMuch(t *testing.T) {
	d, err := mockidp.Lookup("okta-oin", nil)
	require.NoError(t, err)
	body := scim.Body(`{"detail":"` + strings.Repeat("x", 1<<20) + `"}`)
	p := mockidp.New(mockidp.Config{Dialect: d, Target: scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
		return &scim.Exchange{Request: r, Response: &scim.Response{Status: 500, Body: body}}
	})})
	for i := range 40 {
		c := p.Assign(ctx, mockidp.User{Key: strconv.Itoa(i), UserName: strconv.Itoa(i)})
		require.Len(t, c.Exchanges, 1, "who made the change has all of it")
	}
	tasks := p.Tasks()
	require.Len(t, tasks, 40)
	assert.Equal(t, 40, p.TaskCount())
	kept := 0
	for i, k := range tasks {
		kept += len(k.Change.Exchanges)
		assert.Equal(t, i < kept, len(k.Change.Exchanges) == 1, "the first ones keep it")
		assert.Contains(t, k.Change.Reason, "500")
	}
	assert.Equal(t, 31, kept)

	require.True(t, p.DropTask(1))
	assert.False(t, p.HasTask(false, "0"))
	again := p.Retry(ctx, "39")
	require.Len(t, again, 1)
	tasks = p.Tasks()
	require.Len(t, tasks, 39)
	assert.Equal(t, "39", tasks[38].Change.Subject)
	assert.Len(t, tasks[38].Change.Exchanges, 1, "there was room")
	assert.True(t, p.HasTask(false, "39"))
}
