package reference

import (
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
}
