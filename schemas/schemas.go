// Package schemas judges SCIM messages and resources by JSON Schema (2020-12):
// by those of this folder, which say what RFC 7643, 7644 and 9865 demand with
// the verified errata, and by ones derived from a target's own /Schemas.
//
// The schemas demand only what the RFCs do: what is optional, left open or
// contradictory passes. Names of attributes are compared without regard to
// case (RFC 7643 section 2.1).
package schemas

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// FS holds the JSON Schema files.
//
//go:embed *.json
var FS embed.FS

// Kind is a kind of message or resource.
type Kind string

// The kinds, named as their files.
const (
	User                  Kind = "user"
	Group                 Kind = "group"
	EnterpriseUser        Kind = "enterprise-user"
	ListResponse          Kind = "list-response"
	Error                 Kind = "error"
	PatchOp               Kind = "patch-op"
	BulkRequest           Kind = "bulk-request"
	BulkResponse          Kind = "bulk-response"
	SearchRequest         Kind = "search-request"
	ServiceProviderConfig Kind = "service-provider-config"
	ResourceType          Kind = "resource-type"
	Schema                Kind = "schema"
)

// Rule is what a violation is about.
type Rule string

// The rules.
const (
	RuleType          Rule = "type"
	RuleRequired      Rule = "required"
	RuleFormat        Rule = "format"
	RuleValue         Rule = "value"
	RuleSchemas       Rule = "schemas"
	RulePrimary       Rule = "primary"
	RuleUndeclared    Rule = "undeclared"
	RuleNeverReturned Rule = "never-returned"
)

// Violation is one thing that a document does not fulfil.
type Violation struct {
	// Path is the place, as a SCIM path: emails[0].value.
	Path string
	// Message says what is wrong in words that are the same for equal
	// faults: it holds no value of the document and no index.
	Message string
	Want    string
	Got     string
	Rule    Rule
	// Advisory violations are of what an RFC only recommends.
	Advisory bool
}

// compiled is a JSON Schema with the names of attributes that it knows.
type compiled struct {
	schema *jsonschema.Schema
	names  *names
}

var (
	once  sync.Once
	built map[Kind]*compiled
)

// load compiles every schema, once. The files are part of the program: one
// that does not compile is a bug.
func load() map[Kind]*compiled {
	once.Do(func() {
		built = map[Kind]*compiled{}
		files, err := fs.Glob(FS, "*.json")
		if err != nil {
			panic(err)
		}
		for _, f := range files {
			raw, err := FS.ReadFile(f)
			if err != nil {
				panic(err)
			}
			c, err := compile(f, raw)
			if err != nil {
				panic(fmt.Sprintf("schemas/%s: %v", f, err))
			}
			built[Kind(strings.TrimSuffix(f, ".json"))] = c
		}
	})
	return built
}

func compile(name string, raw []byte) (*compiled, error) {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	url := "https://github.com/scimtest/scimtest/schemas/" + name
	if err := c.AddResource(url, bytes.NewReader(raw)); err != nil {
		return nil, err
	}
	s, err := c.Compile(url)
	if err != nil {
		return nil, err
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	return &compiled{s, namesOf(doc, 0)}, nil
}

// Validate judges a JSON document. What is not JSON gives one violation.
func Validate(kind Kind, body []byte) []Violation {
	c := load()[kind]
	if c == nil {
		panic("schemas: there is no kind " + string(kind))
	}
	return verdicts.get(string(kind), body, func() []Violation {
		doc, err := decode(body)
		if err != nil {
			return []Violation{{Message: "the body is not JSON", Want: "JSON", Got: "something else", Rule: RuleType}}
		}
		out := c.validate(doc)
		if kind == ListResponse {
			out = append(out, listRules(doc)...)
		}
		return tidy(out)
	})
}

// verdicts are those by the schemas of this folder.
var verdicts cache

// listRules are the rules of a ListResponse that depend on each other.
func listRules(doc any) (out []Violation) {
	m, ok := doc.(map[string]any)
	if !ok {
		return nil
	}
	get := func(name string) (any, bool) { return named(m, name) }
	total, hasTotal := get("totalResults")
	resources, hasResources := get("Resources")
	_, next := get("nextCursor")
	_, previous := get("previousCursor")
	if !hasTotal && !next && !previous {
		out = append(out, Violation{
			Path: "totalResults", Message: "totalResults is absent", Want: "an integer", Got: "absent", Rule: RuleRequired,
		})
	}
	if hasResources && resources == nil {
		out = append(out, Violation{
			Path: "Resources", Message: "Resources is null", Want: "an array, or absent", Got: "null", Rule: RuleType, Advisory: true,
		})
	}
	return append(out, missingResources(get, total, hasResources)...)
}

// missingResources judges that Resources is there when something matched (RFC
// 7644 section 3.4.2). Pages with nothing to list may leave it out: count=0,
// and what is past the end.
func missingResources(get func(string) (any, bool), total any, hasResources bool) []Violation {
	n, ok := total.(json.Number)
	if !ok || hasResources || n.String() == "0" {
		return nil
	}
	number := func(name string) (float64, bool) {
		v, _ := get(name)
		n, ok := v.(json.Number)
		if !ok {
			return 0, false
		}
		f, err := n.Float64()
		return f, err == nil
	}
	size, hasSize := number("itemsPerPage")
	start, hasStart := number("startIndex")
	all, _ := n.Float64()
	if hasSize && size == 0 || hasStart && start > all || !hasSize {
		return nil
	}
	return []Violation{{
		Path: "Resources", Message: "Resources is absent although there are results", Want: "an array", Got: "absent", Rule: RuleRequired,
	}}
}

func decode(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return doc, nil
}

func (c *compiled) validate(doc any) []Violation {
	err := c.schema.Validate(c.names.spell(doc))
	if err == nil {
		return nil
	}
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return nil // a number too large to look at
	}
	return leaves(v, nil)
}

// tidy sorts and drops what is said twice.
func tidy(list []Violation) []Violation {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Path != b.Path {
			return a.Path < b.Path
		}
		return a.Message < b.Message
	})
	out := list[:0]
	for i, v := range list {
		if i == 0 || v != list[i-1] {
			out = append(out, v)
		}
	}
	return out
}
