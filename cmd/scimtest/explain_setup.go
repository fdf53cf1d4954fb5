package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/mockidp"
	"github.com/scimtest/scimtest/suites/engine"
)

// setupTarget is what a settings page has to know of the target.
type setupTarget struct {
	baseURL string
	// lacks says of the features that the target does not have who said so.
	lacks map[string]string
}

// placeholder stands for the base URL of a target that is not named.
const placeholder = "https://scim.example.com/v2"

// explainSetup prints the settings page of an identity provider, filled in for
// the target where one is named.
func explainSetup(cmd *cobra.Command, conn *connection, name, rawURL string) error {
	d := dialectOf(name)
	if d == nil {
		return usage(fmt.Errorf("there is no dialect %q", name), "give one of "+strings.Join(dialectNames(), ", "))
	}
	p, err := conn.loadProfile()
	if err != nil {
		return err
	}
	target := setupTarget{baseURL: placeholder}
	if rawURL != "" || p.BaseURL != "" {
		dest, err := conn.open(cmd.Context(), p, rawURL, nil)
		if err != nil {
			return err
		}
		defer dest.client.Close()
		if target, err = readSetup(cmd.Context(), dest); err != nil {
			return err
		}
	}
	var b strings.Builder
	printSetup(&b, d, target)
	_, err = io.WriteString(cmd.OutOrStdout(), b.String())
	return printed(err)
}

func dialectNames() (out []string) {
	for _, d := range mockidp.Dialects() {
		out = append(out, d.Name)
	}
	return out
}

// readSetup asks the target what it has, without writing anything.
func readSetup(ctx context.Context, d *destination) (setupTarget, error) {
	target := setupTarget{baseURL: d.baseURL, lacks: map[string]string{}}
	report, err := engine.Run(ctx, &engine.Plan{
		Target: d.client, BaseURL: d.baseURL, Profile: d.profile, ReadOnly: true, Tool: build(),
	})
	if err != nil {
		return target, err
	}
	if pre := report.Find("preflight"); pre != nil && pre.Outcome != engine.Pass {
		what, todo, _ := strings.Cut(pre.Reason, "; ")
		if todo == "" {
			todo = "without a URL the page has placeholders"
		}
		return target, untested(fmt.Errorf("%s", what), todo)
	}
	for _, f := range report.Target.Features {
		if !f.Has {
			target.lacks[string(f.Feature)] = f.Source
		}
	}
	return target, nil
}

// printSetup writes the page as Markdown, to be pasted into a guide.
func printSetup(w io.Writer, d *mockidp.Dialect, target setupTarget) {
	fields := mockidp.Setup(d.Name)
	fmt.Fprintf(w, "# %s: settings for %s\n\n", d.Label, target.baseURL)
	if len(fields) == 0 {
		fmt.Fprintln(w, "No source that is known here describes the settings page of this identity provider.")
		return
	}
	fmt.Fprint(w, "| Where | Field | Value |\n| --- | --- | --- |\n")
	fill := strings.NewReplacer("{base}", target.baseURL, "{flagged}", flagged(target.baseURL), "|", `\|`)
	var notes, sources []string
	for _, f := range fields {
		value := f.Value
		for _, need := range f.Needs {
			if by, lacking := target.lacks[need]; lacking {
				value = f.Without
				notes = append(notes, fmt.Sprintf("%s: the target has no %s, says %s.", f.Field, featureWord(need), said(by)))
				break
			}
		}
		fmt.Fprintf(w, "| %s | %s | %s |\n", f.Menu, fill.Replace(f.Field), fill.Replace(value))
		sources = append(sources, f.Source)
	}
	notes = append(notes, urlNotes(d, target.baseURL)...)
	if target.lacks == nil {
		notes = append(notes, "No target was named: the base URL is a placeholder, and the target is taken to have everything.")
	}
	if slices.ContainsFunc(fields, func(f mockidp.SetupField) bool { return f.Menu == "" }) {
		notes = append(notes, "Where no place is given, none of the sources names it.")
	}
	fmt.Fprintln(w)
	for _, n := range notes {
		fmt.Fprintln(w, "- "+n)
	}
	fmt.Fprintf(w, "\nSources: %s\n", strings.Join(bySheet(sources), "; "))
}

// bySheet puts the sections of each sheet together: "okta.md 0, 1.2".
func bySheet(sources []string) (out []string) {
	sections := map[string][]string{}
	for _, s := range sources {
		sheet, list, _ := strings.Cut(s, " ")
		sections[sheet] = append(sections[sheet], strings.Split(list, ", ")...)
	}
	for _, sheet := range slices.Sorted(maps.Keys(sections)) {
		list := sections[sheet]
		slices.Sort(list)
		out = append(out, sheet+" "+strings.Join(slices.Compact(list), ", "))
	}
	return out
}

// featureWord is a feature for people.
func featureWord(feature string) string {
	switch feature {
	case "patch", "put", "delete":
		return strings.ToUpper(feature)
	case "filter":
		return "filters"
	case "enterprise-user":
		return "enterprise extension"
	}
	return feature
}

// said words who said so, as FeatureState names it.
func said(by string) string {
	switch by {
	case "profile", "probe":
		return "the " + by
	case "default":
		return "nobody: it does not announce any"
	}
	return by
}

// flagged is a tenant URL with the flag of Entra ID (entra.md 1.4).
func flagged(base string) string {
	if strings.Contains(base, "?") {
		return base + "&" + entraFlag
	}
	return base + "?" + entraFlag
}

// urlNotes says what the identity provider would refuse in a base URL
// (okta.md 1.3, entra.md 1.1).
func urlNotes(d *mockidp.Dialect, base string) (out []string) {
	if d.IdP != "okta" && d.IdP != "entra" {
		return nil
	}
	if !strings.HasPrefix(base, "https://") {
		out = append(out, "The base URL has to begin with https://, with a certificate of a public authority.")
	}
	if d.IdP == "okta" && strings.Contains(base, "_") {
		out = append(out, "The base URL may not have an underscore.")
	}
	return out
}
