package mockidp

import (
	"context"
	"net/http"
)

// What a user has beside her own attributes: a manager, who is a user too, and
// app roles.

func (p *Provider) setManager(ctx context.Context, key, managerKey string) Change {
	w := p.begin(ctx, "set the manager", key)
	a, m := p.users[key], p.users[managerKey]
	switch {
	case p.d.SetManager == nil:
		return w.lacks("SetManager")
	case a == nil || a.id == "" || m == nil || m.id == "":
		return w.skip("the reference waits until both are linked")
	}
	x, ok := w.expect(p.d.Read(a.id), "manager of "+a.user.UserName, http.StatusOK)
	if !ok {
		return w.change
	}
	current, _ := resource(x)
	if _, ok := w.expect(p.d.SetManager(a.id, current, m.id), "manager of "+a.user.UserName, http.StatusOK, http.StatusNoContent); !ok {
		return w.change
	}
	a.manager = managerKey
	return w.done("EntryExportUpdate")
}

func (p *Provider) clearManager(ctx context.Context, key string) Change {
	w := p.begin(ctx, "clear the manager", key)
	a := p.users[key]
	switch {
	case p.d.ClearManager == nil:
		return w.lacks("ClearManager")
	case a == nil || a.id == "":
		return w.skip("the user is not linked")
	}
	if _, ok := w.expect(p.d.Read(a.id), "manager of "+a.user.UserName, http.StatusOK); !ok {
		return w.change
	}
	if _, ok := w.expect(p.d.ClearManager(a.id), "manager of "+a.user.UserName, http.StatusOK, http.StatusNoContent); !ok {
		return w.change
	}
	a.manager = ""
	return w.done("EntryExportUpdate")
}

func (p *Provider) setRoles(ctx context.Context, key string, roles ...string) Change {
	w := p.begin(ctx, "set the roles", key)
	a := p.users[key]
	switch {
	case p.d.SetRoles == nil:
		return w.lacks("SetRoles")
	case a == nil || a.id == "":
		return w.skip("the user is not linked")
	}
	requests := p.d.SetRoles(a.id, roles)
	if len(requests) == 0 {
		return w.skip("the function of the mapping takes no roles away")
	}
	for _, r := range requests {
		if _, ok := w.expect(r, "roles of "+a.user.UserName, http.StatusOK, http.StatusNoContent); !ok {
			return w.change
		}
	}
	return w.done("EntryExportUpdate")
}
