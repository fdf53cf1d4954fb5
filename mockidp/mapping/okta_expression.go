package mapping

import (
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
