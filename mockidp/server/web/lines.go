package web

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/mockidp/server"
	"github.com/scimtest/scimtest/scim"
)

// line is a line of a body that is shown.
type line struct {
	Text string
	// Differs: the other side holds another value.
	Differs bool
}

// lines writes a body line by line, and marks the attributes that differ.
func lines(body scim.Body, differ []server.Difference, target bool) []line {
	if len(body) == 0 {
		return nil
	}
	if !gjson.ValidBytes(body) {
		return []line{{Text: pretty(body)}}
	}
	w := writer{differ: map[string]bool{}}
	for _, d := range differ {
		if !target || d.Have != "" {
			w.differ[strings.ToLower(d.Path)] = true
		}
	}
	w.value(gjson.ParseBytes(body), "", "", "", "")
	return w.out
}

// items is what a list of the target lacks, and has too many.
type items struct {
	// List: both values are lists of text.
	List         bool
	Lacks, Extra []string
}

// itemsOf compares two lists, so that a page need not show all of them.
func itemsOf(d server.Difference) (out items) {
	want, have := gjson.Parse(d.Want), gjson.Parse(d.Have)
	if !want.IsArray() || d.Have != "" && !have.IsArray() {
		return out
	}
	out.List = true
	out.Lacks, out.Extra = beyond(want, have), beyond(have, want)
	return out
}

// beyond lists the values of one list that another one has not.
func beyond(list, other gjson.Result) (out []string) {
	there := map[string]bool{}
	for _, v := range other.Array() {
		there[v.Raw] = true
	}
	for _, v := range list.Array() {
		if !there[v.Raw] {
			out = append(out, v.String())
		}
	}
	return out
}

type writer struct {
	differ map[string]bool
	out    []line
}

// value writes a value: after is the comma that follows it, and name its
// member's name with the colon.
func (w *writer) value(v gjson.Result, path, indent, name, after string) {
	differs := w.differ[strings.ToLower(path)]
	opening, closing := "", ""
	switch {
	case v.IsObject():
		opening, closing = "{", "}"
	case v.IsArray():
		opening, closing = "[", "]"
	default:
		w.out = append(w.out, line{indent + name + v.Raw + after, differs})
		return
	}
	var keys, values []gjson.Result
	v.ForEach(func(k, v gjson.Result) bool {
		keys, values = append(keys, k), append(values, v)
		return true
	})
	if len(values) == 0 {
		w.out = append(w.out, line{indent + name + opening + closing + after, differs})
		return
	}
	w.out = append(w.out, line{indent + name + opening, differs})
	for i, child := range values {
		comma := ","
		if i == len(values)-1 {
			comma = ""
		}
		if v.IsObject() {
			w.value(child, below(path, keys[i].String()), indent+"  ", keys[i].Raw+": ", comma)
			continue
		}
		at := path
		if kind := child.Get("type").String(); kind != "" {
			at += `[type eq "` + kind + `"]`
		}
		w.value(child, at, indent+"  ", "", comma)
	}
	w.out = append(w.out, line{indent + closing + after, differs})
}

// below is the path of a member, as mockidp.Difference has it.
func below(path, name string) string {
	switch path {
	case "":
		return name
	case scim.EnterpriseUserURN:
		return path + ":" + name
	}
	return path + "." + name
}
