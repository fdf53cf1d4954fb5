package scim_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/scim"
)

// Whether its members were found before or are looked for, a resource says the
// same.
func TestIndexedSaysTheSame(t *testing.T) {
	plain, err := scim.NewResource([]byte(`{"ID":"1","id":"2","none":null,"list":[],"emails":[{"value":"a","type":"work"},{"value":"b"}],` +
		`"name":{"familyName":"x"},"` + scim.EnterpriseUserURN + `":{"department":"d","manager":{"value":"m"}}}`))
	require.NoError(t, err)
	indexed := plain.Indexed()
	assert.Equal(t, "1", indexed.ID(), "the first of a name counts")
	for path, n := range map[string]int{
		"id": 1, "none": 0, "list": 0, "absent": 0, "EMAILS": 2, "emails.value": 2, `emails[type eq "work"].value`: 1, "name.familyName": 1,
		scim.EnterpriseUserURN: 1, scim.EnterpriseUserURN + ":department": 1, scim.EnterpriseUserURN + ":manager.value": 1,
		scim.UserURN + ":name.familyName": 1, "urn:other:department": 0,
	} {
		assert.Len(t, indexed.Lookup(path), n, path)
		assert.Equal(t, plain.Lookup(path), indexed.Lookup(path), path)
	}
	empty, err := scim.NewResource([]byte(`{}`))
	require.NoError(t, err)
	assert.Empty(t, empty.Indexed().ID())
	assert.True(t, scim.Resource{}.Indexed().IsZero())
}
