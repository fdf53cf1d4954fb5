package scim

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func attr(name string) AttrPath      { return AttrPath{Name: name} }
func sub(name, s string) AttrPath    { return AttrPath{Name: name, Sub: s} }
func eq(name string, v any) *Compare { return &Compare{attr(name), EQ, v} }
func pr(name string) *Present        { return &Present{attr(name)} }

func TestParseFilter(t *testing.T) {
	for s, want := range map[string]Filter{
		// Comparisons and their values.
		`userName eq "bjensen"`:          eq("userName", "bjensen"),
		`title pr`:                       pr("title"),
		`name.familyName co "O'Malley"`:  &Compare{sub("name", "familyName"), CO, "O'Malley"},
		`a eq true`:                      eq("a", true),
		`a eq false`:                     eq("a", false),
		`a eq null`:                      eq("a", nil),
		`a gt 5`:                         &Compare{attr("a"), GT, json.Number("5")},
		`a le -1.50e+3`:                  &Compare{attr("a"), LE, json.Number("-1.50e+3")},
		`a eq ""`:                        eq("a", ""),
		`a eq "x \"y\" \\ \u00e4 \/ \n"`: eq("a", "x \"y\" \\ ä / \n"),
		`a eq "ä 👩"`:                     eq("a", "ä 👩"),
		`a eq ") or ("`:                  eq("a", ") or ("),
		`a eq "\ud83d\ude80"`:            eq("a", "🚀"),

		// Letter case of operators and names.
		`USERNAME Eq "x"`:            eq("USERNAME", "x"),
		`a PR AND b Pr Or NOT(c pr)`: &Or{&And{pr("a"), pr("b")}, &Not{pr("c")}},

		// Names.
		`members.$ref pr`:              &Present{sub("members", "$ref")},
		`$ref pr`:                      pr("$ref"),
		`x-y_z9$a pr`:                  pr("x-y_z9$a"),
		`not pr`:                       pr("not"),
		`not eq "x"`:                   eq("not", "x"),
		`and pr and or eq "x"`:         &And{pr("and"), eq("or", "x")},
		`note pr`:                      pr("note"),
		`urn pr`:                       pr("urn"),
		UserURN + `:userName sw "J"`:   &Compare{AttrPath{URN: UserURN, Name: "userName"}, SW, "J"},
		UserURN + `:name.givenName pr`: &Present{AttrPath{UserURN, "name", "givenName"}},
		EnterpriseUserURN + `:manager.value eq "1"`: &Compare{AttrPath{EnterpriseUserURN, "manager", "value"}, EQ, "1"},
		`URN:Example:x-y:1.5.3:a pr`:                &Present{AttrPath{URN: "URN:Example:x-y:1.5.3", Name: "a"}},
		`urn:example:ext:2.0 pr`:                    &Present{AttrPath{URN: "urn:example:ext:2.0"}},

		// Logic: not before and before or, chains from the left.
		`a pr or b pr and c pr`:      &Or{pr("a"), &And{pr("b"), pr("c")}},
		`a pr and b pr or c pr`:      &Or{&And{pr("a"), pr("b")}, pr("c")},
		`(a pr or b pr) and c pr`:    &And{&Or{pr("a"), pr("b")}, pr("c")},
		`a pr and b pr and c pr`:     &And{&And{pr("a"), pr("b")}, pr("c")},
		`a pr and (b pr and c pr)`:   &And{pr("a"), &And{pr("b"), pr("c")}},
		`not (a pr) and b pr`:        &And{&Not{pr("a")}, pr("b")},
		`not(a pr)`:                  &Not{pr("a")},
		`not (not(a pr))`:            &Not{&Not{pr("a")}},
		`((a pr))`:                   pr("a"),
		`not (a pr or b pr) or c pr`: &Or{&Not{&Or{pr("a"), pr("b")}}, pr("c")},

		// Value filters.
		`emails[type eq "work"]`: &ValueFilter{Attr: attr("emails"), Inner: eq("type", "work")},
		`emails[type eq "work" and (value co "x" or primary eq true)] and a pr`: &And{
			&ValueFilter{Attr: attr("emails"), Inner: &And{
				eq("type", "work"), &Or{&Compare{attr("value"), CO, "x"}, eq("primary", true)},
			}}, pr("a"),
		},
		`not (emails[not (type eq "work")])`: &Not{&ValueFilter{Attr: attr("emails"), Inner: &Not{eq("type", "work")}}},
	} {
		got, err := ParseFilter(s)
		if assert.NoError(t, err, s) {
			assert.Equal(t, want, got, s)
		}
		lenient, beyond, err := ParseFilterLenient(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, lenient, s)
		assert.Empty(t, beyond, "the grammar knows %s", s)
	}
}

