package server

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// Tenant is one identity provider: all of its methods may be called at any
// time, by anybody.
type Tenant struct {
	app *App
	id  string // is that of the settings, which never changes

	// acting is held by who sends to the target: one at a time.
	acting sync.Mutex
	// mu guards everything below. Who acts holds it too, but for the time in
	// which a request is on its way.
	mu       sync.Mutex
	settings Settings
	secret   string
	// mapping is that of a customer's own, nil without one.
	mapping *imported
	dialect *mockidp.Dialect
	client  *scim.Client
	mask    *mask
	way     *way
	dir     *directory
	// dirtyUsers and dirtyGroups are those of whom the identity provider was
	// not told yet.
	dirtyUsers, dirtyGroups map[string]bool
	// bin are the users in the recycle bin.
	bin map[string]bool

	clock    *mockidp.Clock
	provider *mockidp.Provider
	rhythm   rhythm
	// ahead is how far the clock is ahead of the wall.
	ahead time.Duration

	log *journal
	// late are exchanges that were delivered late, and are not logged yet.
	late  []*scim.Exchange
	tests testRuns
	// source says on whose account changes are made now.
	source string
	result *Result
	// busy says what is being done; "" when nothing is.
	busy string

	// noting notes that the identity provider was told what it is told now; nil is
	// nothing.
	noting func()

	// pending are writes that are not kept yet; broken is why nothing can be
	// kept any more.
	pending []write
	// lists is what the store has of lists.
	lists        map[listID]keptList
	keptProgress []byte
	keptFaults   []Fault
	broken       error

	lifetime context.Context
	stop     context.CancelFunc
	// sending is the context of requests: it ends a little later, so that one
	// that is on its way when the program ends is waited for. Cut off, it would
	// be logged as a failure of the target.
	sending context.Context
	// ending is held for writing while the lifetime ends, so that nothing new
	// is begun that nobody waits for.
	ending  sync.RWMutex
	running sync.WaitGroup

	watching sync.Mutex
	watchers map[chan struct{}]bool
	// edition counts the changes that watchers were told of.
	edition int
}

// Result is what an action did.
type Result struct {
	// Changes are the log entries that it made, the first hundred.
	Changes []*Entry `json:"changes"`
	Done    int      `json:"done"`
	Skipped int      `json:"skipped"`
	Failed  int      `json:"failed"`
}

const maxResult = 100

var errClosing = conflict("the tenant is being closed")

// fromClock is the source of what is done because its time has come.
const fromClock = "clock"

func newTenant(a *App, s Settings, secret string, m *imported) (*Tenant, error) {
	d, err := s.check(m.parsed())
	if err != nil {
		return nil, err
	}
	client, err := s.client(d, secret)
	if err != nil {
		return nil, err
	}
	t := &Tenant{
		app: a, id: s.ID, settings: s, secret: secret, mapping: m, dialect: d, client: client, way: newWay(),
		dir: newDirectory(), dirtyUsers: map[string]bool{}, dirtyGroups: map[string]bool{}, bin: map[string]bool{},
		lists: map[listID]keptList{}, log: newJournal(a.cfg.LogEntries), watchers: map[chan struct{}]bool{},
		clock: mockidp.NewClock(a.cfg.Now()), tests: testRuns{files: map[int64]map[string][]byte{}},
	}
	t.lifetime, t.stop = context.WithCancel(context.Background())
	sending, cut := context.WithCancel(scim.WithoutPacing(context.Background()))
	t.sending = sending
	context.AfterFunc(t.lifetime, func() { time.AfterFunc(grace, cut) })
	t.machine()
	return t, nil
}

// machine makes the identity provider, without any state.
func (t *Tenant) machine() {
	t.provider = mockidp.New(mockidp.Config{
		Dialect: t.dialect, Target: scim.DoerFunc(t.send), Clock: t.clock, OnChange: t.changed,
	})
	if t.dialect.IdP != "entra" {
		t.rhythm = &realTime{t}
		return
	}
	rules := mockidp.DefaultJobRules()
	rules.Lean = true
	rules.MaxDeletions, rules.KeepOutOfScope = t.settings.MaxDeletions, t.settings.KeepOutOfScope
	t.rhythm = &cycles{t, mockidp.NewJob(t.provider, t.clock, rules)}
}

