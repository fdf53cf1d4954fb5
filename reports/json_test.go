package reports_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scimtest/scimtest/reports"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

func jsonOf(t *testing.T, r *engine.Report) []byte {
	t.Helper()
	return render(t, func(b *bytes.Buffer) error { return reports.JSON(b, r) })
}

func TestJSONGolden(t *testing.T) { golden(t, "report.golden.json", jsonOf(t, small())) }

// small is a report with every key of the JSON form.
func small() *engine.Report {
	r := rich()
	r.Strict, r.Target.Name, r.Target.Embedded = true, "staging", true
	res := *r.Find("patch.remove.value-filter-removes-only-matches")
	res.FormerIDs, res.Needs, res.Catches = []string{"patch.remove.filter"}, []engine.Feature{engine.Patch}, []string{"patch-ignored"}
	res.Sources = []engine.Ref{{Key: "Okta", Title: "okta.example.com", Mark: "observed"}}
	res.Dialect, res.Step, res.WaivedOutcome, res.Outcome = "okta-oin", "removed", engine.Fail, engine.Waived
	res.Provisional, res.Alone, res.ReadOnly = true, true, true
	res.Findings[0].Count = 4
	x := exchange("GET", "/Users/1", "attributes=id", "", 0, "")
	x.Request.NoAuth = true
	y := exchange("GET", "/Users/1", "", "", 200, "\xff\xfe")
	y.Response.Truncated = true
	res.Exchanges = append(res.Exchanges, x, y)
	r.Results = []engine.Result{res}
	return r
}

// The description names every key that the file can have.
func TestEveryKeyIsDescribed(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "docs", "report-json.md"))
	require.NoError(t, err)
	var described []string
	for _, code := range regexp.MustCompile("`[^`]+`").FindAllString(string(doc), -1) {
		described = append(described, regexp.MustCompile(`\w+`).FindAllString(code, -1)...)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for k, e := range v {
				assert.Contains(t, described, k)
				if k != "header" && k != "counts" {
					walk(e)
				}
			}
		}
	}
	var file any
	require.NoError(t, json.Unmarshal(jsonOf(t, small()), &file))
	walk(file)
}

func TestJSONReadsBackIntoTheSameValue(t *testing.T) {
	for name, want := range variants() {
		t.Run(name, func(t *testing.T) {
			if hostile := want.Find("data.hostile"); hostile != nil && hostile.Findings != nil {
				// The engine makes texts of results valid.
				hostile.Findings[0].Got = strings.ToValidUTF8(hostile.Findings[0].Got, `\xff`)
			}
			got, err := reports.ReadJSON(bytes.NewReader(jsonOf(t, want)))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

// A target may answer bytes that are no text, in every place. The engine makes
// them visible in what is text and keeps them in bodies, so that the file
// loses nothing of the report.
func TestJSONReadsBackWhatATargetAnswers(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", scim.MediaType)
		w.Header().Set("X-Odd", "caf\xe9")
		w.Header().Add("Set-Cookie", "session=5ecret; Path=/\xe9")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte("{\"status\":\"418\",\"detail\":\"caf\xe9\"}"))
			return
		}
		_, _ = w.Write([]byte(`{"schemas":["` + scim.ListResponseURN + `"],"totalResults":0,"Resources":[]}`))
	}))
	defer target.Close()
	client, err := scim.NewClient(scim.Config{BaseURL: target.URL})
	require.NoError(t, err)
	defer client.Close()
	want, err := engine.Run(t.Context(), &engine.Plan{
		Target: client, BaseURL: target.URL, RunID: "ab12cd34",
		Checks: []engine.Check{{Meta: meta("rfc", "create.user", "A user is created"), Body: func(t *engine.T) {
			a := t.Post(scim.UsersEndpoint, t.NewUser())
			t.Expect(false, a, "header X-Odd", "text", a.Exchange().Response.Header.Get("X-Odd"), "X-Odd is no text")
		}}},
	})
	require.NoError(t, err)
	file := jsonOf(t, want)
	assert.True(t, utf8.Valid(file))
	assert.NotContains(t, string(file), "5ecret")
	got, err := reports.ReadJSON(bytes.NewReader(file))
	require.NoError(t, err)
	created := got.Find("create.user")
	require.Equal(t, engine.Fail, created.Outcome)
	assert.Contains(t, created.Findings[0].Got, `caf\xe9`)
	assert.Equal(t, `caf\xe9`, created.Exchanges[0].Response.Header.Get("X-Odd"))
	assert.Contains(t, string(created.Exchanges[0].Response.Body), "caf\xe9")
	assert.Equal(t, want, got)
}

func TestJSONReadsBackWhateverItHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := anyReport(rt)
		var b bytes.Buffer
		require.NoError(rt, reports.JSON(&b, want))
		got, err := reports.ReadJSON(&b)
		require.NoError(rt, err)
		require.Equal(rt, want, got)
	})
}

