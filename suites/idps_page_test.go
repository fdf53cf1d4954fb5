package suites_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimtest/scimtest/mockidp"
)

func TestIdPsPage(t *testing.T) { generated(t, "../docs/idps.md", idpsPage(t)) }

// idpsPage lists the dialects: what each sends, on whose word, and what is not
// known of it.
func idpsPage(t *testing.T) string {
	all := mockidp.Dialects()
	var b strings.Builder
	b.WriteString("# Identity providers\n\n" +
		"Made by `go test ./suites -update`. `scimtest explain DIALECT` says the same of one dialect.\n\n" +
		"A wording is *documented* by the vendor, *observed* in captures, or *assumed*: then an option\n" +
		"of the dialect says so, and can leave it out. What is not known is not sent. The sections that\n" +
		"are named are those of the sheets in [protocol/](protocol/). The requests themselves, byte for\n" +
		"byte, are in `mockidp/testdata/DIALECT/`, a file an intent, and a file for each value of an\n" +
		"option that changes it. A client of your own: see [custom-idp.md](custom-idp.md).\n\n" +
		"## What is sent\n\nD is documented, O observed, A assumed; a dash is never sent or not known.\n\n| Intent |")
	for _, d := range all {
		fmt.Fprintf(&b, " %s |", d.Name)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(all)) + "\n")
	for _, intent := range mockidp.Intents() {
		fmt.Fprintf(&b, "| %s |", intent)
		for _, d := range all {
			mark := "–"
			if ref, ok := d.Source[intent]; ok {
				mark = strings.ToUpper(ref.Mark[:1])
			}
			fmt.Fprintf(&b, " %s |", mark)
		}
		b.WriteString("\n")
	}
	for _, d := range all {
		dialectSection(&b, d)
	}
	wildSection(&b, wildBugs(t))
	quirkSection(&b, quirkRows(t))
	return b.String()
}

func dialectSection(b *strings.Builder, d *mockidp.Dialect) {
	fmt.Fprintf(b, "\n## %s\n\n%s.", d.Name, d.Label)
	if !d.Flows {
		b.WriteString(" Its requests are worded; no flows are played in it.")
	}
	b.WriteString("\n\n| Sent | Mark | Source | Assumed of it |\n| --- | --- | --- | --- |\n")
	for _, intent := range mockidp.Intents() {
		if ref, ok := d.Source[intent]; ok {
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", intent, ref.Mark, cell(ref.Key), cell(d.Assumed[intent]))
		}
	}
	for _, f := range d.Auth {
		fmt.Fprintf(b, "| `Authorization: %s` | %s | %s | |\n", f.Header, f.Source.Mark, f.Source.Key)
	}
	if len(d.Options) > 0 {
		b.WriteString("\n| Option | Values, the default first | About | Source |\n| --- | --- | --- | --- |\n")
	}
	for _, o := range d.Options {
		values := []string{"`" + o.Default + "`"}
		for _, v := range o.Values {
			if v != o.Default {
				values = append(values, "`"+v+"`")
			}
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s, %s |\n", o.Name, cell(strings.Join(values, ", ")), cell(o.About), cell(o.Source.Key), o.Source.Mark)
	}
	b.WriteString("\n| Not sent | Why |\n| --- | --- |\n")
	for _, intent := range mockidp.Intents() {
		if why, ok := d.Unknown[intent]; ok {
			fmt.Fprintf(b, "| %s | %s |\n", intent, cell(why))
		}
	}
}
