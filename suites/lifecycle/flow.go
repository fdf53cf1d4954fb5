// Package lifecycle holds the provisioning flows: the life of users and groups
// as identity providers play it. A flow is written once, in the language of
// people, and becomes one check for each dialect.
package lifecycle

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Flow is a story that every dialect can play.
type Flow struct {
	// ID is the topic: the check of a dialect is "leaver.okta-aiw".
	ID    string
	Title string
	// Needs is for what a target may not have at all; what
	// ServiceProviderConfig says never skips a flow, since no identity
	// provider asks it.
	Needs []Feature
	// Breaks lists rows of the quirk tables, those of all dialects.
	Breaks []string
	// Catches holds for every dialect, CatchesIn for one, and for those that
	// speak in its words and are not named themselves.
	Catches   []string
	CatchesIn map[string][]string
	// SparedIn lists, by dialect, faults of Catches that it does not meet.
	SparedIn map[string][]string
	// Uses lists intents of mockidp, Sends attributes, without which a
	// dialect cannot play the flow.
	Uses, Sends []string
	// Matches: it hangs on finding who is on the target already.
	Matches bool
	// Anew: it makes a connection anew, or begins all its cycles again.
	Anew bool
	// Lacks says why a dialect does not play the flow; "" when it does.
	Lacks func(*mockidp.Dialect) string
	Steps []FlowStep
	// Should lists the steps whose failure is a limit and breaks nothing.
	Should []string
	// Alone flows run without siblings beside them.
	Alone bool
	// Arranges is a situation of the whole tenant that a command of the profile
	// may bring about.
	Arranges string
	// BadCredentials is how many requests come with a token that has expired.
	BadCredentials int
}

// FlowStep is a step of a flow.
type FlowStep struct {
	ID, Title string
	Do        func(*Sync)
}

// Checks multiplies the flows by the dialects.
func Checks() []Check {
	var out []Check
	for _, f := range flows() {
		for _, d := range played() {
			out = append(out, f.check(d))
		}
	}
	return out
}

// ChecksOf plays the flows in one more dialect: that of a custom client.
func ChecksOf(d *mockidp.Dialect) []Check {
	var out []Check
	for _, f := range flows() {
		out = append(out, f.check(d))
	}
	return out
}

// Dialects lists the dialects for verdicts.
func Dialects() []Dialect {
	var out []Dialect
	for _, d := range played() {
		out = append(out, DialectOf(d))
	}
	return out
}

// DialectOf is a dialect as a verdict needs it.
func DialectOf(d *mockidp.Dialect) Dialect {
	return Dialect{Name: d.Name, Label: d.Label, Silent: silent[d.IdP], Assumed: assumptions(d), Open: d.Open, Limit: d.Limit}
}

// played lists the dialects whose rhythm the provider knows.
func played() []*mockidp.Dialect {
	return slices.DeleteFunc(mockidp.Dialects(), func(d *mockidp.Dialect) bool { return !d.Flows })
}

func flows() []Flow {
	return slices.Concat(connectionFlows, joinerFlows, moverFlows, leaverFlows, groupFlows, managerFlows, driftFlows,
		attributeFlows, nameFlows, returnFlows, scaleFlows, lostFlows, userDriftFlows, groupDriftFlows, loginFlows, supportFlows())
}

func (f Flow) check(d *mockidp.Dialect) Check {
	c := Check{Meta: Meta{
		ID: f.ID + "." + d.Name, Suite: d.IdP, Title: f.Title, Level: IdP, Dialect: d.Name,
		Needs: f.Needs, Breaks: breaksOf(f.Breaks, d.IdP), Sources: []Ref{documentOf(d)},
		Catches: append(without(f.Catches, f.SparedIn[d.Name]), f.catchesIn(d.Name)...),
		// Pages of all users shift while siblings delete theirs.
		Alone: d.Find == nil && (f.Matches || d.ListUsers != nil),
	}}
	if c.Never = f.lacks(d); c.Never != "" {
		c.Catches, c.Alone = nil, false
		return c
	}
	c.Arranges, c.Alone, c.BadCredentials = f.Arranges, c.Alone || f.Alone, f.BadCredentials
	for _, intent := range f.intents() {
		if ref := d.Source[intent]; ref.Mark == mockidp.Assumed {
			c.Sources = append(c.Sources, Ref{Key: ref.Key, Title: intent, Mark: ref.Mark})
		}
	}
	c.Steps = func() []Step {
		s := &Sync{dialect: d}
		var steps []Step
		for _, fs := range f.Steps {
			level := Level("")
			if slices.Contains(f.Should, fs.ID) {
				level = Should
			}
			steps = append(steps, Step{ID: fs.ID, Title: fs.Title, Level: level, Do: func(t *T) {
				if s.forgiven {
					t.Skip("after: %s, which did not succeed", s.step)
				}
				s.enter(t)
				s.step = fs.ID
				fs.Do(s)
			}})
		}
		return steps
	}
	return c
}

// intents lists what a flow rests on.
func (f Flow) intents() []string {
	switch {
	case f.ID == "connection-test":
		return []string{"Probe"}
	case slices.Contains(f.Needs, Groups):
		return append([]string{"Find", "Create", "CreateGroup"}, f.Uses...)
	}
	return append([]string{"Find", "Create"}, f.Uses...)
}

// wordsOf names the dialect in whose words another one speaks.
var wordsOf = map[string]string{"okta-oin-userpatch": "okta-oin", "okta-opp": "okta-aiw", "entra-ondemand": "entra-legacy"}

