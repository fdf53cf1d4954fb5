package scim

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clock is time that passes only where somebody waits for it.
type clock struct {
	mu    sync.Mutex
	t     time.Time
	slept []time.Duration
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// answer is one canned answer: a status and what Retry-After says.
type answer struct {
	status     int
	retryAfter string
}

// paced is a client with a clock of its own at a server that gives the answers
// one by one, and 200 when there are no more.
func paced(t *testing.T, cfg Config, answers ...answer) (*Client, *clock) {
	t.Helper()
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if len(answers) == 0 {
			return
		}
		if answers[0].retryAfter != "" {
			w.Header().Set("Retry-After", answers[0].retryAfter)
		}
		w.WriteHeader(answers[0].status)
		answers = answers[1:]
	}))
	t.Cleanup(server.Close)
	cfg.BaseURL = server.URL
	c, err := NewClient(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	time := newClock()
	c.pacer.now, c.pacer.sleep = time.now, time.sleep
	return c, time
}

// statuses sends a request and lists the status of every attempt.
func statuses(c *Client) (last *Exchange, seen []int) {
	ctx := WithObserver(context.Background(), func(x *Exchange) { seen = append(seen, x.Status()) })
	return c.Do(ctx, Request{Method: http.MethodGet, Path: "/Users"}), seen
}

func repeat[V any](n int, v V) []V { return slices.Repeat([]V{v}, n) }

func TestPausesThatATargetAsksFor(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		answers []answer
		slept   []time.Duration
		seen    []int
	}{
		"seconds":             {[]answer{{429, "7"}}, []time.Duration{7 * s}, []int{429, 200}},
		"an HTTP date":        {[]answer{{429, "Tue, 24 Nov 2026 12:00:05 GMT"}}, []time.Duration{5 * s}, []int{429, 200}},
		"a date in the past":  {[]answer{{429, "Tue, 24 Nov 2026 11:00:00 GMT"}}, nil, []int{429, 200}},
		"seconds with a unit": {[]answer{{429, "13s"}}, []time.Duration{13 * s}, []int{429, 200}},
		"a fraction":          {[]answer{{429, "1.5"}}, []time.Duration{1500 * time.Millisecond}, []int{429, 200}},
		"503 with a wait":     {[]answer{{503, "2"}}, []time.Duration{2 * s}, []int{503, 200}},
		"never over a minute": {[]answer{{429, "3600"}}, []time.Duration{60 * s}, []int{429, 200}},
		"429 with nothing": {
			repeat(8, answer{status: 429}),
			[]time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 60 * s, 60 * s},
			[]int{429, 429, 429, 429, 429, 429, 429, 429, 200},
		},
		"429 with nonsense":   {[]answer{{429, "soon"}, {429, "-5"}, {429, "NaN"}}, []time.Duration{s, 2 * s, 4 * s}, []int{429, 429, 429, 200}},
		"503 without a wait":  {[]answer{{503, ""}}, nil, []int{503}},
		"503 with nonsense":   {[]answer{{503, "soon"}}, nil, []int{503}},
		"500 with a wait":     {[]answer{{500, "1"}}, nil, []int{500}},
		"202 with a wait":     {[]answer{{202, "1"}}, nil, []int{202}},
		"redirect and a wait": {[]answer{{301, "1"}}, nil, []int{301}},
		"no end of no wait":   {repeat(100, answer{429, "0"}), nil, repeat(21, 429)},
		"no end of hardly any": {
			repeat(100, answer{429, "0.25"}), repeat(20, 250*time.Millisecond), repeat(21, 429),
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, clock := paced(t, Config{}, c.answers...)
			last, seen := statuses(client)
			assert.Equal(t, c.seen, seen)
			assert.Equal(t, seen[len(seen)-1], last.Status())
			assert.Equal(t, c.slept, clock.slept)
			var waited time.Duration
			for _, d := range c.slept {
				waited += d
			}
			stats := client.Stats()
			assert.Equal(t, waited, stats.Waited)
			assert.Equal(t, len(seen)-1, stats.RateLimited)
			assert.Equal(t, len(seen), stats.Exchanges)
		})
	}
}

