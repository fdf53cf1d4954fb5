package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/reference"
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
or a tester against. It takes the bearer token in SCIMTEST_TOKEN, else "secret". The
one in SCIMTEST_TOKEN_2, else "secret-2", is of a second tenant, and the one in
SCIMTEST_TOKEN_READ, else "secret-read", may only read.
With --fault it gets something wrong on purpose; with --vary it does something
in another way that the RFCs allow.

  scimtest target --listen 127.0.0.1:8085 --fault patch-ignored`,
		Args: takes(0),
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
				return printed(w.Flush())
			}
			token, second := tokenFrom("SCIMTEST_TOKEN", referenceToken), tokenFrom(secondVariable, secondToken)
			reader := tokenFrom(readVariable, readToken)
			if token == second || token == reader || second == reader {
				return usage(fmt.Errorf("SCIMTEST_TOKEN, %s and %s are not three tokens", secondVariable, readVariable), "give each client its own")
			}
			server, err := reference.New(reference.Config{
				Token: token, SecondToken: second, ReadToken: reader, Faults: faults, Variations: variations, Hostile: hostile,
			})
			if err != nil {
				return planted(err)
			}
			running, err := server.Listen(listen)
			if err != nil {
				return untested(fmt.Errorf("cannot listen: %w", err), "choose another address with --listen, such as 127.0.0.1:0 for a free port")
			}
			defer running.Close()
			fmt.Fprintf(out, "base URL  %s\ntoken     %s\n", running.URL, token)
			insecure := ""
			if running.Secure() {
				insecure = " --insecure"
			}
			fmt.Fprintf(out, "try       SCIMTEST_TOKEN=%s scimtest run %s%s\n", token, running.URL, insecure)
			fmt.Fprintf(out, "second    %s=%s --second %s, or %s\n", secondVariable, second, running.URL+reference.SecondPath, running.URL)
			fmt.Fprintf(out, "reader    %s=%s\n", readVariable, reader)
			fmt.Fprintln(out, "Ctrl-C ends it; nothing is kept")
			<-cmd.Context().Done()
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8085", "`address` to listen on; port 0 takes a free one")
	f.StringArrayVar(&faults, "fault", nil, "plant the fault of this `name` (may be repeated)")
	f.StringArrayVar(&variations, "vary", nil, "use the allowed variation of this `name` (may be repeated)")
	f.StringVar(&hostile, "hostile", "", "answer everything in the hostile way of this `name`")
	f.BoolVar(&listFaults, "list-faults", false, "list the faults")
	f.BoolVar(&listVariations, "list-variations", false, "list the allowed variations")
	f.BoolVar(&listEvil, "list-hostile", false, "list the hostile ways")
	return cmd
}

// planted words the error for a fault, variation or hostility that does not
// exist: there are too many to name them all in a line.
func planted(err error) error {
	what, _, _ := strings.Cut(err.Error(), "; use one of ")
	return usage(errors.New(what), "scimtest target --list-faults, --list-variations and --list-hostile show what there is")
}
