package reports_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

func junitOf(t *testing.T, r *engine.Report) []byte {
	t.Helper()
	return render(t, func(b *bytes.Buffer) error { return reports.JUnit(b, r) })
}

func ingest(t *testing.T, r *engine.Report) []junit.Suite {
	t.Helper()
	suites, err := junit.Ingest(junitOf(t, r))
	require.NoError(t, err)
	return suites
}

// find returns the case of a name, as an independent reader sees it.
func find(t *testing.T, r *engine.Report, name string) junit.Test {
	t.Helper()
	for _, s := range ingest(t, r) {
		for _, c := range s.Tests {
			if c.Name == name {
				return c
			}
		}
	}
	require.Fail(t, "no case "+name)
	return junit.Test{}
}

// problem is the failure or error of a case.
func problem(t *testing.T, c junit.Test) junit.Error {
	t.Helper()
	var e junit.Error
	require.ErrorAs(t, c.Error, &e, c.Name)
	return e
}

func bodyOf(t *testing.T, r *engine.Report, name string) string {
	t.Helper()
	return problem(t, find(t, r, name)).Body
}

func TestJUnitGolden(t *testing.T) { golden(t, "junit.golden", junitOf(t, rich())) }

// variants are reports that take every branch of the writer.
func variants() map[string]*engine.Report {
	strict, named, empty := rich(), rich(), &engine.Report{SchemaVersion: engine.SchemaVersion}
	strict.Strict = true
	named.Target.Name = "staging"
	hour := rich()
	hour.Results[4].ElapsedMS = 12345678.9
	return map[string]*engine.Report{
		"rich": rich(), "strict": strict, "named": named, "empty": empty, "hour": hour,
		"untestable": untestable(engine.Unreachable + ": no such host; is the base URL right?"),
	}
}

func TestJUnitFollowsTheSchema(t *testing.T) {
	lint := xmllint(t)
	for name, r := range variants() {
		t.Run(name, func(t *testing.T) { lint(t, junitOf(t, r)) })
	}
}

// The schema is that of the Jenkins xUnit plugin, which refuses other files.
func xmllint(t *testing.T) func(*testing.T, []byte) {
	t.Helper()
	path, err := exec.LookPath("xmllint")
	if err != nil {
		if os.Getenv("SCIMTEST_REQUIRE_XMLLINT") != "" {
			t.Fatal("xmllint is not there; install libxml2-utils")
		}
		t.Skip("xmllint is not there; install libxml2-utils to check the files against junit-10.xsd")
	}
	return func(t *testing.T, file []byte) {
		t.Helper()
		cmd := exec.Command(path, "--noout", "--nonet", "--schema", filepath.Join("testdata", "junit-10.xsd"), "-")
		cmd.Stdin = bytes.NewReader(file)
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s", out)
	}
}

// An independent reader finds the same cases with the same status.
func TestJUnitReadsBack(t *testing.T) {
	status := map[engine.Outcome]junit.Status{
		engine.Pass: junit.StatusPassed, engine.Fail: junit.StatusFailed, engine.Advisory: junit.StatusSkipped,
		engine.Skip: junit.StatusSkipped, engine.Waived: junit.StatusSkipped, engine.Blocked: junit.StatusSkipped, engine.Broken: junit.StatusError,
	}
	r := rich()
	var want []string
	for i, name := range reports.Names(r) {
		want = append(want, name+" "+string(status[r.Results[i].Outcome]))
	}
	var got []string
	var totals junit.Totals
	for _, s := range ingest(t, r) {
		totals.Tests += s.Totals.Tests
		totals.Passed += s.Totals.Passed
		totals.Failed += s.Totals.Failed
		totals.Error += s.Totals.Error
		totals.Skipped += s.Totals.Skipped
		for _, c := range s.Tests {
			got = append(got, s.Name+" "+c.Classname+" "+c.Name+" "+string(c.Status))
		}
	}
	assert.Equal(t, want, got)
	n := r.Summary.Counts
	assert.Equal(t, junit.Totals{
		Tests: len(r.Results), Passed: n[engine.Pass], Failed: n[engine.Fail], Error: n[engine.Broken],
		Skipped: n[engine.Advisory] + n[engine.Skip] + n[engine.Waived] + n[engine.Blocked],
	}, totals)
}

