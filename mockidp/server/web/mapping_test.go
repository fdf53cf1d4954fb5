package web_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func export(t *testing.T, name string) string {
	data, err := os.ReadFile("../../mapping/testdata/" + name)
	require.NoError(t, err)
	return string(data)
}

// TestACustomersMappingOnThePages: importing, what is shown of it by a user, and
// back to the default.
func TestACustomersMappingOnThePages(t *testing.T) {
	for _, c := range []struct {
		dialect string
		files   []string
		shown   []string
	}{
		{
			"entra-legacy", []string{"schema_text", export(t, "entra-schema.json")},
			[]string{
				"Provision the people of Shipyard", `Join(&#34;, &#34;, [surname], [givenName])`, `&#34;Vale, Ada&#34;`, "Matching, 2", "On create alone",
				"the function FormatDateTime is not supported", "at character 1 of", "NOT EQUALS Ashore", `&#34;yard&#34;`,
			},
		},
		{
			"okta-aiw", []string{"schema_text", export(t, "okta-schema.json"), "profile_text", export(t, "okta-mapping.json")},
			[]string{
				"shipyard_app_1", `String.toUpperCase(user.lastName)`, `&#34;VALE&#34;`, "Not pushed: keeps its first value",
				"the function Arrays.contains is not supported", "emails[primary eq true].value",
			},
		},
	} {
		t.Run(c.dialect, func(t *testing.T) {
			b := open(t, c.dialect)
			b.sees("/t/desk/users/new")
			user := []string{
				"user_name", "ada@example.com", "given_name", "Ada", "family_name", "Vale", "department", "Hull", "title", "Welder", "enabled", "1",
			}
			b.send("/t/desk/users/new", append(user, "attributes", "no colon here")...)
			assert.Equal(t, http.StatusBadRequest, b.status)
			b.has("is not like name: value")
			b.has("no colon here")
			b.send("/t/desk/users/new", append(user, "attributes", "extensionAttribute1: 77\r\nproxyAddresses: a@example.com\r\nproxyAddresses: b@example.com\r\n")...)
			require.Equal(t, "/t/desk/users/ada", b.at)
			b.has("<dt>extensionAttribute1</dt><dd>77 </dd>")
			b.sees("/t/desk/users/ada/edit", "extensionAttribute1: 77\nproxyAddresses: a@example.com\nproxyAddresses: b@example.com")

			b.sees("/t/desk/mapping?user=ada", "Attribute by attribute", "The default mapping.")
			b.send("/t/desk/mapping/import", "schema_text", "{")
			b.has("Nothing was imported")
			b.sees("/t/desk/mapping?user=ada")
			b.send("/t/desk/mapping/import", c.files...)
			b.has("Imported ")
			b.sees("/t/desk/mapping?user=ada", c.shown...)
			b.send("/t/desk/mapping/default")
			b.has("The default mapping is back")
			b.sees("/t/desk/mapping?user=ada", "The default mapping.")
			assert.NotContains(t, b.page, "Back to the default mapping")
		})
	}
}
