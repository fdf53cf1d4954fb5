package mapping

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// people are the attributes of the examples.
var people = map[string][]string{
	"givenName": {"Zoë"}, "surname": {"Fox"}, "mail": {"Dana.Fox@example.com"}, "state": {"QLD"}, "IsSoftDeleted": {"False"},
	"mobile": {"+1 (999) 888-7777"}, "telephoneNumber": {"+91 9998887777"}, "title": {"Product Developer"}, "UserID": {"jsmith"},
	"address": {"545 Tremont Street"}, "proxyAddresses": {"a@example.com", "b@example.com"}, "appRoleAssignments": {"Admin", "Auditor"},
	"sets": {"One, Two"}, "country": {"USA"}, "department": {"Hull"}, "id": {"1000"}, "empty": {""},

	"user.firstName": {"Winston"}, "user.lastName": {"Fox"}, "user.email": {"w.fox@example.com"}, "user.groupCode": {"123"},
}

func lookup(name string) []string { return people[name] }

func TestEntraExpressions(t *testing.T) {
	for text, want := range map[string]any{
		`[givenName]`:                      "Zoë",
		`[nobody]`:                         nil,
		`[empty]`:                          nil,
		`"a \"b\" \\"`:                     `a "b" \`,
		`1000`:                             "1000",
		`Append([mail], ".test")`:          "Dana.Fox@example.com.test",
		`Append([nobody], ".test")`:        nil,
		`ToLower([mail])`:                  "dana.fox@example.com",
		`ToUpper( [givenName] , )`:         "ZOË",
		`Coalesce([nobody],[mail])`:        "Dana.Fox@example.com",
		`Coalesce([nobody], "")`:           "",
		`Join(", ", "", [surname], "Doe")`: "Fox, Doe",
		`Join("/", [proxyAddresses])`:      "a@example.com/b@example.com",
		`Join("", 1000, [surname])`:        "1000Fox",
		`Join("-", [nobody], [empty])`:     nil,
		`Mid([surname], 1, 2)`:             "Fo",
		`Mid([surname], 2, 9)`:             "ox",
		`Mid([surname], 7, 2)`:             "",
		`Left("John Doe", 3)`:              "Joh",
		`Left("John", -1)`:                 "John",
		`Left("John", 0)`:                  "",
		`NormalizeDiacritics([givenName])`: "Zoe",
		`NormalizeDiacritics("Łukasz Müller Øst Æsir Straße")`:                              "Lukasz Muller OEst AEsir Strasse",
		`StripSpaces("This is a test")`:                                                     "Thisisatest",
		`Not([IsSoftDeleted])`:                                                              "True",
		`Not("True")`:                                                                       "False",
		`Switch([IsSoftDeleted], , "False", "True", "True", "False")`:                       "True",
		`Switch([state], "Sydney", "NSW", "Sydney", "QLD", "Brisbane")`:                     "Brisbane",
		`Switch([state], "Sydney", "qld", "Brisbane")`:                                      "Sydney",
		`Switch([nobody], "Default", "true", "1", "", "0")`:                                 "0",
		`Switch([state], , "NSW", "Sydney")`:                                                nil,
		`Switch(IsPresent([state]), "none", "True", [state])`:                               "QLD",
		`IIF([country]="USA",[country],[department])`:                                       "USA",
		`IIF([country] <> "USA", [country], [department])`:                                  "Hull",
		`IIF([country]="USA",IIF([state]="CA","True","False"),"x")`:                         "False",
		`IIF([id] > 999, "old", "new")`:                                                     "old",
		`IIF([nobody]="","Other",[nobody])`:                                                 nil, // documented not to work
		`IIF(IsNullOrEmpty([nobody]),"Other","x")`:                                          nil,
		`IIF(IsPresent([state]),[state],"Other")`:                                           "QLD",
		`IsNull([nobody])`:                                                                  "True",
		`IsNullOrEmpty([mail])`:                                                             "False",
		`CBool([country] = "USA")`:                                                          "True",
		`Item([proxyAddresses], 2)`:                                                         "b@example.com",
		`Item(Split([sets], ","), 2)`:                                                       "Two",
		`Item([proxyAddresses], 3)`:                                                         nil,
		`Count([proxyAddresses])`:                                                           2,
		`Split([sets], ",")`:                                                                []string{"One", "Two"},
		`Word("The quick brown fox",3," ")`:                                                 "brown",
		`Word("This,string!has&many separators",3,",!&#")`:                                  "has",
		`ConvertToUTF8Hex("Hello world!")`:                                                  "48656C6C6F20776F726C6421",
		`ConvertToBase64("Hello world!")`:                                                   "SABlAGwAbABvACAAdwBvAHIAbABkACEA",
		`Replace([title],"Product Developer", , , "Software Engineer", , )`:                 "Software Engineer",
		`Replace([UserID],"<username>", , , , , "<username>@example.com")`:                  "jsmith@example.com",
		`Replace([mail], "@example.com", , ,"", ,)`:                                         "Dana.Fox",
		`Replace([mobile], , "[()\\s-]+", , "", , )`:                                        "+19998887777",
		`Replace([telephoneNumber], , "\\+(?<c>\\d* )(?<n>\\d{10})", , "${n}!$1", , )`:      "9998887777!91 ",
		`Replace([address], ,"(?<number>^\\d*)","number", "888", , )`:                       "888 Tremont Street",
		`Replace([mail], , "(?<Suffix>@(.)*)", "Suffix", "", , )`:                           "Dana.Fox",
		`Replace([nobody], , "\\+(?<n>\\d+)", "n" , , [telephoneNumber], )`:                 "91",
		`SingleAppRoleAssignment([appRoleAssignments])`:                                     "Admin",
		`Switch(SingleAppRoleAssignment([appRoleAssignments]), "member", "Admin", "owner")`: "owner",
		`AppRoleAssignmentsComplex([appRoleAssignments])`:                                   []string{"Admin", "Auditor"},
	} {
		n, found, err := parseEntra(text)
		require.NoError(t, err, text)
		require.Empty(t, found, text)
		got, err := n.eval(lookup)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestOktaExpressions(t *testing.T) {
	for text, want := range map[string]any{
		`user.firstName`:                           "Winston",
		`user.nobody`:                              nil,
		`'Hello ''world'''`:                        "Hello 'world'",
		`1234`:                                     1234,
		`true`:                                     true,
		`user.firstName + " " + user.lastName`:     "Winston Fox",
		`user.firstName + user.nobody`:             "Winston",
		`String.append("This is", " a test")`:      "This is a test",
		`String.join(",", "This", "is", "a")`:      "This,is,a",
		`String.len("This")`:                       4,
		`String.removeSpaces("This is")`:           "Thisis",
		`String.replace("This is", "is", "at")`:    "That at",
		`String.replaceFirst("This is","is","at")`: "That is",
		`String.stringContains("a test", "test")`:  true,
		`String.substring("This is a test", 2, 9)`: "is is a",
		`String.substringAfter(user.email, "@")`:   "example.com",
		`String.substringBefore(user.email, '@')`:  "w.fox",
		`String.toUpperCase("This")`:               "THIS",
		`toLowerCase("ThiS")`:                      "this",
		`String.substring(user.firstName, String.len(user.firstName) - 3, String.len(user.firstName))`: "ton",
		`user.groupCode == 123 ? 'Sales' : 'Other'`:                                                    "Sales",
		`user.groupCode != 123 ? 'Sales' : 'Other'`:                                                    "Other",
		`user.groupCode >= 123 AND !user.isContractor`:                                                 true,
		`user.lastName == 'Fox' and (false or user.firstName == "Ann")`:                                false,
		`false || user.lastName == 'Fox' && true`:                                                      true,
		`(user.email != null && user.email != '') ? 'work' : ''`:                                       "work",
		`(user.nobody != null && user.nobody != '') ? 'work' : ''`:                                     "",
		`user.nobody == null ? "a" : user.nobody == "" ? "b" : "c"`:                                    "a",
		`String.stringSwitch("First match wins", "d", "absent", "1", "wins", "2", "match", "3")`:       "2",
		`String.stringSwitch("This is", "d", "key1", "1")`:                                             "d",
		`true ? "a" : String.substring("x", 5, 9)`:                                                     "a", // only what is chosen is evaluated
	} {
		n, found, err := parseOkta(text)
		require.NoError(t, err, text)
		require.Empty(t, found, text)
		got, err := n.eval(lookup)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// parsers are the two languages.
var parsers = map[string]func(string) (node, []SyntaxError, error){"entra": parseEntra, "okta": parseOkta}

func TestExpressionsSayWhereAndWhatWasExpected(t *testing.T) {
	for _, c := range []struct {
		language, text string
		position       int
		expected       string
	}{
		{"entra", ``, 1, "a function"},
		{"entra", `[`, 2, "the name of an attribute"},
		{"entra", `[mail] x`, 8, "end of the expression"},
		{"entra", `Append([mail] "x")`, 15, "a comma or )"},
		{"entra", `Append([mail], "x`, 18, `" at the end`},
		{"entra", `Append`, 7, "( behind the function Append"},
		{"entra", `Join(" ", Zoë)`, 13, "( behind the function Zo"},
		{"entra", `IIF([a]="b" AND [c]="d","x","y")`, 13, "no AND"},
		{"okta", ``, 1, "an attribute"},
		{"okta", `user.`, 6, "an attribute"},
		{"okta", `user.a +`, 9, "an attribute"},
		{"okta", `user.a ? "x"`, 13, ": and the value"},
		{"okta", `user.a = "x"`, 8, "an operator"},
		{"okta", `("x"`, 5, "an operator or )"},
		{"okta", `'x`, 3, "' at the end"},
		{"okta", `String.len(user.a, )`, 20, "an attribute"},
		{"okta", `3.141`, 1, "a whole number"},
		{"okta", `user.a ?: "x"`, 9, "an attribute"},
	} {
		_, _, err := parsers[c.language](c.text)
		var at *SyntaxError
		if assert.ErrorAs(t, err, &at, c.text) {
			assert.Equal(t, c.position, at.Position, c.text)
			assert.Contains(t, at.Text, c.expected, c.text)
		}
	}
}

func TestWhatIsNotSupportedIsNamedWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		language, text string
		want           []SyntaxError
	}{
		{"entra", `Join("-", Guid(), [a], PCase([b]))`, []SyntaxError{{11, "the function Guid is not supported"}, {24, "the function PCase is not supported"}}},
		{"entra", `tolower([a])`, []SyntaxError{{1, "the function tolower is not supported"}}}, // letter case counts
		{"entra", `Mid([a], 1)`, []SyntaxError{{1, "Mid takes 3 arguments, and not 2"}}},
		{"entra", `Join("x")`, []SyntaxError{{1, "Join takes at least 2 arguments, and not 1"}}},
		{"entra", `Switch([a], "d", "k")`, []SyntaxError{{1, "Switch takes at least 4 arguments, and not 3"}}},
		{"entra", `Switch([a], "d", "k", "v", "l")`, []SyntaxError{{28, "Switch takes a source, a default value, and pairs of key and value: the last key has no value"}}},
		{"entra", `ToLower([a], "tr-TR")`, []SyntaxError{{14, "the letter case of a culture is not supported"}}},
		{"entra", `Replace([a], , "(?=x)", , "", , )`, []SyntaxError{{16, "the pattern is not supported: invalid or unsupported Perl syntax: `(?=`"}}},
		{"entra", `Replace([a], , [b], , "", , )`, []SyntaxError{{16, "a pattern that is not a text in the expression is not supported"}}},
		{"entra", `SingleAppRoleAssignment([a])`, []SyntaxError{{25, "the functions of app roles take [appRoleAssignments] alone"}}},
		{"okta", `Arrays.get(user.a, 0) + Time.now()`, []SyntaxError{{1, "the function Arrays.get is not supported"}, {25, "the function Time.now is not supported"}}},
		{"okta", `getManagerUser("x").firstName`, []SyntaxError{{1, "the function getManagerUser is not supported"}, {20, "attributes of what a function returns are not supported"}}},
		{"okta", `firstName`, []SyntaxError{{1, "firstName is no attribute of a profile; write user.firstName"}}},
		{"okta", `"é" + org.domain`, []SyntaxError{{7, "attributes of org are not supported; those of user and appuser are"}}},
		{"okta", `String.len()`, []SyntaxError{{1, "String.len takes 1 argument, and not 0"}}},
	} {
		_, found, err := parsers[c.language](c.text)
		require.NoError(t, err, c.text)
		assert.Equal(t, c.want, found, c.text)
	}
}

func TestAnExpressionThatCannotBeEvaluatedSaysWhy(t *testing.T) {
	for text, want := range map[string]string{
		`Mid([surname], 0, 2)`:       "Mid: the first character has the index 1",
		`Mid([surname], [state], 2)`: `Mid: "QLD" is no whole number`,
		`IIF([state] > 3, "a", "b")`: `>: "QLD" is no whole number`,
		`Split([sets], "")`:          "Split: the delimiter is empty",
	} {
		n, found, err := parseEntra(text)
		require.NoError(t, err, text)
		require.Empty(t, found)
		_, err = n.eval(lookup)
		assert.EqualError(t, err, want, text)
	}
	n, _, err := parseOkta(`String.substring(user.lastName, 0, 5)`)
	require.NoError(t, err)
	_, err = n.eval(lookup)
	assert.EqualError(t, err, `String.substring: the text "Fox" has no characters 0 to 5`)
}

func FuzzParseEntra(f *testing.F) {
	for _, s := range []string{`Switch([a], , "False", "True")`, `IIF([a]="b",Mid([c],1,2),"\"")`, `Replace([a], , "(?<x>\\d+)", "x", "", , )`, `((`, `[a`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sane(t, parseEntra, s) })
}

func FuzzParseOkta(f *testing.F) {
	for _, s := range []string{`a.b ? "x" : 'y'`, `String.len(user.a) - 3 >= 2 && !user.b`, `((((`, `!!!!`, `f(g(1),2).x[0]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sane(t, parseOkta, s) })
}

// sane holds of whatever text: an error says where, and what parses and is
// supported can be evaluated.
func sane(t *testing.T, parse func(string) (node, []SyntaxError, error), s string) {
	n, found, err := parse(s)
	var at *SyntaxError
	if err != nil {
		require.ErrorAs(t, err, &at)
		found = append(found, *at)
	}
	for _, f := range found {
		if f.Position < 1 || f.Position > len([]rune(s))+1 {
			t.Fatalf("%q: position %d", s, f.Position)
		}
		require.NotEmpty(t, f.Text)
	}
	if len(found) > 0 {
		return
	}
	for _, user := range []Lookup{lookup, func(string) []string { return nil }, func(string) []string { return []string{"a", "b"} }} {
		_, _ = n.eval(user)
	}
}
