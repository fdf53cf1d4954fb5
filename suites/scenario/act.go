package scenario

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// What the identity provider does. With cycles it is done to its directory, and
// the next cycle brings it to the target.

func assign(st *stage, o *Object) {
	u := st.Person(o.Key)
	if st.cycles {
		st.Job().Assign(u)
		st.people[o.Key] = active
		return
	}
	before, was := st.Known(o.Key)
	c := st.Provider().Assign(st.t.Context(), u)
	st.wrote(o.Key, c)
	if !st.made(c) {
		return
	}
	st.people[o.Key] = active
	delete(st.drifted, o.Key)
	if now, _ := st.Known(o.Key); was && now != before {
		st.doubt(o.Key) // her former account was the member
	}
}

func unassign(st *stage, o *Object) {
	if st.cycles {
		st.Job().Unassign(o.Key)
		st.leave(o.Key)
		return
	}
	st.Known(o.Key)
	if st.made(st.Provider().Unassign(st.t.Context(), o.Key)) {
		st.leave(o.Key)
	}
}

// leave notes that somebody has left, if she was there.
func (st *stage) leave(key string) {
	if st.people[key] != active {
		return
	}
	st.people[key] = left
	if writesGroups(st.dialect) {
		st.doubt(key)
	}
}

// doubt notes that somebody may have dropped out of her groups.
func (st *stage) doubt(key string) {
	for group := range st.groups {
		if slices.Contains(st.Provider().MemberKeys(group), key) {
			st.doubtful[group+"/"+key] = true
		}
	}
}

// certain notes who is, or is not, in a group by what was just sent.
func (st *stage) certain(group string, people []string) {
	for _, key := range people {
		delete(st.doubtful, group+"/"+key)
	}
}

func remove(st *stage, o *Object) {
	if st.cycles {
		st.Job().Delete(o.Key)
		st.Job().Purge(o.Key)
		st.people[o.Key] = gone
		return
	}
	st.Known(o.Key)
	if st.dialect.Delete == nil && st.people[o.Key] == active {
		// Who is deleted is deactivated first (okta.md 2.6).
		if st.made(st.Provider().Unassign(st.t.Context(), o.Key)) {
			st.leave(o.Key)
		}
	}
	c := st.Provider().Delete(st.t.Context(), o.Key)
	if c.Lacks {
		return // nothing is sent
	}
	if st.made(c) && len(c.Exchanges) > 0 {
		st.people[o.Key] = gone
	}
}

func change(st *stage, o *Object) {
	u := st.Person(o.Key)
	st.set(&u, o.Set)
	st.SetPerson(u)
	if st.cycles {
		st.Job().Change(u)
		return
	}
	c := st.Provider().Update(st.t.Context(), u)
	st.wrote(o.Key, c)
	st.made(c)
}

// wrote notes whether the identity provider has sent what it maps.
func (st *stage) wrote(key string, c mockidp.Change) {
	for _, x := range c.Exchanges {
		if x.Request.Method != http.MethodGet {
			delete(st.unwritten, key)
		}
	}
}

func setManager(st *stage, o *Object) {
	switch {
	case st.cycles && len(o.With) == 0:
		st.Job().SetManager(o.Key, "")
	case st.cycles:
		st.Job().SetManager(o.Key, o.With[0])
	case len(o.With) == 0:
		st.made(st.Provider().ClearManager(st.t.Context(), o.Key))
	default:
		st.made(st.Provider().SetManager(st.t.Context(), o.Key, o.With[0]))
	}
}

func setRoles(st *stage, o *Object) {
	if st.cycles {
		st.t.Skip("roles are not played in cycles; leave run-cycle away")
	}
	st.made(st.Provider().SetRoles(st.t.Context(), o.Key, o.With...))
}

func pushGroup(st *stage, o *Object) {
	if !st.t.Has(engine.Groups) {
		st.t.Skip(noGroups)
	}
	g := st.Group(o.Key)
	if st.cycles {
		st.Job().AssignGroup(g, o.With...)
		st.groups[o.Key] = true
		return
	}
	if st.made(st.Provider().PushGroup(st.t.Context(), g, o.With...)) {
		st.KnownGroup(o.Key)
		st.groups[o.Key] = true
		st.certain(o.Key, o.With)
		delete(st.drifted, o.Key)
	}
}

// noGroups is why a story ends on a target without groups.
const noGroups = "the target has no groups"

