package mapping_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/mapping"
)

func file(t testing.TB, name string) []byte {
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return data
}

// of is a user with these attributes.
func of(attributes map[string]string, roles ...string) mapping.Lookup {
	return func(name string) []string {
		if name == mapping.AppRoles {
			return roles
		}
		if v, ok := attributes[name]; ok {
			return []string{v}
		}
		return nil
	}
}

var dana = map[string]string{
	"objectId": "o-1", "userPrincipalName": "Dana.Fox@example.com", "IsSoftDeleted": "False", "givenName": "Dana", "surname": "Fox",
	"mobile": "+47 (40) 00-00", "department": "Hull", "extensionAttribute1": "77",
}

// values are what a mapping makes of a user, by target.
func values(m *mapping.Mapping, user mapping.Lookup, creating bool) map[string]any {
	out := map[string]any{}
	for _, r := range m.Evaluate(user, creating) {
		if r.Value != nil {
			out[r.Target] = r.Value
		}
	}
	return out
}

func problems(list []mapping.Problem) (out []string) {
	for _, p := range list {
		out = append(out, p.String())
	}
	return out
}

func TestAnExportOfEntraIsRead(t *testing.T) {
	m, err := mapping.ParseEntra(file(t, "entra-schema.json"))
	require.NoError(t, err)
	assert.Equal(t, "Provision the people of Shipyard", m.Name)
	assert.False(t, m.NoCreate || m.NoUpdate || m.NoDelete || m.NoGroups)
	const place = "USER_OUTBOUND_USER / Provision the people of Shipyard, "
	assert.Equal(t, []string{
		place + `timezone, at character 1 of FormatDateTime([extensionAttribute3], , "yyyyMMdd", "yyyy-MM-dd"): the function FormatDateTime is not supported`,
		place + `profileUrl, at character 56 of Append("https://example.com/", ToLower([mailNickname], "tr-TR")): the letter case of a culture is not supported`,
	}, problems(m.Problems))
	var match []string
	for _, a := range m.Matching() {
		match = append(match, a.Target)
	}
	assert.Equal(t, []string{"externalId", "userName"}, match)
	assert.Equal(t, mapping.OnCreate, m.Attribute("nickName").When)
	assert.Equal(t, mapping.IfAbsent, m.Attribute(`phoneNumbers[type eq "mobile"].value`).When)
	assert.Equal(t, mapping.SingleRole, m.Attribute(`roles[primary eq "True"].value`).Roles)
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
	assert.True(t, m.Attribute(enterprise+"manager").Reference)

	created := values(m, of(dana, "Admin", "Auditor"), true)
	assert.Equal(t, map[string]any{
		"externalId": "o-1", "userName": "dana.fox@example.com", "active": true, "displayName": "Fox, Dana",
		"name.givenName": "Dana", "name.familyName": "Fox", `emails[type eq "work"].value`: "Dana.Fox@example.com",
		`phoneNumbers[type eq "mobile"].value`: "+47400000", "title": "Deckhand", "nickName": "yard", "userType": "Employee",
		enterprise + "department": "Hull", enterprise + "costCenter": "77", `roles[primary eq "True"].value`: "Admin",
		"urn:ietf:params:scim:schemas:extension:shipyard:2.0:User:crane": true,
	}, created)
	updated := values(m, of(dana), false)
	assert.NotContains(t, updated, "title", "a default value belongs to the create")
	assert.NotContains(t, updated, "nickName")
	assert.Equal(t, "Employee", updated["userType"])
}

func TestScopingFiltersDecideWhoIsInScope(t *testing.T) {
	m, err := mapping.ParseEntra(file(t, "entra-schema.json"))
	require.NoError(t, err)
	for _, c := range []struct {
		department, title string
		in                bool
	}{
		{"Hull", "", true}, {"Ashore", "", false}, {"", "", false}, {"Ashore", "Captain of the yard", true}, {"Ashore", "Vice Captain", false},
	} {
		in, why := m.InScope(of(map[string]string{"department": c.department, "jobTitle": c.title}))
		assert.Equal(t, c.in, in, c)
		assert.Equal(t, c.in, why == "", c)
	}
	_, why := m.InScope(of(map[string]string{"department": "Ashore"}))
	assert.Equal(t, "the scoping filter is not met: department NOT EQUALS Ashore; jobTitle REGEX MATCH Captain.*", why)
}

