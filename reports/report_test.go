package reports_test

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file in testdata; -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./reports -update")
	assert.Equal(t, string(want), string(got))
}

// render writes a report with a writer.
func render(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.Bytes()
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// exchange makes an exchange; a status of 0 is none.
func exchange(method, path, query, sent string, status int, got string) *scim.Exchange {
	x := &scim.Exchange{
		Request: scim.Request{Method: method, Path: path, RawQuery: query, Header: http.Header{
			"Accept": {scim.MediaType}, "Authorization": {"Bearer {{credential}}"},
		}},
		Started: noon.Add(2 * time.Second), Elapsed: 3 * time.Millisecond,
	}
	if sent != "" {
		x.Request.Body = scim.Body(sent)
		x.Request.Header["Content-Type"] = []string{scim.MediaType}
	}
	if status == 0 {
		x.Error, x.Phase = "the connection was closed: EOF", scim.PhaseExchange
		return x
	}
	x.Response = &scim.Response{Status: status, Header: http.Header{"Content-Type": {scim.MediaType}}, Body: scim.Body(got)}
	return x
}

// hostile is what a server may answer: markup, the end of a CDATA section,
// terminal sequences, characters that XML forbids, bytes that are no text,
// text that turns its direction, and a request to attach a file.
const hostile = "<script>&\"']]>\x1b[31mred\x1b[0m\x1b]0;title\x07 \x00\x0b\x7f \xff\xfe \u202egnp\u202c \ufffe \r\n[[ATTACHMENT|/etc/hosts]] \U0001F600 Zoë"

// rich is a report with every outcome and every kind of content.
func rich() *engine.Report {
	remove := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"emails[type eq \"work\"]"}]}`
	refused := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"501","detail":"PATCH is for the next version"}`
	unsupported := []engine.Finding{{
		Message: "PATCH /Users/{id} answers 501, want 200 or 204", Where: "status", Want: "200 or 204", Got: "501: PATCH is for the next version", Exchange: 1,
	}}
	results := []engine.Result{
		run("preflight", "A SCIM service provider answers and takes the credentials", engine.Pass, ""),
		run("completed", "The run tests everything that it set out to test", engine.Broken, "interrupted before everything was tested"),
		{Meta: engine.Meta{ID: "waivers", Suite: "run", Level: engine.Must, Title: "Every waiver is still needed"},
			Outcome: engine.Fail, Reason: "waiver matches nothing (patch.gone)",
			Findings: []engine.Finding{{Message: "waiver matches nothing", Where: "patch.gone"}, {Message: "waiver out of date since 2026-10-01", Where: "sort.ascending"}}},
		{Meta: engine.Meta{ID: "clean-up", Suite: "run", Level: engine.Should, Title: "Nothing of the run is left on the target"},
			Outcome: engine.Advisory, Reason: "resources could not be removed: 2; try: scimtest clean https://scim.example.com/v2 --run ab12cd34",
			Findings: []engine.Finding{{Message: "resources could not be removed", Where: "/Users", Count: 2, Advisory: true}}},

		{Meta: meta("rfc", "create.minimal-user", "POST creates a user with nothing but a userName", "7644-3.3-01"),
			Outcome: engine.Pass, ElapsedMS: 120.4,
			Exchanges: []*scim.Exchange{exchange("POST", "/Users", "", `{"userName":"ada"}`, 201, `{"id":"1"}`)}},
		{Meta: engine.Meta{ID: "patch.remove.value-filter-removes-only-matches", Suite: "rfc", Level: engine.Must,
			Title:    "PATCH remove with a value filter removes the matching values and no others",
			Requires: []string{"7644-3.5.2.2-03"}, Breaks: []string{"E51", "X99"}},
			Outcome: engine.Fail, Reason: `emails[type eq "home"] is absent`, ElapsedMS: 690,
			Findings: []engine.Finding{
				{Message: "the version did not change", Where: "meta.version", Want: "another", Got: `W/"1"`, Exchange: 2, Advisory: true},
				{Message: `emails[type eq "home"] is absent`, Where: `emails[type eq "home"]`, Want: "present", Got: "absent", Exchange: 2},
			},
			Exchanges: []*scim.Exchange{
				exchange("PATCH", "/Users/2819c223", "", remove, 200, `{"id":"2819c223","emails":[]}`),
				exchange("GET", "/Users/2819c223", "", "", 200, `{"id":"2819c223","emails":[]}`),
			}},
		{Meta: meta("rfc", "patch.replace.sub-attribute", "PATCH replace changes one sub-attribute", "7644-3.5.2.3-01", "7644-3.5.2.3-02", "7643-2.4-07"),
			Outcome: engine.Fail, Reason: unsupported[0].Message, Findings: unsupported,
			Exchanges: []*scim.Exchange{exchange("PATCH", "/Users/7", "", `{"Operations":[]}`, 501, refused)}},
		{Meta: meta("rfc", "patch.add.new-value", "PATCH add gives an attribute its value", "7644-3.5.2.1-01"),
			Outcome: engine.Fail, Reason: "PATCH /Users/{id} answers 501, want 200", Findings: []engine.Finding{{
				Message: "PATCH /Users/{id} answers 501, want 200", Where: "status", Want: "200", Got: "501: PATCH is for the next version", Exchange: 1,
			}},
			Exchanges: []*scim.Exchange{exchange("PATCH", "/Users/8", "", `{"Operations":[{"value":"`+strings.Repeat("long ", 2000)+`"}]}`, 501, refused)}},
		{Meta: meta("rfc", "data.hostile", "Text comes back as it was sent\nword by word", "7643-2.3.1-01"),
			Outcome: engine.Fail, Reason: "displayName has another value", Findings: []engine.Finding{
				{Message: "displayName has another value", Where: "displayName", Want: `"Zoë Þórsdóttir 山田 太郎"`, Got: hostile, Exchange: 1, Count: 3},
			},
			Exchanges: []*scim.Exchange{exchange("GET", "/Users/9%00", "filter=userName%20eq%20%22o'brien%22", "", 200, hostile+strings.Repeat("0123456789", 600))}},
		{Meta: meta("rfc", "delete.closes", "A deleted user answers 404", "7644-3.6-02"),
			Outcome: engine.Fail, Reason: "GET /Users/{id}: no answer: the connection was closed: EOF", Findings: []engine.Finding{
				{Message: "GET /Users/{id}: no answer: the connection was closed: EOF", Where: "status", Want: "404", Got: "no answer", Exchange: 1},
			},
			Exchanges: []*scim.Exchange{exchange("GET", "/Users/10", "", "", 0, "")}},
		{Meta: engine.Meta{ID: "sort.locale", Suite: "rfc", Level: engine.Should, Title: "Sorting follows the locale", Requires: []string{"7644-3.4.2.3-05"}},
			Outcome: engine.Advisory, Reason: "the order is that of code points",
			Findings: []engine.Finding{{Message: "the order is that of code points", Where: "userName", Want: "a locale", Got: "code points"}}},
		{Meta: meta("rfc", "bulk.create", "A bulk request creates users", "7644-3.7-01"), Outcome: engine.Skip, Reason: "bulk is not supported (ServiceProviderConfig)"},
		{Meta: meta("rfc", "bulk.circular", "A bulk request resolves circular references", "7644-3.7.1-01"), Outcome: engine.Skip, Reason: "bulk is not supported (ServiceProviderConfig)"},
		{Meta: meta("rfc", "etag.match", "If-Match is obeyed", "7644-3.14-01"), Outcome: engine.Waived, WaivedOutcome: engine.Fail,
			Reason:   "until 2027-01-31 (ISSUE-42): the next release has it: would fail: status 200, want 412",
			Findings: []engine.Finding{{Message: "PUT /Users/{id} answers 200, want 412", Where: "status", Want: "412", Got: "200"}}},
		{Meta: meta("rfc", "group.create", "POST creates a group", "7644-3.3-01"), Outcome: engine.Blocked, Reason: "could not arrange: POST /Users answers 500, want 201"},
		{Meta: meta("rfc", "group.rename", "A group is renamed", "7644-3.5.1-01"), Outcome: engine.Blocked, Reason: "could not arrange: POST /Users answers 500, want 201"},
		{Meta: meta("rfc", "me.read", "/Me is the caller", "7644-3.11-01"), Outcome: engine.Broken, Reason: "panic: runtime error: index out of range at me.go:12"},
		{Meta: meta("rfc", "ping", "An id of one segment is a name too"), Outcome: engine.Pass, ElapsedMS: -1},

		step("joins", "She is assigned", engine.Pass, "", nil),
		step("leaves", "She is unassigned", engine.Fail, unsupported[0].Message, unsupported),
		step("kept", "The target keeps her, inactive", engine.Blocked, "after: leaves", nil),
		{Meta: engine.Meta{ID: "gate.retry-after", Suite: "okta", Level: engine.IdP, Title: "Retry-After is in whole seconds"},
			Outcome: engine.Fail, Reason: "Retry-After is a date", Findings: []engine.Finding{{Message: "Retry-After is a date", Where: "header Retry-After"}}},
		{Meta: engine.Meta{ID: "error.status-string", Suite: "invariants", Level: engine.Must, Title: "The status of an error is a string", Requires: []string{"7644-3.12-02"}},
			Outcome: engine.Pass},
	}
	for i := range results {
		results[i].Started = noon.Add(time.Duration(i) * time.Second)
	}
	r := &engine.Report{
		SchemaVersion: engine.SchemaVersion,
		Tool:          engine.Build{Name: "scimtest", Version: "0.3.0", Commit: "0123abc", Go: "go1.26"},
		Target: engine.TargetInfo{BaseURL: "https://scim.example.com/v2?tenant=a&b=c", Profile: "generic",
			Features: []engine.FeatureState{{Feature: engine.Bulk, Source: "ServiceProviderConfig"}, {Feature: engine.Patch, Has: true, Source: "probe"}}},
		RunID: "ab12cd34", Seed: 7, Started: noon, ElapsedMS: 61234.5, Interrupted: true,
		Verdicts: []engine.Verdict{
			{Dialect: "okta-aiw", Label: "Okta, custom app", Readiness: engine.Ready},
			{Dialect: "okta-oin", Label: "Okta, catalog app", Readiness: engine.WouldBreak, Why: []string{"no PATCH"}, Causes: []engine.Cause{{
				Text: "no PATCH", Results: []string{"leaver.okta-oin/leaves"}, AdminSees: "a deprovisioning task: Not Implemented. Errors reported by remote server: " + strings.ReplaceAll(strings.ReplaceAll(hostile, "\xff", ""), "\xfe", ""),
				OnServer: []engine.Remedy{{Do: "answer PATCH with 200 or 204", Source: "okta.md 0"}},
				InIdP: []engine.Remedy{
					{Do: "a setting", Value: "off", Menu: "where it is", SideEffect: "another change", Source: "okta.md 1"},
					{Do: "another setting", Value: "on", Source: "okta.md 2"},
				},
			}}},
			{Dialect: "entra-legacy", Label: "Entra, legacy", Readiness: engine.WorksWithLimits, Why: []string{"manager: not known"}, Causes: []engine.Cause{{
				Text: "manager: not known", Results: []string{"manager.entra-legacy/set"}, OnServer: []engine.Remedy{{Do: "keep the manager"}},
			}}},
			{Dialect: "entra-compliant", Label: "Entra, with the flag", Readiness: engine.Undecided, Why: []string{"joiner/joins: not run: interrupted"}},
		},
		Results: results,
	}
	count(r)
	r.Summary.Exchanges, r.Summary.RateLimited, r.Summary.WaitedMS, r.Summary.TokenRefreshes = 1234, 2, 3500, 1
	return r
}

