package lifecycle

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The words of the flows about what fills support queues.

// supportFlows are the situations that fill support queues.
func supportFlows() []Flow {
	return slices.Concat(connectionSupportFlows, peopleSupportFlows, groupSupportFlows, limitSupportFlows)
}

// only keeps a flow for some identity providers, and says why not for others.
func only(why string, idps ...string) func(*mockidp.Dialect) string {
	return func(d *mockidp.Dialect) string {
		if slices.Contains(idps, d.IdP) {
			return ""
		}
		return strings.ReplaceAll(why, "IDP", nameOf(d))
	}
}

// matchesGroups is for flows in which a group is there already.
func matchesGroups(d *mockidp.Dialect) string {
	switch {
	case d.FindGroup == nil && d.ListGroups == nil:
		return d.Unknown["FindGroup"]
	case d.FindAfterConflict:
		return "what " + nameOf(d) + " does with the members of a group that it adopts is not known (other-idps.md 7.4)"
	}
	return ""
}

// remember keeps the ids of people, to be compared after something happened.
func (s *Sync) remember(keys ...string) {
	for _, k := range keys {
		s.kept["before "+k] = s.link(k)
	}
}

// changed lists those of the people who have other ids than remembered.
func (s *Sync) changed(keys ...string) []string {
	return slices.DeleteFunc(keys, func(k string) bool { return s.link(k) == s.kept["before "+k] })
}

// expectSame expects that people are linked to the accounts that they had.
func (s *Sync) expectSame(keys ...string) {
	for _, k := range keys {
		s.t.Expect(s.link(k) == s.kept["before "+k], nil, "id", "the id of her account", "another", s.name()+" is linked to another account")
	}
}

// describe changes somebody in the directory and sends nothing.
func (s *Sync) describe(key string, change func(*mockidp.User)) {
	u := s.person(key)
	change(&u)
	s.people[key] = u
}

// last is the answer that ended a change; the step ends when there is none.
func (s *Sync) last(c mockidp.Change) *Answer {
	s.t.Settle()
	if n := len(c.Exchanges); n > 0 {
		if a := s.t.AnswerTo(c.Exchanges[n-1]); a != nil {
			return a
		}
	}
	s.t.Block("%s sent nothing", s.name())
	return nil
}

// refusedCreate is the answer by which a create was refused, or nil. Some look
// for the account after it (other-idps.md 7.3), so it need not be the last.
func (s *Sync) refusedCreate(c mockidp.Change) *Answer {
	s.t.Settle()
	for _, x := range c.Exchanges {
		if x.Request.Method == http.MethodPost && c.Outcome == mockidp.Failed && x.Status() >= 400 && x.Status() != http.StatusNotFound {
			return s.t.AnswerTo(x)
		}
	}
	return nil
}

// FamilyNameBehind gives the target's user another family name.
func (s *Sync) FamilyNameBehind(key, value string) {
	status := s.behind(s.userPath(key), change{
		operations: []scim.PatchOperation{Replace("name.familyName", value)},
		replace: func(d Doc) {
			name, _ := d["name"].(map[string]any)
			if name == nil {
				name = map[string]any{}
			}
			name["familyName"], d["name"] = value, name
			delete(name, "formatted")
		},
		shows: func(r scim.Resource) bool { return strings.EqualFold(r.Get("name.familyName").String(), value) },
	})
	if status != http.StatusOK {
		s.t.Skip("the target does not keep who is changed; the flow leaver judges that")
	}
}

// GroupBehind makes a group on the target with the directory's name and these
// members, by hand, and remembers its id.
func (s *Sync) GroupBehind(group string, ids ...string) {
	members := Values{}
	for _, id := range ids {
		members = append(members, Doc{"value": id})
	}
	r := s.t.GivenGroup(Set("displayName", s.group(group).Name), Set("members", members))
	s.kept["group "+group] = r.ID
	all := func(g scim.Resource) bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return !hasMember(g, id) })
	}
	if s.t.Wait(s.t.SettlesByID()); all(s.t.Fetch(r.Path()).Arranging().Status(http.StatusOK).Resource()) {
		return
	}
	s.behind(r.Path(), change{
		operations: []scim.PatchOperation{Add("members", members)},
		replace:    func(d Doc) { d["members"] = members },
		shows:      all,
	})
}

// keptGroup reads the group that was made by hand.
func (s *Sync) keptGroup(group string) *Answer {
	s.t.Wait(s.t.SettlesByID())
	return s.t.Fetch(scim.GroupsEndpoint + "/" + url.PathEscape(s.kept["group "+group]))
}

// shifted skips where a group was not found in a list of several pages: what
// other checks create and delete meanwhile moves the pages.
func (s *Sync) shifted(c mockidp.Change) {
	pages, created := 0, false
	for _, x := range c.Exchanges {
		if x.Request.Path == scim.GroupsEndpoint {
			created = created || x.Request.Method == http.MethodPost
			if x.Request.Method == http.MethodGet {
				pages++
			}
		}
	}
	if created && pages > 1 {
		s.t.Skip("the group was not found in a list of several pages, which others change meanwhile")
	}
}

// assignAgain assigns somebody who was unassigned. Where the account is gone
// by then, only of Okta and Entra ID is something known of what follows.
func (s *Sync) assignAgain(key string) {
	c := s.idp.Assign(s.t.Context(), s.person(key))
	s.t.Settle()
	if n := len(c.Exchanges); c.Outcome == mockidp.Failed && c.Exchanges[n-1].Status() == http.StatusNotFound && c.Exchanges[n-1].Request.Method != http.MethodPost {
		if s.dialect.IdP != "okta" && s.dialect.IdP != "entra" {
			s.t.Skip("how %s goes on when the account is gone is not known", s.name())
		}
	}
	s.must(c)
	s.kept[key], _ = s.idp.Link(key)
	activeIs(s.read(key).Status(http.StatusOK).EqualFold("userName", s.person(key).UserName), true)
}

// other is an identity provider that was connected to the target before this
// one: Okta, and before Okta it was Entra ID.
func (s *Sync) other() *mockidp.Provider {
	name := "okta-oin"
	if s.dialect.IdP == "okta" {
		name = "entra-compliant"
	}
	return s.beside(name, nil)
}

// beside is another identity provider on the same target.
func (s *Sync) beside(dialect string, options map[string]string) *mockidp.Provider {
	d, err := mockidp.Lookup(dialect, options)
	if err != nil {
		panic(err) // the name is ours
	}
	return mockidp.New(mockidp.Config{Dialect: d, Target: s.t.Doer()})
}
