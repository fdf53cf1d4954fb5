package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// What a check creates is removed, last first, however the check ends.
func TestCleanUp(t *testing.T) {
	for name, end := range map[string]func(*engine.T){
		"a pass":  func(t *engine.T) { t.Fetch("/Users").Status(200) },
		"a fail":  func(t *engine.T) { t.Fetch("/Users").Status(500) },
		"a block": func(t *engine.T) { t.Block("no clock") },
		"a panic": func(*engine.T) { panic("oh") },
	} {
		s := &target{}
		report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) {
			u := t.GivenUser()
			t.GivenGroup(engine.Members(u))
			t.Doer().Do(t.Context(), scim.Request{Method: "POST", Path: "/Users", Body: scim.Body(`{"userName":"` + t.Tag() + `"}`)})
			end(t)
		})})
		sent := s.sent()
		assert.Equal(t, []string{"DELETE /Users/id3", "DELETE /Groups/id2", "DELETE /Users/id1"}, sent[len(sent)-3:], name)
		assert.Equal(t, engine.Pass, report.Find("clean-up").Outcome, name)
		assert.True(t, report.NothingLeft(), name)
	}
}

// Only what the run created is ever deleted: what a lost answer may have
// created is searched, and has to bear the tag.
func TestCleanUpAfterALostAnswer(t *testing.T) {
	for name, keeps := range map[string]bool{"created": true, "not created": false} {
		s := &target{}
		s.put("/Users/other", `{"id":"other","userName":"bob@corp.test"}`)
		s.before = func(req scim.Request) *scim.Exchange {
			if req.Method != http.MethodPost {
				return nil
			}
			if keeps {
				s.mu.Lock()
				s.serve(req)
				s.mu.Unlock()
			}
			return closed()
		}
		report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) {
			t.Post("/Users", t.NewUser()).Status(201)
		}), check("b.check", func(t *engine.T) {
			t.Post("/Users", engine.Doc{"userName": "bob@corp.test"}).Status(201)
		})})
		assert.Equal(t, []string{`{"id":"other","userName":"bob@corp.test"}`}, s.users()[:1], name)
		assert.Equal(t, engine.Pass, report.Find("clean-up").Outcome, name)
	}
}

// A create that is done later is told by an event, whose id is not that of what
// was created.
func TestCleanUpAfterAnAsynchronousCreate(t *testing.T) {
	for _, location := range []string{"", "/Events/77", "https://scim.example.com/v2/Users/id1"} {
		s := &target{}
		s.before = func(req scim.Request) *scim.Exchange {
			if req.Method != http.MethodPost {
				return nil
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.serve(req)
			x := answer(202, "")
			x.Response.Header.Set("Location", location)
			return x
		}
		report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) {
			t.Post("/Users", t.NewUser()).Status(202)
		})})
		assert.Empty(t, s.users(), location)
		assert.Equal(t, engine.Pass, report.Find("clean-up").Outcome, location)
	}
}

// A target that only says that it has deleted is asked again, and what is left
// is counted.
func TestWhatIsLeftIsCounted(t *testing.T) {
	s := &target{before: func(req scim.Request) *scim.Exchange {
		if req.Method == http.MethodDelete {
			return answer(500, scimError(500))
		}
		return nil
	}}
	report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) {
		t.GivenUsers(2)
		t.GivenGroup()
		t.Fetch("/Users").Status(200)
	})})
	res := report.Find("clean-up")
	assert.Equal(t, engine.Advisory, res.Outcome)
	assert.Equal(t, "resources could not be removed: 3; try: scimtest clean https://scim.example.com/v2 --run "+runID, res.Reason)
	assert.Equal(t, []engine.Finding{
		{Message: "resources could not be removed", Where: "/Groups", Count: 1, Advisory: true},
		{Message: "resources could not be removed", Where: "/Users", Count: 2, Advisory: true},
	}, res.Findings)
	assert.False(t, report.NothingLeft())

	lying := &target{}
	lying.before = func(req scim.Request) *scim.Exchange {
		if req.Method == http.MethodDelete && strings.HasPrefix(req.Path, "/Users/") {
			return answer(204, "")
		}
		return nil
	}
	play(t, lying, []engine.Check{check("a.check", func(t *engine.T) { t.Delete(t.GivenUser()).Status(204) })},
		func(p *engine.Plan) { p.Profile = &profile.Profile{Cleanup: "deactivate"} })
	sent := lying.sent()
	assert.Equal(t, []string{"DELETE /Users/id1", "DELETE /Users/id1"}, sent[len(sent)-2:])
}

