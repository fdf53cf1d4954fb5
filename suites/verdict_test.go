package suites_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// flows selects the flows of the identity providers.
func flows(t testing.TB) suites.Set {
	t.Helper()
	set, err := suites.All().SelectSuites("okta", "entra")
	require.NoError(t, err)
	return set
}

// verdictsWith words the verdicts on the reference with a flaw, by dialect. The
// flaw is a fault, an allowed variation (with a plus) or none; of the reasons
// the first is given.
func verdictsWith(t *testing.T, set suites.Set, flaw string) map[string]string {
	cfg := reference.Config{}
	if variation, ok := strings.CutPrefix(flaw, "+"); ok {
		cfg.Variations = []string{variation}
	} else if flaw != "" {
		cfg.Faults = []string{flaw}
	}
	out := map[string]string{}
	for _, v := range run(t, set, cfg).Verdicts {
		out[v.Dialect] = strings.Join(append([]string{string(v.Readiness)}, v.Why[:min(len(v.Why), 1)]...), ": ")
	}
	return out
}

// of keeps the verdicts of these dialects.
func of(verdicts map[string]string, dialects ...string) map[string]string {
	maps.DeleteFunc(verdicts, func(d, _ string) bool { return !slices.Contains(dialects, d) })
	return verdicts
}

// A verdict says whom a fault hurts, and why in a few words: a fault breaks the
// dialects that send what it breaks, and no other.
func TestVerdicts(t *testing.T) {
	set := flows(t)
	const ready, limits, breaks = "ready", "works with limits: ", "would break: "
	const hidden = "a deactivated user is hidden, and blocks her own return with 409"
	const gone = "the account is not kept: who returns gets a new one"
	for n, c := range []struct {
		// flaw is a fault or, with a plus, a variation.
		flaw                        string
		aiw, oin, legacy, compliant string
	}{
		{"", ready, ready, ready, ready},
		// A method that is not there.
		{"patch-not-offered", ready, breaks + "no PATCH", breaks + "no PATCH", breaks + "no PATCH"},
		{"patch-not-implemented", ready, breaks + "no PATCH", breaks + "no PATCH", breaks + "no PATCH"},
		{"put-501", breaks + "no PUT", breaks + "no PUT", ready, ready},
		{"filter-not-implemented", breaks + "no filter", breaks + "no filter", breaks + "no filter", breaks + "no filter"},
		// The leaver: still active, hidden, gone.
		{"put-ignores-active", breaks + "does not deactivate", ready, ready, ready},
		{"patch-ignores-active", ready, breaks + "does not deactivate", breaks + "does not deactivate", breaks + "does not deactivate"},
		{"patch-ignored", ready, breaks + "does not deactivate", breaks + "does not deactivate", breaks + "does not deactivate"},
		{"patch-string-boolean-true", ready, ready, breaks + "does not deactivate", ready},
		{"inactive-hidden", breaks + hidden, breaks + hidden, breaks + hidden, breaks + hidden},
		{"inactive-hidden-from-filter", breaks + hidden, breaks + hidden, breaks + hidden, breaks + hidden},
		{"inactive-deleted", limits + gone, limits + gone, limits + gone, limits + gone},
		// The wordings: strict service providers that follow the RFC are in
		// order for who sends its forms.
		{"patch-op-case-sensitive", ready, ready, breaks + "Entra ID cannot deactivate: 400 Bad Request", ready},
		{"patch-string-boolean-rejected", ready, ready, breaks + "Entra ID cannot deactivate: 400 Bad Request", ready},
		{"patch-without-path-rejected", ready, breaks + "Okta cannot deactivate: 400 Bad Request", ready, breaks + "joiner-already-there: Entra ID cannot link: 400 Bad Request"},
		{"+add-without-match-refused", ready, ready, breaks + "joiner-already-there: Entra ID cannot link: 400 Bad Request", breaks + "joiner-already-there: Entra ID cannot link: 400 Bad Request"},
		{"+remove-of-nothing-refused", ready, ready, ready, limits + "group-member-removed: Entra ID cannot remove members: 400 Bad Request"},
		{"+phone-numbers-canonical", ready, ready, limits + `joiner: phoneNumbers[type eq "mobile"].value has another value`, limits + `joiner: phoneNumbers[type eq "mobile"].value has another value`},
		{"patch-op-capitals-only", ready, breaks + "does not deactivate", ready, breaks + "does not deactivate"},
		{"patch-dotted-key-ignored", ready, ready, ready, breaks + "mover: name.familyName has another value"},
		{"patch-remove-list-clears", ready, ready, breaks + "group-member-removed: the group lacks members", ready},
		{"manager-string-refused", ready, ready, breaks + "manager: Entra ID cannot set the manager: 400 Bad Request", breaks + "manager: Entra ID cannot set the manager: 400 Bad Request"},
		{"put-ignores-extension", breaks + "joiner-already-there: department is absent", breaks + "joiner-already-there: department is absent", ready, ready},
		{"+external-id-not-kept", limits + "joiner: externalId is absent", limits + "joiner: externalId is absent", limits + "joiner: externalId is absent", limits + "joiner: externalId is absent"},
		{"group-filter-unsupported", breaks + "group-push: Okta cannot push: 400 Bad Request", breaks + "group-push: Okta cannot push: 400 Bad Request", breaks + "group-push: Entra ID cannot push: 400 Bad Request", breaks + "group-push: Entra ID cannot push: 400 Bad Request"},
	} {
		if sampled(n) {
			continue
		}
		t.Run("with "+c.flaw, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, map[string]string{
				"okta-aiw": c.aiw, "okta-oin": c.oin, "entra-legacy": c.legacy, "entra-compliant": c.compliant,
			}, of(verdictsWith(t, set, c.flaw), "okta-aiw", "okta-oin", "entra-legacy", "entra-compliant"))
		})
	}
}

