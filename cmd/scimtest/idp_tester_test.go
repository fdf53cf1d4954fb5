package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

func orderFor(t *testing.T, url string, names ...string) server.TestOrder {
	d, err := mockidp.Lookup("okta-oin", nil)
	require.NoError(t, err)
	return server.TestOrder{
		Name: "desk", Dialect: d, Suites: names, Profile: profile.Generic, Seed: 1,
		Target: scim.Config{BaseURL: url, Auth: scim.Bearer(scim.StaticToken(referenceToken))},
	}
}

// Every suite can be chosen, and says what it is; the identity provider's own
// comes with those that are usual.
func TestTesterSuites(t *testing.T) {
	o := orderFor(t, "https://scim.example.com/v2")
	var names []string
	total := 0
	for _, s := range (tester{}).Suites(o.Dialect) {
		names = append(names, s.Name)
		total += s.Checks
		assert.NotEmpty(t, s.About, s.Name)
		assert.Positive(t, s.Checks, s.Name)
		o.Suites = []string{s.Name}
		f, err := tester{}.Foresee(o)
		require.NoError(t, err)
		assert.Equal(t, s.Checks, f.Checks, s.Name)
		assert.True(t, f.Consent)
		assert.Equal(t, s.Writing > 0, f.Writes != "", s.Name)
	}
	assert.ElementsMatch(t, suites.All().Names(), names)
	assert.Equal(t, []string{"rfc", "okta", "invariants"}, server.Usual(tester{}.Suites(o.Dialect)))
	o.Suites = nil
	f, err := tester{}.Foresee(o)
	require.NoError(t, err)
	assert.Equal(t, total, f.Checks)
	assert.NotContains(t, f.Writes, "hostile", "they go elsewhere only when the suite is named")
	o.Suites = []string{"security"}
	f, err = tester{}.Foresee(o)
	require.NoError(t, err)
	assert.Contains(t, f.Writes, "hostile values among them")
	o.ReadOnly = true
	f, err = tester{}.Foresee(o)
	require.NoError(t, err)
	assert.Empty(t, f.Writes)
	o.Suites = []string{"okt"}
	_, err = tester{}.Foresee(o)
	require.ErrorContains(t, err, `there is no suite "okt"`)
	here, err := tester{}.Foresee(orderFor(t, "http://127.0.0.1:8085/scim/v2"))
	require.NoError(t, err)
	assert.False(t, here.Consent)
}

// A target is judged by the profile that is chosen: one of those that come with the
// program, and no file.
func TestTesterProfiles(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	var names []string
	for _, p := range (tester{}).Profiles() {
		names = append(names, p.Name)
		assert.NotEmpty(t, p.Title, p.Name)
	}
	assert.ElementsMatch(t, profile.Names(), names)
	assert.Equal(t, profile.Generic, names[0])

	product, err := profile.Load("zscaler-zia")
	require.NoError(t, err)
	run := func(cfg reference.Config) *server.TestReport {
		cfg.Token = referenceToken
		target, err := reference.New(cfg)
		require.NoError(t, err)
		running, err := target.Listen("127.0.0.1:0")
		require.NoError(t, err)
		defer running.Close()
		o := orderFor(t, running.URL, "promises")
		o.Profile, o.Target.Insecure = product.Name, running.Secure()
		r, err := tester{}.Run(context.Background(), o, func(server.TestProgress) {})
		require.NoError(t, err)
		var report engine.Report
		require.NoError(t, json.Unmarshal(r.JSON, &report))
		assert.Equal(t, product.Name, report.Target.Profile)
		return r
	}
	assert.Equal(t, engine.ExitOK, run(reference.Config{Profile: product}).Exit, "it keeps what it promises")
	assert.Equal(t, engine.ExitViolations, run(reference.Config{}).Exit, "it is another product")

	o := orderFor(t, "https://scim.example.com/v2", "rfc")
	generic, err := tester{}.Foresee(o)
	require.NoError(t, err)
	o.Profile = product.Name
	slow, err := tester{}.Foresee(o)
	require.NoError(t, err)
	assert.NotEqual(t, generic.Writes, slow.Writes, "with the rate that the product documents")
	file := filepath.Join(t.TempDir(), "own.yaml")
	require.NoError(t, os.WriteFile(file, []byte("name: own\n"), 0o600))
	for _, name := range []string{file, "zscaler", ""} {
		o.Profile = name
		_, err = tester{}.Foresee(o)
		require.ErrorContains(t, err, "there is no profile", name)
		_, err = tester{}.Run(context.Background(), o, func(server.TestProgress) {})
		require.ErrorContains(t, err, "there is no profile", name)
	}
}

// A run finds a fault of the target, words it as the reports do, leaves nothing
// there, and no journal.
func TestTesterRun(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("HOME", state)
	target, err := reference.New(reference.Config{Token: referenceToken, Faults: []string{"patch-ignores-active"}})
	require.NoError(t, err)
	web := httptest.NewServer(target)
	defer web.Close()
	decided, last := 0, server.TestProgress{}
	o := orderFor(t, web.URL+"/scim/v2", "okta-crud", "okta-spec", "invariants")
	r, err := tester{}.Run(context.Background(), o, func(p server.TestProgress) { decided++; last = p })
	require.NoError(t, err)
	assert.Equal(t, engine.ExitViolations, r.Exit)
	assert.Equal(t, "violations", r.Meaning)
	assert.Equal(t, r.Total, decided)
	assert.Equal(t, r.Total, last.Done)
	require.NotEmpty(t, r.Results)
	first := r.Results[0]
	assert.Equal(t, "fail", first.Outcome)
	assert.NotEmpty(t, first.Findings)
	assert.NotEmpty(t, first.Curls)
	require.Len(t, r.Verdicts, 2, "only of what was run")
	assert.Equal(t, "bad", r.Verdicts[1].Class, r.Verdicts)
	var report engine.Report
	require.NoError(t, json.Unmarshal(r.JSON, &report))
	assert.Equal(t, "desk", report.Target.Name)
	assert.Contains(t, string(r.JUnit), "<testsuites")
	assert.NotContains(t, string(r.JSON), "Bearer "+referenceToken)
	dir, err := engine.JournalDir()
	require.NoError(t, err)
	assert.NoFileExists(t, engine.JournalPath(dir, report.RunID))

	// One that is canceled in the middle leaves nothing either.
	o.Suites = []string{"okta"}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, err = tester{}.Run(ctx, o, func(p server.TestProgress) {
		if p.Done == 40 {
			cancel()
		}
	})
	require.NoError(t, err)
	assert.Equal(t, "interrupted", r.Meaning)
	client, err := scim.NewClient(o.Target)
	require.NoError(t, err)
	defer client.Close()
	x := client.Do(context.Background(), scim.Request{Method: http.MethodGet, Path: scim.UsersEndpoint, RawQuery: "count=0"})
	list, err := scim.ParseList(x.Response.Body)
	require.NoError(t, err)
	assert.Equal(t, 1, list.TotalResults, "the reference's own user alone")

	o.Target.BaseURL = "http://127.0.0.1:1/scim/v2"
	r, err = tester{}.Run(context.Background(), o, func(server.TestProgress) {})
	require.NoError(t, err)
	assert.Equal(t, "could not test", r.Meaning)
	assert.NotEmpty(t, r.Trouble)
}