// The counts that consumers take from the attributes are those of the cases.
func TestJUnitCountsAreRight(t *testing.T) {
	type suite struct {
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Errors   int     `xml:"errors,attr"`
		Skipped  int     `xml:"skipped,attr"`
		Time     float64 `xml:"time,attr"`
		Cases    []struct {
			Time    float64   `xml:"time,attr"`
			Failure *struct{} `xml:"failure"`
			Error   *struct{} `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	}
	var file struct {
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Errors   int     `xml:"errors,attr"`
		Suites   []suite `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(junitOf(t, rich()), &file))
	require.Len(t, file.Suites, 4)
	for _, s := range file.Suites {
		var n suite
		for _, c := range s.Cases {
			n.Tests++
			n.Time += c.Time
			if c.Failure != nil {
				n.Failures++
			}
			if c.Error != nil {
				n.Errors++
			}
			if c.Skipped != nil {
				n.Skipped++
			}
		}
		assert.Equal(t, []int{n.Tests, n.Failures, n.Errors, n.Skipped}, []int{s.Tests, s.Failures, s.Errors, s.Skipped})
		assert.InDelta(t, n.Time, s.Time, 0.002)
		file.Tests, file.Failures, file.Errors = file.Tests-n.Tests, file.Failures-n.Failures, file.Errors-n.Errors
	}
	assert.Zero(t, file.Tests)
	assert.Zero(t, file.Failures)
	assert.Zero(t, file.Errors)
}

func TestNamesAreUniqueAndStable(t *testing.T) {
	names := reports.Names(rich())
	golden(t, "names.golden", []byte(strings.Join(names, "\n")+"\n"))
	slices.Sort(names)
	assert.Len(t, slices.Compact(names), len(rich().Results))

	other := untestable("why")
	assert.Equal(t, reports.Names(rich()), reports.Names(other), "the outcome is not in a name")

	named := rich()
	named.Target.Name = "staging"
	assert.Equal(t, "staging.rfc scimtest.staging.rfc.create minimal-user", reports.Names(named)[4])
}

func TestFailureRepeatsItsMessageFirst(t *testing.T) {
	for _, s := range ingest(t, rich()) {
		for _, c := range s.Tests {
			if c.Error == nil {
				continue
			}
			e := problem(t, c)
			first, rest, _ := strings.Cut(e.Body, "\n")
			assert.NotEmpty(t, e.Message, c.Name)
			assert.Equal(t, e.Message, first, c.Name)
			assert.NotEmpty(t, rest, c.Name)
			assert.True(t, strings.HasPrefix(e.Type, "scimtest."), e.Type)
			assert.LessOrEqual(t, len(e.Body), 16<<10)
			assert.LessOrEqual(t, len(c.SystemOut), 32<<10)
		}
	}
}

func TestTypesOfFailures(t *testing.T) {
	kind := func(r *engine.Report, name string) string {
		return problem(t, find(t, r, name)).Type
	}
	r := rich()
	assert.Equal(t, "scimtest.must", kind(r, "value-filter-removes-only-matches"))
	assert.Equal(t, "scimtest.idp", kind(r, "leaves"))
	assert.Equal(t, "Okta, catalog app: PATCH /Users/{id} answers 501, want 200 or 204", find(t, r, "leaves").Message)
	assert.Equal(t, "scimtest.broken", kind(r, "read"))
	assert.Equal(t, junit.StatusSkipped, find(t, r, "locale").Status)
	r.Strict = true
	assert.Equal(t, "scimtest.should", kind(r, "locale"))
}

func TestOutputIsForFailuresAlone(t *testing.T) {
	assert.Empty(t, find(t, rich(), "minimal-user").SystemOut)
	assert.Contains(t, find(t, rich(), "sub-attribute").SystemOut, "PATCH /Users/7\n")
}

func TestLongContentIsCut(t *testing.T) {
	out := find(t, rich(), "hostile").SystemOut
	assert.Less(t, len(out), 5000)
	assert.Regexp(t, `\n\.\.\. \d+ more bytes in report\.json\n`, out)

	r := rich()
	res := r.Find("data.hostile")
	for i := range 500 {
		res.Findings = append(res.Findings, engine.Finding{Message: fmt.Sprintf("%d %s", i, strings.Repeat("much ", 50))})
		res.Exchanges = append(res.Exchanges, res.Exchanges[0])
	}
	res.Reason = strings.Repeat("much ", 5000)
	c := find(t, r, "hostile")
	assert.LessOrEqual(t, len(c.Message), 1<<10)
	assert.LessOrEqual(t, len(problem(t, c).Body), 16<<10)
	assert.LessOrEqual(t, len(c.SystemOut), 32<<10)
	assert.Contains(t, c.SystemOut, "more bytes in report.json")
}

// Of many exchanges, the output keeps those that decided the outcome.
func TestOutputKeepsTheDecisiveExchanges(t *testing.T) {
	r := rich()
	res := r.Find("patch.remove.value-filter-removes-only-matches")
	var many []*scim.Exchange
	for range 150 {
		many = append(many, exchange("POST", "/Users", "", `{"userName":"`+strings.Repeat("x", 1000)+`"}`, 201, "{}"))
	}
	res.Exchanges = append(many, res.Exchanges...)
	for i := range res.Findings {
		res.Findings[i].Exchange = 152
	}
	out := find(t, r, "value-filter-removes-only-matches").SystemOut
	assert.Contains(t, out, "The decisive of 152 exchanges; the others are in report.json.\n\n[151] PATCH /Users/2819c223\n")
	assert.Contains(t, out, "[152] GET /Users/2819c223\n")
	assert.NotContains(t, out, "POST")
}

// The lines for copying send the write before they read.
func TestFailureReproducesTheWrite(t *testing.T) {
	body := bodyOf(t, rich(), "value-filter-removes-only-matches")
	assert.Regexp(t, "Reproduce:\n  curl -sS -X PATCH .*\n  curl -sS 'https://scim.example.com/v2/Users/2819c223", body)
}

// What a server answers is shown, and does nothing.
func TestHostileTextIsVisibleAndDead(t *testing.T) {
	body := bodyOf(t, rich(), "hostile")
	assert.Contains(t, body, `<script>&"']]>red \x00\x0b\x7f \xff\xfe \u202egnp\u202c \ufffe [ [ATTACHMENT|/etc/hosts]]`)
	assert.Contains(t, body, "Zoë Þórsdóttir 山田 太郎")
	assert.NotContains(t, string(junitOf(t, rich())), "[[ATTACHMENT")
}

func TestWriteJUnitSplits(t *testing.T) {
	r := rich()
	r.Results = r.Results[:1]
	for i := range 10001 {
		r.Results = append(r.Results, engine.Result{Meta: meta("rfc", fmt.Sprintf("many.case-%d", i), "One of many"), Outcome: engine.Pass})
	}
	dir := t.TempDir()
	files, err := reports.WriteJUnit(filepath.Join(dir, "junit.xml"), r)
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		suites, err := junit.IngestFile(f)
		require.NoError(t, err)
		n := 0
		for _, s := range suites {
			n += s.Totals.Tests
			for _, c := range s.Tests {
				names = append(names, s.Name+" "+c.Classname+" "+c.Name)
			}
		}
		assert.LessOrEqual(t, n, 5000)
	}
	assert.Equal(t, []string{"junit-001.xml", "junit-002.xml", "junit-003.xml"}, base(files))
	assert.Equal(t, reports.Names(r), names)
}