func TestParseFilterSaysWhereAndWhatItExpected(t *testing.T) {
	for _, c := range []struct {
		filter   string
		offset   int
		expected string
	}{
		{``, 0, "the name of an attribute"},
		{`"x"`, 0, "the name of an attribute"},
		{`1a pr`, 0, "the name of an attribute"},
		{`$ pr`, 0, "the name of an attribute"},
		{`é pr`, 0, "the name of an attribute"},
		{`userName`, 8, "a blank and an operator"},
		{`userName `, 9, "eq, ne, co, sw, ew, pr, gt, ge, lt or le"},
		{`userName "x"`, 9, "eq, ne"},
		{`userName is "x"`, 9, "eq, ne"},
		{`userName eqx "x"`, 9, "eq, ne"},
		{`eq "x"`, 3, "eq, ne"},
		{`userName eq`, 11, "a blank and a value"},
		{`userName eq `, 12, "a value"},
		{`userName eq john`, 12, "a value"},
		{`userName eq 'john'`, 12, "a value"},
		{`userName eq True`, 12, "a value"},
		{`userName eq trueish`, 12, "a value"},
		{`userName eq "john`, 12, "no closing quote"},
		{`userName eq "john\"`, 12, "no closing quote"},
		{`userName eq "a\q"`, 12, "not a JSON string"},
		{"userName eq \"a\tb\"", 12, "not a JSON string"},
		{"userName eq \"a\xff\"", 12, "not a JSON string"},
		{`a eq 01`, 5, "not a JSON number"},
		{`a eq -`, 5, "not a JSON number"},
		{`a eq 1.`, 5, "not a JSON number"},
		{`a eq 1x`, 6, `"and", "or" or the end`},
		{`a eq "x"b`, 8, `"and", "or" or the end`},
		{`a pr b pr`, 4, `"and", "or" or the end`},
		{`a pr and`, 8, `a blank behind "and"`},
		{`a pr and `, 9, "the name of an attribute"},
		{`a pr or`, 7, `a blank behind "or"`},
		{`a pr andb pr`, 4, `"and", "or" or the end`},
		{`a pr)`, 4, `"and", "or" or the end`},
		{`(a pr`, 5, `"and", "or" or ")"`},
		{`()`, 1, "the name of an attribute"},
		{`not a pr`, 4, "eq, ne"},
		{`not (a pr`, 9, `"and", "or" or ")"`},
		{`emails[type eq "work"`, 21, `"and", "or" or "]"`},
		{`emails[type eq "work")`, 21, `"and", "or" or "]"`},
		{`emails[]`, 7, "the name of an attribute"},
		{`emails [type pr]`, 7, "eq, ne"},
		{`a[b[c pr]]`, 3, "value filter inside a value filter"},
		{`a[b pr and c[d pr]]`, 12, "value filter inside a value filter"},
		{`a. pr`, 2, "the name of an attribute"},
		{`a.b.c pr`, 3, "a blank and an operator"},
		{`urn: pr`, 0, "a URN with a namespace"},
		{`urn:x pr`, 0, "a URN with a namespace"},
		{`urn:example:schema: pr`, 19, "the name of an attribute"},
		{UserURN + `:name.familyName.x pr`, len(UserURN) + 16, "a blank and an operator"},
		// Beyond the grammar: for ParseFilterLenient alone.
		{`emails[type eq "work"].value eq "x"`, 22, `"and", "or" or the end`},
		{` a pr`, 0, "the name of an attribute"},
		{`a  pr`, 2, "eq, ne"},
		{`a pr `, 4, `"and", "or" or the end`},
		{`( a pr)`, 1, "the name of an attribute"},
	} {
		_, err := ParseFilter(c.filter)
		var e *SyntaxError
		if !assert.ErrorAs(t, err, &e, c.filter) {
			continue
		}
		assert.Equal(t, c.offset, e.Offset, "%s: %v", c.filter, err)
		assert.Contains(t, e.Message, c.expected, c.filter)
	}
}

