package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
	"github.com/scimtest/scimtest/suites/engine"
)

const (
	userType  = `{"id":"User","name":"User","endpoint":"/Users","schema":"urn:ietf:params:scim:schemas:core:2.0:User"}`
	groupType = `{"id":"Group","name":"Group","endpoint":"/Groups","schema":"urn:ietf:params:scim:schemas:core:2.0:Group"}`
	extended  = `{"name":"User","endpoint":"/Users","schemaExtensions":[{"schema":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}]}`
)

// probes answers the requests by which features are probed.
func probes(status int) func(scim.Request) *scim.Exchange {
	return func(req scim.Request) *scim.Exchange {
		switch {
		case req.Path == "/Me", req.Path == "/Groups", strings.HasSuffix(req.Path, ".search"), strings.Contains(req.RawQuery, "filter="),
			req.Method == http.MethodPatch:
			return answer(status, scimError(status))
		}
		return nil
	}
}

// The profile comes first, then what the target says of itself, then a probe;
// the report says who said so. A probe says no only by 501, or by 404 and 405
// where an endpoint is not there.
func TestFeatures(t *testing.T) {
	for name, c := range map[string]struct {
		profile profile.Profile
		target  *target
		feature engine.Feature
		has     bool
		source  string
	}{
		"profile over config":     {profile.Profile{Features: map[string]bool{"patch": true}}, &target{config: `{"patch":{"supported":false}}`}, engine.Patch, true, "profile"},
		"method absent":           {absentMethods("DELETE /Users"), &target{}, engine.DeleteMethod, false, "profile"},
		"method absent elsewhere": {absentMethods("DELETE /Groups"), &target{}, engine.DeleteMethod, true, "default"},
		"PUT absent":              {absentMethods("PUT"), &target{}, engine.PutMethod, false, "profile"},
		"PATCH absent":            {absentMethods("PATCH"), &target{config: `{"patch":{"supported":true}}`}, engine.Patch, false, "profile"},
		"type absent":             {absentType("Group"), &target{types: listOf(userType, groupType)}, engine.Groups, false, "profile"},
		"members not readable":    {profile.Profile{Members: "none"}, &target{}, engine.ReadMembers, false, "profile"},
		"config says yes":         {profile.Profile{}, &target{config: `{"bulk":{"supported":true}}`}, engine.Bulk, true, "ServiceProviderConfig"},
		"config says no":          {profile.Profile{}, &target{config: `{"Filter":{"Supported":false}}`}, engine.Filtering, false, "ServiceProviderConfig"},
		"config silent of sort":   {profile.Profile{}, &target{config: `{"patch":{"supported":true}}`}, engine.Sorting, false, "default"},
		"config silent of cursor": {profile.Profile{}, &target{}, engine.Cursor, false, "default"},
		"a cursor":                {profile.Profile{}, &target{config: `{"pagination":{"cursor":true}}`}, engine.Cursor, true, "ServiceProviderConfig"},
		"patch probed, 404":       {profile.Profile{}, &target{before: probes(404)}, engine.Patch, true, "probe"},
		"patch probed, 405":       {profile.Profile{}, &target{before: probes(405)}, engine.Patch, false, "probe"},
		"patch probed, 501":       {profile.Profile{}, &target{before: probes(501)}, engine.Patch, false, "probe"},
		"filter probed, 404":      {profile.Profile{}, &target{before: probes(404)}, engine.Filtering, true, "probe"},
		"filter probed, 501":      {profile.Profile{}, &target{before: probes(501)}, engine.Filtering, false, "probe"},
		"group type":              {profile.Profile{}, &target{types: listOf(userType, groupType), before: probes(501)}, engine.Groups, true, "ResourceTypes"},
		"no group type, 200":      {profile.Profile{}, &target{types: listOf(userType)}, engine.Groups, true, "probe"},
		"no group type, 404":      {profile.Profile{}, &target{types: listOf(userType), before: probes(404)}, engine.Groups, false, "probe"},
		"groups, 500":             {profile.Profile{}, &target{before: probes(500)}, engine.Groups, true, "probe"},
		"groups, 403":             {profile.Profile{}, &target{before: probes(403)}, engine.Groups, true, "probe"},
		"me, 404":                 {profile.Profile{}, &target{before: probes(404)}, engine.Me, false, "probe"},
		"me, 400":                 {profile.Profile{}, &target{before: probes(400)}, engine.Me, true, "probe"},
		"search, 405":             {profile.Profile{}, &target{before: probes(405)}, engine.SearchPost, false, "probe"},
		"root search, 501":        {profile.Profile{}, &target{before: probes(501)}, engine.RootSearch, false, "probe"},
		"enterprise":              {profile.Profile{}, &target{types: listOf(extended)}, engine.EnterpriseUser, true, "ResourceTypes"},
		"no enterprise":           {profile.Profile{}, &target{types: listOf(userType)}, engine.EnterpriseUser, false, "ResourceTypes"},
		"enterprise, no types":    {profile.Profile{}, &target{}, engine.EnterpriseUser, true, "default"},
		"no discovery":            {profile.Profile{}, &target{}, engine.Discovery, false, "probe"},
		"PUT is required":         {profile.Profile{}, &target{before: probes(501)}, engine.PutMethod, true, "default"},
	} {
		ran := false
		needs := check("a.check", func(t *engine.T) { ran = true; t.Fetch("/Users").NoServerError() })
		needs.Needs = []engine.Feature{c.feature}
		report := play(t, c.target, []engine.Check{needs}, func(p *engine.Plan) { p.Profile = &c.profile })
		for _, f := range report.Target.Features {
			if f.Feature == c.feature {
				assert.Equal(t, engine.FeatureState{Feature: c.feature, Has: c.has, Source: c.source}, f, name)
			}
		}
		assert.Len(t, report.Target.Features, 19, name)
		assert.Equal(t, c.has, ran, name)
		if !c.has {
			assert.Equal(t, engine.Skip, report.Find("a.check").Outcome, name)
			assert.Empty(t, report.Find("a.check").Exchanges, "a skip sends nothing")
		}
	}
}

