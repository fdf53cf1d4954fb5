package lifecycle

import (
	"net/http"
	"strconv"

	"github.com/scimtest/scimtest/mockidp"
)

// returnFlows are in people who come back other than they left. Who comes back
// as she was is in the flow rehire.
var returnFlows = []Flow{
	{
		ID: "rehire-new-id", Title: "Somebody who comes back as a new entry of the directory gets the account that she had",
		Uses:    []string{"Update", "Deactivate", "Reactivate"},
		Breaks:  []string{"OKTA-Q09", "OKTA-Q12", "OKTA-Q20", "E14", "E74", "E75"},
		Catches: []string{"inactive-is-final"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"inactive-hidden-from-filter"}, "okta-oin": {"inactive-hidden-from-filter"},
			"entra-legacy": {"inactive-hidden-from-filter"}, "entra-compliant": {"inactive-hidden-from-filter"},
			"pingfederate": {"inactive-hidden-from-filter"}, "onelogin": {"inactive-hidden-from-filter"}, "jumpcloud": {"inactive-hidden-from-filter"},
		},
		Should: []string{"same"},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"leaves", "She is unassigned", func(s *Sync) {
				s.Unassign("ada")
				s.kept["before"] = s.link("ada")
			}},
			{"returns", "A new entry of the directory with her userName is assigned", func(s *Sync) {
				u := mockidp.UserOf(s.dialect, "again", s.t.Tag(), s.t.Person())
				u.UserName, u.Email = s.person("ada").UserName, s.person("ada").Email
				s.people["again"] = u
				s.Assign("again")
			}},
			{"active", "The account is active, and has the values of the new entry", func(s *Sync) { s.ExpectUser("again") }},
			{"one", "There is one account", func(s *Sync) { s.ExpectOne("again") }},
			{"same", "It is the account that she had", func(s *Sync) {
				s.t.Expect(s.link("again") == s.kept["before"], nil, "id", "the former id", "another", "the account is another one")
			}},
		},
	},
	{
		ID: "rehire-name-taken", Title: "Somebody who comes back with a userName that another has leaves the other account whole",
		Uses:   []string{"Update", "Deactivate", "Reactivate"},
		Breaks: []string{"OKTA-Q14", "OKTA-Q40", "E73"},
		Lacks: func(d *mockidp.Dialect) string {
			switch d.IdP {
			case "okta", "entra":
				return ""
			}
			return "how " + d.Label + " goes on after a refused userName is not known"
		},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignored", "filter-eq-finds-nothing"}, "okta-oin": {"put-ignored", "filter-eq-finds-nothing"},
			"entra-legacy": {"patch-accepts-duplicate"}, "entra-compliant": {"patch-accepts-duplicate"},
		},
		Steps: []FlowStep{
			{"leaves", "She is assigned, and leaves", func(s *Sync) {
				s.Assign("ada")
				s.Unassign("ada")
				s.kept["former"], s.kept["name"] = s.link("ada"), s.person("ada").UserName
			}},
			{"taken", "Somebody else has an account on the target", func(s *Sync) {
				id := s.CreateBehind("bo")
				s.t.Expect(id != "", nil, "id", "an id", "none", "the account has no id")
			}},
			{"returns", "She comes back with that userName", func(s *Sync) {
				u := s.person("ada")
				u.UserName, u.Email = s.person("bo").UserName, s.person("bo").Email
				s.people["ada"] = u
				c := s.known(s.idp.Assign(s.t.Context(), u))
				s.t.Settle()
				if s.dialect.IdP == "okta" {
					// Okta matches by the userName, and takes the account
					// that it finds (okta.md 2.1, 5.4).
					s.must(c)
					s.t.Expect(s.link("ada") == s.kept["bo"], nil, "id", "the id of the account with the userName", "another", "the assignment is linked to another account")
					return
				}
				// Entra ID keeps its link; the refusal is tried again later
				// (entra.md 5.6).
				last := s.t.AnswerTo(c.Exchanges[len(c.Exchanges)-1])
				if c.Exchanges[0].Status() == http.StatusNotFound {
					s.t.Skip("the target does not keep who is inactive; the flow leaver judges that")
				}
				last.Holds(last.Code()/100 == 4, "status", "409", strconv.Itoa(last.Code()), "a userName that another account has is taken")
				last.Advisory().Holds(last.Code() == http.StatusConflict, "status", "409", strconv.Itoa(last.Code()), "the refusal of a userName that is taken is not 409")
			}},
			{"one", "One account has the userName: the one that had it", func(s *Sync) {
				a := s.find(s.person("bo").UserName).Status(200)
				ids := a.IDs()
				a.Holds(len(ids) == 1 && ids[0] == s.kept["bo"], "Resources", "the account that had it, alone", count(len(ids)), "another account has the userName, too")
			}},
			{"others", "Nothing else of either account was mixed up", func(s *Sync) {
				former := s.t.Fetch(s.pathOf(s.kept["former"])).NoServerError()
				if former.Code() == http.StatusOK {
					former.EqualFold("userName", s.kept["name"])
				}
				if s.dialect.IdP == "okta" {
					s.ExpectUser("ada")
					return
				}
				u := s.person("bo")
				s.t.Fetch(s.pathOf(s.kept["bo"])).Status(200).EqualFold("userName", u.UserName).Equal("name.familyName", u.FamilyName).HasNot("externalId")
			}},
		},
	},
}
