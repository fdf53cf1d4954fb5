package lifecycle

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Sync is an identity provider at work on the target, and the eyes of somebody
// who looks at the target independently.
type Sync struct {
	dialect *mockidp.Dialect
	idp     *mockidp.Provider
	t       *T

	people map[string]mockidp.User
	groups map[string]mockidp.Group
	// kept remembers ids that the identity provider has forgotten.
	kept map[string]string
	// told: the flow has said that writes settle late.
	told bool
	// couldLogIn and canStill are what was observed before and after somebody
	// left; nil when nothing.
	couldLogIn, canStill *bool
	line                 line
	// job is of flows that startJob.
	job *entraJob
	// behindBack are those whose account somebody else made.
	behindBack map[string]bool

	// looked and wrote are the intents of the last lookup and of the last
	// write, and mu guards them.
	looked, wrote string
	mu            sync.Mutex
	// step is the step that is at work; forgiven says that what failed in it
	// does not fail the target. The story ends there all the same.
	step     string
	forgiven bool
}

// enter begins a step: the same identity provider goes on in it.
func (s *Sync) enter(t *T) {
	s.t = t
	t.RestsOn(s.restsOn)
	if s.idp == nil {
		s.start(false)
	}
}

// start makes the identity provider; disabled starts it with provisioning
// switched off.
func (s *Sync) start(disabled bool) {
	t := s.t
	s.adapt()
	s.people, s.groups, s.kept = map[string]mockidp.User{}, map[string]mockidp.Group{}, map[string]string{}
	s.behindBack = map[string]bool{}
	s.idp = mockidp.New(mockidp.Config{Dialect: s.dialect, Target: s.sending(s.line.over(t.Doer())), Disabled: disabled})
	s.dialect = s.idp.Dialect()
}

// name is the identity provider's name for people.
func (s *Sync) name() string { return nameOf(s.dialect) }

func nameOf(d *mockidp.Dialect) string {
	switch d.IdP {
	case "okta":
		return "Okta"
	case "entra":
		return "Entra ID"
	}
	return d.Label
}

// known skips the flow when the dialect has no wording for a change.
func (s *Sync) known(c mockidp.Change) mockidp.Change {
	if c.Lacks {
		s.t.Skip("%s", c.Reason)
	}
	return c
}

// person is the directory's user with the key, made when first mentioned.
func (s *Sync) person(key string) mockidp.User {
	u, ok := s.people[key]
	if !ok {
		u = mockidp.UserOf(s.dialect, key, s.t.Tag(), s.t.Person())
		s.people[key] = u
	}
	return u
}

func (s *Sync) group(key string) mockidp.Group {
	g, ok := s.groups[key]
	if !ok {
		g = mockidp.GroupOf(s.dialect, key, s.t.Tag(), s.t.GroupName())
		s.groups[key] = g
	}
	return g
}

// must judges a change: what the identity provider could not do is a failure
// of the step, with the exchange that was refused.
func (s *Sync) must(c mockidp.Change) {
	lenient := s.assumed(c) || s.outsideRFC(c)
	if !s.judge(s.known(c), lenient) {
		s.forgiven = s.forgiven || lenient
		s.t.Stop()
	}
}

// repeat makes a change that the target has already. Entra ID sends such
// requests (entra.md 3.3), the custom app of Okta pushes the members that a
// group has (okta.md 3.3); of the catalog app that is not known. A filter that
// selects nothing may be answered with noTarget (RFC 7644 section 3.12), which
// Entra ID takes for a failure: a limit, not a fault.
func (s *Sync) repeat(change func() mockidp.Change) {
	if !slices.Contains([]string{"entra-legacy", "entra-compliant", "okta-aiw"}, s.dialect.Name) {
		s.t.Skip("whether %s repeats a change of members is not known", s.name())
	}
	s.leniently(change())
}

// leniently judges a change that the target has already: noTarget is a limit.
func (s *Sync) leniently(c mockidp.Change) {
	strict := false
	if n := len(c.Exchanges); n > 0 {
		a := s.t.AnswerTo(c.Exchanges[n-1])
		strict = a != nil && a.Code() == http.StatusBadRequest && a.ScimType() == scim.NoTarget
	}
	s.judge(c, strict)
}

