package mockidp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// Outcome is how a change ended.
type Outcome string

// The outcomes of a change.
const (
	Done Outcome = "done"
	// Skipped: there was nothing to do, or the identity provider does
	// nothing here.
	Skipped Outcome = "skipped"
	Failed  Outcome = "failed"
)

// Change is what the identity provider did for one object, as its log would
// tell it.
type Change struct {
	// Action is the verb: create, link, update, deactivate, ...
	Action string
	// Subject is the key of the user or group, and Group says which it is.
	Subject string
	Group   bool
	// Members are the keys of those who are added to a group, or removed.
	Members []string
	Outcome Outcome
	// Code is the event of the identity provider's own log: an Okta System
	// Log event type or an Entra provisioning log code.
	Code string
	// Reason says why, for people.
	Reason string
	// Lacks: it was skipped because the dialect has no wording for it.
	Lacks     bool
	Exchanges []*scim.Exchange
	// At is the time of the identity provider's clock, zero without one.
	At time.Time
	// Attempt counts from 1; more than 1 is a retry.
	Attempt int
}

// Config makes a Provider.
type Config struct {
	Dialect *Dialect
	// Target is the service provider that is provisioned to.
	Target scim.Doer
	// Disabled starts with provisioning switched off: users that are
	// assigned then are not sent to the target (okta.md 5.1).
	Disabled bool
	// Clock paces retries. Without one nothing is tried again by itself.
	Clock *Clock
	// OnChange gets every change when it ends, retries among them.
	OnChange func(Change)
}

// Provider is an identity provider: its directory, what is assigned, what is
// linked, and what it believes the target to hold. It is used by one
// goroutine.
type Provider struct {
	d        *Dialect
	target   scim.Doer
	disabled bool
	clock    *Clock
	onChange func(Change)
	tasks    taskList
	// resume is when the target's allowance of requests is renewed.
	resume time.Time
	// taskNumber is the number of the last task.
	taskNumber int
	// job is the job that runs on the provider, if any.
	job *Job
	// touched are the parts that changed since Touched was called.
	touched map[Part]bool

	users  map[string]*account
	groups map[string]*pushed
}

// account is a user of the directory that is assigned, or was.
type account struct {
	// user is shared with the directory and with sent: it is replaced, and never
	// changed.
	user     *User
	id       string // the link: the target's id
	assigned bool
	active   bool // what the target is believed to hold
	manager  string
	dirty    bool // changed since the last push that worked
	// sent is the user as it was pushed last, nil when all of it is to be
	// compared.
	sent *User
	// first is the user as the account was made or found; nil where nothing hangs
	// on it.
	first *User
	// rematching: a linked account was gone, and is looked for.
	rematching bool
	// listed is the account as a list of all showed it, in JSON.
	listed []byte
}

// pushed is a group of the directory.
type pushed struct {
	group   Group
	id      string
	members []string // keys of users, in the order they joined
}

// New makes an identity provider that has nothing yet.
func New(c Config) *Provider {
	return &Provider{
		d: c.Dialect.labelled(), target: c.Target, disabled: c.Disabled, clock: c.Clock, onChange: c.OnChange,
		users: map[string]*account{}, groups: map[string]*pushed{}, touched: map[Part]bool{},
	}
}

// Dialect is the dialect that the provider speaks.
func (p *Provider) Dialect() *Dialect { return p.d }

// Link is the target's id of a user, as the identity provider keeps it.
func (p *Provider) Link(key string) (id string, ok bool) {
	a := p.users[key]
	if a == nil || a.id == "" {
		return "", false
	}
	return a.id, true
}

// GroupLink is the target's id of a group.
func (p *Provider) GroupLink(key string) (id string, ok bool) {
	g := p.groups[key]
	if g == nil || g.id == "" {
		return "", false
	}
	return g.id, true
}

// User is the directory's user.
func (p *Provider) User(key string) (User, bool) {
	a := p.users[key]
	if a == nil {
		return User{}, false
	}
	return *a.user, true
}

