package server

import (
	"context"
	"time"

	"github.com/scimtest/scimtest/mockidp"
)

// TestConnection sends the connection test of the identity provider.
func (t *Tenant) TestConnection(ctx context.Context) (Result, error) {
	return t.act(ctx, "test connection", func(ctx context.Context) error {
		t.provider.TestConnection(ctx)
		return nil
	})
}

// RunCycle runs a cycle of Entra ID now. Others have no cycles.
func (t *Tenant) RunCycle(ctx context.Context) (Result, error) {
	return t.withJob(ctx, "cycle", func(ctx context.Context, j *mockidp.Job) error {
		j.RunNow(ctx)
		return nil
	})
}

// withJob does something with the job of Entra ID.
func (t *Tenant) withJob(ctx context.Context, source string, do func(context.Context, *mockidp.Job) error) (Result, error) {
	c, ok := t.rhythm.(*cycles)
	if !ok {
		return Result{}, conflict("%s acts at once and has no cycles", t.dialect.Label)
	}
	return t.act(ctx, source, func(ctx context.Context) error { return do(ctx, c.job) })
}

// Start has the identity provider provision. A job of Entra ID begins with a
// cycle at once (entra.md 4.2). Others switch provisioning on and test the
// connection; who was assigned before waits for ProvisionOutOfSync (okta.md
// 5.1).
func (t *Tenant) Start(ctx context.Context) (Result, error) {
	if _, ok := t.rhythm.(*cycles); ok {
		return t.withJob(ctx, "start", func(ctx context.Context, j *mockidp.Job) error {
			j.Start(ctx)
			return nil
		})
	}
	return t.act(ctx, "start", func(ctx context.Context) error {
		if t.provider.Disabled() {
			t.provider.EnableProvisioning(ctx)
		}
		return nil
	})
}

// Pause has the identity provider provision no more, until Start. A cycle that
// runs is finished (entra.md 4.2).
func (t *Tenant) Pause(ctx context.Context) (Result, error) {
	return t.act(ctx, "pause", func(context.Context) error {
		if c, ok := t.rhythm.(*cycles); ok {
			c.job.Stop()
			return nil
		}
		t.provider.DisableProvisioning()
		return nil
	})
}

// maxForward is how far the clock can be moved in one go.
const maxForward = 366 * 24 * time.Hour

// FastForward moves the clock on, and does what becomes due on the way: cycles
// and retries.
func (t *Tenant) FastForward(ctx context.Context, d time.Duration) (Result, error) {
	if d <= 0 || d > maxForward {
		return Result{}, invalid("the clock cannot be moved by %s; give a time such as 40m, up to a year", d)
	}
	return t.act(ctx, "fast-forward", func(ctx context.Context) error {
		t.ahead += d
		return t.catchUp(ctx)
	})
}

// ProvisionOnDemand provisions one user now, and tells the steps.
func (t *Tenant) ProvisionOnDemand(ctx context.Context, key string) (mockidp.OnDemand, error) {
	var out mockidp.OnDemand
	_, err := t.act(ctx, "on demand", func(ctx context.Context) error {
		if p := t.dir.people[key]; p == nil || p.Gone {
			return missing("there is no user %q", key)
		}
		out = t.rhythm.onDemand(ctx, key)
		t.explain(out.Steps)
		return nil
	})
	if err != nil {
		return mockidp.OnDemand{}, err // what goes on may still be written
	}
	return out, nil
}

// ProvisionGroupOnDemand provisions one group now. Entra ID takes up to five
// members that are named (entra.md 4.5); others send them all.
func (t *Tenant) ProvisionGroupOnDemand(ctx context.Context, key string, memberKeys ...string) (mockidp.OnDemand, error) {
	var out mockidp.OnDemand
	_, err := t.act(ctx, "on demand", func(ctx context.Context) error {
		g := t.dir.teams[key]
		if g == nil || g.Gone {
			return missing("there is no group %q", key)
		}
		for _, m := range memberKeys {
			if !contains(g.Group.Members, m) {
				return invalid("%q is no member of the group", m)
			}
		}
		out = t.rhythm.onDemandGroup(ctx, key, memberKeys)
		t.explain(out.Steps)
		return nil
	})
	if err != nil {
		return mockidp.OnDemand{}, err
	}
	return out, nil
}

// ForceSync pushes linked users that changed since the last push that worked:
// "Force Sync" (okta.md 5.3).
func (t *Tenant) ForceSync(ctx context.Context) (Result, error) {
	return t.withoutJob(ctx, "force sync", func(ctx context.Context) { t.provider.ForceSync(ctx) })
}

// ProvisionOutOfSync provisions whoever is assigned and not linked: "Provision
// User" (okta.md 5.3).
func (t *Tenant) ProvisionOutOfSync(ctx context.Context) (Result, error) {
	return t.withoutJob(ctx, "provision out of sync users", func(ctx context.Context) { t.provider.ProvisionOutOfSync(ctx) })
}

func (t *Tenant) withoutJob(ctx context.Context, source string, do func(context.Context)) (Result, error) {
	if _, ok := t.rhythm.(*cycles); ok {
		return Result{}, conflict("%s does this in its cycles; run a cycle or restart", t.dialect.Label)
	}
	return t.act(ctx, source, func(ctx context.Context) error {
		if t.provider.Disabled() {
			return conflict("provisioning is switched off; start it first")
		}
		do(ctx)
		return nil
	})
}

// PushNow pushes the whole list of members of a group (okta.md 3.6).
func (t *Tenant) PushNow(ctx context.Context, key string) (Result, error) {
	return t.act(ctx, "push now", func(ctx context.Context) error {
		if g := t.dir.teams[key]; g == nil || g.Gone {
			return missing("there is no group %q", key)
		}
		if _, ok := t.rhythm.(*cycles); ok || t.dialect.ReplaceMembers == nil {
			return conflict("%s has no such thing", t.dialect.Label)
		}
		t.provider.PushNow(ctx, key)
		return nil
	})
}

// Restart has the next cycle of Entra ID look at everything again; a full one
// drops the links too (entra.md 4.6).
func (t *Tenant) Restart(ctx context.Context, full bool) (Result, error) {
	return t.withJob(ctx, "restart", func(ctx context.Context, j *mockidp.Job) error {
		j.Restart(ctx, full)
		return nil
	})
}

// AllowDeletions lets the next cycle do the deletions that were held (entra.md
// 4.8).
func (t *Tenant) AllowDeletions(ctx context.Context) (Result, error) {
	return t.withJob(ctx, "allow deletions", func(ctx context.Context, j *mockidp.Job) error {
		j.AllowDeletions(ctx)
		return nil
	})
}

// Faults lists what was set to go wrong on the way to the target.
func (t *Tenant) Faults() []Fault { return t.way.faults() }

// SetFaults sets what goes wrong on the way to the target, in place of what was
// set; nothing mends it. The first fault that hits a request acts.
func (t *Tenant) SetFaults(faults []Fault) error {
	for _, f := range faults {
		if err := f.check(); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.way.set(faults, false)
	t.notify()
	return t.keep()
}
