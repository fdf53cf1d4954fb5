package reference

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// The figures for a service provider with many users:
//
//	go test ./internal/reference -run '^$' -bench Many -benchtime 20x
const (
	manyUsers   = 100_000
	manyMembers = 10_000
)

// populated is a service provider that is asked without a network.
type populated struct {
	t     testing.TB
	srv   *Server
	users []string
	group string
}

func populate(t testing.TB, users, members int) *populated {
	t.Helper()
	srv, err := New(Config{Seed: 1})
	require.NoError(t, err)
	p := &populated{t: t, srv: srv}
	for i := range users {
		p.users = append(p.users, p.ask(http.MethodPost, "/Users", userBody(i)).get("id").Str)
	}
	list := make([]string, members)
	for i := range members {
		list[i] = `{"value":"` + p.users[i] + `"}`
	}
	p.group = p.ask(http.MethodPost, "/Groups", fmt.Sprintf(`{"schemas":["%s"],"displayName":"All","members":[%s]}`,
		scim.GroupURN, strings.Join(list, ","))).get("id").Str
	return p
}

func userBody(i int) string {
	return fmt.Sprintf(`{"schemas":["%s"],"userName":"user%d@scimtest.example.com","externalId":"ext-%d",
		"name":{"givenName":"Ada","familyName":"User%d"},"displayName":"Ada User%d","active":true,
		"emails":[{"value":"user%d@scimtest.example.com","type":"work","primary":true}]}`, scim.UserURN, i, i, i, i, i)
}

func (p *populated) ask(method, path, body string) *answer {
	p.t.Helper()
	r := httptest.NewRequest(method, "http://scim.example.com/scim/v2"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", scim.MediaType)
	w := httptest.NewRecorder()
	p.srv.ServeHTTP(w, r)
	require.Less(p.t, w.Code, 300, w.Body.String())
	return &answer{p.t, w.Code, w.Header(), w.Body.String()}
}

func (p *populated) patchMembers(op string) {
	p.ask(http.MethodPatch, "/Groups/"+p.group+"?attributes=displayName", `{"schemas":["`+scim.PatchOpURN+`"],"Operations":[`+op+`]}`)
}

func BenchmarkMany(b *testing.B) {
	p := populate(b, manyUsers, manyMembers)
	n := manyUsers
	created := 0
	for name, f := range map[string]func(i int){
		"create": func(int) {
			created++
			p.ask(http.MethodPost, "/Users", userBody(n+created))
		},
		"get": func(i int) { p.ask(http.MethodGet, "/Users/"+p.users[i*7919%n], "") },
		"eq-userName": func(i int) {
			p.find(b, fmt.Sprintf(`userName eq "USER%d@scimtest.example.com"`, i*7919%n))
		},
		"eq-externalId": func(i int) { p.find(b, fmt.Sprintf(`externalId eq "ext-%d"`, i*7919%n)) },
		"eq-id":         func(i int) { p.find(b, fmt.Sprintf(`id eq %q`, p.users[i*7919%n])) },
		"eq-and": func(i int) {
			p.find(b, fmt.Sprintf(`active eq true and userName eq "user%d@scimtest.example.com"`, i*7919%n))
		},
		"eq-or": func(i int) {
			p.find(b, fmt.Sprintf(`userName eq "user%d@scimtest.example.com" or externalId eq "ext-%[1]d"`, i*7919%n))
		},
		"eq-emails": func(i int) {
			p.find(b, fmt.Sprintf(`emails[type eq "work"].value eq "user%d@scimtest.example.com"`, i*7919%n))
		},
		"eq-emails-value": func(i int) { p.find(b, fmt.Sprintf(`emails.value eq "user%d@scimtest.example.com"`, i*7919%n)) },
		"co-userName": func(i int) {
			p.find(b, fmt.Sprintf(`userName co "user%d@"`, i*7919%n))
		},
		"page": func(i int) {
			p.ask(http.MethodGet, fmt.Sprintf("/Users?startIndex=%d&count=100", i*7919%n+1), "")
		},
		"page-cursor": func(int) { p.ask(http.MethodGet, "/Users?cursor&count=100", "") },
		"page-sorted": func(i int) {
			p.ask(http.MethodGet, fmt.Sprintf("/Users?sortBy=userName&startIndex=%d&count=100", i*7919%n+1), "")
		},
		"member-of": func(i int) {
			require.Equal(b, p.group, p.ask(http.MethodGet, "/Groups?excludedAttributes=members&filter="+
				escape(fmt.Sprintf(`members[value eq %q]`, p.users[manyMembers-1-i%(manyMembers/2)])), "").get("Resources.0.id").Str)
		},
		"patch-user": func(i int) {
			p.ask(http.MethodPatch, "/Users/"+p.users[i*7919%n], fmt.Sprintf(
				`{"schemas":["%s"],"Operations":[{"op":"replace","path":"title","value":"T%d"}]}`, scim.PatchOpURN, i))
		},
		"member-add": func(i int) {
			p.patchMembers(`{"op":"add","path":"members","value":[{"value":"` + p.users[manyMembers+i%(n-manyMembers)] + `"}]}`)
		},
		"member-remove": func(i int) {
			p.patchMembers(`{"op":"remove","path":"members[value eq \"` + p.users[i%manyMembers] + `\"]"}`)
		},
		"put-group": func(i int) {
			a := p.ask(http.MethodGet, "/Groups/"+p.group, "")
			p.ask(http.MethodPut, "/Groups/"+p.group, a.text)
		},
		"delete": func(int) {
			id := p.ask(http.MethodPost, "/Users", userBody(n+created+1_000_000)).get("id").Str
			p.ask(http.MethodDelete, "/Users/"+id, "")
		},
	} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				f(i)
			}
		})
	}
}

// find asks for the one user that a filter finds.
func (p *populated) find(b *testing.B, filter string) {
	b.Helper()
	a := p.ask(http.MethodGet, "/Users?filter="+escape(filter), "")
	require.EqualValues(b, 1, gjson.Get(a.text, "totalResults").Int(), filter)
}
