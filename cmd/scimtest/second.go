package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/scimtest/scimtest/internal/reference"
	"github.com/scimtest/scimtest/scim"
	"github.com/scimtest/scimtest/suites/engine"
)

// Where the tokens of clients beside the first come from, and what they are on
// the reference service provider when nothing is there.
const (
	secondVariable, secondToken = "SCIMTEST_TOKEN_2", "secret-2"
	readVariable, readToken     = "SCIMTEST_TOKEN_READ", "secret-read"
)

// tenant is a second tenant; the zero value is none.
type tenant struct {
	client   *scim.Client
	baseURL  string
	loopback bool
}

// registerSecond adds the flag of a second tenant to a command that can use one,
// for the purpose that it has there.
func (c *connection) registerSecond(cmd *cobra.Command, purpose string) {
	cmd.Flags().StringVar(&c.second, "second", "", "`URL` of another tenant, perhaps the same: its token is in "+secondVariable+", "+purpose)
}

// openSecond makes the client for the URL of --second, if there is one. Nothing
// is sent.
func (c *connection) openSecond(ctx context.Context, d *destination) (t tenant, err error) {
	if c.second == "" {
		return t, nil
	}
	token := scim.EnvToken(secondVariable)
	switch {
	case os.Getenv(secondVariable) == "":
		return t, usage(errors.New("no credentials for --second given"), "set "+secondVariable+" to a token of the second tenant")
	case c.auth != "bearer" && c.auth != "raw":
		return t, usage(fmt.Errorf("--second does not go with --auth %s", c.auth), "the second client has a token: --auth bearer or raw")
	}
	raw, _ := cutEntraFlag(c.second)
	u, err := scim.ParseBaseURL(raw)
	if err != nil {
		return t, err
	}
	t.baseURL, t.loopback = u.String(), engine.Loopback(u.Hostname())
	if t.baseURL == d.baseURL {
		same, err := c.sameToken(ctx, token)
		if err != nil {
			return t, err
		}
		if same {
			return t, usage(errors.New("--second names the target itself, with the same token"),
				"give the URL or, in "+secondVariable+", the token of another tenant")
		}
	}
	t.client, err = d.client.Beside(t.baseURL, c.authenticated(token))
	return t, err
}

// openReader makes a client for the token that may only read; nil without one.
func (c *connection) openReader(ctx context.Context, d *destination) (*scim.Client, error) {
	switch {
	case os.Getenv(readVariable) == "":
		return nil, nil
	case c.auth != "bearer" && c.auth != "raw":
		return nil, usage(fmt.Errorf("%s does not go with --auth %s", readVariable, c.auth), "unset it, or authenticate by a token: --auth bearer or raw")
	}
	token := scim.EnvToken(readVariable)
	if same, err := c.sameToken(ctx, token); err != nil || same {
		if err == nil {
			err = usage(errors.New(readVariable+" holds the token of the run, which has to write"),
				"put a token there that may only read, or unset it")
		}
		return nil, err
	}
	return d.client.Beside(d.baseURL, c.authenticated(token))
}

func (c *connection) authenticated(token scim.TokenSource) scim.Authenticator {
	if c.auth == "raw" {
		return scim.Raw(token)
	}
	return scim.Bearer(token)
}

// sameToken reports whether a token is that of the run. A command is not run
// for that.
func (c *connection) sameToken(ctx context.Context, other scim.TokenSource) (bool, error) {
	own := scim.EnvToken("SCIMTEST_TOKEN")
	switch {
	case c.tokenFile != "":
		own = scim.FileToken(c.tokenFile)
	case c.tokenCommand != "":
		return false, nil
	}
	a, err := own.Token(ctx)
	if err != nil {
		return false, err
	}
	b, err := other.Token(ctx)
	return a.Value == b.Value, err
}

// withOthers gives the plan the clients that the reference service provider
// knows beside the first.
func withOthers(plan *engine.Plan, client *scim.Client, baseURL string) error {
	plan.SecondURL = baseURL + reference.SecondPath
	second, err := client.Beside(plan.SecondURL, scim.Bearer(scim.StaticToken(secondToken)))
	if err != nil {
		return err
	}
	reader, err := client.Beside(baseURL, scim.Bearer(scim.StaticToken(readToken)))
	if err != nil {
		return err
	}
	plan.Second, plan.Reader = second, reader
	return nil
}

// tokenFrom is the token in an environment variable, or else the one that the
// reference service provider has by itself.
func tokenFrom(variable, otherwise string) string {
	if token := os.Getenv(variable); token != "" {
		return token
	}
	return otherwise
}
