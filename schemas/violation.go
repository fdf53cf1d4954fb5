package schemas

import (
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// leaves collects what is wrong at the ends of the tree of errors.
func leaves(e *jsonschema.ValidationError, out []Violation) []Violation {
	if strings.Contains(e.KeywordLocation, "/contains") {
		path := scimPath(e.InstanceLocation)
		return append(out, Violation{
			Path: attribute(path), Message: "schemas does not name the schema of the message", Want: "the URN of the message", Got: "other URNs", Rule: RuleSchemas,
		})
	}
	if len(e.Causes) > 0 {
		for _, c := range e.Causes {
			out = leaves(c, out)
		}
		return out
	}
	path := scimPath(e.InstanceLocation)
	where := attribute(path)
	keyword := e.KeywordLocation[strings.LastIndexByte(e.KeywordLocation, '/')+1:]
	switch keyword {
	case "type":
		want, got, _ := strings.Cut(strings.TrimPrefix(e.Message, "expected "), ", but got ")
		want = strings.TrimSuffix(want, " or null")
		return append(out, Violation{
			Path: path, Message: orBody(where) + " is " + article(got) + ", want " + article(want), Want: article(want), Got: article(got), Rule: RuleType,
		})
	case "required":
		for _, name := range strings.Split(strings.TrimPrefix(e.Message, "missing properties: "), ", ") {
			name = strings.Trim(name, "'")
			p := name
			if path != "" {
				p = path + "." + name
			}
			out = append(out, Violation{Path: p, Message: attribute(p) + " is absent", Want: "present", Got: "absent", Rule: RuleRequired})
		}
		return out
	case "pattern", "format":
		if words := wordsOf(where); words != "" {
			return append(out, Violation{
				Path: path, Message: where + " is none of the defined words", Want: words, Got: "another", Rule: RuleValue,
			})
		}
		return append(out, Violation{
			Path: path, Message: orBody(where) + " has another form than its type demands", Want: form(where), Got: "another form", Rule: RuleFormat,
		})
	case "minItems", "minLength":
		return append(out, Violation{Path: path, Message: orBody(where) + " is empty", Want: "not empty", Got: "empty", Rule: RuleValue})
	case "enum":
		return append(out, Violation{
			Path: path, Message: orBody(where) + " is none of the defined words", Want: strings.TrimPrefix(e.Message, "value must be one of "), Got: "another", Rule: RuleValue,
		})
	}
	return append(out, Violation{Path: path, Message: orBody(where) + ": " + e.Message, Rule: RuleValue})
}

// wordsOf lists the words that a characteristic in an attribute definition may
// have (RFC 7643 section 7), or is "".
func wordsOf(attribute string) string {
	if !strings.HasPrefix(attribute, "attributes.") {
		return ""
	}
	return map[string]string{
		"type":       "string, boolean, decimal, integer, dateTime, reference, binary or complex",
		"mutability": "readOnly, readWrite, immutable or writeOnly",
		"returned":   "always, never, default or request",
		"uniqueness": "none, server or global",
	}[attribute[strings.LastIndexByte(attribute, '.')+1:]]
}

// form says which form an attribute has to have.
func form(attribute string) string {
	switch {
	case strings.HasSuffix(attribute, "created"), strings.HasSuffix(attribute, "lastModified"):
		return "a dateTime, such as 2011-05-13T04:42:34Z"
	case strings.HasSuffix(attribute, "status"):
		return "an HTTP status"
	case strings.HasSuffix(attribute, "x509Certificates.value"):
		return "base64"
	}
	return "the form of its type"
}

// scimPath turns a JSON pointer into a SCIM path: /emails/0/value is
// emails[0].value.
func scimPath(pointer string) string {
	var b strings.Builder
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		switch {
		case part == "":
		case b.Len() > 0 && strings.Trim(part, "0123456789") == "":
			b.WriteString("[" + part + "]")
		case b.Len() > 0 && strings.HasPrefix(strings.ToLower(b.String()), "urn:") && !strings.Contains(b.String()[strings.LastIndexByte(b.String(), ':'):], "["):
			b.WriteString(":" + part)
		case b.Len() > 0:
			b.WriteString("." + part)
		default:
			b.WriteString(part)
		}
	}
	return b.String()
}

// attribute is a path without indexes.
func attribute(path string) string {
	var b strings.Builder
	inside := false
	for _, r := range path {
		switch {
		case r == '[':
			inside = true
		case r == ']':
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func orBody(attribute string) string {
	if attribute == "" {
		return "the body"
	}
	return attribute
}

func article(kind string) string {
	switch kind {
	case "":
		return "something else"
	case "null":
		return kind
	case "array", "object", "integer":
		return "an " + kind
	}
	if strings.Contains(kind, " or ") {
		return kind
	}
	return "a " + kind
}