// assumed reports whether what an identity provider did is not known of it:
// how Entra ID goes on after a linked object is gone (entra.md 5.3).
func (s *Sync) assumed(c mockidp.Change) bool {
	return s.dialect.IdP == "entra" && slices.ContainsFunc(c.Exchanges[:max(len(c.Exchanges)-1, 0)], func(x *scim.Exchange) bool {
		return x.Status() == http.StatusNotFound
	})
}

// judge expects that a change was made; lenient makes a failure advisory. It
// reports whether it was made.
func (s *Sync) judge(c mockidp.Change, lenient bool) bool {
	s.t.Settle()
	s.inTime(c)
	var a *Answer
	where, got := "", "done"
	if n := len(c.Exchanges); n > 0 {
		if a = s.t.AnswerTo(c.Exchanges[n-1]); a != nil {
			where = "status"
			if lenient {
				a = a.Advisory()
			}
		}
	}
	if c.Outcome == mockidp.Failed {
		got = c.Reason
	}
	ok := s.t.Expect(c.Outcome != mockidp.Failed, a, where, "success", got, s.name()+" cannot "+strings.ReplaceAll(c.Action, "-", " ")+": "+firstSentence(c.Reason))
	if !ok {
		s.t.AdminSees(s.adminSees(c))
	}
	return ok
}

// firstSentence is a reason without what the server said.
func firstSentence(reason string) string {
	s, _, _ := strings.Cut(reason, ". Errors reported")
	if i := strings.LastIndex(s, ": "); i >= 0 {
		s = s[i+2:]
	}
	return strings.TrimSuffix(s, ".")
}

// quiet expects that the identity provider sent nothing.
func (s *Sync) quiet(c mockidp.Change) {
	s.t.Expect(len(c.Exchanges) == 0, nil, "", "no request", "a request", s.name()+" sends something where it sends nothing")
}

// link is the target's id of a user. The step is blocked without one.
func (s *Sync) link(key string) string {
	id, ok := s.idp.Link(key)
	if !ok {
		if id, ok = s.kept[key]; !ok {
			s.t.Block("%s has no link to the user", s.name())
		}
	}
	s.kept[key] = id
	return id
}

func (s *Sync) groupLink(key string) string {
	id, ok := s.idp.GroupLink(key)
	if !ok {
		s.t.Block("%s has no link to the group", s.name())
	}
	return id
}

func (s *Sync) userPath(key string) string {
	return s.pathOf(s.link(key))
}

func (s *Sync) groupPath(key string) string {
	return scim.GroupsEndpoint + "/" + url.PathEscape(s.groupLink(key))
}

// Assign assigns people to the application. The target has them then, active.
func (s *Sync) Assign(keys ...string) {
	for _, k := range keys {
		s.must(s.idp.Assign(s.t.Context(), s.person(k)))
		s.kept[k], _ = s.idp.Link(k)
		s.activeNow(s.read(k).Status(http.StatusOK).EqualFold("userName", s.person(k).UserName))
	}
}

// Unassign takes the application from somebody. The target has her inactive
// then; whether it keeps her is for the flow "leaver".
func (s *Sync) Unassign(key string) {
	s.link(key)
	s.must(s.idp.Unassign(s.t.Context(), key))
	a := s.read(key).NoServerError()
	if a.Code() == http.StatusOK {
		activeIs(a, false)
	}
}

// activeIs expects somebody to be active, or not. What identity providers make
// of a string or a number is not known, so that is a limit.
func activeIs(a *Answer, want bool) *Answer {
	v := a.Value("active")
	got, err := strconv.ParseBool(strings.ToLower(v.String()))
	message := "does not deactivate"
	if want {
		message = "is not active"
	}
	shown := v.String()
	if !v.Exists() {
		shown = "absent"
	}
	a.Holds(err == nil && got == want, "active", strconv.FormatBool(want), shown, message)
	a.Advisory().Holds(err != nil || v.IsBool(), "active", "a boolean", shown, "active is not a boolean")
	return a
}

