package mockidp

import (
	"context"
	"slices"
	"time"
)

// Clock is the identity provider's own time. It moves only when it is told
// to, so that a month of cycles runs in moments. It paces what the identity
// provider does by itself, retries and cycles; a wait that the target asks for
// at the level of HTTP is none of its business. It is used by one goroutine.
type Clock struct {
	now time.Time
	due []alarm
}

// alarm is something that the identity provider does later.
type alarm struct {
	at time.Time
	do func(context.Context)
}

// NewClock makes a clock that shows the given time.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now is the time that it shows.
func (c *Clock) Now() time.Time { return c.now }

// At has something done when the clock gets there. What is set for the same
// time is done in the order in which it was set.
func (c *Clock) At(t time.Time, do func(context.Context)) {
	i, _ := slices.BinarySearchFunc(c.due, t, func(a alarm, t time.Time) int {
		if a.at.After(t) {
			return 1
		}
		return -1
	})
	c.due = slices.Insert(c.due, i, alarm{t, do})
}

// Advance moves the clock on, and does on the way what becomes due, and what
// that sets in turn. It stops where the context ends.
func (c *Clock) Advance(ctx context.Context, d time.Duration) {
	end := c.now.Add(d)
	for len(c.due) > 0 && !c.due[0].at.After(end) && ctx.Err() == nil {
		next := c.due[0]
		c.due = c.due[1:]
		if next.at.After(c.now) {
			c.now = next.at
		}
		next.do(ctx)
	}
	if ctx.Err() == nil {
		c.now = end
	}
}
