//go:build unix

package server_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

var (
	killMoments = flag.Int("kill-moments", 4, "at how many random moments the program is killed, for each dialect")
	killSeed    = flag.Uint64("kill-seed", 0, "the seed of the moments; 0 takes another one each time")
)

// childVariable has the test binary be the program that is killed.
const childVariable = "SCIMTEST_IDP_CHILD"

func init() { children[childVariable] = child }

// The child changes things in its directory, one after another, and says what
// was acknowledged. An Entra tenant runs a cycle now and then.
func child(file string) {
	app, err := server.Open(server.Config{File: file, Tick: -1})
	must(err)
	t, err := app.Tenant("desk")
	must(err)
	if t.Overview().Cycles {
		_, err = t.Start(context.Background())
		must(err)
	}
	for i := 0; ; i++ {
		u, _, err := t.AddUser(context.Background(), server.User{UserName: fmt.Sprintf("u%d@example.com", i), Enabled: true})
		must(err)
		fmt.Println("added", u.Key)
		_, err = t.Assign(context.Background(), true, u.Key)
		must(err)
		fmt.Println("assigned", u.Key)
		_, _, err = t.AddMembers(context.Background(), "crew", u.Key)
		must(err)
		fmt.Println("joined", u.Key)
		if i%7 == 3 {
			_, _, err = t.EditUser(context.Background(), fmt.Sprintf("u%d", i-2), func(u *server.User) error { u.Title = "Changed"; return nil })
			must(err)
			fmt.Println("changed", fmt.Sprintf("u%d", i-2))
		}
		if t.Overview().Cycles && i%5 == 4 {
			_, err = t.RunCycle(context.Background())
			must(err)
		}
	}
}

// A program that is killed at any moment loses nothing that it acknowledged, and
// makes nothing twice.
func TestKilled(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-kill-seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, dialect := range []string{"okta-oin", "entra-compliant"} {
		for i := range *killMoments {
			after := 5 + random.IntN(120)
			t.Run(fmt.Sprintf("%s/%d after %d requests", dialect, i, after), func(t *testing.T) { killed(t, dialect, after) })
		}
	}
}

func killed(t *testing.T, dialect string, after int) {
	s := newTarget(t)
	file := filepath.Join(t.TempDir(), "idp.db")
	s.open(server.Config{File: file}, dialect)
	_, _, err := s.AddGroup(ctx, server.Group{Name: "Crew", Key: "crew"})
	require.NoError(t, err)
	if s.Overview().Cycles {
		_, err = s.AssignGroup(ctx, true, "crew")
	} else {
		_, err = s.PushGroup(ctx, true, false, "crew")
	}
	require.NoError(t, err)
	require.NoError(t, s.app.Close())

	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), childVariable+"="+file)
	said := &strings.Builder{}
	program.Stdout, program.Stderr = said, said
	// Killed while a request is on its way: before or after the target saw it.
	kills, unseen, dead := 0, after%3 == 0, make(chan struct{})
	s.answers(func(*http.Request) int {
		s.mu.Lock()
		defer s.mu.Unlock()
		after--
		if after == 0 {
			kills++
			_ = program.Process.Signal(syscall.SIGKILL)
			<-dead
			if unseen {
				return http.StatusServiceUnavailable
			}
		}
		return 0
	})
	s.mu.Lock()
	err = program.Start()
	s.mu.Unlock()
	require.NoError(t, err)
	_ = program.Wait() // it is killed
	close(dead)
	// The request that was cut short is over: were it still to come, a lookup
	// could find nothing, and the account be made between that and the create.
	// Nobody can know; the target's 409 is what keeps it from being made twice.
	s.serving.Wait()
	require.Equal(t, 1, kills, said.String())

	app, err := server.Open(server.Config{File: file, Tick: -1})
	require.NoError(t, err)
	defer app.Close()
	s.Tenant, err = app.Tenant("desk")
	require.NoError(t, err)
	// What was acknowledged is there.
	for line := range strings.Lines(said.String()) {
		what, key, _ := strings.Cut(strings.TrimSpace(line), " ")
		u, err := s.User(key)
		require.NoError(t, err, line)
		switch what {
		case "assigned":
			assert.True(t, u.Assigned, line)
		case "joined":
			assert.Contains(t, u.Groups, "crew", line)
		case "changed":
			assert.Equal(t, "Changed", u.Title, line)
		}
	}
	// What was begun is done, and nothing is done twice.
	if s.Overview().Cycles {
		_, err = s.RunCycle(ctx)
	} else {
		_, err = s.TestConnection(ctx)
		require.NoError(t, err)
		_, err = s.RetryAll(ctx)
	}
	require.NoError(t, err)
	found, err := s.Reconcile(ctx)
	require.NoError(t, err)
	assert.Empty(t, s.Tasks())
	users, total := s.Users(server.ListQuery{})
	wanted := 0
	for _, u := range users {
		if u.InScope {
			wanted++
			assert.Equal(t, server.InSync, u.Status, u.Key)
		}
	}
	assert.Equal(t, wanted, s.count("/Users"), "of %d", total)
	assert.Equal(t, 1, s.count("/Groups"))
	s.mu.Lock()
	made, unasked := s.created["/Users"], s.unasked
	var again []string
	for member, times := range s.joined {
		if times > 1 {
			again = append(again, member)
		}
	}
	s.mu.Unlock()
	assert.Equal(t, wanted, made, "each account is made once")
	assert.Empty(t, unasked, "and each create, the one after a lost answer too, follows a lookup that found nobody")
	assert.LessOrEqual(t, len(again), 1, "nobody is added twice but by the request that nobody knows the answer of: %v", again)
	delete(found.Counts, server.InSync)
	delete(found.Counts, server.OutOfScope)
	text, _ := json.Marshal(found.Findings)
	assert.Equal(t, map[string]int{server.Orphaned: 1}, found.Counts, "the reference's own user alone: %s", text)
}
