package server

import "context"

// repair takes the way that is open to an administrator: the assignment is
// made anew, which matches the account and writes it whole (okta.md 5.4).
func (r *realTime) repair(ctx context.Context, key string, now told) {
	p := r.t.provider
	if !now.wanted() {
		p.Unassign(ctx, key)
		return
	}
	p.Forget(key)
	p.Assign(ctx, r.t.dir.people[key].User.mockidp())
}

// repairGroup pushes the group anew: it is matched by its name, and all members
// are sent.
func (r *realTime) repairGroup(ctx context.Context, g *team) {
	r.t.provider.PushGroup(ctx, g.Group.mockidp(), g.Group.Members...)
}

// repair has one user evaluated as after a restart, without the others.
func (r *cycles) repair(ctx context.Context, key string, _ told) {
	r.job.Reevaluate(ctx, key)
}

func (r *cycles) repairGroup(ctx context.Context, g *team) {
	r.job.ReevaluateGroup(ctx, g.Group.Key)
}
