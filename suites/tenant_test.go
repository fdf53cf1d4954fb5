package suites_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
)

// Where ids repeat between tenants, the id of a user of ours in one tenant is
// somebody else's in the other. Nobody there is written to, and nothing fails.
func TestIDsThatRepeatTouchNobody(t *testing.T) {
	client, url := start(t, reference.Config{Variations: []string{"tenant-ids-alike"}}, scim.Config{})
	set, err := suites.All().Select("tenant")
	require.NoError(t, err)
	plan := &engine.Plan{Checks: set.Checks, Target: client, BaseURL: url}
	addOthers(t, plan, client, url)
	send := func(req scim.Request) *scim.Exchange {
		req.Header = http.Header{"Content-Type": {scim.MediaType}}
		return plan.Second.Do(t.Context(), req)
	}
	const strangers = 60
	before := map[string]string{}
	for i := range strangers {
		x := send(scim.Request{Method: http.MethodPost, Path: "/Users", Body: scim.Body(fmt.Sprintf(
			`{"schemas":[%q],"userName":"stranger%d@people.test","active":true}`, scim.UserURN, i))})
		require.Equal(t, http.StatusCreated, x.Status())
		u, err := scim.NewResource(x.Response.Body)
		require.NoError(t, err)
		before["/Users/"+u.ID()] = string(x.Response.Body)
	}

	report, err := engine.Run(t.Context(), plan)
	require.NoError(t, err)
	met := 0
	for i := range report.Results {
		r := &report.Results[i]
		assert.NotContains(t, []engine.Outcome{engine.Fail, engine.Blocked, engine.Broken}, r.Outcome, line(r))
		if r.Reason == "the other tenant has a resource of its own with the id" {
			met++
		}
	}
	assert.Greater(t, met, 5, "checks that met a stranger")
	for path, body := range before {
		x := send(scim.Request{Method: http.MethodGet, Path: path})
		require.Equal(t, http.StatusOK, x.Status())
		assert.JSONEq(t, body, string(x.Response.Body))
	}
}
