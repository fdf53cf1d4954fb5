package lifecycle

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
)

// nameIDs are the attributes of a user that a SAML NameID may be made of.
var nameIDs = map[string]func(*mockidp.User) *string{
	"userName":   func(u *mockidp.User) *string { return &u.UserName },
	"email":      func(u *mockidp.User) *string { return &u.Email },
	"externalId": func(u *mockidp.User) *string { return &u.ObjectID },
}

// NameIDAttributes lists the attributes of a user that engine.Plan.NameID may
// name.
func NameIDAttributes() []string { return slices.Sorted(maps.Keys(nameIDs)) }

// nameID is the name that somebody signs in with: the SAML NameID where the run
// knows what it is made of, else the userName.
func (s *Sync) nameID(key string) string {
	u := s.person(key)
	if of := nameIDs[s.t.NameID()]; of != nil {
		return *of(&u)
	}
	return u.UserName
}

// otherNameID reports whether the NameID is another name than the userName that
// is pushed: no target can match the two then.
func (s *Sync) otherNameID(key string) bool {
	return !strings.EqualFold(s.nameID(key), s.person(key).UserName)
}

// ExpectNameID expects that the target's userName is the SAML NameID: it is what
// a sign-in is matched by. Where the profile's command tells who can log in, she
// can.
func (s *Sync) ExpectNameID(key string) {
	if s.t.NameID() == "" {
		s.t.Skip("not asked: --nameid-attribute does not say what the SAML NameID is made of")
	}
	// That the two differ is for an administrator to mend.
	s.read(key).Status(200).Advisory().EqualFold("userName", s.nameID(key))
	if !s.t.CanObserve() || s.otherNameID(key) {
		return
	}
	switch can := s.canLogIn(key); {
	case can == nil:
	case !*can && (s.couldLogIn == nil || !*s.couldLogIn):
		s.t.Block("the command observe does not say that she could log in before, so it shows nothing that she cannot now")
	default:
		s.t.Expect(*can, nil, "", "she can log in", "she cannot", "who was renamed cannot log in by her NameID")
	}
}

// The flows about who can log in, which the profile's command observe tells.
var loginFlows = []Flow{
	{
		ID: "out-of-sync.blocked-until-synced", Title: "Who was assigned before provisioning can log in once she is provisioned, and not before",
		Lacks:   only("IDP provisions whoever is assigned as soon as provisioning is on", "okta"),
		Breaks:  []string{"OKTA-Q39"},
		Catches: []string{"login-refused"},
		Steps: []FlowStep{
			{"blocked", "She is assigned while provisioning is off: nothing is sent, and she cannot log in", func(s *Sync) {
				s.start(true)
				s.quiet(s.idp.Assign(s.t.Context(), s.person("ada")))
				s.expectLogin("ada", "", false)
			}},
			{"switched-on", "Provisioning is switched on: nobody is pushed, and she is blocked as before", func(s *Sync) {
				for _, c := range s.idp.EnableProvisioning(s.t.Context()) {
					if c.Lacks {
						s.quiet(c)
					} else {
						s.must(c)
					}
				}
				_, linked := s.idp.Link("ada")
				s.t.Expect(!linked, nil, "", "no account yet", "an account", "Okta provisions who was assigned before")
				s.expectLogin("ada", "", false)
			}},
			{"provisioned", `"Provision User" is chosen for her`, func(s *Sync) {
				for _, c := range s.idp.ProvisionOutOfSync(s.t.Context()) {
					s.must(c)
				}
				s.activeNow(s.read("ada").Status(200))
			}},
			{"let-in", "She can log in", func(s *Sync) { s.expectLogin("ada", s.link("ada"), true) }},
		},
	},
}

// expectLogin expects the profile's command to say that somebody can log in, or
// cannot. A target that lets in whom SCIM did not make is not of this story.
func (s *Sync) expectLogin(key, id string, want bool) {
	s.t.Wait(s.t.SettlesByID())
	can := s.t.Observe(s.nameID(key), id).CanLogIn
	switch {
	case can == nil:
		s.t.Skip("not shown: the command observe does not say whether she can log in")
	case !*can && want && s.otherNameID(key):
		s.t.Skip("not shown: her SAML NameID is not the userName that is pushed; the flow rename tells of it")
	case *can && !want:
		s.t.Skip("not shown: the target lets in who has no account by SCIM")
	}
	s.t.Expect(*can == want, nil, "", "who was provisioned can log in", "she cannot", "who was provisioned cannot log in")
}
