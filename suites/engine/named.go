package engine

import (
	"slices"
	"strings"
	"unicode"

	"github.com/scimtest/scimtest/scim"
)

// Detail is the text of a SCIM error in the answer, or "".
func (a *Answer) Detail() string {
	if a.x.Response == nil {
		return ""
	}
	e, err := scim.ParseErrorMessage(a.x.Response.Body)
	if err != nil {
		return ""
	}
	return e.Detail
}

// Names lists those of the fields that the error in the answer names.
func (a *Answer) Names(fields []Field) []Field { return fieldsNamed(a.Detail(), fields) }

// fieldsNamed lists the fields whose names, or the names of whose parts, stand in a
// text as words. Where some are written exactly, those that differ in letter
// case are taken for prose ("the Name of the user").
func fieldsNamed(text string, fields []Field) []Field {
	spoken := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' && r != '$'
	})
	exact := func(f Field) bool { return slices.Contains(spoken, f.Name) }
	if slices.ContainsFunc(fields, exact) {
		return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return !exact(f) })
	}
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool {
		return !slices.ContainsFunc(spoken, func(w string) bool { return strings.EqualFold(w, f.Name) })
	})
}
