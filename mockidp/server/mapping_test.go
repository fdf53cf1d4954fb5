package server_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/mockidp/mapping"
	"github.com/scimtest/scimtest/mockidp/server"
)

// mappingFiles is the body by which the mapping of a made-up tenant is imported.
func mappingFiles(t *testing.T, idp string) string {
	read := func(name string) json.RawMessage {
		data, err := os.ReadFile("../mapping/testdata/" + name)
		require.NoError(t, err)
		return data
	}
	files := server.MappingFiles{Schema: read("entra-schema.json")}
	if idp == mapping.Okta {
		files = server.MappingFiles{Schema: read("okta-schema.json"), Mapping: read("okta-mapping.json")}
	}
	data, err := json.Marshal(files)
	require.NoError(t, err)
	return string(data)
}

func importMapping(t *testing.T, tenant *server.Tenant) server.Mapping {
	var files server.MappingFiles
	require.NoError(t, json.Unmarshal([]byte(mappingFiles(t, tenant.Dialect().IdP)), &files))
	m, err := tenant.ImportMapping(ctx, files)
	require.NoError(t, err)
	return m
}

func attributeOf(m server.Mapping, target string) server.MappedAttribute {
	for _, a := range m.Attributes {
		if a.Target == target {
			return a
		}
	}
	return server.MappedAttribute{}
}

// TestTheMappingOfACustomer: cycles follow it, everybody is looked at again, and
// its scoping filters decide who is in scope.
func TestTheMappingOfACustomer(t *testing.T) {
	s := newStage(t, "entra-legacy")
	for _, u := range []server.User{
		{Key: "ada", UserName: "Ada@example.com", GivenName: "Ada", FamilyName: "Vale", Department: "Hull", Enabled: true},
		{Key: "bo", UserName: "bo@example.com", Department: "Ashore", Enabled: true},
	} {
		_, _, err := s.AddUser(ctx, u)
		require.NoError(t, err)
	}
	_, err := s.Assign(ctx, true, "ada", "bo")
	require.NoError(t, err)
	_, err = s.Start(ctx)
	require.NoError(t, err)
	assert.Equal(t, server.InSync, s.status("bo"))

	report := importMapping(t, s.Tenant)
	assert.True(t, report.Imported)
	assert.Len(t, report.Unsupported, 2)
	assert.Len(t, report.Scope, 2)
	ada := s.status("ada")
	assert.Equal(t, server.Broken, ada, "the reference has no such extension: the target refuses it")
	bo, err := s.User("bo")
	require.NoError(t, err)
	assert.False(t, bo.InScope)
	assert.False(t, bo.Active, "who is out of scope is disabled in the next cycle")

	m, err := s.Mapping("ada")
	require.NoError(t, err)
	name := attributeOf(m, "displayName")
	assert.Equal(t, `Join(", ", [surname], [givenName])`, name.Expression)
	assert.Equal(t, []server.MappedSource{{Name: "surname", Values: []string{"Vale"}}, {Name: "givenName", Values: []string{"Ada"}}}, name.Sources)
	assert.Equal(t, `"Vale, Ada"`, name.Wire)
	assert.Equal(t, `"ada@example.com"`, attributeOf(m, "userName").Wire)
	assert.Empty(t, attributeOf(m, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter").Wire)
	_, _, err = s.EditUser(ctx, "ada", func(u *server.User) error {
		u.Attributes = mockidp.AttributesOf(map[string][]string{"extensionAttribute1": {"77"}})
		return nil
	})
	require.NoError(t, err)
	m, err = s.Mapping("ada")
	require.NoError(t, err)
	assert.Equal(t, `"77"`, attributeOf(m, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter").Wire)
	m, err = s.Mapping("bo")
	require.NoError(t, err)
	assert.False(t, m.InScope)
	assert.Contains(t, m.Why, "department NOT EQUALS Ashore")

	m, err = s.DropMapping(ctx)
	require.NoError(t, err)
	assert.False(t, m.Imported)
	assert.Equal(t, server.InSync, s.status("ada"))
	assert.Equal(t, server.InSync, s.status("bo"))
}

// TestAMappingOutlivesTheProgram with the file, and the dialect can change with
// it.
func TestAMappingOutlivesTheProgram(t *testing.T) {
	file := filepath.Join(t.TempDir(), "idp.db")
	app, err := server.Open(server.Config{File: file, Tick: -1})
	require.NoError(t, err)
	tenant, err := app.AddTenant(server.Settings{Name: "desk", Dialect: "okta-aiw", Target: "http://127.0.0.1:1/scim/v2"}, secret)
	require.NoError(t, err)
	_, _, err = tenant.AddUser(ctx, server.User{
		Key: "ada", UserName: "ada@example.com", Enabled: true, Attributes: mockidp.AttributesOf(map[string][]string{"user.badge": {"7"}}),
	})
	require.NoError(t, err)
	importMapping(t, tenant)
	require.NoError(t, app.Close())

	app, err = server.Open(server.Config{File: file, Tick: -1})
	require.NoError(t, err)
	defer app.Close()
	tenant, err = app.Tenant("desk")
	require.NoError(t, err)
	m, err := tenant.Mapping("ada")
	require.NoError(t, err)
	assert.True(t, m.Imported)
	assert.Equal(t, `"ada"`, attributeOf(m, "badge").Wire)
	u, err := tenant.User("ada")
	require.NoError(t, err)
	assert.Equal(t, []string{"7"}, u.Attributes.Values()["user.badge"])
	_, err = tenant.Configure(ctx, func(s *server.Settings) error { s.Dialect, s.Options = "okta-oin", nil; return nil }, nil)
	require.NoError(t, err)
	m, err = tenant.Mapping("")
	require.NoError(t, err)
	assert.True(t, m.Imported)
	_, err = tenant.ImportMapping(ctx, server.MappingFiles{Schema: []byte(`{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User"}]}]}`)})
	assert.ErrorContains(t, err, "the mapping is one of entra")
}
