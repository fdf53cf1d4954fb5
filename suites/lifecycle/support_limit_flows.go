package lifecycle

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The flows in which a target refuses since it is in a state that somebody has
// to arrange: the target by itself, or a command of the profile. A target that
// does not refuse is not shown in it.
var limitSupportFlows = []Flow{
	{
		ID: "seat-limit", Title: "Without a seat left a create is refused in words, and nothing is half done",
		Uses:    []string{"Deactivate", "Reactivate"},
		Catches: []string{"seat-limit-500", "seat-limit-without-detail", "seat-limit-leaves-record", "seat-limit-blocks-changes", "seat-never-freed"},
		Should:  []string{"words", "freed"}, Arranges: SeatLimit,
		Steps: []FlowStep{
			{"refused", "People are assigned until one is refused", func(s *Sync) {
				for i, key := range []string{"ada", "bo", "cy"} {
					if key == "cy" && s.t.CanArrange(SeatLimit) {
						s.t.Arrange(SeatLimit)
					}
					s.describe(key, func(u *mockidp.User) { u.UserName = "seat-" + s.t.Tag() + "-" + u.UserName })
					c := s.known(s.idp.Assign(s.t.Context(), s.person(key)))
					a := s.refusedCreate(c)
					if i == 0 || a == nil {
						s.must(c)
						s.kept[key], _ = s.idp.Link(key)
						continue
					}
					s.refusal(a)
					s.kept["refused"], s.kept["detail"] = key, a.Detail()
					return
				}
				s.notShown(SeatLimit, "the target has a seat for everybody who was assigned")
			}},
			{"words", "The refusal says why", func(s *Sync) {
				s.t.Expect(s.kept["detail"] != "", nil, "detail", "a reason", "none", "the refusal has no detail: the administrator is not told that no seat is left")
			}},
			{"nothing", "No half record is left", func(s *Sync) {
				a := s.find(s.person(s.kept["refused"]).UserName)
				if !s.queries() && a.Code() != http.StatusOK {
					s.t.Skip("not shown: the target has no filter, and %s needs none", s.name())
				}
				a.Status(http.StatusOK)
				a.Holds(len(a.Page().Resources) == 0, "Resources", "none", count(len(a.Page().Resources)), "a create that is refused leaves a record")
				for _, r := range a.Page().Resources { // clean-up takes a refusal for one
					if strings.EqualFold(r.Get("userName").String(), s.person(s.kept["refused"]).UserName) {
						s.t.Send(http.MethodDelete, scim.UsersEndpoint+"/"+url.PathEscape(r.ID()), nil)
					}
				}
			}},
			{"leaves", "Somebody can be deactivated all the same", func(s *Sync) { s.Unassign("ada") }},
			{"freed", "Her seat is free: the one who was refused gets an account", func(s *Sync) { s.Assign(s.kept["refused"]) }},
		},
	},
	{
		ID: "last-administrator", Title: "The last administrator is not deactivated, in words, and the rest goes on",
		Uses:    []string{"Deactivate", "Reactivate"},
		Catches: []string{"last-administrator-500", "last-administrator-403", "last-administrator-without-detail", "last-administrator-half-done"},
		Should:  []string{"words"}, Arranges: LastAdministrator,
		Steps: []FlowStep{
			{"joins", "An administrator and somebody else are assigned", func(s *Sync) {
				s.describe("ada", func(u *mockidp.User) { u.UserName = "admin-" + s.t.Tag() + "-" + u.UserName })
				s.Assign("ada", "bo")
			}},
			{"others", "Somebody else can be unassigned and assigned again", func(s *Sync) {
				s.link("bo")
				away := s.known(s.idp.Unassign(s.t.Context(), "bo"))
				back := s.idp.Assign(s.t.Context(), s.person("bo"))
				s.t.Settle()
				if away.Outcome == mockidp.Failed || back.Outcome == mockidp.Failed {
					s.t.Skip("nobody can be unassigned and assigned again; the flow rehire judges that")
				}
				s.kept["bo"], _ = s.idp.Link("bo")
				s.ExpectActive("bo", true)
			}},
			{"refused", "The administrator is unassigned, and the target refuses", func(s *Sync) {
				id := s.link("ada")
				if s.t.CanArrange(LastAdministrator) {
					s.t.Arrange(LastAdministrator, s.person("ada").UserName, id)
				}
				c := s.known(s.idp.Unassign(s.t.Context(), "ada"))
				if c.Outcome != mockidp.Failed {
					s.notShown(LastAdministrator, "the target deactivates her; only a service provider whose last administrator she is would refuse")
				}
				a := s.last(c)
				s.refusal(a)
				s.kept["detail"], s.kept["status"] = a.Detail(), strconv.Itoa(a.Code())
			}},
			{"words", "The refusal is a 409 that says why", func(s *Sync) {
				s.t.Expect(s.kept["status"] == "409", nil, "status", "409", s.kept["status"], "the refusal is not a conflict")
				s.t.Expect(s.kept["detail"] != "", nil, "detail", "a reason", "none", "the refusal has no detail: the administrator is not told why")
			}},
			{"stays", "She is active, as if nothing had been sent", func(s *Sync) { s.ExpectUser("ada") }},
			{"rest", "Somebody else can be unassigned, and assigned again", func(s *Sync) {
				s.Unassign("bo")
				s.assignAgain("bo")
			}},
		},
	},
}

// refusal expects a refusal that is about what was asked: not
// by an error of the server, which is tried again for ever, and to Entra ID not
// as missing rights, which ends in quarantine (entra.md 1.5, 4.7).
func (s *Sync) refusal(a *Answer) {
	a.Refused()
	if s.dialect.IdP == "entra" {
		rights := []int{http.StatusUnauthorized, http.StatusForbidden}
		a.Holds(!slices.Contains(rights, a.Code()), "status", "a refusal other than 401 and 403", strconv.Itoa(a.Code()), "a refusal of one account looks like missing rights")
	}
}

// notShown ends a step in which the target did not refuse. Where a command of
// the profile was to bring the situation about, it did not, or the target knows
// no such limit: neither is judged.
func (s *Sync) notShown(situation, why string) {
	if s.t.CanArrange(situation) {
		why += ", after the command arrange: " + situation + ", too"
	}
	s.t.Skip("not shown: %s", why)
}
