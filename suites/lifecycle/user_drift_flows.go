package lifecycle

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// userDriftFlows are more of the flows in which the identity provider and the
// target have come apart over a user (okta.md 5, entra.md 5).
var userDriftFlows = []Flow{
	{
		ID: "out-of-sync.unassigned-and-reassigned", Title: "Who was assigned before provisioning is pushed by no Force Sync, and gets an account when assigned anew",
		Breaks: []string{"OKTA-Q39", "OKTA-Q40"},
		Lacks: func(d *mockidp.Dialect) string {
			if d.IdP != "okta" {
				return "Force Sync is Okta's alone"
			}
			return ""
		},
		Catches: []string{"filter-eq-finds-nothing"},
		Steps: []FlowStep{
			{"assigned", "Two people are assigned while provisioning is off, one of whom signed in once", func(s *Sync) {
				s.start(true)
				s.SignedIn("bo", s.person("bo").UserName)
				for _, k := range []string{"ada", "bo"} {
					s.quiet(s.idp.Assign(s.t.Context(), s.person(k)))
				}
			}},
			{"switched-on", "Provisioning is switched on", func(s *Sync) {
				for _, c := range s.idp.EnableProvisioning(s.t.Context()) {
					if c.Lacks {
						s.quiet(c)
					} else {
						s.must(c)
					}
				}
			}},
			{"force-sync", "Force Sync pushes nobody", func(s *Sync) {
				n := len(s.idp.ForceSync(s.t.Context()))
				s.t.Expect(n == 0, nil, "", "nobody pushed", count(n)+" pushed", "Force Sync pushes who was never provisioned")
			}},
			{"unassigned", "They are unassigned: nothing is sent, since neither is linked", func(s *Sync) {
				for _, k := range []string{"ada", "bo"} {
					s.quiet(s.idp.Unassign(s.t.Context(), k))
				}
			}},
			{"reassigned", "They are assigned again: one is created, one is linked", func(s *Sync) {
				bo := s.kept["bo"]
				s.Assign("ada", "bo")
				s.t.Expect(s.link("bo") == bo, nil, "id", "the account from the sign-in", "another", "the account that was there is not linked")
			}},
			{"there", "Both have one account, active", func(s *Sync) {
				for _, k := range []string{"ada", "bo"} {
					s.ExpectUser(k)
					s.ExpectOne(k)
				}
			}},
		},
	},
	{
		ID: "out-of-sync.recreated", Title: "Who was deleted and created anew on the target is linked to the new account",
		Uses:    []string{"Update"},
		Breaks:  []string{"OKTA-Q41", "E14", "E79"},
		Lacks:   unlessOktaOrEntra("does after a linked user is gone"),
		Catches: []string{"unknown-id-answers-400"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"filter-eq-finds-nothing"}, "okta-oin": {"filter-eq-finds-nothing"},
		},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"recreated", "Her account is deleted on the target, and made anew", func(s *Sync) {
				s.kept["former"] = s.link("ada")
				s.DeleteBehind(s.userPath("ada"))
				s.kept["new"] = s.CreateBehind("ada")
			}},
			{"noticed", "The next change meets 404 at the former id", func(s *Sync) {
				u := s.person("ada")
				u.FamilyName += "-Berg"
				s.people["ada"] = u
				c := s.idp.Update(s.t.Context(), u)
				s.t.Settle()
				s.t.AnswerTo(c.Exchanges[0]).Status(404)
				if s.dialect.IdP == "entra" {
					s.kept["outcome"] = string(c.Outcome)
					s.must(c) // it looks for her anew (entra.md 5.3)
					return
				}
				// Okta keeps the former id until she is assigned anew
				// (okta.md 5.4).
				s.t.Expect(c.Outcome == mockidp.Failed, nil, "", "a task", string(c.Outcome), "Okta heals what it does not heal")
				s.idp.Unassign(s.t.Context(), "ada")
				s.t.Settle()
				s.idp.Forget("ada")
				s.Assign("ada")
			}},
			{"linked", "She is linked to the new account", func(s *Sync) {
				if s.kept["outcome"] == string(mockidp.Failed) {
					s.t.Skip("how Entra ID goes on after that is not known")
				}
				id, _ := s.idp.Link("ada")
				s.t.Expect(id == s.kept["new"], nil, "id", "the id of the new account", "another", "the assignment is linked to another account")
			}},
			{"there", "It has the directory's values, and there is no other", func(s *Sync) {
				s.ExpectUser("ada")
				s.ExpectOne("ada")
			}},
		},
	},
	{
		ID: "out-of-sync.renamed", Title: "Whose userName was changed on the target has the directory's after the next change of it",
		Uses:   []string{"Update"},
		Breaks: []string{"OKTA-Q04", "E73", "E77"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignored"}, "okta-oin": {"put-ignored"},
			"entra-legacy": {"patch-op-case-ignored"}, "entra-compliant": {"patch-without-path-ignored"},
			"pingfederate": {"put-ignored"}, "onelogin": {"put-ignored"},
			"jumpcloud": {"patch-ignored"}, "sailpoint": {"patch-ignored"}, "authentik": {"put-ignored"},
		},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"renamed", "Her userName is changed on the target", func(s *Sync) {
				s.kept["other"] = "other." + s.person("ada").UserName
				s.ChangeBehind("ada", "userName", s.kept["other"])
				s.t.Expect(true, nil, "", "", "", "")
			}},
			{"pushed", "It changes in the directory", func(s *Sync) {
				s.kept["before"] = s.link("ada")
				s.Change("ada", func(u *mockidp.User) { u.UserName = "new." + u.UserName })
			}},
			{"corrected", "The same account has the directory's userName", func(s *Sync) {
				s.t.Expect(s.link("ada") == s.kept["before"], nil, "id", "the id of her account", "another", "the account is another one")
				s.read("ada").Status(200).EqualFold("userName", s.person("ada").UserName)
			}},
			{"found", "A query by it finds her, and one by the other nobody", func(s *Sync) {
				s.ExpectOne("ada")
				other := s.find(s.kept["other"])
				if !s.queries() && other.Code() != http.StatusOK {
					return
				}
				n := len(other.Page().Resources)
				s.t.Expect(n == 0, nil, "Resources", "none", count(n), "a former userName still finds somebody")
			}},
		},
	},
	{
		// Neither notices (okta.md 5.4, entra.md 5.2); the next deactivation
		// is sent, and has to work again.
		ID: "out-of-sync.reactivated", Title: "Who was made active again on the target is inactive after being unassigned again",
		Uses:    []string{"Deactivate", "Reactivate"},
		Breaks:  []string{"OKTA-Q20", "E26", "E75"},
		Catches: []string{"reactivated-stays-active"},
		Steps: []FlowStep{
			{"leaves", "She is assigned, and leaves", func(s *Sync) {
				s.Assign("ada")
				s.Unassign("ada")
				if s.read("ada").Code() != http.StatusOK {
					s.t.Skip("the target does not keep who is inactive; the flow leaver judges that")
				}
			}},
			{"reactivated", "Her account is made active on the target", func(s *Sync) {
				s.ChangeBehind("ada", "active", true)
				s.t.Expect(true, nil, "", "", "", "")
			}},
			{"again", "She is assigned and unassigned once more", func(s *Sync) {
				s.Assign("ada")
				s.ExpectOne("ada")
				s.Unassign("ada")
			}},
			{"inactive", "The account is inactive", func(s *Sync) { s.ExpectActive("ada", false) }},
		},
	},
	{
		ID: "out-of-sync.duplicate-users", Title: "Of two accounts with one userName neither is touched",
		Breaks: []string{"E10", "E72"},
		Lacks:  unlessEntra("does when a query finds more than one"),
		// The reference keeps names unique: TestDuplicateFlows lets it come to
		// two.
		Steps: []FlowStep{
			{"arranged", "The target has two accounts with her userName, if it lets it come to that", func(s *Sync) {
				s.twice(scim.UsersEndpoint, func() Doc {
					return s.t.NewUser(Set("userName", s.person("ada").UserName), Unset("externalId"))
				})
			}},
			{"noticed", "She is assigned: Entra ID finds two, and writes nothing", func(s *Sync) {
				s.undecided(s.idp.Assign(s.t.Context(), s.person("ada")))
			}},
			{"untouched", "Both accounts are as they were", func(s *Sync) { s.untouched(scim.UsersEndpoint) }},
		},
	},
	{
		// The source's name gets its id in front while it lies in the recycle
		// bin (entra.md 2.8).
		ID: "out-of-sync.restored", Title: "Who was deleted softly in the directory and restored has the account that she had",
		Uses:   []string{"Update", "Deactivate", "Reactivate"},
		Breaks: []string{"E75", "E76", "E77", "E78"},
		Lacks: func(d *mockidp.Dialect) string {
			if d.IdP != "entra" {
				return "the recycle bin, and the name there, are Entra ID's alone"
			}
			return ""
		},
		Catches:   []string{"tombstone-user-name-refused", "inactive-is-final"},
		CatchesIn: map[string][]string{"entra-legacy": {"patch-refuses-inactive"}},
		Should:    []string{"same"},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) {
				s.startJob(map[string]string{"deleted-name": "tombstone"})
				s.job.Assign(s.person("ada"))
				s.job.cycle()
				s.kept["before"] = s.link("ada")
				s.ExpectUser("ada")
			}},
			{"deleted", "She goes to the recycle bin: one PATCH makes her inactive and puts her id before her userName", func(s *Sync) {
				s.job.Delete("ada")
				s.job.cycle()
				a := s.read("ada").NoServerError()
				if a.Code() == http.StatusOK {
					u := s.person("ada")
					activeIs(a, false).EqualFold("userName", strings.ReplaceAll(u.ObjectID, "-", "")+u.UserName)
				}
			}},
			{"restored", "She is restored: the next cycle brings back her userName, and makes her active", func(s *Sync) {
				s.job.Restore("ada")
				s.job.cycle()
			}},
			{"there", "She has one account, as the directory has it", func(s *Sync) {
				s.ExpectUser("ada")
				s.ExpectOne("ada")
			}},
			{"same", "It is the account that she had", func(s *Sync) {
				s.t.Expect(s.link("ada") == s.kept["before"], nil, "id", "the former id", "another", "the account is another one")
			}},
		},
	},
}

