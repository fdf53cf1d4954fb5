package engine

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// Advice says what to do about a create that is refused: which
// attribute the service provider's error names, and how a profile gives it a
// value, or how one says that clients make no such resources. It is empty when there is nothing to say. Nothing of the error's text
// is in it but names from the target's schemas: the text may tell of others.
func (a *Answer) Advice() string {
	if a.x.Request.Method != http.MethodPost {
		return ""
	}
	of := a.t.run.discovered.typeMade(a.x.Request.Path)
	if of == nil {
		return ""
	}
	switch a.Code() {
	case http.StatusBadRequest:
	case http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return "; where no client may make them, let a profile file (--profile) say so: methods: {absent: [POST " + of.Endpoint + "]}"
	default:
		return ""
	}
	var sent Doc
	if json.Unmarshal(a.x.Request.Body, &sent) != nil {
		return ""
	}
	fields := a.t.run.discovered.Fields(of)
	named := a.Names(fields)
	switch {
	case len(named) > 0:
	case a.Detail() == "":
		return ""
	default:
		if whole, part, found := partNamed(a.Detail(), fields); found {
			return fmt.Sprintf("; the error names %s: set a value in a profile file (--profile): %s", whole.Path()+"."+part.Name, yamlOf(of, whole))
		}
		return "; what the error asks for can be given by a profile file (--profile): " +
			yamlOf(of, Field{Attribute: Attribute{Name: "ATTRIBUTE"}})
	}
	// An error may name what it got as well as what it lacks.
	f := named[0]
	for _, other := range named {
		if _, given := valueIn(sent, other); !given {
			f = other
			break
		}
	}
	_, given := valueIn(sent, f)
	switch {
	case given && (strings.EqualFold(f.Name, "userName") || strings.Contains(strings.ToLower(f.Name), "mail")):
		return fmt.Sprintf("; the error names %s: if another domain is wanted, set it in a profile file (--profile): user-domain: DOMAIN", f.Path())
	case given:
		return fmt.Sprintf("; the error names %s: set a value that the target takes in a profile file (--profile): %s", f.Path(), yamlOf(of, f))
	case f.Required:
		return fmt.Sprintf("; the error names %s, for which no value is known: set one in a profile file (--profile): %s", f.Path(), yamlOf(of, f))
	}
	return fmt.Sprintf("; the error names %s, which the target's schemas do not call required: set a value in a profile file (--profile): %s",
		f.Path(), yamlOf(of, f))
}

// partNamed finds the sub-attribute that a text names, with the attribute cut
// down to it. The names that many attributes have in common say nothing.
func partNamed(text string, fields []Field) (whole Field, part Attribute, found bool) {
	for _, f := range fields {
		for _, sub := range f.SubAttributes {
			switch strings.ToLower(sub.Name) {
			case "value", "type", "display", "primary", "$ref", "formatted":
				continue
			}
			if len(fieldsNamed(text, []Field{{Attribute: sub}})) > 0 {
				f.SubAttributes = []Attribute{sub}
				return f, sub, true
			}
		}
	}
	return whole, part, false
}

// typeMade is the resource type that a POST to the path makes, or nil.
func (d *Discovered) typeMade(path string) *ResourceType {
	for _, of := range d.ResourceTypes() {
		if strings.EqualFold(strings.Trim(of.Endpoint, "/"), strings.Trim(path, "/")) {
			return of
		}
	}
	return nil
}

// valueIn is the value of a field in a document that was read from JSON.
func valueIn(d Doc, f Field) (any, bool) {
	if f.Extension {
		holder, _ := d[spelled(d, f.URN)].(map[string]any)
		d = holder
	}
	v, ok := d[spelled(d, f.Name)]
	return v, ok
}

// yamlOf is the line of a profile file that gives a field a value.
func yamlOf(of *ResourceType, f Field) string {
	value := fmt.Sprintf("%s: %s", f.Name, exampleOf(&f.Attribute))
	if f.Extension {
		value = scim.Quote(f.URN) + ": {" + value + "}"
	}
	return fmt.Sprintf("send: {%s: {%s}}", of.Name, value)
}

// exampleOf is a value of the attribute's type, in YAML.
func exampleOf(a *Attribute) string {
	one := "VALUE"
	switch {
	case len(a.CanonicalValues) > 0:
		one = a.CanonicalValues[0]
	case a.Kind() == "boolean":
		one = "true"
	case a.Kind() == "integer":
		one = "1"
	case a.Kind() == "decimal":
		one = "1.5"
	case a.Kind() == "dateTime":
		one = `"2024-03-01T12:00:00Z"`
	case a.Kind() == "complex" && len(a.SubAttributes) > 0:
		part := &a.SubAttributes[0]
		if value := a.Sub("value"); value != nil {
			part = value
		}
		one = "{" + part.Name + ": " + exampleOf(part) + "}"
	}
	if a.MultiValued {
		return "[" + one + "]"
	}
	return one
}
