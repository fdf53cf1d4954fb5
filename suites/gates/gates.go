// Package gates holds the admission tests of the identity providers: what an
// endpoint has to pass before Okta or Microsoft lists it, step by step, with
// the requests and the expectations of the gate itself. A gate asks for more
// than the RFCs in places; titles and findings say where. What a gate waits
// between its steps is not waited here, and no time is judged.
package gates

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
	. "github.com/scimtest/scimtest/suites/engine"
)

// The gates, by the name of their suite. Okta and Microsoft keep them apart,
// and so does a vendor who wants to be listed by one of them.
const (
	OktaSpec       = "okta-spec"
	OktaCRUD       = "okta-crud"
	EntraValidator = "entra-validator"
	EntraGallery   = "entra-gallery"
)

// Group is the name that stands for all gates where suites are chosen.
const Group = "gates"

// beyond ends the title of a check that the gate alone asks for.
const beyond = " (the gate demands it, the RFC does not)"

// Names lists the suites of the gates.
func Names() []string { return []string{OktaSpec, OktaCRUD, EntraValidator, EntraGallery} }

// Dialects lists the gates for verdicts, with the dialects that each admits to.
func Dialects() []Dialect {
	entra := []string{"entra-legacy", "entra-compliant"}
	return []Dialect{
		{Name: OktaSpec, Label: "Okta SPEC test", GateOf: []string{"okta-oin"}},
		{Name: OktaCRUD, Label: "Okta CRUD test", GateOf: []string{"okta-oin"}},
		{Name: EntraValidator, Label: "Entra SCIM Validator", GateOf: entra},
		{Name: EntraGallery, Label: "Entra gallery tests, but sign-in", GateOf: entra},
	}
}

// Checks returns every check of the gates, gate by gate in their own order.
func Checks() []Check {
	return slices.Concat(
		of(OktaSpec, oktaSpec), of(OktaCRUD, oktaCRUD),
		of(EntraValidator, validatorUsers, validatorGroups, validatorPreview),
		of(EntraGallery, galleryUsers, galleryGroups, galleryDirect, galleryCredentials, galleryReplays),
	)
}

// of makes the checks of one gate. What their lists leave open is a failure
// where the gate is failed by it.
func of(gate string, lists ...[]Check) []Check {
	all := slices.Concat(lists...)
	for i := range all {
		m := &all[i].Meta
		m.Suite, m.Dialect = gate, gate
		if m.Level == "" {
			m.Level = IdP
		}
	}
	return all
}

// plain takes away what this program adds to each request, so that what is
// sent is what the gate sends.
func plain(more ...Option) []Option {
	return append([]Option{Header("X-Request-Id", ""), Header("User-Agent", "")}, more...)
}

// plus encodes the value of a query as Entra ID and its validator do, with +
// for a blank (entra.md 1.3).
func plus(name, value string) Option {
	return func(r *scim.Request) {
		if r.RawQuery != "" {
			r.RawQuery += "&"
		}
		r.RawQuery += name + "=" + url.QueryEscape(value)
	}
}

func eq(attribute, value string) string { return attribute + " eq " + scim.Quote(value) }

// fetch reads a path when the last write has had its time to settle. Unlike
// T.Get it judges: the gate fails on an unreadable answer, whatever was read
// before.
func fetch(t *T, path string, options ...Option) *Answer {
	t.Wait(t.SettlesByID())
	return t.Fetch(path, options...)
}

// offered reports whether the target's schemas let an attribute be written and
// read: a gate tests the attributes that the vendor maps. Schemas that cannot
// be read say nothing.
func offered(t *T, urn, path string) bool {
	if path == "externalId" || len(t.Target().Schemas) == 0 {
		return true // a common attribute stands in no schema
	}
	a, listed := t.Target().Attribute(urn, path)
	return listed && (a.Mutability == "readWrite" || a.Mutability == "") && a.Returned != "never" && a.Returned != "request"
}

// needs ends a check as not applicable when the target's schemas leave out an
// attribute that it is about.
func needs(t *T, urn, path string) {
	if !offered(t, urn, path) {
		t.Skip("the target's schemas do not offer %s", path)
	}
}

// withoutFlag begins what is found where the flag may still help.
const withoutFlag = "without aadOptscim062020 in the tenant URL: "

// done judges what an identity provider did on behalf of the gate. lenient
// findings are advisory, since the other dialect has the last word.
func done(t *T, idp string, c mockidp.Change, lenient bool) bool {
	t.Settle()
	var a *Answer
	where, got, message := "", "done", idp+" cannot "+strings.ReplaceAll(c.Action, "-", " ")
	if n := len(c.Exchanges); n > 0 {
		if a = t.AnswerTo(c.Exchanges[n-1]); a != nil {
			where = "status"
			if lenient {
				a, message = a.Advisory(), withoutFlag+message
			}
		}
	}
	if c.Outcome == mockidp.Failed {
		got = c.Reason
	}
	return t.Expect(c.Outcome == mockidp.Done || c.Outcome == mockidp.Skipped && c.Code == "RedundantExport", a, where, "success", got, message)
}

// message says of an answer how many of a list it holds.
func quantity(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "one"
	}
	return "more than one"
}

// nothing expects a list without a result, which the gates read off
// totalResults.
func nothing(a *Answer) *Answer {
	l := a.Status(http.StatusOK).Page()
	return a.Holds(l.TotalResults == 0 && len(l.Resources) == 0, "totalResults", "0", quantity(len(l.Resources)),
		"a query for what does not exist finds something, or does not say that it finds nothing")
}

// names expects a URN in schemas.
func names(a *Answer, urn string) *Answer {
	named := false
	for _, v := range a.Resource().Lookup("schemas") {
		named = named || v.String() == urn
	}
	return a.Holds(named, "schemas", urn, "not among them", "schemas does not name "+urn)
}
