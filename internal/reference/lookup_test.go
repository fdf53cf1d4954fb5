package reference

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scimtest/scimtest/scim"
)

func TestEqualityIsLookedUpAndNotSearchedFor(t *testing.T) {
	p := populate(t, 50, 10)
	for filter, want := range map[string]int{
		`userName eq "USER7@scimtest.example.com"`:                                     1,
		scim.UserURN + `:userName eq "user7@scimtest.example.com"`:                     1,
		`externalId eq "ext-7"`:                                                        1,
		`id eq "` + p.users[7] + `"`:                                                   1,
		`id eq "nobody"`:                                                               0,
		`displayName eq "ada user7"`:                                                   1,
		`active eq true and externalId eq "ext-7"`:                                     1,
		`externalId eq "ext-7" and active eq true`:                                     1,
		`externalId eq "ext-9" or userName eq "user7@scimtest.example.com"`:            2,
		`externalId eq "ext-7" or userName eq "user7@scimtest.example.com"`:            1,
		`(externalId eq "ext-7" or externalId eq "ext-8") and not (externalId eq "x")`: 2,
		`emails.value eq "USER7@scimtest.example.com"`:                                 1,
		`emails eq "user7@scimtest.example.com"`:                                       1,
		`emails[value eq "user7@scimtest.example.com" and type eq "work"]`:             1,
		`emails[type eq "work"].value eq "user7@scimtest.example.com"`:                 1,
		`emails.value eq "nobody@scimtest.example.com"`:                                0,
	} {
		f, _, err := scim.ParseFilterLenient(filter)
		require.NoError(t, err)
		list, ok := p.srv.lookup(p.srv.types[0], f)
		assert.True(t, ok, filter)
		assert.Len(t, list, want, filter)
		answer := p.ask(http.MethodGet, "/Users?filter="+escape(filter), "")
		answer.has("totalResults", fmt.Sprint(want))
	}
	for _, filter := range []string{
		`members[value eq "` + p.users[3] + `"]`, `members.value eq "` + p.users[3] + `"`, `members eq "` + p.users[3] + `"`,
		`members[type eq "User" and value eq "` + p.users[3] + `"]`,
	} {
		f, _, err := scim.ParseFilterLenient(filter)
		require.NoError(t, err)
		list, ok := p.srv.lookup(p.srv.types[1], f)
		assert.True(t, ok, filter)
		assert.Len(t, list, 1, filter)
		p.ask(http.MethodGet, "/Groups?filter="+escape(filter), "").has("totalResults", "1")
	}
	for _, filter := range []string{`externalId ne "ext-7"`, `externalId eq "ext-7" or active eq true`, `not (id eq "x")`, `externalId eq null`} {
		f, _, err := scim.ParseFilterLenient(filter)
		require.NoError(t, err)
		_, ok := p.srv.lookup(p.srv.types[0], f)
		assert.False(t, ok, filter)
	}
}

// What an index finds is what a search through everything finds.
func TestAnIndexChangesNoAnswer(t *testing.T) {
	p := populate(t, 12, 6)
	users := p.srv.types[0]
	c := &call{srv: p.srv}
	term := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf(rapid.SampledFrom([]string{
			`userName eq "USER%d@scimtest.example.com"`, `externalId eq "ext-%d"`, `externalId eq "EXT-%d"`,
			`displayName eq "ada user%d"`, `displayName co "%d"`, `not (externalId eq "ext-%d")`, `emails[value co "user%d@"]`,
			`emails.value eq "USER%d@scimtest.example.com"`, `emails[type eq "home"].value eq "user%d@scimtest.example.com"`,
		}).Draw(t, "form"), rapid.IntRange(0, 12).Draw(t, "number"))
	})
	rapid.Check(t, func(t *rapid.T) {
		text := term.Draw(t, "first")
		for range rapid.IntRange(0, 4).Draw(t, "more") {
			text = "(" + text + ")" + rapid.SampledFrom([]string{" and ", " or "}).Draw(t, "joint") + term.Draw(t, "next")
		}
		f, _, err := scim.ParseFilterLenient(text)
		require.NoError(t, err)
		holds, err := compile(f, resourceScope{c, users})
		require.NoError(t, err)
		var want []*resource
		for _, r := range p.srv.store.collections[users].list {
			if holds(r) {
				want = append(want, r)
			}
		}
		got, err := p.srv.matchingOf(c, &query{filter: f}, users)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	})
}

