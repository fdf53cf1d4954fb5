package fake_test

import (
	"net/mail"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/scimtest/scimtest/internal/fake"
)

const tag = "k3m9x2ab7q1zz"

func newSource() *fake.Source { return fake.New(1, "create.user", tag, "") }

// fields lists the values of a person by name.
func fields(p fake.Person) map[string]string {
	out := map[string]string{}
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		out[v.Type().Field(i).Name] = v.Field(i).String()
	}
	return out
}

func TestPersonFollowsFromSeedKeyAndNumber(t *testing.T) {
	s := newSource()
	late := s.Person(7)
	s.Person(3)
	assert.Equal(t, late, s.Person(7), "the order of asking must not matter")
	assert.Equal(t, late, newSource().Person(7))

	name := func(p fake.Person) string { return p.Formatted + p.StreetAddress + p.Password }
	assert.NotEqual(t, name(late), name(s.Person(8)))
	assert.NotEqual(t, name(late), name(fake.New(2, "create.user", tag, "").Person(7)), "another seed")
	assert.NotEqual(t, name(late), name(fake.New(1, "delete.user", tag, "").Person(7)), "another key")
	assert.NotEqual(t, name(fake.New(0, "k", tag, "").Person(0)), name(fake.New(-1, "k", tag, "").Person(0)))
	assert.Equal(t, fake.New(0, "k", tag, "").Person(0), fake.New(0, "k", tag, "").Person(0), "seed 0 is a seed like others")
}

func TestTagsOfOneLengthMakeEqualPeople(t *testing.T) {
	const other = "a0b1c2d3e4f5g"
	require.Len(t, other, len(tag))
	a, b := newSource(), fake.New(1, "create.user", other, "")
	for i := range 20 {
		for name, got := range fields(b.Person(i)) {
			masked := strings.ReplaceAll(got, other, tag)
			assert.Equal(t, fields(a.Person(i))[name], masked, name)
		}
		assert.Equal(t, a.GroupName(i), strings.ReplaceAll(b.GroupName(i), other, tag))
	}
}

func TestNamesThatMustBeUniqueAreAndCarryTheTag(t *testing.T) {
	s := newSource()
	seen := map[string]bool{}
	for i := range 500 {
		p := s.Person(i)
		require.Equal(t, p.UserName, p.Email)
		for _, v := range []string{p.UserName, p.DisplayName, p.ExternalID, p.HomeEmail, s.GroupName(i)} {
			require.Contains(t, v, tag)
			require.False(t, seen[strings.ToLower(v)], "twice: %s", v)
			seen[strings.ToLower(v)] = true
		}
	}
}

func TestEveryFieldHasAWellFormedValue(t *testing.T) {
	s := newSource()
	tel := regexp.MustCompile(`^tel:\+1-201-555-01\d\d$`)
	for i := range 200 {
		p := s.Person(i)
		for name, v := range fields(p) {
			require.NotEmpty(t, v, name)
			require.Equal(t, strings.TrimSpace(v), v, name)
		}
		require.Regexp(t, tel, p.WorkPhone)
		require.Regexp(t, tel, p.MobilePhone)
		for _, a := range []string{p.Email, p.HomeEmail} {
			_, err := mail.ParseAddress(a)
			require.NoError(t, err, a)
		}
		_, err := language.Parse(p.Locale)
		require.NoError(t, err)
		_, err = time.LoadLocation(p.Timezone)
		require.NoError(t, err)
		u, err := url.Parse(p.ProfileURL)
		require.NoError(t, err)
		require.Equal(t, fake.DefaultDomain, u.Host)
	}
}

func TestEverythingLivesUnderTheDomain(t *testing.T) {
	p := fake.New(1, "k", tag, "people.example.com").Person(0)
	assert.True(t, strings.HasSuffix(p.UserName, "@people.example.com"), p.UserName)
	assert.True(t, strings.HasSuffix(p.HomeEmail, ".people.example.com"), p.HomeEmail)
	assert.True(t, strings.HasPrefix(p.ProfileURL, "https://people.example.com/"), p.ProfileURL)
	for name, v := range fields(p) {
		assert.NotContains(t, v, fake.DefaultDomain, name)
	}
}

func TestPasswordsAreStrong(t *testing.T) {
	s := newSource()
	seen := map[string]bool{}
	for i := range 200 {
		pw := s.Password(i)
		require.Equal(t, pw, s.Person(i).Password)
		require.False(t, seen[pw])
		seen[pw] = true
		require.GreaterOrEqual(t, len(pw), 16)
		for what, is := range map[string]func(rune) bool{
			"an upper-case letter": unicode.IsUpper, "a lower-case letter": unicode.IsLower,
			"a digit": unicode.IsDigit, "punctuation": func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) },
		} {
			require.True(t, strings.ContainsFunc(pw, is), "%q lacks %s", pw, what)
		}
	}
}

func TestAwkwardPeople(t *testing.T) {
	s := newSource()
	plain := s.Person(0)
	seen := map[string]bool{}
	for _, trait := range fake.Awkward() {
		p := trait.Apply(plain)
		require.NotEqual(t, plain, p, trait.Name)
		require.False(t, seen[trait.Name], "twice: %s", trait.Name)
		seen[trait.Name] = true
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, trait.Name)
		for name, v := range fields(p) {
			require.True(t, utf8.ValidString(v), "%s %s", trait.Name, name)
			require.NotEmpty(t, v, "%s %s", trait.Name, name)
			require.Equal(t, strings.TrimSpace(v), v, "%s %s", trait.Name, name)
		}
		for _, v := range []string{p.UserName, p.DisplayName, p.ExternalID, p.Email, p.HomeEmail} {
			require.Contains(t, v, tag, trait.Name)
		}
		require.True(t, strings.HasSuffix(p.Email, "@"+fake.DefaultDomain), trait.Name)
	}
	assert.Equal(t, plain, s.Person(0), "the plain person is left as she was")
}

func TestAwkwardTraitsHoldWhatTheyPromise(t *testing.T) {
	want := map[string]string{
		"apostrophe": "'", "double-quote": `"`, "backslash": `\`, "plus": "+", "percent": "%",
		"combining": "\u0308", "markup": "<", "operator-words": "Or And Not", "reserved-words": "Null",
		"non-ascii": "ë", "right-to-left": "יעל", "cjk": "山", "emoji": "🚀",
	}
	plain := newSource().Person(0)
	for _, trait := range fake.Awkward() {
		p := trait.Apply(plain)
		if sign, ok := want[trait.Name]; ok {
			assert.Contains(t, p.DisplayName, sign, trait.Name)
			delete(want, trait.Name)
		}
		switch trait.Name {
		case "long":
			assert.Greater(t, len(p.DisplayName), 200)
		case "mixed-case":
			assert.NotEqual(t, strings.ToLower(p.UserName), p.UserName)
		case "user-name-is-not-email":
			assert.NotContains(t, p.UserName, "@")
			assert.Contains(t, p.Email, "@")
		case "non-ascii-user-name":
			assert.Greater(t, len(p.UserName), utf8.RuneCountInString(p.UserName))
		}
	}
	assert.Empty(t, want, "traits that are not there")
}

func BenchmarkPerson(b *testing.B) {
	s := newSource()
	for i := range b.N {
		s.Person(i)
	}
}