func TestOperatorsOfScopingFilters(t *testing.T) {
	for _, c := range []struct {
		operator, operand string
		yes, no           []string
	}{
		{"EQUALS", "a", []string{"a"}, []string{"A", "", "ab"}},
		{"NOT EQUALS", "a", []string{"A", "b"}, []string{"a", ""}},
		{"Includes", "b", []string{"abc"}, []string{"aBc", ""}},
		{"ENDS_WITH", "c", []string{"abc"}, []string{"cab", ""}},
		{"IS TRUE", "", []string{"True"}, []string{"False", ""}},
		{"IS FALSE", "", []string{"False"}, []string{"True", ""}},
		{"IS NULL", "", []string{""}, []string{"a"}},
		{"IS NOT NULL", "", []string{"a"}, []string{""}},
		{"Greater_Than", "9", []string{"10"}, []string{"9", "x", ""}},
		{"Greater_Than_OR_EQUALS", "9", []string{"9", "10"}, []string{"8", ""}},
		{"REGEX MATCH", "[1-9][0-9]", []string{"42"}, []string{"142", ""}},
		{"NOT REGEX MATCH", "[1-9][0-9]", []string{"142"}, []string{"42", ""}},
	} {
		m, err := mapping.ParseEntra(schema(`"scope":{"groups":[{"clauses":[{"operatorName":"` + c.operator +
			`","sourceOperandName":"x","targetOperand":{"values":["` + c.operand + `"]}}]}]},`))
		require.NoError(t, err)
		require.Empty(t, m.Problems)
		for _, v := range c.yes {
			in, _ := m.InScope(of(map[string]string{"x": v}))
			assert.True(t, in, "%s %q", c.operator, v)
		}
		for _, v := range c.no {
			in, _ := m.InScope(of(map[string]string{"x": v}))
			assert.False(t, in, "%s %q", c.operator, v)
		}
	}
}

// schema is an export with one mapping of users, whose members are given besides
// the mapping of the userName.
func schema(more string, attributes ...string) []byte {
	all := append([]string{`{"targetAttributeName":"userName","matchingPriority":1,"source":{"expression":"[userPrincipalName]","type":"Attribute"}}`}, attributes...)
	return fmt.Appendf(nil, `{"synchronizationRules":[{"name":"R","targetDirectoryName":"app","objectMappings":[{%s"name":"U","sourceObjectName":"User","attributeMappings":[%s]}]}]}`,
		more, strings.Join(all, ","))
}

func TestWhatAnExportOfEntraHoldsBeyondIsNamed(t *testing.T) {
	attribute := func(members string) string {
		return `{"source":{"expression":"[a]","type":"Attribute"},` + members + `}`
	}
	for _, c := range []struct{ more, attribute, want string }{
		{"", attribute(`"targetAttributeName":"title","flowType":"ValueAddOnly"`), "R / U, title: the flow type ValueAddOnly is not supported"},
		{"", attribute(`"targetAttributeName":"title","flowBehavior":"Sometimes"`), "R / U, title: the flow behavior Sometimes is not supported"},
		{"", attribute(`"targetAttributeName":"title "`), "R / U, title : the target at position 6: expected the end of the path"},
		{"", attribute(`"targetAttributeName":"emails[type sw \"w\"].value"`), `R / U, emails[type sw "w"].value: the target has to be like emails[type eq "work"].value`},
		{"", attribute(`"targetAttributeName":"id"`), "R / U, id: id is the target's own, and is not mapped"},
		{"", attribute(`"targetAttributeName":"userName"`), "R / U, userName: the target is mapped twice; the first mapping counts"},
		{"", `{"targetAttributeName":"x","source":{"expression":"Append([a] \"b\")","type":"Function"}}`, `R / U, x, at character 12 of Append([a] "b"): expected a comma or )`},
		{"", `{"targetAttributeName":"x","source":{"expression":"Split([a], \",\")","type":"Function"}}`, "R / U, x: how Entra ID words several values is not known"},
		{"", `{"targetAttributeName":"x","source":{"expression":"AppRoleAssignmentsComplex([appRoleAssignments])","type":"Function"}}`, "R / U, x: how several app roles are worded is known for the attribute roles alone, and not inside of other functions"},
		{`"scope":{"groups":[{"name":"g","clauses":[{"operatorName":"&","sourceOperandName":"a","targetOperand":{"values":["b"]}}]}]},`, "", "R / U: the scoping filter g: the operator & is not supported; the clause a & b is left out"},
		{`"scope":{"inputFilterGroups":[{"clauses":[]}]},`, "", "R / U: of scoping filters only groups are supported, inputFilterGroups and categoryFilterGroups are not"},
	} {
		var attributes []string
		if c.attribute != "" {
			attributes = append(attributes, c.attribute)
		}
		m, err := mapping.ParseEntra(schema(c.more, attributes...))
		require.NoError(t, err)
		assert.Equal(t, []string{c.want}, problems(m.Problems))
		assert.Len(t, m.Attributes, 1, "what is not supported is left out")
	}
}

