package server

import (
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// The states of a user or group at the target, as the identity provider
// believes them to be.
const (
	// OutOfScope: not assigned, and with no active account.
	OutOfScope = "out-of-scope"
	// InSync: the target was told everything.
	InSync = "in-sync"
	// Pending: something is still to be sent.
	Pending = "pending"
	// Broken: the last attempt failed.
	Broken = "failed"
)

// UserRow is a user in a list.
type UserRow struct {
	User
	// Assigned: the application was assigned to the user, and ByGroup: to a
	// group of the user's.
	Assigned bool `json:"assigned"`
	ByGroup  bool `json:"by_group"`
	// InScope: assigned in either way, and let through by the scoping filters.
	InScope bool `json:"in_scope"`
	// Status is out-of-scope, in-sync, pending or failed.
	Status string `json:"status"`
	// TargetID is the link.
	TargetID string `json:"target_id,omitempty"`
	// Active is what the target is believed to hold.
	Active bool `json:"active"`
}

// UserDetail is all that is known of a user.
type UserDetail struct {
	UserRow
	// Groups are the keys of the user's groups, and Reports those of whose
	// manager the user is.
	Groups  []string `json:"groups"`
	Reports []string `json:"reports"`
	// Left: was assigned once, is to have no account, and is not linked any more.
	// The target may hold the account still.
	Left bool `json:"left,omitempty"`
	// AppUser is Okta's record; nil of others (okta.md 5.1).
	AppUser *AppUser `json:"app_user,omitempty"`
	// Failures in a row, and NextTry, are those of Entra's escrow.
	Failures int       `json:"failures,omitempty"`
	NextTry  time.Time `json:"next_try,omitzero"`
	// Body is the resource that the identity provider would create.
	Body scim.Body `json:"body,omitempty"`
}

// AppUser is the record that Okta keeps of a user of an application.
type AppUser struct {
	Status     string `json:"status"`
	SyncState  string `json:"sync_state"`
	ExternalID string `json:"external_id,omitempty"`
}

// GroupRow is a group in a list.
type GroupRow struct {
	Key      string `json:"key"`
	ObjectID string `json:"object_id"`
	Name     string `json:"name"`
	Members  int    `json:"members"`
	Assigned bool   `json:"assigned"`
	// Pushed: the group itself is to be on the target.
	Pushed   bool   `json:"pushed"`
	Status   string `json:"status"`
	TargetID string `json:"target_id,omitempty"`
}

// GroupDetail is all that is known of a group.
type GroupDetail struct {
	GroupRow
	// Members are those of the directory.
	Members []string `json:"members"`
}

// ListQuery chooses users or groups.
type ListQuery struct {
	// Search is looked for, in any letter case, in names, addresses and keys.
	Search string
	// Status is one of the states; "" is any.
	Status string
	// Offset and Limit choose a page; Limit 0 is all.
	Offset, Limit int
}

// Users lists users in the order of their keys, and says how many there are on
// all pages.
func (t *Tenant) Users(q ListQuery) (page []UserRow, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	word := strings.ToLower(q.Search)
	page = []UserRow{}
	all := t.dir.list()
	if word == "" && q.Status == "" {
		for _, p := range all[min(q.Offset, len(all)):] {
			if q.Limit > 0 && len(page) == q.Limit {
				break
			}
			page = append(page, t.row(p))
		}
		return page, len(all)
	}
	t.eachPerson(func(p *person) {
		if word != "" && !p.User.has(word) || q.Status != "" && t.status(p) != q.Status {
			return
		}
		if total >= q.Offset && (q.Limit == 0 || len(page) < q.Limit) {
			page = append(page, t.row(p))
		}
		total++
	})
	return page, total
}

// eachPerson goes through the people by their keys, and breathes.
func (t *Tenant) eachPerson(look func(*person)) {
	for i, p := range t.dir.list() {
		t.breathe(i)
		if !p.Gone {
			look(p)
		}
	}
}

// subject is a user or group.
type subject struct {
	group bool
	key   string
}

func (t *Tenant) row(p *person) UserRow {
	a, _ := t.provider.Account(p.User.Key)
	return UserRow{
		User: p.User, Assigned: p.Assigned, ByGroup: t.assignedByGroup(p.User.Key), InScope: t.inScope(p),
		Status: t.status(p), TargetID: a.ID, Active: a.Active,
	}
}

func (t *Tenant) status(p *person) string {
	key := p.User.Key
	failed := t.failed(false, key)
	if t.settings.KeepOutOfScope && !t.inScope(p) && p.User.Deleted.IsZero() && !failed {
		return OutOfScope // and stays as it is (entra.md 4.9)
	}
	wanted := p.User.Enabled && p.User.Deleted.IsZero() && !p.Gone && t.inScope(p)
	a, known := t.provider.Account(key)
	switch {
	case failed:
		return Broken
	case !known && !wanted:
		return OutOfScope
	case wanted && (a.ID == "" || !a.Active || a.Changed), !wanted && a.Active:
		return Pending
	case t.dirtyUsers[key] && (p.Told == nil || *p.Told != t.view(p)):
		return Pending
	}
	if c, ok := t.rhythm.(*cycles); ok {
		if wanted && c.job.Pending(key) {
			return Pending
		}
	}
	if wanted {
		return InSync
	}
	return OutOfScope
}

// User returns a user with all that is known of it.
func (t *Tenant) User(key string) (UserDetail, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, err := t.someone(key)
	if err != nil {
		return UserDetail{}, err
	}
	d := UserDetail{
		UserRow: t.row(p), Groups: append([]string{}, t.dir.groupKeys(key)...),
		Reports: append([]string{}, sortedKeys(t.dir.reports[key])...), Body: t.dialect.Body(p.User.mockidp()),
	}
	_, assigned := t.provider.Account(key)
	d.Left = assigned && d.TargetID == "" && t.left(p)
	if r, ok := t.provider.AppUser(key); ok {
		d.AppUser = &AppUser{r.Status, r.SyncState, r.ExternalID}
	}
	if c, ok := t.rhythm.(*cycles); ok {
		if s, ok := c.job.State(key); ok {
			d.Failures, d.NextTry = s.Failures, s.NextTry
		}
	}
	return d, nil
}

// Groups lists groups in the order of their names.
func (t *Tenant) Groups(q ListQuery) (page []GroupRow, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	word := strings.ToLower(q.Search)
	page = []GroupRow{}
	for _, key := range t.dir.teamKeys() {
		g := t.dir.teams[key]
		if g.Gone || word != "" && !strings.Contains(strings.ToLower(g.Group.Name), word) && !strings.Contains(key, word) {
			continue
		}
		row := t.groupRow(g)
		if q.Status != "" && row.Status != q.Status {
			continue
		}
		if total >= q.Offset && (q.Limit == 0 || len(page) < q.Limit) {
			page = append(page, row)
		}
		total++
	}
	return page, total
}

func (t *Tenant) groupRow(g *team) GroupRow {
	key := g.Group.Key
	row := GroupRow{
		Key: key, ObjectID: g.Group.ObjectID, Name: g.Group.Name, Members: len(g.Group.Members),
		Assigned: g.Assigned, Pushed: t.wantsGroup(g), Status: OutOfScope,
	}
	row.TargetID, _ = t.provider.GroupLink(key)
	pending := t.dirtyGroups[key]
	if c, ok := t.rhythm.(*cycles); ok {
		pending = pending || c.job.GroupPending(key)
	}
	switch {
	case t.failed(true, key):
		row.Status = Broken
	case row.Pushed && (row.TargetID == "" || pending), !row.Pushed && row.TargetID != "":
		row.Status = Pending
	case row.Pushed:
		row.Status = InSync
	}
	return row
}

// Group returns a group with its members.
func (t *Tenant) Group(key string) (GroupDetail, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, err := t.team(key)
	if err != nil {
		return GroupDetail{}, err
	}
	return GroupDetail{t.groupRow(g), append([]string{}, g.Group.Members...)}, nil
}

// Overview is a tenant at a glance.
type Overview struct {
	Settings
	// Label is the dialect's name for people, and IdP the identity provider's
	// in short.
	Label string `json:"label"`
	IdP   string `json:"idp"`
	// HasCredential: a credential was given.
	HasCredential bool `json:"has_credential"`
	// Cycles: it acts in cycles, and not at once.
	Cycles bool `json:"cycles"`
	// Running: cycles go on, or provisioning is switched on.
	Running bool      `json:"running"`
	Now     time.Time `json:"now"`
	// NextCycle is when the next cycle begins; zero when none is planned.
	NextCycle  time.Time `json:"next_cycle,omitzero"`
	Quarantine string    `json:"quarantine,omitempty"`
	// Held are the keys of users and groups whose end waits for
	// AllowDeletions.
	Held []string `json:"held,omitempty"`
	// Busy says what is going on; "" when nothing is.
	Busy string `json:"busy,omitempty"`
	// Broken is why nothing can be kept any more; "" when all is well.
	Broken string `json:"broken,omitempty"`

	Users  int `json:"users"`
	Groups int `json:"groups"`
	// Statuses counts the users by their states.
	Statuses map[string]int `json:"statuses"`
	// Tasks is how many changes failed and are not mended.
	Tasks  int `json:"tasks"`
	Faults int `json:"faults"`
	// LastCycles are the last cycles that did something, the newest first, at
	// most ten.
	LastCycles []Cycle `json:"last_cycles,omitempty"`
}

// Cycle is a cycle that did something.
type Cycle struct {
	Number           int       `json:"number"`
	At               time.Time `json:"at"`
	Initial          bool      `json:"initial"`
	Operations       int       `json:"operations"`
	Failures         int       `json:"failures"`
	FailedReferences int       `json:"failed_references"`
	Quarantine       string    `json:"quarantine,omitempty"`
	Held             []string  `json:"held,omitempty"`
}

const shownCycles = 10

// Overview returns the tenant at a glance.
func (t *Tenant) Overview() Overview {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := Overview{
		Settings: t.settings.clone(), Label: t.dialect.Label, IdP: t.dialect.IdP, HasCredential: t.secret != "",
		Running: !t.provider.Disabled(), Now: t.clock.Now(), Busy: t.busy,
		Statuses: map[string]int{OutOfScope: 0, InSync: 0, Pending: 0, Broken: 0},
		Tasks:    t.taskCount(), Faults: len(t.way.faults()),
	}
	if t.broken != nil {
		o.Broken = t.broken.Error()
	}
	t.eachPerson(func(p *person) {
		o.Users++
		o.Statuses[t.status(p)]++
	})
	for _, g := range t.dir.teams {
		if !g.Gone {
			o.Groups++
		}
	}
	c, ok := t.rhythm.(*cycles)
	if !ok {
		return o
	}
	o.Cycles, o.Running, o.Quarantine = true, c.job.Running(), c.job.Quarantine()
	if next, ok := c.job.Next(); ok {
		o.NextCycle = next
	}
	all := c.job.Cycles()
	for i := len(all) - 1; i >= 0 && len(o.LastCycles) < shownCycles; i-- {
		o.LastCycles = append(o.LastCycles, cycleOf(all[i]))
	}
	if len(all) > 0 {
		o.Held = all[len(all)-1].Held
	}
	return o
}

func cycleOf(c mockidp.Cycle) Cycle {
	return Cycle{c.Number, c.At, c.Initial, c.Operations, c.Failures, c.FailedReferences, c.Quarantine, c.Held}
}

func (s Settings) clone() Settings {
	options := map[string]string{}
	for k, v := range s.Options {
		options[k] = v
	}
	s.Options, s.Scope = options, append([]Clause(nil), s.Scope...)
	return s
}

// ID is the id of the tenant.
func (t *Tenant) ID() string { return t.id }

// Dialect is the dialect that the tenant speaks.
func (t *Tenant) Dialect() *mockidp.Dialect {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dialect
}
