package from

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp"
)

// event is a record of Okta's System Log (okta.md 6): LogEvent of its API.
type event struct {
	at          time.Time
	kind        string
	trouble     string
	transaction string
	user        *oktaTarget
	group       *oktaTarget
}

// oktaTarget is somebody, or a group, whom an event is about. Of one user an event
// may tell twice: as Okta has her, and as the application has her.
type oktaTarget struct {
	ids            []string
	userName, name string
}

const (
	provision  = "application.provision."
	membership = "application.user_membership."
)

func isOkta(data []byte) bool {
	return slices.ContainsFunc(records(data), func(r gjson.Result) bool {
		return lookup(r, "eventType").Exists() && lookup(r, "published").Exists() && lookup(r, "target").Exists()
	})
}

func readOkta(s *story, files [][]byte, _ Options) error {
	if len(s.dialects) == 0 {
		d, err := mockidp.Lookup("okta-oin", nil)
		if err != nil {
			return err
		}
		s.speaks(d)
	}
	var events []event
	apps := map[string]bool{}
	for _, data := range files {
		for _, r := range records(data) {
			e := eventOf(r)
			if strings.HasPrefix(e.kind, provision) || strings.HasPrefix(e.kind, membership) {
				for _, t := range lookup(r, "target").Array() {
					if sameWord(lookup(t, "type").String(), "AppInstance") {
						apps[lookup(t, "id").String()] = true
					}
				}
			}
			events = append(events, e)
		}
	}
	if len(apps) > 1 {
		return fmt.Errorf("the log is about %d applications; filter it by one of them, with target.id eq \"...\"", len(apps))
	}
	if len(events) > 0 && events[0].at.After(events[len(events)-1].at) {
		slices.Reverse(events)
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	o := &oktaLog{story: s, before: map[*person]string{}, told: map[*group]bool{}}
	for i := range events {
		s.place = fmt.Sprintf("event %d", i+1)
		o.read(&events[i])
	}
	return nil
}

func eventOf(r gjson.Result) event {
	e := event{kind: lookup(r, "eventType").String(), transaction: lookup(lookup(r, "transaction"), "id").String()}
	e.at, _ = time.Parse(time.RFC3339Nano, lookup(r, "published").String()) // without one the order of the file counts
	if strings.EqualFold(lookup(lookup(r, "outcome"), "result").String(), "FAILURE") {
		e.trouble = "FAILURE"
	}
	for _, t := range lookup(r, "target").Array() {
		into := &e.user
		switch strings.ToLower(lookup(t, "type").String()) {
		case "appuser", "user":
		case "usergroup", "appgroup":
			into = &e.group
		default:
			continue
		}
		if *into == nil {
			*into = &oktaTarget{}
		}
		(*into).take(t)
	}
	return e
}

func (o *oktaTarget) take(t gjson.Result) {
	o.ids = append(o.ids, lookup(t, "id").String())
	app := strings.HasPrefix(strings.ToLower(lookup(t, "type").String()), "app")
	// What the application calls somebody is what is sent.
	if login := lookup(t, "alternateId").String(); login != "" && !strings.EqualFold(login, "unknown") && (app || o.userName == "") {
		o.userName = login
	}
	if name := lookup(t, "displayName").String(); name != "" && (!app || o.name == "") {
		o.name = name
	}
}

// oktaLog reads events one by one.
type oktaLog struct {
	*story
	// before is the transaction in which somebody was assigned last.
	before map[*person]string
	// told: the members of the group changed, and the push that follows is of
	// that.
	told map[*group]bool
}

func (o *oktaLog) read(e *event) {
	switch {
	case strings.HasPrefix(e.kind, provision+"user.") || strings.HasPrefix(e.kind, membership):
		if e.user != nil {
			o.user(e)
		}
	case strings.HasPrefix(e.kind, provision+"group"):
		if e.group != nil {
			o.group(e)
		}
	case e.kind == "group.user_membership.add" || e.kind == "group.user_membership.remove":
		if e.user != nil && e.group != nil {
			o.member(e, e.kind == "group.user_membership.add")
		}
	}
}

// whom is somebody by what an event tells of her.
func (o *oktaLog) whom(t *oktaTarget) *person {
	p := o.person(t.ids...)
	if p == nil {
		p = o.called(t.userName)
	}
	if p == nil {
		p = o.enter(newPerson(nil))
	}
	o.known(p, t.ids...)
	p.learn(map[string]string{"userName": t.userName})
	if !strings.Contains(t.name, "@") {
		p.learn(map[string]string{"displayName": t.name})
	}
	o.named(p)
	return p
}

func (o *oktaLog) user(e *event) {
	p := o.whom(e.user)
	switch what := strings.TrimPrefix(strings.TrimPrefix(e.kind, provision+"user."), membership); what {
	case "add", "push", "activate", "reactivate":
		o.assigned(p, e)
	case "remove", "deactivate", "deprovision":
		o.seen(p)
		o.unassign(p, e.trouble)
	case "delete":
		o.seen(p)
		o.remove(p, e.trouble)
	case "push_profile":
		if p.standing == assigned && o.before[p] == e.transaction && e.transaction != "" {
			return // of the assignment
		}
		o.seen(p)
		o.remark("a profile is pushed, and the log does not tell what changed")
		o.ask(question{person: p, text: "KEY was changed (" + o.place + "), and the log does not tell how: write a change where the comment stands"})
	case "verify_exists", "sync", "import", "import_profile", "update":
		// Nothing is written, or it has an event of its own.
	default:
		o.once(e.kind, "%s is nothing that a verb tells", e.kind)
	}
}

// assigned tells of an assignment, of which several events tell.
func (o *oktaLog) assigned(p *person, e *event) {
	o.before[p] = e.transaction
	if p.standing != assigned || p.gone {
		o.assign(p, e.trouble)
		return
	}
	if e.trouble != "" && p.last != nil && p.last.verb == "assign" && !p.last.failed {
		o.failed(p, e.trouble)
	}
}

// failed tells that the assignment of somebody failed, which was put together
// with those of others.
func (o *oktaLog) failed(p *person, trouble string) {
	last := p.last
	at := slices.Index(o.steps, last)
	if len(last.on) > 1 && at >= 0 {
		last.on = slices.DeleteFunc(last.on, func(x object) bool { return x.person == p })
		p.last = &step{verb: last.verb, on: []object{{person: p}}}
		o.steps = slices.Insert(o.steps, at+1, p.last)
	}
	p.last.remarks = append(p.last.remarks, "in the recording: "+trouble)
	p.last.failed, p.last.sealed = true, true
}

// seen brings in somebody whom the log does not show being assigned.
func (o *oktaLog) seen(p *person) {
	if p.last != nil {
		return
	}
	o.ask(question{person: p, text: "KEY was assigned before the log begins (" + o.place + "), and is assigned first"})
	o.wasAssigned(p)
}

func (o *oktaLog) group(e *event) {
	g := o.which(e.group)
	switch what := strings.TrimPrefix(e.kind, provision); what {
	case "group_push.pushed", "group.add":
		if g.last == nil || g.gone {
			o.pushed(g, e.trouble)
		}
	case "group_push.updated", "group.update":
		o.there(g)
		o.rename(g, e.group.name, e.trouble)
	case "group_push.removed", "group.remove":
		o.there(g)
		o.removeGroup(g, e.trouble)
	case "group_push.push_memberships", "group_membership.update":
		o.there(g)
		if !o.told[g] {
			o.add("push-now", false, object{group: g}, e.trouble)
		}
		o.told[g] = false
	case "group_membership.add", "group_membership.remove":
		if e.user != nil {
			o.there(g)
			o.member(e, what == "group_membership.add")
		}
	case "group_push.mapping.update.or.delete.failed", "group_push.mapping.update.or.delete.failed.with.error":
		o.remark("a push of a group fails")
	case "group.verify_exists", "group.import", "group_membership.import":
		// Nothing is written.
	default:
		o.once(e.kind, "%s is nothing that a verb tells", e.kind)
	}
}

// which is a group by what an event tells of it.
func (o *oktaLog) which(t *oktaTarget) *group {
	g := o.story.group(t.ids...)
	if g == nil {
		for _, have := range o.groups {
			if sameWord(have.now, t.name) {
				g = have
			}
		}
	}
	if g == nil {
		g = o.enterGroup(&group{cast: t.name, now: t.name})
	}
	o.knownGroup(g, t.ids...)
	return g
}

// pushed tells that a group is pushed with those who are its members by then.
func (o *oktaLog) pushed(g *group, trouble string) {
	o.push(g, o.membersOf(g), trouble)
	g.open = nil
	o.told[g] = true
}

// membersOf are the members of a group who have the application.
func (o *oktaLog) membersOf(g *group) []*person {
	members := slices.DeleteFunc(slices.Clone(g.members), func(p *person) bool { return p.standing != assigned })
	if len(members) == 0 {
		o.ask(question{group: g, text: "the log does not tell the members of KEY: give them to push-group"})
	}
	return members
}

// there brings in a group that the log does not show being pushed.
func (o *oktaLog) there(g *group) {
	if g.last != nil {
		return
	}
	o.ask(question{group: g, text: "KEY was pushed before the log begins (" + o.place + "), and is pushed first"})
	o.wasPushed(g, o.membersOf(g))
}

// member tells that somebody joins or leaves a group. Before the group is pushed
// nothing is sent.
func (o *oktaLog) member(e *event, joins bool) {
	g, p := o.which(e.group), o.whom(e.user)
	switch {
	case g.last == nil || g.gone:
		g.members = slices.DeleteFunc(g.members, func(m *person) bool { return m == p })
		if joins {
			g.members = append(g.members, p)
		}
		return
	case p.last == nil:
		return // who has not the application is no member there
	case joins:
		o.join(g, []*person{p}, e.trouble)
	default:
		o.leave(g, []*person{p}, e.trouble)
	}
	o.told[g] = true
}