// send sends a request of whoever acts. Meanwhile others may read and change
// the directory.
func (t *Tenant) send(_ context.Context, r scim.Request) *scim.Exchange {
	client, way, secret := t.client, t.way, t.secret
	t.mu.Unlock()
	x, late := way.do(t.sending, client, r)
	t.mu.Lock()
	t.mask = t.mask.update(append(client.Secrets(), secret))
	t.mask.exchange(x)
	if late != nil {
		t.mask.exchange(late)
		t.late = append(t.late, late)
	}
	return x
}

// grace is how long a request may take to be answered when the program ends.
const grace = 2 * time.Second

// begin has the clock follow the wall.
func (t *Tenant) begin() {
	if t.app.cfg.Tick < 0 {
		return
	}
	t.running.Add(1)
	go func() {
		defer t.running.Done()
		tick := time.NewTicker(t.app.cfg.Tick)
		defer tick.Stop()
		for {
			select {
			case <-t.lifetime.Done():
				return
			case <-tick.C:
				_, _ = t.act(t.lifetime, fromClock, t.catchUp)
			}
		}
	}()
}

// catchUp moves the clock to where the wall is, and does what is due.
func (t *Tenant) catchUp(ctx context.Context) error {
	if d := t.now().Sub(t.clock.Now()); d > 0 {
		t.clock.Advance(ctx, d)
	}
	return nil
}

// now is the time of the tenant.
func (t *Tenant) now() time.Time { return t.app.cfg.Now().Add(t.ahead) }

// end stops whatever is going on, and waits for it.
func (t *Tenant) end() {
	t.ending.Lock()
	t.stop()
	t.ending.Unlock()
	t.running.Wait()
	t.acting.Lock()
	defer t.acting.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.client.Close()
}

