package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scimtest/scimtest/internal/redact"
	"github.com/scimtest/scimtest/scim"
)

// run is one execution of a plan.
type run struct {
	plan       *Plan
	discovered *Discovered
	started    time.Time
	// ctx ends with the run, not with a check.
	ctx context.Context

	mu sync.Mutex
	// ownTraffic is what the run itself sent: preflight, discovery, probes.
	ownTraffic       []*scim.Exchange
	brokenInvariants map[int]string
	done, total      int

	// someone holds a user of each tenant that was there before the run.
	someone map[scim.Role]scim.Resource

	health health
	// shutOut is why no more hostile checks are run; they run one by one.
	shutOut string
}

// decided is what one check came to.
type decided struct {
	results []Result
	left    leftovers
	// What the results are made of at the end of the run, when all that the
	// run created is known: the exchanges and findings of each step, the
	// exchanges of the clean-up, and what must not be shown.
	raw      [][]*scim.Exchange
	findings [][]Finding
	swept    []*scim.Exchange
	secrets  []secret

	judgement judgement
	exchanges int
}

var (
	errInterrupted = errors.New("not run: interrupted")
	errCheckTime   = errors.New("not finished within the time limit of a check")
)

// Run executes the plan. It always returns a complete report with the same
// results on every day: what was not reached is blocked. Cancelling ctx ends
// the run early; clean-up is still done.
func Run(ctx context.Context, p *Plan) (*Report, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p.applyDefaults()
	if err := ValidRunID(p.RunID); err != nil {
		return nil, err
	}
	r := &run{
		plan: p, started: time.Now().UTC(), brokenInvariants: map[int]string{},
		discovered: &Discovered{runTag: p.RunID, absent: p.Profile.ResourceTypes.Absent},
	}
	bounded, cancel := p.bounded(ctx)
	defer cancel()
	r.ctx = bounded

	pre := r.preflight(bounded)
	all := make([]decided, len(p.Checks))
	r.total = len(p.Invariants) + 4
	for i := range p.Checks {
		all[i].results = r.undecided(&p.Checks[i])
		r.total += len(all[i].results)
	}
	if pre.Outcome == Pass || p.SkipPreflight {
		r.discover(bounded)
		r.resolveFeatures(bounded)
		if second := r.discovered.second; second != nil {
			second.features = r.discovered.features
		}
		r.runAll(bounded, all)
	} else {
		for i := range all {
			blockAll(all[i].results, pre.Reason)
		}
	}
	return r.report(ctx, pre, all), nil
}

// undecided makes the results of a check before it runs.
func (r *run) undecided(c *Check) []Result {
	meta := r.plan.adjust(c.Meta)
	if c.Steps == nil {
		return []Result{{Meta: meta, Started: r.started}}
	}
	var out []Result
	for _, s := range c.Steps() {
		m := meta
		m.Title = s.Title
		if _, changed := r.plan.levelChange(&m); s.Level != "" && !changed {
			m.Level = s.Level
		}
		out = append(out, Result{Meta: m, Step: s.ID, Started: r.started})
	}
	return out
}

func blockAll(results []Result, reason string) {
	for i := range results {
		results[i].Outcome, results[i].Reason = Blocked, reason
	}
}

// runAll runs the checks: those that bear company in parallel, in plan order,
// then the others one by one, hostile ones last. A situation that is arranged
// is one of the whole tenant.
func (r *run) runAll(ctx context.Context, all []decided) {
	var together, alone, hostile []int
	for i := range r.plan.Checks {
		switch c := &r.plan.Checks[i]; {
		case c.Hostile:
			hostile = append(hostile, i)
		case c.Alone, c.Arranges != "" && r.plan.canArrange(c.Arranges):
			alone = append(alone, i)
		default:
			together = append(together, i)
		}
	}
	queue := make(chan int)
	var wg sync.WaitGroup
	for range min(r.plan.Parallel, max(len(together), 1)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range queue {
				r.runCheck(ctx, &r.plan.Checks[i], &all[i])
			}
		}()
	}
	for _, i := range together {
		queue <- i
	}
	close(queue)
	wg.Wait()
	for _, i := range append(alone, hostile...) {
		r.runCheck(ctx, &r.plan.Checks[i], &all[i])
	}
}

