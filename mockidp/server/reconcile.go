package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/scimtest/scimtest/scim"
)

// The findings of a reconciliation, besides in-sync, pending, failed and
// out-of-scope.
const (
	// Drifted: the target holds other values than would be sent.
	Drifted = "drifted"
	// Missing: linked, and the target has no such resource any more.
	Missing = "missing"
	// Orphaned: the target has it, and nobody here is linked to it.
	Orphaned = "orphaned"
)

// Finding is what a reconciliation found about a user or group.
type Finding struct {
	// Status is in-sync, pending, failed, out-of-scope, drifted, missing or
	// orphaned.
	Status string `json:"status"`
	// Key is that of the user or group here; "" for who is orphaned.
	Key      string `json:"key,omitempty"`
	Group    bool   `json:"group,omitempty"`
	Name     string `json:"name"`
	TargetID string `json:"target_id,omitempty"`
	// Differences are the attributes that drifted.
	Differences []Difference `json:"differences,omitempty"`
	// Repairable: Repair brings it to the target again.
	Repairable bool `json:"repairable,omitempty"`
}

// Difference is an attribute with another value. Both values are JSON; "" is
// none.
type Difference struct {
	Path string `json:"path"`
	Want string `json:"want"`
	Have string `json:"have"`
}

// Reconciliation is a comparison of the directory with the target.
type Reconciliation struct {
	At       time.Time      `json:"at"`
	Findings []Finding      `json:"findings"`
	Counts   map[string]int `json:"counts"`
	Requests int            `json:"requests"`
}

// maxPages bounds how much of a target is read, in pages.
const (
	maxPages = 10000
	pageSize = 100
)

// Reconcile reads all users and groups of the target and compares them with the
// directory. It is the mock's own tool, and sends plain requests of the RFC: no
// identity provider does it like this.
func (t *Tenant) Reconcile(ctx context.Context) (Reconciliation, error) {
	var out Reconciliation
	_, err := t.act(ctx, "reconcile", func(ctx context.Context) error {
		users, n, err := t.readAll(ctx, scim.UsersEndpoint)
		if err != nil {
			return err
		}
		groups, m, err := t.readAll(ctx, scim.GroupsEndpoint)
		if err != nil {
			return err
		}
		out = t.compare(users, groups)
		out.At, out.Requests = t.clock.Now(), n+m
		return nil
	})
	if err != nil {
		return Reconciliation{}, err
	}
	return out, nil
}

// readAll reads all resources of an endpoint.
func (t *Tenant) readAll(ctx context.Context, endpoint string) (out []scim.Resource, requests int, err error) {
	seen := map[string]bool{}
	for start := 1; requests < maxPages && ctx.Err() == nil; {
		x := t.send(ctx, scim.Request{
			Method: http.MethodGet, Path: endpoint, RawQuery: fmt.Sprintf("startIndex=%d&count=%d", start, pageSize),
			Header: http.Header{"Accept": {scim.MediaType}},
		})
		requests++
		if endpoint == scim.GroupsEndpoint && (x.Status() == http.StatusNotFound || x.Status() == http.StatusNotImplemented) {
			return nil, requests, nil // a target without groups
		}
		if x.Status() != http.StatusOK {
			return nil, requests, conflict("%s of the target cannot be read: %s", endpoint, outcomeOf(x))
		}
		list, err := scim.ParseList(x.Response.Body)
		if err != nil {
			return nil, requests, conflict("%s of the target cannot be read: %v", endpoint, err)
		}
		fresh := 0
		for _, r := range list.Resources {
			if id := r.ID(); id != "" && !seen[id] {
				seen[id] = true
				fresh++
				out = append(out, r)
			}
		}
		start += len(list.Resources)
		if fresh == 0 || list.TotalResults >= 0 && start > list.TotalResults {
			break
		}
	}
	return out, requests, ctx.Err()
}

