package mockidp

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// PartKind says what a part of the state is about.
type PartKind string

// The kinds of parts.
const (
	PartUser  PartKind = "user"
	PartGroup PartKind = "group"
	PartTask  PartKind = "task"
)

// Part names what an identity provider keeps of one user, one group or one
// task, a job's knowledge of it included. Parts are kept one by one, so that a
// change of one user does not write down all of them.
type Part struct {
	Kind PartKind
	Key  string
}

func (p *Provider) touch(s subject) {
	p.touched[Part{pick(s.group, PartGroup, PartUser), s.key}] = true
}

func (p *Provider) touchTask(t *task) { p.touched[Part{PartTask, strconv.Itoa(t.ID)}] = true }

// Touched lists the parts that changed, or went, since it was called last.
func (p *Provider) Touched() []Part {
	out := make([]Part, 0, len(p.touched))
	for part := range p.touched {
		out = append(out, part)
	}
	if len(out) > 0 {
		p.touched = map[Part]bool{} // one that was large once stays slow
	}
	return out
}

// Kept is a part as it is kept.
type Kept struct {
	// Data is JSON; nil when there is none of the part any more.
	Data json.RawMessage
	// Lists are those of GroupLists that a group has, by their names. Their entries
	// come and go one by one, and there may be very many: what came and went is
	// enough to be kept. They are not to be changed, and hold until the provider is
	// used again.
	Lists map[string][]string
}

// The lists of a group: its members as they were pushed, its members as the
// directory of a job has them, and who came (+) and left (-) since.
const (
	listPushed     = "members"
	listMembers    = "source-members"
	listReferences = "references"
)

// GroupLists are the names of the lists that are kept of a group. No entry is in
// a list twice.
func GroupLists() []string { return []string{listPushed, listMembers, listReferences} }

// userPart is all that is known of a user.
type userPart struct {
	Account *accountPart `json:"account,omitempty"`
	Source  *sourcePart  `json:"source,omitempty"`
}

type accountPart struct {
	User     User   `json:"user"`
	ID       string `json:"id,omitempty"`
	Assigned bool   `json:"assigned,omitempty"`
	Active   bool   `json:"active,omitempty"`
	Manager  string `json:"manager,omitempty"`
	Dirty    bool   `json:"dirty,omitempty"`
	// Sent is the user as it was pushed last; Pushed: as it is now.
	Sent   *User `json:"sent,omitempty"`
	Pushed bool  `json:"pushed,omitempty"`
	// First is the user as the account was made or found.
	First *User `json:"first,omitempty"`
	// Listed is the account as a list of all showed it.
	Listed scim.Body `json:"listed,omitempty"`
}

type sourcePart struct {
	// User is nil where it is that of the account.
	User           *User      `json:"user,omitempty"`
	InScope        bool       `json:"in_scope,omitempty"`
	Enabled        bool       `json:"enabled,omitempty"`
	Deleted        time.Time  `json:"deleted,omitzero"`
	Changed        bool       `json:"changed,omitempty"`
	Manager        string     `json:"manager,omitempty"`
	ManagerChanged bool       `json:"manager_changed,omitempty"`
	Escrow         escrowPart `json:"escrow,omitzero"`
	ManagerEscrow  escrowPart `json:"manager_escrow,omitzero"`
}

type escrowPart struct {
	Failures int       `json:"failures,omitempty"`
	Next     time.Time `json:"next,omitzero"`
}

// groupPart is all that is known of a group.
type groupPart struct {
	Pushed *pushedPart      `json:"pushed,omitempty"`
	Source *sourceGroupPart `json:"source,omitempty"`
}

type pushedPart struct {
	Group Group  `json:"group"`
	ID    string `json:"id,omitempty"`
	// Members are read, where an older program wrote them here.
	Members []string `json:"members,omitempty"`
}

type sourceGroupPart struct {
	Group   Group      `json:"group"`
	Members []string   `json:"members,omitempty"` // likewise
	Deleted bool       `json:"deleted,omitempty"`
	Changed bool       `json:"changed,omitempty"`
	Escrow  escrowPart `json:"escrow,omitzero"`
	// Refs are those in escrow; an older program wrote all of them here.
	Refs []referencePart `json:"refs,omitempty"`
}

type referencePart struct {
	Key    string     `json:"key"`
	Add    bool       `json:"add,omitempty"`
	Escrow escrowPart `json:"escrow,omitzero"`
}

type taskPart struct {
	Group  bool      `json:"group,omitempty"`
	Key    string    `json:"key"`
	Act    act       `json:"act"`
	Change Change    `json:"change"`
	Next   time.Time `json:"next,omitzero"`
}

