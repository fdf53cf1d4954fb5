package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

const ada = `{
	"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
	"id": "2819c223", "userName": "ada@example.com", "active": true,
	"name": {"givenName": "Ada", "familyName": "O\"Hara", "middleName": null},
	"emails": [
		{"value": "Ada@Example.com", "type": "work", "primary": true},
		{"value": "home@example.com", "type": "home"},
		null,
		{"value": "third@example.com"}
	],
	"nickName": null, "roles": [], "phoneNumbers": [null], "title": "", "addresses": {"type": "work", "locality": "Hull"},
	"groups": [{"value": "G1", "$ref": "https://example.com/Groups/G1"}],
	"tags": ["red", "Green"],
	"scores": [{"value": 3, "kind": "a"}, {"value": 12, "kind": "b"}, {"value": "9", "kind": "c"}],
	"Urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": {
		"Department": "Sales", "manager": {"value": "M1", "displayName": "Bo"}, "title": "hidden"
	},
	"urn:example:ext:2.0": {"a": {"b": ["x", "y"]}},
	"urn:example:empty:1.0:User": null
}`

func resource(t testing.TB, raw string) Resource {
	t.Helper()
	r, err := NewResource([]byte(raw))
	require.NoError(t, err)
	return r
}

func TestLookup(t *testing.T) {
	r := resource(t, ada)
	for path, want := range map[string][]string{
		"userName":           {`"ada@example.com"`},
		"USERNAME":           {`"ada@example.com"`},
		"name.familyName":    {`"O\"Hara"`},
		"NAME.FamilyName":    {`"O\"Hara"`},
		"name.middleName":    nil,
		"name.nothing":       nil,
		"userName.x":         nil,
		"nickName":           nil,
		"roles":              nil,
		"phoneNumbers":       nil,
		"phoneNumbers.value": nil,
		"missing":            nil,
		"title":              {`""`},
		"active":             {"true"},
		"emails.value":       {`"Ada@Example.com"`, `"home@example.com"`, `"third@example.com"`},
		"emails.type":        {`"work"`, `"home"`},
		"tags":               {`"red"`, `"Green"`},
		"addresses.locality": {`"Hull"`},
		"groups.$ref":        {`"https://example.com/Groups/G1"`},

		`emails[type eq "work"].value`:                       {`"Ada@Example.com"`},
		`emails[type eq "WORK" and primary eq true].value`:   {`"Ada@Example.com"`},
		`emails[type eq "work" or type eq "home"].type`:      {`"work"`, `"home"`},
		`emails[not (type pr)].value`:                        {`"third@example.com"`},
		`emails[type eq null].value`:                         {`"third@example.com"`},
		`emails[type ne null].type`:                          {`"work"`, `"home"`},
		`emails[type ne "work"].value`:                       {`"home@example.com"`, `"third@example.com"`},
		`emails[value co "EXAMPLE" and value sw "ada"].type`: {`"work"`},
		`emails[value ew "@example.com"].type`:               {`"work"`, `"home"`},
		`emails[primary eq "true"]`:                          nil,
		`emails[primary ne "true"].type`:                     {`"home"`},
		`emails[value eq 1]`:                                 nil,
		`EMAILS[TYPE EQ "home"].VALUE`:                       {`"home@example.com"`},
		`addresses[type eq "work"].locality`:                 {`"Hull"`},
		`tags[value eq "green"]`:                             {`"Green"`},
		`tags[type pr]`:                                      nil,
		`scores[value gt 3].kind`:                            {`"b"`},
		`scores[value ge 3].kind`:                            {`"a"`, `"b"`},
		`scores[value lt 12].kind`:                           {`"a"`},
		`scores[value le 1.2e1].kind`:                        {`"a"`, `"b"`},
		`scores[value eq "9"].kind`:                          {`"c"`},
		`groups[value eq "G1"].$ref`:                         {`"https://example.com/Groups/G1"`},
		`groups[value eq "g1"]`:                              nil, // an id
		`groups[$ref ew "groups/g1"]`:                        nil, // a reference

		UserURN + ":userName":                        {`"ada@example.com"`},
		strings.ToUpper(UserURN) + ":name.givenName": {`"Ada"`},
		UserURN + `:emails[type eq "home"].value`:    {`"home@example.com"`},
		EnterpriseUserURN + ":department":            {`"Sales"`},
		EnterpriseUserURN + ":manager.value":         {`"M1"`},
		EnterpriseUserURN + ":userName":              nil,
		UserURN + ":department":                      nil,
		"urn:example:ext:2.0":                        {`{"a": {"b": ["x", "y"]}}`},
		"urn:example:ext:2.0:a.b":                    {`"x"`, `"y"`},
		"urn:example:empty:1.0:User":                 nil,
		"urn:example:empty:1.0:User:title":           nil,
		"urn:example:other:1.0:User:title":           nil,

		"":                nil,
		"emails[type":     nil,
		"name.a.b":        nil,
		`emails[type eq]`: nil,
	} {
		var got []string
		for _, v := range r.Lookup(path) {
			got = append(got, v.Raw)
		}
		assert.Equal(t, want, got, path)
		assert.Equal(t, len(want) > 0, r.Has(path), path)
		if len(want) > 0 {
			assert.Equal(t, want[0], r.Get(path).Raw, path)
		} else {
			assert.False(t, r.Get(path).Exists(), path)
		}
	}
	assert.Equal(t, "Sales", r.Get(EnterpriseUserURN).Get("Department").Str, "a URN alone gives the object")
}