// activeNow expects somebody to be active. A target may leave active out where
// the identity provider never sent it.
func (s *Sync) activeNow(a *Answer) *Answer {
	if !sends(s.dialect, "active") && !a.Value("active").Exists() {
		return a
	}
	return activeIs(a, true)
}

// Change changes somebody in the directory and pushes it.
func (s *Sync) Change(key string, change func(*mockidp.User)) {
	u := s.person(key)
	change(&u)
	s.people[key] = u
	s.must(s.idp.Update(s.t.Context(), u))
}

// canLogIn asks whether somebody can log in, where the profile has a command
// that says so; nil when it does not say.
func (s *Sync) canLogIn(key string) *bool {
	s.t.Wait(s.t.SettlesByID())
	return s.t.Observe(s.nameID(key), s.link(key)).CanLogIn
}

// read reads the target's user, by the id that the identity provider knows.
func (s *Sync) read(key string) *Answer {
	s.t.Wait(s.t.SettlesByID())
	return s.settled(s.t.Fetch(s.userPath(key)))
}

// find queries the target for a userName.
func (s *Sync) find(userName string) *Answer {
	return s.t.List(scim.UsersEndpoint, Filter("userName eq "+scim.Quote(userName)))
}

// ExpectUser expects the target's user to be as the directory has it, active.
func (s *Sync) ExpectUser(key string) {
	u := s.person(key)
	a := s.activeNow(s.read(key).Status(200)).EqualFold("userName", u.UserName).
		EqualText("name.givenName", u.GivenName).EqualText("name.familyName", u.FamilyName)
	// What is not kept is a limit, not a break: userName and active are what
	// sign-in hangs on.
	limit := a.Advisory()
	if kind := emailType(s.dialect); kind != "" {
		limit.EqualFold(`emails[type eq `+scim.Quote(kind)+`].value`, u.Email)
	}
	if sends(s.dialect, "displayName") {
		limit.EqualText("displayName", u.DisplayName)
	}
	if sends(s.dialect, "externalId") && (s.dialect.Update != nil || !s.behindBack[key]) {
		limit.Equal("externalId", u.ObjectID)
	}
	if s.dialect.IdP == "entra" {
		n := len(a.Resource().Lookup(`addresses[type eq "work"]`))
		a.Holds(n <= 1, `addresses[type eq "work"]`, "one address at work", count(n), "parts of one address became several addresses")
		if s.offers(scim.UserURN, "addresses.locality") && s.offers(scim.UserURN, "addresses.type") {
			a.Advisory().Equal(`addresses[type eq "work"].locality`, u.Locality)
		}
		if s.offers(scim.UserURN, "phoneNumbers.value") && s.offers(scim.UserURN, "phoneNumbers.type") {
			a.Advisory().Equal(`phoneNumbers[type eq "mobile"].value`, u.MobilePhone)
		}
	}
}

// offers reports whether the target's schemas have an attribute that can be
// written and read.
func (s *Sync) offers(urn, path string) bool {
	d, listed := s.t.Target().Attribute(urn, path)
	return listed && d.Mutability == "readWrite" && d.Returned != "never" && d.Returned != "request"
}

const department = scim.EnterpriseUserURN + ":department"

// ExpectMapped expects the target's user to have what the identity provider
// maps beside names, where the target's schemas offer it.
func (s *Sync) ExpectMapped(key string) {
	u := s.person(key)
	a := s.read(key).Status(200)
	if sends(s.dialect, "title") && s.offers(scim.UserURN, "title") {
		a.EqualFold("title", u.Title)
	}
	if sends(s.dialect, department) && s.offers(scim.EnterpriseUserURN, "department") {
		a.EqualFold(department, u.Department)
	}
	// Okta maps no phone number; a target may rewrite one (RFC 3966).
	if s.dialect.IdP == "entra" && s.offers(scim.UserURN, "phoneNumbers.value") && s.offers(scim.UserURN, "phoneNumbers.type") {
		a.Has(`phoneNumbers[type eq "mobile"].value`)
	}
}

// ExpectActive expects the target's user to be active, or not.
func (s *Sync) ExpectActive(key string, active bool) {
	activeIs(s.read(key).Status(200), active)
}

