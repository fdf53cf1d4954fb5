package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A SyntaxError says where and why an expression could not be parsed.
type SyntaxError struct {
	// Position is the character where parsing stopped, from 1.
	Position int
	// Text says what was expected.
	Text string
}

// Error implements error.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at character %d: %s", e.Position, e.Text) }

// maxDepth bounds how deep expressions may nest.
const maxDepth = 100

// scanner reads the text of an expression.
type scanner struct {
	text  string
	at    int
	depth int
	// found are the parts that are well formed and not supported.
	found []SyntaxError
}

// position is the character at a byte, from 1.
func (s *scanner) position(at int) int { return utf8.RuneCountInString(s.text[:at]) + 1 }

func (s *scanner) fail(expected string) error {
	return &SyntaxError{s.position(s.at), "expected " + expected}
}

// unsupported notes a part that cannot be evaluated.
func (s *scanner) unsupported(at int, text string) {
	s.found = append(s.found, SyntaxError{s.position(at), text})
}

// enter counts how deep the expression nests.
func (s *scanner) enter() error {
	if s.depth++; s.depth > maxDepth {
		return s.fail("an expression that nests less deep")
	}
	return nil
}

func (s *scanner) leave() { s.depth-- }

func (s *scanner) blanks() {
	s.at += len(s.text[s.at:]) - len(strings.TrimLeft(s.text[s.at:], " \t\r\n"))
}

// peek is the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// take takes what comes next if it is this, with the blanks behind it.
func (s *scanner) take(token string) bool {
	if !strings.HasPrefix(s.text[s.at:], token) {
		return false
	}
	s.at += len(token)
	s.blanks()
	return true
}

// word is the name that comes next, "" for none; nothing is taken.
func (s *scanner) word() string {
	end := s.at
	for end < len(s.text) && (isLetter(s.text[end]) || s.text[end] == '_' || end > s.at && isDigit(s.text[end])) {
		end++
	}
	return s.text[s.at:end]
}

// digits takes digits.
func (s *scanner) digits() string {
	start := s.at
	for isDigit(s.peek()) {
		s.at++
	}
	return s.text[start:s.at]
}

// argument is an argument of a function; its node is nil where it is left out.
type argument struct {
	node node
	at   int
}

// arguments takes what stands between parentheses; the opening one was taken.
// mayLack says whether an argument can be left out.
func (s *scanner) arguments(mayLack bool, one func() (node, error)) ([]argument, error) {
	if s.take(")") {
		return nil, nil
	}
	var args []argument
	for {
		arg := argument{at: s.at}
		if c := s.peek(); !mayLack || c != ',' && c != ')' {
			var err error
			if arg.node, err = one(); err != nil {
				return nil, err
			}
		}
		args = append(args, arg)
		switch {
		case s.take(","):
		case s.take(")"):
			return args, nil
		default:
			return nil, s.fail("a comma or )")
		}
	}
}

// bind makes a call of a function, and notes what of it is not supported.
func (s *scanner) bind(at int, name string, args []argument, functions map[string]signature) call {
	f, ok := functions[name]
	nodes := make([]node, len(args))
	for i, a := range args {
		nodes[i] = a.node
	}
	switch {
	case !ok:
		s.unsupported(at, "the function "+name+" is not supported")
	case len(args) < f.least || f.most >= 0 && len(args) > f.most:
		s.unsupported(at, name+" takes "+howMany(f)+", and not "+strconv.Itoa(len(args)))
	case f.check != nil:
		if arg, problem := f.check(nodes); problem != "" {
			s.unsupported(args[arg].at, problem)
		}
	}
	return call{name, f.do, nodes}
}

func howMany(f signature) string {
	switch {
	case f.most < 0:
		return fmt.Sprintf("at least %d arguments", f.least)
	case f.least < f.most:
		return fmt.Sprintf("%d to %d arguments", f.least, f.most)
	case f.least == 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", f.least)
}

// problems are what was found, in the order of the text.
func (s *scanner) problems() []SyntaxError {
	slices.SortStableFunc(s.found, func(a, b SyntaxError) int { return a.Position - b.Position })
	return s.found
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
