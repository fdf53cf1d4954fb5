package mockidp

import (
	"context"
	"fmt"
)

// Step is a step of provisioning on demand (entra.md 4.5).
type Step struct {
	// Name is import, scope, match, action or result.
	Name    string
	Outcome Outcome
	// Detail says what was found or done, for people.
	Detail string
}

// OnDemand is what became of provisioning one user or group on demand.
type OnDemand struct {
	Steps []Step
	// Change is what was sent; its exchanges belong to the steps match and
	// action.
	Change Change
}

// maxOnDemandMembers is how many members of a group can be named (entra.md
// 4.5).
const maxOnDemandMembers = 5

// steps collects the steps up to the one that ends them.
type steps struct{ OnDemand }

func (s *steps) add(name string, o Outcome, detail string) {
	s.Steps = append(s.Steps, Step{name, o, detail})
}

// end adds the last step of what needed no request.
func (s *steps) end(o Outcome, detail string) OnDemand {
	s.Change.Outcome, s.Change.Reason = o, detail
	s.add("result", o, detail)
	return s.OnDemand
}

// speaking is the same provider in another dialect; the two share what they
// know. It makes no tasks.
func (p *Provider) speaking(d *Dialect) *Provider {
	q := *p
	q.d, q.tasks = d, taskList{}
	return &q
}

// OnDemand provisions one user of Entra's directory now, beside the cycles.
// The dialect is that of provisioning on demand, entra-ondemand: it ignores the
// flag of the URL (entra.md 4.5). The next cycle looks at the user all the same.
func (j *Job) OnDemand(ctx context.Context, d *Dialect, key string) OnDemand {
	var s steps
	s.Change = Change{Action: "provision on demand", Subject: key}
	src := j.users[key]
	if src == nil {
		s.add("import", Failed, "the directory has no such user")
		return s.end(Failed, "nothing was sent")
	}
	if !src.deleted.IsZero() {
		s.add("import", Failed, "the user is deleted; provisioning on demand neither deletes nor restores (entra.md 4.5)")
		return s.end(Failed, "nothing was sent")
	}
	s.add("import", Done, "read "+src.user.UserName+" from the directory")
	if !src.inScope {
		s.add("scope", Skipped, "the user is not assigned")
		return s.end(Skipped, "out of scope: nothing was sent")
	}
	if in, why := d.InScope(*src.user); !in {
		s.add("scope", Skipped, why)
		return s.end(Skipped, "out of scope: nothing was sent")
	}
	s.add("scope", Done, "assigned")
	q := j.p.speaking(d)
	a := q.users[key]
	if a == nil {
		a = &account{}
		q.users[key] = a
	}
	a.user, a.assigned = src.user, true
	if !src.enabled {
		s.add("match", Skipped, "the user is disabled; provisioning on demand does not disable (entra.md 4.5)")
		return s.end(Skipped, "nothing was sent")
	}
	if a.id == "" {
		s.Change = q.provision(ctx, a)
	} else {
		s.Change = q.push(ctx, a, !a.active)
	}
	return s.conclude(j.p, a.id)
}

// OnDemandGroup provisions one group of Entra's directory now, and the members
// that are named, at most five (entra.md 4.5).
func (j *Job) OnDemandGroup(ctx context.Context, d *Dialect, key string, memberKeys ...string) OnDemand {
	var s steps
	s.Change = Change{Action: "provision on demand", Subject: key, Group: true}
	src := j.groups[key]
	switch {
	case len(memberKeys) > maxOnDemandMembers:
		s.add("import", Failed, fmt.Sprintf("%d members are named; at most %d can be (entra.md 4.5)", len(memberKeys), maxOnDemandMembers))
		return s.end(Failed, "nothing was sent")
	case src == nil:
		s.add("import", Failed, "no such group is assigned")
		return s.end(Failed, "nothing was sent")
	case src.deleted:
		s.add("import", Failed, "the group is deleted; provisioning on demand does not delete (entra.md 4.5)")
		return s.end(Failed, "nothing was sent")
	}
	s.add("import", Done, "read "+src.group.Name+" from the directory")
	s.add("scope", Done, "assigned")
	q := j.p.speaking(d)
	entry := q.groups[key]
	if entry == nil || entry.id == "" {
		s.Change = q.pushGroup(ctx, src.group)
	} else {
		s.Change = q.renameGroup(ctx, key, src.group.Name)
	}
	if entry = q.groups[key]; s.Change.Outcome != Failed && len(memberKeys) > 0 && entry != nil && entry.id != "" {
		first := s.Change
		s.Change = q.addMembers(ctx, key, memberKeys...)
		s.Change.Exchanges = append(first.Exchanges, s.Change.Exchanges...)
		if s.Change.Outcome == Skipped {
			s.Change.Outcome, s.Change.Code = first.Outcome, first.Code
		}
	}
	id := ""
	if entry != nil {
		id = entry.id
	}
	return s.conclude(j.p, id)
}

