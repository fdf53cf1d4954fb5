package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// What a Given method cannot arrange blocks the check and shows why.
func TestWhatCannotBeArrangedBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		answer *scim.Exchange
		reason string
	}{
		"a refused create":          {"POST", answer(400, scimError(400)), "could not arrange: POST /Users answers 400, want 201"},
		"a create answered 200":     {"POST", answer(200, `{"id":"1"}`), "could not arrange: POST /Users answers 200, want 201"},
		"a create without an id":    {"POST", answer(201, `{}`), "could not arrange: POST /Users: the answer to the create has no id"},
		"a create without JSON":     {"POST", answer(201, ``), "could not arrange: POST /Users: the body is not a JSON object"},
		"a user that is not there":  {"GET", answer(404, scimError(404)), "could not arrange: GET /Users/{id} answers 404, want 200"},
		"a user that is another":    {"GET", answer(200, `{"id":"other"}`), "could not arrange a resource at /Users: reading it back gives another id"},
		"a user that is unreadable": {"GET", answer(200, `<html>`), "could not arrange: GET /Users/{id}: the body is not a JSON object"},
	} {
		s := &target{before: func(req scim.Request) *scim.Exchange {
			if req.Method == c.method && (c.method == "POST" || strings.HasPrefix(req.Path, "/Users/")) {
				return c.answer
			}
			return nil
		}}
		res := one(t, s, func(t *engine.T) { t.Get(t.GivenUser()).Status(200) })
		assert.Equal(t, engine.Blocked, res.Outcome, name)
		assert.Equal(t, c.reason, res.Reason, name)
		assert.NotEmpty(t, res.Exchanges, name)
	}
}

// Later read-backs are judged, because the same read worked before. Where
// nothing was read before, one that cannot be read blocks, and what a readable
// one holds is judged.
func TestReadBack(t *testing.T) {
	arranged := func(t *engine.T) *engine.Resource { return t.GivenUser() }
	created := func(t *engine.T) *engine.Resource {
		doc := t.NewUser()
		return t.Post("/Users", doc).Status(201).Created("/Users", doc)
	}
	gone := func(s *target) { s.before = reads(answer(404, scimError(404))) }
	garbled := func(s *target) { s.before = reads(answer(200, "<html>")) }
	for name, c := range map[string]struct {
		given   func(*engine.T) *engine.Resource
		then    func(*target)
		judge   func(*engine.Answer)
		outcome engine.Outcome
	}{
		"read before, gone":         {arranged, gone, status200, engine.Fail},
		"read before, garbled":      {arranged, garbled, hasUserName, engine.Fail},
		"unread, gone":              {created, gone, status200, engine.Blocked},
		"unread, gone, but judged":  {created, gone, func(a *engine.Answer) { a.Judged().Status(200) }, engine.Fail},
		"unread, garbled":           {created, garbled, hasUserName, engine.Blocked},
		"unread, another value":     {created, func(*target) {}, func(a *engine.Answer) { a.Status(200).Equal("userName", "x") }, engine.Fail},
		"unread, while arranging":   {created, func(*target) {}, func(a *engine.Answer) { a.Arranging().Status(200).Equal("userName", "x") }, engine.Blocked},
		"unread, as it should be":   {created, func(*target) {}, hasUserName, engine.Pass},
		"read before, as it should": {arranged, func(*target) {}, hasUserName, engine.Pass},
	} {
		s := &target{}
		res := one(t, s, func(t *engine.T) {
			u := c.given(t)
			c.then(s)
			c.judge(t.Get(u))
		})
		assert.Equal(t, c.outcome, res.Outcome, "%s: %s", name, res.Reason)
	}

	s := &target{}
	res := one(t, s, func(t *engine.T) {
		u := created(t)
		t.Get(u).Status(200)
		gone(s)
		t.Get(u).Status(200)
	})
	assert.Equal(t, engine.Fail, res.Outcome, "a read that has worked once is judged")
}

func status200(a *engine.Answer)   { a.Status(200) }
func hasUserName(a *engine.Answer) { a.Has("userName") }

func reads(x *scim.Exchange) func(scim.Request) *scim.Exchange {
	return func(req scim.Request) *scim.Exchange {
		if req.Method == http.MethodGet && strings.HasPrefix(req.Path, "/Users/") {
			return x
		}
		return nil
	}
}