func TestSyntaxErrorsCountPositionsFromOne(t *testing.T) {
	_, err := ParseFilter(`userName eq john`)
	assert.EqualError(t, err, "at position 13: expected a value: a string in quotes, a number, true, false or null")
}

func TestParseFilterLenientNamesWhatIsBeyondTheGrammar(t *testing.T) {
	work := &ValueFilter{Attr: attr("emails"), Inner: eq("type", "work"), Compare: eq("value", "x")}
	for s, want := range map[string]struct {
		filter Filter
		beyond []string
	}{
		`emails[type eq "work"].value eq "x"`:          {work, []string{ComparedValueFilter}},
		`emails[type eq "work"].value eq "x" and a pr`: {&And{work, pr("a")}, []string{ComparedValueFilter}},
		`emails[type pr].value pr`:                     {&ValueFilter{attr("emails"), pr("type"), pr("value")}, []string{ComparedValueFilter}},
		`  a   pr  and   not  ( b pr )  `:              {&And{pr("a"), &Not{pr("b")}}, []string{ExtraBlanks}},
		`emails[ type eq "work" ].value eq "x"`:        {work, []string{ExtraBlanks, ComparedValueFilter}},
	} {
		f, beyond, err := ParseFilterLenient(s)
		require.NoError(t, err, s)
		assert.Equal(t, want.filter, f, s)
		assert.Equal(t, want.beyond, beyond, s)
		again, _, err := ParseFilterLenient(f.String())
		require.NoError(t, err, f.String())
		assert.Equal(t, f, again)
	}
	for _, s := range []string{`emails[type pr].`, `emails[type pr].value`, `emails[type pr].value.x eq 1`, `emails[a pr].b[c pr]`} {
		_, _, err := ParseFilterLenient(s)
		assert.Error(t, err, s)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("(", n) + "a pr" + strings.Repeat(")", n) }
	_, err := ParseFilter(deep(64))
	assert.NoError(t, err)
	for _, s := range []string{deep(65), strings.Repeat("(", 1e6), strings.Repeat("not(", 1e6), strings.Repeat("a[(", 1e6)} {
		_, err := ParseFilter(s)
		assert.Error(t, err)
	}
}

func TestLongChainsAreFine(t *testing.T) {
	s := strings.Repeat("a pr and ", 1e5) + "b pr"
	f, err := ParseFilter(s)
	require.NoError(t, err)
	assert.Equal(t, s, f.String())
}

func TestFilterStringUsesFewParentheses(t *testing.T) {
	for s, want := range map[string]string{
		`((a PR) AND (b pr)) OR not(c Eq "x")`: `a pr and b pr or not (c eq "x")`,
		`(a pr or (b pr)) and (c pr and d pr)`: `(a pr or b pr) and (c pr and d pr)`,
		`a pr or (b pr or c pr)`:               `a pr or (b pr or c pr)`,
		`a eq "\u003c\u00e4\/"`:                `a eq "<ä/"`,
	} {
		f, err := ParseFilter(s)
		require.NoError(t, err)
		assert.Equal(t, want, f.String())
	}
}
