package mockidp

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// Retries says what an identity provider tries again by itself, and when. What
// it does not try again waits for an administrator.
type Retries struct {
	// Statuses are those of answers that are tried again.
	Statuses []int
	// Groups: changes of groups are tried again after every failure but
	// refused credentials.
	Groups bool
	// First is the wait after the first failure; each further one takes
	// Factor times as long.
	First  time.Duration
	Factor int
	// Attempts is how often it is tried altogether; 0 is without end.
	Attempts int
	// RetryAfter: an answer's Retry-After in whole seconds takes the place
	// of the wait. In any other form it is not understood.
	RetryAfter bool
	Source     Ref
}

// covers reports whether a failed change is tried again by itself.
func (r *Retries) covers(s subject, status int) bool {
	switch {
	case r == nil:
		return false
	case slices.Contains(r.Statuses, status):
		return true
	}
	return r.Groups && s.group && status != http.StatusUnauthorized && status != http.StatusForbidden
}

// wait is how long the identity provider waits after an attempt, counted from
// 1.
func (r *Retries) wait(attempt int, x *scim.Exchange) time.Duration {
	if r.RetryAfter && x.Response != nil {
		if n, err := strconv.Atoi(x.Response.Header.Get("Retry-After")); err == nil && n >= 0 {
			return time.Duration(n) * time.Second
		}
	}
	d := r.First
	for range attempt - 1 {
		d *= time.Duration(r.Factor)
	}
	return d
}

// subject is what a change is about.
type subject struct {
	group bool
	key   string
}

func ofUser(key string) subject  { return subject{key: key} }
func ofGroup(key string) subject { return subject{group: true, key: key} }

// Task is a change that failed, as the identity provider's list of tasks has it,
// or one that waits for the target's allowance of requests (Throttle).
type Task struct {
	// ID counts the tasks of a provider from 1. A further attempt of the same
	// change that fails is another task.
	ID int
	// Group: the subject is a group.
	Group bool
	// Change is the last attempt, or says what it waits for. Of a task that comes
	// when very many wait, the exchanges are not kept.
	Change Change
	// Next is when it is tried again by itself; zero when it waits for an
	// administrator.
	Next time.Time
}

type task struct {
	Task
	subject subject
	act     act
	// gone: it is not on the list any more.
	gone bool
}

// act is a change as data, so that it can be made again, and kept until then.
type act struct {
	Verb  string   `json:"verb"`
	User  *User    `json:"user,omitempty"`
	Group *Group   `json:"group,omitempty"`
	Keys  []string `json:"keys,omitempty"`
	// Name is another name, or the key of a manager.
	Name string `json:"name,omitempty"`
}

// perform makes a change of a user or group.
func (p *Provider) perform(ctx context.Context, s subject, a act) Change {
	account := p.users[s.key]
	switch a.Verb {
	case "assign":
		return p.assign(ctx, *a.User)
	case "update":
		return p.update(ctx, *a.User)
	case "unassign":
		return p.unassign(ctx, s.key)
	case "delete":
		return p.deleteUser(ctx, s.key)
	case "set-manager":
		return p.setManager(ctx, s.key, a.Name)
	case "clear-manager":
		return p.clearManager(ctx, s.key)
	case "set-roles":
		return p.setRoles(ctx, s.key, a.Keys...)
	case "push-group":
		return p.pushGroup(ctx, *a.Group, a.Keys...)
	case "add-members":
		return p.addMembers(ctx, s.key, a.Keys...)
	case "remove-members":
		return p.removeMembers(ctx, s.key, a.Keys...)
	case "push-now":
		return p.pushNow(ctx, s.key)
	case "rename-group":
		return p.renameGroup(ctx, s.key, a.Name)
	case "delete-group":
		return p.deleteGroup(ctx, s.key)
	case "provision":
		if account != nil {
			return p.provision(ctx, account)
		}
	case "push":
		if account != nil {
			return p.push(ctx, account, false)
		}
	case "evaluate":
		if account != nil && account.id == "" {
			return p.provision(ctx, account)
		}
		if account != nil {
			if in, why := p.d.InScope(*account.user); !in {
				return p.outOfScope(ctx, account, "update", why)
			}
			return p.push(ctx, account, true)
		}
	case "evaluate-group":
		return p.evaluateGroup(ctx, s.key)
	}
	return p.begin(ctx, a.Verb, s.key).skip("the user is not assigned")
}

// attempt makes a change, or holds it back. What failed becomes a task, tried
// again when its time has come.
func (p *Provider) attempt(ctx context.Context, s subject, a act) Change {
	if c, held := p.hold(s, a); held {
		return p.tell(c)
	}
	if account := p.users[s.key]; !s.group && !(a.Verb == "update" && account != nil && account.id == "" && account.assigned) {
		p.drop(s) // a new change of a user makes the failed one pointless, but who was never made is still to be made
	}
	c := p.perform(ctx, s, a)
	c.Attempt = 1
	p.conclude(s, c, a)
	return p.tell(c)
}

