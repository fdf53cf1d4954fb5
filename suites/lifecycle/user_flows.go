package lifecycle

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

var connectionFlows = []Flow{{
	ID: "connection-test", Title: "The connection test succeeds",
	Lacks: func(d *mockidp.Dialect) string {
		if d.Discover != nil && !d.DiscoveryMayFail {
			return "" // the discovery is the test
		}
		return d.Unknown["Probe"]
	},
	Breaks: []string{"OKTA-Q25", "E04", "E01"},
	CatchesIn: map[string][]string{
		"okta-aiw": {"list-500"}, "okta-oin": {"list-500"},
		"entra-legacy": {"filter-no-match-404"}, "entra-compliant": {"filter-no-match-404"},
		"onelogin":  {"filter-no-match-404"},
		"jumpcloud": {"list-500"},
		"sailpoint": {"schemas-missing"},
	},
	Steps: []FlowStep{
		{"succeeds", "The identity provider's connection test succeeds", func(s *Sync) {
			s.must(s.idp.TestConnection(s.t.Context()))
		}},
	},
}}

var joinerFlows = []Flow{
	{
		ID: "joiner", Title: "Somebody who is assigned gets an account",
		Breaks:  []string{"OKTA-Q06", "OKTA-Q07", "OKTA-Q11", "OKTA-Q13", "OKTA-Q22", "OKTA-Q23", "E02", "E04", "E15", "E37"},
		Catches: []string{"create-empty-body", "create-forces-inactive", "scim-json-415"},
		CatchesIn: map[string][]string{
			"google-workspace": {"plain-json-415"},
		},
		SparedIn: map[string][]string{"google-workspace": {"scim-json-415"}},
		Steps: []FlowStep{
			{"assigned", "She is matched by userName and created", func(s *Sync) { s.Assign("ada") }},
			{"there", "The account has her names and is active", func(s *Sync) { s.ExpectUser("ada") }},
			{"found", "A query by userName finds exactly this account", func(s *Sync) { s.ExpectOne("ada") }},
		},
	},
	{
		ID: "joiner-already-there", Title: "Somebody who has an account already is linked to it and updated",
		Uses: []string{"Update"}, Matches: true,
		Breaks:  []string{"OKTA-Q40", "OKTA-Q04", "E16", "E10", "E22", "E29", "E31"},
		Catches: []string{"filter-eq-finds-nothing"},
		CatchesIn: map[string][]string{
			"sailpoint":       {"list-500"},
			"entra-legacy":    {"patch-add-unmatched-refused", "patch-add-unmatched-without-effect", "patch-add-one-value-each", "patch-urn-path-flattened"},
			"entra-compliant": {"patch-add-unmatched-refused", "patch-add-unmatched-without-effect", "patch-add-one-value-each"},
		},
		SparedIn: map[string][]string{"sailpoint": {"filter-eq-finds-nothing"}},
		Steps: []FlowStep{
			{"signed-in", "She has an account from a sign-in", func(s *Sync) {
				id := s.SignedIn("ada", s.person("ada").UserName)
				s.t.Expect(id != "", nil, "id", "an id", "none", "the account has no id")
			}},
			{"assigned", "She is assigned, matched and updated", func(s *Sync) {
				before := s.kept["ada"]
				s.Assign("ada")
				s.t.Expect(s.link("ada") == before, nil, "id", "the id of her account", "another", "the assignment is linked to another account")
			}},
			{"updated", "The account carries the identity provider's values", func(s *Sync) {
				s.ExpectUser("ada")
				s.ExpectMapped("ada")
			}},
			{"one", "There is no second account", func(s *Sync) { s.ExpectOne("ada") }},
		},
	},
	{
		ID: "joiner-other-case", Title: "Somebody whose userName is known in another letter case gets no second account",
		Matches: true,
		Lacks:   ignoresCase,
		Breaks:  []string{"OKTA-Q10", "E10", "E72"},
		Catches: []string{"filter-values-case-sensitive"},
		Steps: []FlowStep{
			{"signed-in", "She has an account with a userName in capitals", func(s *Sync) {
				u := s.person("ada")
				id := s.CreateBehind("ada", Set("userName", strings.ToUpper(u.UserName)))
				s.t.Expect(id != "", nil, "id", "an id", "none", "the account has no id")
			}},
			{"assigned", "She is assigned with the userName in lower case", func(s *Sync) {
				s.kept["before"] = s.kept["ada"]
				s.Assign("ada")
			}},
			{"same", "She is linked to the account that she had", func(s *Sync) {
				before := s.kept["before"]
				s.t.Expect(s.link("ada") == before, nil, "id", "the id of her account", "another", "the assignment is linked to another account")
				s.ExpectUser("ada")
			}},
			{"one", "There is no second account", func(s *Sync) { s.ExpectOne("ada") }},
		},
	},
}

