package suites_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/scimtest/scimtest"

// imports says which packages of ours a package may import: "a: b c" means
// that a may import b and c, and nothing else of ours. It is about non-test
// files; tests may import what they need.
const imports = `
scim:
scim/profile: scim internal/edit
internal/har: scim
schemas: scim
internal/fake: scim
internal/browsertest:
internal/edit:
internal/redact:
internal/rewrite: scim
internal/anonymize: scim internal/rewrite
internal/mutate:
internal/reference: scim scim/profile internal/edit
mockidp: mockidp/mapping scim internal/fake internal/har
mockidp/mapping: scim
mockidp/server: mockidp mockidp/mapping scim internal/fake internal/har
mockidp/server/proxy: mockidp suites/engine scim internal/har internal/redact internal/rewrite internal/anonymize
mockidp/server/web: mockidp/server mockidp scim internal/har
suites/engine: scim scim/profile schemas internal/fake internal/redact
suites/engine/enginetest: suites/engine
suites/rfc: suites/engine scim schemas
suites/security: suites/engine scim
suites/lifecycle: suites/engine mockidp scim
suites/gates: suites/engine mockidp scim
suites/promise: suites/engine scim scim/profile
suites/scenario: suites/engine suites/lifecycle mockidp scim internal/edit internal/har internal/redact internal/rewrite
suites/scenario/from: suites/scenario mockidp scim internal/anonymize internal/har
suites/requirements:
suites: suites/engine suites/rfc suites/security suites/lifecycle suites/gates suites/promise mockidp internal/edit
reports: suites/engine scim internal/har
cmd/scimtest: *
`

func TestImportRules(t *testing.T) {
	allowed := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(imports)) {
		pkg, list, ok := strings.Cut(line, ":")
		require.True(t, ok, line)
		allowed[pkg] = strings.Fields(list)
	}
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	seen := map[string]bool{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || rel == "interop") {
			return filepath.SkipDir
		}
		pkg, err := build.ImportDir(path, 0)
		if err != nil {
			return nil // no Go files here
		}
		rel = filepath.ToSlash(rel)
		seen[rel] = true
		may, known := allowed[rel]
		require.True(t, known, "package %s has no line in the import rules", rel)
		for _, imp := range pkg.Imports {
			ours, ok := strings.CutPrefix(imp, module+"/")
			if ok && !slices.Contains(may, "*") && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s, which the import rules do not allow", rel, ours)
			}
		}
		return nil
	})
	require.NoError(t, err)
	for pkg := range allowed {
		require.True(t, seen[pkg], "the import rules name %s, which does not exist", pkg)
	}
}
