package reference

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/scim/profile"
)

func like(t *testing.T, text string, cfg Config) *client {
	t.Helper()
	p, err := profile.Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	cfg.Profile = p
	return start(t, cfg)
}

func TestLimitsOfAProfile(t *testing.T) {
	c := like(t, `
base-path: /scim/1/{idp}/v2
limits: {page: {default: 2, maximum: 3}, members-per-request: 2, groups-per-user: 1}
user-name: {form: address, domains: [example.com]}
media-types: [application/json-patch+json, application/scim+json]
`, Config{})
	assert.True(t, strings.HasSuffix(c.base, "/scim/1/"+tenantNumber+"/v2"))
	a, b, d := c.user(), c.user(), c.user()
	c.get("/Users").has("itemsPerPage", "2", "totalResults", "4")
	c.get("/Users?count=100").has("itemsPerPage", "3")
	c.get("/ServiceProviderConfig").has("pagination.defaultPageSize", "2", "filter.maxResults", "3")

	c.post("/Users", `{"schemas":["`+scim.UserURN+`"],"userName":"ann"}`).refused(400, "invalidValue")
	c.post("/Users", `{"schemas":["`+scim.UserURN+`"],"userName":"ann@example.org"}`).refused(400, "invalidValue")
	c.patch(a, `{"op":"replace","path":"userName","value":"ann@example.org"}`).refused(400, "invalidValue")

	body := `{"schemas":["` + scim.UserURN + `"],"userName":"ann@example.com"}`
	c.with("Content-Type", "application/json").post("/Users", body).is(http.StatusUnsupportedMediaType)
	c.with("Content-Type", "application/json-patch+json").post("/Users", body).is(http.StatusCreated)

	g := c.group(a)
	c.get(g).has("members.#", "1")
	second := c.group(a, b)
	c.get(second).has("members.#", "1", "members.0.value", `"`+idOf(b)+`"`)
	c.post("/Groups", `{"schemas":["`+scim.GroupURN+`"],"displayName":"Many","members":[{"value":"`+idOf(a)+`"},{"value":"`+idOf(b)+`"},{"value":"`+idOf(d)+`"}]}`).refused(400, "tooMany")
}

func TestAttributesOfAProfile(t *testing.T) {
	c := like(t, `
attributes:
  User:
    userName: {required: true, unique: true}
    displayName: {required: true}
    userType: {one-of: [Employee, Guest]}
    emails.value: {}
    emails.primary: {}
    "urn:acme:2.0:User:plan": {}
  Group:
    displayName: {required: true}
    members.value: {}
filters: {User: [userName eq VALUE, displayName eq VALUE and emails.value eq VALUE]}
`, Config{})
	c.post("/Users", `{"schemas":["`+scim.UserURN+`"],"userName":"ann@example.com"}`).refused(400, "invalidValue")
	c.post("/Users", `{"schemas":["`+scim.UserURN+`"],"userName":"a","displayName":"A","userType":"Ghost"}`).refused(400, "invalidValue")
	u := c.user(`"displayName":"Ann"`, `"title":"Chief"`, `"urn:acme:2.0:User":{"plan":"basic","other":1}`, `"emails":[{"value":"a@example.com","type":"work"}]`)
	c.get(u).has("title", "", `urn:acme:2\.0:User`, `{"plan":"basic"}`, "emails", `[{"value":"a@example.com"}]`)
	c.get("/Schemas/urn:acme:2.0:User").has("attributes.#", "1")
	c.get("/Devices").is(404)
	assert.Equal(t, "User1@example.com", c.find("/Users", `userName eq "user1@example.com"`).names())
	assert.Equal(t, "User1@example.com", c.find("/Users", `displayName eq "Ann" and emails.value eq "a@example.com"`).names())
	c.find("/Users", `displayName eq "Ann"`).refused(400, "invalidFilter")
	c.find("/Users", `userName sw "a"`).refused(400, "invalidFilter")
	c.find("/Users", `userName eq`).refused(400, "invalidFilter")
	c.find("/Groups", `displayName sw "a"`).is(200)
}

func TestWhatAProfileDoesNotOffer(t *testing.T) {
	c := like(t, `
discovery: anonymous
features: {bulk: false, search: false, me: false, cursor: false, etag: false, put: false, index-paging: false, change-password: false}
methods: {absent: [DELETE /Groups]}
deactivation: gone
`, Config{})
	nobody := c.with("Authorization", "")
	for _, endpoint := range []string{"/ServiceProviderConfig", "/Schemas", "/ResourceTypes"} {
		nobody.get(endpoint).is(200)
	}
	nobody.get("/Users").is(401)
	c.get("/ServiceProviderConfig").has("bulk.supported", "false", "etag.supported", "false", "changePassword.supported", "false", "pagination", "")
	u, g := c.user(), c.group()
	c.put(u, `{"schemas":["`+scim.UserURN+`"],"userName":"x@example.com"}`).is(405)
	c.delete(g).is(405)
	c.get("/Users?startIndex=2&count=1").has("itemsPerPage", "1", "startIndex", "1")
	c.get("/Users?cursor=").has("nextCursor", "", "startIndex", "1")
	c.patch(u, `{"op":"replace","path":"active","value":false}`).is(200)
	c.get(u).is(404)

	kept := like(t, "deactivation: either\ndiscovery: absent", Config{Deactivation: "inactive"})
	u = kept.user()
	kept.patch(u, `{"op":"replace","path":"active","value":false}`).is(200)
	kept.get(u).has("active", "false")
	kept.get("/Schemas").is(404)
}