// Part is a part as it is to be kept.
func (p *Provider) Part(part Part) Kept {
	var v any
	var lists map[string][]string
	switch part.Kind {
	case PartUser:
		v = p.userPart(part.Key)
	case PartGroup:
		v, lists = p.groupPart(part.Key)
	case PartTask:
		id, _ := strconv.Atoi(part.Key) // as touchTask made it
		if t := p.tasks.byID[id]; t != nil {
			v = taskPart{t.subject.group, t.subject.key, t.act, t.Change, t.Next}
		}
	}
	if v == nil {
		return Kept{}
	}
	data, err := json.Marshal(v)
	if err != nil {
		panic("a part that cannot be JSON: " + err.Error())
	}
	return Kept{data, lists}
}

func (p *Provider) userPart(key string) any {
	a, s := p.users[key], (*sourceUser)(nil)
	if p.job != nil {
		s = p.job.users[key]
	}
	if a == nil && s == nil {
		return nil
	}
	var part userPart
	if a != nil {
		part.Account = &accountPart{*a.user, a.id, a.assigned, a.active, a.manager, a.dirty, a.sent, false, a.first, a.listed}
		if a.sent != nil && *a.sent == *a.user {
			part.Account.Sent, part.Account.Pushed = nil, true
		}
	}
	if s != nil {
		own := s.user
		if a != nil && *a.user == *own {
			own = nil
		}
		part.Source = &sourcePart{
			own, s.inScope, s.enabled, s.deleted, s.changed, s.manager, s.managerChanged,
			s.escrow.part(), s.managerEscrow.part(),
		}
	}
	return part
}

func (p *Provider) groupPart(key string) (v any, lists map[string][]string) {
	g, s := p.groups[key], (*sourceGroup)(nil)
	if p.job != nil {
		s = p.job.groups[key]
	}
	if g == nil && s == nil {
		return nil, nil
	}
	var part groupPart
	lists = map[string][]string{}
	if g != nil {
		part.Pushed = &pushedPart{Group: g.group, ID: g.id}
		lists[listPushed] = g.members
	}
	if s != nil {
		part.Source = &sourceGroupPart{Group: s.group, Deleted: s.deleted, Changed: s.changed, Escrow: s.escrow.part()}
		lists[listMembers] = s.members
		refs := make([]string, 0, len(s.refs))
		for _, r := range s.refs {
			if r.done {
				continue
			}
			refs = append(refs, pick(r.add, "+", "-")+r.key)
			if r.escrow.failures > 0 {
				part.Source.Refs = append(part.Source.Refs, referencePart{r.key, r.add, r.escrow.part()})
			}
		}
		lists[listReferences] = refs
	}
	return part, lists
}

func (e escrow) part() escrowPart   { return escrowPart{e.failures, e.next} }
func (e escrowPart) escrow() escrow { return escrow{e.Failures, e.Next} }

// Progress is what an identity provider keeps that is about no user, group or
// task.
type Progress struct {
	Now        time.Time    `json:"now,omitzero"`
	Disabled   bool         `json:"disabled,omitempty"`
	TaskNumber int          `json:"task_number,omitempty"`
	Job        *JobProgress `json:"job,omitempty"`
}

// JobProgress is how far a job is.
type JobProgress struct {
	Number     int                 `json:"number,omitempty"`
	Initial    bool                `json:"initial,omitempty"`
	Running    bool                `json:"running,omitempty"`
	Next       time.Time           `json:"next,omitzero"`
	Allowed    bool                `json:"allowed,omitempty"`
	Quarantine *QuarantineProgress `json:"quarantine,omitempty"`
	Cycles     []Cycle             `json:"cycles,omitempty"`
}

// QuarantineProgress is a quarantine that goes on.
type QuarantineProgress struct {
	Code   string    `json:"code"`
	Since  time.Time `json:"since"`
	Cycles int       `json:"cycles"`
}

// Progress is the state that Part leaves out.
func (p *Provider) Progress() Progress {
	out := Progress{Disabled: p.disabled, TaskNumber: p.taskNumber}
	if p.clock != nil {
		out.Now = p.clock.Now()
	}
	if j := p.job; j != nil {
		out.Job = &JobProgress{
			Number: j.number, Initial: j.initial, Running: j.run != 0, Next: j.next, Allowed: j.allowed, Cycles: j.cycles,
		}
		if q := j.quarantine; q != nil {
			out.Job.Quarantine = &QuarantineProgress{q.code, q.since, q.cycles}
		}
	}
	return out
}