// conclude plans what follows a change.
func (p *Provider) conclude(s subject, c Change, a act) {
	if c.Outcome != Failed || len(c.Exchanges) == 0 {
		return
	}
	if p.clock != nil {
		c.At = p.clock.Now()
	}
	t := p.enlist(s, c, a)
	last := c.Exchanges[len(c.Exchanges)-1]
	r := p.d.Retries
	if p.clock == nil || !r.covers(s, last.Status()) || r.Attempts > 0 && c.Attempt >= r.Attempts {
		return
	}
	t.Next = p.clock.Now().Add(r.wait(c.Attempt, last))
	p.schedule(t)
}

// enlist makes a task of a change.
func (p *Provider) enlist(s subject, c Change, a act) *task {
	p.taskNumber++
	t := &task{Task: Task{ID: p.taskNumber, Group: s.group, Change: c}, subject: s, act: a}
	p.tasks.add(t)
	p.touchTask(t)
	return t
}

// schedule has a task tried again when its time has come.
func (p *Provider) schedule(t *task) {
	p.clock.At(t.Next, func(ctx context.Context) {
		if !t.gone {
			p.again(ctx, t)
		}
	})
}

// again tries a task once more.
func (p *Provider) again(ctx context.Context, t *task) Change {
	p.strike(t)
	p.refresh(t)
	if c, held := p.hold(t.subject, t.act); held {
		return p.tell(c)
	}
	c := p.perform(ctx, t.subject, t.act)
	c.Attempt = t.Change.Attempt + 1
	p.conclude(t.subject, c, t.act)
	return p.tell(c)
}

// refresh gives a change that makes somebody or a group what the directory says
// by now.
func (p *Provider) refresh(t *task) {
	a, g := p.users[t.subject.key], p.groups[t.subject.key]
	switch {
	case t.act.Verb == "assign" && a != nil:
		u := *a.user
		t.act.User = &u
	case t.act.Verb == "push-group" && g != nil:
		group := g.group
		t.act.Group, t.act.Keys = &group, slices.Clone(g.members)
	}
}

// tell notes that a change changed its subject, and hands it to whoever keeps the
// log.
func (p *Provider) tell(c Change) Change {
	if c.Subject != "" {
		p.touch(subject{c.Group, c.Subject})
	}
	return p.report(c)
}

// report hands a change to whoever keeps the log.
func (p *Provider) report(c Change) Change {
	if p.clock != nil {
		c.At = p.clock.Now()
	}
	if p.onChange != nil {
		p.onChange(c)
	}
	return c
}

// drop strikes the tasks of a subject off the list.
func (p *Provider) drop(s subject) { p.strike(p.tasks.of(s)...) }

func (p *Provider) strike(tasks ...*task) {
	for _, t := range tasks {
		p.tasks.remove(t)
		p.touchTask(t)
	}
}

// Tasks lists what failed and is not mended, the oldest first.
func (p *Provider) Tasks() []Task {
	var out []Task
	for _, t := range p.tasks.all() {
		out = append(out, t.Task)
	}
	return out
}

// AllTasks goes through what failed and is not mended, the oldest first. The
// tasks are not to be changed; what is tried again meanwhile may be left out.
func (p *Provider) AllTasks() iter.Seq[*Task] {
	return func(yield func(*Task) bool) {
		for _, t := range p.tasks.order {
			if !t.gone && !yield(&t.Task) {
				return
			}
		}
	}
}

// TaskCount is how many tasks there are.
func (p *Provider) TaskCount() int { return len(p.tasks.byID) }

// HasTask reports whether a user or a group has a task.
func (p *Provider) HasTask(group bool, key string) bool {
	return len(p.tasks.of(subject{group, key})) > 0
}

// Retry tries all tasks of a user once more: "Retry Selected" (okta.md 6).
func (p *Provider) Retry(ctx context.Context, userKey string) []Change {
	return p.retry(ctx, ofUser(userKey))
}

// RetryGroup tries all tasks of a group once more.
func (p *Provider) RetryGroup(ctx context.Context, groupKey string) []Change {
	return p.retry(ctx, ofGroup(groupKey))
}

// RetryTask tries one task once more; ok is false when there is none with the
// number.
func (p *Provider) RetryTask(ctx context.Context, id int) (c Change, ok bool) {
	t := p.tasks.byID[id]
	if t == nil {
		return Change{}, false
	}
	return p.again(ctx, t), true
}

// DropTask strikes a task off the list without trying it again.
func (p *Provider) DropTask(id int) (ok bool) {
	t := p.tasks.byID[id]
	if t != nil {
		p.strike(t)
	}
	return t != nil
}

func (p *Provider) retry(ctx context.Context, s subject) []Change {
	var out []Change
	for _, t := range p.tasks.of(s) {
		if !t.gone {
			out = append(out, p.again(ctx, t))
		}
	}
	return out
}
