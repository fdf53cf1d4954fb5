package rfc

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"
)

// The literals are below and above, and comparing their digits as text tells one
// of them wrong.
func TestLiteralsAroundANumber(t *testing.T) {
	for _, raw := range []string{"2", "9", "9.5", "10", "34", "34.5", "90", "99", "100", "120.25"} {
		below, above, ok := around(gjson.Parse(raw))
		assert.True(t, ok, raw)
		low, _ := strconv.ParseFloat(below, 64)
		value, _ := strconv.ParseFloat(raw, 64)
		high, _ := strconv.ParseFloat(above, 64)
		assert.True(t, low < value && value < high, "%s < %s < %s", below, raw, above)
		assert.False(t, below < raw && raw < above, "as text, too: %s < %s < %s", below, raw, above)
	}
	_, _, ok := around(gjson.Parse(`"9"`))
	assert.False(t, ok)
}

func TestLiteralsAroundATime(t *testing.T) {
	below, above, ok := around(gjson.Parse(`"2024-03-05T12:00:00+02:00"`))
	assert.True(t, ok)
	assert.Equal(t, `"2024-03-05T09:00:00Z" "2024-03-05T11:00:00Z"`, below+" "+above)
	assert.Equal(t, time.Duration(2)*time.Hour, instant(gjson.Parse(above).Str).Sub(instant(gjson.Parse(below).Str)))
}
