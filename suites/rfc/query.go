package rfc

import (
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// eq is the filter "attr eq value" for a string.
func eq(attr, value string) string { return attr + " eq " + scim.Quote(value) }

// mine narrows a condition to the users of this check.
func mine(t *T, condition string) string { return t.Mine() + " and " + condition }

// find sends a filter and reads all pages of the answer. A refusal as
// unsupported is advisory.
func find(t *T, endpoint, filter string, options ...Option) *Answer {
	return t.List(endpoint, append([]Option{Filter(filter)}, options...)...).Supported().All()
}

// findUsers is find on /Users.
func findUsers(t *T, filter string, options ...Option) *Answer {
	return find(t, scim.UsersEndpoint, filter, options...)
}

// control makes sure that a filter works before a variant of it is judged: a
// target that refuses it, or finds nothing, proves nothing.
func control(t *T, filter string, want ...*Resource) {
	accepted(t, t.List(want[0].Endpoint, Filter(filter))).Arranging().Status(200).All().Finds(want...)
}

// accepted ends the check as not applicable when a filter that it needs is
// refused: a service provider need not support every combination (RFC 7644
// section 3.12, invalidFilter).
func accepted(t *T, a *Answer) *Answer {
	if a.Code() == 400 {
		t.Skip("the target refuses a filter that the check needs with 400")
	}
	return a
}

// spelled judges another spelling of a filter that is known to work: it has to
// find the same, and a refusal is no excuse.
func spelled(t *T, known, other string, want ...*Resource) {
	control(t, known, want...)
	t.List(want[0].Endpoint, Filter(other)).Status(200).All().Finds(want...)
}

// givenNamed arranges a user whose userName begins with the prefix.
func givenNamed(t *T, prefix string, with ...With) *Resource {
	return t.GivenUser(append([]With{Set("userName", mailbox(t, prefix))}, with...)...)
}

// ignoresCase ends the check as not applicable when the target's schema says
// that the attribute is case exact.
func ignoresCase(t *T, urn, path string) {
	if a, ok := t.Target().Attribute(urn, path); ok && a.CaseExact {
		t.Skip("the target's schemas say that %s is case exact", path)
	}
}

// unlessRefused judges the answer to a filter that a target may as well refuse
// with 400.
func unlessRefused(a *Answer, judge func(*Answer)) {
	if a.Status(200, 400).Code() == 200 {
		judge(a)
	}
}