// unlessOktaOrEntra is why others do not play a flow: what they do is not known.
func unlessOktaOrEntra(does string) func(*mockidp.Dialect) string {
	return func(d *mockidp.Dialect) string {
		if d.IdP == "okta" || d.IdP == "entra" {
			return ""
		}
		return "what " + d.Label + " " + does + " is not known"
	}
}

// unlessEntra is the same where it is not known of Okta either.
func unlessEntra(does string) func(*mockidp.Dialect) string {
	return func(d *mockidp.Dialect) string {
		if d.IdP == "entra" {
			return ""
		}
		return "what " + d.Label + " " + does + " is not known"
	}
}

// twice creates two resources of one name on the target, if it takes them.
func (s *Sync) twice(endpoint string, doc func() Doc) {
	s.kept["first"] = s.t.Given(endpoint, doc()).ID
	second := doc()
	a := s.t.Post(endpoint, second)
	if a.Code()/100 != 2 {
		s.t.Skip("the target keeps these names unique: it does not come to two")
	}
	r := a.Arranging().Created(endpoint, second)
	if r.ID == s.kept["first"] {
		s.t.Skip("the target keeps these names unique: it does not come to two")
	}
	s.kept["second"] = r.ID
	for _, id := range []string{"first", "second"} {
		s.kept[id+" as it was"] = stable(s.t.Fetch(endpoint + "/" + s.kept[id]).Arranging().Status(200))
	}
	s.t.Expect(true, nil, "", "", "", "")
}

// undecided expects that Entra ID could not tell which of two it found, and
// wrote nothing (entra.md 5.4).
func (s *Sync) undecided(c mockidp.Change) {
	s.t.Settle()
	a := s.t.AnswerTo(c.Exchanges[len(c.Exchanges)-1])
	a.Holds(c.Code == "DuplicateTargetEntries" && !writes(a.Exchange().Request), "Resources", "two", c.Action,
		"a query that two fulfil does not find two: "+s.name()+" takes one of them")
}

func (s *Sync) untouched(endpoint string) {
	for _, id := range []string{"first", "second"} {
		a := s.t.Fetch(endpoint + "/" + s.kept[id]).Status(200)
		a.Holds(stable(a) == s.kept[id+" as it was"], "", "as it was", "changed", "an account that nobody wrote to is changed")
	}
}

// stable is what of a resource only a write changes.
func stable(a *Answer) string {
	return strings.Join([]string{a.Text("userName"), a.Text("displayName"), a.Text("externalId"), a.Value("active").Raw, a.Value("members").Raw}, "\n")
}
