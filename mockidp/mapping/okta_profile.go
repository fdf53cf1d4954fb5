package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// ParseOkta reads the profile mapping from Okta to an application, as GET
// /api/v1/mappings/{id} answers it, and the schema of the users of the
// application, as GET /api/v1/meta/schemas/apps/{id}/default does: it says under
// which names attributes are sent. It fails where one of them is no such thing;
// what they hold that is not supported is in Problems.
//
// An attribute of the schema that is not mapped is in the mapping without an
// expression: a push of a profile holds it all the same, without a value (okta.md
// 2.4).
func ParseOkta(mapping, schema []byte) (*Mapping, error) {
	if !scim.ValidJSON(mapping) || !scim.ValidJSON(schema) {
		return nil, errors.New("the profile mapping or the schema is no JSON")
	}
	profile, definitions := gjson.ParseBytes(mapping), gjson.GetBytes(schema, "definitions")
	properties := profile.Get("properties")
	switch {
	case !properties.IsObject():
		return nil, errors.New("this is no profile mapping of Okta: it has no properties; get it from /api/v1/mappings/{id}")
	case profile.Get("target.type").String() == "user":
		return nil, errors.New("this profile mapping leads from the application to Okta; get the one whose target is the application")
	case !definitions.Get("base.properties").IsObject() && !definitions.Get("custom.properties").IsObject():
		return nil, errors.New("this is no schema of the users of an application: it has no definitions; get it from /api/v1/meta/schemas/apps/{id}/default")
	}
	r := &oktaReader{mapping: &Mapping{IdP: Okta, Name: profile.Get("target.name").String()}}
	known := map[string]bool{}
	for _, part := range []string{"base", "custom"} {
		definitions.Get(part + ".properties").ForEach(func(name, definition gjson.Result) bool {
			if known[name.Str] {
				return true
			}
			known[name.Str] = true
			if a := r.attribute(part, name.Str, definition, properties.Get(gjson.Escape(name.Str))); a != nil {
				r.mapping.Attributes = append(r.mapping.Attributes, a)
			}
			return true
		})
	}
	properties.ForEach(func(name, from gjson.Result) bool {
		if !known[name.Str] {
			r.problem("profile mapping", name.Str, "the schema of the application has no such attribute, so it is not known how it is sent")
		}
		return true
	})
	return r.mapping, nil
}

type oktaReader struct{ mapping *Mapping }

func (r *oktaReader) problem(rule, target, text string) {
	r.mapping.Problems = append(r.mapping.Problems, Problem{Rule: rule, Target: target, Text: text})
}

func (r *oktaReader) note(rule, target, text string) {
	r.mapping.Notes = append(r.mapping.Notes, Problem{Rule: rule, Target: target, Text: text})
}

// attribute reads an attribute of the schema, with what is mapped to it; nil when
// it is not supported.
func (r *oktaReader) attribute(part, name string, definition, from gjson.Result) *Attribute {
	rule := "app user schema, " + part
	a := &Attribute{Target: name, When: Always, Boolean: definition.Get("type").String() == "boolean"}
	external := definition.Get("externalName").String()
	// What is not mapped is in the profile all the same, and deserves a note.
	drop := func(text string) *Attribute {
		if from.Exists() {
			r.problem(rule, name, text)
		} else {
			r.note(rule, name, "it is not mapped, and a push of the whole profile leaves it out here: "+text)
		}
		return nil
	}
	switch kind := definition.Get("type").String(); {
	case name == "userName" || external == "userName":
		if from.Exists() {
			r.note(rule, name, "the userName is that of the Sign On settings, whatever is mapped to it (okta.md 2.2)")
		}
		return nil
	case external == "" && !from.Exists():
		return nil // an attribute of Okta's own
	case external == "":
		return drop("it has no externalName, so it is not known how it is sent")
	case slices.Contains(oktaOwn, strings.ToLower(external)):
		if from.Exists() {
			r.problem(rule, name, external+" is sent by Okta itself, or is the target's own")
		}
		return nil
	case kind != "string" && kind != "boolean" && kind != "":
		return drop("how Okta words a value of the type " + kind + " is not known")
	}
	var err error
	if a.Path, err = externalPath(external, definition.Get("externalNamespace").String()); err != nil {
		return drop(err.Error())
	}
	if !from.Exists() {
		return a
	}
	switch status := from.Get("pushStatus").String(); status {
	case "PUSH", "":
	case "DONT_PUSH":
		a.When = OnCreate
	default:
		r.problem("profile mapping", name, "the push status "+status+" is not supported")
		return nil
	}
	return r.expression(a, from.Get("expression").String())
}

func (r *oktaReader) expression(a *Attribute, text string) *Attribute {
	a.Expression = text
	expr, found, err := parseOkta(text)
	var at *SyntaxError
	if errors.As(err, &at) {
		found = []SyntaxError{*at}
	}
	for _, f := range found {
		r.mapping.Problems = append(r.mapping.Problems, Problem{
			Rule: "profile mapping", Target: a.Target, Expression: text, Position: f.Position, Text: f.Text,
		})
	}
	if len(found) > 0 {
		return nil
	}
	a.expr = expr
	return a
}

// oktaOwn are attributes that no mapping makes (okta.md 2.2).
var oktaOwn = []string{"id", "meta", "schemas", "externalid", "groups", "active", "password"}

var (
	externalPlain = regexp.MustCompile(`^[A-Za-z$][\w$-]*(\.[A-Za-z$][\w$-]*)?$`)
	// externalSelector is the syntax for a value of a multi-valued attribute, such
	// as roles.^[type=='base'].value (okta.md 2.2).
	externalSelector = regexp.MustCompile(`^([A-Za-z][\w-]*)\.\^\[(\w+)==(?:'([^']*)'|"([^"]*)"|(\w+))\]\.([A-Za-z$][\w-]*)$`)
)

// externalPath is the path of an external name in a namespace.
func externalPath(name, namespace string) (scim.Path, error) {
	prefix := ""
	if namespace != "" && !strings.EqualFold(namespace, scim.UserURN) {
		prefix = namespace + ":"
	}
	path := prefix + name
	if m := externalSelector.FindStringSubmatch(name); m != nil {
		value := scim.Quote(m[3] + m[4])
		switch {
		case m[5] == "true" || m[5] == "false":
			value = m[5]
		case m[5] != "":
			value = scim.Quote(m[5])
		}
		path = fmt.Sprintf("%s%s[%s eq %s].%s", prefix, m[1], m[2], value, m[6])
	} else if !externalPlain.MatchString(name) {
		return scim.Path{}, fmt.Errorf("the external name %s is not supported; it can be like name.givenName or emails.^[primary==true].value", name)
	}
	p, err := scim.ParsePath(path)
	if err != nil {
		return p, fmt.Errorf("the external name %s in the namespace %s is no attribute: %w", name, namespace, err)
	}
	return p, nil
}
