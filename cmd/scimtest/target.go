package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/suites/engine"
)

// referenceToken is the bearer token of the reference service provider when
// SCIMTEST_TOKEN names none.
const referenceToken = "secret"

func newTarget() *cobra.Command {
	var (
		listen                               string
		faults, variations                   []string
		hostile                              string
		listFaults, listVariations, listEvil bool
	)
	cmd := &cobra.Command{
		Use:   "target",
		Short: "Serve the reference service provider",
		Long: `target serves a complete SCIM 2.0 service provider, in memory, to build a client
against. With --fault it gets something wrong on purpose; with --vary it does
something in another way that the RFCs allow.

  scimtest target --listen 127.0.0.1:8085 --fault patch-ignored`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if listFaults || listVariations || listEvil {
				w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				if listFaults {
					for _, f := range reference.Faults() {
						fmt.Fprintf(w, "%s\t%s\n", f.Name, f.Title)
					}
				}
				if listVariations {
					for _, v := range reference.Variations() {
						fmt.Fprintf(w, "%s\t%s\n", v.Name, v.Title)
					}
				}
				if listEvil {
					for _, h := range reference.Hostiles() {
						fmt.Fprintf(w, "%s\t%s\n", h.Name, h.Title)
					}
				}
				return w.Flush()
			}
			token := os.Getenv("SCIMTEST_TOKEN")
			if token == "" {
				token = referenceToken
			}
			server, err := reference.New(reference.Config{Token: token, Faults: faults, Variations: variations, Hostile: hostile})
			if err != nil {
				return err
			}
			running, err := server.Listen(listen)
			if err != nil {
				return &hinted{err, "choose another address with --listen; port 0 takes a free one", engine.ExitUntested}
			}
			defer running.Close()
			fmt.Fprintf(out, "base URL  %s\ntoken     %s\n", running.URL, token)
			fmt.Fprintf(out, "try       SCIMTEST_TOKEN=%s scimtest run %s\n", token, running.URL)
			fmt.Fprintln(out, "Ctrl-C ends it; nothing is kept")
			<-cmd.Context().Done()
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8085", "`address` to listen on; port 0 takes a free one")
	f.StringArrayVar(&faults, "fault", nil, "plant this fault (more than one is possible)")
	f.StringArrayVar(&variations, "vary", nil, "use this allowed variation (more than one is possible)")
	f.StringVar(&hostile, "hostile", "", "answer everything in this hostile way")
	f.BoolVar(&listFaults, "list-faults", false, "list the faults")
	f.BoolVar(&listVariations, "list-variations", false, "list the allowed variations")
	f.BoolVar(&listEvil, "list-hostile", false, "list the hostile ways")
	return cmd
}
