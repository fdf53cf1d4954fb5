package scim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of filters, so that no input exhausts the stack.
const maxDepth = 64

// The forms beyond the grammar that ParseFilterLenient takes.
const (
	// ComparedValueFilter is `emails[type eq "work"].value eq "x"`, which
	// Entra ID sends to match by e-mail address (entra.md 2.2, E09).
	ComparedValueFilter = "a comparison behind a value filter"
	// ExtraBlanks is more than the one blank around operators, or any at
	// the ends and inside parentheses and brackets.
	ExtraBlanks = "more blanks than the grammar has"
)

// A SyntaxError says where and why a filter or a path could not be parsed.
type SyntaxError struct {
	// Offset is the byte in the input where parsing stopped, from 0.
	Offset int
	// Message says what was expected.
	Message string
}

// Error implements error.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at position %d: %s", e.Offset+1, e.Message) }

// ParseFilter parses a filter by the grammar of RFC 7644 figure 1, and refuses
// what lies beyond it with a *SyntaxError. Names and operators are taken in any
// letter case. Where the printed figure and the examples of the RFC disagree,
// the errata decide: "not" stands with or without a blank behind it (7319),
// "and" binds closer than "or" (4670), value filters do not nest (4690), and
// "$ref" is a name.
func ParseFilter(s string) (Filter, error) {
	f, _, err := parseFilter(s, false)
	return f, err
}

// ParseFilterLenient parses a filter and takes, besides the grammar, the forms
// that clients send all the same. beyond names those that were used, each once:
// ComparedValueFilter, ExtraBlanks.
func ParseFilterLenient(s string) (f Filter, beyond []string, err error) {
	return parseFilter(s, true)
}

func parseFilter(s string, lenient bool) (Filter, []string, error) {
	p := &parser{s: s, lenient: lenient}
	p.extraBlanks()
	f, err := p.or(0)
	if err != nil {
		return nil, nil, err
	}
	p.extraBlanks()
	if p.i < len(p.s) {
		return nil, nil, p.fail(`expected "and", "or" or the end of the filter`)
	}
	return f, p.beyond, nil
}

// parser is a recursive descent over s. Its methods leave i at the first byte
// that they do not take.
type parser struct {
	s       string
	i       int
	lenient bool
	beyond  []string
	// inValue is set between brackets, which do not nest.
	inValue bool
}

func (p *parser) fail(message string) error {
	return &SyntaxError{Offset: p.i, Message: message}
}

func (p *parser) took(form string) {
	if !slices.Contains(p.beyond, form) {
		p.beyond = append(p.beyond, form)
	}
}

// peek is the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// blank steps over the blank that parts two words.
func (p *parser) blank() bool {
	if p.peek() != ' ' {
		return false
	}
	p.i++
	p.extraBlanks()
	return true
}

// extraBlanks steps over blanks where the grammar has none.
func (p *parser) extraBlanks() {
	for p.lenient && p.peek() == ' ' {
		p.i++
		p.took(ExtraBlanks)
	}
}

// word reports whether the next word is w, in any case, and steps over it.
func (p *parser) word(w string) bool {
	end := p.i + len(w)
	if end > len(p.s) || !strings.EqualFold(p.s[p.i:end], w) || end < len(p.s) && isNameByte(p.s[end]) {
		return false
	}
	p.i = end
	return true
}

// joint reports whether " w" is next, steps over it, and over the blank behind
// it.
func (p *parser) joint(w string) (found bool, err error) {
	mark, beyond := p.i, p.beyond
	if !p.blank() || !p.word(w) {
		p.i, p.beyond = mark, beyond
		return false, nil
	}
	if !p.blank() {
		return false, p.fail(`expected a blank behind "` + w + `"`)
	}
	return true, nil
}

func (p *parser) or(depth int) (Filter, error) {
	left, err := p.and(depth)
	for err == nil {
		var more bool
		if more, err = p.joint("or"); err != nil || !more {
			break
		}
		var right Filter
		right, err = p.and(depth)
		left = &Or{left, right}
	}
	if err != nil {
		return nil, err
	}
	return left, nil
}

