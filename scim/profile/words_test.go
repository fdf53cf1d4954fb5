package profile

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scimtest/scimtest/mockidp"
)

// The engine resolves features and must know exactly those that a profile can
// name; the import rules keep the two from sharing the list.
func TestFeaturesAreThoseOfTheEngine(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../suites/engine/check.go", nil, 0)
	require.NoError(t, err)
	var declared []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Feature" {
			word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			declared = append(declared, word)
		}
		return true
	})
	assert.ElementsMatch(t, declared, featureWords)
}

// So it is with the situations that a command can bring about.
func TestSituationsAreThoseOfTheEngine(t *testing.T) {
	source, err := os.ReadFile("../../suites/engine/command.go")
	require.NoError(t, err)
	for _, w := range arrangeWords {
		assert.Contains(t, string(source), ` = "`+w+`"`)
	}
}

func TestDialectsAreThoseOfTheMockIdentityProvider(t *testing.T) {
	var names []string
	for _, d := range mockidp.Dialects() {
		if d.Flows {
			names = append(names, d.Name)
		}
	}
	assert.ElementsMatch(t, names, dialectWords)
}

func TestTheDocumentationListsEveryWord(t *testing.T) {
	doc, err := os.ReadFile("../../docs/profile-file.md")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(doc), "## Words")
	require.True(t, ok)
	for _, words := range [][]string{membersWords, cleanupWords, featureWords, dialectWords, levelWords, methodWords, arrangeWords,
		discoveryWords, deactivationWords, formWords, rateWords, typeWords, returnedWords} {
		for _, w := range words {
			assert.Contains(t, table, "`"+w+"`")
		}
	}
}
