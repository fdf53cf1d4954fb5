package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// maxTestRuns is how many runs of a tenant are kept, with their reports.
const maxTestRuns = 10

// TestFormats lists the formats of a report.
var TestFormats = []string{"json", "junit"}

// testRuns are the runs of suites of a tenant: one at a time, beside whatever
// else the tenant does.
type testRuns struct {
	mu sync.Mutex
	// runs are the last ones, oldest first.
	runs []*TestRun
	// files are the reports by run and format, compressed.
	files map[int64]map[string][]byte
	// cancel ends the one that goes on; nil when none does.
	cancel context.CancelFunc
}

// find is called with the lock held.
func (r *testRuns) find(id int64) *TestRun {
	for _, run := range r.runs {
		if run.ID == id {
			return run
		}
	}
	return nil
}

// without is a run for a list: without its results.
func (r TestRun) without() TestRun {
	r.Counts, r.Verdicts, r.Results = maps.Clone(r.Counts), nil, nil
	return r
}

// whole is a run that nobody else changes.
func (r TestRun) whole() TestRun {
	r.Counts = maps.Clone(r.Counts)
	return r
}

// Tests reports whether the program can run suites.
func (t *Tenant) Tests() bool { return t.app.cfg.Tester != nil }

var errNoTester = missing("this program was made without suites")

// Suites lists the suites that can be run against the target, and what a run of
// the chosen ones would do there; none stands for all.
func (t *Tenant) Suites(c TestChoice) ([]Suite, Forecast, error) {
	if !t.Tests() {
		return nil, Forecast{}, errNoTester
	}
	o := t.testOrder(c)
	f, err := t.app.cfg.Tester.Foresee(o)
	return t.app.cfg.Tester.Suites(o.Dialect), f, err
}

func (t *Tenant) testOrder(c TestChoice) TestOrder {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.Seed == 0 {
		c.Seed = 1
	}
	if profiles := t.TestProfiles(); c.Profile == "" && len(profiles) > 0 {
		c.Profile = profiles[0].Name
	}
	return TestOrder{
		Name: t.settings.Name, Target: t.settings.config(t.dialect, t.secret), Dialect: t.dialect,
		Suites: slices.Clone(c.Suites), Profile: c.Profile, ReadOnly: c.ReadOnly, Seed: c.Seed,
	}
}

// TestProfiles lists the profiles that the target can be judged by, the usual one
// first.
func (t *Tenant) TestProfiles() []TargetProfile {
	if !t.Tests() {
		return nil
	}
	return t.app.cfg.Tester.Profiles()
}

// StartTest begins a run of suites against the target, without the faults on the
// way. It goes on when the caller is gone. Where the target is not on this
// machine, and the run writes, it needs consent.
func (t *Tenant) StartTest(c TestChoice) (TestRun, error) {
	if !t.Tests() {
		return TestRun{}, errNoTester
	}
	o := t.testOrder(c)
	f, err := t.app.cfg.Tester.Foresee(o)
	switch {
	case err != nil:
		return TestRun{}, invalid("%v", err)
	case f.Consent && f.Writes != "" && !c.Consent:
		return TestRun{}, invalid("the target is not on this machine, and nobody agreed to writing to it: %s; consent if it is a test tenant, or run what only reads", f.Writes)
	}
	t.ending.RLock()
	defer t.ending.RUnlock()
	if t.lifetime.Err() != nil {
		return TestRun{}, errClosing
	}
	r := &t.tests
	r.mu.Lock()
	if r.cancel != nil {
		r.mu.Unlock()
		return TestRun{}, conflict("a run goes on already; wait until it ends, or cancel it")
	}
	run := &TestRun{
		ID: 1, Suites: append([]string{}, o.Suites...), Profile: o.Profile, ReadOnly: o.ReadOnly, Seed: o.Seed, Target: o.Target.BaseURL,
		State: TestRunning, Began: t.app.cfg.Now(), Total: f.Checks, Counts: map[string]int{},
	}
	var gone []*TestRun
	if n := len(r.runs); n > 0 {
		run.ID = r.runs[n-1].ID + 1
		if over := n + 1 - maxTestRuns; over > 0 {
			gone, r.runs = slices.Clone(r.runs[:over]), slices.Clone(r.runs[over:])
		}
	}
	for _, old := range gone {
		delete(r.files, old.ID)
	}
	r.runs = append(r.runs, run)
	ctx, cancel := context.WithCancel(t.lifetime)
	r.cancel = cancel
	begun := run.whole()
	r.mu.Unlock()

	err = t.keepTest(&begun, nil, gone)
	t.running.Add(1)
	go func() {
		defer t.running.Done()
		defer cancel()
		if err != nil {
			cancel() // what is done could not be kept
		}
		t.test(ctx, run, o)
	}()
	t.notify()
	return begun, err
}

