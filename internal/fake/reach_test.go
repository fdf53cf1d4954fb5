package fake_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// These make values that can belong to somebody.
var reaching = map[string]bool{
	"Email": true, "DomainName": true, "DomainSuffix": true, "URL": true, "Phone": true, "PhoneFormatted": true,
	"Contact": true, "SSN": true, "CreditCard": true, "CreditCardNumber": true, "IPv4Address": true,
}

func TestNothingGeneratedCanReachARealPerson(t *testing.T) {
	const gofakeit = "github.com/brianvoe/gofakeit/"
	root := filepath.Join("..", "..")
	users := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "interop" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return nil // the compiler tells of it
		}
		for _, i := range file.Imports {
			if !strings.Contains(i.Path.Value, gofakeit) {
				continue
			}
			users++
			assert.Equal(t, "fake", file.Name.Name, "%s: people come from internal/fake", path)
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if f, ok := call.Fun.(*ast.SelectorExpr); ok {
					assert.False(t, reaching[f.Sel.Name], "%s: %s can reach a real person", path, f.Sel.Name)
				}
				return true
			})
		}
		return nil
	})
	require.NoError(t, err)
	require.Positive(t, users, "found nothing to look at")
}
