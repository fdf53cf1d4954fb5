package mockidp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/scim"
)

// Entra ID creates a user in its first cycle. The application is not ready, so
// the user waits in escrow, and comes with the next cycle, 40 minutes later on
// the clock of the test and at once on the wall.
func ExampleNewJob() {
	creates := 0
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet:
			fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`)
		case creates == 0:
			creates++
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"id":"7","userName":"ann@example.com","active":true}`)
		}
	}))
	defer app.Close()

	client, err := scim.NewClient(scim.Config{BaseURL: app.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	dialect, err := mockidp.Lookup("entra-legacy", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	clock := mockidp.NewClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	entra := mockidp.New(mockidp.Config{Dialect: dialect, Target: client, Clock: clock})
	job := mockidp.NewJob(entra, clock, mockidp.DefaultJobRules())
	job.Assign(mockidp.User{Key: "ann", UserName: "ann@example.com"})
	job.Start(ctx)
	clock.Advance(ctx, 40*time.Minute)

	for _, cycle := range job.Cycles() {
		for _, change := range cycle.Changes {
			fmt.Println(cycle.At.Format("15:04"), change.Action, change.Outcome, change.Code)
		}
	}
	// Output:
	// 08:00 create failed InternalServerError
	// 08:40 create done EntryExportAdd
}
