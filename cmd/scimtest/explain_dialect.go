package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites"
)

// dialectOf looks a dialect up by its name.
func dialectOf(name string) *mockidp.Dialect {
	all := mockidp.Dialects()
	if i := slices.IndexFunc(all, func(d *mockidp.Dialect) bool { return d.Name == name }); i >= 0 {
		return all[i]
	}
	return nil
}

// explainDialect says what an identity provider sends, on whose word, where
// the sources disagree, and what nobody knows.
func explainDialect(w io.Writer, d *mockidp.Dialect) {
	fmt.Fprintf(w, "%s\n  %s.\n", d.Name, d.Label)
	if !d.Flows {
		fmt.Fprintln(w, "  Its requests are worded; no flows are played in it.")
	}
	fmt.Fprint(w, "\n  requests\n")
	for _, intent := range mockidp.Intents() {
		if ref, ok := d.Source[intent]; ok {
			fmt.Fprintf(w, "    %-14s %-10s %s\n", intent, ref.Mark, ref.Key)
			if a := d.Assumed[intent]; a != "" {
				fmt.Fprintf(w, "    %-14s assumed is: %s\n", "", a)
			}
		}
	}
	fmt.Fprint(w, "\n  authorization\n")
	for _, f := range d.Auth {
		fmt.Fprintf(w, "    %-14s %-10s %s\n", f.Name, f.Source.Mark, f.Source.Key)
		fmt.Fprintf(w, "    %-14s Authorization: %s\n", "", f.Header)
	}
	if len(d.Auth) == 0 {
		fmt.Fprintln(w, "    not known")
	}
	if len(d.Options) > 0 {
		fmt.Fprint(w, "\n  options\n")
	}
	for _, o := range d.Options {
		fmt.Fprintf(w, "    %s\n      %s\n", o.Name, o.About)
		fmt.Fprintf(w, "      values   %s\n      default  %s\n      source   %s (%s)\n",
			strings.Join(o.Values, ", "), o.Default, o.Source.Key, o.Source.Mark)
	}
	fmt.Fprint(w, "\n  never sent, or not known\n")
	for _, intent := range mockidp.Intents() {
		if why, ok := d.Unknown[intent]; ok {
			fmt.Fprintf(w, "    %-14s %s\n", intent, why)
		}
	}
	explainFlows(w, d)
}

// explainFlows says which flows are played in a dialect, and why the others are
// not.
func explainFlows(w io.Writer, d *mockidp.Dialect) {
	if !d.Flows {
		return
	}
	fmt.Fprint(w, "\n  flows\n")
	for _, c := range suites.All().Checks {
		if c.Dialect != d.Name {
			continue
		}
		why := "played"
		if c.Never != "" {
			why = "not played: " + c.Never
		}
		fmt.Fprintf(w, "    %-44s %s\n", strings.TrimSuffix(c.ID, "."+d.Name), why)
	}
	for _, open := range []string{d.Open, d.Limit} {
		if open != "" {
			fmt.Fprintf(w, "    no target is shown to be ready: %s\n", open)
		}
	}
}
