package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

func textOf(t *testing.T, r *engine.Report, o reports.TextOptions) string {
	t.Helper()
	return string(render(t, func(b *bytes.Buffer) error { return reports.Text(b, r, o) }))
}

const target = "https://scim.example.com/v2?tenant=a&b=c"

func TestTextGolden(t *testing.T) {
	files := []string{"scimtest-report/junit.xml", "scimtest-report/report.json"}
	for name, o := range map[string]reports.TextOptions{
		"text":         {BaseArg: target, Files: files},
		"text-verbose": {BaseArg: target, Files: files, Verbose: true},
		"text-color":   {BaseArg: target, Color: true},
		"text-narrow":  {Width: 48},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name+".golden", []byte(textOf(t, rich(), o))) })
	}
}

// A finding looks as the architecture has it.
func TestAFailureInFull(t *testing.T) {
	r := rich()
	r.Seed = 1
	res := r.Find("patch.remove.value-filter-removes-only-matches")
	res.Breaks = []string{"E51"}
	res.Findings = res.Findings[1:]
	r.Results = []engine.Result{*res}
	assert.Contains(t, textOf(t, r, reports.TextOptions{BaseArg: "https://scim.example.com/v2"}), `
FAIL patch.remove.value-filter-removes-only-matches          MUST  RFC 7644 section 3.5.2.2
     PATCH remove with a value filter removes the matching values and no others
     GET /Users/{id} (200)   emails[type eq "home"]
       want  present
       got   absent
     after   PATCH /Users/{id} (200)   [{"op":"remove","path":"emails[type eq \"work\"]"}]
     breaks  Entra ID: filtered remove (E51)
     again   scimtest run https://scim.example.com/v2 patch.remove.value-filter-removes-only-matches
     curl    curl -sS 'https://scim.example.com/v2/Users/2819c223?tenant=a&b=c' `)
}

func TestOnlyAskedForColours(t *testing.T) {
	assert.NotContains(t, textOf(t, rich(), reports.TextOptions{Verbose: true}), "\x1b")
	plain := textOf(t, rich(), reports.TextOptions{})
	colored := textOf(t, rich(), reports.TextOptions{Color: true})
	assert.Contains(t, colored, "\x1b[31m")
	for _, code := range []string{"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[0m"} {
		colored = strings.ReplaceAll(colored, code, "")
	}
	assert.Equal(t, plain, colored)
}

// Lines fit, but for those that are for copying, and words that are too long.
func TestLinesFit(t *testing.T) {
	for _, width := range []int{60, 80, 132} {
		for l := range strings.Lines(textOf(t, rich(), reports.TextOptions{Width: width})) {
			l = strings.TrimSuffix(l, "\n")
			if head, _, _ := strings.Cut(strings.TrimSpace(l), " "); head == "again" || head == "curl" || head == "next:" {
				continue
			}
			assert.LessOrEqual(t, utf8.RuneCountInString(l), width, l)
		}
	}
}

func TestAFailedPreflightIsAllThereIsToSay(t *testing.T) {
	r := untestable(engine.Unreachable + ": dial tcp: lookup scim.example.com; no such host; is the base URL https://scim.example.com/v2 right?")
	assert.Equal(t,
		"could not test: cannot reach the target: dial tcp: lookup scim.example.com; no such host\n"+
			"hint: is the base URL https://scim.example.com/v2 right?\n",
		textOf(t, r, reports.TextOptions{Files: []string{"junit.xml"}}))
	assert.Equal(t, "could not test: not run: interrupted\nhint: run it again\n",
		textOf(t, untestable("not run: interrupted"), reports.TextOptions{}))
}

func TestACleanRunIsShort(t *testing.T) {
	r := rich()
	r.Interrupted, r.Verdicts = false, r.Verdicts[:1]
	for i := range r.Results {
		r.Results[i].Outcome, r.Results[i].Reason, r.Results[i].Findings = engine.Pass, "", nil
	}
	count(r)
	assert.Equal(t, `run         4 pass
rfc         14 pass
okta        4 pass
invariants  1 pass

23 results: 23 pass
0 exchanges in 1m1.235s, run ab12cd34, seed 7

Okta, custom app  ready
`, textOf(t, r, reports.TextOptions{}))
}