// runCheck decides one check, cleans up after it, and redacts what it shows.
func (r *run) runCheck(ctx context.Context, c *Check, d *decided) {
	defer r.announce(d.results)
	if reason, kind := r.notApplicable(c); reason != "" {
		for i := range d.results {
			d.results[i].Outcome, d.results[i].Reason, d.results[i].skipped = Skip, reason, kind
		}
		return
	}
	if reason := r.health.dead(); reason != "" {
		blockAll(d.results, reason)
		return
	}
	if ctx.Err() != nil {
		blockAll(d.results, r.why(ctx))
		return
	}
	limited, cancel := r.limit(ctx)
	defer cancel()
	t := newT(limited, r, &c.Meta)
	steps := []Step{{Do: c.Body}}
	if c.Steps != nil {
		steps = c.Steps()
	}
	d.raw = make([][]*scim.Exchange, len(steps))
	d.findings = make([][]Finding, len(steps))
	var ended *Result
	for i := range steps {
		res := &d.results[i]
		if ended != nil && !steps[i].Independent {
			res.Outcome, res.Reason, res.skipped = after(ended)
			continue
		}
		res.Started = time.Now().UTC()
		t.begin(res.Level)
		outcome, reason := t.execute(steps[i].Do)
		res.ElapsedMS = milliseconds(time.Since(res.Started))
		if outcome == "" {
			inOrder(t.findings)
			outcome, reason = r.outcomeOf(&res.Meta, res.Level, t.findings)
			res.unclaimed = outcome == Advisory && failing(t.findings) && !r.plan.claimed(res.Dialect)
		}
		res.Outcome, res.Reason = outcome, reason
		d.findings[i], d.raw[i] = t.findings, t.exchanges
		if outcome != Pass && outcome != Advisory && ended == nil {
			ended = res
		}
	}
	errs := t.endSituations(ctx)
	d.swept, d.left = t.cleanUp(ctx)
	d.left.situations = errs
	d.secrets = t.secrets
	red := newRedactor(r.discovered, r.secrets(), t.secrets)
	for i := range d.results {
		d.results[i].Reason = red.text(d.results[i].Reason)
	}
}

// showAll makes all results fit to be shown; others knows all secrets.
func (r *run) showAll(all []decided, others *redact.Replacer) {
	queue := make(chan *decided)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for d := range queue {
				r.show(d, others)
			}
		})
	}
	for i := range all {
		if all[i].raw != nil {
			queue <- &all[i]
		}
	}
	close(queue)
	wg.Wait()
}

// inOrder sorts findings by their exchanges: what went wrong first is the cause
// of the rest, whatever the check looked at first.
func inOrder(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Compare(uint(a.Exchange-1), uint(b.Exchange-1)) // one without an exchange comes last
	})
}

// show judges the invariants on what was exchanged, and makes the results fit
// to be shown.
func (r *run) show(d *decided, others *redact.Replacer) {
	red := newRedactor(r.discovered, r.secrets(), d.secrets)
	red.others = others
	shown := map[*scim.Exchange]shownExchange{}
	var traffic []*scim.Exchange
	for i, list := range d.raw {
		res := &d.results[i]
		for _, x := range list {
			s := shownExchange{}
			s.x, s.foreign = red.exchange(x)
			shown[x] = s
			res.Exchanges = append(res.Exchanges, s.x)
		}
		for _, f := range d.findings[i] {
			var foreign *strings.Replacer
			if f.Exchange > 0 && f.Exchange <= len(list) {
				foreign = shown[list[f.Exchange-1]].foreign
			}
			res.Findings = append(res.Findings, red.finding(f, foreign))
		}
		res.Reason = red.text(res.Reason)
		traffic = append(traffic, list...)
	}
	traffic = append(traffic, d.swept...)
	d.exchanges = len(traffic)
	d.judgement = r.judge(traffic, red, shown)
	if d.results[0].Hostile {
		// Hostile values are often answered by what stands before the service
		// provider, in words of its own.
		for i := range d.judgement.found {
			d.judgement.found[i].finding.Advisory = true
		}
	}
	d.raw, d.findings, d.swept, d.secrets = nil, nil, nil, nil
}

