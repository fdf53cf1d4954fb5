package reference

import (
	"slices"
	"sync"

	"github.com/scimtest/scimtest/scim"
)

// leaveGroups takes a user out of its groups, without a trace in their times.
func leaveGroups(c *call, r *resource) {
	for _, g := range slices.Clone(c.srv.store.groups[r.id]) {
		doc := fork(g.doc)
		doc["members"] = slices.DeleteFunc(slices.Clone(listOf(doc["members"])), func(m any) bool { return memberID(m) == r.id })
		c.srv.store.replace(g, doc)
	}
}

// leavesGroupsWhen takes a user out of its groups with the changes for which
// the condition holds.
func leavesGroupsWhen(condition func(c *call, before, after object) bool) func(*behaviour) {
	return onWrite(func(c *call, r *resource, before, after object) error {
		if before != nil && r.isUser() && condition(c, before, after) {
			leaveGroups(c, r)
		}
		return nil
	})
}

// membershipFaults lose memberships, or do not tell that they changed.
var membershipFaults = []Fault{
	{"put-leaves-groups", "A PUT of a user takes it out of its groups", "7643-4.1.2-26, 7644-3.5.1-13",
		leavesGroupsWhen(func(c *call, _, _ object) bool { return c.isPut() })},
	{"rename-leaves-groups", "A user whose userName changes is taken out of its groups", "7643-4.1.2-26, tine20 2054",
		leavesGroupsWhen(func(_ *call, before, after object) bool { return before["userName"] != after["userName"] })},
	{"inactive-leaves-groups", "A user that is made inactive is taken out of its groups, and is in none when it is active again", "7643-4.1.2-26, lightdash 17494",
		leavesGroupsWhen(func(_ *call, before, after object) bool {
			return before["active"] != after["active"] && after["active"] == false
		})},
	{"external-id-change-leaves-groups", "A user whose externalId changes is taken out of its groups", "E74, E77",
		leavesGroupsWhen(func(_ *call, before, after object) bool { return before["externalId"] != after["externalId"] })},
	{"members-keep-last-modified", "Members come and go without moving the lastModified of their group", "7643-3.1-25, wso2 22244",
		func(b *behaviour) {
			var held sync.Map // the time that a group shows, by its id
			onMembersAlone(&held, func(r *resource) any { return stamp(r.modified) })(b)
			onShow(func(_ *call, r *resource, o object) {
				if old, ok := held.Load(r.id); ok && o["meta"] != nil {
					o["meta"].(object)["lastModified"] = old
				}
			})(b)
		}},
	{"members-keep-etag", "Members come and go without changing the ETag of their group", "7644-3.14-09, wso2 22244",
		func(b *behaviour) {
			var held sync.Map // the version that a group shows, by its id
			onMembersAlone(&held, func(r *resource) any { return r.version() })(b)
			onShow(func(_ *call, r *resource, o object) {
				if old, ok := held.Load(r.id); ok && o["meta"] != nil {
					o["meta"].(object)["version"] = old
				}
			})(b)
			onAnswer(func(_ *call, a *reply) {
				if a.shows == nil {
					return
				}
				if old, ok := held.Load(a.shows.id); ok {
					a.header.Set("ETag", old.(string))
				}
			})(b)
		}},
	{"removed-member-deleted", "A user that is taken out of a group is deleted", "tuist 13209",
		onWrite(func(c *call, r *resource, before, after object) error {
			if before == nil || r.kind.endpoint != scim.GroupsEndpoint {
				return nil
			}
			left, _ := difference(memberIDs(before), memberIDs(after))
			for _, id := range left {
				if u := c.srv.store.byID[id]; u.isUser() {
					c.srv.store.remove(u)
				}
			}
			return nil
		})},
	{"recreated-user-in-old-groups", "A user with the userName of a deleted one is in the groups that that one was in", "7643-4.1.2-26, 7644-3.6-10",
		func(b *behaviour) {
			former := map[string][]*resource{} // the groups by userName, guarded by the store's lock
			onDelete(func(c *call, r *resource) { former[textOf(r.doc, "userName")] = slices.Clone(c.srv.store.groups[r.id]) })(b)
			onAnswer(func(c *call, a *reply) {
				if !created(a) || !a.shows.isUser() {
					return
				}
				c.srv.store.mu.Lock()
				defer c.srv.store.mu.Unlock()
				for _, g := range former[textOf(a.shows.doc, "userName")] {
					if c.srv.store.byID[g.id] == g {
						doc := cloneObject(g.doc)
						doc["members"] = append(listOf(doc["members"]), object{"value": a.shows.id})
						c.srv.store.replace(g, doc)
					}
				}
			})(b)
		}},
	{"recreated-group-has-old-members", "A group with the displayName of a deleted one has the members of that one", "7644-3.6-10, wso2 14122",
		func(b *behaviour) {
			former := map[string][]any{} // the members by displayName, guarded by the store's lock
			onDelete(func(_ *call, r *resource) { former[textOf(r.doc, "displayName")] = listOf(r.doc["members"]) })(b)
			onWrite(func(c *call, r *resource, before, after object) error {
				if before != nil || r.kind.endpoint != scim.GroupsEndpoint || after["members"] != nil {
					return nil
				}
				var members []any
				for _, m := range former[textOf(after, "displayName")] {
					if c.srv.store.byID[memberID(m)] != nil {
						members = append(members, m)
					}
				}
				place{attr: r.kind.find("", "members").attr}.set(after, members)
				return nil
			})(b)
		}},
	{"deleted-group-name-stays-taken", "The displayName of a deleted group cannot be used again", "7644-3.6-07, Unleash 9190",
		func(b *behaviour) {
			former := map[string]bool{} // guarded by the store's lock
			onDelete(func(_ *call, r *resource) {
				if r.kind.endpoint == scim.GroupsEndpoint {
					former[textOf(r.doc, "displayName")] = true
				}
			})(b)
			onWrite(func(_ *call, r *resource, before, after object) error {
				if name := textOf(after, "displayName"); before == nil && r.kind.endpoint == scim.GroupsEndpoint && former[name] {
					return conflict(r.kind.find("", "displayName").attr, name)
				}
				return nil
			})(b)
		}},
}

// onDelete sees every resource that is about to be deleted (locked).
func onDelete(f func(c *call, r *resource)) func(*behaviour) {
	return instead(func(c *call, r *resource) (*reply, error) {
		f(c, r)
		return nil, nil
	})
}

// onMembersAlone keeps what a group shows of itself while nothing but its
// members changes.
func onMembersAlone(held *sync.Map, shown func(r *resource) any) func(*behaviour) {
	return onWrite(func(_ *call, r *resource, before, after object) error {
		if r.kind.endpoint != scim.GroupsEndpoint || before == nil {
			return nil
		}
		left, right := cloneObject(before), cloneObject(after)
		delete(left, "members")
		delete(right, "members")
		if same(left, right) {
			held.LoadOrStore(r.id, shown(r))
		} else {
			held.Delete(r.id)
		}
		return nil
	})
}
