package engine

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scimtest/scimtest/internal/fake"
	"github.com/scimtest/scimtest/scim"
)

// T is what a check body works with: it makes people, sends requests, judges
// the answers and cleans up. It is used by one goroutine.
type T struct {
	run  *run
	meta *Meta
	tag  string
	ctx  context.Context

	// cast makes the people of the check, or those that they refer to.
	cast *cast

	created []*created // in the order of creation, for clean-up
	// undo ends the situations that Arrange began.
	undo       []func(context.Context) error
	secrets    []secret
	references references

	// of the current step
	level     Level
	exchanges []*scim.Exchange
	findings  []Finding
	asserted  int
	requests  int
	// intrusions counts the requests of the check with bad credentials.
	intrusions int
	// over is why the step cannot go on, told by a Doer; unpromised is what the
	// profile says that the target has not, and a Doer was to send.
	over, unpromised string
	// restsOn is of RestsOn.
	restsOn func(*scim.Exchange) string
}

// created is something that this check made, or may have made, on the target.
type created struct {
	endpoint string
	// tag is what its names carry.
	tag    string
	bulkID string // within a bulk request
	names  names
	// as is the client that it is of.
	as   scim.Role
	id   string
	gone bool
	// deleted: the check itself has deleted it, or so the target says.
	deleted bool
	journal int
}

// names are what a resource of ours is found by when its id is not known.
type names struct {
	userName, displayName, externalID string
}

// stop ends a check or a step from within.
type stop struct {
	outcome Outcome
	reason  string
}

func newT(ctx context.Context, r *run, m *Meta) *T {
	t := &T{run: r, meta: m, tag: tagFor(r.plan.RunID, m.ID), ctx: ctx, level: m.Level}
	t.cast = &cast{tag: t.tag, people: fake.New(r.plan.Seed, m.ID, t.tag, r.plan.Profile.Domain())}
	return t
}

// begin forgets what belongs to the last step.
func (t *T) begin(level Level) {
	t.level, t.exchanges, t.findings, t.asserted, t.over, t.unpromised = level, nil, nil, 0, "", ""
}

// Context is cancelled when the run is interrupted or the check's time is up.
func (t *T) Context() context.Context { return t.ctx }

// Tag is the text that marks what this check creates: lower-case letters and
// digits, unique to the run and the check.
func (t *T) Tag() string { return t.tag }

// Seed is the seed of the run.
func (t *T) Seed() int64 { return t.run.plan.Seed }

// UserDomain is the domain under which generated people live.
func (t *T) UserDomain() string {
	if d := t.run.plan.Profile.Domain(); d != "" {
		return d
	}
	return fake.DefaultDomain
}

// BaseURL is the address of the target, for URIs that it gives to be compared
// with.
func (t *T) BaseURL() string { return t.run.plan.BaseURL }

// Target is what the target says of itself.
func (t *T) Target() *Discovered { return t.run.discovered }

// Has reports whether the target has the feature.
func (t *T) Has(f Feature) bool { return t.run.discovered.Has(f) }

// Person makes the next generated person. The check's seed makes the values,
// so the n-th person of a check is the same on every run.
func (t *T) Person() fake.Person {
	p := t.cast.person()
	t.Secret("password", p.Password)
	return p
}

// GroupName makes the next name for a group.
func (t *T) GroupName() string { return t.cast.groupName() }

// Secret tells of a value that no output may show; a typed marker replaces it.
func (t *T) Secret(kind, value string) {
	if value != "" {
		t.secrets = append(t.secrets, secret{kind, value})
	}
}

// Skip ends the check: it does not apply to this target.
func (t *T) Skip(format string, args ...any) {
	panic(stop{Skip, fmt.Sprintf(format, args...)})
}

// Block ends the check: the rule could not be put to the test.
func (t *T) Block(format string, args ...any) {
	panic(stop{Blocked, fmt.Sprintf(format, args...)})
}

// Stop ends the check, or the step, with what was found so far.
func (t *T) Stop() { panic(stop{}) }

