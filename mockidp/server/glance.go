package server

import "time"

// Glance is what every page of a tenant shows of it. It is cheap: nobody is
// counted.
type Glance struct {
	ID, Name, Label, IdP string
	// Cycles: it acts in cycles, and not at once.
	Cycles bool
	// Running: cycles go on, or provisioning is switched on.
	Running    bool
	Now        time.Time
	Quarantine string
	Busy       string
	Broken     string
	Tasks      int
	Faults     int
	// Tests: suites can be run.
	Tests bool
}

// Glance returns what every page shows.
func (t *Tenant) Glance() Glance {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := Glance{
		ID: t.settings.ID, Name: t.settings.Name, Label: t.dialect.Label, IdP: t.dialect.IdP,
		Running: !t.provider.Disabled(), Now: t.clock.Now(), Busy: t.busy,
		Tasks: t.taskCount(), Faults: len(t.way.faults()), Tests: t.Tests(),
	}
	if t.broken != nil {
		g.Broken = t.broken.Error()
	}
	if c, ok := t.rhythm.(*cycles); ok {
		g.Cycles, g.Running, g.Quarantine = true, c.job.Running(), c.job.Quarantine()
	}
	return g
}

// UserAttributes lists the attributes of a user that are text, by their names in
// files and in scoping filters.
func UserAttributes() []string {
	var out []string
	for _, f := range (&User{}).fields() {
		out = append(out, f.name)
	}
	return out
}

// ScopeOperators lists the operators of scoping filters.
func ScopeOperators() []string { return append([]string(nil), operators...) }
