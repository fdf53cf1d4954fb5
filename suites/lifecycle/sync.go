package lifecycle

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

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
}

// enter begins a step: the same identity provider goes on in it.
func (s *Sync) enter(t *T) {
	s.t = t
	if s.idp == nil {
		s.start(false)
	}
}

// start makes the identity provider; disabled starts it with provisioning
// switched off.
func (s *Sync) start(disabled bool) {
	t := s.t
	s.people, s.groups, s.kept = map[string]mockidp.User{}, map[string]mockidp.Group{}, map[string]string{}
	s.idp = mockidp.New(mockidp.Config{Dialect: s.dialect, Target: t.Doer(), Disabled: disabled})
}

// name is the identity provider's name for people.
func (s *Sync) name() string {
	if s.dialect.IdP == "okta" {
		return "Okta"
	}
	return "Entra ID"
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
	s.t.Settle()
	var a *Answer
	if n := len(c.Exchanges); n > 0 {
		a = s.t.AnswerTo(c.Exchanges[n-1])
	}
	got := "done"
	if c.Outcome == mockidp.Failed {
		got = c.Reason
	}
	where := ""
	if a != nil {
		where = "status"
	}
	if !s.t.Expect(c.Outcome != mockidp.Failed, a, where, "success", got, s.name()+" cannot "+c.Action+": "+firstSentence(c.Reason)) {
		s.t.Stop()
	}
}

// firstSentence is a reason without what the server said.
func firstSentence(reason string) string {
	s, _, _ := strings.Cut(reason, ". Errors reported")
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+2:]
	}
	return s
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

// Assign assigns people to the application.
func (s *Sync) Assign(keys ...string) {
	for _, k := range keys {
		s.must(s.idp.Assign(s.t.Context(), s.person(k)))
		s.kept[k], _ = s.idp.Link(k)
	}
}

// Unassign takes the application from somebody.
func (s *Sync) Unassign(key string) {
	s.link(key)
	s.must(s.idp.Unassign(s.t.Context(), key))
}

// Change changes somebody in the directory and pushes it.
func (s *Sync) Change(key string, change func(*mockidp.User)) {
	u := s.person(key)
	change(&u)
	s.people[key] = u
	s.must(s.idp.Update(s.t.Context(), u))
}

// read reads the target's user, by the id that the identity provider knows.
func (s *Sync) read(key string) *Answer {
	s.t.Wait(s.t.SettlesByID())
	return s.t.Fetch(scim.UsersEndpoint + "/" + url.PathEscape(s.link(key)))
}

// find queries the target for a userName.
func (s *Sync) find(userName string) *Answer {
	return s.t.List(scim.UsersEndpoint, Filter("userName eq "+scim.Quote(userName)))
}

// ExpectUser expects the target's user to be as the directory has it, active.
func (s *Sync) ExpectUser(key string) {
	u := s.person(key)
	a := s.read(key).Status(200).EqualFold("userName", u.UserName).Equal("active", true).
		Equal("name.givenName", u.GivenName).Equal("name.familyName", u.FamilyName)
	// What is not kept is a limit, not a break: userName and active are what
	// sign-in hangs on.
	a.Advisory().Equal("displayName", u.DisplayName).Equal("externalId", u.ObjectID).
		EqualFold(`emails[type eq "work"].value`, u.Email)
}

// ExpectMapped expects the target's user to have what the identity provider
// maps beside names, where the target's schemas offer it.
func (s *Sync) ExpectMapped(key string) {
	u := s.person(key)
	a := s.read(key).Status(200)
	offers := func(urn, path string) bool {
		d, listed := s.t.Target().Attribute(urn, path)
		return listed && d.Mutability == "readWrite" && d.Returned != "never" && d.Returned != "request"
	}
	if offers(scim.UserURN, "title") {
		a.EqualFold("title", u.Title)
	}
	if offers(scim.EnterpriseUserURN, "department") {
		a.EqualFold(scim.EnterpriseUserURN+":department", u.Department)
	}
	// Okta maps no phone number; a target may rewrite one (RFC 3966).
	if s.dialect.IdP == "entra" && offers(scim.UserURN, "phoneNumbers.value") && offers(scim.UserURN, "phoneNumbers.type") {
		a.Has(`phoneNumbers[type eq "mobile"].value`)
	}
}

// ExpectActive expects the target's user to be active, or not.
func (s *Sync) ExpectActive(key string, active bool) {
	s.read(key).Status(200).Equal("active", active)
}

// ExpectOne expects exactly one user with somebody's userName.
func (s *Sync) ExpectOne(key string) {
	u := s.person(key)
	a := s.find(u.UserName).Status(200)
	n := len(a.Page().Resources)
	a.Holds(n == 1, "Resources", "one user", count(n), "there is not exactly one user with the userName")
}

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
	if s.dialect.IdP == "okta" {
		// No source says that Okta minds; Entra ID expects one (entra.md E56).
		a = a.Advisory()
	}
	a.Holds(missing+extra > 0 || len(got) == len(want), "members", strconv.Itoa(len(want))+" members", strconv.Itoa(len(got))+" entries", "the group has a member twice")
}

func (s *Sync) readGroup(key string) *Answer {
	s.t.Wait(s.t.SettlesByID())
	return s.t.Fetch(scim.GroupsEndpoint + "/" + url.PathEscape(s.groupLink(key)))
}

// ExpectGroupName expects the target's group to have the directory's name.
func (s *Sync) ExpectGroupName(key string) {
	s.readGroup(key).Status(200).Equal("displayName", s.group(key).Name)
}

// Behind changes the target's user behind the identity provider's back, by an
// RFC PATCH; a refusal blocks the step.
func (s *Sync) Behind(key string, ops ...scim.PatchOperation) {
	s.t.Send("PATCH", scim.UsersEndpoint+"/"+url.PathEscape(s.link(key)), nil, RawBody(scim.MediaType, string(scim.PatchBody(ops...)))).
		Arranging().Success()
}

// DeleteBehind deletes the target's user behind the identity provider's back.
func (s *Sync) DeleteBehind(key string) {
	s.t.Send("DELETE", scim.UsersEndpoint+"/"+url.PathEscape(s.link(key)), nil).Arranging().Success()
}

// CreateBehind creates somebody on the target, as an administrator or a
// sign-in would, and returns its id.
func (s *Sync) CreateBehind(key string, with ...With) string {
	u := s.person(key)
	doc := s.t.NewUser(append([]With{
		Set("userName", u.UserName), Unset("externalId"), Set("displayName", u.DisplayName),
		Set("name", Doc{"givenName": u.GivenName, "familyName": u.FamilyName}),
		Set("emails", Values{Doc{"value": u.Email, "type": "work", "primary": true}}),
	}, with...)...)
	id := s.t.Given(scim.UsersEndpoint, doc).ID
	s.kept[key] = id
	return id
}