func TestASourceInPartsAloneIsAnExpressionToo(t *testing.T) {
	m, err := mapping.ParseEntra(schema("", `{"targetAttributeName":"title","source":{"name":"Append","type":"Function","parameters":[`+
		`{"key":"source","value":{"name":"jobTitle","type":"Attribute"}},{"key":"suffix","value":{"name":" \"x\"","type":"Constant"}}]}}`,
		`{"targetAttributeName":"userType","source":{"name":"Employee","type":"Constant"}}`,
		`{"targetAttributeName":"timezone","source":{"expression":"\"UTC\"","type":"Constant"}}`))
	require.NoError(t, err)
	assert.Empty(t, m.Problems)
	assert.Equal(t, `Append([jobTitle], " \"x\"")`, m.Attribute("title").Expression)
	assert.Equal(t, map[string]any{"title": `Chief "x"`, "userType": "Employee", "timezone": "UTC"}, values(m, of(map[string]string{"jobTitle": "Chief"}), false))
}

func TestTheMappingOfGroupsAndTheActionsCanBeOff(t *testing.T) {
	m, err := mapping.ParseEntra(schema(`"flowTypes":"Add",`))
	require.NoError(t, err)
	assert.True(t, m.NoUpdate && m.NoDelete && !m.NoCreate)
	assert.True(t, m.NoGroups, "no mapping of groups at all")
}

func TestWhatIsNoExportIsRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{`, "cannot be read as JSON"}, {`{}`, "has no synchronizationRules"}, {`{"synchronizationRules":[{"name":"x"}]}`, "maps no users"},
	} {
		_, err := mapping.ParseEntra([]byte(c.text))
		assert.ErrorContains(t, err, c.want)
	}
	ok := `{"definitions":{"base":{"properties":{}}}}`
	for _, c := range []struct{ mapping, schema, want string }{
		{`{`, ok, "is no JSON"}, {`{}`, ok, "no profile mapping of Okta"}, {`{"properties":{}}`, `{}`, "no schema of the users"},
		{`{"properties":{},"target":{"type":"user"}}`, ok, "leads from the application to Okta"},
	} {
		_, err := mapping.ParseOkta([]byte(c.mapping), []byte(c.schema))
		assert.ErrorContains(t, err, c.want)
	}
}

func TestTheMappingOfAnOktaApplicationIsRead(t *testing.T) {
	m, err := mapping.ParseOkta(file(t, "okta-mapping.json"), file(t, "okta-schema.json"))
	require.NoError(t, err)
	assert.Equal(t, []string{
		`profile mapping, manager, at character 1 of getManagerUser("active_directory").login: the function getManagerUser is not supported`,
		`profile mapping, manager, at character 35 of getManagerUser("active_directory").login: attributes of what a function returns are not supported`,
		`profile mapping, shift, at character 1 of Arrays.contains(user.shifts, "night") ? "night" : "day": the function Arrays.contains is not supported`,
		`profile mapping, ghost: the schema of the application has no such attribute, so it is not known how it is sent`,
	}, problems(m.Problems))
	user := of(map[string]string{
		"user.firstName": "Ann", "user.lastName": "Lee", "user.login": "ann@example.com", "user.email": "ann@example.com", "user.department": "Hull",
		"user.title": "Welder",
	})
	assert.Equal(t, map[string]any{
		"givenName": "Ann", "familyName": "LEE", "email": "ann@example.com", "emailType": "work", "displayName": "Lee, Ann",
		"title": "Welder", "department": "Yard", "badge": "ann",
	}, values(m, user, true))
	paths := map[string]string{}
	for _, a := range m.Attributes {
		paths[a.Target] = a.Path.String()
	}
	assert.Equal(t, "emails[primary eq true].value", paths["email"])
	assert.Equal(t, `phoneNumbers[type eq "mobile"].value`, paths["mobile"])
	assert.Equal(t, "urn:ietf:params:scim:schemas:extension:shipyard:2.0:User:badge", paths["badge"])
	assert.Equal(t, mapping.OnCreate, m.Attribute("title").When)
	assert.Empty(t, m.Attribute("nickName").Expression, "in the schema, and mapped to nothing")
	assert.Equal(t, []string{
		"app user schema, custom, grades: it is not mapped, and a push of the whole profile leaves it out here: how Okta words a value of the type array is not known",
	}, problems(m.Notes))
}

func TestWhatTheFilesOfOktaHoldBeyondIsNamed(t *testing.T) {
	for _, c := range []struct{ definition, status, want string }{
		{`"type":"integer","externalName":"x"`, "PUSH", "app user schema, base, p: how Okta words a value of the type integer is not known"},
		{`"type":"string"`, "PUSH", "app user schema, base, p: it has no externalName, so it is not known how it is sent"},
		{`"externalName":"emails[0].value"`, "PUSH", "app user schema, base, p: the external name emails[0].value is not supported; it can be like name.givenName or emails.^[primary==true].value"},
		{`"externalName":"active"`, "PUSH", "app user schema, base, p: active is sent by Okta itself, or is the target's own"},
		{`"externalName":"x"`, "SOMETIMES", "profile mapping, p: the push status SOMETIMES is not supported"},
	} {
		m, err := mapping.ParseOkta([]byte(`{"properties":{"p":{"expression":"user.email","pushStatus":"`+c.status+`"}}}`),
			[]byte(`{"definitions":{"base":{"properties":{"p":{`+c.definition+`}}}}}`))
		require.NoError(t, err)
		assert.Equal(t, []string{c.want}, problems(m.Problems))
		assert.Empty(t, m.Attributes)
	}
}

func TestAttributesThatTheDirectoryLacksAreNoted(t *testing.T) {
	m, err := mapping.ParseEntra(schema("", `{"targetAttributeName":"title","source":{"expression":"Join(\" \", [jobTitle], [rank])","type":"Function"}}`))
	require.NoError(t, err)
	m.Note("directory", func(name string) bool { return name != "rank" })
	assert.Equal(t, []string{"directory, title: rank has a value only for users who have it among their further attributes"}, problems(m.Notes))
}

// FuzzParseExports: whatever the files hold, reading them and evaluating what was
// read ends, and problems have a place.
func FuzzParseExports(f *testing.F) {
	f.Add(file(f, "entra-schema.json"), []byte(nil))
	f.Add(file(f, "okta-schema.json"), file(f, "okta-mapping.json"))
	f.Fuzz(func(t *testing.T, schema, profile []byte) {
		m, err := mapping.ParseEntra(schema)
		if len(profile) > 0 {
			m, err = mapping.ParseOkta(profile, schema)
		}
		if err != nil {
			return
		}
		m.Evaluate(of(dana, "Admin"), true)
		m.InScope(of(dana))
		for _, p := range m.Problems {
			require.NotEmpty(t, p.Rule)
			require.NotEmpty(t, p.Text)
		}
	})
}