type shownExchange struct {
	x       *scim.Exchange
	foreign *strings.Replacer
}

// after is what becomes of a step behind one that ended the flow.
func after(ended *Result) (Outcome, string, skipKind) {
	if ended.Outcome == Skip {
		return Skip, "after: " + ended.Step + " (" + ended.Reason + ")", ended.skipped
	}
	return Blocked, "after: " + ended.Step, ""
}

// notApplicable returns why a check is skipped; the reason is empty when it
// is not.
func (r *run) notApplicable(c *Check) (reason string, kind skipKind) {
	if reason := r.plan.leftOut(&c.Meta); reason != "" {
		return reason, skippedLacking
	}
	if c.Never != "" {
		return c.Never, ""
	}
	if r.plan.ReadOnly && !c.ReadOnly {
		return "it writes, and the run is --read-only", skippedReadOnly
	}
	if c.Hostile {
		if reason := r.spared(); reason != "" {
			return reason, ""
		}
	}
	return r.discovered.missing(c.Needs), skippedLacking
}

// execute runs a body. An empty outcome leaves the decision to the findings.
func (t *T) execute(body func(*T)) (outcome Outcome, reason string) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		s, ok := p.(stop)
		switch {
		case !ok:
			outcome, reason = Broken, fmt.Sprintf("panic: %v%s", p, panicPlace())
		case t.Failed():
			outcome, reason = "", ""
		default:
			outcome, reason = s.outcome, s.reason
		}
		if ok && outcome == "" && t.asserted == 0 {
			outcome, reason = Broken, "nothing was asserted"
		}
	}()
	body(t)
	if t.asserted == 0 {
		return Broken, "nothing was asserted"
	}
	return "", ""
}

// panicPlace names the line that panicked, for a bug report.
func panicPlace() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf(" at %s:%d", f.File[strings.LastIndex(f.File, "/")+1:], f.Line)
		}
		if !more {
			return ""
		}
	}
}

// limit bounds a check. The time that the target made everybody wait is added.
func (r *run) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithCancelCause(ctx)
	begin, waited := time.Now(), r.waited()
	var timer *time.Timer
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(r.plan.CheckTimeout, func() {
		mu.Lock()
		defer mu.Unlock()
		if left := r.plan.CheckTimeout + r.waited() - waited - time.Since(begin); left > 0 {
			timer.Reset(left)
			return
		}
		cancel(errCheckTime)
	})
	return limited, func() {
		timer.Stop()
		cancel(nil)
	}
}

func (r *run) waited() time.Duration {
	if s, ok := r.plan.Target.(statsHolder); ok {
		stats := s.Stats()
		return stats.Waited + stats.Throttled
	}
	return 0
}

// why words the end of a context.
func (r *run) why(ctx context.Context) string {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errCheckTime):
		return fmt.Sprintf("not finished within %s, the time limit of a check", r.plan.CheckTimeout)
	case errors.Is(cause, errTimeUp):
		return "not run: " + errTimeUp.Error()
	}
	return errInterrupted.Error()
}

func (r *run) announce(results []Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range results {
		r.done++
		if r.plan.Events != nil {
			r.plan.Events(Event{Result: &results[i], Done: r.done, Total: r.total})
		}
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
