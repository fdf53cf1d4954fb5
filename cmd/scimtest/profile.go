package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/scim/profile"
)

func newProfile() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "Show what products promise",
		Long: `profile tells of the profiles, which say what a target promises. Those that
come with the program, and files of your own, go to run and target with --profile.

  scimtest profile list
  scimtest profile show zscaler-zpa
  scimtest profile show zscaler-zpa --attributes
  scimtest profile init https://scim.example.com/v2 --sandbox`,
		Args: takes(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newProfileList(), newProfileShow(), newProfileInit())
	return cmd
}

func newProfileList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the profiles that come with the program",
		Args:  takes(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, name := range profile.Names() {
				p, err := profile.Load(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(w, "%s\t%s\n", p.Name, p.Title)
			}
			return printed(w.Flush())
		},
	}
}

func newProfileShow() *cobra.Command {
	var page attributesPage
	attributes := false
	cmd := &cobra.Command{
		Use:   "show NAME|FILE",
		Short: "Show what a profile says, and on whose word",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("no profile given"), "scimtest profile list shows those that come with the program")
			}
			return takes(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := profile.Load(args[0])
			if err != nil {
				return usage(err, "scimtest profile list shows those that come with the program")
			}
			if !attributes && (page.filter != "" || page.tsv) {
				return usage(errors.New("--filter and --tsv are of the attributes"), "add --attributes")
			}
			if attributes {
				return printed(page.print(cmd.OutOrStdout(), p))
			}
			return printed(printStatements(cmd.OutOrStdout(), p))
		},
	}
	cmd.Flags().BoolVar(&attributes, "attributes", false, "show the attributes alone: name, path, required, unique")
	cmd.Flags().StringVar(&page.filter, "filter", "", "of the attributes show those with this `text` in their type, name or path")
	cmd.Flags().BoolVar(&page.tsv, "tsv", false, "separate the columns by tabs, to be copied into a table")
	return cmd
}

// attributesPage prints what attributes a profile has.
type attributesPage struct {
	filter string
	tsv    bool
}

// printStatements prints each statement with its source.
func printStatements(out io.Writer, p *profile.Profile) error {
	fmt.Fprintf(out, "%s: %s\n\n", p.Name, p.Title)
	for _, s := range p.Statements() {
		source := s.Source
		if source == "" {
			source = "no source"
		}
		if _, err := fmt.Fprintf(out, "%s: %s (%s)\n", s.Path, s.Value, source); err != nil {
			return err
		}
	}
	return nil
}

// print prints a line for each attribute that is kept.
func (page attributesPage) print(out io.Writer, p *profile.Profile) error {
	model := p.Model()
	if len(model) == 0 {
		fmt.Fprintf(out, "%s lists no attributes: they are as the target's own /Schemas say\n", p.Name)
		return nil
	}
	rows := []string{"type\tname\tpath\trequired\tunique"}
	add := func(kind, path string, d profile.Definition) {
		about := strings.ToLower(kind + "\t" + d.Name + "\t" + path)
		if len(d.Subs) > 0 || !strings.Contains(about, strings.ToLower(page.filter)) {
			return // of a complex attribute its parts are what is kept
		}
		word := map[bool]string{true: "yes", false: "no"}
		rows = append(rows, strings.Join([]string{kind, d.Name, path, word[d.Required], word[d.Uniqueness != "none"]}, "\t"))
	}
	for _, t := range model {
		for i, s := range t.Schemas {
			prefix := ""
			if i > 0 {
				prefix = s.ID + ":"
			}
			for _, d := range s.Attributes {
				add(t.Name, prefix+d.Name, d)
				for _, sub := range d.Subs {
					add(t.Name, prefix+d.Name+"."+sub.Name, sub)
				}
			}
		}
	}
	text := strings.Join(rows, "\n") + "\n"
	if page.tsv {
		_, err := io.WriteString(out, text)
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	return w.Flush()
}
