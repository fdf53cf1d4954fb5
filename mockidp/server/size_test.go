package server_test

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

var large = flag.Bool("large", false, "try a directory of 100,000 users and 5,000 groups at its full size; otherwise it has 5,000 and 250")

// bare is a target that takes everything and keeps nothing but ids: what is
// measured is the identity provider.
func bare(t testing.TB) string {
	n := make(chan int, 1)
	n <- 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", scim.MediaType)
		switch r.Method {
		case http.MethodPost:
			id := <-n + 1
			n <- id
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"` + time.Duration(id).String() + `"}`))
		case http.MethodGet:
			_, _ = w.Write([]byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[]}`))
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// A large directory, while its initial cycle runs and afterwards: everything
// arrives, and the memory is bounded. At its full size what a page asks for is
// answered at once too; BenchmarkInitialCycle says how fast the cycle is.
func TestLargeDirectory(t *testing.T) {
	users, groups, memory, every := 5000, 250, uint64(200<<20), 100*time.Millisecond
	if *large {
		users, groups, memory, every = 100000, 5000, 500<<20, time.Second
	}
	bounded, unbound := context.WithCancel(ctx)
	defer unbound()
	go server.BoundMemory(bounded) // as scimtest idp does
	app, err := server.Open(server.Config{Tick: -1, Now: func() time.Time { return begin }})
	require.NoError(t, err)
	defer app.Close()
	url := bare(t)
	tenant, err := app.AddTenant(server.Settings{Name: "desk", Dialect: "entra-compliant", Target: url}, secret)
	require.NoError(t, err)
	_, _, _, err = tenant.Generate(ctx, server.Generate{Users: users, Groups: groups, Seed: 1, Assign: true, Push: true})
	require.NoError(t, err)

	began := time.Now()
	done := make(chan error, 1)
	go func() {
		_, err := tenant.RunCycle(ctx)
		done <- err
	}()
	var worst time.Duration
	most, pages := uint64(0), 0
	for waiting := true; waiting; {
		select {
		case err := <-done:
			require.NoError(t, err)
			waiting = false
		case <-time.After(every):
			worst = max(worst, ask(tenant))
			pages++
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
		}
	}
	took := time.Since(began)
	worst = max(worst, ask(tenant))
	o := tenant.Overview()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d users: cycle %.1f s; worst of %d pages %v; heap %d MB, %d MB with its garbage at the worst",
		users, took.Seconds(), pages, worst, m.HeapAlloc>>20, most>>20)
	assert.Less(t, m.HeapAlloc, memory)
	assert.Equal(t, users, o.Statuses[server.InSync])
	if *large {
		// The quickest of three, since others use the machine; during the cycle a
		// page waits for the processor too.
		assert.Less(t, min(ask(tenant), ask(tenant), ask(tenant)), 200*time.Millisecond)
		assert.Less(t, most, memory, "with what is not collected yet")
	}
}

// ask reads what the pages show, and says how long the slowest took.
func ask(t *server.Tenant) (worst time.Duration) {
	for _, page := range []func(){
		func() { t.Overview() },
		func() { t.Users(server.ListQuery{Limit: 50, Offset: 2000}) },
		func() { t.Users(server.ListQuery{Search: "smith", Limit: 50}) },
		func() { t.Users(server.ListQuery{Status: server.Pending, Limit: 50}) },
		func() { t.Groups(server.ListQuery{Limit: 50}) },
		func() { t.Log(server.LogQuery{Search: "post", Limit: 50}) },
		func() { t.Tasks(server.TaskQuery{Limit: 50}) },
	} {
		at := time.Now()
		page()
		worst = max(worst, time.Since(at))
	}
	return worst
}
