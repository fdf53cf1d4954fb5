package from_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/suites/scenario/from"
)

// lines writes the objects of a file one a line.
func lines(t *testing.T, name string, backward bool) string {
	t.Helper()
	var out []string
	for _, v := range gjson.ParseBytes(files(t, name)[0]).Array() {
		out = append(out, strings.ReplaceAll(v.Raw, "\n", ""))
	}
	if backward {
		slices.Reverse(out)
	}
	return strings.Join(out, "\n") + "\n"
}

// exchange is one of a HAR file: method, path, body, status, answer.
type exchange [5]string

func harOf(t *testing.T, exchanges ...exchange) []byte {
	t.Helper()
	type object = map[string]any
	var entries []any
	for i, x := range exchanges {
		status := 0
		_, err := fmt.Sscan(x[3], &status)
		require.NoError(t, err)
		path, product, _ := strings.Cut(x[1], "\x00")
		request := object{"method": x[0], "url": "https://scim.example.com/v2" + path, "headers": []any{object{"name": "User-Agent", "value": product}}}
		if x[2] != "" {
			request["postData"] = object{"mimeType": "application/scim+json", "text": x[2]}
		}
		entries = append(entries, object{
			"startedDateTime": fmt.Sprintf("2026-03-02T12:%02d:00Z", i), "request": request,
			"response": object{"status": status, "headers": []any{}, "content": object{"mimeType": "application/scim+json", "text": x[4]}},
		})
	}
	data, err := json.Marshal(object{"log": object{"entries": entries}})
	require.NoError(t, err)
	return data
}

// steps are the steps of a HAR file, with their comments.
func steps(t *testing.T, o from.Options, exchanges ...exchange) []string {
	t.Helper()
	o.KeepNames = true
	s := read(t, o, harOf(t, exchanges...)).Scenario
	var out []string
	for i := range s.Steps {
		for _, c := range s.Steps[i].Comments {
			out = append(out, "# "+c)
		}
		out = append(out, s.Steps[i].String())
	}
	for _, c := range s.Comments {
		out = append(out, "# "+c)
	}
	return out
}

// created is the create of somebody, whose id is her name.
func created(name string, more ...string) exchange {
	return exchange{"POST", "/Users", `{"userName":"` + name + `@x.example","name":{"givenName":"G","familyName":"F"}` + strings.Join(more, "") + `}`, "201", `{"id":"` + name + `"}`}
}

func patch(path string, operations string) exchange {
	return exchange{"PATCH", path, `{"Operations":[` + operations + `]}`, "200", ""}
}

// Whoever is deactivated is unassigned, in every spelling, and assigned again
// when she is activated.
func TestSpellingsOfActive(t *testing.T) {
	for _, off := range []string{
		`{"op":"Replace","path":"active","value":"False"}`, `{"op":"replace","path":"active","value":false}`, `{"op":"replace","value":{"active":false}}`,
		`{"op":"replace","value":{"active":"false"}}`, `{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:User:active":false}}`,
		`{"op":"replace","path":"active","value":[{"value":false}]}`, `{"OP":"replace","Path":"Active","Value":"FALSE"}`,
	} {
		on := strings.NewReplacer("False", "True", "false", "true", "FALSE", "TRUE").Replace(off)
		assert.Equal(t, []string{"assign: ada", "unassign: ada", "assign: ada"}, steps(t, from.Options{}, created("ada"), patch("/Users/ada", off), patch("/Users/ada", off), patch("/Users/ada", on)), off)
	}
}

