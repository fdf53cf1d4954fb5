package mockidp

import "slices"

// oktaOPP is the agent for provisioning on the premises, in its SCIM 2.0 mode.
// It has the life of users and no groups; what its requests look like is not
// shown anywhere, so they have the form of the custom app (okta.md 0).
func oktaOPP(set settings) *Dialect {
	d := oktaAIW(set)
	d.Name, d.Label, d.Flows = "okta-opp", "Okta, on-premises agent", true
	d.leaveOut("group push is not supported in the SCIM 2.0 mode of the agent (okta.md 0)",
		"FindGroup", "ListGroups", "ReadGroup", "CreateGroup", "Reconcile", "RenameGroup", "ChangeMembers", "ReplaceMembers", "DeleteGroup")
	d.leaveOut("the connection test of the agent in its SCIM 2.0 mode is not known (okta.md 0)", "Probe")
	d.assume(set, "okta.md 0", "Find", "ListUsers", "Read", "Create", "Update", "Deactivate", "Reactivate")
	d.Auth = nil
	d.Open = "no source shows its requests: it is played in the form of the custom app (okta.md 0)"
	d.Options = slices.DeleteFunc(d.Options, func(o Option) bool { return o.Name == "member-display" || o.Name == "first-push" })
	return d
}