func absentMethods(list ...string) (p profile.Profile) {
	p.Methods.Absent = list
	return p
}

func absentType(list ...string) (p profile.Profile) {
	p.ResourceTypes.Absent = list
	return p
}

// A probe is sent once a run, before the checks, and changes nothing.
func TestProbesAreSentOnceBeforeTheChecks(t *testing.T) {
	s := &target{}
	one := fine("a.check")
	one.Needs = []engine.Feature{engine.Groups, engine.Patch}
	two := fine("b.check")
	two.Needs = one.Needs
	play(t, s, []engine.Check{one, two})
	sent := s.sent()
	assert.Equal(t, []string{"GET /Users", "GET /Users"}, sent[len(sent)-2:])
	seen := map[string]int{}
	for _, r := range sent[:len(sent)-2] {
		seen[r]++
	}
	assert.Equal(t, map[string]int{
		"GET /Users?startIndex=1&count=1": 1, "GET /ServiceProviderConfig": 1, "GET /ResourceTypes": 1, "GET /Schemas": 1,
		"PATCH /Users/" + runID: 1, "GET /Users?count=1&filter=userName%20eq%20%22scimtest-probe%22": 1,
		"GET /Groups?startIndex=1&count=1": 1, "GET /Me": 1, "POST /Users/.search": 1, "POST /.search": 1,
	}, seen)
}

// --read-only runs what can be judged without a write, and writes nothing: no
// probe either.
func TestReadOnly(t *testing.T) {
	s := &target{}
	reads := fine("a.reads")
	reads.ReadOnly = true
	writes := check("b.writes", func(t *engine.T) { t.GivenUser() })
	report := play(t, s, []engine.Check{reads, writes}, func(p *engine.Plan) { p.ReadOnly = true })
	assert.Equal(t, []string{"a.reads pass", "b.writes skip: it writes, and the run is --read-only"}, outcomes(report, "rfc"))
	for _, r := range s.sent() {
		assert.True(t, strings.HasPrefix(r, "GET ") || strings.HasSuffix(r, "/.search"), r)
	}
}
