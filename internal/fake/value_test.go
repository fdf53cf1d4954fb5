package fake_test

import (
	"encoding/base64"
	"net/mail"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/scimtest/scimtest/internal/fake"
)

func TestTextFitsTheNameOfTheAttribute(t *testing.T) {
	s := fake.New(1, "attribute.create", tag, "people.example.org")
	for n := range 12 {
		for _, name := range []string{"emails.value", "eMail", "recoveryMail"} {
			a, err := mail.ParseAddress(s.Text(name, n))
			require.NoError(t, err, name)
			assert.True(t, strings.HasSuffix(a.Address, "@people.example.org"), a.Address)
		}
		for _, name := range []string{"phoneNumbers.value", "faxNumber", "mobile"} {
			assert.Regexp(t, `^tel:\+1-201-555-01\d\d$`, s.Text(name, n), name)
		}
		for _, name := range []string{"profileUrl", "photos.value", "website"} {
			u, err := url.Parse(s.Text(name, n))
			require.NoError(t, err, name)
			assert.Equal(t, "people.example.org", u.Host)
		}
		for _, name := range []string{"locale", "preferredLanguage"} {
			_, err := language.Parse(s.Text(name, n))
			assert.NoError(t, err, name)
		}
		assert.Regexp(t, `^[A-Z]{2}$`, s.Text("addresses.country", n))
		assert.Contains(t, s.Text("timezone", n), "/")
		assert.Regexp(t, `^\d{5}$`, s.Text("addresses.postalCode", n))
		assert.Contains(t, s.Text("costCenter", n), tag)
	}
}

func TestValuesOfOneSeed(t *testing.T) {
	s, again, other := newSource(), newSource(), fake.New(2, "create.user", tag, "")
	differs := false
	for _, name := range []string{"title", "emails.value", "profileUrl", "timezone", "postalCode", "nickName"} {
		for n := range 8 {
			assert.Equal(t, s.Text(name, n), again.Text(name, n))
			assert.NotEqual(t, s.Text(name, n), s.Text(name, n+1), "%s: neighbours", name)
			differs = differs || s.Text(name, n) != other.Text(name, n)
		}
	}
	assert.True(t, differs, "the seed has to show")
	for n := range 8 {
		assert.NotEqual(t, s.Number("ports", n, 4), s.Number("ports", n+1, 4))
		assert.Contains(t, []int{0, 1, 2, 3}, s.Number("ports", n, 4))
		_, err := base64.StdEncoding.DecodeString(s.Binary("publicKey", n))
		require.NoError(t, err)
		assert.NotEqual(t, s.Binary("publicKey", n), s.Binary("publicKey", n+1))
		assert.Equal(t, s.Binary("publicKey", n), fake.New(1, "create.user", "a0b1c2d3e4f5g", "").Binary("publicKey", n), "no tag is in it")
	}
}
