package mapping

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// parseOkta parses the part of Okta's Expression Language that profile mappings
// use most: references, texts, numbers, functions, +, -, comparisons, logic and
// the ternary. found are the parts that are well formed and not supported; err
// says where it is no expression at all (a *SyntaxError).
func parseOkta(text string) (n node, found []SyntaxError, err error) {
	p := &oktaParser{scanner{text: text}}
	p.blanks()
	if n, err = p.ternary(); err != nil {
		return nil, nil, err
	}
	if p.at < len(p.text) {
		return nil, nil, p.fail("an operator or the end of the expression")
	}
	return n, p.problems(), nil
}

type oktaParser struct{ scanner }

// ternary parses condition ["?" value ":" value].
func (p *oktaParser) ternary() (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	condition, err := p.binary(0)
	if err != nil || p.peek() != '?' {
		return condition, err
	}
	p.take("?")
	yes, err := p.ternary()
	if err != nil {
		return nil, err
	}
	if !p.take(":") {
		return nil, p.fail(": and the value for when the condition does not hold")
	}
	no, err := p.ternary()
	if err != nil {
		return nil, err
	}
	return choice{condition, yes, no}, nil
}

// levels are the operators, those that bind loosest first, and of each level the
// longer ones first. Logic is spelled as a word too.
var levels = [][]string{{"||", "OR"}, {"&&", "AND"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}}

func (p *oktaParser) binary(level int) (node, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	if err != nil {
		return nil, err
	}
	for {
		operator := p.operator(levels[level])
		if operator == "" {
			return left, nil
		}
		right, err := p.binary(level + 1)
		if err != nil {
			return nil, err
		}
		switch operator {
		case "||", "OR":
			left = logic{left, right, true}
		case "&&", "AND":
			left = logic{left, right, false}
		default:
			left = call{operator, func(args []any) (any, error) { return operateOkta(operator, args[0], args[1]) }, []node{left, right}}
		}
	}
}

// operator takes one of these operators; "" when none comes next.
func (p *oktaParser) operator(of []string) string {
	for _, o := range of {
		if isLetter(o[0]) {
			if w := p.word(); strings.EqualFold(w, o) {
				p.take(w)
				return o
			}
		} else if p.take(o) {
			return o
		}
	}
	return ""
}

func (p *oktaParser) unary() (node, error) {
	if p.peek() != '!' {
		return p.primary()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	p.take("!")
	of, err := p.unary()
	if err != nil {
		return nil, err
	}
	return call{"!", func(args []any) (any, error) { return !holds(args[0]), nil }, []node{of}}, nil
}

func (p *oktaParser) primary() (node, error) {
	switch c := p.peek(); {
	case c == '(':
		p.take("(")
		n, err := p.ternary()
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, p.fail("an operator or )")
		}
		return n, nil
	case c == '\'' || c == '"':
		return p.quoted(c)
	case isDigit(c):
		start := p.at
		n, err := strconv.Atoi(p.digits())
		if err != nil || p.peek() == '.' {
			p.at = start
			return nil, p.fail("a whole number")
		}
		p.blanks()
		return constant{n}, nil
	}
	return p.named()
}

// named parses true, false, null, a reference such as user.firstName, or a
// function.
func (p *oktaParser) named() (node, error) {
	start := p.at
	var names []string
	for {
		w := p.word()
		if w == "" {
			return nil, p.fail("an attribute such as user.firstName, a function, a number or a text in quotes")
		}
		names = append(names, w)
		p.at += len(w)
		if p.peek() != '.' {
			break
		}
		p.at++
	}
	p.blanks()
	name := strings.Join(names, ".")
	if p.take("(") {
		return p.called(start, name)
	}
	switch {
	case strings.EqualFold(name, "null"):
		return constant{nil}, nil
	case name == "true", name == "false":
		return constant{name == "true"}, nil
	case len(names) == 1:
		p.unsupported(start, name+" is no attribute of a profile; write user."+name)
	case names[0] != "user" && names[0] != "appuser":
		p.unsupported(start, "attributes of "+names[0]+" are not supported; those of user and appuser are")
	}
	return reference{name}, nil
}

// called parses the arguments of a function, and what follows it.
func (p *oktaParser) called(start int, name string) (node, error) {
	args, err := p.arguments(false, p.ternary)
	if err != nil {
		return nil, err
	}
	made := p.bind(start, name, args, oktaFunctions)
	for p.peek() == '.' || p.peek() == '[' {
		at := p.at
		switch {
		case p.take("["):
			return nil, p.fail("no index")
		case p.take("."):
		}
		w := p.word()
		if w == "" {
			return nil, p.fail("the name of an attribute")
		}
		p.unsupported(at, "attributes of what a function returns are not supported")
		p.take(w)
		if p.take("(") {
			if _, err := p.arguments(false, p.ternary); err != nil {
				return nil, err
			}
		}
	}
	return made, nil
}

// quoted takes a text in quotes; the quote itself is written twice.
func (p *oktaParser) quoted(quote byte) (node, error) {
	var b strings.Builder
	p.at++
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		if c == quote {
			if p.peek() != quote {
				p.blanks()
				return constant{b.String()}, nil
			}
			p.at++
		}
		b.WriteByte(c)
	}
	return nil, p.fail(string(quote) + " at the end of the text")
}

// choice is the ternary: only the value that is chosen is evaluated.
type choice struct{ condition, yes, no node }

func (c choice) eval(user Lookup) (any, error) {
	v, err := c.condition.eval(user)
	switch {
	case err != nil:
		return nil, err
	case holds(v):
		return c.yes.eval(user)
	}
	return c.no.eval(user)
}

func (c choice) parts() []node { return []node{c.condition, c.yes, c.no} }

// logic is || or &&: the right side is evaluated only where it matters.
type logic struct {
	left, right node
	or          bool
}

func (l logic) eval(user Lookup) (any, error) {
	v, err := l.left.eval(user)
	if err != nil || holds(v) == l.or {
		return holds(v), err
	}
	v, err = l.right.eval(user)
	return holds(v), err
}

func (l logic) parts() []node { return []node{l.left, l.right} }

// holds reports whether a condition holds.
func holds(v any) bool { return v == true || v == "true" }

// operateOkta adds or compares. An attribute without a value equals null and the
// empty text alike, since Okta's own mappings compare with the one and its
// examples with the other; joined to a text it is the empty text.
func operateOkta(operator string, a, b any) (any, error) {
	m, left := a.(int)
	n, right := b.(int)
	switch {
	case operator == "==":
		return textOf(a) == textOf(b), nil
	case operator == "!=":
		return textOf(a) != textOf(b), nil
	case operator == "+" && left && right:
		return m + n, nil
	case operator == "+":
		return textOf(a) + textOf(b), nil
	}
	m, err := whole(a)
	if err != nil {
		return nil, err
	}
	if n, err = whole(b); err != nil {
		return nil, err
	}
	if operator == "-" {
		return m - n, nil
	}
	return ordered(operator, m, n), nil
}

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
