package mockidp_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// Okta assigns a user to an application under test, and takes the assignment
// away again. The application has to be ready for a PATCH without a path.
func ExampleNew() {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.Method {
		case http.MethodGet:
			fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`)
		case http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"id":"7","userName":"ann@example.com","active":true}`)
		case http.MethodPatch:
			fmt.Println(string(body))
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer app.Close()

	client, err := scim.NewClient(scim.Config{BaseURL: app.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	dialect, err := mockidp.Lookup("okta-oin", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	okta := mockidp.New(mockidp.Config{Dialect: dialect, Target: client})
	ctx := context.Background()
	for _, change := range []mockidp.Change{
		okta.Assign(ctx, mockidp.User{Key: "ann", UserName: "ann@example.com"}),
		okta.Unassign(ctx, "ann"),
	} {
		for _, x := range change.Exchanges {
			fmt.Println(x.Request.Method, x.Request.Path, x.Status())
		}
		fmt.Println(change.Action, change.Outcome)
	}
	// Output:
	// {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}
	// GET /Users 200
	// POST /Users 201
	// create done
	// PATCH /Users/7 204
	// deactivate done
}
