package mapping

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"
)

// The boolean values of Entra ID's expressions are texts.
const (
	yes = "True"
	no  = "False"
)

func truth(b bool) any {
	if b {
		return yes
	}
	return no
}

// entraFunctions are those of Microsoft's "Reference for writing expressions for
// attribute mappings" that are supported. What a function makes of a source
// without a value is documented for a few; the others have no value then.
var entraFunctions = map[string]signature{
	"Append":                  {least: 2, most: 2, do: ofSource(func(s string, rest []any) (any, error) { return s + textOf(rest[0]), nil })},
	"CBool":                   {least: 1, most: 1, do: func(args []any) (any, error) { return truth(isTrue(args[0])), nil }},
	"CStr":                    {least: 1, most: 1, do: ofSource(func(s string, _ []any) (any, error) { return s, nil })},
	"Coalesce":                {least: 1, most: -1, do: coalesce},
	"ConvertToBase64":         {least: 1, most: 1, do: ofSource(func(s string, _ []any) (any, error) { return utf16Base64(s), nil })},
	"ConvertToUTF8Hex":        {least: 1, most: 1, do: ofSource(func(s string, _ []any) (any, error) { return strings.ToUpper(hex.EncodeToString([]byte(s))), nil })},
	"Count":                   {least: 1, most: 1, do: func(args []any) (any, error) { return len(listOf(args[0])), nil }},
	"IIF":                     {least: 3, most: 3, do: iif},
	"IgnoreFlowIfNullOrEmpty": {least: 1, most: 1, do: func(args []any) (any, error) { return args[0], nil }},
	"IsNull":                  {least: 1, most: 1, do: func(args []any) (any, error) { return truth(args[0] == nil), nil }},
	"IsNullOrEmpty":           {least: 1, most: 1, do: func(args []any) (any, error) { return truth(isEmpty(args[0])), nil }},
	"IsPresent":               {least: 1, most: 1, do: func(args []any) (any, error) { return truth(!isEmpty(args[0])), nil }},
	"Item":                    {least: 2, most: 2, do: item},
	"Join":                    {least: 2, most: -1, do: join},
	"Left":                    {least: 2, most: 2, do: left},
	"Mid":                     {least: 3, most: 3, do: mid},
	"NormalizeDiacritics":     {least: 1, most: 1, do: ofSource(func(s string, _ []any) (any, error) { return normalizeDiacritics(s), nil })},
	"Not":                     {least: 1, most: 1, do: func(args []any) (any, error) { return truth(!isTrue(args[0])), nil }},
	"RemoveDuplicates":        {least: 1, most: 1, do: removeDuplicates},
	"Replace":                 {least: 4, most: 7, check: checkReplace, do: replace},
	"Split":                   {least: 2, most: 2, do: split},
	"StripSpaces":             {least: 1, most: 1, do: ofSource(func(s string, _ []any) (any, error) { return strings.ReplaceAll(s, " ", ""), nil })},
	"Switch":                  {least: 4, most: -1, check: checkSwitch, do: switchOn},
	"ToLower":                 {least: 1, most: 2, check: noCulture, do: ofSource(func(s string, _ []any) (any, error) { return strings.ToLower(s), nil })},
	"ToUpper":                 {least: 1, most: 2, check: noCulture, do: ofSource(func(s string, _ []any) (any, error) { return strings.ToUpper(s), nil })},
	"Word":                    {least: 3, most: 3, do: word},

	string(SingleRole):     {least: 1, most: 1, check: onlyRoles, do: func(args []any) (any, error) { return first(args[0]), nil }},
	string(ComplexRoles):   {least: 1, most: 1, check: onlyRoles, do: func(args []any) (any, error) { return args[0], nil }},
	string(AssertiveRoles): {least: 1, most: 1, check: onlyRoles, do: func(args []any) (any, error) { return args[0], nil }},
}

// AppRoles is the attribute that the functions of app roles read.
const AppRoles = "appRoleAssignments"

func onlyRoles(args []node) (int, string) {
	if args[0] != (reference{AppRoles}) {
		return 0, "the functions of app roles take [" + AppRoles + "] alone"
	}
	return 0, ""
}

func noCulture(args []node) (int, string) {
	if len(args) > 1 && args[1] != nil {
		return 1, "the letter case of a culture is not supported"
	}
	return 0, ""
}

// ofSource makes a function of one whose first argument is its source: without
// a value there is none.
func ofSource(do func(source string, rest []any) (any, error)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if args[0] == nil {
			return nil, nil
		}
		return do(textOf(args[0]), args[1:])
	}
}

func isTrue(v any) bool { return textOf(v) == yes }

func first(v any) any {
	if list := listOf(v); len(list) > 0 {
		return list[0]
	}
	return nil
}

