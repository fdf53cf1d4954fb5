package scenario

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// YAML is the scenario as a file. What Parse makes of it is the same scenario.
func (s *Scenario) YAML() []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("name: %s", scalar(s.Name))
	if s.Title != "" {
		line("title: %s", scalar(s.Title))
	}
	switch len(s.IdPs) {
	case 0:
	case 1:
		line("idp: %s", s.IdPs[0])
	default:
		line("idp: %s", list(s.IdPs))
	}
	if len(s.Options) > 0 {
		line("options:")
		for _, name := range slices.Sorted(maps.Keys(s.Options)) {
			line("  %s: %s", scalar(name), scalar(s.Options[name]))
		}
	}
	if s.Look != Touched && s.Look != "" {
		line("look: %s", s.Look)
	}
	if len(s.People) > 0 {
		line("people:")
		for _, p := range s.People {
			line("  %s: %s", scalar(p.Key), mapping(p.Set))
		}
	}
	if len(s.Groups) > 0 {
		line("groups:")
		for _, g := range s.Groups {
			line("  %s: %s", scalar(g.Key), scalar(g.Name))
		}
	}
	line("steps:")
	for i := range s.Steps {
		s.Steps[i].write(line)
	}
	comment(line, s.Comments)
	return b.Bytes()
}

// comment writes lines that are not read. What would end one is left out.
func comment(line func(string, ...any), lines []string) {
	for _, text := range lines {
		line("  # %s", strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
				return ' '
			}
			return r
		}, text))
	}
}

func (s *Step) write(line func(string, ...any)) {
	comment(line, s.Comments)
	line("  - %s", s.String())
	switch {
	case s.Fails == AnyFailure:
		line("    fails: true")
	case s.Fails != 0:
		line("    fails: %d", s.Fails)
	}
	r := s.Request
	if r == nil {
		return
	}
	if len(r.Headers) > 0 {
		var items []string
		for _, h := range r.Headers {
			items = append(items, scalar(h[0])+": "+scalar(h[1]))
		}
		line("    headers: {%s}", strings.Join(items, ", "))
	}
	if r.Body != "" {
		line("    body: %s", quoted(r.Body))
	}
	if r.As != "" {
		line("    as: %s", scalar(r.As))
	}
	answer := slices.Clone(r.Answer)
	if len(r.Statuses) > 0 {
		var statuses []any
		for _, n := range r.Statuses {
			statuses = append(statuses, n)
		}
		answer = slices.Insert(answer, 0, Value{"status", statuses})
	}
	if len(answer) > 0 {
		line("    answer: %s", mapping(answer))
	}
}

// plainScalar is a text that YAML reads as itself without quotes, also within
// brackets.
var plainScalar = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ._@'/()-]*[A-Za-z0-9._@'/)-]$|^[A-Za-z]$`)

// otherWords are plain scalars that YAML reads as something else.
var otherWords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}

// scalar is a text in YAML.
func scalar(s string) string {
	if plainScalar.MatchString(s) && !slices.Contains(otherWords, strings.ToLower(s)) {
		return s
	}
	return quoted(s)
}
