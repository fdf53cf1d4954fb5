package reference

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is written is, byte for byte, what encoding/json writes.
func TestEncodeWritesAsTheStandardLibrary(t *testing.T) {
	s, err := New(Config{})
	require.NoError(t, err)
	for _, o := range []object{
		{}, nil, {"b": true, "a": false, "": nil}, {"B": 1, "a": -20, "Ab": json.Number("1.50"), "big": int64(1) << 40, "part": 0.25},
		{"none": []any(nil), "empty": []any{}, "object": object(nil), "list": []any{"x", 1, object{"y": []any{true}}, nil}, "words": []string{"a", "b"}},
		{"text": "caf\u00e9 <b>&amp;</b> \"quoted\" \\ / \x00\x1f\x7f \u2028 \U0001F600 \xff", "\"key\"": "~ }"},
		{"schemas": s.schemas(&call{base: "https://scim.example.com"}), "config": s.config(&call{})},
	} {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		require.NoError(t, e.Encode(o))
		assert.Equal(t, want.String(), string(encode(o))+"\n")
	}
	assert.Panics(t, func() { encode(object{"f": func() {}}) })
}
