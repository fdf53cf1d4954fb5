package mockidp

import (
	"strconv"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// Throttle says how an identity provider spares a target that tells in headers
// how many requests it allows.
type Throttle struct {
	// Prefix is what the names of the headers begin with: "X-Rate-Limit" is for
	// X-Rate-Limit-Limit and so on.
	Prefix string
	// Share is how much of the allowance is used, in percent, before the identity
	// provider waits for the reset.
	Share int
	// Epoch: the header of the reset holds a time in seconds since 1970, not a
	// number of seconds to wait.
	Epoch  bool
	Source Ref
}

// until is when the next change may be sent after an answer; the zero time is
// at once. An answer that does not tell the limit and what remains of it in
// whole numbers says nothing.
func (t *Throttle) until(x *scim.Exchange, now time.Time) time.Time {
	if t == nil || x.Response == nil {
		return time.Time{}
	}
	number := func(name string) (int, bool) {
		n, err := strconv.Atoi(x.Response.Header.Get(t.Prefix + name))
		return n, err == nil && n >= 0
	}
	limit, limited := number("-Limit")
	left, told := number("-Remaining")
	if !limited || !told || limit == 0 || (limit-left)*100 < t.Share*limit {
		return time.Time{}
	}
	wait, ok := number("-Retry-After-Seconds")
	if !ok {
		if wait, ok = number("-Reset"); !ok {
			return time.Time{}
		}
		if t.Epoch {
			return time.Unix(int64(wait), 0).UTC()
		}
	}
	return now.Add(time.Duration(wait) * time.Second)
}

// heed notes what an answer says of the target's allowance.
func (p *Provider) heed(x *scim.Exchange) {
	if p.clock == nil {
		return
	}
	if until := p.d.Throttle.until(x, p.clock.Now()); until.After(p.resume) {
		p.resume = until
	}
}

// hold keeps a change back until the target's allowance is renewed: it waits as
// a task. What is under way already is not interrupted.
func (p *Provider) hold(s subject, a act) (c Change, held bool) {
	if p.clock == nil || !p.resume.After(p.clock.Now()) {
		return Change{}, false
	}
	c = Change{
		At: p.clock.Now(), Action: a.Verb, Subject: s.key, Group: s.group, Outcome: Skipped,
		Reason: "the target's allowance of requests is used up: it waits until " + p.resume.Format(time.RFC3339),
	}
	t := p.enlist(s, c, a)
	t.Next = p.resume
	p.schedule(t)
	return c, true
}
