package engine_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// When a run is interrupted, a request that creates something is waited for:
// clean-up could not find what comes to be after it has looked.
func TestCreatingRequestOutlivesInterruption(t *testing.T) {
	server, err := reference.New(reference.Config{})
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	defer running.Close()
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	defer client.Close()

	for name, body := range map[string]func(*engine.T){
		"by a check": func(x *engine.T) { x.Post(scim.UsersEndpoint, x.NewUser()) },
		"in a bulk request": func(x *engine.T) {
			x.Send(http.MethodPost, scim.BulkEndpoint, engine.Doc{
				"schemas":    engine.Values{scim.BulkRequestURN},
				"Operations": engine.Values{engine.Doc{"method": "POST", "path": "/Users", "bulkId": "1", "data": x.NewUser()}},
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			created, removed := 0, 0
			target := scim.DoerFunc(func(ctx context.Context, req scim.Request) *scim.Exchange {
				if bytes.Contains(req.Body, []byte(scim.UserURN)) {
					interrupt()
					assert.NoError(t, ctx.Err(), "the request is given up")
				}
				x := client.Do(ctx, req)
				switch {
				case bytes.Contains(req.Body, []byte(scim.UserURN)) && x.Status()/100 == 2:
					created++
				case req.Method == http.MethodDelete && x.Status()/100 == 2:
					removed++
				}
				return x
			})
			report, err := engine.Run(ctx, &engine.Plan{
				Checks: []engine.Check{{
					Meta: engine.Meta{ID: "a", Suite: "custom", Level: engine.Must, Title: "It creates"}, Body: body,
				}},
				Target: target, BaseURL: running.URL, SkipPreflight: true,
			})
			require.NoError(t, err)
			assert.Equal(t, 1, created)
			assert.Equal(t, 1, removed)
			assert.Equal(t, engine.Blocked, report.Find("a").Outcome)
			assert.True(t, report.NothingLeft())
		})
	}
}