// Attributes are recognised however a PATCH names them.
func TestSpellingsOfAttributes(t *testing.T) {
	for operation, want := range map[string]string{
		`{"op":"Replace","path":"name.familyName","value":"Berg"}`:                                                               "change: {ada: {familyName: Berg}}",
		`{"op":"replace","value":{"name":{"familyName":"Berg"},"title":"Mate"}}`:                                                 "change: {ada: {familyName: Berg, title: Mate}}",
		`{"op":"replace","value":{"name.familyName":"Berg"}}`:                                                                    "change: {ada: {familyName: Berg}}",
		`{"op":"Add","path":"emails[type eq \"work\"].value","value":"b@x.example"}`:                                             "change: {ada: {email: b@x.example}}",
		`{"op":"replace","path":"emails","value":[{"type":"home","value":"h@x.example"},{"type":"work","value":"b@x.example"}]}`: "change: {ada: {email: b@x.example}}",
		`{"op":"replace","path":"emails[value eq \"ada@x.example\"].display","value":"Ada"}`:                                     "",
		`{"op":"replace","path":"photos[value eq \"ada.png\"].display","value":"Ada"}`:                                           "# exchange 3: photos[...].display is nothing that people in scenarios have",
		`{"op":"replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"tel:+1"}`:                                      `change: {ada: {mobilePhone: "+1"}}`,
		`{"op":"add","path":"addresses[type eq \"work\"]","value":{"locality":"Hull","type":"work"}}`:                            "change: {ada: {locality: Hull}}",
		`{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Sails"}`:            "change: {ada: {department: Sails}}",
		`{"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sails"}}}`:             "change: {ada: {department: Sails}}",
		`{"op":"remove","path":"title"}`: "change: {ada: {title: null}}",
		`{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"bo"}`:                  "manager: {ada: bo}",
		`{"op":"replace","path":"manager","value":[{"value":"bo"}]}`:                                                             "manager: {ada: bo}",
		`{"op":"replace","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"bo"}}}}`:     "manager: {ada: bo}",
		`{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"1\",\"value\":\"Admin\",\"displayName\":\"Administrator\"}"}]}`: "roles: {ada: [Admin]}",
		`{"op":"replace","path":"phoneNumbers[type eq \"fax\"].value","value":"1"}`:                                              `# exchange 3: phoneNumbers[type eq "fax"].value is nothing that people in scenarios have`,
	} {
		out := steps(t, from.Options{IdP: "entra-legacy"}, created("ada", `,"title":"Cook"`), created("bo"), patch("/Users/ada", operation))
		assert.Equal(t, strings.Trim("assign: [ada, bo]\n"+want, "\n"), strings.Join(out, "\n"), operation)
	}
}

// A PUT is the difference to what is known.
func TestReplacesAreDifferences(t *testing.T) {
	put := func(body string) exchange { return exchange{"PUT", "/Users/ada", body, "200", ""} }
	same := `{"userName":"ada@x.example","name":{"givenName":"G","familyName":"F"},"active":true}`
	assert.Equal(t, []string{"assign: ada", "change: {ada: {familyName: Berg}}", "unassign: ada", "assign: ada"}, steps(t, from.Options{},
		created("ada"), put(same), put(strings.ReplaceAll(same, `"F"`, `"Berg"`)), put(strings.NewReplacer(`"F"`, `"Berg"`, "true", "false").Replace(same)), put(strings.ReplaceAll(same, `"F"`, `"Berg"`))))
	group := func(method, path, name, members string) exchange {
		return exchange{method, path, `{"displayName":"` + name + `","members":[` + members + `]}`, "201", `{"id":"g"}`}
	}
	assert.Equal(t, []string{"assign: [ada, bo, cy]", "push-group: {crew: [ada, bo]}", "rename-group: {crew: Deck}", "remove-from-group: {crew: [ada]}", "add-to-group: {crew: [cy]}", "delete-group: crew"}, steps(t, from.Options{},
		created("ada"), created("bo"), created("cy"), group("POST", "/Groups", "Crew", `{"value":"ada"},{"value":"bo"}`), group("PUT", "/Groups/g", "Crew", `{"value":"bo"},{"value":"ada"}`),
		group("PUT", "/Groups/g", "Deck", `{"value":"bo"},{"value":"cy"}`), exchange{"DELETE", "/Groups/g", "", "204", ""}))
}

// What happens to several in the same way is one step.
func TestStepsArePutTogether(t *testing.T) {
	manager := func(who string) exchange {
		return patch("/Users/"+who, `{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"bo"}`)
	}
	assert.Equal(t, []string{"assign: [ada, bo, cy]", "manager: {ada: bo, cy: bo}", "unassign: [ada, cy]"}, steps(t, from.Options{IdP: "entra-legacy"},
		created("ada"), created("bo"), created("cy"), manager("ada"), manager("cy"),
		patch("/Users/ada", `{"op":"replace","path":"active","value":false}`), patch("/Users/cy", `{"op":"replace","path":"active","value":false}`)))
}

