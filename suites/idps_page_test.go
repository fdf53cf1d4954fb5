package suites_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites"
	"github.com/scimtest/scimtest/suites/engine"
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
	flowMatrix(&b, all)
	for _, d := range all {
		dialectSection(&b, d)
	}
	wildSection(&b, wildBugs(t))
	quirkSection(&b, quirkRows(t))
	return b.String()
}

// flowMatrix is the table of flows by dialects.
func flowMatrix(b *strings.Builder, all []*mockidp.Dialect) {
	b.WriteString("\n## Which flows are played\n\n" +
		"A dash is not played: the section of the dialect says why. In a flow with ~ some request has an assumed\n" +
		"form: what fails by it is advisory, names the assumption, and leaves the verdict open.\n\n| Flow |")
	var flows []string
	cells := map[string]string{}
	for _, c := range suites.All().Checks {
		if mark, ok := playedMark(c.Meta); ok {
			flow := strings.TrimSuffix(c.ID, "."+c.Dialect)
			if !slices.Contains(flows, flow) {
				flows = append(flows, flow)
			}
			cells[flow+" "+c.Dialect] = mark
		}
	}
	var played []*mockidp.Dialect
	for _, d := range all {
		if d.Flows {
			played = append(played, d)
			fmt.Fprintf(b, " %s |", d.Name)
		}
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(played)) + "\n")
	for _, flow := range flows {
		fmt.Fprintf(b, "| %s |", flow)
		for _, d := range played {
			fmt.Fprintf(b, " %s |", cells[flow+" "+d.Name])
		}
		b.WriteString("\n")
	}
}

// playedMark says how a flow is played; ok is false for what is no flow.
func playedMark(m engine.Meta) (mark string, ok bool) {
	assumed := slices.ContainsFunc(m.Sources, func(r engine.Ref) bool { return r.Mark == mockidp.Assumed })
	switch {
	case m.Dialect == "" || !strings.HasSuffix(m.ID, "."+m.Dialect):
		return "", false
	case m.Never != "":
		return "–", true
	case assumed:
		return "~", true
	}
	return "x", true
}

// notPlayed lists the flows that a dialect does not play.
func notPlayed(b *strings.Builder, d *mockidp.Dialect) {
	head := "\n| Flow not played | Why |\n| --- | --- |\n"
	for _, c := range suites.All().Checks {
		if c.Dialect == d.Name && c.Never != "" {
			fmt.Fprintf(b, "%s| %s | %s |\n", head, strings.TrimSuffix(c.ID, "."+d.Name), cell(c.Never))
			head = ""
		}
	}
}

func dialectSection(b *strings.Builder, d *mockidp.Dialect) {
	fmt.Fprintf(b, "\n## %s\n\n%s.", d.Name, d.Label)
	if !d.Flows {
		b.WriteString(" Its requests are worded; no flows are played in it.")
	}
	if d.Open != "" {
		b.WriteString(" No target is shown to be ready for it: " + d.Open + ".")
	}
	if d.Limit != "" {
		b.WriteString(" Its verdict is limited: " + d.Limit + ".")
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
	notPlayed(b, d)
}
