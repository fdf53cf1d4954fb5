package web

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/mockidp/server"
)

type demandData struct {
	Search string
	Users  []server.UserRow
	Groups []server.GroupRow
	// More says how many more people the search finds.
	More int
	Last *demandShown
	// Empty: the directory has nobody to provision.
	Empty bool
}

// demandShown is what became of the last one, with its exchanges.
type demandShown struct {
	*demanded
	Sent []sent
}

const shownFound = 8

// demand shows whom there is to provision, and what became of the last one.
func (v *visit) demand() error {
	d := demandData{Search: strings.TrimSpace(v.r.URL.Query().Get("search"))}
	if last := v.lately().demands.get("last"); last != nil {
		d.Last = &demandShown{last, v.exchanges(last.Change.Exchanges)}
	}
	var total int
	d.Users, total = v.t.Users(server.ListQuery{Search: d.Search, Limit: shownFound})
	d.More = total - len(d.Users)
	d.Groups, _ = v.t.Groups(server.ListQuery{Search: d.Search, Limit: shownFound})
	d.Empty = total == 0 && d.Search == "" && len(d.Groups) == 0
	return v.show("demand", "Provision on demand", d)
}

// provision provisions one user or group, and keeps the steps for the page.
func (v *visit) provision() error {
	ctx, cancel := v.ctx()
	defer cancel()
	f := v.r.PostFormValue
	last := &demanded{Key: f("key"), Group: f("kind") == "group"}
	var err error
	if last.Group {
		members, unknown := v.named(f("members"))
		if len(unknown) > 0 {
			return v.goTo("/demand", "bad", "Nothing was sent: there is no user %s.", strings.Join(unknown, ", "))
		}
		if g, missing := v.t.Group(last.Key); missing == nil {
			last.Name = g.Name
		}
		last.OnDemand, err = v.t.ProvisionGroupOnDemand(ctx, last.Key, members...)
	} else {
		if u, missing := v.t.User(last.Key); missing == nil {
			last.Name = u.UserName
		}
		last.OnDemand, err = v.t.ProvisionOnDemand(ctx, last.Key)
	}
	if err != nil {
		return v.acted("/demand", "Nothing was provisioned", server.Result{}, err)
	}
	v.lately().demands.put("last", last)
	http.Redirect(v.w, v.r, v.base+"/demand#steps", http.StatusSeeOther)
	return nil
}
