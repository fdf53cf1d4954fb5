package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of filters, so that no input exhausts the stack.
const maxDepth = 64

// A SyntaxError says where and why a filter or a path could not be parsed.
type SyntaxError struct {
	// Offset is the byte in the input where parsing stopped, from 0.
	Offset int
	// Message says what was expected.
	Message string
}

// Error implements error.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at position %d: %s", e.Offset+1, e.Message) }

// ParseFilter parses a filter by the grammar of RFC 7644 figure 1. Names and
// operators are taken in any letter case, "not" with and without a blank
// behind it (erratum 7319), and "and" binds closer than "or" (erratum 4670).
func ParseFilter(s string) (Filter, error) {
	f, _, err := parseFilter(s, false)
	return f, err
}

// ParseFilterLenient parses a filter and takes, besides the grammar, the forms
// that Entra ID sends (entra.md 2.2). beyond names those that were used.
func ParseFilterLenient(s string) (f Filter, beyond []string, err error) {
	return parseFilter(s, true)
}

func parseFilter(s string, lenient bool) (Filter, []string, error) {
	p := &parser{s: s, lenient: lenient}
	f, err := p.or(0)
	if err != nil {
		return nil, nil, err
	}
	p.blanks()
	if p.i < len(p.s) {
		return nil, nil, p.fail(`expected "and", "or" or the end`)
	}
	return f, p.beyond, nil
}

// ParsePath parses a PATCH path (RFC 7644 section 3.5.2). The URN of an
// extension alone is a path as well; the grammar cannot tell it from the URN
// of a schema with an attribute behind it: see AttrPath.Resolve.
func ParsePath(s string) (Path, error) {
	p := &parser{s: s}
	a, err := p.attrPath()
	if err != nil {
		return Path{}, err
	}
	path := Path{Attr: a}
	if p.peek() == '[' {
		if path.Filter, err = p.brackets(0); err != nil {
			return Path{}, err
		}
		if p.peek() == '.' {
			p.i++
			if path.Sub, err = p.name(); err != nil {
				return Path{}, err
			}
		}
	}
	if p.i < len(p.s) {
		return Path{}, p.fail("expected the end of the path")
	}
	return path, nil
}

type parser struct {
	s       string
	i       int
	lenient bool
	beyond  []string
	// inValue is set between brackets, which do not nest.
	inValue bool
}

func (p *parser) fail(format string, args ...any) error {
	return &SyntaxError{Offset: p.i, Message: fmt.Sprintf(format, args...)}
}

