package reference

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/scim"
)

const userSchemas = `"schemas":["` + scim.UserURN + `"]`

func TestCreate(t *testing.T) {
	c := start(t, Config{})
	a := c.post("/Users", `{`+userSchemas+`,"userName":"Ann@example.com","id":"mine","meta":{"version":"x"},"groups":[],
		"externalId":"AbC","password":"s3cret","bogus":1,"TITLE":"Boss","nickName":null,"locale":"",
		"emails":[{"value":"a@example.com","Type":"work","bogus":1}],
		"`+scim.EnterpriseUserURN+`":{"department":"R&D","manager":"nobody"}}`).is(201)
	id := a.get("id").Str
	assert.NotEqual(t, "mine", id)
	a.has("userName", `"Ann@example.com"`, "externalId", `"AbC"`, "title", `"Boss"`, "bogus", "", "password", "", "nickName", "", "locale", "",
		"emails", `[{"type":"work","value":"a@example.com"}]`, "active", "true",
		`urn:ietf:params:scim:schemas:extension:enterprise:2\.0:User`, `{"department":"R&D","manager":{"value":"nobody"}}`,
		"schemas", `["`+scim.UserURN+`","`+scim.EnterpriseUserURN+`"]`,
		"meta.resourceType", `"User"`, "meta.location", `"`+c.base+"/Users/"+id+`"`)
	assert.Equal(t, a.get("meta.created").Str, a.get("meta.lastModified").Str)
	assert.Equal(t, c.base+"/Users/"+id, a.header.Get("Location"))
	assert.Equal(t, a.header.Get("ETag"), a.get("meta.version").Str)
	assert.Equal(t, scim.MediaType, a.header.Get("Content-Type"))
	assert.JSONEq(t, a.text, c.get("/Users/"+id).is(200).text)
}

