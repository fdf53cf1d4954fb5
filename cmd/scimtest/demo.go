package main

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/mockidp/server"
)

// demoFaults are what the target of the demo gets wrong.
var demoFaults = []string{"patch-ignores-active", "patch-remove-clears-attribute"}

func newDemo() *cobra.Command {
	var f idpFlags
	var target string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a mock identity provider at work on a target with two faults",
		Long: `demo starts the reference service provider with two faults planted, and a mock
identity provider that provisions 50 people and 5 groups to it: as Okta does, and
as Entra ID does, each to a tenant of its own. It prints what to try. Nothing is
kept, and nothing leaves this machine.`,
		Args: takes(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			provider, err := reference.New(reference.Config{Token: referenceToken, SecondToken: secondToken, Faults: demoFaults})
			if err != nil {
				return planted(err)
			}
			if host, _, err := net.SplitHostPort(target); err != nil || host == "" {
				return usage(fmt.Errorf("--target %q is no address", target), "give one such as 127.0.0.1:8085")
			}
			running, err := provider.Listen(target)
			if err != nil {
				return untested(fmt.Errorf("the target cannot listen: %w", err), "choose another address with --target, such as 127.0.0.1:0 for a free port")
			}
			defer running.Close()
			return f.serve(cmd, func(app *server.App, url string) error { return demonstrate(cmd, app, url, running.URL) })
		},
	}
	f.register(cmd, "127.0.0.1:8086")
	cmd.Flags().StringVar(&target, "target", "127.0.0.1:8085", "`address` of the target; port 0 takes a free one")
	return cmd
}

// demonstrate fills two tenants and says what to try.
func demonstrate(cmd *cobra.Command, app *server.App, url, target string) error {
	ctx := cmd.Context()
	okta, err := demoTenant(ctx, app, server.Settings{ID: "okta", Name: "Okta", Dialect: "okta-oin", Target: target}, referenceToken)
	if err != nil {
		return err
	}
	entra, err := demoTenant(ctx, app, server.Settings{ID: "entra", Name: "Entra ID", Dialect: "entra-compliant", Target: target}, secondToken)
	if err != nil {
		return err
	}
	if _, err := entra.Start(ctx); err != nil {
		return err
	}
	people, _ := okta.Users(server.ListQuery{Limit: 1})
	groups, _ := okta.Groups(server.ListQuery{Limit: 1})
	team, err := okta.Group(groups[0].Key)
	if err != nil {
		return err
	}
	theirs, _ := entra.Users(server.ListQuery{Limit: 1})
	// Somebody else than is deactivated: who is given up is not taken out of groups.
	member, err := okta.User(team.Members[len(team.Members)-1])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), `mock IdP  %[1]s
API       %[1]s/api/openapi.yaml
target    %[2]s   token %[3]s (Okta) and %[4]s (Entra ID)

50 people and 5 groups are in each directory. The target has two faults. Three
things to try, on the pages of the mock IdP or by its API:

1. Okta: deactivate somebody, and look at what the target did.
   %[1]s/t/okta/users/%[5]s  Deactivate, Read the target now
   curl -X PATCH %[1]s/api/v1/tenants/okta/users/%[5]s -d '{"enabled": false}'
   curl %[1]s/api/v1/tenants/okta/users/%[5]s/drift
2. Okta: take one member out of a group, and compare everything with the target.
   %[1]s/t/okta/groups/%[6]s  tick %[8]s, Remove the chosen
   %[1]s/t/okta/reconcile  Compare now
   curl -X POST %[1]s/api/v1/tenants/okta/groups/%[6]s/members -d '{"remove": ["%[7]s"]}'
   curl -X POST %[1]s/api/v1/tenants/okta/reconcile
3. Entra ID: change somebody, let 40 minutes pass, and read the log.
   %[1]s/t/entra/users/%[9]s/edit  write another title, Save
   %[1]s/t/entra/settings  + 40m
   %[1]s/t/entra/log
   curl -X PATCH %[1]s/api/v1/tenants/entra/users/%[9]s -d '{"title": "Captain"}'
   curl -X POST %[1]s/api/v1/tenants/entra/fast-forward -d '{"duration": "40m"}'
   curl '%[1]s/api/v1/tenants/entra/log?limit=3'

Ctrl-C ends it; nothing is kept
`, url, target, referenceToken, secondToken, people[0].Key, team.Key, member.Key, member.UserName, theirs[0].Key)
	return printed(err)
}

func demoTenant(ctx context.Context, app *server.App, s server.Settings, token string) (*server.Tenant, error) {
	t, err := app.AddTenant(s, token)
	if err != nil {
		return nil, err
	}
	_, _, _, err = t.Generate(ctx, server.Generate{Users: 50, Groups: 5, Seed: 1, Assign: true, Push: true})
	return t, err
}
