package schemas_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
			`attributes[0].type|attributes.type is none of the defined words|"string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"|another|value|false`},
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
