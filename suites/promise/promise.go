// Package promise holds the checks of what a profile promises beside the RFCs:
// its limits, user names, media types, filters and ways of its own. What a
// profile says nothing of is skipped.
//
// A statement that is documented by the vendor is held against a target; one
// that was observed or is assumed gives advice.
package promise

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Suite is the name of the suite.
const Suite = "promises"

// Checks returns every check of the suite.
func Checks() []Check {
	all := slices.Concat(limitChecks, userNameChecks, offerChecks, attributeChecks, filterChecks, answerChecks, traitChecks())
	for i := range all {
		all[i].Suite, all[i].Level = Suite, Must
	}
	return all
}

// most is how many resources a check makes, at most, to come to a limit.
const most = 150

// judged is an answer as the statement at a path is to be judged.
func judged(t *T, a *Answer, path string) *Answer { return bySource(a, t.Promises().SourceOf(path)) }

func bySource(a *Answer, source string) *Answer {
	if source == "" || strings.HasPrefix(source, "documented") {
		return a
	}
	return a.Advisory()
}

// said ends the check when the profile says nothing.
func said(t *T, speaks bool) {
	if !speaks {
		t.Skip("the profile does not speak of it")
	}
}

// filled makes sure that there are so many users on the target.
func filled(t *T, n int) {
	missing := n - t.List(scim.UsersEndpoint, Query("count", "1")).Arranging().Status(200).Page().TotalResults
	if missing > most {
		t.Skip("it would take %d more users", missing)
	}
	for range missing {
		t.GivenUnread(scim.UsersEndpoint, t.NewUser())
	}
}

// listed is a resource as a list of its endpoint shows it.
func listed(t *T, r *Resource) (*Answer, scim.Resource) {
	attribute, value := "displayName", r.Text("displayName")
	if r.Endpoint == scim.UsersEndpoint {
		attribute, value = "userName", r.Text("userName")
	}
	if !t.Has(Filtering) {
		t.Skip("it takes a filter to find one's own in a list")
	}
	a := t.List(r.Endpoint, Filter(attribute+" eq "+scim.Quote(value))).Arranging().Status(200)
	for _, x := range a.Page().Resources {
		if x.ID() == r.ID {
			return a.Judged(), x
		}
	}
	t.Block("could not arrange: the list at %s does not hold what was made", r.Endpoint)
	return nil, scim.Resource{}
}

// deactivate sets active of a user.
func deactivate(t *T, u *Resource, active bool) *Answer {
	if t.Has(Patch) {
		return t.Patch(u, Replace("active", active))
	}
	doc := Doc{}
	for k, v := range u.Sent {
		doc[k] = v
	}
	doc["active"] = active
	return t.Put(u, doc)
}

func code(a *Answer) string { return fmt.Sprint(a.Code()) }

func refused(a *Answer) bool { return a.Code()/100 == 4 }
