package mockidp

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed setup.tsv
var setupTable string

// SetupField is a field of an identity provider's own settings page.
type SetupField struct {
	// Dialects are those that it belongs to.
	Dialects []string
	// Menu is where the field is; empty where no source says.
	Menu, Field string
	// Value is what belongs into it. {base} stands for the base URL of the
	// target, {flagged} for the one with Entra ID's flag (entra.md 1.4).
	Value string
	// Needs lists features of the target, as a profile names them: where one is
	// lacking, Without is the value.
	Needs   []string
	Without string
	// Source is the section of the protocol sheet.
	Source string
}

// setupColumns are the columns of setup.tsv.
const setupColumns = 7

// Setups lists all fields of setup.tsv.
func Setups() []SetupField { return slices.Clone(setups()) }

var setups = sync.OnceValue(func() []SetupField {
	var out []SetupField
	for i, line := range strings.Split(strings.TrimRight(setupTable, "\n"), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 || len(f) != setupColumns {
			continue
		}
		out = append(out, SetupField{strings.Fields(f[0]), f[1], f[2], f[3], strings.Fields(f[4]), f[5], f[6]})
	}
	return out
})

// Setup lists the fields that an administrator fills for a dialect, in the
// order of the page as far as it is known. It is empty where no source
// describes the page.
func Setup(dialect string) []SetupField {
	return slices.DeleteFunc(Setups(), func(f SetupField) bool { return !slices.Contains(f.Dialects, dialect) })
}
