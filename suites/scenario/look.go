package scenario

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// look holds the target against the directory: whom the step was about, or
// everybody.
func (st *stage) look() {
	if st.step.Verb != "expect" && (st.scenario.Look == Asked || st.cycles && st.step.Verb != "run-cycle") {
		return
	}
	people, groups := slices.Sorted(maps.Keys(st.people)), slices.Sorted(maps.Keys(st.groups))
	for _, key := range people {
		if st.looksAt(key) && !st.t.Failed() {
			st.lookAt(key)
		}
	}
	for _, key := range groups {
		if st.looksAt(key) && !st.t.Failed() {
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
	st.trace.of = key
	if _, ok := st.Known(key); !ok {
		return // the identity provider has said why
	}
	switch st.people[key] {
	case active:
		st.ExpectUser(key)
		if !st.unwritten[key] || st.cycles {
			st.ExpectMapped(key)
		}
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
	if st.Queries() && !st.succeeded(key) {
		st.ExpectNobody(key)
	}
}

// succeeded reports whether somebody else has the userName by now.
func (st *stage) succeeded(key string) bool {
	name := st.Person(key).UserName
	for other, how := range st.people {
		if other != key && (how == active || how == left) && strings.EqualFold(st.Person(other).UserName, name) {
			return true
		}
	}
	return false
}

// lookAtGroup expects a group to be on the target as the directory has it. Who
// has left may still be a member: some identity providers take her out.
func (st *stage) lookAtGroup(key string) {
	st.trace.of = key
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
	keys := slices.DeleteFunc(st.Provider().MemberKeys(key), func(k string) bool { return st.doubtful[key+"/"+k] })
	st.expectMembers(a, keys, func(k string) bool { return st.doubtful[key+"/"+k] })
}

// expectMembers expects a group to have these members and nobody else; who left
// may be among them, and of whom it is not known.
func (st *stage) expectMembers(a *engine.Answer, keys []string, unsure func(string) bool) {
	if !st.t.Has(engine.ReadMembers) {
		return // what a group has cannot be seen
	}
	may, former := map[string]bool{}, map[string]bool{}
	var got, want []string
	for _, v := range a.Resource().Lookup("members.value") {
		got = append(got, v.String())
	}
	for key, how := range st.people {
		id, ok := st.Known(key)
		switch {
		case !ok:
		case how == gone:
			former[id] = true
		case how == left || unsure(key):
			may[id] = true
		case slices.Contains(keys, key):
			want = append(want, id)
		}
	}
	missing, extra, dangling := 0, 0, 0
	for _, id := range want {
		if !slices.Contains(got, id) {
			missing++
		}
	}
	for _, id := range got {
		switch {
		case slices.Contains(want, id) || may[id]:
		case former[id]:
			dangling++
		default:
			extra++
		}
	}
	wanted, have := plural(len(want), "member"), plural(len(got), "member")
	a.Holds(missing == 0, "members", wanted, have+", "+strconv.Itoa(missing)+" missing", "the group lacks members")
	a.Holds(extra == 0, "members", wanted, have+", "+strconv.Itoa(extra)+" too many", "the group has members that do not belong to it")
	// That is no fault by RFC 7643 section 2.3.7, which leaves it to the target.
	a.Advisory().Holds(dangling == 0, "members", wanted, have+", "+strconv.Itoa(dangling)+" of them deleted", "the group has members that are deleted")
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
