package rewrite

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

// visit lists the places of the values that a rewriting sees.
func visit(in func(Func)) (out []string) {
	in(func(p Place, v string) string {
		out = append(out, strings.TrimPrefix(p.Parent+"."+p.Key, ".")+"="+v)
		return v
	})
	return out
}

func TestPlaces(t *testing.T) {
	for body, want := range map[string][]string{
		`{"userName":"a","name":{"givenName":"b"},"emails":[{"value":"c","type":"work"}]}`: {
			"username=a", "name.givenname=b", "emails.value=c", "emails.type=work"},
		`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d","manager":{"value":"m"}}}`: {
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user.department=d", "manager.value=m"},
		`{"Operations":[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"x"}]}`: {
			"operations.op=Replace", "emails.type=work", "emails.value=x"},
		`{"Operations":[{"value":[{"value":"7","$ref":null}],"op":"Add","path":"members"}]}`: {"members.value=7", "operations.op=Add"},
		`{"Operations":[{"op":"remove","path":"members[value eq \"7\"]"}]}`:                  {"operations.op=remove", "members.value=7"},
		`{"Operations":[{"op":"add","value":{"name.givenName":"b","urn:x:2.0:User:department":"d","active":"False"}}]}`: {
			"operations.op=add", "name.givenname=b", "department=d", "active=False"},
		`{"Operations":[{"op":"add","path":"urn:x:2.0:User:manager","value":"m"}]}`: {"operations.op=add", "manager=m"},
		`{"Operations":[{"op":"add","path":"roles","value":"{\"value\":\"r\"}"}]}`:  {"operations.op=add", "roles.value=r"},
		`{"Operations":[{"method":"PUT","path":"/Users/7","data":{"userName":"a"}}]}`: {
			"operations.method=PUT", "users.id=7", "username=a"},
		`{"filter":"userName eq \"a\" and emails[type eq \"work\"].value eq \"b\""}`: {"username=a", "emails.type=work", "emails.value=b"},
		` [ 1, -2.5e3 , true,null, {} ,[ ] ,"x" ] `:                                  {"=x"},
		`not json`: {"=not json"},
	} {
		assert.Equal(t, want, visit(func(f Func) { require.Equal(t, body, string(Body(scim.Body(body), f)), "nothing changes") }), body)
	}
	for filter, want := range map[string][]string{
		`userName eq "a b" or externalId Eq "c"`:   {"username=a b", "externalid=c"},
		`userName eq a+b@c and active eq true`:     {"username=a+b@c"},
		`displayName eq Sales EMEA and x eq 4`:     {"displayname=Sales EMEA", "x=4"},
		`(members.value eq "7") and not (id eq 8)`: {"members.value=7", "id=8"},
		`id eq "7" and members eq "8\"9"`:          {"id=7", `members=8"9`},
		`emails[type eq "w" and value co "x"]`:     {"emails.type=w", "emails.value=x"},
		`title pr and meta.lastModified gt "2"`:    {"meta.lastmodified=2"},
	} {
		assert.Equal(t, want, visit(func(f Func) { require.Equal(t, filter, FilterText(filter, f)) }), filter)
	}
	assert.Equal(t, []string{"users.id=7", "users.id=a/b"}, visit(func(f Func) {
		Path("/Users/7", f)
		Path("/scim/Users/a%2Fb", f)
		Path("/Users/.search", f)
	}))
}

// A value that changes keeps the escapes of its message.
func TestSpelling(t *testing.T) {
	swap := func(from, to string) Func {
		return func(_ Place, v string) string { return strings.ReplaceAll(v, from, to) }
	}
	for query, want := range map[string]string{
		"filter=userName+eq+%22ann%2Bx%40e%22&count=1": "filter=userName+eq+%22bo+%C3%A9%2Bx%40e%22&count=1",
		"filter=userName%20eq%20\"ann\"":               "filter=userName%20eq%20\"bo%20%C3%A9\"",
		"filter=a+eq+%22ann%22%20or%20b+eq+%22ann%22":  "filter=a+eq+%22bo+%C3%A9%22%20or%20b+eq+%22bo+%C3%A9%22",
		"filter=%zz":       "filter=%zz",
		"cursor=ann":       "cursor=bo%20%C3%A9",
		"attributes=ann&x": "attributes=ann&x",
	} {
		assert.Equal(t, want, RawQuery(query, swap("ann", "bo é")), query)
	}
	assert.Equal(t, `{"a":"bo \u00e9 \u00fc\/"}`, string(Body(scim.Body(`{"a":"ann \u00fc\/"}`), swap("ann", "bo é"))))
	assert.Equal(t, `{"a":"bo é ü"}`, string(Body(scim.Body(`{"a":"ann ü"}`), swap("ann", "bo é"))))
	assert.Equal(t, `{"a":"\"<😀"}`, string(Body(scim.Body(`{"a":"ann"}`), swap("ann", `"<😀`))))
	assert.Equal(t, "/Users/%C3%A9", Path("/Users/ann", swap("ann", "é")))
	assert.Equal(t, "http://ann/x/%C3%A9?ann", URL("http://ann/x/ann?ann", func(s string) string { return strings.ReplaceAll(s, "ann", "é") }))
	h := http.Header{"Location": {"/ann"}}
	assert.Equal(t, "/bo", Request(scim.Request{Header: h}, swap("ann", "bo")).Header.Get("Location"))
	assert.Equal(t, "/ann", h.Get("Location"), "the original stays")
}

// Whatever comes in, a rewriting that changes nothing changes nothing, and one
// that changes leaves JSON and URLs that can be read.
func FuzzRewrite(f *testing.F) {
	f.Add(`{"a":["x\u00e9",{"path":"a[b eq \"c\"].d","op":"x","value":{"":1}}]}`, "filter=a+eq+%22b%22&c=%C3%A9")
	f.Add(`[1,{"a":-1e5}]`, "filter=a%20eq%20%ff%e9")
	f.Fuzz(func(t *testing.T, body, query string) {
		same := func(_ Place, v string) string { return v }
		require.Equal(t, body, string(Body(scim.Body(body), same)))
		require.Equal(t, query, RawQuery(query, same))
		other := func(_ Place, v string) string { return v + `é"\` }
		if out := Body(scim.Body(body), other); scim.ValidJSON([]byte(body)) {
			require.True(t, json.Valid(out), "%s", out)
		}
		if _, err := url.ParseQuery(query); err == nil {
			_, err := url.ParseQuery(RawQuery(query, other))
			require.NoError(t, err)
		}
	})
}
