package rfc

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	. "github.com/scimtest/scimtest/suites/engine"
)

// What a service provider may make of a value is no fault, and nothing else is
// taken for the value.
func TestSameValue(t *testing.T) {
	text, when, bytes, uri := Attribute{}, Attribute{Type: "dateTime"}, Attribute{Type: "binary"}, Attribute{Type: "reference"}
	many := Attribute{MultiValued: true}
	mail := Attribute{Type: "complex", MultiValued: true, SubAttributes: []Attribute{{Name: "value"}, {Name: "type"}}}
	for _, c := range []struct {
		a    Attribute
		sent any
		got  string
		same bool
	}{
		{text, "Ada", `"ada"`, true},
		{text, "Zoe\u0308", `"Zoë"`, true},
		{text, "Ada", `" Ada "`, true},
		{text, "Ada", `"Adam"`, false},
		{text, "4", `4`, false},
		{text, "tel:+1-201-555-0123", `"+12015550123"`, true},
		{text, "tel:+1-201-555-0123", `"+12015550124"`, false},
		{text, true, `true`, true},
		{text, true, `"true"`, false},
		{text, false, `true`, false},
		{text, 4, `4.0`, true},
		{text, 4, `"4"`, false},
		{text, 1.5, `1.50`, true},
		{text, 1.5, `1`, false},
		{when, "2024-03-01T12:00:00Z", `"2024-03-01T14:00:00.000+02:00"`, true},
		{when, "2024-03-01T12:00:00Z", `"2024-03-01T12:00:00.4Z"`, true},
		{when, "2024-03-01T12:00:00Z", `"2024-03-01T12:00:01Z"`, false},
		{when, "2024-03-01T12:00:00Z", `1709294400`, false},
		{bytes, "c2NpbT8/Pg==", `"c2NpbT8_Pg"`, true},
		{bytes, "c2NpbT8/Pg==", `"c2NpbT8_Pw"`, false},
		{uri, "https://scim.example.com/v2/Users/1", `"Users/1"`, true},
		{uri, "https://scim.example.com/v2/Users/1", `"Users/2"`, false},
		{many, Values{"a", "b"}, `["b","c","A"]`, true},
		{many, Values{"a", "b"}, `["b"]`, false},
		{mail, Values{Doc{"value": "a@x.org", "type": "work"}}, `[{"VALUE":"A@x.org","type":"work","primary":true}]`, true},
		{mail, Values{Doc{"value": "a@x.org", "type": "work"}}, `[{"value":"a@x.org","type":"home"}]`, false},
		{mail, Values{Doc{"value": "a@x.org", "type": "work"}}, `[{"value":"a@x.org"}]`, false},
	} {
		got := listed(gjson.Parse(c.got))
		assert.Equal(t, c.same, sameValue(&c.a, c.sent, got), "%v and %s", c.sent, c.got)
		assert.False(t, sameValue(&c.a, c.sent, nil), "absent is no value")
	}
}

// A value from before is still there when one that is not among the new ones is.
func TestHoldsOld(t *testing.T) {
	f := Field{Attribute: Attribute{Name: "tags", MultiValued: true}}
	old, want := Values{"a", "b"}, Values{"b", "c"}
	for got, still := range map[string]bool{`["b","c"]`: false, `["c"]`: false, `["a","b","c"]`: true, `["a","b"]`: true} {
		assert.Equal(t, still, holdsOld(f, old, want, listed(gjson.Parse(got))), got)
	}
	one := Field{Attribute: Attribute{Name: "title"}}
	assert.True(t, holdsOld(one, "a", "b", listed(gjson.Parse(`"A"`))))
	assert.False(t, holdsOld(one, "a", "b", listed(gjson.Parse(`"b"`))))
	assert.False(t, holdsOld(one, "a", "b", listed(gjson.Parse(`"else"`))))
}