// compareEntra compares as a condition of IIF does. One with an attribute that
// has no value fails, and IIF with it: see limited.
func compareEntra(operator string, a, b any) (any, error) {
	if isEmpty(a) || isEmpty(b) {
		return nil, nil
	}
	switch operator {
	case "=":
		return truth(textOf(a) == textOf(b)), nil
	case "<>":
		return truth(textOf(a) != textOf(b)), nil
	}
	m, err := whole(a)
	if err != nil {
		return nil, err
	}
	n, err := whole(b)
	if err != nil {
		return nil, err
	}
	return truth(ordered(operator, m, n)), nil
}

// ordered compares two numbers.
func ordered(operator string, m, n int) bool {
	switch operator {
	case ">":
		return m > n
	case ">=":
		return m >= n
	case "<":
		return m < n
	}
	return m <= n
}

// iif chooses one of two values.
func iif(args []any) (any, error) {
	switch {
	case args[0] == nil:
		return nil, nil
	case isTrue(args[0]):
		return args[1], nil
	}
	return args[2], nil
}

// limited is IIF as it is documented to be limited: it has no value where its
// condition reads an attribute without one, in whichever function.
type limited struct{ call }

func (l limited) eval(user Lookup) (any, error) {
	fails := false
	each(l.args[0], func(n node) {
		if ref, ok := n.(reference); ok {
			v, _ := ref.eval(user)
			fails = fails || isEmpty(v)
		}
	})
	if fails {
		return nil, nil
	}
	return l.call.eval(user)
}

func coalesce(args []any) (any, error) {
	for _, a := range args {
		if a != nil {
			return a, nil
		}
	}
	return nil, nil
}

func checkSwitch(args []node) (int, string) {
	if len(args)%2 != 0 {
		return len(args) - 1, "Switch takes a source, a default value, and pairs of key and value: the last key has no value"
	}
	return 0, ""
}

// switchOn compares with regard to letter case; a source without a value is the
// empty text.
func switchOn(args []any) (any, error) {
	for i := 2; i+1 < len(args); i += 2 {
		if textOf(args[0]) == textOf(args[i]) {
			return args[i+1], nil
		}
	}
	return args[1], nil
}

// join leaves out what is empty, as the example of the reference does.
func join(args []any) (any, error) {
	var texts []string
	for _, a := range args[1:] {
		switch v := a.(type) {
		case []string:
			texts = append(texts, v...)
		default:
			texts = append(texts, textOf(v))
		}
	}
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	if len(texts) == 0 {
		return nil, nil
	}
	return strings.Join(texts, textOf(args[0])), nil
}

// split takes the blanks around each part away, as the example of the reference
// does.
func split(args []any) (any, error) {
	delimiter := textOf(args[1])
	if args[0] == nil {
		return nil, nil
	}
	if delimiter == "" {
		return nil, errors.New("the delimiter is empty")
	}
	out := []string{}
	for part := range strings.SplitSeq(textOf(args[0]), delimiter) {
		out = append(out, strings.TrimSpace(part))
	}
	return out, nil
}

func item(args []any) (any, error) {
	n, err := whole(args[1])
	if err != nil {
		return nil, err
	}
	list := listOf(args[0])
	if n < 1 || n > len(list) {
		return nil, nil
	}
	return list[n-1], nil
}

func left(args []any) (any, error) {
	n, err := whole(args[1])
	if err != nil {
		return nil, err
	}
	runes := []rune(textOf(args[0]))
	if n < 0 || n > len(runes) {
		return string(runes), nil
	}
	return string(runes[:n]), nil
}

func mid(args []any) (any, error) {
	start, err := whole(args[1])
	if err != nil {
		return nil, err
	}
	length, err := whole(args[2])
	switch {
	case err != nil:
		return nil, err
	case args[0] == nil:
		return nil, nil
	case start < 1:
		return nil, errors.New("the first character has the index 1")
	}
	runes := []rune(textOf(args[0]))
	from := min(start-1, len(runes))
	return string(runes[from : from+max(0, min(length, len(runes)-from))]), nil
}

func word(args []any) (any, error) {
	n, err := whole(args[1])
	if err != nil {
		return nil, err
	}
	words := strings.FieldsFunc(textOf(args[0]), func(r rune) bool { return strings.ContainsRune(textOf(args[2]), r) })
	if n < 1 || n > len(words) {
		return "", nil
	}
	return words[n-1], nil
}

func removeDuplicates(args []any) (any, error) {
	var out []string
	for _, s := range listOf(args[0]) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// utf16Base64 is the text as .NET has it in memory, in base64.
func utf16Base64(s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return base64.StdEncoding.EncodeToString(b)
}