func TestWriteJUnitSplitsByBytes(t *testing.T) {
	r := rich()
	r.Results = nil
	for i := range 200 {
		x := exchange("GET", "/Users/1", "", "", 200, strings.Repeat("\"", 4000))
		r.Results = append(r.Results, engine.Result{
			Meta: meta("rfc", fmt.Sprintf("big.case-%d", i), "One that is big"), Outcome: engine.Fail, Reason: "wrong",
			Exchanges: []*scim.Exchange{x, x, x, x, x, x, x, x},
		})
	}
	files, err := reports.WriteJUnit(filepath.Join(t.TempDir(), "junit.xml"), r)
	require.NoError(t, err)
	require.Greater(t, len(files), 1)
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(t, err)
		assert.Less(t, info.Size(), int64(21<<20))
	}
}

func base(files []string) (out []string) {
	for _, f := range files {
		out = append(out, filepath.Base(f))
	}
	return out
}

func TestWriteJUnitLeavesOneFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "junit.xml")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	files, err := reports.WriteJUnit(path, rich())
	require.NoError(t, err)
	assert.Equal(t, []string{path}, files)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(junitOf(t, rich())), string(got))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestWriteJUnitSaysWhatIsWrong(t *testing.T) {
	files, err := reports.WriteJUnit(filepath.Join(t.TempDir(), "missing", "junit.xml"), rich())
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.Empty(t, files)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWritersReturnErrors(t *testing.T) {
	assert.ErrorIs(t, reports.JUnit(brokenWriter{}, rich()), io.ErrShortWrite)
	assert.ErrorIs(t, reports.JSON(brokenWriter{}, rich()), io.ErrShortWrite)
	assert.ErrorIs(t, reports.Text(brokenWriter{}, rich(), reports.TextOptions{}), io.ErrShortWrite)
}

// The engine's own words decide on the type of a failed preflight.
func TestFailedPreflightIsAnErrorOfItsKind(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	defer refusing.Close()
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	defer html.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	for url, kind := range map[string]string{
		refusing.URL: "scimtest.auth", html.URL: "scimtest.unreachable", closed.URL: "scimtest.unreachable",
	} {
		client, err := scim.NewClient(scim.Config{BaseURL: url})
		require.NoError(t, err)
		defer client.Close()
		r, err := engine.Run(t.Context(), &engine.Plan{
			Target: client, BaseURL: url, RunID: "ab12cd34",
			Checks: []engine.Check{{Meta: meta("rfc", "some.check", "Something works"), Body: func(*engine.T) {}}},
		})
		require.NoError(t, err)
		for _, name := range []string{"preflight", "completed"} {
			c := find(t, r, name)
			require.Equal(t, junit.StatusError, c.Status, name)
			assert.Equal(t, kind, problem(t, c).Type)
		}
		assert.Equal(t, junit.StatusSkipped, find(t, r, "check").Status)
	}
}

// FuzzJUnit puts arbitrary bytes wherever a server or a user can put some.
func FuzzJUnit(f *testing.F) {
	for _, seed := range []string{"", hostile, "]]>", "\x1b[", "\x1b]8;;", "\xf0\x9f", "\xef", "\ufffd", "\u0085\u2028", "&#0;", "a\rb\r\nc", strings.Repeat("\x00", 10000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		file := junitOf(t, arbitrary(s))
		d := xml.NewDecoder(bytes.NewReader(file))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		suites, err := junit.Ingest(file)
		require.NoError(t, err)
		require.Len(t, suites, 1)
		require.Len(t, suites[0].Tests, len(engine.Outcomes))
		for _, c := range suites[0].Tests {
			if c.Error != nil {
				e := problem(t, c)
				require.True(t, strings.HasPrefix(e.Body, e.Message+"\n"))
				require.LessOrEqual(t, len(e.Body), 16<<10)
			}
		}
	})
}

// arbitrary is a report with the text everywhere.
func arbitrary(s string) *engine.Report {
	r := &engine.Report{
		SchemaVersion: engine.SchemaVersion, Tool: engine.Build{Version: s}, RunID: s,
		Target:   engine.TargetInfo{BaseURL: s, Name: s, Profile: s},
		Verdicts: []engine.Verdict{{Dialect: s, Label: s, Readiness: engine.Ready, Why: []string{s, s}}},
	}
	for _, o := range engine.Outcomes {
		x := exchange("GET", "/"+s, s, s, 200, s)
		x.Request.Header[http.CanonicalHeaderKey(s)] = []string{s}
		silent := exchange("POST", s, "", s, 0, "")
		silent.Error = s
		r.Results = append(r.Results, engine.Result{
			Meta: engine.Meta{ID: "x." + string(o), Suite: "rfc", Title: s, Breaks: []string{s}, Requires: []string{s},
				Sources: []engine.Ref{{Key: s, Title: s, Mark: s}}},
			Outcome: o, Reason: s, Exchanges: []*scim.Exchange{x, silent},
			Findings: []engine.Finding{
				{Message: s, Where: s, Want: s, Got: s, Exchange: 1}, {Message: s, Exchange: 2, Advisory: true}, {Where: s, Exchange: 99},
			},
		})
	}
	count(r)
	return r
}
