package mockidp_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

// newApp stands for the service provider under test, which takes the token
// "secret".
func newApp() http.Handler {
	app, err := reference.New(reference.Config{Token: "secret"})
	if err != nil {
		panic(err)
	}
	return app
}

// endpoint is a base URL below the address of a server.
const endpoint = "/scim/v2"

// A joiner: Okta looks for an account, finds none, and creates one.
func ExampleConnect() {
	app := httptest.NewServer(newApp())
	defer app.Close()
	okta, err := mockidp.Connect("okta-oin", app.URL+endpoint, "secret")
	if err != nil {
		fmt.Println(err)
		return
	}

	change := okta.Assign(context.Background(), okta.Person("ada"))
	fmt.Println(change.Action, change.Subject, change.Outcome)

	_, linked := okta.Link("ada")
	fmt.Println("linked:", linked)
	// Output:
	// create ada done
	// linked: true
}

// A leaver: the catalog app of Okta deactivates by a PATCH without a path.
func ExampleProvider_Unassign() {
	app := httptest.NewServer(newApp())
	defer app.Close()
	okta, err := mockidp.Connect("okta-oin", app.URL+endpoint, "secret")
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	okta.Assign(ctx, okta.Person("ada"))
	change := okta.Unassign(ctx, "ada")
	if err := change.Err(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(change.Action, change.Outcome)
	fmt.Printf("%s\n", change.Exchanges[0].Request.Body)
	// Output:
	// deactivate done
	// {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}
}

// Provisioning on demand: Entra ID speaks its legacy dialect, and never
// deactivates.
func ExampleProvider_Assign_onDemand() {
	app := httptest.NewServer(newApp())
	defer app.Close()
	entra, err := mockidp.Connect("entra-ondemand", app.URL+endpoint, "secret")
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	for _, change := range []mockidp.Change{
		entra.TestConnection(ctx),
		entra.Assign(ctx, entra.Person("ada")),
		entra.Unassign(ctx, "ada"),
	} {
		fmt.Println(change.Action, change.Outcome)
	}
	fmt.Println(entra.Unassign(ctx, "ada").Reason)
	// Output:
	// test done
	// create done
	// deactivate skipped
	// provisioning on demand neither disables nor deletes (entra.md 4.5)
}

// A client of your own, from a YAML file.
func ExampleParseCustom() {
	script, err := mockidp.ParseCustom([]byte(`
name: script
headers: {Content-Type: application/json}
intents:
  Find:
    - {method: GET, path: /Users, query: 'filter=userName%20eq%20%22${userName}%22'}
  Create:
    - method: POST
      path: /Users
      body: '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"${userName}"}'
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	app := httptest.NewServer(newApp())
	defer app.Close()
	client, err := script.Connect(app.URL+endpoint, "secret")
	if err != nil {
		fmt.Println(err)
		return
	}

	change := client.Assign(context.Background(), mockidp.User{Key: "ada", UserName: "ada@example.com"})
	fmt.Println(change.Action, change.Outcome)
	fmt.Println(change.Exchanges[0].Request.Path + "?" + change.Exchanges[0].Request.RawQuery)
	fmt.Printf("%s\n", change.Exchanges[1].Request.Body)
	// Output:
	// create done
	// /Users?filter=userName%20eq%20%22ada%40example.com%22
	// {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}
}

// A change has all that was sent and answered for it, and says why it failed in
// the words of the identity provider.
func ExampleChange() {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","detail":"no seat is free"}`)
			return
		}
		fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`)
	}))
	defer app.Close()
	okta, err := mockidp.Connect("okta-aiw", app.URL, "secret")
	if err != nil {
		fmt.Println(err)
		return
	}

	change := okta.Assign(context.Background(), mockidp.User{Key: "ada", UserName: "ada@example.com"})
	for _, x := range change.Exchanges {
		fmt.Println(x.Request.Method, x.Request.Path, x.Status())
	}
	fmt.Println(change.Err())
	// Output:
	// GET /Users 200
	// POST /Users 409
	// create ada: Error while creating user ada@example.com: 409 Conflict. Errors reported by remote server: no seat is free
}

// New takes a client of your own: here one with a header that a gateway needs.
func ExampleNew() {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("X-Tenant"), len(body) > 0)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer app.Close()
	client, err := scim.NewClient(scim.Config{
		BaseURL: app.URL, Auth: scim.Bearer(scim.StaticToken("secret")), Header: http.Header{"X-Tenant": {"staging"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	dialect, err := mockidp.Lookup("entra-legacy", map[string]string{"match": "externalId"})
	if err != nil {
		fmt.Println(err)
		return
	}

	entra := mockidp.New(mockidp.Config{Dialect: dialect, Target: client})
	fmt.Println(entra.TestConnection(context.Background()).Outcome)
	// Output:
	// GET /Users staging false
	// failed
}

// The mapping of a customer's own tenant: what does it make of somebody?
func ExampleLookupMapped() {
	own, err := mapping.ParseEntra([]byte(`{"synchronizationRules": [{"objectMappings": [{
		"sourceObjectName": "User",
		"attributeMappings": [
			{"targetAttributeName": "userName", "matchingPriority": 1,
			 "source": {"expression": "ToLower([userPrincipalName])", "type": "Function"}},
			{"targetAttributeName": "nickName",
			 "source": {"expression": "PCase([givenName])", "type": "Function"}}
		]}]}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range own.Problems {
		fmt.Println(p)
	}

	entra, err := mockidp.LookupMapped("entra-compliant", nil, own)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range entra.Attributes(mockidp.User{UserName: "Dana.Fox@example.com"}) {
		fmt.Println(a.Target, a.Wire)
	}
	// Output:
	// the mapping of User, nickName, at character 1 of PCase([givenName]): the function PCase is not supported
	// userName "dana.fox@example.com"
}
