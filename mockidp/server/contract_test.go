package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp/server"
)

// contract is the OpenAPI file, and what was seen of it.
type contract struct {
	t        *testing.T
	document map[string]any
	paths    map[string]map[string]any
	compiler *jsonschema.Compiler
	seen     map[string]bool
}

const documentURL = "https://scimtest.example.com/openapi.json"

func newContract(t *testing.T) *contract {
	raw, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	c := &contract{t: t, seen: map[string]bool{}, paths: map[string]map[string]any{}}
	asJSON, err := yaml.YAMLToJSON(raw)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(asJSON, &c.document))
	for path, item := range c.document["paths"].(map[string]any) {
		c.paths[path] = item.(map[string]any)
	}
	c.compiler = jsonschema.NewCompiler()
	c.compiler.Draft = jsonschema.Draft2020
	c.compiler.AssertFormat = true
	require.NoError(t, c.compiler.AddResource(documentURL, bytes.NewReader(asJSON)))
	return c
}

// resolve follows a $ref.
func (c *contract) resolve(v any) (map[string]any, string, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, "", false
	}
	ref, ok := m["$ref"].(string)
	if !ok {
		return m, "", true
	}
	var at any = c.document
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		next, ok := at.(map[string]any)[part]
		if !ok {
			return nil, ref, false
		}
		at = next
	}
	return at.(map[string]any), ref, true
}

// pathOf finds the documented path of a request.
func (c *contract) pathOf(method, path string) string {
	best := ""
	for p, item := range c.paths {
		if item[strings.ToLower(method)] == nil {
			continue
		}
		pattern := regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(p, "[^/]+")
		if regexp.MustCompile("^"+pattern+"$").MatchString(path) && (best == "" || strings.Count(p, "{") < strings.Count(best, "{")) {
			best = p
		}
	}
	return best
}

// check holds an answer against the file.
func (c *contract) check(method, path string, status int, header http.Header, body []byte) {
	p := c.pathOf(method, path)
	require.NotEmpty(c.t, p, "%s %s is not documented", method, path)
	operation := c.paths[p][strings.ToLower(method)].(map[string]any)
	pointer := "#/paths/" + strings.ReplaceAll(p, "/", "~1") + "/" + strings.ToLower(method) + "/responses/" + fmt.Sprint(status)
	response, ref, ok := c.resolve(operation["responses"].(map[string]any)[fmt.Sprint(status)])
	require.True(c.t, ok, "%s %s: the status %d is not documented: %s", method, p, status, body)
	if ref != "" {
		pointer = ref
	}
	c.seen[fmt.Sprintf("%s %s %d", strings.ToUpper(method), p, status)] = true
	content, _ := response["content"].(map[string]any)
	if content == nil {
		assert.Empty(c.t, body, "%s %s %d", method, p, status)
		return
	}
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	require.NoError(c.t, err)
	media, ok := content[kind].(map[string]any)
	require.True(c.t, ok, "%s %s %d: the media type %s is not documented", method, p, status, kind)
	if media["schema"] == nil || !strings.HasSuffix(kind, "json") {
		return
	}
	pointer += "/content/" + strings.ReplaceAll(kind, "/", "~1") + "/schema"
	schema, err := c.compiler.Compile(documentURL + strings.ReplaceAll(strings.ReplaceAll(pointer, "{", "%7B"), "}", "%7D"))
	require.NoError(c.t, err, pointer)
	var v any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	require.NoError(c.t, dec.Decode(&v))
	require.NoError(c.t, schema.Validate(v), "%s %s %d: %s", method, p, status, body)
}

// The file is sound: every reference leads somewhere, every parameter of a path
// is described, and every operation has a name of its own.
func TestOpenAPI(t *testing.T) {
	c := newContract(t)
	assert.Equal(t, "3.1.0", c.document["openapi"])
	var walk func(v any, at string)
	walk = func(v any, at string) {
		switch v := v.(type) {
		case map[string]any:
			if _, ref, ok := c.resolve(v); ref != "" {
				assert.True(t, ok, "%s: %s leads nowhere", at, ref)
			}
			for k, e := range v {
				walk(e, at+"/"+k)
			}
		case []any:
			for _, e := range v {
				walk(e, at)
			}
		}
	}
	walk(c.document, "")
	for name := range c.document["components"].(map[string]any)["schemas"].(map[string]any) {
		_, err := c.compiler.Compile(documentURL + "#/components/schemas/" + name)
		require.NoError(t, err, name)
	}
	names := map[string]bool{}
	var documented []string
	for path, item := range c.paths {
		described := map[string]bool{}
		list, _ := item["parameters"].([]any)
		for _, p := range list {
			m, _, _ := c.resolve(p)
			described[m["name"].(string)] = true
		}
		for _, m := range regexp.MustCompile(`\{([^}]+)\}`).FindAllStringSubmatch(path, -1) {
			assert.True(t, described[m[1]], "%s: {%s} is not described", path, m[1])
		}
		for method, o := range item {
			if method == "parameters" {
				continue
			}
			name := o.(map[string]any)["operationId"].(string)
			assert.False(t, names[name], name)
			names[name] = true
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	assert.ElementsMatch(t, server.Patterns(), documented, "routes and documented operations")
}
