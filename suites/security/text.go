package security

import (
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// texts are values that an interpreter behind the service provider could take
// for more than text. They are sent in creates alone. Level Must is for those
// that a service provider stumbles over: an answer 5xx fails. What POST stores
// is up to the service provider (requirement 7644-3.3-13), so that a text that
// comes back as another one is advisory.
var texts = []struct {
	id, what, text string
	level          Level
	catches        []string
}{
	{"sql", "the signs of SQL", `x' OR '1'='1' /* " OR ""=" */ -- #`, Must, []string{"text-sql-500"}},
	{"ldap", "the signs of LDAP filters", `*)(uid=*))(|(objectClass=*\2a`, Must, []string{"text-ldap-500"}},
	{"null-character", "the character U+0000", "before\x00after", Must, []string{"text-null-500"}},
	{"control-characters", "control characters", "bell\x07 escape\x1b[31m delete\x7f", Must, []string{"text-control-500"}},
	{"long", "5000 characters", strings.TrimSpace(strings.Repeat("Long name ", 500)), Must, []string{"text-long-500"}},
	{"template", "the expressions of templates", `{{7*7}} ${7*7} #{7*7} <%= 7*7 %> @(7*7)`, Should, []string{"text-template-evaluated"}},
	{"markup", "markup", `<b onclick="x()">bold</b> <!-- note --> &lt;`, Should, []string{"text-markup-removed", "store-escapes-html"}},
	{"path", "paths", `../../../../etc/hosts ..\..\win.ini`, Should, []string{"text-path-resolved"}},
	{"shell", "the signs of a shell", "$(id) `id` ; id | id && %PATH% $PATH", Should, []string{"text-shell-removed"}},
	{"format", "the verbs of format strings", `%s %d %n %x {0} %(name)s`, Should, []string{"text-format-evaluated"}},
}

// userNameChecks are about the value that a service provider looks up before
// it creates a user.
var userNameChecks = []Check{{Meta: Meta{
	ID: "payload.user-name.injection", Level: Must,
	Title:    "A userName with the signs of SQL is compared as it is before a user is created",
	Requires: []string{"7643-2.3.1-01", "7643-9.2-02"},
	Catches:  []string{"user-name-sql-500", "user-name-sql-conflict"},
}, Body: func(t *T) {
	plain := t.GivenUser()
	doc := t.NewUser(Set("userName", "nadia."+t.Tag()+"' OR '1'='1@"+t.UserDomain()))
	a := t.Post(scim.UsersEndpoint, doc)
	a.Holds(a.Code() != http.StatusConflict, "userName", "201, or 400", "409", "a userName that nobody has conflicts with another one")
	taken(t, a, doc, plain)
}}}

func textChecks() (checks []Check) {
	for _, w := range texts {
		title := "A displayName with " + w.what + " comes back as it was sent, or is refused"
		if w.level == Must {
			title = "A displayName with " + w.what + " is stored or refused, without a server error"
		}
		checks = append(checks, Check{Meta: Meta{
			ID: "payload.text." + w.id, Level: w.level,
			Title:    title,
			Requires: []string{"7643-2.3.1-01", "7643-9.2-02"},
			Catches:  w.catches,
		}, Body: func(t *T) {
			t.Offers(scim.UserURN, "displayName")
			plain := t.GivenUser()
			keepsName(t, plain)
			doc := t.NewUser(Set("displayName", w.text+" "+t.Tag()))
			u := taken(t, t.Post(scim.UsersEndpoint, doc), doc, plain)
			if u == nil {
				return
			}
			a := t.Get(u).Judged().Status(200).Advisory()
			got := a.Text("displayName")
			a.Holds(same(got, u.Text("displayName")), "displayName", quoted(u.Text("displayName")), quoted(got),
				"a displayName with "+w.what+" comes back as another text")
		}})
	}
	return checks
}