// act does something at the target, when everything before is done. It goes on
// when the caller stops waiting. The identity provider is told first of what
// happened in the directory.
func (t *Tenant) act(ctx context.Context, source string, do func(context.Context) error) (Result, error) {
	done := make(chan struct{})
	result := Result{Changes: []*Entry{}}
	var err error
	t.ending.RLock()
	if t.lifetime.Err() != nil {
		t.ending.RUnlock()
		return Result{}, errClosing
	}
	t.running.Add(1)
	t.ending.RUnlock()
	go func() {
		defer t.running.Done()
		defer close(done)
		t.acting.Lock()
		defer t.acting.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.lifetime.Err() != nil {
			err = errClosing
			return
		}
		if t.broken != nil {
			err = t.broken
			return
		}
		t.source, t.busy = fromClock, source
		if source != fromClock {
			_ = t.catchUp(t.lifetime)
		}
		t.source, t.result = source, &result
		t.drain(t.lifetime)
		if do != nil {
			err = do(t.lifetime)
		}
		t.logLate()
		t.source, t.result, t.busy = "", nil, ""
		if kept := t.keep(); err == nil {
			err = kept
		}
		if source != fromClock {
			t.notify()
		}
	}()
	if waited := wait(ctx, done); waited != nil {
		return Result{}, waited
	}
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// breath is how many users, groups or tasks are looked at before others get a
// turn, and maxPending how many writes wait to be kept together meanwhile.
const breath, maxPending = 256, 5000

// breathe gives others a turn now and then, by the number of what is looked at.
// Whoever looks at everybody holds the lock for long, and neither the identity
// provider nor another page is to wait for that. Anything may be another
// afterwards.
func (t *Tenant) breathe(i int) {
	if i%breath == breath-1 {
		t.mu.Unlock()
		t.mu.Lock()
	}
}

// drain tells the identity provider of what happened in the directory. Real-time
// ones act on it.
func (t *Tenant) drain(ctx context.Context) {
	t.emptyBin()
	for (len(t.dirtyUsers) > 0 || len(t.dirtyGroups) > 0) && ctx.Err() == nil {
		keys := slices.Collect(maps.Keys(t.dirtyUsers))
		t.mu.Unlock() // there may be very many
		slices.Sort(keys)
		t.mu.Lock()
		for i, key := range keys {
			if ctx.Err() != nil {
				return
			}
			delete(t.dirtyUsers, key)
			t.rhythm.user(ctx, key)
			if len(t.pending) > maxPending {
				_ = t.keep() // t.broken remembers
			}
			t.breathe(i)
		}
		for i, key := range sortedKeys(t.dirtyGroups) {
			if ctx.Err() != nil || len(t.dirtyUsers) > 0 {
				break // users come first
			}
			delete(t.dirtyGroups, key)
			t.rhythm.group(ctx, key)
			t.breathe(i)
		}
		if len(t.dirtyUsers)+len(t.dirtyGroups) == 0 {
			t.dirtyUsers, t.dirtyGroups = map[string]bool{}, map[string]bool{} // large maps stay slow
		}
	}
}

// edit changes the directory, keeps the change, and has the identity provider
// told. do returns an error and changes nothing, or changes and returns none.
func (t *Tenant) edit(ctx context.Context, source string, do func() error) (Result, error) {
	t.mu.Lock()
	err := t.broken
	if err == nil && t.lifetime.Err() != nil {
		err = errClosing
	}
	if err == nil {
		err = do()
	}
	if err == nil {
		err = t.keep()
	}
	at := t.rhythm.atOnce()
	t.mu.Unlock()
	t.notify()
	if err != nil {
		return Result{}, err
	}
	if !at {
		return Result{Changes: []*Entry{}}, nil // the next cycle tells
	}
	return t.act(ctx, source, nil)
}

// changed writes the log, and keeps what the change changed.
func (t *Tenant) changed(c mockidp.Change) {
	e := t.entryOf(c)
	if t.result != nil {
		switch c.Outcome {
		case mockidp.Done:
			t.result.Done++
		case mockidp.Skipped:
			t.result.Skipped++
		case mockidp.Failed:
			t.result.Failed++
		}
		if len(t.result.Changes) < maxResult {
			t.result.Changes = append(t.result.Changes, e)
		}
	}
	t.logged(e)
	t.logLate()
	t.noted()
	_ = t.keep() // t.broken remembers
	t.notify()
}

// logged puts an entry into the log.
func (t *Tenant) logged(e *Entry) {
	for _, gone := range t.log.add(e) {
		t.write("log", logKey(gone), nil)
	}
	t.write("log", logKey(e.ID), e)
}

// Edition is another number after each change.
func (t *Tenant) Edition() int {
	t.watching.Lock()
	defer t.watching.Unlock()
	return t.edition
}

// Watch returns a channel that gets a value when something changed since an
// edition, and a function that ends it. A value stands for any number of changes.
func (t *Tenant) Watch(since int) (changed <-chan struct{}, end func()) {
	c := make(chan struct{}, 1)
	t.watching.Lock()
	defer t.watching.Unlock()
	t.watchers[c] = true
	if t.edition != since {
		c <- struct{}{}
	}
	return c, func() {
		t.watching.Lock()
		defer t.watching.Unlock()
		delete(t.watchers, c)
	}
}

// notify wakes who watches.
func (t *Tenant) notify() {
	t.watching.Lock()
	defer t.watching.Unlock()
	t.edition++
	for c := range t.watchers {
		select {
		case c <- struct{}{}:
		default: // it has one already
		}
	}
}

// placeholder is the password of a generated account: it is the same whenever
// it is asked for, so that it need not be kept.
func placeholder(objectID string) string { return "Aa1!" + objectID }

func itoa(n int) string { return strconv.Itoa(n) }

func logKey(id int64) string { return fmt.Sprintf("%012d", id) }

// encode makes JSON of what is ours, which always can be.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("a value that cannot be JSON: " + err.Error())
	}
	return data
}