func (t *Tenant) compare(users, groups []scim.Resource) Reconciliation {
	r := Reconciliation{Findings: []Finding{}, Counts: map[string]int{}}
	there, named := map[string]scim.Resource{}, map[string]string{}
	for _, u := range users {
		there[u.ID()] = u
		named[strings.ToLower(u.Get("userName").String())] = u.ID()
	}
	for _, p := range t.dir.list() {
		key := p.User.Key
		a, _ := t.provider.Account(key)
		f := Finding{Status: t.status(p), Key: key, Name: p.User.UserName, TargetID: a.ID}
		if f.TargetID == "" && t.left(p) {
			f.TargetID = named[strings.ToLower(p.User.UserName)]
		}
		if current, ok := there[f.TargetID]; f.TargetID != "" && ok {
			delete(there, f.TargetID)
			t.judge(&f, p, current)
		} else if a.ID != "" && (f.Status == InSync || f.Status == OutOfScope && t.dialect.IdP == "entra") {
			f.Status = Missing
		}
		f.Repairable = f.needsRepair() && t.repairable(p)
		r.Findings = append(r.Findings, f)
	}
	for _, id := range sortedKeys(there) {
		r.Findings = append(r.Findings, Finding{Status: Orphaned, Name: there[id].Get("userName").String(), TargetID: id})
	}
	t.compareGroups(&r, groups)
	for _, f := range r.Findings {
		r.Counts[f.Status]++
	}
	return r
}

// left reports whether somebody had an account and is to have none: Okta drops
// the link then (okta.md 2.5).
func (t *Tenant) left(p *person) bool {
	v := t.view(p)
	return p.Told != nil && !v.wanted()
}

// findByName is the id of the account with a userName; "" when there is none.
func (t *Tenant) findByName(ctx context.Context, userName string) (string, error) {
	x := t.send(ctx, scim.Request{
		Method: http.MethodGet, Path: scim.UsersEndpoint, RawQuery: "filter=" + url.QueryEscape("userName eq "+scim.Quote(userName)),
		Header: http.Header{"Accept": {scim.MediaType}},
	})
	if x.Status() != http.StatusOK {
		return "", conflict("the user cannot be looked up at the target: %s", outcomeOf(x))
	}
	list, err := scim.ParseList(x.Response.Body)
	switch {
	case err != nil:
		return "", conflict("the user cannot be looked up at the target: %v", err)
	case len(list.Resources) > 1:
		return "", conflict("the target finds %d users by the name %s: which of them it was, nobody knows", len(list.Resources), userName)
	case len(list.Resources) == 0:
		return "", nil
	}
	return list.Resources[0].ID(), nil
}

// outcomeOf is the status of an answer, or why there is none.
func outcomeOf(x *scim.Exchange) string {
	if x.Response == nil {
		return x.Error
	}
	return fmt.Sprintf("%d %s", x.Status(), http.StatusText(x.Status()))
}

// judge compares somebody with the resource of the target. Of who is out of
// scope only that counts, that the account is not active.
func (t *Tenant) judge(f *Finding, p *person, current scim.Resource) {
	v := t.view(p)
	if v.wanted() {
		for _, d := range t.dialect.Compare(p.User.mockidp(), true, current) {
			f.Differences = append(f.Differences, Difference(d))
		}
	} else if have := current.Get("active"); !strings.EqualFold(have.String(), "false") { // some write it as a text
		f.Differences = []Difference{{"active", "false", have.Raw}}
	}
	if len(f.Differences) > 0 && (f.Status == InSync || f.Status == OutOfScope) {
		f.Status = Drifted
	}
}

func (t *Tenant) compareGroups(r *Reconciliation, groups []scim.Resource) {
	there := map[string]scim.Resource{}
	for _, g := range groups {
		there[g.ID()] = g
	}
	for _, key := range t.dir.teamKeys() {
		g := t.dir.teams[key]
		if g.Gone {
			continue
		}
		row := t.groupRow(g)
		f := Finding{Status: row.Status, Key: key, Group: true, Name: row.Name, TargetID: row.TargetID}
		current, ok := there[row.TargetID]
		switch {
		case row.TargetID == "":
		case !ok && f.Status == InSync:
			f.Status = Missing
		case ok:
			delete(there, row.TargetID)
			f.Differences = t.groupDifferences(g, current)
			if len(f.Differences) > 0 && f.Status == InSync {
				f.Status = Drifted
			}
		}
		f.Repairable = f.needsRepair() && t.wantsGroup(g)
		r.Findings = append(r.Findings, f)
	}
	for _, id := range sortedKeys(there) {
		r.Findings = append(r.Findings, Finding{Status: Orphaned, Group: true, Name: there[id].Get("displayName").String(), TargetID: id})
	}
}