// Restore gives a new provider, and the job that was made on it, the state of
// another one: retries and cycles that were planned are planned again. What
// became due meanwhile is done when the clock is next moved. It sends nothing. The
// parts are taken out of the map as they are read, so that a large directory is
// not held twice.
func (p *Provider) Restore(progress Progress, parts map[Part]Kept) error {
	p.disabled, p.taskNumber = progress.Disabled, progress.TaskNumber
	for part, kept := range parts {
		if err := p.restorePart(part, kept); err != nil {
			return fmt.Errorf("the kept state of %s %s cannot be read: %w", part.Kind, part.Key, err)
		}
		delete(parts, part)
	}
	p.tasks.sort()
	for _, t := range p.tasks.all() {
		if !t.Next.IsZero() && p.clock != nil {
			p.schedule(t)
		}
	}
	if j, kept := p.job, progress.Job; j != nil && kept != nil {
		j.number, j.initial, j.allowed, j.cycles = kept.Number, kept.Initial, kept.Allowed, kept.Cycles
		if q := kept.Quarantine; q != nil {
			j.quarantine = &quarantine{q.Code, q.Since, q.Cycles}
		}
		if kept.Running {
			j.plan(kept.Next)
		}
	}
	return nil
}

// shared is the one of two users that is held already, where they are the same.
func shared(u, held *User) *User {
	if u != nil && held != nil && *u == *held {
		return held
	}
	return u
}

func (p *Provider) restorePart(part Part, kept Kept) error {
	data := kept.Data
	switch part.Kind {
	case PartUser:
		var u userPart
		if err := json.Unmarshal(data, &u); err != nil {
			return err
		}
		if a := u.Account; a != nil {
			user := a.User
			if a.Pushed {
				a.Sent = &user
			}
			p.users[part.Key] = &account{
				user: &user, id: a.ID, assigned: a.Assigned, active: a.Active, manager: a.Manager, dirty: a.Dirty, sent: shared(a.Sent, &user), first: a.First, listed: a.Listed,
			}
		}
		if s := u.Source; s != nil && p.job != nil {
			var held *User
			if a := p.users[part.Key]; a != nil {
				held = a.user
			}
			if s.User == nil {
				s.User = held
			}
			if s.User == nil {
				return errors.New("it has no user")
			}
			p.job.users[part.Key] = &sourceUser{
				shared(s.User, held), s.InScope, s.Enabled, s.Deleted, s.Changed, s.Manager, s.ManagerChanged, s.Escrow.escrow(), s.ManagerEscrow.escrow(),
			}
			p.job.settle(ofUser(part.Key))
		}
	case PartGroup:
		var g groupPart
		if err := json.Unmarshal(data, &g); err != nil {
			return err
		}
		if e := g.Pushed; e != nil {
			p.groups[part.Key] = &pushed{e.Group, e.ID, append(e.Members, kept.Lists[listPushed]...)}
		}
		if s := g.Source; s != nil && p.job != nil {
			p.job.groups[part.Key] = &sourceGroup{
				group: s.Group, members: append(s.Members, kept.Lists[listMembers]...), deleted: s.Deleted, changed: s.Changed,
				escrow: s.Escrow.escrow(), refs: references(s.Refs, kept.Lists[listReferences]),
			}
			p.job.settle(ofGroup(part.Key))
		}
	case PartTask:
		var t taskPart
		if err := json.Unmarshal(data, &t); err != nil {
			return err
		}
		id, err := strconv.Atoi(part.Key)
		if err != nil {
			return err
		}
		p.tasks.add(&task{
			Task: Task{ID: id, Group: t.Group, Change: t.Change, Next: t.Next}, subject: subject{t.Group, t.Key}, act: t.Act,
		})
	}
	return nil
}

// references are those of a list, with their escrows; those that are not in the
// list are of an older program, which had no list.
func references(known []referencePart, list []string) (out []reference) {
	escrows := map[string]escrow{}
	for _, r := range known {
		escrows[r.Key] = r.Escrow.escrow()
		if len(list) == 0 {
			out = append(out, reference{key: r.Key, add: r.Add, escrow: r.Escrow.escrow()})
		}
	}
	for _, text := range list {
		key := text[1:]
		out = append(out, reference{key: key, add: text[0] == '+', escrow: escrows[key]})
	}
	return out
}

// Parts are all parts, as Part gives them.
func (p *Provider) Parts() map[Part]Kept {
	out := map[Part]Kept{}
	add := func(kind PartKind, key string) {
		part := Part{kind, key}
		if out[part].Data == nil {
			out[part] = p.Part(part)
		}
	}
	for key := range p.users {
		add(PartUser, key)
	}
	for key := range p.groups {
		add(PartGroup, key)
	}
	if p.job != nil {
		for key := range p.job.users {
			add(PartUser, key)
		}
		for key := range p.job.groups {
			add(PartGroup, key)
		}
	}
	for _, t := range p.tasks.all() {
		add(PartTask, strconv.Itoa(t.ID))
	}
	return out
}
