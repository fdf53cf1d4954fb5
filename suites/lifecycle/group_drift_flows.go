package lifecycle

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// groupDriftFlows are more of the flows in which the identity provider and the
// target have come apart over a group (okta.md 3.6 and 5.4, entra.md 5).
var groupDriftFlows = []Flow{
	{
		ID: "out-of-sync.member-added", Title: "Who was put into a group on the target stays where members are added, and goes where the list is replaced",
		Uses:  []string{"ChangeMembers"},
		Needs: needsGroups, Breaks: []string{"OKTA-Q27", "E52"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-merges-lists"}, "okta-oin": {"patch-add-overwrites-list"},
			"entra-legacy": {"patch-add-overwrites-list"}, "entra-compliant": {"patch-add-overwrites-list"},
			"pingfederate": {"put-merges-lists"}, "onelogin": {"patch-add-overwrites-list"}, "jumpcloud": {"patch-add-overwrites-list"},
			"authentik": {"patch-add-overwrites-list"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with one member is pushed", func(s *Sync) { s.Assign("bo", "cy"); s.GivenGroup("sales", "ada") }},
			{"drifted", "Somebody else is put into it on the target", func(s *Sync) {
				s.AddMemberBehind("sales", "bo")
				s.t.Expect(true, nil, "", "", "", "")
			}},
			{"added", "A third is put into it in the directory", func(s *Sync) { s.AddMembers("sales", "cy") }},
			{"members", "The members are what the request says", func(s *Sync) {
				if changesByPUT(s.dialect) {
					s.ExpectMembers("sales", "ada", "cy")
				} else {
					s.ExpectMembers("sales", "ada", "bo", "cy") // group drift stays (entra.md 5.8)
				}
			}},
		},
	},
	{
		ID: "out-of-sync.group-renamed", Title: "A group that was renamed on the target has the directory's name after the next push",
		Uses:  []string{"RenameGroup"},
		Needs: needsGroups, Breaks: []string{"OKTA-Q26", "E54", "E65"},
		Lacks: func(d *mockidp.Dialect) string {
			switch d.IdP {
			case "okta", "entra", "pingfederate":
				return ""
			}
			return "what next brings the name to the target is not known of " + d.Label
		},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignores-display-name"}, "okta-oin": {"patch-rename-loses-members", "patch-without-path-ignored"},
			"entra-legacy":    {"patch-rename-loses-members", "patch-group-members-only"},
			"entra-compliant": {"patch-rename-loses-members", "patch-without-path-ignored"},
			"pingfederate":    {"put-ignores-display-name"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with one member is pushed", func(s *Sync) { s.Assign("bo"); s.GivenGroup("sales", "ada") }},
			{"renamed", "It is renamed on the target", func(s *Sync) {
				s.renameGroupBehind("sales", "Other "+s.group("sales").Name)
				s.t.Expect(true, nil, "", "", "", "")
			}},
			{"pushed-again", "Its members change, or its name does where that alone brings the name", func(s *Sync) {
				s.AddMembers("sales", "bo")
				if s.dialect.IdP == "entra" { // only when the source changes it (entra.md 5.19)
					g := s.group("sales")
					g.Name = "Renamed " + g.Name
					s.groups["sales"] = g
					s.must(s.idp.RenameGroup(s.t.Context(), "sales", g.Name))
				}
			}},
			{"corrected", "The target has the directory's name, and the members", func(s *Sync) {
				s.ExpectGroupName("sales")
				s.ExpectMembers("sales", "ada", "bo")
			}},
		},
	},
	{
		ID: "out-of-sync.duplicate-groups", Title: "Of two groups with one name neither is touched",
		Needs: needsGroups, Breaks: []string{"E12"},
		Lacks: unlessEntra("does when a query finds more than one"),
		Steps: []FlowStep{
			{"arranged", "The target has two groups of the name, if it lets it come to that", func(s *Sync) {
				s.twice(scim.GroupsEndpoint, func() Doc { return s.t.NewGroup(Set("displayName", s.group("sales").Name)) })
			}},
			{"noticed", "The group is pushed: Entra ID finds two, and writes nothing", func(s *Sync) {
				s.undecided(s.idp.PushGroup(s.t.Context(), s.group("sales")))
			}},
			{"untouched", "Both groups are as they were", func(s *Sync) { s.untouched(scim.GroupsEndpoint) }},
		},
	},
	{
		// A member is sent with the id that she had (okta.md 5.4, B25). What
		// Entra ID does, one member a request, is in out-of-sync.member-unknown.
		ID: "out-of-sync.push-partly-fails", Title: "A push with a member who is gone harms no other, and works once she is out of it",
		Needs: needsGroups, Breaks: []string{"OKTA-Q28", "OKTA-Q30"},
		Lacks: func(d *mockidp.Dialect) string {
			switch d.IdP {
			case "okta":
				return ""
			case "entra":
				return "Entra ID sends one member a request: out-of-sync.member-unknown"
			}
			return "whether " + d.Label + " sends the id of a deleted user is not known"
		},
		CatchesIn: map[string][]string{
			"okta-aiw": {"unknown-member-500", "put-ignores-members"}, "okta-oin": {"unknown-member-500", "patch-replace-members-501"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with one member is pushed", func(s *Sync) { s.Assign("ada", "cy"); s.GivenGroup("sales", "bo") }},
			{"deleted", "Somebody else is deleted on the target", func(s *Sync) { s.DeleteBehind(s.userPath("ada")) }},
			{"push", "She and a third are put into the group: no server error, and no success without the third", func(s *Sync) {
				c := s.idp.AddMembers(s.t.Context(), "sales", "ada", "cy")
				s.t.Settle()
				a := s.t.AnswerTo(c.Exchanges[len(c.Exchanges)-1]).NoServerError()
				r := s.readGroup("sales").Status(http.StatusOK)
				r.Holds(hasMember(r.Resource(), s.link("bo")), "members", "the member that was there", "absent", "the group lacks members")
				third := hasMember(r.Resource(), s.link("cy"))
				if a.Code()/100 == 2 {
					r.Holds(third, "members", "the third", "absent", "the group lacks members")
				} else {
					r.Advisory().Holds(!third, "members", "as before the refusal", "the third", "a push that was refused is done in part")
				}
			}},
			{"recovered", "Without her the whole list is pushed, and is there", func(s *Sync) {
				s.idp.Forget("ada")
				s.must(s.idp.PushNow(s.t.Context(), "sales"))
				s.ExpectMembers("sales", "bo", "cy")
			}},
		},
	},
}

// changesByPUT reports whether a change of members sends the whole list.
func changesByPUT(d *mockidp.Dialect) bool {
	m := []mockidp.Member{{ID: "a"}}
	for _, r := range d.ChangeMembers("id", scim.Resource{}, mockidp.Group{}, m, m, nil) {
		if r.Method == http.MethodPut {
			return true
		}
	}
	return false
}

// renameGroupBehind gives the target's group another name.
func (s *Sync) renameGroupBehind(group, name string) {
	s.behind(s.groupPath(group), change{
		operations: []scim.PatchOperation{Replace("displayName", name)},
		replace:    func(d Doc) { d["displayName"] = name },
		shows: func(r scim.Resource) bool {
			return strings.EqualFold(r.Get("displayName").String(), name)
		},
	})
}
