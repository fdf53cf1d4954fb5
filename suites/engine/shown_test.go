package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// shown is everything that a report holds.
func shown(t *testing.T, r *engine.Report) string {
	t.Helper()
	b, err := json.Marshal(r)
	require.NoError(t, err)
	return string(b)
}

// Nothing of people that the run did not create is shown, wherever it stands.
func TestOthersAreNotShown(t *testing.T) {
	s := &target{}
	var foreign []string
	for i := range 50 {
		name, mail := fmt.Sprintf("Vigdis%dsdatter", i), fmt.Sprintf("vigdis%d@corp.example.org", i)
		foreign = append(foreign, name, mail)
		s.put(fmt.Sprintf("/Users/secret-%d", i), fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"secret-%d",`+
			`"userName":"%s","active":true,"name":{"familyName":"%s"},"emails":[{"value":"%s","type":"work"}],"employees":7%d}`, i, mail, name, mail, i))
	}
	people := strings.Join(s.users(), ",")
	other := map[string]string{
		"/Bare":     "[" + people + "]",
		"/Wrapped":  `{"data":{"users":[` + people + `]}}`,
		"/Names":    `{"Resources":["` + strings.Join(foreign, `","`) + `"]}`,
		"/CutOff":   `{"Resources":[` + people[:len(people)-9],
		"/BareCut":  "[" + people[:len(people)-9],
		"/Nameless": `{"Resources":[{"displayName":"` + foreign[0] + `"}]}`,
	}
	s.before = func(req scim.Request) *scim.Exchange {
		if body := other[req.Path]; body != "" {
			return answer(200, body)
		}
		return nil
	}
	var own *engine.Resource
	tells := invariant("it.tells", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
		return true, []engine.Finding{{Message: "all of it", Got: string(x.Response.Body)}}
	})
	report := play(t, s, []engine.Check{check("a.check", func(t *engine.T) {
		own = t.GivenUser()
		a := t.List("/Users").Status(200)
		a.Holds(false, "Resources", "nobody", "somebody", "there are people")
		for _, r := range a.Resources() {
			if r.ID() != own.ID {
				a.Equal("Resources.userName", "x")
				t.Fetch("/Users/"+r.ID()).Status(200).Equal("userName", "x")
				t.Expect(false, a, "userName", "nobody", r.Get("userName").String(), "there is somebody")
			}
		}
		for path := range other {
			t.Fetch(path).Status(200)
		}
	})}, held(tells))
	text := shown(t, report)
	for _, f := range foreign {
		assert.False(t, strings.Contains(text, f), f)
	}
	assert.Contains(t, text, own.Text("userName"), "what is ours is shown")

	list := report.Find("a.check").Exchanges[2]
	require.Equal(t, "/Users", list.Request.Path)
	masked, err := scim.ParseList(list.Response.Body)
	require.NoError(t, err)
	require.Len(t, masked.Resources, 51)
	assert.Equal(t, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"xxxxxx-0","userName":"xxxxxx0@xxxx.xxxxxxx.xxx","active":true,`+
		`"name":{"familyName":"xxxxxx0xxxxxxx"},"emails":[{"value":"xxxxxx0@xxxx.xxxxxxx.xxx","type":"xxxx"}],"employees":0}`,
		string(masked.Resources[0].Raw()), "shape and types are kept")
	assert.Equal(t, string(own.Body.Raw()), string(masked.Resources[50].Raw()))
}

// What is ours is shown as it came, byte for byte, also when the target writes
// names in another letter case or gives no name at all.
func TestOursIsShown(t *testing.T) {
	s := &target{}
	loud := `{"id":"77","userName":"` + strings.ToUpper(runID) + `@X"}`
	s.before = func(req scim.Request) *scim.Exchange {
		switch {
		case req.Method == http.MethodPost:
			return answer(201, loud)
		case req.Path == "/Users" && req.RawQuery == "attributes=id":
			return answer(200, `{ "totalResults":1, "Resources":[ {"id":"77"} ] }`)
		}
		return nil
	}
	res := one(t, s, func(t *engine.T) {
		t.GivenUnread("/Users", t.NewUser())
		t.Fetch("/Users", engine.Query("attributes", "id")).Status(200)
	})
	assert.Equal(t, loud, string(res.Exchanges[0].Response.Body))
	assert.Equal(t, `{ "totalResults":1, "Resources":[ {"id":"77"} ] }`, string(res.Exchanges[1].Response.Body))
}

// What a check sees of a sibling's resource does not depend on which of them
// is faster: the report is made when all that the run created is known.
func TestOursIsKnownInTheEnd(t *testing.T) {
	s := &target{before: things(func() *scim.Exchange { return answer(200, `{"id":"id1","nickName":"Sibling"}`) })}
	report := play(t, s, []engine.Check{
		check("a.sees", func(t *engine.T) { t.Fetch("/Things").Status(200) }),
		check("b.makes", func(t *engine.T) { t.GivenUser(); t.Fetch("/Users").Status(200) }),
	})
	assert.Contains(t, string(report.Find("a.sees").Exchanges[0].Response.Body), "Sibling")
}

// holder is a target that knows its secrets, as the client does.
type holder struct {
	*target
	secrets []string
}

func (h holder) Secrets() []string { return h.secrets }

// No secret is in any part of a report, however it is written: each becomes a
// typed marker.
func TestSecretsAreNotShown(t *testing.T) {
	const token, cookie = `to/ken+with"quote`, "session-4711"
	s := holder{&target{}, []string{token}}
	var password string
	s.before = func(req scim.Request) *scim.Exchange {
		if req.Path != "/Things" {
			return nil
		}
		escaped, _ := json.Marshal(map[string]string{"detail": token, "password": password})
		x := answer(200, strings.ReplaceAll(string(escaped), "/", `\/`))
		x.Response.Header.Set("Set-Cookie", cookie+"; Path=/")
		x.Response.Header.Set("X-Echo", "Bearer "+token)
		return x
	}
	leaks := invariant("it.leaks", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
		return true, []engine.Finding{{Message: "leaks " + password, Where: token, Want: token, Got: string(x.Response.Body)}}
	})
	report := play(t, s, []engine.Check{
		intruding(2, check("a.check", func(t *engine.T) {
			doc := t.NewUser()
			password = t.Person().Password
			doc["password"] = password
			t.Send("POST", "/Users", doc, engine.Header("Authorization", "Bearer "+token), engine.Query("token", token),
				engine.Header("Cookie", cookie), engine.Header("X-Api-Key", "key-0815")).Status(201)
			t.Fetch("/Things").Status(200).Equal("password", "x")
			t.Fetch("/Things", engine.Header("Authorization", "Token two words")).Equal("detail", token)
		})),
		check("a.sibling", func(t *engine.T) { t.Fetch("/Things").Status(200) }),
		check("b.blocked", func(t *engine.T) { t.Block("it says %s", token) }),
		check("c.panics", func(*engine.T) { panic("it says " + token) }),
	}, held(leaks))
	text := shown(t, report)
	quoted, _ := json.Marshal(token)
	for _, secret := range []string{token, strings.Trim(string(quoted), `"`), "to/ken", `to\\/ken`, "to%2Fken", cookie, "key-0815", "two words", password} {
		assert.False(t, strings.Contains(text, secret), secret)
	}
	assert.Contains(t, text, "{{password-2}}")
	assert.Contains(t, text, "{{credential}}")
	assert.Equal(t, "Bearer {{credential}}", report.Find("a.check").Exchanges[0].Request.Header.Get("Authorization"))
	assert.Equal(t, "it says {{credential}}", report.Find("b.blocked").Reason)
}

// Judging sees the raw exchange, or "a password is never returned" could not
// fail.
func TestJudgingSeesTheRawExchange(t *testing.T) {
	var seen []string
	raw := invariant("it.sees", func(x *scim.Exchange, _ *engine.Discovered) (bool, []engine.Finding) {
		seen = append(seen, string(x.Response.Body))
		return true, nil
	})
	var password string
	play(t, &target{}, []engine.Check{check("a.check", func(t *engine.T) {
		doc := t.NewUser()
		password = t.Person().Password
		doc["password"] = password
		t.Post("/Users", doc).Status(201).Equal("password", password)
	})}, held(raw))
	assert.Contains(t, strings.Join(seen, "\n"), password)
}

// A long body is cut where it is shown, not where it is judged.
func TestLongBodies(t *testing.T) {
	long := `{"text":"` + strings.Repeat("a", 100<<10) + `","last":1}`
	res := one(t, &target{before: things(func() *scim.Exchange { return answer(200, long) })}, func(t *engine.T) {
		t.Fetch("/Things").Status(200).Equal("last", 1)
	})
	require.Equal(t, engine.Pass, res.Outcome)
	assert.Len(t, res.Exchanges[0].Response.Body, 64<<10)
	assert.True(t, res.Exchanges[0].Response.Truncated)
}

func TestLongRequestIsCut(t *testing.T) {
	res := one(t, &target{}, func(t *engine.T) {
		t.Send("POST", "/Users", nil, engine.RawBody(scim.MediaType, `{"userName":"`+strings.Repeat("é", 64<<10)+`"}`)).Status(201)
	})
	require.Equal(t, engine.Pass, res.Outcome, res.Reason)
	sent := res.Exchanges[0].Request
	assert.True(t, sent.Truncated)
	assert.Len(t, sent.Body, 64<<10-1, "a whole number of characters")
}
