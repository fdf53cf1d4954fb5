// Package security holds the checks of who is let in, of what becomes of
// hostile values, and of what answers give away. Hostile checks run behind all
// others; they only read, or create what they remove again: a value that a
// hole in a service provider could turn against other people's data, such as
// one that cuts off the condition of an update, is in no request that changes
// or deletes.
package security

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// Suite is the name of the suite.
const Suite = "security"

// Checks returns every check of the suite, the harmless ones first.
func Checks() []Check {
	hostile := slices.Concat(textChecks(), userNameChecks, filterChecks(), queryChecks, idChecks, bodyChecks, methodChecks)
	for i := range hostile {
		hostile[i].Hostile = true
	}
	all := slices.Concat(accessChecks, passwordChecks, hostile)
	for i := range all {
		all[i].Suite = Suite
	}
	return all
}

// keepsName ends the check as not applicable unless the user has a displayName.
func keepsName(t *T, u *Resource) {
	if !u.Body.Has("displayName") {
		t.Skip("the target does not keep displayName")
	}
}

// eq is a filter.
func eq(attr, value string) string { return attr + " eq " + scim.Quote(value) }

// control makes sure that a filter works before a hostile one is judged.
func control(t *T, filter string, want *Resource) {
	a := t.List(want.Endpoint, Filter(filter))
	if a.Code() == 400 {
		t.Skip("the target refuses a filter that the check needs with 400")
	}
	a.Arranging().Status(200).Finds(want)
}

// findsOrRefuses expects that a query finds exactly these resources, or is
// refused as a value that the target does not take.
func findsOrRefuses(a *Answer, want ...*Resource) {
	if a.TakenOrRefused(200); a.Code() == 200 {
		a.Finds(want...)
	}
}

// taken is the user that a create made, or nil where it was refused with 4xx:
// both are right. A user that was there before then still is.
func taken(t *T, a *Answer, doc Doc, before *Resource) *Resource {
	if a.TakenOrRefused(201); a.Code() == 201 {
		return a.Created(scim.UsersEndpoint, doc)
	}
	t.Get(before).Status(200)
	return nil
}

// same compares texts by the rules of comparison: in any Unicode normal form
// and in any letter case.
func same(a, b string) bool {
	return strings.EqualFold(norm.NFC.String(a), norm.NFC.String(b))
}

// quoted shows a text in a finding, or that there is none.
func quoted(s string) string {
	if s == "" {
		return "absent"
	}
	if r := []rune(s); len(r) > 120 {
		s = string(r[:120]) + "..."
	}
	return scim.Quote(s)
}