func (f Flow) catchesIn(dialect string) []string {
	if own, ok := f.CatchesIn[dialect]; ok {
		return own
	}
	return f.CatchesIn[wordsOf[dialect]]
}

func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// lacks says why a dialect does not play the flow; "" when it does.
func (f Flow) lacks(d *mockidp.Dialect) string {
	for _, intent := range append([]string{"Create"}, f.Uses...) {
		if why := d.Unknown[intent]; why != "" {
			return why
		}
	}
	if f.Anew && d.Name == "entra-ondemand" {
		return "provisioning on demand has no cycle that begins anew (entra.md 4.5)"
	}
	if f.Matches && d.Find == nil && d.ListUsers == nil {
		return d.Unknown["Find"]
	}
	if slices.Contains(f.Needs, Groups) {
		switch {
		case d.CreateGroup == nil:
			return d.Unknown["CreateGroup"]
		case d.ChangeMembers == nil && !d.MembersInCreate:
			return d.Unknown["ChangeMembers"]
		}
	}
	for _, path := range f.Sends {
		if !sends(d, path) {
			return d.Label + " does not send " + path
		}
	}
	if slices.Contains(f.Uses, "Update") && !updatesNames(d) {
		return d.Label + " does not send a changed name"
	}
	if slices.Contains(f.Uses, "ListUsers") && reflect.DeepEqual(d.ListUsers(1), d.ListUsers(2)) {
		return d.Label + " reads one page"
	}
	if f.Lacks != nil {
		return f.Lacks(d)
	}
	return ""
}

// updatesNames reports whether an update carries a changed name. Every dialect
// of ours does; a custom client may word less.
func updatesNames(d *mockidp.Dialect) bool {
	of := func(name string) []scim.Request {
		return d.Update("x", scim.Resource{}, mockidp.User{ObjectID: "x", UserName: "x", GivenName: "x", FamilyName: name})
	}
	return d.IdP != mockidp.CustomIdP || !reflect.DeepEqual(of("a"), of("b"))
}

// ignoresCase says why it is not known that a dialect finds a name in another
// letter case; "" when the target compares, or it does.
func ignoresCase(d *mockidp.Dialect) string {
	if d.Find == nil {
		return "whether " + d.Label + " compares names without regard to letter case is not known"
	}
	return ""
}

// deletesLeavers says that a dialect deletes who leaves; "" when it deactivates.
func deletesLeavers(d *mockidp.Dialect) string {
	if r := d.Deactivate("x", scim.Resource{}, mockidp.User{}); r[0].Method == http.MethodDelete {
		return d.Label + " deletes who leaves, which the flow deleted-in-directory plays"
	}
	return ""
}

// sends reports whether a dialect sends an attribute of a user.
func sends(d *mockidp.Dialect, path string) bool {
	r, err := created(d)
	return err == nil && r.Has(path)
}

// emailType is the type of the address that a dialect sends; "" without one.
func emailType(d *mockidp.Dialect) string {
	r, _ := created(d)
	return r.Get("emails.type").String()
}

// created is a user as a dialect creates it, with every attribute.
func created(d *mockidp.Dialect) (scim.Resource, error) {
	return scim.NewResource(d.Create(mockidp.User{
		ObjectID: "x", UserName: "x", GivenName: "x", FamilyName: "x", DisplayName: "x", Email: "x", Title: "x", Department: "x",
	}).Body)
}

// breaksOf keeps the rows of one identity provider: Okta's begin with OKTA,
// Entra's with E and a digit.
func breaksOf(rows []string, idp string) (out []string) {
	for _, r := range rows {
		if of := map[bool]string{true: "okta", false: "entra"}[strings.HasPrefix(r, "OKTA")]; of == idp {
			out = append(out, r)
		}
	}
	return out
}

// documentOf is what the flows in a dialect rest on.
func documentOf(d *mockidp.Dialect) Ref {
	if d.IdP == mockidp.CustomIdP {
		return Ref{Key: d.Label, Title: "its own file", Mark: mockidp.Given}
	}
	return documents[d.IdP]
}

// documents are the pages that the flows of an identity provider rest on.
var documents = map[string]Ref{
	"okta":             {Key: "Okta, SCIM 2.0 protocol reference", Title: "developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20", Mark: mockidp.Documented},
	"pingfederate":     {Key: "PingFederate, SCIM Provisioner", Title: "docs.pingidentity.com/integrations/scim", Mark: mockidp.Documented},
	"jumpcloud":        {Key: "JumpCloud, custom SCIM connector", Title: "jumpcloud.com/support/provision-and-manage-users-and-groups-in-apps-using-custom-scim-identity-management-integration", Mark: mockidp.Documented},
	"sailpoint":        {Key: "SailPoint, SCIM 2.0 connector", Title: "documentation.sailpoint.com/connectors/scim_2_0", Mark: mockidp.Documented},
	"pingone":          {Key: "PingOne, SCIM provisioning", Title: "docs.pingidentity.com/pingone/integrations/p1_scim_provisioning_features.html", Mark: mockidp.Documented},
	"authentik":        {Key: "authentik, SCIM provider", Title: "github.com/goauthentik/authentik, authentik/providers/scim/clients", Mark: mockidp.Observed},
	"google-workspace": {Key: "Google Workspace autoprovisioning", Title: "help.zscaler.com/zia/saml-scim-configuration-guide-google-workspace", Mark: mockidp.Documented},
	"onelogin":         {Key: "OneLogin, SCIM sample server", Title: "github.com/onelogin/onelogin-scim-php", Mark: mockidp.Documented},
	"entra":            {Key: "Microsoft Entra ID, SCIM endpoint", Title: "learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups", Mark: mockidp.Documented},
}