// anyReport draws a report. Empty lists are nil, as the engine makes them.
func anyReport(t *rapid.T) *engine.Report {
	text := rapid.String()
	list := func(name string) []string {
		return nilIfEmpty(rapid.SliceOfN(text, 0, 3).Draw(t, name))
	}
	moment := func(name string) time.Time {
		return time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, name), rapid.Int64Range(0, 1e9-1).Draw(t, name+" ns")).UTC()
	}
	header := func(name string) http.Header {
		h := http.Header{}
		for _, k := range list(name) {
			h[k] = rapid.SliceOfN(text, 1, 2).Draw(t, name+" values")
		}
		if len(h) == 0 {
			return nil
		}
		return h
	}
	body := func(name string) scim.Body {
		return scim.Body(nilIfEmpty(rapid.SliceOf(rapid.Byte()).Draw(t, name)))
	}
	anExchange := func() *scim.Exchange {
		x := &scim.Exchange{
			Request: scim.Request{Method: text.Draw(t, "method"), Path: text.Draw(t, "path"), RawQuery: text.Draw(t, "query"),
				Header: header("header"), Body: body("sent"), NoAuth: rapid.Bool().Draw(t, "no auth")},
			Started: moment("started"), Elapsed: time.Duration(rapid.Int64().Draw(t, "elapsed")),
		}
		if rapid.Bool().Draw(t, "answered") {
			x.Response = &scim.Response{Status: rapid.IntRange(100, 599).Draw(t, "status"), Header: header("answer"), Body: body("got")}
		} else {
			x.Error, x.Phase = text.Draw(t, "error"), scim.PhaseConnect
		}
		return x
	}
	outcome := rapid.SampledFrom(engine.Outcomes)
	r := &engine.Report{
		SchemaVersion: engine.SchemaVersion, Tool: engine.Build{Name: text.Draw(t, "tool"), Version: text.Draw(t, "version")},
		Target: engine.TargetInfo{BaseURL: text.Draw(t, "url"), Name: text.Draw(t, "name"), Profile: text.Draw(t, "profile")},
		RunID:  text.Draw(t, "run"), Seed: rapid.Int64().Draw(t, "seed"), Started: moment("start"),
		ElapsedMS: rapid.Float64Range(0, 1e9).Draw(t, "ms"), Strict: rapid.Bool().Draw(t, "strict"),
		Summary: engine.Summary{Counts: rapid.MapOfN(outcome, rapid.Int(), 0, 7).Draw(t, "counts"), WaitedMS: rapid.Float64Range(0, 1e9).Draw(t, "waited")},
	}
	for range rapid.IntRange(1, 3).Draw(t, "results") {
		res := engine.Result{
			Meta:    engine.Meta{ID: text.Draw(t, "id"), Suite: text.Draw(t, "suite"), Title: text.Draw(t, "title"), Requires: list("rows"), Breaks: list("breaks")},
			Outcome: outcome.Draw(t, "outcome"), Reason: text.Draw(t, "reason"), Started: moment("result"), Step: text.Draw(t, "step"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "findings") {
			res.Findings = append(res.Findings, engine.Finding{
				Message: text.Draw(t, "message"), Where: text.Draw(t, "where"), Want: text.Draw(t, "want"), Got: text.Draw(t, "got"),
				Exchange: rapid.Int().Draw(t, "exchange"), Count: rapid.Int().Draw(t, "count"), Advisory: rapid.Bool().Draw(t, "advisory"),
			})
		}
		for range rapid.IntRange(0, 2).Draw(t, "exchanges") {
			res.Exchanges = append(res.Exchanges, anExchange())
		}
		r.Results = append(r.Results, res)
	}
	return r
}

func nilIfEmpty[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

func TestReadJSONRefusesWhatItCannotRead(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "this is not a report of scimtest: unexpected end of JSON input; give a report.json",
		"<testsuites/>":                     "this is not a report of scimtest: ",
		"[]":                                "this is not a report of scimtest: ",
		"{}":                                "this is not a report of scimtest: it has no schema_version; give a report.json",
		`{"schema_version":0}`:              "the report has schema_version 0 and this scimtest reads 1; run the test again",
		`{"schema_version":2,"seed":"new"}`: "the report has schema_version 2 and this scimtest reads 1; use a newer scimtest",
		`{"schema_version":1,"seed":"one"}`: "the report is damaged: ",
		`{"schema_version":1}{}`:            "this is not a report of scimtest: ",
	} {
		_, err := reports.ReadJSON(strings.NewReader(in))
		assert.ErrorContains(t, err, want, in)
	}
}

func TestWriteJSONReplacesTheWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<20), 0o600))
	require.NoError(t, reports.WriteJSON(path, rich()))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(jsonOf(t, rich())), string(got))
}

// What cannot be written leaves the old file, and nothing beside it.
func TestAFailedWriteLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	r := rich()
	r.ElapsedMS = math.NaN() // JSON has no such number
	require.Error(t, reports.WriteJSON(path, r))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}