func TestARunWaitsNoLongerThanItMay(t *testing.T) {
	c, clock := paced(t, Config{MaxWait: 25 * time.Second}, repeat(10, answer{429, "10"})...)
	last, seen := statuses(c)
	assert.Equal(t, []int{429, 429, 429, 0}, seen, "the last attempt is seen, then the end is told")
	assert.False(t, last.Sent(), "what waits is blocked, it has not failed")
	assert.Contains(t, last.Error, "--max-wait")
	assert.Equal(t, repeat(2, 10*time.Second), clock.slept)

	_, seen = statuses(c)
	assert.Equal(t, []int{429, 0}, seen, "the limit holds for the run, not for the request")
	assert.Equal(t, 20*time.Second, c.Stats().Waited)
}

func TestOnePauseHoldsForAllAndCountsOnce(t *testing.T) {
	p := newPacer(15 * time.Second)
	clock := newClock()
	p.now, p.sleep = clock.now, clock.sleep
	limited := &Exchange{Response: &Response{Status: 429, Header: http.Header{"Retry-After": {"10"}}}}
	for range 16 { // workers whose requests were under way at the same time
		again, err := p.pause(limited, 0)
		require.NoError(t, err)
		require.True(t, again)
	}
	for range 16 {
		require.NoError(t, p.wait(context.Background()))
	}
	assert.Equal(t, []time.Duration{10 * time.Second}, clock.slept)
	n, waited := p.stats()
	assert.Equal(t, 16, n)
	assert.Equal(t, 10*time.Second, waited)
}

func TestWithoutPacingAnswersComeAsTheyAre(t *testing.T) {
	c, clock := paced(t, Config{}, answer{429, "10"}, answer{503, "10"})
	for _, want := range []int{429, 503, 200} {
		assert.Equal(t, want, c.Do(WithoutPacing(context.Background()), Request{Method: "GET"}).Status())
	}
	assert.Empty(t, clock.slept)
	assert.Zero(t, c.Stats().RateLimited)
}

func TestAPauseEndsWhenTheRunDoes(t *testing.T) {
	c, clock := paced(t, Config{}, answer{429, "10"})
	ctx, cancel := context.WithCancel(context.Background())
	c.pacer.sleep = func(ctx context.Context, d time.Duration) error {
		cancel()
		return clock.sleep(ctx, d)
	}
	x := c.Do(ctx, Request{Method: "GET"})
	assert.False(t, x.Sent())
	assert.Equal(t, "interrupted", x.Error)
}

func TestRealSleepEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, sleep(ctx, time.Hour), context.Canceled)
	assert.NoError(t, sleep(context.Background(), 0))
}

func TestTheRateIsKept(t *testing.T) {
	c, clock := paced(t, Config{Rate: 4}, answer{200, ""}, answer{429, "1"})
	begin := clock.now()
	for range 5 {
		require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	}
	stats := c.Stats()
	require.Equal(t, 6, stats.Exchanges)
	// A quarter of a second between attempts, but for the one that the pause
	// has kept back for longer.
	assert.Equal(t, 2*time.Second, clock.now().Sub(begin))
	assert.Equal(t, time.Second, stats.Waited)
	assert.Equal(t, time.Second, stats.Throttled)
}

func TestAPauseThatBeginsWhileOthersWaitForTheRateHoldsForThem(t *testing.T) {
	c, clock := paced(t, Config{Rate: 1})
	require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	c.pacer.sleep = func(ctx context.Context, d time.Duration) error {
		if len(clock.slept) == 0 { // another worker meets 429 meanwhile
			_, err := c.pacer.pause(&Exchange{Response: &Response{Status: 429, Header: http.Header{"Retry-After": {"30"}}}}, 0)
			require.NoError(t, err)
		}
		return clock.sleep(ctx, d)
	}
	begin := clock.now()
	require.Equal(t, 200, c.Do(context.Background(), Request{Method: "GET"}).Status())
	assert.GreaterOrEqual(t, clock.now().Sub(begin), 30*time.Second)
}
