package mockidp_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// allowing is a target that tells how many requests are left, with these
// headers behind the limit and the rest.
type allowing struct {
	next        scim.Doer
	prefix      string
	limit, left int
	more        http.Header
	made        []time.Time // when it was asked to create somebody
	now         func() time.Time
}

func (a *allowing) Do(ctx context.Context, r scim.Request) *scim.Exchange {
	a.left--
	if r.Method == http.MethodPost {
		a.made = append(a.made, a.now())
	}
	x := a.next.Do(ctx, r)
	x.Response.Header.Set(a.prefix+"-Limit", strconv.Itoa(a.limit))
	x.Response.Header.Set(a.prefix+"-Remaining", strconv.Itoa(max(a.left, 0)))
	for name, v := range a.more {
		x.Response.Header[name] = v
	}
	return x
}

// SailPoint waits for the reset when the share of the allowance is used up that
// the administrator has set, and goes on in order; Retry-After is nothing to it
// (other-idps.md 4.5).
func TestSailPointWaitsForTheReset(t *testing.T) {
	inAMinute := strconv.FormatInt(begin.Add(time.Minute).Unix(), 10)
	for _, c := range []struct {
		name    string
		options map[string]string
		prefix  string
		more    http.Header
		// at is when each of five people is created, after the beginning.
		at []time.Duration
	}{
		{"reset", nil, "X-Rate-Limit", http.Header{"X-Rate-Limit-Reset": {"30"}}, []time.Duration{0, 0, 0, 0, 30 * time.Second}},
		{"seconds go before", nil, "X-Rate-Limit", http.Header{"X-Rate-Limit-Reset": {"30"}, "X-Rate-Limit-Retry-After-Seconds": {"9"}}, []time.Duration{0, 0, 0, 0, 9 * time.Second}},
		{"half", map[string]string{"throttle-share": "50"}, "X-Rate-Limit", http.Header{"X-Rate-Limit-Reset": {"30"}}, []time.Duration{0, 0, 30 * time.Second, time.Minute, 90 * time.Second}},
		{"epoch", map[string]string{"throttle-reset": "epoch"}, "X-Rate-Limit", http.Header{"X-Rate-Limit-Reset": {inAMinute}}, []time.Duration{0, 0, 0, 0, time.Minute}},
		{"mapped", map[string]string{"throttle-headers": "rate-limit"}, "Rate-Limit", http.Header{"Rate-Limit-Reset": {"30"}}, []time.Duration{0, 0, 0, 0, 30 * time.Second}},
		{"other names", nil, "Rate-Limit", http.Header{"Rate-Limit-Reset": {"30"}}, make([]time.Duration, 5)},
		{"Retry-After", nil, "X-Rate-Limit", http.Header{"Retry-After": {"30"}}, make([]time.Duration, 5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, "sailpoint", c.options, false)
			clock := mockidp.NewClock(begin)
			target := &allowing{next: s.client, prefix: c.prefix, limit: 8, left: 8, more: c.more, now: clock.Now}
			p := mockidp.New(mockidp.Config{Dialect: s.idp.Dialect(), Target: target, Clock: clock})
			keys := []string{"ada", "bo", "cy", "dee", "eve"}
			for _, key := range keys {
				p.Assign(ctx, s.user(key))
			}
			held := 0
			for _, d := range c.at {
				if d > 0 {
					held++
				}
			}
			require.Len(t, p.Tasks(), held)
			for _, task := range p.Tasks() {
				assert.Equal(t, mockidp.Skipped, task.Change.Outcome)
				assert.Contains(t, task.Change.Reason, "it waits until 2026-03-02T08:0")
			}
			clock.Advance(ctx, time.Hour)
			require.Len(t, target.made, len(c.at))
			for i, at := range target.made {
				assert.Equal(t, c.at[i], at.Sub(begin), "person %d", i+1)
			}
			for _, key := range keys {
				_, linked := p.Link(key)
				assert.True(t, linked, key)
			}
			assert.Empty(t, p.Tasks())
		})
	}
}

// The others do not read these headers.
func TestOthersDoNotReadAllowances(t *testing.T) {
	for _, d := range mockidp.Dialects() {
		assert.Equal(t, d.Name == "sailpoint", d.Throttle != nil, d.Name)
	}
}
