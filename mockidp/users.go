package mockidp

import (
	"context"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

func (p *Provider) testConnection(ctx context.Context) Change {
	w := p.begin(ctx, "test", "")
	if p.d.Discover != nil {
		for _, r := range p.d.Discover() {
			if p.d.DiscoveryMayFail {
				w.send(r)
			} else if x, ok := w.expect(r, "discovery", http.StatusOK); !ok {
				return w.change
			} else if !discovers(x) {
				w.change.Outcome, w.change.Reason = Failed, "discovery: "+r.Path+" does not answer with what belongs there"
				return w.change
			}
		}
		if p.d.Probe == nil {
			return w.done("")
		}
	}
	if p.d.Probe == nil {
		return w.lacks("Probe")
	}
	x, ok := w.expect(p.d.Probe(), "connection test", http.StatusOK)
	if !ok {
		return w.change
	}
	list, err := scim.ParseList(x.Response.Body)
	switch {
	case err != nil:
		w.change.Outcome, w.change.Reason = Failed, "connection test: the answer is no ListResponse"
	case p.isEntra() && list.TotalResults != 0:
		w.change.Outcome, w.change.Reason = Failed, "connection test: a user that does not exist was found"
	}
	return w.done("")
}

// EnableProvisioning switches provisioning on. Okta sends nothing for who is
// assigned already; that takes ProvisionOutOfSync (okta.md 5.1, 5.3). Entra ID
// evaluates everybody in its initial cycle (entra.md 4.1).
func (p *Provider) EnableProvisioning(ctx context.Context) []Change {
	p.disabled = false
	changes := []Change{p.TestConnection(ctx)}
	if p.isOkta() {
		return changes
	}
	return append(changes, p.ProvisionOutOfSync(ctx)...)
}

// ProvisionOutOfSync sends whoever is assigned and not linked: Okta's
// "Provision User" (okta.md 5.3), which PROVISION_OUT_OF_SYNC_USERS makes
// available and which sends nothing until it is chosen (okta.md 5.2), or the next
// cycle of Entra ID (entra.md 4.2).
func (p *Provider) ProvisionOutOfSync(ctx context.Context) []Change {
	var out []Change
	for _, key := range p.keys() {
		if a := p.users[key]; a.assigned && a.id == "" {
			out = append(out, p.attempt(ctx, ofUser(key), act{Verb: "provision"}))
		}
	}
	return out
}

// ForceSync is Okta's "Force Sync": it pushes linked users that changed since
// the last push that worked, and nobody else (okta.md 5.3).
func (p *Provider) ForceSync(ctx context.Context) []Change {
	var out []Change
	for _, key := range p.keys() {
		if a := p.users[key]; a.assigned && a.id != "" && a.dirty {
			out = append(out, p.attempt(ctx, ofUser(key), act{Verb: "push"}))
		}
	}
	return out
}

// keys lists the users in a stable order.
func (p *Provider) keys() []string { return sortedKeys(p.users) }

func (p *Provider) assign(ctx context.Context, u User) Change {
	a := p.users[u.Key]
	if a == nil {
		a = &account{}
		p.users[u.Key] = a
	}
	a.user, a.assigned = &u, true
	if in, why := p.d.InScope(u); !in {
		return p.outOfScope(ctx, a, "assign", why)
	}
	if p.disabled {
		a.dirty = true
		return p.begin(ctx, "assign", u.Key).skip("provisioning is not switched on")
	}
	if !p.isOkta() && a.id != "" {
		return p.push(ctx, a, true) // the link is kept (entra.md 5.11)
	}
	return p.provision(ctx, a)
}

// patchDifferences is Entra's update: what differs, and nothing when nothing
// does. Of a linked user only what changed in the directory is compared
// (entra.md 5.2).
func (p *Provider) patchDifferences(w *work, a *account, current scim.Resource, reactivate bool) Change {
	requests := p.updates(a, current)
	if reactivate && p.d.Reactivate != nil && current.Get("active").Type != gjson.True {
		requests = append(p.d.Reactivate(a.id, current, *a.user), requests...)
	}
	if len(requests) == 0 {
		a.pushed()
		w.change.Code = "RedundantExport"
		return w.skip("the target has the wanted values already")
	}
	for _, r := range requests {
		if _, ok := w.expect(r, "update of "+a.user.UserName, http.StatusOK, http.StatusNoContent); !ok {
			return w.change
		}
	}
	a.active = a.active || reactivate
	a.pushed()
	return w.done("EntryExportUpdate")
}

func (p *Provider) update(ctx context.Context, u User) Change {
	a := p.users[u.Key]
	if a == nil {
		return p.begin(ctx, "update", u.Key).skip("the user is not assigned")
	}
	a.user, a.dirty = &u, true
	in, why := p.d.InScope(u)
	switch {
	case p.disabled || !a.assigned || a.id == "" && !p.d.filters():
		return p.begin(ctx, "update", u.Key).skip("the user is not linked")
	case !in:
		return p.outOfScope(ctx, a, "update", why)
	case a.id == "":
		return p.provision(ctx, a)
	}
	return p.push(ctx, a, p.d.filters() && !a.active)
}

// outOfScope disables the account of somebody who is assigned, and kept out by
// the scoping filters of the mapping.
func (p *Provider) outOfScope(ctx context.Context, a *account, action, why string) Change {
	if a.id == "" || !a.active || p.disabled {
		return p.begin(ctx, action, a.user.Key).skip("out of scope: " + why)
	}
	c := p.unassign(ctx, a.user.Key)
	a.assigned = true
	return c
}

// push reads the linked user and sends what has to change.
func (p *Provider) push(ctx context.Context, a *account, reactivate bool) Change {
	w := p.begin(ctx, "update", a.user.Key)
	if p.d.Update == nil && !reactivate {
		return w.lacks("Update")
	}
	if p.d.Read == nil {
		return p.write(ctx, w, a, reactivate)
	}
	x := w.send(p.d.Read(a.id))
	if x.Status() == http.StatusNotFound && p.d.Rematches {
		a.id = ""
		again := p.provision(ctx, a)
		again.Exchanges = append(w.change.Exchanges, again.Exchanges...)
		return again
	}
	current, ok := resource(x)
	if x.Status() != http.StatusOK || !ok {
		w.fail(x, "Error while trying to push profile update for "+a.user.UserName)
		return w.change
	}
	if !p.isOkta() {
		return p.patchDifferences(w, a, current, reactivate)
	}
	for _, r := range p.updates(a, current) {
		if _, ok := w.expect(r, "Error while trying to push profile update for "+a.user.UserName, http.StatusOK); !ok {
			return w.change
		}
	}
	a.pushed()
	return w.done("application.provision.user.push_profile")
}

func (p *Provider) unassign(ctx context.Context, key string) Change {
	w := p.begin(ctx, "deactivate", key)
	a := p.users[key]
	if a != nil && a.id == "" {
		a.assigned = false
	}
	if a == nil || a.id == "" {
		return w.skip("the user is not linked")
	}
	if p.d.Deactivate == nil {
		return w.lacks("Deactivate")
	}
	a.assigned = false
	if !p.leaveGroups(w, key, a) || !p.switchActive(w, a, false) {
		return w.change
	}
	last := w.change.Exchanges[len(w.change.Exchanges)-1]
	if p.isOkta() || last.Request.Method == http.MethodDelete {
		a.id = "" // the next assignment matches anew (okta.md 2.5)
	}
	return w.done(p.event("application.provision.user.deactivate", "EntryExportUpdate"))
}

// switchActive sends what sets active, and reports whether it worked.
func (p *Provider) switchActive(w *work, a *account, on bool) bool {
	what := pick(on, "reactivation of ", "deactivation of ") + a.user.UserName
	var current scim.Resource
	if p.d.NeedsCurrent {
		x, ok := w.expect(p.d.Read(a.id), what, http.StatusOK)
		if !ok {
			return false
		}
		if current, ok = resource(x); !ok {
			w.fail(x, what)
			return false
		}
	}
	if have := current.Get("active"); !p.isOkta() && have.IsBool() && have.Bool() == on {
		w.change.Code = "RedundantExport" // the target has the wanted value already (entra.md 2.4)
		a.active = on
		return true
	}
	requests := p.d.Deactivate
	if on {
		requests = p.d.Reactivate
	}
	for _, r := range requests(a.id, current, *a.user) {
		if _, ok := w.expect(r, what, http.StatusOK, http.StatusNoContent); !ok {
			return false
		}
	}
	a.active = on
	return true
}

func (p *Provider) deleteUser(ctx context.Context, key string) Change {
	w := p.begin(ctx, "delete", key)
	a := p.users[key]
	if a == nil || a.id == "" {
		return w.skip("the user is not linked")
	}
	if p.d.Delete == nil {
		return w.lacks("Delete")
	}
	if !p.leaveGroups(w, key, a) {
		return w.change
	}
	if _, ok := w.expect(p.d.Delete(a.id), "deletion of "+a.user.UserName, http.StatusNoContent, http.StatusOK, http.StatusNotFound); !ok {
		return w.change
	}
	delete(p.users, key)
	return w.done("EntryExportDelete")
}

func pick[V any](cond bool, yes, no V) V {
	if cond {
		return yes
	}
	return no
}

// Forget drops the link of a user, as an administrator does who removes the
// assignment after an error.
func (p *Provider) Forget(key string) {
	p.drop(ofUser(key))
	if a := p.users[key]; a != nil {
		a.id, a.assigned = "", false
		p.touch(ofUser(key))
	}
}

// Discard forgets a user altogether: the target is not told.
func (p *Provider) Discard(key string) {
	p.drop(ofUser(key))
	delete(p.users, key)
	p.touch(ofUser(key))
}

// ForgetGroup drops the link of a group: "Unlink", the group stays on the
// target (okta.md 3.6).
func (p *Provider) ForgetGroup(key string) {
	p.drop(ofGroup(key))
	delete(p.groups, key)
	p.touch(ofGroup(key))
}

// Manager is the key of the manager that the target was told of last.
func (p *Provider) Manager(key string) string {
	if a := p.users[key]; a != nil {
		return a.manager
	}
	return ""
}

// Account is what an identity provider believes of a user's account.
type Account struct {
	// ID is the link: the target's id, "" when there is none.
	ID string
	// Active is what the target is believed to hold.
	Active bool
	// Changed: the directory has changed since the last push that worked.
	Changed bool
}

// Account is what is believed of a user's account; ok is false for who was
// never assigned.
func (p *Provider) Account(key string) (account Account, ok bool) {
	a := p.users[key]
	if a == nil {
		return Account{}, false
	}
	return Account{a.id, a.active && a.id != "", a.dirty}, true
}

// pushed notes that the target has the user as the directory has it.
func (a *account) pushed() {
	a.sent, a.dirty = a.user, false
}

// remember keeps the user as the account was made or found, where the mapping of
// a customer's own has attributes that keep their first value.
func (p *Provider) remember(a *account) {
	if a.first == nil && p.isOkta() && p.d.mapping != nil && p.d.mapping.own {
		a.first = a.user
	}
}

// updates makes the target's user look like the directory's.
func (p *Provider) updates(a *account, current scim.Resource) []scim.Request {
	p.remember(a)
	switch {
	case p.d.updateAfter != nil:
		return p.d.updateAfter(a.id, current, *a.user, before{a.sent, a.first})
	case p.d.Update != nil:
		return p.d.Update(a.id, current, *a.user)
	}
	return nil
}