// How the profile has resources removed, and what is done where DELETE is not
// offered.
func TestCleanUpByProfile(t *testing.T) {
	refuse := func(code int) func(scim.Request) *scim.Exchange {
		return func(req scim.Request) *scim.Exchange {
			if req.Method == http.MethodDelete {
				return answer(code, scimError(code))
			}
			return nil
		}
	}
	log := filepath.Join(t.TempDir(), "log")
	for name, c := range map[string]struct {
		profile profile.Profile
		before  func(scim.Request) *scim.Exchange
		last    string // the last request
		outcome engine.Outcome
		reason  string
	}{
		"delete":        {profile.Profile{Cleanup: "delete"}, nil, "DELETE /Users/id1", engine.Pass, ""},
		"keep":          {profile.Profile{Cleanup: "keep"}, nil, "GET /Users/id1", engine.Skip, "the profile keeps what a run creates"},
		"deactivate":    {profile.Profile{Cleanup: "deactivate"}, nil, "PATCH /Users/id1", engine.Pass, "users are deactivated, as the profile asks: 1"},
		"DELETE absent": {absentMethods("DELETE"), nil, "PATCH /Users/id1", engine.Advisory, "users are deactivated, since DELETE is not offered: 1"},
		"501":           {profile.Profile{}, refuse(501), "PATCH /Users/id1", engine.Advisory, "users are deactivated, since DELETE is not offered: 1"},
		"405":           {profile.Profile{}, refuse(405), "PATCH /Users/id1", engine.Advisory, "users are deactivated, since DELETE is not offered: 1"},
		"404":           {profile.Profile{}, refuse(404), "DELETE /Users/id1", engine.Pass, ""},
		"command": {profile.Profile{Cleanup: "command", CleanupCommand: []string{"sh", "-c", `echo "$1 $2" > ` + log, "remove"}}, nil,
			"GET /Users/id1", engine.Pass, ""},
		"a command that fails": {profile.Profile{Cleanup: "command", CleanupCommand: []string{"false"}}, nil, "GET /Users/id1", engine.Advisory,
			"resources could not be removed: 1; try: scimtest clean https://scim.example.com/v2 --run " + runID},
	} {
		s := &target{before: c.before}
		report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) {
			t.Get(t.GivenUser()).Status(200)
		})}, func(p *engine.Plan) { p.Profile = &c.profile })
		sent := s.sent()
		assert.Equal(t, c.last, sent[len(sent)-1], name)
		assert.Equal(t, c.outcome, report.Find("clean-up").Outcome, name)
		assert.Equal(t, c.reason, report.Find("clean-up").Reason, name)
	}
	args, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Equal(t, "Users id1\n", string(args))
}

// journal makes a journal in a folder of the test and returns its lines.
func journal(t *testing.T) (*engine.Journal, func() []string) {
	t.Helper()
	path := engine.JournalPath(t.TempDir(), runID)
	j, err := engine.CreateJournal(path, "1.2", runID, "https://scim.example.com/v2", "")
	require.NoError(t, err)
	t.Cleanup(func() { j.Close(false) })
	return j, func() []string {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		return strings.Split(strings.TrimSpace(string(b)), "\n")
	}
}

// "will" is written before the request that creates, "did" after its answer,
// "gone" when it is removed; credentials are nowhere.
func TestJournal(t *testing.T) {
	j, lines := journal(t)
	s := &target{}
	s.before = func(req scim.Request) *scim.Exchange {
		if req.Method == http.MethodPost && req.Path == "/Users" {
			require.Contains(t, lines()[len(lines())-1], `"will"`, "it survives a kill before the answer")
		}
		return nil
	}
	var u *engine.Resource
	play(t, holder{s, []string{"token-4711"}}, []engine.Check{check("a.check", func(t *engine.T) {
		u = t.GivenUser()
		t.Send("POST", "/Users", nil, engine.RawBody(scim.MediaType, `{"nickName":"x"}`)).Status(201)
		t.Search("/Users", engine.Doc{})
	})}, func(p *engine.Plan) { p.Journal = j })
	got := lines()
	require.Len(t, got, 7)
	assert.Contains(t, got[0], `{"journal":1,"version":"1.2","run":"`+runID+`","base_url":"https://scim.example.com/v2","started":`)
	assert.Equal(t, []string{
		fmt.Sprintf(`{"event":"will","n":1,"check":"a.check","endpoint":"/Users","userName":"%s","displayName":"%s","externalId":"%s"}`,
			u.Text("userName"), u.Text("displayName"), u.Text("externalId")),
		`{"event":"did","n":1,"id":"id1","status":201}`,
		`{"event":"will","n":2,"check":"a.check","endpoint":"/Users"}`,
	}, got[1:4])
	assert.Equal(t, []string{`{"event":"gone","n":2}`, `{"event":"gone","n":1}`}, got[5:])
	assert.NotContains(t, strings.Join(got, ""), "token-4711")
}