// Report adds a finding of the check's level.
func (t *T) Report(f Finding) {
	t.asserted++
	t.assumed(&f)
	for i := range t.findings {
		have := &t.findings[i]
		if have.Message == f.Message && have.Where == f.Where && have.Want == f.Want && have.Got == f.Got && have.Advisory == f.Advisory {
			have.Count = max(have.Count, 1) + 1
			return
		}
	}
	t.findings = append(t.findings, f)
}

// Expect judges a condition that no method of Answer words. The finding is
// about the answer a, which may be nil. It returns ok.
func (t *T) Expect(ok bool, a *Answer, where, want, got, message string) bool {
	t.asserted++
	if !ok {
		f := Finding{Message: message, Where: where, Want: want, Got: got}
		if a != nil {
			f.Exchange = a.index
			f.Advisory = a.lenient
		}
		t.Report(f)
	}
	return ok
}

// AdminSees adds to the last finding what the administrator of the identity
// provider gets to see of it.
func (t *T) AdminSees(text string) {
	if n := len(t.findings); n > 0 && t.findings[n-1].AdminSees == "" {
		t.findings[n-1].AdminSees = text
	}
}

// Failed reports whether anything was found so far in this step.
func (t *T) Failed() bool { return failing(t.findings) }

// Wait gives the target time to settle, d long, when it needs any; it returns
// early when the run ends.
func (t *T) Wait(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ctx.Done():
		panic(stop{Blocked, t.run.why(t.ctx)})
	}
}

// do sends a request of this check, records every attempt, and keeps the book
// of what was created.
func (t *T) do(req scim.Request) *Answer {
	t.requests++
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if reason := t.run.neverPromised(req); reason != "" {
		t.Skip("%s", reason)
	}
	t.bounded(req)
	var attempts []*scim.Exchange
	x := t.send(t.ctx, req, &attempts)
	a := t.record(x, attempts)
	t.heed(req, attempts)
	t.verify(req, x)
	return a
}

func (t *T) send(ctx context.Context, req scim.Request, attempts *[]*scim.Exchange) *scim.Exchange {
	entry := t.willCreate(req)
	observed := scim.WithObserver(ctx, func(x *scim.Exchange) { *attempts = append(*attempts, x) })
	x := t.sendCreating(observed, entry, req)
	if len(*attempts) == 0 || (*attempts)[len(*attempts)-1] != x {
		*attempts = append(*attempts, x)
	}
	t.didCreate(entry, req, x)
	return x
}

// record files the attempts.
func (t *T) record(x *scim.Exchange, attempts []*scim.Exchange) *Answer {
	t.exchanges = append(t.exchanges, attempts...)
	return &Answer{t: t, x: x, index: len(t.exchanges)}
}

// verify ends the check when the run is over, or when its request was never
// put to the target.
func (t *T) verify(req scim.Request, x *scim.Exchange) {
	if t.ctx.Err() != nil {
		panic(stop{Blocked, t.run.why(t.ctx)})
	}
	if reason := t.untested(req, x); reason != "" {
		panic(stop{Blocked, reason})
	}
}

// untested returns why an exchange proves nothing of the target, or "".
func (t *T) untested(req scim.Request, x *scim.Exchange) string {
	switch reason := t.run.observe(req, x); {
	case reason != "":
		return reason
	case !x.Sent():
		return "the request could not be sent: " + x.Error
	case limited(x):
		return template(req) + " answers " + strconv.Itoa(x.Status()) + ": the target asks to wait longer than the run may (--max-wait)"
	}
	return ""
}

// limited reports whether the target still asks to wait. The client has waited
// as long as it may before it gives such an answer.
func limited(x *scim.Exchange) bool {
	if x.Status() == http.StatusServiceUnavailable {
		_, asked := scim.RetryAfter(x.Response.Header, x.Started)
		return asked
	}
	return x.Status() == http.StatusTooManyRequests
}

