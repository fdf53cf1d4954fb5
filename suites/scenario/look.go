package scenario

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// look holds the target against the directory: whom the step was about, or
// everybody.
func (st *stage) look() {
	if st.scenario.Look == Asked || st.cycles && st.step.Verb != "run-cycle" {
		return
	}
	people, groups := slices.Sorted(maps.Keys(st.people)), slices.Sorted(maps.Keys(st.groups))
	for _, key := range people {
		if st.looksAt(key) {
			st.lookAt(key)
		}
	}
	for _, key := range groups {
		if st.looksAt(key) {
			st.lookAtGroup(key)
		}
	}
	clear(st.touched)
}

func (st *stage) looksAt(key string) bool {
	return !st.drifted[key] && (st.touched[key] || st.scenario.Look == Everyone)
}

// lookAt expects somebody to be on the target as the directory has her.
func (st *stage) lookAt(key string) {
	if _, ok := st.Known(key); !ok {
		return // the identity provider has said why
	}
	switch st.people[key] {
	case active:
		st.ExpectUser(key)
		st.ExpectMapped(key)
		if st.Queries() {
			st.ExpectOne(key)
		}
	case left:
		if a := st.Read(key).NoServerError(); a.Code() == http.StatusOK {
			st.ExpectActive(key, false)
		}
	case gone:
		st.expectGone(key)
	}
}

func (st *stage) expectGone(key string) {
	st.Read(key).Status(http.StatusNotFound, http.StatusGone)
	if st.Queries() {
		st.ExpectNobody(key)
	}
}

// lookAtGroup expects a group to be on the target as the directory has it. Who
// has left may still be a member: some identity providers take her out.
func (st *stage) lookAtGroup(key string) {
	id, ok := st.KnownGroup(key)
	if !ok {
		return
	}
	path := scim.GroupsEndpoint + "/" + url.PathEscape(id)
	st.t.Wait(st.t.SettlesByID())
	a := st.t.Fetch(path)
	if !st.groups[key] {
		a.Status(http.StatusNotFound, http.StatusGone)
		return
	}
	a.Status(http.StatusOK).Equal("displayName", st.Group(key).Name)
	st.expectMembers(a, st.Provider().MemberKeys(key))
}

// expectMembers expects a group to have these members and nobody else.
func (st *stage) expectMembers(a *engine.Answer, keys []string) {
	may := map[string]bool{}
	missing, extra := 0, 0
	var got []string
	for _, v := range a.Resource().Lookup("members.value") {
		got = append(got, v.String())
	}
	want := 0
	for _, key := range keys {
		id, ok := st.Known(key)
		if !ok {
			continue
		}
		may[id] = st.people[key] == active || st.people[key] == left
		if st.people[key] != active {
			continue
		}
		want++
		if !slices.Contains(got, id) {
			missing++
		}
	}
	for key, how := range st.people {
		if id, ok := st.Known(key); ok && how == left {
			may[id] = true
		}
	}
	for _, id := range got {
		if !may[id] {
			extra++
		}
	}
	wanted := plural(want, "member")
	a.Holds(missing == 0, "members", wanted, plural(len(got), "member")+", "+strconv.Itoa(missing)+" missing", "the group lacks members")
	a.Holds(extra == 0, "members", wanted, plural(len(got), "member")+", "+strconv.Itoa(extra)+" too many", "the group has members that do not belong to it")
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
