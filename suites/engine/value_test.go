package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

// onReference plays a check against a reference service provider.
func onReference(t *testing.T, cfg reference.Config, body func(*engine.T), bend ...func(*engine.Plan)) *engine.Result {
	t.Helper()
	cfg.Token = "secret"
	server, err := reference.New(cfg)
	require.NoError(t, err)
	running, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { running.Close() })
	client, err := scim.NewClient(scim.Config{BaseURL: running.URL, Auth: scim.Bearer(scim.StaticToken("secret"))})
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	report := play(t, client, []engine.Check{check("the.check", body)}, append(bend, func(p *engine.Plan) { p.BaseURL, p.Embedded = running.URL, true })...)
	assert.Equal(t, engine.Pass, report.Find("clean-up").Outcome, "something is left: %s", report.Find("clean-up").Reason)
	return report.Find("the.check")
}

// everything makes a resource with a value of each attribute that has one.
func everything(t *engine.T, of *engine.ResourceType, n int) (d engine.Doc, without []string) {
	d = t.New(of)
	for _, f := range t.Target().Fields(of) {
		if f.ReadOnly() {
			continue
		}
		v, ok := t.Value(f, n)
		if !ok {
			without = append(without, f.Path())
			continue
		}
		f.Put(d, v)
	}
	return d, without
}

// A resource of every type can be made with a value of every attribute that a
// client can write, and the target takes it.
func TestEveryAttributeOfEveryTypeHasAValue(t *testing.T) {
	var types []string
	res := onReference(t, reference.Config{}, func(x *engine.T) {
		for _, of := range x.Target().ResourceTypes() {
			types = append(types, of.Name)
			d, without := everything(x, of, 0)
			if of.Name == "User" {
				assert.Equal(t, []string{"x509Certificates"}, without, "what needs a certificate")
			} else {
				assert.Empty(t, without, of.Name)
			}
			r := x.Given(of.Endpoint, d)
			for _, f := range x.Target().Fields(of) {
				_, given := f.In(d)
				assert.Equal(t, given && f.Shown(), r.Body.Has(f.Path()) && !f.ReadOnly(), f.Path())
			}
		}
	})
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
	assert.Equal(t, []string{"User", "Group", "Device"}, types)
}

// A profile keeps a run away from a resource type.
func TestAnAbsentTypeIsLeftAlone(t *testing.T) {
	p := &profile.Profile{}
	p.ResourceTypes.Absent = []string{"Device"}
	res := onReference(t, reference.Config{}, func(x *engine.T) {
		for _, of := range x.Target().ResourceTypes() {
			assert.NotEqual(t, "Device", of.Name)
		}
		x.Fetch("/Users").Status(200)
	}, func(plan *engine.Plan) { plan.Profile = p })
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}

// Values follow from the seed, their neighbours differ, and none of them
// reaches anybody.
func TestValues(t *testing.T) {
	made := func(runID string, seed int64, n int) string {
		var out []string
		res := onReference(t, reference.Config{Seed: 1}, func(x *engine.T) {
			for _, of := range x.Target().ResourceTypes() {
				if of.Name == "Group" {
					continue // its members are arranged, and have ids
				}
				for _, f := range x.Target().Fields(of) {
					if v, ok := x.Value(f, n); ok && !f.ReadOnly() && f.Name != "manager" && f.Name != "owner" && f.Name != "userName" {
						b, err := json.Marshal(v)
						require.NoError(t, err)
						out = append(out, f.Path()+" "+string(b))
					}
				}
			}
			x.Fetch("/Users").Status(200)
		}, func(p *engine.Plan) { p.RunID, p.Seed = runID, seed })
		require.Equal(t, engine.Pass, res.Outcome, res.Reason)
		return strings.Join(out, "\n")
	}
	first := made("aaaaaaa1", 1, 0)
	assert.Equal(t, first, made("aaaaaaa1", 1, 0))
	assert.Equal(t, masked(first, "aaaaaaa1"), masked(made("bbbbbbb2", 1, 0), "bbbbbbb2"), "the tag alone differs")
	assert.NotEqual(t, first, made("aaaaaaa1", 2, 0))

	second := strings.Split(made("aaaaaaa1", 1, 1), "\n")
	for i, line := range strings.Split(first, "\n") {
		if name, _, _ := strings.Cut(line, " "); name != "active" {
			assert.NotEqual(t, line, second[i], "neighbours")
		}
	}
	for _, line := range append(second, strings.Split(first, "\n")...) {
		for _, address := range regexp.MustCompile(`[^"]*@[^"]*`).FindAllString(line, -1) {
			assert.True(t, strings.HasSuffix(address, "@scimtest.example.com"), line)
		}
		for _, uri := range regexp.MustCompile(`https?://[^"]*`).FindAllString(line, -1) {
			u, err := url.Parse(uri)
			require.NoError(t, err)
			assert.Equal(t, "scimtest.example.com", u.Host, line)
		}
		for _, number := range regexp.MustCompile(`tel:[^"]*`).FindAllString(line, -1) {
			assert.Regexp(t, `^tel:\+1-201-555-01\d\d$`, number)
		}
	}
}