func addMembers(st *stage, o *Object) {
	if st.cycles {
		st.Job().AddMembers(o.Key, o.With...)
		return
	}
	st.made(st.Provider().AddMembers(st.t.Context(), o.Key, o.With...))
	st.certain(o.Key, o.With)
}

func removeMembers(st *stage, o *Object) {
	if st.cycles {
		st.Job().RemoveMembers(o.Key, o.With...)
		return
	}
	st.made(st.Provider().RemoveMembers(st.t.Context(), o.Key, o.With...))
	st.certain(o.Key, o.With)
}

func renameGroup(st *stage, o *Object) {
	g := st.Group(o.Key)
	g.Name = st.text("displayName", o.Text)
	st.SetGroup(g)
	if st.cycles {
		st.Job().RenameGroup(o.Key, g.Name)
		return
	}
	st.made(st.Provider().RenameGroup(st.t.Context(), o.Key, g.Name))
}

func pushNow(st *stage, o *Object) {
	st.made(st.Provider().PushNow(st.t.Context(), o.Key))
	delete(st.drifted, o.Key)
}

func deleteGroup(st *stage, o *Object) {
	st.KnownGroup(o.Key)
	if st.cycles {
		st.Job().DeleteGroup(o.Key)
		st.groups[o.Key] = false
		return
	}
	if st.made(st.Provider().DeleteGroup(st.t.Context(), o.Key)) {
		st.groups[o.Key] = false
	}
}

func testConnection(st *stage, _ *Object) { st.made(st.Provider().TestConnection(st.t.Context())) }

func forceSync(st *stage, _ *Object) {
	if st.dialect.IdP != "okta" {
		st.t.Skip("Force Sync is Okta's alone")
	}
	st.all(st.Provider().ForceSync(st.t.Context()))
}

func retry(st *stage, o *Object) {
	st.all(st.Provider().Retry(st.t.Context(), o.Key))
	delete(st.drifted, o.Key)
	if _, ok := st.Known(o.Key); ok {
		st.people[o.Key] = active
	}
}

func restart(st *stage, _ *Object) {
	switch {
	case st.cycles:
		st.Job().Restart(st.t.Context(), false)
	case st.dialect.IdP == "entra":
		st.all(st.Provider().Restart(st.t.Context()))
	default:
		st.t.Skip("a restart that keeps links is known of Entra ID alone")
	}
}

func anew(st *stage, _ *Object) {
	if st.cycles {
		st.Job().Restart(st.t.Context(), true)
		return
	}
	st.all(st.Provider().FullReset(st.t.Context()))
}

// runCycle lets the next cycle come. What is sent at once is there already.
func runCycle(st *stage, _ *Object) {
	if st.cycles {
		st.Cycle()
	}
}

func (st *stage) all(changes []mockidp.Change) {
	for _, c := range changes {
		st.made(c)
	}
}

// What somebody else does to the target.

// attributePaths are the attributes of the directory as a target has them, those
// that somebody else can change.
var attributePaths = map[string]string{
	"userName": "userName", "displayName": "displayName", "title": "title", "locale": "locale",
}

func changeBehind(st *stage, o *Object) {
	for _, v := range o.Set {
		path, ok := attributePaths[v.Path]
		text, isText := v.Value.(string)
		if !ok || !isText {
			st.t.Skip("%s is not changed behind the identity provider's back", v.Path)
		}
		st.ChangeBehind(o.Key, path, st.text(v.Path, text))
	}
}

func createBehind(st *stage, o *Object) {
	st.CreateBehind(o.Key)
	st.unwritten[o.Key] = true
}

func deleteBehind(st *stage, o *Object) {
	id, ok := st.Known(o.Key)
	if !ok {
		st.t.Block("%s is not on the target", o.Key)
	}
	st.DeleteBehind(scim.UsersEndpoint + "/" + url.PathEscape(id))
}

func deleteGroupBehind(st *stage, o *Object) {
	id, ok := st.KnownGroup(o.Key)
	if !ok {
		st.t.Block("%s is not on the target", o.Key)
	}
	st.DeleteBehind(scim.GroupsEndpoint + "/" + url.PathEscape(id))
}

func addBehind(st *stage, o *Object) {
	for _, key := range o.With {
		st.AddMemberBehind(o.Key, key)
	}
}

func removeBehind(st *stage, o *Object) {
	for _, key := range o.With {
		var others []string
		for _, m := range st.Provider().MemberKeys(o.Key) {
			if m != key {
				others = append(others, m)
			}
		}
		st.RemoveMemberBehind(o.Key, key, others...)
	}
}