func TestTheExtensionOfANameOfTheCoreStaysApart(t *testing.T) {
	r := resource(t, ada)
	assert.Equal(t, "hidden", r.Get(EnterpriseUserURN+":title").Str)
	assert.Equal(t, "", r.Get(UserURN+":title").Str)
}

func TestNewResourceTakesOnlyObjects(t *testing.T) {
	for s, want := range map[string]string{
		``: "not valid JSON", `{`: "not valid JSON", `{"a":1}x`: "not valid JSON", `<html>`: "not valid JSON", `{"a":1,}`: "not valid JSON",
		`[]`: "not a JSON object", `"x"`: "not a JSON object", `null`: "not a JSON object", `1`: "not a JSON object",
	} {
		r, err := NewResource([]byte(s))
		assert.EqualError(t, err, want, s)
		assert.True(t, r.IsZero())
		assert.False(t, r.Has("a"))
	}
	r := resource(t, " {\"a\":1}\n")
	assert.Equal(t, " {\"a\":1}\n", string(r.Raw()))
	assert.False(t, r.IsZero())
}

func TestHostileNestingIsOnlyInvalid(t *testing.T) {
	_, err := NewResource([]byte(strings.Repeat(`{"a":`, 3<<20)))
	assert.Error(t, err)
	assert.False(t, ValidJSON([]byte(strings.Repeat("[", 10<<20)+strings.Repeat("]", 10<<20))))
	assert.True(t, ValidJSON([]byte(`{"a":"`+strings.Repeat("x", 1<<20)+`"}`)))
}

func TestID(t *testing.T) {
	for s, want := range map[string]string{
		`{"id":"a"}`: "a", `{"ID":"a"}`: "a", `{"id":1}`: "", `{"id":null}`: "", `{}`: "", `{"id":"\u0061\""}`: `a"`,
	} {
		assert.Equal(t, want, resource(t, s).ID(), s)
	}
	assert.Empty(t, Resource{}.ID())
}