func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *parser) blanks() int {
	start := p.i
	for p.peek() == ' ' {
		p.i++
	}
	return p.i - start
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

func (p *parser) or(depth int) (Filter, error) {
	left, err := p.and(depth)
	if err != nil {
		return nil, err
	}
	for {
		mark := p.i
		if p.blanks() == 0 || !p.word("or") {
			p.i = mark
			return left, nil
		}
		right, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		left = &Or{left, right}
	}
}

func (p *parser) and(depth int) (Filter, error) {
	left, err := p.term(depth)
	if err != nil {
		return nil, err
	}
	for {
		mark := p.i
		if p.blanks() == 0 || !p.word("and") {
			p.i = mark
			return left, nil
		}
		right, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		left = &And{left, right}
	}
}

func (p *parser) term(depth int) (Filter, error) {
	if depth > maxDepth {
		return nil, p.fail("the filter is nested too deeply")
	}
	p.blanks()
	mark := p.i
	if p.word("not") {
		p.blanks()
		if p.peek() == '(' {
			inner, err := p.parentheses(depth)
			if err != nil {
				return nil, err
			}
			return &Not{inner}, nil
		}
		p.i = mark // an attribute called "not"
	}
	if p.peek() == '(' {
		return p.parentheses(depth)
	}
	return p.comparison(depth)
}

func (p *parser) parentheses(depth int) (Filter, error) {
	p.i++ // (
	f, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	p.blanks()
	if p.peek() != ')' {
		return nil, p.fail(`expected ")"`)
	}
	p.i++
	return f, nil
}

func (p *parser) brackets(depth int) (Filter, error) {
	if p.inValue {
		return nil, p.fail("a value filter inside a value filter is not in the grammar")
	}
	p.i++ // [
	p.inValue = true
	f, err := p.or(depth + 1)
	p.inValue = false
	if err != nil {
		return nil, err
	}
	p.blanks()
	if p.peek() != ']' {
		return nil, p.fail(`expected "]"`)
	}
	p.i++
	return f, nil
}

func (p *parser) comparison(depth int) (Filter, error) {
	attr, err := p.attrPath()
	if err != nil {
		return nil, err
	}
	if p.peek() == '[' {
		inner, err := p.brackets(depth)
		if err != nil {
			return nil, err
		}
		v := &ValueFilter{Attr: attr, Inner: inner}
		if p.peek() == '.' && p.lenient {
			p.i++
			sub, err := p.name()
			if err != nil {
				return nil, err
			}
			if v.Compare, err = p.operation(AttrPath{Name: sub}); err != nil {
				return nil, err
			}
			p.beyond = append(p.beyond, "a comparison behind a value filter")
		}
		return v, nil
	}
	return p.operation(attr)
}

// operation parses what stands behind an attribute path.
func (p *parser) operation(attr AttrPath) (Filter, error) {
	if p.blanks() == 0 {
		return nil, p.fail("expected a blank and an operator")
	}
	if p.word("pr") {
		return &Present{attr}, nil
	}
	for _, op := range [...]Op{EQ, NE, CO, SW, EW, GT, GE, LT, LE} {
		if !p.word(string(op)) {
			continue
		}
		if p.blanks() == 0 {
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
	rest := p.s[p.i:]
	switch c := p.peek(); {
	case c == '"':
		n := 1
		for ; n < len(rest) && rest[n] != '"'; n++ {
			if rest[n] == '\\' {
				n++
			}
		}
		if n >= len(rest) {
			return nil, p.fail("the string has no closing quote")
		}
		var s string
		if !utf8.ValidString(rest[:n+1]) || json.Unmarshal([]byte(rest[:n+1]), &s) != nil {
			return nil, p.fail("the string is not a JSON string")
		}
		p.i += n + 1
		return s, nil
	case c == '-' || c >= '0' && c <= '9':
		n := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("+-.0123456789eE", r) })
		if n < 0 {
			n = len(rest)
		}
		if !json.Valid([]byte(rest[:n])) {
			return nil, p.fail("the number is not a JSON number")
		}
		p.i += n
		return json.Number(rest[:n]), nil
	}
	for _, lit := range [...]struct {
		word  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		end := p.i + len(lit.word)
		if strings.HasPrefix(rest, lit.word) && (end == len(p.s) || !isNameByte(p.s[end])) {
			p.i = end
			return lit.value, nil
		}
	}
	return nil, p.fail("expected a value: a string in quotes, a number, true, false or null")
}

// attrPath parses [URN ":"] name ["." sub].
func (p *parser) attrPath() (a AttrPath, err error) {
	if len(p.s) >= p.i+4 && strings.EqualFold(p.s[p.i:p.i+4], "urn:") {
		// A URN holds dots and colons: the last colon parts it from the name.
		end := p.i
		for end < len(p.s) && (isNameByte(p.s[end]) || strings.IndexByte(":.+!*'@%", p.s[end]) >= 0) {
			end++
		}
		colon := strings.LastIndexByte(p.s[p.i:end], ':')
		a.URN = p.s[p.i : p.i+colon]
		p.i += colon + 1
		if strings.EqualFold(a.URN, "urn") {
			return a, p.fail("expected a URN with a namespace")
		}
	}
	if a.Name, err = p.name(); err != nil {
		return a, err
	}
	if p.peek() == '.' {
		p.i++
		if a.Sub, err = p.name(); err != nil {
			return a, err
		}
	}
	return a, nil
}

// name parses an attribute name. "$ref" is one, though the grammar of RFC 7644
// lacks the dollar sign (erratum 8924).
func (p *parser) name() (string, error) {
	start := p.i
	if c := p.peek(); c == '$' || isLetter(c) {
		p.i++
		for p.i < len(p.s) && isNameByte(p.s[p.i]) {
			p.i++
		}
	}
	if start == p.i || p.s[start] == '$' && p.i == start+1 {
		p.i = start
		return "", p.fail("expected an attribute name")
	}
	return p.s[start:p.i], nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isNameByte(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '$'
}

// Resolve parts an attribute path whose URN may be that of an extension as a
// whole: with the known URNs it tells "urn:...:2.0:User" (the extension) from
// "urn:...:2.0:User:department". URNs are compared without regard to case
// (RFC 7644 section 3.10) and come out as they are known.
func (a AttrPath) Resolve(known ...string) AttrPath {
	if a.URN == "" {
		return a
	}
	whole := a.URN + ":" + a.Name
	if a.Sub != "" {
		whole += "." + a.Sub
	}
	for _, k := range known {
		if strings.EqualFold(whole, k) {
			return AttrPath{URN: k}
		}
	}
	for _, k := range known {
		if strings.EqualFold(a.URN, k) {
			a.URN = k
			return a
		}
	}
	// "urn:...:2.0:User.department" is not a form of the RFC; what is not
	// known stays as it was parsed.
	return a
}
