package mapping

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// node is a part of an expression. Its value is nil, a string, a bool, an int
// or a list of strings.
type node interface {
	eval(Lookup) (any, error)
	// parts are the nodes that it is made of.
	parts() []node
}

// reference is an attribute of the user.
type reference struct{ name string }

func (r reference) eval(user Lookup) (any, error) {
	switch values := user(r.name); len(values) {
	case 0:
		return nil, nil
	case 1:
		if values[0] == "" {
			return nil, nil // directories keep no empty values
		}
		return values[0], nil
	default:
		return values, nil
	}
}

func (reference) parts() []node { return nil }

// constant is a value that stands in the text.
type constant struct{ value any }

func (c constant) eval(Lookup) (any, error) { return c.value, nil }
func (constant) parts() []node              { return nil }

// call is a function with its arguments; one that was left out is nil.
type call struct {
	name string
	do   func(args []any) (any, error)
	args []node
}

func (c call) eval(user Lookup) (any, error) {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		if a == nil {
			continue
		}
		v, err := a.eval(user)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	v, err := c.do(args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return v, nil
}

func (c call) parts() []node { return c.args }

// each visits a node and all that it is made of, in the order of the text.
func each(n node, visit func(node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, p := range n.parts() {
		each(p, visit)
	}
}

// signature is a function that an expression may call.
type signature struct {
	// least and most are how many arguments it takes; most is -1 for any number.
	least, most int
	// check finds what is not supported in the arguments, before anything is
	// evaluated: the number of the argument from 0, and why.
	check func(args []node) (arg int, problem string)
	do    func(args []any) (any, error)
}

// isEmpty reports whether a value is none, or the empty text.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []string:
		return len(v) == 0
	}
	return false
}

// textOf is a value as text; "" for none. Of several values it is the first.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case []string:
		if len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

// asBoolean is true or false where the text is one of the two, and else the
// text: the target is to see what the mapping makes.
func asBoolean(v any) any {
	switch {
	case strings.EqualFold(textOf(v), "true"):
		return true
	case strings.EqualFold(textOf(v), "false"):
		return false
	}
	return textOf(v)
}

// whole is a value as a whole number.
func whole(v any) (int, error) {
	if n, ok := v.(int); ok {
		return n, nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(textOf(v)))
	if err != nil {
		return 0, errors.New(strconv.Quote(textOf(v)) + " is no whole number")
	}
	return n, nil
}

// listOf is a value as a list.
func listOf(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []string:
		return v
	}
	return []string{textOf(v)}
}