// Members come and go in every spelling.
func TestSpellingsOfMembers(t *testing.T) {
	crew := exchange{"POST", "/Groups", `{"displayName":"Crew"}`, "201", `{"id":"g"}`}
	begin := []string{"assign: [ada, bo, cy]", "push-group: {crew: [ada, bo]}"}
	for operations, want := range map[string][]string{
		`{"op":"remove","path":"members[value eq \"ada\"]"}`:                                                       {"remove-from-group: {crew: [ada]}"},
		`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"ada"}]}`:                                   {"remove-from-group: {crew: [ada]}"},
		`{"op":"remove","path":"members"}`:                                                                         {"remove-from-group: {crew: [ada, bo]}"},
		`{"op":"Add","path":"members","value":[{"$ref":null,"value":"cy"}]}`:                                       {"add-to-group: {crew: [cy]}"},
		`{"op":"add","path":"members","value":{"value":"cy"}}`:                                                     {"add-to-group: {crew: [cy]}"},
		`{"op":"add","value":{"members":[{"value":"cy"},{"value":"ada"}]}}`:                                        {"add-to-group: {crew: [cy]}"},
		`{"op":"replace","path":"members","value":[{"value":"cy"},{"value":"ada"}]}`:                               {"remove-from-group: {crew: [bo]}", "add-to-group: {crew: [cy]}"},
		`{"op":"replace","path":"members","value":[{"value":"ada"},{"value":"bo"}]}`:                               {"push-now: crew"},
		`{"op":"replace","value":{"id":"g","displayName":"Crew"}}`:                                                 nil,
		`{"op":"Replace","path":"displayName","value":"Deck"}`:                                                     {"rename-group: {crew: Deck}"},
		`{"op":"add","path":"members","value":[{"value":"cy"}]},{"op":"remove","path":"members[value eq \"cy\"]"}`: nil,
	} {
		out := steps(t, from.Options{IdP: "okta-oin"}, created("ada"), created("bo"), created("cy"), crew,
			patch("/Groups/g", `{"op":"add","path":"members","value":[{"value":"ada"},{"value":"bo"}]}`), patch("/Groups/g", operations))
		assert.Equal(t, append(slices.Clone(begin), want...), out, operations)
	}
}

// Who and what was there before the recording begins comes first, as answers
// tell it, and is asked for when none does.
func TestWhatWasThereBefore(t *testing.T) {
	r := read(t, from.Options{KeepNames: true}, harOf(t,
		exchange{"GET", "/Users/ada", "", "200", `{"id":"ada","userName":"ada@x.example","name":{"givenName":"Ada"},"title":"Cook"}`},
		patch("/Users/ada", `{"op":"replace","path":"title","value":"Mate"}`),
		exchange{"PATCH", "/Users/bo", `{"Operations":[{"op":"replace","path":"title","value":"Mate"}]}`, "200", `{"id":"bo","userName":"bo@x.example","title":"Mate"}`},
		patch("/Users/cy", `{"op":"replace","path":"active","value":true}`),
		exchange{"GET", "/Groups/g", "", "200", `{"id":"g","displayName":"Crew","members":[{"value":"ada"}]}`},
		patch("/Groups/g", `{"op":"add","path":"members","value":[{"value":"bo"}]}`),
		patch("/Groups/h", `{"op":"add","path":"members","value":[{"value":"bo"}]}`),
	))
	assert.Equal(t, `name: told
people:
  ada: {userName: ada@x.example, givenName: Ada, title: Cook}
  bo: {userName: bo@x.example}
  person: {}
groups:
  crew: Crew
steps:
  - assign: [ada, bo]
  - push-group: {crew: [ada]}
  - push-group: {group: []}
  - change: {ada: {title: Mate}}
  - change: {bo: {title: Mate}}
  - assign: person
  - add-to-group: {crew: [bo]}
  - add-to-group: {group: [bo]}
`, string(r.Scenario.YAML()))
	assert.Equal(t, []string{
		"user ada was there before the recording begins: ada is assigned first",
		"user bo was there before the recording begins: bo is assigned first",
		"user cy was not seen being created, and no answer tells its userName: give it to person under people",
		"group g was there before the recording begins: crew is pushed first",
		"group h was not seen being created, and no answer tells its name: give it to group under groups, and its members to push-group",
		"who sent this is not recognised, so every identity provider plays it: name one with idp:",
	}, r.Questions)
	assert.Equal(t, []string{"ada: familyName", "bo: givenName, familyName", "person: userName, givenName, familyName", "group: its name"}, r.MadeUp)
}

// DELETE is what it is in the dialect.
func TestDeletes(t *testing.T) {
	story := []exchange{created("ada"), {"DELETE", "/Users/ada", "", "204", ""}, created("ada")}
	assert.Equal(t, []string{"assign: ada", "delete: ada", "assign: ada"}, steps(t, from.Options{IdP: "entra-legacy"}, story...))
	assert.Equal(t, []string{"assign: ada", "# exchange 2: Okta, catalog app is not known to send DELETE for people", "behind-our-back: {delete: ada}", "assign: ada"},
		steps(t, from.Options{IdP: "okta-oin"}, story...))
}

// What is tried again is told once, with what went wrong at first.
func TestRetries(t *testing.T) {
	fails := func(x exchange, status, answer string) exchange {
		x[3], x[4] = status, answer
		return x
	}
	title := patch("/Users/ada", `{"op":"replace","path":"title","value":"Mate"}`)
	assert.Equal(t, []string{"# in the recording: 409 uniqueness", "assign: ada", "# in the recording: 500", "change: {ada: {title: Mate}}"}, steps(t, from.Options{},
		fails(created("ada"), "409", `{"scimType":"uniqueness"}`), fails(created("ada"), "409", `{"scimType":"uniqueness"}`), fails(created("ada"), "429", ""), created("ada"),
		fails(title, "500", "<html>"), fails(title, "500", "<html>"), title))
}

