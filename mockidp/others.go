package mockidp

import (
	"context"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// What the identity providers beside Okta and Entra ID do otherwise.

// discovers reports whether a discovery endpoint answers with what belongs
// there: SailPoint wants valid answers (other-idps.md 4.1). What it looks at is
// not published, so this is the least: what RFC 7643 sections 5 to 7 require.
func discovers(x *scim.Exchange) bool {
	r, ok := resource(x)
	if !ok {
		return false
	}
	switch path := x.Request.Path; {
	case path == scim.ServiceProviderConfigEndpoint:
		return r.Has("patch")
	case strings.HasPrefix(path, scim.ResourceTypesEndpoint+"/"):
		return r.Has("endpoint")
	case strings.HasPrefix(path, scim.SchemasEndpoint+"/"):
		return strings.EqualFold(r.ID(), strings.TrimPrefix(path, scim.SchemasEndpoint+"/"))
	}
	_, err := scim.ParseList(x.Response.Body)
	return err == nil
}

// createOrAdopt creates first; on 409 it looks for who is there, and takes the
// first (other-idps.md 7.3).
func (p *Provider) createOrAdopt(w *work, a *account) Change {
	created := p.create(w, a)
	x := w.change.Exchanges[len(w.change.Exchanges)-1]
	if x.Status() != http.StatusConflict || p.d.Find == nil {
		return created
	}
	w.change = Change{Action: "link", Subject: a.user.Key, Outcome: Done, Exchanges: w.change.Exchanges}
	hit, ok := w.first(p.d.Find(*a.user), "lookup of "+a.user.UserName)
	if !ok {
		return w.change
	}
	return p.linkTo(w, a, linkOf(hit))
}

// first sends a query and returns the first hit; none is a failure.
func (w *work) first(r scim.Request, what string) (scim.Resource, bool) {
	x, ok := w.expect(r, what, http.StatusOK)
	if !ok {
		return scim.Resource{}, false
	}
	found, err := scim.ParseList(x.Response.Body)
	if err != nil || len(found.Resources) == 0 || found.Resources[0].ID() == "" {
		w.fail(x, what+": nobody is found")
		return scim.Resource{}, false
	}
	return found.Resources[0], true
}

// findInList reads page after page and compares on this side, without regard
// to case. The hit has no id when there is none.
func (w *work) findInList(list func(int) scim.Request, attribute, value string) (hit scim.Resource, ok bool) {
	for start := 1; ; {
		x, ok := w.expect(list(start), "reading all", http.StatusOK)
		if !ok {
			return hit, false
		}
		found, err := scim.ParseList(x.Response.Body)
		if err != nil {
			w.fail(x, "the list is not answered by a ListResponse")
			return hit, false
		}
		for _, r := range found.Resources {
			if hit.ID() == "" && strings.EqualFold(r.Get(attribute).String(), value) {
				hit = r
			}
		}
		start += len(found.Resources)
		if len(found.Resources) == 0 || start > found.TotalResults {
			return hit, true
		}
	}
}

// linkTo takes an account that is there already, and writes it.
func (p *Provider) linkTo(w *work, a *account, id string) Change {
	w.change.Action, a.id = "link", id
	return p.write(w.ctx, w, a, true)
}

// write sends a user as the directory has it, without reading it before.
// Where a PUT switches active on, it carries the profile too.
func (p *Provider) write(ctx context.Context, w *work, a *account, reactivate bool) Change {
	var requests []scim.Request
	known := p.known(a)
	if reactivate && p.d.Reactivate != nil && known.Get("active").Type != gjson.True {
		requests = p.d.Reactivate(a.id, scim.Resource{}, *a.user)
	}
	if p.d.Update != nil && (len(requests) == 0 || requests[0].Method != http.MethodPut) {
		requests = append(requests, p.d.Update(a.id, known, *a.user)...)
	}
	for _, r := range requests {
		x, ok := w.expect(r, "update of "+a.user.UserName, http.StatusOK, http.StatusNoContent)
		if x.Status() == http.StatusNotFound && p.d.Rematches && !a.rematching {
			a.id = ""
			// A target without this method answers 404 to it for ever: once is
			// enough (other-idps.md 7.6).
			a.rematching = true
			again := p.provision(ctx, a)
			a.rematching = false
			again.Exchanges = append(w.change.Exchanges, again.Exchanges...)
			return again
		}
		if !ok {
			return w.change
		}
	}
	a.active = true
	a.pushed()
	return w.done("")
}

// known is the account as the last aggregation or the last push left it, for
// those that compare and push single changes (other-idps.md 4). It is empty for
// the others, which write what the directory has.
func (p *Provider) known(a *account) scim.Resource {
	switch {
	case p.d.Find != nil || p.d.ListUsers == nil:
		return scim.Resource{}
	case a.sent == nil:
		r, _ := scim.NewResource(a.listed) // nothing, where nothing was kept
		return r
	}
	body := members(gjson.ParseBytes(p.d.Create(*a.sent).Body)).set("active", a.active)
	r, _ := scim.NewResource(encode(body))
	return r
}

// leaveGroups takes somebody out of all groups, where that comes before the
// end of an account (other-idps.md 5).
func (p *Provider) leaveGroups(w *work, key string, a *account) bool {
	if !p.d.LeaveGroups || p.d.ChangeMembers == nil {
		return true
	}
	for _, name := range sortedKeys(p.groups) {
		g := p.groups[name]
		if g.id == "" || !g.leave(key) {
			continue
		}
		p.touch(ofGroup(name))
		for _, r := range p.d.ChangeMembers(g.id, scim.Resource{}, g.group, p.membersOf(g), nil, []Member{{a.id, a.user.UserName}}) {
			if !p.sendGroup(w, g, r) {
				return false
			}
		}
	}
	return true
}

// Activate switches provisioning on, and makes the live test of dialects that
// have one: a test user and a test group are created, and deleted; a user that
// cannot be deleted is deactivated (other-idps.md 6).
func (p *Provider) Activate(ctx context.Context, u User, g Group) []Change {
	p.disabled = false
	changes := []Change{p.TestConnection(ctx)}
	if !p.d.LiveTest || changes[0].Outcome == Failed {
		return changes
	}
	changes = append(changes, p.Assign(ctx, u), p.PushGroup(ctx, g), p.DeleteGroup(ctx, g.Key))
	deleted := p.Delete(ctx, u.Key)
	changes = append(changes, deleted)
	if deleted.Outcome == Failed {
		changes = append(changes, p.Unassign(ctx, u.Key))
	}
	return changes
}

// mediaTypeOption is for who sends a Content-Type that no source shows, and
// wordsOfMediaType are the headers that go with it.
var mediaTypeOption = Option{
	Name: "content-type", About: "no source shows the media type",
	Default: scim.MediaType, Values: []string{scim.MediaType, "application/json"}, Source: Ref{"other-idps.md 1", Assumed},
}

func wordsOfMediaType(set settings) words {
	w := words{get: http.Header{}, body: http.Header{"Content-Type": {scim.MediaType}}}
	if set.is("content-type", "application/json") {
		w.body = http.Header{"Content-Type": {"application/json"}}
	}
	return w
}