// The same of the identity providers with flows beside Okta and Entra ID: a
// fault in what one of them never sends does not break it.
func TestVerdictsOfOthers(t *testing.T) {
	set, err := suites.All().SelectSuites("pingfederate", "onelogin", "jumpcloud")
	require.NoError(t, err)
	const ready, breaks = "ready", "would break: "
	for n, c := range []struct{ fault, pingFederate, oneLogin, jumpCloud string }{
		{"", ready, ready, ready},
		{"filter-values-case-sensitive", breaks + "joiner-other-case: PingFederate cannot create: 409 Conflict", breaks + "joiner-other-case: OneLogin cannot create: 409 Conflict",
			"undecided: joiner-other-case: JumpCloud cannot create: 409 Conflict (assumed: the create of users, other-idps.md 6)"},
		{"group-filter-unsupported", ready, ready, ready},
		{"patch-op-case-sensitive", ready, ready, ready},
		{"patch-without-path-rejected", ready, ready, ready},
		{"patch-not-offered", ready, breaks + "no PATCH of groups", breaks + "no PATCH"},
		{"put-501", breaks + "no PUT", breaks + "no PUT", ready},
		// How PingFederate disables is assumed, how it enables is documented.
		{"put-ignores-active", breaks + "out-of-sync.deactivated: is not active", breaks + "does not deactivate", ready},
		{"patch-remove-list-clears", ready, breaks + "group-member-removed: the group lacks members", breaks + "group-member-removed: the group lacks members"},
	} {
		if sampled(n) {
			continue
		}
		t.Run("with "+c.fault, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, map[string]string{"pingfederate": c.pingFederate, "onelogin": c.oneLogin, "jumpcloud": c.jumpCloud}, verdictsWith(t, set, c.fault))
		})
	}
}

