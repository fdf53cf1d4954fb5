package profile

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/token"

	"github.com/scimtest/scimtest/scim"
)

// The words that a profile may use.
var (
	membersWords      = []string{"get", "list", "user-groups", "none"}
	cleanupWords      = []string{"delete", "deactivate", "keep", "command"}
	levelWords        = []string{"must", "should", "skip"}
	arrangeWords      = []string{"jit-account", "seat-limit", "last-administrator"}
	discoveryWords    = []string{"present", "anonymous", "absent"}
	deactivationWords = []string{"inactive", "gone", "either"}
	rateWords         = []string{"requests", "writes"}
	formWords         = []string{"address"}
	typeWords         = []string{"string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"}
	returnedWords     = []string{"always", "default", "request", "never"}

	methodWords = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

	// featureWords are the features of suites/engine, dialectWords the
	// dialects of mockidp; tests hold them together.
	featureWords = []string{
		"patch", "bulk", "filter", "sort", "etag", "change-password", "cursor", "index-paging", "groups",
		"enterprise-user", "me", "search", "root-search", "discovery", "read-members", "put", "delete",
	}
	dialectWords = []string{"okta-aiw", "okta-oin", "entra-legacy", "entra-compliant", "pingfederate", "onelogin", "jumpcloud",
		"sailpoint", "authentik", "google-workspace", "pingone", "okta-oin-userpatch", "okta-opp", "entra-ondemand"}
)

var (
	domainForm   = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	headerForm   = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // a token, RFC 9110 section 5.6.2
	typeNameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
)

// validator collects what is wrong.
type validator struct {
	*document
	problems []error
}

// validate says what is wrong with a profile whose form is right.
func (d *document) validate(p *Profile) []error {
	v := &validator{document: d}
	v.word(p.Members, membersWords, "members")
	v.word(p.Cleanup, cleanupWords, "cleanup")
	if p.BaseURL != "" {
		if _, err := scim.ParseBaseURL(p.BaseURL); err != nil {
			v.fail(err.Error(), "base-url")
		}
	}
	if p.UserDomain != "" && !domainForm.MatchString(p.UserDomain) {
		v.fail(fmt.Sprintf("%q is no domain; write it like people.example.com", p.UserDomain), "user-domain")
	}
	v.headers(p.Headers)
	v.send(p.Send)
	for i, name := range p.ResourceTypes.Absent {
		v.typeName(name, "resource-types", "absent", i)
	}
	for i, m := range p.Methods.Absent {
		v.method(m, "methods", "absent", i)
	}
	for _, f := range slices.Sorted(maps.Keys(p.Features)) {
		v.word(f, featureWords, "features", f)
	}
	for i, s := range p.Supports {
		v.word(s, dialectWords, "supports", i)
	}
	v.window(p.SettlesWithin.ByID, "settles-within", "by-id")
	v.window(p.SettlesWithin.ByFilter, "settles-within", "by-filter")
	if asked := p.Cleanup == "command"; asked != (len(p.CleanupCommand) > 0) {
		if asked {
			v.fail("cleanup is command, but none is given; add cleanup-command", "cleanup")
		} else {
			v.fail("cleanup-command is given, but not asked for; add cleanup: command", "cleanup-command")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Arrange)) {
		v.word(name, arrangeWords, "arrange", name)
		if len(p.Arrange[name]) == 0 {
			v.fail(fmt.Sprintf("arrange has no command for %s; give a list of words, or leave it out", name), "arrange", name)
		}
	}
	v.levels(p.Levels)
	v.promises(p)
	v.deviations(p.Deviations)
	v.sources(p)
	return v.problems
}

// fail notes a problem with the value at the keys.
func (v *validator) fail(message string, keys ...any) {
	var t *token.Token
	if n := v.node(keys...); n != nil {
		t = n.GetToken()
	}
	v.problems = append(v.problems, v.at(t, message))
}

// word notes a value that is not among the known ones. The empty value is the
// default.
func (v *validator) word(got string, known []string, keys ...any) {
	if got == "" && len(keys) == 1 || slices.Contains(known, got) {
		return
	}
	v.fail(fmt.Sprintf("%s: unknown word %q%s", keys[0], got, suggest(got, known)), keys...)
}

func (v *validator) headers(headers map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		switch {
		case !headerForm.MatchString(name):
			v.fail(fmt.Sprintf("%q is no name of an HTTP header; it may hold letters, digits and hyphens", name), "headers", name)
		case strings.EqualFold(name, "Authorization"):
			v.fail("credentials do not belong in a profile; set SCIMTEST_TOKEN, or use --token-file or --token-command", "headers", name)
		case strings.ContainsAny(headers[name], "\r\n\x00"):
			v.fail(fmt.Sprintf("the value of header %s has a line break; a header is one line", name), "headers", name)
		}
	}
}

func (v *validator) send(send map[string]map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(send)) {
		v.typeName(name, "send", name)
		for _, attr := range slices.Sorted(maps.Keys(send[name])) {
			if strings.EqualFold(attr, "id") || strings.EqualFold(attr, "meta") {
				v.fail(fmt.Sprintf("%s is given by the service provider; leave it out", attr), "send", name, attr)
			}
		}
	}
}

// typeName notes a name that no resource type has: an endpoint, or another
// spelling of a name of the RFCs.
func (v *validator) typeName(name string, keys ...any) {
	if !typeNameForm.MatchString(name) {
		v.fail(fmt.Sprintf("%q is no name of a resource type; write it like Group", name), keys...)
		return
	}
	for _, known := range []string{"User", "Group"} {
		if name != known && strings.EqualFold(strings.TrimSuffix(strings.ToLower(name), "s"), known) {
			v.fail(fmt.Sprintf("%q is no name of a resource type; did you mean %q?", name, known), keys...)
		}
	}
}

// method notes what is neither a method nor a method with an endpoint.
func (v *validator) method(s string, keys ...any) {
	word, endpoint, more := strings.Cut(s, " ")
	v.word(word, methodWords, keys...)
	if more && (!strings.HasPrefix(endpoint, "/") || strings.ContainsAny(endpoint, " ?#")) {
		v.fail(fmt.Sprintf("%q has no endpoint behind the method; write it like DELETE /Users", s), keys...)
	}
}

func (v *validator) window(d time.Duration, keys ...any) {
	if d < 0 {
		v.fail("a time to wait is not below zero; leave it out when nothing has to settle", keys...)
	}
}

func (v *validator) levels(levels map[string]LevelChange) {
	for _, id := range slices.Sorted(maps.Keys(levels)) {
		if levels[id].Level == "" {
			v.fail(fmt.Sprintf("the change of %s has no level; it can be %s", id, strings.Join(levelWords, ", ")), "levels", id)
			continue
		}
		v.word(levels[id].Level, levelWords, "levels", id, "level")
		if strings.TrimSpace(levels[id].Reason) == "" {
			v.fail(fmt.Sprintf("the changed level of %s has no reason; add one, the report shows it", id), "levels", id)
		}
	}
}
