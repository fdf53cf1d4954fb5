package scenario_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/lifecycle"
	"github.com/scimtest/scimtest/suites/scenario"
)

// raceDetector is about ten times as slow: it sees one story in four,
// and the whole life in one dialect of three.
var raceDetector bool

// runner plays scenarios on a target.
func runner(t *testing.T, baseURL, idp string, budget int) *scenario.Runner {
	t.Helper()
	client, err := scim.NewClient(scim.Config{BaseURL: baseURL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return &scenario.Runner{
		Dialect: dialect(t, idp), Budget: budget,
		Plan: func() (*engine.Plan, error) {
			return &engine.Plan{
				Target: client, BaseURL: baseURL, Tool: engine.Build{Version: "test"}, Profile: &profile.Profile{Name: "generic"}, Seed: 1,
			}, nil
		},
	}
}

// explored are the failures that exploring a target finds, and the scenarios that
// show them.
func explored(t *testing.T, r *scenario.Runner, seed int64) (stories []*scenario.Scenario, failures []*scenario.Failure) {
	t.Helper()
	err := scenario.Explore(t.Context(), r, scenario.ExploreOptions{
		Seed: seed, Steps: 30, People: 4, Groups: 2,
		Found: func(s *scenario.Scenario, f *scenario.Failure) {
			stories, failures = append(stories, s), append(failures, f)
		},
	})
	require.NoError(t, err)
	return stories, failures
}

// Stories that are made up find nothing on the reference, in any dialect.
func TestExploreFindsNothing(t *testing.T) {
	for i, d := range lifecycle.Dialects() {
		if raceDetector && i%4 != 0 {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			r := runner(t, serve(t), d.Name, 1200)
			stories, failures := explored(t, r, 1)
			for i, s := range stories {
				t.Errorf("%s\n%+v", s.YAML(), failures[i].Finding())
			}
			assert.Positive(t, r.Requests)
		})
	}
}

// What the RFCs leave to a target is no failure.
func TestExploreTolerates(t *testing.T) {
	for variation, idp := range map[string]string{
		"members-on-request": "okta-aiw", "no-groups": "entra-legacy", "user-names-in-lower-case": "okta-oin", "unknown-members-404": "okta-aiw",
		"page-order": "pingfederate", "nulls-shown": "entra-compliant", "groups-of-user-left-out": "onelogin", "patch-answers-204": "entra-legacy",
	} {
		server, err := reference.New(reference.Config{Variations: []string{variation}})
		require.NoError(t, err)
		target := httptest.NewServer(server)
		defer target.Close()
		stories, failures := explored(t, runner(t, target.URL+"/scim/v2", idp, 400), 1)
		for i, s := range stories {
			t.Errorf("%s\n%s\n%+v", variation, s.YAML(), failures[i].Finding())
		}
	}
}
