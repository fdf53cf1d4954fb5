package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim/profile"
)

// referenceToken is the bearer token of the reference service provider when
// SCIMTEST_TOKEN names none.
const referenceToken = "secret"

func newTarget() *cobra.Command {
	var (
		listen                               string
		faults, variations                   []string
		hostile, name, deactivation          string
		rateLimit                            bool
		listFaults, listVariations, listEvil bool
		listTraits                           bool
	)
	cmd := &cobra.Command{
		Use:   "target",
		Short: "Serve the reference service provider",
		Long: `target serves a complete SCIM 2.0 service provider, in memory, to build a client
or a tester against. It takes the bearer token in SCIMTEST_TOKEN, else "secret". The
one in SCIMTEST_TOKEN_2, else "secret-2", is of a second tenant, and the one in
SCIMTEST_TOKEN_READ, else "secret-read", may only read.
With --fault it gets something wrong on purpose; with --vary it does something
in another way that the RFCs allow. With --profile it is like the product that the
profile describes; scimtest profile list shows those that come with the program.

  scimtest target --listen 127.0.0.1:8085 --fault patch-ignored
  scimtest target --profile zscaler-zpa --rate-limit`,
		Args: takes(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if listFaults || listVariations || listEvil || listTraits {
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
				if listTraits {
					for _, v := range reference.Traits() {
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
			p, err := profile.Load(name)
			if err != nil {
				return usage(err, "check --profile")
			}
			if rateLimit && p.Limits.Rate.Requests == 0 {
				return usage(fmt.Errorf("the profile %s tells of no rate to limit", p.Name), "leave --rate-limit out, or choose another --profile")
			}
			server, err := reference.New(reference.Config{
				Token: token, SecondToken: second, ReadToken: reader, Faults: faults, Variations: variations, Hostile: hostile,
				Profile: p, Deactivation: deactivation, RateLimited: rateLimit,
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
			flags := ""
			if running.Secure() {
				flags = " --insecure"
			}
			if p.Name != profile.Generic {
				flags += " --profile " + name
			}
			fmt.Fprintf(out, "try       SCIMTEST_TOKEN=%s scimtest run %s%s\n", token, running.URL, flags)
			fmt.Fprintf(out, "second    %s=%s --second %s, or %s\n", secondVariable, second, running.URL+reference.SecondPath, running.URL)
			fmt.Fprintf(out, "reader    %s=%s\n", readVariable, reader)
			fmt.Fprintln(out, "Ctrl-C ends it; nothing is kept")
			<-cmd.Context().Done()
			return nil
		},
	}
	cmd.AddCommand(newTargetObserve(), newTargetArrange())
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8085", "`address` to listen on; port 0 takes a free one")
	f.StringArrayVar(&faults, "fault", nil, "plant the fault of this `name` (may be repeated)")
	f.StringArrayVar(&variations, "vary", nil, "use the allowed variation of this `name` (may be repeated)")
	f.StringVar(&hostile, "hostile", "", "answer everything in the hostile way of this `name`")
	f.StringVar(&name, "profile", profile.Generic, "be like the product of this profile: the `name` of a built-in one, or a YAML file")
	f.StringVar(&deactivation, "deactivation", "", "what becomes of a user whose active is set to false: `inactive` or gone (default: as the profile says, gone where it says either)")
	f.BoolVar(&rateLimit, "rate-limit", false, "answer 429 beyond the rate of the profile")
	f.BoolVar(&listFaults, "list-faults", false, "list the faults")
	f.BoolVar(&listVariations, "list-variations", false, "list the allowed variations")
	f.BoolVar(&listTraits, "list-traits", false, "list what a profile can say that a product does, beside faults and variations")
	f.BoolVar(&listEvil, "list-hostile", false, "list the hostile ways")
	return cmd
}

// planted words the error for a fault, variation or hostility that does not
// exist: there are too many to name them all in a line.
func planted(err error) error {
	what, _, _ := strings.Cut(err.Error(), "; use one of ")
	return usage(errors.New(what), "scimtest target --list-faults, --list-variations and --list-hostile show what there is")
}
