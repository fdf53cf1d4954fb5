package schemas_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scimtest/scimtest/schemas"
)

const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
"id":"2819c223","externalId":"x1","userName":"ann@example.com","name":{"givenName":"Ann","familyName":"Lee","formatted":"Ann Lee"},
"displayName":"Ann","active":true,"emails":[{"value":"ann@example.com","type":"work","primary":true},{"value":"a@example.com","type":"home"}],
"addresses":[{"type":"work","streetAddress":"Kai 4","country":"NO"}],"groups":[{"value":"g1","$ref":"https://example.com/Groups/g1"}],
"x509Certificates":[{"value":"MIIDQzCCAqygAwIBAgICEAAwDQ=="}],
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7","manager":{"value":"m1"}},
"urn:example:2.0:User":{"anything":1},
"meta":{"resourceType":"User","created":"2026-01-02T03:04:05Z","lastModified":"2026-01-02T03:04:05.678+01:00","location":"https://example.com/Users/2819c223","version":"W/\"1\""}}`

// What the RFCs allow passes.
func TestAllowed(t *testing.T) {
	for name, c := range map[string]struct {
		kind schemas.Kind
		body string
	}{
		"a full user":                   {schemas.User, user},
		"null and [] for no value":      {schemas.User, `{"schemas":["x"],"id":"1","emails":[],"title":null,"name":null}`},
		"names in another letter case":  {schemas.User, `{"Schemas":["x"],"ID":"1","UserName":"a","EMAILS":[{"VALUE":"a"}]}`},
		"a dateTime without offset":     {schemas.User, `{"schemas":["x"],"id":"1","meta":{"created":"2026-01-02T03:04:05"}}`},
		"members without $ref":          {schemas.Group, `{"schemas":["x"],"id":"1","displayName":"g","members":[{"value":"u"}]}`},
		"an empty list":                 {schemas.ListResponse, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`},
		"a count of 0":                  {schemas.ListResponse, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":9,"itemsPerPage":0}`},
		"a cursor page without a total": {schemas.ListResponse, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"nextCursor":"x","Resources":[]}`},
		"an error":                      {schemas.Error, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}`},
		"a bulk status as an object":    {schemas.BulkResponse, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[{"method":"POST","status":{"code":"201"}}]}`},
		"a resource type without id":    {schemas.ResourceType, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","endpoint":"/Users","schema":"urn:x"}`},
	} {
		assert.Empty(t, schemas.Validate(c.kind, []byte(c.body)), name)
	}
}

func words(list []schemas.Violation) string {
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprintf("%s|%s|%s|%s|%s|%t", v.Path, v.Message, v.Want, v.Got, v.Rule, v.Advisory))
	}
	return strings.Join(out, "\n")
}

