package profile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/scimtest/scimtest/internal/edit"
)

// Error is something wrong inside a profile file.
type Error struct {
	// File is the file as it was given.
	File string
	// Line and Column count from 1; they are 0 when the place is not known.
	Line, Column int
	// Message says what is wrong and, after a semicolon, what to do.
	Message string
	// Excerpt shows the lines around the place and marks it; it may be
	// empty, and has no newline at its end.
	Excerpt string
}

// Error implements error. The excerpt stands on lines of its own.
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	s += ": " + e.Message
	if e.Excerpt != "" {
		s += "\n" + e.Excerpt
	}
	return s
}

// document is a parsed file, kept to say where something is wrong.
type document struct {
	file string
	tree *ast.File
}

// at makes an error that points at a token.
func (d *document) at(t *token.Token, message string) *Error {
	e := &Error{File: d.file, Message: message}
	if t == nil || t.Position == nil {
		return e
	}
	e.Line, e.Column = t.Position.Line, t.Position.Column
	// The first line is the message, of which there is none here.
	if _, excerpt, ok := strings.Cut(yaml.FormatErrorWithToken("", t, false, true), "\n"); ok {
		e.Excerpt = strings.TrimRight(excerpt, " \n")
	}
	return e
}

// node finds the value at the keys, or nil.
func (d *document) node(keys ...any) ast.Node {
	b := (&yaml.PathBuilder{}).Root()
	for _, k := range keys {
		switch k := k.(type) {
		case string:
			b = b.Child(k)
		case int:
			b = b.Index(uint(k))
		}
	}
	n, err := b.Build().FilterFile(d.tree)
	if err != nil {
		return nil
	}
	return n
}

// explain turns an error of the YAML package into one that speaks of profiles.
func (d *document) explain(err error) error {
	var (
		e       yaml.Error
		unknown *yaml.UnknownFieldError
		kind    *yaml.TypeError
	)
	switch {
	case errors.As(err, &unknown):
		key := unknown.Token.Value
		return d.at(unknown.Token, fmt.Sprintf("unknown key %q%s", key, suggest(key, keys(reflect.TypeFor[Profile]()))))
	case errors.As(err, &kind):
		return d.at(kind.Token, "wrong kind of value: expected "+wanted(kind.DstType))
	case errors.As(err, &e):
		return d.at(e.GetToken(), e.GetMessage())
	}
	// What a duration says has no place in the file.
	for _, keys := range [][]any{{"settles-within", "by-id"}, {"settles-within", "by-filter"}, {"limits", "rate", "per"}} {
		if n := d.node(keys...); n != nil {
			if _, bad := time.ParseDuration(n.GetToken().Value); bad != nil {
				return d.at(n.GetToken(), "wrong kind of value: expected "+wanted(reflect.TypeFor[time.Duration]()))
			}
		}
	}
	return &Error{File: d.file, Message: err.Error()}
}

// wanted says in words what a field takes.
func wanted(t reflect.Type) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "a duration such as 500ms or 2s"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "keys and values"
	}
	return "text"
}

// keys lists the keys of a struct and of those inside it.
func keys(t reflect.Type) (out []string) {
	if t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		out = append(out, f.Tag.Get("yaml"))
		out = append(out, keys(f.Type)...)
	}
	return out
}

// suggest asks whether one of the known words was meant, or lists them when
// none is near.
func suggest(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if n := edit.Distance(strings.ToLower(word), strings.ToLower(k)); n < least {
			best, least = k, n
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return "; known are: " + strings.Join(known, ", ") + "."
}
