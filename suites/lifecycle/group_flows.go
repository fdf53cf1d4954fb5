package lifecycle

import (
	"net/url"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

var needsGroups = []Feature{Groups, ReadMembers}

var groupFlows = []Flow{
	{
		ID: "group-push", Title: "A group is pushed with its members",
		Needs: needsGroups, Breaks: []string{"OKTA-Q26", "OKTA-Q29", "OKTA-Q30", "OKTA-Q32", "E52", "E60", "E61", "E62"},
		Catches: []string{"group-members-not-returned"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"group-filter-unsupported", "put-same-members-refused"},
			"okta-oin":        {"group-filter-unsupported", "patch-not-implemented", "patch-without-path-rejected", "patch-id-in-value-refused", "member-needs-type"},
			"entra-legacy":    {"group-filter-unsupported", "patch-ignored", "member-needs-type", "member-null-refused"},
			"entra-compliant": {"group-filter-unsupported", "patch-ignored", "member-needs-type"},
			"pingfederate":    {"post-drops-members"},
			"onelogin":        {"patch-not-implemented", "member-needs-type"},
			"jumpcloud":       {"patch-not-implemented", "member-needs-type"},
			"authentik":       {"patch-not-implemented", "member-needs-type"},
			"pingone":         {"post-drops-members"},
		},
		Steps: []FlowStep{
			{"joins", "Three people are assigned", func(s *Sync) { s.Assign("ada", "bo", "cy") }},
			{"pushed", "The group is pushed with two of them", func(s *Sync) { s.PushGroup("sales", "ada", "bo") }},
			{"members", "The group has exactly the two", func(s *Sync) { s.ExpectMembers("sales", "ada", "bo") }},
			{"named", "The group has its name", func(s *Sync) { s.ExpectGroupName("sales") }},
		},
	},
	{
		ID: "group-member-added", Title: "Somebody who is put into a group is in it, beside the others",
		Uses:  []string{"ChangeMembers"},
		Needs: needsGroups, Breaks: []string{"OKTA-Q27", "OKTA-Q29", "E52", "E56", "E62"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignores-members"}, "okta-oin": {"patch-ignored", "patch-add-overwrites-list"},
			"entra-legacy": {"patch-ignored", "patch-add-overwrites-list"}, "entra-compliant": {"patch-ignored", "patch-add-overwrites-list"},
			"pingfederate": {"put-ignores-members"},
			"onelogin":     {"patch-ignored", "patch-add-overwrites-list"},
			"jumpcloud":    {"patch-ignored", "patch-add-overwrites-list"},
			"authentik":    {"patch-ignored", "patch-add-overwrites-list"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with one member is pushed", func(s *Sync) { s.Assign("bo"); s.GivenGroup("sales", "ada") }},
			{"added", "Another one is put into it", func(s *Sync) { s.AddMembers("sales", "bo") }},
			{"members", "Both are members", func(s *Sync) { s.ExpectMembers("sales", "ada", "bo") }},
			{"repeated", "Putting her in again succeeds", func(s *Sync) {
				s.repeat(func() mockidp.Change { return s.idp.AddMembers(s.t.Context(), "sales", "bo") })
			}},
			{"once", "Each is a member once", func(s *Sync) { s.ExpectMembers("sales", "ada", "bo") }},
		},
	},
	{
		ID: "group-member-removed", Title: "Somebody who is taken out of a group is out, and nobody else",
		Uses:  []string{"ChangeMembers"},
		Lacks: takesNobodyOut,
		Needs: needsGroups, Breaks: []string{"OKTA-Q27", "E50", "E51", "E57"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"put-merges-lists"},
			"okta-oin":        {"patch-remove-ignored", "patch-remove-filter-ignored", "patch-remove-clears-attribute"},
			"entra-legacy":    {"patch-remove-ignored", "patch-remove-list-clears", "patch-remove-list-ignored", "patch-remove-list-refused"},
			"entra-compliant": {"patch-remove-ignored", "patch-remove-filter-ignored", "patch-remove-clears-attribute", "patch-remove-unmatched-404"},
			"pingfederate":    {"put-merges-lists"},
			"onelogin":        {"patch-remove-ignored", "patch-remove-list-clears", "patch-remove-list-ignored", "patch-remove-list-refused"},
			"jumpcloud":       {"patch-remove-ignored", "patch-remove-list-clears", "patch-remove-list-ignored", "patch-remove-list-refused"},
			"authentik":       {"patch-remove-ignored", "patch-remove-list-clears", "patch-remove-list-ignored", "patch-remove-list-refused"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with three members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo", "cy") }},
			{"removed", "One is taken out", func(s *Sync) { s.RemoveMembers("sales", "bo") }},
			{"members", "The other two are still members", func(s *Sync) { s.ExpectMembers("sales", "ada", "cy") }},
			{"repeated", "Taking her out again succeeds", func(s *Sync) {
				s.repeat(func() mockidp.Change { return s.idp.RemoveMembers(s.t.Context(), "sales", "bo") })
			}},
			{"still", "The other two are still members after that", func(s *Sync) { s.ExpectMembers("sales", "ada", "cy") }},
		},
	},
	{
		ID: "group-cleared", Title: "A group whose last member leaves is empty and stays",
		Uses:  []string{"ChangeMembers"},
		Lacks: takesNobodyOut,
		Needs: needsGroups, Breaks: []string{"OKTA-Q28", "E50", "E51"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"put-merges-lists", "put-ignores-members"},
			"okta-oin":        {"patch-ignored", "patch-remove-ignored", "patch-remove-leaves-empty-value"},
			"entra-legacy":    {"patch-ignored", "patch-remove-ignored", "patch-remove-list-refused"},
			"entra-compliant": {"patch-ignored", "patch-remove-ignored", "patch-remove-leaves-empty-value"},
			"pingfederate":    {"put-merges-lists", "put-ignores-members"},
			"onelogin":        {"patch-ignored", "patch-remove-list-refused"},
			"jumpcloud":       {"patch-ignored", "patch-remove-list-refused"},
			"authentik":       {"patch-ignored", "patch-remove-list-refused"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with two members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo") }},
			{"emptied", "Both are taken out", func(s *Sync) { s.RemoveMembers("sales", "ada", "bo") }},
			{"empty", "The group is there and has no members", func(s *Sync) { s.ExpectMembers("sales") }},
		},
	},
	{
		ID: "group-renamed", Title: "A group that is renamed keeps its members",
		Uses:  []string{"RenameGroup"},
		Needs: needsGroups, Breaks: []string{"OKTA-Q26", "E54", "E65"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignored", "put-ignores-display-name", "put-rename-keeps-index"}, "okta-oin": {"patch-ignored", "patch-rename-loses-members"},
			"entra-legacy":    {"patch-ignored", "patch-rename-loses-members", "patch-group-members-only"},
			"entra-compliant": {"patch-ignored", "patch-rename-loses-members"},
			"pingfederate":    {"put-ignored", "put-ignores-display-name"},
			"authentik":       {"patch-not-implemented", "patch-without-path-500"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with two members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo") }},
			{"renamed", "It gets another name", func(s *Sync) {
				g := s.group("sales")
				g.Name = "Renamed " + g.Name
				s.groups["sales"] = g
				s.must(s.idp.RenameGroup(s.t.Context(), "sales", g.Name))
			}},
			{"named", "The target has the new name", func(s *Sync) { s.ExpectGroupName("sales") }},
			{"members", "The members are as before", func(s *Sync) { s.ExpectMembers("sales", "ada", "bo") }},
			{"free", "Another group may have the old name", func(s *Sync) {
				g := s.group("second")
				g.Name = strings.TrimPrefix(s.group("sales").Name, "Renamed ")
				s.groups["second"] = g
				s.PushGroup("second", "ada")
				s.ExpectMembers("second", "ada")
				s.ExpectMembers("sales", "ada", "bo")
			}},
		},
	},
	{
		ID: "group-deleted", Title: "A group that is deleted is gone, and its members are not",
		Uses:  []string{"DeleteGroup"},
		Needs: needsGroups, Breaks: []string{"OKTA-Q34", "E63"},
		Catches: []string{"delete-ignored", "delete-group-deletes-members", "delete-refuses-group-with-members"},
		Steps: []FlowStep{
			{"pushed", "A group with two members is pushed", func(s *Sync) { s.GivenGroup("sales", "ada", "bo") }},
			{"deleted", "The group is deleted", func(s *Sync) {
				s.kept["group sales"] = s.groupLink("sales")
				s.must(s.idp.DeleteGroup(s.t.Context(), "sales"))
			}},
			{"gone", "The group is gone", func(s *Sync) {
				s.t.Fetch(scim.GroupsEndpoint + "/" + url.PathEscape(s.kept["group sales"])).Status(404)
			}},
			{"people", "The people are there", func(s *Sync) {
				s.ExpectActive("ada", true)
				s.ExpectActive("bo", true)
			}},
		},
	},
	{
		ID: "group-push-now", Title: "A full push of a group replaces what the target has",
		Needs: needsGroups, Breaks: []string{"OKTA-Q28"},
		Lacks: func(d *mockidp.Dialect) string { return d.Unknown["ReplaceMembers"] },
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-merges-lists"}, "okta-oin": {"patch-replace-appends-to-list", "patch-replace-members-501"},
			"pingfederate": {"put-merges-lists"},
		},
		Steps: []FlowStep{
			{"pushed", "A group with one member is pushed", func(s *Sync) { s.Assign("bo"); s.GivenGroup("sales", "ada") }},
			{"drifted", "Somebody else is put into it behind the identity provider's back", func(s *Sync) { s.AddMemberBehind("sales", "bo") }},
			{"push-now", "The group is pushed in full", func(s *Sync) { s.must(s.idp.PushNow(s.t.Context(), "sales")) }},
			{"members", "Only the directory's members are left", func(s *Sync) { s.ExpectMembers("sales", "ada") }},
		},
	},
}

// takesNobodyOut says why a dialect takes nobody out of a group; "" when it does.
func takesNobodyOut(d *mockidp.Dialect) string {
	if d.Name == "entra-ondemand" {
		return "whether provisioning on demand takes members out is not known (entra.md 4.5)"
	}
	return ""
}

var managerFlows = []Flow{{
	ID: "manager", Title: "A manager is set, changed and cleared",
	Needs: []Feature{EnterpriseUser}, Breaks: []string{"E36", "E38", "E39", "E43"},
	Lacks: func(d *mockidp.Dialect) string { return d.Unknown["SetManager"] },
	CatchesIn: map[string][]string{
		"entra-legacy":    {"manager-string-refused", "manager-not-returned"},
		"entra-compliant": {"manager-string-refused", "manager-not-cleared", "manager-not-returned", "patch-empty-string-ignored", "patch-empty-string-refused"},
	},
	Steps: []FlowStep{
		{"joins", "She and two managers are assigned", func(s *Sync) { s.Assign("ada", "bo", "cy") }},
		{"set", "She gets a manager", func(s *Sync) { s.must(s.idp.SetManager(s.t.Context(), "ada", "bo")) }},
		{"there", "The target returns the manager under the enterprise extension", func(s *Sync) {
			s.read("ada").Status(200).Equal(scim.EnterpriseUserURN+":manager.value", s.link("bo"))
		}},
		{"changed", "She gets another one", func(s *Sync) { s.must(s.idp.SetManager(s.t.Context(), "ada", "cy")) }},
		{"other", "The target returns the other one", func(s *Sync) {
			s.read("ada").Status(200).Equal(scim.EnterpriseUserURN+":manager.value", s.link("cy"))
		}},
		{"cleared", "She has no manager any more", func(s *Sync) {
			if s.dialect.ClearManager == nil {
				s.t.Skip("%s", s.dialect.Unknown["ClearManager"])
			}
			s.must(s.idp.ClearManager(s.t.Context(), "ada"))
			s.read("ada").Status(200).HasNot(scim.EnterpriseUserURN + ":manager.value")
		}},
	},
}}
