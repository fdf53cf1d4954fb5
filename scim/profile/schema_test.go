package profile

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write profile.schema.json anew")

const schemaFile = "profile.schema.json"

// The published JSON Schema is made of the types, their comments and the known
// words, so that it cannot say anything else than the loader.
func TestTheJSONSchemaIsThatOfTheFormat(t *testing.T) {
	made := schemaOf(reflect.TypeFor[Profile](), "", comments(t))
	made["$schema"], made["$id"] = "https://json-schema.org/draft/2020-12/schema", schemaFile
	made["title"] = "A profile of scimtest: what a SCIM service provider promises"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	require.NoError(t, e.Encode(made))
	if *update {
		require.NoError(t, os.WriteFile(schemaFile, b.Bytes(), 0o644))
	}
	have, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	assert.Equal(t, b.String(), string(have), "go test ./scim/profile -update writes it")
}

func TestTheShippedProfilesFollowTheJSONSchema(t *testing.T) {
	schema := published(t)
	for _, name := range Names() {
		source, err := builtin.ReadFile(name + ".yaml")
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(plain(t, string(source))), name)
	}
	doc, err := os.ReadFile("../../docs/profile-file.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(doc), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	assert.NoError(t, schema.Validate(plain(t, example)), "the example of docs/profile-file.md")
}

func TestTheJSONSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	schema := published(t)
	for _, text := range []string{
		"nam: x", "members: lists", "limits: {page: {maximum: ten}}", "features: {fly: true}", "deactivation: deleted",
		"attributes: {User: {title: {required: 1}}}", "levels: {a.b: {level: may, reason: x}}", "limits: {rate: {requests: 5, per: soon}}",
	} {
		assert.Error(t, schema.Validate(plain(t, text)), text)
		_, err := Parse("x.yaml", []byte(text))
		assert.Error(t, err, text)
	}
}

func published(t *testing.T) *jsonschema.Schema {
	t.Helper()
	source, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	schema, err := jsonschema.CompileString(schemaFile, string(source))
	require.NoError(t, err)
	return schema
}

// plain is a YAML text as JSON has it.
func plain(t *testing.T, text string) any {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	var v any
	require.NoError(t, json.Unmarshal(raw, &v))
	return v
}

// words lists, by the path of a key, what it can hold; * stands for any key.
var words = map[string][]string{
	".members": membersWords, ".cleanup": cleanupWords, ".discovery": discoveryWords, ".deactivation": deactivationWords,
	".user-name.form": formWords, ".limits.rate.of": rateWords, ".supports.*": dialectWords,
	".levels.*.level": levelWords, ".deviations.*.level": levelWords,
	".attributes.*.*.type": typeWords, ".attributes.*.*.returned": returnedWords,
}

// named lists the keys that a mapping may have.
var named = map[string][]string{".features": featureWords, ".arrange": arrangeWords}

func schemaOf(kind reflect.Type, at string, about map[string]string) map[string]any {
	out := map[string]any{}
	switch {
	case kind == reflect.TypeFor[time.Duration]():
		out["type"], out["pattern"] = "string", `^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$`
	case kind.Kind() == reflect.Struct:
		properties := map[string]any{}
		for i := range kind.NumField() {
			f := kind.Field(i)
			key := f.Tag.Get("yaml")
			one := schemaOf(f.Type, at+"."+key, about)
			if text := about[kind.Name()+"."+f.Name]; text != "" {
				one["description"] = text
			}
			properties[key] = one
		}
		out["type"], out["properties"], out["additionalProperties"] = "object", properties, false
	case kind.Kind() == reflect.Map && named[at] != nil:
		properties := map[string]any{}
		for _, w := range named[at] {
			properties[w] = schemaOf(kind.Elem(), at+"."+w, about)
		}
		out["type"], out["properties"], out["additionalProperties"] = "object", properties, false
	case kind.Kind() == reflect.Map:
		out["type"] = "object"
		if inner := schemaOf(kind.Elem(), at+".*", about); len(inner) > 0 {
			if inner["type"] == "object" {
				inner = map[string]any{"anyOf": []any{inner, map[string]any{"type": "null"}}} // takes away what is extended
			}
			out["additionalProperties"] = inner
		}
	case kind.Kind() == reflect.Slice:
		out["type"], out["items"] = "array", schemaOf(kind.Elem(), at+".*", about)
	case kind.Kind() == reflect.Bool:
		out["type"] = "boolean"
	case kind.Kind() == reflect.Int:
		out["type"], out["minimum"] = "integer", 0
	case kind.Kind() == reflect.String:
		out["type"] = "string"
		if list, ok := words[at]; ok {
			out["enum"] = list
		}
	}
	return out
}

// comments are what the source says of the fields, by type and field.
func comments(t *testing.T) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"profile.go", "promise.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, name := range f.Names {
						out[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
					}
				}
			}
			return true
		})
	}
	return out
}