// groupDifferences compares the name and the members. Only members who are
// linked can be there; others at the target are none of ours only when nobody
// here ever was linked to them.
func (t *Tenant) groupDifferences(g *team, current scim.Resource) (out []Difference) {
	if have := current.Get("displayName"); have.String() != g.Group.Name {
		out = append(out, Difference{"displayName", string(encode(g.Group.Name)), have.Raw})
	}
	want, have := []string{}, []string{}
	for _, m := range g.Group.Members {
		if id, ok := t.provider.Link(m); ok {
			want = append(want, id)
		}
	}
	for _, v := range current.Lookup("members.value") {
		have = append(have, v.String())
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(want, have) {
		out = append(out, Difference{"members", string(encode(want)), string(encode(have))})
	}
	return out
}

// Drift compares one user with the target: what would be sent, and what is
// there.
func (t *Tenant) Drift(ctx context.Context, key string) (Finding, scim.Body, error) {
	var f Finding
	var body scim.Body
	_, err := t.act(ctx, "compare", func(ctx context.Context) error {
		p, err := t.someone(key)
		if err != nil {
			return err
		}
		a, _ := t.provider.Account(key)
		f = Finding{Status: t.status(p), Key: key, Name: p.User.UserName, TargetID: a.ID}
		if f.TargetID == "" && t.left(p) {
			if f.TargetID, err = t.findByName(ctx, p.User.UserName); err != nil {
				return err
			}
		}
		if f.TargetID == "" {
			return nil
		}
		x := t.send(ctx, scim.Request{
			Method: http.MethodGet, Path: scim.UsersEndpoint + "/" + url.PathEscape(f.TargetID), Header: http.Header{"Accept": {scim.MediaType}},
		})
		switch {
		case x.Status() == http.StatusNotFound:
			f.Status, f.Repairable = Missing, t.repairable(p)
			return nil
		case x.Status() != http.StatusOK:
			return conflict("the user cannot be read at the target: %s", outcomeOf(x))
		}
		current, err := scim.NewResource(x.Response.Body)
		if err != nil {
			return conflict("the user cannot be read at the target: the answer is no JSON object")
		}
		body = x.Response.Body
		t.judge(&f, p, current)
		f.Repairable = f.needsRepair() && t.repairable(p)
		return nil
	})
	if err != nil {
		return Finding{}, nil, err
	}
	return f, body, nil
}

// Repair brings one user or group to the target again, in the way of the
// identity provider: who is missing there is matched anew, and who drifted is
// written whole.
func (t *Tenant) Repair(ctx context.Context, group bool, key string) (Result, error) {
	return t.act(ctx, "repair", func(ctx context.Context) error {
		if group {
			return t.repairGroup(ctx, key)
		}
		p, err := t.someone(key)
		if err != nil {
			return err
		}
		if !t.repairable(p) {
			return conflict("the user is not in scope, and no longer linked; activate and assign the user, and take that back again")
		}
		t.rhythm.repair(ctx, key, t.view(p))
		return nil
	})
}

func (f *Finding) needsRepair() bool {
	return f.Status == Drifted || f.Status == Missing || f.Status == Broken
}

// repairable reports whether there is a way to bring somebody to the target: not
// to an account that the identity provider has given up.
func (t *Tenant) repairable(p *person) bool {
	a, _ := t.provider.Account(p.User.Key)
	v := t.view(p)
	return v.wanted() || a.ID != ""
}

func (t *Tenant) repairGroup(ctx context.Context, key string) error {
	g, err := t.team(key)
	if err != nil {
		return err
	}
	if !t.wantsGroup(g) {
		return conflict("the group is not to be on the target: there is nothing to repair")
	}
	t.rhythm.repairGroup(ctx, g)
	return nil
}