func TestOneReasonIsOneLine(t *testing.T) {
	r := rich()
	for i := range 50 {
		r.Results = append(r.Results, engine.Result{Meta: meta("rfc", fmt.Sprintf("late.%d", i), "Late"), Outcome: engine.Blocked, Reason: "not run: interrupted"})
	}
	flow := engine.Result{Meta: meta("okta", "flow", "A flow"), Step: "first", Outcome: engine.Skip, Reason: "Okta never does it (okta.md)"}
	second, third := flow, flow
	second.Step, second.Reason = "second", "after: first (Okta never does it (okta.md))"
	third.Step, third.Reason = "third", "after: second (after: first (Okta never does it (okta.md)))"
	r.Results = append(r.Results, flow, second, third)
	text := textOf(t, r, reports.TextOptions{})
	assert.Contains(t, text, "??   50 results: not run: interrupted\n")
	assert.Contains(t, text, "??   2 results: could not arrange: POST /Users answers 500, want 201\n")
	assert.Contains(t, text, "??   leaver.okta-oin: an earlier step of the flow did not pass\n")
	assert.Contains(t, text, "-    3 results: Okta never does it (okta.md)\n")
	assert.NotContains(t, text, "late.")
}

func TestFailuresAreGroupedByCause(t *testing.T) {
	r := rich()
	for i := range 3 {
		r.Results = append(r.Results, engine.Result{
			Meta: meta("rfc", fmt.Sprintf("same.%d", i), "Same"), Outcome: engine.Fail, Reason: "userName is absent",
			Findings:  []engine.Finding{{Message: "note", Advisory: true}, {Message: "userName is absent", Where: "userName", Want: "present", Got: "absent", Exchange: 1}},
			Exchanges: r.Results[4].Exchanges,
		})
	}
	r.Results = append(r.Results, engine.Result{
		Meta: meta("rfc", "same.otherwise", "Same"), Outcome: engine.Fail,
		Findings:  []engine.Finding{{Message: "title is absent", Where: "title", Want: "present", Got: "absent", Exchange: 2}},
		Exchanges: r.Find("patch.remove.value-filter-removes-only-matches").Exchanges,
	})
	text := textOf(t, r, reports.TextOptions{})
	assert.Contains(t, text, `
3 checks fail: PATCH /Users/{id} answers 501
     in   patch.replace.sub-attribute, patch.add.new-value, leaver.okta-oin
3 checks fail: POST /Users: userName is absent
     in   same.0, same.1, same.2
2 checks fail: GET /Users/{id} after PATCH /Users/{id} (200)
       1  emails[type eq "home"] is absent
       1  title is absent
     in   patch.remove.value-filter-removes-only-matches, same.otherwise
`)
	assert.NotContains(t, text, "1 checks")
	assert.Contains(t, text, "next: scimtest run patch.replace.sub-attribute --seed 7\n", "the first of the most common cause")
}

// What a step reads is the work of a step before it.
func TestAReadNamesTheWriteBeforeIt(t *testing.T) {
	r := rich()
	leaves, kept := r.Find("leaver.okta-oin/leaves"), r.Find("leaver.okta-oin/kept")
	leaves.Outcome, leaves.Findings = engine.Pass, nil
	leaves.Exchanges = []*scim.Exchange{
		exchange("PATCH", "/Users/11", "", `{"Operations":[{"op":"replace","value":{"active":false}}]}`, 204, ""),
		exchange("PATCH", "/Users/12", "", `{"Operations":[]}`, 200, ""), // another one
	}
	kept.Outcome, kept.Reason = engine.Fail, "active has another value"
	kept.Findings = []engine.Finding{{Message: "active has another value", Where: "active", Want: "false", Got: "true", Exchange: 1}}
	kept.Exchanges = []*scim.Exchange{exchange("GET", "/Users/11", "", "", 200, "{}")}
	text := textOf(t, r, reports.TextOptions{})
	assert.Contains(t, text, `       got   true
     after   PATCH /Users/{id} (204)   [{"op":"replace","value":{"active":false}}]
`)

	leaves.Exchanges = []*scim.Exchange{exchange("POST", "/Users", "", `{"userName":"`+strings.Repeat("x", 400)+`"}`, 201, `{"id":"11"}`)}
	assert.Regexp(t, `after   POST /Users \(201\)   \{"userName":"x{287} \.\.\.\n`, textOf(t, r, reports.TextOptions{Width: 1000}))
	leaves.Exchanges[0].Response.Body = scim.Body(`{"id":"12"}`)
	assert.NotContains(t, textOf(t, r, reports.TextOptions{}), "after   POST")
	leaves.Exchanges[0].Request.Path = "/Bulk"
	assert.Contains(t, textOf(t, r, reports.TextOptions{}), "after   POST /Bulk (201)")
}

