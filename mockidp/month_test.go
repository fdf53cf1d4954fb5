package mockidp_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

const (
	monthUsers  = 500
	monthGroups = 20
	monthDays   = 34 // so that the first who are deleted are gone for good
	// quietDays: nothing happens to a user or a member again before what
	// happened last has come through every escrow and outage.
	quietDays = 4
)

// person is what the rules say of one user: what the directory has, and what
// becomes of it on the target.
type person struct {
	user             mockidp.User
	inScope, enabled bool
	deleted          time.Time
	quietUntil       time.Time
	hisGroups        map[int]bool

	account *account // nil when the target has none
	linked  bool
	// believed is what the job takes active to be.
	believed bool
	// sent are the values that were pushed last.
	sentName, sentTitle string
}

// account is what the target holds.
type account struct {
	userName, title string
	active          bool
}

// month is the world of the test: a job, a target that fails now and then, and
// the rules.
type month struct {
	t                  *testing.T
	random             *rand.Rand
	clock              *mockidp.Clock
	job                *mockidp.Job
	idp                *mockidp.Provider
	direct             scim.Doer // the target, without faults
	people             []*person
	groups             []string // names as the target has them
	faulty             bool
	happened, requests int
	down               func(time.Time) bool
}

// A month of cycles with 500 users and 20 groups, with changes in the directory,
// drift on the target, errors, time-outs before and after the write, and two
// outages, ends as the rules of entra.md 2.8, 4 and 5 say.
func TestEntraMonth(t *testing.T) {
	for seed := range int64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := newMonth(t, seed)
			m.begin()
			m.faulty = true
			m.job.Start(ctx)
			inEscrow := 0
			for hour := range monthDays * 24 {
				m.hour()
				if hour%24 == 10 {
					inEscrow = max(inEscrow, m.escrows())
				}
			}
			assert.Positive(t, inEscrow)
			m.faulty = false
			m.clock.Advance(ctx, 5*24*time.Hour)
			m.purge()
			m.compare()
			failures, quarantines := 0, 0
			for _, c := range m.job.Cycles() {
				failures += c.Failures
				if c.Quarantine != "" {
					quarantines++
				}
			}
			t.Logf("%d things happened, %d requests, %d failures in escrow, %d cycles in quarantine", m.happened, m.requests, failures, quarantines)
			assert.Greater(t, failures, 20)
			assert.Greater(t, quarantines, 1)
		})
	}
}

// escrows compares who is in escrow with what another job finds that knows the
// same, and looks at everybody.
func (m *month) escrows() int {
	clock := mockidp.NewClock(m.clock.Now())
	p := mockidp.New(mockidp.Config{Dialect: m.idp.Dialect(), Clock: clock})
	other := mockidp.NewJob(p, clock, mockidp.DefaultJobRules())
	require.NoError(m.t, p.Restore(m.idp.Progress(), m.idp.Parts()))
	found := m.job.Escrows()
	require.Equal(m.t, other.Escrows(), found)
	require.Equal(m.t, len(found), m.job.EscrowCount())
	for _, e := range found {
		require.True(m.t, m.job.InEscrow(e.Group, e.Key))
	}
	return len(found)
}

func newMonth(t *testing.T, seed int64) *month {
	d, err := mockidp.Lookup([]string{"entra-legacy", "entra-compliant"}[seed%2], nil)
	require.NoError(t, err)
	server, err := reference.New(reference.Config{Token: "secret"})
	require.NoError(t, err)
	m := &month{t: t, random: rand.New(rand.NewSource(seed)), clock: mockidp.NewClock(begin), direct: inProcess(server)}
	m.idp = mockidp.New(mockidp.Config{Dialect: d, Target: scim.DoerFunc(m.send), Clock: m.clock})
	m.job = mockidp.NewJob(m.idp, m.clock, mockidp.DefaultJobRules())
	first, second := 6+m.random.Intn(6), 18+m.random.Intn(6)
	m.down = func(now time.Time) bool {
		day := int(now.Sub(begin).Hours() / 24)
		return (day == first || day == second) && now.Hour() < 10
	}
	return m
}

// inProcess sends to a server without a network.
func inProcess(server http.Handler) scim.Doer {
	return scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
		request := httptest.NewRequest(r.Method, "http://127.0.0.1/scim/v2"+r.Path+"?"+r.RawQuery, bytes.NewReader(r.Body))
		maps.Copy(request.Header, r.Header)
		request.Header.Set("Authorization", "Bearer secret")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, request)
		return &scim.Exchange{Request: r, Response: &scim.Response{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}}
	})
}

