package scenario_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server/proxy"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
	"github.com/scimtest/scimtest/suites/scenario"
)

func serve(t *testing.T, faults ...string) string {
	t.Helper()
	server, err := reference.New(reference.Config{Faults: faults})
	require.NoError(t, err)
	target := httptest.NewServer(server)
	t.Cleanup(target.Close)
	return target.URL + "/scim/v2"
}

// run runs checks against a target.
func run(t *testing.T, baseURL string, checks ...engine.Check) *engine.Report {
	t.Helper()
	client, err := scim.NewClient(scim.Config{BaseURL: baseURL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	defer client.Close()
	report, err := engine.Run(t.Context(), &engine.Plan{
		Checks: checks, Target: client, BaseURL: baseURL, Tool: engine.Build{Version: "test"},
		Profile: &profile.Profile{Name: "generic", UserDomain: "staff.kestrelworks.io"}, // no name that is reserved, and so kept
	})
	require.NoError(t, err)
	return report
}

// life are the flows of a whole life; the others are played when all faults are
// asked for.
var life = []string{
	"connection-test", "joiner", "mover", "rename", "leaver", "rehire", "group-push", "group-member-added", "group-member-removed", "group-renamed",
	"group-deleted", "manager",
}

// everyFlow is made once: to make the dialects is dear.
var everyFlow = sync.OnceValue(lifecycle.Checks)

// flowsOf are the flows that a dialect plays.
func flowsOf(dialect string) (out []engine.Check) {
	for _, c := range everyFlow() {
		flow, _, _ := strings.Cut(c.ID, ".")
		if c.Dialect == dialect && (allFaults() || slices.Contains(life, flow)) {
			out = append(out, c)
		}
	}
	return out
}

// recording is a recording of the flows of a dialect, made through the proxy.
type recording struct {
	path    string
	rec     *har.Recording
	names   map[string]bool // what people were called
	summary proxy.Summary
}

func record(t *testing.T, dialect string, anonymize bool) recording {
	t.Helper()
	server, err := reference.New(reference.Config{})
	require.NoError(t, err)
	out := recording{path: filepath.Join(t.TempDir(), dialect+".har"), names: map[string]bool{}}
	var mu sync.Mutex
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		mu.Lock()
		namesIn(gjson.ParseBytes(body), out.names)
		mu.Unlock()
		server.ServeHTTP(w, r)
	}))
	defer target.Close()
	w, err := har.Create(out.path, "scimtest", "test")
	require.NoError(t, err)
	defer w.Close()
	p, err := proxy.New(proxy.Config{Target: target.URL + "/scim/v2", Anonymize: anonymize, Invariants: suites.All().Invariants})
	require.NoError(t, err)
	p.Record(w)
	running, err := p.Listen("127.0.0.1:0", nil)
	require.NoError(t, err)
	report := run(t, running.URL, flowsOf(dialect)...)
	require.NoError(t, running.Close())
	require.Zero(t, report.Summary.Counts[engine.Fail])
	out.summary = p.Summary()
	out.rec, err = har.ReadFile(out.path)
	require.NoError(t, err)
	return out
}

// text is everything in the recording that may tell of somebody, in lower case:
// schemas speak of members and addresses, whoever is called so, and times hold
// any number.
func (r recording) text() string {
	var b strings.Builder
	for _, x := range r.rec.Below(r.rec.BaseURL()) {
		if strings.HasPrefix(x.Request.Path, scim.SchemasEndpoint) || strings.HasPrefix(x.Request.Path, scim.ResourceTypesEndpoint) {
			continue
		}
		b.WriteString(x.Request.Path + " " + x.Request.RawQuery + " " + string(x.Request.Body) + " " + x.Error + "\n")
		if x.Response != nil {
			b.WriteString(string(x.Response.Body) + " " + x.Response.Header.Get("Location") + "\n")
		}
	}
	// An error speaks of a member, too.
	return times.ReplaceAllString(strings.NewReplacer(`"resources"`, "", "to be a member", "").Replace(strings.ToLower(b.String())), "")
}

var times = regexp.MustCompile(`\d{4}-\d\d-\d\dt[0-9:.z+-]+`)

// namesIn lists what tells of people.
func namesIn(v gjson.Result, out map[string]bool) {
	if strings.HasPrefix(v.Get("path").String(), "roles") {
		return // words of the application, which are kept
	}
	v.ForEach(func(k, item gjson.Result) bool {
		switch k.Str {
		case "roles":
			return true
		case "userName", "givenName", "familyName", "displayName", "externalId", "formatted", "locality": // numbers may be drawn again by chance
			if item.Type == gjson.String && len(item.Str) > 3 {
				out[item.Str] = true
			}
		}
		if item.IsObject() || item.IsArray() {
			namesIn(item, out)
		}
		return true
	})
}

func replay(t *testing.T, r recording, o scenario.ReplayOptions) engine.Check {
	t.Helper()
	check, err := scenario.Replay(r.path, r.rec, o)
	require.NoError(t, err)
	return check
}

func outcome(report *engine.Report) engine.Outcome {
	for i := range report.Results {
		if report.Results[i].Suite == scenario.Suite {
			return report.Results[i].Outcome
		}
	}
	return ""
}

