package lifecycle

import (
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The flows in which an identity provider meets what it, or another one, has
// made before.
var connectionSupportFlows = []Flow{
	{
		ID: "connection-anew", Title: "A connection that is made anew finds everybody where they are",
		Uses:    []string{"Update"},
		Matches: true, Anew: true,
		SparedIn: map[string][]string{"sailpoint": {"filter-eq-finds-nothing"}},
		Breaks:   []string{"OKTA-Q06", "OKTA-Q40", "E15", "E16", "E44"},
		Catches:  []string{"filter-eq-finds-nothing"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignored", "put-changes-id"}, "okta-oin": {"put-ignored", "put-changes-id"},
			"entra-legacy":    {"patch-op-case-ignored", "external-id-dropped", "extension-dropped"},
			"entra-compliant": {"patch-dotted-key-ignored", "external-id-dropped", "extension-dropped"},
			"pingfederate":    {"put-ignored"},
			"onelogin":        {"put-ignored"},
			"jumpcloud":       {"patch-ignored"},
			"sailpoint":       {"patch-ignored"},
		},
		Should: []string{"equal"},
		Steps: []FlowStep{
			{"joins", "Two people are assigned", func(s *Sync) { s.Assign("ada", "bo") }},
			{"drifted", "The family name of one is changed on the target", func(s *Sync) {
				s.FamilyNameBehind("bo", "Other-"+s.person("bo").FamilyName)
			}},
			{"anew", "The connection is made anew: each is matched by a query, and written where needed", func(s *Sync) {
				s.remember("ada", "bo")
				for _, c := range s.idp.FullReset(s.t.Context()) {
					s.must(c)
				}
			}},
			{"same", "Both have the accounts that they had, and no second one", func(s *Sync) {
				s.expectSame("ada", "bo")
				s.ExpectOne("ada")
				s.ExpectOne("bo")
			}},
			{"there", "Both accounts are as the directory has them", func(s *Sync) {
				s.ExpectUser("ada")
				s.ExpectUser("bo")
			}},
			{"equal", "Made anew once more, nothing is written: all is equal", func(s *Sync) {
				if s.dialect.IdP != "entra" {
					s.t.Skip("%s pushes whom it links, whether anything differs or not", s.name())
				}
				for _, c := range s.idp.FullReset(s.t.Context()) {
					s.must(c)
					a := s.last(c)
					a.Holds(c.Code == "RedundantExport", "", "no write", c.Action, "the target does not show what was written: it is written with every evaluation")
				}
			}},
		},
	},
	{
		ID: "connection-anew-group", Title: "A connection that is made anew finds the groups where they are",
		Anew:  true,
		Needs: needsGroups, Lacks: func(d *mockidp.Dialect) string {
			if d.IdP == "onelogin" {
				return "whether OneLogin sends members again that are there is not known (other-idps.md 5)"
			}
			return matchesGroups(d)
		},
		Breaks: []string{"OKTA-Q32", "OKTA-Q28", "E12", "E56"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"group-filter-unsupported", "put-same-members-refused"},
			"okta-oin":        {"group-filter-unsupported", "patch-replace-members-501"},
			"entra-legacy":    {"group-filter-unsupported", "patch-add-duplicates", "patch-add-present-member-409"},
			"entra-compliant": {"group-filter-unsupported", "patch-add-duplicates", "patch-add-present-member-409"},
			"pingfederate":    {"put-same-members-refused"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with two members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo") }},
			{"anew", "The connection is made anew", func(s *Sync) {
				s.kept["before group"] = s.groupLink("sales")
				for _, c := range s.idp.FullReset(s.t.Context()) {
					s.shifted(c)
					s.must(c)
				}
			}},
			{"same", "It is the same group", func(s *Sync) {
				s.t.Expect(s.groupLink("sales") == s.kept["before group"], nil, "id", "the id of the group", "another", s.name()+" is linked to another group")
			}},
			{"members", "The members are as before", func(s *Sync) { s.ExpectMembers("sales", "ada", "bo") }},
		},
	},
	{
		ID: "restarted", Title: "A restart corrects what was changed on the target, and leaves the rest",
		Anew: true,
		Uses: []string{"Update"}, Lacks: func(d *mockidp.Dialect) string {
			if d.Name == "entra-ondemand" {
				return "what is restarted is the job; provisioning on demand is no part of it (entra.md 4.5, 4.6)"
			}
			return only("whether IDP has a restart that keeps the links is not known", "entra")(d)
		},
		Breaks: []string{"E44"},
		Should: []string{"equal"},
		CatchesIn: map[string][]string{
			"entra-legacy":    {"patch-op-case-ignored", "external-id-dropped", "extension-dropped"},
			"entra-compliant": {"patch-dotted-key-ignored", "external-id-dropped", "extension-dropped"},
		},
		Steps: []FlowStep{
			{"joins", "Two people are assigned", func(s *Sync) { s.Assign("ada", "bo") }},
			{"drifted", "The family name of one is changed on the target", func(s *Sync) {
				s.FamilyNameBehind("bo", "Other-"+s.person("bo").FamilyName)
			}},
			{"restarted", "Provisioning is restarted: each is read by id", func(s *Sync) {
				s.remember("ada", "bo")
				for _, c := range s.idp.Restart(s.t.Context()) {
					s.must(c)
				}
			}},
			{"corrected", "Both accounts are as the directory has them", func(s *Sync) {
				s.expectSame("ada", "bo")
				s.ExpectUser("ada")
				s.ExpectUser("bo")
			}},
			{"equal", "Restarted once more, nothing is written: all is equal", func(s *Sync) {
				for _, c := range s.idp.Restart(s.t.Context()) {
					s.must(c)
					a := s.last(c)
					a.Holds(c.Code == "RedundantExport", "", "no write", c.Action, "the target does not show what was written: it is written with every evaluation")
				}
			}},
		},
	},
	{
		ID: "moved-here", Title: "Who was provisioned by another identity provider keeps the account and the groups",
		Matches: true,
		Uses:    []string{"Update"}, Needs: needsGroups,
		Breaks:  []string{"OKTA-Q12", "OKTA-Q40", "E16", "E74"},
		Catches: []string{"filter-eq-finds-nothing"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"external-id-change-500", "external-id-change-leaves-groups", "external-id-read-only"},
			"okta-oin":        {"external-id-change-500", "external-id-change-leaves-groups", "external-id-read-only"},
			"entra-legacy":    {"external-id-change-500", "external-id-change-leaves-groups", "external-id-read-only"},
			"entra-compliant": {"external-id-change-500", "external-id-change-leaves-groups", "external-id-read-only"},
		},
		Should: []string{"replaced"},
		Steps: []FlowStep{
			{"before", "Another identity provider has made her account, and she is in a group", func(s *Sync) {
				p, old := s.t.Person(), s.other()
				s.people["ada"] = mockidp.UserOf(s.dialect, "ada", s.t.Tag(), p)
				c := old.Assign(s.t.Context(), mockidp.UserOf(old.Dialect(), "ada", s.t.Tag(), p))
				s.t.Settle()
				id, linked := old.Link("ada")
				if !linked {
					s.t.Skip("%s makes no account here: %s", old.Dialect().Label, firstSentence(c.Reason))
				}
				s.kept["ada"], s.kept["before ada"] = id, id
				s.GroupBehind("sales", id)
				s.t.Expect(id != "", nil, "id", "an id", "none", "the account has no id")
			}},
			{"assigned", "She is assigned here, and linked to that account", func(s *Sync) {
				s.Assign("ada")
				s.expectSame("ada")
			}},
			{"one", "She has one account, as this directory has her", func(s *Sync) {
				s.ExpectOne("ada")
				s.ExpectUser("ada")
			}},
			{"groups", "She is in the group as before", func(s *Sync) {
				a := s.keptGroup("sales").Status(200)
				a.Holds(hasMember(a.Resource(), s.kept["before ada"]), "members", "her", "absent", "who is linked anew loses her groups")
			}},
			{"replaced", "The account has the externalId of this identity provider", func(s *Sync) {
				if !sends(s.dialect, "externalId") {
					s.t.Skip("%s sends no externalId", s.name())
				}
				s.read("ada").Status(200).Equal("externalId", s.person("ada").ObjectID)
			}},
		},
	},
	{
		ID: "signed-in-before", Title: "An account from a sign-in, in other letter case and without an externalId, is taken over",
		Matches: true, Lacks: ignoresCase,
		Uses:    []string{"Update"},
		Breaks:  []string{"OKTA-Q10", "OKTA-Q40", "E10", "E15"},
		Catches: []string{"filter-values-case-sensitive", "unique-against-itself"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"external-id-read-only", "external-id-change-500"}, "okta-oin": {"external-id-read-only", "external-id-change-500"},
			"entra-legacy": {"external-id-read-only", "external-id-change-500"}, "entra-compliant": {"external-id-read-only", "external-id-change-500"},
		},
		Should: []string{"external-id"},
		Steps: []FlowStep{
			{"signed-in", "A sign-in has made her an account, with capitals in the userName", func(s *Sync) {
				name, domain, _ := strings.Cut(s.person("ada").UserName, "@")
				id := s.SignedIn("ada", strings.ToUpper(name[:1])+name[1:]+"@"+strings.ToUpper(domain))
				s.kept["before ada"] = id
				s.t.Expect(id != "", nil, "id", "an id", "none", "the account has no id")
			}},
			{"linked", "She is assigned, and linked to it", func(s *Sync) {
				s.Assign("ada")
				s.expectSame("ada")
			}},
			{"one", "She has one account, in either letter case", func(s *Sync) {
				s.ExpectOne("ada")
				a := s.t.List(scim.UsersEndpoint, Filter("userName eq "+scim.Quote(strings.ToUpper(s.person("ada").UserName)))).Status(200)
				a.Holds(len(a.Page().Resources) == 1, "Resources", "one user", count(len(a.Page().Resources)), "there is not exactly one user with the userName in capitals")
				s.ExpectUser("ada")
			}},
			{"external-id", "The account has an externalId now", func(s *Sync) {
				if !sends(s.dialect, "externalId") {
					s.t.Skip("%s sends no externalId", s.name())
				}
				s.read("ada").Status(200).Equal("externalId", s.person("ada").ObjectID)
			}},
		},
	},
}
