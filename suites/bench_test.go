//go:build unix

package suites_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// What a run may cost: judging an exchange under 100 µs of CPU, a whole run
// against the embedded reference under 2 s on two cores, and on a target that
// takes 50 ms an answer at least five times less at the default parallelism
// than one by one.

// recorder keeps the exchanges that go through it, raw.
type recorder struct {
	scim.Doer
	mu        sync.Mutex
	exchanges []*scim.Exchange
}

func (r *recorder) Do(ctx context.Context, req scim.Request) *scim.Exchange {
	x := r.Doer.Do(ctx, req)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, x)
	return x
}

// BenchmarkJudge measures what the engine does with one exchange, sending not
// included: to record it, hold all invariants and JSON Schemas against it, and
// make it fit to be shown. The exchanges are those of a whole run.
func BenchmarkJudge(b *testing.B) {
	set := suites.All()
	client, url := start(b, reference.Config{}, scim.Config{RequestTimeout: 10 * time.Second})
	recorded := &recorder{Doer: client}
	plan := &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants, Target: recorded, BaseURL: url, RunID: "benchma1", Parallel: 1,
	}
	_, err := engine.Run(context.Background(), plan)
	require.NoError(b, err)

	discovery := map[string]*scim.Exchange{}
	for _, x := range recorded.exchanges {
		if _, known := discovery[x.Request.Path]; !known {
			discovery[x.Request.Path] = x
		}
	}
	next := -1
	again := engine.Check{
		Meta: engine.Meta{ID: "again", Suite: "rfc", Title: "Sends everything again"},
		Body: func(t *engine.T) {
			for next = range recorded.exchanges {
				t.Send("GET", "/", nil)
			}
			t.Expect(true, nil, "", "", "", "")
		},
	}
	replay := scim.DoerFunc(func(_ context.Context, req scim.Request) *scim.Exchange {
		if next >= 0 {
			return recorded.exchanges[next]
		}
		return discovery[req.Path]
	})
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		next = -1
		p := &engine.Plan{
			Checks: []engine.Check{again}, Invariants: set.Invariants, Target: replay, RunID: plan.RunID,
			SkipPreflight: true, Profile: &profile.Profile{Name: "generic", Cleanup: "keep"},
		}
		report, err := engine.Run(context.Background(), p)
		require.NoError(b, err)
		require.Equal(b, engine.Pass, report.Find("again").Outcome, report.Find("again").Reason)
	}
	n := float64(b.N * len(recorded.exchanges))
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/n, "cpu-µs/exchange")
}

// cpuTime is what the process has used so far. Wall time says little on a
// machine that others use as well.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRun measures a whole run against the embedded reference.
func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		report := run(b, suites.All(), reference.Config{})
		require.Equal(b, engine.ExitOK, report.ExitCode())
	}
	b.ReportMetric((cpuTime(b)-before).Seconds()/float64(b.N), "cpu-s/run")
}

// slow answers 50 ms late.
func slow(d scim.Doer) scim.Doer {
	return scim.DoerFunc(func(ctx context.Context, req scim.Request) *scim.Exchange {
		time.Sleep(50 * time.Millisecond)
		return d.Do(ctx, req)
	})
}

// BenchmarkSlowTarget measures a whole run against a target that takes 50 ms
// an answer.
func BenchmarkSlowTarget(b *testing.B) {
	for _, c := range []struct {
		name     string
		parallel int
	}{{"one-by-one", 1}, {"default", 0}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				client, url := start(b, reference.Config{}, scim.Config{RequestTimeout: 10 * time.Second})
				set := suites.All()
				_, err := engine.Run(context.Background(), &engine.Plan{
					Checks: set.Checks, Invariants: set.Invariants, Dialects: suites.Dialects(), Target: slow(client), BaseURL: url, Parallel: c.parallel,
				})
				require.NoError(b, err)
			}
		})
	}
}
