package lifecycle

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// The flows in which one person could be taken for another.
var peopleSupportFlows = []Flow{
	{
		// The leaver is gone from the directory, too: of who was unassigned
		// and is deleted for good nothing more is sent (entra.md 5.13,
		// okta.md 2.6).
		ID: "address-given-again", Title: "Who gets the address of a leaver gets one account, and it is her own then",
		Matches: true, SparedIn: map[string][]string{"sailpoint": {"inactive-hidden-from-filter"}},
		Uses:    []string{"Deactivate", "Reactivate", "Update"},
		Breaks:  []string{"OKTA-Q09", "OKTA-Q20", "E14", "E74", "E75"},
		Catches: []string{"inactive-hidden-from-filter", "inactive-is-final"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"external-id-read-only"}, "okta-oin": {"external-id-read-only"},
			"entra-legacy": {"external-id-read-only"}, "entra-compliant": {"external-id-read-only"},
		},
		Should: []string{"external-id"},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"leaves", "She is unassigned, and deleted in the directory", func(s *Sync) {
				s.Unassign("ada")
				s.kept["external id"] = s.person("ada").ObjectID
				s.idp.Forget("ada")
			}},
			{"given", "Somebody else has her userName and her address, and is assigned", func(s *Sync) {
				s.describe("bo", func(u *mockidp.User) { u.UserName, u.Email = s.person("ada").UserName, s.person("ada").Email })
				s.Assign("bo")
			}},
			{"one", "There is one account with that userName", func(s *Sync) { s.ExpectOne("bo") }},
			{"hers", "It is active, with the names of the new person", func(s *Sync) { s.ExpectUser("bo") }},
			{"external-id", "The externalId shows that it is another person", func(s *Sync) {
				if !sends(s.dialect, "externalId") {
					s.t.Skip("%s sends no externalId", s.name())
				}
				s.read("bo").Status(200).NotEqual("externalId", s.kept["external id"]).Equal("externalId", s.person("bo").ObjectID)
			}},
		},
	},
	{
		ID: "email-of-another", Title: "Who has the e-mail address of another gets an account of her own, or 409",
		Matches: true, Sends: []string{"emails"},
		Breaks:  []string{"OKTA-Q14", "E71"},
		Catches: []string{"create-merges-by-email", "taken-email-500", "filter-user-name-matches-email"},
		Steps: []FlowStep{
			{"there", "Somebody has an account with an e-mail address", func(s *Sync) { s.Assign("bo") }},
			{"assigned", "Somebody else with the same address is assigned: 201 with an account of her own, or 409", func(s *Sync) {
				s.describe("ada", func(u *mockidp.User) { u.Email = s.person("bo").Email })
				c := s.known(s.idp.Assign(s.t.Context(), s.person("ada")))
				if a := s.refusedCreate(c); a != nil {
					a.Status(http.StatusConflict)
					return
				}
				s.must(c)
				s.kept["ada"], _ = s.idp.Link("ada")
				s.t.Expect(s.link("ada") != s.link("bo"), nil, "id", "an account of her own", "that of the other", "two people share an account since they share an e-mail address")
			}},
			{"untouched", "The account of the other is as before", func(s *Sync) {
				s.ExpectUser("bo")
				s.ExpectOne("bo")
			}},
		},
	},
	{
		// Names are unique in the directory as well, so a swap goes over a
		// temporary one; the identity provider comes to the people in its own
		// order, and meets the conflict.
		ID: "user-names-swapped", Title: "Two people swap userNames and keep their accounts",
		Uses:   []string{"Update"},
		Lacks:  only("whether IDP tries again after a conflict is not known", "okta", "entra"),
		Breaks: []string{"E73", "E77"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"put-accepts-duplicate", "put-duplicate-500", "user-name-read-only", "duplicate-answers-500"},
			"okta-oin":        {"put-accepts-duplicate", "put-duplicate-500", "user-name-read-only", "duplicate-answers-500"},
			"entra-legacy":    {"patch-accepts-duplicate", "user-name-read-only", "duplicate-answers-500", "patch-skips-failing-operation"},
			"entra-compliant": {"patch-accepts-duplicate", "user-name-read-only", "duplicate-answers-500", "patch-skips-failing-operation"},
		},
		Steps: []FlowStep{
			{"joins", "Two people are assigned", func(s *Sync) {
				s.Assign("ada", "bo")
				s.remember("ada", "bo")
				s.kept["name of ada"], s.kept["name of bo"] = s.person("ada").UserName, s.person("bo").UserName
			}},
			{"conflict", "One takes the name that the other still has: 409", func(s *Sync) {
				u := s.person("ada")
				u.UserName = s.kept["name of bo"]
				a := s.last(s.idp.Update(s.t.Context(), u)).Refused()
				a.Advisory().Holds(a.Code() == http.StatusConflict, "status", "409", strconv.Itoa(a.Code()), "a userName that is taken is not answered with 409")
			}},
			{"untouched", "Both accounts are as before", func(s *Sync) {
				s.read("ada").Status(200).EqualFold("userName", s.kept["name of ada"])
				s.read("bo").Status(200).EqualFold("userName", s.kept["name of bo"])
			}},
			{"other", "The other one gets a temporary name", func(s *Sync) {
				s.Change("bo", func(u *mockidp.User) { u.UserName = "temporary." + u.UserName })
			}},
			{"retried", "The first one is tried again, and has the name", func(s *Sync) {
				s.describe("ada", func(u *mockidp.User) { u.UserName = s.kept["name of bo"] })
				for _, c := range s.idp.Retry(s.t.Context(), "ada") {
					s.must(c)
				}
				s.read("ada").Status(200).EqualFold("userName", s.kept["name of bo"])
			}},
			{"swapped", "The other one gets the name of the first", func(s *Sync) {
				s.Change("bo", func(u *mockidp.User) { u.UserName = s.kept["name of ada"] })
			}},
			{"kept", "Both have their accounts and the other's name", func(s *Sync) {
				s.expectSame("ada", "bo")
				for _, k := range []string{"ada", "bo"} {
					s.read(k).Status(200).EqualFold("userName", s.person(k).UserName)
					s.ExpectOne(k)
				}
			}},
		},
	},
	{
		// SingleAppRoleAssignment adds, and by RFC 7644 section 3.5.2.1 what is
		// added stays; of the functions of the mapping only the assertive one
		// says what is to be left (entra.md 2.7). No role is mapped unless an
		// administrator does it, so without them the rest works.
		ID: "role-changed", Title: "Who becomes an administrator and a member again has one role",
		Lacks: func(d *mockidp.Dialect) string {
			if d.IdP == "entra" && d.Name != "entra-compliant" {
				return "the assertive function of the roles is documented in lower case alone, which is how Entra ID speaks with the flag (entra.md 2.7)"
			}
			return d.Unknown["SetRoles"]
		},
		Should:    []string{"member", "administrator", "back"},
		CatchesIn: map[string][]string{"entra-compliant": {"patch-replace-appends-to-list", "patch-replace-needs-existing"}},
		Steps: []FlowStep{
			{"joins", "She is assigned, and roles are mapped assertively", func(s *Sync) {
				if !s.offers(scim.UserURN, "roles.value") {
					s.t.Skip("the target's schemas do not offer roles")
				}
				s.idp = s.beside(s.dialect.Name, map[string]string{"roles": "assertive"})
				s.Assign("ada")
			}},
			{"member", "She has the role of a member", func(s *Sync) { s.role("Member") }},
			{"administrator", "She is made an administrator, and is no member any more", func(s *Sync) { s.role("Admin") }},
			{"back", "She is a member again, and no administrator any more", func(s *Sync) { s.role("Member") }},
		},
	},
	{
		// Zscaler tells its customers to do so (okta.md 5.2).
		ID: "all-assigned-again", Title: "Who is unassigned and assigned again is in the groups, by the id of today",
		Uses: []string{"Deactivate", "Reactivate", "ChangeMembers"}, Needs: needsGroups,
		Breaks:  []string{"OKTA-Q20", "OKTA-Q28", "E14", "E75"},
		Catches: []string{"inactive-is-final"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"inactive-hidden-from-filter", "put-same-members-refused"}, "okta-oin": {"inactive-hidden-from-filter", "patch-replace-members-501"},
			"entra-legacy":    {"inactive-deleted-stays-member", "inactive-leaves-groups"},
			"entra-compliant": {"inactive-deleted-stays-member", "inactive-leaves-groups"},
			"authentik":       {"inactive-leaves-groups", "put-leaves-groups"},
			"jumpcloud":       {"inactive-leaves-groups"},
			"pingfederate":    {"put-same-members-refused"},
			"onelogin":        {"patch-add-overwrites-list"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with two members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo") }},
			{"unassigned", "All are unassigned", func(s *Sync) {
				s.remember("ada", "bo")
				s.Unassign("ada")
				s.Unassign("bo")
			}},
			{"assigned", "All are assigned again: the same accounts, or new ones", func(s *Sync) {
				s.assignAgain("ada")
				s.assignAgain("bo")
			}},
			{"pushed-again", "The members are pushed again, where they were taken out or have new ids", func(s *Sync) {
				switch changed := s.changed("ada", "bo"); {
				case s.dialect.ReplaceMembers != nil:
					s.must(s.idp.PushNow(s.t.Context(), "sales"))
				case s.dialect.LeaveGroups:
					s.AddMembers("sales", "ada", "bo")
				case len(changed) > 0:
					s.AddMembers("sales", changed...)
				default:
					s.readGroup("sales").Status(http.StatusOK)
				}
			}},
			{"members", "Both are members, and nobody who is gone is", func(s *Sync) { s.ExpectMembers("sales", "ada", "bo") }},
			{"one", "Both have one account, active", func(s *Sync) {
				s.ExpectOne("ada")
				s.ExpectOne("bo")
				s.ExpectUser("ada")
				s.ExpectUser("bo")
			}},
		},
	},
}

// role gives somebody one role, and expects that it is the only one.
func (s *Sync) role(role string) {
	s.must(s.idp.SetRoles(s.t.Context(), "ada", role))
	a := s.read("ada").Status(http.StatusOK)
	var got []string
	for _, v := range a.Resource().Lookup("roles.value") {
		got = append(got, v.String())
	}
	a.Holds(len(got) == 1, "roles", "one role", count(len(got)), "not exactly one role is left")
	a.Holds(slices.Contains(got, role), "roles.value", role, "others", "the new role is not there")
}