// With settles-within a read by id waits until the write shows, and everything
// is judged on that one read.
func TestSettlesWithin(t *testing.T) {
	settles := func(byID, byFilter time.Duration) func(*engine.Plan) {
		return func(p *engine.Plan) {
			p.Profile = &profile.Profile{}
			p.Profile.SettlesWithin.ByID, p.Profile.SettlesWithin.ByFilter = byID, byFilter
		}
	}
	late := func(s *target, stale *scim.Exchange) {
		left := 2
		s.before = func(req scim.Request) *scim.Exchange {
			if x := reads(stale)(req); x != nil && left > 0 {
				left--
				return x
			}
			return nil
		}
	}
	created := func(t *engine.T, s *target) {
		late(s, answer(404, scimError(404)))
		t.Get(t.GivenUnread("/Users", t.NewUser())).Judged().Status(200).Has("userName")
	}
	changed := func(t *engine.T, s *target) {
		u := t.GivenUser()
		late(s, answer(200, string(u.Body.Raw())))
		t.Patch(u, engine.Replace("active", false)).Status(204)
		t.Get(u).Status(200).Equal("active", false)
	}
	deleted := func(t *engine.T, s *target) {
		u := t.GivenUser()
		late(s, answer(200, string(u.Body.Raw())))
		t.Delete(u).Status(204)
		t.Get(u).Status(404)
	}
	for name, body := range map[string]func(*engine.T, *target){"created": created, "changed": changed, "deleted": deleted} {
		synctest.Test(t, func(t *testing.T) {
			s := &target{}
			res := one(t, s, func(t *engine.T) { body(t, s) }, settles(time.Second, 0))
			assert.Equal(t, engine.Pass, res.Outcome, "%s: %s", name, res.Reason)
			assert.NotEqual(t, engine.Pass, one(t, s, func(t *engine.T) { body(t, s) }).Outcome, "%s: without the window", name)
		})
	}

	// Where nothing positive can be seen it waits the whole window.
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		res := one(t, &target{}, func(t *engine.T) { t.List("/Users").Status(200) }, settles(0, time.Second))
		require.Equal(t, engine.Pass, res.Outcome)
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// Each expectation of an answer holds where it should, and else words the
// place, what was wanted and what was got.
func TestExpectations(t *testing.T) {
	const body = `{"schemas":["urn:x"],"id":"7","userName":"Ann","active":true,"n":1.0,"title":null,"tags":[],` +
		`"emails":[{"value":"a@x","type":"work"},{"value":"b@x","type":"home"}],"name":{"familyName":"Lee","givenName":"Ann"}}`
	for name, c := range map[string]struct {
		expect func(*engine.Answer)
		want   string // "where|want|got"; empty when it holds
	}{
		"has":                    {func(a *engine.Answer) { a.Has("id", "USERNAME", `emails[type eq "work"].value`) }, ""},
		"has, null":              {func(a *engine.Answer) { a.Has("title") }, "title|present|absent"},
		"has not":                {func(a *engine.Answer) { a.HasNot("title", "tags", "nothing") }, ""},
		"has not, but is":        {func(a *engine.Answer) { a.HasNot("id") }, `id|absent|"7"`},
		"equal":                  {func(a *engine.Answer) { a.Equal("active", true).Equal("n", 1).Equal("userName", "Ann") }, ""},
		"equal, key order":       {func(a *engine.Answer) { a.Equal("name", engine.Doc{"givenName": "Ann", "familyName": "Lee"}) }, ""},
		"equal, another":         {func(a *engine.Answer) { a.Equal("userName", "ann") }, `userName|"ann"|"Ann"`},
		"equal, another type":    {func(a *engine.Answer) { a.Equal("active", "true") }, `active|"true"|true`},
		"equal, absent":          {func(a *engine.Answer) { a.Equal("title", "x") }, `title|"x"|absent`},
		"equal fold":             {func(a *engine.Answer) { a.EqualFold("userName", "aNN") }, ""},
		"equal text":             {func(a *engine.Answer) { a.EqualText("userName", "Ann") }, ""},
		"equal text, other case": {func(a *engine.Answer) { a.EqualText("userName", "ann") }, `userName|"ann"|"Ann"`},
		"equal fold, another":    {func(a *engine.Answer) { a.EqualFold("userName", "Bob") }, `userName|"Bob"|"Ann"`},
		"not equal":              {func(a *engine.Answer) { a.NotEqual("userName", "Bob").NotEqual("title", "x") }, ""},
		"not equal, but is":      {func(a *engine.Answer) { a.NotEqual("emails.value", "b@x") }, `emails.value|not "b@x"|"b@x"`},
		"count":                  {func(a *engine.Answer) { a.Count("emails", 2).Count("tags", 0) }, ""},
		"count, another":         {func(a *engine.Answer) { a.Count("emails", 3) }, "emails|3|2"},
		"header":                 {func(a *engine.Answer) { a.HasHeader("content-type") }, ""},
		"header, absent":         {func(a *engine.Answer) { a.HasHeader("Location") }, "header Location|present|absent"},
		"status of several":      {func(a *engine.Answer) { a.Status(201, 200).Success().NoServerError() }, ""},
		"status, refused":        {func(a *engine.Answer) { a.Refused() }, "status|4xx|200"},
		"empty":                  {func(a *engine.Answer) { a.Empty() }, "body|no body|a body"},
		"a SCIM error":           {func(a *engine.Answer) { a.SCIMError(200, "uniqueness") }, "scimType|uniqueness|not a SCIM Error"},
		"a list":                 {func(a *engine.Answer) { a.Page() }, "body|a ListResponse|no ListResponse: neither Resources nor totalResults"},
		"a condition":            {func(a *engine.Answer) { a.Holds(false, "here", "this", "that", "message") }, "here|this|that"},
		"a condition that holds": {func(a *engine.Answer) { a.Holds(true, "here", "this", "that", "message") }, ""},
	} {
		s := &target{before: things(func() *scim.Exchange { return answer(200, body) })}
		res := one(t, s, func(t *engine.T) { c.expect(t.Fetch("/Things")) })
		got := ""
		for _, f := range res.Findings {
			got += f.Where + "|" + f.Want + "|" + f.Got
		}
		assert.Equal(t, c.want, got, name)
		assert.NotEqual(t, engine.Broken, res.Outcome, name)
	}
}

func TestWhatAQueryFinds(t *testing.T) {
	for name, c := range map[string]struct {
		judge   func(a *engine.Answer, x, y *engine.Resource)
		message string
	}{
		"exactly":        {func(a *engine.Answer, x, y *engine.Resource) { a.Finds(y, x) }, ""},
		"one is missing": {func(a *engine.Answer, x, y *engine.Resource) { a.Finds(x, y, &engine.Resource{ID: "9"}) }, "the answer lacks resources that fulfil the query"},
		"one too many":   {func(a *engine.Answer, x, y *engine.Resource) { a.Finds(x) }, "the answer holds resources that do not fulfil the query"},
		"in order":       {func(a *engine.Answer, x, y *engine.Resource) { a.InOrder(x, y) }, ""},
		"another order":  {func(a *engine.Answer, x, y *engine.Resource) { a.InOrder(y, x) }, "the resources are in another order"},
		"among others":   {func(a *engine.Answer, x, y *engine.Resource) { a.Contains(y) }, ""},
		"not among them": {func(a *engine.Answer, x, y *engine.Resource) { a.Contains(&engine.Resource{ID: "9"}) }, "the answer lacks a resource that fulfils the query"},
		"lacks":          {func(a *engine.Answer, x, y *engine.Resource) { a.Lacks(&engine.Resource{ID: "9"}) }, ""},
		"lacks, but not": {func(a *engine.Answer, x, y *engine.Resource) { a.Lacks(y) }, "the answer holds a resource that does not fulfil the query"},
		"only":           {func(a *engine.Answer, x, y *engine.Resource) { a.Only(x, y, &engine.Resource{ID: "9"}) }, ""},
		"not only":       {func(a *engine.Answer, x, y *engine.Resource) { a.Only(x) }, "the answer holds resources that do not fulfil the query"},
	} {
		res := one(t, &target{}, func(t *engine.T) {
			users := t.GivenUsers(2)
			c.judge(t.List("/Users"), users[0], users[1])
		})
		message := ""
		if len(res.Findings) > 0 {
			message = res.Findings[0].Message
		}
		assert.Equal(t, c.message, message, name)
	}
}

// Names have no letter case: what is changed in a document that was read keeps
// the spelling of the target, and no name is there twice.
func TestChangesKeepTheSpellingOfWhatWasRead(t *testing.T) {
	d := engine.Doc{"UserName": "ada", "Name": engine.Doc{"givenName": "Ada"}, "Title": "Dr"}
	for _, change := range []engine.With{
		engine.Set("userName", "eve"), engine.Set("name.familyName", "Byron"), engine.Unset("title"), engine.Set("active", true),
	} {
		change(d)
	}
	assert.Equal(t, engine.Doc{
		"UserName": "eve", "Name": engine.Doc{"givenName": "Ada", "familyName": "Byron"}, "active": true,
	}, d)
}
