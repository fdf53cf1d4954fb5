package reference

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/scimtest/scimtest/scim"
)

// unicodeFaults take the forms of a letter with an accent for different texts.
var unicodeFaults = []Fault{
	{"filter-unicode-forms-differ", "A filter in decomposed letters finds nobody", "7644-7.8-01",
		onCompare(func(_ *call, f *scim.Compare) scim.Filter {
			if s, _ := f.Value.(string); !norm.NFC.IsNormalString(s) {
				return holdsNever
			}
			return f
		})},
	{"user-name-unicode-forms-differ", "A userName in decomposed letters is not compared with the others", "7644-5-01",
		onSwitch(func(s *switches) {
			s.acceptDuplicate = func(c *call) bool {
				name, _ := c.body["userName"].(string)
				return !norm.NFC.IsNormalString(name)
			}
		})},
	{"filter-accents-ignored", "A filter on userName takes letters for equal that differ in an accent", "7644-3.4.2.2-10",
		onCompare(func(c *call, f *scim.Compare) scim.Filter {
			want, isText := f.Value.(string)
			if !isText || f.Op != scim.EQ || !strings.EqualFold(f.Attr.Name, "userName") {
				return f
			}
			c.srv.store.mu.RLock()
			defer c.srv.store.mu.RUnlock()
			var either scim.Filter = f
			for _, r := range c.srv.store.byID {
				if name := textOf(r.doc, "userName"); name != "" && withoutAccents(name) == withoutAccents(want) {
					either = &scim.Or{Left: either, Right: &scim.Compare{Attr: f.Attr, Op: scim.EQ, Value: name}}
				}
			}
			return either
		})},
}

// withoutAccents is a text in small letters without its accents, as some
// collations of databases compare it.
func withoutAccents(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}
