package server

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// Entry is a change as the log has it.
type Entry struct {
	ID int64 `json:"id"`
	// At is the time of the tenant's clock.
	At time.Time `json:"at"`
	// Source says on whose account: an action, a cycle, the clock.
	Source string `json:"source"`
	// Action is the verb: create, link, update, deactivate, ...
	Action string `json:"action"`
	// Subject is the key of the user or group; Name is what it was called.
	Subject string `json:"subject,omitempty"`
	Group   bool   `json:"group,omitempty"`
	Name    string `json:"name,omitempty"`
	// Members are the names of those who are added to a group, or removed: the
	// first hundred.
	Members []string `json:"members,omitempty"`
	// TargetID is the link after the change.
	TargetID string          `json:"target_id,omitempty"`
	Outcome  mockidp.Outcome `json:"outcome"`
	// Code is the word of the identity provider's own log.
	Code    string `json:"code,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Attempt int    `json:"attempt,omitempty"`
	// Duration is the sum of the exchanges.
	Duration time.Duration `json:"duration_ns"`
	// Steps are those of provisioning on demand.
	Steps     []Step           `json:"steps,omitempty"`
	Exchanges []*scim.Exchange `json:"exchanges,omitempty"`
}

// Step is a step of provisioning on demand: import, scope, match, action or
// result (entra.md 4.5).
type Step struct {
	Name    string          `json:"name"`
	Outcome mockidp.Outcome `json:"outcome"`
	Detail  string          `json:"detail"`
}

// maxMembers bounds Entry.Members.
const maxMembers = 100

// maxLogged is how much of a body the log keeps, in bytes.
const maxLogged = 64 << 10

// entryOf makes a log entry of a change.
func (t *Tenant) entryOf(c mockidp.Change) *Entry {
	e := &Entry{
		At: c.At, Source: t.source, Action: c.Action, Subject: c.Subject, Group: c.Group, Outcome: c.Outcome,
		Code: c.Code, Reason: c.Reason, Attempt: c.Attempt,
	}
	e.Name, e.TargetID = t.nameOf(c.Group, c.Subject)
	for _, key := range c.Members[:min(len(c.Members), maxMembers)] {
		name, _ := t.nameOf(false, key)
		e.Members = append(e.Members, cmp.Or(name, key))
	}
	for _, x := range c.Exchanges {
		e.Duration += x.Elapsed
		e.Exchanges = append(e.Exchanges, trim(x))
	}
	return e
}

func (t *Tenant) nameOf(group bool, key string) (name, id string) {
	if group {
		id, _ = t.provider.GroupLink(key)
		if g := t.dir.teams[key]; g != nil {
			return g.Group.Name, id
		}
		return "", id
	}
	id, _ = t.provider.Link(key)
	if p := t.dir.people[key]; p != nil {
		return p.User.UserName, id
	}
	if u, ok := t.provider.User(key); ok {
		return u.UserName, id
	}
	return "", id
}

// trim is an exchange as the log keeps it.
func trim(x *scim.Exchange) *scim.Exchange {
	out := *x
	if len(out.Request.Body) > maxLogged {
		out.Request.Body, out.Request.Truncated = out.Request.Body[:maxLogged], true
	}
	if r := out.Response; r != nil && len(r.Body) > maxLogged {
		short := *r
		short.Body, short.Truncated = short.Body[:maxLogged], true
		out.Response = &short
	}
	return &out
}

// journal is the log: bounded by the number of entries, and by the bytes of
// what they hold.
type journal struct {
	entries []*Entry
	max     int
	last    int64
	size    int
}

// maxJournal bounds the log of a tenant, in bytes.
const maxJournal = 64 << 20

func newJournal(limit int) *journal { return &journal{max: limit} }

// add adds an entry, and returns the ids of those that had to go for it. An
// entry without an id gets the next one.
func (j *journal) add(e *Entry) (gone []int64) {
	if e.ID == 0 {
		e.ID = j.last + 1
	}
	j.last = max(j.last, e.ID)
	j.entries = append(j.entries, e)
	j.size += e.size()
	n := 0
	for ; n < len(j.entries)-1 && (len(j.entries)-n > j.max || j.size > maxJournal); n++ {
		j.size -= j.entries[n].size()
		gone = append(gone, j.entries[n].ID)
	}
	clear(j.entries[:n])
	j.entries = j.entries[n:]
	return gone
}

// explain gives the steps to the entry that provisioning on demand just made.
func (t *Tenant) explain(steps []mockidp.Step) {
	n := len(t.log.entries)
	if len(t.result.Changes) == 0 || n == 0 || t.log.entries[n-1] != t.result.Changes[len(t.result.Changes)-1] {
		return // nothing was sent, and so nothing logged
	}
	e := *t.log.entries[n-1] // readers may have the other one
	for _, s := range steps {
		e.Steps = append(e.Steps, Step(s))
	}
	t.log.entries[n-1], t.result.Changes[len(t.result.Changes)-1] = &e, &e
	t.write(kindLog, logKey(e.ID), &e)
}

func (e *Entry) size() int {
	n := 200 + len(e.Reason)
	for _, m := range e.Members {
		n += 16 + len(m)
	}
	for _, x := range e.Exchanges {
		n += 500 + len(x.Request.Body) + len(x.Request.Path) + len(x.Request.RawQuery)
		if x.Response != nil {
			n += len(x.Response.Body)
		}
	}
	return n
}

// LogQuery says which entries are wanted; its zero value is all.
type LogQuery struct {
	// Search is looked for, in any letter case, in names, keys, target ids,
	// codes, reasons and request lines.
	Search string
	// The rest is compared as a whole; "" is anything.
	Outcome, Action, Source, Subject, Code string
	// Group asks for groups, or for users, where it is not nil.
	Group *bool
	// From and To bound the time; zero is no bound.
	From, To time.Time
	// Offset and Limit choose a page; Limit 0 is all.
	Offset, Limit int
}

func (q *LogQuery) wants(e *Entry) bool {
	for _, f := range []struct{ want, have string }{
		{q.Outcome, string(e.Outcome)}, {q.Action, e.Action}, {q.Source, e.Source}, {q.Subject, e.Subject}, {q.Code, e.Code},
	} {
		if f.want != "" && f.want != f.have {
			return false
		}
	}
	switch {
	case q.Group != nil && (*q.Group != e.Group || e.Subject == ""):
		return false
	case !q.From.IsZero() && e.At.Before(q.From), !q.To.IsZero() && e.At.After(q.To):
		return false
	}
	return q.Search == "" || e.has(strings.ToLower(q.Search))
}

func (e *Entry) has(word string) bool {
	texts := append([]string{e.Name, e.Subject, e.TargetID, e.Code, e.Reason, e.Action, e.Source}, e.Members...)
	for _, x := range e.Exchanges {
		texts = append(texts, x.Request.Method+" "+x.Request.Path+"?"+x.Request.RawQuery)
	}
	return slices.ContainsFunc(texts, func(s string) bool { return containsFold(s, word) })
}

// Log returns the entries that are wanted, the newest first, and how many there
// are on all pages. The entries are not to be changed.
func (t *Tenant) Log(q LogQuery) (page []*Entry, total int) {
	t.mu.Lock()
	all := slices.Clone(t.log.entries)
	t.mu.Unlock()
	page = []*Entry{}
	for _, e := range slices.Backward(all) {
		if !q.wants(e) {
			continue
		}
		if total >= q.Offset && (q.Limit == 0 || len(page) < q.Limit) {
			page = append(page, e)
		}
		total++
	}
	return page, total
}

// Entry returns an entry of the log by its id.
func (t *Tenant) Entry(id int64) (*Entry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, ok := slices.BinarySearchFunc(t.log.entries, id, func(e *Entry, id int64) int { return int(e.ID - id) })
	if !ok {
		return nil, missing("the log has no entry %d; old ones go when it is full", id)
	}
	return t.log.entries[i], nil
}

// ClearLog empties the log.
func (t *Tenant) ClearLog() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.log.entries {
		t.write(kindLog, logKey(e.ID), nil)
	}
	t.log.entries, t.log.size = nil, 0
	return t.keep()
}
