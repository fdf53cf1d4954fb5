// Package requirements is the catalogue of what the SCIM RFCs state: one row for
// each normative statement of RFC 7642, 7643, 7644, 9865 and 9967. Checks and
// invariants name the rows that they judge; a row that none judges has a reason.
package requirements

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Row is one statement.
type Row struct {
	// ID is the RFC, the section and a number: "7644-3.5.2.2-03".
	ID string
	// Level is MUST, MUST NOT, SHOULD, SHOULD NOT, MAY, or PLAIN for a
	// statement without a word of RFC 2119.
	Level string
	// Subject is whom it binds: server, client, both or schema.
	Subject string
	// Feature is the part of the protocol that it is about.
	Feature string
	// Statement is the rule in our words.
	Statement string
	// Visible is whether a client can see it kept or broken: yes, partial, no.
	Visible string
	// How says how it is put to the test, and what to tolerate.
	How string
	// Needs lists what a target must have for that.
	Needs string
	// Breaches lists where the rule was seen broken.
	Breaches string
}

// Section is the section of the row's RFC, such as "3.5.2.2".
func (r *Row) Section() string {
	parts := strings.Split(r.ID, "-")
	return strings.Join(parts[1:len(parts)-1], "-")
}

// RFC is the number of the row's RFC, such as "7644".
func (r *Row) RFC() string {
	rfc, _, _ := strings.Cut(r.ID, "-")
	return rfc
}

// Citation is the paragraph of the row for people: "RFC 7644 section 3.5.2.2".
func (r *Row) Citation() string { return "RFC " + r.RFC() + " section " + r.Section() }

//go:embed requirements.tsv
var table string

//go:embed unjudged.tsv
var unjudged string

// All lists the rows, in the order of the RFCs.
func All() []Row { return slices.Clone(load().rows) }

// Lookup returns a row by its id.
func Lookup(id string) (Row, bool) {
	i, ok := load().index[id]
	if !ok {
		return Row{}, false
	}
	return load().rows[i], true
}

// Reason says why no check judges a row; "" when there is no reason.
func Reason(id string) string { return load().reasons[id] }

// Reasons lists the rows that have a reason, sorted.
func Reasons() []string {
	var ids []string
	for id := range load().reasons {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

type catalogue struct {
	rows    []Row
	index   map[string]int
	reasons map[string]string
}

// load reads the embedded tables once. They are part of the program: a table
// that cannot be read is a fault of ours, which the tests see.
var load = sync.OnceValue(func() *catalogue {
	c := &catalogue{index: map[string]int{}, reasons: map[string]string{}}
	for n, line := range lines(table) {
		f := strings.Split(line, "\t")
		if len(f) != 9 {
			panic(fmt.Sprintf("requirements.tsv:%d has %d fields, want 9", n+2, len(f)))
		}
		c.index[f[0]] = len(c.rows)
		c.rows = append(c.rows, Row{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8]})
	}
	for n, line := range lines(unjudged) {
		id, reason, ok := strings.Cut(line, "\t")
		if !ok || reason == "" {
			panic(fmt.Sprintf("unjudged.tsv:%d has no reason", n+2))
		}
		c.reasons[id] = reason
	}
	return c
})

// lines are the lines of a table behind its head.
func lines(text string) []string {
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return all[1:]
}
