package mockidp

import (
	"context"
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

// Task is a change that failed, as the identity provider's list of tasks has
// it.
type Task struct {
	// Group: the subject is a group.
	Group bool
	// Change is the last attempt.
	Change Change
	// Next is when it is tried again by itself; zero when it waits for an
	// administrator.
	Next time.Time
}

type task struct {
	Task
	subject subject
	do      func(context.Context) Change
}

// attempt makes a change. What failed becomes a task, tried again when its time
// has come.
func (p *Provider) attempt(ctx context.Context, s subject, do func(context.Context) Change) Change {
	if !s.group {
		p.drop(s) // a new change of a user makes the failed one pointless
	}
	c := do(ctx)
	c.Attempt = 1
	p.conclude(s, c, do)
	return p.tell(c)
}

// conclude plans what follows a change.
func (p *Provider) conclude(s subject, c Change, do func(context.Context) Change) {
	if c.Outcome != Failed || len(c.Exchanges) == 0 {
		return
	}
	t := &task{Task: Task{Group: s.group, Change: c}, subject: s, do: do}
	p.tasks = append(p.tasks, t)
	last := c.Exchanges[len(c.Exchanges)-1]
	r := p.d.Retries
	if p.clock == nil || !r.covers(s, last.Status()) || r.Attempts > 0 && c.Attempt >= r.Attempts {
		return
	}
	t.Next = p.clock.Now().Add(r.wait(c.Attempt, last))
	p.clock.At(t.Next, func(ctx context.Context) {
		if slices.Contains(p.tasks, t) {
			p.again(ctx, t)
		}
	})
}

// again tries a task once more.
func (p *Provider) again(ctx context.Context, t *task) Change {
	p.tasks = slices.DeleteFunc(p.tasks, func(other *task) bool { return other == t })
	c := t.do(ctx)
	c.Attempt = t.Change.Attempt + 1
	p.conclude(t.subject, c, t.do)
	return p.tell(c)
}

// tell hands a change to whoever keeps the log.
func (p *Provider) tell(c Change) Change {
	if p.clock != nil {
		c.At = p.clock.Now()
	}
	if p.onChange != nil {
		p.onChange(c)
	}
	return c
}

// drop strikes the tasks of a subject off the list.
func (p *Provider) drop(s subject) {
	p.tasks = slices.DeleteFunc(p.tasks, func(t *task) bool { return t.subject == s })
}

// Tasks lists what failed and is not mended, the oldest first.
func (p *Provider) Tasks() []Task {
	var out []Task
	for _, t := range p.tasks {
		out = append(out, t.Task)
	}
	return out
}

// Retry tries all tasks of a user once more: "Retry Selected" (okta.md 6).
func (p *Provider) Retry(ctx context.Context, userKey string) []Change {
	return p.retry(ctx, ofUser(userKey))
}

// RetryGroup tries all tasks of a group once more.
func (p *Provider) RetryGroup(ctx context.Context, groupKey string) []Change {
	return p.retry(ctx, ofGroup(groupKey))
}

func (p *Provider) retry(ctx context.Context, s subject) []Change {
	var out []Change
	for _, t := range slices.Clone(p.tasks) {
		if t.subject == s {
			out = append(out, p.again(ctx, t))
		}
	}
	return out
}