// A failure that the story itself brings about is right, and expected: somebody
// else deleted the account, or has the name.
func TestRightFailures(t *testing.T) {
	fails := func(status string, x exchange) exchange {
		x[3], x[4] = status, ""
		return x
	}
	told := func(idp string, all ...exchange) string {
		r := read(t, from.Options{IdP: idp, KeepNames: true}, harOf(t, all...))
		_, text, _ := strings.Cut(string(r.Scenario.YAML()), "steps:\n")
		return text
	}
	title := patch("/Users/ada", `{"op":"replace","path":"title","value":"Mate"}`)
	lost := by("curl/8.5.0", exchange{"DELETE", "/Users/ada", "", "204", ""})
	assert.Equal(t, `  - assign: ada
  - behind-our-back: {delete: ada}
  # in the recording: 404
  - change: {ada: {title: Mate}}
    fails: 404
  - assign: ada
  - change: {ada: {title: Mate}}
`, told("okta-oin", created("ada"), lost, fails("404", title), created("ada"), title))
	assert.NotContains(t, told("entra-legacy", created("ada"), lost, fails("404", title), created("ada"), title), "fails:", "Entra ID looks for her anew")

	off := patch("/Users/ada", `{"op":"replace","path":"active","value":false}`)
	assert.Contains(t, told("entra-legacy", created("ada"), lost, fails("404", off)), "- unassign: ada\n    fails: 404\n")

	rename := patch("/Users/ada", `{"op":"replace","path":"userName","value":"bo@x.example"}`)
	assert.Equal(t, `  - assign: [ada, bo]
  # in the recording: 409
  - change: {ada: {userName: bo@x.example}}
    fails: 409
`, told("okta-oin", created("ada"), created("bo"), fails("409", rename)))
	assert.NotContains(t, told("okta-oin", created("ada"), fails("409", rename)), "fails:", "nobody has the name")

	other := by("curl/8.5.0", created("ada"))
	assert.Contains(t, told("google-workspace", other, fails("409", created("ada")), created("bo")), "# in the recording: 409\n  - assign: ada\n    fails: 409\n")
	assert.NotContains(t, told("okta-oin", other, fails("409", created("ada")), created("bo")), "fails:", "Okta looks for her before")
}

// by makes an exchange one of another product.
func by(product string, x exchange) exchange {
	x[1] += "\x00" + product
	return x
}

// When scimtest itself is recorded while it plays an identity provider, it looks
// on and arranges, however much it writes.
func TestTesterLooksOn(t *testing.T) {
	ours := func(x exchange) exchange { return by("scimtest/1.0", x) }
	assert.Equal(t, []string{"behind-our-back: {create: ada}", "assign: ada", "behind-our-back: {change: {ada: {title: Mate}}}", "behind-our-back: {delete: ada}"}, steps(t, from.Options{},
		ours(created("ada")), ours(created("eve")), ours(created("mallory")), exchange{"PUT", "/Users/ada", `{"userName":"ada@x.example"}`, "200", ""},
		ours(patch("/Users/ada", `{"op":"replace","path":"title","value":"Mate"}`)), ours(exchange{"DELETE", "/Users/ada", "", "204", ""})))
	assert.Equal(t, []string{"assign: ada"}, steps(t, from.Options{}, ours(created("ada"))), "alone it provisions")
}

// Keys are the people's names, and nobody shares one.
func TestKeys(t *testing.T) {
	names := func(userNames ...string) (out []string) {
		var all []exchange
		for i, n := range userNames {
			all = append(all, exchange{"POST", "/Users", `{"userName":` + fmt.Sprintf("%q", n) + `}`, "201", fmt.Sprintf(`{"id":"%d"}`, i)})
		}
		for _, p := range read(t, from.Options{KeepNames: true}, harOf(t, all...)).Scenario.People {
			out = append(out, p.Key)
		}
		return out
	}
	assert.Equal(t, []string{"ada-o-neill-1", "person", "ada-o-neill-1-2", "null", "7"}, names("Ada.O'Neill+1@x.example", "Ольга@x.example", "ada_o_neill-1@y.example", "null", "7@x.example"))
	assert.Equal(t, []string{"ada-berg", "bo-berg", "ada-berg-2"}, names("ada.berg.k3x9w2abq1234-0@x.example", "bo.berg.k3x9w2abz9876-1@x.example", "ada.berg.k3x9w2abz9876-2@x.example"))
}
