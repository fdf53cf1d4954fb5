package mapping

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// oktaFunctions are those of the String class of Okta's Expression Language, and
// the older names of some of them.
var oktaFunctions = map[string]signature{
	"String.append":          {least: 2, most: 2, do: texts(func(t []string) any { return t[0] + t[1] })},
	"String.join":            {least: 2, most: -1, do: texts(func(t []string) any { return strings.Join(t[1:], t[0]) })},
	"String.len":             {least: 1, most: 1, do: texts(func(t []string) any { return len([]rune(t[0])) })},
	"String.removeSpaces":    {least: 1, most: 1, do: texts(func(t []string) any { return strings.ReplaceAll(t[0], " ", "") })},
	"String.replace":         {least: 3, most: 3, do: texts(func(t []string) any { return replaceTimes(t, -1) })},
	"String.replaceFirst":    {least: 3, most: 3, do: texts(func(t []string) any { return replaceTimes(t, 1) })},
	"String.stringContains":  {least: 2, most: 2, do: texts(func(t []string) any { return strings.Contains(t[0], t[1]) })},
	"String.stringSwitch":    {least: 4, most: -1, check: checkStringSwitch, do: texts(stringSwitch)},
	"String.substring":       {least: 3, most: 3, do: substring},
	"String.substringAfter":  {least: 2, most: 2, do: texts(substringAfter)},
	"String.substringBefore": {least: 2, most: 2, do: texts(substringBefore)},
	"String.toLowerCase":     {least: 1, most: 1, do: texts(func(t []string) any { return strings.ToLower(t[0]) })},
	"String.toUpperCase":     {least: 1, most: 1, do: texts(func(t []string) any { return strings.ToUpper(t[0]) })},

	"substring":       {least: 3, most: 3, do: substring},
	"substringAfter":  {least: 2, most: 2, do: texts(substringAfter)},
	"substringBefore": {least: 2, most: 2, do: texts(substringBefore)},
	"toLowerCase":     {least: 1, most: 1, do: texts(func(t []string) any { return strings.ToLower(t[0]) })},
	"toUpperCase":     {least: 1, most: 1, do: texts(func(t []string) any { return strings.ToUpper(t[0]) })},
}

// texts makes a function of one that takes texts.
func texts(do func([]string) any) func([]any) (any, error) {
	return func(args []any) (any, error) {
		t := make([]string, len(args))
		for i, a := range args {
			t[i] = textOf(a)
		}
		return do(t), nil
	}
}

// replaceTimes replaces so many occurrences; of the empty text there are none.
func replaceTimes(t []string, times int) any {
	if t[1] == "" {
		return t[0]
	}
	return strings.Replace(t[0], t[1], t[2], times)
}

// substring has the first character at 0, and ends before the character at the
// end index.
func substring(args []any) (any, error) {
	runes := []rune(textOf(args[0]))
	from, err := whole(args[1])
	if err != nil {
		return nil, err
	}
	to, err := whole(args[2])
	switch {
	case err != nil:
		return nil, err
	case from < 0 || to < from || to > len(runes):
		return nil, errors.New("the text " + strconv.Quote(string(runes)) + " has no characters " + itoa(from) + " to " + itoa(to))
	}
	return string(runes[from:to]), nil
}

func itoa(n int) string { return strconv.Itoa(n) }

// substringBefore is the whole text where the other one does not occur; that is
// not documented.
func substringBefore(t []string) any {
	before, _, _ := strings.Cut(t[0], t[1])
	return before
}

// substringAfter is the empty text where the other one does not occur; that is
// not documented.
func substringAfter(t []string) any {
	_, after, _ := strings.Cut(t[0], t[1])
	return after
}

func checkStringSwitch(args []node) (int, string) {
	if len(args)%2 != 0 {
		return len(args) - 1, "String.stringSwitch takes a text, a default, and pairs of key and value: the last key has no value"
	}
	return 0, ""
}

// stringSwitch takes the first key that occurs in the text.
func stringSwitch(t []string) any {
	for keys := range slices.Chunk(t[2:], 2) {
		if len(keys) == 2 && strings.Contains(t[0], keys[0]) {
			return keys[1]
		}
	}
	return t[1]
}