// ExpectOne expects exactly one user with somebody's userName.
func (s *Sync) ExpectOne(key string) {
	n, a := s.count(key)
	a.Holds(n == 1, "Resources", "one user", count(n), "there is not exactly one user with the userName")
}

// ExpectNobody expects no user with somebody's userName.
func (s *Sync) ExpectNobody(key string) {
	u := s.person(key)
	a := s.find(u.UserName)
	if !s.queries() && a.Code() != http.StatusOK {
		return
	}
	n := len(a.Status(http.StatusOK).Page().Resources)
	a.Holds(n == 0, "Resources", "none", count(n), "a deleted user is still found")
}

// count is how many users a query by somebody's userName finds. Of who does
// not query, what no query finds is taken to be there once.
func (s *Sync) count(key string) (int, *Answer) {
	a := s.find(s.person(key).UserName)
	if !s.queries() && a.Code() != http.StatusOK {
		return 1, a
	}
	n := len(a.Status(http.StatusOK).Page().Resources)
	if !s.queries() {
		n = max(n, 1)
	}
	return n, a
}

// queries reports whether the identity provider looks for people by a query
// before it writes. What does not is not hurt by a target without filters.
func (s *Sync) queries() bool { return s.dialect.Find != nil && !s.dialect.FindAfterConflict }

func count(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "one"
	}
	return "more than one"
}

// PushGroup pushes a group with members.
func (s *Sync) PushGroup(key string, members ...string) {
	s.must(s.idp.PushGroup(s.t.Context(), s.group(key), members...))
	s.kept["group "+key], _ = s.idp.GroupLink(key)
}

// GivenGroup assigns people and pushes a group with them. The target has them
// as members then.
func (s *Sync) GivenGroup(key string, members ...string) {
	s.Assign(members...)
	s.PushGroup(key, members...)
	s.ExpectMembers(key, members...)
}

// AddMembers puts people into a group.
func (s *Sync) AddMembers(group string, keys ...string) {
	s.must(s.idp.AddMembers(s.t.Context(), group, keys...))
}

// RemoveMembers takes people out of a group.
func (s *Sync) RemoveMembers(group string, keys ...string) {
	s.must(s.idp.RemoveMembers(s.t.Context(), group, keys...))
}

// ExpectMembers expects the target's group to have exactly these members.
func (s *Sync) ExpectMembers(group string, keys ...string) {
	a := s.readGroup(group).Status(200)
	var want []string
	for _, k := range keys {
		want = append(want, s.link(k))
	}
	var got []string
	for _, v := range a.Resource().Lookup("members.value") {
		got = append(got, v.String())
	}
	missing, extra := 0, 0
	for _, id := range want {
		if !slices.Contains(got, id) {
			missing++
		}
	}
	for _, id := range got {
		if !slices.Contains(want, id) {
			extra++
		}
	}
	a.Holds(missing == 0, "members", strconv.Itoa(len(want))+" members", strconv.Itoa(len(got))+" members, "+strconv.Itoa(missing)+" missing", "the group lacks members")
	a.Holds(extra == 0, "members", strconv.Itoa(len(want))+" members", strconv.Itoa(len(got))+" members, "+strconv.Itoa(extra)+" too many", "the group has members that were taken out")
	if s.dialect.IdP != "entra" {
		// Entra ID expects one (entra.md E56); no source says that others mind.
		a = a.Advisory()
	}
	a.Holds(missing+extra > 0 || len(got) == len(want), "members", strconv.Itoa(len(want))+" members", strconv.Itoa(len(got))+" entries", "the group has a member twice")
}

func (s *Sync) readGroup(key string) *Answer {
	s.t.Wait(s.t.SettlesByID())
	return s.t.Fetch(s.groupPath(key))
}

// ExpectGroupName expects the target's group to have the directory's name.
func (s *Sync) ExpectGroupName(key string) {
	s.readGroup(key).Status(200).Equal("displayName", s.group(key).Name)
}

// pathOf is the path of the user with an id.
func (s *Sync) pathOf(id string) string { return scim.UsersEndpoint + "/" + url.PathEscape(id) }
