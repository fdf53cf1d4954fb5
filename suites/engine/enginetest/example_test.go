package enginetest_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/engine/enginetest"
)

// TestServiceProvider is what a vendor writes to test a service provider where
// it is built. In place of the reference stands the vendor's own http.Handler.
func TestServiceProvider(t *testing.T) {
	handler, err := reference.New(reference.Config{Token: "secret"})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()

	client, err := scim.NewClient(scim.Config{
		BaseURL: server.URL + "/scim/v2", Auth: scim.Bearer(scim.StaticToken("secret")),
	})
	require.NoError(t, err)
	defer client.Close()
	set, err := suites.All().Select("create", "delete") // all, without selectors
	require.NoError(t, err)

	report := enginetest.Run(t, &engine.Plan{
		Checks: set.Checks, Invariants: set.Invariants,
		Target: client, BaseURL: server.URL + "/scim/v2",
	})

	assert.Equal(t, engine.ExitOK, report.ExitCode())
	assert.NotZero(t, report.Summary.Counts[engine.Pass])
}
