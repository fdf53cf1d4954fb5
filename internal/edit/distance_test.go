package edit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/internal/edit"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"patch", "patch", 0}, {"", "abc", 3}, {"abc", "", 3},
		{"pacth", "patch", 2}, {"patch", "patches", 2}, {"kitten", "sitting", 3},
	} {
		assert.Equal(t, c.want, edit.Distance(c.a, c.b), "%s %s", c.a, c.b)
		assert.Equal(t, c.want, edit.Distance(c.b, c.a), "%s %s", c.b, c.a)
	}
}
