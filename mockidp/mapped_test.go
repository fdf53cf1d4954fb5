package mockidp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/scim"
)

// shipyard is the mapping of a made-up tenant.
func shipyard(t *testing.T, idp string) *mapping.Mapping {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("mapping", "testdata", name))
		require.NoError(t, err)
		return data
	}
	m, err := mapping.ParseEntra(read("entra-schema.json"))
	if idp == mapping.Okta {
		m, err = mapping.ParseOkta(read("okta-mapping.json"), read("okta-schema.json"))
	}
	require.NoError(t, err)
	return m
}

func mappedDialect(t *testing.T, name string) *mockidp.Dialect {
	idp, _, _ := strings.Cut(name, "-")
	d, err := mockidp.LookupMapped(name, nil, shipyard(t, idp))
	require.NoError(t, err)
	return d
}

// worker is a person with what the mapping of the shipyard reads.
var worker = func() mockidp.User {
	u := ann
	u.More = mockidp.AttributesOf(map[string][]string{
		"extensionAttribute1": {"77"}, "extensionAttribute2": {"True"}, mapping.AppRoles: {"Admin"},
	})
	return u
}()

// TestGoldenRequestsOfAMapping compares what a mapping of a customer's own sends
// when an account is made, changed and ended.
func TestGoldenRequestsOfAMapping(t *testing.T) {
	current, err := scim.NewResource([]byte(strings.Replace(before, `"active":true`, `"active":true,"phoneNumbers":[{"type":"mobile","value":"1"}],"nickName":"old"`, 1)))
	require.NoError(t, err)
	for _, name := range []string{"entra-legacy", "entra-compliant", "okta-aiw", "okta-oin"} {
		t.Run(name, func(t *testing.T) {
			d := mappedDialect(t, name)
			requests := []scim.Request{d.Probe(), d.Find(worker), d.Create(worker)}
			requests = append(requests, d.Update("u-1001", current, worker)...)
			requests = append(requests, d.Deactivate("u-1001", current, worker)...)
			golden(t, filepath.Join("testdata", "mapped", name+".http"), d.Source["Create"], "what a mapping of a customer's own makes of it", nil, requests)
		})
	}
}

func body(t *testing.T, r scim.Request) scim.Resource {
	t.Helper()
	doc, err := scim.NewResource(r.Body)
	require.NoError(t, err)
	return doc
}

func TestAMappingSendsWhatItMapsAndNothingElse(t *testing.T) {
	doc := body(t, mappedDialect(t, "entra-legacy").Create(worker))
	assert.Equal(t, "Lee, Ann", doc.Get("displayName").String())
	assert.Equal(t, "yard", doc.Get("nickName").String())
	assert.Equal(t, "77", doc.Get(scim.EnterpriseUserURN+":costCenter").String())
	for _, path := range []string{"addresses", "preferredLanguage", "name.formatted", scim.EnterpriseUserURN + ":employeeNumber"} {
		assert.False(t, doc.Has(path), "%s is not mapped", path)
	}
	u := worker
	u.Title = ""
	assert.Equal(t, "Deckhand", body(t, mappedDialect(t, "entra-legacy").Create(u)).Get("title").String(), "the default value")
}

// mappedStage is a dialect with the mapping of the shipyard, at work.
func mappedStage(t *testing.T, name string) (*stage, *[]scim.Request) {
	s := newStage(t, name, nil, false)
	var sent []scim.Request
	s.idp = mockidp.New(mockidp.Config{Dialect: mappedDialect(t, name), Target: recording{s.client, &sent}})
	return s, &sent
}