func TestJournalIsLocked(t *testing.T) {
	j, _ := journal(t)
	_, err := engine.CreateJournal(j.Path(), "1.2", runID, "https://scim.example.com/v2", "")
	require.ErrorContains(t, err, "is in use by another run; choose another --run-id")
	clean := func() error {
		_, err := engine.Clean(t.Context(), engine.CleanOptions{
			Target: &target{}, BaseURL: "https://scim.example.com/v2", Profile: &profile.Profile{}, RunID: runID, JournalPath: j.Path(),
		})
		return err
	}
	require.ErrorContains(t, clean(), "is still alive; end it first")
	require.NoError(t, j.Close(false))
	require.NoError(t, clean())
	assert.FileExists(t, j.Path())
}

func TestJournalIsRemovedWhenNothingIsLeft(t *testing.T) {
	j, _ := journal(t)
	require.NoError(t, j.Close(true))
	assert.NoFileExists(t, j.Path())
	var none *engine.Journal
	assert.NoError(t, none.Close(true))
	assert.NoError(t, none.Err())
}

func TestJournalThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := engine.CreateJournal(engine.JournalPath(file, runID), "1.2", runID, "", "")
	assert.ErrorContains(t, err, "name another with --journal")
	t.Setenv("XDG_STATE_HOME", "/state")
	dir, err := engine.JournalDir()
	require.NoError(t, err)
	assert.Equal(t, "/state/scimtest", filepath.ToSlash(dir))

	j, _ := journal(t)
	require.NoError(t, j.Close(false))
	report := play(t, &target{}, []engine.Check{check("a.check", func(t *engine.T) { t.GivenUser(); t.Fetch("/Users").Status(200) })},
		func(p *engine.Plan) { p.Journal = j })
	assert.Equal(t, engine.Advisory, report.Find("clean-up").Outcome)
	assert.Contains(t, report.Find("clean-up").Reason, "the journal could not be written")
}

const header = `{"journal":1,"version":"1.2","run":"` + runID + `","base_url":"https://scim.example.com/v2"}` + "\n"