// send is the way to the target, with everything that can go wrong on it.
func (m *month) send(ctx context.Context, r scim.Request) *scim.Exchange {
	fails := func(status int) *scim.Exchange {
		return &scim.Exchange{Request: r, Response: &scim.Response{Status: status}}
	}
	m.requests++
	lost := &scim.Exchange{Request: r, Error: "time-out"}
	switch {
	case !m.faulty:
	case m.down(m.clock.Now()):
		return lost
	case r.RawQuery != "":
	case m.random.Float64() < 0.04:
		switch m.random.Intn(5) {
		case 0:
			return fails(http.StatusInternalServerError)
		case 1:
			return fails(http.StatusTooManyRequests)
		case 2:
			return fails(http.StatusServiceUnavailable)
		case 3:
			m.direct.Do(ctx, r) // the write is done, the answer is lost
		}
		return lost
	}
	return m.direct.Do(ctx, r)
}

// begin fills the directory; a tenth of the people have an account already.
func (m *month) begin() {
	generator := fake.New(1, "month", "tag0000month", "")
	for i := range monthGroups {
		m.groups = append(m.groups, fmt.Sprintf("Crew %d", i))
	}
	members := map[int][]string{}
	for i := range monthUsers {
		u := mockidp.UserOf(m.idp.Dialect(), fmt.Sprintf("u%03d", i), "tag0000month", generator.Person(i))
		p := &person{user: u, inScope: true, enabled: true, hisGroups: map[int]bool{}}
		m.people = append(m.people, p)
		if i%10 == 0 {
			body := fmt.Sprintf(`{"schemas":[%q],"userName":%q,"title":"Found","active":%t}`, scim.UserURN, strings.ToUpper(u.UserName), i%20 == 0)
			require.Equal(m.t, 201, m.byHand(http.MethodPost, "/Users", body))
		}
		m.job.Assign(u)
		p.push()
		for range 2 {
			g := m.random.Intn(monthGroups)
			if !p.hisGroups[g] {
				p.hisGroups[g] = true
				members[g] = append(members[g], u.Key)
			}
		}
		p.quietUntil = begin.Add(time.Duration(quietDays) * 24 * time.Hour)
	}
	for i, name := range m.groups {
		m.job.AssignGroup(mockidp.GroupOf(m.idp.Dialect(), fmt.Sprint("g", i), "tag0000month", name), members[i]...)
	}
}

// push is what a create or a full comparison leaves behind.
func (p *person) push() {
	p.account = &account{p.user.UserName, p.user.Title, true}
	p.linked, p.believed = true, true
	p.sentName, p.sentTitle = p.user.UserName, p.user.Title
}

// changed is what an update leaves behind: only values that the directory
// changed since the last one (entra.md 5.2). Who is gone is created anew.
func (p *person) changed(whole bool) {
	switch {
	case p.account == nil:
		p.push()
		p.hisGroups = map[int]bool{} // the new account is in no group
		return
	case whole:
		p.account.userName, p.account.title = p.user.UserName, p.user.Title
	default:
		if p.user.UserName != p.sentName {
			p.account.userName = p.user.UserName
		}
		if p.user.Title != p.sentTitle {
			p.account.title = p.user.Title
		}
	}
	if !p.believed {
		p.account.active, p.believed = true, true
	}
	p.sentName, p.sentTitle = p.user.UserName, p.user.Title
}

// ends is what a disabling leaves behind.
func (p *person) ends() {
	if p.account == nil {
		p.linked = false
		return
	}
	p.account.active, p.believed = false, false
}

func (p *person) wanted() bool { return p.inScope && p.enabled && p.deleted.IsZero() }

// hour lets something happen, then an hour pass.
func (m *month) hour() {
	for range 6 {
		p := m.people[m.random.Intn(len(m.people))]
		if p.quietUntil.After(m.clock.Now()) {
			continue
		}
		if m.happens(p) {
			p.quietUntil = m.clock.Now().Add(time.Duration(quietDays) * 24 * time.Hour)
			m.happened++
		}
	}
	m.clock.Advance(ctx, time.Hour)
}

// happens changes one thing about one person, in the directory or behind the
// job's back. It reports whether something happened.
func (m *month) happens(p *person) bool {
	key, kind := p.user.Key, m.random.Intn(12)
	switch {
	case kind <= 1 && p.deleted.IsZero():
		if kind == 0 {
			p.user.Title = fmt.Sprintf("Rank %d", m.random.Intn(1000))
		} else {
			p.user.UserName = fmt.Sprintf("n%d.%s@scimtest.example.com", m.random.Intn(1000), key)
		}
		m.job.Change(p.user)
		if p.wanted() {
			p.changed(false)
		}
	case kind == 2 && p.wanted():
		p.inScope = false
		m.job.Unassign(key)
		p.ends()
	case kind == 3 && p.wanted():
		p.enabled = false
		m.job.Enable(key, false)
		p.ends()
	case kind == 4 && p.wanted():
		p.deleted = m.clock.Now()
		m.job.Delete(key)
		p.ends()
	case kind == 5 && !p.wanted() && p.clearToReturn():
		whole := !p.deleted.IsZero()
		switch {
		case whole && m.clock.Now().Sub(p.deleted) > 20*24*time.Hour:
			return false
		case whole:
			p.deleted = time.Time{}
			m.job.Restore(key)
		case !p.enabled:
			p.enabled = true
			m.job.Enable(key, true)
		default:
			p.inScope = true
			m.job.Assign(p.user)
		}
		if !p.linked {
			p.account = nil
		}
		p.changed(whole)
	case kind == 6 && p.account != nil && p.wanted():
		p.account.title = "Drifted"
		m.patch(key, "title", `"Drifted"`)
	case kind == 7 && p.account != nil && p.wanted():
		p.account.active = false
		m.patch(key, "active", "false")
	case kind == 8 && p.account != nil && p.wanted() && m.random.Intn(4) == 0:
		require.Equal(m.t, 204, m.byHand(http.MethodDelete, "/Users/"+m.link(key), ""))
		p.account, p.hisGroups = nil, map[int]bool{}
	case kind >= 9 && p.account != nil && p.wanted():
		m.moves(p, kind == 9)
	default:
		return false
	}
	return true
}

