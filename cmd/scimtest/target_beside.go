package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/reference"
)

func newTargetObserve() *cobra.Command {
	return &cobra.Command{
		Use:   "observe URL NAME ID",
		Short: "Tell what a target knows of a user, as the command observe of a profile does",
		Long: `observe asks a running scimtest target what it knows of the user with the name that
somebody signs in with (the SAML NameID), and whether she gets in, and prints what the
command observe of a profile has to print. URL is its base URL. In a profile file:

  observe: [scimtest, target, observe, "http://127.0.0.1:8085"]`,
		Args: takes(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 3 {
				return usage(errors.New("a URL, a name and an id are needed"), cmd.CommandPath()+" --help shows how it is used")
			}
			return askBeside(cmd, args[0], "observe", args[1], args[2])
		},
	}
}

func newTargetArrange() *cobra.Command {
	return &cobra.Command{
		Use:   "arrange URL SITUATION [ARGUMENT...]",
		Short: "Bring a situation about on a target, as a command of arrange of a profile does",
		Long: `arrange brings about on a running scimtest target what SCIM cannot: the account of
a sign-in, a tenant without a free seat, a last administrator. URL is its base URL.
In a profile file:

  arrange:
    jit-account: [scimtest, target, arrange, "http://127.0.0.1:8085", jit-account]
    seat-limit: [scimtest, target, arrange, "http://127.0.0.1:8085", seat-limit]
    last-administrator: [scimtest, target, arrange, "http://127.0.0.1:8085", last-administrator]`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage(errors.New("a URL and a situation are needed"), cmd.CommandPath()+" --help shows how it is used")
			}
			return askBeside(cmd, args[0], args[1:]...)
		},
	}
}

// askBeside asks a running target beside SCIM, and prints what it answers.
func askBeside(cmd *cobra.Command, url string, words ...string) error {
	out, err := reference.Ask(cmd.Context(), url, words...)
	if err != nil {
		return untested(err, "start one with scimtest target, and see docs/profile-file.md")
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), string(out))
	return printed(err)
}