// masked takes the tags out of a text.
func masked(s, runID string) string {
	return regexp.MustCompile(runID+`\w{5}`).ReplaceAllString(s, "TAG")
}

// What the target's schemas require is sent without a word in the profile.
func TestWhatIsRequiredIsSent(t *testing.T) {
	for _, variations := range [][]string{
		{"title-required"}, {"emails-required"}, {"department-required"}, {"owner-required"}, {"display-name-required"},
		{"manager-required"}, {"manager-required-in-extension"}, {"manager-required", "owner-required"},
		{"title-required", "emails-required", "department-required", "owner-required"},
	} {
		res := onReference(t, reference.Config{Variations: variations}, func(x *engine.T) {
			for _, of := range x.Target().ResourceTypes() {
				x.Given(of.Endpoint, x.New(of))
			}
			x.GivenUser(engine.Enterprise("division", "Operations"), engine.Emails("home"))
			x.GivenUser(engine.Set("name", engine.Doc{"givenName": "Nadia"}), func(d engine.Doc) {
				d["emails"] = engine.Values{engine.Doc{"value": x.Tag() + "@" + x.UserDomain()}}
			})
		})
		assert.Equal(t, engine.Pass, res.Outcome, "%v: %s", variations, res.Reason)
	}
}

// A check that leaves out what is required means it.
func TestWhatACheckLeavesOutIsLeftOut(t *testing.T) {
	onReference(t, reference.Config{Variations: []string{"title-required", "department-required"}}, func(x *engine.T) {
		assert.NotContains(t, x.NewUser(engine.Unset("title")), "title")
		assert.NotContains(t, x.NewUser(engine.Unset("userName")), "userName")
		assert.NotContains(t, x.NewUser(engine.Unset(scim.EnterpriseUserURN)), scim.EnterpriseUserURN)
		assert.Equal(t, "Guide", x.NewUser(engine.Set("title", "Guide"))["title"])
		x.Fetch("/Users").Status(200)
	})
}

// When a create is refused while arranging, the reason names the attribute that
// the error names, and how a profile gives it a value.
func TestARefusedCreateSaysWhatToSet(t *testing.T) {
	const schema = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:ietf:params:scim:schemas:core:2.0:User","attributes":[` +
		`{"name":"userName","type":"string","required":true},{"name":"title","type":"string"},{"name":"active","type":"boolean"},` +
		`{"name":"externalId","type":"string"},{"name":"kind","type":"string","canonicalValues":["staff","guest"]},` +
		`{"name":"name","type":"complex","subAttributes":[{"name":"familyName","type":"string"},{"name":"middleName","type":"string"}]},` +
		`{"name":"emails","type":"complex","multiValued":true,"subAttributes":[{"name":"value","type":"string"},{"name":"type","type":"string"}]},` +
		`{"name":"sites","type":"complex","multiValued":true,"subAttributes":[{"name":"value","type":"integer"}]}]}`
	refused := "could not arrange: POST /Users answers 400, want 201"
	for detail, want := range map[string]string{
		"":                               "",
		"Missing required field: title.": "; the error names title, which the target's schemas do not call required: set a value in a profile file (--profile): send: {User: {title: VALUE}}",
		"Title and userName are fine but 'kind' is missing": "; the error names kind, which the target's schemas do not call required: set a value in a profile file (--profile): " +
			"send: {User: {kind: staff}}",
		"SITES must be given":                            "; the error names sites, which the target's schemas do not call required: set a value in a profile file (--profile): send: {User: {sites: [{value: 1}]}}",
		"middleName is missing":                          "; the error names name.middleName: set a value in a profile file (--profile): send: {User: {name: {middleName: VALUE}}}",
		"the userName has to end with @corp.example.com": "; the error names userName: if another domain is wanted, set it in a profile file (--profile): user-domain: DOMAIN",
		"active has to be false":                         "; the error names active: set a value that the target takes in a profile file (--profile): send: {User: {active: true}}",
		"mail jane.doe@corp.example.com":                 "; what the error asks for can be given by a profile file (--profile): send: {User: {ATTRIBUTE: VALUE}}",
	} {
		s := &target{before: func(req scim.Request) *scim.Exchange {
			switch {
			case req.Path == "/Schemas":
				return answer(200, listOf(schema))
			case req.Method == http.MethodPost:
				return answer(400, strings.Replace(scimError(400), "{", `{"detail":"`+detail+`",`, 1))
			}
			return nil
		}}
		res := one(t, s, func(x *engine.T) { x.GivenUser() })
		assert.Equal(t, engine.Blocked, res.Outcome)
		assert.Equal(t, refused+want, res.Reason, detail)
	}
}