// clearToReturn leaves out who stands in two doors at once.
func (p *person) clearToReturn() bool {
	out := 0
	for _, closed := range []bool{!p.inScope, !p.enabled, !p.deleted.IsZero()} {
		if closed {
			out++
		}
	}
	return out == 1
}

// moves takes somebody out of a group or puts her into one, in the directory or
// behind the job's back; the latter nobody mends (entra.md 5.8).
func (m *month) moves(p *person, behind bool) {
	g := m.random.Intn(monthGroups)
	key := fmt.Sprint("g", g)
	in := p.hisGroups[g]
	switch {
	case behind:
		id, _ := m.idp.GroupLink(key)
		op := fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q}]}`, m.link(p.user.Key))
		if in {
			op = fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, m.link(p.user.Key))
		}
		m.operation("/Groups/"+id, op)
	case in:
		m.job.AddMembers(key, p.user.Key) // the directory knows her as a member
		m.job.RemoveMembers(key, p.user.Key)
	default:
		m.job.RemoveMembers(key, p.user.Key)
		m.job.AddMembers(key, p.user.Key)
	}
	p.hisGroups[g] = !in
}

func (m *month) link(key string) string {
	id, ok := m.idp.Link(key)
	require.True(m.t, ok, key)
	return id
}

func (m *month) patch(key, path, value string) {
	m.operation("/Users/"+m.link(key), fmt.Sprintf(`{"op":"replace","path":%q,"value":%s}`, path, value))
}

func (m *month) operation(path, op string) {
	status := m.byHand(http.MethodPatch, path, fmt.Sprintf(`{"schemas":[%q],"Operations":[%s]}`, scim.PatchOpURN, op))
	require.Contains(m.t, []int{200, 204}, status, "%s %s", path, op)
}

func (m *month) byHand(method, path, body string) int {
	return m.direct.Do(ctx, scim.Request{Method: method, Path: path, Body: scim.Body(body), Header: http.Header{"Content-Type": {scim.MediaType}}}).Status()
}

// purge lets those go on the side of the rules whose 30 days are over.
func (m *month) purge() {
	for _, p := range m.people {
		if !p.deleted.IsZero() && m.clock.Now().Sub(p.deleted) >= 30*24*time.Hour && p.linked {
			p.account, p.hisGroups = nil, map[int]bool{}
		}
	}
}

// compare holds the target against the rules.
func (m *month) compare() {
	want := map[string]string{}
	groups := make([][]string, monthGroups)
	for _, p := range m.people {
		if p.account == nil {
			continue
		}
		want[strings.ToLower(p.account.userName)] = fmt.Sprintf("%s active %t", p.account.title, p.account.active)
		for g, in := range p.hisGroups {
			if in {
				groups[g] = append(groups[g], strings.ToLower(p.account.userName))
			}
		}
	}
	have, names := map[string]string{}, map[string]string{}
	for _, r := range m.all("/Users") {
		name := strings.ToLower(r.Get("userName").String())
		if r.Get("userType").String() == "Service" {
			continue // the reference's own
		}
		names[r.ID()] = name
		have[name] = fmt.Sprintf("%s active %t", r.Get("title").String(), r.Get("active").Bool())
	}
	assert.Equal(m.t, want, have)
	found := 0
	for _, r := range m.all("/Groups") {
		g := slices.Index(m.groups, r.Get("displayName").String())
		if g < 0 {
			continue
		}
		found++
		members := []string{}
		for _, v := range r.Lookup("members.value") {
			members = append(members, names[v.String()])
		}
		assert.ElementsMatch(m.t, groups[g], members, m.groups[g])
	}
	assert.Equal(m.t, monthGroups, found)
}

func (m *month) all(path string) []scim.Resource {
	var out []scim.Resource
	for {
		x := m.direct.Do(ctx, scim.Request{Method: http.MethodGet, Path: path, RawQuery: fmt.Sprintf("startIndex=%d&count=100", len(out)+1)})
		list, err := scim.ParseList(x.Response.Body)
		require.NoError(m.t, err)
		out = append(out, list.Resources...)
		if len(list.Resources) == 0 || len(out) >= list.TotalResults {
			return out
		}
	}
}
