package gates_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/gates"
)

var update = flag.Bool("update", false, "write the golden requests anew")

// play runs the checks of some gates, or single ones, against a reference.
func play(t *testing.T, cfg reference.Config, names ...string) *engine.Report {
	t.Helper()
	cfg.Token = "secret"
	server, err := reference.New(cfg)
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { running.Close() })
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return playOn(t, client, running.URL, names...)
}

func playOn(t *testing.T, target scim.Doer, url string, names ...string) *engine.Report {
	t.Helper()
	plan := &engine.Plan{Target: target, BaseURL: url, RunID: "goldena1", Seed: 1, Dialects: gates.Dialects(), SkipPreflight: true}
	for _, c := range gates.Checks() {
		if slices.Contains(names, c.Suite) || slices.Contains(names, c.ID) {
			plan.Checks = append(plan.Checks, c)
		}
	}
	report, err := engine.Run(context.Background(), plan)
	require.NoError(t, err)
	return report
}

var (
	id = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	// What else the reference and the clock make, which Okta sends back.
	theirs = regexp.MustCompile(`"meta":\{[^}]*\}`)
)

// Every request of a gate is compared with a file: method, path, query, headers
// and body, as the gate sends them. The ids that the target gives are numbered.
func TestGoldenRequests(t *testing.T) {
	for _, gate := range gates.Names() {
		t.Run(gate, func(t *testing.T) {
			var b strings.Builder
			ids := map[string]string{}
			for _, r := range play(t, reference.Config{}, gate).Results {
				if r.Suite != gate || len(r.Exchanges) == 0 {
					continue
				}
				fmt.Fprintf(&b, "### %s\n", r.Key())
				for _, x := range r.Exchanges {
					b.WriteString("\n" + request(x.Request))
				}
				b.WriteString("\n")
			}
			got := id.ReplaceAllStringFunc(theirs.ReplaceAllString(b.String(), `"meta":{}`), func(s string) string {
				if ids[s] == "" {
					ids[s] = fmt.Sprintf("{id %d}", len(ids)+1)
				}
				return ids[s]
			})
			path := filepath.Join("testdata", gate+".http")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err, "run go test ./suites/gates -update")
			assert.Equal(t, string(want), got)
		})
	}
}

func request(r scim.Request) string {
	line := r.Method + " " + r.Path
	if r.RawQuery != "" {
		line += "?" + r.RawQuery
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		line += "\n" + name + ": " + strings.Join(r.Header[name], ", ")
	}
	if len(r.Body) > 0 {
		line += "\n\n" + string(r.Body)
	}
	return line + "\n"
}

// Of the two ways in which Entra ID speaks one is enough for the gallery: that
// the default one fails is a remark.
func TestTheFlagMayHelp(t *testing.T) {
	report := play(t, reference.Config{Faults: []string{"patch-op-case-sensitive"}}, "entra-gallery.disable-user", "entra-gallery.create-user")
	r := report.Find("entra-gallery.disable-user")
	assert.Equal(t, engine.Advisory, r.Outcome, r.Reason)
	assert.Equal(t, "without aadOptscim062020 in the tenant URL: Entra ID cannot deactivate", r.Reason)
	assert.Equal(t, engine.Pass, report.Find("entra-gallery.create-user").Outcome)
}

// The first user of the list may be somebody whom the run did not make: what
// she lacks fails the gate and not the run, and is told without showing her.
func TestTheFirstUserIsSomebodyElse(t *testing.T) {
	report := play(t, reference.Config{Variations: []string{"user-name-alone"}}, gates.OktaSpec)
	r := report.Find("okta-spec.requests/first-user")
	assert.Equal(t, engine.Advisory, r.Outcome, r.Reason)
	assert.Equal(t, "the first user of the list, which this run did not make, has no name.familyName", r.Reason)
	for _, x := range r.Exchanges {
		assert.NotContains(t, string(x.Response.Body), "provisioning@")
	}
}

// A step goes on where it can when an earlier one failed, as the gate does.
func TestStepsAreIndependent(t *testing.T) {
	report := play(t, reference.Config{Faults: []string{"create-answers-200"}}, gates.OktaSpec)
	outcomes := map[string]engine.Outcome{}
	for _, r := range report.Results {
		outcomes[r.Step] = r.Outcome
	}
	// The user of the run cannot be arranged, so that nothing is put to the test.
	assert.Equal(t, engine.Blocked, outcomes["first-user"])
	report = play(t, reference.Config{Faults: []string{"list-total-string"}}, gates.OktaSpec)
	for step, want := range map[string]engine.Outcome{"first-user": engine.Fail, "user-by-id": engine.Pass, "create": engine.Pass, "duplicate": engine.Pass} {
		r := report.Find("okta-spec.requests/" + step)
		assert.Equal(t, want, r.Outcome, r.Reason)
	}
}

// The list of entitlements is looked for where /ResourceTypes says that it is.
func TestEntitlements(t *testing.T) {
	const one = `"Resources":[{"id":"e-1"}]`
	for list, want := range map[string]engine.Outcome{
		`{"schemas":["` + scim.ListResponseURN + `"],"totalResults":40,"startIndex":1,"itemsPerPage":1,` + one + `}`:   engine.Pass,
		`{"schemas":["` + scim.ListResponseURN + `"],"totalResults":40,"startIndex":1,"itemsPerPage":100,` + one + `}`: engine.Fail,
		`{"schemas":["` + scim.ListResponseURN + `"],"totalResults":0,"startIndex":1,"itemsPerPage":1}`:                engine.Fail,
		`{"schemas":["` + scim.ListResponseURN + `"],"totalResults":"40","startIndex":1,"itemsPerPage":1,` + one + `}`: engine.Fail,
		`{"totalResults":40,"startIndex":1,"itemsPerPage":1,` + one + `}`:                                              engine.Fail,
	} {
		target := scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
			x := &scim.Exchange{Request: r, Response: &scim.Response{Status: http.StatusNotFound}}
			switch r.Path {
			case scim.ResourceTypesEndpoint:
				x.Response = &scim.Response{Status: http.StatusOK, Body: scim.Body(`{"totalResults":1,"Resources":[{"name":"Entitlement","endpoint":"/Rights"}]}`)}
			case "/Rights":
				assert.Equal(t, "count=1&startIndex=1", r.RawQuery)
				x.Response = &scim.Response{Status: http.StatusOK, Body: scim.Body(list)}
			}
			return x
		})
		r := playOn(t, target, "http://127.0.0.1/scim", "okta-crud.entitlements").Find("okta-crud.entitlements")
		assert.Equal(t, want, r.Outcome, "%s: %s", list, r.Reason)
	}
}

// A vendor without groups is spared the tests of groups, and told why.
func TestWithoutGroups(t *testing.T) {
	report := play(t, reference.Config{Variations: []string{"no-groups"}}, gates.EntraValidator)
	skipped := 0
	for _, r := range report.Results {
		if strings.HasPrefix(r.ID, "entra-validator.group-") {
			skipped++
			assert.Equal(t, engine.Skip, r.Outcome, r.Key())
			assert.Contains(t, r.Reason, "has no groups")
			continue
		}
		assert.NotEqual(t, engine.Fail, r.Outcome, r.Key())
	}
	assert.Equal(t, 12+3, skipped)
}