// The dialects of which the sources leave something open. What is documented or
// was seen breaks them; what rests on an assumed wording leaves the verdict
// open, and names the assumption.
func TestVerdictsOfWhatIsKnownInPart(t *testing.T) {
	set, err := suites.All().SelectSuites("okta", "entra", "sailpoint", "authentik", "google-workspace", "pingone")
	require.NoError(t, err)
	opens := func(dialect string) string {
		i := slices.IndexFunc(suites.Dialects(), func(d engine.Dialect) bool { return d.Name == dialect })
		return "undecided: " + suites.Dialects()[i].Open
	}
	const breaks, unsure = "would break: ", "undecided: "
	const noMembers = "works with limits: what changes members of groups is not published, so only accounts are played (other-idps.md 4.4)"
	const noLeavers = "works with limits: leavers are not part of it: it neither disables nor deletes (entra.md 4.5)"
	untroubled := map[string]string{
		"sailpoint": noMembers, "authentik": "ready", "entra-ondemand": noLeavers,
		"google-workspace": opens("google-workspace"), "pingone": opens("pingone"),
		"okta-oin-userpatch": opens("okta-oin-userpatch"), "okta-opp": opens("okta-opp"),
	}
	for n, c := range []struct {
		flaw string
		but  map[string]string
	}{
		{"", nil},
		{"+patch-without-schemas-refused", map[string]string{
			"authentik": "works with limits: group-renamed: authentik cannot rename: 400 Bad Request",
		}},
		{"plain-json-415", map[string]string{"google-workspace": breaks + "joiner: Google Workspace cannot create: 415 Unsupported Media Type"}},
		{"delete-ignored", map[string]string{
			"sailpoint": breaks + "deleted-in-directory: GET /Users/{id} answers 200, want 404", "authentik": breaks + "deleted-in-directory: GET /Users/{id} answers 200, want 404",
			"pingone": breaks + "deleted-in-directory: GET /Users/{id} answers 200, want 404", "okta-oin-userpatch": breaks + "group-deleted: GET /Groups/{id} answers 200, want 404",
		}},
		{"put-ignores-active", map[string]string{
			"authentik": breaks + "does not deactivate", "okta-opp": unsure + "does not deactivate (assumed: the disabling of users, okta.md 0)",
		}},
		{"filter-not-implemented", map[string]string{
			"authentik": breaks + "no filter", "pingone": breaks + "no filter", "entra-ondemand": breaks + "no filter", "okta-oin-userpatch": breaks + "no filter",
			"okta-opp": unsure + "no filter (assumed: the lookup of users, okta.md 0)",
		}},
		{"patch-remove-list-clears", map[string]string{"authentik": breaks + "group-member-removed: the group lacks members"}},
		{"patch-only-active", map[string]string{
			"authentik": breaks + "group-push: the group lacks members", "okta-oin-userpatch": breaks + "group-push: the group lacks members",
			"entra-ondemand": breaks + "joiner-already-there: title is absent",
			"sailpoint":      unsure + "mover: name.familyName has another value (assumed: the update of users, other-idps.md 4.4)",
		}},
		{"schemas-missing", map[string]string{"sailpoint": breaks + "connection-test: SailPoint cannot test: 404 Not Found"}},
	} {
		if sampled(n) {
			continue
		}
		t.Run("with "+c.flaw, func(t *testing.T) {
			t.Parallel()
			want := maps.Clone(untroubled)
			maps.Copy(want, c.but)
			assert.Equal(t, want, of(verdictsWith(t, set, c.flaw), slices.Collect(maps.Keys(untroubled))...))
		})
	}
}

// These ways of doing things are allowed by the RFCs, and hurt no identity
// provider either.
func TestAllowedVariationsHurtNobody(t *testing.T) {
	set := flows(t)
	untroubled := verdictsWith(t, set, "")
	for n, name := range []string{
		"groups-of-user-left-out", "manager-without-ref", "undeclared-echoed", "group-names-repeat", "emails-unique",
		"unknown-members-404", "patch-without-change-204", "page-order", "media-type-plain", "error-media-type-plain",
		"indented", "put-without-active-activates", "group-names-short", "inactive-creates-refused",
	} {
		if sampled(n) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for dialect, verdict := range verdictsWith(t, set, "+"+name) {
				assert.Equal(t, untroubled[dialect], verdict, dialect)
			}
		})
	}
}

