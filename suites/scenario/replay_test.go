package scenario_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/har"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
	"github.com/scimtest/scimtest/suites/scenario"
)

// at is an exchange of a recording of a target at http://old/scim.
func at(start, took int, method, url, body string, status int, answer string) har.Entry {
	x := scim.Exchange{
		Request: scim.Request{Method: method, Body: scim.Body(body), Header: http.Header{"Authorization": {"Bearer {{token-1}}"}, "X-Key": {"v"}}},
		Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(start) * time.Millisecond), Elapsed: time.Duration(took) * time.Millisecond,
	}
	if status != 0 {
		x.Response = &scim.Response{Status: status, Body: scim.Body(answer), Header: http.Header{"Content-Type": {scim.MediaType}}}
	}
	_, x.Request.RawQuery, _ = strings.Cut(url, "?")
	return har.Entry{URL: "http://old/scim" + url, Exchange: x}
}

// scripted answers each request in turn, and notes what came. Preflight and
// discovery are answered apart.
type scripted struct {
	mu      sync.Mutex
	answers []func(string) (int, string)
	got     []string
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", scim.MediaType)
	if strings.HasPrefix(r.UserAgent(), "scimtest/") {
		if r.Method == http.MethodDelete {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.got = append(s.got, "clean-up "+r.URL.Path)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[]}`)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)))
	if len(s.answers) == 0 {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	status, answer := s.answers[0](string(body))
	s.answers = s.answers[1:]
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

func answers(list ...any) (out []func(string) (int, string)) {
	for i := 0; i < len(list); i += 2 {
		out = append(out, func(string) (int, string) { return list[i].(int), list[i+1].(string) })
	}
	return out
}

// echo answers a create with what was sent and an id.
func echo(id string) func(string) (int, string) {
	return func(body string) (int, string) {
		return 201, `{"id":` + id + `,` + strings.TrimPrefix(body, "{")
	}
}

func replayTo(t *testing.T, s *scripted, o scenario.ReplayOptions, entries ...har.Entry) *engine.Report {
	t.Helper()
	target := httptest.NewServer(s)
	t.Cleanup(target.Close)
	check, err := scenario.Replay("dir/My run.har", &har.Recording{Entries: entries}, o)
	require.NoError(t, err)
	assert.Equal(t, "replay.my-run", check.ID)
	return run(t, target.URL+"/v2", check)
}

// Ids are replaced where ids stand, as whole values, and nowhere else: they may
// be as short as a number.
func TestIDsAreReplaced(t *testing.T) {
	s := &scripted{answers: append([]func(string) (int, string){echo(`"70"`), echo(`"80"`)}, answers(
		200, `{"id":"70","meta":{"version":"v7","location":"/v2/Users/70"}}`,
		204, "", 204, "",
		200, `{"totalResults":1,"Resources":[{"id":"70","userName":"1"}],"nextCursor":"here"}`,
		200, `{"totalResults":0}`,
		200, `{"Operations":[{"method":"DELETE","status":"204","location":"/v2/Users/70"}]}`,
		404, "", 404, "",
	)...)}
	report := replayTo(t, s, scenario.ReplayOptions{KeepNames: true},
		at(0, 1, "POST", "/Users", `{"userName":"1","externalId":"2"}`, 201, `{"id":"1","userName":"1","externalId":"2"}`),
		at(1, 1, "POST", "/Groups", `{"displayName":"Team 1"}`, 201, `{"id":"1","displayName":"Team 1"}`),
		at(2, 1, "PUT", "/Users/1", `{"id":"1","meta":{"location":"http://old/scim/Users/1"},"x":"1","manager":{"value":"1","$ref":"../Users/1"}}`,
			200, `{"id":"1","meta":{"version":"v1","location":"http://old/scim/Users/1"}}`),
		at(3, 1, "PATCH", "/Groups/1", `{"Operations":[{"op":"Add","path":"members","value":[{"value":"1"}]},{"op":"remove","path":"members[value eq \"1\"]"}]}`, 204, ""),
		at(4, 1, "PATCH", "/Groups/1?x=%31", `{"Operations":[{"op":"add","path":"title","value":"1"}]}`, 204, ""),
		at(5, 1, "GET", "/Users?filter=id+eq+%221%22+or+members.value%20eq%20%221%22+or+title+eq+%221%22", "",
			200, `{"totalResults":1,"Resources":[{"id":"1","userName":"1"}],"nextCursor":"there"}`),
		at(6, 1, "GET", "/Users?cursor=there", "", 200, `{"totalResults":0}`),
		at(7, 1, "POST", "/Bulk", `{"Operations":[{"method":"DELETE","path":"/Users/1","version":"v1"},{"method":"POST","path":"/Users","bulkId":"1"}]}`,
			200, `{"Operations":[{"method":"DELETE","status":"204","location":"http://old/scim/Users/1"}]}`),
		at(8, 1, "DELETE", "/Users/99", "", 404, ""),
		at(9, 1, "GET", "/Groups/1", "", 404, ""),
	)
	require.Equal(t, engine.Pass, outcome(report), reason(report))
	base := report.Target.BaseURL
	assert.Equal(t, []string{
		`POST /v2/Users {"userName":"1","externalId":"2"}`,
		`POST /v2/Groups {"displayName":"Team 1"}`,
		`PUT /v2/Users/70 {"id":"70","meta":{"location":"` + base + `/Users/70"},"x":"1","manager":{"value":"70","$ref":"../Users/70"}}`,
		`PATCH /v2/Groups/80 {"Operations":[{"op":"Add","path":"members","value":[{"value":"70"}]},{"op":"remove","path":"members[value eq \"70\"]"}]}`,
		`PATCH /v2/Groups/80?x=%31 {"Operations":[{"op":"add","path":"title","value":"1"}]}`,
		`GET /v2/Users?filter=id+eq+%2270%22+or+members.value%20eq%20%2270%22+or+title+eq+%221%22`,
		`GET /v2/Users?cursor=here`,
		`POST /v2/Bulk {"Operations":[{"method":"DELETE","path":"/Users/70","version":"v7"},{"method":"POST","path":"/Users","bulkId":"1"}]}`,
		`DELETE /v2/Users/99-` + tagIn(t, s.got[8], "99-"),
		`GET /v2/Groups/80`,
	}, s.got[:10], "what was not recorded as ours is not touched")
}

func tagIn(t *testing.T, text, behind string) string {
	t.Helper()
	_, tag, ok := strings.Cut(text, behind)
	require.True(t, ok, text)
	if i := strings.IndexAny(tag, `"%/@+ `); i >= 0 {
		tag = tag[:i]
	}
	return tag
}

// People get other names everywhere, with the shape that they had.
func TestPeopleAreRenamed(t *testing.T) {
	create := `{"userName":"Ann.Lee+1@x.example","externalId":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","displayName":"Ann Lee","emails":[{"value":"ann@x.example","type":"work"}],"type":"ann","password":"{{password-1}}"}`
	s := &scripted{answers: append(answers(200, `{"totalResults":0}`), echo(`"7"`), answers(200, `{"totalResults":1,"Resources":[{"id":"7"}]}`)[0])}
	report := replayTo(t, s, scenario.ReplayOptions{},
		at(0, 1, "GET", "/Users?filter=userName%20eq%20%22ANN.LEE%2B1%40x.example%22", "", 200, `{"totalResults":0}`),
		at(1, 1, "POST", "/Users", create, 201, `{"id":"7",`+create[1:]),
		at(2, 1, "GET", "/Users?filter=userName+eq+Ann.Lee%2B1%40x.example", "", 200, `{"totalResults":1,"Resources":[{"id":"7"}]}`),
	)
	require.Equal(t, engine.Pass, outcome(report), reason(report))
	tag := tagIn(t, s.got[1], "Ann.Lee.")
	assert.Contains(t, tag, report.RunID)
	assert.Equal(t, "GET /v2/Users?filter=userName%20eq%20%22ANN.LEE."+tag+"%2B1%40x.example%22", s.got[0])
	assert.Equal(t, "GET /v2/Users?filter=userName+eq+Ann.Lee."+tag+"%2B1%40x.example", s.got[2])
	var sent struct{ UserName, ExternalID, DisplayName, Type, Password string }
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(s.got[1], "POST /v2/Users ")), &sent))
	assert.Equal(t, "Ann.Lee."+tag+"+1@x.example", sent.UserName)
	assert.Equal(t, "Ann Lee "+tag, sent.DisplayName)
	assert.Regexp(t, `^3f2504e0-4f89-41d3-9a0c-[0-9a-f]{12}$`, sent.ExternalID)
	assert.NotEqual(t, "3f2504e0-4f89-41d3-9a0c-0305e82c3301", sent.ExternalID)
	assert.Equal(t, "ann", sent.Type)
	assert.Greater(t, len(sent.Password), 12)
	b, err := json.Marshal(report)
	require.NoError(t, err)
	assert.NotContains(t, string(b), sent.Password, "a made-up password is a secret too")
}

