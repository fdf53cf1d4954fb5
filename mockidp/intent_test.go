package mockidp_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// Each request says what it is for; a deactivation that deletes is one still.
func TestRequestsNameTheirIntent(t *testing.T) {
	d, err := mockidp.Lookup("pingone", nil)
	require.NoError(t, err)
	var sent []string
	idp := mockidp.New(mockidp.Config{Dialect: d, Target: scim.DoerFunc(func(_ context.Context, r scim.Request) *scim.Exchange {
		sent = append(sent, r.Method+" "+r.Intent)
		x := &scim.Exchange{Request: r, Response: &scim.Response{Status: 200, Body: scim.Body(`{"schemas":["` + scim.ListResponseURN + `"],"totalResults":0}`)}}
		switch r.Method {
		case http.MethodPost:
			x.Response = &scim.Response{Status: 201, Body: scim.Body(`{"id":"u-1"}`)}
		case http.MethodDelete:
			x.Response = &scim.Response{Status: 204}
		}
		return x
	})})
	idp.Assign(ctx, ann)
	idp.Unassign(ctx, ann.Key)
	assert.Equal(t, []string{"GET Find", "POST Create", "DELETE Deactivate"}, sent)
	assert.Empty(t, d.Create(ann).Intent, "the dialect that was given is as before")
}