// OnDemand provisions one user of an identity provider without cycles now: who
// is not linked is matched, and who is linked is pushed. In Okta that is
// "Provision User" for one, and otherwise "Force Sync" for one (okta.md 5.3).
func (p *Provider) OnDemand(ctx context.Context, key string) OnDemand {
	var s steps
	s.Change = Change{Action: "provision on demand", Subject: key}
	a := p.users[key]
	if a == nil {
		s.add("import", Failed, "no such user was ever assigned")
		return s.end(Failed, "nothing was sent")
	}
	s.add("import", Done, "read "+a.user.UserName+" from the directory")
	switch {
	case !a.assigned:
		s.add("scope", Skipped, "the user is not assigned")
		return s.end(Skipped, "out of scope: nothing was sent")
	case p.disabled:
		s.add("scope", Skipped, "provisioning is not switched on")
		return s.end(Skipped, "nothing was sent")
	}
	s.add("scope", Done, "assigned")
	s.Change = p.attempt(ctx, ofUser(key), act{Verb: pick(a.id == "", "provision", "push")})
	return s.words(a.id)
}

// conclude tells a change that was made in another dialect, and words it.
func (s *steps) conclude(p *Provider, id string) OnDemand {
	s.Change.Attempt = 1
	s.Change = p.tell(s.Change)
	return s.words(id)
}

func (s *steps) words(id string) OnDemand {
	c := s.Change
	matched := "the link is " + id
	switch {
	case id == "":
		matched = "no account was found or made"
	case c.Action == "create":
		matched = "the target has no such account"
	case c.Action == "link":
		matched = "found " + id
	}
	s.add("match", pick(c.Outcome == Failed && id == "", Failed, Done), matched)
	s.add("action", c.Outcome, c.Action)
	detail := c.Reason
	if detail == "" {
		detail = fmt.Sprintf("%s: %s, %d requests", c.Action, c.Outcome, len(c.Exchanges))
	}
	s.add("result", c.Outcome, detail)
	return s.OnDemand
}

// DisableProvisioning switches provisioning off: what happens from then on is
// not sent, and not made up for by switching it on again (okta.md 5.1).
func (p *Provider) DisableProvisioning() { p.disabled = true }

// Disabled reports whether provisioning is switched off.
func (p *Provider) Disabled() bool { return p.disabled }

// OnDemandGroup pushes one group now: one that is not linked is matched by its
// name, and of one that is linked all members are pushed, where the dialect
// does that ("Push Now", okta.md 3.6).
func (p *Provider) OnDemandGroup(ctx context.Context, key string) OnDemand {
	var s steps
	s.Change = Change{Action: "provision on demand", Subject: key, Group: true}
	g := p.groups[key]
	if g == nil {
		s.add("import", Failed, "no such group is pushed")
		return s.end(Failed, "nothing was sent")
	}
	s.add("import", Done, "read "+g.group.Name+" from the directory")
	if p.disabled {
		s.add("scope", Skipped, "provisioning is not switched on")
		return s.end(Skipped, "nothing was sent")
	}
	s.add("scope", Done, "on the list of groups to push")
	if g.id == "" {
		s.Change = p.PushGroup(ctx, g.group, g.members...)
	} else {
		s.Change = p.PushNow(ctx, key)
	}
	id, _ := p.GroupLink(key)
	return s.words(id)
}
