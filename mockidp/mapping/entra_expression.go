package mapping

import (
	"strings"
)

// parseEntra parses an expression of Entra ID: functions, [attributes], texts
// and whole numbers, and the comparisons that IIF takes. found are the parts
// that are well formed and not supported; err says where it is no expression at
// all (a *SyntaxError).
func parseEntra(text string) (n node, found []SyntaxError, err error) {
	p := &entraParser{scanner{text: text}}
	p.blanks()
	if n, err = p.comparison(); err != nil {
		return nil, nil, err
	}
	if p.at < len(p.text) {
		return nil, nil, p.fail("a comparison or the end of the expression")
	}
	return n, p.problems(), nil
}

type entraParser struct{ scanner }

// comparisons are the operators, the longer ones first.
var comparisons = []string{"<>", ">=", "<=", "=", ">", "<"}

// comparison parses operand [operator operand].
func (p *entraParser) comparison() (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for _, operator := range comparisons {
		if !p.take(operator) {
			continue
		}
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		left = call{operator, func(args []any) (any, error) { return compareEntra(operator, args[0], args[1]) }, []node{left, right}}
		break
	}
	if w := p.word(); strings.EqualFold(w, "and") || strings.EqualFold(w, "or") {
		return nil, p.fail("no " + w + ": conditions cannot be joined, nest IIF instead")
	}
	return left, nil
}

func (p *entraParser) operand() (node, error) {
	start := p.at
	switch c := p.peek(); {
	case c == '[':
		end := strings.IndexByte(p.text[p.at:], ']')
		name := ""
		if end > 0 {
			name = strings.TrimSpace(p.text[p.at+1 : p.at+end])
		}
		if end < 0 || name == "" || strings.ContainsAny(name, "[\"(),\n") {
			p.at++
			return nil, p.fail("the name of an attribute and ]")
		}
		p.at += end + 1
		p.blanks()
		return reference{name}, nil
	case c == '"':
		return p.quoted()
	case isDigit(c) || c == '-':
		p.at++
		p.digits()
		number := p.text[start:p.at]
		if number == "-" {
			return nil, p.fail("a number behind the minus sign")
		}
		p.blanks()
		return constant{number}, nil
	}
	name := p.word()
	if name == "" {
		return nil, p.fail("a function, an [attribute], a number or a text in double quotes")
	}
	p.at += len(name)
	p.blanks()
	if !p.take("(") {
		return nil, p.fail("( behind the function " + name)
	}
	args, err := p.arguments(true, p.comparison)
	if err != nil {
		return nil, err
	}
	made := p.bind(start, name, args, entraFunctions)
	if name == "IIF" && len(args) > 0 {
		return limited{made}, nil
	}
	return made, nil
}

// quoted takes a text in double quotes; a backslash escapes one character.
func (p *entraParser) quoted() (node, error) {
	var b strings.Builder
	p.at++
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			p.blanks()
			return constant{b.String()}, nil
		case c == '\\' && p.at+1 < len(p.text):
			p.at++
			c = p.text[p.at]
		}
		b.WriteByte(c)
		p.at++
	}
	return nil, p.fail(`" at the end of the text`)
}
