package engine

import (
	"github.com/tidwall/gjson"
	"golang.org/x/text/unicode/norm"
)

// EqualText expects the string at the SCIM path, in any form that Unicode calls
// equivalent: a service provider may keep composed letters only.
func (a *Answer) EqualText(path, want string) *Answer {
	if got := a.Resource().Lookup(path); len(got) > 0 && got[0].Type == gjson.String && norm.NFC.String(got[0].Str) == norm.NFC.String(want) {
		a.t.asserted++
		return a
	}
	return a.Equal(path, want)
}