func count(r *engine.Report) {
	r.Summary = engine.Summary{Total: len(r.Results), Counts: map[engine.Outcome]int{}}
	for i := range r.Results {
		r.Summary.Counts[r.Results[i].Outcome]++
	}
}

func meta(suite, id, title string, requires ...string) engine.Meta {
	return engine.Meta{ID: id, Suite: suite, Title: title, Level: engine.Must, Requires: requires}
}

func run(id, title string, o engine.Outcome, reason string) engine.Result {
	return engine.Result{Meta: meta("run", id, title), Outcome: o, Reason: reason, Started: noon}
}

// step is a step of a leaver's flow, in Okta's words.
func step(id, title string, o engine.Outcome, reason string, findings []engine.Finding) engine.Result {
	r := engine.Result{
		Meta: engine.Meta{ID: "leaver.okta-oin", Suite: "okta", Dialect: "okta-oin", Level: engine.IdP, Title: title, Breaks: []string{"OKTA-Q03"},
			Sources: []engine.Ref{{Key: "Okta, SCIM 2.0 protocol reference", Title: "okta.example.com/scim", Mark: "documented"}}},
		Step: id, Outcome: o, Reason: reason, Findings: findings,
	}
	if len(findings) > 0 {
		r.Exchanges = []*scim.Exchange{exchange("PATCH", "/Users/11", "", `{"Operations":[]}`, 501, "{}")}
	}
	return r
}

// untestable is the report of a run whose preflight failed.
func untestable(reason string) *engine.Report {
	r := rich()
	r.Interrupted, r.Verdicts = false, nil
	for i := range r.Results {
		res := &r.Results[i]
		res.Findings, res.Exchanges, res.ElapsedMS = nil, nil, 0
		res.Outcome, res.WaivedOutcome, res.Reason = engine.Blocked, "", reason
	}
	r.Find("preflight").Outcome = engine.Broken
	r.Find("waivers").Outcome, r.Find("waivers").Reason = engine.Skip, "no waivers given"
	r.Find("clean-up").Outcome, r.Find("clean-up").Reason = engine.Skip, "nothing was created"
	count(r)
	return r
}
