package redact_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scimtest/scimtest/internal/redact"
)

// Whatever the values and wherever they stand, the text is that of replacing
// one by one, the longest first.
func TestReplacerFindsEveryValue(t *testing.T) {
	draw := rand.New(rand.NewSource(1))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ABCDEFGHJK"[draw.Intn(10)]
		}
		return string(b)
	}
	for _, count := range []int{1, 3, 100, 2000} {
		m := redact.Markers{}
		var values []string
		for i := range count {
			v := word(8 + draw.Intn(5))
			m.Add(v, fmt.Sprintf("{{%d}}", i))
			values = append(values, v)
		}
		r := m.Replacer()
		for _, v := range values {
			for _, before := range []string{"", "-", "--", "---", "----", word(2) + "."} {
				assert.Equal(t, before+m[v]+"/"+m[v], r.Replace(before+v+"/"+v))
			}
			assert.Equal(t, v[:7], r.Replace(v[:7]), "a part of a value is none")
		}
		none := strings.Repeat("abc ABC ABCD ", 200)
		assert.Equal(t, none, r.Replace(none))
	}
}

func TestReplacerOfShortAndNestedValues(t *testing.T) {
	m := redact.Markers{}
	m.Add("secret-longer", "{{long}}")
	m.Add("secret", "{{short}}")
	assert.Equal(t, "{{long}} {{short}} sec", m.Replacer().Replace("secret-longer secret sec"))
	m.Add("pw", "{{two}}")
	assert.Equal(t, "{{long}} {{short}} sec {{two}}", m.Replacer().Replace("secret-longer secret sec pw"))
	assert.Equal(t, "nothing", redact.Markers{}.Replacer().Replace("nothing"))
}