// Doer returns a Doer that sends what an identity provider sends: nothing is
// added to the requests, every attempt is recorded, and what it creates is
// cleaned up. It may be used by several goroutines.
func (t *T) Doer() scim.Doer {
	var mu sync.Mutex
	return scim.DoerFunc(func(ctx context.Context, req scim.Request) *scim.Exchange {
		if reason := t.run.neverPromised(req); reason != "" {
			mu.Lock()
			defer mu.Unlock()
			t.unpromised = reason
			return &scim.Exchange{Request: req, Error: "not sent: " + reason, Phase: scim.PhaseConnect, Started: time.Now()}
		}
		mu.Lock()
		entry := t.willCreate(req)
		mu.Unlock()
		var attempts []*scim.Exchange
		x := t.sendCreating(scim.WithObserver(ctx, func(x *scim.Exchange) { attempts = append(attempts, x) }), entry, req)
		if len(attempts) == 0 || attempts[len(attempts)-1] != x {
			attempts = append(attempts, x)
		}
		mu.Lock()
		defer mu.Unlock()
		t.didCreate(entry, req, x)
		t.exchanges = append(t.exchanges, attempts...)
		if scim.Unpaced(ctx) && limited(x) {
			return x // its sender obeys it in its own way
		}
		if reason := t.untested(req, x); reason != "" {
			t.over = reason
		}
		return x
	})
}

// Settle ends the step when the run is over, or when a Doer's request was
// never put to the target. Flows call it after an identity provider has acted.
func (t *T) Settle() {
	if t.ctx.Err() != nil {
		panic(stop{Blocked, t.run.why(t.ctx)})
	}
	if t.unpromised != "" {
		panic(stop{Skip, t.unpromised})
	}
	if t.over != "" {
		panic(stop{Blocked, t.over})
	}
}

// AnswerTo returns the answer of an exchange that a Doer of this check sent,
// to be judged; nil when it is not of this step.
func (t *T) AnswerTo(x *scim.Exchange) *Answer {
	for i, have := range t.exchanges {
		if have == x {
			return &Answer{t: t, x: x, index: i + 1}
		}
	}
	return nil
}

// requestID tells requests apart in the target's log.
func (t *T) requestID() string { return t.tag + "-" + strconv.Itoa(t.requests) }

// header makes the header that suite rfc and the run itself send.
func (r *run) header(id string) http.Header {
	h := http.Header{}
	h.Set("Accept", scim.MediaType)
	h.Set("User-Agent", "scimtest/"+r.version())
	h.Set("X-Request-Id", id)
	return h
}

func (r *run) version() string {
	if v := r.plan.Tool.Version; v != "" {
		return v
	}
	return "dev"
}

// template words a request without anything that differs between runs.
func template(req scim.Request) string {
	s := pathTemplate(req)
	var params []string
	for _, p := range strings.Split(req.RawQuery, "&") {
		if name, _, _ := strings.Cut(p, "="); name != "" {
			params = append(params, name)
		}
	}
	if len(params) > 0 {
		s += "?" + strings.Join(params, "&")
	}
	return s
}

// pathTemplate is the method and the path, with {id} for ids.
func pathTemplate(req scim.Request) string {
	segments := strings.Split(strings.Trim(req.Path, "/"), "/")
	for i := 1; i < len(segments); i++ {
		if segments[0] == "Schemas" || segments[0] == "ResourceTypes" || strings.HasPrefix(segments[i], ".") {
			continue
		}
		segments[i] = "{id}"
	}
	return req.Method + " /" + strings.Join(segments, "/")
}

// Template words a request for people, with {id} for ids and the names of the
// query's parameters: "GET /Users/{id}?attributes".
func Template(req scim.Request) string { return template(req) }

// NameID is the attribute of the identity provider's users that goes into the
// SAML NameID; empty when nothing is known of it.
func (t *T) NameID() string { return t.run.plan.NameID }

// SettlesByID is how long a write may take until a read by id shows it.
func (t *T) SettlesByID() time.Duration { return t.run.plan.Profile.SettlesWithin.ByID }
