package web

import (
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp/server"
)

type groupsData struct {
	Query server.ListQuery
	Rows  []server.GroupRow
	Pages pager
	Empty bool
}

// groups lists the groups of the directory.
func (v *visit) groups() error {
	d := groupsData{Query: v.list()}
	var total int
	d.Rows, total = v.t.Groups(d.Query)
	d.Pages = pagesOf(v.r, total, d.Query.Offset)
	d.Empty = total == 0 && d.Query.Search == "" && d.Query.Status == ""
	return v.show("groups", "Groups", d)
}

func (v *visit) addGroup() error {
	ctx, cancel := v.ctx()
	defer cancel()
	g, r, err := v.t.AddGroup(ctx, server.Group{Name: v.r.PostFormValue("name")})
	if err != nil {
		return v.acted("/groups", "The group was not added", r, err)
	}
	return v.acted("/groups/"+g.Key, "The group was added", r, nil)
}

type groupData struct {
	server.GroupDetail
	// People are the members on this page.
	People []server.UserDetail
	Pages  pager
	Log    []*server.Entry
}

// group shows a group with its members.
func (v *visit) group() error {
	g, err := v.t.Group(v.r.PathValue("key"))
	if err != nil {
		return err
	}
	d := groupData{GroupDetail: g}
	offset := pageOf(v.r)
	d.Pages = pagesOf(v.r, len(g.Members), offset)
	for _, m := range g.Members[min(offset, len(g.Members)):min(offset+perPage, len(g.Members))] {
		if u, err := v.t.User(m); err == nil {
			d.People = append(d.People, u)
		}
	}
	yes := true
	d.Log, _ = v.t.Log(server.LogQuery{Subject: g.Key, Group: &yes, Limit: 20})
	return v.show("group", g.Name, d)
}

// named finds users by keys or user names, between commas or lines.
func (v *visit) named(text string) (keys []string, unknown []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' || r == ';' }) {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		if _, err := v.t.User(word); err == nil {
			keys = append(keys, word)
			continue
		}
		found, _ := v.t.Users(server.ListQuery{Search: word})
		i := slices.IndexFunc(found, func(u server.UserRow) bool { return strings.EqualFold(u.UserName, word) })
		if i < 0 {
			unknown = append(unknown, word)
			continue
		}
		keys = append(keys, found[i].Key)
	}
	return keys, unknown
}

// actOnGroup does something with one group.
func (v *visit) actOnGroup() error {
	key, t := v.r.PathValue("key"), v.t
	ctx, cancel := v.ctx()
	defer cancel()
	to := v.back("/groups/" + key)
	switch v.r.PathValue("action") {
	case "rename":
		_, r, err := t.RenameGroup(ctx, key, v.r.PostFormValue("name"))
		return v.acted(to, "The group was renamed", r, err)
	case "add":
		keys, unknown := v.named(v.r.PostFormValue("members"))
		if len(unknown) > 0 || len(keys) == 0 {
			return v.goTo(to, "bad", "Nobody was added: there is no user %s.", strings.Join(unknown, ", "))
		}
		_, r, err := t.AddMembers(ctx, key, keys...)
		return v.acted(to, "Added to the group", r, err)
	case "remove":
		_, r, err := t.RemoveMembers(ctx, key, v.r.PostForm["user"]...)
		return v.acted(to, "Removed from the group", r, err)
	case "delete":
		r, err := t.DeleteGroup(ctx, key)
		return v.acted("/groups", "The group was deleted", r, err)
	case "assign":
		r, err := t.AssignGroup(ctx, true, key)
		return v.acted(to, "The group was assigned", r, err)
	case "unassign":
		r, err := t.AssignGroup(ctx, false, key)
		return v.acted(to, "The assignment was taken away", r, err)
	case "push":
		r, err := t.PushGroup(ctx, true, false, key)
		return v.acted(to, "The group is pushed", r, err)
	case "unlink":
		r, err := t.PushGroup(ctx, false, v.r.PostFormValue("leave") != "", key)
		return v.acted(to, "The group is pushed no more", r, err)
	case "push-now":
		r, err := t.PushNow(ctx, key)
		return v.acted(to, "The whole group was pushed", r, err)
	case "repair":
		r, err := t.Repair(ctx, true, key)
		return v.acted(to, "The group was repaired", r, err)
	}
	return errNoPage
}
