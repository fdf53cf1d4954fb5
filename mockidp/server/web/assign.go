package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/mockidp/server"
)

type assignData struct {
	Query      server.ListQuery
	Rows       []server.UserRow
	Pages      pager
	Groups     []server.GroupRow
	MoreGroups int
	Settings   server.Settings
	Attributes []string
	Operators  []string
}

// shownGroups is how many groups the page of the assignments lists.
const shownGroups = 50

// assignments shows to whom the application is assigned.
func (v *visit) assignments() error {
	d := assignData{
		Query: v.list(), Settings: v.t.Settings(), Attributes: server.UserAttributes(), Operators: server.ScopeOperators(),
	}
	var total int
	d.Rows, total = v.t.Users(d.Query)
	d.Pages = pagesOf(v.r, total, d.Query.Offset)
	d.Groups, total = v.t.Groups(server.ListQuery{Limit: shownGroups})
	d.MoreGroups = total - len(d.Groups)
	return v.show("assignments", "Assignments", d)
}

// assign assigns the application to people, or takes it away.
func (v *visit) assign() error {
	ctx, cancel := v.ctx()
	defer cancel()
	to, keys := v.back("/assignments"), v.r.PostForm["user"]
	on := v.r.PostFormValue("do") != "unassign"
	if v.r.PostFormValue("do") == "everybody" {
		keys = nil
		all, _ := v.t.Users(server.ListQuery{})
		for _, u := range all {
			if !u.Assigned {
				keys = append(keys, u.Key)
			}
		}
	}
	if len(keys) == 0 && v.r.PostFormValue("do") == "everybody" {
		return v.goTo(to, "info", "Everybody is assigned already.")
	}
	if len(keys) == 0 {
		return v.goTo(to, "bad", "Nobody was chosen: tick the people first.")
	}
	r, err := v.t.Assign(ctx, on, keys...)
	if on {
		return v.acted(to, "Assigned to "+count(len(keys), "person", "people"), r, err)
	}
	return v.acted(to, "Taken from "+count(len(keys), "person", "people"), r, err)
}

func (v *visit) assignGroup() error {
	ctx, cancel := v.ctx()
	defer cancel()
	key, to := v.r.PostFormValue("group"), v.back("/assignments")
	switch v.r.PostFormValue("do") {
	case "assign":
		r, err := v.t.AssignGroup(ctx, true, key)
		return v.acted(to, "The group was assigned", r, err)
	case "unassign":
		r, err := v.t.AssignGroup(ctx, false, key)
		return v.acted(to, "The assignment was taken away", r, err)
	case "push":
		r, err := v.t.PushGroup(ctx, true, false, key)
		return v.acted(to, "The group is pushed", r, err)
	case "unlink":
		r, err := v.t.PushGroup(ctx, false, false, key)
		return v.acted(to, "The group is pushed no more", r, err)
	}
	return errNoPage
}

// scope changes the scoping filters.
func (v *visit) scope() error {
	ctx, cancel := v.ctx()
	defer cancel()
	f := v.r.PostFormValue
	_, err := v.t.Configure(ctx, func(s *server.Settings) error {
		switch f("do") {
		case "all":
			s.SyncAll = f("sync_all") != ""
		case "remove":
			c := server.Clause{Attribute: f("attribute"), Operator: f("operator"), Value: f("value")}
			i, err := strconv.Atoi(f("index"))
			if err == nil && i >= 0 && i < len(s.Scope) && s.Scope[i] == c {
				s.Scope = slices.Delete(s.Scope, i, i+1)
			}
		default:
			s.Scope = append(s.Scope, server.Clause{Attribute: f("attribute"), Operator: f("operator"), Value: strings.TrimSpace(f("value"))})
		}
		return nil
	}, nil)
	return v.acted("/assignments", "The scope was changed", server.Result{}, err)
}
