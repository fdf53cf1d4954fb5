package lifecycle

import (
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// The flows in which the identity provider and the target have come apart.
var driftFlows = []Flow{
	{
		ID: "out-of-sync.assigned-before-provisioning", Title: "Who was assigned before provisioning was switched on gets an account when it is asked for",
		Matches:   true,
		Breaks:    []string{"OKTA-Q39", "OKTA-Q40"},
		Catches:   []string{"filter-eq-finds-nothing"},
		CatchesIn: map[string][]string{"sailpoint": {"list-500"}},
		SparedIn:  map[string][]string{"sailpoint": {"filter-eq-finds-nothing"}},
		Steps: []FlowStep{
			{"assigned", "Two people are assigned while provisioning is off: nothing is sent", func(s *Sync) {
				s.start(true)
				s.SignedIn("bo", s.person("bo").UserName) // signed in once
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
			{"asked-for", "They are provisioned: one is created, one is linked", func(s *Sync) {
				bo := s.kept["bo"]
				if s.dialect.IdP == "okta" {
					_, linked := s.idp.Link("ada")
					s.t.Expect(!linked, nil, "", "no account yet", "an account", "Okta provisions who was assigned before")
					for _, c := range s.idp.ProvisionOutOfSync(s.t.Context()) {
						s.must(c)
					}
				}
				s.t.Expect(s.link("bo") == bo, nil, "id", "the account from the sign-in", "another", "the account that was there is not linked")
			}},
			{"there", "Both have one account, active", func(s *Sync) {
				s.ExpectUser("ada")
				s.ExpectUser("bo")
				s.ExpectOne("ada")
				s.ExpectOne("bo")
			}},
		},
	},
	{
		ID: "out-of-sync.deleted", Title: "Who was deleted on the target behind the identity provider's back gets an account again",
		Uses:    []string{"Update"},
		Breaks:  []string{"OKTA-Q41", "E14"},
		Catches: []string{"unknown-id-answers-400"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"deleted-user-name-stays-taken"}, "okta-oin": {"deleted-user-name-stays-taken"},
		},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"deleted", "The account is deleted on the target", func(s *Sync) { s.DeleteBehind(s.userPath("ada")) }},
			{"noticed", "The next change meets 404", func(s *Sync) {
				u := s.person("ada")
				u.Title, u.FamilyName = "Deck Hand", u.FamilyName+"-Lind" // not all send a title
				s.people["ada"] = u
				c := s.idp.Update(s.t.Context(), u)
				s.t.Settle()
				first := c.Exchanges[0]
				s.t.AnswerTo(first).Status(404)
				switch s.dialect.IdP {
				case "okta":
					// Okta does not create anew: a task, until she is
					// unassigned and assigned again.
					s.t.Expect(c.Outcome == mockidp.Failed, nil, "", "a task", string(c.Outcome), "Okta heals what it does not heal")
					c := s.idp.Unassign(s.t.Context(), "ada")
					s.t.Settle()
					s.t.Expect(c.Outcome == mockidp.Failed, nil, "", "a task", string(c.Outcome), "a deactivation of a deleted user succeeds")
					s.idp.Forget("ada")
					s.Assign("ada")
				case "entra", "authentik":
					s.must(c)
				default:
					s.t.Skip("how %s goes on after this is not known", s.name())
				}
			}},
			{"there", "She has an account again", func(s *Sync) {
				if _, linked := s.idp.Link("ada"); !linked {
					s.t.Skip("how %s goes on after this is not known", s.name())
				}
				s.ExpectUser("ada")
				s.ExpectOne("ada")
			}},
		},
	},
	{
		ID: "out-of-sync.changed", Title: "What was changed on the target is corrected by the next push of that attribute",
		Uses: []string{"Update"}, Sends: []string{"displayName"},
		Breaks: []string{"OKTA-Q04", "E44"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignored"}, "okta-oin": {"put-ignored"},
			"entra-legacy": {"patch-op-case-ignored"}, "entra-compliant": {"patch-without-path-ignored"},
			"pingfederate": {"put-ignored"},
			"jumpcloud":    {"patch-ignored"},
			"authentik":    {"put-ignored"},
			"sailpoint":    {"patch-ignored"},
		},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"changed", "Her display name is changed on the target", func(s *Sync) {
				s.ChangeBehind("ada", "displayName", "Somebody Else "+s.t.Tag())
			}},
			{"pushed", "Her display name changes in the directory", func(s *Sync) {
				s.Change("ada", func(u *mockidp.User) { u.DisplayName = "Captain " + u.DisplayName })
			}},
			{"corrected", "The target has the directory's value", func(s *Sync) {
				s.read("ada").Status(200).Equal("displayName", s.person("ada").DisplayName)
			}},
		},
	},
	{
		ID: "out-of-sync.deactivated", Title: "Who was deactivated on the target is active again after being assigned again",
		Uses:    []string{"Deactivate", "Reactivate"},
		Breaks:  []string{"OKTA-Q20", "E75"},
		Catches: []string{"inactive-is-final"},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"deactivated", "The account is deactivated on the target", func(s *Sync) { s.ChangeBehind("ada", "active", false) }},
			{"again", "She is unassigned and assigned again", func(s *Sync) {
				s.Unassign("ada")
				s.Assign("ada")
			}},
			{"active", "The account is active", func(s *Sync) { s.ExpectActive("ada", true) }},
		},
	},
	{
		ID: "out-of-sync.conflict", Title: "A create for a userName that is taken is answered with 409",
		Breaks:  []string{"OKTA-Q14", "E70", "E72"},
		Catches: []string{"duplicate-user-name-accepted", "duplicate-answers-400"},
		Steps: []FlowStep{
			{"taken", "The userName is taken on the target", func(s *Sync) {
				id := s.CreateBehind("ada")
				s.t.Expect(id != "", nil, "id", "an id", "none", "the account has no id")
			}},
			{"conflict", "A create that did not see it meets 409", func(s *Sync) {
				x := s.sending(s.t.Doer()).Do(s.t.Context(), s.dialect.Create(s.person("ada")))
				s.t.Settle()
				a := s.t.AnswerTo(x).Status(409)
				a.Advisory().Holds(a.ScimType() == scim.Uniqueness, "scimType", scim.Uniqueness, a.ScimType(), "the scimType of the conflict is not uniqueness")
			}},
			{"untouched", "The account that was there is as before", func(s *Sync) {
				s.ExpectOne("ada")
				s.read("ada").Status(200).EqualFold("userName", s.person("ada").UserName).HasNot("externalId")
			}},
		},
	},
	{
		ID: "out-of-sync.member-lost", Title: "A member that was lost on the target is back after the next push of it",
		Uses:  []string{"ChangeMembers"},
		Needs: needsGroups, Breaks: []string{"OKTA-Q28", "E56"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-same-members-refused"}, "okta-oin": {"patch-replace-members-501"},
			"entra-legacy": {"patch-op-case-sensitive", "patch-add-overwrites-list"}, "entra-compliant": {"patch-add-overwrites-list"},
			"pingfederate": {"put-ignores-members"},
			"onelogin":     {"patch-add-overwrites-list"},
			"jumpcloud":    {"patch-add-overwrites-list"},
			"authentik":    {"patch-add-overwrites-list"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with two members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo") }},
			{"lost", "One is taken out on the target", func(s *Sync) { s.RemoveMemberBehind("sales", "ada", "bo") }},
			{"pushed-again", "The identity provider pushes the member again", func(s *Sync) {
				if s.dialect.ReplaceMembers != nil {
					s.must(s.idp.PushNow(s.t.Context(), "sales"))
				} else {
					s.AddMembers("sales", "ada")
				}
			}},
			{"members", "Both are members, each once", func(s *Sync) { s.ExpectMembers("sales", "ada", "bo") }},
		},
	},
	{
		ID: "out-of-sync.member-unknown", Title: "A member that was deleted on the target is refused by a clear error, or kept",
		Needs: needsGroups, Breaks: []string{"E59"},
		Lacks: func(d *mockidp.Dialect) string {
			if d.Name == "entra-ondemand" {
				return "whether provisioning on demand sends the id of a deleted user is not known (entra.md 4.5)"
			}
			switch d.IdP {
			case "okta":
				return "that Okta sends the id of a deleted user is assumed (okta.md, OKTA-Q36)"
			case "entra":
				return ""
			}
			return "whether " + d.Label + " sends the id of a deleted user is not known"
		},
		CatchesIn: map[string][]string{
			"entra-legacy": {"unknown-member-500", "unknown-member-dropped"}, "entra-compliant": {"unknown-member-500", "unknown-member-dropped"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with one member is pushed", func(s *Sync) { s.Assign("ada"); s.GivenGroup("sales", "bo") }},
			{"deleted", "Somebody else is deleted on the target", func(s *Sync) { s.DeleteBehind(s.userPath("ada")) }},
			{"added", "She is put into the group: no server error, and no success without her", func(s *Sync) {
				c := s.idp.AddMembers(s.t.Context(), "sales", "ada")
				s.t.Settle()
				a := s.t.AnswerTo(c.Exchanges[len(c.Exchanges)-1]).NoServerError()
				if a.Code()/100 == 2 {
					r := s.readGroup("sales").Status(200)
					r.Holds(hasMember(r.Resource(), s.link("ada")), "members", "the member, or an error", "neither", "a member that is not there is left out without a word")
				}
			}},
			{"others", "The other member is there", func(s *Sync) {
				r := s.readGroup("sales").Status(200)
				r.Holds(hasMember(r.Resource(), s.link("bo")), "members", "the other member", "absent", "the group lacks members")
			}},
		},
	},
	{
		ID: "out-of-sync.group-deleted", Title: "A change of a group that was deleted on the target is answered with 404",
		Uses:  []string{"ChangeMembers"},
		Needs: needsGroups, Breaks: []string{"OKTA-Q35"},
		Catches: []string{"unknown-group-answers-500"},
		Steps: []FlowStep{
			{"pushed", "A group is pushed", func(s *Sync) { s.Assign("bo"); s.GivenGroup("sales", "ada") }},
			{"deleted", "It is deleted on the target", func(s *Sync) { s.DeleteBehind(s.groupPath("sales")) }},
			{"noticed", "The next change of members meets 404", func(s *Sync) {
				c := s.idp.AddMembers(s.t.Context(), "sales", "bo")
				s.t.Settle()
				s.t.AnswerTo(c.Exchanges[len(c.Exchanges)-1]).Status(404)
			}},
			{"recovered", "Pushed anew, the group is there with its members", func(s *Sync) {
				s.PushGroup("sales", "ada", "bo")
				s.ExpectMembers("sales", "ada", "bo")
			}},
		},
	},
}
