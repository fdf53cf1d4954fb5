package mockidp

import (
	"context"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// How a user comes to be on the target: matched, and linked or created.

// provision matches the user on the target, and creates or links.
func (p *Provider) provision(ctx context.Context, a *account) Change {
	w := p.begin(ctx, "create", a.user.Key)
	if in, why := p.d.InScope(*a.user); !in {
		return w.skip("out of scope: " + why)
	}
	a.first = nil
	p.remember(a)
	switch {
	case p.d.FindAfterConflict:
		return p.createOrAdopt(w, a)
	case p.d.Find == nil && p.d.ListUsers == nil:
		return p.create(w, a)
	case p.d.Find == nil:
		hit, ok := w.findInList(p.d.ListUsers, "userName", a.user.UserName)
		switch {
		case !ok:
			return w.change
		case hit.ID() == "":
			return p.create(w, a)
		}
		a.listed, a.sent = hit.Raw(), nil
		return p.linkTo(w, a, linkOf(hit))
	}
	hits, ok := p.match(w, *a.user, "Error while verifying if user "+a.user.UserName+" exists")
	if !ok {
		return w.change
	}
	switch len(hits) {
	case 0:
		return p.create(w, a)
	case 1:
		return p.link(w, a, hits[0])
	}
	w.change.Outcome = Failed
	w.change.Code = "DuplicateTargetEntries"
	w.change.Reason = "the matching query finds more than one user"
	return w.change
}

// match sends the matching queries, one after the other, until one finds
// somebody (entra.md 2.2). A failure ends the change.
func (p *Provider) match(w *work, u User, what string) (hits []scim.Resource, ok bool) {
	var queries []scim.Request
	if p.d.matches != nil {
		queries = p.d.matches(u)
	} else {
		queries = []scim.Request{p.d.Find(u)}
	}
	if len(queries) == 0 {
		w.change.Outcome, w.change.Reason = Failed, "the user has no value for a matching attribute"
		return nil, false
	}
	for _, q := range queries {
		x := w.send(q)
		switch {
		case x.Status() == http.StatusNotFound && p.isOkta():
			return nil, true // tolerated as "no such user" (okta.md 2.1)
		case x.Status() != http.StatusOK:
			w.fail(x, what)
			return nil, false
		}
		list, err := scim.ParseList(x.Response.Body)
		switch {
		case err != nil:
			w.fail(x, "the matching query is not answered by a ListResponse")
			return nil, false
		case p.isOkta() && stringNumbers(x):
			w.change.Outcome = Failed
			w.change.Code = "application.provision.user.sync"
			w.change.Reason = "the paging numbers of the matching query are strings: Okta stops without a word (okta.md 2.1)"
			return nil, false
		case len(list.Resources) > 0:
			return list.Resources, true
		}
	}
	return nil, true
}

// stringNumbers reports whether a list has its numbers as strings.
func stringNumbers(x *scim.Exchange) bool {
	r, ok := resource(x)
	if !ok {
		return false
	}
	for _, name := range []string{"totalResults", "startIndex", "itemsPerPage"} {
		if v := r.Get(name); v.Exists() && v.Type == gjson.String {
			return true
		}
	}
	return false
}

func (p *Provider) create(w *work, a *account) Change {
	if p.d.Create == nil {
		return w.lacks("Create")
	}
	x, ok := w.expect(p.d.Create(*a.user), "Error while creating user "+a.user.UserName, http.StatusCreated, http.StatusOK)
	if !ok {
		return w.change
	}
	r, _ := resource(x)
	id := linkOf(r)
	if id == "" {
		w.change.Outcome = Failed
		w.change.Reason = "Error while creating user " + a.user.UserName + ": Create new user returned empty user."
		return w.change
	}
	a.id, a.active = id, true
	a.pushed()
	return w.done(p.event("application.provision.user.push", "EntryExportAdd"))
}

// link takes an account that is there already.
func (p *Provider) link(w *work, a *account, hit scim.Resource) Change {
	w.change.Action = "link"
	if hit.ID() == "" {
		w.change.Outcome, w.change.Reason = Failed, "the user that the matching query finds has no id"
		return w.change
	}
	a.id, a.sent = linkOf(hit), nil
	inactive := hit.Get("active").Type == gjson.False
	a.active = !inactive
	if p.isEntra() && p.d.Update != nil {
		return p.patchDifferences(w, a, hit, inactive)
	}
	if !p.isOkta() {
		return p.linkTo(w, a, a.id)
	}
	c := p.adopt(w, a, hit, inactive)
	if c.Outcome == Failed {
		a.id = "" // so that nothing is sent when she is unassigned (okta.md 2.5)
	}
	return c
}

// adopt is how Okta takes an account: it is switched on, read, and written.
func (p *Provider) adopt(w *work, a *account, hit scim.Resource, inactive bool) Change {
	if inactive && !p.switchActive(w, a, true) {
		return w.change
	}
	x, ok := w.expect(p.d.Read(a.id), "Error while reading user "+a.user.UserName, http.StatusOK)
	if !ok {
		return w.change
	}
	current, ok := resource(x)
	if !ok {
		w.fail(x, "Error while reading user "+a.user.UserName)
		return w.change
	}
	if p.d.staleReads {
		current = hit
	}
	if p.d.Update == nil { // what the push looks like is not known
		a.active = true
		return w.done("application.provision.user.reactivate")
	}
	for _, r := range p.updates(a, current) {
		if _, ok := w.expect(r, "Error while trying to push profile update for "+a.user.UserName, http.StatusOK); !ok {
			return w.change
		}
	}
	a.active = !p.d.staleReads || !inactive
	a.pushed()
	return w.done("application.provision.user.push_profile")
}
