package scim

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxPause is the longest single pause that a target is granted.
const maxPause = 60 * time.Second

// errWaited ends a wait that would exceed what a run may wait in all.
var errWaited = errors.New("the target asks to wait longer than the run may (--max-wait)")

type unpacedKey struct{}

// WithoutPacing returns a context with which a Client returns 429 and 503 as
// they come, for those who obey them in their own way.
func WithoutPacing(ctx context.Context) context.Context {
	return context.WithValue(ctx, unpacedKey{}, true)
}

// Unpaced reports whether ctx comes from WithoutPacing.
func Unpaced(ctx context.Context) bool { return ctx.Value(unpacedKey{}) != nil }

// pacer makes all requests of a client wait when the target asks for it.
type pacer struct {
	max   time.Duration
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	mu     sync.Mutex
	until  time.Time
	total  time.Duration
	paused int
}

func newPacer(maxWait time.Duration) *pacer {
	return &pacer{max: maxWait, now: time.Now, sleep: sleep}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// left is how much is left of the pause that is on; 0 or less without one.
func (p *pacer) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until.Sub(p.now())
}

// wait returns when no pause is on.
func (p *pacer) wait(ctx context.Context) error {
	for {
		d := p.left()
		if d <= 0 {
			return nil
		}
		if err := p.sleep(ctx, d); err != nil {
			return err
		}
	}
}

// A target that asks for hardly any wait, again and again, could keep a
// request for ever: after so many tries it is taken at its word.
const (
	shortPause = time.Second
	shortTries = 20
)

// pause looks at an answer and begins a pause when it asks for one. It reports
// whether the request is to be sent again, and errWaited when the pause would
// be longer than a run may wait in all. tries is how often the same request
// was paced before.
func (p *pacer) pause(x *Exchange, tries int) (again bool, err error) {
	if x.Response == nil {
		return false, nil
	}
	now := p.now()
	d, asked := RetryAfter(x.Response.Header, now)
	switch x.Response.Status {
	case http.StatusTooManyRequests:
		if !asked {
			d = time.Second << min(tries, 6)
		}
	case http.StatusServiceUnavailable:
		if !asked {
			return false, nil
		}
	default:
		return false, nil
	}
	if d < shortPause && tries >= shortTries {
		return false, nil
	}
	end := now.Add(min(d, maxPause))
	p.mu.Lock()
	defer p.mu.Unlock()
	from := now
	if p.until.After(from) {
		from = p.until // others wait already: only the rest is added
	}
	if longer := end.Sub(from); longer > 0 {
		if p.total+longer > p.max {
			return false, errWaited
		}
		p.total += longer
		p.until = end
	}
	p.paused++
	return true, nil
}

func (p *pacer) stats() (int, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paused, p.total
}

// RetryAfter reads a Retry-After header: seconds, an HTTP date, or seconds
// with a unit ("13s"), which some servers send. ok is false when there is
// nothing usable.
func RetryAfter(h http.Header, now time.Time) (d time.Duration, ok bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 0 && n < 1e9 {
		return time.Duration(n * float64(time.Second)), true
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(now), 0), true // a date in the past asks for no wait
	}
	if d, err := time.ParseDuration(v); err == nil && d >= 0 {
		return d, true
	}
	return 0, false
}