// TestEntraSendsWhatChangedInTheMapping: an expression over two attributes is one
// attribute; what is sent on create, or where the target has nothing, is not
// sent in an update.
func TestEntraSendsWhatChangedInTheMapping(t *testing.T) {
	s, sent := mappedStage(t, "entra-compliant")
	u := worker
	require.NoError(t, s.idp.Assign(ctx, u).Err())
	*sent = nil
	u.FamilyName, u.MobilePhone, u.Title, u.Department = "Berg", "+1 555", "", "Deck"
	require.NoError(t, s.idp.Update(ctx, u).Err())
	require.Len(t, *sent, 2)
	assert.JSONEq(t, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{
		"displayName":"Berg, Ann","name.familyName":"Berg","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"Deck"}}]}`,
		string((*sent)[1].Body), "no nickName, no default title, no phone number over the one that is there")
}

func TestMatchingAttributesAreAskedOneByOne(t *testing.T) {
	s, sent := mappedStage(t, "entra-legacy")
	require.Equal(t, 201, s.byHand("POST", "/Users", `{"schemas":["`+scim.UserURN+`"],"userName":"`+worker.UserName+`"}`))
	assert.Equal(t, "link", s.idp.Assign(ctx, worker).Action)
	var filters []string
	for _, r := range *sent {
		if r.Method == http.MethodGet {
			filters = append(filters, short(r))
		}
	}
	assert.Equal(t, []string{"GET /Users filter externalId", "GET /Users filter userName"}, filters)
	u := worker
	u.Key, u.ObjectID, u.UserName = "nobody", "", ""
	assert.Equal(t, "the user has no value for a matching attribute", s.idp.Assign(ctx, u).Reason)
}

// TestAppRolesFollowTheFunctionOfTheMapping (entra.md 2.7).
func TestAppRolesFollowTheFunctionOfTheMapping(t *testing.T) {
	for function, want := range map[mapping.Roles]string{
		mapping.ComplexRoles:   `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"`,
		mapping.AssertiveRoles: `{"op":"replace","path":"roles","value":[{"id":"`,
	} {
		m, err := mapping.ParseEntra([]byte(`{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User","attributeMappings":[
			{"targetAttributeName":"userName","matchingPriority":1,"source":{"expression":"[userPrincipalName]"}},
			{"targetAttributeName":"roles","source":{"expression":"` + string(function) + `([appRoleAssignments])"}}]}]}]}`))
		require.NoError(t, err)
		d, err := mockidp.LookupMapped("entra-legacy", nil, m)
		require.NoError(t, err)
		u := worker
		u.More = mockidp.AttributesOf(map[string][]string{mapping.AppRoles: {"Admin", "Auditor"}})
		created := body(t, d.Create(u))
		assert.Len(t, created.Lookup("roles.value"), 2)
		assert.Equal(t, "Auditor", created.JSON().Get("roles.1.value").String())
		assert.Equal(t, "false", created.JSON().Get("roles.1.primary").Raw)
		current, err := scim.NewResource([]byte(`{"userName":"` + u.UserName + `","roles":[{"value":"Admin"}]}`))
		require.NoError(t, err)
		assert.Contains(t, string(d.Update("u", current, u)[0].Body), want)
		assert.Empty(t, d.Update("u", created, u), "the target has them")
		u.More = mockidp.AttributesOf(map[string][]string{mapping.AppRoles: {"Admin"}})
		assert.Equal(t, "Admin", body(t, d.Create(u)).JSON().Get("roles.0.value").String(), "one role is a list too")
		assert.Contains(t, d.Attributes(u)[1].Wire, `"type":"WindowsAzureActiveDirectoryRole"`)
	}
}

// TestWhatAMappingOfEntraSwitchesOff (entra.md 2.8).
func TestWhatAMappingOfEntraSwitchesOff(t *testing.T) {
	parse := func(members, active string) *mockidp.Dialect {
		m, err := mapping.ParseEntra([]byte(`{"synchronizationRules":[{"objectMappings":[{` + members + `"sourceObjectName":"User","attributeMappings":[
			{"targetAttributeName":"userName","source":{"expression":"[userPrincipalName]"}}` + active + `]}]}]}`))
		require.NoError(t, err)
		d, err := mockidp.LookupMapped("entra-legacy", nil, m)
		require.NoError(t, err)
		return d
	}
	active := `,{"targetAttributeName":"active","source":{"expression":"Not([IsSoftDeleted])"}}`
	d := parse(`"flowTypes":"Add, Delete",`, active)
	assert.Nil(t, d.Update)
	assert.Nil(t, d.Deactivate, "a disable is an update")
	assert.Nil(t, d.CreateGroup, "no mapping of groups")
	assert.Nil(t, d.SetManager)
	assert.Contains(t, d.Unknown["Update"], "switched off")
	assert.Nil(t, parse(`"flowTypes":"Update",`, active).Create)
	d = parse("", "")
	assert.Equal(t, http.MethodDelete, d.Deactivate("u-1", scim.Resource{}, worker)[0].Method, "no active mapping")
	d = parse("", `,{"targetAttributeName":"active","source":{"expression":"\"True\"","type":"Constant","name":"True"}}`)
	assert.Empty(t, d.Deactivate("u-1", scim.Resource{}, worker), "always active")
	assert.Contains(t, d.Find(worker).RawQuery, "userName", "users are matched by userName where no attribute has a priority")
}

// TestCyclesOfAMappingThatSwitchesOff: what is never sent holds nothing up.
func TestCyclesOfAMappingThatSwitchesOff(t *testing.T) {
	for _, flows := range []string{"Add", "Update, Delete", "Add, Update"} {
		m, err := mapping.ParseEntra([]byte(`{"synchronizationRules":[{"objectMappings":[{"flowTypes":"` + flows + `","sourceObjectName":"User","attributeMappings":[
			{"targetAttributeName":"userName","source":{"expression":"[userPrincipalName]"}},
			{"targetAttributeName":"active","source":{"expression":"Not([IsSoftDeleted])"}},
			{"targetAttributeName":"` + scim.EnterpriseUserURN + `:manager","source":{"expression":"[manager]"}}]}]}]}`))
		require.NoError(t, err)
		d, err := mockidp.LookupMapped("entra-legacy", nil, m)
		require.NoError(t, err)
		s := newStage(t, "entra-legacy", nil, false)
		var sent []scim.Request
		idp := mockidp.New(mockidp.Config{Dialect: d, Target: recording{s.client, &sent}})
		clock := mockidp.NewClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
		job := mockidp.NewJob(idp, clock, mockidp.DefaultJobRules())
		job.Assign(s.user("ada"))
		job.Assign(s.user("bo"))
		job.AssignGroup(sales, "ada")
		job.RunCycle(ctx)
		job.SetManager("ada", "bo")
		job.RemoveMembers(sales.Key, "ada")
		job.RenameGroup(sales.Key, "Other")
		u := s.user("ada")
		u.UserName = "other-" + u.UserName
		job.Change(u)
		job.RunCycle(ctx)
		job.Restart(ctx, false)
		job.RunCycle(ctx)
		job.Delete("ada")
		job.DeleteGroup(sales.Key)
		job.RunCycle(ctx)
		job.Purge("ada")
		job.RunCycle(ctx)
		methods := map[string]bool{}
		for _, r := range sent {
			methods[r.Method] = true
			assert.NotContains(t, r.Method+r.Path, "POST/Groups", flows)
		}
		assert.Equal(t, strings.Contains(flows, "Add"), methods["POST"], flows)
		assert.Equal(t, flows == "Add, Update", methods["PATCH"], flows)
		assert.False(t, methods["DELETE"], flows)
	}
}

// TestScopingFiltersOfAMapping: in cycles, at once and on demand.
func TestScopingFiltersOfAMapping(t *testing.T) {
	s, sent := mappedStage(t, "entra-legacy")
	m, err := mapping.ParseEntra([]byte(`{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User",
		"scope":{"groups":[{"clauses":[{"operatorName":"NOT EQUALS","sourceOperandName":"department","targetOperand":{"values":["Ashore"]}}]}]},
		"attributeMappings":[{"targetAttributeName":"userName","source":{"expression":"[userPrincipalName]"}},
		{"targetAttributeName":"active","source":{"expression":"Not([IsSoftDeleted])"}}]}]}]}`))
	require.NoError(t, err)
	d, err := mockidp.LookupMapped("entra-legacy", nil, m)
	require.NoError(t, err)
	s.idp = mockidp.New(mockidp.Config{Dialect: d, Target: recording{s.client, sent}})
	u := worker
	u.Department, u.Title = "Ashore", ""
	c := s.idp.Assign(ctx, u)
	assert.Equal(t, mockidp.Skipped, c.Outcome)
	assert.Contains(t, c.Reason, "department NOT EQUALS Ashore")
	assert.Empty(t, *sent)
	u.Department = "Hull"
	require.NoError(t, s.idp.Update(ctx, u).Err())
	_, linked := s.idp.Link(u.Key)
	assert.True(t, linked, "in scope now")
	u.Department = ""
	require.NoError(t, s.idp.Update(ctx, u).Err())
	account, _ := s.idp.Account(u.Key)
	assert.False(t, account.Active)
	s.idp.Restart(ctx)
	s.idp.Assign(ctx, u)
	account, _ = s.idp.Account(u.Key)
	assert.False(t, account.Active, "still out of scope")
	u.Department = "Hull"
	require.NoError(t, s.idp.Update(ctx, u).Err())
	account, _ = s.idp.Account(u.Key)
	assert.True(t, account.Active)
	u.Department = ""
	s.idp.Assign(ctx, u)
	account, _ = s.idp.Account(u.Key)
	assert.False(t, account.Active, "assigned anew, out of scope")

	s, sent = mappedStage(t, "entra-legacy")
	clock := mockidp.NewClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	job := mockidp.NewJob(s.idp, clock, mockidp.DefaultJobRules())
	u.Department = "Ashore"
	job.Assign(u)
	job.RunCycle(ctx)
	assert.Len(t, *sent, 1, "the test of the connection")
	demand, err := mockidp.LookupMapped("entra-ondemand", nil, shipyard(t, mapping.Entra))
	require.NoError(t, err)
	steps := job.OnDemand(ctx, demand, u.Key).Steps
	assert.Equal(t, "scope", steps[1].Name)
	assert.Contains(t, steps[1].Detail, "the scoping filter is not met")
	u.Department = "Hull"
	job.Change(u)
	job.RunCycle(ctx)
	state, _ := job.State(u.Key)
	assert.True(t, state.InScope && state.Active)
	u.Department = "Ashore"
	job.Change(u)
	job.RunCycle(ctx)
	state, _ = job.State(u.Key)
	assert.True(t, !state.InScope && !state.Active && state.ID != "")
}

// TestOktaKeepsWhatIsNotPushed: an attribute with DONT_PUSH keeps its first
// value in the profile, and a push holds the whole profile (okta.md 2.4). What is
// mapped to nothing overwrites.
func TestOktaKeepsWhatIsNotPushed(t *testing.T) {
	s, sent := mappedStage(t, "okta-aiw")
	require.NoError(t, s.idp.Assign(ctx, worker).Err())
	id, _ := s.idp.Link(worker.Key)
	require.Equal(t, 200, s.byHand("PATCH", "/Users/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
		{"op":"replace","value":{"title":"by hand","nickName":"by hand"}}]}`))
	*sent = nil
	u := worker
	u.Title, u.FamilyName = "Captain", "Berg"
	require.NoError(t, s.idp.Update(ctx, u).Err())
	pushed := body(t, (*sent)[1])
	assert.Equal(t, "Welder", pushed.Get("title").String())
	assert.Equal(t, "BERG", pushed.Get("name.familyName").String())
	assert.False(t, pushed.Has("nickName"))
	assert.Equal(t, "Yard", pushed.Get(scim.EnterpriseUserURN+":department").String())
}

func TestAMappingBelongsToItsOwnKind(t *testing.T) {
	_, err := mockidp.LookupMapped("okta-aiw", nil, shipyard(t, mapping.Entra))
	assert.ErrorContains(t, err, "the mapping is one of entra, and Okta, custom app takes none of these")
	_, err = mockidp.LookupMapped("jumpcloud", nil, shipyard(t, mapping.Entra))
	assert.Error(t, err)
}

func TestAttributesOfAMapping(t *testing.T) {
	byTarget := map[string]mockidp.MappedAttribute{}
	u := worker
	u.Title = ""
	for _, a := range mappedDialect(t, "entra-legacy").Attributes(u) {
		byTarget[a.Target] = a
	}
	name := byTarget["displayName"]
	assert.Equal(t, `Join(", ", [surname], [givenName])`, name.Expression)
	assert.Equal(t, []mapping.Input{{Name: "surname", Values: []string{"Lee"}}, {Name: "givenName", Values: []string{"Ann"}}}, name.Inputs)
	assert.Equal(t, `"Lee, Ann"`, name.Wire)
	assert.Equal(t, "true", byTarget["active"].Wire)
	assert.Equal(t, `"Deckhand"`, byTarget["title"].Wire)
	assert.Contains(t, byTarget["title"].Note, "the default value")
	manager := byTarget[scim.EnterpriseUserURN+":manager"]
	assert.Empty(t, manager.Wire)
	assert.Contains(t, manager.Note, "a reference")
	d, err := mockidp.Lookup("okta-aiw", nil)
	require.NoError(t, err)
	assert.Len(t, d.Attributes(u), 9, "the default mapping has them too")
}

// TestDriftMindsTheMapping: what is sent once is the target's own afterwards.
func TestDriftMindsTheMapping(t *testing.T) {
	d := mappedDialect(t, "entra-legacy")
	there := body(t, d.Create(worker))
	assert.Empty(t, d.Compare(worker, true, there))
	changed, err := scim.NewResource([]byte(strings.NewReplacer(`"nickName":"yard"`, `"nickName":"x"`, `"Lee, Ann"`, `"x"`).Replace(string(there.Raw()))))
	require.NoError(t, err)
	assert.Equal(t, []mockidp.Difference{{Path: "displayName", Want: `"Lee, Ann"`, Have: `"x"`}}, d.Compare(worker, true, changed))
}

func TestAttributesCanBeComparedAndKept(t *testing.T) {
	a := mockidp.AttributesOf(map[string][]string{"b": {"1"}, "a": {"2", "3"}, "none": nil})
	assert.Equal(t, a, mockidp.AttributesOf(map[string][]string{"a": {"2", "3"}, "b": {"1"}}))
	data, err := json.Marshal(mockidp.User{Key: "x", More: a})
	require.NoError(t, err)
	var u mockidp.User
	require.NoError(t, json.Unmarshal(data, &u))
	assert.Equal(t, a, u.More)
	assert.True(t, mockidp.AttributesOf(nil).IsZero())
}

// recording is a target that notes what it is sent.
type recording struct {
	scim.Doer
	sent *[]scim.Request
}

func (r recording) Do(c context.Context, request scim.Request) *scim.Exchange {
	*r.sent = append(*r.sent, request)
	return r.Doer.Do(c, request)
}

// TestTargetsOfAllShapes: a mapping may lead anywhere; every wording takes it.
func TestTargetsOfAllShapes(t *testing.T) {
	var rows, properties, base []string
	for i, target := range []string{
		"userName", "name", "name.givenName", "emails", `emails[type eq \"work\"].value`, `emails[type eq \"home\"].display`, "userType",
		`urn:example:ext:2.0:User:contacts[primary eq true].value`, "urn:example:ext:2.0:User:a.b", "urn:example:ext:2.0:User:a", `roles[primary eq \"True\"].value`,
		`roles[primary eq \"True\"].display`, scim.UserURN + ":title", scim.EnterpriseUserURN + ":manager.displayName", `x[value eq 1].y`,
	} {
		expression := []string{"[mail]", "SingleAppRoleAssignment([appRoleAssignments])", `Switch([nobody], , \"a\", \"b\")`}[i%3]
		rows = append(rows, `{"targetAttributeName":"`+target+`","source":{"expression":"`+expression+`"}}`)
	}
	for i, external := range []string{"name", "name.givenName", "emails", "emails.^[type=='work'].value", "emails.^[primary==true].type", "a.b", "a", "c.^[d==e].f"} {
		for _, namespace := range []string{"", "urn:example:ext:2.0:User"} {
			name := strings.Repeat("p", len(properties)+1)
			base = append(base, `"`+name+`":{"type":"string","externalName":"`+external+`","externalNamespace":"`+namespace+`"}`)
			properties = append(properties, `"`+name+`":{"expression":"`+[]string{"user.email", "user.nobody"}[i%2]+`","pushStatus":"PUSH"}`)
		}
	}
	entra, err := mapping.ParseEntra([]byte(`{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User","attributeMappings":[` + strings.Join(rows, ",") + `]}]}]}`))
	require.NoError(t, err)
	okta, err := mapping.ParseOkta([]byte(`{"properties":{`+strings.Join(properties, ",")+`}}`), []byte(`{"definitions":{"base":{"properties":{`+strings.Join(base, ",")+`}}}}`))
	require.NoError(t, err)
	require.Len(t, okta.Attributes, len(properties))
	for _, name := range []string{"entra-legacy", "entra-compliant", "entra-ondemand", "okta-aiw", "okta-oin", "okta-opp", "okta-oin-userpatch"} {
		own := entra
		if strings.HasPrefix(name, "okta") {
			own = okta
		}
		d, err := mockidp.LookupMapped(name, nil, own)
		require.NoError(t, err)
		for _, raw := range []string{before, `{}`, `{"name":"x","emails":"y","a":[1],"urn:example:ext:2.0:User":[2],"roles":{"value":3}}`} {
			current, err := scim.NewResource([]byte(raw))
			require.NoError(t, err)
			for _, u := range []mockidp.User{worker, {}} {
				body(t, d.Create(u))
				if d.Update != nil {
					d.Update("u-1", current, u)
				}
				d.Find(u)
				d.Compare(u, true, current)
				assert.NotEmpty(t, d.Attributes(u))
			}
		}
	}
}

// Okta pushes what the target returned with its own values laid over it: a target
// that spells names in another letter case gets none of them twice.
func TestOktaKeepsTheSpellingOfTheTarget(t *testing.T) {
	d, err := mockidp.Lookup("okta-aiw", nil)
	require.NoError(t, err)
	current, err := scim.NewResource([]byte(`{"Schemas":["` + scim.UserURN + `"],"Id":"u-1","UserName":"old","Name":{"GivenName":"Old"},"Title":"Dr","Active":true}`))
	require.NoError(t, err)
	u := mockidp.User{UserName: "ada@example.com", GivenName: "Ada", FamilyName: "Byron"}
	body := string(d.Update("u-1", current, u)[0].Body)
	for _, name := range []string{"schemas", "id", "userName", "name", "givenName", "active"} {
		assert.Equal(t, 1, strings.Count(strings.ToLower(body), `"`+strings.ToLower(name)+`":`), "%s in %s", name, body)
	}
	assert.Contains(t, body, `"UserName":"ada@example.com"`)
	assert.Contains(t, body, `"GivenName":"Ada"`)
	assert.NotContains(t, strings.ToLower(body), `"title"`)
}