// A create that nobody may make, other than one whose body is bad, leads to the
// profile that says so.
func TestACreateThatIsNotOfferedSaysWhatToSet(t *testing.T) {
	for status, want := range map[int]string{
		403: "; where no client may make them, let a profile file (--profile) say so: methods: {absent: [POST /Groups]}",
		405: "; where no client may make them, let a profile file (--profile) say so: methods: {absent: [POST /Groups]}",
		501: "; where no client may make them, let a profile file (--profile) say so: methods: {absent: [POST /Groups]}",
		409: "", 500: "",
	} {
		s := &target{before: func(req scim.Request) *scim.Exchange {
			if req.Method == http.MethodPost {
				return answer(status, scimError(status))
			}
			return nil
		}}
		res := one(t, s, func(x *engine.T) { x.GivenGroup() })
		assert.Equal(t, engine.Blocked, res.Outcome)
		assert.Equal(t, fmt.Sprintf("could not arrange: POST /Groups answers %d, want 201", status)+want, res.Reason)
	}
	p, err := profile.Parse("advice.yaml", []byte("methods: {absent: [POST /Groups]}"))
	require.NoError(t, err)
	res := one(t, &target{}, func(x *engine.T) { x.GivenGroup() }, func(plan *engine.Plan) { plan.Profile = p })
	assert.Equal(t, engine.Skip, res.Outcome, "with the profile")
}

// What the reason says works when it is done.
func TestTheAdviceWorks(t *testing.T) {
	cfg := reference.Config{Faults: []string{"create-demands-unpublished"}}
	blocked := onReference(t, cfg, func(x *engine.T) { x.GivenUser() })
	require.Equal(t, engine.Blocked, blocked.Outcome)
	_, line, found := strings.Cut(blocked.Reason, "(--profile): ")
	require.True(t, found, blocked.Reason)
	p, err := profile.Parse("advice.yaml", []byte(line+"\n"))
	require.NoError(t, err, line)
	res := onReference(t, cfg, func(x *engine.T) { x.GivenUser() }, func(plan *engine.Plan) { plan.Profile = p })
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}

// A profile says what the tester sends by itself, but not what it is known by.
func TestProfileSendsInPlaceOfWhatIsMadeUp(t *testing.T) {
	p := &profile.Profile{Send: map[string]map[string]any{"User": {"active": false, "displayName": "Everybody"}}}
	res := one(t, &target{}, func(x *engine.T) {
		assert.Equal(t, false, x.NewUser()["active"])
		assert.NotEqual(t, "Everybody", x.NewUser()["displayName"])
		x.Fetch("/Users").Status(200)
	}, func(plan *engine.Plan) { plan.Profile = p })
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}

// A $ref beside a value does not make the value an id: the reference has to
// name resources of the target.
func TestWhatHasARefIsNotAlwaysAnID(t *testing.T) {
	const schema = `{"id":"urn:ietf:params:scim:schemas:core:2.0:User","attributes":[` +
		`{"name":"emails","type":"complex","multiValued":true,"subAttributes":[{"name":"value"},{"name":"$ref","type":"reference"}]},` +
		`{"name":"boss","type":"complex","subAttributes":[{"name":"value"},{"name":"$ref","type":"reference","referenceTypes":["User"]}]}]}`
	s := &target{before: func(req scim.Request) *scim.Exchange {
		if req.Path == "/Schemas" {
			return answer(200, listOf(schema))
		}
		return nil
	}}
	res := one(t, s, func(x *engine.T) {
		fields := x.Target().Fields(x.Target().UserType())
		emails, _ := x.Value(fields[0], 0)
		assert.Contains(t, emails.(engine.Values)[0].(engine.Doc)["value"], "@scimtest.example.com")
		boss, _ := x.Value(fields[1], 0)
		assert.Equal(t, engine.Doc{"value": "id1"}, boss)
	})
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}

// Text that a target keeps in another form of Unicode is the same text.
func TestEqualTextInAnyUnicodeForm(t *testing.T) {
	res := onReference(t, reference.Config{Variations: []string{"text-composed"}}, func(x *engine.T) {
		u := x.GivenUser(engine.Set("displayName", "Zoe\u0308 "+x.Tag()))
		x.Get(u).Status(200).EqualText("displayName", "Zoe\u0308 "+x.Tag())
		assert.Equal(t, "Zo\u00eb "+x.Tag(), u.Body.Get("displayName").String())
	})
	assert.Equal(t, engine.Pass, res.Outcome, res.Reason)
}