var moverFlows = []Flow{
	{
		ID: "mover", Title: "Somebody who moves has the new title and department on the target",
		Uses:   []string{"Update"},
		Breaks: []string{"OKTA-Q05", "E20", "E21", "E22", "E23", "E27", "E28", "E29", "E30"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"title-read-only", "put-ignored", "put-ignores-extension", "put-501"},
			"okta-oin": {"title-read-only", "put-ignored", "put-ignores-extension", "put-501"},
			"entra-legacy": {
				"title-read-only", "patch-ignored", "patch-op-case-sensitive", "patch-op-case-ignored", "patch-urn-path-flattened", "patch-urn-path-500",
				"patch-only-active", "patch-refuses-extension",
			},
			"entra-compliant": {
				"title-read-only", "patch-ignored", "patch-without-path-rejected", "patch-urn-key-ignored", "patch-dotted-key-ignored", "patch-dotted-key-literal",
				"patch-only-active", "patch-op-capitals-only",
			},
			"pingfederate": {"put-ignored", "put-ignores-extension", "put-501"},
			"onelogin":     {"put-ignored", "put-501"},
			"jumpcloud":    {"patch-ignored", "patch-only-active", "patch-not-implemented"},
			"authentik":    {"put-ignored", "put-501"},
			"sailpoint":    {"patch-ignored", "patch-without-path-rejected", "patch-only-active"},
			"okta-opp":     {"put-ignored", "put-501"},
		},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"moves", "Her title, name and department change", func(s *Sync) {
				s.Change("ada", func(u *mockidp.User) {
					u.Title, u.Department, u.FamilyName = "Chief Welder", "Hull", u.FamilyName+"-Berg"
				})
			}},
			{"there", "The target has the new values, and the others as before", func(s *Sync) {
				u := s.person("ada")
				a := s.read("ada").Status(200)
				if sends(s.dialect, "title") {
					a.Equal("title", u.Title)
				}
				activeIs(a.Equal("name.familyName", u.FamilyName).
					Equal("name.givenName", u.GivenName).EqualFold("userName", u.UserName), true)
				if !s.t.Has(EnterpriseUser) {
					a = a.Advisory()
				}
				if sends(s.dialect, department) {
					a.Equal(department, u.Department)
				}
			}},
		},
	},
	{
		ID: "rename", Title: "Somebody whose userName changes keeps the account",
		Uses:    []string{"Update"},
		Breaks:  []string{"OKTA-Q46", "E77", "E73"},
		Catches: []string{"user-name-read-only", "login-by-former-name"},
		CatchesIn: map[string][]string{
			"okta-aiw": {"put-ignored"}, "okta-oin": {"put-ignored"}, "entra-legacy": {"patch-ignored"}, "entra-compliant": {"patch-ignored"},
			"pingfederate": {"put-ignored"},
			"onelogin":     {"put-ignored"},
			"jumpcloud":    {"patch-ignored"},
			"authentik":    {"put-ignored"},
			"sailpoint":    {"patch-ignored"},
		},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) {
				s.Assign("ada")
				if s.t.NameID() != "" && s.t.CanObserve() {
					s.couldLogIn = s.canLogIn("ada")
				}
			}},
			{"renamed", "Her userName changes", func(s *Sync) {
				s.Change("ada", func(u *mockidp.User) {
					same := u.Email == u.UserName
					u.UserName = "renamed." + u.UserName
					if same && s.t.NameID() == "email" {
						u.Email = u.UserName // both change in the directory, or nothing could keep the pair
					}
				})
			}},
			{"same", "The same account has the new userName", func(s *Sync) {
				s.read("ada").Status(200).EqualFold("userName", s.person("ada").UserName)
			}},
			{"found", "A query by the new userName finds it", func(s *Sync) { s.ExpectOne("ada") }},
			{"name-id", "Her userName is her SAML NameID, and she can log in by it", func(s *Sync) { s.ExpectNameID("ada") }},
		},
	},
}

