package engine_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

const secondURL = "https://two.example.com/v2"

func withSecond(second *target) func(*engine.Plan) {
	return func(p *engine.Plan) { p.Second, p.SecondURL = second, secondURL }
}

// A check that needs another client is skipped without one, and says what to
// do.
func TestOtherClientsAreNeeded(t *testing.T) {
	never := func(t *engine.T) { t.Expect(false, nil, "", "", "", "it ran") }
	two, reader := check("a.two", never), check("a.reader", never)
	two.Needs, reader.Needs = []engine.Feature{engine.SecondTenant}, []engine.Feature{engine.ReadOnlyClient}
	report := play(t, &target{}, []engine.Check{two, reader}, func(p *engine.Plan) {
		p.Profile = &profile.Profile{Features: map[string]bool{"second-tenant": true}}
	})
	assert.Equal(t, engine.Skip, report.Find("a.two").Outcome)
	assert.Equal(t, "needs a second credential: --second URL and SCIMTEST_TOKEN_2", report.Find("a.two").Reason)
	assert.Equal(t, engine.Skip, report.Find("a.reader").Outcome)
	assert.Equal(t, "needs a credential that may only read: SCIMTEST_TOKEN_READ", report.Find("a.reader").Reason)
}

// What is created in the second tenant is read, changed and removed there, and
// nothing of it reaches the first.
func TestSecondTenantHasItsOwn(t *testing.T) {
	first, second := &target{}, &target{}
	report := play(t, first, []engine.Check{check("a.check", func(t *engine.T) {
		t.GivenUser()
		u := t.Given("/Users", t.NewUser(), engine.As(scim.SecondTenant))
		t.Get(u).Status(200)
		t.Patch(u, engine.Replace("active", false)).Status(204)
		t.Get(u, engine.As("")).Status(200) // the first has one with that id
		t.Fetch("/Users", engine.As(scim.SecondTenant)).Status(200).Pages()
	})}, withSecond(second))
	require.Equal(t, engine.Pass, report.Find("a.check").Outcome, report.Find("a.check").Reason)
	assert.Equal(t, secondURL, report.Target.SecondURL)
	assert.Equal(t, 1, second.count(http.MethodPost))
	assert.Equal(t, 1, second.count(http.MethodPatch))
	assert.Equal(t, 1, first.count(http.MethodPatch), "the probe alone")
	assert.Empty(t, first.users())
	assert.Empty(t, second.users())
	for _, x := range report.Find("a.check").Exchanges {
		if x.Request.Method == http.MethodPatch {
			assert.Equal(t, scim.SecondTenant, x.Request.As)
		}
	}
}

func (s *target) count(method string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if r.Method == method {
			n++
		}
	}
	return n
}

// A second credential that is refused ends the run, and a 401 to it later does
// not make the first one suspicious.
func TestSecondCredentialIsTried(t *testing.T) {
	second := &target{before: func(scim.Request) *scim.Exchange { return answer(401, scimError(401)) }}
	body := check("a.check", func(t *engine.T) { t.Fetch("/Users", engine.As(scim.SecondTenant)).Status(401) })
	report := play(t, &target{}, []engine.Check{body}, withSecond(second))
	assert.Equal(t, "the credentials are refused: GET /Users of the second tenant answers 401; is the token in SCIMTEST_TOKEN_2 right, and not expired?",
		report.Find("preflight").Reason)
	assert.Equal(t, engine.Blocked, report.Find("a.check").Outcome)
	assert.Equal(t, engine.ExitUntested, report.ExitCode())

	first := &target{}
	preflights := 0
	second = &target{before: func(scim.Request) *scim.Exchange {
		if preflights++; preflights == 1 {
			return nil
		}
		return answer(401, scimError(401))
	}}
	report = play(t, first, []engine.Check{body}, withSecond(second))
	require.Equal(t, engine.Pass, report.Find("a.check").Outcome)
	asked := 0
	for _, r := range first.requests {
		if r.RawQuery == "startIndex=1&count=1" && r.Path == "/Users" {
			asked++
		}
	}
	assert.Equal(t, 1, asked, "the preflight is not repeated")
}

// The journal tells what is in the second tenant, and Clean removes it there,
// or says what it needs.
func TestJournalKnowsTheSecondTenant(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := engine.CreateJournal(path, "1.2", runID, "https://scim.example.com/v2", secondURL)
	require.NoError(t, err)
	first, second := &target{}, &target{}
	play(t, first, []engine.Check{check("a.check", func(t *engine.T) {
		t.GivenUser()
		t.Given("/Users", t.NewUser(), engine.As(scim.SecondTenant))
		t.Fetch("/Users").Status(200)
	})}, withSecond(second), func(p *engine.Plan) {
		p.Journal, p.Profile, p.BaseURL = j, &profile.Profile{Cleanup: "keep"}, "https://scim.example.com/v2"
	})
	require.NoError(t, j.Close(false))
	require.Len(t, first.users(), 1)
	require.Len(t, second.users(), 1)

	options := engine.CleanOptions{
		Target: first, BaseURL: "https://scim.example.com/v2", Profile: &profile.Profile{}, RunID: runID, JournalPath: path,
	}
	res, err := engine.Clean(t.Context(), options)
	require.NoError(t, err)
	assert.Equal(t, []string{"second tenant: /Users/id1: needs --second " + secondURL + " and SCIMTEST_TOKEN_2"}, res.Left)
	assert.Len(t, second.users(), 1)

	options.Second, options.SecondURL = second, "https://three.example.com"
	_, err = engine.Clean(t.Context(), options)
	require.ErrorContains(t, err, "had "+secondURL+" for a second tenant, not https://three.example.com; give what it had")

	options.SecondURL = secondURL
	res, err = engine.Clean(t.Context(), options)
	require.NoError(t, err)
	assert.Contains(t, res.Removed, "second tenant: /Users/id1")
	assert.Empty(t, res.Left)
	assert.Empty(t, second.users())

	// Without a journal both are read for the tag.
	require.NoError(t, os.Remove(path))
	second.put("/Users/mine", `{"id":"mine","userName":"ann.`+runID+`xyz@x"}`)
	second.put("/Users/theirs", `{"id":"theirs","userName":"bob@x"}`)
	res, err = engine.Clean(t.Context(), options)
	require.NoError(t, err)
	assert.Contains(t, res.Removed, "second tenant: /Users/mine")
	assert.Len(t, second.users(), 1)
}

// An id of ours in one tenant may be somebody else's in the other: that person
// is not shown.
func TestIDsOfTheOtherTenantShowNobody(t *testing.T) {
	first, second := &target{}, &target{}
	second.put("/Users/id1", `{"id":"id1","userName":"zebulon@people.test"}`)
	report := play(t, first, []engine.Check{check("a.check", func(t *engine.T) {
		u := t.GivenUser()
		t.Get(u, engine.As(scim.SecondTenant)).Status(200)
	})}, withSecond(second))
	require.Equal(t, engine.Pass, report.Find("a.check").Outcome)
	for _, x := range report.Find("a.check").Exchanges {
		assert.False(t, bytes.Contains(x.Response.Body, []byte("zebulon")))
	}
}
