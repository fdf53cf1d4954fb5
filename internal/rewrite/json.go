package rewrite

import (
	"bytes"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// maxDepth bounds the nesting that is looked into.
const maxDepth = 100

// inJSON changes the strings of a valid JSON document, which stands at p.
func inJSON(doc []byte, p Place, f Func) []byte {
	w := &walker{in: doc, f: f}
	w.out.Grow(len(doc))
	w.value(w.space(0), p, 0)
	w.out.Write(doc[w.from:])
	return w.out.Bytes()
}

// walker copies a document and changes strings on the way.
type walker struct {
	in   []byte
	out  bytes.Buffer
	from int // what of in was copied
	f    Func
}

// space is where the next token begins.
func (w *walker) space(i int) int {
	for i < len(w.in) && strings.IndexByte(" \t\r\n", w.in[i]) >= 0 {
		i++
	}
	return i
}

// end is where the value that begins at i ends.
func (w *walker) end(i int) int {
	depth := 0
	for ; i < len(w.in); i++ {
		switch w.in[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + max(1+depth, 0) // of a number, the bracket around it ends it
			}
		case '"':
			if i = w.stringEnd(i); depth == 0 {
				return i
			}
			i--
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

func (w *walker) stringEnd(i int) int {
	for i++; i < len(w.in); i++ {
		switch w.in[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(w.in)
}

// member is a key of an object and where its value stands.
type member struct {
	key          string
	start, after int
}

// members lists the members of the object that begins at i.
func (w *walker) members(i int) (out []member) {
	for i = w.space(i + 1); i < len(w.in) && w.in[i] == '"'; i = w.space(i) {
		after := w.stringEnd(i)
		units, _ := stringUnits(string(w.in[i+1 : after-1]))
		start := w.space(w.space(after) + 1) // behind the colon
		m := member{key: plainOf(units), start: start, after: w.end(start)}
		out = append(out, m)
		if i = w.space(m.after); i >= len(w.in) || w.in[i] != ',' {
			break
		}
		i++
	}
	return out
}

// value changes the strings of the value that begins at i.
func (w *walker) value(i int, p Place, depth int) {
	if i >= len(w.in) || depth > maxDepth {
		return
	}
	switch w.in[i] {
	case '{':
		w.object(w.members(i), p, depth)
	case '[':
		for i = w.space(i + 1); i < len(w.in) && w.in[i] != ']'; i = w.space(i) {
			w.value(i, p, depth+1)
			if i = w.space(w.end(i)); i < len(w.in) && w.in[i] == ',' {
				i++
			}
		}
	case '"':
		after := w.stringEnd(i)
		w.out.Write(w.in[w.from:i])
		w.out.WriteString(inString(string(w.in[i:after]), func(v string) string { return w.text(p, v) }))
		w.from = after
	}
}

// object changes the values of an object. The value of a PATCH operation is at
// the place that its path names.
func (w *walker) object(members []member, p Place, depth int) {
	at := ""
	operation := false
	for _, m := range members {
		switch strings.ToLower(m.key) {
		case "op", "method":
			operation = true
		case "path":
			if w.in[m.start] == '"' {
				units, _ := stringUnits(string(w.in[m.start+1 : m.after-1]))
				at = plainOf(units)
			}
		}
	}
	for _, m := range members {
		inner := placeOf(m.key, p)
		switch key := strings.ToLower(m.key); {
		case operation && key == "value":
			inner = Place{Kind: JSON}
			if at != "" {
				inner = placeOf(at, inner)
			}
		case operation && key == "data":
			inner = Place{Kind: JSON}
		case operation && key == "path":
			inner = Place{Kind: JSON, Key: "path", Parent: "operations"}
		}
		w.value(m.start, inner, depth+1)
	}
}

// placeOf is the place of what stands under a key, which may be a path: Entra ID
// has such keys (entra.md 2.5).
func placeOf(key string, around Place) Place {
	parent, name := attributeOf(key)
	if parent == "" {
		parent = around.Key
	}
	return Place{Kind: JSON, Key: name, Parent: parent}
}

// attributeOf is the attribute that a path ends in, and the one around it, in
// lower case: "emails" and "value" of emails[type eq "work"].value.
func attributeOf(path string) (parent, name string) {
	for open := strings.Index(path, "["); open >= 0; open = strings.Index(path, "[") {
		end := strings.LastIndex(path, "]")
		if end < open {
			path = path[:open]
			break
		}
		path = path[:open] + path[end+1:]
	}
	path = strings.ToLower(path)
	if strings.HasPrefix(path, "urn:") {
		i := strings.LastIndex(path, ":")
		// The version of the URN has a dot: 2.0:User.
		if name = path[i+1:]; name == "user" || name == "group" {
			return "", path
		}
		path = name
	}
	if i := strings.LastIndex(path, "."); i >= 0 {
		parent, name = path[:i], path[i+1:]
		return parent[strings.LastIndex(parent, ".")+1:], name
	}
	return "", path
}

// text changes a string: a path in its values, JSON in its strings, others as a
// whole.
func (w *walker) text(p Place, v string) string {
	if p.Key == "path" && p.Parent == "operations" {
		if strings.HasPrefix(v, "/") {
			return Path(v, w.f) // of a bulk operation
		}
		return FilterText(v, w.f)
	}
	if p.Key == "filter" && p.Parent == "" {
		return FilterText(v, w.f) // of a search request
	}
	if start := strings.TrimSpace(v); strings.HasPrefix(start, "{") && scim.ValidJSON([]byte(v)) {
		inner := Place{Kind: JSON, Key: p.Parent} // as Entra ID sends roles (entra.md 2.7)
		if p.Parent == "" {
			inner.Key = p.Key
		}
		return string(inJSON([]byte(v), inner, w.f))
	}
	return w.f(p, v)
}
