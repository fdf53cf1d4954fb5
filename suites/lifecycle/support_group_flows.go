package lifecycle

import (
	"net/http"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// The flows in which a group has members that the identity provider does not
// expect.
var groupSupportFlows = []Flow{
	{
		ID: "group-filled-by-hand", Title: "A group that has members by hand is linked, and gets those of the directory",
		Needs: needsGroups, Lacks: matchesGroups,
		Breaks: []string{"OKTA-Q28", "OKTA-Q32", "E12", "E52"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"group-filter-unsupported", "put-merges-lists", "put-ignores-members"},
			"okta-oin":        {"group-filter-unsupported", "patch-replace-appends-to-list", "patch-replace-members-501"},
			"entra-legacy":    {"group-filter-unsupported", "patch-add-overwrites-list"},
			"entra-compliant": {"group-filter-unsupported", "patch-add-overwrites-list"},
			"pingfederate":    {"put-merges-lists", "put-ignores-members"},
			"onelogin":        {"patch-add-overwrites-list"},
		},
		Steps: []FlowStep{
			{"by-hand", "A group is there, with somebody in it by hand", func(s *Sync) {
				id := s.CreateBehind("cy")
				s.GroupBehind("sales", id)
				s.t.Expect(s.kept["group sales"] != "", nil, "id", "an id", "none", "the group has no id")
			}},
			{"pushed", "The group of the directory with that name is pushed, with two members", func(s *Sync) {
				before := s.kept["group sales"]
				s.Assign("ada", "bo")
				c := s.idp.PushGroup(s.t.Context(), s.group("sales"), "ada", "bo")
				s.shifted(c)
				s.must(c)
				s.t.Expect(s.groupLink("sales") == before, nil, "id", "the id of the group", "another", s.name()+" is linked to another group")
				if s.dialect.IdP == "okta" { // that is said of Push Now alone (okta.md 3.6)
					s.must(s.idp.PushNow(s.t.Context(), "sales"))
				}
			}},
			{"members", "Who only adds leaves who was there; who pushes all replaces", func(s *Sync) {
				if s.dialect.ReplaceMembers != nil {
					s.ExpectMembers("sales", "ada", "bo")
				} else {
					s.ExpectMembers("sales", "ada", "bo", "cy")
				}
			}},
		},
	},
	{
		ID: "leaver-in-group", Title: "Who leaves is out of her groups, whichever comes first",
		Uses: []string{"Deactivate", "ChangeMembers"}, Needs: needsGroups,
		Lacks:  only("whether IDP deactivates first or takes out of the groups first is not known", "entra", "onelogin"),
		Breaks: []string{"E50", "E51", "E57"},
		CatchesIn: map[string][]string{
			"entra-legacy":    {"inactive-member-stuck", "patch-remove-list-clears", "patch-remove-list-ignored", "patch-remove-list-refused"},
			"entra-compliant": {"inactive-member-stuck", "patch-remove-ignored", "patch-remove-filter-ignored", "patch-remove-clears-attribute"},
			"onelogin":        {"patch-remove-list-clears", "patch-remove-list-ignored", "patch-remove-list-refused"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with two members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo") }},
			{"leaves", "One is unassigned", func(s *Sync) { s.Unassign("ada") }},
			{"out", "She is taken out of the group, where that has not come first", func(s *Sync) {
				if s.dialect.LeaveGroups {
					a := s.readGroup("sales").Status(http.StatusOK)
					a.Holds(!hasMember(a.Resource(), s.link("ada")), "members", "without her", "with her", "who left her groups is a member still")
					return
				}
				c := s.idp.RemoveMembers(s.t.Context(), "sales", "ada")
				a := s.last(c)
				// A target that deletes whom it deactivates has no such member.
				gone := a.Code() == http.StatusNotFound || a.Code() == http.StatusBadRequest && a.ScimType() == scim.NoTarget
				s.judge(c, gone && c.Outcome == mockidp.Failed)
			}},
			{"members", "The other one is the only member", func(s *Sync) { s.ExpectMembers("sales", "bo") }},
			{"others", "The other one is active", func(s *Sync) { s.ExpectActive("bo", true) }},
		},
	},
}