// What was there before the recording began is not touched: an id may be that of
// somebody else here.
func TestForeignResourceBlocks(t *testing.T) {
	s := &scripted{}
	report := replayTo(t, s, scenario.ReplayOptions{}, at(0, 1, "DELETE", "/Users/17", "", 204, ""))
	assert.Equal(t, engine.Blocked, outcome(report))
	assert.Contains(t, reason(report), "/Users/17, which the recording does not create")
	assert.Empty(t, s.got)
	assert.Equal(t, engine.ExitUntested, report.ExitCode())
}

func TestDifferences(t *testing.T) {
	const sent = `{"userName":"a","active":true,"title":"Welder","nickName":"z"}`
	const was = `{"id":"1","userName":"a","active":true,"title":"Welder","made":"by it","n":1,"list":[{"a":"x"},{"a":"y"}],"meta":{"version":"1"}}`
	for name, c := range map[string]struct {
		status  int
		answer  string
		outcome engine.Outcome
		words   string
	}{
		"the same":                 {201, was, engine.Pass, ""},
		"what the target makes":    {201, `{"id":"2","userName":"a","active":true,"title":"Welder","made":"other","n":2,"list":[{"a":"y"},{"a":"z"}],"meta":{"version":"9"}}`, engine.Pass, ""},
		"another order and case":   {201, `{"META":{"version":"1"},"Id":"1","userName":"A","active":true,"title":"Welder","made":"by it","n":1,"list":[{"a":"x"},{"a":"y"}]}`, engine.Pass, ""},
		"another status":           {200, was, engine.Fail, "POST /Users answers 200, and answered 201 when it was recorded"},
		"a refusal":                {409, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"uniqueness","detail":"taken"}`, engine.Fail, "got 409 uniqueness: taken"},
		"no body":                  {201, ``, engine.Fail, "the answer has no body"},
		"not JSON":                 {201, `<html>`, engine.Fail, "the body is not JSON"},
		"what was sent":            {201, strings.Replace(was, "Welder", "Baker", 1), engine.Fail, `title has another value than when it was recorded | title: want "Welder", got "Baker"`},
		"a boolean":                {201, strings.Replace(was, "true", "false", 1), engine.Fail, "active has another value"},
		"another type":             {201, strings.Replace(was, "true", `"true"`, 1), engine.Fail, "active has another type than when it was recorded | active: want a boolean, got a string"},
		"something lacks":          {201, strings.Replace(was, `"made":"by it",`, "", 1), engine.Fail, "made is absent"},
		"something deep lacks":     {201, strings.Replace(was, `{"version":"1"}`, "{}", 1), engine.Fail, "meta.version is absent"},
		"fewer values":             {201, strings.Replace(was, `,{"a":"y"}`, "", 1), engine.Fail, "list has another number of values than when it was recorded | list: want 2, got 1"},
		"something new":            {201, strings.Replace(was, `"n":1`, `"n":1,"new":1`, 1), engine.Advisory, "new is there"},
		"something the client set": {201, strings.Replace(was, `"n":1`, `"n":1,"nickName":"z"`, 1), engine.Fail, "nickName is there"},
		"nothing for nothing":      {201, strings.Replace(was, `"n":1`, `"n":1,"nickName":null,"x":[]`, 1), engine.Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{answers: answers(c.status, c.answer)}
			report := replayTo(t, s, scenario.ReplayOptions{KeepNames: true}, at(0, 1, "POST", "/Users", sent, 201, was))
			assert.Equal(t, c.outcome, outcome(report), reason(report))
			assert.Contains(t, reason(report), c.words)
		})
	}
}

// The first difference ends the replay; what was created is removed.
func TestFirstDifferenceEnds(t *testing.T) {
	s := &scripted{answers: []func(string) (int, string){echo(`"7"`), answers(500, "")[0]}}
	report := replayTo(t, s, scenario.ReplayOptions{},
		at(0, 1, "POST", "/Users", `{"userName":"a"}`, 201, `{"id":"1","userName":"a"}`),
		at(1, 1, "DELETE", "/Users/1", "", 204, ""),
		at(2, 1, "GET", "/Users/1", "", 404, ""),
	)
	assert.Equal(t, engine.Fail, outcome(report))
	require.Len(t, s.got, 3)
	assert.Equal(t, "clean-up /v2/Users/7", s.got[2])
}

// What the target put off is not sent again: the client did that itself.
func TestWhatWasPutOffIsLeftOut(t *testing.T) {
	s := &scripted{answers: answers(200, `{"totalResults":0}`)}
	off := at(0, 1, "GET", "/Users", "", 503, "")
	off.Exchange.Response.Header.Set("Retry-After", "1")
	lost := at(0, 1, "GET", "/Users", "", 0, "")
	lost.Exchange.Phase = scim.PhaseConnect
	report := replayTo(t, s, scenario.ReplayOptions{},
		off, lost, at(1, 1, "GET", "/Users", "", 429, ""), at(2, 1, "GET", "/Users", "", 401, ""), at(3, 1, "GET", "/Users", "", 200, `{"totalResults":0}`))
	assert.Equal(t, engine.Pass, outcome(report), reason(report))
	assert.Len(t, s.got, 1)
}

// With the recorded timing, what overlapped does so again, and what waited for
// an answer does so too; pauses are left out.
func TestRecordedTiming(t *testing.T) {
	var mu sync.Mutex
	var events []string
	note := func(e string) { mu.Lock(); defer mu.Unlock(); events = append(events, e) }
	both, come := make(chan struct{}), 0
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", scim.MediaType)
		if strings.HasPrefix(r.UserAgent(), "scimtest/") {
			_, _ = io.WriteString(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`)
			return
		}
		who := r.URL.Query().Get("filter")
		note("begin " + who)
		if who == "b" || who == "c" {
			mu.Lock()
			if come++; come == 2 {
				close(both)
			}
			mu.Unlock()
			select { // neither is answered before the other has come
			case <-both:
			case <-r.Context().Done():
			}
		}
		note("end " + who)
		_, _ = io.WriteString(w, `{"totalResults":0}`)
	}))
	defer target.Close()
	var entries []har.Entry
	for _, e := range []struct {
		who         string
		start, took int
	}{{"a", 0, 5}, {"b", 60_000, 50}, {"c", 60_010, 50}, {"d", 3_600_000, 5}} {
		entries = append(entries, at(e.start, e.took, "GET", "/Users?filter="+e.who, "", 200, `{"totalResults":0}`))
	}
	check, err := scenario.Replay("x.har", &har.Recording{Entries: entries}, scenario.ReplayOptions{Timing: scenario.Recorded})
	require.NoError(t, err)
	start := time.Now()
	report := run(t, target.URL, check)
	assert.Equal(t, engine.Pass, outcome(report), reason(report))
	assert.Less(t, time.Since(start), 30*time.Second)
	require.Len(t, events, 8)
	assert.Equal(t, []string{"begin a", "end a"}, events[:2])
	// They are sent in this order, on two connections: nobody knows in which they come.
	assert.ElementsMatch(t, []string{"begin b", "begin c"}, events[2:4])
	assert.Equal(t, []string{"begin d", "end d"}, events[6:])
}

