package anonymize

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/internal/rewrite"
	"github.com/scimtest/scimtest/scim"
)

func exchange(method, path, query, request string, status int, answer string) *scim.Exchange {
	return &scim.Exchange{
		Request:  scim.Request{Method: method, Path: path, RawQuery: query, Body: scim.Body(request)},
		Response: &scim.Response{Status: status, Body: scim.Body(answer), Header: http.Header{}},
	}
}

// What bugs hang on is kept.
func TestShapeIsKept(t *testing.T) {
	a := New()
	of := func(v string) string { return a.replace(rewrite.Place{Key: "username"}, v) }
	for v, form := range map[string]string{
		"Ada O'Brien-Smith":                    `^[A-Z][a-z]{2} [A-Z]'[A-Z][a-z]{4}-[A-Z][a-z]{4}$`,
		"ada.lovelace+4@acme.com":              `^[a-z]{3}\.[a-z]{8}\+[1-9]@[a-z]{4}\.example$`,
		"ada@eu.acme.co.uk":                    `^[a-z]{3}@[a-z]{2}\.[a-z]{4}\.[a-z]{2}\.example$`,
		"ada@scimtest.example.com":             `^[a-z]{3}@scimtest\.example\.com$`,
		"Ольга":                                `^\p{Lu}\p{Cyrillic}{4}$`,
		"山田":                                   `^\p{Han}{2}$`,
		"Zoë":                                  `^[A-Z][a-z][à-ÿ]$`,
		"Straße":                               `^[A-Z][a-z]{3}ß[a-z]$`,
		"0042":                                 `^0\d{3}$`,
		"00uAB12cd":                            `^0\d[a-z][A-Z]{2}[1-9]\d[a-z]{2}$`,
		"https://acme.com/p/ada?x":             `^https://[a-z]{4}\.example/[a-z]/[a-z]{3}\?[a-z]$`,
		"3F2504E0-4F89-41D3-9A0C-0305E82C3301": `^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-9[0-9A-F]{3}-[0-9A-F]{12}$`,
	} {
		out := of(v)
		assert.Regexp(t, regexp.MustCompile(form), out)
		assert.NotEqual(t, v, out)
		assert.Equal(t, out, of(v), "the same every time")
	}
	assert.Equal(t, strings.ToUpper(of("ada")), of("ADA"))
	assert.Regexp(t, `^\+1-\d{3}-555-01\d\d$`, a.replace(rewrite.Place{Key: "value", Parent: "phonenumbers"}, "+1-212-867-5309"))
	for _, v := range []string{"True", "urn:ietf:params:scim:schemas:core:2.0:User", "2026-03-01T12:00:00Z", "{{password-1}}", ""} {
		assert.Equal(t, v, of(v))
	}
}

// What stands outside of messages is replaced as within them.
func TestValuesAreReplacedAlike(t *testing.T) {
	a := New()
	x := a.Exchange(exchange("POST", "/Users", "", `{"userName":"Ada.Lovelace+1@acme.com"}`, 201, `{}`))
	assert.Equal(t, `{"userName":"`+a.Value("userName", "Ada.Lovelace+1@acme.com")+`"}`, string(x.Request.Body))
	assert.NotContains(t, a.Value("familyName", "Lovelace"), "Lovelace")
	assert.Regexp(t, `^\+1-\d{3}-555-01\d\d$`, a.Value("mobilePhone", "+1-212-867-5309"))
	assert.Equal(t, "en-GB", a.Value("locale", "en-GB"))
}

// Two who differ stay two.
func TestWordsStayApart(t *testing.T) {
	a := New()
	seen := map[string]string{}
	for _, first := range "abcdefghijklmnopqrstuvwxyz" {
		for _, second := range "abcdefghijklmnopqrstuvwxyz" {
			w := string(first) + string(second)
			out := a.word(w)
			require.Empty(t, seen[out], "%s and %s", w, seen[out])
			seen[out] = w
		}
	}
}

// A person is the same wherever she stands, and nowhere by name.
func TestExchanges(t *testing.T) {
	a := New()
	var shown strings.Builder
	var last *scim.Exchange
	for _, x := range []*scim.Exchange{
		exchange("GET", "/Users", "filter=userName%20eq%20%22Ada.Lovelace%2B1%40acme.com%22", "", 200, `{"totalResults":0}`),
		exchange("POST", "/Users", "", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ada.Lovelace+1@acme.com","name":{"familyName":"Lovelace"},`+
			`"emails":[{"type":"work","value":"ada@acme.com"}],"phoneNumbers":[{"value":"+44 20 7946 0018"}],"roles":[{"value":"Admin"}],"x":{"y":"Babbage"}}`,
			201, `{"id":"ada.lovelace+1@acme.com","userName":"Ada.Lovelace+1@acme.com","meta":{"location":"http://h/Users/ada.lovelace%2B1@acme.com"}}`),
		exchange("PATCH", "/Users/ada.lovelace%2B1%40acme.com", "", `{"Operations":[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"byron@acme.com"},{"op":"Replace","path":"active","value":"False"}]}`,
			409, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"the user lovelace has the email byron@acme.com already"}`),
		exchange("PATCH", "/Groups/7", "", `{"Operations":[{"op":"add","path":"members","value":[{"value":"9","display":"Ada.Lovelace+1@acme.com"}]}]}`, 204, ""),
	} {
		last = a.Exchange(x)
		for _, part := range []string{last.Request.Path, last.Request.RawQuery, string(last.Request.Body), string(last.Response.Body)} {
			shown.WriteString(part + "\n")
		}
	}
	text := shown.String()
	for _, name := range []string{"ada", "lovelace", "acme", "babbage", "byron", "7946", "0018"} {
		assert.NotContains(t, strings.ToLower(text), name)
	}
	for _, kept := range []string{
		`"Admin"`, `"type":"work"`, `[type eq \"work\"]`, `"False"`, `"uniqueness"`, `"status":"409"`, `/Groups/7`, `"value":"9"`,
		"the user ", " has the email ", " already", "urn:ietf:params:scim:schemas:core:2.0:User", "%2B", "@",
	} {
		assert.Contains(t, text, kept)
	}
	who := regexp.MustCompile(`"display":"([^"]+)"`).FindStringSubmatch(text)[1]
	assert.Equal(t, 3, strings.Count(text, who), text)
	assert.Contains(t, text, "/Users/"+strings.ReplaceAll(strings.ToLower(who), "+", "%2B"), "the location")
}
