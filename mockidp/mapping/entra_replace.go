package mapping

import (
	"regexp"
	"strings"
)

// The arguments of Replace.
const (
	replaceSource = iota
	replaceOld
	replacePattern
	replaceGroup
	replaceNew
	replaceAttribute
	replaceTemplate
	replaceArguments
)

// checkReplace compiles a pattern that stands in the text. The patterns are those
// of .NET; what Go's have not (RE2: no looking around, no references back) is
// not supported.
func checkReplace(args []node) (int, string) {
	if len(args) <= replacePattern {
		return 0, ""
	}
	pattern, ok := args[replacePattern].(constant)
	if args[replacePattern] == nil {
		return 0, ""
	}
	if !ok {
		return replacePattern, "a pattern that is not a text in the expression is not supported"
	}
	if _, err := regexp.Compile(textOf(pattern.value)); err != nil {
		return replacePattern, "the pattern is not supported: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	}
	return 0, ""
}

// replace has five forms, told apart by which arguments are there.
func replace(args []any) (any, error) {
	for len(args) < replaceArguments {
		args = append(args, nil)
	}
	source := textOf(args[replaceSource])
	switch {
	case args[replaceOld] != nil && args[replaceTemplate] != nil:
		if args[replaceSource] == nil {
			return nil, nil
		}
		return strings.ReplaceAll(textOf(args[replaceTemplate]), textOf(args[replaceOld]), source), nil
	case args[replaceOld] != nil:
		if args[replaceSource] == nil {
			return nil, nil
		}
		if textOf(args[replaceOld]) == "" {
			return source, nil
		}
		return strings.ReplaceAll(source, textOf(args[replaceOld]), textOf(args[replaceNew])), nil
	case args[replacePattern] == nil:
		return args[replaceSource], nil
	}
	pattern, err := regexp.Compile(textOf(args[replacePattern]))
	if err != nil {
		return nil, err
	}
	group := textOf(args[replaceGroup])
	switch {
	case args[replaceAttribute] != nil || args[replaceGroup] != nil && args[replaceNew] == nil:
		if source != "" {
			return source, nil
		}
		return groupOf(pattern, textOf(args[replaceAttribute]), group), nil
	case args[replaceSource] == nil:
		return nil, nil
	case args[replaceGroup] != nil:
		return replaceInGroup(pattern, source, group, textOf(args[replaceNew])), nil
	}
	return replaceAll(pattern, source, textOf(args[replaceNew])), nil
}

// groupOf is what a named group of the first match holds; nil without a match.
func groupOf(pattern *regexp.Regexp, s, group string) any {
	i, m := pattern.SubexpIndex(group), pattern.FindStringSubmatch(s)
	if i < 0 || m == nil || m[i] == "" {
		return nil
	}
	return m[i]
}

// replaceInGroup replaces what a named group holds in each match.
func replaceInGroup(pattern *regexp.Regexp, s, group, with string) string {
	i := pattern.SubexpIndex(group)
	if i < 0 {
		return s
	}
	var b strings.Builder
	end := 0
	for _, m := range pattern.FindAllStringSubmatchIndex(s, -1) {
		if from, to := m[2*i], m[2*i+1]; from >= 0 && to > from {
			b.WriteString(s[end:from] + with)
			end = to
		}
	}
	return b.String() + s[end:]
}

// substitution is a reference to a group in a replacement of .NET.
var substitution = regexp.MustCompile(`\$(?:\$|&|\d+|\{\w+\})`)

// replaceAll replaces each match; the replacement refers to groups as .NET does:
// $1, ${name}, $& for all of it, $$ for a dollar sign. Go reads $1x as the group
// named 1x.
func replaceAll(pattern *regexp.Regexp, s, with string) string {
	template := substitution.ReplaceAllStringFunc(with, func(ref string) string {
		switch {
		case ref == "$$":
			return "$$"
		case ref == "$&":
			return "${0}"
		case strings.HasPrefix(ref, "${"):
			return ref
		}
		return "${" + ref[1:] + "}"
	})
	return pattern.ReplaceAllString(s, template)
}