func TestParseList(t *testing.T) {
	l, err := ParseList([]byte(`{"schemas":["` + ListResponseURN + `"],"totalResults":7,"startIndex":3,"itemsPerPage":2,
		"nextCursor":"n","previousCursor":"p","Resources":[{"id":"a"},5,{"ID":"b"}]}`))
	require.NoError(t, err)
	require.Len(t, l.Resources, 2)
	assert.Equal(t, "b", l.Resources[1].ID())
	assert.JSONEq(t, `{"ID":"b"}`, string(l.Resources[1].Raw()))
	l.Resources = nil
	assert.Equal(t, List{TotalResults: 7, StartIndex: 3, ItemsPerPage: 2, NextCursor: "n", PreviousCursor: "p"}, l)

	for s, want := range map[string]int{
		`{"totalresults":0}`: 0, `{"Resources":[]}`: -1, `{"totalResults":"7"}`: -1, `{"totalResults":1.5}`: -1,
		`{"totalResults":-3}`: -1, `{"totalResults":1e300}`: -1, `{"totalResults":null}`: -1, `{"totalResults":2.0}`: 2,
	} {
		l, err := ParseList([]byte(s))
		require.NoError(t, err, s)
		assert.Equal(t, want, l.TotalResults, s)
	}
	for _, s := range []string{`{}`, `{"id":"a"}`, `[]`, `<html>`, ``, `{"Resources":{}}`} {
		_, err := ParseList([]byte(s))
		assert.Error(t, err, s)
	}
}

func TestParseErrorMessage(t *testing.T) {
	e, err := ParseErrorMessage([]byte(`{"schemas":["` + strings.ToUpper(ErrorURN) + `"],"status":"400","scimType":"invalidFilter","detail":"no"}`))
	require.NoError(t, err)
	assert.Equal(t, Error{Status: "400", ScimType: InvalidFilter, Detail: "no"}, e)
	for _, s := range []string{`{"status":"400"}`, `{"schemas":["` + UserURN + `"]}`, `[]`, `oops`} {
		_, err := ParseErrorMessage([]byte(s))
		assert.Error(t, err, s)
	}
}

func TestPatchBody(t *testing.T) {
	got := PatchBody(
		PatchOperation{Op: "Add", Path: `emails[type eq "work"].value`, Value: "a<b>&c"},
		PatchOperation{Op: "remove", Path: "title"},
		PatchOperation{Op: "replace", Value: json.RawMessage(`{"z": 1, "a": null}`)},
		PatchOperation{Op: "replace", Path: "nickName", Value: json.RawMessage("null")},
		PatchOperation{Op: "replace", Path: "active", Value: false},
	)
	assert.Equal(t, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+
		`{"op":"Add","path":"emails[type eq \"work\"].value","value":"a<b>&c"},`+
		`{"op":"remove","path":"title"},`+
		`{"op":"replace","value":{"z":1,"a":null}},`+
		`{"op":"replace","path":"nickName","value":null},`+
		`{"op":"replace","path":"active","value":false}]}`, string(got))
	assert.Equal(t, `{"schemas":["`+PatchOpURN+`"],"Operations":[]}`, string(PatchBody()))
}

func FuzzLookup(f *testing.F) {
	f.Add(ada, `emails[type eq "work"].value`)
	f.Add(`{"a":[[1],{"b":null}]}`, "a.b")
	f.Fuzz(func(t *testing.T, raw, path string) {
		r, err := NewResource([]byte(raw))
		if err != nil {
			return
		}
		for _, v := range r.Lookup(path) {
			require.True(t, v.Exists() && v.Type != gjson.Null, "null is no value")
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	r := resource(b, ada)
	for _, path := range []string{"userName", "emails.value", `emails[type eq "work"].value`, EnterpriseUserURN + ":manager.value"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Lookup(path)
			}
		})
	}
}

func BenchmarkParseList(b *testing.B) {
	var items []string
	for i := range 100 {
		items = append(items, strings.Replace(ada, "2819c223", fmt.Sprint(i), 1))
	}
	body := []byte(`{"totalResults":100,"Resources":[` + strings.Join(items, ",") + `]}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseList(body); err != nil {
			b.Fatal(err)
		}
	}
}