var leaverFlows = []Flow{
	{
		ID: "leaver", Title: "Somebody who leaves is deactivated and kept",
		Uses:    []string{"Deactivate"},
		Lacks:   deletesLeavers,
		Breaks:  []string{"OKTA-Q01", "OKTA-Q02", "OKTA-Q03", "OKTA-Q09", "OKTA-Q17", "E07", "E14", "E24", "E26"},
		Catches: []string{"inactive-hidden", "inactive-hidden-from-filter", "inactive-deleted", "login-while-inactive", "active-inverted"},
		CatchesIn: map[string][]string{
			"okta-aiw":        {"put-ignores-active", "put-501"},
			"okta-oin":        {"patch-ignored", "patch-without-path-rejected", "patch-without-path-500", "patch-not-offered", "patch-not-implemented", "patch-deactivated-404"},
			"entra-legacy":    {"patch-ignored", "patch-not-offered", "patch-not-implemented", "patch-string-boolean-rejected", "patch-string-boolean-true", "patch-op-case-sensitive", "patch-op-case-ignored"},
			"entra-compliant": {"patch-ignored", "patch-not-offered", "patch-not-implemented", "patch-ignores-active"},
			"pingfederate":    {"put-ignores-active", "put-501"},
			"onelogin":        {"put-ignores-active", "put-501"},
			"jumpcloud":       {"patch-ignored", "patch-not-offered", "patch-ignores-active"},
			"authentik":       {"put-ignores-active", "put-501"},
			"sailpoint":       {"patch-ignored", "patch-not-offered", "patch-without-path-rejected", "patch-ignores-active"},
		},
		SparedIn: map[string][]string{"authentik": {"inactive-hidden-from-filter"}, "sailpoint": {"inactive-hidden-from-filter"}},
		Should:   []string{"identity"},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) {
				s.Assign("ada")
				if s.t.CanObserve() {
					s.couldLogIn = s.canLogIn("ada")
				}
			}},
			{"leaves", "She is unassigned: the identity provider sets active to false", func(s *Sync) {
				s.Unassign("ada")
				if s.t.CanObserve() { // before a second account is tried
					s.canStill = s.canLogIn("ada")
				}
			}},
			{"kept", "She is kept and found, inactive, or gone for good", leaverIsKept},
			{"identity", "The target keeps her account, inactive", func(s *Sync) {
				a := s.read("ada").NoServerError()
				a.Holds(a.Code() == http.StatusOK, "status", "200", strconv.Itoa(a.Code()), "the account is not kept: who returns gets a new one")
			}},
			{"access", "She cannot log in any more", accessEnds},
		},
	},
	{
		ID: "rehire", Title: "Somebody who comes back has the same account, active again",
		Uses:    []string{"Deactivate", "Reactivate"},
		Breaks:  []string{"OKTA-Q20", "E75", "E76"},
		Catches: []string{"inactive-is-final", "inactive-deleted"},
		Should:  []string{"same"},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"leaves", "She is unassigned", func(s *Sync) { s.Unassign("ada") }},
			{"returns", "She is assigned again", func(s *Sync) {
				s.kept["before"] = s.kept["ada"]
				s.Assign("ada")
			}},
			{"active", "She has an account, active", func(s *Sync) { s.ExpectUser("ada") }},
			{"one", "She has one account", func(s *Sync) { s.ExpectOne("ada") }},
			{"same", "It is the account that she had", func(s *Sync) {
				s.t.Expect(s.link("ada") == s.kept["before"], nil, "id", "the former id", "another", "the account is another one")
			}},
		},
	},
	{
		ID: "deleted-in-directory", Title: "Somebody who is deleted for good in the directory is deleted on the target",
		Lacks: func(d *mockidp.Dialect) string {
			if d.Delete == nil {
				return d.Unknown["Delete"]
			}
			return ""
		},
		Breaks: []string{"E79"},
		CatchesIn: map[string][]string{
			"entra-legacy": {"delete-ignored"}, "entra-compliant": {"delete-ignored"},
			"onelogin":  {"delete-ignored"},
			"jumpcloud": {"delete-ignored"},
			"authentik": {"delete-ignored"},
			"sailpoint": {"delete-ignored"},
			"pingone":   {"delete-ignored"},
		},
		Steps: []FlowStep{
			{"joins", "She is assigned", func(s *Sync) { s.Assign("ada") }},
			{"deleted", "She is deleted for good", func(s *Sync) {
				s.link("ada")
				s.must(s.idp.Delete(s.t.Context(), "ada"))
			}},
			{"gone", "The target answers 404 and finds nobody", func(s *Sync) {
				s.read("ada").Status(404)
				s.ExpectNobody("ada")
			}},
		},
	},
}

// accessEnds judges what the profile's command said of who left.
func accessEnds(s *Sync) {
	can := s.canStill
	switch {
	case !s.t.CanObserve():
		s.t.Skip("not shown: the profile has no command observe")
	case can == nil:
		s.t.Skip("not shown: the command observe does not say whether she can log in")
	case !*can && (s.couldLogIn == nil || !*s.couldLogIn):
		s.t.Block("the command observe does not say that she could log in before, so it shows nothing that she cannot now")
	}
	s.t.Expect(!*can, nil, "", "nobody who left can log in", "she can", "who left can still log in")
}

// leaverIsKept asks three questions: can she be read by id, does the query
// find her, and if one of them does not, would she get a new account?
func leaverIsKept(s *Sync) {
	u := s.person("ada")
	byID := s.read("ada").Status(http.StatusOK, http.StatusNotFound, http.StatusGone)
	found := s.find(u.UserName)
	seen := found.Code() == http.StatusOK && len(found.Page().Resources) > 0
	if !s.queries() {
		seen = byID.Code() == http.StatusOK
	}
	if byID.Code() == http.StatusOK {
		activeIs(byID, false)
	}
	if byID.Code() == http.StatusOK && seen || s.t.Failed() {
		return
	}
	again := s.t.Post(scim.UsersEndpoint, s.t.NewUser(Set("userName", u.UserName))).NoServerError()
	again.Holds(again.Code() != http.StatusConflict, "status", "201, or the inactive account found by the query", "409",
		"a deactivated user is hidden, and blocks her own return with 409")
	if again.Code() == http.StatusConflict {
		s.t.AdminSees(s.conflict())
	}
	if again.Code()/100 == 2 {
		again.Holds(byID.Code() != http.StatusOK && !seen, "status", "409, or the account gone for good", strconv.Itoa(again.Code()),
			"a deactivated user is hidden, and who returns gets a second account")
	}
}
