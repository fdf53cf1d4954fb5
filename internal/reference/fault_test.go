package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNamesAreUniqueAndWellFormed(t *testing.T) {
	seen := map[string]bool{}
	check := func(name, title, source string) {
		assert.False(t, seen[name], "%q is used twice", name)
		seen[name] = true
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, name)
		assert.NotEmpty(t, title, name)
		assert.NotEmpty(t, source, name)
	}
	for _, f := range Faults() {
		check(f.Name, f.Title, f.Source)
	}
	for _, v := range Variations() {
		check(v.Name, v.Title, v.Source)
	}
	for _, h := range Hostiles() {
		check(h.Name, h.Title, "-")
	}
}

func TestUnknownNames(t *testing.T) {
	for _, tc := range []struct {
		cfg  Config
		want string
	}{
		{Config{Faults: []string{"put-ignord"}}, `there is no fault "put-ignord"; did you mean "put-ignored"?`},
		{Config{Hostile: "htm"}, `there is no hostility "htm"; did you mean "html"?`},
		{Config{Hostile: "html", HostileAfter: "first-crate"}, `there is no start of a hostility "first-crate"; did you mean "first-create"?`},
		{Config{HostileAfter: "discovery"}, `there is no hostility ""; use one of `},
	} {
		_, err := New(tc.cfg)
		require.Error(t, err)
		assert.Contains(t, err.Error(), tc.want)
	}
}
