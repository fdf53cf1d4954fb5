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

// wait returns when no pause is on.
func (p *pacer) wait(ctx context.Context) error {
	for {
		p.mu.Lock()
		d := p.until.Sub(p.now())
		p.mu.Unlock()
		if d <= 0 {
			return nil
		}
		if err := p.sleep(ctx, d); err != nil {
			return err
		}
	}
}

// pause looks at an answer and begins a pause when it asks for one. It reports
// whether the request is to be sent again.
func (p *pacer) pause(x *Exchange, tries int) bool {
	if x.Response == nil {
		return false
	}
	d, asked := RetryAfter(x.Response.Header, p.now())
	switch x.Response.Status {
	case http.StatusTooManyRequests:
		if !asked {
			d = time.Second << min(tries, 6)
		}
	case http.StatusServiceUnavailable:
		if !asked {
			return false
		}
	default:
		return false
	}
	d = min(max(d, 0), maxPause)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total+d > p.max {
		return false
	}
	// A target that asks for no wait at all could keep us for ever.
	if d == 0 && tries >= 20 {
		return false
	}
	p.paused++
	if end := p.now().Add(d); end.After(p.until) {
		from := p.now()
		if p.until.After(from) {
			from = p.until
		}
		p.total += end.Sub(from)
		p.until = end
	}
	return true
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
		return max(t.Sub(now), 0), true
	}
	if d, err := time.ParseDuration(v); err == nil && d >= 0 {
		return d, true
	}
	return 0, false
}