func TestTheRateOfAProfile(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	text := "limits: {rate: {requests: 2, per: 1s, of: writes}}"
	c := like(t, text, Config{RateLimited: true, Now: func() time.Time { return now }})
	c.user()
	c.user()
	a := c.post("/Users", "{}")
	a.is(http.StatusTooManyRequests)
	assert.Equal(t, "1", a.header.Get("Retry-After"))
	c.get("/Users").is(200)
	now = now.Add(time.Second)
	c.user()
	c = like(t, text, Config{Now: func() time.Time { return now }})
	for range 3 {
		c.user()
	}
}

func TestTraits(t *testing.T) {
	c := like(t, `
deviations:
  all:
    says: everything
    source: "assumed: for this test"
    answers: [{to: "PATCH /Groups/{id}", with: 204, instead: 200}]
    emulate: [exclude-attributes-parameter, group-put-merges, enterprise-at-top-level, unknown-paths-ignored]
`, Config{})
	u := c.user(`"department":"Hull"`, `"title":"Chief"`)
	c.get(u).has(`urn:ietf:params:scim:schemas:extension:enterprise:2\.0:User.department`, `"Hull"`, "department", "")
	c.get(u+"?excludeAttributes=title").has("title", "")
	c.patch(u, `{"op":"add","path":"shoeSize","value":"44"}`, `{"op":"add","path":"emails[type eq \"work\"].nothing","value":"44"}`).is(200)
	g := c.group(u)
	c.put(g, `{"schemas":["`+scim.GroupURN+`"],"externalId":"x"}`).has("displayName", `"Group 2"`, "members.#", "1", "externalId", `"x"`)
	assert.Empty(t, c.patch(g, `{"op":"remove","path":"members"}`).is(204).text)
	c.get(g).has("members", "")
	for _, v := range Traits() {
		assert.NotEmpty(t, v.Title)
	}
	_, err := New(Config{Profile: &profile.Profile{Deviations: map[string]profile.Deviation{"x": {Emulate: []string{"put-501s"}}}}})
	assert.ErrorContains(t, err, `the deviation x: there is no fault "put-501s"; did you mean "put-501"?`)
	_, err = New(Config{Profile: &profile.Profile{}, Deactivation: "hidden"})
	assert.ErrorContains(t, err, "it can be inactive or gone")
}

// A profile that lists the attributes of RFC 7643 by their paths alone defines
// them as the reference does.
func TestAProfileKnowsTheAttributesOfTheRFC(t *testing.T) {
	p := &profile.Profile{Attributes: map[string]map[string]profile.Attribute{"User": {}, "Group": {}}}
	types := []*resourceType{userType(), groupType()}
	for _, kind := range types {
		for i, s := range append([]*schema{kind.schema}, kind.extensions...) {
			prefix := ""
			if i > 0 {
				prefix = s.id + ":"
			}
			for _, a := range s.attributes {
				p.Attributes[kind.name][prefix+a.name] = profile.Attribute{}
				for _, sub := range a.subs {
					p.Attributes[kind.name][prefix+a.name+"."+sub.name] = profile.Attribute{}
				}
			}
		}
	}
	for _, m := range p.Model() {
		kind := types[slices.IndexFunc(types, func(k *resourceType) bool { return k.name == m.Name })]
		for i, s := range m.Schemas {
			have := kind.schema
			if i > 0 {
				have = kind.extension(s.ID)
			}
			require.Len(t, s.Attributes, len(have.attributes), s.ID)
			for _, d := range s.Attributes {
				a := find(have.attributes, d.Name)
				sameDefinition(t, a, d, d.Name)
				require.Len(t, d.Subs, len(a.subs), d.Name)
				for _, sub := range d.Subs {
					sameDefinition(t, a.sub(sub.Name), sub, d.Name+"."+sub.Name)
				}
			}
		}
	}
}

// sameDefinition compares what the RFC settles; what is required and unique, a
// service provider chooses.
func sameDefinition(t *testing.T, a *attribute, d profile.Definition, path string) {
	require.NotNil(t, a, path)
	type facts struct {
		kind, mutability, returned string
		many, exact                bool
		references                 string
	}
	assert.Equal(t, facts{a.kind, a.mutability, a.returned, a.multiValued, a.caseExact, strings.Join(a.referenceTypes, ",")},
		facts{d.Type, d.Mutability, d.Returned, d.MultiValued, d.CaseExact, strings.Join(d.References, ",")}, path)
}
