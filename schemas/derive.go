package schemas

import (
	"encoding/json"
	"errors"
	"sort"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/scimtest/scimtest/scim"
)

// Set judges resources by the schemas that a target publishes.
type Set struct {
	types    map[string]*derived // by the resource type's name in lower case
	verdicts cache
}

type derived struct {
	*compiled
	// never lists the attributes that are returned never, as SCIM paths.
	never map[string]bool
	// known holds the top-level names, in lower case.
	known map[string]bool
	// required lists what has to be there unless the request projects.
	required []string
}

// Options bend how a resource is judged.
type Options struct {
	// Projected says that the request chose attributes: nothing is missed.
	Projected bool
}

// errNothing is returned when /Schemas or /ResourceTypes hold nothing usable.
var errNothing = errors.New("no schema of a resource type could be read")

// Derive reads the answers of /Schemas and /ResourceTypes. What is not
// understood is left out, and never judged.
func Derive(schemaList, resourceTypes []byte) (*Set, error) {
	if !scim.ValidJSON(schemaList) || !scim.ValidJSON(resourceTypes) {
		return nil, errNothing
	}
	byURN := map[string]gjson.Result{}
	for _, s := range entries(schemaList) {
		byURN[strings.ToLower(s.Get("id").String())] = s
	}
	set := &Set{types: map[string]*derived{}}
	for _, t := range entries(resourceTypes) {
		core, ok := byURN[strings.ToLower(t.Get("schema").String())]
		name := strings.ToLower(t.Get("name").String())
		if !ok || name == "" {
			continue
		}
		d := &derived{never: map[string]bool{}, known: map[string]bool{}}
		properties := d.properties(core, "", 0)
		for _, common := range []string{"schemas", "id", "externalId", "meta"} {
			d.known[strings.ToLower(common)] = true
		}
		for _, e := range t.Get("schemaExtensions").Array() {
			urn := e.Get("schema").String()
			d.known[strings.ToLower(urn)] = true
			if ext, ok := byURN[strings.ToLower(urn)]; ok {
				properties[urn] = map[string]any{"type": []any{"object", "null"}, "properties": d.properties(ext, urn+":", 0)}
			}
		}
		raw, err := json.Marshal(map[string]any{"type": "object", "properties": properties})
		if err != nil {
			continue
		}
		if d.compiled, err = derivedSchemas.get("derived-"+name+".json", raw); err != nil {
			continue
		}
		sort.Strings(d.required)
		set.types[name] = d
	}
	if len(set.types) == 0 {
		return nil, errNothing
	}
	return set, nil
}

// entries lists the resources of a ListResponse; a bare array is none.
func entries(list []byte) []gjson.Result {
	return gjson.GetBytes(list, "Resources").Array()
}

// maxNesting bounds sub-attributes: a sub-attribute has none (RFC 7643 section
// 2.3.8), and a hostile schema must not recurse for ever.
const maxNesting = 2

// properties turns attribute definitions into the properties of a JSON Schema.
func (d *derived) properties(def gjson.Result, prefix string, depth int) map[string]any {
	out := map[string]any{}
	list := def.Get("attributes")
	if depth > 0 {
		list = def.Get("subAttributes")
	}
	for _, a := range list.Array() {
		name := a.Get("name").String()
		if a.Get("name").Type != gjson.String || name == "" {
			continue
		}
		if prefix == "" {
			d.known[strings.ToLower(name)] = true
		}
		path := prefix + name
		switch strings.ToLower(a.Get("returned").String()) {
		case "never":
			d.never[path] = true
			continue
		case "request":
		default:
			if a.Get("required").Bool() && prefix == "" {
				d.required = append(d.required, name)
			}
		}
		if s, ok := d.typeOf(a, path, depth); ok {
			out[name] = s
		}
	}
	return out
}

const dateTimePattern = `^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$`

// typeOf is the JSON Schema of an attribute's type (RFC 7643 section 2.3).
func (d *derived) typeOf(a gjson.Result, path string, depth int) (map[string]any, bool) {
	s := map[string]any{}
	switch strings.ToLower(a.Get("type").String()) {
	case "string", "reference", "binary":
		s["type"] = []any{"string", "null"}
	case "boolean":
		s["type"] = []any{"boolean", "null"}
	case "integer":
		s["type"] = []any{"integer", "null"}
	case "decimal":
		s["type"] = []any{"number", "null"}
	case "datetime":
		s["type"], s["pattern"] = []any{"string", "null"}, dateTimePattern
	case "complex":
		s["type"] = []any{"object", "null"}
		if depth < maxNesting {
			s["properties"] = d.properties(a, path+".", depth+1)
		}
	default:
		return nil, false
	}
	if a.Get("multiValued").Bool() {
		return map[string]any{"type": []any{"array", "null"}, "items": s}, true
	}
	return s, true
}

// Validate judges a resource of the type, by its name. A type that is not
// known is not judged.
func (s *Set) Validate(resourceType string, resource []byte, o Options) []Violation {
	name := strings.ToLower(resourceType)
	d := s.types[name]
	if d == nil {
		return nil
	}
	rules := name
	if o.Projected {
		rules += " projected"
	}
	return s.verdicts.get(rules, resource, func() []Violation { return d.validate(resource, o) })
}

// validate judges a resource of the type.
func (d *derived) validate(resource []byte, o Options) []Violation {
	doc, err := decode(resource)
	if err != nil {
		return nil
	}
	m, ok := doc.(map[string]any)
	if !ok {
		return nil
	}
	out := d.compiled.validate(doc)
	present := map[string]bool{}
	for name := range m {
		lower := strings.ToLower(name)
		present[lower] = present[lower] || m[name] != nil
		if !d.known[lower] && !d.neverNamed(lower) {
			// A key in attribute notation is no attribute name (RFC 7643
			// section 2.1): the sender meant an attribute and made a key.
			out = append(out, Violation{
				Path: name, Message: "an attribute that the target's schemas do not declare", Want: "declared in /Schemas", Got: name,
				Rule: RuleUndeclared, Advisory: !strings.ContainsAny(name, ".:["),
			})
		}
	}
	for path := range d.never {
		if hasPath(m, path) {
			out = append(out, Violation{
				Path: path, Message: path + " is returned although /Schemas says never", Want: "absent", Got: "present", Rule: RuleNeverReturned,
			})
		}
	}
	if !o.Projected {
		for _, name := range d.required {
			if !present[strings.ToLower(name)] {
				out = append(out, Violation{
					Path: name, Message: name + " is absent although /Schemas says required", Want: "present", Got: "absent",
					Rule: RuleRequired, Advisory: true,
				})
			}
		}
	}
	return tidy(out)
}

func (d *derived) neverNamed(lower string) bool {
	for path := range d.never {
		if strings.ToLower(path) == lower {
			return true
		}
	}
	return false
}

// hasPath reports whether the object has a value at "name", "name.sub" or
// "urn:name".
func hasPath(m map[string]any, path string) bool {
	get := func(m map[string]any, name string) any {
		v, _ := named(m, name)
		return v
	}
	if i := strings.LastIndexByte(path, ':'); i > 0 {
		ext, ok := get(m, path[:i]).(map[string]any)
		return ok && hasPath(ext, path[i+1:])
	}
	name, sub, nested := strings.Cut(path, ".")
	v := get(m, name)
	if !nested {
		return v != nil
	}
	switch v := v.(type) {
	case map[string]any:
		return get(v, sub) != nil
	case []any:
		for _, e := range v {
			if o, ok := e.(map[string]any); ok && get(o, sub) != nil {
				return true
			}
		}
	}
	return false
}