// No flow is skipped because of ServiceProviderConfig: an identity provider
// does not read it.
func TestConfigSkipsNoFlow(t *testing.T) {
	plain := run(t, flows(t), reference.Config{})
	refusing := run(t, flows(t), reference.Config{Faults: []string{"patch-not-offered"}})
	failed := map[string]bool{}
	for i := range plain.Results {
		was, is := &plain.Results[i], &refusing.Results[i]
		require.Equal(t, was.Key(), is.Key())
		failed[is.ID] = failed[is.ID] || is.Outcome == engine.Fail || is.Outcome == engine.Advisory
		// What comes after a failure, or is another flow's matter, is no skip by
		// what ServiceProviderConfig says.
		if is.Outcome == engine.Skip && !failed[is.ID] && !strings.Contains(is.Reason, "the flow rehire judges that") {
			assert.Equal(t, engine.Skip, was.Outcome, "%s: %s", is.Key(), is.Reason)
		}
	}
}

// What a profile does not claim to support fails nothing, and would break all
// the same.
func TestUnclaimedDialectsKeepTheirVerdict(t *testing.T) {
	report := run(t, flows(t), reference.Config{Faults: []string{"put-ignores-active"}}, func(p *engine.Plan) {
		p.Profile = &profile.Profile{Name: "acme", Supports: []string{"okta-oin"}}
	})
	assert.Equal(t, engine.ExitOK, report.ExitCode())
	for _, v := range report.Verdicts {
		assert.Equal(t, v.Dialect == "okta-aiw", v.Readiness == engine.WouldBreak, v.String())
	}
}

// The gates ask for more than the RFCs. These faults and allowed variations
// (with a plus) fail the gates that mind them, and no other; a target without
// groups passes what Microsoft then leaves out.
func TestGates(t *testing.T) {
	set, err := suites.All().SelectSuites("gates")
	require.NoError(t, err)
	const passes, remarks, fails = "passes", "passes, with remarks: ", "fails: "
	const flag = "without aadOptscim062020 in the tenant URL: "
	for n, c := range []struct {
		flaw                           string
		spec, crud, validator, gallery string
	}{
		{"", passes, passes, passes, passes},
		{"duplicate-answers-400", fails + "duplicate: POST /Users answers 400, want 409", passes, fails + "user-create-duplicate: POST /Users answers 400, want 409", passes},
		{"patch-deactivated-404", passes, fails + "deactivated: Okta cannot deactivate", fails + "user-disable: PATCH /Users/{id} answers 404, want 200 or 204", fails + "disable-user: Entra ID cannot deactivate"},
		{"put-501", passes, fails + "no PUT", passes, remarks + "no PUT"},
		{"filter-values-case-sensitive", passes, passes, fails + "user-filter-other-case: the answer lacks resources that fulfil the query", passes},
		{"patch-string-boolean-rejected", passes, passes, passes, remarks + "disable-user: " + flag + "Entra ID cannot deactivate"},
		{"start-index-always-one", passes, passes, passes, fails + "page-users: startIndex has another value"},
		{"plain-json-415", fails + "create: POST /Users answers 415, want 201", passes, passes, passes},
		{"unauthorized-html", fails + "wrong-token: GET /Users?filter: the body is not a JSON object", passes, passes, passes},
		{"+errors-without-detail", fails + "unknown-id: the error has no detail, which the gate demands and the RFC does not", passes, passes, passes},
		{"+user-names-in-lower-case", fails + "create: userName has another value", passes, passes, passes},
		{"+group-names-repeat", passes, passes, fails + "group-create-duplicate: POST /Groups answers 201, want 409", passes},
		{"+add-without-match-refused", passes, passes, fails + "user-add-attributes: PATCH /Users/{id} answers 400, want 200 or 204", passes},
		{"+always-returned", passes, passes, fails + "group-read-without-members: members is present", passes},
		{"+no-discovery", passes, passes, passes, fails + "schemas: GET /Schemas answers 404, want 200"},
		{"+no-groups", passes, passes, remarks + "a probe found that the target has no groups", remarks + "a probe found that the target has no groups"},
		{"+external-id-not-kept", passes, passes, remarks + "user-create: externalId was sent and is not there", remarks + "direct-update-user: externalId is absent"},
	} {
		if sampled(n) {
			continue
		}
		t.Run("with "+c.flaw, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, map[string]string{
				"okta-spec": c.spec, "okta-crud": c.crud, "entra-validator": c.validator, "entra-gallery": c.gallery,
			}, verdictsWith(t, set, c.flaw))
		})
	}
}