func TestIndexesFollowWrites(t *testing.T) {
	c := start(t, Config{})
	u := c.user(`"externalId":"one"`)
	c.find("/Users", `externalId eq "one"`).has("totalResults", "1")
	c.patch(u, `{"op":"replace","path":"externalId","value":"two"}`).is(200)
	c.find("/Users", `externalId eq "one"`).has("totalResults", "0")
	c.find("/Users", `externalId eq "two"`).has("totalResults", "1")
	c.patch(u, `{"op":"add","path":"emails","value":[{"value":"a@example.com","type":"work"},{"value":"b@example.com","type":"home"}]}`).is(200)
	c.patch(u, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"c@example.com"}`).is(200)
	c.find("/Users", `emails.value eq "a@example.com"`).has("totalResults", "0")
	c.find("/Users", `emails.value eq "b@example.com"`).has("totalResults", "1")
	c.find("/Users", `emails.value eq "c@example.com"`).has("totalResults", "1")
	g := c.group(u)
	c.find("/Groups", `members[value eq "`+idOf(u)+`"]`).has("totalResults", "1")
	c.patch(g, `{"op":"remove","path":"members"}`).is(200)
	c.find("/Groups", `members[value eq "`+idOf(u)+`"]`).has("totalResults", "0")
	c.delete(u).is(204)
	c.find("/Users", `externalId eq "two"`).has("totalResults", "0")
	c.find("/Users", `emails.value eq "b@example.com"`).has("totalResults", "0")
}

func TestAGroupOfOthersIsFoundByThem(t *testing.T) {
	c := start(t, Config{})
	u, v, w := c.user(), c.user(), c.user()
	g := c.group(u, v)
	name := c.get(g).get("displayName").Str
	in := func(user string) string {
		return c.find("/Groups", `members.value eq "`+idOf(user)+`"`).get("totalResults").Raw
	}
	version := func(path string) string { return c.get(path).header.Get("ETag") }
	tags := []string{version(u), version(v), version(w)}

	c.put(g, `{"schemas":["`+scim.GroupURN+`"],"displayName":"`+name+`","members":[{"value":"`+idOf(w)+`"},{"value":"`+idOf(u)+`"}]}`).is(200)
	assert.Equal(t, []string{"1", "0", "1"}, []string{in(u), in(v), in(w)})
	assert.Equal(t, tags[0], version(u), "she stayed")
	assert.NotEqual(t, tags[1], version(v), "he left")
	assert.NotEqual(t, tags[2], version(w), "they joined")
}

// A PATCH that fails has changed nothing on its way.
func TestAFailedPatchLeavesValuesAlone(t *testing.T) {
	for _, variations := range [][]string{nil, {"first-email-primary"}} {
		c := start(t, Config{Variations: variations})
		u := c.user(`"emails":[{"value":"a@example.com","primary":true},{"value":"b@example.com"}],"phoneNumbers":[{"value":"555-0100"}]`,
			`"name":{"givenName":"Ada"}`, `"`+scim.EnterpriseUserURN+`":{"department":"R&D"}`)
		before := c.get(u).text
		c.patch(u, `{"op":"remove","path":"emails[primary eq true]"},
			{"op":"replace","path":"phoneNumbers.type","value":"work"},{"op":"replace","path":"name.givenName","value":"Eve"},
			{"op":"replace","path":"`+scim.EnterpriseUserURN+`:department","value":"Sales"},{"op":"replace","path":"userName","value":"provisioning@scimtest.example.com"}`).
			refused(http.StatusConflict, scim.Uniqueness)
		assert.Equal(t, before, c.get(u).text, variations)
	}
}

func TestVersionsFollowWhatTheyShow(t *testing.T) {
	c := start(t, Config{})
	u := c.user(`"displayName":"Ada"`)
	g := c.group(u)
	version := func(path string) string { return c.get(path).is(200).header.Get("ETag") }
	report := c.user(`"` + scim.EnterpriseUserURN + `":{"manager":{"value":"` + idOf(u) + `"}}`)
	user, group, managed := version(u), version(g), version(report)
	assert.Equal(t, user, version(u))

	c.patch(u, `{"op":"replace","path":"displayName","value":"Eve"}`).is(200)
	assert.NotEqual(t, group, version(g), "a member has another name")
	assert.NotEqual(t, managed, version(report), "a manager has another name")
	user = version(u)
	c.patch(g, `{"op":"replace","path":"displayName","value":"Others"}`).is(200)
	assert.NotEqual(t, user, version(u), "a group has another name")
	user = version(u)
	c.patch(g, `{"op":"remove","path":"members"}`).is(200)
	assert.NotEqual(t, user, version(u), "she left the group")
	c.user()
	user = version(u)
	c.user()
	assert.Equal(t, user, version(u), "others do not matter")
	managed = version(report)
	c.delete(u).is(204)
	assert.NotEqual(t, managed, version(report), "a manager has gone")
}

func TestValueKeysTellWhatEqualTells(t *testing.T) {
	emails := userType().find("", "emails").attr
	text := rapid.SampledFrom([]any{"a", "A", "é", "e\u0301", "", "n1", "1"})
	value := rapid.Custom(func(t *rapid.T) any {
		o := object{}
		for _, name := range []string{"value", "type", "display"} {
			if rapid.Bool().Draw(t, "has "+name) {
				o[name] = text.Draw(t, name)
			}
		}
		if rapid.Bool().Draw(t, "has primary") {
			o["primary"] = rapid.Bool().Draw(t, "primary")
		}
		return o
	})
	number := rapid.SampledFrom([]any{json.Number("1"), json.Number("1.0"), json.Number("10e-1"), json.Number("0"), json.Number("-0"), json.Number("2"), "1"})
	exact := &attribute{name: "x", kind: typeString, caseExact: true}
	rapid.Check(t, func(t *rapid.T) {
		for a, make := range map[*attribute]*rapid.Generator[any]{
			emails: value, exact: text, {name: "s", kind: typeString}: text, {name: "n", kind: typeDecimal}: number,
		} {
			x, y := make.Draw(t, "x"), make.Draw(t, "y")
			require.Equal(t, a.equal(x, y), a.valueKey(x) == a.valueKey(y), "%v %v", x, y)
		}
	})
}

func TestListsOfManyValues(t *testing.T) {
	c := start(t, Config{})
	u := c.user(`"emails":[{"value":"a@example.com","type":"work"},{"value":"A@example.com","type":"work"},{"value":"a@example.com"}]`)
	c.get(u).has("emails.#", "2")
	c.patch(u, `{"op":"add","path":"emails","value":[{"value":"A@EXAMPLE.com","type":"work","display":"x"},{"value":"b@example.com"},{"value":"B@example.com"}]}`).
		is(200).has("emails.#", "3", "emails.0.display", `"x"`, "emails.0.value", `"A@EXAMPLE.com"`, "emails.2.value", `"b@example.com"`)
	v, w := c.user(), c.user()
	g := c.group(u, v, w)
	c.patch(g, `{"op":"add","path":"members","value":[{"value":"`+idOf(u)+`"}]}`).is(200).has("members.#", "3")
	c.patch(g, `{"op":"remove","path":"members","value":[{"value":"`+idOf(u)+`"},{"value":"`+idOf(w)+`"}]}`).
		is(200).has("members.#.value", `["`+idOf(v)+`"]`)
}

func TestSortingByThePrimaryValue(t *testing.T) {
	c := start(t, Config{})
	emails := func(first, primary string) string {
		return `"emails":[{"value":"` + first + `@example.com"},{"value":"` + primary + `@example.com","primary":true}]`
	}
	one, two, three := c.user(emails("b", "C")), c.user(emails("c", "b")), c.user(emails("a", "c"))
	for order, want := range map[string][]string{"ascending": {two, one, three}, "descending": {one, three, two}} {
		got := c.get(`/Users?sortBy=emails&sortOrder=` + order + `&filter=` + escape(`emails.value co "@example.com"`)).get("Resources.#.id").Array()
		require.Len(t, got, len(want))
		for i, path := range want {
			assert.Equal(t, idOf(path), got[i].Str, "%s %d", order, i)
		}
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	c := start(t, Config{})
	u := c.user()
	g := c.group(u)
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for i := range 20 {
				name := fmt.Sprintf("w%d-%d", worker, i)
				own := "/Users/" + c.post("/Users", `{`+userSchemas+`,"userName":"`+name+`","externalId":"`+name+`"}`).get("id").Str
				c.patch(g, `{"op":"add","path":"members","value":[{"value":"`+idOf(own)+`"}]}`)
				c.get(u)
				c.get("/Users?count=5&sortBy=userName")
				c.get("/Groups?cursor")
				c.find("/Groups", `members[value eq "`+idOf(own)+`"]`)
				if i%2 == 0 {
					c.patch(g, `{"op":"remove","path":"members[value eq \"`+idOf(own)+`\"]"}`)
					c.delete(own)
				}
			}
		})
	}
	wait.Wait()
	c.get(g).has("members.#", "81")
	found := c.find("/Users", `externalId sw "w"`)
	found.has("totalResults", "80")
	assert.False(t, strings.Contains(found.names(), "w0-0"))
	c.with("Authorization", "").get("/Users").refused(http.StatusUnauthorized, "")
}
