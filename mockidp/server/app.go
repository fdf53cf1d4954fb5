package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Config makes an App. The zero value keeps everything in memory.
type Config struct {
	// File is an SQLite database, made when there is none; "" keeps
	// everything in memory.
	File string
	// Now is the wall clock; time.Now when nil.
	Now func() time.Time
	// Tick is how often the clocks of the tenants follow the wall (1 s); less
	// than 0 never: they move by FastForward alone.
	Tick time.Duration
	// LogEntries bounds the log of each tenant (10,000 entries).
	LogEntries int
	// Tester runs suites of checks against the targets; nil has none.
	Tester Tester
}

// The defaults of Config.
const (
	defaultTick       = time.Second
	defaultLogEntries = 10000
)

// Errors that callers tell apart.
var (
	// ErrNotFound: there is no such tenant, user, group, task or entry.
	ErrNotFound = errors.New("not found")
	// ErrInvalid: what was given cannot be; the text says what to do.
	ErrInvalid = errors.New("invalid")
	// ErrConflict: something with that name is there already, or the state
	// does not allow it.
	ErrConflict = errors.New("conflict")
	// ErrGoesOn: the caller stopped waiting; what was begun goes on, and the
	// log tells how it ends.
	ErrGoesOn = errors.New("it goes on; the log tells how it ends")
	// ErrStorage: the change could not be kept, and so was not made.
	ErrStorage = errors.New("the database cannot be written")
)

// problem is an error of one of the kinds above.
type problem struct {
	kind error
	text string
}

func (p *problem) Error() string { return p.text }
func (p *problem) Unwrap() error { return p.kind }

func invalid(format string, args ...any) error {
	return &problem{ErrInvalid, fmt.Sprintf(format, args...)}
}
func missing(format string, args ...any) error {
	return &problem{ErrNotFound, fmt.Sprintf(format, args...)}
}
func conflict(format string, args ...any) error {
	return &problem{ErrConflict, fmt.Sprintf(format, args...)}
}

// App is the program: its tenants, and where they are kept.
type App struct {
	cfg   Config
	store store

	mu      sync.Mutex
	tenants map[string]*Tenant
}

// Open makes the program, with the tenants that the file holds.
func Open(cfg Config) (*App, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Tick == 0 {
		cfg.Tick = defaultTick
	}
	if cfg.LogEntries <= 0 {
		cfg.LogEntries = defaultLogEntries
	}
	a := &App{cfg: cfg, store: memory{}, tenants: map[string]*Tenant{}}
	if cfg.File == "" {
		return a, nil
	}
	s, err := openSQLite(cfg.File)
	if err != nil {
		return nil, err
	}
	a.store = s
	kept, err := s.load()
	if err == nil {
		for id, k := range kept {
			t, err := restoreTenant(a, id, k)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("the tenant %s in %s: %w", id, cfg.File, err), a.Close())
			}
			a.tenants[id] = t
		}
		for _, t := range a.tenants {
			t.begin()
		}
		return a, nil
	}
	return nil, errors.Join(err, s.close())
}

// Close ends what the tenants are at, as soon as the request that is on its way
// is answered, and closes the file.
func (a *App) Close() error {
	for _, t := range a.Tenants() {
		t.end()
	}
	return a.store.close()
}

// Tenants lists the tenants by their ids.
func (a *App) Tenants() []*Tenant {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []*Tenant
	for _, id := range slices.Sorted(maps.Keys(a.tenants)) {
		out = append(out, a.tenants[id])
	}
	return out
}

// Tenant finds a tenant, or returns ErrNotFound.
func (a *App) Tenant(id string) (*Tenant, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.tenants[id]; t != nil {
		return t, nil
	}
	return nil, missing("there is no tenant %q", id)
}

// AddTenant makes a tenant. The secret is its credential at the target.
func (a *App) AddTenant(s Settings, secret string) (*Tenant, error) {
	s.clean()
	if s.ID == "" {
		s.ID = slug(s.Name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tenants[s.ID] != nil {
		return nil, conflict("there is a tenant %q already; give another id", s.ID)
	}
	t, err := newTenant(a, s, secret, nil)
	if err != nil {
		return nil, err
	}
	if err := t.keepAll(); err != nil {
		return nil, err
	}
	a.tenants[s.ID] = t
	t.begin()
	return t, nil
}

// RemoveTenant forgets a tenant with all that is its own. The target is not
// told.
func (a *App) RemoveTenant(id string) error {
	t, err := a.Tenant(id)
	if err != nil {
		return err
	}
	t.end()
	if err := a.store.drop(id); err != nil {
		return stored(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tenants, id)
	return nil
}

// stored words an error of the store.
func stored(err error) error {
	if err == nil {
		return nil
	}
	return &problem{ErrStorage, fmt.Sprintf("%v: %v; free some space, and start again", ErrStorage, err)}
}

// wait waits for what was begun, as long as the caller does.
func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ErrGoesOn
	}
}
