package server

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
)

// Every attribute counts, and what older files hold is read as the same.
func TestDigest(t *testing.T) {
	plain := mockidp.User{Key: "ada", UserName: "ada@example.com"}
	var change func(v reflect.Value, name string, u *mockidp.User)
	change = func(v reflect.Value, name string, u *mockidp.User) {
		for i := range v.NumField() {
			f := v.Field(i)
			if f.Type() == reflect.TypeFor[mockidp.Attributes]() {
				f.Set(reflect.ValueOf(mockidp.AttributesOf(map[string][]string{"badge": {"7"}})))
				assert.NotEqual(t, digestOf(plain), digestOf(*u), "further attributes")
				f.SetZero()
				continue
			}
			if f.Kind() == reflect.Struct {
				change(f, name+f.Type().Name()+".", u)
				continue
			}
			before := f.String()
			f.SetString(before + "x")
			assert.NotEqual(t, digestOf(plain), digestOf(*u), name+v.Type().Field(i).Name)
			f.SetString(before)
		}
	}
	u := plain
	change(reflect.ValueOf(&u).Elem(), "", &u)
	assert.NotEqual(t, digestOf(mockidp.User{GivenName: "ab"}), digestOf(mockidp.User{GivenName: "a", FamilyName: "b"}))

	want := told{User: digestOf(plain), Enabled: true}
	var now, older told
	data, err := json.Marshal(want)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &now))
	assert.Equal(t, want, now)
	text, err := json.Marshal(plain)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(`{"user":`+string(text)+`,"enabled":true}`), &older))
	assert.Equal(t, want, older)
}