func TestWhatCannotBeReplayed(t *testing.T) {
	_, err := scenario.Replay("x.har", &har.Recording{}, scenario.ReplayOptions{})
	require.ErrorContains(t, err, "--recorded-url")
	_, err = scenario.Replay("x.har", &har.Recording{Entries: []har.Entry{at(0, 1, "GET", "/Users", "", 200, "")}}, scenario.ReplayOptions{BaseURL: "http://other"})
	require.ErrorContains(t, err, "no exchange with http://other")
	secret := []har.Entry{at(0, 1, "GET", "/Users?key={{secret-1}}", "", 200, `{"totalResults":0}`)}
	_, err = scenario.Replay("x.har", &har.Recording{Entries: secret}, scenario.ReplayOptions{})
	require.ErrorContains(t, err, "--secret secret-1=VARIABLE")
	s := &scripted{answers: answers(200, `{"totalResults":0}`)}
	report := replayTo(t, s, scenario.ReplayOptions{Secrets: map[string]string{"secret-1": "s3cret-value"}}, secret...)
	assert.Equal(t, engine.Pass, outcome(report), reason(report))
	assert.Equal(t, []string{"GET /v2/Users?key=s3cret-value"}, s.got)
	assert.NotContains(t, fmt.Sprint(report.Results), "s3cret-value")
	requests, creates := scenario.Requests(&har.Recording{Entries: secret}, scenario.ReplayOptions{})
	assert.Equal(t, [2]int{1, 0}, [2]int{requests, creates})
}