func TestCreateRefused(t *testing.T) {
	c := start(t, Config{})
	c.post("/Users", `{`+userSchemas+`,"userName":"taken@example.com"}`).is(201)
	for name, tc := range map[string]struct {
		body     string
		status   int
		scimType string
	}{
		"no userName":         {`{` + userSchemas + `}`, 400, scim.InvalidValue},
		"empty userName":      {`{` + userSchemas + `,"userName":""}`, 400, scim.InvalidValue},
		"userName a number":   {`{` + userSchemas + `,"userName":7}`, 400, scim.InvalidValue},
		"duplicate":           {`{` + userSchemas + `,"userName":"taken@example.com"}`, 409, scim.Uniqueness},
		"duplicate by case":   {`{` + userSchemas + `,"userName":"TAKEN@example.com"}`, 409, scim.Uniqueness},
		"no schemas":          {`{"userName":"x"}`, 400, scim.InvalidSyntax},
		"empty schemas":       {`{"schemas":[],"userName":"x"}`, 400, scim.InvalidSyntax},
		"not JSON":            {`{"schemas":`, 400, scim.InvalidSyntax},
		"not an object":       {`[]`, 400, scim.InvalidSyntax},
		"two objects":         {`{}{}`, 400, scim.InvalidSyntax},
		"no body":             {``, 400, scim.InvalidSyntax},
		"not UTF-8":           {"{" + userSchemas + `,"userName":"` + "\xff" + `"}`, 400, scim.InvalidSyntax},
		"two primaries":       {`{` + userSchemas + `,"userName":"x","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, 400, scim.InvalidValue},
		"object for a list":   {`{` + userSchemas + `,"userName":"x","emails":{"value":"a"}}`, 400, scim.InvalidValue},
		"string in a list":    {`{` + userSchemas + `,"userName":"x","emails":["a"]}`, 400, scim.InvalidValue},
		"list for a singular": {`{` + userSchemas + `,"userName":["x"]}`, 400, scim.InvalidValue},
		"active a word":       {`{` + userSchemas + `,"userName":"x","active":"yes"}`, 400, scim.InvalidValue},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			c.post("/Users", tc.body).refused(tc.status, tc.scimType)
		})
	}
}

func TestPasswordIsNeverShown(t *testing.T) {
	c := start(t, Config{})
	u := c.user(`"password":"s3cret-Value"`)
	for _, a := range []*answer{
		c.get(u), c.get(u + "?attributes=password"), c.get("/Users?attributes=userName,password"),
		c.patch(u, `{"op":"replace","path":"password","value":"other-s3cret"}`),
		c.put(u, `{`+userSchemas+`,"userName":"u","password":"third-s3cret"}`),
	} {
		assert.NotContains(t, a.is(200).text, "assword")
		assert.NotContains(t, a.text, "s3cret")
	}
	r := c.srv.store.byID[idOf(u)]
	assert.NotContains(t, r.doc["password"], "s3cret")
	before := c.get(u).header.Get("ETag")
	c.put(u, `{`+userSchemas+`,"userName":"u","password":"third-s3cret"}`).is(200)
	assert.Equal(t, before, c.get(u).header.Get("ETag"), "the same password is no change")
	c.put(u, `{`+userSchemas+`,"userName":"u"}`).is(200)
	assert.NotEmpty(t, r.doc["password"], "a PUT without a password keeps it")
}

func TestReplace(t *testing.T) {
	c := start(t, Config{})
	u := c.user(`"title":"Boss"`, `"active":false`, `"emails":[{"value":"a@example.com"},{"value":"b@example.com"}]`)
	created := c.get(u)
	a := c.put(u, `{`+userSchemas+`,"userName":"new@example.com","id":"other","groups":[{"value":"g"}],"emails":[{"value":"c@example.com"}]}`).is(200)
	a.has("userName", `"new@example.com"`, "title", "", "active", "false", "emails.#.value", `["c@example.com"]`, "id", `"`+idOf(u)+`"`)
	assert.Equal(t, created.get("meta.created").Str, a.get("meta.created").Str)
	assert.Greater(t, a.get("meta.lastModified").Str, created.get("meta.lastModified").Str)
	assert.NotEqual(t, created.header.Get("ETag"), a.header.Get("ETag"))
	assert.JSONEq(t, a.text, c.get(u).text)

	c.user()
	c.put(u, `{`+userSchemas+`,"userName":"USER2@example.com"}`).refused(409, scim.Uniqueness)
	c.put(u, `{`+userSchemas+`}`).refused(400, scim.InvalidValue)
	c.put("/Users/nobody", `{`+userSchemas+`,"userName":"x"}`).refused(404, "")
	c.put(u, `{`+userSchemas+`,"userName":"NEW@example.com"}`).is(200).has("userName", `"NEW@example.com"`)
}

func TestImmutable(t *testing.T) {
	c := start(t, Config{})
	d := c.device()
	const device = `{"schemas":["` + deviceURN + `"],"displayName":"D"`
	c.put(d, device+`,"serialNumber":"S1"}`).is(200).has("serialNumber", `"S1"`)
	c.put(d, device+`,"serialNumber":"S2"}`).refused(400, scim.Mutability)
	c.put(d, device+`}`).is(200).has("serialNumber", `"S1"`)
	c.patch(d, `{"op":"replace","path":"serialNumber","value":"S2"}`).refused(400, scim.Mutability)
	c.patch(d, `{"op":"remove","path":"serialNumber"}`).refused(400, scim.Mutability)
	c.patch(d, `{"op":"replace","path":"serialNumber","value":"S1"}`).is(200)
	c.post("/Devices", device+`,"serialNumber":"S1"}`).refused(409, scim.Uniqueness)
	c.post("/Devices", device+`,"serialNumber":"s1"}`).is(201)
}

func TestDelete(t *testing.T) {
	c := start(t, Config{})
	u, v := c.user(), c.user()
	g := c.group(u, v)
	a := c.delete(u).is(204)
	assert.Empty(t, a.text)
	assert.Empty(t, a.header.Get("Content-Type"))
	c.get(u).refused(404, "")
	c.put(u, `{`+userSchemas+`,"userName":"x"}`).refused(404, "")
	c.patch(u, `{"op":"add","path":"title","value":"x"}`).refused(404, "")
	c.delete(u).refused(404, "")
	c.find("/Users", `userName eq "user1@example.com"`).has("totalResults", "0")
	c.get(g).has("members.#.value", `["`+idOf(v)+`"]`)
	c.post("/Users", `{`+userSchemas+`,"userName":"user1@example.com"}`).is(201)
	assert.NotEqual(t, 200, c.get("/Users/"+strings.ToUpper(idOf(v))).status, "ids are case exact")
	c.get("/Groups/"+idOf(v)).refused(404, "")
}

func TestMembership(t *testing.T) {
	c := start(t, Config{})
	u, v := c.user(`"displayName":"Ann"`), c.user()
	g := c.group(u)
	h := c.group(g)
	c.get(g).has("members", `[{"$ref":"`+c.base+u+`","display":"Ann","type":"User","value":"`+idOf(u)+`"}]`)
	c.get(h).has("members.0.type", `"Group"`, "members.0.$ref", `"`+c.base+g+`"`)
	c.get(u).has("groups", `[{"$ref":"`+c.base+g+`","display":"Group 3","type":"direct","value":"`+idOf(g)+`"}]`)
	c.get(v).has("groups", "")
	tag := c.get(v).header.Get("ETag")
	c.put(g, `{"schemas":["`+scim.GroupURN+`"],"displayName":"Group 3","members":[{"value":"`+idOf(v)+`","display":null},{"value":"`+idOf(v)+`"}]}`).is(200).
		has("members.#.value", `["`+idOf(v)+`"]`)
	c.get(u).has("groups", "")
	c.get(v).has("groups.#", "1")
	assert.NotEqual(t, tag, c.get(v).header.Get("ETag"), "the representation has changed")
	c.post("/Groups", `{"schemas":["`+scim.GroupURN+`"],"displayName":"x","members":[{"value":"nobody"}]}`).refused(400, scim.InvalidValue)
	c.post("/Groups", `{"schemas":["`+scim.GroupURN+`"],"displayName":"x","members":[{"display":"Ann"}]}`).refused(400, scim.InvalidValue)
	c.post("/Groups", `{"schemas":["`+scim.GroupURN+`"]}`).refused(400, scim.InvalidValue)
	c.post("/Groups", `{"schemas":["`+scim.GroupURN+`"],"displayName":"GROUP 3"}`).refused(409, scim.Uniqueness)
	c.post("/Groups", `{"schemas":["`+scim.GroupURN+`","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"displayName":"y"}`).
		is(201).has("schemas", `["`+scim.GroupURN+`"]`)
}

func TestManager(t *testing.T) {
	c := start(t, Config{})
	boss := c.user(`"displayName":"Boss"`)
	u := c.user(`"` + scim.EnterpriseUserURN + `":{"manager":{"value":"` + idOf(boss) + `","displayName":"ignored"}}`)
	c.get(u).has(`urn:ietf:params:scim:schemas:extension:enterprise:2\.0:User.manager`,
		`{"$ref":"`+c.base+boss+`","displayName":"Boss","value":"`+idOf(boss)+`"}`)
	v := c.user(`"` + scim.EnterpriseUserURN + `":{"manager":{"displayName":"Bo Chen"}}`)
	c.get(v).has("schemas.#", "1")
}

// A device has every type and characteristic.
func TestDevice(t *testing.T) {
	c := start(t, Config{})
	body := `{"schemas":["` + deviceURN + `"],"displayName":"D","serialNumber":"S","managed":true,"ports":4,"weight":1.50,
		"purchased":"2026-01-31T12:00:00+02:00","publicKey":"AAEC","documentation":"https://example.com/d","unlockCode":"1234","notes":"n",
		"revision":9,"location":{"building":"B","floor":2},"tags":["a","b","A"],"channels":[1,6],
		"addresses":[{"value":"10.0.0.1","type":"ipv4","primary":true,"seen":"2026-01-01T00:00:00Z"}],
		"` + deviceAssetURN + `":{"assetTag":"T","price":99.9,"leased":false}}`
	a := c.post("/Devices", body).is(201)
	a.has("ports", "4", "weight", "1.50", "purchased", `"2026-01-31T12:00:00+02:00"`, "tags", `["a","b"]`, "channels", "[1,6]",
		"notes", `"n"`, "unlockCode", "", "revision", "1", "location", `{"building":"B","floor":2}`)
	d := "/Devices/" + a.get("id").Str
	c.get(d).has("notes", "", "unlockCode", "")
	c.get(d+"?attributes=notes").has("notes", `"n"`, "displayName", `"D"`, "ports", "")
	c.patch(d, `{"op":"replace","path":"notes","value":"m"}`).has("notes", `"m"`)
	c.patch(d, `{"op":"replace","path":"model","value":"m"}`).has("notes", "", "revision", "3")
	for _, wrong := range []string{
		`"ports":1.5`, `"ports":"4"`, `"weight":"1"`, `"managed":1`, `"purchased":"2026-01-31"`, `"publicKey":"?"`,
		`"documentation":"no uri"`, `"tags":"a"`, `"tags":[1]`, `"location":"B"`, `"location":{"room":"7"}`, `"addresses":[{"type":"mac"}]`,
		`"` + deviceAssetURN + `":{"price":1}`,
	} {
		c.post("/Devices", `{"schemas":["`+deviceURN+`"],"displayName":"D",`+wrong+`}`).refused(400, scim.InvalidValue)
	}
}

func TestLastModifiedOnlyMovesOnChange(t *testing.T) {
	frozen := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := start(t, Config{Now: func() time.Time { return frozen }})
	u := c.user(`"title":"Boss"`, `"emails":[{"value":"a@example.com","type":"work"}]`)
	stamp := func() string { return c.get(u).get("meta.lastModified").Str + c.get(u).header.Get("ETag") }
	before := stamp()
	c.patch(u, `{"op":"add","path":"title","value":"Boss"}`).is(200)
	c.patch(u, `{"op":"add","path":"emails","value":[{"value":"a@example.com","type":"work"}]}`).is(200)
	c.patch(u, `{"op":"remove","path":"nickName"}`).is(200)
	c.patch(u, `{"op":"remove","path":"emails[type eq \"home\"]"}`).is(200)
	assert.Equal(t, before, stamp())
	c.patch(u, `{"op":"add","path":"title","value":"boss"}`).is(200)
	assert.Greater(t, stamp(), before)
}