// The verdict names its reasons, and of many the first.
func TestVerdictsNameTheirReasons(t *testing.T) {
	r := rich()
	text := textOf(t, r, reports.TextOptions{})
	assert.Contains(t, text, "Okta, catalog app     would break: no PATCH\n")
	assert.Contains(t, text, "Entra, with the flag  undecided: joiner/joins: not run: interrupted\n")

	r.Verdicts[1].Why = []string{"no PATCH", "one", "two", "three"}
	assert.Contains(t, textOf(t, r, reports.TextOptions{}), "would break: no PATCH; one; and 2 more reasons\n")
	assert.Contains(t, textOf(t, r, reports.TextOptions{Verbose: true}), "would break: no PATCH; one; two; three\n")
}

// A success that should have been a refusal is not the cause of another.
func TestUnwantedSuccessIsNoCommonCause(t *testing.T) {
	r := rich()
	r.Results = nil
	for _, want := range []string{"400", "404"} {
		r.Results = append(r.Results, engine.Result{
			Meta: meta("rfc", "refuse."+want, "Refuses"), Outcome: engine.Fail,
			Findings:  []engine.Finding{{Message: "GET /Users answers 200, want " + want, Where: "status", Want: want, Got: "200", Exchange: 1}},
			Exchanges: rich().Results[4].Exchanges,
		})
	}
	assert.NotContains(t, textOf(t, r, reports.TextOptions{}), "checks fail")
}

func TestManyFindingsAreSummedUp(t *testing.T) {
	r := rich()
	res := r.Find("data.hostile")
	for i := range 30 {
		res.Findings = append(res.Findings, engine.Finding{Message: fmt.Sprintf("finding %d", i)})
	}
	text := textOf(t, r, reports.TextOptions{})
	assert.Contains(t, text, "and 26 more findings in report.json")
	assert.NotContains(t, text, "finding 29")
	assert.Contains(t, textOf(t, r, reports.TextOptions{Verbose: true}), "finding 29")
}

func TestTheNextStepCleansUp(t *testing.T) {
	text := textOf(t, rich(), reports.TextOptions{BaseArg: target})
	assert.Contains(t, text, "clean up: scimtest clean '"+target+"' --run ab12cd34\n")
	assert.Contains(t, text, "again   scimtest run '"+target+"' delete.closes --seed 7\n")
	text = textOf(t, rich(), reports.TextOptions{BaseArg: target, Flags: []string{"--profile", "my acme.yaml"}})
	assert.Contains(t, text, "again   scimtest run '"+target+"' delete.closes --profile 'my acme.yaml' --seed 7\n")
}

func TestCitation(t *testing.T) {
	assert.Equal(t, "RFC 7644 section 3.5.2.2", reports.Citation([]string{"7644-3.5.2.2-03"}))
	assert.Equal(t, "RFC 7644 sections 3.5.2.1, 3.5.2; RFC 7643 section 2.4",
		reports.Citation([]string{"7644-3.5.2.1-01", "7643-2.4-07", "7644-3.5.2-02", "7644-3.5.2.1-09"}))
	assert.Empty(t, reports.Citation([]string{"nonsense", "7644-3", ""}))
}

func TestFindingText(t *testing.T) {
	r := rich().Find("data.hostile")
	assert.Equal(t, []string{
		"GET /Users/{id}?filter (200)   displayName",
		`  want  "Zoë Þórsdóttir 山田 太郎"`,
		`  got   <script>&"']]>red \x00\x0b\x7f \xff\xfe \u202egnp\u202c \ufffe [[ATTACHMENT|/etc/hosts]] ` + "\U0001F600 Zoë",
		"  seen  3 times",
	}, reports.FindingText(r, r.Findings[0]))
	assert.Equal(t, []string{"/Users", "  odd"}, reports.FindingText(r, engine.Finding{Message: "odd", Where: "/Users", Exchange: 9}))
	assert.Equal(t, []string{"  odd"}, reports.FindingText(r, engine.Finding{Message: "odd"}))
	assert.Empty(t, reports.FindingText(r, engine.Finding{}))
}

// A verdict in full says of each cause what shows it and what to do.
func TestVerdictGolden(t *testing.T) {
	var b bytes.Buffer
	for _, v := range rich().Verdicts {
		found, err := reports.Verdict(&b, rich(), v.Dialect, 0)
		assert.True(t, found)
		assert.NoError(t, err)
	}
	golden(t, "verdict.golden", b.Bytes())
	found, err := reports.Verdict(&b, rich(), "nobody", 0)
	assert.False(t, found)
	assert.NoError(t, err)
}