// Members lists the target's ids of the members that the identity provider
// believes a group to have: those that are linked and active.
func (p *Provider) Members(groupKey string) []string {
	var ids []string
	if g := p.groups[groupKey]; g != nil {
		for _, m := range p.membersOf(g) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// MemberKeys lists the members of a group as the directory has them, linked or
// not: who was taken out when she left is none.
func (p *Provider) MemberKeys(groupKey string) []string {
	if g := p.groups[groupKey]; g != nil {
		return slices.Clone(g.members)
	}
	return nil
}

// membersOf lists the members that can be pushed: only who is assigned and
// linked (okta.md 3.1, entra.md 4.4).
func (p *Provider) membersOf(g *pushed) []Member {
	var out []Member
	for _, key := range g.members {
		if a := p.users[key]; a != nil && a.id != "" {
			out = append(out, Member{a.id, a.user.UserName})
		}
	}
	return out
}

// isOkta and isEntra tell the rhythms apart.
func (p *Provider) isOkta() bool  { return p.d.IdP == "okta" }
func (p *Provider) isEntra() bool { return p.d.IdP == "entra" }

// event picks the word of the identity provider's log; of the others no words
// are known.
func (p *Provider) event(okta, entra string) string {
	switch {
	case p.isOkta():
		return okta
	case p.isEntra():
		return entra
	}
	return ""
}

// work is the making of one change.
type work struct {
	p      *Provider
	ctx    context.Context
	change Change
}

func (p *Provider) begin(ctx context.Context, action, subject string) *work {
	return &work{p, ctx, Change{Action: action, Subject: subject, Outcome: Done}}
}

func (p *Provider) beginGroup(ctx context.Context, action, key string) *work {
	w := p.begin(ctx, action, key)
	w.change.Group = true
	return w
}

func (w *work) send(r scim.Request) *scim.Exchange {
	x := w.p.target.Do(w.ctx, r)
	w.p.heed(x)
	w.change.Exchanges = append(w.change.Exchanges, x)
	return x
}

// expect sends a request and reports whether it succeeded; a failure ends the
// change.
func (w *work) expect(r scim.Request, what string, statuses ...int) (*scim.Exchange, bool) {
	x := w.send(r)
	if slices.Contains(statuses, x.Status()) {
		return x, true
	}
	w.fail(x, what)
	return x, false
}

// fail words a failure as the identity provider's log does.
func (w *work) fail(x *scim.Exchange, what string) {
	w.change.Outcome = Failed
	status := "no answer: " + x.Error
	if x.Response != nil {
		status = fmt.Sprintf("%d %s", x.Status(), http.StatusText(x.Status()))
	}
	detail := ""
	if x.Response != nil && x.Status() >= 400 {
		e, err := scim.ParseErrorMessage(x.Response.Body)
		switch {
		case err == nil && e.Detail != "":
			detail = ". Errors reported by remote server: " + e.Detail
		case err != nil && !scim.ValidJSON(x.Response.Body) && w.p.isOkta():
			detail = ". Errors reported by remote server: Invalid JSON"
		}
	}
	w.change.Reason = what + ": " + status + detail
	w.change.Code = w.p.code(x.Status())
}

// code is the word of the identity provider's log for a failed status.
func (p *Provider) code(status int) string {
	if !p.isEntra() {
		return p.event("application.provision.user.sync", "")
	}
	switch status {
	case http.StatusUnauthorized:
		return "SystemForCrossDomainIdentityManagementInvalidCredentials"
	case http.StatusForbidden:
		return "InsufficientRights"
	case http.StatusMethodNotAllowed:
		return "MethodNotAllowed"
	case http.StatusConflict:
		return "Conflict"
	case http.StatusUnprocessableEntity:
		return "UnprocessableEntity"
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	case 0:
		return "Timeout"
	}
	if status >= 500 {
		return "InternalServerError"
	}
	return "SystemForCrossDomainIdentityManagementBadRequest"
}

func (w *work) done(code string) Change {
	if w.change.Code == "" {
		w.change.Code = code
	}
	return w.change
}

// lacks skips a change that the dialect has no wording for.
func (w *work) lacks(intent string) Change {
	w.change.Lacks = true
	return w.skip(w.p.d.Unknown[intent])
}

func (w *work) skip(reason string) Change {
	w.change.Outcome, w.change.Reason = Skipped, reason
	return w.change
}

// linkOf is the id by which a resource is linked. It is a copy: a part of the
// answer would keep the whole answer in memory for as long as the link holds.
func linkOf(r scim.Resource) string { return strings.Clone(r.ID()) }

// resource is the resource in an answer.
func resource(x *scim.Exchange) (scim.Resource, bool) {
	if x.Response == nil {
		return scim.Resource{}, false
	}
	r, err := scim.NewResource(x.Response.Body)
	return r, err == nil
}
