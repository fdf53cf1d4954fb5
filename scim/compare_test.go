package scim

import (
	"fmt"
	"testing"

	"github.com/scim2/filter-parser/v2"
	"github.com/stretchr/testify/assert"
)

// A second parser by other people reads the same filters. Where the two
// disagree, the reason why ours is right stands in the table.
func TestAnotherParserReadsTheSame(t *testing.T) {
	for _, c := range []struct {
		filter string
		// differs says why the other one answers otherwise.
		differs string
	}{
		{filter: `userName eq "bjensen"`},
		{filter: `name.familyName co "O'Malley"`},
		{filter: `userName sw "J"`},
		{filter: `urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`},
		{filter: `title pr`},
		{filter: `meta.lastModified gt "2011-05-13T04:42:34Z"`},
		{filter: `title pr and userType eq "Employee"`},
		{filter: `title pr or userType eq "Intern"`},
		{filter: `schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`},
		{filter: `userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`},
		{filter: `userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`},
		{filter: `userType eq "Employee" and (emails.type eq "work")`},
		{filter: `userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`},
		{filter: `emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`},
		{filter: `a pr or b pr and c pr`},
		{filter: `(a pr or b pr) and c pr`},
		{filter: `USERNAME EQ "x" AND b Pr`},
		{filter: `not(a pr)`},
		{filter: `active eq true`},
		{filter: `a ge 42`},
		{filter: `a ge -7`},
		{filter: `a eq ""`},
		{filter: `userName`},
		{filter: `userName eq`},
		{filter: `userName "x"`},
		{filter: `userName eq john`},
		{filter: `userName is "x"`},
		{filter: `(a pr`},
		{filter: `emails[type eq "work"`},
		{filter: `emails[]`},
		{filter: `name.familyName.x eq "y"`},
		{filter: `emails[type eq "work"].value eq "x"`},
		{filter: ``},
		{filter: `a eq "say \"hi\""`, differs: "it keeps the escapes of a JSON string instead of reading them"},
		{filter: `a eq null`},
		{filter: `a le 1.5e3`},
		{filter: `members.$ref pr`},
		{filter: `a pr and b pr and c pr`},
		{filter: `a pr or b pr or c pr`},
		{filter: `urn:example:ext-1.5:a pr`, differs: "it takes no hyphen in a URN, where RFC 2141 does"},
		{filter: `a eq "\u00e4"`, differs: "it refuses \\u, which is an escape of JSON strings (RFC 8259 section 7)"},
		{filter: `a  eq "x"`, differs: "it takes any number of blanks where the grammar has one; ParseFilterLenient does so too"},
		{filter: ` a pr`},
		{filter: `a eq 01`},
		{filter: `a eq True`, differs: "it takes true in any case, where JSON has lower case alone"},
		{filter: `a[b[c pr]]`},
		{filter: `not pr`},
	} {
		other, otherErr := filter.ParseFilterNumber([]byte(c.filter))
		ours, err := ParseFilter(c.filter)
		said, theirs := describe(ours, err), describeOther(other, otherErr)
		if c.differs == "" {
			assert.Equal(t, theirs, said, c.filter)
		} else {
			assert.NotEqual(t, theirs, said, "%s: they agree by now, take out the reason", c.filter)
		}
	}
}

const refused = "refused"

// describe writes a filter in full, every group in parentheses.
func describe(f Filter, err error) string {
	if err != nil {
		return refused
	}
	switch f := f.(type) {
	case *Compare:
		return fmt.Sprintf("%s %s %#v", f.Attr, f.Op, f.Value)
	case *Present:
		return f.Attr.String() + " pr"
	case *And:
		return "(" + describe(f.Left, nil) + " and " + describe(f.Right, nil) + ")"
	case *Or:
		return "(" + describe(f.Left, nil) + " or " + describe(f.Right, nil) + ")"
	case *Not:
		return "not (" + describe(f.Inner, nil) + ")"
	case *ValueFilter:
		return f.Attr.String() + "[" + describe(f.Inner, nil) + "]"
	}
	return fmt.Sprintf("%T", f)
}

func describeOther(e filter.Expression, err error) string {
	if err != nil {
		return refused
	}
	switch e := e.(type) {
	case *filter.AttributeExpression:
		if e.Operator == filter.PR {
			return e.AttributePath.String() + " pr"
		}
		return fmt.Sprintf("%s %s %#v", e.AttributePath, e.Operator, e.CompareValue)
	case *filter.LogicalExpression:
		return "(" + describeOther(e.Left, nil) + " " + string(e.Operator) + " " + describeOther(e.Right, nil) + ")"
	case *filter.NotExpression:
		return "not (" + describeOther(e.Expression, nil) + ")"
	case *filter.ValuePath:
		return e.AttributePath.String() + "[" + describeOther(e.ValueFilter, nil) + "]"
	}
	return fmt.Sprintf("%T", e)
}