// reason is why a replay is not green, with its findings.
func reason(report *engine.Report) string {
	var b strings.Builder
	for i := range report.Results {
		r := &report.Results[i]
		if r.Suite != scenario.Suite {
			continue
		}
		b.WriteString(r.Reason + "\n")
		for _, f := range r.Findings {
			b.WriteString(f.Message + " | " + f.Where + ": want " + f.Want + ", got " + f.Got + "\n")
			if f.Exchange > 0 {
				x := r.Exchanges[f.Exchange-1]
				b.WriteString(x.Request.Method + " " + x.Request.Path + "?" + x.Request.RawQuery + " " + string(x.Request.Body) + "\n")
				if x.Response != nil {
					b.WriteString(string(x.Response.Body) + "\n")
				}
			}
		}
	}
	return b.String()
}

// caught lists the faults that the flows of a dialect name, but for those that
// show in no answer, only when somebody logs in.
func caught(dialect string, flows ...string) (out []string) {
	for _, c := range flowsOf(dialect) {
		if len(flows) > 0 && !slices.ContainsFunc(flows, func(f string) bool { return strings.HasPrefix(c.ID, f+".") }) {
			continue
		}
		for _, f := range c.Catches {
			if !slices.Contains(out, f) && !strings.HasPrefix(f, "login-") {
				out = append(out, f)
			}
		}
	}
	return out
}

// The whole life of people in each dialect, recorded through the proxy, happens
// again on a fresh target, in order and with the overlap that it had, and not on
// one with a fault that it touches. The recording names nobody.
func TestWholeLife(t *testing.T) {
	for i, d := range lifecycle.Dialects() {
		if raceDetector && i%3 != 0 {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			r := record(t, d.Name, true)
			assert.Contains(t, namesOf(r.summary.Guess), d.Name, "recognized")
			assert.Empty(t, r.summary.Broken)

			for _, o := range []scenario.ReplayOptions{{}, {Timing: scenario.Recorded}} {
				report := run(t, serve(t), replay(t, r, o))
				require.Equal(t, engine.Pass, outcome(report), "%+v\n%s", o, reason(report))
				assert.Zero(t, report.ExitCode())
			}
			faults := 0
			for _, flow := range []string{"joiner", "mover", "leaver", "group-push", "group-member-removed"} {
				touched := caught(d.Name, flow)
				if len(touched) == 0 {
					continue // it does not play the flow
				}
				if !allFaults() {
					touched = touched[:1]
				}
				for _, f := range touched {
					report := run(t, serve(t, f), replay(t, r, scenario.ReplayOptions{}))
					assert.Equal(t, engine.Fail, outcome(report), "with %s\n%s", f, reason(report))
					assert.Equal(t, engine.ExitViolations, report.ExitCode())
					faults++
				}
			}
			assert.Positive(t, faults)

			require.NotEmpty(t, r.names)
			text := r.text()
			words := wordsOf(text)
			for name := range r.names {
				// Short words may be drawn again by chance.
				assert.False(t, len(name) > 7 && strings.Contains(text, strings.ToLower(name)), name)
				for word := range wordsOf(name) {
					assert.False(t, len(word) > 5 && words[word], "%s of %s", word, name)
				}
			}
		})
	}
}

// allFaults asks for all flows, and all faults that those of the test name, which
// takes minutes.
func allFaults() bool { return os.Getenv("SCIMTEST_ALL_FAULTS") != "" }

// wordsOf lists the words of a text in lower case.
func wordsOf(s string) map[string]bool {
	out := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out[word] = true
	}
	return out
}

// namesOf are the dialects that fit alike.
func namesOf(g mockidp.Guess) (out []string) {
	for _, d := range g.Dialects {
		out = append(out, d.Name)
	}
	return out
}

// A tenant that is full, with the very people of the recording in it, is as good
// as an empty one.
func TestFullTenant(t *testing.T) {
	r := record(t, "okta-aiw", false)
	report := run(t, serve(t), replay(t, r, scenario.ReplayOptions{KeepNames: true}))
	require.Equal(t, engine.Pass, outcome(report), reason(report))
	target := serve(t)
	for range 2 {
		report := run(t, target, replay(t, r, scenario.ReplayOptions{}))
		require.Equal(t, engine.Pass, outcome(report), reason(report))
	}
	// The people of the recording come to be there, and stay.
	client, err := scim.NewClient(scim.Config{BaseURL: target, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	defer client.Close()
	for _, x := range r.rec.Below(r.rec.BaseURL()) {
		if x.Request.Method == http.MethodPost && x.Request.Path == scim.UsersEndpoint {
			req := x.Request
			req.Header = http.Header{"Content-Type": {scim.MediaType}}
			client.Do(context.Background(), req)
		}
	}
	report = run(t, target, replay(t, r, scenario.ReplayOptions{}))
	require.Equal(t, engine.Pass, outcome(report), reason(report))
	report = run(t, target, replay(t, r, scenario.ReplayOptions{KeepNames: true}))
	assert.Equal(t, engine.Fail, outcome(report), "under their names they are in the way")
}