func (p *parser) and(depth int) (Filter, error) {
	left, err := p.term(depth)
	for err == nil {
		var more bool
		if more, err = p.joint("and"); err != nil || !more {
			break
		}
		var right Filter
		right, err = p.term(depth)
		left = &And{left, right}
	}
	if err != nil {
		return nil, err
	}
	return left, nil
}

func (p *parser) term(depth int) (Filter, error) {
	if depth > maxDepth {
		return nil, p.fail(fmt.Sprintf("the filter is nested more than %d deep", maxDepth))
	}
	mark := p.i
	if p.word("not") {
		p.blank()
		if p.peek() == '(' {
			inner, err := p.enclosed(')', depth)
			if err != nil {
				return nil, err
			}
			return &Not{inner}, nil
		}
		p.i = mark // an attribute called "not"
	}
	if p.peek() == '(' {
		return p.enclosed(')', depth)
	}
	return p.comparison(depth)
}

// enclosed parses a filter in parentheses or brackets; closing ends it.
func (p *parser) enclosed(closing byte, depth int) (Filter, error) {
	p.i++
	p.extraBlanks()
	f, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	p.extraBlanks()
	if p.peek() != closing {
		return nil, p.fail(fmt.Sprintf(`expected "and", "or" or "%c"`, closing))
	}
	p.i++
	return f, nil
}

// valueFilter parses what stands in brackets.
func (p *parser) valueFilter(depth int) (Filter, error) {
	if p.inValue {
		return nil, p.fail("a value filter inside a value filter is not in the grammar")
	}
	p.inValue = true
	defer func() { p.inValue = false }()
	return p.enclosed(']', depth)
}

func (p *parser) comparison(depth int) (Filter, error) {
	attr, err := p.attrPath()
	if err != nil {
		return nil, err
	}
	if p.peek() != '[' {
		return p.operation(attr)
	}
	v := &ValueFilter{Attr: attr}
	if v.Inner, err = p.valueFilter(depth); err != nil {
		return nil, err
	}
	if p.peek() == '.' && p.lenient {
		p.i++
		sub, err := p.name()
		if err != nil {
			return nil, err
		}
		if v.Compare, err = p.operation(AttrPath{Name: sub}); err != nil {
			return nil, err
		}
		p.took(ComparedValueFilter)
	}
	return v, nil
}

// operation parses what stands behind an attribute path.
func (p *parser) operation(attr AttrPath) (Filter, error) {
	if !p.blank() {
		return nil, p.fail("expected a blank and an operator")
	}
	if p.word("pr") {
		return &Present{attr}, nil
	}
	for _, op := range [...]Op{EQ, NE, CO, SW, EW, GT, GE, LT, LE} {
		if !p.word(string(op)) {
			continue
		}
		if !p.blank() {
			return nil, p.fail("expected a blank and a value")
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		return &Compare{attr, op, v}, nil
	}
	return nil, p.fail("expected an operator: eq, ne, co, sw, ew, pr, gt, ge, lt or le")
}

// value parses a JSON string, number, true, false or null.
func (p *parser) value() (any, error) {
	switch c := p.peek(); {
	case c == '"':
		return p.text()
	case c == '-' || isDigit(c):
		return p.number()
	}
	for _, literal := range [...]struct {
		word  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		// JSON has them in lower case alone.
		if strings.HasPrefix(p.s[p.i:], literal.word) && p.word(literal.word) {
			return literal.value, nil
		}
	}
	return nil, p.fail("expected a value: a string in quotes, a number, true, false or null")
}

func (p *parser) text() (any, error) {
	rest := p.s[p.i:]
	end := 1
	for ; end < len(rest) && rest[end] != '"'; end++ {
		if rest[end] == '\\' {
			end++
		}
	}
	if end >= len(rest) {
		return nil, p.fail("the string has no closing quote")
	}
	var s string
	if !utf8.ValidString(rest[:end+1]) || json.Unmarshal([]byte(rest[:end+1]), &s) != nil {
		return nil, p.fail("this is not a JSON string")
	}
	p.i += end + 1
	return s, nil
}

func (p *parser) number() (any, error) {
	rest := p.s[p.i:]
	end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("+-.0123456789eE", r) })
	if end < 0 {
		end = len(rest)
	}
	if !json.Valid([]byte(rest[:end])) {
		return nil, p.fail("this is not a JSON number")
	}
	p.i += end
	return json.Number(rest[:end]), nil
}