// Clean removes what a killed run left: what the journal says was created and
// is not gone, and for what it cannot say, hits that bear the tag. Nothing
// else is touched.
func TestClean(t *testing.T) {
	const mine, theirs = `{"id":"mine","userName":"ann.` + runID + `xyz@x"}`, `{"id":"theirs","userName":"bob@x"}`
	options := func(s *target, path string) engine.CleanOptions {
		return engine.CleanOptions{
			Target: s, BaseURL: "https://scim.example.com/v2", Profile: &profile.Profile{}, RunID: runID, JournalPath: path, UserAgent: "scimtest/1",
		}
	}
	for name, c := range map[string]struct {
		journal string
		removed []string
	}{
		"did without gone":       {`{"event":"will","n":1,"endpoint":"/Users"}` + "\n" + `{"event":"did","n":1,"id":"mine","status":201}`, []string{"/Users/mine"}},
		"did and gone":           {`{"event":"will","n":1,"endpoint":"/Users"}` + "\n" + `{"event":"did","n":1,"id":"mine","status":201}` + "\n" + `{"event":"gone","n":1}`, nil},
		"will alone":             {`{"event":"will","n":1,"endpoint":"/Users","userName":"ann.` + runID + `xyz@x"}`, []string{"/Users/mine"}},
		"will of another's name": {`{"event":"will","n":1,"endpoint":"/Users","userName":"bob@x"}`, nil},
		"refused":                {`{"event":"will","n":1,"endpoint":"/Users","userName":"ann.` + runID + `xyz@x"}` + "\n" + `{"event":"did","n":1,"status":409}`, nil},
		"cut off":                {`{"event":"will","n":1,"endpoint":"/Users"}` + "\n" + `{"event":"did","n":1,"id":"mine","status":201}` + "\n" + `{"event":"go`, []string{"/Users/mine"}},
	} {
		s := &target{}
		s.put("/Users/theirs", theirs)
		s.put("/Users/mine", mine)
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, []byte(header+c.journal), 0o600))
		res, err := engine.Clean(t.Context(), options(s, path))
		require.NoError(t, err, name)
		assert.Equal(t, c.removed, res.Removed, name)
		assert.Empty(t, res.Left, name)
		assert.False(t, res.Walked, name)
		assert.Len(t, s.users(), 2-len(c.removed), name)
		assert.Contains(t, s.users(), theirs, name)
	}

	// Without a journal it walks for the tag, page by page.
	s := &target{types: listOf(userType, groupType, `{"name":"Device","endpoint":"/Devices"}`)}
	s.before = func(req scim.Request) *scim.Exchange {
		switch req.Path + "?" + req.RawQuery {
		case "/Users?startIndex=1&count=100":
			return answer(200, listOf(theirs))
		case "/Users?startIndex=2&count=100":
			return answer(200, listOf(mine))
		case "/Users?startIndex=3&count=100":
			return answer(200, listOf())
		case "/Devices?startIndex=1&count=100":
			return answer(200, `{"Resources":[{"id":"d1","displayName":"`+strings.ToUpper(runID)+`"}],"nextCursor":"c/2"}`)
		case "/Devices?cursor=c%2F2&count=100":
			return answer(200, `{"Resources":[{"id":"d2","displayName":"`+runID+`"}]}`)
		}
		if req.Method == http.MethodDelete {
			return answer(204, "")
		}
		return nil
	}
	res, err := engine.Clean(t.Context(), options(s, filepath.Join(t.TempDir(), "none")))
	require.NoError(t, err)
	assert.True(t, res.Walked)
	assert.Equal(t, []string{"/Devices/d1", "/Devices/d2", "/Users/mine"}, res.Removed)

	// What cannot be read or removed is said.
	dead := &target{before: func(scim.Request) *scim.Exchange { return answer(503, "") }}
	_, err = engine.Clean(t.Context(), options(dead, filepath.Join(t.TempDir(), "none")))
	require.ErrorContains(t, err, "could not read /Users to the end")
	path := filepath.Join(t.TempDir(), "journal")
	require.NoError(t, os.WriteFile(path, []byte(header+`{"event":"will","n":1,"endpoint":"/Users","userName":"ann"}`+"\n"+
		`{"event":"will","n":2,"endpoint":"/Users"}`+"\n"+`{"event":"did","n":2,"id":"x","status":201}`), 0o600))
	res, err = engine.Clean(t.Context(), options(dead, path))
	require.NoError(t, err)
	assert.Equal(t, []string{"/Users/x: DELETE /Users/{id} answers 503", "/Users (ann): GET /Users?filter answers 503"}, res.Left)

	elsewhere := options(s, path)
	elsewhere.BaseURL = "https://other.example.com"
	_, err = engine.Clean(t.Context(), elsewhere)
	require.ErrorContains(t, err, "wrote to https://scim.example.com/v2, not to https://other.example.com; give that URL")
	require.NoError(t, os.WriteFile(path, []byte("not a journal"), 0o600))
	_, err = engine.Clean(t.Context(), options(s, path))
	require.ErrorContains(t, err, "is not a journal of this version")
	bad := options(s, path)
	bad.RunID = "x"
	_, err = engine.Clean(t.Context(), bad)
	require.Error(t, err)
}

// A walk ends on a target that shows the same page for ever.
func TestCleanEndsOnAStubbornTarget(t *testing.T) {
	page := answer(200, listOf(`{"id":"1"}`, `{"id":"2"}`))
	s := scim.DoerFunc(func(context.Context, scim.Request) *scim.Exchange { return page })
	_, err := engine.Clean(t.Context(), engine.CleanOptions{
		Target: s, Profile: &profile.Profile{}, RunID: runID, JournalPath: filepath.Join(t.TempDir(), "none"),
	})
	require.NoError(t, err)
}
