package rewrite

import (
	"slices"
	"strings"
)

// operators are the words behind which a value stands.
var operators = []string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}

// FilterText changes the values of a filter or of a path with filters. It takes
// what no grammar has, too: values without quotes, as authentik sends them
// (other-idps.md 7.3), and operators in any letter case.
func FilterText(s string, f Func) string {
	var out strings.Builder
	// attr is the last attribute path, outer the one around the bracket that
	// is open.
	attr, outer, last := "", "", ""
	place := func() Place {
		parent, name := attributeOf(attr)
		if parent == "" {
			_, parent = attributeOf(outer)
		}
		return Place{Kind: Filter, Key: name, Parent: parent}
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			end := quoted(s, i)
			out.WriteString(inString(s[i:end], func(v string) string { return f(place(), v) }))
			i, last = end, ""
		case c == '[':
			outer, attr, last = attr, "", ""
			out.WriteByte(c)
			i++
		case c == ']':
			attr, outer, last = outer, "", ""
			out.WriteByte(c)
			i++
		case strings.IndexByte(" ()", c) >= 0:
			out.WriteByte(c)
			i++
		default:
			end := i
			value := slices.Contains(operators, strings.ToLower(last))
			if value {
				end = bareEnd(s, i)
			}
			for !value && end < len(s) && strings.IndexByte(` ()[]"`, s[end]) < 0 {
				end++
			}
			word := s[i:end]
			switch {
			case value && !slices.Contains([]string{"true", "false", "null"}, strings.ToLower(word)):
				out.WriteString(f(place(), word))
				last = ""
			case strings.HasPrefix(word, ".") && attr != "":
				out.WriteString(word) // behind a value filter
				attr, last = attr+word, word
			default:
				out.WriteString(word)
				if last = word; !joins(word) {
					attr = word
				}
			}
			i = end
		}
	}
	return out.String()
}

// bareEnd is where a value without quotes ends, which may have blanks in it.
func bareEnd(s string, i int) int {
	end := len(s)
	if n := strings.IndexAny(s[i:], ")]"); n > 0 {
		end = i + n
	}
	low := strings.ToLower(s[i:end])
	for _, joint := range []string{" and ", " or "} {
		if n := strings.Index(low, joint); n > 0 && i+n < end {
			end = i + n
		}
	}
	return end
}

// joins reports whether a word is none of an attribute.
func joins(word string) bool {
	word = strings.ToLower(word)
	return slices.Contains(operators, word) || slices.Contains([]string{"and", "or", "not", "pr"}, word)
}

// quoted is where the quoted string that begins at i ends.
func quoted(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}