func TestViolations(t *testing.T) {
	for _, c := range []struct {
		kind schemas.Kind
		body string
		want string
	}{
		{schemas.User, `{"schemas":["x"],"id":"1","emails":[{"value":"a"},{"value":"b","primary":"true"}]}`,
			"emails[1].primary|emails.primary is a string, want a boolean|a boolean|a string|type|false"},
		{schemas.User, `{"schemas":["x"],"id":"1","emails":{"value":"a"}}`, "emails|emails is an object, want an array|an array|an object|type|false"},
		{schemas.User, `{"schemas":[],"userName":"a"}`, "id|id is absent|present|absent|required|false\nschemas|schemas is empty|not empty|empty|value|false"},
		{schemas.User, `{"schemas":["x"],"id":"1","meta":{"created":1354321}}`, "meta.created|meta.created is a number, want a string|a string|a number|type|false"},
		{schemas.User, `{"schemas":["x"],"id":"1","meta":{"created":"yesterday"}}`,
			"meta.created|meta.created has another form than its type demands|a dateTime, such as 2011-05-13T04:42:34Z|another form|format|false"},
		{schemas.User, `{"schemas":["x"],"id":"1","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":"m"}}`,
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager|urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager is a string, want an object|an object|a string|type|false"},
		{schemas.ListResponse, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":"3","Resources":null}`,
			"Resources|Resources is null|an array, or absent|null|type|true\ntotalResults|totalResults is a string, want an integer|an integer|a string|type|false"},
		{schemas.ListResponse, `{"Resources":[]}`, "schemas|schemas is absent|present|absent|required|false\ntotalResults|totalResults is absent|an integer|absent|required|false"},
		{schemas.Error, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"status":404}`,
			"schemas|schemas does not name the schema of the message|the URN of the message|other URNs|schemas|false\nstatus|status is a number, want a string|a string|a number|type|false"},
		{schemas.Schema, `{"id":"x","attributes":[{"name":"a","type":"text"}]}`,
			`attributes[0].type|attributes.type is none of the defined words|string, boolean, decimal, integer, dateTime, reference, binary or complex|another|value|false`},
		// Another letter case, and a type that is left out, are matters of advice.
		{schemas.Schema, `{"id":"x","attributes":[{"name":"a","type":"Boolean","mutability":"ReadOnly"},{"name":"b"}]}`, ""},
		{schemas.User, `<html>`, "|the body is not JSON|JSON|something else|type|false"},
	} {
		assert.Equal(t, c.want, words(schemas.Validate(c.kind, []byte(c.body))), c.body)
	}
}

const published = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"Resources":[
{"id":"urn:example:Car","name":"Car","attributes":[
 {"name":"plate","type":"string","multiValued":false,"required":true},
 {"name":"doors","type":"integer","multiValued":false},
 {"name":"secret","type":"string","multiValued":false,"returned":"never"},
 {"name":"stops","type":"complex","multiValued":true,"subAttributes":[{"name":"at","type":"dateTime","multiValued":false}]}]},
{"id":"urn:example:Fleet","attributes":[{"name":"number","type":"decimal","multiValued":false}]}]}`

const types = `{"Resources":[{"name":"Car","endpoint":"/Cars","schema":"urn:example:Car","schemaExtensions":[{"schema":"urn:example:Fleet","required":false}]}]}`

func TestDerived(t *testing.T) {
	set, err := schemas.Derive([]byte(published), []byte(types))
	require.NoError(t, err)
	for body, want := range map[string]string{
		`{"schemas":["urn:example:Car"],"id":"1","PLATE":"a","doors":4,"stops":[{"at":"2026-01-02T03:04:05Z"}],"urn:example:Fleet":{"number":1.5}}`: "",
		`{"plate":1}`: "plate|plate is a number, want a string|a string|a number|type|false",
		`{"plate":"a","doors":4.5,"stops":[{"at":12}]}`: "doors|doors is a number, want an integer|an integer|a number|type|false\n" +
			"stops[0].at|stops.at is a number, want a string|a string|a number|type|false",
		`{"plate":"a","secret":"x"}`:                 "secret|secret is returned although /Schemas says never|absent|present|never-returned|false",
		`{"plate":"a","urn:example:Fleet:number":1}`: "urn:example:Fleet:number|an attribute that the target's schemas do not declare|declared in /Schemas|urn:example:Fleet:number|undeclared|false",
		`{"plate":"a","colour":"red"}`:               "colour|an attribute that the target's schemas do not declare|declared in /Schemas|colour|undeclared|true",
		`{}`:                                         "plate|plate is absent although /Schemas says required|present|absent|required|true",
		`{"plate":"a","urn:example:Fleet":{"number":"1"}}`: "urn:example:Fleet:number|urn:example:Fleet:number is a string, want a number|a number|a string|type|false",
	} {
		assert.Equal(t, want, words(set.Validate("car", []byte(body), schemas.Options{})), body)
	}
	assert.Empty(t, set.Validate("Car", []byte(`{"id":"1"}`), schemas.Options{Projected: true}))
	assert.Empty(t, set.Validate("Boat", []byte(`{"plate":1}`), schemas.Options{}))
}

func FuzzDerive(f *testing.F) {
	f.Add(published, types, `{"plate":1,"stops":[{"at":1}]}`)
	f.Add(`{"Resources":[{"id":1,"attributes":{"a":[]}}]}`, `[]`, `{}`)
	f.Fuzz(func(t *testing.T, list, kinds, resource string) {
		set, err := schemas.Derive([]byte(list), []byte(kinds))
		if err != nil {
			return
		}
		set.Validate("Car", []byte(resource), schemas.Options{})
	})
}

func BenchmarkValidateUser(b *testing.B) {
	for b.Loop() {
		schemas.Validate(schemas.User, []byte(user))
	}
}

// What a target publishes of itself is no schema of ours: whatever it says, it
// is judged by, or left out, without a panic and always in the same words.
func TestDeriveSurvivesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		odd := rapid.OneOf(
			rapid.Just(`null`), rapid.Just(`{}`), rapid.Just(`[]`), rapid.Just(`""`), rapid.Just(`"a"`), rapid.Just(`-1`), rapid.Just(`1e999`), rapid.Just(`true`),
			rapid.Map(rapid.String(), func(s string) string { b, _ := json.Marshal(s); return string(b) }),
		)
		var attribute func(depth int) *rapid.Generator[string]
		attribute = func(depth int) *rapid.Generator[string] {
			return rapid.Custom(func(t *rapid.T) string {
				value := func(key string, usual ...string) string {
					if rapid.IntRange(0, 5).Draw(t, "odd "+key) == 0 {
						return odd.Draw(t, key)
					}
					return rapid.SampledFrom(usual).Draw(t, key)
				}
				sub := "[]"
				if depth < 4 {
					sub = "[" + strings.Join(rapid.SliceOfN(attribute(depth+1), 0, 2).Draw(t, "sub"), ",") + "]"
				}
				return `{"name":` + value("name", `"a"`, `"A"`, `"b"`, `"$ref"`, `"a.b"`, `"urn:x:y"`) +
					`,"type":` + value("type", `"string"`, `"complex"`, `"integer"`, `"dateTime"`, `"Boolean"`, `"decimal"`, `"binary"`, `"reference"`) +
					`,"multiValued":` + value("multiValued", `true`, `false`) + `,"required":` + value("required", `true`, `false`) +
					`,"returned":` + value("returned", `"default"`, `"never"`, `"request"`, `"always"`) +
					`,"canonicalValues":` + value("canonicalValues", `["work"]`, `[]`) + `,"subAttributes":` + sub + `}`
			})
		}
		list := `{"Resources":[{"id":"urn:x","attributes":[` + strings.Join(rapid.SliceOfN(attribute(0), 0, 4).Draw(t, "attributes"), ",") + `]},` +
			`{"id":` + odd.Draw(t, "id") + `,"attributes":` + odd.Draw(t, "no attributes") + `}]}`
		types := `{"Resources":[{"name":"Car","schema":"urn:x","schemaExtensions":[{"schema":` +
			rapid.SampledFrom([]string{`"urn:x"`, `"urn:y"`, `""`, `7`}).Draw(t, "extension") + `}]},` + odd.Draw(t, "type") + `]}`
		set, err := schemas.Derive([]byte(list), []byte(types))
		if err != nil {
			return
		}
		body := `{"a":` + odd.Draw(t, "a") + `,"A":` + odd.Draw(t, "A") + `,"b":{"a":[` + odd.Draw(t, "b.a") + `]},"urn:x":{"a":` + odd.Draw(t, "urn:x:a") + `}}`
		o := schemas.Options{Projected: rapid.Bool().Draw(t, "projected")}
		found := set.Validate("car", []byte(body), o)
		again, err := schemas.Derive([]byte(list), []byte(types))
		require.NoError(t, err)
		assert.Equal(t, words(found), words(again.Validate("CAR", []byte(body), o)))
		for _, v := range found {
			assert.NotEmpty(t, v.Message)
			assert.NotRegexp(t, `interface|map\[|float64|json\.|%!`, v.Message+v.Want+v.Got)
		}
	})
}

// A verdict that is remembered is the same, and nobody can spoil it.
func TestVerdictsAreRemembered(t *testing.T) {
	const body = `{"schemas":["x"],"id":"1","emails":{"value":"remembered"}}`
	first := schemas.Validate(schemas.User, []byte(body))
	require.Len(t, first, 1)
	want := first[0]
	first[0].Message = "spoiled"
	assert.Equal(t, []schemas.Violation{want}, schemas.Validate(schemas.User, []byte(body)))
	assert.NotEqual(t, want, schemas.Validate(schemas.Group, []byte(body)), "each kind has its own")
}
