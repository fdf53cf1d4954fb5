package lifecycle

// The flows about who can log in, which the profile's command observe tells.
var loginFlows = []Flow{
	{
		ID: "out-of-sync.blocked-until-synced", Title: "Who was assigned before provisioning can log in once she is provisioned, and not before",
		Lacks:   only("IDP provisions whoever is assigned as soon as provisioning is on", "okta"),
		Breaks:  []string{"OKTA-Q39"},
		Catches: []string{"login-refused"},
		Steps: []FlowStep{
			{"assigned", "She is assigned while provisioning is off: nothing is sent", func(s *Sync) {
				s.start(true)
				s.quiet(s.idp.Assign(s.t.Context(), s.person("ada")))
			}},
			{"blocked", "She cannot log in: the target does not know her", func(s *Sync) { s.expectLogin("ada", "", false) }},
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
				s.ExpectUser("ada")
			}},
			{"let-in", "She can log in", func(s *Sync) { s.expectLogin("ada", s.link("ada"), true) }},
		},
	},
}

// expectLogin expects the profile's command to say that somebody can log in, or
// cannot. A target that lets in whom SCIM did not make is not of this story.
func (s *Sync) expectLogin(key, id string, want bool) {
	s.t.Wait(s.t.SettlesByID())
	can := s.t.Observe(s.person(key).UserName, id).CanLogIn
	switch {
	case can == nil:
		s.t.Skip("not shown: the command observe does not say whether she can log in")
	case *can && !want:
		s.t.Skip("not shown: the target lets in who has no account by SCIM")
	}
	s.t.Expect(*can == want, nil, "", "who was provisioned can log in", "she cannot", "who was provisioned cannot log in")
}
