package scim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParsePath(t *testing.T) {
	work := eq("type", "work")
	for s, want := range map[string]Path{
		`members`:                      {Attr: attr("members")},
		`name.familyName`:              {Attr: sub("name", "familyName")},
		`addresses[type eq "work"]`:    {Attr: attr("addresses"), Filter: work},
		`emails[type eq "work"].value`: {Attr: attr("emails"), Filter: work, Sub: "value"},
		`members[value eq "2819c223-7f76"].displayName`: {
			Attr: attr("members"), Filter: eq("value", "2819c223-7f76"), Sub: "displayName",
		},
		`members.$ref`:                   {Attr: sub("members", "$ref")},
		`roles[primary eq "True"].value`: {Attr: attr("roles"), Filter: eq("primary", "True"), Sub: "value"},
		`emails[value eq "a].b\"["]`:     {Attr: attr("emails"), Filter: eq("value", `a].b"[`)},
		`emails[not (type eq "work") and value pr]`: {
			Attr: attr("emails"), Filter: &And{&Not{work}, pr("value")},
		},
		UserURN + `:name.givenName`:               {Attr: AttrPath{UserURN, "name", "givenName"}},
		UserURN + `:emails[type eq "work"].value`: {Attr: AttrPath{URN: UserURN, Name: "emails"}, Filter: work, Sub: "value"},
		EnterpriseUserURN + `:department`:         {Attr: AttrPath{URN: EnterpriseUserURN, Name: "department"}},
		EnterpriseUserURN + `:manager.value`:      {Attr: AttrPath{EnterpriseUserURN, "manager", "value"}},
		// The grammar alone takes the last word for an attribute.
		EnterpriseUserURN:     {Attr: AttrPath{URN: "urn:ietf:params:scim:schemas:extension:enterprise:2.0", Name: "User"}},
		`urn:example:ext:2.0`: {Attr: AttrPath{URN: "urn:example:ext:2.0"}},
		`urn:example:ext`:     {Attr: AttrPath{URN: "urn:example:ext"}},
	} {
		got, err := ParsePath(s)
		if assert.NoError(t, err, s) {
			assert.Equal(t, want, got, s)
			assert.Equal(t, s, got.String())
		}
	}
}

func TestParsePathSaysWhereAndWhatItExpected(t *testing.T) {
	for _, c := range []struct {
		path     string
		offset   int
		expected string
	}{
		{``, 0, "the name of an attribute"},
		{`/emails`, 0, "the name of an attribute"},
		{` emails`, 0, "the name of an attribute"},
		{`emails `, 6, "the end of the path"},
		{`emails.`, 7, "the name of an attribute"},
		{`name.familyName.x`, 15, "the end of the path"},
		{`emails[type eq "work"]value`, 22, "the end of the path"},
		{`emails[type eq "work"].`, 23, "the name of an attribute"},
		{`emails[type eq "work"].value eq "x"`, 28, "the end of the path"},
		{`emails[type eq "work"].value.x`, 28, "the end of the path"},
		{`emails[type eq "work"`, 21, `"]"`},
		{`emails[type eq work]`, 15, "a value"},
		{`emails[]`, 7, "the name of an attribute"},
		{`emails[0]`, 7, "the name of an attribute"},
		{`userName eq "x"`, 8, "the end of the path"},
		{`urn:ietf`, 0, "a URN with a namespace"},
		{EnterpriseUserURN + `:`, len(EnterpriseUserURN) + 1, "the name of an attribute"},
	} {
		_, err := ParsePath(c.path)
		var e *SyntaxError
		if !assert.ErrorAs(t, err, &e, c.path) {
			continue
		}
		assert.Equal(t, c.offset, e.Offset, "%s: %v", c.path, err)
		assert.Contains(t, e.Message, c.expected, c.path)
	}
}

func TestResolveTellsAnExtensionFromItsAttributes(t *testing.T) {
	known := []string{UserURN, EnterpriseUserURN, "urn:example:ext:2.0", "urn:example:ext"}
	for s, want := range map[string]AttrPath{
		EnterpriseUserURN:                                            {URN: EnterpriseUserURN},
		EnterpriseUserURN + ":department":                            {URN: EnterpriseUserURN, Name: "department"},
		EnterpriseUserURN + ":manager.value":                         {URN: EnterpriseUserURN, Name: "manager", Sub: "value"},
		"URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER": {URN: EnterpriseUserURN},
		"urn:ietf:params:scim:schemas:CORE:2.0:user:USERNAME":        {URN: UserURN, Name: "USERNAME"},
		"urn:example:ext:2.0":                                        {URN: "urn:example:ext:2.0"},
		"urn:example:ext":                                            {URN: "urn:example:ext"},
		"urn:example:ext:a":                                          {URN: "urn:example:ext", Name: "a"},
		"urn:example:other:1.0:a":                                    {URN: "urn:example:other:1.0", Name: "a"},
		"userName":                                                   {Name: "userName"},
	} {
		p, err := ParsePath(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, p.Attr.Resolve(known...), s)
	}
}
