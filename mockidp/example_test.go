package mockidp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// Okta assigns a user to an application under test.
func ExampleNew() {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"id":"7","userName":"ann@example.com"}`)
			return
		}
		fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`)
	}))
	defer app.Close()

	client, _ := scim.NewClient(scim.Config{BaseURL: app.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	dialect, _ := mockidp.Lookup("okta-oin", nil)
	okta := mockidp.New(mockidp.Config{Dialect: dialect, Target: client})
	change := okta.Assign(context.Background(), mockidp.User{Key: "ann", UserName: "ann@example.com"})
	for _, x := range change.Exchanges {
		fmt.Println(x.Request.Method, x.Request.Path, x.Status())
	}
	fmt.Println(change.Outcome)
	// Output:
	// GET /Users 200
	// POST /Users 201
	// done
}