// test runs, and notes what came of it.
func (t *Tenant) test(ctx context.Context, run *TestRun, o TestOrder) {
	r := &t.tests
	report, err := t.app.cfg.Tester.Run(ctx, o, func(p TestProgress) {
		r.mu.Lock()
		run.Done, run.Total = p.Done, p.Total
		run.Counts[p.Outcome]++
		r.mu.Unlock()
		t.notify()
	})
	r.mu.Lock()
	ended := run.whole()
	r.mu.Unlock()
	ended.Ended = t.app.cfg.Now()
	files := map[string][]byte{}
	if err != nil {
		ended.State, ended.Error = TestFailed, err.Error()
	} else {
		ended.State = TestEnded
		ended.Done, ended.Total, ended.Counts, ended.Requests = report.Total, report.Total, report.Counts, report.Requests
		ended.Exit, ended.Meaning, ended.Error = report.Exit, report.Meaning, report.Trouble
		ended.Verdicts, ended.Results = report.Verdicts, report.Results
		files["json"], files["junit"] = squeeze(report.JSON), squeeze(report.JUnit)
	}
	if ctx.Err() != nil {
		ended.State = TestCanceled
	}
	// Kept first: who sees that it ended finds it after a crash as well.
	_ = t.keepTest(&ended, files, nil) // t.broken remembers
	r.mu.Lock()
	*run, r.files[run.ID], r.cancel = ended, files, nil
	r.mu.Unlock()
	t.notify()
}

// CancelTest ends a run that goes on; what it created is removed first. It is
// seen to end in TestRun.
func (t *Tenant) CancelTest(id int64) (TestRun, error) {
	r := &t.tests
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.find(id)
	switch {
	case run == nil:
		return TestRun{}, missing("there is no run %d", id)
	case !run.Running():
		return TestRun{}, conflict("the run %d has ended", id)
	}
	r.cancel()
	return run.whole(), nil
}

// TestRuns lists the last runs, the newest first, without their results.
func (t *Tenant) TestRuns() []TestRun {
	r := &t.tests
	r.mu.Lock()
	defer r.mu.Unlock()
	out := []TestRun{}
	for _, run := range slices.Backward(r.runs) {
		out = append(out, run.without())
	}
	return out
}

// TestRun returns a run, or ErrNotFound.
func (t *Tenant) TestRun(id int64) (TestRun, error) {
	r := &t.tests
	r.mu.Lock()
	defer r.mu.Unlock()
	if run := r.find(id); run != nil {
		return run.whole(), nil
	}
	return TestRun{}, missing("there is no run %d", id)
}

// TestFile returns the report of a run in one of TestFormats.
func (t *Tenant) TestFile(id int64, format string) ([]byte, error) {
	if !slices.Contains(TestFormats, format) {
		return nil, invalid("the format cannot be %q; it can be json or junit", format)
	}
	r := &t.tests
	r.mu.Lock()
	run, data := r.find(id), r.files[id][format]
	r.mu.Unlock()
	switch {
	case run == nil:
		return nil, missing("there is no run %d", id)
	case data == nil:
		return nil, conflict("the run %d has no report, or none yet", id)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("the report cannot be read: %w", err)
	}
	return io.ReadAll(z)
}

func squeeze(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// keepTest keeps a run with its report, and forgets old ones.
func (t *Tenant) keepTest(run *TestRun, files map[string][]byte, gone []*TestRun) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, old := range gone {
		t.write(kindTest, logKey(old.ID), nil)
		for _, format := range TestFormats {
			t.write(kindTestFile+format, logKey(old.ID), nil)
		}
	}
	t.write(kindTest, logKey(run.ID), run)
	for format, data := range files {
		t.writeBytes(kindTestFile+format, logKey(run.ID), data)
	}
	return t.keep()
}

// restoreTests reads what was kept. A run that had not ended when the program
// did is lost.
func (t *Tenant) restoreTests(k kept) error {
	r := &t.tests
	for _, key := range slices.Sorted(maps.Keys(k[kindTest])) {
		run := &TestRun{}
		if err := json.Unmarshal(k[kindTest][key], run); err != nil {
			return fmt.Errorf("the run of suites %s cannot be read: %w", key, err)
		}
		if run.Running() {
			run.State, run.Error = TestLost, "the program ended in the middle of it; scimtest clean removes what it left on the target"
		}
		r.runs = append(r.runs, run)
		r.files[run.ID] = map[string][]byte{}
		for _, format := range TestFormats {
			if data := k[kindTestFile+format][key]; data != nil {
				r.files[run.ID][format] = data
			}
		}
	}
	return nil
}
